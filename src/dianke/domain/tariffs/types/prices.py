"""What billing and pages read: the prices of one day, structure and voltage, with where they come from."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dianke.domain.tariffs.types.periods import Band, DayStrip, PeriodKind, Structure
from dianke.domain.tariffs.types.sheets import (
    APPROVED_STATUSES,
    DEMO_ONLY_GRADE,
    PERIOD_COLUMNS,
    ComponentFacts,
    Finding,
    PlanKind,
    Price,
    PriceColumn,
    RowFacts,
    SheetKind,
    TierFacts,
    VersionStatus,
)
from dianke.kernel.errors import DomainError


class PriceMissing(DomainError):
    """A bill needs a price that its sheet does not state: it is never taken as zero."""

    code = "tariffs.price_missing"
    message = "sheet {sheet}, row {row}, column {column}: {why}"


class PolicyMissing(DomainError):
    """A rule needs a policy value that is not in force."""

    code = "tariffs.policy_missing"
    message = "no value of policy {policy} is in force on {on}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FundFacts:
    """Money collected for the treasury on each kWh; included ones stand inside the printed price."""

    code: str
    label: str
    price: Decimal
    is_included: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFact:
    """One policy value in force and the text it follows."""

    id: int
    code: str
    number: Decimal | None
    text: str
    unit: str
    citation: str
    section: str
    grade: str
    note: str = ""

    @property
    def is_unconfirmed(self) -> bool:
        """Tell whether no source was read: background knowledge or our own convention."""
        return self.grade in {"K", "P"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySet:
    """The policy values of one day and region."""

    on: date
    facts: dict[str, PolicyFact]

    def find(self, code: str) -> PolicyFact | None:
        """Return the value in force, or None."""
        return self.facts.get(code)

    def get(self, code: str) -> PolicyFact:
        """
        Return the value in force.

        :raises PolicyMissing: if there is none
        """
        fact = self.facts.get(code)
        if fact is None:
            raise PolicyMissing(field=code, policy=code, on=self.on)
        return fact

    def number(self, code: str) -> Decimal:
        """
        Return the number in force.

        :raises PolicyMissing: if there is none, or the value is a word
        """
        number = self.get(code).number
        if number is None:
            raise PolicyMissing(field=code, policy=code, on=self.on)
        return number

    def text(self, code: str) -> str:
        """
        Return the word in force.

        :raises PolicyMissing: if there is none
        """
        return self.get(code).text


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceTable:
    """
    The prices of one plan, structure and voltage on one day, frozen.

    Period prices are all-in as printed and authoritative; `components` explain them and are never added up
    to bill. `start` and `end` are the half-open life of the version. All money is yuan, tax included.
    """

    version_id: int
    sheet_id: str
    plan_code: str
    plan_kind: PlanKind
    region: str
    area: str
    start: date
    end: date | None
    grade: str
    row_id: int
    structure: Structure
    voltage: str
    prices: dict[PriceColumn, Price]
    components: tuple[ComponentFacts, ...]
    funds: tuple[FundFacts, ...]
    tiers: TierFacts | None
    bands: tuple[Band, ...]
    policies: PolicySet
    regulations: tuple[str, ...]

    @property
    def is_demo_only(self) -> bool:
        """Tell whether the evidence allows demonstrations only."""
        return self.grade == DEMO_ONLY_GRADE

    @property
    def single_price(self) -> Decimal:
        """
        Return the price of energy that is not metered by period: sheets print one figure for it and for flat.

        :raises PriceMissing: if the sheet does not state it
        """
        return self.require(PriceColumn.FLAT)

    @property
    def demand_price(self) -> Decimal | None:
        """Return yuan per kW and month, or None."""
        return self.prices[PriceColumn.DEMAND].value

    @property
    def capacity_price(self) -> Decimal | None:
        """Return yuan per kVA and month, or None."""
        return self.prices[PriceColumn.CAPACITY].value

    @property
    def period_prices(self) -> tuple[Decimal | None, ...]:
        """Return the prices of the five periods in their fixed order; None where the sheet states none."""
        return tuple(self.prices[column].value for column in PERIOD_COLUMNS)

    @property
    def funds_price(self) -> Decimal | None:
        """Return the sum of all funds per kWh, or None where the sheet does not state them."""
        return sum((fund.price for fund in self.funds), Decimal(0)) if self.funds else None

    def energy_price(self, period: PeriodKind) -> Decimal:
        """
        Return the all-in price of a period.

        :raises PriceMissing: if the sheet does not state it
        """
        return self.require(PERIOD_COLUMNS[period])

    def require(self, column: PriceColumn) -> Decimal:
        """
        Return the price of a column.

        :raises PriceMissing: if it was not found, or the sheet has no such price
        """
        price = self.prices[column]
        if price.value is None:
            raise PriceMissing(
                field=column.value,
                sheet=self.sheet_id,
                row=f"{self.structure} {self.voltage}".strip(),
                column=column.value,
                why="the price was not found" if price.exists else "the sheet has no such price",
            )
        return price.value


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """A plan as a list shows it, with the version of the day if there is one."""

    id: int
    code: str
    name: str
    kind: PlanKind
    region: str
    area: str
    issuer: str
    usage_classes: tuple[str, ...]
    version_id: int | None = None
    sheet_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """A version as a list shows it."""

    id: int
    plan_code: str
    plan_name: str
    sheet_id: str
    sheet_kind: SheetKind
    start: date
    end: date | None
    grade: str
    status: VersionStatus
    file_name: str
    file_sha256: str
    urls: tuple[str, ...]
    via: str
    notes: tuple[str, ...]
    missing: tuple[str, ...]
    findings: tuple[Finding, ...]
    figures: dict[str, str]
    regulations: tuple[str, ...]
    proposed_by: str
    proposed_at: datetime
    proposal_reason: str
    decided_by: str
    decided_at: datetime | None
    decision_reason: str

    @property
    def is_approved(self) -> bool:
        """Tell whether the version prices bills of its period."""
        return self.status in APPROVED_STATUSES

    @property
    def is_demo_only(self) -> bool:
        """Tell whether the evidence allows demonstrations only."""
        return self.grade == DEMO_ONLY_GRADE


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursTable:
    """The 24-hour strips of one structure."""

    structure: Structure
    strips: tuple[DayStrip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPage:
    """Everything a page needs to show a version as the official sheet does."""

    plan: PlanFacts
    version: VersionFacts
    # Columns in printed order that at least one row has; cells of rows follow them.
    columns: tuple[PriceColumn, ...]
    rows: tuple[RowFacts, ...]
    components: tuple[ComponentFacts, ...]
    funds: tuple[FundFacts, ...]
    funds_price: Decimal | None
    tiers: TierFacts | None
    hours: tuple[HoursTable, ...]
    hours_document: str
    hours_stated: dict[str, str]
    policies: PolicySet
    # Other plans of the same sheet: the shared-meter price of a residential sheet, the other grids.
    siblings: tuple[PlanFacts, ...]
    versions: tuple[VersionFacts, ...]
