"""What supply contracts are called: kinds, states, parties, ways of signing."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.contracts.types import ChangeKind, ContractKind, Party, SignatureWay, TemplateState, VersionState
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
PARTIES: dict[str, Text] = {
    Party.SUPPLIER.value: pgettext_lazy("contract", "Supplier"),
    Party.CUSTOMER.value: pgettext_lazy("contract", "Customer"),
}
WAYS: dict[str, Text] = {
    SignatureWay.PAPER.value: pgettext_lazy("contract", "On paper"),
    SignatureWay.ELECTRONIC.value: pgettext_lazy("contract", "Simulated electronic signature"),
}
# What has to be done next, by state.
NEXT: dict[str, Text] = {
    VersionState.DRAFT.value: _("Fill what is missing, then hand it to another person for approval."),
    VersionState.PROPOSED.value: _("Another person than who drafted or proposed it approves or refuses it."),
    VersionState.REFUSED.value: _("Change what was refused, then propose it again."),
    VersionState.APPROVED.value: _("Print it, have both parties sign, and record each signature with its copy."),
    VersionState.SIGNED.value: _("It holds. Put the paper away and write down where it lies."),
    VersionState.FILED.value: _("Nothing has to be done until its end is near."),
    VersionState.WITHDRAWN.value: _("It was given up; draft a new version if one is needed."),
}

register_states(
    "contracts.change",
    {
        ChangeKind.SAME.value: ("idle", pgettext_lazy("contract", "Unchanged")),
        ChangeKind.ADDED.value: ("ok", pgettext_lazy("contract", "Added")),
        ChangeKind.REMOVED.value: ("bad", pgettext_lazy("contract", "Removed")),
        ChangeKind.CHANGED.value: ("warn", pgettext_lazy("contract", "Changed")),
    },
)
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
        "SOON": ("warn", pgettext_lazy("contract", "Ends soon")),
        "OVER": ("idle", pgettext_lazy("contract", "Over")),
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
