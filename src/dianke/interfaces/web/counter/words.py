"""What the counter calls things."""

from collections.abc import Mapping

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.channels.types import EntryKind, ShiftState
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

ENTRY_KINDS: Mapping[str, Text] = {
    EntryKind.TAKEN.value: pgettext_lazy("shift", "Taken"),
    EntryKind.RETURNED.value: pgettext_lazy("shift", "Given back"),
}

register_states(
    "counter.shift",
    {
        ShiftState.OPEN.value: ("run", pgettext_lazy("shift", "Open")),
        ShiftState.COUNTED.value: ("warn", _("Difference waits for a second person")),
        ShiftState.TO_RECOUNT.value: ("bad", _("To be counted again")),
        ShiftState.CLOSED.value: ("ok", pgettext_lazy("shift", "Closed")),
    },
)
register_states(
    "counter.slip",
    {
        "UNDER_WAY": ("run", pgettext_lazy("cheque", "Under way")),
        "HONOURED": ("ok", pgettext_lazy("cheque", "Credited")),
        "BACK": ("bad", pgettext_lazy("payment", "Reversed")),
        "BY_DAY": ("idle", pgettext_lazy("card", "Settled by day")),
    },
)


def name_face(face_fen: int) -> str:
    """Return what a note or coin is called."""
    if face_fen >= 100:
        return _now("%(count)s yuan") % {"count": face_fen // 100}
    if face_fen >= 10:
        return _now("%(count)s jiao") % {"count": face_fen // 10}
    return _now("%(count)s fen") % {"count": face_fen}
