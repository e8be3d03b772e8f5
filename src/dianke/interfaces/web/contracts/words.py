"""What supply contracts are called: kinds, states, parties, ways of signing."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.contracts.types import ContractKind, TemplateState, VersionState
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

KINDS: dict[str, Text] = {
    ContractKind.HIGH_VOLTAGE.value: pgettext_lazy("contract", "High voltage"),
    ContractKind.LOW_VOLTAGE.value: pgettext_lazy("contract", "Low voltage"),
    ContractKind.RESIDENTIAL.value: pgettext_lazy("contract", "Residential"),
    ContractKind.TEMPORARY.value: pgettext_lazy("contract", "Temporary supply"),
    ContractKind.DUAL_SOURCE.value: pgettext_lazy("contract", "Dual source"),
    ContractKind.DISPATCH.value: pgettext_lazy("contract", "Dispatch"),
    ContractKind.GRID_CONNECTION.value: pgettext_lazy("contract", "Grid connection of own generation"),
}
register_states(
    "contracts.version",
    {
        VersionState.DRAFT.value: ("idle", pgettext_lazy("contract", "Draft")),
        VersionState.PROPOSED.value: ("run", _("To be approved")),
        VersionState.REFUSED.value: ("bad", pgettext_lazy("contract", "Refused")),
        VersionState.APPROVED.value: ("warn", pgettext_lazy("contract", "To be signed")),
        VersionState.SIGNED.value: ("ok", pgettext_lazy("contract", "Signed")),
        VersionState.FILED.value: ("ok", pgettext_lazy("contract", "Filed")),
        VersionState.WITHDRAWN.value: ("idle", _("Withdrawn")),
    },
)
register_states(
    "contracts.template",
    {
        TemplateState.PROPOSED.value: ("run", _("To be approved")),
        TemplateState.APPROVED.value: ("ok", pgettext_lazy("contract", "Approved")),
        TemplateState.REFUSED.value: ("bad", pgettext_lazy("contract", "Refused")),
    },
)
