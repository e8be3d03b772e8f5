"""Every issued bill of a run written as PDF, or computed again: started on a page, carried out by the worker."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from dianke.application.bill_documents import files, pdf
from dianke.application.bill_documents.structured import SEE_WHOLE, VIEW, write_structured_bills
from dianke.domain.billing.models import Bill, BillRun, RunWork
from dianke.domain.billing.operations import works
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import replay
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.queries import works as work_queries
from dianke.domain.billing.queries.replay import ReplayReport
from dianke.domain.billing.types import WorkKind, WorkStatus
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.types import Actor

TAKE_OUT = "archive.export"
REPLAY = "billing.review"
# How often the page sees that a batch goes on.
_STEP = 50
_MOST_NAMED = 20


class _Unwanted(Exception):
    """The work was cancelled on the way."""


@use_case(right=TAKE_OUT)
def start_pdf(*, actor: Actor, number: str, at: datetime) -> RunWork:
    """
    Put the PDF of a run's bills on the list; names and addresses leave the house with it.

    :raises PermissionRefused: if the actor may not see bills and archive of the run's unit
    """
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    require_take_out(actor, run)
    return works.start_work(actor=actor, run=run, kind=WorkKind.PDF, started_by=actor.login, at=at)


@use_case(right=REPLAY)
def start_replay(*, actor: Actor, number: str, at: datetime) -> RunWork:
    """Put the replay of a run's bills on the list."""
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    return works.start_work(actor=actor, run=run, kind=WorkKind.REPLAY, started_by=actor.login, at=at)


@use_case(right=VIEW)
def cancel_work(*, actor: Actor, key: int, at: datetime) -> RunWork:
    """
    Stop a work that has not ended: one's own, or that of a run that one may replay or take out oneself.

    :raises PermissionRefused: if the actor might not have started it
    """
    work = work_queries.get_work(actor=actor, key=key, lock=True)
    right = TAKE_OUT if work.kind == WorkKind.PDF.value else REPLAY
    if not actor.may(right, work.run.unit.path):
        raise PermissionRefused(field="actor", login=actor.login, right=right)
    works.cancel_work(work=work, reason=actor.login, at=at)
    return work


@use_case(right=TAKE_OUT)
def take_out_file(*, actor: Actor, key: int) -> RunWork:
    """
    Hand out the PDF of a run; who did stands in the trail.

    :raises PermissionRefused: if the actor may not see bills and archive of the run's unit
    :raises FileGone: if the file is no longer kept
    """
    work = work_queries.get_work(actor=actor, key=key)
    require_take_out(actor, work.run)
    if work.kind != WorkKind.PDF.value or work.status != WorkStatus.DONE.value:
        raise files.FileGone(field="work")
    files.open_file(work.pk)
    return work


def require_take_out(actor: Actor, run: BillRun) -> None:
    """
    Refuse whoever may not see every name in the bills of a run.

    :raises PermissionRefused: if a right is missing
    """
    for right in (VIEW, SEE_WHOLE, TAKE_OUT):
        if not actor.may(right, run.unit.path):
            raise PermissionRefused(field="actor", login=actor.login, right=right)


def carry_out_work(*, actor: Actor, key: int) -> RunWork:
    """
    Carry out a work from its beginning; one that has ended is left as it is.

    It stops when it is cancelled. What it cannot get over ends it as failed, with the cause.
    """
    with transaction.atomic():
        work = work_queries.get_work(actor=actor, key=key, lock=True)
        if not work.is_open:
            return work
        works.begin_work(work=work)
    try:
        _WAYS[WorkKind(work.kind)](actor, work)
    except _Unwanted:
        files.remove_files([work.pk])
    except Exception as fault:
        _fail(actor, work, fault)
        if not isinstance(fault, DomainError):
            raise
    return work_queries.get_work(actor=actor, key=key)


def _write_pdf(actor: Actor, work: RunWork) -> None:
    require_take_out(actor, work.run)
    own = actor.within(TAKE_OUT)
    rows = bill_queries.filter_run(actor=own, run_id=work.run_id, is_issued=True)
    total = rows.count()
    if not total:
        raise works.UnableToStartWork(field="run", run=work.run.number, reason="it has no bills")
    _note(own, work, 0, total)
    kept = files.write_file(
        key=work.pk,
        name=work.run.number,
        parts=_write_batches(own, work, rows, total),
        is_archive=total > pdf.BATCH,
    )
    earlier = RunWork.objects.for_actor(own).filter(run=work.run, kind=work.kind, pk__lt=work.pk)
    _finish(own, work, {"bills": total}, file_name=kept.name, file_bytes=kept.size_bytes, sha256=kept.sha256)
    files.remove_files(earlier.values_list("pk", flat=True))


def _write_batches(actor: Actor, work: RunWork, rows: Any, total: int) -> Iterator[tuple[str, bytes]]:
    mark = f"{actor.name} {to_shanghai(work.started_at):%Y-%m-%d %H:%M}"
    after, done = 0, 0
    while bills := list(rows.filter(id__gt=after).select_related("unit").order_by("id")[: pdf.BATCH]):
        written = []
        for at, bill in enumerate(write_structured_bills(actor=actor, bills=bills), 1):
            written.append(bill)
            if not at % _STEP:
                _note(actor, work, done + at, total)
        name = f"{work.run.number}-{done + 1:06d}-{done + len(bills):06d}.pdf"
        yield name, pdf.write_pdf(written, mark=mark)
        after, done = bills[-1].pk, done + len(bills)
        _note(actor, work, done, total)


def _replay(actor: Actor, work: RunWork) -> None:
    if not actor.may(REPLAY, work.run.unit.path):
        raise PermissionRefused(field="actor", login=actor.login, right=REPLAY)
    own = actor.within(REPLAY)
    report = replay.replay_run(actor=own, run=work.run, progress=lambda done, total: _note(own, work, done, total))
    _finish(own, work, _describe(own, report))


def _describe(actor: Actor, report: ReplayReport) -> dict[str, Any]:
    named = report.differences[:_MOST_NAMED]
    keys = {difference.bill_id for difference in named}
    bills = {bill.pk: bill for bill in Bill.objects.for_actor(actor).filter(pk__in=keys)}
    return {
        "bills": report.bills,
        "lines": report.lines,
        "amount_fen": report.amount_fen,
        "differing_bills": report.differing_bills,
        "differences": [
            {
                "bill_id": one.bill_id,
                "bill": bills[one.bill_id].number if one.bill_id in bills else "",
                "code": one.code,
                "issued": f"{one.issued:f}",
                "computed": f"{one.computed:f}",
            }
            for one in named
        ],
    }


def _note(actor: Actor, work: RunWork, done: int, total: int) -> None:
    with transaction.atomic():
        if not works.note_progress(actor=actor, work=work, done=done, total=total):
            raise _Unwanted


@transaction.atomic
def _finish(actor: Actor, work: RunWork, report: dict[str, Any], **file: Any) -> None:
    locked = work_queries.get_work(actor=actor, key=work.pk, lock=True)
    if not locked.is_open:
        raise _Unwanted
    works.finish_work(work=locked, report=report, at=SystemClock().now(), **file)


@transaction.atomic
def _fail(actor: Actor, work: RunWork, fault: Exception) -> None:
    reason = str(fault) if isinstance(fault, DomainError) else f"fault of the program: {type(fault).__name__}"
    locked = work_queries.get_work(actor=actor, key=work.pk, lock=True)
    if locked.is_open:
        works.fail_work(work=locked, reason=reason, at=SystemClock().now())


_WAYS: dict[WorkKind, Callable[[Actor, RunWork], None]] = {WorkKind.PDF: _write_pdf, WorkKind.REPLAY: _replay}
