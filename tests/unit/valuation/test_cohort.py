"""
A closed cohort: what the rating says of next year, against what came, on a fleet that knows nothing of the rules.

The fleet is drawn here: sizes, trends, seasons, noise and customers that fall silent; its margins are plain floats.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from dianke.domain.valuation.rules import facts
from dianke.domain.valuation.rules.brake import begin_standing
from dianke.domain.valuation.rules.course import Signs
from dianke.domain.valuation.rules.policy import get_policy
from dianke.domain.valuation.rules.rating import Material, Rated, Terms, hold_nobody, rate
from dianke.domain.valuation.types import GRADES, Basis, PolicyPriced
from dianke.engine.value.weights import compute_weights, read_matrix

SIZE, MONTHS = 4000, 36
POLICY = get_policy(on=date(2026, 1, 1))


@dataclass
class Cohort:
    """Kilowatt-hours of three years, yuan of margin of each month, and grades. Shapes: (n, 36), (n,)."""

    kwh: NDArray[np.float64]
    margin_yuan: NDArray[np.float64]
    grades: NDArray[np.int8]


def draw(seed: int) -> Cohort:
    rng = np.random.default_rng(seed)
    size = rng.lognormal(8.0, 1.6, SIZE)
    trend = np.clip(rng.normal(0.01, 0.07, SIZE), -0.25, 0.25)
    phase = rng.uniform(0, 2 * np.pi, SIZE)
    month = np.arange(MONTHS)
    level = size[:, None] * (1 + trend[:, None]) ** (month / 12)
    season = 1 + 0.3 * np.sin(2 * np.pi * month / 12 + phase[:, None])
    kwh = level * season * rng.lognormal(0, 0.08, (SIZE, MONTHS))
    weak = rng.random(SIZE) < 0.1
    leaves = weak & (rng.random(SIZE) < 0.25)
    gone = rng.integers(24, MONTHS, SIZE)
    kwh[leaves[:, None] & (month >= gone[:, None])] = 0
    return Cohort(kwh, kwh * (0.19 - 0.06 * 0.42) - 4.0, np.where(weak, 5, 1).astype(np.int8))


def rate_two_years(cohort: Cohort) -> Rated:
    energy = np.rint(cohort.kwh[:, :24] * 100).astype(np.int64)
    year = facts.begin_year(np.arange(SIZE))
    known = energy[:, 12:24].sum(axis=1)
    margin = np.rint(cohort.margin_yuan[:, 12:24].sum(axis=1) * 100).astype(np.int64)
    for name, values in (("energy_e2", known), ("revenue_fen", known * 6 // 10), ("margin_fen", margin),
                         ("neutral_fen", margin)):  # fmt: skip
        year.columns[name][:] = values
    nobody = np.zeros(SIZE, dtype=bool)
    material = Material(
        year=year, energy_e2=energy, is_billed=np.ones(energy.shape, dtype=bool), capacity_kva=np.zeros(SIZE),
        trade_growth=np.full(SIZE, np.nan), grades=cohort.grades, has_policy_account=nobody,
        signs=Signs(np.full(SIZE, 60), nobody, nobody),
        before=begin_standing(SIZE), held=hold_nobody(SIZE), is_next_month=True,
    )  # fmt: skip
    weights = compute_weights(read_matrix(POLICY.matrix)).values
    return rate(material, terms=Terms(POLICY, weights, Basis.MARGIN, PolicyPriced.NEUTRAL))


def gini(order: NDArray[np.float64], amount: NDArray[np.float64]) -> float:
    """Return how far an order concentrates an amount: 0 as by lot."""
    shares = np.cumsum(amount[np.argsort(order, kind="stable")]) / amount.sum()
    return float(1 - 2 * shares.mean())


@pytest.mark.parametrize("seed", [3, 17])
def test_next_years_margin_grows_from_decile_to_decile_of_future_value(seed: int) -> None:
    cohort = draw(seed)
    rated = rate_two_years(cohort)
    came = cohort.margin_yuan[:, 24:].sum(axis=1)

    deciles = [float(came[rows].mean()) for rows in np.array_split(np.argsort(rated.future_fen), 10)]

    assert deciles == sorted(deciles)
    assert gini(rated.future_fen.astype(float), came) > 0.95 * gini(came, came)


@pytest.mark.parametrize("seed", [3, 17])
def test_next_year_is_told_better_with_growth_than_without(seed: int) -> None:
    cohort = draw(seed)
    rated = rate_two_years(cohort)
    came = cohort.margin_yuan[:, 24:].sum(axis=1)
    now = cohort.margin_yuan[:, 12:24].sum(axis=1)
    retained = np.array([float(POLICY.future.retention[GRADES[grade]]) for grade in cohort.grades])

    told = now * (1 + rated.growth_e4 / 10_000) * retained

    errors = {name: float(np.abs(came - one).mean() / came.mean()) for name, one in (("told", told), ("now", now))}
    assert errors["told"] < errors["now"] < 0.20


def test_the_pyramid_of_the_cohort_holds_its_shares_of_the_margin() -> None:
    rated = rate_two_years(draw(5))
    classes, ranked = rated.candidates.classes, rated.candidates.ranked_fen

    shares = [float(ranked[classes <= place].sum() / ranked[ranked > 0].sum()) for place in range(3)]

    assert [round(one, 2) for one in shares] == [0.30, 0.70, 0.90]
    assert float((classes == 0).mean()) < 0.02
