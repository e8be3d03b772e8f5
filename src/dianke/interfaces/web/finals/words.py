"""What codes of final bills are called and how they look."""

from django.utils.translation import gettext_lazy as _

from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

register_states(
    "final_billing",
    {
        "ASKED": ("warn", _("To be issued")),
        "ISSUED": ("ok", _("Issued")),
        "WITHDRAWN": ("idle", _("Withdrawn")),
    },
)

KINDS: dict[str, Text] = {
    "CLOSING": _("Closing of the account"),
    "HANDOVER": _("Hand-over to another customer"),
}
