"""The steps of the bench "export" that need Django: imported once it is ready."""

import time
from datetime import date
from typing import Any

from django.db import connections
from django.http import QueryDict
from django.utils import translation

import dianke.interfaces.web.urls  # noqa: F401 - enters the lists
from dianke.domain.billing.types import get_bill_id_range
from dianke.interfaces.cli.bench.archive_filling import fill_archive
from dianke.interfaces.web.components.exports import export_list
from dianke.interfaces.web.components.lists import ListSpec, get_spec, read_query
from dianke.kernel.clock import SystemClock
from dianke.platform.identity import operations as identity
from dianke.platform.identity.queries import build_actor
from dianke.platform.identity.types import Actor
from dianke.platform.org.queries import get_utility
from dianke.platform.preferences.types import FileFormat

MONTH = date(2026, 1, 1)
_LISTS = ("customers.accounts", "billing.bills")


def fill(size: int) -> None:
    """Fill an empty database with `size` customers and one issued bill of each."""
    fill_archive(size)
    first, _end = get_bill_id_range(year=MONTH.year, month=MONTH.month)
    with connections["owner"].cursor() as cursor:
        cursor.execute("select billing_open_month(%s)", [MONTH.year % 100 * 100 + MONTH.month])
        cursor.execute(_BILLS, {"first": first, "month": MONTH})
        cursor.execute("vacuum analyze billing_bill")


def export_everything(size: int) -> dict[str, dict[str, Any]]:
    """Return seconds and bytes of each list in each format, as somebody who may see all of it."""
    actor = _add_reader()
    found = {}
    with translation.override("zh-hans"):
        for name in _LISTS:
            for file_format in FileFormat:
                found[f"{name} {file_format}"] = _export(get_spec(name), actor, file_format, size)
    return found


def _export(spec: ListSpec, actor: Actor, file_format: FileFormat, size: int) -> dict[str, Any]:
    query = read_query(spec, actor=actor.within(spec.right), query=QueryDict(""))
    started = time.perf_counter()
    answer = export_list(query, file_format=file_format, limit=size)
    pieces: Any = answer.streaming_content
    written = sum(map(len, pieces))
    return {"seconds": round(time.perf_counter() - started, 2), "columns": len(query.shown), "bytes": written}


def _add_reader() -> Actor:
    utility = get_utility(actor=Actor.system("measuring exports"))
    assert utility is not None  # noqa: S101 - the archive was filled with one
    person = identity.add_staff(login="bench", name="测量", unit=utility, password=None)
    post = identity.define_post(
        code="BENCH", name="测量", rights=["archive.view", "archive.export", "billing.view", "network.view"]
    )
    identity.assign_post(staff=person, post=post, unit=utility, start=MONTH)
    return build_actor(staff=person, on=SystemClock().now().date(), origin="bench")


_BILLS = """
insert into billing_bill
       (id, unit_id, run_id, shard_number, usage_point_id, account_id, account_number, customer_name, address,
        usage_class, voltage, month, period_start, period_end, energy_kwh_e2, basic_fen, energy_fen, shares_fen,
        power_factor_fen, funds_fen, amount_fen, calculated_by, issued_by, issued_at)
select %(first)s + a.id, a.unit_id, 1, 1, p.id, a.id, a.number, c.name, l.address, a.usage_class, p.voltage,
       %(month)s, %(month)s, %(month)s::date + 31, 10000 + a.id %% 90000, 0, 5000 + a.id %% 50000, 0, 0, 0,
       5000 + a.id %% 50000, 'one', 'other', %(month)s::timestamp at time zone 'Asia/Shanghai' + interval '33 days'
  from customers_customeraccount a
  join customers_customer c on c.id = a.customer_id
  join metering_usagepoint p on p.account_id = a.id
  join customers_servicelocation l on l.id = p.location_id
 order by a.id
"""
