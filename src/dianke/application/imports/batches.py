"""
A file on the page: handed in, mapped, checked, corrected, loaded, taken back.

The steps are use cases; the work between them (checking, loading) is `carry_out`, which the page calls for a small
file and the worker for a large one. Whatever ends the work, the batch tells of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, connection, transaction

from dianke.application.imports import load_table as loading
from dianke.application.imports import mapping as mapping_rules
from dianke.application.imports import outcomes
from dianke.application.imports.files import Limits, Sheet, SheetRow, UnreadableFile
from dianke.application.imports.load_table import ArchiveChangedMeanwhile, Tell, UnableToLoadTable
from dianke.application.imports.reading import read_bytes
from dianke.application.imports.tables import TABLES
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.types import Actor
from dianke.platform.import_batches import files, operations, queries, removal
from dianke.platform.import_batches.models import ImportBatch
from dianke.platform.import_batches.removal import Obstacle
from dianke.platform.import_batches.types import BatchState

RIGHT, UNDO = "imports.load", "imports.undo"

# A file up to this size is checked and loaded while the page waits; a workbook unpacks to many times its size.
INLINE_BYTES = {"csv": 512 * 1024, "xlsx": 96 * 1024}
# A file up to so many rows is checked again whole when a cell of it is corrected.
ROWS_CHECKED_AT_ONCE = {"csv": 30_000, "xlsx": 5_000}
# So many rows are taken out again while the page waits.
ROWS_UNDONE_AT_ONCE = 1_000
_HEAD_ROWS = 5
_SHARES = {"read": (0, 10), "cells": (10, 45), "archive": (45, 60), "store": (60, 99)}
_SHARES_OF_CHECK = {"read": (0, 20), "cells": (20, 80), "archive": (80, 99)}
_SHARES_OF_UNDO = {"look": (0, 40), "remove": (40, 90), "keys": (90, 99)}


class UnableToMapColumns(DomainError):
    """The columns of the file cannot be taken so."""

    code = "imports.unable_to_map_columns"
    message = "the columns cannot be taken so: {reason} {columns}"


class UnableToUndoBatch(DomainError):
    """What a batch stored is in use or was changed; nothing was taken out."""

    code = "imports.unable_to_undo_batch"
    message = "{number} cannot be undone: its rows are in use or were changed"

    def __init__(self, batch: ImportBatch, obstacles: list[Obstacle]) -> None:
        self.obstacles = obstacles
        super().__init__(field="batch", number=batch.number)


@dataclass(frozen=True, slots=True)
class Correction:
    """A cell and what it shall hold; kept out of the trail's facts, for it may be an identity number."""

    line: int
    place: int
    text: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a kept file begins with."""

    sheet: Sheet
    mapping: dict[int, str]


def list_tables(actor: Actor) -> list[str]:
    """Return the tables that the actor may load, in the order in which an empty archive is filled."""
    return [name for name, loader in TABLES.items() if actor.may(loader.spec.right)]


def get_batch(*, actor: Actor, batch_id: int) -> ImportBatch:
    """
    Return a batch of the actor's units and tables.

    :raises ImportBatch.DoesNotExist: if there is none
    """
    return queries.get_batch(actor=actor, batch_id=batch_id, tables=list_tables(actor), right=RIGHT)


@use_case(right=RIGHT)
def bring_file(
    *, actor: Actor, table: str, file_name: str, content: bytes, size_limit: int, at: datetime, data_dir: Path
) -> ImportBatch:
    """
    Keep a file and guess which of its columns is which.

    :raises UnreadableFile: if it holds no table
    :raises PermissionRefused: if the actor may not load the table
    """
    spec = loading.get_spec(table)
    if not actor.may(spec.right):
        raise PermissionRefused(field="actor", login=actor.login, right=spec.right)
    if len(content) > size_limit:
        raise UnreadableFile("file_too_large", limit=str(size_limit // 1024 // 1024))
    head = read_bytes(content, Limits(size=size_limit, head=_HEAD_ROWS))
    kept = files.keep_file(data_dir=data_dir, name=file_name, content=content)
    batch = operations.add_batch(
        actor=actor, table=table, file=kept, at=at, file_format=head.format, titles=head.titles
    )
    operations.set_mapping(batch=batch, mapping=mapping_rules.guess_mapping(spec, head.titles))
    return batch


def read_head(*, batch: ImportBatch, data_dir: Path) -> Head:
    """
    Return the first rows of a batch's file and how its columns are taken.

    :raises FileNotKept: if the file was thrown away
    """
    content = files.open_file(data_dir=data_dir, place=batch.place, number=batch.number)
    sheet = read_bytes(content, Limits(size=len(content), head=_HEAD_ROWS))
    return Head(sheet=sheet, mapping=read_mapping(batch))


def read_mapping(batch: ImportBatch) -> dict[int, str]:
    """Return which column of the table stands where in a batch's file."""
    return {int(place): column for place, column in batch.mapping.items()}


@use_case(right=RIGHT)
def map_columns(*, actor: Actor, batch_id: int, mapping: Mapping[int, str]) -> ImportBatch:
    """
    Say which column of the table stands where in a batch's file.

    :raises UnableToMapColumns: if two columns are the same, or a required one is missing
    """
    batch = get_batch(actor=actor, batch_id=batch_id)
    spec = loading.get_spec(batch.table)
    if twice := mapping_rules.find_twice(mapping):
        columns = "、".join(spec.by_name[name].zh for name in sorted(twice))
        raise UnableToMapColumns(field="mapping", reason="two columns of the file are the same:", columns=columns)
    if missing := mapping_rules.list_missing(spec, mapping):
        columns = "、".join(column.zh for column in missing)
        raise UnableToMapColumns(field="mapping", reason="a required column is missing:", columns=columns)
    known = {place: name for place, name in mapping.items() if not name or name in spec.by_name}
    operations.set_mapping(batch=batch, mapping=known)
    return batch


@use_case(right=RIGHT)
def begin_check(*, actor: Actor, batch_id: int, at: datetime) -> ImportBatch:
    """
    Take a batch to be checked.

    :raises UnableToMoveBatch: if somebody is at work on it or it is in the archive already
    """
    get_batch(actor=actor, batch_id=batch_id)
    return operations.begin(actor=actor, batch_id=batch_id, state=BatchState.CHECKING, at=at)


@use_case(right=RIGHT)
def begin_load(*, actor: Actor, batch_id: int, keep_good: bool, at: datetime) -> ImportBatch:
    """
    Take a batch to be loaded: everything, or with `keep_good` the rows without a fault.

    :raises UnableToMoveBatch: if it was not checked, somebody is at work on it, or it is in the archive already
    """
    get_batch(actor=actor, batch_id=batch_id)
    return operations.begin(actor=actor, batch_id=batch_id, state=BatchState.LOADING, at=at, keeps_good=keep_good)


def is_small(batch: ImportBatch) -> bool:
    """Tell whether the page can wait for the work on a batch."""
    return bool(batch.size_bytes <= INLINE_BYTES.get(batch.format, 0))


def carry_out(*, actor: Actor, batch_id: int, at: datetime, data_dir: Path, size_limit: int) -> None:
    """Check or load a batch that was taken to work, and let the batch tell what came of it."""
    batch = get_batch(actor=actor, batch_id=batch_id)
    if not batch.is_moving:
        return
    is_load = batch.state == BatchState.LOADING.value
    tell = _make_teller(batch, data_dir, _SHARES if is_load else _SHARES_OF_CHECK)
    try:
        _work(actor, batch, at=at, data_dir=data_dir, size_limit=size_limit, is_load=is_load, tell=tell)
    except DomainError as refusal:
        operations.record_failure(batch=batch, told=str(refusal))
    except Exception as fault:
        operations.record_failure(batch=batch, told=type(fault).__name__)
        raise
    finally:
        files.forget_progress(data_dir=data_dir, batch_id=batch.pk)


def _work(
    actor: Actor, batch: ImportBatch, *, at: datetime, data_dir: Path, size_limit: int, is_load: bool, tell: Tell
) -> None:
    tell("read", 0)
    sheet = read_sheet(batch=batch, data_dir=data_dir, size_limit=size_limit)
    known = {
        "actor": actor,
        "table": batch.table,
        "sheet": sheet,
        "file_name": batch.file_name,
        "at": at,
        "data_dir": data_dir,
        "mapping": read_mapping(batch),
        "tell": tell,
    }
    if is_load:
        try:
            loading.load_table(**known, keep_good=batch.keeps_good, batch_id=batch.pk)  # type: ignore[arg-type]
            return
        except UnableToLoadTable as refusal:
            # Somebody stored between check and load what makes a row bad: the file stands where it stood.
            report = refusal.report
    else:
        report = loading.check_table(**known)  # type: ignore[arg-type]
    with transaction.atomic():
        outcomes.record_faults(batch=batch, report=report, at=at)


def read_sheet(*, batch: ImportBatch, data_dir: Path, size_limit: int) -> Sheet:
    """
    Return a batch's file with the cells that were corrected.

    :raises FileNotKept: if the file was thrown away
    :raises UnreadableFile: if it holds no table after all
    """
    content = files.open_file(data_dir=data_dir, place=batch.place, number=batch.number)
    sheet = read_bytes(content, Limits(size=size_limit))
    edits = operations.read_edits(batch)
    if not edits:
        return sheet
    for index, row in enumerate(sheet.rows):
        if corrected := edits.get(str(row.line)):
            cells = [*row.cells, *[""] * (len(sheet.titles) - len(row.cells))]
            for place, text in corrected.items():
                cells[int(place)] = text
            sheet.rows[index] = SheetRow(row.line, cells)
    return sheet


@use_case(right=RIGHT)
def correct_cell(
    *, actor: Actor, batch_id: int, correction: Correction, at: datetime, data_dir: Path, size_limit: int
) -> bool:
    """
    Correct a cell and, while the file is of a bearable length, check it again; tell whether it was checked.

    :raises UnableToMoveBatch: if the file is not one that was checked
    """
    batch = get_batch(actor=actor, batch_id=batch_id)
    if not 0 <= correction.place < len(batch.titles):
        raise UnableToMapColumns(field="place", reason="there is no column", columns=str(correction.place))
    operations.set_cell(batch=batch, line=correction.line, place=correction.place, text=correction.text)
    if batch.row_count > ROWS_CHECKED_AT_ONCE.get(batch.format, 0):
        return False
    sheet = read_sheet(batch=batch, data_dir=data_dir, size_limit=size_limit)
    report = loading.check_table(
        actor=actor,
        table=batch.table,
        sheet=sheet,
        file_name=batch.file_name,
        at=at,
        data_dir=data_dir,
        mapping=read_mapping(batch),
    )
    outcomes.record_faults(batch=batch, report=report, at=at)
    return True


@use_case(right=RIGHT)
def throw_away(*, actor: Actor, batch_id: int, data_dir: Path) -> None:
    """
    Throw a batch away that never reached the archive, with its file.

    :raises UnableToMoveBatch: if it is at work or was loaded once
    """
    batch = get_batch(actor=actor, batch_id=batch_id)
    place = operations.forget(batch=batch)
    transaction.on_commit(lambda: files.throw_away(data_dir=data_dir, place=place))


def is_undoable(batch: ImportBatch) -> bool:
    """Tell whether what a batch stored is something that can be taken out again."""
    return batch.state == BatchState.LOADED.value and bool(batch.created_keys) and not batch.is_being_undone


def is_undone_at_once(batch: ImportBatch) -> bool:
    """Tell whether the page can wait until the rows of a batch are taken out."""
    return bool(batch.stored_count <= ROWS_UNDONE_AT_ONCE)


@use_case(right=UNDO)
def begin_undo(*, actor: Actor, batch_id: int, reason: str, at: datetime) -> ImportBatch:
    """
    Take a batch to be undone.

    :raises UnableToMoveBatch: if it is being undone already, or is not in the archive
    """
    batch = _get_undoable(actor, batch_id)
    return operations.begin_undo(actor=actor, batch_id=batch.pk, reason=reason, at=at)


def carry_out_undo(*, actor: Actor, batch_id: int, at: datetime, data_dir: Path) -> None:
    """Take out what a batch stored, if somebody asked for it, and let the batch tell what came of it."""
    batch = get_batch(actor=actor, batch_id=batch_id)
    if not batch.is_being_undone:
        return
    tell = _make_teller(batch, data_dir, _SHARES_OF_UNDO)
    try:
        undo_batch(actor=actor, batch_id=batch_id, reason=batch.undo_reason, at=at, tell=tell)
    except DomainError as refusal:
        operations.record_undo_refusal(batch=batch, told=str(refusal))
    except Exception as fault:
        operations.record_undo_refusal(batch=batch, told=type(fault).__name__)
        raise
    finally:
        files.forget_progress(data_dir=data_dir, batch_id=batch.pk)


@use_case(right=UNDO)
def undo_batch(*, actor: Actor, batch_id: int, reason: str, at: datetime, tell: Tell | None = None) -> int:
    """
    Take exactly the rows out that a batch stored, and return how many there were.

    :raises UnableToUndoBatch: saying what refers to the rows or has changed them
    :raises UnableToMoveBatch: if it is not in the archive
    """
    batch = _get_undoable(actor, batch_id)
    system = Actor.system("undoing a batch")
    batch = ImportBatch.objects.for_actor(system).select_for_update(of=("self",)).get(pk=batch.pk)
    operations.record_undo(actor=actor, batch=batch, reason=reason, at=at)
    say = tell or (lambda _stage, _share: None)
    if obstacles := removal.list_obstacles(batch.created_keys, hear=lambda share: say("look", share)):
        raise UnableToUndoBatch(batch, obstacles)
    removed = removal.remove_rows(batch.created_keys, hear=lambda share: say("remove", share))
    say("keys", 0)
    try:
        with connection.cursor() as cursor:
            # Keys are looked at now, not at the end: whoever came in between stops the undo with a clear word.
            cursor.execute("set constraints all immediate")
            cursor.execute("set constraints all deferred")
    except IntegrityError as clash:
        raise ArchiveChangedMeanwhile(field="file", file_name=batch.file_name) from clash
    return removed


def list_obstacles(*, actor: Actor, batch_id: int) -> list[Obstacle]:
    """Return what stands in the way of undoing a batch as the archive is now."""
    return removal.list_obstacles(get_batch(actor=actor, batch_id=batch_id).created_keys)


def _get_undoable(actor: Actor, batch_id: int) -> ImportBatch:
    batch = get_batch(actor=actor, batch_id=batch_id)
    if not actor.may(UNDO, batch.unit.path if batch.unit else "/"):
        raise PermissionRefused(field="actor", login=actor.login, right=UNDO)
    return batch


def _make_teller(batch: ImportBatch, data_dir: Path, shares: Mapping[str, tuple[int, int]]) -> Tell:
    told = -1

    def tell(stage: str, share: float) -> None:
        nonlocal told
        first, last = shares[stage]
        percent = int(first + (last - first) * share)
        if percent != told:
            told = percent
            files.note_progress(data_dir=data_dir, batch_id=batch.pk, stage=stage, percent=percent)

    return tell
