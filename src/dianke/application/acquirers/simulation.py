"""A gateway that takes no money is used only where the installation says so, whatever stands in its tables."""

from django.conf import settings

from dianke.domain.channels.rules.gateway.types import AcquirerKind
from dianke.kernel.errors import DomainError


class SimulationNotAllowed(DomainError):
    """The gateway is a simulated one, and this installation takes real money."""

    code = "channels.simulation_not_allowed"
    message = "a simulated gateway is not allowed here"


def is_allowed(kind: str) -> bool:
    """Tell whether gateways of a kind may be used in this installation."""
    return kind != AcquirerKind.SIMULATED.value or bool(settings.SIMULATED_GATEWAY)


def require_allowed(kind: str) -> None:
    """
    Refuse a simulated gateway where it is not asked for.

    :raises SimulationNotAllowed: if the setting does not allow it
    """
    if not is_allowed(kind):
        raise SimulationNotAllowed(field="kind")
