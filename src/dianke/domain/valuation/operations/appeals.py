"""Enter and decide appeals against a class."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from dianke.domain.customers.models import Customer
from dianke.domain.customers.operations.standing import put_value_classes
from dianke.domain.customers.types import ValueClass
from dianke.domain.valuation.models import ValueAppeal
from dianke.domain.valuation.queries.service import list_services
from dianke.domain.valuation.rules.policy import Policy
from dianke.domain.valuation.types import AppealState
from dianke.kernel.errors import DomainError

_MONTH_DAYS = 31


class UnableToAppeal(DomainError):
    """The appeal cannot be entered as it stands."""

    code = "value.unable_to_appeal"
    message = "the appeal cannot be entered: {reason}"


class AppealNotOpen(DomainError):
    """The appeal was decided already."""

    code = "value.appeal_not_open"
    message = "{number} was decided already"


class HeldTooLong(DomainError):
    """A class is held for a time, not for ever."""

    code = "value.held_too_long"
    message = "a class is held from today until {latest} at most"


def enter_appeal(
    *, customer: Customer, asked_by: str, asked_class: str, reason: str, policy: Policy, login: str, at: datetime,
    today: date,
) -> ValueAppeal:  # fmt: skip
    """
    Enter who disagrees with the class and why; the day of the answer follows.

    :raises UnableToAppeal: if there is no class to disagree with, nothing is said, or an appeal is open
    """
    asked = asked_class if asked_class in set(ValueClass) else ""
    if not customer.value_class:
        raise UnableToAppeal(field="customer", reason="the customer was never rated")
    if not asked or asked == customer.value_class:
        raise UnableToAppeal(field="asked_class", reason="another class must be asked for")
    if not asked_by.strip() or not reason.strip():
        raise UnableToAppeal(field="reason", reason="who asks and why must be said")
    appeal = ValueAppeal(
        unit_id=customer.unit_id, customer=customer, asked_by=asked_by.strip(), class_then=customer.value_class,
        asked_class=asked, reason=reason.strip(), received_on=today,
        due_on=today + timedelta(days=policy.answer_days), entered_by=login, entered_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            appeal.save()
    except IntegrityError as taken:
        raise UnableToAppeal(field="customer", reason="an appeal is open already") from taken
    return appeal


def grant_appeal(
    *, appeal: ValueAppeal, held_until: date, reason: str, policy: Policy, login: str, at: datetime, today: date
) -> ValueAppeal:
    """
    Hold the class asked for until a day, from now on.

    :raises AppealNotOpen: if it was decided
    :raises HeldTooLong: if the day is past or too far off
    """
    _require_open(appeal)
    latest = today + timedelta(days=policy.most_held_months * _MONTH_DAYS)
    if not today <= held_until <= latest:
        raise HeldTooLong(field="held_until", latest=latest.isoformat())
    appeal.held_until = held_until
    _decide(appeal, AppealState.GRANTED, reason, login, at)
    table = list_services(on=today)[0].table
    put_value_classes(customer_ids=[appeal.customer_id], classes=[appeal.asked_class], service_table=table)
    return appeal


def refuse_appeal(*, appeal: ValueAppeal, reason: str, login: str, at: datetime) -> ValueAppeal:
    """
    Refuse an appeal with a reason.

    :raises AppealNotOpen: if it was decided
    :raises UnableToAppeal: if no reason is given
    """
    _require_open(appeal)
    _decide(appeal, AppealState.REFUSED, reason, login, at)
    return appeal


def _require_open(appeal: ValueAppeal) -> None:
    if appeal.state != AppealState.OPEN.value:
        raise AppealNotOpen(field="state", number=appeal.number)


def _decide(appeal: ValueAppeal, state: AppealState, reason: str, login: str, at: datetime) -> None:
    if not reason.strip():
        raise UnableToAppeal(field="reason", reason="a decision says why")
    appeal.state, appeal.decision_reason = state.value, reason.strip()
    appeal.decided_by, appeal.decided_at = login, at
    appeal.save()
