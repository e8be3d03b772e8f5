"""
Bills that will still be issued, and what will be paid of them: by the calendar, the last bills and the payments before.

A running month is estimated from the calendar of its cycle and the mean of the last three months of each account that
was billed last time; what is paid of it by what came day by day after the issue, by class of use, of
bills that are old enough. Both are conventions of ours [P].
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection

from dianke.domain.billing.models import BillRun
from dianke.domain.billing.types import RunKind, RunStatus
from dianke.domain.collection.queries.recovery import ALL, GIVEN_UP, list_units
from dianke.domain.collection.rules.forecast import HORIZONS, IssuedDay, find_paid_share, list_issue_days, take_share
from dianke.domain.readings.models import PlannedDay, ReadingCycle
from dianke.domain.readings.types import CalendarStep
from dianke.domain.receivables.models import Voucher
from dianke.domain.receivables.queries.chart import list_keys_below
from dianke.domain.receivables.types import get_key_range
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

# The cycles are the utility's; the bills of each are narrowed to the reader's units by the statement.
_SYSTEM = Actor.system("looking at which cycles bill next, narrowed to units by the statement")
_MEAN_MONTHS = 3
# Bills of so many days before the longest horizon tell how customers pay: at least one month's run of every cycle.
_COHORT_DAYS = 45
_ESTIMATES = """
with run as (select * from unnest(%(runs)s::bigint[], %(cycles)s::bigint[], %(lasts)s::boolean[])
                  as r (run_id, cycle_id, is_last)),
     account as (
     select b.account_id, r.cycle_id, max(b.usage_class) as usage_class,
            sum(b.amount_fen)::numeric / count(distinct b.month) as mean_fen, bool_or(r.is_last) as is_active
       from billing_bill b join run r on r.run_id = b.run_id
      where b.id >= %(first)s and b.id < %(end)s and b.unit_id = any(%(units)s)
      group by b.account_id, r.cycle_id)
select cycle_id, usage_class, count(*), coalesce(sum(round(mean_fen)), 0)::bigint
  from account where is_active group by 1, 2 order by 1, 2
"""
_PAYING = """
with issued as materialized (
     select p.item_id, max(p.usage_class) as usage_class, min(p.booked_on) as day, sum(p.debit_fen)::bigint as fen
       from receivables_posting p
      where p.ledger_account_id = any(%(ledgers)s) and p.booked_on > %(since)s and p.booked_on <= %(on)s
        and p.id >= %(first)s and p.id < %(end)s and p.debit_fen > 0 and p.bill_id is not null
        and p.unit_id = any(%(units)s)
      group by p.item_id),
     came as (
     select i.usage_class, i.day, p.booked_on - i.day as after, sum(p.credit_fen)::bigint as fen
       from issued i join receivables_posting p on p.item_id = i.item_id
      where p.ledger_account_id = any(%(ledgers)s) and p.booked_on >= i.day and p.booked_on <= %(on)s
        and p.id >= %(first)s and p.id < %(end)s and p.voucher_id <> all(%(given_up)s)
      group by 1, 2, 3)
select usage_class, day, null::int, sum(fen)::bigint from issued group by 1, 2
union all select usage_class, day, after, fen from came
"""


@dataclass(frozen=True, slots=True)
class ComingBills:
    """The bills of a month of a cycle and a class that are expected, and what of them is expected to come in time."""

    cycle_code: str
    cycle_name: str
    month: date
    issued_on: date
    usage_class: str
    account_count: int
    billed_fen: int
    expected_fen: int


@dataclass(frozen=True, slots=True)
class _Cycle:
    """A cycle, the last month that it billed, and when."""

    row: ReadingCycle
    last_month: date
    last_issue: date


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known at the end of a day of bills to come: whatever the horizon, it is read once."""

    on: date
    cycles: Mapping[int, _Cycle]
    planned: Mapping[int, Mapping[date, date]]
    # Cycle, class, accounts, and the sum of their means in fen.
    estimates: Sequence[tuple[int, str, int, int]]
    paying: Mapping[str, list[IssuedDay]]


def look_ahead(*, actor: Scope, on: date, unit_path: str = "") -> Outlook:
    """Return what is known at the end of a day of the bills to come of the actor's units."""
    runs = _list_runs(on)
    cycles = _find_cycles(runs)
    units = list_units(actor=actor, unit_path=unit_path)
    estimates = _estimate(runs, cycles, units) if cycles else []
    paying = list_paying(on=on, units=units)
    return Outlook(on, cycles, _map_planned(list(cycles), on), estimates, paying)


def list_coming_bills(*, outlook: Outlook, days: int) -> list[ComingBills]:
    """Return the bills that will be issued within some days, by day, cycle and class."""
    on, cycles, planned, paying = outlook.on, outlook.cycles, outlook.planned, outlook.paying
    until = on + timedelta(days=days)
    found: list[ComingBills] = []
    for cycle_id, usage_class, count, mean_fen in outlook.estimates:
        cycle = cycles[cycle_id]
        for month, day in list_issue_days(
            last_month=cycle.last_month, last_issue=cycle.last_issue, months=cycle.row.months_per_period,
            planned=planned.get(cycle_id, {}), on=on, until=until,
        ):  # fmt: skip
            expected = take_share(mean_fen, _find_share(paying, usage_class, (until - day).days, on))
            code, name = cycle.row.code, cycle.row.name
            found.append(ComingBills(code, name, month, day, usage_class, count, mean_fen, expected))
    return sorted(found, key=lambda one: (one.issued_on, one.cycle_code, one.usage_class))


def list_paying(*, on: date, units: Sequence[int]) -> Mapping[str, list[IssuedDay]]:
    """Return by class of use what was billed lately and when it came."""
    since = on - timedelta(days=HORIZONS[-1] + _COHORT_DAYS)
    first, _end = get_key_range(month=since)
    _first, end = get_key_range(month=on)
    given_up = Voucher.objects.for_actor(_SYSTEM).filter(kind__in=GIVEN_UP, booked_on__range=(since, on))
    values: dict[str, Any] = {
        "ledgers": list_keys_below(actor=_SYSTEM, code=ALL),
        "since": since,
        "on": on,
        "first": first,
        "end": end,
        "units": list(units),
        "given_up": list(given_up.values_list("pk", flat=True)),
    }
    billed: dict[tuple[str, date], int] = {}
    came: dict[tuple[str, date], dict[int, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PAYING, values)
        for usage_class, day, after, fen in cursor.fetchall():
            if after is None:
                billed[usage_class, day] = fen
            else:
                came.setdefault((usage_class, day), {})[after] = fen
    found: dict[str, list[IssuedDay]] = {}
    for (usage_class, day), fen in billed.items():
        found.setdefault(usage_class, []).append(IssuedDay(day, fen, came.get((usage_class, day), {})))
    return found


def sum_came_of_new(*, outlook: Outlook, start: date) -> tuple[int, int]:
    """Return what was billed after a day until that of the outlook, and what came of it until then, in fen."""
    fresh = [one for rows in outlook.paying.values() for one in rows if one.day > start]
    return sum(one.billed_fen for one in fresh), sum(sum(one.came_fen.values()) for one in fresh)


def _find_share(paying: Mapping[str, list[IssuedDay]], usage_class: str, days: int, on: date) -> tuple[int, int]:
    """Return the share of a class, of all classes where it has none that old."""
    own = find_paid_share(paying.get(usage_class, []), days=days, on=on)
    return own if own[1] else find_paid_share([one for rows in paying.values() for one in rows], days=days, on=on)


def _list_runs(on: date) -> list[BillRun]:
    """Return the runs of whole cycles that were issued at the end of a day, the latest month first."""
    night = datetime.combine(on + timedelta(days=1), time(), SHANGHAI)
    kinds = [RunKind.CYCLE.value, RunKind.SUPPLEMENTARY.value]
    rows = BillRun.objects.for_actor(_SYSTEM).filter(
        kind__in=kinds, status=RunStatus.ISSUED.value, issued_at__lt=night,
        cycle_month__month__gt=on - timedelta(days=366),
    )  # fmt: skip
    return list(rows.select_related("cycle_month__cycle").order_by("-cycle_month__month", "-issued_at"))


def _find_cycles(runs: Sequence[BillRun]) -> dict[int, _Cycle]:
    found: dict[int, _Cycle] = {}
    for run in runs:
        month, cycle = run.cycle_month.month, run.cycle_month.cycle
        if cycle.pk not in found and run.issued_at is not None:
            found[cycle.pk] = _Cycle(cycle, month, run.issued_at.astimezone(SHANGHAI).date())
    return found


def _map_planned(cycles: Sequence[int], on: date) -> dict[int, dict[date, date]]:
    """Return by cycle and month the last day of issue that the calendar holds: of stages that of the whole month."""
    rows = PlannedDay.objects.for_actor(_SYSTEM).filter(
        cycle_id__in=cycles, step=CalendarStep.ISSUE.value, month__gte=on - timedelta(days=366)
    )
    found: dict[int, dict[date, date]] = {}
    for cycle, month, day in rows.values_list("cycle_id", "month", "planned_date").order_by("planned_date"):
        found.setdefault(cycle, {})[month] = day
    return found


def _estimate(
    runs: Sequence[BillRun], cycles: Mapping[int, _Cycle], units: Sequence[int]
) -> list[tuple[int, str, int, int]]:
    """Return cycle, class, accounts and the sum of their means, of the accounts that the last month billed."""
    months: dict[int, list[date]] = {}
    taken: list[tuple[int, int, bool]] = []
    for run in runs:
        cycle, month = run.cycle_month.cycle_id, run.cycle_month.month
        known = months.setdefault(cycle, [])
        if month not in known and len(known) < _MEAN_MONTHS:
            known.append(month)
        if month in known:
            taken.append((run.pk, cycle, month == cycles[cycle].last_month))
    every = [month for known in months.values() for month in known]
    values: dict[str, Any] = {
        "runs": [key for key, _cycle, _last in taken],
        "cycles": [cycle for _key, cycle, _last in taken],
        "lasts": [last for _key, _cycle, last in taken],
        "first": get_key_range(month=min(every))[0],
        "end": get_key_range(month=max(every))[1],
        "units": list(units),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ESTIMATES, values)
        return [(cycle, usage_class, count, fen) for cycle, usage_class, count, fen in cursor.fetchall()]
