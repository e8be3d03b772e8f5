"""Entries of watch lists: the lists, one entry, and what people do with it."""

from functools import partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import watching
from dianke.application.watching.masking import hide_accusations
from dianke.domain.watching.models import WatchEntry
from dianke.domain.watching.queries import entries as queries
from dianke.domain.watching.queries.gathering import list_use
from dianke.domain.watching.types import EntryResult, EntryState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.watching import words
from dianke.interfaces.web.watching.entry_list import CLOSED, ENTRIES
from dianke.kernel.clock import SystemClock, to_shanghai

_MONTHS, _YEAR = 24, 12


@require_GET
@page_right(watching.VIEW)
def list_entries(request: StaffRequest) -> HttpResponse:
    """List what is open or taken, the most urgent first."""
    return render_list(request, ENTRIES)


@require_GET
@page_right(watching.VIEW)
def list_closed(request: StaffRequest) -> HttpResponse:
    """List what was closed, the newest first."""
    return render_list(request, CLOSED)


@require_GET
@page_right(watching.VIEW)
def show_entry(request: StaffRequest, key: int) -> HttpResponse:
    """Show an entry: reasons, proposal, two years of use, what was done, what it turned out to be."""
    try:
        row = queries.get_entry(actor=request.actor, key=key)
    except queries.EntryUnknown as unknown:
        raise Http404 from unknown
    hide_names(request.actor, [row])
    return render(request, "watching/entry.html", {"page": _head(row), "row": row, **_describe(request, row)})


@require_POST
@page_right(watching.WORK)
def take_entry(request: StaffRequest, key: int) -> HttpResponse:
    """Take an entry as one's own work."""
    return _act(request, key, partial(watching.take_entry, at=SystemClock().now()), _now("It is your work now."))


@require_POST
@page_right(watching.WORK)
def close_entry(request: StaffRequest, key: int) -> HttpResponse:
    """Close an entry as done or dismissed, and record its result where one was chosen."""
    text, result, at = str(request.POST.get("text", "")), _read_result(request), SystemClock().now()
    if request.POST.get("as") == "dismiss":
        return _act(
            request, key, partial(watching.dismiss_entry, reason=text, result=result, at=at), _now("Dismissed.")
        )
    return _act(request, key, partial(watching.finish_entry, note=text, result=result, at=at), _now("It is done."))


@require_POST
@page_right(watching.WORK)
def judge_entry(request: StaffRequest, key: int) -> HttpResponse:
    """Record what a closed entry turned out to be."""
    result = _read_result(request)
    if result is None:
        raise Http404
    note, at = str(request.POST.get("text", "")), SystemClock().now()
    act = partial(watching.judge_entry, result=result, note=note, at=at)
    return _act(request, key, act, _now("The result is recorded."))


def _act(request: StaffRequest, key: int, act: Any, done: str) -> HttpResponse:
    return carry_out(
        request,
        partial(act, actor=request.actor, key=key),
        done=done,
        back=reverse("web:watching_entry", args=[key]),
        missing=queries.EntryUnknown,
    )


def _read_result(request: StaffRequest) -> EntryResult | None:
    given = str(request.POST.get("result", ""))
    return EntryResult(given) if given in {one.value for one in EntryResult} else None


def _describe(request: StaffRequest, row: WatchEntry) -> dict[str, Any]:
    actor, today = request.actor, to_shanghai(SystemClock().now()).date()
    names = Names([row.owner, row.taken_by, row.closed_by, row.result_by])
    may_work = actor.within(watching.WORK).may(watching.WORK)
    run = queries.get_last_run(actor=actor)
    return {
        "reasons": [
            (words.write_reason(one), words.is_background(one))
            for one in hide_accusations(actor, row.reasons, row.unit.path)
        ],
        "action": words.ACTIONS[row.action],
        "owner": names.of(row.owner),
        "steps": _list_steps(row, names),
        "left": words.count_left(row.due_date, today) if row.is_living else "",
        "is_late": row.is_living and row.due_date < today,
        "result": state_chip("watching.result", row.result) if row.result else None,
        "results": list(words.RESULTS.items()),
        "use": _draw_use(row, run.use_month) if run and run.use_month else None,
        "risk_url": _find_risk(request, row),
        "may_take": may_work and row.state == EntryState.OPEN.value,
        "may_close": may_work and row.is_living,
        "may_judge": may_work and not row.is_living,
    }


def _list_steps(row: WatchEntry, names: Names) -> list[tuple[str, str, str, str]]:
    """Return what happened: when, what, who, words."""
    raised = _now("raised by the weekly run")
    steps = [(formats.day(row.opened_on), raised, "", "")]
    if row.times_seen > 1:
        seen = _now("seen again, %(count)s times in all") % {"count": row.times_seen}
        steps.append((formats.day(row.last_seen_on), seen, "", ""))
    if row.taken_at:
        steps.append((formats.moment(row.taken_at), _now("taken"), names.of(row.taken_by), ""))
    if row.closed_at:
        what = str(state_chip("watching.entry", row.state).label)
        steps.append((formats.moment(row.closed_at), what, names.of(row.closed_by), row.closing_note))
    if row.result_at:
        what = str(words.RESULTS[row.result])
        steps.append((formats.moment(row.result_at), what, names.of(row.result_by), row.result_note))
    return steps


def _draw_use(row: WatchEntry, month: Any) -> Chart | None:
    """Return twelve months of use against the twelve before them, or None where nothing was billed."""
    use = list_use(customer_id=row.customer_id, month=month, months=_MONTHS)
    values = [None if energy is None else energy / 100 for _month, energy in use]
    if not any(values[_YEAR:]):
        return None
    return Chart(
        labels=[formats.month(one) for one, _energy in use[_YEAR:]],
        series=[
            Series(_("These twelve months"), values[_YEAR:], "bar", "accent"),
            Series(_("Same month of last year"), values[:_YEAR], "line", "quiet", dashed=True),
        ],
        unit="kWh",
        description=_now("Use by month against the same months of last year"),
        label_name=_("Month"),
    )


def _find_risk(request: StaffRequest, row: WatchEntry) -> str:
    if row.account is None or not request.actor.may("collection.view"):
        return ""
    return reverse("web:risk_account", args=[row.account.number])


def _head(row: WatchEntry) -> Page:
    return Page(
        title=words.LISTS[row.list_code],
        number=row.number,
        facts=[row.customer.name, row.account.number if row.account else row.customer.number, row.unit.name],
        crumbs=[
            Crumb(_("Credit and value")),
            Crumb(_("Watch lists"), reverse("web:watching")),
            Crumb(_("Watched customers"), reverse("web:watching_entries")),
        ],
        chips=[state_chip("watching.level", row.level), state_chip("watching.entry", row.state)],
        menu_url=reverse("web:watching_entries"),
        help=[
            _("An entry goes on while the reasons hold; it is never raised twice, and rests after it was closed."),
            _("Close it with what was done, and say what it turned out to be: so it is known how right each list is."),
        ],
    )
