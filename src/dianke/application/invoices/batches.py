"""An invoice for every bill of a run: started on a page, carried out by the worker, with progress."""

from datetime import datetime

from django.db import transaction

from dianke.application.invoices.rights import MAKE
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.invoicing.models import InvoiceBatch
from dianke.domain.invoicing.operations import batches
from dianke.domain.invoicing.queries import invoices as queries
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.types import Actor

# Bills a transaction: an interrupted batch goes on where the last of them ended.
_PART = 200


@use_case(right=MAKE)
def start_batch(*, actor: Actor, number: str, at: datetime) -> InvoiceBatch:
    """
    Put the invoices of a run on the list.

    :raises UnableToStartBatch: if the run is not issued, or its invoices are being made
    :raises PermissionRefused: if the run is of another unit
    """
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    _require(actor, run.unit.path)
    total = bill_queries.filter_run(actor=actor, run_id=run.pk, is_issued=True).count()
    return batches.start_batch(actor=actor, run=run, total=total, login=actor.login, at=at)


@use_case(right=MAKE)
def cancel_batch(*, actor: Actor, key: int, at: datetime) -> InvoiceBatch:
    """Stop the making of a run's invoices; those that are made stay."""
    batch = queries.get_batch(actor=actor, key=key, lock=True)
    _require(actor, batch.run.unit.path)
    batches.cancel_batch(batch=batch, login=actor.login, at=at)
    return batch


def carry_out_batch(*, actor: Actor, key: int) -> InvoiceBatch:
    """
    Make the invoices of a batch, some hundred bills a transaction; one that has ended is left as it is.

    What it cannot get over ends it as failed, with the cause.
    """
    with transaction.atomic():
        batch = queries.get_batch(actor=actor, key=key, lock=True)
        if not batch.is_open:
            return batch
        batches.begin_batch(batch=batch)
    own = actor.within(MAKE)
    try:
        after = 0
        while ids := list_next_bills(actor=own, batch=batch, after=after):
            make_part(actor=actor, key=key, first=ids[0], last=ids[-1], at=SystemClock().now())
            after = ids[-1]
        _end(own, key, "")
    except batches.BatchEnded:
        pass
    except Exception as fault:
        is_known = isinstance(fault, DomainError)
        _end(own, key, str(fault) if is_known else f"fault of the program: {type(fault).__name__}")
        if not is_known:
            raise
    return queries.get_batch(actor=actor, key=key)


def list_next_bills(*, actor: Actor, batch: InvoiceBatch, after: int) -> list[int]:
    """Return the keys of the next bills of a batch's run."""
    rows = bill_queries.filter_run(actor=actor, run_id=batch.run_id, is_issued=True).filter(id__gt=after)
    return list(rows.order_by("id").values_list("id", flat=True)[:_PART])


@use_case(right=MAKE)
def make_part(*, actor: Actor, key: int, first: int, last: int, at: datetime) -> InvoiceBatch:
    """Make the invoices of the bills of a batch from one key to another."""
    batch = queries.get_batch(actor=actor, key=key, lock=True)
    rows = bill_queries.filter_run(actor=actor, run_id=batch.run_id, is_issued=True)
    ids = list(rows.filter(id__gte=first, id__lte=last).order_by("id").values_list("id", flat=True))
    batches.make_part(actor=actor, batch=batch, bill_ids=ids, login=actor.login, at=at)
    return batch


@transaction.atomic
def _end(actor: Actor, key: int, fault: str) -> None:
    batch = queries.get_batch(actor=actor, key=key, lock=True)
    if not batch.is_open:
        return
    at = SystemClock().now()
    if fault:
        batches.fail_batch(batch=batch, reason=fault, at=at)
    else:
        batches.finish_batch(batch=batch, at=at)


def _require(actor: Actor, path: str) -> None:
    if not actor.may(MAKE, path):
        raise PermissionRefused(field="actor", login=actor.login, right=MAKE)
