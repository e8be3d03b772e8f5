"""What accounts hold and owe on a day, for a fleet at once; and the same of one account."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from dianke.domain.receivables.queries.arrays import write_integers
from dianke.domain.receivables.queries.late_fees import OverdueItem, compute_running_fees
from dianke.domain.receivables.queries.standing import LATE_FEES, RECEIVABLES, load_ledger_codes, name_component
from dianke.domain.receivables.types import Component, HeldKind

_HELD = """
select customer_account_id, amount_fen from receivables_heldmoney
 where customer_account_id = any(%(accounts)s::bigint[]) and kind = %(kind)s and amount_fen > 0
"""
# As a debt is read everywhere: what is left of each bill on each account of the chart, without what is below nothing.
_OWED = """
select p.customer_account_id, p.item_id, b.due_date, max(p.usage_class), p.ledger_account_id = any(%(fees)s),
       sum(p.debit_fen - p.credit_fen)::bigint, bool_or(p.ledger_account_id = any(%(principal)s))
  from receivables_posting p join billing_bill b on b.id = p.item_id
 where p.customer_account_id = any(%(accounts)s::bigint[]) and p.ledger_account_id = any(%(ledgers)s)
 group by p.customer_account_id, p.item_id, b.due_date, p.unit_id, p.ledger_account_id, p.usage_class, p.for_year
having sum(p.debit_fen - p.credit_fen) > 0
 order by p.customer_account_id, p.item_id
"""


@dataclass(slots=True)
class Money:
    """What an account holds and owes on a day; overdue is what of it is past its day, with late fees."""

    prepaid_fen: int = 0
    debt_fen: int = 0
    late_fee_fen: int = 0
    overdue_fen: int = 0
    oldest_due_date: date | None = None

    @property
    def net_fen(self) -> int:
        """Return what is left of what is held once everything that is billed is paid."""
        return self.prepaid_fen - self.debt_fen - self.late_fee_fen


def load_money(*, account_ids: Collection[int], on: date) -> dict[int, Money]:
    """Return what each account holds and owes, with late fees until a day."""
    found = {key: Money() for key in account_ids}
    keys: dict[str, Any] = {
        "accounts": write_integers(account_ids),
        "kind": HeldKind.PREPAYMENT.value,
        **_find_ledgers(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_HELD, keys)
        for account_id, fen in cursor.fetchall():
            found[account_id].prepaid_fen = fen
        cursor.execute(_OWED, keys)
        rows = cursor.fetchall()
    overdue = _add_owed(found, rows, on)
    for item_id, fen in compute_running_fees(items=list(overdue.values()), until=on).items():
        money = found[overdue[item_id].account_id]
        money.late_fee_fen += fen
        money.overdue_fen += fen
    return found


def _find_ledgers() -> Mapping[str, list[int]]:
    codes = load_ledger_codes(RECEIVABLES)
    fees = list(load_ledger_codes(LATE_FEES))
    principal = [key for key, code in codes.items() if name_component(code) is Component.PRINCIPAL]
    return {"ledgers": list(codes), "fees": fees, "principal": principal}


def _add_owed(
    found: Mapping[int, Money], rows: Sequence[tuple[int, int, date | None, str, bool, int, bool]], on: date
) -> dict[int, OverdueItem]:
    """Add what is owed, and return the bills whose principal is overdue."""
    overdue: dict[int, OverdueItem] = {}
    for account_id, item_id, due_date, usage_class, is_fee, fen, is_principal in rows:
        money = found[account_id]
        if is_fee:
            money.late_fee_fen += fen
        else:
            money.debt_fen += fen
        if due_date is None or due_date >= on:
            continue
        money.overdue_fen += fen
        money.oldest_due_date = min(money.oldest_due_date or due_date, due_date)
        if is_principal:
            overdue[item_id] = OverdueItem(item_id, account_id, due_date, usage_class)
    return overdue
