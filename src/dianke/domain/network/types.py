"""Facts of the network."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

# Nominal voltages as they are printed on plates and contracts, rising (GB/T 156).
VOLTAGES = ("220V", "380V", "10kV", "20kV", "35kV", "66kV", "110kV", "220kV", "330kV", "500kV")


class TransformerState(StrEnum):
    """How a transformer stands (运行状态); it decides what capacity is charged."""

    RUNNING = "RUNNING"
    HOT_STANDBY = "HOT_STANDBY"
    COLD_SEALED = "COLD_SEALED"
    SUSPENDED = "SUSPENDED"
    REMOVED = "REMOVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSubstation:
    """A substation that enters the archive."""

    unit_id: int
    code: str
    name: str
    voltage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeeder:
    """A feeder that enters the archive."""

    unit_id: int
    substation_id: int
    code: str
    name: str
    voltage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewArea:
    """A transformer area that enters the archive."""

    unit_id: int
    feeder_id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTransformer:
    """A transformer that enters the archive, with the state it stands in from a day on."""

    unit_id: int
    feeder_id: int
    code: str
    name: str
    capacity_kva: Decimal
    since_date: date
    state: TransformerState = TransformerState.RUNNING
    area_id: int | None = None
    account_id: int | None = None
    model: str = ""
    interlock_group: str = ""
    no_load_loss_kw: Decimal | None = None
    load_loss_kw: Decimal | None = None
    no_load_current_percent: Decimal | None = None
    impedance_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """A state and its half-open time; an end of None has not come."""

    state: TransformerState
    start: date
    end: date | None
