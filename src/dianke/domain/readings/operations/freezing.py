"""The month is frozen for billing: from then on a later reading or multiplier changes nothing of it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from dianke.domain.readings.models import CycleMonth
from dianke.domain.readings.types import ENERGY_REGISTERS, FrozenMonth, MonthStatus
from dianke.kernel.clock import at_midnight
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor


class UnableToFreezeMonth(DomainError):
    """The month cannot be frozen."""

    code = "readings.unable_to_freeze_month"
    message = "month {month} cannot be frozen: {reason}"


def freeze_month(*, actor: Actor, cycle_month: CycleMonth, at: datetime) -> FrozenMonth:
    """
    Freeze a month: one segment for each meter or ratio that a point of the cycle had within it.

    The last of several stages freezes the whole month, from its first reading to its last.

    :raises UnableToFreezeMonth: if it is frozen already, not over yet, or not the actor's
    """
    rows = CycleMonth.objects.for_actor(actor).select_for_update(of=("self",)).select_related("cycle")
    month: CycleMonth | None = rows.filter(pk=cycle_month.pk).first()
    label = f"{cycle_month.month:%Y-%m}"
    if month is None:
        raise UnableToFreezeMonth(field="cycle_month", month=label, reason="it is not within your units")
    if month.status == MonthStatus.FROZEN:
        raise UnableToFreezeMonth(field="cycle_month", month=label, reason="it is frozen already")
    if at < at_midnight(month.period.upper):
        raise UnableToFreezeMonth(field="cycle_month", month=label, reason=f"it lasts until {month.period.upper}")
    found = _insert_segments(month)
    month.status = MonthStatus.FROZEN.value
    month.frozen_at = at
    month.frozen_by = actor.login
    month.save(update_fields=["status", "frozen_at", "frozen_by"])
    return found


def _insert_segments(month: CycleMonth) -> FrozenMonth:
    start, end = month.billed_from, month.period.upper
    keys: dict[str, Any] = {
        "month": month.pk,
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
    settles = month.month_start is not None and not month.is_interim
    with connection.cursor() as cursor:
        cursor.execute(_SEGMENTS.replace("/*demand*/", _DEMAND_OF_MONTH if settles else _DEMAND), keys)
        cursor.execute(_COUNTS, keys)
        points, without_meter, segments, incomplete = cursor.fetchone()
    return FrozenMonth(
        points=points,
        segments=segments,
        points_without_meter=without_meter,
        incomplete_segments=incomplete,
    )


def _values(register: str) -> str:
    return (
        f"case when i.began_inside then (i.install_readings ->> '{register}')::numeric else o.{register} end,"
        f" case when i.ended_inside then (i.removal_readings ->> '{register}')::numeric else c.{register} end"
    )


_ENERGY_COLUMNS = ", ".join(f"{register}_start, {register}_end" for register in ENERGY_REGISTERS)
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
insert into readings_frozensegment
      (cycle_month_id, usage_point_id, sequence, installation_id, meter_number, start_date, end_date,
       ct_ratio, pt_ratio, multiplier, integer_digits, rolled_over, quality,
       {_ENERGY_COLUMNS}, demand)
select %(month)s, i.usage_point_id,
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
  from readings_routepoint p
  join readings_readingroute r on r.id = p.route_id and r.cycle_id = %(cycle)s
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
on conflict (cycle_month_id, usage_point_id, sequence) do nothing
"""  # noqa: S608 - built from constants of this file

_COUNTS = """
select (select count(*) from readings_routepoint p
          join readings_readingroute r on r.id = p.route_id and r.cycle_id = %(cycle)s),
       (select count(*) from readings_routepoint p
          join readings_readingroute r on r.id = p.route_id and r.cycle_id = %(cycle)s
         where not exists (select 1 from readings_frozensegment s
                            where s.cycle_month_id = %(month)s and s.usage_point_id = p.usage_point_id)),
       count(*),
       count(*) filter (where exists (
           select 1 from unnest(m.registers) k
            where to_jsonb(s) ->> (k || case when k = 'demand' then '' else '_start' end) is null
               or to_jsonb(s) ->> (k || case when k = 'demand' then '' else '_end' end) is null))
  from readings_frozensegment s
  join metering_meterinstallation i on i.id = s.installation_id
  join metering_meterasset m on m.id = i.meter_id
 where s.cycle_month_id = %(month)s
"""
