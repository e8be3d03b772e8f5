"""The list of batches."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.application.imports import batches
from dianke.application.imports.tables import TABLES
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.filters import ChoiceFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.imports import words
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.platform.identity.types import Actor
from dianke.platform.import_batches import queries


@require_GET
@page_right(batches.RIGHT)
def list_batches(request: StaffRequest) -> HttpResponse:
    """List the files that were brought, newest first."""
    return render_list(request, BATCHES, template="imports/list.html")


def _rows(actor: Actor) -> QuerySet[Any]:
    rows = queries.list_batches(actor=actor, tables=batches.list_tables(actor), right=batches.RIGHT)
    return rows.select_related("unit")


def _enrich(actor: Actor, rows: Any) -> None:
    names = Names(login for batch in rows for login in (batch.brought_by,))
    for batch in rows:
        batch.bringer = names.of(batch.brought_by)


BATCHES = register(
    ListSpec(
        name="imports.batches",
        title=_("Bulk import"),
        url_name="web:imports",
        right=batches.RIGHT,
        crumbs=[Crumb(_("Administration"))],
        rows=_rows,
        row_url=lambda batch: address_row("web:import_batch", batch.pk),
        sort="-at",
        columns=[
            Column("number", _("Batch"), lambda batch: batch.number, css="n", width=12),
            Column("at", _("Brought at"), lambda batch: batch.brought_at, order=("brought_at",), css="n", width=18),
            Column("table", _("Table"), lambda batch: words.name_table(batch.table), css="nw"),
            Column("file", _("File"), lambda batch: batch.file_name, width=30),
            Column("state", _("State"), lambda batch: state_chip("import_batch", batch.shown_state), width=12),
            Column("rows", _("Rows"), lambda batch: batch.row_count, css="num"),
            Column("bad", _("Bad rows"), lambda batch: batch.bad_row_count, css="num"),
            Column("stored", _("Stored rows"), lambda batch: batch.stored_count, css="num"),
            Column("by", _("Brought by"), lambda batch: batch.bringer, css="nw"),
            Column("unit", _("Unit"), lambda batch: batch.unit.name if batch.unit else "", css="nw", is_shown=False),
        ],
        filters=[
            ChoiceFilter("state", _("State"), [(code, label) for code, (_kind, label) in words.STATES.items()]),
            ChoiceFilter(
                "table",
                _("Table"),
                lambda actor: [(name, words.name_table(name)) for name in TABLES if name in batches.list_tables(actor)],
            ),
        ],
        enrich=_enrich,
        count=lambda count: _now("%(count)s batches") % {"count": count},
        empty_title=_("No file yet"),
        empty_text=_("Take the template of a table, fill it in and hand it in here."),
        help=[
            _("A file is kept, checked as a whole, corrected here, and loaded all at once or without its bad rows."),
            _("What a file stored can be taken out again while nobody has used or changed it."),
        ],
        brief=("table", "at", "state", "rows", "bad"),
        export_name="imports",
    )
)
