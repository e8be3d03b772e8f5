"""Which points are estimated over which days, and what their meters measured: columns, for a fleet at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from dianke.domain.billing.queries.columns import fetch, list_keys
from dianke.domain.readings import measuring
from dianke.domain.readings.models import CycleMonth
from dianke.domain.readings.types import ENERGY_REGISTERS
from dianke.engine.types import IntArray

# Billed until the end of the last bill; a point that never had one, from its first known reading on, be it of the day
# its meter went up. Its last reading is the last valid one of any of its meters until the day.
_POINTS = """
select p.id as point_id, p.account_id, c.reading_day::int as reading_day, c.months_per_period::int as months_per_period,
       b.billed_until, i.first_reading_date, r.last_reading_date
  from metering_usagepoint p
  join readings_routepoint o on o.usage_point_id = p.id
  join readings_readingroute t on t.id = o.route_id
  join readings_readingcycle c on c.id = t.cycle_id
  left join lateral (select max(x.period_end) as billed_until from billing_bill x
                      where x.account_id = p.account_id and x.usage_point_id = p.id) b on true
  left join lateral (select least(min(lower(x.period)) filter (where x.install_readings <> '{}'),
                                  min((select (m.read_at at time zone 'Asia/Shanghai')::date
                                         from readings_meterreading m
                                        where m.installation_id = x.id and m.replaced_by_id is null
                                        order by m.read_at limit 1))) as first_reading_date
                       from metering_meterinstallation x
                      where x.usage_point_id = p.id and b.billed_until is null) i on true
  left join lateral (select max((select (m.read_at at time zone 'Asia/Shanghai')::date
                                   from readings_meterreading m
                                  where m.installation_id = x.id and m.replaced_by_id is null and m.read_at < %(until)s
                                  order by m.read_at desc limit 1)) as last_reading_date
                       from metering_meterinstallation x where x.usage_point_id = p.id) r on true
 where p.account_id = any((select %(accounts)s)::bigint[]) and p.status = 'ACTIVE'
 order by p.account_id, p.id
"""

_REGISTERS = ", ".join(
    f"(s.{name}_{side} * 10000)::bigint as {name}_{side}" for name in ENERGY_REGISTERS for side in ("start", "end")
)
_SEGMENTS = f"""
select s.usage_point_id as point_id, s.sequence::int as sequence, s.meter_number, s.start_date, s.end_date, s.ct_ratio,
       s.pt_ratio, (s.multiplier * 1000000)::bigint as multiplier_e6, s.integer_digits::int as integer_digits,
       s.rolled_over, s.quality, (s.demand * 10000)::bigint as demand, {_REGISTERS}, s.installation_id
  from ({{measured}}) as s ({", ".join(measuring.SEGMENT_COLUMNS)})
 order by s.usage_point_id, s.sequence
"""  # noqa: S608 - built from constants
_MEASURED = _SEGMENTS.replace(
    "{measured}",
    measuring.select_segments(
        points="unnest((select %(points)s)::bigint[]) as p (usage_point_id)", settles_stages=False
    ),
)


@dataclass(frozen=True, slots=True)
class PointFacts:
    """What decides the days of a point."""

    point_id: int
    account_id: int
    reading_day: int
    months_per_period: int
    billed_until: date | None
    first_reading_date: date | None
    last_reading_date: date | None


def list_points(*, account_ids: IntArray, until: datetime) -> list[PointFacts]:
    """Return the points of accounts that a route reads, with what is billed and read of them until a moment."""
    found = fetch(_POINTS, {"accounts": list_keys(account_ids), "until": until})
    return [PointFacts(*row) for row in zip(*(found[name].to_pylist() for name in found.column_names), strict=True)]


def measure(*, point_ids: IntArray, start: date, end: date) -> pa.Table:
    """Return what the meters of points measured between two days, in the columns that a shard of bills has."""
    month = CycleMonth(month=start.replace(day=1), stage=1)
    keys: Mapping[str, Any] = {
        **measuring.write_keys(month=month, start=start, end=end),
        "points": list_keys(point_ids),
    }
    return fetch(_MEASURED, keys)
