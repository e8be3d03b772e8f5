"""Writes of bulk loads."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from dianke.kernel.errors import DomainError
from dianke.platform.crypto.cipher import encrypt
from dianke.platform.database.copying import copy_rows
from dianke.platform.identity.types import Actor
from dianke.platform.import_batches.models import ImportBadRow, ImportBatch
from dianke.platform.import_batches.types import MOVING, BadRow, BatchState, KeptFile, KeyRange, Outcome
from dianke.platform.org.models import Unit

# Work that has not ended by then died with its process, and may be begun again.
GIVEN_UP_AFTER = timedelta(minutes=15)


class UnableToMoveBatch(DomainError):
    """The batch is not in a state for the step."""

    code = "imports.unable_to_move_batch"
    message = "{number} cannot go on: {reason}"


def add_batch(
    *, actor: Actor, table: str, file: KeptFile, at: datetime, file_format: str = "", titles: Sequence[str] = ()
) -> ImportBatch:
    """Add a batch for a file, in the unit of the person who brought it."""
    unit = Unit.objects.for_actor(actor).filter(path=actor.unit_path).first()
    if unit is None:
        # The system stands in no unit; what it loads belongs to the utility.
        unit = Unit.objects.for_actor(actor).filter(parent=None).first()
    batch = ImportBatch(
        unit=unit,
        table=table,
        file_name=file.name,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        place=file.place,
        format=file_format,
        titles=list(titles),
        origin=actor.origin,
        brought_by=actor.login,
        brought_at=at,
    )
    batch.save()
    return batch


def set_mapping(*, batch: ImportBatch, mapping: Mapping[int, str]) -> None:
    """
    Say which column of the table stands where in the file; what was checked before is void.

    :raises UnableToMoveBatch: if the file is at work or in the archive
    """
    _require(batch, {BatchState.UPLOADED, BatchState.CHECKED, BatchState.FAILED})
    batch.mapping = {str(place): column for place, column in mapping.items()}
    batch.state = BatchState.UPLOADED.value
    batch.save(update_fields=["mapping", "state"])


def set_cell(*, batch: ImportBatch, line: int, place: int, text: str) -> None:
    """
    Correct a cell of a batch's file; the kept file stays as it came.

    :raises UnableToMoveBatch: if the file is not one that was checked
    """
    _require(batch, {BatchState.CHECKED})
    edits = read_edits(batch)
    edits.setdefault(str(line), {})[str(place)] = text
    batch.edits = json.dumps(edits, ensure_ascii=False)
    batch.save(update_fields=["edits"])


def read_edits(batch: ImportBatch) -> dict[str, dict[str, str]]:
    """Return the cells that were corrected, by line and place."""
    edits: dict[str, dict[str, str]] = json.loads(batch.edits) if batch.edits else {}
    return edits


def begin(*, actor: Actor, batch_id: int, state: BatchState, at: datetime, keeps_good: bool = False) -> ImportBatch:
    """
    Take a batch to work: CHECKING, or LOADING once it was checked.

    :raises UnableToMoveBatch: if somebody is at work on it or it is in the archive already
    """
    batch: ImportBatch = ImportBatch.objects.for_actor(actor).select_for_update(of=("self",)).get(pk=batch_id)
    if batch.is_moving and batch.begun_at is not None and at - batch.begun_at < GIVEN_UP_AFTER:
        raise UnableToMoveBatch(field="state", number=batch.number, reason="somebody is at work on it")
    before = {BatchState.CHECKED} if state is BatchState.LOADING else {BatchState.UPLOADED, BatchState.CHECKED}
    _require(batch, {*before, *MOVING, BatchState.FAILED})
    batch.state = state.value
    batch.begun_at = at
    batch.failure = ""
    batch.keeps_good = keeps_good
    batch.save(update_fields=["state", "begun_at", "failure", "keeps_good"])
    return batch


def record_check(*, batch: ImportBatch, outcome: Outcome, bad_rows: Iterable[BadRow], at: datetime) -> None:
    """Record what a check found, in place of what an earlier one found."""
    system = Actor.system("replacing the faults of a batch")
    ImportBadRow.objects.for_actor(system).filter(batch=batch).delete()
    copy_rows(
        table=ImportBadRow._meta.db_table,
        columns=("batch_id", "line", "cells", "faults", "codes"),
        rows=((batch.pk, row.line, _seal(row.cells), _seal(row.faults), _array(row.codes)) for row in bad_rows),
    )
    batch.state = BatchState.CHECKED.value
    batch.row_count = outcome.rows
    batch.bad_row_count = outcome.rows_bad
    batch.fault_count = outcome.faults
    batch.fault_counts = dict(outcome.fault_counts)
    batch.file_faults = list(outcome.file_faults)
    batch.titles = list(outcome.titles)
    batch.format, batch.encoding, batch.delimiter = outcome.format, outcome.encoding, outcome.delimiter
    batch.checked_at = at
    batch.save()


def record_load(
    *,
    actor: Actor,
    batch: ImportBatch,
    stored: int,
    unchanged: int,
    created: Mapping[str, Sequence[KeyRange]],
    at: datetime,
) -> None:
    """Record which rows a batch became, in the transaction that stores them."""
    batch.state = BatchState.LOADED.value
    batch.stored_count, batch.unchanged_count = stored, unchanged
    batch.created_keys = {label: [list(part) for part in ranges] for label, ranges in created.items() if ranges}
    batch.loaded_by, batch.loaded_at = actor.login, at
    batch.save()


def record_failure(*, batch: ImportBatch, told: str) -> None:
    """Record that the work on a batch ended with a fault of ours; the file can be tried again."""
    batch.state = BatchState.FAILED.value
    batch.failure = told[:400]
    batch.save(update_fields=["state", "failure"])


def begin_undo(*, actor: Actor, batch_id: int, reason: str, at: datetime) -> ImportBatch:
    """
    Take a batch to be undone; it stays in the archive until the undo is recorded.

    :raises UnableToMoveBatch: if it is being undone already, or is not in the archive
    """
    rows = ImportBatch.objects.for_actor(actor)
    # Asked before the lock: the work holds the row until its end, and a second click shall not wait for it.
    _refuse_second_undo(rows.get(pk=batch_id), at)
    batch: ImportBatch = rows.select_for_update(of=("self",)).get(pk=batch_id)
    _refuse_second_undo(batch, at)
    _require(batch, {BatchState.LOADED})
    batch.undone_by, batch.undone_at, batch.undo_reason = actor.login, None, reason[:200]
    batch.begun_at, batch.failure = at, ""
    batch.save(update_fields=["undone_by", "undone_at", "undo_reason", "begun_at", "failure"])
    return batch


def _refuse_second_undo(batch: ImportBatch, at: datetime) -> None:
    is_fresh = batch.begun_at is not None and at - batch.begun_at < GIVEN_UP_AFTER
    if batch.is_being_undone and is_fresh:
        raise UnableToMoveBatch(field="state", number=batch.number, reason="somebody is at work on it")


def record_undo_refusal(*, batch: ImportBatch, told: str) -> None:
    """Record why the rows of a batch were not taken out; it stands in the archive as before."""
    batch.undone_by, batch.undo_reason = "", ""
    batch.failure = told[:400]
    batch.save(update_fields=["undone_by", "undo_reason", "failure"])


def record_undo(*, actor: Actor, batch: ImportBatch, reason: str, at: datetime) -> None:
    """
    Record that the rows of a batch were taken out again.

    :raises UnableToMoveBatch: if it is not in the archive
    """
    _require(batch, {BatchState.LOADED})
    batch.state = BatchState.UNDONE.value
    batch.undone_by, batch.undone_at, batch.undo_reason = actor.login, at, reason[:200]
    batch.failure = ""
    batch.save(update_fields=["state", "undone_by", "undone_at", "undo_reason", "failure"])


def forget(*, batch: ImportBatch) -> str:
    """
    Remove a batch that never reached the archive, and return the place of its file if no other batch has it.

    :raises UnableToMoveBatch: if it is at work or was loaded once
    """
    _require(batch, {BatchState.UPLOADED, BatchState.CHECKED, BatchState.FAILED})
    system = Actor.system("throwing a batch away")
    place = batch.place
    ImportBatch.objects.for_actor(system).filter(pk=batch.pk).delete()
    is_shared = ImportBatch.objects.for_actor(system).filter(place=place).exists()
    return "" if is_shared else place


def _require(batch: ImportBatch, states: Iterable[BatchState]) -> None:
    if batch.state not in {state.value for state in states}:
        raise UnableToMoveBatch(field="state", number=batch.number, reason="another step comes first")


def _seal(value: object) -> str:
    return r"\x" + encrypt(json.dumps(value, ensure_ascii=False), purpose="import_row").hex()


def _array(codes: Sequence[str]) -> str:
    return "{" + ",".join(codes) + "}"
