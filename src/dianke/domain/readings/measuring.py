"""What meters measured within a period, from the readings at its two ends."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection

from dianke.domain.readings.models import CycleMonth
from dianke.domain.readings.types import ENERGY_REGISTERS
from dianke.kernel.clock import at_midnight

SEGMENT_COLUMNS = (
    "usage_point_id", "sequence", "installation_id", "meter_number", "start_date", "end_date", "ct_ratio", "pt_ratio",
    "multiplier", "integer_digits", "rolled_over", "quality",
    *(f"{register}_{side}" for register in ENERGY_REGISTERS for side in ("start", "end")), "demand",
)  # fmt: skip
"""The columns of a segment in the order in which `select_segments` yields them."""

POINTS_OF_CYCLE = """readings_routepoint p
  join readings_readingroute r on r.id = p.route_id and r.cycle_id = %(cycle)s"""
_NAMED_POINTS = "unnest(%(points)s::bigint[]) as p (usage_point_id)"


def write_keys(*, month: CycleMonth, start: date, end: date) -> dict[str, Any]:
    """Return the values that the statement of a period within a cycle's month, or stage of it, asks for."""
    return {
        "cycle": month.cycle_id,
        "bill_month": month.month,
        "stage": month.stage,
        "start": start,
        "end": end,
        "opening_from": at_midnight(start),
        "opening_to": at_midnight(start + timedelta(days=1)),
        "closing_from": at_midnight(end),
        "closing_to": at_midnight(end + timedelta(days=1)),
    }


def select_segments(*, points: str, settles_stages: bool) -> str:
    """Return the statement that yields the segments of some points; the last of several stages settles the others."""
    found = _SEGMENTS.replace("/*points*/", points)
    return found.replace("/*demand*/", _DEMAND_OF_MONTH if settles_stages else _DEMAND)


def list_measured(*, usage_point_ids: Sequence[int], month: CycleMonth, start: date, end: date) -> list[dict[str, Any]]:
    """
    Return what the meters of some points measured in a period of a cycle's month, as rows of `SEGMENT_COLUMNS`.

    Whoever asks has settled that the points are within the actor's reach.
    """
    keys = {**write_keys(month=month, start=start, end=end), "points": list(usage_point_ids)}
    settles = month.stage > 1 and start < month.period.lower
    with connection.cursor() as cursor:
        cursor.execute(select_segments(points=_NAMED_POINTS, settles_stages=settles), keys)
        return [dict(zip(SEGMENT_COLUMNS, row, strict=True)) for row in cursor.fetchall()]


def _values(register: str) -> str:
    return (
        f"case when i.began_inside then (i.install_readings ->> '{register}')::numeric else o.{register} end,"
        f" case when i.ended_inside then (i.removal_readings ->> '{register}')::numeric else c.{register} end"
    )


_ENERGY_VALUES = ",\n       ".join(_values(register) for register in ENERGY_REGISTERS)

_DEMAND = "case when i.ended_inside then (i.removal_readings ->> 'demand')::numeric else c.demand end"
# The register of demand is set back at every reading, so the month's demand is the largest of its stages.
_DEMAND_OF_MONTH = f"""
       case when ({_DEMAND}) is null then null else greatest({_DEMAND}, (
           select max(x.demand) from readings_meterreading x
             join readings_cyclemonth e on e.cycle_id = %(cycle)s and e.month = %(bill_month)s
                  and e.stage < %(stage)s
                  and x.read_at >= upper(e.period)::timestamp at time zone 'Asia/Shanghai'
                  and x.read_at < (upper(e.period) + 1)::timestamp at time zone 'Asia/Shanghai'
            where x.installation_id = i.id and x.replaced_by_id is null)) end"""  # noqa: S608 - constants

# A boundary is read on its day: the earliest valid reading of that day closes one month and opens the next,
# so that nothing is measured twice or left out between them. Where a meter went up or came down within the
# month, what it showed then takes the place of the boundary's reading.
_SEGMENTS = f"""
select i.usage_point_id,
       row_number() over (partition by i.usage_point_id order by lower(i.period)), i.id, m.asset_number,
       greatest(lower(i.period), %(start)s::date), least(upper(i.period), %(end)s::date),
       case when i.ct_primary = 1 and i.ct_secondary = 1 then ''
            else trim_scale(i.ct_primary)::text || '/' || trim_scale(i.ct_secondary)::text end,
       case when i.pt_primary = 1 and i.pt_secondary = 1 then ''
            else trim_scale(i.pt_primary)::text || '/' || trim_scale(i.pt_secondary)::text end,
       i.multiplier, m.integer_digits,
       (i.ended_inside and coalesce((i.removal_readings ->> 'rolled_over')::boolean, false)) or exists (
           select 1 from readings_meterreading x
            where x.installation_id = i.id and x.replaced_by_id is null and x.rolled_over
              and x.read_at > coalesce(o.read_at, %(opening_from)s)
              and x.read_at <= coalesce(c.read_at, %(closing_from)s)),
       case when 'ESTIMATED' in (o.quality, c.quality) then 'ESTIMATED'
            when 'DERIVED' in (o.quality, c.quality) then 'DERIVED' else 'ACTUAL' end,
       {_ENERGY_VALUES},
       /*demand*/
  from /*points*/
  join (select *, lower(period) >= %(start)s as began_inside,
               coalesce(upper(period) <= %(end)s, false) as ended_inside
          from metering_meterinstallation
         where period && daterange(%(start)s, %(end)s)) i on i.usage_point_id = p.usage_point_id
  join metering_meterasset m on m.id = i.meter_id
  left join lateral (select * from readings_meterreading x
                      where x.installation_id = i.id and x.replaced_by_id is null
                        and x.read_at >= %(opening_from)s and x.read_at < %(opening_to)s
                      order by x.read_at limit 1) o on not i.began_inside
  left join lateral (select * from readings_meterreading x
                      where x.installation_id = i.id and x.replaced_by_id is null
                        and x.read_at >= %(closing_from)s and x.read_at < %(closing_to)s
                      order by x.read_at limit 1) c on not i.ended_inside
"""  # noqa: S608 - built from constants of this file
