"""Which promises of orders were kept and which were broken, by unit, promise and month."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.http import HttpResponse
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application import service_orders
from dianke.domain.service_orders.models import OrderClock
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.types import ClockState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListQuery, ListSpec, find_rows, read_query, register
from dianke.interfaces.web.components.page import Crumb, Text
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import register_states, state_chip
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.service_orders import words
from dianke.kernel.clock import SystemClock

_KEPT, _BROKEN, _VOID = ClockState.KEPT.value, ClockState.BROKEN.value, ClockState.VOID.value
register_states(
    "order_clock",
    {
        ClockState.RUNNING.value: ("run", pgettext_lazy("clock", "Running")),
        ClockState.PAUSED.value: ("idle", pgettext_lazy("clock", "Stands")),
        _KEPT: ("ok", pgettext_lazy("clock", "Kept")),
        _BROKEN: ("bad", pgettext_lazy("clock", "Broken")),
        _VOID: ("idle", pgettext_lazy("clock", "Void")),
    },
)


@dataclass(frozen=True)
class PromiseLine:
    """What became of one promise in one unit: of a step, or of the order as a whole."""

    unit: str
    promise: str
    step: Text
    kept: int
    broken: int
    percent: str
    url: str


@require_GET
@page_right(service_orders.VIEW)
def list_promises(request: StaffRequest) -> HttpResponse:
    """List the clocks that ended, below what they add up to by unit and promise."""
    query = read_query(CLOCKS, actor=request.actor, query=request.GET)
    rows, _is_cut = find_rows(query)
    measured = rows.exclude(state=_VOID)
    totals = measured.aggregate(kept=Count("id", filter=Q(state=_KEPT)), broken=Count("id", filter=Q(state=_BROKEN)))
    late = queries.filter_orders(actor=request.actor).filter(due_at__lt=SystemClock().now())
    values = {
        "figures": _draw_figures(totals, late.count()),
        "lines": _sum_lines(measured, query),
        "trend": _draw_months(measured),
    }
    return render_list(request, CLOCKS, template="service_orders/promises.html", values=values)


def _draw_figures(totals: Mapping[str, int], late: int) -> list[Figure]:
    kept, broken = totals["kept"], totals["broken"]
    return [
        Figure(
            _("Kept in time"),
            _percent(kept, broken),
            context=_now("%(count)s of %(all)s")
            % {"count": formats.number(kept), "all": formats.number(kept + broken)},
            ratio=kept / (kept + broken) if kept + broken else None,
        ),
        Figure(_("Broken"), formats.number(broken), url=f"{reverse('web:service_promises')}?state={_BROKEN}"),
        Figure(_("Late now"), formats.number(late), url=f"{reverse('web:service_orders')}?due=late"),
    ]


def _sum_lines(rows: Any, query: ListQuery) -> list[PromiseLine]:
    counts: dict[tuple[str, str, str, str], dict[str, int]] = defaultdict(lambda: {_KEPT: 0, _BROKEN: 0})
    names = ("unit__code", "unit__name", "promise", "step")
    found = rows.values(*names, "state").annotate(count=Count("id"))
    for row in found.order_by("unit__code", "promise", "step"):
        code, name, promise, step = (row[one] for one in names)
        counts[code, name, promise, step][row["state"]] = row["count"]
    left_out = ("unit", "promise", "step", "state", "view")
    base = {key: value for key, value in query.parts().items() if key not in left_out}
    return [
        PromiseLine(
            unit=name,
            promise=words.promise_of(promise),
            step=_step_of(step),
            kept=one[_KEPT],
            broken=one[_BROKEN],
            percent=_percent(one[_KEPT], one[_BROKEN]),
            url=_address(base | {"unit": code, "promise": promise} | ({"step": step} if step else {})),
        )
        for (code, name, promise, step), one in counts.items()
    ]


def _draw_months(rows: Any) -> Chart | None:
    found = rows.annotate(month=TruncMonth("ended_at")).values("month", "state").annotate(count=Count("id"))
    by_month: dict[Any, dict[str, int]] = defaultdict(dict)
    for row in found.order_by("month"):
        by_month[row["month"]][row["state"]] = row["count"]
    if len(by_month) < 2:
        return None
    return Chart(
        labels=[f"{month:%Y-%m}" for month in by_month],
        series=[
            Series(_("Kept"), _take(by_month.values(), _KEPT), kind="bar", colour="ok", stack="all"),
            Series(_("Broken"), _take(by_month.values(), _BROKEN), kind="bar", colour="bad", stack="all"),
        ],
        description=_("Promises kept and broken by month"),
        label_name=_("Month"),
        height_px=180,
    )


def _take(months: Iterable[Mapping[str, int]], state: str) -> list[int]:
    return [one.get(state, 0) for one in months]


def _percent(kept: int, broken: int) -> str:
    return f"{kept * 100 / (kept + broken):.1f} %" if kept + broken else "–"


def _address(parts: Mapping[str, str]) -> str:
    return f"{reverse('web:service_promises')}?{urlencode(parts)}"


def _step_of(step: str) -> Text:
    return words.step_title(step) if step else _("Whole order")


def _late_by(one: OrderClock) -> str:
    if one.due_at is None or one.ended_at <= one.due_at:
        return ""
    hours = int((one.ended_at - one.due_at).total_seconds()) // 3600
    days, rest = divmod(hours, 24)
    return _now("%(days)d d %(hours)d h") % {"days": days, "hours": rest}


CLOCKS = register(
    ListSpec(
        name="service_orders.clocks",
        title=_("Promises"),
        url_name="web:service_promises",
        right=service_orders.VIEW,
        crumbs=[Crumb(_("Service orders")), Crumb(_("Orders"), reverse_lazy("web:service_orders"))],
        rows=lambda actor: queries.filter_clocks(actor=actor),
        row_url=lambda one: address_row("web:service_order", one.order.number),
        sort="-ended",
        columns=[
            Column("order", pgettext_lazy("service order", "Order"), lambda one: one.order.number, css="n", width=17),
            Column("kind", _("Kind"), lambda one: words.kind_of(one.order.kind), css="nw"),
            Column("promise", pgettext_lazy("service order", "Promise"), lambda one: words.promise_of(one.promise)),
            Column("step", _("Step"), lambda one: _step_of(one.step), width=16),
            Column("state", _("State"), lambda one: state_chip("order_clock", one.state)),
            Column("started", _("Begun"), lambda one: one.started_at, css="n", width=18),
            Column("due", pgettext_lazy("service order", "Due at"), lambda one: one.due_at, css="n", width=18),
            Column("ended", _("Ended"), lambda one: one.ended_at, order=("ended_at",), css="n", width=18),
            Column("late", pgettext_lazy("service order", "Late by"), _late_by, css="num"),
            Column("unit", _("Unit"), lambda one: one.unit.name, css="nw", width=18),
        ],
        filters=[
            ChoiceFilter("promise", pgettext_lazy("service order", "Promise"), words.list_promises()),
            ChoiceFilter("step", _("Step"), words.list_timed_steps()),
            ChoiceFilter(
                "state", _("State"), [(code, state_chip("order_clock", code).label) for code in (_KEPT, _BROKEN, _VOID)]
            ),
            DateRangeFilter("ended", _("Ended"), lookup="ended_at__date"),
            UnitFilter(),
        ],
        count=lambda count: _now("%(count)s clocks") % {"count": count},
        empty_title=_("No clock has ended yet"),
        empty_text=_("Each promise is measured when its step or its order ends."),
        empty_found_title=_("No clock fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("A promise is kept if its clock ended before it fell due; the customer's own time does not count."),
            _("What was cancelled is void and counts for neither. The figures follow the filters."),
        ],
        brief=("state", "promise", "kind", "ended"),
        export_name="service-promises",
    )
)
