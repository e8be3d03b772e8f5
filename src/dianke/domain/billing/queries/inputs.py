"""What a shard is calculated from: each query comes back as columns, never as rows of objects."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
from django.db import connection

from dianke.domain.billing.models import BillRunShard
from dianke.domain.billing.rules.inputs import ShardInputs, empty_used_before
from dianke.domain.billing.types import get_bill_id_range
from dianke.domain.readings.types import REGISTER_COLUMNS
from dianke.engine.types import IntArray

READING_DECIMALS = 4
MULTIPLIER_DECIMALS = 6

_ENERGY_REGISTERS = tuple(column for column in REGISTER_COLUMNS if column != "demand")


def load_shard(*, shard: BillRunShard, cycle_month_id: int, start: date, end: date) -> ShardInputs:
    """Return everything a shard's bills depend on, read within the running transaction."""
    keys = {
        "cycle_month": cycle_month_id,
        "first": shard.first_point_id,
        "last": shard.last_point_id,
        "start": start,
        "end": end,
    }
    return ShardInputs(
        points=fetch(_POINTS, keys, text=_POINT_TEXT),
        segments=fetch(_SEGMENTS.replace("/*which*/", _OWN_POINTS), keys, text=_SEGMENT_TEXT),
        capacities=fetch(_CAPACITIES, keys, text=("state", "interlock_group", "code", "name")),
        shares=fetch(_SHARES, keys, text=("name", "taken_from")),
        sub_segments=fetch(_SEGMENTS.replace("/*which*/", _SUB_POINTS), keys, text=_SEGMENT_TEXT),
        used_before=empty_used_before(),
    )


def load_used_before(*, month: date, start: date, point_ids: IntArray) -> pa.Table:
    """Return the energy that points were billed before in the same year (point_id, energy_e2), for annual tiers."""
    first, _ = get_bill_id_range(year=start.year, month=1)
    last, _ = get_bill_id_range(year=month.year, month=month.month)
    if first >= last or not point_ids.size:
        return empty_used_before()
    keys = {"first": first, "last": last, "points": point_ids.tolist()}
    return fetch(_USED_BEFORE, keys, text=())


def fetch(sql: str, keys: dict[str, Any], *, text: Sequence[str]) -> pa.Table:
    """Return the rows of a query as columns; the columns named in `text` are texts whatever they hold."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy ({sql}) to stdout with (format csv, header)", keys) as copy,
    ):
        data = b"".join(copy)
    return pacsv.read_csv(
        pa.BufferReader(data),
        convert_options=pacsv.ConvertOptions(
            column_types={name: pa.string() for name in text},
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            auto_dict_encode=False,
        ),
        parse_options=pacsv.ParseOptions(newlines_in_values=True),
    )


_POINT_TEXT = (
    "code", "account_number", "customer_name", "address", "usage_class", "metering_side", "voltage",
    "structure", "plan_code", "price_voltage", "basic_mode", "loss_method", "power_factor_standard",
)  # fmt: skip
_SEGMENT_TEXT = ("meter_number", "ct_ratio", "pt_ratio", "quality", "registers")

_POINTS = """
select p.id as point_id, p.code, p.unit_id, p.metering_side, p.voltage, p.parent_id,
       a.id as account_id, a.number as account_number, a.usage_class, a.household_size,
       a.opened_date, a.closed_date, c.name as customer_name, l.address,
       t.id as terms_id, n.code as plan_code, t.structure, t.price_voltage, t.time_of_use, t.basic_mode,
       (t.contract_kw * 1000000)::bigint as contract_kw_e6, t.power_factor_standard::text,
       t.loss_method, (t.loss_factor * 10000)::bigint as loss_factor_e4,
       (t.loss_iron_kwh * 100)::bigint as loss_iron_kwh_e2,
       (t.loss_iron_kvarh * 100)::bigint as loss_iron_kvarh_e2,
       (t.line_loss_ratio * 1000000)::bigint as line_loss_ratio_e6,
       (select count(*) from billing_billingterms o
         where o.usage_point_id = p.id and o.period && daterange(%(start)s, %(end)s)) as terms_in_period
  from (select usage_point_id from readings_frozensegment
         where cycle_month_id = %(cycle_month)s and usage_point_id between %(first)s and %(last)s
        union
        select t.usage_point_id from readings_routepoint t
          join readings_readingroute r on r.id = t.route_id
          join readings_cyclemonth m on m.cycle_id = r.cycle_id
          join metering_usagepoint u on u.id = t.usage_point_id
         where m.id = %(cycle_month)s and u.status = 'ACTIVE'
           and t.usage_point_id between %(first)s and %(last)s) f
  join metering_usagepoint p on p.id = f.usage_point_id
  join customers_customeraccount a on a.id = p.account_id
  join customers_customer c on c.id = a.customer_id
  join customers_servicelocation l on l.id = p.location_id
  left join lateral (select * from billing_billingterms t
                      where t.usage_point_id = p.id and t.period && daterange(%(start)s, %(end)s)
                      order by lower(t.period) desc limit 1) t on true
  left join tariffs_tariffplan n on n.id = t.plan_id
 order by p.id
"""

_REGISTERS = ", ".join(
    f"(s.{name}_start * 10000)::bigint as {name}_start, (s.{name}_end * 10000)::bigint as {name}_end"
    for name in _ENERGY_REGISTERS
)
_OWN_POINTS = "s.usage_point_id between %(first)s and %(last)s"
_SUB_POINTS = "p.parent_id between %(first)s and %(last)s"
_SEGMENTS = f"""
select s.usage_point_id as point_id, p.parent_id, s.sequence, s.meter_number, s.start_date, s.end_date,
       s.ct_ratio, s.pt_ratio, (s.multiplier * 1000000)::bigint as multiplier_e6, s.integer_digits, s.rolled_over,
       s.quality, array_to_string(m.registers, ' ') as registers,
       (s.demand * 10000)::bigint as demand, {_REGISTERS}
  from readings_frozensegment s
  join metering_usagepoint p on p.id = s.usage_point_id
  join metering_meterinstallation i on i.id = s.installation_id
  join metering_meterasset m on m.id = i.meter_id
 where s.cycle_month_id = %(cycle_month)s and /*which*/
 order by s.usage_point_id, s.sequence
"""  # noqa: S608 - built from constants of this file

_CAPACITIES = """
select p.id as point_id, x.code, x.name, (x.capacity_kva * 10000)::bigint as kva_e4, x.interlock_group,
       s.state, lower(s.period) as from_date, upper(s.period) as to_date, x.id as transformer_id,
       (x.no_load_loss_kw * 10000)::bigint as p0_e4, (x.load_loss_kw * 10000)::bigint as pk_e4,
       (x.no_load_current_percent * 10000)::bigint as i0_e4, (x.impedance_percent * 10000)::bigint as uk_e4
  from metering_usagepoint p
  join network_transformer x on x.account_id = p.account_id
  join network_transformerspell s on s.transformer_id = x.id
 where p.id between %(first)s and %(last)s and p.parent_id is null
   and s.period && daterange(%(start)s, %(end)s)
 order by p.id, x.id, lower(s.period)
"""

_SHARES = """
select t.usage_point_id as point_id, h.sequence, h.name, (h.price * 100000000)::bigint as price_e8,
       (h.fixed_kwh * 100)::bigint as fixed_kwh_e2, (h.ratio * 1000000)::bigint as ratio_e6, h.taken_from,
       h.in_power_factor, h.in_power_factor_base, h.with_funds
  from billing_shareterms h
  join billing_billingterms t on t.id = h.terms_id
 where t.usage_point_id between %(first)s and %(last)s and t.period && daterange(%(start)s, %(end)s)
 order by t.usage_point_id, h.sequence
"""

_USED_BEFORE = """
select usage_point_id as point_id, sum(energy_kwh_e2)::bigint as energy_e2 from billing_bill
 where id >= %(first)s and id < %(last)s and usage_point_id = any(%(points)s)
 group by usage_point_id order by usage_point_id
"""
