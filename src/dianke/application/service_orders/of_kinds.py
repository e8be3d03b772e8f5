"""Effects of steps that some kinds share by name and not by what they do."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from dianke.application.service_orders import connecting, generation, increase, parts
from dianke.application.service_orders.work import Work
from dianke.domain.service_orders.types import OrderKind

_OF_PARTS: Mapping[str, Callable[[Work], None]] = MappingProxyType(
    {
        "check_debts": parts.check_debts,
        "sign_contract": parts.require_contracts,
        "install_meter": parts.install_meters,
        "energise": parts.energise,
    }
)


_OF_INCREASE: Mapping[str, Callable[[Work], None]] = MappingProxyType(
    {
        "sign_contract": connecting.require_supply_contract,
        "install_meter": increase.change_ratios,
        "energise": increase.energise,
    }
)


def find_effect_of_kind(kind: str, step: str) -> Callable[[Work], None] | None:
    """Return what a step of a kind changes where the kind has a way of its own, None where it has not."""
    if kind == OrderKind.SOLAR.value and step == "sign_contract":
        return generation.require_agreement
    if kind == OrderKind.INCREASE.value:
        return _OF_INCREASE.get(step)
    return _OF_PARTS.get(step) if kind in parts.KINDS else None
