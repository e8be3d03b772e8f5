"""The steps of the benches "issue" and "postings" that need Django: imported once it is ready."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from dianke.domain.receivables.operations import vouchers
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.queries.proof import prove_books
from dianke.domain.receivables.types import NewPosting, NewVoucher, VoucherKind
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

_SYSTEM = Actor.system("measuring the books")
# So many vouchers are one commit, as those of a bank file are.
BATCH = 5_000
_BANK, _RECEIVABLE = "1002.01", "1122.01.01"


def prove() -> dict[str, Any]:
    """Return what the proof of the books counted, and how many faults it found."""
    findings = prove_books()
    counted = {name: count for finding in findings for name, count in finding.counts.items()}
    return {**counted, "faults": sum(finding.faults for finding in findings)}


def write_payments(size: int) -> float:
    """Write postings of payments, two a voucher, and return the seconds that it took."""
    unit = add_unit(code="BENCH", name="测量供电公司", kind=UnitKind.UTILITY, parent=None)
    now = SystemClock().now()
    accounts = AccountMap(actor=_SYSTEM, on=now.date())
    bank, receivable = (accounts.find(code, unit_path=unit.path) for code in (_BANK, _RECEIVABLE))
    vouchers.open_month(now.date())
    started = time.perf_counter()
    for first in range(0, size // 2, BATCH):
        many = [_draw(at, unit.pk, bank, receivable, now) for at in range(first, min(first + BATCH, size // 2))]
        with transaction.atomic():
            vouchers.post_vouchers(actor=_SYSTEM, vouchers=many)
    return time.perf_counter() - started


def _draw(at: int, unit_id: int, bank: int, receivable: int, now: datetime) -> tuple[NewVoucher, Sequence[NewPosting]]:
    amount_fen = 1_000 + at * 7_919 % 90_000
    voucher = NewVoucher(
        unit_id, VoucherKind.PAYMENT, f"bench:{at}", f"measured payment {at}", now.date(), "bench", now
    )
    return voucher, [
        NewPosting(bank, unit_id, debit_fen=amount_fen),
        NewPosting(
            receivable, unit_id, credit_fen=amount_fen, usage_class="RESIDENTIAL", for_year=now.year,
            customer_account_id=at, item_id=at,
        ),
    ]  # fmt: skip
