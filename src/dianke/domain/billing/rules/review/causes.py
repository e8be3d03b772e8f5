"""The causes that the review names: how much hangs on each, where it comes from and what a clerk does about it."""

from dataclasses import dataclass

from dianke.domain.billing.types import Severity

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW

REMEDIES = {
    "register_backwards": "Check the reading on site; correct it, or confirm the rollover.",
    "main_negative": "Check the readings of the main meter and of its sub-meters.",
    "multiplier_mismatch": "Compare the plates on site; correct the ratio or the multiplier.",
    "exchange_without_ticket": "Ask for the ticket of the exchange and enter its number.",
    "use_over_capacity": "Check the reading and the multiplier, then the load on site.",
    "demand_over_capacity": "Check the demand reading; order an increase of capacity.",
    "suspension_in_use": "Check the seal on site; end the suspension from the day of use.",
    "class_against_industry": "Check the use on site; correct the class or the trade.",
    "two_part_not_charged": "Change the terms to two-part, or enter the capacity charge.",
    "power_factor_standard": "Correct the power-factor standard of the terms.",
    "jump_last_month": "Compare with the meter; read again if nothing explains it.",
    "jump_last_year": "Compare with the meter; read again if nothing explains it.",
    "periods_differ": "Read all registers again; order a meter test if they differ still.",
    "zero_use": "Visit the place: meter stopped, bypassed, or nobody there.",
    "estimated_twice": "Read the meter on site before the bill is issued.",
    "multiplier_changed": "Compare the new ratio with the ticket of the change, and enter its number.",
    "price_out_of_range": "Check class, voltage and hours of use in the terms.",
    "share_check_overdue": "Verify the shares on site and enter the day.",
    "suspension_too_long": "Charge the whole capacity, or turn it into a reduction.",
    "first_bill": "Compare meter, multiplier and terms with the contract.",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """A named cause; `rule` is its number among the audit rules (AR-…) or the chapter of the billing rules."""

    code: str
    severity: Severity
    rule: str

    @property
    def action(self) -> str:
        """Return what a clerk does about it."""
        return REMEDIES[self.code]


CAUSES: dict[str, Cause] = {
    cause.code: cause
    for cause in (
        Cause("register_backwards", HIGH, "AR-Q06"),
        Cause("main_negative", HIGH, "TR-1.5"),
        Cause("multiplier_mismatch", HIGH, "AR-M01"),
        Cause("exchange_without_ticket", HIGH, "AR-M08"),
        Cause("use_over_capacity", HIGH, "AR-Q11"),
        Cause("demand_over_capacity", HIGH, "AR-C01"),
        Cause("suspension_in_use", HIGH, "AR-C03"),
        Cause("class_against_industry", HIGH, "AR-P01"),
        Cause("two_part_not_charged", HIGH, "AR-P04"),
        Cause("power_factor_standard", HIGH, "AR-P06"),
        Cause("jump_last_month", MEDIUM, "AR-Q03"),
        Cause("jump_last_year", MEDIUM, "AR-Q03"),
        Cause("periods_differ", MEDIUM, "AR-Q05"),
        Cause("zero_use", MEDIUM, "AR-Q01"),
        Cause("estimated_twice", MEDIUM, "AR-Q07"),
        Cause("multiplier_changed", MEDIUM, "AR-M01"),
        Cause("price_out_of_range", MEDIUM, "AR-P14"),
        Cause("share_check_overdue", MEDIUM, "AR-M06"),
        Cause("suspension_too_long", MEDIUM, "AR-C04"),
        Cause("first_bill", LOW, "TR-13"),
    )
}
