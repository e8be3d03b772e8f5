"""What codes of the archive are called and how they look."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

register_states(
    "account",
    {"ACTIVE": ("ok", _("Supplied")), "SUSPENDED": ("warn", _("Suspended")), "CLOSED": ("idle", _("Closed"))},
)
register_states("usage_point", {"ACTIVE": ("ok", _("In use")), "REMOVED": ("idle", _("Removed"))})
register_states(
    "transformer",
    {
        "RUNNING": ("ok", _("Running")),
        "HOT_STANDBY": ("run", _("Hot standby")),
        "COLD_SEALED": ("idle", _("Sealed")),
        "SUSPENDED": ("warn", _("Suspended")),
        "REMOVED": ("idle", _("Removed")),
    },
)

KINDS: dict[str, Text] = {"PERSON": _("Person"), "COMPANY": _("Company"), "GOVERNMENT": _("Public office")}

# One character each in Chinese: 户 点 表 变 区 线.
NODES: dict[str, Text] = {
    "account": pgettext_lazy("node of supply", "account"),
    "point": pgettext_lazy("node of supply", "point"),
    "meter": pgettext_lazy("node of supply", "meter"),
    "transformer": pgettext_lazy("node of supply", "transformer"),
    "area": pgettext_lazy("node of supply", "area"),
    "line": pgettext_lazy("node of supply", "line"),
}
