"""From registers or given figures to the billed quantities: multiplier, additions, flat, losses, shares."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.twin.numbers import Refused, half_up, non_negative, number
from tests.twin.schema import PERIODS

ZERO = Fraction(0)
EQUAL_REMAINDERS = ("sharp", "peak", "valley", "deep", "flat")  # who comes first among equals


@dataclass
class Quantities:
    """Everything that was measured or lost, on the grid of rounding.quantity (demand: exact)."""

    total: Fraction | None = None
    periods: dict[str, Fraction] = field(default_factory=dict)
    reactive: Fraction | None = None
    demand: Fraction | None = None
    multiplier: Fraction | None = None
    loss: Fraction | None = None
    unrounded_total: Fraction = ZERO
    priced: Fraction = ZERO


@dataclass
class Share:
    """One fixed or proportional part of the energy, priced for itself."""

    facts: dict[str, Any]
    kwh: Fraction


def measure(case: dict[str, Any], grid: int) -> Quantities:
    """Read meters or usage."""
    if "usage" in case:
        found = _read_usage(case["usage"], grid, _is_by_period(case))
    else:
        found = _read_meters(case.get("meters") or [], grid, _is_by_period(case))
    for name, kwh in {"total": found.total or ZERO, **found.periods}.items():
        if kwh < 0:
            raise Refused("negative_quantity", f"quantities.{name}_kwh")
    return found


def _is_by_period(case: dict[str, Any]) -> bool:
    given = set(case.get("energy_price") or {})
    for meter in case.get("meters") or []:
        given |= set(meter.get("registers") or {}) | set(meter.get("add") or {})
    given |= {key.removesuffix("_kwh") for key in case.get("usage") or {}}
    return bool(given & set(PERIODS))


def _multiplier(meter: dict[str, Any], at: str) -> Fraction:
    if "multiplier" in meter:
        return non_negative(meter["multiplier"], f"{at}.multiplier")
    factor = Fraction(1)
    for name in ("ct", "pt"):
        if name in meter:
            primary, secondary = (non_negative(side, f"{at}.{name}") for side in meter[name])
            if secondary == 0:
                raise Refused("zero_ratio", f"{at}.{name}")
            factor *= primary / secondary
    return factor


def _advance(meter: dict[str, Any], name: str, at: str) -> Fraction:
    """How far a register moved; one that ran backwards is a rollover only if the reading says so."""
    where = f"{at}.registers.{name}"
    pair = meter["registers"][name]
    if len(pair) != 2:
        raise Refused("two_readings_needed", where)
    start, end = (non_negative(reading, where) for reading in pair)
    if "digits" in meter and max(start, end) >= Fraction(10) ** int(meter["digits"]):
        raise Refused("reading_beyond_digits", where)
    if end >= start:
        return end - start
    if not meter.get("rollover"):
        raise Refused("register_backwards", where)
    if "digits" not in meter:
        raise Refused("digits_needed", where)
    return Fraction(10) ** int(meter["digits"]) + end - start


def _read_meters(meters: list[dict[str, Any]], grid: int, by_period: bool) -> Quantities:
    """Advances of all meters are added exactly, a register kind is rounded once, additions come after."""
    places = [f"meters[{index}]" for index in range(len(meters))]
    multipliers = [_multiplier(meter, at) for meter, at in zip(meters, places, strict=True)]
    moved = [
        {name: _advance(meter, name, at) * by for name in meter.get("registers") or {} if name != "demand"}
        for meter, at, by in zip(meters, places, multipliers, strict=True)
    ]
    found = _active(moved, by_period, grid, "meters")
    reactive: dict[str, Fraction] = {}
    for name in ("reactive_import", "reactive_export"):
        if any(name in one for one in moved):
            reactive[name] = half_up(sum((one.get(name, ZERO) for one in moved), ZERO), grid)
    for meter, at in zip(meters, places, strict=True):
        _add(meter.get("add") or {}, found, reactive, grid, f"{at}.add")
    if reactive:
        found.reactive = sum((abs(kvarh) for kvarh in reactive.values()), ZERO)
    demands = [_read_demand(meter, by, at) for meter, at, by in zip(meters, places, multipliers, strict=True)]
    if any(demand is not None for demand in demands):
        found.demand = sum((demand or ZERO for demand in demands), ZERO)
    if len(set(multipliers)) == 1:
        found.multiplier = multipliers[0]
    return found


def _add(add: dict[str, Any], found: Quantities, reactive: dict[str, Fraction], grid: int, at: str) -> None:
    """Additions raise their period, and the total too unless the total has an addition of its own."""
    exact = {name: number(value, f"{at}.{name}") for name, value in add.items() if name != "demand"}
    whole = {name: half_up(value, grid) for name, value in exact.items()}
    in_periods = [name for name in PERIODS if name in add]
    for name in in_periods:
        found.periods[name] = found.periods.get(name, ZERO) + whole[name]
    if "total" in add:
        in_periods = ["total"]
    if in_periods:
        found.total = (found.total or ZERO) + sum((whole[name] for name in in_periods), ZERO)
        found.unrounded_total += sum((exact[name] for name in in_periods), ZERO)
    for name in ("reactive_import", "reactive_export"):
        if name in add:
            reactive[name] = reactive.get(name, ZERO) + whole[name]


def _read_demand(meter: dict[str, Any], multiplier: Fraction, at: str) -> Fraction | None:
    demand = None
    if "demand" in (meter.get("registers") or {}):
        (reading,) = meter["registers"]["demand"]
        demand = non_negative(reading, f"{at}.registers.demand") * multiplier
    if "demand" in (meter.get("add") or {}):
        demand = (demand or ZERO) + number(meter["add"]["demand"], f"{at}.add.demand")
    return demand


def _read_usage(usage: dict[str, Any], grid: int, by_period: bool) -> Quantities:
    given = {
        name.removesuffix("_kwh"): number(value, f"usage.{name}")
        for name, value in usage.items()
        if name.endswith("_kwh")
    }
    found = _active([given], by_period, grid, "usage")
    if "reactive_kvarh" in usage:
        found.reactive = abs(half_up(number(usage["reactive_kvarh"], "usage.reactive_kvarh"), grid))
    else:
        for name in ("reactive_import_kvarh", "reactive_export_kvarh"):
            if name in usage:
                kvarh = abs(half_up(number(usage[name], f"usage.{name}"), grid))
                found.reactive = (found.reactive or ZERO) + kvarh
    if "demand_kw" in usage:
        found.demand = non_negative(usage["demand_kw"], "usage.demand_kw")
    return found


def _active(moved: list[dict[str, Fraction]], by_period: bool, grid: int, at: str) -> Quantities:
    """Total wins over the sum of periods; a missing flat is total minus the others."""
    measured = [one for one in moved if {"total", *PERIODS} & set(one)]
    exact = {
        name: sum((one.get(name, ZERO) for one in measured), ZERO)
        for name in PERIODS
        if any(name in one for one in measured)
    }
    periods = {name: half_up(kwh, grid) for name, kwh in exact.items()}
    totals = [one.get("total", _sum_of_periods(one)) for one in measured]
    if not any("total" in one for one in measured):
        total = sum(periods.values(), ZERO) if periods else None
    else:
        total = half_up(sum(totals, ZERO), grid)
    without_flat = [one for one in measured if "total" in one and "flat" not in one]
    if by_period and total is not None and without_flat:
        if "flat" in exact:
            rest = sum((one["total"] - _sum_of_periods(one) for one in without_flat), ZERO)
            periods["flat"] = half_up(exact["flat"] + rest, grid)
        else:
            periods["flat"] = total - sum(periods.values(), ZERO)
        if periods["flat"] < 0:
            raise Refused("periods_exceed_total", f"{at}.total")
    return Quantities(total=total, periods=periods, unrounded_total=sum(totals, ZERO))


def _sum_of_periods(one: dict[str, Fraction]) -> Fraction:
    return sum((one[name] for name in PERIODS if name in one), ZERO)


def add_losses(case: dict[str, Any], found: Quantities, grid: int) -> None:
    """Add transformer loss, then line loss on metered plus transformer loss; both kinds of energy."""
    loss, reactive_loss = _transformer_loss(case.get("transformer_loss"), found, grid)
    if "line_loss_ratio" in case:
        ratio = non_negative(case["line_loss_ratio"], "line_loss_ratio")
        loss = (loss or ZERO) + half_up(((found.total or ZERO) + (loss or ZERO)) * ratio, grid)
        reactive = (found.reactive or ZERO) + reactive_loss
        reactive_loss += half_up(reactive * ratio, grid)
    if found.reactive is not None or reactive_loss:
        found.reactive = (found.reactive or ZERO) + reactive_loss
    if loss is None:
        return
    found.loss = loss
    found.total = (found.total or ZERO) + loss
    found.unrounded_total += loss
    if _is_by_period(case):
        if not sum(found.periods.values(), ZERO):
            found.periods["flat"] = found.periods.get("flat", ZERO) + loss
        else:
            for name, part in spread(loss, found.periods, grid).items():
                found.periods[name] += part


def _transformer_loss(loss: dict[str, Any] | None, found: Quantities, grid: int) -> tuple[Fraction | None, Fraction]:
    if loss is None:
        return None, ZERO

    def fact(name: str, default: str | None = None) -> Fraction:
        if name not in loss and default is None:
            raise Refused("missing", f"transformer_loss.{name}")
        return non_negative(loss.get(name, default), f"transformer_loss.{name}")

    active = found.total or ZERO
    if loss.get("method") is None:
        return half_up(fact("active_kwh", "0"), grid), half_up(fact("reactive_kvarh", "0"), grid)
    if loss["method"] == "ratio":
        iron, copper = fact("iron_kwh"), fact("copper_ratio") * active
        return half_up(iron, grid) + half_up(copper, grid), ZERO
    hours, kva = fact("hours", "720"), fact("sn_kva")
    squares = active**2 + (found.reactive or ZERO) ** 2
    if squares and not (kva and hours):
        raise Refused("zero_rating", "transformer_loss.sn_kva")
    load = squares / (kva**2 * hours) * fact("k", "1") if squares else ZERO
    iron, copper = fact("p0_kw") * hours, load * fact("pk_kw")
    iron_q, copper_q = fact("i0_percent") / 100 * kva * hours, load * fact("uk_percent") / 100 * kva
    return (
        half_up(iron, grid) + half_up(copper, grid),
        half_up(iron_q, grid) + half_up(copper_q, grid),
    )


def spread(kwh: Fraction, periods: dict[str, Fraction], grid: int) -> dict[str, Fraction]:
    """Part a quantity over the periods in proportion: rounded down, the rest to the largest remainders."""
    whole = sum(periods.values(), ZERO)
    step = Fraction(1, 10**grid)
    exact = {name: kwh * periods[name] / whole for name in EQUAL_REMAINDERS if name in periods}
    parts = {name: part // step * step for name, part in exact.items()}
    steps_left = int((kwh - sum(parts.values(), ZERO)) / step)
    by_remainder = sorted(parts, key=lambda name: parts[name] - exact[name])
    for name in by_remainder[:steps_left]:
        parts[name] += step
    return parts


def take_shares(case: dict[str, Any], main: Quantities, grid: int) -> list[Share]:
    """Take the shares out of the main quantities: fixed ones first, each cut to what is there."""
    listed = case.get("shares") or []
    billed = main.total or ZERO
    taken: dict[int, Share] = {}
    for kind in ("fixed_kwh", "ratio"):
        for index, facts in enumerate(listed):
            at = f"shares[{index}]"
            if ("fixed_kwh" in facts) == ("ratio" in facts):
                raise Refused("fixed_or_ratio", at)
            if kind in facts:
                wanted = non_negative(facts[kind], f"{at}.{kind}") * (billed if kind == "ratio" else 1)
                kwh = _take(half_up(wanted, grid), facts.get("taken_from"), main, grid, at)
                taken[index] = Share(facts=facts, kwh=kwh)
    return [taken[index] for index in sorted(taken)]


def _take(kwh: Fraction, source: str | None, main: Quantities, grid: int, at: str) -> Fraction:
    if source is not None and source not in PERIODS:
        raise Refused("unknown_value", f"{at}.taken_from")
    kwh = min(kwh, main.total or ZERO)
    if source is not None and main.periods:
        kwh = min(kwh, main.periods.get(source, ZERO))
        parts = {source: kwh}
    else:
        there = sum(main.periods.values(), ZERO)
        parts = spread(min(kwh, there), main.periods, grid) if there else {}
    for name, part in parts.items():
        main.periods[name] = main.periods.get(name, ZERO) - part
    main.total = (main.total or ZERO) - kwh
    return kwh
