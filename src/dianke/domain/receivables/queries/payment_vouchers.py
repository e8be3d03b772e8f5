"""What the vouchers of a payment come to, and what prepayments of an account were used for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection

from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.queries.standing import RECEIVABLES, load_ledger_codes
from dianke.domain.receivables.types import NewPosting, PaymentEventKind, VoucherKind

MONEY = ("1001", "1002", "1012")

_NET = """
with voucher as (
     select %(voucher)s::bigint as id
     union all
     select voucher_id from receivables_paymentevent where payment_id = %(payment)s and kind <> %(rearranged)s)
select p.ledger_account_id, p.unit_id, p.usage_class, p.for_year, p.customer_account_id, p.item_id,
       sum(p.debit_fen)::bigint, sum(p.credit_fen)::bigint
  from voucher w join receivables_voucher v on v.id = w.id
  join receivables_posting p on p.id between v.first_posting_id and v.last_posting_id and p.voucher_id = v.id
 group by 1, 2, 3, 4, 5, 6 order by min(p.id)
"""
_USES = """
select p.customer_account_id, p.item_id, p.unit_id, p.ledger_account_id, p.usage_class, p.for_year,
       sum(p.credit_fen)::bigint, max(v.occurred_on)
  from receivables_posting p join receivables_voucher v on v.id = p.voucher_id
 where p.customer_account_id = any(%(accounts)s) and p.ledger_account_id = any(%(ledgers)s) and v.kind = %(kind)s
 group by 1, 2, 3, 4, 5, 6 having sum(p.credit_fen) > 0
"""

# Account, bill, unit, account of the chart, class, year.
LineKey = tuple[int, int, int, int, str, int]


@dataclass(frozen=True, slots=True)
class Use:
    """What of a prepayment settled a line, and the last day that some of it did."""

    line: LineKey
    amount_fen: int
    used_on: date


def list_mirrored(*, payment: Payment) -> list[NewPosting]:
    """Return what takes back, in red, everything that the vouchers of a payment come to."""
    keys: dict[str, int | str] = {
        "voucher": payment.voucher_id,
        "payment": payment.pk,
        "rearranged": PaymentEventKind.REARRANGED.value,
    }
    found = []
    with connection.cursor() as cursor:
        cursor.execute(_NET, keys)
        for ledger_id, unit_id, usage_class, for_year, account_id, item_id, debit_fen, credit_fen in cursor.fetchall():
            for debit, credit in ((-debit_fen, 0), (0, -credit_fen)):
                if debit or credit:
                    found.append(
                        NewPosting(ledger_id, unit_id, debit, credit, usage_class, for_year, account_id, item_id)
                    )
    return found


def list_money_ledgers() -> frozenset[int]:
    """Return the accounts of the chart that money itself lies on."""
    return frozenset(load_ledger_codes(*MONEY))


def list_uses(*, account_ids: Sequence[int]) -> list[Use]:
    """Return what prepayments of accounts were used for and was not taken back, the last first."""
    with connection.cursor() as cursor:
        cursor.execute(
            _USES,
            {
                "accounts": list(account_ids),
                "ledgers": list(load_ledger_codes(RECEIVABLES)),
                "kind": VoucherKind.PREPAYMENT_USE.value,
            },
        )
        uses = [
            Use((a, item, unit, ledger, of, year), fen, day) for a, item, unit, ledger, of, year, fen, day in cursor
        ]
    return sorted(uses, key=lambda use: (use.used_on, use.line), reverse=True)
