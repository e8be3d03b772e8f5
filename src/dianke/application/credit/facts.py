"""Facts about customers: one person enters, another confirms; what was wrong is withdrawn, never edited."""

from datetime import date, datetime
from decimal import Decimal

from dianke.domain.credit.models import CustomerFact
from dianke.domain.credit.operations import facts as operations
from dianke.domain.credit.operations.facts import NewFact
from dianke.domain.credit.operations.scores import rescore
from dianke.domain.credit.queries import facts as queries
from dianke.domain.credit.queries.policies import get_policy
from dianke.domain.credit.types import SCORED_TYPES, FactSource, FactType
from dianke.domain.customers.models import Customer
from dianke.domain.customers.queries import get_account, get_customer
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor


class CustomerUnknown(DomainError):
    """There is no such customer within the actor's units."""

    code = "credit.customer_unknown"
    message = "there is no customer {number}"


@use_case(right="credit.enter")
def enter_fact(
    *,
    actor: Actor,
    number: str,
    type: FactType,  # noqa: A002 - the word of the table
    on_date: date,
    at: datetime,
    until_date: date | None = None,
    value: Decimal | None = None,
    note: str = "",
) -> CustomerFact:
    """
    Enter a fact about a customer, named by its number or by that of an account; what moves the score waits.

    :raises CustomerUnknown: if there is none within the actor's units
    :raises UnableToEnterFact: if the fact cannot be
    """
    customer, account_id = find_subject(actor=actor, number=number)
    new = NewFact(
        unit_id=customer.unit_id, customer_id=customer.pk, customer_account_id=account_id, type=type, on_date=on_date,
        until_date=until_date, value=value, note=note,
    )  # fmt: skip
    today = to_shanghai(at).date()
    return operations.enter_fact(new=new, source=FactSource.PERSON, login=actor.login, at=at, today=today)


@use_case(right="credit.decide")
def confirm_fact(*, actor: Actor, key: int, at: datetime) -> CustomerFact:
    """
    Let a fact count that somebody else entered; the score of the customer is computed again.

    :raises SamePerson: if the actor entered it, or stands in for who did
    """
    fact = _get(actor, key)
    operations.confirm_fact(fact=fact, login=actor.login, at=at)
    _rescore(fact, at)
    return fact


@use_case(right="credit.decide")
def refuse_fact(*, actor: Actor, key: int, reason: str, at: datetime) -> CustomerFact:
    """
    Refuse a fact that somebody else entered.

    :raises SamePerson: if the actor entered it, or stands in for who did
    """
    return operations.refuse_fact(fact=_get(actor, key), reason=reason, login=actor.login, at=at)


@use_case(right="credit.enter")
def ask_withdrawal(*, actor: Actor, key: int, reason: str, at: datetime) -> CustomerFact:
    """Ask for a fact to be withdrawn that was wrong."""
    fact = queries.get_fact(actor=actor, key=key, lock=True)
    return operations.ask_withdrawal(fact=fact, reason=reason, login=actor.login, at=at)


@use_case(right="credit.decide")
def decide_withdrawal(*, actor: Actor, key: int, is_withdrawn: bool, at: datetime) -> CustomerFact:
    """
    Withdraw a fact as somebody else asked, or let it stand; the score of the customer is computed again.

    :raises SamePerson: if the actor asked, or stands in for who did
    """
    fact = queries.get_fact(actor=actor, key=key, lock=True)
    operations.require_asked(fact)
    asked_on = to_shanghai(fact.withdrawal_asked_at).date() if fact.withdrawal_asked_at else None
    require_another_person(actor=actor, operator_login=fact.withdrawal_asked_by, operated_on=asked_on)
    if not is_withdrawn:
        return operations.keep_fact(fact=fact)
    operations.withdraw_fact(fact=fact, login=actor.login, at=at)
    _rescore(fact, at)
    return fact


def find_subject(*, actor: Actor, number: str) -> tuple[Customer, int | None]:
    """
    Return the customer of a number and, where the number is that of an account, the key of the account.

    :raises CustomerUnknown: if there is none within the actor's units, or it was merged into another
    """
    account = get_account(actor=actor, number=number)
    customer = account.customer if account is not None else get_customer(actor=actor, number=number)
    if customer is None or customer.merged_into_id is not None:
        raise CustomerUnknown(field="number", number=number)
    return customer, account.pk if account is not None else None


def _get(actor: Actor, key: int) -> CustomerFact:
    fact = queries.get_fact(actor=actor, key=key, lock=True)
    entered_on = to_shanghai(fact.entered_at).date()
    require_another_person(actor=actor, operator_login=fact.entered_by, operated_on=entered_on)
    return fact


def _rescore(fact: CustomerFact, at: datetime) -> None:
    if FactType(fact.type) in {*SCORED_TYPES, FactType.MANAGEMENT, FactType.GROWTH}:
        today = to_shanghai(at).date()
        rescore(customer_ids=[fact.customer_id], as_of=today, policy=get_policy(on=today), at=at)
