"""A batch as a page: its columns, its faults, its result, by the state it stands in."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from dianke.application.imports import batches, outcomes, rejects
from dianke.application.imports import mapping as mapping_rules
from dianke.application.imports.load_table import get_spec
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.imports import grid, words
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.platform.import_batches import files, queries
from dianke.platform.import_batches.files import FileNotKept
from dianke.platform.import_batches.models import ImportBatch
from dianke.platform.import_batches.types import BatchState

_TEMPLATES = {
    BatchState.UPLOADED.value: "imports/columns.html",
    BatchState.CHECKING.value: "imports/working.html",
    BatchState.LOADING.value: "imports/working.html",
    BatchState.CHECKED.value: "imports/checked.html",
    BatchState.FAILED.value: "imports/failed.html",
    BatchState.LOADED.value: "imports/result.html",
    BatchState.UNDONE.value: "imports/result.html",
}
# Where what a table stored is seen.
_PLACES_OF_TABLES = {"customers": "web:customers", "accounts": "web:customers", "contacts": "web:customers"}


def find_batch(request: StaffRequest, batch_id: int) -> ImportBatch:
    """Return the batch of a key, or answer that nothing is found."""
    try:
        return batches.get_batch(actor=request.actor, batch_id=batch_id)
    except ImportBatch.DoesNotExist as error:
        raise Http404 from error


@require_GET
@page_right(batches.RIGHT)
def show_batch(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Show what a batch waits for: its columns named, its faults corrected, its undo."""
    batch = find_batch(request, batch_id)
    if batch.state == BatchState.CHECKED.value and "columns" in request.GET:
        return draw_columns(request, batch)
    if batch.state == BatchState.UPLOADED.value:
        return draw_columns(request, batch)
    values = {"page": head_of(batch), "batch": batch, "stages": list_stages(batch), **_values_of_state(request, batch)}
    template = "imports/working.html" if batch.is_being_undone else _TEMPLATES[batch.state]
    return render(request, template, values)


def _values_of_state(request: StaffRequest, batch: ImportBatch) -> dict[str, Any]:
    if batch.is_moving or batch.is_being_undone:
        return describe_work(batch)
    if batch.state == BatchState.CHECKED.value:
        return describe_faults(request, batch)
    return _describe_result(request, batch)


def draw_columns(
    request: StaffRequest, batch: ImportBatch, *, mapping: dict[int, str] | None = None, told: str = ""
) -> HttpResponse:
    """Answer with the page on which the columns of a file are named."""
    spec = get_spec(batch.table)
    try:
        head = batches.read_head(batch=batch, data_dir=settings.DATA_DIR)
    except FileNotKept as refusal:
        raise Http404 from refusal
    chosen = head.mapping if mapping is None else mapping
    values = {
        "page": head_of(batch),
        "batch": batch,
        "stages": list_stages(batch),
        "columns": mapping_rules.describe_columns(spec, head.sheet, chosen),
        "known": [(column.name, words.name_column(column), column.required) for column in spec.columns],
        "missing": [words.name_column(column) for column in mapping_rules.list_missing(spec, chosen)],
        "told": told,
        "same": queries.find_same_file(actor=request.actor, batch=batch),
    }
    return render(request, "imports/columns.html", values, status=422 if told else 200)


def describe_work(batch: ImportBatch) -> dict[str, Any]:
    """Return how far the work on a batch is."""
    stage, percent = files.read_progress(data_dir=settings.DATA_DIR, batch_id=batch.pk)
    return {"stage": words.STAGES.get(stage, ""), "percent": percent}


@require_GET
@page_right(batches.RIGHT)
def show_work(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Return the moving part of the page, for it to fetch while somebody is at work on the batch."""
    batch = find_batch(request, batch_id)
    return render(request, "imports/work.html", {"batch": batch, **describe_work(batch)})


def describe_faults(request: StaffRequest, batch: ImportBatch) -> dict[str, Any]:
    """Return the bad rows of a batch, of one kind of fault if asked, and how many there are of each."""
    return {
        **grid.describe(request, batch),
        "figures": _list_figures(batch),
        "file_faults": [
            (*outcomes.read_fault(kept).describe(words.language()), kept["column"]) for kept in batch.file_faults
        ],
        "may_load": batch.good_row_count > 0 and not batch.file_faults,
        "same": queries.find_same_file(actor=request.actor, batch=batch),
    }


def _describe_result(request: StaffRequest, batch: ImportBatch) -> dict[str, Any]:
    names = Names([batch.brought_by, batch.loaded_by, batch.undone_by])
    unit_path = batch.unit.path if batch.unit else "/"
    url_name = _PLACES_OF_TABLES.get(batch.table, "")
    return {
        "figures": _list_figures(batch),
        "loader": names.of(batch.loaded_by),
        "undoer": names.of(batch.undone_by),
        "created": [
            (words.name_thing(label), sum(last - first + 1 for first, last in ranges))
            for label, ranges in batch.created_keys.items()
        ],
        "is_undoable": batches.is_undoable(batch),
        "may_undo": batches.is_undoable(batch) and request.actor.may("imports.undo", unit_path),
        "look_url": reverse(url_name) if url_name and request.actor.may("archive.view") else "",
    }


@require_GET
@page_right(batches.RIGHT)
def show_obstacles(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Return what stands in the way of an undo as the archive is now, for the page of a batch that was refused it."""
    batch = find_batch(request, batch_id)
    obstacles = [
        (
            one.kind,
            words.name_thing(one.label),
            words.name_thing(one.by_label) if one.by_label else "",
            one.count,
            _(", ").join(one.examples),
        )
        for one in batches.list_obstacles(actor=request.actor, batch_id=batch.pk)
    ]
    return render(request, "imports/in_use.html", {"batch": batch, "obstacles": obstacles})


@require_GET
@page_right(batches.RIGHT)
def send_rejects(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Send the bad rows back in the layout they came in, with what is wrong and what to do behind them."""
    batch = find_batch(request, batch_id)
    report = outcomes.rebuild_report(actor=request.actor, batch=batch, spec=get_spec(batch.table))
    is_workbook = batch.format == "xlsx"
    write = rejects.write_xlsx_rejects if is_workbook else rejects.write_csv_rejects
    suffix = "xlsx" if is_workbook else "csv"
    return answer_file(write(report, words.language()), f"{batch.number}-{_('bad rows')}.{suffix}")


def answer_file(content: bytes, name: str) -> HttpResponse:
    """Answer with a file to be saved."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" if name.endswith("xlsx") else "text/csv"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": _disposition(name)})


def _disposition(name: str) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(as_attachment=True, filename=name) or "attachment"


def head_of(batch: ImportBatch) -> Page:
    """Return the head of a batch's pages."""
    name = Names([batch.brought_by]).of(batch.brought_by)
    return Page(
        title=f"{words.name_table(batch.table)} · {batch.file_name}",
        number=batch.number,
        facts=[
            _("brought %(at)s by %(name)s") % {"at": formats.moment(batch.brought_at), "name": name},
            _format_of(batch),
        ],
        crumbs=[
            Crumb(_("Administration")),
            Crumb(_("Bulk import"), reverse("web:imports")),
            Crumb(batch.number),
        ],
        chips=[state_chip("import_batch", batch.shown_state)],
        menu_url=reverse("web:imports"),
    )


def _format_of(batch: ImportBatch) -> str:
    parts = [batch.format.upper(), batch.encoding, f"{-(-batch.size_bytes // 1024):,} KiB"]
    return " · ".join(part for part in parts if part)


def list_stages(batch: ImportBatch | None) -> list[tuple[str, str]]:
    """Return the steps of an import, each with how far it is: done, now, or nothing yet."""
    at = {
        "UPLOADED": 1,
        "CHECKING": 2,
        "FAILED": 2,
        "CHECKED": 3,
        "LOADING": 3,
        "LOADED": 4,
        "UNDONE": 4,
    }.get(batch.state if batch else "", 0)
    names = [_("File"), _("Columns"), _("Check"), _("Correct and load"), _("Result")]
    return [(name, "done" if place < at else "now" if place == at else "") for place, name in enumerate(names)]


def _list_figures(batch: ImportBatch) -> list[Figure]:
    figures = [
        Figure(caption=_("Rows"), value=f"{batch.row_count:,}"),
        Figure(caption=_("Rows without a fault"), value=f"{batch.good_row_count:,}"),
        Figure(caption=_("Bad rows"), value=f"{batch.bad_row_count:,}", context=_("go back with their faults")),
    ]
    if batch.state in {BatchState.LOADED.value, BatchState.UNDONE.value}:
        context = (
            _("%(count)s were there already") % {"count": f"{batch.unchanged_count:,}"} if batch.unchanged_count else ""
        )
        return [*figures, Figure(caption=_("Stored rows"), value=f"{batch.stored_count:,}", context=context)]
    return [*figures, Figure(caption=_("Faults"), value=f"{batch.fault_count:,}")]
