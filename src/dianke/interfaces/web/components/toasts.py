"""Messages that offer to take back what was just done."""

import json
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

_UNDO = "undo"


def offer_undo(request: HttpRequest, text: str, *, url: str, values: Mapping[str, str] | None = None) -> None:
    """Say what was done, with a button that posts the values to an address which takes it back."""
    messages.success(request, text, extra_tags=json.dumps({_UNDO: url, "values": dict(values or {})}))


def draw_undo(tags: str, *, token: str) -> str:
    """Return the form of a message's undo button, or nothing where the message has none."""
    try:
        told = json.loads(tags) if tags.startswith("{") else {}
    except ValueError:
        told = {}
    if _UNDO not in told:
        return ""
    hidden = format_html_join(
        "",
        '<input type="hidden" name="{}" value="{}">',
        {"csrfmiddlewaretoken": token, **told["values"]}.items(),
    )
    return format_html(
        '<form method="post" action="{}">{}<button class="link" data-once>{}</button></form>',
        told[_UNDO],
        hidden,
        _("Undo"),
    )
