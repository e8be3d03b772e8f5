"""Vouchers taken back: the same postings in red, booked when they are taken back, never changed."""

from datetime import date, datetime

from dianke.domain.receivables.models import Voucher
from dianke.domain.receivables.operations.vouchers import post_voucher
from dianke.domain.receivables.queries.books import list_postings
from dianke.domain.receivables.types import NewPosting, NewVoucher, VoucherKind
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("taking vouchers back")


def take_voucher_back(
    *, actor: Scope, voucher_id: int, kind: VoucherKind, source: str, reason: str, login: str, at: datetime,
    on: date | None = None,
) -> int:  # fmt: skip
    """
    Book a voucher once more in red and return the new one; it is booked in the first open period from its day on.

    :param source: what the red voucher is known by; a voucher is taken back once under it
    :param on: the day that it is taken back; without it that of the moment
    :raises BookedAlready: if something is booked under the source
    """
    taken: Voucher = Voucher.objects.for_actor(_SYSTEM).get(pk=voucher_id)
    new = NewVoucher(
        unit_id=taken.unit_id,
        kind=kind,
        source=source[:60],
        summary=f"冲 {taken.number} {reason}".strip()[:200],
        occurred_on=on or to_shanghai(at).date(),
        made_by=login,
        made_at=at,
    )
    postings = [
        NewPosting(
            one.ledger_account_id, one.unit_id, -one.debit_fen, -one.credit_fen, one.usage_class, one.for_year,
            one.customer_account_id, one.item_id, one.bill_id,
        )
        for one in list_postings(actor=_SYSTEM, voucher=taken)
    ]  # fmt: skip
    return post_voucher(actor=actor, voucher=new, postings=postings)
