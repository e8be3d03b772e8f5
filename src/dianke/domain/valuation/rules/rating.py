"""A rating of all customers at once: indicators, index, candidate classes, the brake, stages, future values."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dianke.domain.valuation.rules.brake import NONE, Braked, Standing, apply_brake
from dianke.domain.valuation.rules.course import Signs, list_stages, measure_growth
from dianke.domain.valuation.rules.facts import Year, list_indicators
from dianke.domain.valuation.rules.policy import Policy, get_criterion
from dianke.domain.valuation.types import GRADES, Basis, Criterion, Indicator, PolicyPriced
from dianke.engine.value.future import cap_growth, compute_future_values
from dianke.engine.value.index import Floats, Index, combine, rank_percentiles
from dianke.engine.value.pyramid import cut_pyramid

Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]
_REVERSED = frozenset({Indicator.DAYS_LATE, Indicator.ARREARS})
_TOP_OF_APART = 1


@dataclass(frozen=True, slots=True)
class Terms:
    """What a rating goes by: the policy, and the weights and switches of the version in force."""

    policy: Policy
    weights: Floats
    basis: Basis
    policy_priced: PolicyPriced


@dataclass(frozen=True, slots=True)
class Material:
    """
    What is known of the customers that are rated, row by row.

    Shapes: year of n customers; energy_e2, is_billed (n, 24), the oldest month first; the others (n,).
    """

    year: Year
    energy_e2: Integers
    is_billed: Truths
    capacity_kva: Floats
    # Growth of the customer's trade as a share, NaN where nobody told it.
    trade_growth: Floats
    grades: NDArray[np.int8]
    has_policy_account: Truths
    signs: Signs
    before: Standing
    held: NDArray[np.int8]
    is_next_month: bool


@dataclass(frozen=True, slots=True)
class Candidates:
    """The class that the pyramid gives, by what amount, and the borders of both rankings."""

    classes: NDArray[np.int8]
    ranked_fen: Integers
    borders: tuple[int | None, ...]
    policy_borders: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class Rated:
    """What a rating came to. Shapes: (n,), indicators and percentiles (n, 12)."""

    indicators: Floats
    percentiles: Floats
    index: Index
    is_policy: Truths
    candidates: Candidates
    braked: Braked
    stages: NDArray[np.int8]
    growth_e4: Integers
    future_fen: Integers


def rate(material: Material, *, terms: Terms) -> Rated:
    """Return the rating of customers by the terms in force."""
    policy, of = terms.policy, material.year.columns
    growth = measure_growth(material.energy_e2, material.is_billed, least_pairs=policy.life.least_pairs)
    indicators = list_indicators(
        material.year, growth=growth, capacity_kva=material.capacity_kva, trade_growth=material.trade_growth
    )
    percentiles = _rank(indicators, of["voltage_group"])
    # Who used nothing is told by its accounts, all others by what most of their energy was priced as.
    is_policy = np.where(of["energy_e2"] > 0, 2 * of["policy_e2"] > of["energy_e2"], material.has_policy_account)
    candidates = _list_candidates(material.year, is_policy.astype(bool), terms)
    braked = _brake(material, candidates, is_policy.astype(bool), policy)
    growth_e4 = cap_growth(
        np.rint(np.nan_to_num(growth, nan=0.0) * 10_000).clip(-(10**8), 10**8).astype(np.int64),
        most_e4=policy.future.most_growth_e4,
    )
    future = compute_future_values(of["margin_fen"], growth_e4, material.grades, codes=GRADES, by=policy.future)
    stages = list_stages(material.energy_e2, growth, material.signs, terms=policy.life)
    return Rated(
        indicators, percentiles, _weigh(percentiles, terms), is_policy.astype(bool), candidates, braked, stages,
        growth_e4, future,
    )  # fmt: skip


def _rank(indicators: Floats, groups: Integers) -> Floats:
    found = np.empty_like(indicators)
    for one in Indicator:
        found[:, one] = rank_percentiles(indicators[:, one], groups, is_reversed=one in _REVERSED)
    return found


def _weigh(percentiles: Floats, terms: Terms) -> Index:
    return combine(
        percentiles,
        shares=np.array([float(terms.policy.shares[one]) for one in Indicator]),
        criterion=np.array([int(get_criterion(one)) for one in Indicator], dtype=np.int64),
        weights=terms.weights[: len(Criterion)],
    )


def _list_candidates(year: Year, is_policy: Truths, terms: Terms) -> Candidates:
    of, cuts = year.columns, terms.policy.cuts[terms.basis]
    if terms.basis is Basis.REVENUE:
        amount = of["revenue_fen"]
    else:
        amount = of["neutral_fen"] if terms.policy_priced is PolicyPriced.NEUTRAL else of["margin_fen"]
    if terms.policy_priced is not PolicyPriced.APART:
        whole = cut_pyramid(amount, cuts_percent=cuts)
        return Candidates(whole.classes, amount, whole.borders, whole.borders)
    classes = np.empty(amount.size, dtype=np.int8)
    others = cut_pyramid(amount[~is_policy], cuts_percent=cuts)
    apart = cut_pyramid(amount[is_policy], cuts_percent=cuts)
    classes[~is_policy] = others.classes
    # Where they stand apart nobody is a VIP: what a VIP is served with was not made for homes and farms.
    classes[is_policy] = np.maximum(apart.classes, _TOP_OF_APART)
    return Candidates(classes, amount, others.borders, apart.borders)


def _brake(material: Material, candidates: Candidates, is_policy: Truths, policy: Policy) -> Braked:
    found = _brake_rows(np.arange(is_policy.size), material, candidates, candidates.borders, policy)
    if candidates.borders == candidates.policy_borders:
        return found
    rows = np.flatnonzero(is_policy)
    apart = _brake_rows(rows, material, candidates, candidates.policy_borders, policy)
    for name in ("in_force", "stood_class", "stood_months"):
        getattr(found.standing, name)[rows] = getattr(apart.standing, name)
    found.reasons[rows] = apart.reasons
    return found


def _brake_rows(
    rows: Integers, material: Material, candidates: Candidates, borders: Sequence[int | None], policy: Policy
) -> Braked:
    return apply_brake(
        candidates.classes[rows],
        take_standing(material.before, rows),
        amount_fen=candidates.ranked_fen[rows],
        borders=borders,
        terms=policy.brake,
        held=material.held[rows],
        is_next_month=material.is_next_month,
    )


def take_standing(standing: Standing, rows: NDArray[np.int64]) -> Standing:
    """Return the standing of some customers."""
    return Standing(standing.in_force[rows], standing.stood_class[rows], standing.stood_months[rows])


def hold_nobody(size: int) -> NDArray[np.int8]:
    """Return that no class is held by an appeal."""
    return np.full(size, NONE, dtype=np.int8)
