"""What codes of invoices are called and how they look."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

register_states(
    "invoice",
    {
        "MADE": ("run", _("Made, to be sent")),
        "SENT": ("run", _("Sent, no answer yet")),
        "ACCEPTED": ("ok", _("Accepted by the tax platform")),
        "REFUSED": ("bad", _("Refused by the tax platform")),
    },
)
register_states(
    "invoice_request",
    {
        "ASKED": ("warn", pgettext_lazy("invoice", "Asked for")),
        "MADE": ("ok", pgettext_lazy("invoice", "Made")),
        "REFUSED": ("bad", pgettext_lazy("invoice", "Refused")),
        "WITHDRAWN": ("idle", _("Taken back")),
    },
)
register_states(
    "invoice_batch",
    {
        "QUEUED": ("run", pgettext_lazy("work", "Waiting")),
        "RUNNING": ("run", _("At work")),
        "DONE": ("ok", _("Done")),
        "FAILED": ("bad", _("Failed")),
        "CANCELLED": ("idle", _("Cancelled")),
    },
)

COLOURS: dict[str, Text] = {"BLUE": _("Blue invoice"), "RED": _("Red-letter invoice")}
KINDS: dict[str, Text] = {"ORDINARY": _("Ordinary invoice"), "SPECIAL": _("Special VAT invoice")}
RED_REASONS: dict[str, Text] = {
    "WRONG_INVOICE": _("Wrongly invoiced"),
    "RETURN": _("Sale returned"),
    "SERVICE_ENDED": _("Service ended"),
    "ALLOWANCE": _("Allowance on the price"),
}
ORIGINS: dict[str, Text] = {"STAFF": _("by staff"), "CORRECTION": _("by a correction of the bill")}
# Why a bill is not invoiced now, and why something was settled by itself: pages translate these by their text.
REASONS: tuple[Text, ...] = (
    _("it takes another bill back"),
    _("it was reversed by a correction"),
    _("its amount is not above zero"),
    _("it is invoiced already"),
    _("a part of it is invoiced: no bill in parts"),
    _("its invoice is asked for already"),
    _("a part of it is below zero"),
    _("an invoice takes 100 bills at most"),
    _("it belongs to another unit than the first"),
    _("it is another customer's than the first"),
    _("no bill is chosen"),
    _("nobody is recorded as seller for its unit"),
    _("no tax rate is recorded for it"),
    _("the name is missing"),
    _("the title is missing"),
    _("the tax number is missing"),
    _("a person gets no special invoice"),
    _("the check digit does not fit"),
    _("a unified social credit code has 18 characters without I, O, S, V and Z"),
    _("the tax platform refused the invoice"),
)
