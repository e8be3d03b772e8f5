"""Bad debt: propose with evidence, decide by another person, book, take back when it is paid after all."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Sum

from dianke.domain.collection.models import BadWriteOff, BadWriteOffEvidence, BadWriteOffItem, BadWriteOffReturn
from dianke.domain.collection.queries.open_items import list_open_items
from dianke.domain.collection.rules import write_offs as rules
from dianke.domain.collection.types import OpenItem, WriteOffState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import AccountStatus
from dianke.domain.receivables.operations import prepayments
from dianke.domain.receivables.operations import write_offs as books
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.domain.receivables.queries.standing import load_standings
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.documents.models import Document
from dianke.platform.org.scoping import Scope


class UnableToWriteOff(DomainError):
    """Debt cannot be given up in this way."""

    code = "collection.unable_to_write_off"
    message = "this cannot be written off: {reason}"


class WriteOffOutOfState(DomainError):
    """Somebody else decided meanwhile."""

    code = "collection.write_off_out_of_state"
    message = "write-off {number} is in another state by now"


def propose(
    *,
    actor: Scope,
    account: CustomerAccount,
    kind: str,
    item_ids: Sequence[int],
    reason: str,
    evidence: Sequence[Document],
    login: str,
    at: datetime,
) -> BadWriteOff:
    """
    Propose that the open bills of an account, or some of them, are given up.

    :raises UnableToWriteOff: without bills, reason or evidence; if the kind does not fit, or one is proposed already
    """
    on = to_shanghai(at).date()
    lock_accounts([account.pk])
    open_items = [
        one
        for one in list_open_items(actor=actor, customer_account_id=account.pk, as_of=on)
        if one.item_id in item_ids and one.open_fen > 0
    ]
    if not open_items:
        raise UnableToWriteOff(field="items", reason="no open bill is chosen")
    if not reason.strip() or not evidence:
        raise UnableToWriteOff(
            field="evidence" if reason.strip() else "reason", reason="reason and evidence are needed"
        )
    _require_fit(rules.get_rules(on=on).find_kind(kind), account, [one.due_date for one in open_items], on)
    _require_free(actor, [one.item_id for one in open_items])
    row = _store(account, kind, open_items, reason, login, at)
    for document in evidence:
        BadWriteOffEvidence(write_off=row, document=document).save()
    return row


def _store(
    account: CustomerAccount, kind: str, items: Sequence[OpenItem], reason: str, login: str, at: datetime
) -> BadWriteOff:
    amount_fen = sum(one.open_fen for one in items)
    row = BadWriteOff(
        unit=account.unit,
        account=account,
        kind=kind,
        reason=reason.strip()[:400],
        amount_fen=amount_fen,
        level=rules.get_rules(on=to_shanghai(at).date()).find_level(amount_fen).code,
        proposed_by=login,
        proposed_at=at,
    )
    row.save()
    for one in items:
        BadWriteOffItem(write_off=row, item_id=one.item_id, open_fen=one.open_fen).save()
    return row


def approve(*, actor: Scope, row: BadWriteOff, login: str, at: datetime, reason: str = "") -> BadWriteOff:
    """
    Give the debt up and book it.

    :raises WriteOffOutOfState: if it was decided already
    :raises DebtDiffers: if something was paid or billed on one of its bills meanwhile
    """
    _require_proposed(row)
    amounts = dict(BadWriteOffItem.objects.for_actor(actor).filter(write_off=row).values_list("item_id", "open_fen"))
    row.voucher_id = books.write_off_debts(
        actor=actor,
        source=f"write-off:{row.pk}",
        summary=f"{row.number} {row.account.number}",
        customer_account_id=row.account_id,
        amounts=amounts,
        login=login,
        at=at,
    )
    return _decide(row, WriteOffState.BOOKED, login, at, reason)


def refuse(*, row: BadWriteOff, login: str, at: datetime, reason: str) -> BadWriteOff:
    """
    Refuse a proposal.

    :raises WriteOffOutOfState: if it was decided already
    :raises UnableToWriteOff: without a reason
    """
    _require_proposed(row)
    if not reason.strip():
        raise UnableToWriteOff(field="reason", reason="give a reason")
    return _decide(row, WriteOffState.REFUSED, login, at, reason)


def withdraw(*, row: BadWriteOff, login: str, at: datetime) -> BadWriteOff:
    """
    Take one's own proposal back.

    :raises WriteOffOutOfState: if it was decided already
    """
    _require_proposed(row)
    return _decide(row, WriteOffState.WITHDRAWN, login, at, "")


def take_back(*, actor: Scope, row: BadWriteOff, login: str, at: datetime) -> BadWriteOffReturn:
    """
    Let the debt stand again for the money that the account holds, and settle it with that money.

    :raises WriteOffOutOfState: if it was never booked
    :raises UnableToWriteOff: if the account holds nothing, or all of it is back
    """
    if row.state != WriteOffState.BOOKED.value or row.voucher_id is None:
        raise WriteOffOutOfState(field="write_off", number=row.number, state=row.state)
    on = to_shanghai(at).date()
    lock_accounts([row.account_id])
    held_fen = load_standings(account_ids=[row.account_id])[row.account_id].prepaid_fen
    before = BadWriteOffReturn.objects.for_actor(actor).filter(write_off=row).order_by("id")
    vouchers = tuple(before.values_list("voucher_id", flat=True))
    left_fen = books.sum_given_up(voucher_ids=(row.voucher_id, *vouchers))
    amount_fen = min(left_fen, held_fen)
    if amount_fen <= 0:
        raise UnableToWriteOff(field="amount", reason="the account holds no money for it")
    voucher_id = books.return_bad_debt(
        actor=actor,
        source=f"write-off:{row.pk}:return:{len(vouchers) + 1}",
        summary=f"{row.number} {row.account.number}",
        customer_account_id=row.account_id,
        voucher_ids=(row.voucher_id, *vouchers),
        amount_fen=amount_fen,
        login=login,
        at=at,
    )
    returned = BadWriteOffReturn(
        write_off=row, amount_fen=amount_fen, voucher_id=voucher_id, returned_on=on, returned_by=login, returned_at=at
    )
    returned.save()
    prepayments.use_prepayments(actor=actor, customer_account_ids=[row.account_id], on=on, at=at)
    return returned


def sum_returned(*, actor: Scope, row: BadWriteOff) -> int:
    """Return what of a write-off was taken back."""
    rows = BadWriteOffReturn.objects.for_actor(actor).filter(write_off=row)
    return int(rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0)


def _require_fit(
    kind: rules.BadDebtKind | None, account: CustomerAccount, due: Sequence[date | None], on: date
) -> None:
    if kind is None:
        raise UnableToWriteOff(field="kind", reason="the kind is unknown")
    is_closed = account.status == AccountStatus.CLOSED.value
    # The youngest bill must be old enough, or it could be had.
    youngest = None if None in due else max(day for day in due if day is not None)
    obstacle = rules.find_obstacle(kind, is_closed=is_closed, oldest_due=youngest, on=on)
    if obstacle == "account_not_closed":
        raise UnableToWriteOff(field="kind", reason="the account is not closed")
    if obstacle:
        raise UnableToWriteOff(field="kind", reason="a bill is not overdue for long enough")


def _require_free(actor: Scope, item_ids: Sequence[int]) -> None:
    waiting = BadWriteOffItem.objects.for_actor(actor).filter(
        item_id__in=item_ids, write_off__state=WriteOffState.PROPOSED.value
    )
    if waiting.exists():
        raise UnableToWriteOff(field="items", reason="one of the bills is proposed already")


def _require_proposed(row: BadWriteOff) -> None:
    if row.state != WriteOffState.PROPOSED.value:
        raise WriteOffOutOfState(field="write_off", number=row.number, state=row.state)


def _decide(row: BadWriteOff, state: WriteOffState, login: str, at: datetime, reason: str) -> BadWriteOff:
    row.state, row.decided_by, row.decided_at = state.value, login, at
    row.decision_reason = reason.strip()[:400]
    row.save(update_fields=["state", "decided_by", "decided_at", "decision_reason", "voucher_id"])
    return row
