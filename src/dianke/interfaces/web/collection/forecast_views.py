"""The forecast of collection: what is open, what is still to be billed, and how right the same sum was before."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from dianke.application import collection
from dianke.domain.collection.queries.ageing import OPEN
from dianke.domain.collection.queries.coming import ComingBills
from dianke.domain.collection.queries.forecast import BackTest, Forecast, Looking, check_back, forecast
from dianke.domain.collection.rules.forecast import HORIZONS
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing.words import USAGE_CLASSES
from dianke.interfaces.web.collection.asking import Asked, read_address
from dianke.interfaces.web.collection.recovery_bill_views import OF_EXPECTED, open_bills, read_days
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page, Text
from dianke.interfaces.web.requests import StaffRequest


@require_GET
@page_right(collection.VIEW)
def show_forecast(request: StaffRequest) -> HttpResponse:
    """Show what is expected within some days, of open bills and of those to come; the rest of the page comes after."""
    asked, days = read_address(request), read_days(request)
    looking = Looking(actor=request.actor, unit_path=asked.unit_path)
    if request.GET.get("part") == "more":
        return render(request, "collection/forecast_more.html", _list_more(asked, days, looking))
    found = forecast(looking=looking, on=asked.as_of, days=days)
    values = {
        "page": _head(asked),
        "asked": asked,
        "found": found,
        "days": days,
        "tabs": [(one, _open_horizon(asked, one), one == days) for one in HORIZONS],
        "figures": _list_figures(asked, found),
        "rows": [
            (
                one,
                USAGE_CLASSES.get(one.usage_class, one.usage_class),
                asked.open_debts(bucket=OPEN, **{"class": one.usage_class}) if one.usage_class else "",
                _open_expected(asked, days, one.usage_class) if one.usage_class else "",
            )
            for one in found.by_class
        ],
        "open_url": asked.open_debts(bucket=OPEN),
        "expected_url": _open_expected(asked, days),
        "coming": [(one, USAGE_CLASSES.get(one.usage_class, one.usage_class)) for one in found.coming],
        "more_url": f"{_open_horizon(asked, days)}&part=more",
    }
    return render(request, "collection/forecast.html", values)


def _list_more(asked: Asked, days: int, looking: Looking) -> dict[str, Any]:
    """Return all horizons and the back-test, which read so much of the books that the page does not wait for them."""
    past = check_back(looking=looking, on=asked.as_of, days=days)
    every = [forecast(looking=looking, on=asked.as_of, days=one) for one in HORIZONS]
    return {
        "horizons": [(one, _open_horizon(asked, one.days), one.expected_fen + one.coming_fen) for one in every],
        "past": past,
        "checks": _list_checks(past),
        "error": _say_error(past),
    }


def _open_horizon(asked: Asked, days: int) -> str:
    return f"{reverse('web:collection_forecast')}?{asked.encode(by='', days=str(days))}"


def _open_expected(asked: Asked, days: int, usage_class: str = "") -> str:
    return open_bills(asked, OF_EXPECTED, days=str(days), **{"class": usage_class})


def _list_figures(asked: Asked, found: Forecast) -> list[Figure]:
    return [
        Figure(_("Open (yuan)"), formats.fen(found.open_fen), url=asked.open_debts(bucket=OPEN)),
        Figure(
            _("Expected of it (yuan)"), formats.fen(found.expected_fen), url=_open_expected(asked, found.days),
            context=_within(found.days),
        ),
        Figure(
            _("Expected of bills to come (yuan)"), formats.fen(found.coming_fen), url="#coming",
            context=_now("of %(amount)s that will be billed") % {"amount": formats.fen(found.billed_fen)},
        ),
        Figure(
            _("Expected together (yuan)"), formats.fen(found.expected_fen + found.coming_fen),
            context=_within(found.days),
        ),
    ]  # fmt: skip


def _within(days: int) -> str:
    return pgettext("forecast", "within %(days)s days") % {"days": days}


def _say_error(past: BackTest) -> str:
    return formats.signed_percent(past.error) if past.has_history and past.error is not None else "–"


def _list_checks(past: BackTest) -> Sequence[tuple[Text, int, int, bool]]:
    """Return what was said and what came, line by line; the last is their sum."""
    said: Sequence[ComingBills] = past.said.coming
    return [
        (_("Of bills open then"), past.said.expected_fen, past.came_open_fen, False),
        (_("Billed since"), sum(one.billed_fen for one in said), past.billed_fen, False),
        (_("Of bills issued since"), past.said.coming_fen, past.came_new_fen, False),
        (_("Collected together"), past.said_fen, past.came_fen, True),
    ]


def _head(asked: Asked) -> Page:
    return Page(
        title=_now("Forecast of collection"),
        facts=[asked.as_of.isoformat(), asked.unit.name if asked.unit else _("all units")],
        crumbs=[Crumb(_("Collection of debts"))],
        help=[
            _("Open bills: by class and age, the share that came within as many days before."),
            _("Bills to come: the calendar of each cycle, the mean of three months of each account, and how soon"
              " customers of the class paid before."),
        ],
    )  # fmt: skip
