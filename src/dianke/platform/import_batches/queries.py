"""Reads of bulk loads."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from dianke.platform.identity.types import Actor
from dianke.platform.import_batches.models import ImportBadRow, ImportBatch


def list_batches(*, actor: Actor, tables: Iterable[str], right: str) -> QuerySet[ImportBatch]:
    """Return the batches of some tables in the units that a right of the actor reaches."""
    rows: QuerySet[ImportBatch] = ImportBatch.objects.for_actor(actor, right).filter(table__in=list(tables))
    return rows


def get_batch(*, actor: Actor, batch_id: int, tables: Iterable[str], right: str) -> ImportBatch:
    """
    Return a batch.

    :raises ImportBatch.DoesNotExist: if there is none of that key within the actor's units and tables
    """
    batch: ImportBatch = list_batches(actor=actor, tables=tables, right=right).select_related("unit").get(pk=batch_id)
    return batch


def find_same_file(*, actor: Actor, batch: ImportBatch) -> ImportBatch | None:
    """Return the latest other batch that the same file became, while its rows stand in the archive."""
    same: ImportBatch | None = (
        ImportBatch.objects.for_actor(actor)
        .filter(sha256=batch.sha256, table=batch.table, state="LOADED")
        .exclude(pk=batch.pk)
        .order_by("-id")
        .first()
    )
    return same


def list_bad_rows(*, actor: Actor, batch: ImportBatch, code: str = "") -> QuerySet[ImportBadRow]:
    """Return the rows of a batch that have faults, of one kind if asked."""
    rows: QuerySet[ImportBadRow] = ImportBadRow.objects.for_actor(actor).filter(batch=batch)
    return rows.filter(codes__contains=[code]) if code else rows


def read_cells(row: ImportBadRow) -> list[str]:
    """Return the cells of a bad row as they came."""
    return json.loads(row.cells)  # type: ignore[no-any-return]


def read_faults(row: ImportBadRow) -> list[Mapping[str, Any]]:
    """Return the faults of a bad row."""
    return json.loads(row.faults)  # type: ignore[no-any-return]
