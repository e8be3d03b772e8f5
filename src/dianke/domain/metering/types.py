"""Facts of metering."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class RegisterKind(StrEnum):
    """A register of a meter (示数类型); the value is the column stem of a reading."""

    TOTAL = "total"
    SHARP = "sharp"
    PEAK = "peak"
    FLAT = "flat"
    VALLEY = "valley"
    DEEP = "deep"
    REACTIVE_IMPORT = "reactive_import"
    REACTIVE_EXPORT = "reactive_export"
    DEMAND = "demand"


class MeteringSide(StrEnum):
    """Where the meter sits: no transformer loss on the high side (高供高计 / 高供低计 / 低供低计)."""

    HIGH_HIGH = "HIGH_HIGH"
    HIGH_LOW = "HIGH_LOW"
    LOW_LOW = "LOW_LOW"


class PointStatus(StrEnum):
    """Whether a usage point is in use."""

    ACTIVE = "ACTIVE"
    REMOVED = "REMOVED"


@dataclass(frozen=True, slots=True)
class Ratio:
    """What an instrument transformer steps down, as on its plate: 150/5."""

    primary: Decimal = Decimal(1)
    secondary: Decimal = Decimal(1)

    def __str__(self) -> str:
        return f"{_plain(self.primary)}/{_plain(self.secondary)}"


DIRECT = Ratio()

RegisterValues = Mapping[RegisterKind, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUsagePoint:
    """A usage point that enters the archive."""

    unit_id: int
    code: str
    account_id: int
    location_id: int
    voltage: str
    metering_side: MeteringSide
    feeder_id: int | None = None
    area_id: int | None = None
    parent_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMeter:
    """A meter that enters the archive."""

    unit_id: int
    asset_number: str
    registers: tuple[RegisterKind, ...]
    integer_digits: int = 6
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInstallation:
    """A meter that is put up at a usage point; with a removal when it is history already."""

    meter_id: int
    usage_point_id: int
    installed_date: date
    readings: RegisterValues
    ct: Ratio = DIRECT
    pt: Ratio = DIRECT
    removed_date: date | None = None
    removal_readings: RegisterValues | None = None
    rolled_over: bool = False


@dataclass(frozen=True, slots=True)
class SubstationNode:
    """A substation in a supply tree."""

    code: str
    name: str
    voltage: str


@dataclass(frozen=True, slots=True)
class FeederNode:
    """A feeder in a supply tree."""

    code: str
    name: str
    voltage: str
    substation: SubstationNode


@dataclass(frozen=True, slots=True)
class AreaNode:
    """A transformer area in a supply tree."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class TransformerNode:
    """A transformer in a supply tree with the state it stands in on the day, and since when."""

    code: str
    name: str
    capacity_kva: Decimal
    interlock_group: str
    is_own: bool
    state: str | None
    since_date: date | None


@dataclass(frozen=True, slots=True)
class MeterNode:
    """A meter at a usage point on the day, with its ratios and since when."""

    asset_number: str
    model: str
    registers: tuple[str, ...]
    ct: Ratio
    pt: Ratio
    multiplier: Decimal
    since_date: date


@dataclass(frozen=True, slots=True)
class PointNode:
    """A usage point with everything between it and the substation."""

    usage_point_id: int
    code: str
    address: str
    voltage: str
    metering_side: str
    status: str
    parent_code: str | None
    meter: MeterNode | None
    transformers: tuple[TransformerNode, ...]
    area: AreaNode | None
    feeder: FeederNode


@dataclass(frozen=True, slots=True)
class SupplyTree:
    """An account's customer, points, meters, transformers and feeders on a day (户-表-变-线)."""

    on: date
    customer_id: int
    customer_number: str
    customer_name: str
    account_number: str
    usage_class: str
    points: tuple[PointNode, ...] = field(default=())


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
