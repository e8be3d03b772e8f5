"""The ladder of dunning in force, with an example of every text."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application import collection
from dianke.domain.collection.queries.ladders import OWN_FILE, list_ladders
from dianke.domain.collection.rules.ladder import LadderStep, fill_text, find_ladder, list_values
from dianke.domain.collection.types import BY_MESSAGE
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing.words import USAGE_CLASSES
from dianke.interfaces.web.collection import words
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.outbox.policy import get_policy
from dianke.platform.outbox.types import MessageChannel

_EXAMPLE_FEN = 1_286_40


@require_GET
@page_right(collection.VIEW)
def show_ladder(request: StaffRequest) -> HttpResponse:
    """Show the ladder in force on a day, and since when others are."""
    today = SystemClock().now().date()
    try:
        on = date.fromisoformat(str(request.GET.get("on") or ""))
    except ValueError:
        on = today
    ladders = list_ladders()
    ladder = find_ladder(ladders, on=max(on, min(one.valid_from for one in ladders)))
    quiet = get_policy(on=today).channels[MessageChannel.SMS]
    values = {
        "page": Page(
            title=_now("Ladder of dunning"),
            facts=[_now("in force since %(day)s") % {"day": ladder.valid_from.isoformat()}],
            crumbs=[Crumb(_("Collection of debts"))],
            help=[
                _("An account goes up one step at a time, at most one a day; a new oldest debt begins from below."),
                _("The ladder is dated data: the utility puts versions of its own beside those of the product."),
            ],
        ),
        "steps": [_draw(one, today) for one in ladder.steps],
        "versions": sorted({one.valid_from for one in ladders}, reverse=True),
        "shown": ladder.valid_from,
        "own_file": OWN_FILE,
        "quiet": quiet,
    }
    return render(request, "collection/ladder.html", values)


def _draw(step: LadderStep, today: date) -> dict[str, Any]:
    values = list_values(
        unit="云泽供电所", name="云泽机械厂", account="0100200308", overdue_fen=_EXAMPLE_FEN,
        days_overdue=step.days_overdue, items=2, due=today, today=today,
    )  # fmt: skip
    return {
        "step": step,
        "kind": words.KINDS[step.kind.value],
        "classes": ", ".join(str(USAGE_CLASSES.get(one, one)) for one in sorted(step.classes)),
        "is_message": step.kind in BY_MESSAGE,
        "subject": fill_text(step.subject, values=values),
        "example": fill_text(step.text, values=values),
    }
