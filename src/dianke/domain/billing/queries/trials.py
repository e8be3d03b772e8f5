"""Reads of trials, and how much of its plan a version was tried on before it comes into force."""

from collections.abc import Collection
from datetime import date

from django.db import connection
from django.db.models import F, Q, QuerySet

from dianke.domain.billing.models import Bill, BillRun, BillTrial
from dianke.domain.billing.rules.trial_coverage import Coverage, FinishedTrial, count_tried, find_best
from dianke.domain.billing.types import RunStatus, TrialStatus, get_bill_id_range
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope


class TrialNotFound(DomainError):
    """No trial of that number is within reach."""

    code = "billing.trial_not_found"
    message = "no trial {number} was found"


def get_trial(*, actor: Scope, number: str, lock: bool = False) -> BillTrial:
    """
    Return a trial with its unit and version.

    :raises TrialNotFound: if there is none, or it reaches beyond the actor's units
    """
    trials = BillTrial.objects.for_actor(actor).select_related("unit", "version__plan")
    if lock:
        trials = trials.select_for_update(of=("self",))
    trial: BillTrial | None = trials.filter(number=number).first()
    if trial is None:
        raise TrialNotFound(field="number", number=number)
    return trial


def filter_trials(*, actor: Scope, version_id: int | None = None) -> QuerySet[BillTrial]:
    """Return the trials of the actor's units, of one version if named, without their reports."""
    trials: QuerySet[BillTrial] = BillTrial.objects.for_actor(actor).select_related("unit", "version__plan")
    if version_id is not None:
        trials = trials.filter(version_id=version_id)
    return trials.defer("report")


def find_coverage(*, version_id: int, plan_id: int, on: date) -> Coverage | None:
    """
    Return how much of the bills of its plan a version was tried on, of the month of which most was tried, or None.

    The rule is the one of `on`; trials count wherever in the utility they were made.
    """
    trials = BillTrial.objects.for_actor(_ANYWHERE).filter(version_id=version_id, status=TrialStatus.DONE.value)
    tried = count_tried(
        [
            FinishedTrial(key, month, path, usage_class, priced, int(unpriced or 0))
            for key, month, path, usage_class, priced, unpriced in trials.values_list(
                "id", "month", "unit__path", "usage_class", "bill_count", "report__totals__unpriced"
            )
        ]
    )
    issued = {month: _count_issued(plan_id=plan_id, month=month) for month in tried}
    return find_best(tried=tried, issued=issued, on=on)


def filter_tried_runs(*, month: date) -> QuerySet[BillRun]:
    """Return the runs whose bills a trial of a month is made on, wherever in the utility."""
    # The last of several stages is tried as the whole month, so that its interim bills are left out.
    rows: QuerySet[BillRun] = BillRun.objects.for_actor(_ANYWHERE).filter(
        Q(cycle_month__stage=F("cycle_month__stages")) | Q(period_start__isnull=False),
        cycle_month__month=month,
        status=RunStatus.ISSUED.value,
    )
    return rows


def has_issued_bills(*, plan_id: int) -> bool:
    """Tell whether any bill of a plan was ever issued, wherever in the utility: whether there is something to try."""
    with connection.cursor() as cursor:
        cursor.execute(_ISSUED_OF_PLAN, {"plan": plan_id})
        return bool(cursor.fetchone()[0])


def list_issued_months(*, actor: Scope) -> list[date]:
    """Return the months that have issued bills of the actor's units, the newest first."""
    runs = BillRun.objects.for_actor(_ANYWHERE).filter(status=RunStatus.ISSUED.value)
    months = sorted(set(runs.values_list("cycle_month__month", flat=True)), reverse=True)
    if actor.sees_every_unit:
        return months
    bills = Bill.objects.for_actor(actor)
    return [month for month in months if bills.filter(month=month, **_keys_of(month)).exists()]


def list_account_numbers(*, bill_ids: Collection[int]) -> dict[int, str]:
    """Return the account numbers of bills, whose reach the caller has settled."""
    bills = Bill.objects.for_actor(_ANYWHERE).filter(id__in=list(bill_ids))
    return dict(bills.values_list("id", "account_number"))


def list_customer_names(*, actor: Scope, bill_ids: Collection[int]) -> dict[int, str]:
    """Return the customers of those bills that the actor may see."""
    bills = Bill.objects.for_actor(actor).filter(id__in=list(bill_ids))
    return dict(bills.values_list("id", "customer_name"))


def _count_issued(*, plan_id: int, month: date) -> int:
    """Return how many bills of a plan a trial of a month would find."""
    keys = _keys_of(month)
    runs = list(filter_tried_runs(month=month).values_list("id", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_OF_PLAN, {"plan": plan_id, "runs": runs, "first": keys["id__gte"], "end": keys["id__lt"]})
        return int(cursor.fetchone()[0])


def _keys_of(month: date) -> dict[str, int]:
    first, end = get_bill_id_range(year=month.year, month=month.month)
    return {"id__gte": first, "id__lt": end}


# Whether a version was tried, and what months there are, is the same for everybody who may decide or ask.
_ANYWHERE = Actor.system("telling what has been tried in the utility")

# Of the terms in a period the last are billed by. A correction is no bill of its run.
_COUNT_OF_PLAN = """
select count(*)
  from billing_bill b
 where b.id >= %(first)s and b.id < %(end)s and b.run_id = any(%(runs)s::bigint[]) and b.correction_id is null
   and exists (
    select 1 from billing_billingterms t
     where t.plan_id = %(plan)s and t.usage_point_id = b.usage_point_id
       and t.period && daterange(b.period_start, b.period_end)
       and not exists (
        select 1 from billing_billingterms u
         where u.usage_point_id = t.usage_point_id and lower(u.period) > lower(t.period)
           and u.period && daterange(b.period_start, b.period_end)))
"""
_ISSUED_OF_PLAN = """
select exists (
    select 1 from billing_billingterms t
      join metering_usagepoint p on p.id = t.usage_point_id
      join billing_bill b on b.account_id = p.account_id and b.usage_point_id = p.id
                         and daterange(b.period_start, b.period_end) && t.period
     where t.plan_id = %(plan)s)
"""
