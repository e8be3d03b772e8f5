"""Kinds of load curves: drawn side by side, their points, and an account over its kind."""

from typing import Any

import numpy as np
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application import load_shapes
from dianke.application.listings.usage import list_summed_points
from dianke.domain.load_shapes.models import LoadShape, ShapeMember, ShapeRun
from dianke.domain.load_shapes.queries import curves
from dianke.domain.load_shapes.queries import runs as queries
from dianke.engine.load_shapes.typical import typical_days
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.customers.account_frame import Viewed, account_page
from dianke.interfaces.web.load_shapes import words
from dianke.interfaces.web.load_shapes.member_list import MEMBERS
from dianke.interfaces.web.requests import StaffRequest

_SLOTS, _EVERY = 96, 24
_SMALL_PX = 168


@require_GET
@page_right(load_shapes.VIEW)
def show_shapes(request: StaffRequest) -> HttpResponse:
    """Show the kinds of the last run side by side, how stable they are, and what else was tried."""
    run = queries.get_last_run(actor=request.actor)
    shapes = queries.list_shapes(actor=request.actor, run=run) if run else []
    values = {
        "page": _head(run),
        "run": run,
        "verdict": words.VERDICTS[run.verdict] if run else "",
        "figures": _list_figures(run) if run else [],
        "shapes": [_describe(run, one) for one in shapes] if run else [],
        "tried": [_write_tried(run, one) for one in run.tried] if run else [],
    }
    return render(request, "load_shapes/shapes.html", values)


@require_GET
@page_right(load_shapes.VIEW)
def list_members(request: StaffRequest) -> HttpResponse:
    """List points by kind."""
    return render_list(request, MEMBERS)


@account_page
def show_account_shape(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Return the typical day of an account's point over that of its kind; nothing where it belongs to none."""
    values: dict[str, Any] = {"chart": None}
    if viewed.actor.may(load_shapes.VIEW):
        points = list_summed_points(actor=viewed.actor, account=viewed.get_account())
        member = queries.find_member(actor=viewed.actor.within(load_shapes.VIEW), usage_point_ids=points)
        if member is not None:
            values = _describe_member(member)
    return render(request, "load_shapes/account.html", values)


def _describe_member(member: ShapeMember) -> dict[str, Any]:
    run = member.shape.run
    days = curves.read_days(
        settings.DATA_DIR / "intervals", keys=[member.usage_point_id], start=run.first_day, end=run.end_day
    )
    own = typical_days(days, size=1)[0]
    drawn = [] if np.isnan(own).any() else [Series(_("This account"), own.round(3).tolist(), "line", "accent")]
    kind = Series(_("Its kind"), _read(member.shape.middle_e3), "line", "quiet", dashed=True)
    return {
        "member": member,
        "name": words.NAMES[member.shape.name],
        "chart": _draw([*drawn, kind], _now("Typical day against its kind"), height_px=236) if drawn else None,
        "url": f"{reverse('web:load_shape_members')}?kind={member.shape_id}",
    }


def _describe(run: ShapeRun, shape: LoadShape) -> dict[str, Any]:
    name = words.NAMES[shape.name]
    series = [
        Series(_("Upper quartile"), _read(shape.upper_e3), "line", "quiet", dashed=True),
        Series(_("Middle"), _read(shape.middle_e3), "line", "accent"),
        Series(_("Lower quartile"), _read(shape.lower_e3), "line", "quiet", dashed=True),
    ]
    return {
        "shape": shape,
        "name": name,
        "share": shape.count / run.point_count if run.point_count else None,
        "peak": words.write_peak(shape.peak_slot),
        "chart": _draw(series, _now("Typical day of kind %(rank)s") % {"rank": shape.rank}, height_px=_SMALL_PX),
        "chart_id": f"shape-{shape.rank}",
        "url": f"{reverse('web:load_shape_members')}?kind={shape.pk}",
    }


def _draw(series: list[Series], description: str, *, height_px: int) -> Chart:
    return Chart(
        labels=[words.write_hour(slot) for slot in range(_SLOTS)],
        series=series,
        unit=_("× mean"),
        description=description,
        label_name=_("Time"),
        decimals=2,
        label_every=_EVERY,
        height_px=height_px,
    )


def _read(values_e3: list[int]) -> list[float]:
    return [value / 1000 for value in values_e3]


def _list_figures(run: ShapeRun) -> list[Figure]:
    return [
        Figure(_("Kinds"), formats.number(run.kind_count)),
        Figure(
            words.INDEX, words.write_index(run.rand_mean_e4),
            context=_now("lowest of all draws %(least)s") % {"least": words.write_index(run.rand_least_e4)},
        ),
        Figure(_("Davies-Bouldin index"), words.write_index(run.davies_bouldin_e4), context=_("the lower the better")),
        Figure(
            _("Points sorted"), formats.number(run.point_count),
            context=_now("%(count)s left out for want of whole days") % {"count": formats.number(run.left_out_count)},
        ),
        Figure(
            _("Points learned from"), formats.number(run.learned_count),
            context=_now("%(count)s whole days") % {"count": formats.number(run.day_count)},
        ),
    ]  # fmt: skip


def _write_tried(run: ShapeRun, one: dict[str, Any]) -> dict[str, Any]:
    return {
        "k": one["k"],
        "is_chosen": one["k"] == run.kind_count,
        "mean": words.write_index(one["rand_mean_e4"]),
        "least": words.write_index(one["rand_least_e4"]),
        "bouldin": words.write_index(one["davies_bouldin_e4"]),
        "sizes": " · ".join(formats.number(size) for size in one["sizes"]),
    }


def _head(run: ShapeRun | None) -> Page:
    facts = []
    if run:
        first, end = formats.day(run.first_day), formats.day(run.end_day)
        facts.append(_now("curves from %(first)s up to %(end)s") % {"first": first, "end": end})
    return Page(
        title=_("Kinds of load curves"),
        facts=facts,
        crumbs=[Crumb(_("Credit and value"))],
        menu_url=reverse("web:load_shapes"),
        help=[
            _("Once a month the curves of eight weeks are sorted into kinds by their shape, whatever their size."),
            _("There are as many kinds as stay the same when the points are drawn again (adjusted Rand index of 0.8)."),
            _("The names follow from the typical day by rules; a name says nothing of what a customer does."),
        ],
    )
