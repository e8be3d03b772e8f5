"""Whether an account may get its final bill on a day: who, when, and what was billed before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from dianke.domain.billing.types import FinalKind


@dataclass(frozen=True, kw_only=True)
class FinalReading:
    """What the registers of a meter show on the final day."""

    installation_id: int
    values: Mapping[str, Decimal]
    is_estimated: bool = False
    rolled_over: bool = False


@dataclass(frozen=True, kw_only=True)
class FinalOrder:
    """What is asked for: the account ends or goes to another subject on a day, with the readings of that day."""

    kind: FinalKind
    # The first day that is not billed any more.
    final_date: date
    reason: str
    readings: Sequence[FinalReading] = ()
    estimate_reason: str = ""
    new_customer_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class FinalFacts:
    """What is known of an account whose final bill is asked for."""

    customer_id: int
    is_closed: bool
    opened_date: date
    today: date
    # Codes of its points on routes, of the cycles that they are read in, and of points of others in series with them.
    points: Sequence[str]
    cycles: Sequence[str]
    in_series: Sequence[str]
    # Registers of the meters that stand there, by installation.
    registers: Mapping[int, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class MonthFacts:
    """What is known of the month that the final day falls into, and of how far its points are billed."""

    start: date
    end: date
    has_stages: bool
    spans_months: bool
    # A month before it is known to the cycle.
    has_earlier: bool
    # By code of the point: billed to that day, exclusive; had its first meter on that day.
    billed_until: Mapping[str, date]
    installed: Mapping[str, date]
    has_final: bool
    # Runs that bill every point: of a later month, of this reading or a later one, of an earlier one but not issued.
    later_runs: Sequence[str]
    own_runs: Sequence[str]
    waiting_runs: Sequence[str]
    # Points whose monthly charges cannot be cut over several months.
    uncut_points: Sequence[str]


REMEDIES = {
    "reason_missing": "a reason is needed",
    "closed": "it is closed already",
    "day_not_come": "the day has not come; ask on the day itself",
    "opened_later": "it was opened later; take a day after that",
    "taker_missing": "say by its number which customer takes it over; enter a new one first",
    "taker_has_it": "that customer has it already; a new name alone needs no final bill",
    "no_route": "no usage point of it stands on a reading route, so that nothing bills it",
    "several_cycles": "its points are read in several cycles; put them on routes of one",
    "in_series": "sub-meters join it with other accounts; give them final bills together or separate them first",
    "not_read": "a register of a meter that stands there was not read",
    "estimate_unexplained": "say why a final reading is estimated, or read the meter",
    "has_final": "it has a final bill within this month already",
    "billed_further": "it was billed to this day or further; take a later day",
    "earlier_not_billed": "an earlier month of it is not billed yet; issue that bill first",
    "later_run": "a later month is being billed; cancel that run first",
    "own_run": "a run of this month has begun; issue or cancel it first",
    "earlier_stage_waits": "bills of an earlier reading of the month wait; issue them first",
    "has_stages": "its month is read several times; let it be taken over on the day that the next month begins",
    "monthly_charges": "monthly charges of these points cannot be cut in a period of several months; take its last day",
    "no_month": "the day lies outside the months that are read; open them first",
    # Faults of readings and of the calculation, by their own codes.
    "goes_back": "a register shows less than at its last reading; look at it again",
    "above_a_later_one": "a register shows more than at a later reading; take a later day",
    "differs_from_stored": "another reading of that day is stored; take it, or correct it first",
    "too_many_digits": "a register has fewer digits",
    "no_such_register": "the meter has no such register",
    "rollover_not_seen": "no register passed its last digit since the last reading",
    "not_yours": "the meter does not stand there, or lies outside your units",
    "terms_missing": "a point has no billing terms; enter them first",
    "terms_changed_in_period": "the billing terms of a point change within the days; let them change on the final day",
    "start_reading_missing": "the reading that the days begin with is missing; record it first",
    "end_reading_missing": "a final reading is missing",
    "meter_missing": "no meter stood at a point within the days; take the point off its route first",
    "price_changes_in_period": "the price changes within the days; record a reading of that day first",
    "readings_other": "a final reading cannot be recorded",
    "account_other": "a point cannot be billed as it stands",
}
"""What stands in the way of a final bill, and what to do about it."""


class Obstacle(NamedTuple):
    """Why a final bill cannot be asked for: the field, what stands in the way, and what that is about."""

    field: str
    code: str
    about: str = ""

    @property
    def reason(self) -> str:
        """Return the reason with its remedy; a cause without one of its own is named by its register or point."""
        return REMEDIES.get(self.code) or REMEDIES[f"{self.field}_other"]


def find_order_obstacle(order: FinalOrder, facts: FinalFacts) -> Obstacle | None:
    """Return what stands in the way of an order by itself, or None."""
    if not order.reason.strip():
        return Obstacle(field="reason", code="reason_missing")
    if facts.is_closed:
        return Obstacle(field="account", code="closed")
    if order.final_date > facts.today:
        return Obstacle(field="final_date", code="day_not_come", about=f"{order.final_date}")
    if order.final_date <= facts.opened_date:
        return Obstacle(field="final_date", code="opened_later", about=f"{facts.opened_date}")
    return _find_subject_obstacle(order, facts) or _find_point_obstacle(facts) or _find_reading_obstacle(order, facts)


def _find_subject_obstacle(order: FinalOrder, facts: FinalFacts) -> Obstacle | None:
    if order.kind is FinalKind.CLOSING:
        return None
    if order.new_customer_id is None:
        return Obstacle(field="new_customer", code="taker_missing")
    if order.new_customer_id == facts.customer_id:
        return Obstacle(field="new_customer", code="taker_has_it")
    return None


def _find_point_obstacle(facts: FinalFacts) -> Obstacle | None:
    if not facts.points:
        return Obstacle(field="account", code="no_route")
    if len(facts.cycles) > 1:
        return Obstacle(
            field="account",
            code="several_cycles",
            about=", ".join(facts.cycles),
        )
    if facts.in_series:
        return Obstacle(
            field="account",
            code="in_series",
            about=", ".join(facts.in_series),
        )
    return None


def _find_reading_obstacle(order: FinalOrder, facts: FinalFacts) -> Obstacle | None:
    given = {reading.installation_id: reading for reading in order.readings}
    for installation, registers in facts.registers.items():
        reading = given.get(installation)
        missing = [name for name in registers if reading is None or name not in reading.values]
        if missing:
            return Obstacle(
                field="readings",
                code="not_read",
                about=", ".join(missing),
            )
    if any(reading.is_estimated for reading in order.readings) and not order.estimate_reason.strip():
        return Obstacle(field="estimate_reason", code="estimate_unexplained")
    return None


def find_month_obstacle(order: FinalOrder, facts: MonthFacts) -> Obstacle | None:
    """Return what in the month or in the bills before it stands in the way, or None."""
    return _find_billed_obstacle(order, facts) or _find_run_obstacle(facts) or _find_cut_obstacle(order, facts)


def _find_billed_obstacle(order: FinalOrder, facts: MonthFacts) -> Obstacle | None:
    if facts.has_final:
        return Obstacle(field="final_date", code="has_final")
    later = {day for day in facts.billed_until.values() if day >= order.final_date}
    if later:
        return Obstacle(field="final_date", code="billed_further", about=f"{max(later)}")
    late = sorted(code for code, day in facts.installed.items() if _has_gap(code, day, facts))
    if late:
        return Obstacle(
            field="final_date",
            code="earlier_not_billed",
            about=", ".join(late),
        )
    return None


def _find_run_obstacle(facts: MonthFacts) -> Obstacle | None:
    if facts.later_runs:
        return Obstacle(field="final_date", code="later_run", about=facts.later_runs[0])
    if facts.own_runs:
        return Obstacle(
            field="final_date",
            code="own_run",
            about=facts.own_runs[0],
        )
    if facts.waiting_runs:
        return Obstacle(
            field="final_date",
            code="earlier_stage_waits",
            about=facts.waiting_runs[0],
        )
    return None


def _has_gap(code: str, installed: date, facts: MonthFacts) -> bool:
    until = facts.billed_until.get(code)
    if until is None:
        return facts.has_earlier and installed < facts.start
    return until < facts.start


def _find_cut_obstacle(order: FinalOrder, facts: MonthFacts) -> Obstacle | None:
    if order.final_date == facts.end:
        return None
    if order.kind is FinalKind.HANDOVER and facts.has_stages:
        return Obstacle(
            field="final_date",
            code="has_stages",
            about=f"{facts.end}",
        )
    if facts.spans_months and facts.uncut_points:
        return Obstacle(
            field="final_date",
            code="monthly_charges",
            about=", ".join(facts.uncut_points),
        )
    return None
