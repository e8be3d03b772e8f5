"""What of the reasons of a watch entry accuses, and is masked from who may not see such facts."""

from collections.abc import Mapping, Sequence
from typing import Any

from dianke.domain.watching.types import ReasonCode
from dianke.platform.identity.types import Actor

MASKED = "is_masked"
_SENSITIVE = "credit.see_sensitive"
# The cause of risk that counts breaches of use and thefts; scoring writes "LAW=<points>".
_ACCUSING = ("LAW=",)


def hide_accusations(actor: Actor, reasons: Sequence[Mapping[str, Any]], unit_path: str) -> list[dict[str, Any]]:
    """Return the reasons as the reader may see them at the unit: of one that accuses only that there is one."""
    if actor.may(_SENSITIVE, unit_path):
        return [dict(one) for one in reasons]
    return [{"code": one["code"], MASKED: 1} if _accuses(one) else dict(one) for one in reasons]


def _accuses(reason: Mapping[str, Any]) -> bool:
    is_cause = reason["code"] == ReasonCode.RISK_CAUSE.value
    return is_cause and str(reason.get("cause", "")).startswith(_ACCUSING)
