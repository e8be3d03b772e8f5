"""Collective payers as two persons make them."""

from collections.abc import Sequence
from datetime import date, datetime

from tests.factories import utility as factory

from dianke.application import payments
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payer, PayerMember
from dianke.domain.receivables.operations import payers
from dianke.domain.receivables.queries.payments import find_payer
from dianke.domain.receivables.types import PayerChangeKind, SpreadRule
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

_AT = datetime(2025, 12, 1, 10, tzinfo=SHANGHAI)


def add_pair(unit: Unit, name: str = "payers") -> tuple[Actor, Actor]:
    """Return one person who asks and one who decides."""
    return (
        factory.add_clerk(unit, f"{name}_asks", ["payments.view", "payments.ask"]),
        factory.add_clerk(unit, f"{name}_decides", ["payments.view", "payments.approve"]),
    )


def make_payer(
    pair: tuple[Actor, Actor],
    number: str,
    accounts: Sequence[str],
    *,
    since: date,
    name: str = "集团",
    spread: SpreadRule = SpreadRule.OLDEST_FIRST,
) -> Payer:
    """Return a payer that two persons entered: of the first account, for the others from a day on."""
    asks, decides = pair
    own, *members = accounts
    change = payments.ask_payer(
        actor=asks, number=number, name=name, account_number=own, spread=spread, account_numbers=members,
        effective_date=since, reason="协议", at=_AT,
    )  # fmt: skip
    payer = payments.approve_payer_change(actor=decides, key=change.pk, at=_AT).payer
    assert payer is not None
    return payer


def add_payer(*, actor: Actor, number: str, name: str, account_number: str, spread: SpreadRule) -> Payer:
    """Return a payer as an approval enters it."""
    own = _get_account(account_number)
    new = payers.NewPayer(number=number, name=name, unit=own.unit, customer_account=own, spread=spread)
    return payers.add_payer(actor=actor, new=new)


def add_member(*, actor: Actor, number: str, account_number: str, since_date: date) -> PayerMember:
    """Let a payer pay for an account from a day on, as an approval does."""
    payer = find_payer(actor=actor, number=number)
    return payers.add_member(actor=actor, payer=payer, account=_get_account(account_number), since_date=since_date)


def end_member(*, actor: Actor, number: str, account_number: str, until_date: date) -> PayerMember:
    """Let a payer pay for an account no more from a day on, as an approval does."""
    payer = find_payer(actor=actor, number=number)
    return payers.end_member(actor=actor, payer=payer, account=_get_account(account_number), until_date=until_date)


def _get_account(number: str) -> CustomerAccount:
    found: CustomerAccount = CustomerAccount.objects.for_actor(Actor.system("entering a payer")).get(number=number)
    return found


def change_payer(
    pair: tuple[Actor, Actor], number: str, kind: PayerChangeKind, accounts: Sequence[str], *, on: date
) -> None:
    """Let two persons change whom a payer pays for, or end it."""
    change = payments.ask_payer_change(
        actor=pair[0], number=number, kind=kind, account_numbers=accounts, effective_date=on, reason="协议", at=_AT
    )
    payments.approve_payer_change(actor=pair[1], key=change.pk, at=_AT)
