"""Collective payers: who pays for several accounts by one payment, from which day to which."""

from dataclasses import dataclass
from datetime import date

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payer, PayerMember
from dianke.domain.receivables.queries.payments import list_member_ids
from dianke.domain.receivables.types import SpreadRule
from dianke.kernel.errors import DomainError
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope


class UnableToKeepPayer(DomainError):
    """A payer or what it pays for cannot be entered like this."""

    code = "receivables.unable_to_keep_payer"
    message = "payer {payer} cannot be entered: {reason}"


@dataclass(frozen=True, slots=True)
class NewPayer:
    """A payer as it is entered; what is left of its payments stands on its own account."""

    number: str
    name: str
    unit: Unit
    customer_account: CustomerAccount
    spread: SpreadRule


def add_payer(*, actor: Scope, new: NewPayer) -> Payer:
    """
    Enter a payer.

    :raises UnableToKeepPayer: if number or name is missing, or the number is taken
    """
    number, name = new.number.strip(), new.name.strip()
    if not number or not name:
        raise UnableToKeepPayer(field="name" if number else "number", payer=number, reason="nothing_entered")
    if Payer.objects.for_actor(actor).filter(number=number).exists():
        raise UnableToKeepPayer(field="number", payer=number, reason="number_taken")
    payer = Payer(
        number=number[:20],
        name=name[:120],
        unit=new.unit,
        customer_account=new.customer_account,
        spread=new.spread.value,
    )
    payer.save(force_insert=True)
    return payer


def add_member(*, actor: Scope, payer: Payer, account: CustomerAccount, since_date: date) -> PayerMember:
    """
    Let a payer pay for an account from a day on.

    :raises UnableToKeepPayer: if it pays for it on that day already
    """
    if account.pk in list_member_ids(payer=payer, on=since_date, actor=actor):
        raise UnableToKeepPayer(field="account", payer=payer.number, reason="member_already")
    member = PayerMember(payer=payer, customer_account=account, since_date=since_date)
    member.save(force_insert=True)
    return member


def end_member(*, actor: Scope, payer: Payer, account: CustomerAccount, until_date: date) -> PayerMember:
    """
    Let a payer pay for an account no more from a day on.

    :raises UnableToKeepPayer: if it does not pay for it, or only from a later day on
    """
    rows = PayerMember.objects.for_actor(actor).filter(payer=payer, customer_account=account, until_date=None)
    member: PayerMember | None = rows.order_by("-since_date").first()
    if member is None or member.since_date >= until_date:
        raise UnableToKeepPayer(field="account", payer=payer.number, reason="not_a_member")
    member.until_date = until_date
    member.save(update_fields=["until_date"])
    return member
