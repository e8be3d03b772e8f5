"""
Open a bill into its calculation, from its frozen basis alone.

Readings, multipliers and prices may have changed since: nothing here looks at them.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from dianke.domain.billing.rules.explain_charges import ChargeExplainer
from dianke.domain.billing.rules.explain_energy import PERIODS, EnergyExplainer
from dianke.domain.billing.rules.explanations import (
    Explanation,
    Line,
    LineExplanation,
    Part,
    Step,
    average_price,
    lines_of,
    money,
    plain,
    split_tax,
)
from dianke.domain.billing.rules.replay import replay_case

__all__ = [
    "Explanation",
    "Line",
    "LineExplanation",
    "Part",
    "Step",
    "average_price",
    "explain_bill",
    "lines_of",
    "money",
    "plain",
    "split_tax",
]


def explain_bill(*, basis: dict[str, Any], lines: Sequence[Line]) -> Explanation:
    """Return the bill's lines with their steps, and what a new calculation of the frozen case gives."""
    before = {row["code"]: row for row in basis.get("stage", {}).get("before", [])}
    if before:
        return _explain_last_stage(basis, lines, before)
    replay = replay_case(basis["case"])
    energy = EnergyExplainer(basis=basis, replay=replay)
    charges = ChargeExplainer(basis=basis, replay=replay, lines={line.code: line for line in lines})
    return Explanation(
        lines=[_explain_line(line, energy, charges) for line in lines],
        losses=energy.list_losses(),
        power_factor=charges.describe_power_factor(),
        quantities={key: str(value) for key, value in replay.answer.get("quantities", {}).items()},
        differences=_find_differences(replay.answer, lines),
        recomputed_total=str(replay.answer.get("total", "")),
    )


def _explain_last_stage(basis: dict[str, Any], lines: Sequence[Line], before: dict[str, Any]) -> Explanation:
    """Return the lines of the whole month with their steps, each ending with what interim bills charged of it."""
    issued = {line.code for line in lines}
    # What was billed to the end already has no line of its own any more.
    gone = [_empty_line(row) for code, row in before.items() if code not in issued]
    whole = [_add(line, before[line.code]) if line.code in before else line for line in (*lines, *gone)]
    found = explain_bill(basis={key: value for key, value in basis.items() if key != "stage"}, lines=whole)
    total = found.recomputed_total
    if total:
        charged = (Decimal(row["amount"]) for row in before.values() if not row["included"])
        total = f"{(Decimal(total) - sum(charged, Decimal(0))).quantize(Decimal('0.01'))}"
    return replace(
        found,
        lines=[
            _leave(one, line) if line.code in before else one for one, line in zip(found.lines, lines, strict=False)
        ],
        recomputed_total=total,
    )


def _empty_line(row: dict[str, Any]) -> Line:
    nothing = Decimal(0)
    price = Decimal(row["price"])
    return Line(row["code"], row["name"], nothing, row["unit"], price, nothing, row["included"], row["rule"])


def _add(line: Line, row: dict[str, Any]) -> Line:
    return replace(line, quantity=line.quantity + Decimal(row["quantity"]), amount=line.amount + Decimal(row["amount"]))


def _leave(whole: LineExplanation, line: Line) -> LineExplanation:
    less = _less(whole.line, line)
    # What stands inside another line is one step of it.
    steps = [replace(step, expression=less.expression, result=less.result) for step in whole.steps]
    return replace(whole, line=line, steps=steps if line.included else [*whole.steps, less])


def _less(whole: Line, left: Line) -> Step:
    expression = f"{plain(whole.amount)} − {plain(whole.amount - left.amount)}"
    return Step("less_interim", expression, money(left.amount), "yuan", "TR-15")


def _explain_line(line: Line, energy: EnergyExplainer, charges: ChargeExplainer) -> LineExplanation:
    kind, _, rest = line.code.partition(".")
    first = rest.partition(".")[0].partition("@")[0]
    if kind == "energy" and first in (*PERIODS, "single"):
        return energy.explain_period(line, first)
    if kind == "energy" and first.removeprefix("tier").isdigit():
        return energy.explain_tier(line, int(first.removeprefix("tier")))
    explainers = {
        "basic": charges.explain_basic,
        "share": charges.explain_share,
        "fund": charges.explain_fund,
        "power_factor": charges.explain_power_factor,
    }
    return explainers.get(kind, charges.explain_other)(line)


def _find_differences(answer: dict[str, Any], lines: Sequence[Line]) -> list[str]:
    if "errors" in answer:
        return [f"{fault['code']} {fault['field']}" for fault in answer["errors"]]
    again = {row["code"]: Decimal(row["amount"]) for row in answer["lines"]}
    issued = {line.code: line.amount for line in lines}
    codes = [code for code in {**again, **issued} if again.get(code, Decimal(0)) != issued.get(code, Decimal(0))]
    return [f"{code}: {issued.get(code, 0)} / {again.get(code, 0)}" for code in codes]
