"""What codes of the archive are called and how they look."""

from django.utils.translation import gettext_lazy as _

from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

register_states(
    "account",
    {"ACTIVE": ("ok", _("supplied")), "SUSPENDED": ("warn", _("suspended")), "CLOSED": ("idle", _("closed"))},
)
register_states("usage_point", {"ACTIVE": ("ok", _("in use")), "REMOVED": ("idle", _("removed"))})
register_states(
    "transformer",
    {
        "RUNNING": ("ok", _("running")),
        "HOT_STANDBY": ("run", _("hot standby")),
        "COLD_SEALED": ("idle", _("sealed")),
        "SUSPENDED": ("warn", _("suspended")),
        "REMOVED": ("idle", _("removed")),
    },
)

KINDS: dict[str, Text] = {"PERSON": _("Person"), "COMPANY": _("Company"), "GOVERNMENT": _("Public office")}
