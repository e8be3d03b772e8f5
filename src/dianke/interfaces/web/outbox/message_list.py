"""The messages as a list: by channel, state, day and number."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import outbox
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.outbox import words
from dianke.platform.identity.types import Actor
from dianke.platform.outbox import queries
from dianke.platform.outbox.types import MessageState

_STATES = [(one.value, state_chip("outbox.message", one.value).label) for one in MessageState]


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    digits = text.upper().removeprefix("XX-")
    return (rows.filter(pk=int(digits)) if digits.isdecimal() and len(digits) < 18 else rows.none()), False


def _name_wait(one: Any) -> Any:
    """Return what a message waits for; what has gone waits for nothing."""
    if one.state != MessageState.QUEUED.value:
        return words.HOLDS.get(one.hold_reason, one.hold_reason) or None
    return words.WAITS[one.wait_reason] if one.wait_reason else None


MESSAGES = register(
    ListSpec(
        name="outbox.messages",
        title=_("Messages sent"),
        url_name="web:messages",
        right=outbox.VIEW,
        crumbs=[Crumb(_("Queries"))],
        rows=lambda actor: queries.filter_messages(actor=actor),
        row_url=lambda one: address_row("web:message", one.pk),
        sort="-queued",
        columns=[
            Column("number", _("Message"), lambda one: one.number, css="n", width=14),
            Column("state", _("State"), lambda one: state_chip("outbox.message", one.state)),
            Column("channel", pgettext_lazy("message", "Channel"), lambda one: words.CHANNELS[one.channel], css="nw"),
            Column("to", pgettext_lazy("message", "To"), lambda one: one.masked_address or None, css="n", width=20),
            Column(
                "purpose", pgettext_lazy("message", "Purpose"), lambda one: words.PURPOSES.get(one.purpose, one.purpose)
            ),
            Column("template", _("Template"), lambda one: one.template, css="n", is_shown=False, width=24),
            Column("attempts", _("Attempts"), lambda one: one.attempt_count, css="num"),
            Column("due", _("Due at"), lambda one: one.due_at, css="n", width=18, is_shown=False),
            Column("waits", pgettext_lazy("message", "Waits for"), _name_wait, css="nw", width=20),
            Column("queued", _("Asked for at"), lambda one: one.queued_at, order=("queued_at",), css="n", width=18),
            Column("sent", _("Sent at"), lambda one: one.sent_at, css="n", width=18),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", is_shown=False, width=18),
        ],
        filters=[
            ChoiceFilter("state", _("State"), _STATES),
            ChoiceFilter("channel", pgettext_lazy("message", "Channel"), list(words.CHANNELS.items())),
            ChoiceFilter("purpose", pgettext_lazy("message", "Purpose"), list(words.PURPOSES.items())),
            DateRangeFilter("queued", _("Asked for at"), lookup="queued_at__date"),
            UnitFilter(),
        ],
        search=_search,
        search_hint=_("Number of the message"),
        count=lambda count: _now("%(count)s messages") % {"count": count},
        empty_title=_("No message yet"),
        empty_text=_("Messages appear here when a step of dunning sends one."),
        empty_found_title=_("No message fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("Every message to a customer, with each attempt to send it and what the carrier said."),
            _("Whoever named hours in which they want to hear nothing is written to after them."),
            _("Addresses are masked; no message goes in quiet hours or on public holidays unless it is urgent."),
        ],
        brief=("state", "to", "channel", "waits", "queued"),
        export_name="messages",
    )
)
