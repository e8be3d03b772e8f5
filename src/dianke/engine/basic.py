"""The basic charge (基本电费, 容(需)量电费): capacity in use, contract and actual demand, discount."""

from dataclasses import dataclass

import numpy as np

from dianke.engine.rounding import Product, exact_product, exact_sum, round_half_up
from dianke.engine.spreading import sum_rows
from dianke.engine.types import BasicCharge, BoolArray, Capacity, IntArray, Scales


@dataclass(frozen=True, slots=True, eq=False)
class ContractDemand:
    """Charged demand of each point in scales.demand."""

    contract_kw: IntArray  # Mc after the floor
    base_kw: IntArray  # Mc, or the band where that is charged below an excess
    excess_kw: IntArray
    billed_kw: IntArray  # base + multiple x excess


def capacity_in_use(capacity: Capacity, *, version: int = 0) -> IntArray:
    """
    Return kVA x factor of each point: sealed rows nothing, one interlock group its largest.

    Shapes: rows (c,), offsets (n + 1,) -> (n,). Units: scales.capacity / factor_divisor.
    Errors: none.
    Source: TR-3.1 mode A, TR-3.3 (thirtieths), TR-3.4 (hot standby full, sealed nothing, interlock
            largest), REG-SUPPLY-1996.
    """
    used = capacity.kva if capacity.factor is None else exact_product(capacity.kva, capacity.factor)
    if capacity.factor is None:
        used = exact_product(used, capacity.factor_divisor)
    counted = _is_charged(capacity)
    if capacity.version is not None:
        counted = counted & (capacity.version == version)
    return _sum_of_groups(np.where(counted, used, 0), capacity)


def floor_capacity(capacity: Capacity) -> IntArray:
    """
    Return the kVA that carry the floor of a contract demand: running and hot standby, unprorated.

    Shapes: rows (c,), offsets (n + 1,) -> (n,). Units: scales.capacity. Errors: none.
    Source: TR-3.1 mode B (sealed or reduced capacity is excluded from the sum).
    """
    counted = _is_charged(capacity)
    if capacity.factor is not None:
        counted = counted & np.asarray(capacity.factor > 0, dtype=bool)
    return _sum_of_groups(np.where(counted, capacity.kva, 0), capacity)


def capacity_charge(in_use: IntArray, price: int, months: IntArray | None, *, divisor: int, scales: Scales) -> Product:
    """
    Return the capacity charge, prorated and priced in one product.

    Shapes: in_use (n,), months (n,) or None -> (n,). Units: scales.capacity / divisor, scales.month_price.
    Errors: none.
    Source: TR-3.1 mode A (price x sum of kVA x factor), TR-3.3.
    """
    return _monthly((in_use, price), scales.capacity + scales.month_price, months, divisor, scales)


def contract_demand(
    charge: BasicCharge,
    declared_kw: IntArray,
    demand_kw: IntArray,
    floor_kva: IntArray,
    *,
    scales: Scales,
) -> ContractDemand:
    """
    Return what a contract demand charges: the declared value or its floor, and the excess over the band.

    Shapes: declared_kw, demand_kw, floor_kva (n,) -> (n,). Units: scales.demand, scales.capacity.
    Errors: none.
    Source: TR-3.1 mode B (Mc = max(declared, 40 % of capacity); D <= 1.05 Mc charges Mc, above it twice
            D - 1.05 Mc); REG-1583-2016.
    """
    floor = Product((floor_kva, charge.floor_ratio), scales.capacity + scales.ratio)
    contract = np.maximum(declared_kw, round_half_up(floor, decimals=scales.demand))
    band = round_half_up(Product((contract, charge.band_ratio), scales.demand + scales.ratio), decimals=scales.demand)
    excess = np.maximum(demand_kw - band, 0)
    base = np.where(excess > 0, band, contract) if charge.is_band_charged else contract
    doubled = Product((excess, charge.excess_multiple), scales.demand + scales.ratio)
    above = round_half_up(doubled, decimals=scales.demand)
    return ContractDemand(contract, base, excess, exact_sum([base, above], size=base.size))


def demand_charge(kw: IntArray, charge: BasicCharge, months: IntArray | None, *, scales: Scales) -> Product:
    """
    Return the charge for demand; prices that change inside the period count by their days.

    Shapes: kw (n,), months (n,) or None -> (n,). Units: scales.demand, scales.month_price.
    Errors: none.
    Source: TR-3.1 modes B and C, TR-3.6 (demand keeps its decimals, only the line is rounded).
    """
    price, divisor = weighted_price(charge)
    return _monthly((kw, price), scales.demand + scales.month_price, months, divisor, scales)


def excess_charge(kw: IntArray, charge: BasicCharge, months: IntArray | None, *, scales: Scales) -> Product:
    """
    Return the charge for demand above the band: the multiple of the demand price.

    Shapes: kw (n,), months (n,) or None -> (n,). Units: scales.demand, scales.month_price, scales.ratio.
    Errors: none.
    Source: TR-3.1 mode B (2 x p_dem x (D - 1.05 Mc), a line of its own).
    """
    price, divisor = weighted_price(charge)
    scale = scales.demand + scales.month_price + scales.ratio
    return _monthly((kw, price, charge.excess_multiple), scale, months, divisor, scales)


def weighted_price(charge: BasicCharge) -> tuple[int, int]:
    """
    Return the demand price over a period as numerator and divisor: prices weighted by their days.

    Units: scales.month_price x days; days. Errors: none. Source: TR-3.3 (days of the change counted).
    """
    pairs = zip(charge.prices, charge.price_days, strict=True)
    return sum(price * days for price, days in pairs), sum(charge.price_days)


def is_load_factor_discounted(
    energy_kwh: IntArray, listed_kva: IntArray, charge: BasicCharge, *, scales: Scales
) -> BoolArray:
    """
    Return which points use at least the kWh per kVA that earn the discount.

    Shapes: energy_kwh, listed_kva (n,) -> (n,). Units: scales.energy (unrounded), scales.capacity.
    Errors: none; points without capacity earn nothing.
    Source: TR-3.2 (U >= 260 kWh per contract kVA, sealed capacity included); REG-526-2023.
    """
    if charge.discount is None:
        return np.zeros(energy_kwh.size, dtype=bool)
    energy = exact_product(energy_kwh, 10 ** (scales.capacity + scales.ratio))
    needed = exact_product(listed_kva, charge.discount.kwh_per_kva, 10**scales.energy)
    return np.asarray((energy >= needed) & (listed_kva > 0), dtype=bool)


def listed_capacity(capacity: Capacity) -> IntArray:
    """
    Return all kVA of the points, sealed ones too.

    Shapes: rows (c,), offsets (n + 1,) -> (n,). Units: scales.capacity. Errors: none.
    Source: TR-3.2 (denominator is the contract capacity).
    """
    return sum_rows(capacity.kva, capacity.offsets)


def _monthly(
    factors: tuple[IntArray, *tuple[int, ...]],
    scale: int,
    months: IntArray | None,
    divisor: int,
    scales: Scales,
) -> Product:
    if months is None:
        return Product(factors, scale, divisor)
    return Product((*factors, months), scale + scales.months, divisor)


def _is_charged(capacity: Capacity) -> BoolArray:
    return np.ones(capacity.kva.size, dtype=bool) if capacity.is_charged is None else capacity.is_charged


def _sum_of_groups(used: IntArray, capacity: Capacity) -> IntArray:
    if capacity.group is None or not capacity.group.any():
        return sum_rows(used, capacity.offsets)
    counts = np.diff(capacity.offsets)
    point = np.repeat(np.arange(counts.size), counts)
    is_locked = capacity.group > 0
    kept = np.where(is_locked, 0, used)
    rows = np.flatnonzero(is_locked)
    order = rows[np.lexsort((used[rows], capacity.group[rows], point[rows]))]
    is_last = np.ones(order.size, dtype=bool)
    is_last[:-1] = (np.diff(point[order]) != 0) | (np.diff(capacity.group[order]) != 0)
    kept[order[is_last]] = used[order[is_last]]
    return sum_rows(kept, capacity.offsets)
