"""An invoice for every bill of a run: begun, made some hundred at a time, ended once."""

from collections.abc import Sequence
from datetime import datetime

from dianke.domain.billing.models import BillRun
from dianke.domain.billing.types import RunStatus
from dianke.domain.invoicing.models import InvoiceBatch
from dianke.domain.invoicing.operations.making import NewInvoice, UnableToInvoice, make_invoices
from dianke.domain.invoicing.types import OPEN_BATCHES, BatchState
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

# Bills that are named beside a reason why they were left out.
_NAMED = 5


class UnableToStartBatch(DomainError):
    """The run gives nothing to invoice now."""

    code = "invoicing.unable_to_start_batch"
    message = "no invoices were begun for run {run}: {reason}"


class BatchEnded(DomainError):
    """The making of invoices is done, failed or was cancelled."""

    code = "invoicing.batch_ended"
    message = "the making of invoices has ended already"


def start_batch(*, actor: Scope, run: BillRun, total: int, login: str, at: datetime) -> InvoiceBatch:
    """
    Put the invoices of a run on the list; the run must be locked, so that two requests do not start two.

    :raises UnableToStartBatch: if the run is not issued, has no bills, or its invoices are being made
    """
    if run.status != RunStatus.ISSUED.value:
        raise UnableToStartBatch(field="run", run=run.number, reason="it is not issued")
    if not total:
        raise UnableToStartBatch(field="run", run=run.number, reason="it has no bills")
    if InvoiceBatch.objects.for_actor(actor).filter(run=run, state__in=OPEN_BATCHES).exists():
        raise UnableToStartBatch(field="run", run=run.number, reason="it is under way already")
    batch = InvoiceBatch(run=run, total=total, started_by=login, started_at=at)
    batch.save()
    return batch


def begin_batch(*, batch: InvoiceBatch) -> None:
    """
    Take up a batch from its beginning; what an interrupted try made is left out as invoiced.

    :raises BatchEnded: if it is done, failed or was cancelled
    """
    _require_open(batch)
    batch.state, batch.done, batch.made, batch.left_out = BatchState.RUNNING.value, 0, 0, {}
    batch.save()


def make_part(*, actor: Scope, batch: InvoiceBatch, bill_ids: Sequence[int], login: str, at: datetime) -> None:
    """
    Make the invoices of some bills and count them on; the batch must be locked.

    :raises BatchEnded: if it was cancelled meanwhile
    """
    _require_open(batch)
    orders = [NewInvoice(bill_ids=(key,)) for key in bill_ids]
    for one in make_invoices(actor=actor, orders=orders, login=login, at=at):
        if isinstance(one, UnableToInvoice):
            _leave_out(batch, one)
        else:
            batch.made += 1
    batch.done += len(bill_ids)
    batch.save()


def finish_batch(*, batch: InvoiceBatch, at: datetime) -> None:
    """
    End a batch whose bills are all through.

    :raises BatchEnded: if it was cancelled meanwhile
    """
    _end(batch, BatchState.DONE, "", at)


def fail_batch(*, batch: InvoiceBatch, reason: str, at: datetime) -> None:
    """
    End a batch that cannot go on, with the cause.

    :raises BatchEnded: if it was cancelled meanwhile
    """
    _end(batch, BatchState.FAILED, reason, at)


def cancel_batch(*, batch: InvoiceBatch, login: str, at: datetime) -> None:
    """
    End a batch that nobody wants any more; what it made stays.

    :raises BatchEnded: if it has ended already
    """
    _end(batch, BatchState.CANCELLED, login, at)


def _leave_out(batch: InvoiceBatch, refusal: UnableToInvoice) -> None:
    reason = str(refusal.facts["reason"])
    known = batch.left_out.setdefault(reason, {"count": 0, "bills": []})
    known["count"] += 1
    if len(known["bills"]) < _NAMED:
        known["bills"].append(str(refusal.facts["bill"]))


def _end(batch: InvoiceBatch, state: BatchState, reason: str, at: datetime) -> None:
    _require_open(batch)
    batch.state, batch.finished_at, batch.end_reason = state.value, at, reason.strip()[:300]
    batch.save()


def _require_open(batch: InvoiceBatch) -> None:
    if not batch.is_open:
        raise BatchEnded(field="batch")
