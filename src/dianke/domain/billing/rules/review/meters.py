"""Suspicions about registers, multipliers and exchanges."""

import numpy as np

from dianke.domain.billing.rules.review.facts import PERIOD_KINDS, Found, ReviewFacts, found
from dianke.domain.billing.rules.review.parameters import ParameterBook
from dianke.engine.types import BoolArray, IntArray

_LEAST_MULTIPLIER_E6 = 1


def register_backwards(facts: ReviewFacts, book: ParameterBook) -> Found:
    """
    Find registers that stand lower than before without a rollover that can be believed (AR-Q06).

    A marked rollover is believed when the register stood near its last digit before.
    """
    segments = facts.segments
    share = book.column(facts, "register_backwards", "rollover_from_percent")[segments.owner]
    turn_e4 = 10 ** (segments.integer_digits + 4)
    start, end = np.zeros(facts.size, dtype=np.int64), np.zeros(facts.size, dtype=np.int64)
    marked = np.zeros(facts.size, dtype=np.int64)
    is_suspicious = np.zeros(facts.size, dtype=np.bool_)
    register = np.full(facts.size, "", dtype=object)
    for kind in reversed(list(segments.has)):
        has, old, new = segments.has[kind], segments.start_e4[kind], segments.end_e4[kind]
        is_believed = segments.is_rolled_over & (old * 100 >= turn_e4 * share)
        rows = np.flatnonzero(has & (new < old) & ~is_believed)
        owners = segments.owner[rows]
        is_suspicious[owners] = True
        start[owners], end[owners], register[owners] = old[rows], new[rows], kind
        marked[owners] = segments.is_rolled_over[rows]
    return found("register_backwards", is_suspicious, register=register, start_e4=start, end_e4=end, marked=marked)


def periods_differ(facts: ReviewFacts, book: ParameterBook) -> Found:
    """Find meters whose period registers together advanced otherwise than the total (AR-Q05)."""
    segments = facts.segments
    has = segments.has
    size = len(segments.owner)
    parts = np.zeros(size, dtype=np.int64)
    for kind in PERIOD_KINDS:
        if kind in has:
            parts += np.where(has[kind], _advance(facts, kind), 0)
    # Without a flat register the flat energy is the rest by definition.
    is_complete = has.get("total", np.zeros(size, dtype=np.bool_)) & has.get("flat", np.zeros(size, dtype=np.bool_))
    total = _advance(facts, "total") if "total" in has else np.zeros(size, dtype=np.int64)
    tolerance = book.column(facts, "periods_differ", "tolerance_register_e4")[segments.owner]
    rows = np.flatnonzero(is_complete & (abs(parts - total) > tolerance))
    return _found_by_segment(
        facts, "periods_differ", rows, total_e4=total, periods_e4=parts, multiplier_e6=segments.multiplier_e6
    )


def _advance(facts: ReviewFacts, kind: str) -> IntArray:
    segments = facts.segments
    moved = segments.end_e4[kind] - segments.start_e4[kind]
    turned = segments.is_rolled_over & (moved < 0)
    return np.where(turned, moved + 10 ** (segments.integer_digits + 4), moved)


def _found_by_segment(facts: ReviewFacts, code: str, rows: IntArray, **columns: IntArray) -> Found:
    """Return the points of the segments; of several segments of a point the last one is shown."""
    is_suspicious: BoolArray = np.zeros(facts.size, dtype=np.bool_)
    owners = facts.segments.owner[rows]
    is_suspicious[owners] = True
    shown: dict[str, IntArray] = {}
    for name, column in columns.items():
        shown[name] = np.zeros(facts.size, dtype=np.int64)
        shown[name][owners] = column[rows]
    return found(code, is_suspicious, **shown)


def main_negative(facts: ReviewFacts, book: ParameterBook) -> Found:
    """Find main meters that measured less than their sub-meters (TR-1.5)."""
    figures = facts.figures
    is_negative = (figures.energy_kwh_e2 < 0) | (
        (figures.sub_meter_kwh_e2 > 0) & (figures.energy_kwh_e2 <= 0) & (figures.amount_fen <= 0)
    )
    return found(
        "main_negative",
        is_negative,
        energy_kwh_e2=figures.energy_kwh_e2,
        sub_meter_kwh_e2=figures.sub_meter_kwh_e2,
    )


def multiplier_mismatch(facts: ReviewFacts, book: ParameterBook) -> Found:
    """Find bills on another multiplier than the installation's transformers make (AR-M01)."""
    changes = facts.changes
    return found(
        "multiplier_mismatch",
        changes.asset_multiplier_e6 >= _LEAST_MULTIPLIER_E6,
        billed_e6=changes.billed_multiplier_e6,
        asset_e6=changes.asset_multiplier_e6,
    )


def multiplier_changed(facts: ReviewFacts, book: ParameterBook) -> Found:
    """Find bills on another multiplier than the one before, without a ticket of the change (AR-M01)."""
    changes = facts.changes
    return found(
        "multiplier_changed",
        ~np.isnat(changes.ratio_date) & ~changes.has_ticket,
        before_e6=changes.multiplier_before_e6,
        after_e6=changes.multiplier_after_e6,
        date=changes.ratio_date.astype(str),
    )


def exchange_without_ticket(facts: ReviewFacts, book: ParameterBook) -> Found:
    """Find points that another meter is billed at, without a ticket of the exchange (AR-M08)."""
    changes = facts.changes
    return found(
        "exchange_without_ticket",
        ~np.isnat(changes.exchange_date) & ~changes.has_ticket,
        before=changes.meter_before,
        after=changes.meter_after,
        date=changes.exchange_date.astype(str),
    )
