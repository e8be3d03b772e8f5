"""Suspicions about capacity, demand and suspension."""

import numpy as np

from dianke.domain.billing.rules.review.facts import BASIC_MODES, DateArray, Found, ReviewFacts, found
from dianke.domain.billing.rules.review.parameters import ParameterBook
from dianke.domain.billing.types import BasicMode
from dianke.domain.customers.types import UsageClass
from dianke.engine.types import IntArray


def demand_over_capacity(facts: ReviewFacts, book: ParameterBook) -> Found:
    """Find a demand that the running transformers cannot carry (AR-C01)."""
    kva_e4 = facts.capacities.running_kva_e4
    percent = book.column(facts, "demand_over_capacity", "limit_percent")
    demand_e6 = facts.figures.demand_kw_e6
    return found(
        "demand_over_capacity",
        (kva_e4 > 0) & (demand_e6 > kva_e4 * percent),
        demand_kw_e6=demand_e6,
        kva_e4=kva_e4,
        percent=percent,
    )


def suspension_in_use(facts: ReviewFacts, book: ParameterBook) -> Found:
    """
    Find use of transformers that are sealed (AR-C03).

    Sealed throughout, nothing may flow; sealed in part, no more than the others carry around the clock.
    """
    capacities = facts.capacities
    energy = facts.figures.energy_kwh_e2
    percent = book.column(facts, "suspension_in_use", "limit_percent")
    least_e2 = book.column(facts, "suspension_in_use", "least_kwh") * 100
    limit_e2 = capacities.live_kva_days_e4 * 24 * percent // 10_000
    is_sealed = capacities.sealed_days > 0
    is_over = is_sealed & (energy >= least_e2) & (energy > limit_e2)
    # What was sealed the whole period may not show in the demand either.
    is_whole = is_sealed & (capacities.sealed_days >= facts.days) & (capacities.always_kva_e4 > 0)
    is_high = is_whole & (facts.figures.demand_kw_e6 > capacities.running_kva_e4 * percent)
    return found(
        "suspension_in_use",
        is_over | is_high,
        energy_kwh_e2=energy,
        demand_kw_e6=facts.figures.demand_kw_e6,
        limit_kwh_e2=limit_e2,
        running_kva_e4=capacities.running_kva_e4,
        sealed_days=capacities.sealed_days,
    )


def suspension_too_long(facts: ReviewFacts, book: ParameterBook) -> Found:
    """Find suspensions beyond what a calendar year allows (AR-C04, TR-3.4)."""
    days = facts.capacities.suspended_days_in_year
    limit = book.column(facts, "suspension_too_long", "days_a_year")
    return found("suspension_too_long", (days > limit) & (facts.capacities.sealed_days > 0), days=days, limit=limit)


def two_part_not_charged(facts: ReviewFacts, book: ParameterBook) -> Found:
    """
    Find who should pay the basic charge and does not: on one part, or on two parts for nothing (AR-P04, AR-C02).

    Who was on one part when the duty came, and is no industry, may keep it (TR-2).
    """
    code = "two_part_not_charged"
    kva_e4 = facts.capacities.contract_kva_e4
    threshold = book.column(facts, code, "threshold_kva")
    is_industry = book.divisions(facts, code, "industry") | facts.is_class(UsageClass.LARGE_INDUSTRIAL)
    keeps_until = _as_date(book.column(facts, code, "keeps_until_day"))
    is_bound = facts.is_class(UsageClass.LARGE_INDUSTRIAL) | (
        facts.is_class(UsageClass.COMMERCIAL_INDUSTRIAL)
        & (book.column(facts, code, "is_due_for_all") > 0)
        & (is_industry | (facts.opened_date >= keeps_until))
    )
    is_on_one_part = ~facts.is_two_part & is_bound & (kva_e4 >= threshold * 10_000)
    is_free = facts.is_two_part & (facts.capacities.live_kva_days_e4 > 0) & (facts.figures.basic_fen == 0)
    has_nothing_to_charge = (facts.basic_mode == BASIC_MODES.index(BasicMode.ACTUAL_DEMAND)) & (
        facts.figures.demand_kw_e6 == 0
    )
    return found(
        code,
        is_on_one_part | (is_free & ~has_nothing_to_charge),
        kva_e4=kva_e4,
        threshold_kva=threshold,
        parts=np.where(facts.is_two_part, 2, 1),
        basic_fen=facts.figures.basic_fen,
    )


def _as_date(days: IntArray) -> DateArray:
    """Return days that are written as yyyymmdd."""
    months = (days // 10_000 - 1970) * 12 + days // 100 % 100 - 1
    dates: DateArray = months.astype("M8[M]").astype("M8[D]") + (days % 100 - 1).astype("m8[D]")
    return dates
