"""What came of a file is kept with its batch: counts, bad rows with their faults, keys of what was stored."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from dianke.application.imports.columns import TableSpec
from dianke.application.imports.faults import Fault
from dianke.application.imports.files import Sheet, SheetRow
from dianke.application.imports.report import LoadReport
from dianke.application.imports.tables.base import Context
from dianke.platform.identity.types import Actor
from dianke.platform.import_batches import files, operations, queries
from dianke.platform.import_batches.models import ImportBatch
from dianke.platform.import_batches.types import BadRow, Outcome, find_ranges


def take_batch(
    *, actor: Actor, report: LoadReport, content: bytes | None, batch_id: int, context: Context
) -> ImportBatch | None:
    """Return the batch that stored rows belong to: the one of the key, else a new one of the file, else none."""
    if batch_id:
        # Whoever may load the table began the work on the batch a moment ago, in a transaction of its own.
        system = Actor.system("recording what a load stored")
        batch: ImportBatch = ImportBatch.objects.for_actor(system).select_for_update(of=("self",)).get(pk=batch_id)
        return batch
    if content is None:
        return None
    kept = files.keep_file(data_dir=context.data_dir, name=report.file_name, content=content)
    return operations.add_batch(actor=actor, table=report.spec.name, file=kept, at=context.at)


def record(
    *, actor: Actor, batch: ImportBatch, report: LoadReport, created: Mapping[str, Iterable[int]], at: datetime
) -> None:
    """Keep what a load found and stored, in its own transaction."""
    record_faults(batch=batch, report=report, at=at)
    operations.record_load(
        actor=actor,
        batch=batch,
        stored=report.stored,
        unchanged=report.unchanged,
        created={label: find_ranges(keys) for label, keys in created.items()},
        at=at,
    )


def record_faults(*, batch: ImportBatch, report: LoadReport, at: datetime) -> None:
    """Keep what a check found."""
    title_line = report.sheet.title_line if report.sheet is not None else 0
    of_file = [fault for fault in report.faults if fault.row <= title_line]
    outcome = Outcome(
        rows=report.rows,
        rows_bad=report.rejected,
        faults=len(report.faults),
        fault_counts=Counter(fault.code for fault in report.faults),
        file_faults=[_plain(fault) for fault in of_file],
        titles=report.sheet.titles if report.sheet is not None else (),
        format=report.format,
        encoding=report.encoding,
        delimiter=report.delimiter,
    )
    operations.record_check(batch=batch, outcome=outcome, bad_rows=_list_bad_rows(report), at=at)


def read_fault(kept: Mapping[str, Any]) -> Fault:
    """Return a fault that was kept."""
    return Fault(kept["line"], kept["code"], kept["column"], kept["value"], kept["facts"])


def _list_bad_rows(report: LoadReport) -> Iterator[BadRow]:
    """Yield the rows with faults of their own; a file whose header is wrong has none, for nobody looked at them."""
    by_line: dict[int, list[Fault]] = defaultdict(list)
    for fault in report.faults:
        by_line[fault.row].append(fault)
    for row in report.rejected_rows:
        if faults := by_line.get(row.line):
            yield BadRow(
                line=row.line,
                cells=[_clean(str(cell)) for cell in row.cells],
                faults=[_plain(fault) for fault in faults],
                codes=sorted({fault.code for fault in faults}),
            )


def _plain(fault: Fault) -> dict[str, object]:
    return {
        "line": fault.row,
        "code": fault.code,
        "column": fault.column,
        "value": _clean(fault.value),
        "facts": {name: _clean(text) for name, text in fault.facts.items()},
    }


def _clean(text: str) -> str:
    """Return a text without halves of characters, which neither JSON nor a page could carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def rebuild_report(*, actor: Actor, batch: ImportBatch, spec: TableSpec) -> LoadReport:
    """Return the report of a batch's bad rows as the check gave it, to hand them back in a file."""
    rows: list[SheetRow] = []
    faults: list[Fault] = []
    for bad in queries.list_bad_rows(actor=actor, batch=batch).order_by("line").iterator(chunk_size=2_000):
        rows.append(SheetRow(bad.line, queries.read_cells(bad)))
        faults.extend(map(read_fault, queries.read_faults(bad)))
    sheet = Sheet(format=batch.format, titles=tuple(batch.titles), rows=[])
    return LoadReport(
        spec=spec, file_name=batch.file_name, sheet=sheet, rejected_rows=rows, faults=tuple(faults), rejected=len(rows)
    )
