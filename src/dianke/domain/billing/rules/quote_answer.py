"""From one point of a calculation to the answer of a quote."""

from fractions import Fraction
from typing import Any

from dianke.domain.billing.rules.quote_numbers import fixed_text, plain_text, round_fraction
from dianke.engine.types import PERIODS, Calculation, LineColumn, Quantities

AVERAGE_DECIMALS = 10
_LEAST_AVERAGE_DECIMALS = 4

FAULT_MESSAGES = {
    "register_backwards": "a register runs backwards without a rollover",
    "flat_negative": "the other periods are more than the total",
    "quantity_negative": "the energy is negative",
    "negative_main": "the sub-meters are more than the main meter",
    "price_missing": "there is energy in this period and no price for it",
    "quantity_missing": "charges on energy need energy: give a total or periods",
    "demand_missing": "the demand charge needs a demand",
    "capacity_missing": "the capacity is needed",
    "power_factor_undefined": "there is reactive energy without active energy: no power factor is defined",
}


def answer_point(calculation: Calculation, point: int, *, case_id: object) -> dict[str, Any]:
    """Return the answer for a point that could be calculated."""
    rounding = calculation.plan.rounding
    answer: dict[str, Any] = {"id": case_id, "quantities": _quantities(calculation, point)}
    factor = calculation.power_factor
    if factor is not None:
        if factor.is_defined[point]:
            answer["power_factor"] = fixed_text(factor.value[point], factor.decimals)
        answer["power_factor_percent"] = plain_text(factor.percent[point], calculation.plan.scales.percent)
    lines = [line for line in calculation.lines if line.present is None or line.present[point]]
    answer["lines"] = [_line(line, point) for line in lines]
    written = {line.section for line in lines if not line.is_included}
    answer["subtotals"] = {
        section: fixed_text(amount[point], rounding.line)
        for section, amount in calculation.subtotals.items()
        if section in written
    }
    answer["total"] = fixed_text(calculation.total[point], rounding.total)
    average = _average_price(calculation, point)
    return answer if average is None else {**answer, "average_price": average}


def refuse(case_id: object, errors: list[dict[str, str]]) -> dict[str, Any]:
    """Return the answer for a case that cannot be priced."""
    return {"id": case_id, "errors": errors}


def list_faults(calculation: Calculation, point: int) -> list[dict[str, str]]:
    """Return the engine's faults of a point as errors of its case."""
    return [
        {"field": fault.field, "code": fault.code, "message": FAULT_MESSAGES[fault.code]}
        for fault in calculation.faults
        if point in fault.points
    ]


def _line(line: LineColumn, point: int) -> dict[str, Any]:
    price = line.price if isinstance(line.price, int) else line.price[point]
    row = {
        "code": line.code,
        "name": line.name,
        "quantity": plain_text(line.quantity[point], line.quantity_scale, line.quantity_divisor),
        "unit": line.unit,
        "price": plain_text(price, line.price_scale, line.price_divisor),
        "amount": fixed_text(line.amount[point], line.amount_scale),
        "rule": line.rule,
    }
    return {**row, "included": True} if line.is_included else row


def _quantities(calculation: Calculation, point: int) -> dict[str, str]:
    found, scales = calculation.quantities, calculation.plan.scales
    shown: dict[str, str] = {}
    if found.total_kwh is not None and found.has_total is not None and found.has_total[point]:
        shown["total_kwh"] = plain_text(found.total_kwh[point], scales.energy)
    for period in PERIODS:
        if any(period in present and present[period][point] for present in found.present):
            kwh = sum(int(part[period][point]) for part in found.parts if period in part)
            shown[f"{period}_kwh"] = plain_text(kwh, scales.energy)
    if found.reactive_kvarh is not None and found.has_reactive is not None and found.has_reactive[point]:
        shown["reactive_kvarh"] = plain_text(found.reactive_kvarh[point], scales.energy)
    if found.demand_kw is not None and found.has_demand is not None and found.has_demand[point]:
        shown["demand_kw"] = plain_text(found.demand_kw[point], scales.demand)
    if found.billed_demand_kw is not None:
        shown["billed_demand_kw"] = plain_text(found.billed_demand_kw[point], scales.demand)
    loss = _loss_kwh(found, point)
    return shown if loss is None else {**shown, "loss_kwh": plain_text(loss, scales.energy)}


def _loss_kwh(found: Quantities, point: int) -> int | None:
    losses = (found.copper_loss_kwh, found.iron_loss_kwh, found.line_loss_kwh)
    if all(loss is None for loss in losses):
        return None
    return sum(int(loss[point]) for loss in losses if loss is not None)


def _average_price(calculation: Calculation, point: int) -> str | None:
    """Total over total kWh, with at least four decimals."""
    total_kwh = calculation.quantities.total_kwh
    if total_kwh is None or not total_kwh[point]:
        return None
    plan = calculation.plan
    total = Fraction(int(calculation.total[point]), 10**plan.rounding.total)
    average = total / Fraction(int(total_kwh[point]), 10**plan.scales.energy)
    text = fixed_text(round_fraction(average, decimals=AVERAGE_DECIMALS), AVERAGE_DECIMALS)
    shortest = len(text) - (AVERAGE_DECIMALS - _LEAST_AVERAGE_DECIMALS)
    return text[:shortest] + text[shortest:].rstrip("0")
