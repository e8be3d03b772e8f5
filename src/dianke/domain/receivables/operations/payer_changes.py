"""Payers and whom they pay for change by two persons: one asks, another decides, and only then anything happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payer, PayerChange, PayerChangeAccount, PayerMember
from dianke.domain.receivables.operations import payers
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.domain.receivables.operations.payers import NewPayer, UnableToKeepPayer
from dianke.domain.receivables.queries.payers import map_payers
from dianke.domain.receivables.types import PayerChangeKind, PayerChangeState, SpreadRule
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_TEXT = 300
# Who pays for an account is asked across units: one account has one payer, whoever asks.
_SYSTEM = Actor.system("telling whether somebody pays for an account already")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked: of a new payer with `payer` None and what it shall be, of a known one by its row."""

    kind: PayerChangeKind
    new: NewPayer
    payer: Payer | None
    accounts: tuple[CustomerAccount, ...]
    effective_date: date
    reason: str


def name_known(payer: Payer) -> NewPayer:
    """Return what a payer that is known is called, for a wish about it."""
    return NewPayer(
        number=payer.number,
        name=payer.name,
        unit=payer.unit,
        customer_account=payer.customer_account,
        spread=SpreadRule(payer.spread),
    )


def ask_change(*, wish: Wish, login: str, at: datetime) -> PayerChange:
    """
    Ask for a payer to be entered or ended, or for accounts that it takes on or gives up.

    :raises UnableToKeepPayer: if it could not be carried out as things stand, no reason is given, or somebody asked
        for something of this payer already
    """
    number, name = wish.new.number.strip(), wish.new.name.strip()
    if not wish.reason.strip():
        raise UnableToKeepPayer(field="reason", payer=number, reason="reason_missing")
    if not number or not name:
        raise UnableToKeepPayer(field="name" if number else "number", payer=number, reason="nothing_entered")
    change = PayerChange(
        unit=wish.new.unit,
        kind=wish.kind.value,
        payer=wish.payer,
        number=number[:20],
        name=name[:120],
        customer_account=wish.new.customer_account,
        spread=wish.new.spread.value,
        effective_date=wish.effective_date,
        reason=wish.reason.strip()[:_TEXT],
        asked_by=login,
        asked_at=at,
    )
    _require_possible(change, wish.accounts)
    try:
        with transaction.atomic():
            change.save(force_insert=True)
    except IntegrityError as error:
        raise UnableToKeepPayer(field="number", payer=number, reason="asked_already") from error
    for account in dict.fromkeys(wish.accounts):
        PayerChangeAccount(change=change, customer_account=account).save(force_insert=True)
    return change


def decide_change(
    *, actor: Scope, change: PayerChange, is_approved: bool, reason: str, login: str, at: datetime
) -> PayerChange:
    """
    Carry out or refuse what somebody else asked for, in the transaction that decides.

    :raises UnableToKeepPayer: if it was decided already, a refusal gives no reason, or it cannot be done any more
    """
    _require_asked(change)
    if is_approved:
        rows = PayerChangeAccount.objects.for_actor(actor).filter(change=change).order_by("id")
        accounts = [row.customer_account for row in rows.select_related("customer_account")]
        # Two wishes for one account are decided one after the other, so that the second sees what the first did.
        lock_accounts([change.customer_account_id, *(account.pk for account in accounts)])
        _require_possible(change, accounts)
        _carry_out(actor, change, accounts)
    elif not reason.strip():
        raise UnableToKeepPayer(field="reason", payer=change.number, reason="reason_missing")
    change.state = (PayerChangeState.APPROVED if is_approved else PayerChangeState.REFUSED).value
    return _settle(change, login=login, reason=reason, at=at)


def withdraw_change(*, change: PayerChange, login: str, at: datetime) -> PayerChange:
    """
    Take one's own wish back.

    :raises UnableToKeepPayer: if it was decided already, or another person asked
    """
    _require_asked(change)
    if change.asked_by != login:
        raise UnableToKeepPayer(field="change", payer=change.number, reason="asked_by_another")
    change.state = PayerChangeState.WITHDRAWN.value
    return _settle(change, login=login, reason="", at=at)


def _carry_out(actor: Scope, change: PayerChange, accounts: Sequence[CustomerAccount]) -> None:
    kind, day = PayerChangeKind(change.kind), change.effective_date
    if kind is PayerChangeKind.NEW:
        new = NewPayer(
            number=change.number,
            name=change.name,
            unit=change.unit,
            customer_account=change.customer_account,
            spread=SpreadRule(change.spread),
        )
        change.payer = payers.add_payer(actor=actor, new=new)
    payer = _get_payer(change)
    for account in accounts:
        if kind is PayerChangeKind.LEAVE:
            payers.end_member(actor=actor, payer=payer, account=account, until_date=day)
        else:
            payers.add_member(actor=actor, payer=payer, account=account, since_date=day)
    if kind is PayerChangeKind.END:
        for member in PayerMember.objects.for_actor(actor).filter(payer=payer).exclude(until_date__lte=day):
            member.until_date = day
            member.save(update_fields=["until_date"])
        payer.until_date = day
        payer.save(update_fields=["until_date"])


def _require_possible(change: PayerChange, accounts: Sequence[CustomerAccount]) -> None:
    obstacle = _find_obstacle(change, accounts)
    if obstacle:
        raise UnableToKeepPayer(field=obstacle[0], payer=change.number, reason=obstacle[1])


def _find_obstacle(change: PayerChange, accounts: Sequence[CustomerAccount]) -> tuple[str, str] | None:
    kind, payer, day = PayerChangeKind(change.kind), change.payer, change.effective_date
    if payer is None:
        return _find_new_obstacle(change, accounts)
    if payer.until_date is not None:
        return "number", "payer_ended"
    if kind is PayerChangeKind.END:
        return _find_end_obstacle(payer, day)
    if not accounts:
        return "accounts", "no_accounts"
    find = _find_member_obstacle if kind is PayerChangeKind.JOIN else _find_leave_obstacle
    return find(payer, accounts, day)


def _find_new_obstacle(change: PayerChange, accounts: Sequence[CustomerAccount]) -> tuple[str, str] | None:
    if Payer.objects.for_actor(_SYSTEM).filter(number=change.number).exists():
        return "number", "number_taken"
    if change.customer_account in accounts:
        return "accounts", "own_account"
    if map_payers(actor=_SYSTEM, account_ids=[change.customer_account_id], on=change.effective_date):
        return "account", "another_payer"
    return _find_member_obstacle(None, accounts, change.effective_date)


def _find_member_obstacle(
    payer: Payer | None, accounts: Sequence[CustomerAccount], day: date
) -> tuple[str, str] | None:
    paid_by = map_payers(actor=_SYSTEM, account_ids=[account.pk for account in accounts], on=day)
    found = [one for payers_of in paid_by.values() for one in payers_of]
    if not found:
        return None
    return "accounts", "another_payer" if any(one != payer for one in found) else "member_already"


def _find_leave_obstacle(payer: Payer, accounts: Sequence[CustomerAccount], day: date) -> tuple[str, str] | None:
    open_rows = PayerMember.objects.for_actor(_SYSTEM).filter(payer=payer, until_date=None, since_date__lt=day)
    members = set(open_rows.values_list("customer_account_id", flat=True))
    return None if all(account.pk in members for account in accounts) else ("accounts", "not_a_member")


def _find_end_obstacle(payer: Payer, day: date) -> tuple[str, str] | None:
    """Return an account that joins on the day of the end or later: it must leave before."""
    later = PayerMember.objects.for_actor(_SYSTEM).filter(payer=payer, since_date__gte=day)
    return ("effective_date", "joins_later") if later.exists() else None


def _require_asked(change: PayerChange) -> None:
    if change.state != PayerChangeState.ASKED.value:
        raise UnableToKeepPayer(field="change", payer=change.number, reason="decided_already")


def _get_payer(change: PayerChange) -> Payer:
    assert change.payer is not None  # noqa: S101 - entered a moment ago, or known
    return change.payer


def _settle(change: PayerChange, *, login: str, reason: str, at: datetime) -> PayerChange:
    change.decided_by, change.decided_at, change.decision_reason = login, at, reason.strip()[:_TEXT]
    change.save(update_fields=["payer", "state", "decided_by", "decided_at", "decision_reason"])
    return change
