"""dianke demo: load the sample utility, bill its month, serve it on loopback."""

import argparse
import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction

from dianke.application import final_bills, ledger, meter_to_cash
from dianke.application.archive_quality.run import run_rules
from dianke.application.demo_utility import farewells, load, logins, money_work, notes, organisation, proposals
from dianke.application.demo_utility.designs import (
    BILLED_FROM,
    CYCLE_BUSINESS,
    CYCLE_GROWN,
    CYCLE_HOMES,
)
from dianke.application.demo_utility.faults import list_fault_codes
from dianke.application.demo_utility.sources import HOMES
from dianke.application.reading_calendars.plan import generate_days
from dianke.application.tariffs import load_shipped_tariffs, propose_revision
from dianke.domain.billing.models import BillRun
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.types import RunStatus
from dianke.domain.readings.rules import add_months
from dianke.domain.readings.types import MonthStatus
from dianke.interfaces.cli import demo_contracts, demo_counter, demo_money, demo_orders, demo_standing
from dianke.kernel.clock import SystemClock
from dianke.kernel.money import format_yuan
from dianke.platform.identity import queries as identity
from dianke.platform.identity.backends import StaffBackend
from dianke.platform.identity.types import Actor

DEFAULT_PORT = 8000
HOST = "127.0.0.1"
_EXEMPTED = {"share_check_overdue": "演示：现场核定已排入三月计划，比例无变化"}
_PLANNED_MONTHS = 3
_DEFERRED_BECAUSE = "演示：故意留下的缺口，留待补齐后重算"


@dataclass
class Progress:
    """Tells on standard error what is being done, and remembers how long each step took."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, zh: str, en: str) -> Iterator[None]:
        """Tell of one step while it runs."""
        started = time.monotonic()
        print(f"{_pad(zh, 16)}{en}", end="", file=sys.stderr, flush=True)
        try:
            yield
        except BaseException:
            print(file=sys.stderr)
            raise
        self.seconds[en] = time.monotonic() - started
        print(f"  {self.seconds[en]:.1f} s", file=sys.stderr)


@dataclass(frozen=True)
class CycleSummary:
    """What became of one cycle's month."""

    run: str
    status: str
    points: int
    bills: int
    faults: int
    faults_open: int
    amount_fen: int


def run(argv: list[str]) -> int:
    """Load what is missing, then serve until a signal comes; with --once do all but serve."""
    options = _parse(argv)
    progress = Progress()
    started = time.monotonic()
    with progress.step("数据库", "database"):
        from dianke.platform.database.migrating import migrate

        migrate(verbose=False)
    passwords = prepare(homes=options.homes, data_dir=_data_dir(), progress=progress)
    _print_summary(progress, time.monotonic() - started)
    if options.once:
        return 0
    _print_door(passwords, options.port)
    from dianke.interfaces.cli.serve import serve

    return serve(host=HOST, port=options.port, workers=2, with_worker=True)


def prepare(*, homes: int, data_dir: Path, progress: Progress) -> dict[str, str]:
    """
    Load and bill what is not there yet, and return the passwords.

    :raises UnableToLoadDemo: if another utility lives in the database or the number of homes cannot be had
    """
    system = Actor.system("loading the demo utility")
    state = load.get_state(actor=system)
    load.check_homes(state=state, homes=homes)
    root = data_dir / "intervals"
    passwords = _recall(system, data_dir) if state.is_founded else _found(system, data_dir, progress)
    if not state.is_measured:
        with progress.step("曲线与示数", "curves and readings"):
            load.measure_utility(actor=system, root=root, at=SystemClock().now())
    if homes > HOMES and state.homes <= HOMES:
        with progress.step("新建小区", f"{homes - HOMES} more homes"):
            load.grow_estate(actor=system, homes=homes)
    grown = max(homes, state.homes)
    if grown > HOMES and not state.is_growth_measured:
        with progress.step("新建小区曲线", "their curves and readings"):
            load.measure_growth(actor=system, root=root, homes=grown, at=SystemClock().now())
    if demo_counter.is_due(actor=system):
        with progress.step("柜台一周", "a week at the counters"):
            demo_counter.take_days_before(at=_issued_at())
    if demo_money.is_due(actor=system):
        with progress.step("代扣协议", "withholding agreements"):
            demo_money.agree_to_withhold(at=_issued_at())
    _bill([CYCLE_BUSINESS, CYCLE_HOMES, *([CYCLE_GROWN] if grown > HOMES else [])], progress)
    _bid_farewell(system, progress)
    ledger.book_issued_bills(actor=system)
    if demo_counter.is_today_due(actor=system, at=_issued_at()):
        demo_counter.take_today(at=_now())
    if demo_money.is_work_due(actor=system):
        with progress.step("收费与催收", "work with money"):
            demo_money.leave_work(at=_now())
    if demo_standing.is_due(actor=system):
        with progress.step("信用与价值", "credit, value and tags"):
            demo_standing.know_customers(root=root, at=_now())
    _supply(system, progress)
    _plan_days()
    _leave_work(system, state, progress)
    return passwords


def _supply(system: Actor, progress: Progress) -> None:
    """Draw contracts up and take applications, if nobody did."""
    if demo_contracts.is_due(actor=system):
        with progress.step("供用电合同", "contracts"):
            demo_contracts.draw_up(at=_now())
    if demo_orders.is_due(actor=system):
        demo_orders.take_orders(at=_now())


def _bid_farewell(system: Actor, progress: Progress) -> None:
    """Close a home and hand another over in the month after the billed one: asked for and issued by two people."""
    if farewells.are_due(actor=system):
        with progress.step("终结账单", "final bills"), transaction.atomic():
            clerk = identity.get_actor(login=farewells.ASKER, on=_now().date(), origin="cli")
            farewells.add_taker(actor=system)
            for one in farewells.FAREWELLS:
                order = farewells.design_order(actor=system, farewell=one)
                final_bills.ask_final(actor=clerk, account_number=one.account_number, order=order, at=_now())
    supervisor = identity.get_actor(login=organisation.SUPERVISOR, on=_now().date(), origin="cli")
    for final in farewells.list_waiting(actor=system):
        meter_to_cash.issue_run(actor=supervisor, number=final.run.number, at=_now())


def _plan_days() -> None:
    """Plan the reading and billing of the months to come; a day that a person moved stays where it is."""
    at = _now()
    planner = identity.get_actor(login=organisation.SUPERVISOR, on=at.date(), origin="cli")
    for cycle_code in (CYCLE_BUSINESS, CYCLE_HOMES):
        first = add_months(at.date().replace(day=1), 1)
        generate_days(actor=planner, cycle_code=cycle_code, first_month=first, months=_PLANNED_MONTHS, at=at)


def _leave_work(system: Actor, state: load.DemoState, progress: Progress) -> None:
    """Leave something to be done on the pages of the archive's quality and of prices."""
    if not state.has_proposal:
        with progress.step("待批价表", "prices to approve"):
            _propose_prices()
    if not state.is_audited:
        with progress.step("档案稽查", "quality of the archive"):
            run_rules(actor=system, at=_now())


def _propose_prices() -> None:
    at = _now()
    proposer = identity.get_actor(login=proposals.PROPOSER, on=at.date(), origin="cli")
    version_id, revision = proposals.design_proposal(actor=proposer, on=at.date())
    propose_revision(actor=proposer, version_id=version_id, revision=revision, reason=proposals.REASON, at=at)


def _found(system: Actor, data_dir: Path, progress: Progress) -> dict[str, str]:
    set_aside(data_dir / "intervals")
    with progress.step("电价", "tariffs"):
        load_shipped_tariffs(actor=system, loaded_at=SystemClock().now())
    passwords = organisation.make_passwords()
    # Kept before the people exist: were it the other way round, a crash between could lock everybody out.
    logins.keep_passwords(data_dir, passwords)
    with progress.step("档案", "archive"):
        load.found_utility(actor=system, passwords=passwords)
    return passwords


def set_aside(root: Path) -> None:
    """Move curves away that stay of another database: their points are not those that come."""
    if root.is_dir() and any(root.iterdir()):
        root.rename(root.with_name(f"{root.name}-until-{_now():%Y%m%d-%H%M%S}"))


def _recall(system: Actor, data_dir: Path) -> dict[str, str]:
    passwords = logins.read_passwords(data_dir)
    reviewer = organisation.REVIEWER
    if passwords and StaffBackend().authenticate(None, login=reviewer, password=passwords[reviewer]):
        return passwords
    # The file is gone or belongs to another database.
    passwords = organisation.make_passwords()
    load.renew_passwords(actor=system, passwords=passwords)
    logins.keep_passwords(data_dir, passwords)
    return passwords


def _bill(cycle_codes: list[str], progress: Progress) -> None:
    today = SystemClock().now().date()
    reviewer = identity.get_actor(login=organisation.REVIEWER, on=today, origin="cli")
    supervisor = identity.get_actor(login=organisation.SUPERVISOR, on=today, origin="cli")
    for cycle_code in cycle_codes:
        bill_run = _find_run(reviewer, cycle_code)
        if bill_run is None or bill_run.status == RunStatus.CALCULATING.value:
            with progress.step("核算", f"billing cycle {cycle_code}"):
                bill_run = _calculate(reviewer, cycle_code, bill_run)
        if cycle_code == CYCLE_BUSINESS and bill_run.status != RunStatus.ISSUED.value:
            with progress.step("发行", f"issuing cycle {cycle_code}"):
                _issue(reviewer, supervisor, bill_run.number)


def _find_run(actor: Actor, cycle_code: str) -> BillRun | None:
    cycle_month = run_queries.get_cycle_month(actor=actor, cycle_code=cycle_code, month=BILLED_FROM)
    return run_queries.get_live_run(actor=actor, cycle_month=cycle_month)


def _calculate(reviewer: Actor, cycle_code: str, bill_run: BillRun | None) -> BillRun:
    month = BILLED_FROM
    cycle_month = run_queries.get_cycle_month(actor=reviewer, cycle_code=cycle_code, month=month)
    if cycle_month.status == MonthStatus.OPEN.value:
        meter_to_cash.freeze_readings(actor=reviewer, cycle_code=cycle_code, month=month, at=_now())
    if bill_run is None:
        bill_run = meter_to_cash.start_run(actor=reviewer, cycle_code=cycle_code, month=month, at=_now())
    return meter_to_cash.calculate_run(actor=reviewer, number=bill_run.number)


def _issue(reviewer: Actor, supervisor: Actor, number: str) -> None:
    for code in list_fault_codes(CYCLE_BUSINESS):
        meter_to_cash.defer_faults(actor=reviewer, number=number, code=code, reason=_DEFERRED_BECAUSE)
    for code, reason in _EXEMPTED.items():
        meter_to_cash.exempt_suspicions(actor=reviewer, number=number, code=code, reason=reason, at=_now())
    # What was not left open on purpose stays open, and the issue is refused.
    meter_to_cash.issue_run(actor=supervisor, number=number, at=_issued_at())


def summarise(*, actor: Actor) -> list[CycleSummary]:
    """Return what became of each cycle's month."""
    found = []
    for bill_run in reversed(run_queries.list_runs(actor=actor)):
        totals = run_queries.get_totals(actor=actor, run=bill_run)
        found.append(
            CycleSummary(
                run=bill_run.number,
                status=bill_run.status,
                points=totals.points,
                bills=totals.bills,
                faults=totals.faults,
                faults_open=totals.faults_open,
                amount_fen=totals.amount_fen,
            )
        )
    return found


def _print_summary(progress: Progress, seconds: float) -> None:
    summaries = summarise(actor=Actor.system("summing up the demo utility"))
    points = sum(summary.points for summary in summaries)
    print(f"{organisation.UTILITY_NAME}  {points:,} 计量点与曲线 · points and curves")
    for summary in summaries:
        print(
            f"  {summary.run}  {summary.status}  {summary.bills:,} 张账单 bills  "
            f"{format_yuan(summary.amount_fen)} 元  {summary.faults} 故障 faults ({summary.faults_open} 未决 open)"
        )
    steps = " · ".join(f"{name} {spent:.1f}" for name, spent in progress.seconds.items())
    print(f"  {seconds:.1f} s ({steps})")
    for note in notes.list_notes()[:2]:
        print(f"  {note.zh}\n  {note.en}")


def _print_door(passwords: dict[str, str], port: int) -> None:
    print(f"\n员工工作台 · staff site   http://{HOST}:{port}/")
    for login, password, post in logins.list_logins(passwords):
        print(f"  {login:<12}{password:<18}{post}")
    print("只在本机可达，Ctrl-C 停止。 On this machine only; Ctrl-C stops.", flush=True)


def _pad(text: str, width: int) -> str:
    shown = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return text + " " * (width - shown)


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dianke demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="load and bill, do not serve")
    parser.add_argument("--homes", type=int, default=HOMES, help=f"homes of the estate (default {HOMES})")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"default {DEFAULT_PORT}")
    return parser.parse_args(argv)


def _data_dir() -> Path:
    from django.conf import settings

    return Path(settings.DATA_DIR)


def _now() -> datetime:
    return SystemClock().now()


def _issued_at() -> datetime:
    return _now() - money_work.ISSUED_BEFORE
