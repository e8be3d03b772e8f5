"""What leaves the house of a bill or a run: PDF; and bills computed again on demand, with progress."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import bill_documents, meter_to_cash
from dianke.application.bill_documents import files
from dianke.domain.billing.models import Bill, BillRun, RunWork
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import works as work_queries
from dianke.domain.billing.queries.works import WorkNotFound
from dianke.domain.billing.rules import explain as explaining
from dianke.domain.billing.rules.comparison import TOTAL
from dianke.domain.billing.types import WorkKind, WorkStatus
from dianke.interfaces.jobs import tasks
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.billing import bill_words
from dianke.interfaces.web.billing.run_views import find_run
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

register_states(
    "run_work",
    {
        "QUEUED": ("run", pgettext_lazy("work", "Waiting")),
        "RUNNING": ("run", gettext_lazy("At work")),
        "DONE": ("ok", gettext_lazy("Done")),
        "FAILED": ("bad", gettext_lazy("Failed")),
        "CANCELLED": ("idle", gettext_lazy("Cancelled")),
    },
)
# What a replay compares besides lines.
_SUMS: dict[str, Text] = {
    TOTAL: gettext_lazy("total"),
    "energy_kwh": gettext_lazy("energy (kWh)"),
    "basic": gettext_lazy("Basic charge"),
    "energy": gettext_lazy("Energy charge"),
    "shares": gettext_lazy("Fixed and ratio shares"),
    "power_factor": gettext_lazy("Power-factor adjustment"),
    "funds": gettext_lazy("Funds and surcharges"),
}


def language_of_reader() -> str:
    """Return the language that documents are written in for the reader."""
    return "en" if get_language() == "en" else "zh-Hans"


@require_GET
@page_right("billing.view")
def download_bill(request: StaffRequest, bill_id: int) -> HttpResponse:
    """Give a bill out as PDF, in the reader's language."""
    bill = _find_bill(request, bill_id)
    (document,) = bill_documents.write_structured_bills(
        actor=request.actor, bills=[bill], language=language_of_reader()
    )
    content = bill_documents.write_pdf([document])
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{bill.number}.pdf"'
    return response


@require_POST
@page_right("billing.view")
def replay_bill(request: StaffRequest, bill_id: int) -> HttpResponse:
    """Compute a bill again the way its run did and show that it is equal, or what differs first."""
    bill = _find_bill(request, bill_id)
    report = meter_to_cash.replay_bill(actor=request.actor, number=str(bill.pk))
    first = report.differences[0] if report.differences else None
    names = _name_lines(request, bill) if first else {}
    values = {
        "report": report,
        "at": SystemClock().now(),
        "first": first,
        "first_name": _name_figure(first.code, names) if first else "",
        "more": len(report.differences) - 1,
    }
    return render(request, "billing/replay.html", values)


@require_GET
@page_right("billing.view")
def show_works(request: StaffRequest, number: str) -> HttpResponse:
    """Return replay and PDF of an issued run, for its page to fetch while one is at work."""
    return render(request, "billing/run_works.html", _draw_works(request, find_run(request, number)))


@require_POST
@page_right(bill_documents.REPLAY)
def start_replay(request: StaffRequest, number: str) -> HttpResponse:
    """Let the worker compute every bill of a run again."""
    return _start(request, number, WorkKind.REPLAY)


@require_POST
@page_right(bill_documents.TAKE_OUT)
def start_pdf(request: StaffRequest, number: str) -> HttpResponse:
    """Let the worker write every bill of a run as PDF."""
    return _start(request, number, WorkKind.PDF)


@require_POST
@page_right("billing.view")
def cancel_work(request: StaffRequest, number: str, key: int) -> HttpResponse:
    """Stop a work that is under way."""
    work = _find_work(request, number, key)
    return carry_out(
        request,
        lambda: bill_documents.cancel_work(actor=request.actor, key=work.pk, at=SystemClock().now()),
        done=_("Stopped; nothing is kept of it."),
        back=reverse("web:bill_run", args=[number]),
    )


@require_GET
@page_right(bill_documents.TAKE_OUT)
def download_file(request: StaffRequest, number: str, key: int) -> HttpResponseBase:
    """Give the PDF of a run out."""
    work = bill_documents.take_out_file(actor=request.actor, key=_find_work(request, number, key).pk)
    return FileResponse(files.open_file(work.pk).open("rb"), as_attachment=True, filename=work.file_name)


def _start(request: StaffRequest, number: str, kind: WorkKind) -> HttpResponse:
    find_run(request, number)
    start = bill_documents.start_pdf if kind is WorkKind.PDF else bill_documents.start_replay
    try:
        work = start(actor=request.actor, number=number, at=SystemClock().now())
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, explain(refusal))
    else:
        tasks.carry_out_run_work.defer(key=work.pk, login=request.actor.login)
        messages.success(request, _("The worker has it now; this page shows its progress."))
    return redirect("web:bill_run", number)


def _draw_works(request: StaffRequest, run: BillRun) -> dict[str, Any]:
    path = run.unit.path
    replay = work_queries.find_newest(actor=request.actor, run=run, kind=WorkKind.REPLAY)
    pdf = work_queries.find_newest(actor=request.actor, run=run, kind=WorkKind.PDF)
    kept = work_queries.find_newest_file(actor=request.actor, run=run)
    rights = ("billing.view", "archive.view", bill_documents.TAKE_OUT)
    names = Names([work.started_by for work in (replay, pdf, kept) if work])
    return {
        "run": run,
        "replay": replay,
        "replay_by": names.of(replay.started_by) if replay else "",
        "differences": _draw_differences(replay),
        "pdf": pdf,
        "kept": kept if kept and files.is_kept(kept.pk) else None,
        "kept_by": names.of(kept.started_by) if kept else "",
        "may_replay": request.actor.may(bill_documents.REPLAY, path),
        "may_take_out": all(request.actor.may(right, path) for right in rights),
        "is_moving": any(work is not None and work.is_open for work in (replay, pdf)),
    }


def _draw_differences(work: RunWork | None) -> list[dict[str, Any]]:
    if work is None or work.status != WorkStatus.DONE.value or work.report is None:
        return []
    return [{**one, "name": _name_figure(one["code"], {})} for one in work.report["differences"]]


def _name_lines(request: StaffRequest, bill: Bill) -> dict[str, str]:
    lines = explaining.lines_of(bill_queries.list_lines(actor=request.actor, bill_id=bill.pk))
    return {line.code: bill_words.name_line(line) for line in lines}


def _name_figure(code: str, names: dict[str, str]) -> str:
    return names.get(code) or str(_SUMS.get(code, code))


def _find_bill(request: StaffRequest, bill_id: int) -> Bill:
    try:
        return bill_queries.get_bill(actor=request.actor, bill_id=bill_id)
    except bill_queries.BillNotFound as error:
        raise Http404 from error


def _find_work(request: StaffRequest, number: str, key: int) -> RunWork:
    run = find_run(request, number)
    try:
        work = work_queries.get_work(actor=request.actor, key=key)
    except WorkNotFound as error:
        raise Http404 from error
    if work.run_id != run.pk:
        raise Http404
    return work
