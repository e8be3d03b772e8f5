"""The steps of a batch: handed in, mapped, checked, corrected, loaded, undone, thrown away."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application.imports import batches, templates
from dianke.application.imports.files import UnreadableFile
from dianke.application.imports.load_table import UnknownTable, get_spec
from dianke.application.imports.tables import TABLES
from dianke.interfaces.jobs import tasks
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.imports import batch_views, words
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.import_batches.models import ImportBatch
from dianke.platform.import_batches.operations import UnableToMoveBatch


@require_http_methods(["GET", "POST"])
@page_right(batches.RIGHT)
def bring_file(request: StaffRequest) -> HttpResponse:
    """Take a file in: choose its table, hand it in."""
    if request.method != "POST":
        return _draw_new(request, table=request.GET.get("table", ""))
    table, upload = request.POST.get("table", ""), request.FILES.get("file")
    if table not in batches.list_tables(request.actor):
        return _draw_new(request, table="", told=_("Choose what the file holds."))
    if upload is None:
        return _draw_new(request, table=table, told=_("Choose a file."))
    limit = settings.FILE_UPLOAD_MAX_BYTES
    try:
        batch = batches.bring_file(
            actor=request.actor,
            table=table,
            file_name=upload.name or "",
            content=upload.read(limit + 1),
            size_limit=limit,
            at=SystemClock().now(),
            data_dir=settings.DATA_DIR,
        )
    except UnreadableFile as refusal:
        message, remedy = refusal.fault.describe(words.language())
        return _draw_new(request, table=table, told=f"{message}{_(': ')}{remedy}")
    return redirect("web:import_batch", batch.pk)


def _draw_new(request: StaffRequest, *, table: str, told: str = "") -> HttpResponse:
    allowed = batches.list_tables(request.actor)
    values = {
        "page": Page(
            title=_("New import"),
            crumbs=[
                Crumb(_("Administration")),
                Crumb(_("Bulk import"), reverse("web:imports")),
                Crumb(_("New import")),
            ],
            menu_url=reverse("web:imports"),
        ),
        "tables": [
            {
                "name": name,
                "title": words.name_table(name),
                "help": _help_of(name),
                "columns": [words.name_column(column) for column in TABLES[name].spec.columns if column.required],
                "is_chosen": name == table,
            }
            for name in allowed
        ],
        "told": told,
        "limit": settings.FILE_UPLOAD_MAX_BYTES // 1024 // 1024,
        "stages": batch_views.list_stages(None),
    }
    return render(request, "imports/new.html", values, status=422 if told else 200)


def _help_of(table: str) -> str:
    spec = TABLES[table].spec
    return spec.help_en if words.language() == "en" else spec.help_zh


@require_GET
@page_right(batches.RIGHT)
def send_template(request: StaffRequest, name: str) -> HttpResponse:
    """Send the empty file of a table, to be filled in."""
    table, _dot, suffix = name.rpartition(".")
    try:
        spec = get_spec(table)
    except UnknownTable as refusal:
        raise Http404 from refusal
    if suffix not in {"csv", "xlsx"} or table not in batches.list_tables(request.actor):
        raise Http404
    write = templates.write_xlsx_template if suffix == "xlsx" else templates.write_csv_template
    return batch_views.answer_file(write(spec), f"{words.name_table(table)}.{suffix}")


@require_POST
@page_right(batches.RIGHT)
def map_columns(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Take the names of the columns and check the file."""
    batch = batch_views.find_batch(request, batch_id)
    mapping = {place: request.POST.get(f"column-{place}", "") for place in range(len(batch.titles))}
    try:
        batches.map_columns(actor=request.actor, batch_id=batch_id, mapping=mapping)
    except batches.UnableToMapColumns as refusal:
        return batch_views.draw_columns(request, batch, mapping=mapping, told=explain(refusal))
    return _check(request, batch)


@require_POST
@page_right(batches.RIGHT)
def check_batch(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Check a file again."""
    return _check(request, batch_views.find_batch(request, batch_id))


def _check(request: StaffRequest, batch: ImportBatch) -> HttpResponse:
    return _work(request, batches.begin_check(actor=request.actor, batch_id=batch.pk, at=SystemClock().now()))


@require_POST
@page_right(batches.RIGHT)
def load_batch(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Load a file: everything, or its good rows."""
    batch_views.find_batch(request, batch_id)
    keep_good = request.POST.get("keep_good") == "1"
    now = SystemClock().now()
    return _work(request, batches.begin_load(actor=request.actor, batch_id=batch_id, keep_good=keep_good, at=now))


def _work(request: StaffRequest, batch: ImportBatch) -> HttpResponse:
    if batches.is_small(batch):
        batches.carry_out(
            actor=request.actor,
            batch_id=batch.pk,
            at=SystemClock().now(),
            data_dir=settings.DATA_DIR,
            size_limit=settings.FILE_UPLOAD_MAX_BYTES,
        )
    else:
        tasks.carry_out_import.defer(batch_id=batch.pk, login=request.actor.login)
    return redirect("web:import_batch", batch.pk)


@require_POST
@page_right(batches.RIGHT)
def correct_cell(request: StaffRequest, batch_id: int, line: int, place: int) -> HttpResponse:
    """Correct a cell, check again, and return the faults that are left."""
    batch_views.find_batch(request, batch_id)
    correction = batches.Correction(line=line, place=place, text=request.POST.get("text", "").strip())
    is_checked = batches.correct_cell(
        actor=request.actor,
        batch_id=batch_id,
        correction=correction,
        at=SystemClock().now(),
        data_dir=settings.DATA_DIR,
        size_limit=settings.FILE_UPLOAD_MAX_BYTES,
    )
    batch = batch_views.find_batch(request, batch_id)
    values = {"batch": batch, "is_stale": not is_checked, **batch_views.describe_faults(request, batch)}
    return render(request, "imports/faults.html", values)


@require_POST
@page_right("imports.undo")
def undo_batch(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Take out again what a batch stored; its page tells how far that is, or what stands in the way."""
    batch = batch_views.find_batch(request, batch_id)
    if batches.is_undoable(batch):
        reason = request.POST.get("reason", "").strip()
        try:
            batches.begin_undo(actor=request.actor, batch_id=batch_id, reason=reason, at=SystemClock().now())
        except UnableToMoveBatch:
            # A second click came first: the page tells of the work that it began.
            return redirect("web:import_batch", batch_id)
        _undo(request, batch)
    return redirect("web:import_batch", batch_id)


def _undo(request: StaffRequest, batch: ImportBatch) -> None:
    if batches.is_undone_at_once(batch):
        now = SystemClock().now()
        batches.carry_out_undo(actor=request.actor, batch_id=batch.pk, at=now, data_dir=settings.DATA_DIR)
    else:
        tasks.undo_import.defer(batch_id=batch.pk, login=request.actor.login)


@require_POST
@page_right(batches.RIGHT)
def throw_away(request: StaffRequest, batch_id: int) -> HttpResponse:
    """Throw a file away that never reached the archive."""
    batch = batch_views.find_batch(request, batch_id)
    try:
        batches.throw_away(actor=request.actor, batch_id=batch_id, data_dir=settings.DATA_DIR)
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return redirect("web:import_batch", batch_id)
    messages.success(request, _("%(number)s was thrown away.") % {"number": batch.number})
    return redirect("web:imports")
