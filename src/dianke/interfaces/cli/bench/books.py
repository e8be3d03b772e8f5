"""The steps of the benches "issue" and "postings" that need Django: imported once it is ready."""

import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import transaction

from dianke.domain.billing.models import Bill
from dianke.domain.receivables.operations import vouchers
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.operations.payments import receive_payments
from dianke.domain.receivables.queries.proof import prove_books
from dianke.domain.receivables.types import Channel, NewPayment, NewPosting, NewVoucher, Tender, VoucherKind
from dianke.interfaces.cli.bench import payment_files
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("measuring the books")
# So many vouchers are one commit, as those of a bank file are.
BATCH = 5_000
_RECEIVABLE, _REVENUE = "1122.01.01", "6001.01.01"
# Before any of the bills is due, so that a payment of what was billed settles it.
_PAID_ON = date(2026, 9, 15)
_AT = datetime(2026, 9, 16, 5, tzinfo=SHANGHAI)
_Row = TypeVar("_Row")


def prove() -> dict[str, Any]:
    """Return what the proof of the books counted, and how many faults it found."""
    findings = prove_books()
    counted = {name: count for finding in findings for name, count in finding.counts.items()}
    return {**counted, "faults": sum(finding.faults for finding in findings)}


def book_and_pay(size: int) -> dict[str, float]:
    """
    Write about so many postings, half of bills that are issued, half of what pays them; return what each half took.

    Each bill has a voucher of two postings, and each payment: allocated, numbered and kept as from a file of a bank.
    """
    root, month = payment_files.add_unbooked_bills(size // 4)
    bills = list(Bill.objects.for_actor(_SYSTEM).order_by("id"))
    accounts = AccountMap(actor=_SYSTEM, on=month)
    owed, revenue = (accounts.find(code, unit_path=root.path) for code in (_RECEIVABLE, _REVENUE))
    issued = [_draw_issue(bill, owed, revenue, month) for bill in bills]
    paid = [_draw_payment(bill) for bill in bills]
    for day in (month, _PAID_ON):
        vouchers.open_month(day)
    return {
        "issue_s": _time(issued, lambda many: vouchers.post_vouchers(actor=_SYSTEM, vouchers=many)),
        "payments_s": _time(paid, lambda many: receive_payments(actor=_SYSTEM, payments=many, at=_AT)),
    }


def _time(rows: Sequence[_Row], write: Callable[[Sequence[_Row]], object]) -> float:
    started = time.perf_counter()
    for first in range(0, len(rows), BATCH):
        with transaction.atomic():
            write(rows[first : first + BATCH])
    return time.perf_counter() - started


def _draw_issue(bill: Bill, owed: int, revenue: int, month: date) -> tuple[NewVoucher, Sequence[NewPosting]]:
    voucher = NewVoucher(bill.unit_id, VoucherKind.BILL_ISSUE, f"bench:{bill.pk}", "measured bill", month, "bench", _AT)
    return voucher, [
        NewPosting(
            owed, bill.unit_id, debit_fen=bill.amount_fen, usage_class=bill.usage_class, for_year=month.year,
            customer_account_id=bill.account_id, item_id=bill.pk, bill_id=bill.pk,
        ),
        NewPosting(
            revenue, bill.unit_id, credit_fen=bill.amount_fen, usage_class=bill.usage_class, for_year=month.year
        ),
    ]  # fmt: skip


def _draw_payment(bill: Bill) -> NewPayment:
    return NewPayment(
        channel=Channel.BANK_WITHHOLDING,
        external_number=f"bench-{bill.pk}",
        unit_id=bill.unit_id,
        customer_account_id=bill.account_id,
        amount_fen=bill.amount_fen,
        tender=Tender.ACCOUNT,
        paid_on=_PAID_ON,
        received_by="bench",
        item_ids=(bill.pk,),
    )
