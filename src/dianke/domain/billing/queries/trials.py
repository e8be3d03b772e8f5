"""Reads of trials, and whether a version has one before it comes into force."""

from collections.abc import Collection
from datetime import date

from django.db import connection
from django.db.models import QuerySet

from dianke.domain.billing.models import Bill, BillRun, BillTrial
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


def has_finished_trial(*, version_id: int) -> bool:
    """Tell whether a version was tried on at least one issued bill, wherever in the utility."""
    trials = BillTrial.objects.for_actor(_ANYWHERE).filter(version_id=version_id, status=TrialStatus.DONE.value)
    return bool(trials.filter(bill_count__gt=0).exists())


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


def _keys_of(month: date) -> dict[str, int]:
    first, end = get_bill_id_range(year=month.year, month=month.month)
    return {"id__gte": first, "id__lt": end}


# Whether a version was tried, and what months there are, is the same for everybody who may decide or ask.
_ANYWHERE = Actor.system("telling what has been tried in the utility")

_ISSUED_OF_PLAN = """
select exists (
    select 1 from billing_billingterms t
      join metering_usagepoint p on p.id = t.usage_point_id
      join billing_bill b on b.account_id = p.account_id and b.usage_point_id = p.id
                         and daterange(b.period_start, b.period_end) && t.period
     where t.plan_id = %(plan)s)
"""
