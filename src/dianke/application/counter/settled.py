"""What payments settle, fen by fen: read from the postings of their vouchers, never stored beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from dianke.domain.billing.models import Bill
from dianke.domain.receivables.models import Posting, Voucher
from dianke.platform.identity.types import Actor

LATE_FEES, PENALTIES = "1122.03", "1122.02"
RECEIVABLES, PREPAYMENTS, SUSPENSE = "1122", "2203.01", "2241.03"
_WHAT = ((LATE_FEES, "LATE_FEE"), (PENALTIES, "PENALTY"), (RECEIVABLES, "PRINCIPAL"), (PREPAYMENTS, "PREPAYMENT"))
# Whoever may see a payment may see all that it did, in whichever unit.
_EXPLAINING = Actor.system("explaining what a payment settles")


@dataclass(frozen=True, slots=True)
class SettledLine:
    """What a voucher credited: of a bill's principal, penalty or late fee, or of money that is held."""

    what: str
    amount_fen: int
    ledger_code: str
    ledger_name: str
    ledger_name_en: str
    unit_code: str
    item_id: int | None
    bill_number: str = ""
    bill_month: date | None = None
    account_number: str = ""


def list_settled(*, voucher_ids: Sequence[int]) -> dict[int, list[SettledLine]]:
    """Return the lines of vouchers of payments, by voucher: bills in order, money that is held last."""
    found: dict[int, list[SettledLine]] = {key: [] for key in voucher_ids}
    rows = _list_sums(voucher_ids)
    keys = {row["item_id"] for row in rows if row["item_id"]}
    bills = {one.pk: one for one in Bill.objects.for_actor(_EXPLAINING).filter(pk__in=keys)}
    for row in rows:
        found[row["voucher_id"]].append(_draw(row, bills))
    for lines in found.values():
        lines.sort(key=lambda line: (line.item_id is None, line.item_id or 0, line.ledger_code))
    return found


def _list_sums(voucher_ids: Sequence[int]) -> list[dict[str, Any]]:
    vouchers = list(Voucher.objects.for_actor(_EXPLAINING).filter(pk__in=voucher_ids))
    if not vouchers:
        return []
    own = Q()
    for one in vouchers:
        own |= Q(id__gte=one.first_posting_id, id__lte=one.last_posting_id, voucher_id=one.pk)
    codes = Q()
    for code in (RECEIVABLES, PREPAYMENTS, SUSPENSE):
        codes |= Q(ledger_account__code__startswith=code)
    rows = Posting.objects.for_actor(_EXPLAINING).filter(own & codes).exclude(credit_fen=0)
    grouped = rows.values(
        "voucher_id",
        "item_id",
        "ledger_account__code",
        "ledger_account__name",
        "ledger_account__name_en",
        "unit__code",
    )
    return [row for row in grouped.annotate(fen=Sum("credit_fen")) if row["fen"]]


def _draw(row: Mapping[str, Any], bills: Mapping[int, Bill]) -> SettledLine:
    code, item_id = row["ledger_account__code"], row["item_id"]
    bill = bills.get(item_id)
    return SettledLine(
        what=next((what for front, what in _WHAT if code.startswith(front)), "SUSPENSE"),
        amount_fen=row["fen"],
        ledger_code=code,
        ledger_name=row["ledger_account__name"],
        ledger_name_en=row["ledger_account__name_en"],
        unit_code=row["unit__code"],
        item_id=item_id,
        bill_number=bill.number if bill else "",
        bill_month=bill.month if bill else None,
        account_number=bill.account_number if bill else "",
    )
