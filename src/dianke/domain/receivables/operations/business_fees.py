"""
Fees for connecting customers (业务费): taken from what the customer paid in, given back there in red.

The money comes through the channels of every payment and waits as the account's prepayment, so that the cash count,
the banks and their reconciliation know nothing of fees.
"""

from datetime import datetime

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Voucher
from dianke.domain.receivables.operations.claim_postings import ClaimedMoneyIsGone, take_held
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.domain.receivables.operations.periods import find_booking_day
from dianke.domain.receivables.operations.red_vouchers import take_voucher_back
from dianke.domain.receivables.operations.settling import Desk
from dianke.domain.receivables.operations.vouchers import post_voucher
from dianke.domain.receivables.types import NewPosting, NewVoucher, VoucherKind
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

FEE_INCOME = "6051.01"
_SYSTEM = Actor.system("taking fees for connections")


class FeeNotPaidIn(DomainError):
    """The account does not hold enough for the fee."""

    code = "receivables.fee_not_paid_in"
    message = "account {account} holds {held_fen} fen of the fee; the rest is paid in first"


def take_fee(*, actor: Scope, account: CustomerAccount, amount_fen: int, number: str, login: str, at: datetime) -> int:
    """
    Book a fee in fen out of the account's prepayment and return the voucher; once under a number.

    :raises FeeNotPaidIn: if less is held
    :raises BookedAlready: if a fee of the number is in the books
    """
    today = to_shanghai(at).date()
    units = lock_accounts([account.pk])
    desk = Desk(units=units, on=find_booking_day(actor=actor, occurred_on=today), until=today)
    held = desk.standings[account.pk].prepaid
    try:
        taken = take_held(account.pk, held, amount_fen)
    except ClaimedMoneyIsGone as fault:
        raise FeeNotPaidIn(field="fee", account=account.number, held_fen=fault.facts["held_fen"]) from fault
    income = NewPosting(desk.find_ledger(FEE_INCOME, account.unit_id), account.unit_id, credit_fen=amount_fen)
    voucher = NewVoucher(
        unit_id=account.unit_id, kind=VoucherKind.BUSINESS_FEE, source=f"fee:{number}",
        summary=f"{number} {account.number}", occurred_on=today, made_by=login, made_at=at,
    )  # fmt: skip
    return post_voucher(actor=actor, voucher=voucher, postings=desk.level_units([*taken, income]))


def give_fee_back(*, actor: Scope, number: str, reason: str, login: str, at: datetime) -> int | None:
    """Book the fee of a number once more in red, so that it is prepaid again; None where none was taken."""
    taken = Voucher.objects.for_actor(_SYSTEM).filter(source=f"fee:{number}").first()
    if taken is None:
        return None
    return take_voucher_back(
        actor=actor, voucher_id=taken.pk, kind=VoucherKind.BUSINESS_FEE, source=f"fee:{number}:back", reason=reason,
        login=login, at=at,
    )  # fmt: skip
