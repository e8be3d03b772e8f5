"""
What was known of accounts on a day, from facts that each carry the day on which they became known.

A cut-off looks at nothing that was entered after it: a payment that was reversed later stands as it stood.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from dianke.engine.risk.types import PaymentGrid

Integers = NDArray[np.int64]
# A cycle without a bill, an outcome that nobody can tell, a day that never comes.
NONE = -1
NEVER = 10**7
_LATEST_BILLS = 3


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """
    Facts of some accounts. Days count from 1970-01-01; `…_account` and `move_bill` are places in account and bill rows.

    Moves are sorted by the day that they count for, so that of several the last stands.
    """

    account_ids: Integers
    opened: Integers
    closed: Integers
    bill_account: Integers
    bill_known: Integers
    bill_due: Integers
    bill_start: Integers
    bill_end: Integers
    bill_kwh_e2: Integers
    move_bill: Integers
    move_known: Integers
    move_day: Integers
    move_debit_fen: Integers
    move_credit_fen: Integers
    held_account: Integers
    held_known: Integers
    held_fen: Integers
    offence_account: Integers
    offence_known: Integers
    offence_is_theft: Integers
    paper_account: Integers
    paper_known: Integers
    paper_is_contract: Integers
    mandate_account: Integers
    mandate_known: Integers
    mandate_until: Integers

    @property
    def size(self) -> int:
        """Return the number of accounts."""
        return int(self.account_ids.size)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """
    What was known of accounts at the end of a day, the latest cycle first.

    Shapes: grids (n, m), the rest (n,). Units: fen, kWh × 100, days; a cycle without a bill that was due has NONE days.
    """

    cut_off: int
    billed_fen: Integers
    paid_fen: Integers
    days_late: Integers
    kwh_e2: Integers
    has_bill: NDArray[np.bool_]
    open_fen: Integers
    overdue_fen: Integers
    month_fen: Integers
    unbilled_fen: Integers
    held_fen: Integers
    thefts: Integers
    breaches: Integers
    has_contract: NDArray[np.bool_]
    has_papers: NDArray[np.bool_]
    has_mandate: NDArray[np.bool_]
    is_active: NDArray[np.bool_]

    @property
    def bills_due(self) -> Integers:
        """Return how many cycles had a bill that was due."""
        counted: Integers = self.has_bill.sum(axis=1)
        return counted


@dataclass(frozen=True, slots=True)
class _Bills:
    """Bills as a cut-off sees them."""

    rows: Integers
    fen: Integers
    paid_fen: Integers
    open_fen: Integers
    late: Integers


def take_snapshot(facts: PaymentFacts, *, on: date, months: int, law_months: int, most_unbilled_days: int) -> Snapshot:
    """Return what was known at the end of a day; facts that became known later change nothing of it."""
    cut_off = to_day_number(on)
    bills = _see_bills(facts, cut_off)
    account, due = facts.bill_account[bills.rows], facts.bill_due[bills.rows]
    is_due = due <= cut_off
    back = to_month_number(cut_off) - _to_months(due)
    in_grid = is_due & (back < months)
    at = account[in_grid] * months + back[in_grid]
    shape, cells = (facts.size, months), facts.size * months
    late = np.full(cells, NONE, dtype=np.int64)
    np.maximum.at(late, at, bills.late[in_grid])
    billed = _add(at, bills.fen[in_grid], cells).reshape(shape)
    has_bill = (late >= 0).reshape(shape)
    law = facts.offence_known <= cut_off
    law &= facts.offence_known > to_day_number(add_months(on, -law_months))
    papers, held = facts.paper_known <= cut_off, facts.held_known <= cut_off
    mandates = facts.mandate_account[(facts.mandate_known <= cut_off) & (facts.mandate_until > cut_off)]
    count = np.maximum(has_bill.sum(axis=1), 1)
    return Snapshot(
        cut_off=cut_off,
        billed_fen=billed,
        paid_fen=_add(at, bills.paid_fen[in_grid], cells).reshape(shape),
        days_late=late.reshape(shape),
        kwh_e2=_add(at, facts.bill_kwh_e2[bills.rows][in_grid], cells).reshape(shape),
        has_bill=has_bill,
        open_fen=_add(account, np.maximum(bills.open_fen, 0), facts.size),
        overdue_fen=_add(account[due < cut_off], np.maximum(bills.open_fen[due < cut_off], 0), facts.size),
        month_fen=billed.sum(axis=1) // count,
        unbilled_fen=_reckon_unbilled(facts, bills, cut_off, most_unbilled_days),
        held_fen=_add(facts.held_account[held], facts.held_fen[held], facts.size),
        thefts=_add(facts.offence_account[law], facts.offence_is_theft[law], facts.size),
        breaches=_add(facts.offence_account[law], 1 - facts.offence_is_theft[law], facts.size),
        has_contract=_mark(facts.paper_account[papers & (facts.paper_is_contract == 1)], facts.size),
        has_papers=_mark(facts.paper_account[papers & (facts.paper_is_contract == 0)], facts.size),
        has_mandate=_mark(mandates, facts.size),
        is_active=(facts.opened <= cut_off) & (facts.closed > cut_off),
    )  # fmt: skip


def make_grid(snapshot: Snapshot) -> PaymentGrid:
    """Return a snapshot as the history that features are made of; amounts in yuan, delays in months of 30 days."""
    nothing = ~snapshot.has_bill
    billed = np.where(nothing, np.nan, snapshot.billed_fen / 100)
    return PaymentGrid(
        billed=billed,
        owed=billed,
        paid=np.where(nothing, np.nan, snapshot.paid_fen / 100),
        delay=np.where(nothing, np.nan, snapshot.days_late / 30),
        scale=snapshot.month_fen / 100,
        open_amount=snapshot.open_fen / 100,
        cover=snapshot.held_fen / 100,
    )


def find_outcomes(facts: PaymentFacts, *, on: date, months: int, late_days: int) -> tuple[Integers, Integers]:
    """
    Return of each account whether a bill of the next months went late by more than so many days, and for how much.

    NONE where no bill fell due. What is looked at is what was known on the day when the last of them could be judged.
    """
    start, end = to_day_number(on), to_day_number(add_months(on, months))
    bills = _see_bills(facts, end + late_days + 1)
    due = facts.bill_due[bills.rows]
    ahead = (due > start) & (due <= end)
    account = facts.bill_account[bills.rows]
    is_late = ahead & (bills.late > late_days)
    outcome = np.full(facts.size, NONE, dtype=np.int64)
    outcome[account[ahead]] = 0
    outcome[account[is_late]] = 1
    return outcome, _add(account[is_late], bills.fen[is_late], facts.size)


def find_judged_day(on: date, *, months: int, late_days: int) -> date:
    """Return the day at whose end the outcomes of a cut-off are all known."""
    return add_months(on, months) + timedelta(days=late_days + 1)


def to_day_number(day: date) -> int:
    """Return a day as the number of days since 1970."""
    return day.toordinal() - date(1970, 1, 1).toordinal()


def to_month_number(day_number: int) -> int:
    """Return the number of the month that a day lies in."""
    return int(np.datetime64(day_number, "D").astype("datetime64[M]").astype(np.int64))


def add_months(day: date, months: int) -> date:
    """Return the same day some months on; a day that the month lacks, and the last of its month, is the last there."""
    place = day.year * 12 + day.month - 1 + months
    first = date(place // 12, place % 12 + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    is_last = (day + timedelta(days=1)).day == 1
    return last if is_last else first.replace(day=min(day.day, last.day))


def _see_bills(facts: PaymentFacts, cut_off: int) -> _Bills:
    moves = facts.move_known <= cut_off
    place = facts.move_bill[moves]
    count = facts.bill_account.size
    debit, credit = _add(place, facts.move_debit_fen[moves], count), _add(place, facts.move_credit_fen[moves], count)
    settled = np.full(count, NONE, dtype=np.int64)
    came = moves & (facts.move_credit_fen > 0)
    # Sorted by day: of several the last is left standing.
    settled[facts.move_bill[came]] = facts.move_day[came]
    # What was taken back whole is no bill any more.
    rows = np.flatnonzero((facts.bill_known <= cut_off) & (debit > 0))
    left = (debit - credit)[rows]
    until = np.where(left > 0, cut_off, settled[rows])
    late = np.maximum(until - facts.bill_due[rows], 0)
    return _Bills(rows, debit[rows], np.minimum(credit, debit)[rows], left, late)


def _reckon_unbilled(facts: PaymentFacts, bills: _Bills, cut_off: int, most_days: int) -> Integers:
    """Return what the days since the last bill come to, at the daily average of the latest bills."""
    account, end = facts.bill_account[bills.rows], facts.bill_end[bills.rows]
    last = np.full(facts.size, NONE, dtype=np.int64)
    np.maximum.at(last, account, end)
    recent = end > last[account] - 31 * _LATEST_BILLS
    days = _add(account[recent], (end - facts.bill_start[bills.rows])[recent], facts.size)
    fen = _add(account[recent], bills.fen[recent], facts.size)
    open_days = np.where(last == NONE, 0, np.clip(cut_off + 1 - last, 0, most_days))
    reckoned: Integers = fen * open_days // np.maximum(days, 1)
    return reckoned


def _add(place: Integers, amounts: Integers, size: int) -> Integers:
    # Sums of fen stay far below 2^53, where floating point is still exact.
    return np.rint(np.bincount(place, weights=amounts, minlength=size)).astype(np.int64)


def _mark(place: Integers, size: int) -> NDArray[np.bool_]:
    marked = np.zeros(size, dtype=bool)
    marked[place] = True
    return marked


def _to_months(days: Integers) -> Integers:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
