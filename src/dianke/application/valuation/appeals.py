"""Appeals against a class: who enters one never decides it."""

from datetime import date, datetime

from dianke.domain.customers import queries as customers
from dianke.domain.valuation.models import ValueAppeal
from dianke.domain.valuation.operations import appeals as operations
from dianke.domain.valuation.operations.appeals import UnableToAppeal
from dianke.domain.valuation.queries import appeals as queries
from dianke.domain.valuation.rules.policy import get_policy
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor


@use_case(right="valuation.appeal")
def enter_appeal(
    *, actor: Actor, customer_number: str, asked_by: str, asked_class: str, reason: str, at: datetime
) -> ValueAppeal:
    """
    Enter who disagrees with a class and why.

    :raises UnableToAppeal: if the customer is not there, was never rated, or the appeal says too little
    """
    today = to_shanghai(at).date()
    customer = customers.get_customer(actor=actor, number=customer_number)
    if customer is None:
        raise UnableToAppeal(field="customer", reason="there is no such customer")
    return operations.enter_appeal(
        customer=customer, asked_by=asked_by, asked_class=asked_class, reason=reason, policy=get_policy(on=today),
        login=actor.login, at=at, today=today,
    )  # fmt: skip


@use_case(right="valuation.approve")
def grant_appeal(*, actor: Actor, key: int, held_until: date, reason: str, at: datetime) -> ValueAppeal:
    """
    Hold the class that was asked for until a day.

    :raises SamePerson: if the actor entered it, or stands in for who did
    """
    today = to_shanghai(at).date()
    return operations.grant_appeal(
        appeal=_get(actor, key), held_until=held_until, reason=reason, policy=get_policy(on=today), login=actor.login,
        at=at, today=today,
    )  # fmt: skip


@use_case(right="valuation.approve")
def refuse_appeal(*, actor: Actor, key: int, reason: str, at: datetime) -> ValueAppeal:
    """
    Refuse an appeal with a reason.

    :raises SamePerson: if the actor entered it, or stands in for who did
    """
    return operations.refuse_appeal(appeal=_get(actor, key), reason=reason, login=actor.login, at=at)


def _get(actor: Actor, key: int) -> ValueAppeal:
    appeal = queries.get_appeal(actor=actor, key=key, lock=True)
    entered_on = to_shanghai(appeal.entered_at).date()
    require_another_person(actor=actor, operator_login=appeal.entered_by, operated_on=entered_on)
    return appeal
