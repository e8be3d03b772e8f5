"""What must hold for every bill, whoever calculates it: the twin and the product are both asked."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from tests.properties.fleets import as_text, decimals, fleets
from tests.properties.profiles import thorough
from tests.twin.quote_twin import quote

from dianke.domain.billing.rules.quote import quote_case

Case = dict[str, Any]
by_both = pytest.mark.parametrize("price", [quote, quote_case], ids=["twin", "product"])
KINDS = ("total", "peak", "valley", "reactive_import")
NOTHING_IS_ROUNDED = {"quantity": 2, "power_factor": 2, "line": 6, "total": 6, "lines_rounded": True}


@st.composite
def months_of_days(draw: DrawFn) -> tuple[dict[str, list[int]], int]:
    """Draw the register of each kind at every midnight of a month, and a midnight to cut at."""
    days = draw(st.integers(28, 31))
    at_midnight = {}
    for kind in ("peak", "valley", "flat", "reactive_import"):
        advances = draw(st.lists(st.integers(0, 50_000), min_size=days, max_size=days))
        readings = [draw(st.integers(0, 1_000_000))]
        for advance in advances:
            readings.append(readings[-1] + advance)
        at_midnight[kind] = readings
    whole = zip(*(at_midnight[kind] for kind in ("peak", "valley", "flat")), strict=True)
    at_midnight["total"] = [sum(readings) for readings in whole]
    return at_midnight, draw(st.integers(0, days))


def metered_case(readings: dict[str, list[int]], *, start: int, end: int, used_before: str) -> Case:
    """Return the case of the days from start to end; prices have four decimals, so no line is rounded."""
    registers = {kind: [as_text(readings[kind][start], 2), as_text(readings[kind][end], 2)] for kind in KINDS}
    return {
        "meters": [{"multiplier": "20", "registers": registers}],
        "energy_price": {
            "peak": "0.9123",
            "flat": "0.6107",
            "valley": "0.3019",
            "tiers": [
                {"up_to_kwh": "50000", "surcharge": "0"},
                {"up_to_kwh": "150000", "surcharge": "0.05"},
                {"surcharge": "0.3"},
            ],
            "used_before_kwh": used_before,
        },
        "per_kwh": [{"name": "adjustment", "price": "-0.0171"}],
        "funds": [{"name": "reservoir", "price": "0.0062"}, {"name": "renewable", "price": "0.019"}],
        "rounding": NOTHING_IS_ROUNDED,
    }


def additive_figures(*answers: Case) -> dict[str, Decimal]:
    """Add up quantities and lines of answers."""
    figures: dict[str, Decimal] = defaultdict(Decimal)
    for answer in answers:
        for name in ("total_kwh", "peak_kwh", "flat_kwh", "valley_kwh", "reactive_kvarh"):
            figures[name] += Decimal(answer["quantities"][name])
        for line in answer["lines"]:
            figures[line["code"]] += Decimal(line["amount"])
    return dict(figures)


@by_both
@thorough
@given(month=months_of_days())
def test_cutting_a_month_at_any_day_changes_no_quantity_energy_or_fund(
    price: Callable[[Case], Case], month: tuple[dict[str, list[int]], int]
) -> None:
    readings, cut = month
    last = len(readings["total"]) - 1
    used = as_text(20 * (readings["total"][cut] - readings["total"][0]), 2)

    whole = price(metered_case(readings, start=0, end=last, used_before="0"))
    before = price(metered_case(readings, start=0, end=cut, used_before="0"))
    after = price(metered_case(readings, start=cut, end=last, used_before=used))

    assert additive_figures(before, after) == additive_figures(whole)


@by_both
@thorough
@given(cases=fleets(max_points=1))
def test_the_total_is_the_sum_of_the_lines_that_are_not_inside_others(
    price: Callable[[Case], Case], cases: list[Case]
) -> None:
    rounding = {**cases[0]["rounding"], "lines_rounded": True}
    rounding["total"] = rounding["line"]
    case = {**cases[0], "rounding": rounding}
    inside = {f"fund.{fund['name']}" for fund in case.get("funds", []) if fund.get("included")}

    answer = price(case)

    lines = [Decimal(line["amount"]) for line in answer.get("lines", []) if line["code"] not in inside]
    subtotals = [Decimal(amount) for amount in answer.get("subtotals", {}).values()]
    assert Decimal(answer.get("total", "0")) == sum(lines, Decimal(0)) == sum(subtotals, Decimal(0))


@by_both
@thorough
@given(
    kwh=decimals(0, 10_000_000, 2),
    rate=st.integers(0, 300_000_000),
    charge=st.integers(0, 10_000_000),
    months=decimals(1, 300, 2),
    line=st.integers(2, 4),
)
def test_a_credit_is_rounded_as_far_from_zero_as_the_same_charge(
    price: Callable[[Case], Case], kwh: str, rate: int, charge: int, months: str, line: int
) -> None:
    def case(sign: int) -> Case:
        return {
            "usage": {"total_kwh": kwh},
            "months": months,
            "per_kwh": [{"name": "rate", "price": as_text(sign * rate, 8)}],
            "fixed_charges": [{"name": "charge", "amount": as_text(sign * charge, 4)}],
            "tax_ratio": "0.13",
            "rounding": {"quantity": 2, "line": line, "total": 2},
        }

    charged, credited = price(case(1)), price(case(-1))

    assert [Decimal(row["amount"]) for row in charged["lines"]] == [
        -Decimal(row["amount"]) for row in credited["lines"]
    ]
    assert Decimal(charged["total"]) == -Decimal(credited["total"])


@by_both
@thorough
@given(cases=fleets(max_points=1), more=st.integers(1, 3))
def test_a_charge_of_nothing_changes_nothing(price: Callable[[Case], Case], cases: list[Case], more: int) -> None:
    case = cases[0]
    nothing = [{"name": f"nothing {index}", "price": "0"} for index in range(more)]

    plain = price(case)
    padded = price({**case, "funds": [*case.get("funds", []), *nothing]})

    assert padded.get("total") == plain.get("total")
    assert padded.get("quantities") == plain.get("quantities")
