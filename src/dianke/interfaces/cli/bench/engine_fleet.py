"""The mixed fleet of the engine benchmark: homes, shops and two-part industry, from a fixed seed."""

from dataclasses import dataclass

import numpy as np

from dianke.engine.power_factor import STANDARD_TABLES
from dianke.engine.types import (
    BasicCharge,
    Capacity,
    ChargePlan,
    Component,
    EnergyPrice,
    Fleet,
    IntArray,
    PowerFactorPolicy,
    Registers,
    Tier,
    TierScheme,
)

SEED = 20260101
PERIODS = ("peak", "flat", "valley")
COMPONENTS = ("purchase", "line_loss", "transmission", "operation", "surcharge")

# Parts of a million accounts; industry pays half by capacity and half by demand.
RESIDENTIAL_PER_MILLION = 879_907
COMMERCIAL_PER_MILLION = 99_940

_KWH, _PRICE, _MONTH = 100, 10**8, 10**4
_PRICES_E8 = {
    "residential": (32_000_000, 1_364_300, 16_700_000, 2_310_000, 866_875),
    "commercial": (38_447_000, 1_364_300, 22_960_000, 3_120_050, 4_520_000),
    "industrial": (38_447_000, 1_364_300, 12_430_000, 3_120_050, 4_520_000),
}
_RATIO_PERCENT = {"peak": 149, "flat": 100, "valley": 48}


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Accounts that share a plan."""

    name: str
    plan: ChargePlan
    fleet: Fleet


def build_groups(size: int) -> list[Group]:
    """Return the groups of a fleet of `size` accounts, the same for the same size."""
    random = np.random.default_rng(SEED)
    residential = size * RESIDENTIAL_PER_MILLION // 1_000_000
    commercial = size * COMMERCIAL_PER_MILLION // 1_000_000
    industrial = size - residential - commercial
    by_demand = industrial // 2
    groups = [
        _residential(random, residential),
        _commercial(random, commercial),
        _industrial(random, industrial - by_demand, mode="capacity"),
        _industrial(random, by_demand, mode="actual_demand"),
    ]
    return [group for group in groups if group.fleet.size]


def _residential(random: np.random.Generator, size: int) -> Group:
    plan = ChargePlan(
        energy=(_energy("residential"),),
        tiers=TierScheme(
            is_surcharge=True,
            tiers=(
                Tier(up_to_kwh=2_160 * _KWH, price=0),
                Tier(up_to_kwh=4_800 * _KWH, price=5 * _PRICE // 100),
                Tier(up_to_kwh=None, price=30 * _PRICE // 100),
            ),
        ),
    )
    fleet = Fleet(
        size=size,
        registers=_registers(random, size, mean_kwh=240, multipliers=(1,)),
        used_before_kwh=random.integers(0, 6_200, size) * _KWH,
    )
    return Group("residential", plan, fleet)


def _commercial(random: np.random.Generator, size: int) -> Group:
    registers = _registers(random, size, mean_kwh=110, multipliers=(1, 20, 30, 40))
    return Group("commercial", ChargePlan(energy=(_energy("commercial"),)), Fleet(size=size, registers=registers))


def _industrial(random: np.random.Generator, size: int, *, mode: str) -> Group:
    is_capacity = mode == "capacity"
    price = 232_000 if is_capacity else 384_000  # 23.2 yuan a kVA, 38.4 yuan a kW
    plan = ChargePlan(
        energy=(_energy("industrial"),),
        basic=BasicCharge(mode="capacity" if is_capacity else "actual_demand", prices=(price,)),
        power_factor=PowerFactorPolicy(table=STANDARD_TABLES["0.90"]),
    )
    kva = random.choice(np.array([315, 630, 1_000, 1_600, 5_000]), size)
    offsets = np.arange(size + 1)
    fleet = Fleet(
        size=size,
        registers=_registers(random, size, mean_kwh=90, multipliers=(600, 1_500, 3_000), has_reactive=True),
        capacity=Capacity(kva=kva * 10**4, offsets=offsets) if is_capacity else None,
        demand_kw=None if is_capacity else kva * random.integers(200_000, 900_000, size),
    )
    return Group(f"industrial_{mode}", plan, fleet)


def _energy(kind: str) -> EnergyPrice:
    """Only the purchase price floats; all components have eight decimals."""
    components = []
    for code, price in zip(COMPONENTS, _PRICES_E8[kind], strict=True):
        ratios = _RATIO_PERCENT if code == "purchase" else dict.fromkeys(PERIODS, 100)
        prices = tuple(price * ratios[period] // 100 for period in PERIODS)
        components.append(Component(prices=prices, name=code, code=code))
    return EnergyPrice(codes=PERIODS, components=tuple(components))


def _registers(
    random: np.random.Generator,
    size: int,
    *,
    mean_kwh: int,
    multipliers: tuple[int, ...],
    has_reactive: bool = False,
) -> Registers:
    """Three registers of an average month, four with reactive energy, readings with two decimals."""
    start, end = {}, {}
    kinds = (*PERIODS, "reactive_import") if has_reactive else PERIODS
    for kind in kinds:
        start[kind] = random.integers(0, 90_000 * 100, size)
        end[kind] = start[kind] + random.integers(0, 2 * mean_kwh * 100 // 3, size)
    return Registers(start=start, end=end, multiplier=_pick(random, multipliers, size))


def _pick(random: np.random.Generator, values: tuple[int, ...], size: int) -> IntArray:
    return random.choice(np.array(values, dtype=np.int64), size)
