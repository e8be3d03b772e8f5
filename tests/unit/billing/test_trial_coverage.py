"""How much of a plan's bills was tried, and whether that is enough."""

from datetime import date

import pytest

from dianke.domain.billing.rules.trial_coverage import (
    Coverage,
    FinishedTrial,
    NoTrialCoverageInForce,
    count_tried,
    find_best,
    get_least_share,
)

JANUARY, FEBRUARY, TODAY = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 10)


def trial(number: int, path: str, priced: int, unpriced: int = 0, usage_class: str = "") -> FinishedTrial:
    return FinishedTrial(number, JANUARY, path, usage_class, priced, unpriced)


@pytest.mark.parametrize(
    ("trials", "tried"),
    [
        pytest.param([trial(1, "0.", 90, 10)], 100, id="bills without a price were tried too"),
        pytest.param([trial(1, "0.1.", 40), trial(2, "0.2.", 60)], 100, id="units beside each other add up"),
        pytest.param([trial(1, "0.1.", 40), trial(2, "0.", 100)], 100, id="what lies below is in the whole"),
        pytest.param([trial(1, "0.", 90), trial(2, "0.", 100)], 100, id="the newer of equals knows more bills"),
        pytest.param(
            [trial(1, "0.", 30, usage_class="A"), trial(2, "0.", 60, usage_class="B")], 90, id="classes add up"
        ),
        pytest.param([trial(1, "0.", 100), trial(2, "0.", 60, usage_class="B")], 100, id="a class is in the whole"),
        pytest.param(
            [trial(1, "0.1.", 40), trial(2, "0.", 60, usage_class="B")], 60, id="a class and a unit are not added"
        ),
    ],
)
def test_no_bill_is_counted_twice(trials: list[FinishedTrial], tried: int) -> None:
    assert count_tried(trials) == {JANUARY: tried}
    assert count_tried(trials[::-1]) == {JANUARY: tried}


def test_a_month_in_which_nothing_got_a_price_says_nothing() -> None:
    assert count_tried([trial(1, "0.", 0, 100)]) == {}
    assert find_best(tried={}, issued={}, on=TODAY) is None


@pytest.mark.parametrize(("tried", "suffices"), [(94, False), (95, True)])
def test_nearly_all_bills_of_a_month_are_wanted(tried: int, suffices: bool) -> None:
    found = find_best(tried={JANUARY: tried}, issued={JANUARY: 100}, on=TODAY)

    assert found == Coverage(JANUARY, tried, 100, 95)
    assert found.suffices is suffices


def test_of_few_bills_all_are_wanted() -> None:
    found = find_best(tried={JANUARY: 2}, issued={JANUARY: 3}, on=TODAY)

    assert found is not None
    assert (found.wanted_bills, found.suffices) == (3, False)


def test_one_whole_month_is_enough_beside_a_part_of_another() -> None:
    found = find_best(tried={JANUARY: 100, FEBRUARY: 5}, issued={JANUARY: 100, FEBRUARY: 100}, on=TODAY)

    assert found is not None
    assert (found.month, found.suffices) == (JANUARY, True)


def test_before_the_first_rule_nothing_is_said() -> None:
    with pytest.raises(NoTrialCoverageInForce):
        get_least_share(date(1999, 12, 31))
