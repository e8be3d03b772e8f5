"""Reads of final bills and of the points that runs leave to others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, QuerySet

from dianke.domain.billing.models import Bill, BillRun, BillRunFault, FinalBilling, RunPoint
from dianke.domain.billing.rules.documents.structured_bill import Occasion, OccasionCode
from dianke.domain.billing.types import HELD_BACK, FaultStatus, FinalKind, FinalState, RunKind, RunStatus
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.readings.models import CycleMonth, MeterReading, ReadingCycle, RoutePoint
from dianke.kernel.clock import at_midnight
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements
from dianke.platform.org.scoping import Scope
from dianke.platform.prepared_statements import fetch_prepared

# Cycles and routes may belong to a unit above the account; whoever bills the account may know its days.
_ANYBODY = Actor.system("finding how the points of an account are read and billed")

_HELD = KeptStatements(is_prepared=True)
# A stand-in: no run has such a key.
_RUN = -1
_PREFIX = "ZJ-"
_LONGEST_KEY = 18


class FinalBillingNotFound(DomainError):
    """No final bill of that number is within reach."""

    code = "billing.final_billing_not_found"
    message = "there is no final bill {number}"


@dataclass(frozen=True)
class ReadMeter:
    """A meter that stands at a point on a day, what is stored of that day already, and the reading before it."""

    point: UsagePoint
    installation: MeterInstallation
    reading: MeterReading | None
    earlier: MeterReading | None

    @property
    def registers(self) -> list[str]:
        """Return its registers in the order of its plate."""
        return list(self.installation.meter.registers)


def get_final(*, actor: Scope, key: int, lock: bool = False) -> FinalBilling:
    """
    Return a final bill with its account and runs.

    :raises FinalBillingNotFound: if there is none, or it belongs to another unit
    """
    rows = filter_finals(actor=actor)
    if lock:
        rows = rows.select_for_update(of=("self",))
    found: FinalBilling | None = rows.filter(pk=key).first()
    if found is None:
        raise FinalBillingNotFound(field="number", number=key)
    return found


def get_final_by_number(*, actor: Scope, number: str) -> FinalBilling:
    """
    Return a final bill of a number or key.

    :raises FinalBillingNotFound: if there is none, or it belongs to another unit
    """
    key = number.removeprefix(_PREFIX)
    if not (key.isascii() and key.isdigit()) or len(key) > _LONGEST_KEY:
        raise FinalBillingNotFound(field="number", number=number)
    return get_final(actor=actor, key=int(key))


def filter_finals(*, actor: Scope) -> QuerySet[FinalBilling]:
    """Return the final bills of the actor's units."""
    rows: QuerySet[FinalBilling] = FinalBilling.objects.for_actor(actor).select_related(
        "unit", "account", "customer", "new_customer", "run__cycle_month__cycle", "opening_run"
    )
    return rows


def find_of_run(*, actor: Scope, run: BillRun) -> FinalBilling | None:
    """Return the final bill that a run bills, or that opened it; None for other runs."""
    own = "run" if run.kind == RunKind.FINAL.value else "opening_run"
    if run.kind not in {RunKind.FINAL.value, RunKind.OPENING.value}:
        return None
    return filter_finals(actor=actor).filter(**{own: run}).first()


def list_kinds(*, run_ids: Sequence[int]) -> dict[int, str]:
    """Return the kinds of those runs that are no run of a cycle, by key; whoever sees a bill sees of what kind."""
    rows = BillRun.objects.for_actor(_ANYBODY).filter(id__in=set(run_ids)).exclude(kind=RunKind.CYCLE.value)
    return dict(rows.values_list("id", "kind").order_by("id"))


def list_occasions(*, run_ids: Sequence[int]) -> dict[int, Occasion]:
    """Return the closing or hand-over that runs bill, by key of the run; whoever sees a bill sees what it ends."""
    found: dict[int, Occasion] = {}
    keys = list(set(run_ids))
    for final in fetch_prepared(_OCCASIONS, [keys, keys]):
        key, run_id, opening_run_id, kind, day = final
        number = FinalBilling(pk=key).number
        found[run_id] = Occasion(OccasionCode(kind), day, number, key)
        if opening_run_id is not None:
            found[opening_run_id] = Occasion(OccasionCode.OPENING, day, number, key)
    return found


_OCCASIONS = """
select id, run_id, opening_run_id, kind, final_date from billing_finalbilling
 where run_id = any(%s) or opening_run_id = any(%s)
 order by id
"""


def list_point_ids(*, run: BillRun) -> list[int]:
    """Return the keys of the points of a run that does not bill the whole of a cycle's month."""
    rows = RunPoint.objects.for_actor(_ANYBODY).filter(run=run)
    return list(rows.order_by("usage_point_id").values_list("usage_point_id", flat=True))


def list_handovers(*, account_id: int) -> list[date]:
    """Return the days on which an account was handed over to somebody else."""
    rows = FinalBilling.objects.for_actor(_ANYBODY).filter(
        account_id=account_id, kind=FinalKind.HANDOVER.value, state=FinalState.ISSUED.value
    )
    return list(rows.order_by("final_date").values_list("final_date", flat=True))


def list_route_points(*, account: CustomerAccount) -> list[UsagePoint]:
    """Return the points of an account that stand on a route, by code."""
    rows = UsagePoint.objects.for_actor(_ANYBODY).filter(account=account, route_point__isnull=False)
    return list(rows.select_related("location").order_by("code", "id"))


def list_cycles(*, points: Sequence[UsagePoint]) -> list[ReadingCycle]:
    """Return the cycles that the points are read in."""
    routes = RoutePoint.objects.for_actor(_ANYBODY).filter(usage_point__in=points)
    cycles = ReadingCycle.objects.for_actor(_ANYBODY).filter(id__in=routes.values("route__cycle_id"))
    return list(cycles.order_by("code", "id"))


def list_others_in_series(*, points: Sequence[UsagePoint]) -> list[str]:
    """Return the codes of points of other accounts that are sub-meters of these or have them as sub-meters."""
    own = [point.pk for point in points]
    rows = UsagePoint.objects.for_actor(_ANYBODY)
    below = rows.filter(parent_id__in=own).exclude(id__in=own)
    above = rows.filter(id__in=[point.parent_id for point in points if point.parent_id]).exclude(id__in=own)
    return sorted({*below.values_list("code", flat=True), *above.values_list("code", flat=True)})


def list_cycle_months(*, cycle: ReadingCycle) -> list[CycleMonth]:
    """Return the months of a cycle and their stages, in time."""
    rows = CycleMonth.objects.for_actor(_ANYBODY).filter(cycle=cycle).select_related("cycle")
    return list(rows.order_by("month", "stage", "id"))


def list_live_runs(*, cycle_months: Sequence[CycleMonth]) -> list[BillRun]:
    """Return the runs of some months that bill every point and were not cancelled."""
    rows = BillRun.objects.for_actor(_ANYBODY).filter(cycle_month__in=cycle_months, kind=RunKind.CYCLE.value)
    return list(rows.exclude(status=RunStatus.CANCELLED.value).select_related("cycle_month").order_by("id"))


def has_final_in(*, account: CustomerAccount, cycle_months: Sequence[CycleMonth]) -> bool:
    """Tell whether an account has a final bill within some months already."""
    rows = FinalBilling.objects.for_actor(_ANYBODY).filter(account=account, run__cycle_month__in=cycle_months)
    return bool(rows.exclude(state=FinalState.WITHDRAWN.value).exists())


def find_billed_until(*, account: CustomerAccount) -> dict[int, date]:
    """Return the last day, exclusive, that each point of an account was billed to."""
    bills = Bill.objects.for_actor(_ANYBODY).filter(account_id=account.pk)
    return dict(bills.values_list("usage_point_id").annotate(last=Max("period_end")).order_by("usage_point_id"))


def find_installed(*, points: Sequence[UsagePoint]) -> dict[int, date]:
    """Return the first day that each point had a meter."""
    rows = MeterInstallation.objects.for_actor(_ANYBODY).filter(usage_point__in=points)
    return dict(rows.values_list("usage_point_id").annotate(first=Min("period__startswith")).order_by())


def list_meters(*, points: Sequence[UsagePoint], on: date) -> list[ReadMeter]:
    """Return the meters that stand at some points from before a day until after it, by point."""
    # The last day of the calendar has no day after it.
    on = min(on, date.max - timedelta(days=1))
    rows = MeterInstallation.objects.for_actor(_ANYBODY).filter(usage_point__in=points, period__startswith__lt=on)
    found = rows.select_related("meter", "usage_point").order_by("usage_point__code", "id")
    standing = [one for one in found if one.period.upper is None or one.period.upper > on]
    return [ReadMeter(one.usage_point, one, *_find_readings(one, on)) for one in standing]


def _find_readings(installation: MeterInstallation, on: date) -> tuple[MeterReading | None, MeterReading | None]:
    rows = MeterReading.objects.for_actor(_ANYBODY).filter(installation=installation, replaced_by=None)
    of_day = rows.filter(read_at__gte=at_midnight(on), read_at__lt=at_midnight(on + timedelta(days=1)))
    before = rows.filter(read_at__lt=at_midnight(on))
    return of_day.order_by("read_at", "id").first(), before.order_by("-read_at", "-id").first()


def list_left_points(*, run: BillRun) -> list[int]:
    """
    Return the keys of the points that an issued run left for later and nothing has billed since.

    Points with a final bill are not among them unless it was withdrawn, nor those of a supplementary run that lives.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_POINTS, {"run": run.pk, "month": run.cycle_month_id})
        return [key for (key,) in cursor.fetchall()]


def count_held_back(*, actor: Scope, run: BillRun) -> list[tuple[str, int]]:
    """Return why bills of a run were held back, and how many for each reason."""
    return [(reason, count) for reason, count in _HELD.ask(actor=actor, write=_write_held, values={_RUN: run.pk})]


def _write_held(actor: Scope) -> QuerySet[BillRunFault, Any]:
    rows: QuerySet[BillRunFault] = BillRunFault.objects.for_actor(actor)
    rows = rows.filter(run_id=_RUN, code=HELD_BACK, status=FaultStatus.DEFERRED.value)
    return rows.values_list("reason").annotate(n=Count("id")).order_by("-n", "reason")


_LEFT_POINTS = """
select distinct f.usage_point_id
  from billing_billrunfault f
 where f.run_id = %(run)s and f.status = 'DEFERRED'
   and not exists (
       select 1 from billing_runpoint p join billing_billrun r on r.id = p.run_id
        where p.usage_point_id = f.usage_point_id and r.cycle_month_id = %(month)s and r.status <> 'CANCELLED'
          and (r.kind = 'FINAL' or r.parent_id = %(run)s))
   and not (f.code = 'final_billed' and exists (
       select 1 from billing_finalbilling b join billing_runpoint p on p.run_id = b.run_id
        where p.usage_point_id = f.usage_point_id and b.state <> 'WITHDRAWN'))
 order by f.usage_point_id
"""
