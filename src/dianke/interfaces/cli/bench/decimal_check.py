"""Plain Decimal arithmetic for single accounts of the benchmark, written apart from the engine."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dianke.interfaces.cli.bench.engine_fleet import COMPONENTS, PERIODS, Group

_FEN = Decimal("0.01")
_ONE = Decimal(1)
_TIERS = ((Decimal(2160), Decimal("0.05")), (Decimal(4800), Decimal("0.30")))


def price_account(group: Group, point: int) -> dict[str, Decimal]:
    """Return the amount of every line of one account, and their total."""
    energies = {kind: _read(group, kind, point) for kind in PERIODS}
    amounts: dict[str, Decimal] = {}
    for period in PERIODS:
        for code, price in zip(COMPONENTS, _prices(group, period), strict=True):
            amounts[f"energy.{period}.{code}"] = _fen(energies[period] * price)
    total_kwh = sum(energies.values(), Decimal(0))
    if group.fleet.used_before_kwh is not None:
        used = Decimal(int(group.fleet.used_before_kwh[point])) / 100
        amounts |= _price_tiers(used, total_kwh)
    if group.plan.basic is not None:
        amounts |= _price_basic(group, point)
        factor = _power_factor(total_kwh, _read(group, "reactive_import", point))
        amounts["power_factor"] = _fen(sum(amounts.values(), Decimal(0)) * _percent(factor) / 100)
    amounts["total"] = sum(amounts.values(), Decimal(0))
    return amounts


def engine_amounts(lines: Any, total: Any, point: int) -> dict[str, Decimal]:
    """Return the same figures as the engine computed them."""
    amounts = {line.code: Decimal(int(line.amount[point])) / 100 for line in lines}
    return {**amounts, "total": Decimal(int(total[point])) / 100}


def _read(group: Group, kind: str, point: int) -> Decimal:
    registers = group.fleet.registers
    if registers is None:
        return Decimal(0)
    start, end = Decimal(int(registers.start[kind][point])), Decimal(int(registers.end[kind][point]))
    energy = (end - start) / 100 * int(registers.multiplier[point])
    return energy.quantize(_ONE, rounding=ROUND_HALF_UP)


def _prices(group: Group, period: str) -> list[Decimal]:
    price = group.plan.energy[0]
    index = price.codes.index(period)
    return [Decimal(component.prices[index]).scaleb(-8) for component in price.components]


def _price_tiers(used: Decimal, kwh: Decimal) -> dict[str, Decimal]:
    bounds = [Decimal(0), *(limit for limit, _ in _TIERS), Decimal("Infinity")]
    surcharges = [Decimal(0), *(surcharge for _, surcharge in _TIERS)]
    amounts = {}
    for number, surcharge in enumerate(surcharges):
        low, high = bounds[number], bounds[number + 1]
        inside = max(min(used + kwh, high) - max(used, low), Decimal(0))
        amounts[f"energy.tier{number + 1}"] = _fen(inside * surcharge)
    return amounts


def _price_basic(group: Group, point: int) -> dict[str, Decimal]:
    fleet = group.fleet
    if fleet.capacity is not None:
        return {"basic.capacity": _fen(Decimal(int(fleet.capacity.kva[point])) / 10_000 * Decimal("23.2"))}
    demand = Decimal(0) if fleet.demand_kw is None else Decimal(int(fleet.demand_kw[point])) / 1_000_000
    return {"basic.demand": _fen(demand * Decimal("38.4"))}


def _power_factor(active: Decimal, reactive: Decimal) -> Decimal | None:
    if not active:
        return None
    apparent = (active * active + reactive * reactive).sqrt()
    return (active / apparent).quantize(_FEN, rounding=ROUND_HALF_UP)


def _percent(factor: Decimal | None) -> Decimal:
    """The table of standard 0.90, step by step."""
    if factor is None:
        return Decimal(0)
    points = int(factor * 100)
    if points >= 90:
        return Decimal("-0.15") * min(points - 90, 5)
    percent = Decimal("0.5") * (90 - max(points, 70))
    percent += Decimal(1) * max(70 - max(points, 65), 0)
    return percent + Decimal(2) * max(65 - points, 0)


def _fen(amount: Decimal) -> Decimal:
    return amount.quantize(_FEN, rounding=ROUND_HALF_UP)
