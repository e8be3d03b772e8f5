"""Facts of valuation."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from dianke.domain.customers.types import CreditGrade, ValueClass

# From the highest to the lowest: a class is stored in arrays as its place here.
CLASSES = tuple(ValueClass)
# The last place is for who was never judged.
GRADES: tuple[str, ...] = (*(one.value for one in CreditGrade), "")


class VoltageGroup(IntEnum):
    """Whom a customer is compared with: those of its voltage of supply."""

    LOW = 0
    TEN_KV = 1
    HIGH = 2


class Indicator(IntEnum):
    """What the index is made of, in the order that figures are stored in."""

    ENERGY = 0
    REVENUE = 1
    MARGIN = 2
    ON_TIME = 3
    DAYS_LATE = 4
    ARREARS = 5
    LOAD_FACTOR = 6
    VALLEY = 7
    POWER_FACTOR = 8
    GROWTH = 9
    CAPACITY_USE = 10
    TRADE = 11


class Criterion(IntEnum):
    """The four criteria of the index."""

    CURRENT = 0
    PAYMENT = 1
    LOAD = 2
    FUTURE = 3


class LifeStage(StrEnum):
    """Where a customer stands in its life (生命周期)."""

    NEW = "NEW"
    GROWING = "GROWING"
    STEADY = "STEADY"
    DECLINING = "DECLINING"
    DORMANT = "DORMANT"
    LEAVING = "LEAVING"


class ClassReason(StrEnum):
    """Why the class in force is what it is."""

    FIRST = "FIRST"
    SAME = "SAME"
    STOOD = "STOOD"
    PASSED_BORDER = "PASSED_BORDER"
    WAITS = "WAITS"
    HELD = "HELD"


class Basis(StrEnum):
    """By what the pyramid is cut."""

    MARGIN = "MARGIN"
    REVENUE = "REVENUE"


class PolicyPriced(StrEnum):
    """How customers with a price by policy are ranked: at the neutral network price, apart, or as billed."""

    NEUTRAL = "NEUTRAL"
    APART = "APART"
    AS_BILLED = "AS_BILLED"


class VersionState(StrEnum):
    """How far a version of weights or of the service table is."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


class RunState(StrEnum):
    """How far a rating of all customers is."""

    GATHERING = "GATHERING"
    RATING = "RATING"
    DONE = "DONE"


class AppealState(StrEnum):
    """How far an appeal against a class is."""

    OPEN = "OPEN"
    GRANTED = "GRANTED"
    REFUSED = "REFUSED"


class GridField(StrEnum):
    """What a value and a credit together ask for."""

    KEEP = "KEEP"
    GUARD = "GUARD"
    GROW = "GROW"
    STANDARD = "STANDARD"
    NOT_JUDGED = "NOT_JUDGED"


class ServiceChannel(StrEnum):
    """By which way a class is reached first."""

    MANAGER = "MANAGER"
    PHONE = "PHONE"
    ONLINE = "ONLINE"
    COUNTER = "COUNTER"


class ApprovalPath(StrEnum):
    """Who decides on what a customer of a class asks for beyond the rule."""

    DIRECTOR = "DIRECTOR"
    BRANCH = "BRANCH"
    STATION = "STATION"
    STANDARD = "STANDARD"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a class is served with: a row of the service table."""

    table: str
    value_class: ValueClass
    queue_place: int
    has_manager: bool
    call_back_minutes: int
    # 0: no regular visits.
    visit_days: int
    channel: ServiceChannel
    offers: str
    approval: ApprovalPath


@dataclass(frozen=True, slots=True)
class Month:
    """A month that is rated, by its first day."""

    first: date

    def back(self, months: int) -> date:
        """Return the first day of the month so many before it."""
        place = self.first.year * 12 + self.first.month - 1 - months
        return date(place // 12, place % 12 + 1, 1)

    @property
    def after(self) -> date:
        """Return the first day after it."""
        return self.back(-1)
