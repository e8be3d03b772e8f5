"""Orders of back-billing: drawn up, changed, issued as one bill of its own. Ask and decide as every correction."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np

from dianke.domain.billing.models import Bill, BillCorrection, CorrectedBill
from dianke.domain.billing.operations import bill_rows, totals
from dianke.domain.billing.operations.correction_issue import KEPT, LinesDoNotAddUp
from dianke.domain.billing.operations.corrections import (
    ReasonNeeded,
    begin_order,
    recompute_back_bill,
    release_bills,
    reopen_order,
    require_free,
    require_state,
)
from dianke.domain.billing.queries.back_billing import list_concerned
from dianke.domain.billing.queries.correcting import UnableToCorrect
from dianke.domain.billing.queries.due_dates import find_due_date_of_bill
from dianke.domain.billing.queries.frozen import get_basis
from dianke.domain.billing.rules.back_bills import BackBill, work_back_bill, write_basis
from dianke.domain.billing.rules.correction_levels import find_level
from dianke.domain.billing.rules.corrections import NewLine
from dianke.domain.billing.rules.drafts import LineColumns, LineKind
from dianke.domain.billing.types import BACK_BILLING_CAUSES, LINES_PER_BILL, CorrectionKind, CorrectionState
from dianke.kernel.clock import to_shanghai
from dianke.platform.org.scoping import Scope

Case = Mapping[str, Any]


def draft_back_billing(
    *, actor: Scope, bill: Bill, from_month: date, case: Case, reason: str, login: str, at: datetime
) -> BillCorrection:
    """
    Draw up an order that bills beside the bills of some months, the last of which is given.

    :raises UnableToWorkCase: with every fault of the facts
    :raises NothingToBill: if the case comes to nothing
    :raises UnableToCorrect: if the bill no longer stands, or there is none in the months
    :raises BillUnderCorrection: if another living order holds one of the bills
    """
    order = begin_order(bill=bill, kind=CorrectionKind.BACK_BILLING, login=login, at=at)
    _write(actor=actor, order=order, bill=bill, from_month=from_month, case=case, reason=reason)
    return order


def change_back_billing(
    *, actor: Scope, order: BillCorrection, from_month: date, case: Case, reason: str
) -> BillCorrection:
    """Write a drafted order anew; it keeps its number."""
    bill = reopen_order(actor=actor, order=order)
    _write(actor=actor, order=order, bill=bill, from_month=from_month, case=case, reason=reason)
    return order


def issue_back_billing(*, actor: Scope, order: BillCorrection, login: str, at: datetime) -> Bill:
    """
    Issue the bill of an approved order; the bills that it concerns stay as they are and are free again.

    :raises CorrectionOutOfState: if it is not approved, or was issued already
    :raises CorrectionIsStale: if it no longer comes to what was approved
    """
    require_state(order, "issue")
    computed = recompute_back_bill(actor=actor, order=order)
    order.state, order.issued_by, order.issued_at = CorrectionState.ISSUED.value, login, at
    bill = _write_bill(order, computed.bills, computed.found)
    anchor = CorrectedBill.objects.for_actor(actor).get(correction=order, bill_id=order.bill_id)
    anchor.replacement_id = bill.pk
    anchor.save(update_fields=["replacement_id"])
    totals.add_up_bills(bill_ids=[bill.pk])
    order.save(update_fields=["state", "issued_by", "issued_at"])
    release_bills(actor, order)
    return bill


def _write(*, actor: Scope, order: BillCorrection, bill: Bill, from_month: date, case: Case, reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded(field="reason")
    bills = list_concerned(actor=actor, bill=bill, from_month=from_month)
    if bill.pk not in {one.pk for one in bills}:
        raise UnableToCorrect(field="from_month", bill=bill.number, reason="the first month lies after the last")
    found = work_back_bill(case, today=to_shanghai(order.asked_at).date())
    require_free(actor, bills, order)
    order.difference_fen, order.deciding_fen = found.amount_fen, sum(_to_fen(line) for line in found.lines)
    order.level = find_level(deciding_fen=order.deciding_fen, day=to_shanghai(order.asked_at).date()).code
    order.cause = BACK_BILLING_CAUSES[found.case["kind"]].value
    order.reason, order.case = reason.strip()[:300], found.case
    order.save()
    # The last month first: it is the one that the new bill stands in.
    CorrectedBill.objects.bulk_create(
        [_item(order, number, one, found) for number, one in enumerate(reversed(bills), 1)]
    )


def _to_fen(line: NewLine) -> int:
    return abs(int(line.amount.scaleb(2)))


def _item(order: BillCorrection, sequence: int, bill: Bill, found: BackBill) -> CorrectedBill:
    return CorrectedBill(
        correction=order,
        sequence=sequence,
        bill_id=bill.pk,
        month=bill.month,
        old_energy_kwh_e2=bill.energy_kwh_e2,
        new_energy_kwh_e2=bill.energy_kwh_e2,
        old_amount_fen=bill.amount_fen,
        new_amount_fen=bill.amount_fen,
        lines_sha256=found.fingerprint,
    )


def _write_bill(order: BillCorrection, bills: Sequence[Bill], found: BackBill) -> Bill:
    last = next(bill for bill in bills if bill.pk == order.bill_id)
    assert order.issued_at is not None  # noqa: S101 - whoever issues has set it
    key = bill_rows.reserve_bill_ids(month=last.month, count=1)
    nothing = dict.fromkeys(("basic_fen", "energy_fen", "shares_fen", "power_factor_fen", "funds_fen"), 0)
    bill = Bill(
        id=key,
        corrects_id=last.pk,
        correction_id=order.pk,
        calculated_by=order.asked_by,
        issued_by=order.issued_by,
        issued_at=order.issued_at,
        basis=write_basis(
            of_bill=get_basis(last),
            found=found,
            order=order.number,
            cause=order.cause,
            reason=order.reason,
            bills=[{"number": one.number, "month": f"{one.month:%Y-%m}"} for one in bills],
        ),
        energy_kwh_e2=found.energy_kwh_e2,
        **{name: getattr(last, name) for name in KEPT if name != "period_start"},
        period_start=min(one.period_start for one in bills),
        **{**nothing, **found.sums_fen},
    )
    bill.due_date = find_due_date_of_bill(bill=bill, issued_on=to_shanghai(order.issued_at).date())
    bill.save(force_insert=True)
    bill_rows.write_lines(table="billing_bill", lines=_list_columns(key, found.lines))
    if bill_rows.count_differing(table="billing_bill", first_id=key, end_id=key + 1):
        raise LinesDoNotAddUp(field="bill", bill=key)
    return bill


def _list_columns(key: int, lines: Sequence[NewLine]) -> LineColumns:
    def whole(values: Sequence[Decimal], decimals: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.array([int(value.scaleb(decimals)) for value in values], dtype=np.int64)

    return LineColumns(
        kinds=[LineKind(line.code, line.name, line.unit_name, line.rule, line.included) for line in lines],
        id=np.array([key * LINES_PER_BILL + number for number in range(1, len(lines) + 1)], dtype=np.int64),
        kind=np.arange(len(lines), dtype=np.int64),
        quantity_e6=whole([line.quantity for line in lines], 6),
        price_e8=whole([line.price for line in lines], 8),
        amount_e6=whole([line.amount for line in lines], 6),
    )
