"""Fills an empty database with the frozen month of a city: homes, shops and two-part industry, from one formula."""

from datetime import date, datetime
from pathlib import Path

from django.db import connections, transaction

import dianke.domain.tariffs as tariff_data
from dianke.application.tariffs.load_sheets import load_sheet_file
from dianke.domain.network import operations as network
from dianke.domain.readings import operations as readings
from dianke.domain.readings.models import CycleMonth
from dianke.interfaces.cli.bench.bare import bare_tables
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

MONTH = date(2026, 1, 1)
CYCLE = "BENCH"
_AT = datetime(2026, 2, 1, 8, tzinfo=SHANGHAI)
_SHEETS = ("policies.yaml", "sheets/hubei.yaml", "sheets/guangdong.yaml")
_TABLES = (
    "customers_customer",
    "customers_servicelocation",
    "customers_customeraccount",
    "metering_usagepoint",
    "metering_meterasset",
    "metering_meterinstallation",
    "network_transformer",
    "network_transformerspell",
    "billing_billingterms",
    "readings_routepoint",
    "readings_frozensegment",
)


def fill_month(size: int) -> CycleMonth:
    """
    Fill an empty database with `size` points whose January 2026 is frozen, and return that month.

    Of a thousand points 880 are homes (nineteen of twenty-five by time of use), 100 shops and 20 two-part industry,
    half of it by capacity and half by demand: 5.7 lines a bill. The rows are written as the owner with triggers off: a
    measurement of billing needs no history of how its archive came to be.
    """
    actor = Actor.system("filling a month to be measured")
    with transaction.atomic():
        utility = add_unit(code="GS", name="测量供电公司", kind=UnitKind.UTILITY, parent=None)
        for name in _SHEETS:
            load_sheet_file(actor=actor, path=Path(tariff_data.__file__).parent / "data" / name, loaded_at=_AT)
        substation = network.add_substation(actor=actor, unit=utility, code="S1", name="测量变", voltage="110kV")
        feeder = network.add_feeder(actor=actor, substation=substation, code="F1", name="测量线", voltage="10kV")
        cycle = readings.add_cycle(actor=actor, unit=utility, code=CYCLE, name="测量例日")
        route = readings.add_route(actor=actor, cycle=cycle, code="R1", name="测量段")
        month = readings.open_month(actor=actor, cycle=cycle, month=MONTH)
    keys = {
        "size": size,
        "unit": utility.pk,
        "feeder": feeder.pk,
        "route": route.pk,
        "month": month.pk,
    }
    _fill(keys)
    filled: CycleMonth = CycleMonth.objects.for_actor(actor).select_related("cycle__unit").get(pk=month.pk)
    return filled


def _fill(keys: dict[str, int]) -> None:
    owner = connections["owner"]
    with transaction.atomic(using="owner"), owner.cursor() as cursor, bare_tables(_TABLES, look_up_keys=False):
        for table in _TABLES:
            cursor.execute(f"alter table {table} disable trigger user")
        for statement in _ROWS:
            cursor.execute(statement, keys)
        for table in _TABLES:
            cursor.execute(f"alter table {table} enable trigger user")
    with owner.cursor() as cursor:
        cursor.execute("vacuum analyze")


# Serial i of a point decides everything: k = i % 1000 its class.
_OF = "from generate_series(1, %(size)s) i, lateral (select i %% 1000 as k) c"
_ROWS = (
    f"""
    insert into customers_customer (id, unit_id, number, name, name_initials, name_pinyin, short_name,
           short_name_initials, short_name_pinyin, kind, industry_code, since_date, identity_kind,
           identity_number, importance)
    select i, %(unit)s, 'K' || lpad(i::text, 9, '0'),
           case when k < 880 then '王建国' else '云泽恒锐精密铸造有限公司' end, 'wjg', 'wangjianguo', '', '', '',
           case when k < 880 then 'PERSON' else 'COMPANY' end, case when k < 880 then '' else '3391' end,
           date '2020-05-01', '', '', 'NONE' {_OF}
    """,
    f"""
    insert into customers_servicelocation (id, unit_id, code, address, building, community, division_code,
           entrance, house_number, region, road, room, town)
    select i, %(unit)s, 'L' || lpad(i::text, 9, '0'), '云泽市望湖区望湖路 ' || i || ' 号', '', '', '', '', '', '',
           '', '', '' {_OF}
    """,
    f"""
    insert into customers_customeraccount (id, unit_id, customer_id, location_id, number, usage_class, status,
           household_size, opened_date)
    select i, %(unit)s, i, i, lpad(i::text, 10, '0'),
           case when k < 880 then 'RESIDENTIAL' else 'COMMERCIAL_INDUSTRIAL' end, 'ACTIVE',
           case when k < 880 then 2 + i %% 5 else 0 end, date '2020-05-01' {_OF}
    """,
    f"""
    insert into metering_usagepoint (id, unit_id, code, account_id, location_id, feeder_id, voltage, metering_side,
           status)
    select i, %(unit)s, 'P' || lpad(i::text, 9, '0'), i, i, %(feeder)s,
           case when k < 980 then '220V' else '10kV' end, case when k < 980 then 'LOW_LOW' else 'HIGH_HIGH' end,
           'ACTIVE' {_OF}
    """,
    f"""
    insert into metering_meterasset (id, unit_id, asset_number, model, integer_digits, registers)
    select i, %(unit)s, '33' || lpad(i::text, 11, '0'), '智能表', 6,
           case when k < 880 and i %% 25 < 6 then array['total']
                when k < 880 then array['total', 'peak', 'flat', 'valley']
                when k < 980 then array['total', 'sharp', 'peak', 'flat', 'valley']
                else array['total', 'sharp', 'peak', 'flat', 'valley', 'reactive_import', 'reactive_export', 'demand']
           end {_OF}
    """,
    f"""
    insert into metering_meterinstallation (id, meter_id, usage_point_id, period, ct_primary, ct_secondary,
           pt_primary, pt_secondary, multiplier, install_readings)
    select i, i, i, '[2020-05-01,)', case when k < 980 then 1 else 150 end, case when k < 980 then 1 else 5 end,
           case when k < 980 then 1 else 10000 end, case when k < 980 then 1 else 100 end,
           case when k < 980 then 1 else 3000 end, '{{}}' {_OF}
    """,
    f"""
    insert into network_transformer (id, unit_id, feeder_id, account_id, code, name, model, capacity_kva,
           interlock_group)
    select i, %(unit)s, %(feeder)s, i, 'T' || i, '1 号变', 'S11', 400 + 100 * (i %% 7), '' {_OF} where k >= 980
    """,
    f"""
    insert into network_transformerspell (id, transformer_id, state, period)
    select i, i, 'RUNNING', '[2020-05-01,)' {_OF} where k >= 980
    """,
    f"""
    insert into billing_billingterms (id, usage_point_id, plan_id, period, structure, price_voltage, time_of_use,
           basic_mode, power_factor_standard, loss_method, line_loss_ratio)
    select i, i, n.id, '[2020-05-01,)', case when k < 980 then 'SINGLE' else 'TWO_PART' end,
           case when k < 880 then '' when k < 980 then '<1kV' else '1-10(20)kV' end, not (k < 880 and i %% 25 < 6),
           case when k < 980 then 'NONE' when k < 990 then 'CAPACITY' else 'ACTUAL_DEMAND' end,
           case when k < 980 then null else 0.90 end, 'NONE', 0
      {_OF} join tariffs_tariffplan n on true where n.code = case when k < 880 then 'GD-GZ-RES' else 'HB-CI' end
    """,
    f"""
    insert into readings_routepoint (id, route_id, usage_point_id, sequence)
    select i, %(route)s, i, i {_OF}
    """,
    f"""
    insert into readings_frozensegment (id, cycle_month_id, usage_point_id, sequence, installation_id, meter_number,
           start_date, end_date, ct_ratio, pt_ratio, multiplier, integer_digits, rolled_over, quality,
           total_start, total_end, sharp_start, sharp_end, peak_start, peak_end, flat_start, flat_end,
           valley_start, valley_end, reactive_import_start, reactive_import_end, reactive_export_start,
           reactive_export_end, demand)
    select i, %(month)s, i, 1, i, '33' || lpad(i::text, 11, '0'), date '2026-01-01', date '2026-02-01',
           case when k < 980 then '' else '150/5' end, case when k < 980 then '' else '10000/100' end,
           case when k < 980 then 1 else 3000 end, 6, false, 'ACTUAL',
           s, s + 10 * q, case when k >= 880 then s end, case when k >= 880 then s + q end,
           case when t then s end, case when t then s + 3 * q end, case when t then s end,
           case when t then s + 3 * q end, case when t then s end,
           case when k < 880 and t then s + 4 * q when t then s + 3 * q end,
           case when k >= 980 then s end, case when k >= 980 then s + 4 * q end,
           case when k >= 980 then s end, case when k >= 980 then s + 0.2 end,
           case when k >= 980 then 0.1 + (i %% 90) / 1000.0 end
      {_OF}, lateral (select 1000 + (i::bigint * 37 %% 800000) / 100.0 as s,
                            case when k < 980 then 12 + (i::bigint * 7919 %% 4400) / 100.0
                                 else 4 + (i::bigint * 7919 %% 900) / 100.0 end as q,
                            not (k < 880 and i %% 25 < 6) as t) v
    """,
    "update readings_cyclemonth set status = 'FROZEN', frozen_at = now(), frozen_by = 'bench' where id = %(month)s",
)
