"""The engine and the twin, written apart from one contract, give the same bill on every generated fleet."""

from typing import Any

from hypothesis import given
from tests.properties.answers import amounts_of_answer, amounts_of_point, differences
from tests.properties.fleets import fleets
from tests.properties.profiles import thorough
from tests.twin.quote_twin import quote

from dianke.domain.billing.rules.quote import compile_cases, quote_case
from dianke.engine.calculate import calculate

Case = dict[str, Any]


@thorough
@given(cases=fleets())
def test_a_fleet_is_priced_like_its_cases_one_by_one(cases: list[Case]) -> None:
    plan, fleet = compile_cases(cases)

    calculation = calculate(plan, fleet)

    points = [amounts_of_point(calculation, point) for point in range(len(cases))]
    assert points == [amounts_of_answer(quote(case)) for case in cases]


@thorough
@given(cases=fleets(scale=10**9, max_points=3))
def test_a_fleet_too_large_for_machine_integers_is_priced_exactly(cases: list[Case]) -> None:
    plan, fleet = compile_cases(cases)

    calculation = calculate(plan, fleet)

    points = [amounts_of_point(calculation, point) for point in range(len(cases))]
    assert points == [amounts_of_answer(quote(case)) for case in cases]


@thorough
@given(fleet=fleets(max_points=1))
def test_every_figure_of_a_quote_is_that_of_the_twin(fleet: list[Case]) -> None:
    (case,) = fleet

    answer = quote_case(case)

    assert differences(answer, quote(case)) == []


@thorough
@given(fleet=fleets(max_points=1, scale=10**9))
def test_every_figure_of_a_huge_quote_is_that_of_the_twin(fleet: list[Case]) -> None:
    (case,) = fleet

    answer = quote_case(case)

    assert differences(answer, quote(case)) == []
