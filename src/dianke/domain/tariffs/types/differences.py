"""What differs between two versions of a plan."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from dianke.domain.tariffs.types.periods import DayCondition, Segment, Structure
from dianke.domain.tariffs.types.prices import VersionPage
from dianke.domain.tariffs.types.sheets import ComponentKind, Price, PriceColumn, TierKind


class ChangeKind(StrEnum):
    """What became of a row, a part or a tier."""

    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"
    SAME = "SAME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A figure before and after; None where there is none."""

    before: Decimal | None
    after: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        """Return after less before, or None where either is missing."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before

    @property
    def ratio(self) -> Decimal | None:
        """Return the difference in relation to before; None where before is missing or nothing."""
        if self.difference is None or not self.before:
            return None
        return self.difference / abs(self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellChange(Change):
    """A cell of a row; `states` differ where a price was not found and is now, or no longer exists."""

    column: PriceColumn
    before_cell: Price
    after_cell: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChange:
    """A row of prices, told by structure and voltage; cells hold only what differs, all of an added or removed row."""

    kind: ChangeKind
    structure: Structure
    voltage: str
    label: str
    cells: tuple[CellChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartChange(Change):
    """A part of the price that holds for every row."""

    kind: ChangeKind
    component: ComponentKind
    code: str
    label: str
    part_of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TierChange:
    """A tier of some months: its upper limit and its surcharge."""

    kind: ChangeKind
    months: tuple[int, ...]
    tier: int
    limit: Change
    surcharge: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursChange:
    """Months in which the 24 hours of a kind of day differ; empty segments mean that there is no such day."""

    structure: Structure
    months: tuple[int, ...]
    condition: DayCondition
    before: tuple[Segment, ...]
    after: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDifference:
    """Everything that differs between two versions, in printed order."""

    rows: tuple[RowChange, ...]
    parts: tuple[PartChange, ...]
    tiers: tuple[TierChange, ...]
    tier_kinds: tuple[TierKind | None, TierKind | None]
    hours: tuple[HoursChange, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing that is billed differs."""
        return not (self.rows or self.parts or self.tiers or self.hours) and len(set(self.tier_kinds)) == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two versions of one plan side by side."""

    before: VersionPage
    after: VersionPage
    difference: VersionDifference
