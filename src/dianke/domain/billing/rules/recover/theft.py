"""Theft of electricity (窃电): TR-11."""

from decimal import Decimal

from dianke.domain.billing.rules.recover.penalty import multiply_recovery
from dianke.domain.billing.rules.recover.types import PenaltyBase, Recovery, Step, TheftTerms, TheftUser


def estimate_stolen_kwh(
    *,
    capacity_kw: Decimal,
    user: TheftUser | None,
    days: Decimal | None,
    hours_per_day: Decimal | None,
    terms: TheftTerms,
) -> tuple[Decimal, Decimal, tuple[Step, ...]]:
    """
    Return the stolen energy, the days behind it and the steps; what nobody knows comes from the terms.

    The energy is not rounded: unlike a corrected register it was never a register value.
    Source: TR-11, art. 103 of REG-SUPPLY-1996.
    """
    known_days = terms.days if days is None else days
    regular_hours = terms.hours_lighting if user is TheftUser.LIGHTING else terms.hours_power
    hours = regular_hours if hours_per_day is None else hours_per_day
    kwh = capacity_kw * known_days * hours
    steps = (
        Step(name="capacity", value=capacity_kw, unit="kW"),
        Step(name="days", value=known_days, unit="day"),
        Step(name="hours_per_day", value=hours, unit="h/day"),
        Step(name="kwh", value=kwh, unit="kWh"),
    )
    return kwh, known_days, steps


def recover_theft(
    *,
    kwh: Decimal,
    days: Decimal | None,
    price: Decimal | None,
    multiple: Decimal,
    penalty_on: PenaltyBase,
    terms: TheftTerms,
    steps: tuple[Step, ...] = (),
) -> Recovery:
    """
    Return what a thief owes: the energy at the price in force, and the multiple of it as penalty.

    Source: TR-11, art. 102 of REG-SUPPLY-1996.
    """
    if price is None:
        return Recovery(article=terms.article, steps=steps, kwh=kwh, days=days)
    recovered, penalty, money_steps = multiply_recovery(exact=kwh * price, multiple=multiple, penalty_on=penalty_on)
    return Recovery(
        article=terms.article,
        steps=(*steps, Step(name="price", value=price, unit="yuan/kWh"), *money_steps),
        kwh=kwh,
        days=days,
        recovered=recovered,
        penalty=penalty,
        total=recovered + penalty,
    )
