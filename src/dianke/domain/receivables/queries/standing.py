"""What accounts owe and hold, line by line of the books: what payments, reversals and lists of debts go on from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from dianke.domain.receivables.queries.arrays import write_integers
from dianke.domain.receivables.types import Component

RECEIVABLES, PENALTIES, LATE_FEES = "1122", "1122.02", "1122.03"
PREPAYMENTS, DEPOSITS = "2203.01", "2241.02"

# Bills stand on the debit side, with what settles them on the credit side, red entries on either.
_LINES = """
select p.customer_account_id, p.item_id, p.unit_id, p.ledger_account_id, p.usage_class, p.for_year,
       sum(p.debit_fen)::bigint, sum(p.credit_fen)::bigint
  from receivables_posting p
 where p.customer_account_id = any(%(accounts)s::bigint[]) and p.ledger_account_id = any(%(ledgers)s)
 group by 1, 2, 3, 4, 5, 6
having {having}
 order by 1, 2, 3, 4, 5, 6
"""
_OPEN = "sum(p.debit_fen) <> sum(p.credit_fen)"
_GIVEN_UP = """
select p.customer_account_id, p.item_id, p.unit_id, p.ledger_account_id, p.usage_class, p.for_year,
       sum(p.credit_fen - p.debit_fen)::bigint
  from receivables_posting p
  join receivables_voucher v on v.id = p.voucher_id and v.kind in ('WRITE_OFF', 'BAD_DEBT_RETURN')
 where p.item_id = any(%(items)s::bigint[]) and p.ledger_account_id = any(%(ledgers)s)
 group by 1, 2, 3, 4, 5, 6
"""
_BILLS = """
select id, month, account_number, due_date, (issued_at at time zone 'Asia/Shanghai')::date
  from billing_bill where id = any(%s::bigint[])
"""


@dataclass(slots=True)
class DebtLine:
    """A bill on one account of the chart: what it is for, and what of it is settled."""

    account_id: int
    item_id: int
    unit_id: int
    ledger_id: int
    usage_class: str
    for_year: int
    component: Component
    billed_fen: int = 0
    settled_fen: int = 0

    @property
    def balance_fen(self) -> int:
        """Return what is left to pay, below zero what is paid too much."""
        return self.billed_fen - self.settled_fen

    @property
    def excess_fen(self) -> int:
        """Return what is settled beyond what it is for."""
        return max(-self.balance_fen, 0)

    @property
    def deficit_fen(self) -> int:
        """Return what was taken off beyond what had been settled."""
        return max(min(self.billed_fen, 0) - self.settled_fen, 0)


@dataclass(slots=True)
class HeldLine:
    """Money held for an account in a unit, on one account of the chart."""

    unit_id: int
    ledger_id: int
    amount_fen: int


@dataclass(slots=True)
class Standing:
    """What one account owes and holds."""

    lines: list[DebtLine] = field(default_factory=list)
    prepaid: list[HeldLine] = field(default_factory=list)
    deposits: list[HeldLine] = field(default_factory=list)

    @property
    def prepaid_fen(self) -> int:
        """Return the prepayment of the account."""
        return sum(line.amount_fen for line in self.prepaid)

    @property
    def deposit_fen(self) -> int:
        """Return the deposit of the account."""
        return sum(line.amount_fen for line in self.deposits)


@dataclass(frozen=True, slots=True)
class BillFacts:
    """What a debt must know of its bill."""

    number: str
    month: date
    due_date: date | None
    issued_on: date

    @property
    def oldest_by(self) -> date:
        """Return the day that orders debts: due day, or of bills that have none the day of issue."""
        return self.due_date or self.issued_on


def load_standings(*, account_ids: Sequence[int], with_settled: bool = False) -> dict[int, Standing]:
    """Return what each account owes and holds; with what is settled on request."""
    ledgers = load_ledger_codes(RECEIVABLES, PREPAYMENTS, DEPOSITS)
    found = {account_id: Standing() for account_id in account_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            _LINES.format(having="true" if with_settled else _OPEN),
            {"accounts": write_integers(found), "ledgers": list(ledgers)},
        )
        for row in cursor.fetchall():
            _put(found[row[0]], row, ledgers[row[3]])
    return found


def load_bills(*, item_ids: Collection[int]) -> dict[int, BillFacts]:
    """Return number, month and days of bills by key."""
    if not item_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_BILLS, [write_integers(item_ids)])
        return {
            key: BillFacts(f"ZD-{month:%Y%m}-{account}-{key % 10**12}", month, due_date, issued_on)
            for key, month, account, due_date, issued_on in cursor.fetchall()
        }


def load_given_up(*, item_ids: Collection[int]) -> dict[tuple[int, int, int, int, str, int], int]:
    """Return what of bills is written off and did not come back, by what tells a line from all others."""
    if not item_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN_UP, {"items": write_integers(item_ids), "ledgers": list(load_ledger_codes(RECEIVABLES))})
        return {(row[0], row[1], row[2], row[3], row[4], row[5]): row[6] for row in cursor.fetchall()}


def load_ledger_codes(*roots: str) -> dict[int, str]:
    """Return the codes of some accounts of the chart and of all below them, by key."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, code from receivables_ledgeraccount where code = any(%s) or code like any(%s)",
            [list(roots), [f"{root}.%" for root in roots]],
        )
        return dict(cursor.fetchall())


def name_component(code: str) -> Component:
    """Return what part of a debt an account of receivables carries."""
    for root, component in ((PENALTIES, Component.PENALTY), (LATE_FEES, Component.LATE_FEE)):
        if code == root or code.startswith(f"{root}."):
            return component
    return Component.PRINCIPAL


def group_by_item(lines: Sequence[DebtLine]) -> Mapping[int, list[DebtLine]]:
    """Return lines by their bill."""
    found: dict[int, list[DebtLine]] = {}
    for line in lines:
        found.setdefault(line.item_id, []).append(line)
    return found


def _put(standing: Standing, row: tuple[int, int | None, int, int, str, int, int, int], code: str) -> None:
    account_id, item_id, unit_id, ledger_id, usage_class, for_year, debit_fen, credit_fen = row
    if code.startswith(f"{RECEIVABLES}."):
        if item_id is not None:
            standing.lines.append(
                DebtLine(
                    account_id, item_id, unit_id, ledger_id, usage_class, for_year, name_component(code),
                    debit_fen, credit_fen,
                )
            )  # fmt: skip
        return
    held = standing.prepaid if code.startswith(PREPAYMENTS) else standing.deposits
    if credit_fen != debit_fen:
        held.append(HeldLine(unit_id, ledger_id, credit_fen - debit_fen))
