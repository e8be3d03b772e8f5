"""Breach of use (违约用电): TR-12. Each act is charged once for each time it is found."""

from decimal import Decimal

from dianke.domain.billing.rules.recover.penalty import multiply_recovery
from dianke.domain.billing.rules.recover.types import BreachTerms, PenaltyBase, Recovery, Step
from dianke.kernel.errors import DomainError
from dianke.kernel.money import round_half_up


class PriceDueBelowPaid(DomainError):
    """A change of class that made the energy dearer for the customer recovers nothing."""

    code = "price_due_below_paid"
    message = "the price due {price_due} is below the price paid {price_paid}: there is nothing to recover"


def recover_class_change(
    *,
    kwh: Decimal,
    price_paid: Decimal,
    price_due: Decimal,
    multiple: Decimal,
    penalty_on: PenaltyBase,
    terms: BreachTerms,
) -> Recovery:
    """
    Return the price difference of dearer use on a cheaper price, and the penalty on it.

    The energy is that of the days of use; where they are unknown, of the last three months.

    :raises PriceDueBelowPaid: if the difference is negative
    Source: TR-12, art. 100 of REG-SUPPLY-1996.
    """
    if price_due < price_paid:
        raise PriceDueBelowPaid(field="price_due", price_due=price_due, price_paid=price_paid)
    difference = price_due - price_paid
    recovered, penalty, steps = multiply_recovery(exact=kwh * difference, multiple=multiple, penalty_on=penalty_on)
    return Recovery(
        article=terms.article,
        steps=(
            Step(name="kwh", value=kwh, unit="kWh"),
            Step(name="price_difference", value=difference, unit="yuan/kWh"),
            *steps,
        ),
        kwh=kwh,
        recovered=recovered,
        penalty=penalty,
        total=recovered + penalty,
    )


def recover_basic_charge(
    *,
    capacity: Step,
    months: Decimal,
    basic_price: Decimal,
    multiple: Decimal,
    penalty_on: PenaltyBase,
    terms: BreachTerms,
) -> Recovery:
    """
    Return the basic charge of capacity that a two-part customer used without leave, and the penalty on it.

    Source: TR-12, art. 100 of REG-SUPPLY-1996.
    """
    recovered, penalty, steps = multiply_recovery(
        exact=capacity.value * months * basic_price, multiple=multiple, penalty_on=penalty_on
    )
    return Recovery(
        article=terms.article,
        steps=(
            capacity,
            Step(name="months", value=months, unit="month"),
            Step(name="basic_price", value=basic_price, unit=f"yuan/({capacity.unit}·month)"),
            *steps,
        ),
        recovered=recovered,
        penalty=penalty,
        total=recovered + penalty,
    )


def charge_by_capacity(*, capacity: Step, yuan_per_kw: Decimal, terms: BreachTerms) -> Recovery:
    """
    Return the penalty of an act that is charged by kW or kVA; nothing is recovered.

    Source: TR-12, art. 100 of REG-SUPPLY-1996.
    """
    penalty = round_half_up(capacity.value * yuan_per_kw, decimals=2)
    return Recovery(
        article=terms.article,
        steps=(
            capacity,
            Step(name="charge", value=yuan_per_kw, unit=f"yuan/{capacity.unit}"),
            Step(name="penalty", value=penalty, unit="yuan"),
        ),
        penalty=penalty,
        total=penalty,
    )


def charge_flat(*, charge_yuan: Decimal, terms: BreachTerms) -> Recovery:
    """
    Return the flat penalty of an act; nothing is recovered.

    Source: TR-12, art. 100 of REG-SUPPLY-1996.
    """
    penalty = round_half_up(charge_yuan, decimals=2)
    return Recovery(
        article=terms.article,
        steps=(Step(name="penalty", value=penalty, unit="yuan"),),
        penalty=penalty,
        total=penalty,
    )
