"""Facts of credit."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class FactType(StrEnum):
    """
    What may be known of a customer (客户事实), written as files and commands write it.

    Its place here is its number in arrays: new ones go to the end.
    """

    # What the credit score reads; `arrear` comes from the books, others from people, files and later modules.
    ARREAR = "arrear"
    WRONG_ACCOUNT = "wrong_account"
    REPORTED_DEBTOR = "reported_debtor"
    PLANT_ACCIDENT = "plant_accident"
    BRANCH_TRIP = "branch_trip"
    SUBSTATION_TRIP = "substation_trip"
    ACCIDENT_CONCEALED = "accident_concealed"
    UNLICENSED_OPERATOR = "unlicensed_operator"
    RULES_INCOMPLETE = "rules_incomplete"
    THEFT = "theft"
    BREACH = "breach"
    OBSTRUCTION = "obstruction"
    DAMAGE = "damage"
    REPORT_HELPED = "report_helped"
    BAD_FAITH = "bad_faith"
    NO_TEST_COOPERATION = "no_test_cooperation"
    NO_INSPECTION_COOPERATION = "no_inspection_cooperation"
    NOT_RECTIFIED = "not_rectified"
    DISPATCH_DISOBEYED = "dispatch_disobeyed"
    # Judged after a visit, 0 to 5.
    MANAGEMENT = "management"
    GROWTH = "growth"
    # What tags and watch lists read; it has no points.
    COMPLAINT = "complaint"
    CALL = "call"
    REPAIR_CALL = "repair_call"
    SATISFACTION = "satisfaction"
    NPS = "nps"
    OUTAGE_FELT = "outage_felt"
    MARKET_MOVE = "market_move"
    OWN_GENERATION = "own_generation"
    CLOSING_ASKED = "closing_asked"
    CAPACITY_CUT_ASKED = "capacity_cut_asked"
    CHANNEL_CHANGED = "channel_changed"
    DEBIT_FAILED = "debit_failed"
    COURT_LISTED = "court_listed"
    ONLINE_LOGIN = "online_login"
    LANGUAGE_CARE = "language_care"
    DO_NOT_DISTURB = "do_not_disturb"
    ENERGY_SERVICE_INTEREST = "energy_service_interest"
    GREEN_POWER_INTEREST = "green_power_interest"
    DEMAND_RESPONSE_SIGNED = "demand_response_signed"
    MARKET_CONTRACT = "market_contract"
    COAL_TO_ELECTRICITY = "coal_to_electricity"
    POWER_RESOLD = "power_resold"


TYPES = tuple(FactType)
TYPE_CODES = {one: code for code, one in enumerate(TYPES)}
# The types that a row of the table of points is about.
SCORED_TYPES = TYPES[: TYPES.index(FactType.MANAGEMENT)]
JUDGED_TYPES = (FactType.MANAGEMENT, FactType.GROWTH)
# Entered by a person, these wait for a second one: they move the score.
NEEDS_SECOND_PERSON = frozenset({*SCORED_TYPES, *JUDGED_TYPES})
# Accusations, and what a court says: seen with a right of its own only.
SENSITIVE_TYPES = frozenset(
    {
        FactType.WRONG_ACCOUNT,
        FactType.REPORTED_DEBTOR,
        FactType.ACCIDENT_CONCEALED,
        FactType.THEFT,
        FactType.BREACH,
        FactType.OBSTRUCTION,
        FactType.DAMAGE,
        FactType.REPORT_HELPED,
        FactType.BAD_FAITH,
        FactType.COURT_LISTED,
    }
)
# Types whose value means something, with the least and the most of it.
VALUE_RANGES: dict[FactType, tuple[Decimal, Decimal]] = {
    FactType.MANAGEMENT: (Decimal(0), Decimal(5)),
    FactType.GROWTH: (Decimal(0), Decimal(5)),
    FactType.SATISFACTION: (Decimal(1), Decimal(5)),
    FactType.NPS: (Decimal(0), Decimal(10)),
}


class CreditKind(StrEnum):
    """Which of the two lists of items a customer is judged by (动力户, 照明户)."""

    POWER = "POWER"
    LIGHTING = "LIGHTING"


class RowRule(StrEnum):
    """How a row of the table of points is counted."""

    EACH = "EACH"
    LEVELS = "LEVELS"
    ARREARS = "ARREARS"
    MADE_GOOD = "MADE_GOOD"
    WITHOUT = "WITHOUT"
    JUDGED = "JUDGED"


class MadeGood(StrEnum):
    """When an arrear counts as made good in the following month."""

    IN_FOLLOWING_MONTH = "IN_FOLLOWING_MONTH"
    BY_FOLLOWING_MONTH = "BY_FOLLOWING_MONTH"


class FactState(StrEnum):
    """Whether a fact counts."""

    PROPOSED = "PROPOSED"
    STANDING = "STANDING"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class FactSource(StrEnum):
    """Where a fact came from."""

    PERSON = "PERSON"
    FILE = "FILE"
    OBJECTION = "OBJECTION"
    SYSTEM = "SYSTEM"


class RunState(StrEnum):
    """How far a monthly run is."""

    RUNNING = "RUNNING"
    DONE = "DONE"


class NoticeState(StrEnum):
    """Whether a customer was told of a lower grade."""

    OPEN = "OPEN"
    TOLD = "TOLD"


class DemandState(StrEnum):
    """Where a measure that a lower grade asks for stands; LAPSED: the grade asks for it no longer."""

    OPEN = "OPEN"
    DONE = "DONE"
    DECLINED = "DECLINED"
    LAPSED = "LAPSED"


class ObjectionState(StrEnum):
    """Where an objection against a grade stands."""

    OPEN = "OPEN"
    UPHELD = "UPHELD"
    REJECTED = "REJECTED"


class MeasureTableState(StrEnum):
    """Where a table of measures stands."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


class Measure(StrEnum):
    """What a grade asks for (分级措施)."""

    POSTPAID = "POSTPAID"
    INSTALMENTS = "INSTALMENTS"
    PREPAY_OR_DEPOSIT = "PREPAY_OR_DEPOSIT"
    WEEKLY_READING = "WEEKLY_READING"
    FEE_CONTROL = "FEE_CONTROL"
    GUARANTEE = "GUARANTEE"
    MANAGER_FOR_CAPACITY = "MANAGER_FOR_CAPACITY"


# What somebody sees to once a grade fell; the others bite by themselves where bills and capacity are dealt with.
WORK_MEASURES = (
    Measure.INSTALMENTS, Measure.PREPAY_OR_DEPOSIT, Measure.WEEKLY_READING, Measure.FEE_CONTROL, Measure.GUARANTEE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened on a day, and until when it lasted; for an arrear the day on which it was paid."""

    type: FactType
    on: date
    cleared_on: date | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """What moved a score: points of an item, by a rule, for a fact."""

    item: str
    points: Decimal
    fact: Fact
    rule: str
    # What was judged, or the fact that there is no fact.
    about: str = ""
    value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """What the facts of a customer come to: items and total in points, grade, and every reason."""

    items: dict[str, Decimal]
    total: Decimal
    grade: str
    reasons: tuple[Reason, ...]
