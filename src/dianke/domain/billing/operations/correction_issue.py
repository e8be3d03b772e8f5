"""
Issue an approved correction: for every bill of it a reversal and a replacement, both new bills; of a bill that is taken
back for good the reversal alone.

They get keys of the month that they bill, not of the month of issue: a month's range of keys then holds everything
that was billed for it, so that sums by month, tiers of the year and lists come out right by adding up, and the
partition is there already. When they were issued stands on them.
"""

import hashlib
from dataclasses import replace
from datetime import datetime

from django.db import connection

from dianke.domain.billing.models import Bill, BillCorrection, CorrectedBill, CorrectedInputs
from dianke.domain.billing.operations import bill_rows, totals
from dianke.domain.billing.operations.corrections import recompute_as_asked, require_state
from dianke.domain.billing.queries.correcting import RecomputedBill, TakenBackBill
from dianke.domain.billing.queries.due_dates import find_due_date_of_bill
from dianke.domain.billing.rules import frozen
from dianke.domain.billing.rules.frozen import FrozenBlock
from dianke.domain.billing.types import LINES_PER_BILL, CorrectionState
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

_SUMS = (
    "energy_kwh_e2", "basic_fen", "energy_fen", "shares_fen", "power_factor_fen", "funds_fen", "amount_fen",
)  # fmt: skip
KEPT = (
    "unit_id", "run_id", "usage_point_id", "shard_number", "account_id", "account_number", "customer_name", "address",
    "usage_class", "industry_code", "voltage", "month", "period_start", "period_end",
)  # fmt: skip


class LinesDoNotAddUp(DomainError):
    """A reversal or a replacement is not the sum of its lines."""

    code = "billing.lines_do_not_add_up"
    message = "bill {bill} or the reversal before it is not the sum of its lines"


def issue_correction(*, actor: Scope, order: BillCorrection, login: str, at: datetime) -> list[Bill]:
    """
    Issue the bills of an approved order, in the order of the months, and return those that take a bill's place, or
    take it back for good.

    :raises CorrectionOutOfState: if it is not approved, or was issued already
    :raises CorrectionIsStale: if it no longer comes to what was approved
    """
    require_state(order, "issue")
    found = recompute_as_asked(actor=actor, order=order)
    items = list(CorrectedBill.objects.for_actor(actor).filter(correction=order).order_by("sequence"))
    order.state, order.issued_by, order.issued_at = CorrectionState.ISSUED.value, login, at
    issued = [
        _take_back(order, item, one.bill) if isinstance(one, TakenBackBill) else _issue_one(order, item, one)
        for item, one in zip(items, found, strict=True)
    ]
    keys = [key for item in items for key in (item.reversal_id, item.replacement_id) if key is not None]
    totals.add_up_bills(bill_ids=keys)
    order.save(update_fields=["state", "issued_by", "issued_at"])
    return issued


def _take_back(order: BillCorrection, item: CorrectedBill, bill: Bill) -> Bill:
    item.reversal_id = bill_rows.reserve_bill_ids(month=bill.month, count=1)
    reversal = _reverse(order, bill, item.reversal_id)
    if bill_rows.count_differing(table="billing_bill", first_id=item.reversal_id, end_id=item.reversal_id + 1):
        raise LinesDoNotAddUp(field="bill", bill=item.reversal_id)
    # Whoever finds that the period has to be billed after all may draw up an order of it.
    item.holds_bill = False
    item.save(update_fields=["reversal_id", "holds_bill"])
    return reversal


def _issue_one(order: BillCorrection, item: CorrectedBill, found: RecomputedBill) -> Bill:
    first_id = bill_rows.reserve_bill_ids(month=found.bill.month, count=2 if found.stands else 1)
    replacement_id = first_id + 1 if found.stands else first_id
    if found.stands:
        _reverse(order, found.bill, first_id)
        item.reversal_id = first_id
    replacement = _replace(order, found, replacement_id)
    if bill_rows.count_differing(table="billing_bill", first_id=first_id, end_id=replacement_id + 1):
        raise LinesDoNotAddUp(field="bill", bill=replacement_id)
    item.replacement_id = replacement_id
    item.save(update_fields=["reversal_id", "replacement_id"])
    _freeze(item, found)
    return replacement


def _copy(order: BillCorrection, bill: Bill, bill_id: int) -> Bill:
    assert order.issued_at is not None  # noqa: S101 - whoever issues has set it
    return Bill(
        id=bill_id,
        corrects_id=bill.pk,
        correction_id=order.pk,
        calculated_by=order.asked_by,
        issued_by=order.issued_by,
        issued_at=order.issued_at,
        **{name: getattr(bill, name) for name in KEPT},
    )


def _reverse(order: BillCorrection, bill: Bill, reversal_id: int) -> Bill:
    reversal = _copy(order, bill, reversal_id)
    for name in _SUMS:
        setattr(reversal, name, -getattr(bill, name))
    reversal.save(force_insert=True)
    first = bill.pk * LINES_PER_BILL
    with connection.cursor() as cursor:
        cursor.execute(
            """
            insert into billing_billline (id, kind_id, quantity_e6, price_e8, amount_e6)
            select %s + id - %s, kind_id, -quantity_e6, price_e8, -amount_e6
              from billing_billline where id >= %s and id < %s order by id
            """,
            [reversal_id * LINES_PER_BILL, first, first, first + LINES_PER_BILL],
        )
    return reversal


def _replace(order: BillCorrection, found: RecomputedBill, replacement_id: int) -> Bill:
    bill = _copy(order, found.bill, replacement_id)
    for name in ("usage_class", "voltage"):
        (value,) = found.block.inputs.points[name].to_pylist()
        setattr(bill, name, value)
    bill.energy_kwh_e2, bill.amount_fen = found.energy_kwh_e2, found.amount_fen
    for name, values in found.result.sums_fen.items():
        setattr(bill, f"{name}_fen", int(values[0]))
    bill.due_date = find_due_date_of_bill(bill=bill, issued_on=to_shanghai(bill.issued_at).date())
    bill.save(force_insert=True)
    bill_rows.write_lines(table="billing_bill", lines=found.columns, later_by=replacement_id - found.bill.pk)
    return bill


def _freeze(item: CorrectedBill, found: RecomputedBill) -> None:
    prices = {frozen.price_key(key): bill_rows.keep_prices(table) for key, table in found.tables.items()}
    block: FrozenBlock = replace(found.block, prices=prices)
    content = frozen.pack(block)
    CorrectedInputs(corrected=item, content=content, sha256=hashlib.sha256(content).hexdigest()).save(force_insert=True)
