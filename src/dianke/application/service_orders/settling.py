"""Debts before somebody leaves, and what is held for them afterwards: settled, refunded by two persons, or claimed."""

from dianke.application.service_orders.work import Work
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Claim
from dianke.domain.receivables.operations import claims
from dianke.domain.receivables.operations.claims import NewClaim
from dianke.domain.receivables.queries import claims as claim_queries
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.receivables.types import ClaimKind, ClaimState, HeldKind, Position
from dianke.domain.service_orders.models import EffectKind, ServiceOrder
from dianke.domain.service_orders.queries.leavers import list_leaving
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.errors import DomainError
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor

_CLEAR, _REFUND_DUE = "CLEAR", "REFUND_DUE"
# What is owed stays on the account: nobody else can be asked for it, and it is not written off.
_KEEPS_DEBTS = frozenset({OrderKind.CLOSE_FORCED.value, OrderKind.BANKRUPTCY.value})
_RETURNING = ((HeldKind.PREPAYMENT, ClaimKind.REFUND), (HeldKind.DEPOSIT, ClaimKind.DEPOSIT_RETURN))
_PAID_OUT = (ClaimKind.REFUND.value, ClaimKind.DEPOSIT_RETURN.value)


class DebtsOpen(DomainError):
    """The account still owes."""

    code = "service_orders.debts_open"
    message = "account {account} owes {yuan} yuan; it is settled first"


class BalanceLeft(DomainError):
    """Money of the customer is still held for the account."""

    code = "service_orders.balance_left"
    message = "{yuan} yuan are held for account {account}; refund them first"


class NothingToRefund(DomainError):
    """No money of the customer is held for the account."""

    code = "service_orders.nothing_to_refund"
    message = "nothing is held for account {account}: there is nothing to refund"


class RefundNotApproved(DomainError):
    """Nobody decided on the refund yet."""

    code = "service_orders.refund_not_approved"
    message = "{claim} waits for the approval of another person"


class ReferenceMissing(DomainError):
    """The refund has left the bank under no number."""

    code = "service_orders.reference_missing"
    message = "enter the number at the bank under which {claim} was paid, and the day"


def check_debts(work: Work) -> None:
    """
    Refuse that an account is clear while it owes, unless the taker carries its debts.

    :raises DebtsOpen: if it owes
    """
    if work.step.outcome == _CLEAR:
        for account in list_leaving(actor=work.actor, order=work.order):
            _require_settled(work, account)


def settle(work: Work) -> None:
    """
    Settle the account of who leaves: nothing is owed, and what is held is asked for as refunds.

    :raises DebtsOpen: if it owes and the rules do not let the debt stand
    :raises BalanceLeft: if money is held although nothing is said to be refunded
    :raises NothingToRefund: the other way round
    """
    leaving = list_leaving(actor=work.actor, order=work.order)
    for account in leaving:
        _require_settled(work, account)
    if work.step.outcome != _REFUND_DUE:
        _require_nothing_held(work)
        return
    if all(_count_held(work, account) <= 0 for account in leaving):
        raise NothingToRefund(field="outcome", account=work.order.account.number)
    for account in leaving:
        _ask_refunds(work, account)


def _ask_refunds(work: Work, account: CustomerAccount) -> None:
    free = claim_queries.get_free_money(actor=work.actor, account_id=account.pk)
    for held, kind in _RETURNING:
        if free[held] > 0:
            claim = claims.ask_claim(
                actor=work.actor, account=account, new=NewClaim(kind, amount_fen=free[held]),
                reason=work.order.number, login=work.actor.login, at=work.at,
            )  # fmt: skip
            work.note(EffectKind.CLAIM, key=claim.pk, number=claim.number, amount_fen=claim.amount_fen)


def _require_nothing_held(work: Work) -> None:
    for account in list_leaving(actor=work.actor, order=work.order):
        held_fen = _count_held(work, account)
        if held_fen > 0:
            raise BalanceLeft(field="outcome", account=account.number, yuan=_yuan(held_fen))


def _count_held(work: Work, account: CustomerAccount) -> int:
    return sum(claim_queries.get_free_money(actor=work.actor, account_id=account.pk).values())


def list_refunds(order: ServiceOrder, *, actor: Actor) -> list[Claim]:
    """Return the refunds of the accounts that leave which wait for approval or for the bank, the first first."""
    leaving = list_leaving(actor=actor, order=order)
    rows = claim_queries.filter_claims(actor=actor).filter(account__in=leaving, kind__in=_PAID_OUT)
    waiting = [ClaimState.ASKED.value, ClaimState.APPROVED.value]
    return list(rows.filter(state__in=waiting).order_by("id"))


def refund(work: Work) -> None:
    """
    Record under which numbers at the bank the refunds were paid; nothing is held for the account afterwards.

    :raises RefundNotApproved: if nobody approved one of them
    :raises ReferenceMissing: if a number or the day is missing
    :raises BalanceLeft: if money is held that nobody asked to refund
    """
    for claim in list_refunds(work.order, actor=work.actor):
        if claim.state != ClaimState.APPROVED.value:
            raise RefundNotApproved(field="claim", claim=claim.number)
        reference = work.given.references.get(claim.pk, "").strip()
        if not reference or work.given.paid_on is None:
            raise ReferenceMissing(field="reference", claim=claim.number)
        paid = claims.pay_out_claim(
            actor=work.actor, claim=claim, reference=reference, paid_on=work.given.paid_on, login=work.actor.login,
            at=work.at,
        )  # fmt: skip
        work.note(EffectKind.CLAIM_PAID, key=paid.pk, number=paid.number, on=paid.paid_on, amount_fen=paid.amount_fen)
    held_fen = sum(claim_queries.get_free_money(actor=work.actor, account_id=work.order.account_id).values())
    if held_fen > 0:
        raise BalanceLeft(field="outcome", account=work.order.account.number, yuan=_yuan(held_fen))


def file_claim(work: Work) -> None:
    """Write down the debt of a bankrupt that is filed with the liquidator; it stays among the receivables."""
    work.note(
        EffectKind.DEBT_FILED,
        number=work.order.account.number,
        on=work.today,
        amount_fen=_look(work, work.order.account).owed_fen,
    )


def _look(work: Work, account: CustomerAccount) -> Position:
    return get_position(actor=work.actor, customer_account_id=account.pk, on=work.today)


def _require_settled(work: Work, account: CustomerAccount) -> None:
    order, position = work.order, _look(work, account)
    if position.owed_fen <= 0 or order.kind in _KEEPS_DEBTS or order.asked.get("carries_debts"):
        return
    raise DebtsOpen(field="outcome", account=account.number, yuan=_yuan(position.owed_fen))


def _yuan(fen: int) -> str:
    return f"{fen_to_yuan(fen):.2f}"
