"""What messages out are called."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states
from dianke.platform.outbox.types import MessageChannel, MessageState, Outcome, WaitReason

CHANNELS: dict[str, Text] = {
    MessageChannel.SMS.value: _("SMS"),
    MessageChannel.EMAIL.value: _("E-mail"),
    MessageChannel.WECHAT.value: _("WeChat"),
    MessageChannel.LETTER.value: _("Letter"),
}
PURPOSES: dict[str, Text] = {
    "DUNNING": _("Dunning"),
    "FEE_CONTROL": _("Fee control"),
    "OUTAGE_NOTICE": _("Notice about supply"),
    "ORDER": _("Course of a service order"),
    "CREDIT": _("Lower credit grade"),
    "INSTALMENT": _("Instalment that falls due"),
    "STAGE": _("Stage of a month that falls due"),
}
HOLDS: dict[str, Text] = {
    "consent_withdrawn": _("the customer took back their consent"),
    "no_address": _("there is no address"),
    "no_hour": _("the quiet hours of the contact leave no hour for it"),
}
WAITS: dict[str, Text] = {
    WaitReason.QUIET_HOURS.value: _("quiet hours"),
    WaitReason.HOLIDAY.value: _("public holiday"),
    WaitReason.OWN_HOURS.value: _("quiet hours of the contact"),
}
OUTCOMES: dict[str, Text] = {
    Outcome.OPEN.value: _("no answer yet"),
    Outcome.ACCEPTED.value: _("taken by the carrier"),
    Outcome.DELAYED.value: _("delayed"),
    Outcome.REJECTED.value: _("rejected"),
    Outcome.LOST.value: _("interrupted; sent again under the same number"),
}
EVENTS: dict[str, Text] = {
    "HELD": pgettext_lazy("message", "Held back"),
    "RELEASED": pgettext_lazy("message", "Released"),
    "POSTED": _("Posted"),
    MessageState.DELIVERED.value: pgettext_lazy("message", "Delivered"),
    MessageState.FAILED.value: pgettext_lazy("message", "Failed"),
}

register_states(
    "outbox.message",
    {
        MessageState.QUEUED.value: ("run", pgettext_lazy("message", "To be sent")),
        MessageState.SENT.value: ("ok", pgettext_lazy("message", "Sent")),
        MessageState.DELIVERED.value: ("ok", pgettext_lazy("message", "Delivered")),
        MessageState.FAILED.value: ("bad", pgettext_lazy("message", "Failed")),
        MessageState.HELD.value: ("warn", pgettext_lazy("message", "Held back")),
    },
)
