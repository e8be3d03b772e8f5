"""What pages of gateways and agents call things."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.channels.rules.bank_files.types import CollectionWay
from dianke.domain.channels.rules.collections import FileState, LineState
from dianke.domain.channels.rules.gateway.judging import NotOrdered
from dianke.domain.channels.rules.gateway.types import (
    AcquirerKind,
    CallBackFault,
    KeyState,
    NoticeKind,
    OrderState,
    Outcome,
)
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

KINDS: dict[str, Text] = {
    AcquirerKind.SIMULATED.value: _("Simulated gateway"),
    AcquirerKind.AGENT.value: _("Agent with daily files"),
    AcquirerKind.TERMINAL.value: _("Card terminal of a counter"),
}
WAYS: dict[str, Text] = {
    CollectionWay.PAID.value: _("Came"),
    CollectionWay.REVERSED.value: _("Went back"),
}
NOTICES: dict[str, Text] = {
    NoticeKind.PAID.value: pgettext_lazy("gateway", "Payment"),
    NoticeKind.REFUNDED.value: pgettext_lazy("gateway", "Refund"),
}
REASONS: dict[str, Text] = {
    NotOrdered.ORDER_UNKNOWN.value: _("the order is unknown"),
    NotOrdered.AMOUNT_DIFFERS.value: _("another amount than ordered"),
    NotOrdered.EXPIRED.value: _("paid after the order had expired"),
    NotOrdered.CLOSED.value: _("paid after the order was taken back"),
    NotOrdered.PAID_ALREADY.value: _("the order was paid already"),
    "amount_differs": _("told before with another amount"),
    "refund_in_part": _("only a part went back"),
    "prepayment_spent": _("the prepayment that it filled was paid out meanwhile"),
    "reversed_already": _("it was reversed already"),
}
FAULTS: dict[str, Text] = {
    CallBackFault.KEY_UNKNOWN.value: _("no key of this name is in use"),
    CallBackFault.SIGNATURE_WRONG.value: _("the signature is wrong"),
    CallBackFault.TOO_OLD.value: _("signed more than five minutes before or after"),
    CallBackFault.UNREADABLE.value: _("it cannot be read"),
    CallBackFault.MERCHANT_WRONG.value: _("it is for another merchant"),
}
# Why the domain refuses, where the reason is not written at the refusal: the catalogue knows them by this list.
REFUSED_BECAUSE: tuple[Text, ...] = (
    _("the code is taken"),
    _("the code is capital letters and digits"),
    _("something is missing"),
    _("a gateway has a page at an address of https"),
    _("an order lives a minute to a day"),
    _("it is no RSA key of 2048 bits or more in PEM"),
    _("no money came by it"),
    _("its days are not before it"),
    _("the commission is more than the money"),
    _("the commission is more than the rate"),
    _("a card terminal has no files"),
    _("its day is a bank's"),
)
register_states(
    "online.order",
    {
        OrderState.OPEN.value: ("run", pgettext_lazy("order", "Waits for payment")),
        OrderState.PAID.value: ("ok", pgettext_lazy("order", "Paid")),
        OrderState.EXPIRED.value: ("idle", pgettext_lazy("order", "Expired")),
        OrderState.CLOSED.value: ("idle", pgettext_lazy("order", "Taken back")),
        OrderState.REFUNDED.value: ("bad", pgettext_lazy("order", "Refunded")),
    },
)
register_states(
    "online.key",
    {
        KeyState.PROPOSED.value: ("warn", _("Waits for a second person")),
        KeyState.IN_USE.value: ("ok", pgettext_lazy("key", "In use")),
        KeyState.REFUSED.value: ("bad", _("Refused")),
        KeyState.ENDED.value: ("idle", pgettext_lazy("key", "Ended")),
    },
)
register_states(
    "online.outcome",
    {
        Outcome.BOOKED.value: ("ok", pgettext_lazy("call-back", "Booked")),
        Outcome.BOOKED_AND_REVERSED.value: ("bad", _("Booked and reversed")),
        Outcome.SUSPENSE.value: ("warn", _("In suspense")),
        Outcome.REVERSED.value: ("bad", pgettext_lazy("payment", "Reversed")),
        Outcome.EARLY.value: ("warn", _("Came before its payment")),
        Outcome.REPEATED.value: ("idle", _("Told before")),
        Outcome.REFUSED.value: ("bad", _("Contradicts the books")),
        "WAITS": ("run", _("Is being booked")),
        "FAULTY": ("bad", _("Worth nothing")),
    },
)
register_states(
    "online.file",
    {
        FileState.REFUSED.value: ("bad", pgettext_lazy("file", "Refused")),
        FileState.CHECKED.value: ("run", pgettext_lazy("file", "Checked")),
        FileState.BOOKED.value: ("ok", pgettext_lazy("file", "Booked")),
    },
)
register_states(
    "online.line",
    {
        LineState.COMPARED.value: ("idle", _("To be compared")),
        LineState.WAITING.value: ("run", _("Not booked yet")),
        LineState.BOOKED.value: ("ok", pgettext_lazy("line", "Booked")),
        LineState.SUSPENSE.value: ("warn", _("In suspense")),
        LineState.REVERSED.value: ("bad", pgettext_lazy("line", "Reversed")),
        LineState.NOTHING_TO_REVERSE.value: ("bad", _("Nothing to reverse")),
    },
)
