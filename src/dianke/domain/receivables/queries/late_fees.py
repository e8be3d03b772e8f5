"""What late fees run on debts, that are not booked yet: from the payments that live, by the days they count on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from dianke.domain.billing.queries.account_terms import get_terms_of_accounts
from dianke.domain.receivables.queries.arrays import write_integers
from dianke.domain.receivables.queries.claims import sum_waived
from dianke.domain.receivables.queries.frozen_days import list_frozen_days
from dianke.domain.receivables.queries.standing import LATE_FEES, RECEIVABLES, load_ledger_codes, name_component
from dianke.domain.receivables.rules import late_fees as rules
from dianke.domain.receivables.types import Component
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("computing late fees")

# A payment counts on the day it was made, whenever it was assigned, moved or reversed: what was reversed never came.
_PRINCIPAL = """
select p.item_id, coalesce(e.effective_on, v.occurred_on), sum(p.debit_fen)::bigint, sum(p.credit_fen)::bigint
  from receivables_posting p join receivables_voucher v on v.id = p.voucher_id
  left join receivables_paymentevent e on e.voucher_id = v.id
 where p.customer_account_id = any(%(accounts)s) and p.item_id = any(%(items)s)
   and p.ledger_account_id = any(%(ledgers)s)
 group by 1, 2
"""
_BOOKED = """
select p.item_id, sum(p.debit_fen)::bigint from receivables_posting p
 where p.customer_account_id = any(%(accounts)s) and p.item_id = any(%(items)s)
   and p.ledger_account_id = any(%(ledgers)s)
 group by 1
"""


@dataclass(frozen=True, slots=True)
class OverdueItem:
    """A bill whose principal is not paid though its day has come."""

    item_id: int
    account_id: int
    due_date: date
    usage_class: str


@dataclass(slots=True)
class _History:
    billed_fen: int = 0
    paid: list[tuple[date, int]] | None = None


def compute_running_fees(*, items: Sequence[OverdueItem], until: date) -> dict[int, int]:
    """Return the late fee of each bill until a day that is not in the books yet; bills that bear none are left out."""
    overdue = [item for item in items if item.due_date < until]
    if not overdue:
        return {}
    keys = {"accounts": list({item.account_id for item in overdue}), "items": [item.item_id for item in overdue]}
    histories, booked = _load_histories(keys), _load_booked(keys)
    rates, waived = _load_rates(overdue), _load_waived(keys["items"])
    frozen = list_frozen_days(item_ids=keys["items"])
    found = {}
    for item in overdue:
        history = histories.get(item.item_id, _History())
        owed = rules.list_owed(principal_fen=history.billed_fen, due_date=item.due_date, paid=history.paid or ())
        fee = rules.compute_late_fee(
            due_date=item.due_date,
            until=until,
            owed=rules.leave_out(owed, spans=frozen.get(item.item_id, ())),
            is_residential=rules.is_residential_class(item.usage_class),
            contract_rate=rates.get((item.account_id, item.due_date)),
        )
        running_fen = rules.compute_fee_to_book(
            total_fen=fee.total_fen, booked_fen=booked.get(item.item_id, 0), waived_fen=waived.get(item.item_id, 0)
        )
        if running_fen:
            found[item.item_id] = running_fen
    return found


def _load_histories(keys: Mapping[str, list[int]]) -> dict[int, _History]:
    codes = load_ledger_codes(RECEIVABLES)
    bearing = [key for key, code in codes.items() if rules.bears_late_fees(code)]
    found: dict[int, _History] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PRINCIPAL, {**keys, "ledgers": bearing})
        for item_id, day, debit_fen, credit_fen in cursor.fetchall():
            history = found.setdefault(item_id, _History(paid=[]))
            history.billed_fen += debit_fen
            if credit_fen and history.paid is not None:
                history.paid.append((day, credit_fen))
    return found


def _load_booked(keys: Mapping[str, list[int]]) -> dict[int, int]:
    codes = load_ledger_codes(LATE_FEES)
    ledgers = [key for key, code in codes.items() if name_component(code) is Component.LATE_FEE]
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED, {**keys, "ledgers": ledgers})
        return dict(cursor.fetchall())


def list_accounts_with_terms(account_ids: Sequence[int]) -> list[int]:
    """Return which of many accounts have terms of their own; of most files nobody has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct account_id from billing_accountterms where account_id = any(%s::bigint[])",
            [write_integers(account_ids)],
        )
        return [key for (key,) in cursor.fetchall()]


def _load_waived(item_ids: list[int]) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("select distinct item_id from receivables_claimitem where item_id = any(%s)", [item_ids])
        claimed = [key for (key,) in cursor.fetchall()]
    return sum_waived(item_ids=claimed) if claimed else {}


def _load_rates(overdue: Sequence[OverdueItem]) -> dict[tuple[int, date], Decimal]:
    """Return the daily rate of contracts by account and due day: a debt follows what held when it fell due."""
    accounts: dict[date, list[int]] = {}
    with_terms = set(list_accounts_with_terms([item.account_id for item in overdue]))
    for item in overdue:
        if item.account_id not in with_terms:
            continue
        accounts.setdefault(item.due_date, []).append(item.account_id)
    found: dict[tuple[int, date], Decimal] = {}
    for day, keys in accounts.items():
        terms = get_terms_of_accounts(actor=_SYSTEM, customer_account_ids=keys, on=day)
        found |= {(key, day): one.late_fee_rate for key, one in terms.items() if one.late_fee_rate is not None}
    return found
