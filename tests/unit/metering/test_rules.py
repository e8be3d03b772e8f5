"""Multipliers, readings of a day and times that meet."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.domain.metering import rules
from dianke.domain.metering.types import NewInstallation, Ratio, RegisterKind, RegisterValues

PLATES = st.decimals(min_value="0.001", max_value="9999999", places=3)


def ratio(text: str) -> Ratio:
    primary, secondary = text.split("/")
    return Ratio(Decimal(primary), Decimal(secondary))


def shown(**values: str) -> RegisterValues:
    return {RegisterKind(name): Decimal(value) for name, value in values.items()}


@pytest.mark.parametrize(
    ("ct", "pt", "expected"),
    [
        ("1/1", "1/1", "1"),
        ("150/5", "10000/100", "3000"),
        ("75/5", "1/1", "15"),
        ("600/5", "35000/100", "42000"),
        ("1/8", "1/1", "0.125"),
    ],
)
def test_the_multiplier_is_both_ratios_together(ct: str, pt: str, expected: str) -> None:
    assert rules.compute_multiplier(ratio(ct), ratio(pt)) == Decimal(expected)


@pytest.mark.parametrize(
    ("ct", "pt"), [("100/3", "1/1"), ("0/5", "1/1"), ("5/0", "1/1"), ("9999999/0.001", "9999999/0.001")]
)
def test_a_ratio_without_an_exact_multiplier_has_none(ct: str, pt: str) -> None:
    assert rules.compute_multiplier(ratio(ct), ratio(pt)) is None


@given(PLATES, PLATES, PLATES, PLATES)
def test_a_multiplier_is_exact_or_none(a: Decimal, b: Decimal, c: Decimal, d: Decimal) -> None:
    exact = Fraction(a) / Fraction(b) * Fraction(c) / Fraction(d)

    multiplier = rules.compute_multiplier(Ratio(a, b), Ratio(c, d))

    assert multiplier is None or Fraction(multiplier) == exact


@pytest.mark.parametrize(
    ("before", "after", "rolled_over", "register"),
    [
        ({"total": "10"}, {"total": "10"}, False, None),
        ({"total": "10"}, {"total": "9.9999"}, False, RegisterKind.TOTAL),
        ({"total": "10"}, {"total": "9"}, True, None),
        ({"total": "10", "demand": "5"}, {"total": "11", "demand": "0"}, False, None),
        ({"total": "10", "peak": "5"}, {"total": "11", "peak": "4"}, False, RegisterKind.PEAK),
    ],
)
def test_a_register_goes_back_only_when_marked(
    before: dict[str, str], after: dict[str, str], rolled_over: bool, register: RegisterKind | None
) -> None:
    found = rules.find_backwards_register(shown(**before), shown(**after), rolled_over=rolled_over)

    assert found is register


def installation(**facts: object) -> NewInstallation:
    known: dict[str, object] = {
        "meter_id": 1,
        "usage_point_id": 1,
        "installed_date": date(2025, 6, 1),
        "readings": shown(total="10"),
    }
    return NewInstallation(**{**known, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({}, None),
        ({"removed_date": date(2025, 6, 2), "removal_readings": shown(total="10")}, None),
        ({"removed_date": date(2025, 6, 1), "removal_readings": shown(total="10")}, "removed_date"),
        ({"removed_date": date(2025, 6, 2)}, "removal_readings"),
        ({"removal_readings": shown(total="10")}, "removal_readings"),
        ({"removed_date": date(2025, 6, 2), "removal_readings": shown(total="9")}, "total"),
    ],
)
def test_an_installation_ends_with_a_reading(facts: dict[str, object], field: str | None) -> None:
    obstacle = rules.find_removal_obstacle(installation(**facts))

    assert (obstacle[0] if obstacle else None) == field


class TestFindOverlap:
    def test_times_that_touch_do_not_overlap(self) -> None:
        spells = [
            (1, date(2025, 6, 1), date(2025, 7, 1), "a"),
            (1, date(2025, 7, 1), None, "b"),
            (2, date(2025, 6, 1), None, "c"),
        ]

        assert rules.find_overlap(spells) is None

    def test_names_the_later_of_two_that_overlap(self) -> None:
        spells = [(1, date(2025, 7, 1), None, "late"), (1, date(2025, 6, 1), None, "early")]

        assert rules.find_overlap(spells) == ("late", date(2025, 6, 1))


@pytest.mark.parametrize(
    ("registers", "digits", "obstacle"),
    [
        ([], 6, "it has no register"),
        ([RegisterKind.TOTAL, RegisterKind.TOTAL], 6, "a register comes twice"),
        ([RegisterKind.TOTAL], 0, "its digits before the point lie between 1 and 8"),
        ([RegisterKind.TOTAL], 8, None),
    ],
)
def test_a_meter_has_registers_and_digits(registers: list[RegisterKind], digits: int, obstacle: str | None) -> None:
    assert rules.find_meter_obstacle(registers, digits) == obstacle
