"""Late fees (电费违约金): TR-9."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from dianke.domain.billing.rules.recover.types import CrossYear, CustomerClass, LateFeeTerms, Recovery, Step
from dianke.kernel.money import round_half_up

_DAY_UNIT = "day"


def compute_late_fee(
    *,
    amount: Decimal,
    customer_class: CustomerClass,
    due_date: date,
    paid_date: date,
    terms: LateFeeTerms,
    cross_year: CrossYear | None = None,
) -> Recovery:
    """
    Return the late fee of an arrear paid in one sum, in yuan.

    The due day is not counted, the day of payment is; no compounding. The fee is rounded half up once, then
    raised to the least charge, then cut at the cap if there is one. Nothing owed or nothing late: no fee.
    Source: TR-9, art. 98 of REG-SUPPLY-1996.
    """
    days = max((paid_date - due_date).days, 0)
    shares = _days_by_rate(days, customer_class, due_date, terms, cross_year or terms.cross_year)
    steps = [Step(name="days", value=Decimal(days), unit=_DAY_UNIT)]
    exact = Decimal(0)
    for rate, share in shares.items():
        part = amount * rate * share
        exact += part
        steps += [
            Step(name="rate", value=rate, unit="1/day"),
            Step(name="days_at_rate", value=Decimal(share), unit=_DAY_UNIT),
            Step(name="part", value=part, unit="yuan"),
        ]
    penalty = _bounded(round_half_up(exact, decimals=2), amount, exact, terms)
    return Recovery(
        article=terms.article,
        steps=(*steps, Step(name="penalty", value=penalty, unit="yuan")),
        days=Decimal(days),
        penalty=penalty,
        total=round_half_up(amount + penalty, decimals=2),
    )


def _days_by_rate(
    days: int, customer_class: CustomerClass, due_date: date, terms: LateFeeTerms, cross_year: CrossYear
) -> Mapping[Decimal, int]:
    """Return the overdue days under each daily rate, in time order."""
    if customer_class is CustomerClass.RESIDENTIAL:
        return {terms.residential: days}
    in_due_year = min(days, (date(due_date.year, 12, 31) - due_date).days)
    later = days - in_due_year
    if not later:
        return {terms.other: days}
    if cross_year is CrossYear.ALL_AT_HIGHER:
        return {terms.other_earlier_year: days}
    if cross_year is CrossYear.NEW_YEAR_ONLY:
        return {terms.other_earlier_year: later}
    return {terms.other: in_due_year, terms.other_earlier_year: later}


def _bounded(fee: Decimal, amount: Decimal, exact: Decimal, terms: LateFeeTerms) -> Decimal:
    if not exact:
        return fee
    fee = max(fee, round_half_up(terms.min_charge, decimals=2))
    if terms.cap_ratio is None:
        return fee
    return min(fee, round_half_up(amount * terms.cap_ratio, decimals=2))
