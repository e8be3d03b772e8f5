"""Banks that withhold for us, and what holders of bank accounts agreed to."""

from datetime import date, datetime

from dianke.domain.channels.models import Bank, Mandate
from dianke.domain.channels.operations import mandates
from dianke.domain.channels.operations.mandates import NewMandate, UnableToAddBank
from dianke.domain.channels.queries import withholding as queries
from dianke.domain.channels.rules.bank_files.types import Layout
from dianke.domain.customers.models import CustomerAccount
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

_RECONCILE, _RELEASE = "payments.reconcile", "payments.release_files"


class AccountNotFound(DomainError):
    """No such account within the actor's units."""

    code = "channels.account_not_found"
    message = "no account {number}"


class MandateNotFound(DomainError):
    """No such agreement within the actor's units."""

    code = "channels.mandate_not_found"
    message = "no agreement {number}"


@use_case(right=_RELEASE)
def add_bank(*, actor: Actor, code: str, name: str, layout: str, client_number: str, account_number: str) -> Bank:
    """
    Add a bank that withholds for the whole utility and keeps an account of ours.

    :raises PermissionRefused: if the actor does not answer for the whole utility
    :raises UnableToAddBank: if it is known
    """
    utility = org.get_utility(actor=actor)
    if utility is None or not actor.may(_RELEASE, utility.path):
        raise PermissionRefused(field="actor", login=actor.login, right=_RELEASE)
    if not code.isascii() or not code.isdigit():
        raise UnableToAddBank(field="code", code=code, reason="the code is digits only")
    return mandates.add_bank(
        unit=utility,
        code=code,
        name=name,
        layout=Layout(layout),
        client_number=client_number,
        account_number=account_number,
    )


@use_case(right=_RECONCILE)
def add_mandate(
    *, actor: Actor, account_number: str, number: str, since_date: date, at: datetime, limit_fen: int | None = None
) -> Mandate:
    """
    Enter an agreement to withhold.

    :raises AccountNotFound: if there is no such account within the actor's units
    :raises UnableToChangeMandate: if it cannot be kept
    """
    account = get_account(actor=actor, number=account_number)
    new = NewMandate(number=number, since_date=since_date, limit_fen=limit_fen)
    return mandates.add_mandate(actor=actor, account=account, new=new, login=actor.login, at=at)


@use_case(right=_RECONCILE)
def end_mandate(*, actor: Actor, number: str, until_date: date) -> Mandate:
    """
    Let nothing be withdrawn by an agreement from a day on.

    :raises UnableToChangeMandate: if it ended already
    """
    return mandates.end_mandate(mandate=_get_mandate(actor, number), until_date=until_date)


@use_case(right=_RECONCILE)
def pause_mandate(*, actor: Actor, number: str, until_date: date | None, reason: str) -> Mandate:
    """
    Let nothing be withdrawn by an agreement until a day; without a day it goes on at once.

    :raises UnableToChangeMandate: if no reason is given
    """
    return mandates.pause_mandate(mandate=_get_mandate(actor, number), until_date=until_date, reason=reason)


def get_account(*, actor: Actor, number: str) -> CustomerAccount:
    """
    Return an account by its user number.

    :raises AccountNotFound: if there is none within the actor's units
    """
    account: CustomerAccount | None = CustomerAccount.objects.for_actor(actor).filter(number=number.strip()).first()
    if account is None:
        raise AccountNotFound(field="account", number=number)
    return account


def _get_mandate(actor: Actor, number: str) -> Mandate:
    rows = queries.filter_mandates(actor=actor).filter(number=number).select_for_update(of=("self",))
    mandate: Mandate | None = rows.first()
    if mandate is None:
        raise MandateNotFound(field="number", number=number)
    return mandate
