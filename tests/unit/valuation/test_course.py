"""Growth without the season, the stage of life, margins in whole fen, packed columns, indicators."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.domain.valuation.rules import facts
from dianke.domain.valuation.rules.course import STAGES, Signs, list_stages, measure_growth
from dianke.domain.valuation.rules.grid import find_field
from dianke.domain.valuation.rules.margins import compute_margins
from dianke.domain.valuation.rules.policy import LifeTerms, MarginTerms, get_delivered_table, get_policy
from dianke.domain.valuation.types import GRADES, Indicator

SEASON = np.array([9, 8, 6, 5, 5, 7, 9, 10, 7, 5, 6, 8])
LIFE = LifeTerms(new_months=12, dormant_months=3, growing_e4=500, declining_e4=-500, least_pairs=6)
DAY = date(2026, 1, 1)


def two_years(growth_percent: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    return np.array([np.r_[SEASON * 100, SEASON * (100 + growth_percent)]])


def grow(energy: np.ndarray[tuple[int, int], np.dtype[np.int64]], billed: object = None) -> float:
    known = np.ones(energy.shape, dtype=bool) if billed is None else np.asarray(billed)
    return float(measure_growth(energy, known, least_pairs=6)[0])


def test_a_season_alone_is_no_growth() -> None:
    assert grow(two_years(0)) == 0.0


def test_growth_is_told_beneath_the_season() -> None:
    assert grow(two_years(7)) == pytest.approx(0.07)
    assert grow(two_years(-20)) == pytest.approx(-0.20)


def test_months_that_one_year_lacks_are_left_out_of_both() -> None:
    billed = np.ones((1, 24), dtype=bool)
    billed[0, :6] = False

    assert grow(two_years(10), billed) == pytest.approx(0.10)
    billed[0, 6] = False
    assert np.isnan(grow(two_years(10), billed))


@pytest.mark.parametrize(
    ("growth", "supplied", "is_closed", "asks", "is_silent", "stage"),
    [
        (0.0, 30, False, False, False, "STEADY"),
        (0.05, 30, False, False, False, "GROWING"),
        (-0.05, 30, False, False, False, "DECLINING"),
        (0.3, 11, False, False, False, "NEW"),
        (np.nan, 30, False, False, False, "STEADY"),
        (0.3, 30, False, False, True, "DORMANT"),
        (0.3, 30, True, False, True, "LEAVING"),
        (0.3, 30, False, True, False, "LEAVING"),
        (np.nan, 2, False, False, True, "NEW"),
    ],
)
def test_the_first_sign_that_fits_tells_the_stage(
    growth: float, supplied: int, is_closed: bool, asks: bool, is_silent: bool, stage: str
) -> None:
    energy = np.array([[0 if is_silent and month > 20 else 100 for month in range(24)]])
    signs = Signs(np.array([supplied]), np.array([is_closed]), np.array([asks]))

    found = list_stages(energy, np.array([growth]), signs, terms=LIFE)

    assert STAGES[found[0]].value == stage


TERMS = MarginTerms([1900, 1600, 1300], [900, 800, 700], 4200, [600, 300, 150], [400, 12_000, 60_000])


def margin(energy_e2: int, basic_fen: int, group: int, *, is_policy: bool) -> tuple[int, int]:
    found = compute_margins(
        np.array([energy_e2]), np.array([basic_fen]), np.array([group]), np.array([is_policy]), terms=TERMS
    )
    return int(found[0][0]), int(found[1][0])


def test_a_margin_is_the_network_price_less_loss_and_cost_to_serve() -> None:
    # 1,000 kWh: 190.00 yuan, less 60 kWh lost at 0.42 yuan, less 4 yuan.
    assert margin(100_000, 0, 0, is_policy=False) == (19_000 - 2_520 - 400, 16_080)


def test_a_price_by_policy_leaves_less_but_is_worth_the_same() -> None:
    assert margin(100_000, 0, 0, is_policy=True) == (9_000 - 2_520 - 400, 16_080)


def test_basic_charges_are_margin_whole() -> None:
    assert margin(0, 5_000_00, 1, is_policy=False) == (500_000 - 12_000, 488_000)


@given(st.lists(st.integers(-(2**62), 2**62), max_size=40), st.lists(st.integers(1, 10**9), max_size=40, unique=True))
def test_columns_come_back_as_they_were_packed(values: list[int], keys: list[int]) -> None:
    columns = {"customer": np.array(sorted(keys), dtype=np.int64), "fen": np.array(values, dtype=np.int64)}

    found = facts.unpack(facts.pack(columns))

    assert {name: one.tolist() for name, one in found.items()} == {name: one.tolist() for name, one in columns.items()}


def month_of(customer: int, **given_columns: int) -> dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    columns = {name: np.array([given_columns.get(name, 0)]) for name in facts.NAMES}
    return {"customer": np.array([customer]), **columns}


def test_months_add_up_and_debts_are_those_of_the_last() -> None:
    year = facts.begin_year(np.array([3, 7]))

    facts.add_month(year, month_of(7, energy_e2=500, overdue_fen=90, demand_w=40), is_last=False)
    facts.add_month(year, month_of(7, energy_e2=700, overdue_fen=10, demand_w=30), is_last=True)
    facts.add_month(year, month_of(9, energy_e2=1), is_last=True)

    assert year.columns["energy_e2"].tolist() == [0, 1200]
    assert year.columns["overdue_fen"].tolist() == [0, 10]
    assert year.columns["demand_w"].tolist() == [0, 40]


def indicators(trade_growth: float = np.nan, **given_columns: int) -> dict[str, float]:
    year = facts.begin_year(np.array([1]))
    facts.add_month(year, month_of(1, **given_columns), is_last=True)
    found = facts.list_indicators(
        year, growth=np.array([np.nan]), capacity_kva=np.array([100.0]), trade_growth=np.array([trade_growth])
    )[0]
    return {one.name: round(float(found[one]), 6) for one in Indicator if not np.isnan(found[one])}


def test_indicators_follow_from_the_sums_of_a_year() -> None:
    found = indicators(
        energy_e2=100_000, revenue_fen=60_000, neutral_fen=9_000, bills_due=4, bills_in_time=3, paid_fen=800,
        late_fen_days=4_000, overdue_fen=200, overdue_fen_days=2_000, demand_w=50_000, demand_w_hours=50_000 * 40,
        demand_energy_e2=100_000, valley_e2=25, valley_base_e2=100, active_e2=300, reactive_e2=400, standard_e4=9000,
        trade_growth=0.05,
    )  # fmt: skip

    assert found == {
        "ENERGY": 1000.0, "REVENUE": 60_000.0, "MARGIN": 9_000.0, "ON_TIME": 0.75, "DAYS_LATE": 6.0,
        "ARREARS": 0.003333, "LOAD_FACTOR": 0.5, "VALLEY": 0.25, "POWER_FACTOR": -0.3, "CAPACITY_USE": 0.5,
        "TRADE": 0.05,
    }  # fmt: skip


def test_what_nothing_is_known_of_is_no_figure() -> None:
    assert indicators(energy_e2=100) == {"ENERGY": 1.0, "REVENUE": 0.0, "MARGIN": 0.0}


@pytest.mark.parametrize(
    ("value_class", "grade", "field"),
    [
        ("VIP", "A", "KEEP"),
        ("MAIN", "B", "GUARD"),
        ("ORDINARY", "AAA", "GROW"),
        ("SMALL", "D", "STANDARD"),
        ("VIP", "", "NOT_JUDGED"),
    ],
)
def test_value_and_credit_meet_in_a_field(value_class: str, grade: str, field: str) -> None:
    assert find_field(value_class, grade, terms=get_policy(on=DAY).grid).value == field


def test_the_policy_is_whole() -> None:
    policy = get_policy(on=DAY)

    assert set(policy.future.retention) == set(GRADES)
    assert [one.value_class.value for one in get_delivered_table(on=DAY)] == ["VIP", "MAIN", "ORDINARY", "SMALL"]
    assert all(list(cuts) == sorted(cuts) and len(cuts) == 3 for cuts in policy.cuts.values())
