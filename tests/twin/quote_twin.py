"""
The whole contract of `quote`, slowly: one case in, one priced case out, in exact fractions.

Nothing here is shared with the product. Where the two disagree, the text of the contract decides.
"""

from fractions import Fraction
from typing import Any

from tests.twin.basic import basic_lines, period_of
from tests.twin.lines import Line
from tests.twin.numbers import Refused, half_up, non_negative, number, text
from tests.twin.power_factor import percent_of, power_factor_of
from tests.twin.schema import PERIODS, ROUNDING, check_keys, check_rounding
from tests.twin.usage import Quantities, Share, add_losses, measure, take_shares

ZERO = Fraction(0)
SUBTOTALS = ("basic", "energy", "shares", "power_factor", "funds", "fixed", "tax")


def quote(case: dict[str, Any]) -> dict[str, Any]:
    """Price a case, or say why it is refused."""
    try:
        return _price(case)
    except Refused as refused:
        error = {"field": refused.field, "code": refused.code, "message": refused.message}
        return {"id": case.get("id"), "errors": [error]}


def _price(case: dict[str, Any]) -> dict[str, Any]:
    check_keys(case)
    period_of(case)
    rounding = {**ROUNDING, **(case.get("rounding") or {})}
    check_rounding(rounding)
    months = non_negative(case.get("months", "1"), "months")
    found = measure(case, rounding["quantity"])
    add_losses(case, found, rounding["quantity"])
    main = Quantities(total=found.total, periods=dict(found.periods))
    shares = take_shares(case, main, rounding["quantity"])

    main.priced = _priced_kwh(case, main)

    lines, billed_demand = basic_lines(case, found, months, rounding)
    lines += _energy(case.get("energy_price"), main, months) + _per_kwh(case, main)
    lines += [_share_line(share, index) for index, share in enumerate(shares)]
    funds = _funds(case, main, shares)
    factor, percent, power_factor = _power_factor(case, found, shares, lines + funds, rounding)
    lines += power_factor + funds + _fixed(case, months)
    lines += _tax(case, lines, rounding)
    return _answer(case, found, billed_demand, factor, percent, lines, rounding)


def _priced_kwh(case: dict[str, Any], main: Quantities) -> Fraction:
    """Funds fall on the kWh of the energy charge; these differ from the total if a flat register was read."""
    by_period = any(name in (case.get("energy_price") or {}) for name in PERIODS)
    return sum(main.periods.values(), ZERO) if by_period else main.total or ZERO


def _energy(prices: dict[str, Any] | None, main: Quantities, months: Fraction) -> list[Line]:
    if prices is None:
        return []
    single, by_period = "single" in prices, [name for name in PERIODS if name in prices]
    if single and by_period:
        raise Refused("single_or_periods", "energy_price.single")
    if not (single or by_period or prices.get("tiers")):
        raise Refused("missing", "energy_price.single")
    lines = []
    if single:
        lines.append(_priced("energy.single", main.total or ZERO, prices["single"], "energy_price.single"))
    if by_period:
        lines += _periods(prices, main)
    if prices.get("tiers"):
        lines += _tiers(prices, main.total or ZERO, months, "surcharge" if single or by_period else "price")
    return lines


def _periods(prices: dict[str, Any], main: Quantities) -> list[Line]:
    lines = []
    for name in PERIODS:
        kwh = main.periods.get(name, ZERO)
        if name in prices:
            lines.append(_priced(f"energy.{name}", kwh, prices[name], f"energy_price.{name}"))
        elif kwh:
            raise Refused("price_missing", f"energy_price.{name}")
    return lines


def _tiers(prices: dict[str, Any], kwh: Fraction, months: Fraction, kind: str) -> list[Line]:
    """Part the kWh at the limits (inclusive), after what was used before; limits are those of the months."""
    at = non_negative(prices.get("used_before_kwh", "0"), "energy_price.used_before_kwh")
    upto = at + kwh
    lines = []
    below = ZERO
    for index, tier in enumerate(prices["tiers"]):
        where = f"energy_price.tiers[{index}]"
        if kind not in tier or len({"price", "surcharge"} & set(tier)) != 1:
            raise Refused("missing", f"{where}.{kind}")
        open_end = tier.get("up_to_kwh") is None
        if open_end and index < len(prices["tiers"]) - 1:
            raise Refused("tiers_not_rising", where)
        limit = upto if open_end else non_negative(tier["up_to_kwh"], f"{where}.up_to_kwh") * months
        if not open_end and limit <= below and months:
            raise Refused("tiers_not_rising", where)
        inside = max(ZERO, min(upto, limit) - max(at, below))
        lines.append(_priced(f"energy.tier{index + 1}", inside, tier[kind], f"{where}.{kind}"))
        below = limit
    if upto > below:
        raise Refused("beyond_last_tier", "energy_price.tiers")
    return lines


def _priced(code: str, kwh: Fraction, price: Any, at: str) -> Line:
    each = number(price, at)
    return Line(code, code.partition(".")[0], kwh, "kWh", each, kwh * each)


def _per_kwh(case: dict[str, Any], main: Quantities) -> list[Line]:
    lines = []
    for index, row in enumerate(case.get("per_kwh") or []):
        line = _priced(f"per_kwh.{row['name']}", main.priced, row["price"], f"per_kwh[{index}].price")
        line.subtotal = "energy"
        lines.append(line)
    return lines


def _share_line(share: Share, index: int) -> Line:
    if "price" not in share.facts:
        raise Refused("missing", f"shares[{index}].price")
    line = _priced(f"share.{share.facts['name']}", share.kwh, share.facts["price"], f"shares[{index}].price")
    line.subtotal = "shares"
    line.is_in_power_factor_base = share.facts.get("in_power_factor_base", False)
    return line


def _funds(case: dict[str, Any], main: Quantities, shares: list[Share]) -> list[Line]:
    bearing = sum((share.kwh for share in shares if share.facts.get("funds") is not False), ZERO)
    lines = []
    for index, fund in enumerate(case.get("funds") or []):
        on = fund.get("on", "all")
        if on not in ("all", "main"):
            raise Refused("unknown_value", f"funds[{index}].on")
        kwh = main.priced + (bearing if on == "all" else ZERO)
        line = _priced(f"fund.{fund['name']}", kwh, fund["price"], f"funds[{index}].price")
        line.subtotal = "funds"
        line.is_included = bool(fund.get("included", False))
        lines.append(line)
    return lines


def _power_factor(
    case: dict[str, Any],
    found: Quantities,
    shares: list[Share],
    lines: list[Line],
    rounding: dict[str, Any],
) -> tuple[Fraction | None, Fraction | None, list[Line]]:
    facts = case.get("power_factor")
    if facts is None:
        return None, None, []
    beside = sum((share.kwh for share in shares if share.facts.get("in_power_factor") is False), ZERO)
    active = (found.total or ZERO) - beside
    factor = power_factor_of(facts, active, found.reactive or ZERO, rounding["power_factor"])
    percent = percent_of(facts, factor)
    base_kind = facts.get("base", "without_funds")
    if base_kind not in ("with_funds", "without_funds"):
        raise Refused("unknown_value", "power_factor.base")
    base = ZERO
    for line in lines:
        amount = line.counts_as(rounding)
        if line.subtotal != "funds":
            base += amount if line.is_in_power_factor_base else ZERO
        elif base_kind == "with_funds":
            base += ZERO if line.is_included else amount
        else:
            base -= amount if line.is_included else ZERO
    adjusted = Line("power_factor", "power_factor", base, "CNY", percent, base * percent / 100)
    return factor, percent, [adjusted]


def _fixed(case: dict[str, Any], months: Fraction) -> list[Line]:
    lines = []
    for index, row in enumerate(case.get("fixed_charges") or []):
        amount = number(row["amount"], f"fixed_charges[{index}].amount")
        lines.append(Line(f"fixed.{row['name']}", "fixed", months, "month", amount, amount * months))
    return lines


def _tax(case: dict[str, Any], lines: list[Line], rounding: dict[str, Any]) -> list[Line]:
    if "tax_ratio" not in case:
        return []
    ratio = non_negative(case["tax_ratio"], "tax_ratio")
    taxed = sum((line.counts_as(rounding) for line in lines if not line.is_included), ZERO)
    return [Line("tax", "tax", taxed, case.get("currency", "CNY"), ratio, taxed * ratio)]


def _answer(
    case: dict[str, Any],
    found: Quantities,
    billed_demand: Fraction | None,
    factor: Fraction | None,
    percent: Fraction | None,
    lines: list[Line],
    rounding: dict[str, Any],
) -> dict[str, Any]:
    counted = [line for line in lines if not line.is_included]
    total = half_up(sum((line.counts_as(rounding) for line in counted), ZERO), rounding["total"])
    answer: dict[str, Any] = {"id": case.get("id"), "quantities": _shown_quantities(found, billed_demand)}
    if factor is not None:
        answer["power_factor"] = text(factor, rounding["power_factor"])
    if percent is not None:
        answer["power_factor_percent"] = text(percent)
    answer["lines"] = [line.shown(rounding) for line in lines]
    answer["subtotals"] = {}
    for name in SUBTOTALS:
        amounts = [line.counts_as(rounding) for line in counted if line.subtotal == name]
        if amounts:
            answer["subtotals"][name] = text(sum(amounts, ZERO), rounding["line"])
    answer["total"] = text(total, rounding["total"])
    if found.total:
        answer["average_price"] = text(half_up(total / found.total, 8), 8)
    return answer


def _shown_quantities(found: Quantities, billed_demand: Fraction | None) -> dict[str, str]:
    shown = {
        "multiplier": found.multiplier,
        "total_kwh": found.total,
        **{f"{name}_kwh": found.periods.get(name) for name in PERIODS},
        "reactive_kvarh": found.reactive,
        "demand_kw": found.demand,
        "billed_demand_kw": billed_demand,
        "loss_kwh": found.loss,
    }
    return {name: text(value) for name, value in shown.items() if value is not None}
