"""Suspicions about the price: class, power factor, shares, mean price."""

import numpy as np

from dianke.domain.billing.rules.review.facts import DateArray, Found, ReviewFacts, found
from dianke.domain.billing.rules.review.parameters import ParameterBook
from dianke.domain.customers.types import UsageClass
from dianke.engine.types import IntArray


def class_against_industry(facts: ReviewFacts, book: ParameterBook) -> Found:
    """Find classes of use that the customer's trade does not go with (AR-P01)."""
    code = "class_against_industry"
    is_allowed = (facts.industry_code == 0) | book.divisions(facts, code, "allowed")
    return found(code, ~is_allowed, industry=facts.industry_code, usage_class=facts.usage_class)


def power_factor_standard(facts: ReviewFacts, book: ParameterBook) -> Found:
    """Find a power-factor standard that class, trade and capacity do not ask for (AR-P06, AR-P07, TR-5.1)."""
    code = "power_factor_standard"
    expected = expect_standard(facts, book)
    actual = facts.power_factor_standard_e2
    # Without a transformer in the archive nobody knows the capacity; only homes are known to have no standard.
    is_known = (facts.capacities.contract_kva_e4 > 0) | _is_home(facts)
    # Nor can anybody say whether a business of unknown trade is industry: it may have the standard of either.
    may_be_industry = facts.is_class(UsageClass.COMMERCIAL_INDUSTRIAL) & (facts.industry_code == 0) & (expected > 0)
    is_either = may_be_industry & (actual == book.column(facts, code, "industry_e2"))
    return found(
        code,
        is_known & (actual != expected) & ~is_either,
        standard_e2=actual,
        expected_e2=expected,
        kva_e4=facts.capacities.contract_kva_e4,
        industry=facts.industry_code,
    )


def expect_standard(facts: ReviewFacts, book: ParameterBook) -> IntArray:
    """Return the standard (1e-2) that the rule of 1983 asks for, 0 for none."""
    code = "power_factor_standard"
    kva_e4 = facts.capacities.contract_kva_e4
    is_industry = book.divisions(facts, code, "industry") | facts.is_class(UsageClass.LARGE_INDUSTRIAL)
    is_high = facts.is_high_voltage & (kva_e4 > book.column(facts, code, "industry_above_kva") * 10_000)
    standard = np.where(
        is_industry & is_high, book.column(facts, code, "industry_e2"), book.column(facts, code, "other_e2")
    )
    standard = np.where(facts.is_class(UsageClass.AGRICULTURAL), book.column(facts, code, "farming_e2"), standard)
    is_exempt = _is_home(facts) | (kva_e4 < book.column(facts, code, "from_kva") * 10_000)
    return np.where(is_exempt, 0, standard)


def _is_home(facts: ReviewFacts) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return facts.is_class(UsageClass.RESIDENTIAL, UsageClass.RESIDENTIAL_SHARED)


def price_out_of_range(facts: ReviewFacts, book: ParameterBook) -> Found:
    """
    Find a mean price per kWh that no sheet of the class can give (AR-P14).

    With two parts, the basic charge and the power factor are left out: they follow the load.
    """
    code = "price_out_of_range"
    figures = facts.figures
    energy = figures.energy_kwh_e2
    by_load = figures.basic_fen + figures.power_factor_fen
    money_fen = np.where(facts.is_two_part, figures.amount_fen - by_load, figures.amount_fen)
    price_e4 = money_fen * 10_000 // np.maximum(energy, 1)
    low, high = book.column(facts, code, "low_e4"), book.column(facts, code, "high_e4")
    is_enough = energy >= book.column(facts, code, "least_kwh") * 100
    return found(
        code,
        is_enough & ((price_e4 < low) | (price_e4 > high)),
        price_e4=price_e4,
        low_e4=low,
        high_e4=high,
        energy_kwh_e2=energy,
    )


def share_check_overdue(facts: ReviewFacts, book: ParameterBook) -> Found:
    """Find shares without a meter that nobody has verified for a year (AR-M06, TR-1.4)."""
    due = add_months(facts.share_set_date, book.column(facts, "share_check_overdue", "months"))
    is_overdue = ~np.isnat(facts.share_set_date) & (due < np.datetime64(facts.end, "D"))
    return found(
        "share_check_overdue", is_overdue, checked_date=facts.share_set_date.astype(str), due_date=due.astype(str)
    )


def add_months(days: DateArray, months: IntArray) -> DateArray:
    """Return the same day so many months later; a day that the month lacks becomes the first after it."""
    month = days.astype("M8[M]")
    later: DateArray = (month + months.astype("m8[M]")).astype("M8[D]") + (days - month.astype("M8[D]"))
    return later
