"""Reads of the work over the bills of a run."""

from dianke.domain.billing.models import BillRun, RunWork
from dianke.domain.billing.types import WorkKind, WorkStatus
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class WorkNotFound(DomainError):
    """No such work is within reach."""

    code = "billing.work_not_found"
    message = "no work {number} was found"


def get_work(*, actor: Scope, key: int, lock: bool = False) -> RunWork:
    """
    Return a work with its run.

    :raises WorkNotFound: if there is none, or it reaches beyond the actor's units
    """
    works = RunWork.objects.for_actor(actor).select_related("run__unit", "run__cycle_month__cycle")
    if lock:
        works = works.select_for_update(of=("self",))
    work: RunWork | None = works.filter(pk=key).first()
    if work is None:
        raise WorkNotFound(field="work", number=key)
    return work


def find_newest(*, actor: Scope, run: BillRun, kind: WorkKind) -> RunWork | None:
    """Return the newest work of a kind, whatever became of it."""
    works = RunWork.objects.for_actor(actor).filter(run=run, kind=kind.value)
    work: RunWork | None = works.order_by("-id").first()
    return work


def find_newest_file(*, actor: Scope, run: BillRun) -> RunWork | None:
    """Return the newest PDF that was finished."""
    works = RunWork.objects.for_actor(actor).filter(run=run, kind=WorkKind.PDF.value, status=WorkStatus.DONE.value)
    work: RunWork | None = works.order_by("-id").first()
    return work
