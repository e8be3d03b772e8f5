"""Back-billing of wrong measurement (退补电量): TR-10. A correction below zero goes back to the customer."""

from decimal import Decimal

from dianke.domain.billing.rules.recover.types import BackBillingTerms, Recovery, Step
from dianke.kernel.errors import DomainError
from dianke.kernel.money import round_half_up


class MeterRecordedNothing(DomainError):
    """An error of -100 % or less leaves nothing to compute the true energy from."""

    code = "error_ratio_too_low"
    message = "an error of {error_ratio} means that nothing was recorded: the true energy cannot be computed"


class TrueEnergyNegative(DomainError):
    """Record and factor have opposite signs."""

    code = "true_kwh_negative"
    message = "{recorded_kwh} kWh recorded times {correction_factor} gives negative true energy"


def correct_meter_error(
    *,
    recorded_kwh: Decimal,
    error_ratio: Decimal,
    terms: BackBillingTerms,
    is_half_period: bool | None = None,
    price: Decimal | None = None,
) -> Recovery:
    """
    Return the correction of a meter or transformer out of tolerance, against zero error.

    :raises MeterRecordedNothing: if the error is -1 or less
    Source: TR-10, art. 80 of REG-SUPPLY-1996.
    """
    if error_ratio <= -1:
        raise MeterRecordedNothing(field="error_ratio", error_ratio=error_ratio)
    true_kwh = recorded_kwh / (1 + error_ratio)
    ratio = 1 / (1 + error_ratio) - 1
    is_half = terms.is_half_period if is_half_period is None else is_half_period
    return _correction(recorded_kwh, true_kwh, ratio, price, terms, is_half=is_half)


def correct_wrong_wiring(
    *,
    recorded_kwh: Decimal,
    correction_factor: Decimal,
    terms: BackBillingTerms,
    price: Decimal | None = None,
) -> Recovery:
    """
    Return the correction of wrong wiring: the record times G - 1, G being right power over wrong power.

    A meter that ran backwards has a negative record and a negative factor.

    :raises TrueEnergyNegative: if only one of them is negative
    Source: TR-10, art. 81 of REG-SUPPLY-1996.
    """
    true_kwh = recorded_kwh * correction_factor
    if true_kwh < 0:
        raise TrueEnergyNegative(
            field="correction_factor", recorded_kwh=recorded_kwh, correction_factor=correction_factor
        )
    return _correction(recorded_kwh, true_kwh, correction_factor - 1, price, terms, is_half=terms.is_half_period)


def correct_wrong_multiplier(
    *, kwh: Decimal, used: Decimal, right: Decimal, terms: BackBillingTerms, price: Decimal | None = None
) -> Recovery:
    """
    Return the correction of energy that was billed with the wrong multiplier.

    Source: TR-10, art. 81 of REG-SUPPLY-1996.
    """
    true_kwh = kwh * right / used
    return _correction(kwh, true_kwh, right / used - 1, price, terms, is_half=terms.is_half_period)


def correct_blown_fuse(
    *, normal_kwh: Decimal, recorded_kwh: Decimal, terms: BackBillingTerms, price: Decimal | None = None
) -> Recovery:
    """
    Return what a blown voltage fuse kept from the record: normal month less faulty month, never a refund.

    Source: TR-10, art. 81 of REG-SUPPLY-1996.
    """
    true_kwh = max(normal_kwh, recorded_kwh)
    ratio = true_kwh / recorded_kwh - 1 if recorded_kwh else None
    return _correction(recorded_kwh, true_kwh, ratio, price, terms, is_half=terms.is_half_period)


def _correction(
    recorded_kwh: Decimal,
    true_kwh: Decimal,
    ratio: Decimal | None,
    price: Decimal | None,
    terms: BackBillingTerms,
    *,
    is_half: bool,
) -> Recovery:
    """Round the correction to whole kWh once, and price the rounded one."""
    exact_kwh = (true_kwh - recorded_kwh) / (2 if is_half else 1)
    kwh = round_half_up(exact_kwh, decimals=0)
    steps = [
        Step(name="recorded_kwh", value=recorded_kwh, unit="kWh"),
        Step(name="true_kwh_unrounded", value=true_kwh, unit="kWh"),
        Step(name="share_of_time", value=Decimal("0.5") if is_half else Decimal(1), unit=""),
        Step(name="kwh_unrounded", value=exact_kwh, unit="kWh"),
        Step(name="kwh", value=kwh, unit="kWh"),
    ]
    recovered = None if price is None else round_half_up(kwh * price, decimals=2)
    if price is not None and recovered is not None:
        steps += [
            Step(name="price", value=price, unit="yuan/kWh"),
            Step(name="recovered", value=recovered, unit="yuan"),
        ]
    return Recovery(
        article=terms.article,
        steps=tuple(steps),
        kwh=kwh,
        true_kwh=round_half_up(true_kwh, decimals=0),
        correction_ratio=ratio,
        recovered=recovered,
        total=recovered,
    )
