"""The bad rows of a batch as a grid: faulty cells marked and open to correction, what is wrong beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dianke.application.imports import batches, outcomes
from dianke.application.imports.faults import Fault
from dianke.application.imports.load_table import get_spec
from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.paging import page_by_key
from dianke.interfaces.web.imports import words
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel import masks
from dianke.platform.import_batches import operations, queries
from dianke.platform.import_batches.models import ImportBadRow, ImportBatch

_MASKS = {
    "identity_number": masks.mask_identity_number,
    "phone": masks.mask_phone,
    "bank_account": masks.mask_bank_account,
    "email": masks.mask_email,
}


@dataclass(frozen=True)
class GridCell:
    """A cell of a bad row: what stands in it, whether it is at fault and whether it was corrected."""

    place: int
    text: str
    title: str
    is_bad: bool
    is_corrected: bool


@dataclass(frozen=True)
class GridRow:
    """A bad row: where it stands in the file, its cells, what is wrong and what to do."""

    line: int
    cells: Sequence[GridCell]
    told: Sequence[tuple[str, str, str]]


def describe(request: StaffRequest, batch: ImportBatch) -> dict[str, Any]:
    """Return the page of bad rows that the address asks for."""
    code = request.GET.get("code", "")
    code = code if code in batch.fault_counts else ""
    rows = queries.list_bad_rows(actor=request.actor, batch=batch, code=code)
    paged = page_by_key(rows, order=["line", "id"], at=request.GET.get("at", ""))
    mapping = batches.read_mapping(batch)
    places = [place for place in range(len(batch.titles)) if mapping.get(place)]
    edits = operations.read_edits(batch)
    count = batch.bad_row_count if not code else rows.count()
    return {
        "code": code,
        "chips": _list_chips(batch, code),
        "titles": [batch.titles[place].strip() for place in places],
        "paged": paged,
        "rows": [_draw_row(batch, row, places, mapping, edits.get(str(row.line), {})) for row in paged.rows],
        "total": _("%(count)s bad rows") % {"count": f"{count:,}"},
        "has_edits": bool(edits),
    }


def _list_chips(batch: ImportBatch, code: str) -> list[FilterChip]:
    url = reverse("web:import_batch", args=[batch.pk])
    by_count = sorted(batch.fault_counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        FilterChip(_("All"), url, active=not code, count=batch.fault_count),
        *(
            FilterChip(words.name_fault_kind(kind), f"{url}?code={kind}", active=kind == code, count=count)
            for kind, count in by_count
        ),
    ]


def _draw_row(
    batch: ImportBatch,
    row: ImportBadRow,
    places: Sequence[int],
    mapping: Mapping[int, str],
    edited: Mapping[str, str],
) -> GridRow:
    faults = [outcomes.read_fault(kept) for kept in queries.read_faults(row)]
    cells = queries.read_cells(row)
    bad_titles = {fault.column for fault in faults}
    # A fault of the row as a whole, or of a column the file does not have, opens every cell.
    is_whole_row = not any(batch.titles[place].strip() in bad_titles for place in places)
    drawn = []
    for place in places:
        title = batch.titles[place].strip()
        is_bad = is_whole_row or title in bad_titles
        text = cells[place] if place < len(cells) else ""
        drawn.append(
            GridCell(place, text if is_bad else _mask(batch, mapping[place], text), title, is_bad, str(place) in edited)
        )
    return GridRow(row.line, drawn, [_tell(fault) for fault in faults])


def _mask(batch: ImportBatch, column: str, text: str) -> str:
    kind = get_spec(batch.table).by_name[column].personal
    return _MASKS[kind](text) if kind and text else text


def _tell(fault: Fault) -> tuple[str, str, str]:
    message, remedy = fault.describe(words.language())
    return fault.column, message, remedy
