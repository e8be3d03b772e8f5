"""Messages out: the list, one message with its attempts, hold and release."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import outbox
from dianke.domain.collection.operations.dunning import ABOUT
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.outbox import words
from dianke.interfaces.web.outbox.message_list import MESSAGES
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.outbox import queries
from dianke.platform.outbox.models import Message
from dianke.platform.outbox.types import MessageState


@require_GET
@page_right(outbox.VIEW)
def list_messages(request: StaffRequest) -> HttpResponse:
    """List messages, newest first, and say which channels reach nobody here."""
    values = {"is_simulated": settings.SIMULATED_CARRIER, "has_mail": bool(settings.EMAIL_HOST)}
    return render_list(request, MESSAGES, template="outbox/messages.html", values=values)


@require_GET
@page_right(outbox.VIEW)
def show_message(request: StaffRequest, key: int) -> HttpResponse:
    """Show a message, what it says, and everything that happened to it."""
    message = _get(request, key)
    attempts = queries.list_attempts(actor=request.actor, message=message)
    events = queries.list_events(actor=request.actor, message=message)
    names = Names([message.queued_by, *(one.by for one in events)])
    may_hold = request.actor.may(outbox.HOLD)
    values = {
        "page": _head(message),
        "message": message,
        "channel": words.CHANNELS[message.channel],
        "purpose": words.PURPOSES.get(message.purpose, message.purpose),
        "wait": words.WAITS.get(message.wait_reason, "") if message.state == MessageState.QUEUED.value else "",
        "hold": words.HOLDS.get(message.hold_reason, message.hold_reason),
        "attempts": [(one, words.OUTCOMES[one.outcome]) for one in attempts],
        "events": [(one, words.EVENTS.get(one.what, one.what), names.of(one.by)) for one in events],
        "queued_by": names.of(message.queued_by),
        "about_url": reverse("web:dunning_step", args=[message.about_key])
        if message.about_kind == ABOUT and request.actor.may("collection.view")
        else "",
        "may_hold": may_hold and message.state == MessageState.QUEUED.value,
        "may_release": may_hold
        and message.state in {MessageState.HELD.value, MessageState.FAILED.value}
        and bool(message.address),
    }
    return render(request, "outbox/message.html", values)


@require_POST
@page_right(outbox.HOLD)
def hold_message(request: StaffRequest, key: int) -> HttpResponse:
    """Keep a message back."""
    reason = str(request.POST.get("reason", ""))
    at = SystemClock().now()
    act = partial(outbox.hold_message, actor=request.actor, key=key, reason=reason, at=at)
    return _carry_out(request, key, act, _("The message is held back."))


@require_POST
@page_right(outbox.HOLD)
def release_message(request: StaffRequest, key: int) -> HttpResponse:
    """Let a message go, or try one again."""
    reason = str(request.POST.get("reason", ""))
    at = SystemClock().now()
    act = partial(outbox.release_message, actor=request.actor, key=key, reason=reason, at=at)
    return _carry_out(request, key, act, _("The message goes out at the next time that is allowed."))


def _carry_out(request: StaffRequest, key: int, act: Callable[[], Any], done: str) -> HttpResponse:
    back = reverse("web:message", kwargs={"key": key})
    return carry_out(request, act, done=done, back=back, missing=queries.MessageUnknown)


def _get(request: StaffRequest, key: int) -> Message:
    try:
        return queries.get_message(actor=request.actor, key=key)
    except queries.MessageUnknown as unknown:
        raise Http404 from unknown


def _head(message: Message) -> Page:
    return Page(
        title=_("Message"),
        number=message.number,
        facts=[words.CHANNELS[message.channel], message.unit.name],
        crumbs=[Crumb(_("Queries")), Crumb(_("Messages sent"), reverse("web:messages"))],
        chips=[state_chip("outbox.message", message.state)],
        menu_url=reverse("web:messages"),
        help=[
            _("An attempt without an answer is sent again under the same number, and the repeat stands here."),
            _("Sent means that the carrier took it; delivered means that the carrier reported it."),
        ],
    )
