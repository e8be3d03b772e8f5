"""What a published sheet says, as read from its file and before it becomes rows."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from dianke.domain.tariffs.types.periods import ALL_MONTHS, Band, PeriodKind, Structure


class PlanKind(StrEnum):
    """What a plan prices."""

    COMMERCIAL_INDUSTRIAL = "COMMERCIAL_INDUSTRIAL"
    RESIDENTIAL = "RESIDENTIAL"
    AGRICULTURAL = "AGRICULTURAL"
    TRANSMISSION_DISTRIBUTION = "TRANSMISSION_DISTRIBUTION"


class SheetKind(StrEnum):
    """What kind of publication a version was typed from."""

    AGENCY_PURCHASE_MONTHLY = "AGENCY_PURCHASE_MONTHLY"
    RESIDENTIAL = "RESIDENTIAL"
    AGRICULTURAL = "AGRICULTURAL"
    PARTIAL = "PARTIAL"


class VersionStatus(StrEnum):
    """Where a version stands: only an approved one (ACTIVE, SUPERSEDED) prices bills of its period."""

    PROPOSED = "PROPOSED"
    ACTIVE = "ACTIVE"
    SUPERSEDED = "SUPERSEDED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


APPROVED_STATUSES = (VersionStatus.ACTIVE, VersionStatus.SUPERSEDED)


class ComponentKind(StrEnum):
    """What a part of a price pays for."""

    PURCHASE = "PURCHASE"
    LINE_LOSS = "LINE_LOSS"
    TRANSMISSION_DISTRIBUTION = "TRANSMISSION_DISTRIBUTION"
    SYSTEM_OPERATION = "SYSTEM_OPERATION"
    FUND = "FUND"


class TierKind(StrEnum):
    """Whether a household's blocks start anew each month or each year."""

    MONTHLY = "MONTHLY"
    ANNUAL = "ANNUAL"


class PriceColumn(StrEnum):
    """A column of a sheet; the value is the stem of the table's column."""

    SHARP = "sharp"
    PEAK = "peak"
    FLAT = "flat"
    VALLEY = "valley"
    DEEP = "deep"
    TD_ENERGY = "td_energy"
    DEMAND = "demand"
    CAPACITY = "capacity"


PERIOD_COLUMNS = tuple(PriceColumn(kind.name.lower()) for kind in PeriodKind)
FUNDS_CODE = "FUNDS"
DEMO_ONLY_GRADE = "C"


@dataclass(frozen=True, slots=True)
class Price:
    """A cell of a sheet: a number, a number not found (null), or no such price at all (n/a)."""

    value: Decimal | None
    exists: bool = True


NOT_FOUND = Price(None)
NO_SUCH_PRICE = Price(None, exists=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """A row of a sheet: yuan per kWh, per kW and month, per kVA and month, tax included."""

    structure: Structure
    voltage: str
    prices: dict[PriceColumn, Price]
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentFacts:
    """A part of the price per kWh; `part_of` names the printed total it belongs to, if any."""

    code: str
    kind: ComponentKind
    price: Decimal
    label: str = ""
    part_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TierBlock:
    """A block of energy and what it costs above the first tier; the upper limit belongs to the block."""

    tier: int
    upper_kwh: Decimal | None
    surcharge: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TierSeason:
    """Months that share their blocks."""

    blocks: tuple[TierBlock, ...]
    months: frozenset[int] = ALL_MONTHS


@dataclass(frozen=True, slots=True, kw_only=True)
class TierFacts:
    """A tiered price: limits for a month (MONTHLY) or a year (ANNUAL), growth for large households."""

    kind: TierKind
    seasons: tuple[TierSeason, ...]
    large_household_persons: int | None = None
    large_household_kwh_per_month: Decimal = Decimal(0)
    shared_price_persons: int | None = None
    free_quota_kwh_per_month: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that a sheet prints and that does not follow from its own figures."""

    where: str
    printed: Decimal
    computed: Decimal

    @property
    def difference(self) -> Decimal:
        """Return printed less computed."""
        return self.printed - self.computed


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How good a source is and where it stands."""

    grade: str
    urls: tuple[str, ...]
    via: str = ""
    notes: tuple[str, ...] = ()
    regulations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDraft:
    """One version of one plan, checked and ready to become rows."""

    plan_code: str
    plan_name: str
    plan_kind: PlanKind
    region: str
    area: str
    issuer: str
    usage_classes: tuple[str, ...]
    sheet_id: str
    sheet_kind: SheetKind
    start: date
    end: date | None
    evidence: Evidence
    rows: tuple[RowFacts, ...]
    content_sha256: str
    components: tuple[ComponentFacts, ...] = ()
    tiers: TierFacts | None = None
    bands: tuple[Band, ...] = ()
    bands_region: str = ""
    findings: tuple[Finding, ...] = ()
    missing: tuple[str, ...] = ()
    figures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRuleDraft:
    """The hours of one province, shared by the plans that refer to them."""

    region: str
    document: str
    start: date
    end: date | None
    evidence: Evidence
    bands: tuple[Band, ...]
    content_sha256: str
    # Ratios and percents as stated, for people to read: printed prices are never computed from them.
    stated: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDraft:
    """One dated value of one policy; a number or a word."""

    code: str
    region: str
    start: date
    end: date | None
    number: Decimal | None
    text: str
    unit: str
    citation: str
    section: str
    grade: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadFault:
    """Why something was refused: file, sheet, place within, the value there, and what to do."""

    file: str
    sheet: str
    path: str
    value: str
    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Something that is not loaded by design, and why."""

    file: str
    item: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """Everything one file holds: what may be stored, what is refused, what is left."""

    name: str
    sha256: str
    versions: tuple[VersionDraft, ...] = ()
    time_rules: tuple[TimeRuleDraft, ...] = ()
    policies: tuple[PolicyDraft, ...] = ()
    faults: tuple[LoadFault, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedItem:
    """Something that was stored."""

    file: str
    kind: str
    item: str
    start: date
    end: date | None
    grade: str
    findings: tuple[Finding, ...] = ()

    @property
    def is_demo_only(self) -> bool:
        """Tell whether the evidence allows demonstrations only."""
        return self.grade == DEMO_ONLY_GRADE


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What a load did with everything it found."""

    loaded: tuple[LoadedItem, ...] = ()
    unchanged: tuple[str, ...] = ()
    refused: tuple[LoadFault, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    def list_refused_sheets(self) -> list[str]:
        """Return the sheets that were refused, each once, in order."""
        return list(dict.fromkeys(fault.sheet for fault in self.refused))
