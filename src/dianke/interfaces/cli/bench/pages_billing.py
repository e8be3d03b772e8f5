"""Billed months on top of the archive of the bench "pages": bills to look at, and a run beside the readers."""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import connections, transaction

import dianke.domain.tariffs as tariff_data
from dianke.application.tariffs.load_sheets import load_sheet_file
from dianke.domain.billing.models import Bill
from dianke.domain.billing.operations import issue, runs
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.readings import operations as readings
from dianke.domain.readings.models import CycleMonth
from dianke.interfaces.cli.bench.bare import bare_tables
from dianke.interfaces.cli.serve import BEHIND_PAGES
from dianke.kernel.clock import SHANGHAI, SystemClock
from dianke.platform.identity.types import Actor
from dianke.platform.org.queries import get_utility

MONTH = date(2026, 1, 1)
# So many of the customers have a bill of the month; the run that goes has the others, as far as it gets.
ISSUED = 20_000
_GOING = 400_000
_SHARD_SIZE = 5_000
_AT = datetime(2026, 2, 1, 8, tzinfo=SHANGHAI)
_SYSTEM = Actor.system("billing an archive to be measured")
_TABLES = (
    "metering_meterasset",
    "metering_meterinstallation",
    "billing_billingterms",
    "readings_routepoint",
    "readings_frozensegment",
)
_OF = "from generate_series(%(first)s, %(last)s) i"
_ROWS = (
    f"""
    insert into metering_meterasset (id, unit_id, asset_number, model, integer_digits, registers)
    select i, p.unit_id, '33' || lpad(i::text, 11, '0'), '智能表', 6, array['total']
      {_OF} join metering_usagepoint p on p.id = i
    """,
    f"""
    insert into metering_meterinstallation (id, meter_id, usage_point_id, period, ct_primary, ct_secondary,
           pt_primary, pt_secondary, multiplier, install_readings)
    select i, i, i, '[2020-05-01,)', 1, 1, 1, 1, 1, '{{}}' {_OF}
    """,
    f"""
    insert into billing_billingterms (id, usage_point_id, plan_id, period, structure, price_voltage, time_of_use,
           basic_mode, loss_method, line_loss_ratio)
    select i, i, n.id, '[2020-05-01,)', 'SINGLE', '', false, 'NONE', 'NONE', 0
      {_OF} join tariffs_tariffplan n on n.code = 'GD-GZ-RES'
    """,
    f"insert into readings_routepoint (id, route_id, usage_point_id, sequence) select i, %(route)s, i, i {_OF}",
    f"""
    insert into readings_frozensegment (id, cycle_month_id, usage_point_id, sequence, installation_id, meter_number,
           start_date, end_date, ct_ratio, pt_ratio, multiplier, integer_digits, rolled_over, quality,
           total_start, total_end)
    select i, %(month)s, i, 1, i, '33' || lpad(i::text, 11, '0'), date '2026-01-01', date '2026-02-01', '', '', 1, 6,
           false, 'ACTUAL', 1000, 1000 + 80 + (i::bigint * 7919 %% 44000) / 100.0 {_OF}
    """,
    "update readings_cyclemonth set status = 'FROZEN', frozen_at = now(), frozen_by = 'bench' where id = %(month)s",
)


@dataclass(frozen=True, slots=True)
class BilledArchive:
    """What pages of billing are asked for: issued bills, the run they came from, the run that goes."""

    bill_ids: tuple[int, ...]
    issued_run: str
    going_run: str


def bill_archive(size: int) -> BilledArchive:
    """Issue a month of the first customers, and start the run of the next ones without calculating it."""
    for name in ("policies.yaml", "sheets/guangdong.yaml"):
        load_sheet_file(actor=_SYSTEM, path=Path(tariff_data.__file__).parent / "data" / name, loaded_at=_AT)
    border = min(ISSUED, size // 2)
    issued_month = _fill_cycle("A", 1, border)
    going_month = _fill_cycle("B", border + 1, min(size, border + _GOING))
    with connections["owner"].cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"vacuum analyze {table}")
    issued = _start(issued_month)
    _issue(issued)
    going = _start(going_month)
    ids = Bill.objects.for_actor(_SYSTEM).order_by("id").values_list("id", flat=True)
    return BilledArchive(tuple(ids), issued, going)


def start_working(run_number: str) -> subprocess.Popen[bytes]:
    """Let another process calculate a run, as the worker of the service does: behind the pages."""
    command = [sys.executable, "-m", "dianke.interfaces.cli.bench.billing_worker", run_number, "calculate", "0", "1"]
    worker = subprocess.Popen(command, env=os.environ)
    os.setpriority(os.PRIO_PROCESS, worker.pid, BEHIND_PAGES)
    return worker


def count_calculated(run_number: str) -> int:
    """Return how many shards of a run are calculated."""
    run = run_queries.get_run(actor=_SYSTEM, number=run_number)
    return sum(shard.finished_at is not None for shard in run_queries.list_shards(actor=_SYSTEM, run=run))


def _fill_cycle(code: str, first: int, last: int) -> CycleMonth:
    utility = get_utility(actor=_SYSTEM)
    if utility is None:
        raise LookupError("the archive has no utility")
    with transaction.atomic():
        cycle = readings.add_cycle(actor=_SYSTEM, unit=utility, code=code, name=f"测量例日 {code}")
        route = readings.add_route(actor=_SYSTEM, cycle=cycle, code=f"R{code}", name=f"测量段 {code}")
        month = readings.open_month(actor=_SYSTEM, cycle=cycle, month=MONTH)
    keys = {"first": first, "last": last, "route": route.pk, "month": month.pk}
    owner = connections["owner"]
    with transaction.atomic(using="owner"), owner.cursor() as cursor, bare_tables(_TABLES, look_up_keys=False):
        for table in _TABLES:
            cursor.execute(f"alter table {table} disable trigger user")
        for statement in _ROWS:
            cursor.execute(statement, keys)
        for table in _TABLES:
            cursor.execute(f"alter table {table} enable trigger user")
    found: CycleMonth = CycleMonth.objects.for_actor(_SYSTEM).select_related("cycle__unit").get(pk=month.pk)
    return found


def _start(month: CycleMonth) -> str:
    with transaction.atomic():
        run = runs.start_run(
            actor=_SYSTEM, cycle_month=month, started_by="bench", at=SystemClock().now(), shard_size=_SHARD_SIZE
        )
    return run.number


def _issue(number: str) -> None:
    from dianke.interfaces.cli.bench import billing_run

    billing_run.work(number, "calculate", 0, 1)
    billing_run.describe(number)
    billing_run.work(number, "issue", 0, 1)
    with transaction.atomic():
        issue.close_issue(actor=_SYSTEM, run=run_queries.get_run(actor=_SYSTEM, number=number))
