"""Which structure a commercial or industrial customer may have, and which power factor is asked of them."""

from decimal import Decimal

from dianke.domain.tariffs.types import PolicySet, Structure

_AGRICULTURAL = "AGRICULTURAL"
_RESIDENTIAL = ("RESIDENTIAL", "RESIDENTIAL_SHARED")


def list_allowed_structures(
    *, capacity_kva: Decimal, policies: PolicySet, keeps_single: bool = False
) -> tuple[Structure, ...]:
    """
    Return the structures open to a commercial or industrial customer of a receiving capacity (TR-2).

    From the threshold on two-part only, except for a customer that had single-part on the day the rule came
    into force and keeps it; between the lower limit and the threshold the customer chooses; up to the lower
    limit single-part only. Where no lower limit is in force there is no choice.
    """
    if capacity_kva >= policies.number("TWO_PART_THRESHOLD_KVA"):
        return (Structure.SINGLE, Structure.TWO_PART) if keeps_single else (Structure.TWO_PART,)
    lower = policies.find("CHOICE_LOW_KVA")
    if lower is not None and lower.number is not None and capacity_kva > lower.number:
        return (Structure.SINGLE, Structure.TWO_PART)
    return (Structure.SINGLE,)


def find_power_factor_standard(
    *,
    usage_class: str,
    capacity_kva: Decimal,
    is_high_voltage: bool,
    is_industrial: bool,
    policies: PolicySet,
) -> Decimal | None:
    """
    Return the power factor that is asked of a customer, or None (TR-5.1).

    0.90 for industry on high voltage above 160 kVA, 0.85 for other industry and for non-industry from
    100 kVA, 0.80 for agriculture from 100 kVA; nothing below that and nothing of homes. Irrigation
    stations and customers with on-load tap changing are set by hand.
    """
    if usage_class in _RESIDENTIAL or capacity_kva < policies.number("POWER_FACTOR_FROM_KVA"):
        return None
    if usage_class == _AGRICULTURAL:
        return policies.number("POWER_FACTOR_STANDARD_LOW")
    if is_industrial and is_high_voltage and capacity_kva > policies.number("POWER_FACTOR_HIGH_ABOVE_KVA"):
        return policies.number("POWER_FACTOR_STANDARD_HIGH")
    return policies.number("POWER_FACTOR_STANDARD_MIDDLE")
