"""What accounts owe on a day, bill by bill, and what is held for them."""

from collections.abc import Mapping, Sequence
from datetime import date

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.queries import standing as queries
from dianke.domain.receivables.queries.late_fees import OverdueItem, compute_running_fees
from dianke.domain.receivables.queries.standing import BillFacts, DebtLine, Standing
from dianke.domain.receivables.types import Component, Debt, Position
from dianke.platform.org.scoping import Scope


def list_debts(*, actor: Scope, customer_account_ids: Sequence[int], on: date) -> dict[int, list[Debt]]:
    """Return the open debts of each account within the actor's units, the oldest first, with late fees until a day."""
    return _list_debts(queries.load_standings(account_ids=_narrow(actor, customer_account_ids)), on)


def get_position(*, actor: Scope, customer_account_id: int, on: date) -> Position:
    """Return what an account owes on a day and what is held for it; nothing of one outside the actor's units."""
    standings = queries.load_standings(account_ids=_narrow(actor, [customer_account_id]))
    standing = standings.get(customer_account_id, Standing())
    debts = _list_debts(standings, on).get(customer_account_id, [])
    return Position(tuple(debts), standing.prepaid_fen, standing.deposit_fen)


def _narrow(actor: Scope, keys: Sequence[int]) -> list[int]:
    rows = CustomerAccount.objects.for_actor(actor).filter(pk__in=set(keys))
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _list_debts(standings: Mapping[int, Standing], on: date) -> dict[int, list[Debt]]:
    owing = [line for one in standings.values() for line in one.lines if line.balance_fen > 0]
    bills = queries.load_bills(item_ids={line.item_id for line in owing})
    overdue = {
        line.item_id: OverdueItem(line.item_id, line.account_id, due_date, line.usage_class)
        for line in owing
        if line.component is Component.PRINCIPAL and (due_date := bills[line.item_id].due_date)
    }
    running = compute_running_fees(items=list(overdue.values()), until=on)
    found: dict[int, list[Debt]] = {}
    for account_id, standing in standings.items():
        open_lines = [line for line in standing.lines if line.balance_fen > 0]
        debts = [
            _describe(lines, bills[item_id], running.get(item_id, 0), on)
            for item_id, lines in queries.group_by_item(open_lines).items()
        ]
        found[account_id] = sorted(debts, key=lambda debt: (bills[debt.item_id].oldest_by, debt.item_id))
    return found


def _describe(lines: Sequence[DebtLine], bill: BillFacts, running_fen: int, on: date) -> Debt:
    parts = dict.fromkeys(Component, 0)
    for line in lines:
        parts[line.component] += line.balance_fen
    return Debt(
        item_id=lines[0].item_id,
        bill_number=bill.number,
        month=bill.month,
        due_date=bill.due_date,
        usage_class=lines[0].usage_class,
        principal_fen=parts[Component.PRINCIPAL],
        penalty_fen=parts[Component.PENALTY],
        late_fee_fen=parts[Component.LATE_FEE] + running_fen,
        days_overdue=max((on - bill.due_date).days, 0) if bill.due_date else 0,
    )
