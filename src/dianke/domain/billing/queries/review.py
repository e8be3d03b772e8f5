"""Reads of the review: causes with counts and examples, the suspicions of a bill, what became of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from dianke.domain.billing.models import Bill, BillRun, BillSuspicion
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.rules.review.causes import CAUSES
from dianke.domain.billing.rules.review.facts import HISTORY_MONTHS
from dianke.domain.billing.types import FaultStatus, RunStatus, Severity, SuspicionState, get_bill_id_range
from dianke.domain.metering.models import UsagePoint
from dianke.platform.org.kept_statements import KeptStatements
from dianke.platform.org.scoping import Scope

_UNDECIDED = KeptStatements(is_prepared=True)
# A stand-in: no run has such a key.
_RUN = -1
_ORDER = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """The suspicions of one cause in a run: how many there are in each state, and an account to begin with."""

    code: str
    severity: Severity
    count: int
    open: int
    noted: int
    exempt: int
    asked: int
    corrected: int
    held: int
    example_id: int
    example_account: str

    @property
    def is_decided(self) -> bool:
        """Tell whether nothing of it stands in the way of issue."""
        return not self.open and not self.asked


@dataclass(frozen=True, slots=True)
class Decision:
    """One reason that somebody gave for suspicions of one cause."""

    code: str
    state: str
    reason: str
    decided_by: str
    count: int


@dataclass(frozen=True, slots=True)
class Undecided:
    """What stands in the way of issue, and who let suspicious bills stand."""

    open: int
    asked: int
    exempted_by: frozenset[str]


@dataclass(frozen=True, slots=True)
class HistoryMonth:
    """What a point was billed in a month; None where there is no bill."""

    month: date
    energy_kwh_e2: int | None
    amount_fen: int | None


def filter_suspicions(
    *, actor: Scope, run: BillRun, code: str = "", severity: str = "", state: str = "", usage_class: str = ""
) -> QuerySet[BillSuspicion]:
    """Return the suspicions of a run with point, account and customer, narrowed as named."""
    rows: QuerySet[BillSuspicion] = BillSuspicion.objects.for_actor(actor).filter(run=run)
    wanted = {
        "code": code,
        "severity": severity,
        "state": state,
        "usage_point__account__usage_class": usage_class,
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return rows.select_related("usage_point__account__customer", "usage_point__location")


def list_causes(*, actor: Scope, run: BillRun, usage_class: str = "") -> list[CauseGroup]:
    """Return the causes of a run: undecided ones first, then by severity and number."""
    rows = BillSuspicion.objects.for_actor(actor).filter(run=run)
    if usage_class:
        rows = rows.filter(usage_point__account__usage_class=usage_class)
    is_open = Q(state=SuspicionState.OPEN.value)
    counted = rows.values("code").annotate(
        n=Count("id"),
        example=Coalesce(Min("id", filter=is_open), Min("id")),
        **{state.value: Count("id", filter=Q(state=state.value)) for state in SuspicionState},
    )
    found = list(counted.order_by("-n", "code"))
    examples = BillSuspicion.objects.for_actor(actor).filter(id__in=[row["example"] for row in found])
    accounts = dict(examples.values_list("id", "usage_point__account__number").order_by("id"))
    groups = [
        CauseGroup(
            code=row["code"],
            severity=CAUSES[row["code"]].severity,
            count=row["n"],
            open=row[SuspicionState.OPEN.value],
            noted=row[SuspicionState.NOTED.value],
            exempt=row[SuspicionState.EXEMPT.value],
            asked=row[SuspicionState.CORRECTION_ASKED.value],
            corrected=row[SuspicionState.CORRECTED.value],
            held=row[SuspicionState.HELD.value],
            example_id=row["example"],
            example_account=accounts.get(row["example"], ""),
        )
        for row in found
    ]
    return sorted(groups, key=lambda group: (group.is_decided, _ORDER[group.severity], -group.count))


def count_undecided(*, actor: Scope, run: BillRun) -> Undecided:
    """Return what of a run's review stands in the way of issue."""
    found = _UNDECIDED.ask(actor=actor, write=_write_undecided, values={_RUN: run.pk})
    counts: Counter[str] = Counter()
    for state, _login, count in found:
        counts[state] += count
    return Undecided(
        open=counts[SuspicionState.OPEN.value],
        asked=counts[SuspicionState.CORRECTION_ASKED.value],
        exempted_by=frozenset(login for state, login, _count in found if state == SuspicionState.EXEMPT.value),
    )


def _write_undecided(actor: Scope) -> QuerySet[BillSuspicion, Any]:
    states = [SuspicionState.OPEN.value, SuspicionState.CORRECTION_ASKED.value, SuspicionState.EXEMPT.value]
    rows: QuerySet[BillSuspicion] = BillSuspicion.objects.for_actor(actor).filter(run_id=_RUN, state__in=states)
    return rows.order_by().values_list("state", "decided_by").annotate(n=Count("id"))


def count_open(*, actor: Scope, runs: Sequence[BillRun]) -> dict[int, int]:
    """Return how many suspicions of some runs nobody has decided, by the run's key; runs without any are left out."""
    rows = BillSuspicion.objects.for_actor(actor).filter(run__in=runs, state=SuspicionState.OPEN.value)
    return dict(rows.order_by().values_list("run_id").annotate(n=Count("id")))


def list_of_point(*, actor: Scope, run: BillRun, usage_point_id: int) -> list[BillSuspicion]:
    """Return every suspicion of one point's bill in a run, the gravest first."""
    rows = filter_suspicions(actor=actor, run=run).filter(usage_point_id=usage_point_id)
    return sorted(rows.order_by("id"), key=lambda row: _ORDER[Severity(row.severity)])


def find_neighbours(*, actor: Scope, run: BillRun, suspicion: BillSuspicion) -> tuple[int | None, int | None]:
    """Return the suspicions of the same cause before and after one that still want a decision."""
    rows = filter_suspicions(actor=actor, run=run, code=suspicion.code, state=SuspicionState.OPEN.value)
    before = rows.filter(id__lt=suspicion.pk).order_by("-id").values_list("id", flat=True).first()
    after = rows.filter(id__gt=suspicion.pk).order_by("id").values_list("id", flat=True).first()
    return before, after


def list_decisions(*, actor: Scope, run: BillRun) -> list[Decision]:
    """Return the reasons given in a run, with how many suspicions each settled."""
    rows = (
        BillSuspicion.objects.for_actor(actor)
        .filter(run=run)
        .exclude(decided_by="")
        .values("code", "state", "reason", "decided_by")
        .annotate(n=Count("id"), last=Max("decided_at"))
        .order_by("code", "-n", "reason")
    )
    return [Decision(row["code"], row["state"], row["reason"], row["decided_by"], row["n"]) for row in rows[:500]]


def count_suspicious_bills(*, actor: Scope, run: BillRun) -> int:
    """Return how many bills have a suspicion that wants or wanted a decision."""
    rows = BillSuspicion.objects.for_actor(actor).filter(run=run).exclude(severity=Severity.LOW.value)
    return int(rows.aggregate(n=Count("usage_point_id", distinct=True))["n"])


def list_faults_by_cause(*, actor: Scope, run: BillRun) -> list[tuple[str, int, int]]:
    """Return the causes that kept points of a run from a bill: code, points, put off."""
    put_off = Q(status=FaultStatus.DEFERRED.value)
    rows = run.faults.model.objects.for_actor(actor).filter(run=run)
    counted = rows.values_list("code").annotate(n=Count("id"), off=Count("id", filter=put_off)).order_by("-n", "code")
    return [(code, n, off) for code, n, off in counted]


def list_history(*, actor: Scope, usage_point_id: int, month: date) -> list[HistoryMonth]:
    """Return what a point was billed in each of the months before one, the oldest first."""
    months = [_month_before(month, ago) for ago in range(HISTORY_MONTHS, 0, -1)]
    first = get_bill_id_range(year=months[0].year, month=months[0].month)[0]
    end = get_bill_id_range(year=month.year, month=month.month)[0]
    energy: dict[date, int] = {}
    amount: dict[date, int] = {}
    rows = Bill.objects.for_actor(actor).filter(usage_point_id=usage_point_id, id__gte=first, id__lt=end)
    for billed, kwh_e2, fen in rows.values_list("month", F("energy_kwh_e2"), "amount_fen").order_by("id"):
        energy[billed] = energy.get(billed, 0) + kwh_e2
        amount[billed] = amount.get(billed, 0) + fen
    return [HistoryMonth(one, energy.get(one), amount.get(one)) for one in months]


def _month_before(month: date, ago: int) -> date:
    year, place = divmod(month.year * 12 + month.month - 1 - ago, 12)
    return date(year, place + 1, 1)


def get_point(*, actor: Scope, code: str) -> UsagePoint | None:
    """Return a usage point by its code, or None."""
    point: UsagePoint | None = UsagePoint.objects.for_actor(actor).filter(code=code).first()
    return point


def get_suspicion(*, actor: Scope, run: BillRun, suspicion_id: int) -> BillSuspicion | None:
    """Return a suspicion of a run with point, account and customer, or None."""
    row: BillSuspicion | None = filter_suspicions(actor=actor, run=run).filter(id=suspicion_id).first()
    return row


def list_amounts(*, actor: Scope, run: BillRun, rows: Sequence[BillSuspicion]) -> dict[int, int]:
    """Return the amounts of the bills of some suspicions by the bill's key, in fen."""
    bills = _bills_of(actor, run).filter(id__in={row.bill_id for row in rows})
    return dict(bills.values_list("id", "amount_fen").order_by("id"))


def find_bill(*, actor: Scope, run: BillRun, suspicion: BillSuspicion) -> Any:
    """Return the bill of a suspicion, a draft before issue, or None where it is gone."""
    return _bills_of(actor, run).filter(id=suspicion.bill_id).first()


def _bills_of(actor: Scope, run: BillRun) -> QuerySet[Any]:
    rows: QuerySet[Any] = bill_queries.filter_run(
        actor=actor, run_id=run.pk, is_issued=run.status == RunStatus.ISSUED.value
    )
    return rows
