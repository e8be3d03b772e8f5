"""Answers side by side: figures as exact numbers, a missing line as a zero one."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.twin.numbers import half_up

from dianke.engine.types import Calculation, LineColumn

Case = dict[str, Any]
REFUSED = {"refused": True}


def amounts_of_point(calculation: Calculation, point: int) -> dict[str, Any]:
    """Return the lines that are not zero and the total of one point of a calculated fleet."""
    if calculation.is_faulty[point]:
        return REFUSED
    total_scale = calculation.plan.rounding.total
    return {
        "total": Fraction(int(calculation.total[point]), 10**total_scale),
        **{
            line.code: Fraction(int(line.amount[point]), 10**line.amount_scale)
            for line in calculation.lines
            if _is_present(line, point) and line.amount[point]
        },
    }


def _is_present(line: LineColumn, point: int) -> bool:
    return line.present is None or bool(line.present[point])


def amounts_of_answer(answer: Case) -> dict[str, Any]:
    """Return the lines that are not zero and the total of an answered case."""
    if "errors" in answer:
        return REFUSED
    amounts = {line["code"]: Fraction(Decimal(line["amount"])) for line in answer["lines"]}
    return {
        "total": Fraction(Decimal(answer["total"])),
        **{code: amount for code, amount in amounts.items() if amount},
    }


def differences(product: Case, twin: Case) -> list[str]:
    """Return one sentence for every figure of two answers that is not the same number."""
    if "errors" in product or "errors" in twin:
        refusals = [sorted(error["code"] for error in one.get("errors", [])) for one in (product, twin)]
        return [] if all(refusals) else [f"refused: {refusals}"]
    left, right = _figures(product), _figures(twin)
    return [
        f"{path}: product {left.get(path)}, twin {right.get(path)}"
        for path in sorted({*left, *right})
        if left.get(path) != right.get(path)
    ]


def _figures(answer: Case) -> dict[str, Any]:
    figures = {key: answer.get(key) for key in ("power_factor", "power_factor_percent")}
    for block in ("quantities", "subtotals"):
        figures |= {f"{block}.{key}": value for key, value in answer[block].items()}
    exact = {path: Fraction(Decimal(value)) for path, value in figures.items() if value is not None}
    if "average_price" in answer:
        exact["average_price"] = half_up(Fraction(Decimal(answer["average_price"])), 4)
    return {**exact, **amounts_of_answer(answer)}
