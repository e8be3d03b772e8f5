"""Work over the issued bills of a run: begun, counted on, ended once."""

from datetime import datetime
from typing import Any

from dianke.domain.billing.models import BillRun, RunWork
from dianke.domain.billing.types import OPEN_WORKS, RunStatus, WorkKind, WorkStatus
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

_OPEN = [status.value for status in OPEN_WORKS]


class UnableToStartWork(DomainError):
    """The run gives nothing to work on now."""

    code = "billing.unable_to_start_work"
    message = "nothing was started for run {run}: {reason}"


class WorkEnded(DomainError):
    """The work is done, failed or was cancelled."""

    code = "billing.work_ended"
    message = "the work is {status} already"


def start_work(*, actor: Scope, run: BillRun, kind: WorkKind, started_by: str, at: datetime) -> RunWork:
    """
    Put a work on the list; the run must be locked, so that two requests do not start two.

    :raises UnableToStartWork: if the run is not issued, or such a work is under way
    """
    if run.status != RunStatus.ISSUED.value:
        raise UnableToStartWork(field="run", run=run.number, reason="it is not issued")
    if RunWork.objects.for_actor(actor).filter(run=run, kind=kind.value, status__in=_OPEN).exists():
        raise UnableToStartWork(field="kind", run=run.number, reason="it is under way already")
    work = RunWork(run=run, kind=kind.value, started_by=started_by, started_at=at)
    work.save()
    return work


def begin_work(*, work: RunWork) -> None:
    """
    Take up a work, from its beginning where an interrupted try left it.

    :raises WorkEnded: if it is done, failed or was cancelled
    """
    _require_open(work)
    work.status, work.done = WorkStatus.RUNNING.value, 0
    work.save(update_fields=["status", "done"])


def note_progress(*, actor: Scope, work: RunWork, done: int, total: int) -> bool:
    """Note how much is done and tell whether the work is still wanted."""
    rows = RunWork.objects.for_actor(actor).filter(pk=work.pk, status=WorkStatus.RUNNING.value)
    return bool(rows.update(done=done, total=total))


def finish_work(
    *, work: RunWork, report: dict[str, Any], at: datetime, file_name: str = "", file_bytes: int = 0, sha256: str = ""
) -> None:
    """
    Keep what came of a work.

    :raises WorkEnded: if it was cancelled meanwhile
    """
    _require_open(work)
    work.report, work.done = report, work.total
    work.file_name, work.file_bytes, work.file_sha256 = file_name, file_bytes, sha256
    work.status, work.finished_at = WorkStatus.DONE.value, at
    work.save()


def fail_work(*, work: RunWork, reason: str, at: datetime) -> None:
    """
    End a work that cannot go on, with the cause.

    :raises WorkEnded: if it was cancelled meanwhile
    """
    _end(work, WorkStatus.FAILED, reason, at)


def cancel_work(*, work: RunWork, reason: str, at: datetime) -> None:
    """
    End a work that nobody wants any more.

    :raises WorkEnded: if it has ended already
    """
    _end(work, WorkStatus.CANCELLED, reason, at)


def _end(work: RunWork, status: WorkStatus, reason: str, at: datetime) -> None:
    _require_open(work)
    work.status, work.finished_at, work.end_reason = status.value, at, reason.strip()[:300]
    work.save(update_fields=["status", "finished_at", "end_reason"])


def _require_open(work: RunWork) -> None:
    if not work.is_open:
        raise WorkEnded(status=work.status)
