"""What claims book: red entries of late fees, money that is owed back, deposits taken, used and given back."""

from datetime import date, datetime

from dianke.domain.receivables.models import Claim, Posting, Voucher
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.domain.receivables.operations.periods import find_booking_day
from dianke.domain.receivables.operations.settling import Desk
from dianke.domain.receivables.operations.vouchers import post_voucher
from dianke.domain.receivables.queries import claims as queries
from dianke.domain.receivables.queries.chart import list_keys_below
from dianke.domain.receivables.queries.standing import HeldLine
from dianke.domain.receivables.rules import claims as rules
from dianke.domain.receivables.types import ClaimKind, Component, NewPosting, NewVoucher, VoucherKind
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

SYSTEM = Actor.system("booking what was approved")
# So often one claim is paid out, each time after the money came back.
_MOST_REPEATS = 20


class ClaimedMoneyIsGone(DomainError):
    """What was asked for is no longer held for the account."""

    code = "receivables.claimed_money_is_gone"
    message = "only {held_fen} fen are held for it by now"


def post_approval(*, actor: Scope, claim: Claim, login: str, at: datetime) -> int | None:
    """
    Book an approved claim and return its voucher; a waiver of fees that were never booked has none.

    :raises ClaimedMoneyIsGone: if the prepayment or deposit was used meanwhile
    """
    today = to_shanghai(at).date()
    desk = Desk(
        units=lock_accounts([claim.account_id]), on=find_booking_day(actor=actor, occurred_on=today), until=today
    )
    if claim.kind == ClaimKind.LATE_FEE_WAIVER.value:
        postings, kind = _draw_waiver(actor, claim, desk), VoucherKind.LATE_FEE_WAIVER
    else:
        postings, kind = _draw_money(claim, desk), rules.ON_APPROVAL[ClaimKind(claim.kind)].kind
    if not postings:
        return None
    return _post(actor, claim, kind, desk.level_units(postings), occurred_on=today, login=login, at=at)


def post_payment(*, actor: Scope, claim: Claim, login: str, at: datetime) -> int:
    """Book that the bank paid a claim out, in the unit that owed it, and return the voucher."""
    assert claim.paid_on is not None  # noqa: S101 - whoever pays out has set it
    owed = Posting.objects.for_actor(SYSTEM).get(
        voucher_id=claim.voucher_id,
        ledger_account_id__in=list_keys_below(actor=SYSTEM, code=rules.ON_PAYMENT.debit),
    )
    day = find_booking_day(actor=actor, occurred_on=claim.paid_on)
    desk = Desk(units=lock_accounts([claim.account_id]), on=day, until=claim.paid_on)
    postings = [
        NewPosting(
            owed.ledger_account_id, owed.unit_id, debit_fen=claim.amount_fen, customer_account_id=claim.account_id
        ),
        NewPosting(desk.find_ledger(rules.ON_PAYMENT.credit, owed.unit_id), owed.unit_id, credit_fen=claim.amount_fen),
    ]
    return _post(actor, claim, rules.ON_PAYMENT.kind, postings, occurred_on=claim.paid_on, login=login, at=at)


def _draw_waiver(actor: Scope, claim: Claim, desk: Desk) -> list[NewPosting]:
    """Return red entries for what of the waived fees is in the books and not paid."""
    fees = [line for line in desk.standings[claim.account_id].lines if line.component is Component.LATE_FEE]
    amounts = {item.item_id: item.amount_fen for item in queries.list_items(actor=actor, claim=claim)}
    booked: dict[int, int] = {}
    for line in fees:
        booked[line.item_id] = booked.get(line.item_id, 0) + line.balance_fen
    left = rules.split_waiver(amounts, booked_fen=booked)
    postings: list[NewPosting] = []
    for line in fees:
        red_fen = min(left.get(line.item_id, 0), line.balance_fen)
        if red_fen <= 0:
            continue
        left[line.item_id] -= red_fen
        income = desk.find_ledger(rules.LATE_FEE_INCOME, line.unit_id)
        postings += [
            NewPosting(
                key, line.unit_id, debit_fen=debit_fen, credit_fen=credit_fen, usage_class=line.usage_class,
                for_year=line.for_year, customer_account_id=line.account_id, item_id=line.item_id,
            )
            for key, debit_fen, credit_fen in ((line.ledger_id, -red_fen, 0), (income, 0, -red_fen))
        ]  # fmt: skip
    return postings


def _draw_money(claim: Claim, desk: Desk) -> list[NewPosting]:
    entry, account_id = rules.ON_APPROVAL[ClaimKind(claim.kind)], claim.account_id
    unit_id = claim.account.unit_id
    standing = desk.standings[account_id]
    held = {rules.PREPAID: standing.prepaid, rules.DEPOSITS: standing.deposits}.get(entry.debit)
    if held is None:
        taken = [NewPosting(desk.find_ledger(entry.debit, unit_id), unit_id, debit_fen=claim.amount_fen)]
    else:
        taken = take_held(account_id, held, claim.amount_fen)
    given = NewPosting(
        desk.find_ledger(entry.credit, unit_id), unit_id, credit_fen=claim.amount_fen, customer_account_id=account_id
    )
    return [*taken, given]


def take_held(account_id: int, held: list[HeldLine], amount_fen: int) -> list[NewPosting]:
    """Return the postings that take an amount out of what is held, whichever unit holds it."""
    held_fen = sum(line.amount_fen for line in held)
    if held_fen < amount_fen:
        raise ClaimedMoneyIsGone(field="amount", held_fen=held_fen)
    postings = []
    for line in held:
        taken_fen = min(amount_fen, line.amount_fen)
        if taken_fen > 0:
            amount_fen -= taken_fen
            postings.append(
                NewPosting(line.ledger_id, line.unit_id, debit_fen=taken_fen, customer_account_id=account_id)
            )
    return postings


def _post(
    actor: Scope,
    claim: Claim,
    kind: VoucherKind,
    postings: list[NewPosting],
    *,
    occurred_on: date,
    login: str,
    at: datetime,
) -> int:
    voucher = NewVoucher(
        unit_id=claim.account.unit_id,
        kind=kind,
        source=_name_source(claim, kind),
        summary=f"{claim.number} {claim.account.number}",
        occurred_on=occurred_on,
        made_by=login,
        made_at=at,
    )
    return post_voucher(actor=actor, voucher=voucher, postings=postings)


def _name_source(claim: Claim, kind: VoucherKind) -> str:
    """Return what a voucher of a claim is known by; what came back is paid out anew under a number of its own."""
    if kind is not rules.ON_PAYMENT.kind:
        return f"claim:{claim.pk}:approved"
    source = f"claim:{claim.pk}:paid"
    names = [source, *(f"{source}:{repeat}" for repeat in range(1, _MOST_REPEATS + 1))]
    known = set(Voucher.objects.for_actor(SYSTEM).filter(source__in=names).values_list("source", flat=True))
    return next((name for name in names if name not in known), names[-1])
