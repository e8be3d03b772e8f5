"""Segments: saved conditions, who fits them, and what they are made up of."""

from collections import Counter
from decimal import Decimal
from typing import Any

import numpy as np
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application import profiles
from dianke.application.profiles.opening import list_open, may_open
from dianke.application.profiles.segments import SegmentNotFound
from dianke.domain.profiles.models import Segment
from dianke.domain.profiles.queries import segments as queries
from dianke.domain.profiles.queries import tags as tag_queries
from dianke.domain.profiles.rules.catalogue import list_facts_known
from dianke.engine.tags.language import read_condition
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.profiles import words
from dianke.interfaces.web.profiles.conditions import form_values
from dianke.interfaces.web.profiles.previews import ShownPreview, try_preview
from dianke.interfaces.web.profiles.segment_list import MEMBERS
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

_MOST_UNITS = 12


@require_GET
@page_right(profiles.VIEW)
def list_segments(request: StaffRequest) -> HttpResponse:
    """List the segments that the reader may open."""
    rows = list_open(actor=request.actor)
    tags = {one.code: one for one in tag_queries.list_seen_tags(actor=request.actor)}
    names = Names([one.owner for one in rows])
    facts = tag_queries.list_language(tags=tags.values())
    shown = [
        (
            one,
            names.of(one.owner),
            words.PURPOSES[one.purpose],
            words.write_words(read_condition(one.condition, facts=facts), tags=tags),
        )
        for one in rows
    ]
    values = {
        "page": Page(
            title=_("Segments"),
            crumbs=[Crumb(_("Credit and value"))],
            help=[_("A segment is a condition over tags and facts with a name; it is counted after every run.")],
        ),
        "rows": shown,
        "may_keep": request.actor.may(profiles.SEGMENT),
    }
    return render(request, "profiles/segments.html", values)


@require_GET
@page_right(profiles.VIEW)
def list_members(request: StaffRequest) -> HttpResponse:
    """List the members of a segment."""
    return render_list(request, MEMBERS)


@require_http_methods(["GET", "POST"])
@page_right(profiles.SEGMENT)
def new_segment(request: StaffRequest) -> HttpResponse:
    """Write a condition, see whom it fits, keep it."""
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
@page_right(profiles.SEGMENT)
def change_segment(request: StaffRequest, segment_id: int) -> HttpResponse:
    """Change a segment of one's own."""
    segment = queries.get_segment(actor=request.actor, segment_id=segment_id)
    if segment is None or segment.owner != request.actor.login:
        raise Http404
    return _edit(request, segment)


@require_GET
@page_right(profiles.VIEW)
def show_segment(request: StaffRequest, segment_id: int) -> HttpResponse:
    """Show a segment: its conditions, how many fit it now, and what they are made up of."""
    actor = request.actor
    segment = queries.get_segment(actor=actor, segment_id=segment_id)
    if segment is None or not may_open(actor=actor, segment=segment):
        raise Http404
    shown, refusal = try_preview(actor, segment.condition)
    values: dict[str, Any] = {
        "page": Page(
            title=segment.name,
            facts=[segment.unit.name, words.PURPOSES[segment.purpose], Names([segment.owner]).of(segment.owner)],
            crumbs=[Crumb(_("Segments"), reverse("web:segments"))],
            menu_url=reverse("web:segments"),
        ),
        "segment": segment,
        "preview": shown,
        "refusal": refusal,
        "figures": _list_figures(shown) if shown else [],
        "is_own": segment.owner == actor.login and actor.may(profiles.SEGMENT),
        "members_url": f"{reverse('web:segment_members')}?segment={segment.pk}",
        "by_class": _draw_classes(actor, segment),
        "by_unit": _draw_units(actor, shown) if shown else None,
    }
    return render(request, "profiles/segment.html", values)


@require_POST
@page_right(profiles.SEGMENT)
def end_segment(request: StaffRequest, segment_id: int) -> HttpResponse:
    """End a segment of one's own."""
    return carry_out(
        request,
        lambda: profiles.end_segment(actor=request.actor, segment_id=segment_id, at=SystemClock().now()),
        done=_now("The segment is ended."),
        back=reverse("web:segments"),
        missing=SegmentNotFound,
    )


def _edit(request: StaffRequest, segment: Segment | None) -> HttpResponse:
    given: Any = request.POST if request.method == "POST" else request.GET
    if segment is not None and not given:
        given = {"condition": segment.condition, "name": segment.name, "purpose": segment.purpose, "note": segment.note}
        given |= {"is_shared": "on"} if segment.is_shared else {}
    values: dict[str, Any] = form_values(request.actor, given, with_tags=True)
    found, refusal = try_preview(request.actor, values["condition"])
    if request.method == "POST" and "keep" in request.POST and not refusal:
        try:
            kept = profiles.keep_segment(
                actor=request.actor,
                segment_id=segment.pk if segment else None,
                name=given.get("name", "")[:60],
                condition=values["condition"],
                purpose=given.get("purpose", ""),
                note=given.get("note", "")[:300],
                is_shared="is_shared" in given,
                at=SystemClock().now(),
            )
        except DomainError as error:
            refusal = explain(error)
        else:
            return redirect("web:segment", kept.pk)
    values |= {
        "page": Page(
            title=_("Change the segment") if segment else _("New segment"),
            crumbs=[Crumb(_("Segments"), reverse("web:segments"))],
            menu_url=reverse("web:segments"),
        ),
        "segment": segment,
        "preview": found,
        "refusal": refusal,
        "given": given,
        "purposes": words.PURPOSES.items(),
    }
    status = 422 if request.method == "POST" and refusal else 200
    return render(request, "profiles/segment_form.html", values, status=status)


def _list_figures(shown: ShownPreview) -> list[Figure]:
    found = shown.found
    return [
        Figure(
            _("Customers who fit"),
            formats.number(found.count),
            of=f"/ {formats.number(found.reach_count)}",
            ratio=shown.share,
        ),
        Figure(_("Share"), formats.percent(Decimal(shown.share), 1)),
        Figure(_("Not known of"), formats.number(found.unknown_count), context=_now("a fact that decides is missing")),
        Figure(
            _("Time of the question (ms)"),
            formats.number(found.milliseconds),
            context=_now("%(count)s rows read") % {"count": formats.number(found.row_count)},
        ),
    ]


def _draw_classes(actor: Actor, segment: Segment) -> Chart | None:
    """Draw the members by class of use."""
    found = profiles.preview(actor=actor, text=segment.condition, also=("usage_class",)).found
    numbers, counts = np.unique(found.columns["usage_class"], return_counts=True)
    names = {one.number: words.pick(one.zh, one.en) for one in list_facts_known()["usage_class"].choices}
    if not numbers.size:
        return None
    return Chart(
        labels=[names.get(number, formats.NONE) for number in numbers.tolist()],
        series=[Series(pgettext_lazy("value", "Customers"), counts.tolist(), "bar", "accent")],
        description=_now("Members by class of use"),
        label_name=_("Class of use"),
    )


def _draw_units(actor: Actor, shown: ShownPreview) -> Chart | None:
    """Draw the members by unit, the largest first."""
    counted = Counter(shown.found.found.unit_ids.tolist()).most_common(_MOST_UNITS)
    if not counted:
        return None
    names = {one.pk: one.name for one in org.list_units(actor=actor)}
    return Chart(
        labels=[names[key] for key, _count in counted],
        series=[Series(pgettext_lazy("value", "Customers"), [count for _key, count in counted], "bar", "accent")],
        description=_now("Members by unit"),
        label_name=_("Unit"),
    )
