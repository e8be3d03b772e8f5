"""Power factor and the percentage it costs or saves (方法 of 1983, or a table of the case)."""

from fractions import Fraction
from typing import Any

from tests.twin.numbers import Refused, cosine, half_up, non_negative, number, text

ZERO = Fraction(0)
POINT = Fraction(1, 100)

# The closed form, in steps: (lowest pf of the step, percent at `anchor`, percent per point below, anchor).
# Only the breakpoints of a standard differ; the steps are those of the printed tables.
STANDARD_TABLES = {
    "0.90": [
        ("0.95", "-0.75", "0", "0.95"),
        ("0.90", "0", "0.15", "0.90"),
        ("0.70", "0", "0.5", "0.90"),
        ("0.65", "10", "1", "0.70"),
        ("0.00", "15", "2", "0.65"),
    ],
    "0.85": [
        ("0.94", "-1.10", "0", "0.94"),
        ("0.90", "-0.5", "0.15", "0.90"),
        ("0.85", "0", "0.1", "0.85"),
        ("0.65", "0", "0.5", "0.85"),
        ("0.60", "10", "1", "0.65"),
        ("0.00", "15", "2", "0.60"),
    ],
    "0.80": [
        ("0.92", "-1.30", "0", "0.92"),
        ("0.91", "-1.15", "0", "0.91"),
        ("0.80", "0", "0.1", "0.80"),
        ("0.60", "0", "0.5", "0.80"),
        ("0.55", "10", "1", "0.60"),
        ("0.00", "15", "2", "0.55"),
    ],
}


def power_factor_of(facts: dict[str, Any], active: Fraction, reactive: Fraction, decimals: int) -> Fraction | None:
    """Return the rounded power factor; None when nothing flowed."""
    if "value" in facts:
        value = non_negative(facts["value"], "power_factor.value")
        if value > 1:
            raise Refused("power_factor_above_one", "power_factor.value")
        return half_up(value, decimals)
    if active == 0 and reactive == 0:
        return None
    if active == 0:
        raise Refused("power_factor_undefined", "power_factor")
    return cosine(active, reactive, decimals)


def percent_of(facts: dict[str, Any], value: Fraction | None) -> Fraction:
    """Return the percentage; positive is a surcharge."""
    if ("standard" in facts) == ("table" in facts):
        raise Refused("standard_or_table", "power_factor")
    steps = []
    if "standard" in facts:
        standard = text(number(facts["standard"], "power_factor.standard"), 2)
        if standard not in STANDARD_TABLES:
            raise Refused("unknown_value", "power_factor.standard")
        steps = STANDARD_TABLES[standard]
    if value is None:
        return ZERO
    if "table" in facts:
        return _custom(facts["table"], value)
    at_two_decimals = half_up(value, 2)
    for lowest, percent, per_point, anchor in steps:
        if at_two_decimals >= Fraction(lowest):
            points = (Fraction(anchor) - at_two_decimals) / POINT
            return Fraction(percent) + Fraction(per_point) * points
    raise Refused("power_factor_undefined", "power_factor")


def _custom(table: list[dict[str, Any]], value: Fraction) -> Fraction:
    """Add up all rows whose limit is above the power factor, each down to the next row's limit."""
    rows = sorted(table, key=lambda row: number(row["below"], "power_factor.table.below"), reverse=True)
    limits = [number(row["below"], "power_factor.table.below") for row in rows] + [ZERO]
    percent = ZERO
    for row, limit, next_limit in zip(rows, limits, limits[1:], strict=False):
        if value < limit:
            points = (limit - max(value, next_limit)) / POINT
            percent += number(row.get("percent", "0"), "power_factor.table.percent")
            percent += number(row.get("per_point", "0"), "power_factor.table.per_point") * points
    return percent
