"""What a shard is calculated from: each query comes back as columns, never as rows of objects."""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection

from dianke.domain.billing.models import BillRun, BillRunShard
from dianke.domain.billing.queries.columns import beside, fetch, fetch_of, place
from dianke.domain.billing.rules.inputs import (
    BILLED_BEFORE,
    ShardInputs,
    distinct,
    empty_billed_before,
    empty_used_before,
    ints,
)
from dianke.domain.billing.rules.parts import open_anew
from dianke.domain.billing.types import LINES_PER_BILL, get_bill_id_range
from dianke.domain.readings.models import CycleMonth
from dianke.domain.readings.types import REGISTER_COLUMNS
from dianke.engine.types import IntArray

READING_DECIMALS = 4
MULTIPLIER_DECIMALS = 6

_ENERGY_REGISTERS = tuple(column for column in REGISTER_COLUMNS if column != "demand")


def load_shard(*, shard: BillRunShard, run: BillRun) -> ShardInputs:
    """Return everything a shard's bills depend on, read within the running transaction."""
    keys: dict[str, Any] = {
        "run": run.pk,
        "shard": shard.number,
        "cycle_month": run.cycle_month_id,
        "first": shard.first_point_id,
        "last": shard.last_point_id,
        "start": run.start,
        "end": run.end,
    }
    _expect_ranges()
    segments, ids = _load_segments(run, keys)
    return _assemble(ids, keys, segments, lambda subs: _load_sub_segments(run, subs, keys))


def load_measured(*, ids: IntArray, measure: Callable[[IntArray], pa.Table], start: date, end: date) -> ShardInputs:
    """
    Return everything that bills of some points over a period would depend on, from what the caller measured.

    :param ids: keys of the points, ascending
    :param measure: gives the segments of points in the columns that a shard has them in
    """
    keys: dict[str, Any] = {"start": start, "end": end, "first": int(ids[0]), "last": int(ids[-1])}
    return _assemble(ids, keys, measure(ids), lambda subs: measure(ints(subs, "point_id")))


def _assemble(
    ids: IntArray, keys: dict[str, Any], segments: pa.Table, load_sub_segments: Callable[[pa.Table], pa.Table]
) -> ShardInputs:
    terms = fetch_of(_TERMS, ids, keys)
    points = _load_points(ids, terms)
    accounts = distinct(ints(points, "account_id"))
    subs = fetch_of(_SUB_POINTS, ids)
    inputs = ShardInputs(
        points=points,
        segments=_add_meters(segments, points),
        capacities=fetch_of(_CAPACITIES, accounts, keys).drop_columns(["account_id"]),
        shares=fetch_of(_SHARES, distinct(ints(terms, "terms_id"))).drop_columns(["terms_id"]),
        sub_segments=_add_meters(load_sub_segments(subs), subs),
        used_before=empty_used_before(),
    )
    taken_over = fetch_of(_TAKEN_OVER, accounts, keys).to_pylist()
    return open_anew(inputs, opened={row["account_id"]: row["final_date"] for row in taken_over})


def _load_segments(run: BillRun, keys: dict[str, Any]) -> tuple[pa.Table, IntArray]:
    """Return the segments of a shard, and the keys of its points with those that nothing was read of."""
    left_out = ints(fetch(_LEFT_OUT, keys), "point_id")
    if run.is_of_cycle:
        segments = fetch(_SEGMENTS, keys)
        without = ints(fetch(_WITHOUT_METER, keys), "point_id")
        ids = distinct(np.concatenate([ints(segments, "point_id"), without]))
    else:
        ids = ints(fetch(_RUN_POINTS, keys), "point_id")
        segments = fetch_of(_OWN_SEGMENTS if run.has_own_period else _CHOSEN_SEGMENTS, ids, keys)
    if left_out.size:
        ids = ids[~np.isin(ids, left_out)]
        segments = segments.filter(pc.is_in(segments["point_id"], value_set=pa.array(ids)))
    return segments, ids


def _expect_ranges() -> None:
    """
    Let the transaction find rows by their keys.

    The rows of a shard lie side by side and are read once. The planner expects each on a page of its own on a disk,
    and would rather read a million meters to find some thousands, with helpers on processors that other shards use.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('seq_page_cost', '0.1', true), set_config('random_page_cost', '0.1', true),"
            " set_config('enable_bitmapscan', 'off', true), set_config('jit', 'off', true),"
            " set_config('max_parallel_workers_per_gather', '0', true)"
        )


def _load_points(ids: IntArray, terms: pa.Table) -> pa.Table:
    """Return the points with their account, customer, address and terms: each table is read along its keys."""
    points = fetch_of(_POINTS, ids)
    for key, sql in (("account_id", _ACCOUNTS), ("customer_id", _CUSTOMERS), ("location_id", _LOCATIONS)):
        points = beside(points, key, fetch_of(sql, distinct(ints(points, key))))
    points = points.drop_columns(["customer_id", "location_id"])
    owners = ints(terms, "usage_point_id")
    firsts = np.flatnonzero(np.diff(owners, prepend=-1))
    counts = np.diff(firsts, append=len(owners))
    at, has_terms = place(ints(points, "point_id"), owners[firsts])
    points = beside(points, "point_id", terms.take(pa.array(firsts)))
    points = beside(points, "plan_id", fetch(_PLANS, {})).drop_columns(["plan_id"])
    in_period = np.where(has_terms, counts[at], 0) if counts.size else np.zeros(len(points), dtype=np.int64)
    return points.append_column("terms_in_period", pa.array(in_period))


def _add_meters(segments: pa.Table, points: pa.Table) -> pa.Table:
    """Return segments with what stands on the meter, and the parent of their point."""
    found = segments
    for key, sql in (("installation_id", _INSTALLATIONS), ("meter_id", _METERS)):
        found = beside(found, key, fetch_of(sql, distinct(ints(found, key))))
    found = found.drop_columns(["installation_id", "meter_id"])
    return beside(found, "point_id", points.select(["point_id", "parent_id"]))


def _load_sub_segments(run: BillRun, subs: pa.Table, keys: dict[str, Any]) -> pa.Table:
    ids = ints(subs, "point_id")
    first, last = (int(ids[0]), int(ids[-1])) if ids.size else (0, -1)
    statement = _OWN_SEGMENTS if run.has_own_period else _SEGMENTS
    found = fetch(statement, {**keys, "first": first, "last": last})
    return found.filter(pc.is_in(found["point_id"], value_set=pa.array(ids)))


def load_used_before(*, month: date, start: date, point_ids: IntArray) -> pa.Table:
    """Return the energy that points were billed before in the same year (point_id, energy_e2), for annual tiers."""
    first, _ = get_bill_id_range(year=start.year, month=1)
    last, _ = get_bill_id_range(year=month.year, month=month.month)
    if first >= last or not point_ids.size:
        return empty_used_before()
    keys = {"first": first, "last": last, "points": point_ids.tolist(), "start": start}
    return fetch(_USED_BEFORE, keys)


def load_billed_before(*, cycle_month: CycleMonth, shard: BillRunShard) -> pa.Table:
    """Return what the interim bills of a month charged the points of a shard, line by line and the energy."""
    first, end = get_bill_id_range(year=cycle_month.month.year, month=cycle_month.month.month)
    keys = {
        "cycle": cycle_month.cycle_id,
        "month": cycle_month.month,
        "stage": cycle_month.stage,
        "first": first,
        "end": end,
        "first_line": first * LINES_PER_BILL,
        "end_line": end * LINES_PER_BILL,
        "first_point": shard.first_point_id,
        "last_point": shard.last_point_id,
    }
    found = fetch(_BILLED_BEFORE, keys)
    return found.cast(pa.schema(list(BILLED_BEFORE.items()))) if len(found) else empty_billed_before()


# A point that stands on a route without a reading of its meter is a fault, not a silence.
_WITHOUT_METER = """
select o.usage_point_id as point_id
  from readings_routepoint o
  join readings_readingroute r on r.id = o.route_id
  join readings_cyclemonth m on m.cycle_id = r.cycle_id
  join metering_usagepoint u on u.id = o.usage_point_id
 where m.id = %(cycle_month)s and u.status = 'ACTIVE'
   and o.usage_point_id between %(first)s and %(last)s
   and not exists (select 1 from readings_frozensegment s
                    where s.cycle_month_id = %(cycle_month)s and s.usage_point_id = o.usage_point_id
                      and s.usage_point_id between %(first)s and %(last)s)
 order by o.usage_point_id
"""

_POINTS = """
select p.id as point_id, p.code, p.unit_id, p.metering_side, p.voltage, p.parent_id, p.account_id, p.location_id
  from metering_usagepoint p where p.id {of} order by p.id
"""
_ACCOUNTS = """
select a.id, a.number as account_number, a.usage_class, a.household_size, a.opened_date, a.closed_date, a.customer_id
  from customers_customeraccount a where a.id {of} order by a.id
"""
_CUSTOMERS = """
select c.id, c.name as customer_name, c.industry_code
  from customers_customer c where c.id {of} order by c.id
"""
_LOCATIONS = """
select l.id, l.address from customers_servicelocation l where l.id {of} order by l.id
"""

# The latest first: they are what is billed by, and several are a fault.
_TERMS = """
select t.usage_point_id, t.id as terms_id, t.plan_id, t.structure, t.price_voltage, t.time_of_use, t.basic_mode,
       (t.contract_kw * 1000000)::bigint as contract_kw_e6, t.power_factor_standard::text,
       t.loss_method, (t.loss_factor * 10000)::bigint as loss_factor_e4,
       (t.loss_iron_kwh * 100)::bigint as loss_iron_kwh_e2,
       (t.loss_iron_kvarh * 100)::bigint as loss_iron_kvarh_e2,
       (t.line_loss_ratio * 1000000)::bigint as line_loss_ratio_e6
  from billing_billingterms t
 where t.usage_point_id {of} and t.period && daterange(%(start)s, %(end)s)
 order by t.usage_point_id, lower(t.period) desc
"""

_PLANS = "select id, code as plan_code from tariffs_tariffplan order by id"

_REGISTERS = ", ".join(
    f"(s.{name}_start * 10000)::bigint as {name}_start, (s.{name}_end * 10000)::bigint as {name}_end"
    for name in _ENERGY_REGISTERS
)
_SEGMENT_VALUES = f"""
select s.usage_point_id as point_id, s.sequence, s.meter_number, s.start_date, s.end_date,
       s.ct_ratio, s.pt_ratio, (s.multiplier * 1000000)::bigint as multiplier_e6, s.integer_digits, s.rolled_over,
       s.quality, (s.demand * 10000)::bigint as demand, {_REGISTERS}, s.installation_id
"""
_SEGMENTS = f"""{_SEGMENT_VALUES}
  from readings_frozensegment s
 where s.cycle_month_id = %(cycle_month)s and s.usage_point_id between %(first)s and %(last)s
 order by s.usage_point_id, s.sequence
"""
_CHOSEN_SEGMENTS = f"""{_SEGMENT_VALUES}
  from readings_frozensegment s
 where s.cycle_month_id = %(cycle_month)s and s.usage_point_id {{of}}
 order by s.usage_point_id, s.sequence
"""
_OWN_SEGMENTS = f"""{_SEGMENT_VALUES}
  from billing_runsegment s
 where s.run_id = %(run)s and s.usage_point_id between %(first)s and %(last)s
 order by s.usage_point_id, s.sequence
"""

_RUN_POINTS = """
select usage_point_id as point_id from billing_runpoint
 where run_id = %(run)s and usage_point_id between %(first)s and %(last)s
 order by usage_point_id
"""

# Points that the run left out when it was cut, and those whose bills are held back.
_LEFT_OUT = """
select usage_point_id as point_id from billing_billrunfault
 where run_id = %(run)s and shard_number = 0 and usage_point_id between %(first)s and %(last)s
union
select usage_point_id from billing_billsuspicion
 where run_id = %(run)s and shard_number = %(shard)s and state = 'HELD'
"""

# An account that another subject took over is as one that was opened on that day.
_TAKEN_OVER = """
select account_id, max(final_date) as final_date from billing_finalbilling
 where kind = 'HANDOVER' and state = 'ISSUED' and final_date <= %(start)s
   and account_id {of}
 group by account_id
"""

_INSTALLATIONS = """
select i.id, i.meter_id from metering_meterinstallation i where i.id {of} order by i.id
"""
_METERS = """
select m.id, array_to_string(m.registers, ' ') as registers
  from metering_meterasset m where m.id {of} order by m.id
"""

_SUB_POINTS = """
select p.parent_id, p.id as point_id from metering_usagepoint p where p.parent_id {of} order by p.id
"""

_CAPACITIES = """
select x.account_id, p.id as point_id, x.code, x.name, (x.capacity_kva * 10000)::bigint as kva_e4, x.interlock_group,
       s.state, lower(s.period) as from_date, upper(s.period) as to_date, x.id as transformer_id,
       (x.no_load_loss_kw * 10000)::bigint as p0_e4, (x.load_loss_kw * 10000)::bigint as pk_e4,
       (x.no_load_current_percent * 10000)::bigint as i0_e4, (x.impedance_percent * 10000)::bigint as uk_e4
  from network_transformer x
  join network_transformerspell s on s.transformer_id = x.id
  join metering_usagepoint p on p.account_id = x.account_id
 where x.account_id {of}
   and p.id between %(first)s and %(last)s and p.parent_id is null
   and s.period && daterange(%(start)s, %(end)s)
 order by p.id, x.id, lower(s.period)
"""

_SHARES = """
select h.terms_id, t.usage_point_id as point_id, h.sequence, h.name, (h.price * 100000000)::bigint as price_e8,
       (h.fixed_kwh * 100)::bigint as fixed_kwh_e2, (h.ratio * 1000000)::bigint as ratio_e6, h.taken_from,
       h.in_power_factor, h.in_power_factor_base, h.with_funds
  from billing_shareterms h
  join billing_billingterms t on t.id = h.terms_id
 where h.terms_id {of}
 order by t.usage_point_id, h.sequence
"""

# Back-billed energy is taken off again, unless its rule set says that it counts: bills themselves are read from the
# index alone, and a back-bill is rare.
_USED_BEFORE = """
select usage_point_id as point_id, sum(energy_kwh_e2)::bigint as energy_e2
  from (select usage_point_id, energy_kwh_e2 from billing_bill
         where id >= %(first)s and id < %(last)s and usage_point_id = any(%(points)s)
        union all
        select b.usage_point_id, -b.energy_kwh_e2 from billing_correctedbill c
          join billing_billcorrection o on o.id = c.correction_id and o.kind = 'BACK_BILLING'
          join billing_bill b on b.id = c.replacement_id
         where c.replacement_id >= %(first)s and c.replacement_id < %(last)s and b.usage_point_id = any(%(points)s)
           and b.basis->'recovery'->>'counts_in_tiers' = 'false'
        union all
        -- What the subject before was billed is not counted for the one that took the account over.
        select b.usage_point_id, -b.energy_kwh_e2
          from (select account_id, max(final_date) as final_date from billing_finalbilling
                 where kind = 'HANDOVER' and state = 'ISSUED' and final_date <= %(start)s group by account_id) f
          join billing_bill b on b.account_id = f.account_id and b.id >= %(first)s and b.id < %(last)s
                             and b.period_end <= f.final_date
         where b.usage_point_id = any(%(points)s)
           and coalesce(b.basis->'recovery'->>'counts_in_tiers', 'true') <> 'false') used
 group by usage_point_id order by usage_point_id
"""

# Corrections of an interim bill count as well: what they took back was not charged.
_BILLED_BEFORE = """
with interim as (
    select b.id, b.usage_point_id, b.energy_kwh_e2 from billing_bill b
      join billing_billrun r on r.id = b.run_id
      join readings_cyclemonth m on m.id = r.cycle_month_id
     where m.cycle_id = %(cycle)s and m.month = %(month)s and m.stage < %(stage)s
       and b.id >= %(first)s and b.id < %(end)s and b.usage_point_id between %(first_point)s and %(last_point)s)
select i.usage_point_id as point_id, k.code, k.name, k.unit_name, k.rule, k.included, max(l.price_e8) as price_e8,
       sum(l.quantity_e6)::bigint as quantity_e6, sum(l.amount_e6)::bigint as amount_e6
  from interim i
  join billing_billline l on l.id >= i.id * 100 and l.id < i.id * 100 + 100
       and l.id >= %(first_line)s and l.id < %(end_line)s
  join billing_billlinekind k on k.id = l.kind_id
 group by i.usage_point_id, k.code, k.name, k.unit_name, k.rule, k.included
union all
select usage_point_id, '@energy', '', 'kWh', '', true, 0, (sum(energy_kwh_e2) * 10000)::bigint, 0
  from interim group by usage_point_id
 order by 1, 2
"""
