"""Basic charge: capacity in use, contract demand with floor and band, actual demand, load discount."""

from datetime import date
from fractions import Fraction
from typing import Any

from tests.twin.lines import Line
from tests.twin.numbers import Refused, non_negative
from tests.twin.usage import Quantities

ZERO = Fraction(0)
SHORTEST_SUSPENSION_DAYS = 15
MONTH_DAYS = 30


def day(value: Any, at: str) -> date:
    """Read an ISO date."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Refused("not_a_date", at) from None


def period_of(case: dict[str, Any]) -> tuple[date, date] | None:
    """Return the half-open billing period, if the case has one."""
    if case.get("period") is None:
        return None
    start, end = (day(case["period"].get(side), f"period.{side}") for side in ("start", "end"))
    if end <= start:
        raise Refused("period_empty", "period.end")
    return start, end


def capacity_in_use(case: dict[str, Any]) -> Fraction:
    """Return the kVA that count, each for its part of the month; an interlock group counts its largest."""
    period = period_of(case)
    counted = ZERO
    groups: dict[Any, Fraction] = {}
    for index, entry in enumerate(case.get("capacity") or []):
        kva = _kva_for_its_days(entry, period, f"capacity[{index}]")
        group = entry.get("interlock")
        if group is None:
            counted += kva
        else:
            groups[group] = max(groups.get(group, ZERO), kva)
    return counted + sum(groups.values(), ZERO)


def floor_capacity(case: dict[str, Any]) -> Fraction:
    """Return the kVA of all rows that counted for some of the month, unprorated."""
    period = period_of(case)
    counted = ZERO
    groups: dict[Any, Fraction] = {}
    for index, entry in enumerate(case.get("capacity") or []):
        if _kva_for_its_days(entry, period, f"capacity[{index}]"):
            kva = non_negative(entry["kva"], f"capacity[{index}].kva")
            group = entry.get("interlock")
            if group is None:
                counted += kva
            else:
                groups[group] = max(groups.get(group, ZERO), kva)
    return counted + sum(groups.values(), ZERO)


def _kva_for_its_days(entry: dict[str, Any], period: tuple[date, date] | None, at: str) -> Fraction:
    if "kva" not in entry:
        raise Refused("missing", f"{at}.kva")
    kva = non_negative(entry["kva"], f"{at}.kva")
    part = _part_of_month(entry, period, at)
    state = entry.get("state", "running")
    if state not in ("running", "hot_standby", "cold_sealed"):
        raise Refused("unknown_value", f"{at}.state")
    return ZERO if state == "cold_sealed" else kva * part


def _part_of_month(entry: dict[str, Any], period: tuple[date, date] | None, at: str) -> Fraction:
    """A whole period counts 1 whatever its length; else the days, at most 30, over 30."""
    has_dates = "from" in entry or "to" in entry
    if period is None and (has_dates or entry.get("suspended")):
        raise Refused("period_needed", at)
    if "days" in entry and has_dates:
        raise Refused("days_and_dates", f"{at}.days")
    if period is None or "days" in entry:
        days = non_negative(entry.get("days", "30"), f"{at}.days")
        sealed = len(_sealed_days(entry, *period, at)) if period is not None else 0
        return min(max(days - sealed, ZERO), Fraction(MONTH_DAYS)) / MONTH_DAYS
    start, end = period
    from_day = day(entry["from"], f"{at}.from") if "from" in entry else start
    to_day = day(entry["to"], f"{at}.to") if "to" in entry else end
    if "from" in entry and "to" in entry and to_day < from_day:
        raise Refused("period_empty", f"{at}.to")
    used = set(range(max(from_day, start).toordinal(), min(to_day, end).toordinal()))
    used -= _sealed_days(entry, start, end, at)
    if len(used) == (end - start).days:
        return Fraction(1)
    return Fraction(min(len(used), MONTH_DAYS), MONTH_DAYS)


def _sealed_days(entry: dict[str, Any], start: date, end: date, at: str) -> set[int]:
    """Return the days of the period inside suspensions whose own length is 15 days or more."""
    inside: set[int] = set()
    for index, suspension in enumerate(entry.get("suspended") or []):
        where = f"{at}.suspended[{index}]"
        sealed = day(suspension.get("from"), f"{where}.from")
        unsealed = day(suspension.get("to"), f"{where}.to")
        if unsealed < sealed:
            raise Refused("period_empty", f"{where}.to")
        if (unsealed - sealed).days >= SHORTEST_SUSPENSION_DAYS:
            inside |= set(range(max(sealed, start).toordinal(), min(unsealed, end).toordinal()))
    return inside


def basic_lines(
    case: dict[str, Any], found: Quantities, months: Fraction, rounding: dict[str, Any]
) -> tuple[list[Line], Fraction | None]:
    """Return the lines of the basic charge and the demand it is billed on."""
    facts = case.get("basic_charge")
    if facts is None:
        return [], None
    if "price" not in facts:
        raise Refused("missing", "basic_charge.price")
    price = non_negative(facts["price"], "basic_charge.price")
    mode = facts.get("mode")
    if mode == "capacity":
        kva = capacity_in_use(case)
        return [Line("basic.capacity", "basic", kva, "kVA", price, kva * price * months)], None
    if mode == "actual_demand":
        below, excess, multiple = found.demand or ZERO, ZERO, Fraction(1)
    elif mode == "contract_demand":
        below, excess, multiple = _contract(case, facts, found.demand or ZERO)
    else:
        raise Refused("unknown_value", "basic_charge.mode")
    lines = [Line("basic.demand", "basic", below, "kW", price, below * price * months)]
    if excess:
        lines.append(Line("basic.excess", "basic", excess, "kW", price * multiple, excess * price * multiple * months))
    if facts.get("discount"):
        lines += _discount(case, facts["discount"], found, lines, rounding)
    return lines, below + multiple * excess


def _contract(case: dict[str, Any], facts: dict[str, Any], demand: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """Contract value, at least the floor; over the band the excess is charged at a multiple."""
    if "contract_kw" not in facts:
        raise Refused("missing", "basic_charge.contract_kw")
    declared = non_negative(facts["contract_kw"], "basic_charge.contract_kw")
    floor = non_negative(facts.get("floor_ratio", "0.40"), "basic_charge.floor_ratio")
    contract = max(declared, floor * floor_capacity(case))
    band = contract * non_negative(facts.get("band_ratio", "1.05"), "basic_charge.band_ratio")
    multiple = non_negative(facts.get("excess_multiple", "2"), "basic_charge.excess_multiple")
    base = facts.get("excess_base", "contract")
    if base not in ("contract", "band"):
        raise Refused("unknown_value", "basic_charge.excess_base")
    if demand <= band:
        return contract, ZERO, multiple
    return (band if base == "band" else contract), demand - band, multiple


def _discount(
    case: dict[str, Any],
    facts: dict[str, Any],
    found: Quantities,
    lines: list[Line],
    rounding: dict[str, Any],
) -> list[Line]:
    """(ratio - 1) x (demand + excess) when the kWh per listed kVA, sealed ones too, reach the limit."""
    limit = non_negative(facts.get("kwh_per_kva", "260"), "basic_charge.discount.kwh_per_kva")
    ratio = non_negative(facts.get("ratio", "0.90"), "basic_charge.discount.ratio")
    listed = sum((non_negative(entry["kva"], "capacity.kva") for entry in case.get("capacity") or []), ZERO)
    if not listed or found.unrounded_total < limit * listed:
        return []
    charged = sum((line.counts_as(rounding) for line in lines), ZERO)
    return [Line("basic.discount", "basic", charged, "CNY", ratio - 1, charged * (ratio - 1))]
