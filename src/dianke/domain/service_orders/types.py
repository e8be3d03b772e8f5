"""Facts of service orders: kinds, rules, applications, spells; promises, working shifts, due times."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from dianke.domain.billing.types import BasicMode
from dianke.domain.network.types import TransformerState
from dianke.kernel.period import DatePeriod


class PromiseUnit(StrEnum):
    """How the length of a promise is counted."""

    WORKING_DAY = "WORKING_DAY"
    DAY = "DAY"
    HOUR = "HOUR"
    MINUTE = "MINUTE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One figure of a promise set with the evidence behind it (grades: docs/regulations.toml)."""

    code: str
    amount: int
    unit: PromiseUnit
    evidence: str
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseSet:
    """What one company or authority promised in one era; an end of None means not known to have ended."""

    code: str
    title_en: str
    title_zh: str
    regulation: str
    valid_from: date | None
    valid_to: date | None
    validity_note: str
    promises: Mapping[str, Promise]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseTitle:
    """The words people use for a promise code."""

    code: str
    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseBook:
    """Every promise set that is loaded, and the hour at which a working day ends."""

    sets: Mapping[str, PromiseSet]
    titles: Mapping[str, PromiseTitle]
    working_day_end: timedelta


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """A stretch of a working day as distances from midnight, half-open; the end may be 24 h."""

    start: timedelta
    end: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTime:
    """
    When a promise falls due.

    `unloaded_years` are years whose holidays are not loaded although the count went through them: the due
    time then counts weekends only there and is provisional.
    """

    due_at: datetime
    unloaded_years: tuple[int, ...] = ()

    @property
    def is_provisional(self) -> bool:
        """Return whether a calendar that is not loaded yet may still move the due time."""
        return bool(self.unloaded_years)


class OrderKind(StrEnum):
    """What is asked for (业务类型); the name in small letters is that of its process."""

    SUPPLY_RESIDENT = "SUPPLY_RESIDENT"
    SUPPLY_LOW = "SUPPLY_LOW"
    SUPPLY_HIGH_SINGLE = "SUPPLY_HIGH_SINGLE"
    SUPPLY_HIGH_DUAL = "SUPPLY_HIGH_DUAL"
    INCREASE = "INCREASE"
    BATCH = "BATCH"
    TEMPORARY = "TEMPORARY"
    CHARGING_PILE = "CHARGING_PILE"
    SOLAR = "SOLAR"
    REDUCE = "REDUCE"
    RESTORE = "RESTORE"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    EXCHANGE = "EXCHANGE"
    EXCHANGE_BACK = "EXCHANGE_BACK"
    RELOCATE = "RELOCATE"
    MOVE_METER = "MOVE_METER"
    REMOVE = "REMOVE"
    REINSTALL = "REINSTALL"
    RENAME = "RENAME"
    TRANSFER = "TRANSFER"
    SPLIT = "SPLIT"
    MERGE = "MERGE"
    CLOSE = "CLOSE"
    CLOSE_FORCED = "CLOSE_FORCED"
    CHANGE_VOLTAGE = "CHANGE_VOLTAGE"
    CHANGE_CLASS = "CHANGE_CLASS"
    CHANGE_MODE = "CHANGE_MODE"
    CHANGE_DEMAND = "CHANGE_DEMAND"
    MANY_PERSONS = "MANY_PERSONS"
    BANKRUPTCY = "BANKRUPTCY"


class FigureUnit(StrEnum):
    """What a figure of a rule counts."""

    DAY = "DAY"
    WORKING_DAY = "WORKING_DAY"
    MONTH = "MONTH"
    TIMES = "TIMES"
    KVA = "KVA"
    KWH = "KWH"
    KV = "KV"
    PERCENT = "PERCENT"
    COUNT = "COUNT"
    AMPERE = "AMPERE"
    YUAN = "YUAN"
    FLAG = "FLAG"


class CapacityRule(StrEnum):
    """How the capacity after an order stands to the one before."""

    ANY = "ANY"
    EQUAL = "EQUAL"
    NOT_ABOVE = "NOT_ABOVE"
    BELOW = "BELOW"
    ABOVE = "ABOVE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure of a rule set with its text and evidence; an amount of None is no limit."""

    code: str
    amount: int | None
    unit: FigureUnit
    article: str
    evidence: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRule:
    """What a rule set asks of one kind whatever its figures."""

    kind: OrderKind
    article: str
    evidence: str
    capacity: CapacityRule
    debts_must_be_zero: bool
    is_sealed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A place where the source article was printed wrong, and how it is read."""

    place: str
    printed: str
    meant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """
    The supply rules of an era; `valid_to` is the first day after it.

    `figures` holds the values of a code with the day from which each holds, oldest first.
    """

    code: str
    title_en: str
    title_zh: str
    regulation: str
    valid_from: date
    valid_to: date | None
    figures: Mapping[str, tuple[tuple[date, Figure], ...]]
    kinds: Mapping[OrderKind, KindRule]
    withdrawn: Mapping[OrderKind, str]
    slips: tuple[Slip, ...]

    def get(self, code: str, *, on: date) -> Figure:
        """Return the figure of a code on a day; days before the set read its first value."""
        values = self.figures[code]
        in_force = [figure for since, figure in values if since <= on]
        return in_force[-1] if in_force else values[0][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """
    Why an application cannot be accepted.

    `code` is stable, `article` the text behind it, `values` the facts that were compared, `remedy` what the
    customer or clerk can do, as an English text that doubles as the translation key.
    """

    code: str
    article: str
    values: Mapping[str, str]
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """A transformer or a motor that takes high voltage directly."""

    unit_id: str
    capacity_kva: Decimal
    state: TransformerState = TransformerState.RUNNING
    is_sealed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterFacts:
    """A meter and the units that feed it."""

    meter_id: str
    unit_ids: frozenset[str]
    is_running: bool = True


class SpellKind(StrEnum):
    """Why a unit is out of use by agreement."""

    SUSPENSION = "SUSPENSION"
    REDUCTION = "REDUCTION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """
    A time in which units are sealed.

    Sealed on its first day; `planned_end` is the first day after the time asked for, `unsealed_on` the day the
    units came back, None while they are sealed. It stays under the rule set it began with.
    """

    order_id: str
    kind: SpellKind
    unit_ids: frozenset[str]
    sealed_on: date
    planned_end: date | None
    rule_set: str
    unsealed_on: date | None = None
    is_permanent: bool = False
    is_seasonal: bool = False
    became_reduction_on: date | None = None


class MonthUse(StrEnum):
    """What the readings of a month say."""

    USED = "USED"
    ZERO = "ZERO"
    MISSING = "MISSING"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyFacts:
    """One account that comes out of a split, goes into a merger, or joins a batch."""

    name: str
    capacity_kva: Decimal
    debt_fen: int = 0
    is_same_supply_point: bool = True
    is_adjacent: bool = True
    open_change_orders: tuple[str, ...] = ()
    has_spell: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """How an account stands when somebody applies; money in fen, capacity in kVA, voltage in kV."""

    account_id: str
    capacity_kva: Decimal
    voltage_kv: Decimal
    is_resident: bool = False
    is_temporary: bool = False
    basic_mode: BasicMode = BasicMode.NONE
    debt_fen: int = 0
    open_change_orders: tuple[str, ...] = ()
    has_open_theft_case: bool = False
    units: tuple[UnitFacts, ...] = ()
    meters: tuple[MeterFacts, ...] = ()
    spells: tuple[Spell, ...] = ()
    interlocked: tuple[frozenset[str], ...] = ()
    connected_on: date | None = None
    mode_changed_on: date | None = None
    demand_changed_on: date | None = None
    removed_on: date | None = None
    exchanged_on: date | None = None
    temporary_since: date | None = None
    running_capacity_kva: Decimal | None = None
    months_of_use: Mapping[date, MonthUse] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFacts:
    """
    What is asked for.

    `effective_on` is the day from which it is to hold, `ends_on` the first day after it. `None` for a capacity
    or voltage means that it stays. Questions that a survey answers are True or False; None is not yet known and
    is refused where the kind needs an answer.
    """

    kind: OrderKind
    accepted_on: date
    effective_on: date
    ends_on: date | None = None
    capacity_kva: Decimal | None = None
    voltage_kv: Decimal | None = None
    contract_demand_kw: Decimal | None = None
    basic_mode: BasicMode | None = None
    unit_ids: frozenset[str] = frozenset()
    stopped_meter_ids: frozenset[str] = frozenset()
    parties: tuple[PartyFacts, ...] = ()
    papers: frozenset[str] = frozenset()
    is_permanent: bool = False
    is_seasonal: bool = False
    accepts_half_charge: bool = False
    carries_debts: bool = False
    is_approved_longer: bool = False
    is_same_subject: bool | None = None
    is_same_address: bool | None = None
    is_same_class: bool | None = None
    is_same_supply_point: bool | None = None
    is_separable: bool | None = None
    is_place_taken: bool = False
    is_whole_unit: bool | None = None
    has_stopped_all: bool | None = None
    is_meter_intact: bool | None = None
    line_capacity_kva: Decimal | None = None
    spell: Spell | None = None
    persons: int | None = None
    applicant_debt_fen: int = 0
    bankrupt_debt_fen: int = 0
    open_claim_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpellEffect:
    """
    What a spell does to the basic charge.

    In `reduced` the capacity of the units is not charged, at `charged_percent` of the whole price otherwise than
    zero under the half-charge rule. `reasons` says why the rest is charged, with the first day of each.
    """

    reduced: tuple[DatePeriod, ...]
    charged_percent: int
    reasons: tuple[tuple[str, date], ...]
    permanent_from: date | None = None


class PauseReason(StrEnum):
    """Why the utility's clock stands (时限中止原因)."""

    CUSTOMER_PAPERS = "CUSTOMER_PAPERS"
    CUSTOMER_DESIGN = "CUSTOMER_DESIGN"
    CUSTOMER_WORKS = "CUSTOMER_WORKS"
    CUSTOMER_PAYMENT = "CUSTOMER_PAYMENT"


class ClockAct(StrEnum):
    """What can happen to an order that its clocks notice."""

    START = "START"
    PAUSE = "PAUSE"
    RESUME = "RESUME"
    ENTER = "ENTER"
    LEAVE = "LEAVE"
    FINISH = "FINISH"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEvent:
    """Something that happened to an order; a pause says why and with what evidence, a step which one."""

    at: datetime
    act: ClockAct
    step: str = ""
    reason: PauseReason | None = None
    evidence: str = ""


class ClockState(StrEnum):
    """How a clock stands."""

    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    KEPT = "KEPT"
    BROKEN = "BROKEN"
    VOID = "VOID"


class ClockColour(StrEnum):
    """What a list of due orders shows."""

    GREEN = "GREEN"
    AMBER = "AMBER"
    RED = "RED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """
    One clock of an order at a moment.

    `due_at` is None while it is paused; `due_if_resumed` is then the due time if the pause ended at the moment.
    BROKEN is a clock that ran past its due time, whether or not the work is done.
    """

    promise: str
    step: str
    started_at: datetime
    ended_at: datetime | None
    due: DueTime | None
    due_if_resumed: DueTime | None
    amber_at: datetime | None
    state: ClockState
    colour: ClockColour
    paused_for: PauseReason | None
