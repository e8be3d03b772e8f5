"""The pyramid by margin or by revenue, and three ways to rank whom a policy sells to below cost: all six together."""

from datetime import date

import numpy as np
import pytest

from dianke.domain.valuation.rules import facts
from dianke.domain.valuation.rules.brake import begin_standing
from dianke.domain.valuation.rules.course import Signs
from dianke.domain.valuation.rules.policy import get_policy
from dianke.domain.valuation.rules.rating import Material, Rated, Terms, hold_nobody, rate
from dianke.domain.valuation.types import CLASSES, GRADES, Basis, PolicyPriced
from dianke.engine.value.weights import compute_weights, read_matrix

POLICY = get_policy(on=date(2026, 1, 1))
# Two farms that buy by policy and three works, in fen: revenue, margin as priced, margin at the neutral price.
FLEET = [(900, 10, 600), (500, 5, 150), (400, 300, 300), (300, 250, 250), (100, 100, 100)]
IS_POLICY = [True, True, False, False, False]


def rate_fleet(basis: Basis, by_policy: PolicyPriced, fleet: list[tuple[int, int, int]] | None = None) -> Rated:
    rows, is_policy = (FLEET, IS_POLICY) if fleet is None else (fleet, [False] * len(fleet))
    size = len(rows)
    year = facts.begin_year(np.arange(size))
    year.columns["energy_e2"][:] = 1_000
    year.columns["policy_e2"][:] = np.where(is_policy, 1_000, 0)
    for place, name in enumerate(("revenue_fen", "margin_fen", "neutral_fen")):
        year.columns[name][:] = [row[place] for row in rows]
    nobody = np.zeros(size, dtype=bool)
    material = Material(
        year=year, energy_e2=np.full((size, 24), 100), is_billed=np.ones((size, 24), dtype=bool),
        capacity_kva=np.zeros(size), trade_growth=np.full(size, np.nan),
        grades=np.full(size, GRADES.index(""), dtype=np.int8), has_policy_account=nobody,
        signs=Signs(np.full(size, 60), nobody, nobody), before=begin_standing(size), held=hold_nobody(size),
        is_next_month=True,
    )  # fmt: skip
    weights = compute_weights(read_matrix(POLICY.matrix)).values
    return rate(material, terms=Terms(POLICY, weights, basis, by_policy))


def classes(rated: Rated) -> list[str]:
    return [CLASSES[place].value for place in rated.braked.standing.in_force.tolist()]


# By hand. Margin, neutral: 600 300 250 150 100 of 1,400, cuts 420 980 1,260. Margin as billed: 300 250 100 10 5 of 665,
# cuts 199.5 465.5 598.5. Revenue: 900 500 400 300 100 of 2,200, cuts 770 1,760 2,090. Apart, the works by margin: 300
# 250 100 of 650, cuts 195 455 585; by revenue: 400 300 100 of 800, cuts 280 640 760; the farms among themselves by
# margin: 10 5 of 15, cuts 4.5 10.5 13.5, by revenue: 900 500 of 1,400, cuts 490 1,120 1,330, never VIP.
EXPECTED = {
    (Basis.MARGIN, PolicyPriced.NEUTRAL): ["VIP", "ORDINARY", "MAIN", "MAIN", "SMALL"],
    (Basis.MARGIN, PolicyPriced.AS_BILLED): ["SMALL", "SMALL", "VIP", "MAIN", "ORDINARY"],
    (Basis.MARGIN, PolicyPriced.APART): ["MAIN", "MAIN", "VIP", "MAIN", "ORDINARY"],
    (Basis.REVENUE, PolicyPriced.NEUTRAL): ["VIP", "MAIN", "MAIN", "ORDINARY", "SMALL"],
    (Basis.REVENUE, PolicyPriced.AS_BILLED): ["VIP", "MAIN", "MAIN", "ORDINARY", "SMALL"],
    (Basis.REVENUE, PolicyPriced.APART): ["MAIN", "MAIN", "VIP", "MAIN", "ORDINARY"],
}


@pytest.mark.parametrize(("basis", "by_policy"), list(EXPECTED))
def test_every_pair_of_switches_gives_the_classes_reckoned_by_hand(basis: Basis, by_policy: PolicyPriced) -> None:
    assert classes(rate_fleet(basis, by_policy)) == EXPECTED[(basis, by_policy)]


@pytest.mark.parametrize(("basis", "by_policy"), list(EXPECTED))
def test_what_is_ranked_is_what_the_switches_say(basis: Basis, by_policy: PolicyPriced) -> None:
    column = 0 if basis is Basis.REVENUE else 2 if by_policy is PolicyPriced.NEUTRAL else 1

    ranked = rate_fleet(basis, by_policy).candidates.ranked_fen.tolist()

    assert ranked == [row[column] for row in FLEET]


def test_the_price_by_policy_is_seen_whatever_the_switch() -> None:
    for basis, by_policy in EXPECTED:
        assert rate_fleet(basis, by_policy).is_policy.tolist() == IS_POLICY


@pytest.mark.parametrize("basis", list(Basis))
def test_where_nobody_buys_by_policy_the_three_ways_are_one(basis: Basis) -> None:
    fleet = [(row[0], row[1], row[1]) for row in FLEET]

    found = {tuple(classes(rate_fleet(basis, one, fleet))) for one in PolicyPriced}

    assert len(found) == 1
