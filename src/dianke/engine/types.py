"""
What the engine reads and returns: a plan shared by many points, arrays of the points, columns of lines.

Every number is an integer of a small unit. The decimal places of each kind of number stand once, in
`Scales`; arrays hold int64, and Python integers (dtype object) only where int64 is too narrow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

IntArray: TypeAlias = npt.NDArray[Any]
"""int64, or dtype object holding Python integers."""
BoolArray: TypeAlias = npt.NDArray[np.bool_]

PERIODS = ("sharp", "peak", "flat", "valley", "deep")
REGISTERS = ("total", *PERIODS, "reactive_import", "reactive_export")

Section: TypeAlias = Literal["basic", "energy", "shares", "power_factor", "funds", "fixed", "tax"]
SECTIONS: tuple[Section, ...] = ("basic", "energy", "shares", "power_factor", "funds", "fixed", "tax")


@dataclass(frozen=True, kw_only=True, slots=True)
class Scales:
    """Decimal places of the integers of a plan and its fleet: energy 2 means units of 0.01 kWh."""

    reading: int = 2  # register readings
    multiplier: int = 0  # CT x PT x register factor, before Fleet's multiplier_divisor
    energy: int = 2  # kWh and kvarh
    demand: int = 6  # kW
    capacity: int = 4  # kVA
    price: int = 8  # yuan per kWh
    month_price: int = 4  # yuan per kVA or kW and month
    ratio: int = 6  # shares, floors, bands, multiples, discounts, tax, line loss
    months: int = 4
    amount: int = 4  # fixed charges, yuan
    loss: int = 4  # transformer data: kW, kVA, percent, hours, K
    percent: int = 4  # power-factor adjustment


@dataclass(frozen=True, kw_only=True, slots=True)
class Rounding:
    """Decimals kept, half away from zero; `are_lines_rounded` False adds up exact lines."""

    quantity: int = 0
    power_factor: int = 2
    line: int = 2
    total: int = 2
    are_lines_rounded: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    """One part of an energy price; `prices` follow the codes of its EnergyPrice, in scales.price."""

    prices: tuple[int, ...]
    name: str = ""
    code: str = ""  # "" for an all-in price; else the line is energy.<period>.<code>


@dataclass(frozen=True, kw_only=True, slots=True)
class EnergyPrice:
    """Prices per kWh: codes are ("single",) or some of PERIODS; one line a code and component."""

    codes: tuple[str, ...]
    components: tuple[Component, ...]
    version: int = 0  # which part of the period it prices, when prices change inside the period


@dataclass(frozen=True, kw_only=True, slots=True)
class Tier:
    """A block of a tiered price: its upper limit (included; None is open) and price or surcharge."""

    up_to_kwh: int | None  # scales.energy, for one month (or for the year of an annual scheme)
    price: int  # scales.price


@dataclass(frozen=True, kw_only=True, slots=True)
class TierScheme:
    """Blocks in rising order; limits are multiplied by Fleet.tier_months / limit_divisor."""

    tiers: tuple[Tier, ...]
    is_surcharge: bool = False
    limit_divisor: int = 1  # 12 where an annual limit is cut to months of service


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """Energy of another price class taken out of the point without a meter (定量 / 定比)."""

    name: str
    price: int  # scales.price
    is_ratio: bool = False
    taken_from: str | None = None  # a period; None leaves the periods in proportion
    in_power_factor: bool = True
    in_power_factor_base: bool = False
    has_funds: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class PerKwh:
    """A charge on every kWh of the main price (never on the shares); may be negative."""

    name: str
    price: int  # scales.price
    version: int | None = None  # only the kWh of this price version


@dataclass(frozen=True, kw_only=True, slots=True)
class Fund:
    """Money collected for the treasury: on all kWh or on the main price; included ones are not added."""

    name: str
    price: int  # scales.price
    falls_on_shares: bool = True
    is_included: bool = False
    version: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FixedCharge:
    """An amount a month."""

    name: str
    amount: int  # scales.amount


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadFactorDiscount:
    """From `kwh_per_kva` on the demand charge is multiplied by `ratio`."""

    kwh_per_kva: int  # scales.ratio
    ratio: int  # scales.ratio


@dataclass(frozen=True, kw_only=True, slots=True)
class BasicCharge:
    """Capacity or demand charge; several prices when the price changes inside the period."""

    mode: Literal["capacity", "contract_demand", "actual_demand"]
    prices: tuple[int, ...]  # scales.month_price
    price_days: tuple[int, ...] = (1,)  # demand modes: weights of the prices
    floor_ratio: int = 0  # scales.ratio
    band_ratio: int = 0  # scales.ratio
    excess_multiple: int = 0  # scales.ratio
    is_band_charged: bool = False  # the published variant: 1.05 Mc instead of Mc below the excess
    discount: LoadFactorDiscount | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PowerFactorRow:
    """Below `limit` the percent applies, and per_point for each 0.01 down to the next row's limit."""

    limit: int  # 1e-4
    percent: int = 0  # scales.percent
    per_point: int = 0  # scales.percent


@dataclass(frozen=True, kw_only=True, slots=True)
class PowerFactorTable:
    """Percent at the top and rows with falling limits; rows add up."""

    rows: tuple[PowerFactorRow, ...]
    top_percent: int = 0  # scales.percent
    decimals: int | None = None  # the factor is rounded to these before the table (2 for the standards)


@dataclass(frozen=True, kw_only=True, slots=True)
class PowerFactorPolicy:
    """Which table, and whether funds belong to the amount that is adjusted."""

    table: PowerFactorTable
    has_funds_in_base: bool = False
    has_sub_meters: bool = True  # deducted sub-meters in series take part in the ratio


@dataclass(frozen=True, kw_only=True, slots=True)
class ChargePlan:
    """Everything a homogeneous group of points shares. An absent block means no such charge."""

    currency: str = "CNY"
    scales: Scales = field(default_factory=Scales)
    rounding: Rounding = field(default_factory=Rounding)
    energy: tuple[EnergyPrice, ...] = ()
    tiers: TierScheme | None = None
    per_kwh: tuple[PerKwh, ...] = ()
    shares: tuple[Share, ...] = ()
    basic: BasicCharge | None = None
    power_factor: PowerFactorPolicy | None = None
    funds: tuple[Fund, ...] = ()
    fixed: tuple[FixedCharge, ...] = ()
    free_quota_price: int | None = None  # scales.price: tier-1 price of the free monthly quota
    tax_ratio: int | None = None  # scales.ratio
    iron_loss_hours: tuple[int, ...] | None = None  # hours of PERIODS in a day; None splits by energy
    is_largest_demand: bool = False  # of several segments: the largest (exchange) instead of the sum
    needs_all_data: bool = True  # a bill without its kWh, kVA or kW is a fault; a quote prices what is there


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Registers:
    """
    Register readings of meter segments; a meter exchange or ratio change makes a second segment.

    All arrays have s rows, those of point i being offsets[i]:offsets[i + 1]; without offsets row i
    belongs to point i. Kinds of `start` and `end`: REGISTERS; kinds of `add`: the same and "demand".
    """

    start: Mapping[str, IntArray]  # scales.reading
    end: Mapping[str, IntArray]
    multiplier: IntArray  # scales.multiplier
    multiplier_divisor: int = 1
    present: Mapping[str, BoolArray] = field(default_factory=dict)  # a kind not named is read everywhere
    add: Mapping[str, IntArray] = field(default_factory=dict)  # after the multiplier: scales.energy, .demand
    demand: IntArray | None = None  # register of maximum demand, scales.reading
    digits: IntArray | None = None  # integer digits, 0 where unknown
    is_rollover: BoolArray | None = None
    version: IntArray | None = None  # price version of the segment, ascending within a point
    offsets: IntArray | None = None  # (n + 1,)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Usage:
    """Energies known without registers: one mapping a price version, kinds REGISTERS and "reactive"."""

    parts: tuple[Mapping[str, IntArray], ...]  # scales.energy
    present: tuple[Mapping[str, BoolArray], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class TransformerLoss:
    """
    Loss of the transformer, where metering is on its low side; every array (n,).

    given   : active_kwh, reactive_kvarh (scales.energy)
    formula : p0_kw, pk_kw, i0_percent, uk_percent, sn_kva, hours, load_shape (all scales.loss)
    ratio   : copper_ratio (scales.ratio), iron_kwh (scales.energy); may be absent: reactive_ratio
              (scales.ratio, on the copper loss), iron_kvarh (scales.energy)
    """

    method: Literal["given", "formula", "ratio"]
    values: Mapping[str, IntArray]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Capacity:
    """
    Transformers and high-voltage motors, c rows by offsets (n + 1,).

    In use for factor / factor_divisor of the month. Rows with the same group (> 0) at a point are
    interlocked: their largest counts.
    """

    kva: IntArray  # scales.capacity
    offsets: IntArray
    factor: IntArray | None = None  # numerators over factor_divisor; None: the whole month
    factor_divisor: int = 30
    is_charged: BoolArray | None = None  # running and hot standby; False: sealed
    group: IntArray | None = None
    version: IntArray | None = None  # which of BasicCharge.prices


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Fleet:
    """Arrays of n points that share a plan; what is None is absent for all of them."""

    size: int
    registers: Registers | None = None
    usage: Usage | None = None
    sub_meters: Mapping[str, IntArray] | None = None  # 套减, kinds total and PERIODS, scales.energy
    transformer_loss: TransformerLoss | None = None
    line_loss_ratio: IntArray | None = None  # scales.ratio
    share_amounts: tuple[IntArray, ...] = ()  # one a share: scales.energy if fixed, scales.ratio if ratio
    months: IntArray | None = None  # scales.months; None: 1
    capacity: Capacity | None = None
    demand_kw: IntArray | None = None  # scales.demand; instead of a demand register
    has_demand: BoolArray | None = None
    contract_kw: IntArray | None = None  # scales.demand
    power_factor: IntArray | None = None  # 1e-4; overrides the computed one
    has_power_factor: BoolArray | None = None
    tier_limits: tuple[IntArray, ...] | None = None  # scales.energy; instead of the plan's limits
    tier_months: IntArray | None = None  # scales.months; None: `months`
    used_before_kwh: IntArray | None = None  # scales.energy
    free_quota_kwh: IntArray | None = None  # scales.energy, a month


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Fault:
    """Points that cannot be billed, why, and by which field."""

    code: str
    field: str
    points: IntArray  # ascending indexes


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LineColumn:
    """One kind of line for all points: amount = quantity x price, rounded once."""

    code: str
    name: str
    section: Section
    unit: str
    rule: str
    quantity: IntArray
    quantity_scale: int
    price: IntArray | int
    price_scale: int
    amount: IntArray  # half up to amount_scale
    amount_scale: int
    quantity_divisor: int = 1
    price_divisor: int = 1
    exact: IntArray | None = None  # Fractions, where lines are not rounded
    present: BoolArray | None = None  # None: a line of every point
    is_included: bool = False  # inside another line: shown, never added


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Quantities:
    """What was measured, lost and taken out, as a bill freezes it. Energies in scales.energy."""

    metered_kwh: IntArray | None = None
    total_kwh: IntArray | None = None  # metered less sub-meters, plus losses; before shares
    has_total: BoolArray | None = None  # points with any active energy, read or lost
    total_unrounded_kwh: IntArray | None = None
    parts: tuple[Mapping[str, IntArray], ...] = ()  # by version: total and periods, before shares
    present: tuple[Mapping[str, BoolArray], ...] = ()  # which points have them
    segments: Mapping[str, IntArray] | None = None  # (s,) of each register segment
    main_parts: tuple[Mapping[str, IntArray], ...] = ()  # after shares: what is priced
    main_kwh: IntArray | None = None
    share_kwh: tuple[IntArray, ...] = ()
    copper_loss_kwh: IntArray | None = None
    iron_loss_kwh: IntArray | None = None
    line_loss_kwh: IntArray | None = None
    copper_loss_kvarh: IntArray | None = None
    iron_loss_kvarh: IntArray | None = None
    line_loss_kvarh: IntArray | None = None
    reactive_kvarh: IntArray | None = None  # with reactive losses
    has_reactive: BoolArray | None = None  # points with any reactive energy, read or lost
    metered_kvarh: IntArray | None = None
    sub_meter_kwh: IntArray | None = None
    demand_kw: IntArray | None = None  # scales.demand
    has_demand: BoolArray | None = None
    billed_demand_kw: IntArray | None = None  # scales.demand
    contract_demand_kw: IntArray | None = None  # Mc after the floor, scales.demand
    is_discounted: BoolArray | None = None
    tier_kwh: tuple[IntArray, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PowerFactorResult:
    """Factor in 10 ** -decimals, percent in scales.percent, base as money in line decimals."""

    value: IntArray
    decimals: int
    is_defined: BoolArray
    percent: IntArray
    base: IntArray
    active_kwh: IntArray | None = None
    reactive_kvarh: IntArray | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Calculation:
    """Result of a plan on a fleet. Figures of faulty points are meaningless: ask `is_faulty`."""

    plan: ChargePlan
    size: int
    quantities: Quantities
    lines: tuple[LineColumn, ...]
    subtotals: Mapping[Section, IntArray]  # rounding.line decimals
    total: IntArray  # rounding.total decimals
    power_factor: PowerFactorResult | None
    faults: tuple[Fault, ...]
    is_faulty: BoolArray
