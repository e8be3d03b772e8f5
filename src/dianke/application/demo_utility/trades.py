"""Industry and commerce on the 10 kV feeders: 100 to 5,000 kVA, each case of the rules at one customer."""

import math
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from dianke.application.demo_utility.designs import (
    COMMERCE_PLAN,
    CYCLE_BUSINESS,
    DEMAND_REGISTERS,
    TIMED_REGISTERS,
    VOLTAGE_10KV,
    VOLTAGE_LOW,
    CurveDesign,
    MeterDesign,
    Plate,
    PointDesign,
    ShareDesign,
    TermsDesign,
    TransformerDesign,
)
from dianke.application.demo_utility.names import TOWN
from dianke.domain.billing.types import BasicMode, LossMethod
from dianke.domain.customers.types import CustomerKind, UsageClass
from dianke.domain.metering.types import DIRECT, MeteringSide, Ratio
from dianke.domain.network.types import TransformerState
from dianke.domain.tariffs.types import Structure

FIRST_SERIAL = 420_011_803
TWO_PART_FROM_KVA = 315
DAY_NOISE = 0.06

RUNNING, SUSPENDED = TransformerState.RUNNING, TransformerState.SUSPENDED
_SINCE = date(2018, 3, 1)
_CT_PRIMARIES = (10, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 400, 600)
_PT = Ratio(Decimal(10_000), Decimal(100))
# Loss figures as catalogues print them for transformers of that size.
_PLATES = {
    80: Plate(Decimal("0.18"), Decimal("1.25"), Decimal("1.0"), Decimal("4.0")),
    200: Plate(Decimal("0.34"), Decimal("2.6"), Decimal("1.0"), Decimal("4.0")),
    250: Plate(Decimal("0.4"), Decimal("3.05"), Decimal("0.9"), Decimal("4.0")),
}


# Registers, ratios and model follow from capacity and voltage; only what is peculiar is named.
_ORDINARY = MeterDesign(registers=(), model="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What is peculiar to one customer; the rest follows from capacity and voltage."""

    name: str
    industry_code: str
    is_industrial: bool
    place: str
    shape: str
    transformers: tuple[TransformerDesign, ...]
    mean_percent: float
    power_factor: float
    station: str = "DEMO-KFQ"
    feeder: str = "DEMO-F1"
    basic_mode: BasicMode = BasicMode.CAPACITY
    contract_kw: int | None = None
    two_part_by_choice: bool = False
    loss_method: LossMethod = LossMethod.NONE
    loss_factor: str | None = None
    loss_iron_kwh: str | None = None
    loss_iron_kvarh: str | None = None
    shares: tuple[ShareDesign, ...] = ()
    meter: MeterDesign = _ORDINARY


def _own(*capacities_kva: int) -> tuple[TransformerDesign, ...]:
    return tuple(TransformerDesign(capacity_kva=kva) for kva in capacities_kva)


def _with_state(capacity_kva: int, *spells: tuple[date, TransformerState]) -> TransformerDesign:
    return TransformerDesign(capacity_kva=capacity_kva, spells=spells)


def _suspended(capacity_kva: int, start: date, end: date) -> TransformerDesign:
    return _with_state(capacity_kva, (_SINCE, RUNNING), (start, SUSPENDED), (end, RUNNING))


def _plated(capacity_kva: int) -> tuple[TransformerDesign, ...]:
    return (TransformerDesign(capacity_kva=capacity_kva, plate=_PLATES[capacity_kva]),)


_INTERLOCKED = tuple(
    TransformerDesign(capacity_kva=capacity_kva, interlock_group="北岭-1") for capacity_kva in (1_250, 1_000)
)
_LIGHTING = ShareDesign(name="非居民照明", price=Decimal("0.715686"), ratio=Decimal("0.08"))
# Homes of the staff at the shared-meter price, which holds funds of its own: outside power factor and funds.
_DORMITORY = ShareDesign(
    name="职工宿舍",
    price=Decimal("0.62586875"),
    fixed_kwh=Decimal("3000"),
    in_power_factor=False,
    in_power_factor_base=False,
    with_funds=False,
)

_EXCHANGED = replace(_ORDINARY, exchanged_on=date(2026, 1, 14))
_RESCALED = replace(_ORDINARY, rescaled_on=date(2026, 1, 19), new_ct=Ratio(Decimal(50), Decimal(5)))
_ROLLS_OVER = replace(_ORDINARY, integer_digits=4, rolls_over=True)

TRADES: tuple[Trade, ...] = (
    Trade(
        name="云泽恒锐精密铸造有限公司",
        industry_code="3391",
        is_industrial=True,
        place="东工镇东工大道 88 号",
        shape="metal_1",
        transformers=_own(1_250, 800),
        mean_percent=41,
        power_factor=0.93,
    ),
    Trade(
        name="云泽合拓锻造有限公司",
        industry_code="3393",
        is_industrial=True,
        place="东工镇东工大道 102 号",
        shape="metal_2",
        transformers=_own(2_000),
        mean_percent=22,
        power_factor=0.91,
        basic_mode=BasicMode.CONTRACT_DEMAND,
        contract_kw=900,
    ),
    Trade(
        name="云泽青岩金属材料有限公司",
        industry_code="3240",
        is_industrial=True,
        place="东工镇青岩路 1 号",
        shape="metal_1",
        transformers=_own(5_000),
        mean_percent=44,
        power_factor=0.95,
        feeder="DEMO-F2",
        basic_mode=BasicMode.ACTUAL_DEMAND,
    ),
    Trade(
        name="云泽白鹭棉纺有限公司",
        industry_code="1711",
        is_industrial=True,
        place="东工镇纺城路 6 号",
        shape="metal_1",
        mean_percent=28,
        power_factor=0.92,
        feeder="DEMO-F2",
        transformers=(*_own(1_600), _with_state(1_000, (_SINCE, TransformerState.HOT_STANDBY))),
    ),
    Trade(
        name="云泽南渡粮油加工有限公司",
        industry_code="1311",
        is_industrial=True,
        place="青石镇南渡路 15 号",
        shape="metal_2",
        mean_percent=18,
        power_factor=0.88,
        feeder="DEMO-F2",
        station="DEMO-QS",
        transformers=(*_own(1_000), _with_state(630, (_SINCE, TransformerState.COLD_SEALED))),
    ),
    Trade(
        name="云泽竹影塑料制品有限公司",
        industry_code="2921",
        is_industrial=True,
        place="东工镇东工大道 120 号",
        shape="metal_1",
        mean_percent=24,
        power_factor=0.90,
        transformers=(*_own(800), _suspended(800, date(2026, 1, 6), date(2026, 1, 26))),
    ),
    Trade(
        name="云泽柳林包装有限公司",
        industry_code="2231",
        is_industrial=True,
        place="东工镇纺城路 21 号",
        shape="metal_2",
        mean_percent=15,
        power_factor=0.89,
        transformers=(*_own(500), _suspended(500, date(2026, 1, 12), date(2026, 1, 22))),
    ),
    Trade(
        name="云泽北岭水泥制品有限公司",
        industry_code="3021",
        is_industrial=True,
        place="青石镇北岭路 3 号",
        shape="metal_2",
        mean_percent=10,
        power_factor=0.86,
        feeder="DEMO-F2",
        station="DEMO-QS",
        transformers=_INTERLOCKED,
    ),
    Trade(
        name="云泽滨湖冷链物流有限公司",
        industry_code="5930",
        is_industrial=False,
        place="滨湖镇望湖路 200 号",
        shape="warehouse",
        transformers=_own(1_250),
        mean_percent=26,
        power_factor=0.94,
        feeder="DEMO-F3",
        station="DEMO-BH",
        basic_mode=BasicMode.ACTUAL_DEMAND,
    ),
    Trade(
        name="云泽开源五金制造有限公司",
        industry_code="3311",
        is_industrial=True,
        place="东工镇纺城路 33 号",
        shape="metal_2",
        transformers=_own(630),
        mean_percent=20,
        power_factor=0.91,
        meter=_EXCHANGED,
    ),
    Trade(
        name="云泽江岸印务有限公司",
        industry_code="2319",
        is_industrial=True,
        place="东工镇纺城路 40 号",
        shape="metal_1",
        transformers=_own(500),
        mean_percent=35,
        power_factor=0.92,
        meter=_RESCALED,
    ),
    Trade(
        name="云泽茗川茶业有限公司",
        industry_code="1530",
        is_industrial=True,
        place="青石镇茶山路 9 号",
        shape="metal_2",
        transformers=_own(400),
        mean_percent=18,
        power_factor=0.90,
        feeder="DEMO-F2",
        station="DEMO-QS",
        shares=(_LIGHTING,),
    ),
    Trade(
        name="云泽晨晖商业广场有限公司",
        industry_code="5211",
        is_industrial=False,
        place="滨湖镇望湖路 66 号",
        shape="warehouse",
        transformers=_own(1_600),
        mean_percent=22,
        power_factor=0.93,
        feeder="DEMO-F3",
        station="DEMO-BH",
        basic_mode=BasicMode.CONTRACT_DEMAND,
        contract_kw=1_000,
        shares=(_DORMITORY,),
    ),
    Trade(
        name="云泽望湖仓储有限公司",
        industry_code="5990",
        is_industrial=False,
        place="滨湖镇望湖路 230 号",
        shape="warehouse",
        transformers=_plated(250),
        mean_percent=24,
        power_factor=0.90,
        feeder="DEMO-F3",
        station="DEMO-BH",
        loss_method=LossMethod.FORMULA,
        loss_factor="1.2",
    ),
    Trade(
        name="云泽青石木业有限公司",
        industry_code="2011",
        is_industrial=True,
        place="青石镇青石路 51 号",
        shape="metal_1",
        transformers=_plated(200),
        mean_percent=30,
        power_factor=0.87,
        feeder="DEMO-F2",
        station="DEMO-QS",
        loss_method=LossMethod.FORMULA,
        loss_factor="3.6",
        meter=_ROLLS_OVER,
    ),
    Trade(
        name="云泽城关食品厂",
        industry_code="1499",
        is_industrial=True,
        place="城关镇文庙巷 40 号",
        shape="metal_2",
        transformers=_own(160),
        mean_percent=20,
        power_factor=0.84,
        feeder="DEMO-F4",
        station="DEMO-CG",
        loss_method=LossMethod.FIXED,
        loss_iron_kwh="268",
        loss_iron_kvarh="1180",
    ),
    Trade(
        name="云泽南渡渡口管理所",
        industry_code="5539",
        is_industrial=False,
        place="青石镇南渡路 80 号",
        shape="metal_1",
        transformers=_own(125),
        mean_percent=22,
        power_factor=0.90,
        feeder="DEMO-F2",
        station="DEMO-QS",
        loss_method=LossMethod.RATIO,
        loss_factor="0.02",
        loss_iron_kwh="150",
    ),
    Trade(
        name="云泽白鹭洲客栈",
        industry_code="6110",
        is_industrial=False,
        place="滨湖镇白鹭街 2 号",
        shape="warehouse",
        transformers=_plated(80),
        mean_percent=25,
        power_factor=0.90,
        feeder="DEMO-F3",
        station="DEMO-BH",
        loss_method=LossMethod.FORMULA,
        loss_factor="1.2",
    ),
    Trade(
        name="云泽东郊数控设备有限公司",
        industry_code="3421",
        is_industrial=True,
        place="东工镇东工大道 135 号",
        shape="metal_2",
        transformers=_own(315),
        mean_percent=22,
        power_factor=0.94,
    ),
    Trade(
        name="云泽滨湖医院",
        industry_code="8411",
        is_industrial=False,
        place="滨湖镇望湖路 18 号",
        shape="warehouse",
        transformers=_own(1_000),
        mean_percent=20,
        power_factor=0.95,
        feeder="DEMO-F3",
        station="DEMO-BH",
        basic_mode=BasicMode.CONTRACT_DEMAND,
        contract_kw=700,
    ),
    Trade(
        name="云泽西郊热力有限公司",
        industry_code="4430",
        is_industrial=True,
        place="东工镇热力路 5 号",
        shape="warehouse",
        transformers=_own(2_500),
        mean_percent=24,
        power_factor=0.90,
        feeder="DEMO-F2",
    ),
    Trade(
        name="云泽城关农贸市场",
        industry_code="5123",
        is_industrial=False,
        place="城关镇南渡街 1 号",
        shape="metal_1",
        transformers=_own(200),
        mean_percent=36,
        power_factor=0.92,
        feeder="DEMO-F4",
        station="DEMO-CG",
        two_part_by_choice=True,
    ),
    Trade(
        name="云泽柳浪工艺品厂",
        industry_code="2439",
        is_industrial=True,
        place="青石镇青石路 77 号",
        shape="metal_2",
        transformers=_own(250),
        mean_percent=16,
        power_factor=0.90,
        feeder="DEMO-F2",
        station="DEMO-QS",
        loss_method=LossMethod.FORMULA,
        loss_factor="3.6",
    ),
)

# The parcel station rents a corner of the plaza: its meter hangs behind the plaza's and is taken off it.
_PLAZA = 12
PLAZA_SERIAL = FIRST_SERIAL + _PLAZA
TENANT_SERIAL = FIRST_SERIAL + len(TRADES)
PLATELESS_SERIAL = FIRST_SERIAL + len(TRADES) - 1


def list_trades() -> list[PointDesign]:
    """Return the customers of the 10 kV feeders, the plaza's tenant last."""
    points = [_design(serial, trade) for serial, trade in enumerate(TRADES, start=FIRST_SERIAL)]
    return [*points, _design_tenant(points[_PLAZA])]


def _design(serial: int, trade: Trade) -> PointDesign:
    capacity_kva = sum(own.capacity_kva for own in trade.transformers)
    is_low_side = trade.loss_method is not LossMethod.NONE
    return PointDesign(
        serial=serial,
        name=trade.name,
        kind=CustomerKind.COMPANY,
        industry_code=trade.industry_code,
        is_industrial=trade.is_industrial,
        usage_class=UsageClass.COMMERCIAL_INDUSTRIAL,
        address=f"{TOWN}{trade.place}",
        unit_code=trade.station,
        feeder_code=trade.feeder,
        cycle_code=CYCLE_BUSINESS,
        route_code=f"{CYCLE_BUSINESS}-{trade.station.removeprefix('DEMO-')}",
        voltage="10kV",
        side=MeteringSide.HIGH_LOW if is_low_side else MeteringSide.HIGH_HIGH,
        transformers=trade.transformers,
        meter=_design_meter(trade, capacity_kva=capacity_kva, is_low_side=is_low_side),
        terms=_design_terms(trade, capacity_kva=capacity_kva),
        curve=CurveDesign(
            shape=trade.shape,
            mean_w=round(capacity_kva * 10 * trade.mean_percent),
            shift_weeks=serial % 5 - 2,
            spread=DAY_NOISE,
            power_factor=trade.power_factor,
        ),
    )


def _design_terms(trade: Trade, *, capacity_kva: int) -> TermsDesign:
    is_two_part = capacity_kva >= TWO_PART_FROM_KVA or trade.two_part_by_choice
    return TermsDesign(
        plan_code=COMMERCE_PLAN,
        structure=Structure.TWO_PART if is_two_part else Structure.SINGLE,
        price_voltage=VOLTAGE_10KV,
        time_of_use=True,
        basic_mode=trade.basic_mode if is_two_part else BasicMode.NONE,
        contract_kw=None if trade.contract_kw is None else Decimal(trade.contract_kw),
        loss_method=trade.loss_method,
        loss_factor=_decimal(trade.loss_factor),
        loss_iron_kwh=_decimal(trade.loss_iron_kwh),
        loss_iron_kvarh=_decimal(trade.loss_iron_kvarh),
        shares=trade.shares,
    )


def _design_meter(trade: Trade, *, capacity_kva: int, is_low_side: bool) -> MeterDesign:
    volts = 400 if is_low_side else 10_000
    return replace(
        trade.meter,
        registers=DEMAND_REGISTERS if capacity_kva >= 100 else TIMED_REGISTERS,
        model="三相智能表 3×220/380 V 1.5(6) A" if is_low_side else "三相智能表 3×100 V 1.5(6) A",
        ct=choose_ct(capacity_kva * 1_000 / (math.sqrt(3) * volts)),
        pt=DIRECT if is_low_side else _PT,
    )


def choose_ct(current_a: float) -> Ratio:
    """Return the smallest standard ratio whose primary carries the current."""
    return Ratio(Decimal(next(primary for primary in _CT_PRIMARIES if primary >= current_a)), Decimal(5))


def _design_tenant(plaza: PointDesign) -> PointDesign:
    return replace(
        plaza,
        serial=TENANT_SERIAL,
        name="云泽晨晖广场快递驿站",
        industry_code="6020",
        voltage="380V",
        side=MeteringSide.LOW_LOW,
        transformers=(),
        parent_serial=plaza.serial,
        meter=MeterDesign(registers=TIMED_REGISTERS, model="三相智能表 3×220/380 V 5(60) A"),
        terms=TermsDesign(plan_code=COMMERCE_PLAN, price_voltage=VOLTAGE_LOW, time_of_use=True),
        curve=CurveDesign(shape="warehouse", mean_w=6_500, shift_weeks=1, spread=DAY_NOISE),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
