"""Check and load a table: under its right, in one transaction, all or nothing unless good rows are kept."""

import dataclasses
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from dianke.application.imports import outcomes
from dianke.application.imports.checking import Checked, check_sheet
from dianke.application.imports.columns import TableSpec
from dianke.application.imports.files import Sheet
from dianke.application.imports.report import LoadReport
from dianke.application.imports.tables import TABLES
from dianke.application.imports.tables.base import Context, Stored
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.types import EVERY_RIGHT, Actor

BATCH_LENGTH = 40

# Hears which part of the work goes on and how much of it is done, between 0 and 1.
Tell = Callable[[str, float], None]


class UnableToLoadTable(DomainError):
    """The file has faults and none of it was stored; the report lists them."""

    code = "imports.unable_to_load_table"
    message = "{count} faults in {file_name}; nothing was stored"

    def __init__(self, report: LoadReport) -> None:
        self.report = report
        super().__init__(field="file", count=len(report.faults), file_name=report.file_name)


class ArchiveChangedMeanwhile(DomainError):
    """Somebody stored what this file holds while it was loaded."""

    code = "imports.archive_changed_meanwhile"
    message = "the archive changed while {file_name} was loaded; nothing was stored, load it again"


class UnknownTable(DomainError):
    """There is no such table."""

    code = "imports.unknown_table"
    message = "there is no table {table}; there are {known}"


def say_nothing(stage: str, share: float) -> None:
    """Hear how far the work is, and keep it to oneself."""


def check_table(
    *,
    actor: Actor,
    table: str,
    sheet: Sheet,
    file_name: str,
    at: datetime,
    data_dir: Path,
    mapping: Mapping[int, str] | None = None,
    tell: Tell = say_nothing,
) -> LoadReport:
    """
    Check a file as a load would, against file and archive, and store nothing.

    :raises PermissionRefused: if the actor may not load the table
    """
    right = get_spec(table).right
    if not actor.may(right):
        raise PermissionRefused(field="actor", login=actor.login, right=right)
    context = make_context(actor, table=table, at=at, data_dir=data_dir, file_name=file_name)
    with transaction.atomic():
        checked = _check(table, sheet, context, mapping, tell)
        # Checks lay out rows in temporary tables; none of that stays.
        transaction.set_rollback(True)
    return _report(checked, file_name=file_name, is_dry_run=True)


def load_table(
    *,
    actor: Actor,
    table: str,
    sheet: Sheet,
    file_name: str,
    at: datetime,
    data_dir: Path,
    keep_good: bool = False,
    mapping: Mapping[int, str] | None = None,
    content: bytes | None = None,
    batch_id: int = 0,
    tell: Tell = say_nothing,
) -> LoadReport:
    """
    Load a file into a table: everything, or with `keep_good` the rows without a fault.

    The rows belong to the batch of the key given, or to a new one if the file's bytes are given.

    :raises PermissionRefused: if the actor may not load the table
    :raises UnableToLoadTable: with the report, if there are faults and they stop the load
    :raises ArchiveChangedMeanwhile: if the rows clash with what somebody stored at the same time
    """
    get_spec(table)
    try:
        return _USE_CASES[table](
            actor=actor,
            sheet=sheet,
            file_name=file_name,
            at=at,
            data_dir=data_dir,
            keep_good=keep_good,
            mapping=mapping,
            content=content,
            batch_id=batch_id,
            tell=tell,
        )
    except IntegrityError as clash:
        raise ArchiveChangedMeanwhile(field="file", file_name=file_name) from clash


def get_spec(table: str) -> TableSpec:
    """
    Return how a table is described.

    :raises UnknownTable: if there is none of that name
    """
    if table not in TABLES:
        raise UnknownTable(field="table", table=table, known=", ".join(TABLES))
    return TABLES[table].spec


def make_context(actor: Actor, *, table: str, at: datetime, data_dir: Path, file_name: str) -> Context:
    """Return a load's context, with the actor cut to the units where they may load this table."""
    right = TABLES[table].spec.right
    held = frozenset(grant for grant in actor.grants if grant.right in {right, EVERY_RIGHT})
    mark = hashlib.sha256(f"{actor.login} {at.isoformat()} {file_name}".encode("utf-8", "replace")).hexdigest()
    return Context(
        actor=dataclasses.replace(actor, grants=held),
        at=at,
        batch=f"{mark[:8]} {Path(file_name).name}"[:BATCH_LENGTH],
        data_dir=data_dir,
    )


def _check(table: str, sheet: Sheet, context: Context, mapping: Mapping[int, str] | None, tell: Tell) -> Checked:
    loader = TABLES[table]
    checked = check_sheet(loader.spec, sheet, mapping=mapping, tell=lambda share: tell("cells", share))
    if not checked.is_unusable:
        tell("archive", 0)
        loader.check(context, checked)
        checked.faults.sort(key=lambda fault: fault.row)
    return checked


def _load(
    table: str,
    *,
    actor: Actor,
    sheet: Sheet,
    file_name: str,
    at: datetime,
    data_dir: Path,
    keep_good: bool,
    mapping: Mapping[int, str] | None,
    content: bytes | None,
    batch_id: int,
    tell: Tell,
) -> LoadReport:
    context = make_context(actor, table=table, at=at, data_dir=data_dir, file_name=file_name)
    context = dataclasses.replace(context, tell=lambda share: tell("store", share))
    checked = _check(table, sheet, context, mapping, tell)
    if checked.is_unusable or (checked.faults and not keep_good):
        raise UnableToLoadTable(_report(checked, file_name=file_name))
    places = checked.good()
    tell("store", 0)
    stored = TABLES[table].store(context, checked, places) if places else Stored(0)
    report = _report(checked, file_name=file_name, stored=stored)
    batch = outcomes.take_batch(actor=actor, report=report, content=content, batch_id=batch_id, context=context)
    if batch is None:
        return report
    outcomes.record(actor=actor, batch=batch, report=report, created=stored.created or {}, at=at)
    return dataclasses.replace(report, batch_number=batch.number)


def _report(checked: Checked, *, file_name: str, stored: Stored | None = None, is_dry_run: bool = False) -> LoadReport:
    rows = checked.sheet.rows
    rejected = rows if checked.is_unusable else [rows[place] for place in sorted(checked.bad)]
    return LoadReport(
        spec=checked.spec,
        file_name=file_name,
        format=checked.sheet.format,
        encoding=checked.sheet.encoding,
        delimiter=checked.sheet.delimiter,
        rows=len(checked.sheet.rows),
        stored=stored.stored if stored else 0,
        unchanged=stored.unchanged if stored else 0,
        rejected=len(rejected),
        is_dry_run=is_dry_run,
        faults=tuple(checked.faults),
        sheet=checked.sheet,
        rejected_rows=rejected,
    )


def _make_use_case(table: str) -> Callable[..., LoadReport]:
    def load(*, actor: Actor, **facts: Any) -> LoadReport:
        return _load(table, actor=actor, **facts)

    # The trail names the use case by its function: one a table.
    load.__name__ = f"load_{table.replace('-', '_')}"
    return use_case(right=TABLES[table].spec.right)(load)


_USE_CASES = {table: _make_use_case(table) for table in TABLES}
