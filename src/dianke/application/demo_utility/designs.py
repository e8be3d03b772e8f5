"""What a point of the demo utility is designed as: customer, place, transformers, meter, terms, curve."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dianke.domain.billing.types import BasicMode, LossMethod
from dianke.domain.customers.types import CustomerKind, UsageClass
from dianke.domain.metering.types import DIRECT, MeteringSide, Ratio, RegisterKind
from dianke.domain.network.types import TransformerState
from dianke.domain.tariffs.types import Structure
from dianke.kernel.ids import make_user_number

CURVES_FROM = date(2025, 2, 1)
BILLED_FROM = date(2026, 1, 1)
BILLED_TO = date(2026, 2, 1)

COMMERCE_PLAN = "HB-CI"
HOME_PLAN = "GD-GZ-RES"
VOLTAGE_10KV = "1-10(20)kV"
VOLTAGE_LOW = "<1kV"

CYCLE_BUSINESS = "A"
CYCLE_HOMES = "B"
CYCLE_GROWN = "C"

_TIMED = (RegisterKind.TOTAL, RegisterKind.SHARP, RegisterKind.PEAK, RegisterKind.FLAT, RegisterKind.VALLEY)
SINGLE_REGISTERS = (RegisterKind.TOTAL,)
HOME_TIMED_REGISTERS = (RegisterKind.TOTAL, RegisterKind.PEAK, RegisterKind.FLAT, RegisterKind.VALLEY)
BUSINESS_REGISTERS = (*_TIMED, RegisterKind.REACTIVE_IMPORT, RegisterKind.REACTIVE_EXPORT)
DEMAND_REGISTERS = (*BUSINESS_REGISTERS, RegisterKind.DEMAND)
TIMED_REGISTERS = _TIMED

RUNNING_ALL_ALONG = ((date(2018, 3, 1), TransformerState.RUNNING),)


@dataclass(frozen=True, slots=True)
class Plate:
    """The loss figures of a transformer's nameplate."""

    no_load_loss_kw: Decimal
    load_loss_kw: Decimal
    no_load_current_percent: Decimal
    impedance_percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformerDesign:
    """A transformer of a customer's own with the states it passed through."""

    capacity_kva: int
    spells: tuple[tuple[date, TransformerState], ...] = RUNNING_ALL_ALONG
    interlock_group: str = ""
    plate: Plate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterDesign:
    """A meter with its ratios; `later` is what takes its place, or another ratio, on a day of the month."""

    registers: tuple[RegisterKind, ...]
    model: str
    integer_digits: int = 6
    ct: Ratio = DIRECT
    pt: Ratio = DIRECT
    installed_date: date = date(2019, 6, 18)
    exchanged_on: date | None = None
    new_ct: Ratio | None = None
    rescaled_on: date | None = None
    rolls_over: bool = False

    @property
    def changed_on(self) -> date | None:
        """Return the day within the month on which meter or ratio changes."""
        return self.exchanged_on or self.rescaled_on


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareDesign:
    """A part of the energy for another price (定量, 定比)."""

    name: str
    price: Decimal
    fixed_kwh: Decimal | None = None
    ratio: Decimal | None = None
    in_power_factor: bool = True
    in_power_factor_base: bool = True
    with_funds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsDesign:
    """What the point is billed on; the power-factor standard follows from the rule unless switched off."""

    plan_code: str
    structure: Structure = Structure.SINGLE
    price_voltage: str = ""
    time_of_use: bool = False
    basic_mode: BasicMode = BasicMode.NONE
    contract_kw: Decimal | None = None
    loss_method: LossMethod = LossMethod.NONE
    loss_factor: Decimal | None = None
    loss_iron_kwh: Decimal | None = None
    loss_iron_kvarh: Decimal | None = None
    shares: tuple[ShareDesign, ...] = ()


@dataclass(frozen=True, slots=True)
class PanelDesign:
    """Panels behind a meter: those of a measured home, or a shape of the area at a peak power."""

    shape: str
    home: int = 0
    peak_w: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveDesign:
    """
    Where the load comes from: a shape, how it is varied, and what panels behind the meter give back.

    A trade's shape is scaled to `mean_w`, an area's to `peak_w`, a home's comes with its own energy.
    `power_factor` is stated, and reactive energy is derived from it.
    """

    shape: str
    home: int = 0
    peak_w: int = 0
    mean_w: int = 0
    shift_weeks: int = 0
    spread: float = 0.0
    power_factor: float | None = None
    panels: PanelDesign | None = None
    is_derived: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PointDesign:
    """One customer with one account and one usage point."""

    serial: int
    name: str
    kind: CustomerKind
    usage_class: UsageClass
    address: str
    unit_code: str
    feeder_code: str
    cycle_code: str
    route_code: str
    voltage: str
    side: MeteringSide
    meter: MeterDesign
    terms: TermsDesign
    curve: CurveDesign
    area_code: str = ""
    industry_code: str = ""
    is_industrial: bool = False
    household_size: int = 0
    coordinates: tuple[Decimal, Decimal] | None = None
    transformers: tuple[TransformerDesign, ...] = ()
    parent_serial: int | None = None
    lacks_terms: bool = False
    lacks_closing_reading: bool = False
    # Flaws for the review to find: no ticket of a change at the meter, a register written down too high.
    lacks_ticket: bool = False
    misread: tuple[RegisterKind, Decimal] | None = None

    @property
    def account_number(self) -> str:
        """Return the ten digits of the account."""
        return make_user_number(self.serial)

    @property
    def point_code(self) -> str:
        """Return the code of the usage point, as contracts print it: account and place in it."""
        return f"{self.account_number}-01"

    @property
    def capacity_kva(self) -> Decimal:
        """Return the capacity of the customer's own transformers."""
        return Decimal(sum(own.capacity_kva for own in self.transformers))

    @property
    def is_high_voltage(self) -> bool:
        """Tell whether the customer is supplied above 1 kV."""
        return self.voltage == "10kV"
