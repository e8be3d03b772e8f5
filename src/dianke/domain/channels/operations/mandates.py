"""Writes of banks and of agreements to withhold."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from dianke.domain.channels.models import Bank, Mandate
from dianke.domain.channels.rules.bank_files.types import Layout
from dianke.domain.customers.models import BankAccount, CustomerAccount
from dianke.kernel.errors import DomainError
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope


class UnableToAddBank(DomainError):
    """A bank with this code or this account of ours is known."""

    code = "channels.unable_to_add_bank"
    message = "the bank {code} cannot be added: {reason}"


class UnableToChangeMandate(DomainError):
    """The agreement cannot be entered or changed so."""

    code = "channels.unable_to_change_mandate"
    message = "the agreement of {account} cannot be kept: {reason}"


@dataclass(frozen=True, slots=True)
class NewMandate:
    """An agreement as it was signed."""

    number: str
    since_date: date
    limit_fen: int | None = None


def add_bank(*, unit: Unit, code: str, name: str, layout: Layout, client_number: str, account_number: str) -> Bank:
    """
    Add a bank.

    :raises UnableToAddBank: if its code or our account there is known
    """
    bank = Bank(
        unit=unit, code=code, name=name, layout=layout.value, client_number=client_number, account_number=account_number
    )
    try:
        with transaction.atomic():
            bank.save()
    except IntegrityError as error:
        raise UnableToAddBank(field="code", code=code, reason="the code or the account is known") from error
    return bank


def add_mandate(*, actor: Scope, account: CustomerAccount, new: NewMandate, login: str, at: datetime) -> Mandate:
    """
    Enter that the bank account which an account's bills are collected from may be withdrawn from.

    :raises UnableToChangeMandate: if no bank account is kept on the day, no bank of ours leads it, or one is in force
    """
    accounts = BankAccount.objects.for_actor(actor).filter(account=account, period__contains=new.since_date)
    bank_account: BankAccount | None = accounts.order_by("-id").first()
    if bank_account is None:
        raise UnableToChangeMandate(field="account", account=account.number, reason="no bank account is kept of it")
    bank = _find_bank(actor, bank_account)
    if bank is None:
        raise UnableToChangeMandate(field="account", account=account.number, reason="its bank does not withhold for us")
    mandate = Mandate(
        account=account,
        bank=bank,
        bank_account=bank_account,
        number=new.number,
        since_date=new.since_date,
        limit_fen=new.limit_fen,
        entered_by=login,
        entered_at=at,
    )
    try:
        with transaction.atomic():
            mandate.save()
    except IntegrityError as error:
        raise UnableToChangeMandate(
            field="number", account=account.number, reason="an agreement is in force, or the number is taken"
        ) from error
    return mandate


def end_mandate(*, mandate: Mandate, until_date: date) -> Mandate:
    """
    Let nothing be withdrawn by an agreement from a day on.

    :raises UnableToChangeMandate: if it ended already, or before it began
    """
    if mandate.until_date is not None:
        raise UnableToChangeMandate(field="until_date", account=str(mandate.account), reason="it has ended already")
    if until_date < mandate.since_date:
        raise UnableToChangeMandate(field="until_date", account=str(mandate.account), reason="it ends before it begins")
    mandate.until_date = until_date
    mandate.save(update_fields=["until_date"])
    return mandate


def pause_mandate(*, mandate: Mandate, until_date: date | None, reason: str) -> Mandate:
    """
    Let nothing be withdrawn by an agreement until a day, as while a bill is disputed; None goes on at once.

    :raises UnableToChangeMandate: if no reason is given
    """
    if until_date is not None and not reason.strip():
        raise UnableToChangeMandate(field="reason", account=str(mandate.account), reason="a reason is needed")
    mandate.paused_until_date = until_date
    mandate.pause_reason = reason.strip() if until_date else ""
    mandate.save(update_fields=["paused_until_date", "pause_reason"])
    return mandate


def _find_bank(actor: Scope, bank_account: BankAccount) -> Bank | None:
    """Return the bank that leads a branch: the one whose digits its code begins with, the longest."""
    banks = [one for one in Bank.objects.for_actor(actor) if bank_account.bank_code.startswith(one.code)]
    return max(banks, key=lambda one: len(one.code), default=None)
