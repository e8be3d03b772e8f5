"""Reads of scores: runs, the list of the last one, the course of a customer; notices and objections."""

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from dianke.domain.credit.models import CreditRun, CreditScore, GradeNotice, Objection
from dianke.domain.credit.types import RunState
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class NoticeUnknown(DomainError):
    """There is no such notice within the actor's units."""

    code = "credit.notice_unknown"
    message = "there is no notice {key}"


class ObjectionUnknown(DomainError):
    """There is no such objection within the actor's units."""

    code = "credit.objection_unknown"
    message = "there is no objection {key}"


@dataclass(frozen=True, slots=True)
class UnitGrades:
    """How many customers of a unit have a grade."""

    name: str
    path: str
    grade: str
    count: int


def get_last_run(*, actor: Scope) -> CreditRun | None:
    """Return the last run that is whole, or None."""
    rows: QuerySet[CreditRun] = CreditRun.objects.for_actor(actor)
    return rows.filter(state=RunState.DONE.value).order_by("-as_of_date").first()


def list_runs(*, actor: Scope, limit: int) -> list[CreditRun]:
    """Return the last runs, the newest first."""
    return list(CreditRun.objects.for_actor(actor).order_by("-as_of_date")[:limit])


def filter_scores(*, actor: Scope) -> QuerySet[CreditScore]:
    """Return the scores of the last whole run within the actor's units; no order."""
    run = get_last_run(actor=actor)
    rows: QuerySet[CreditScore] = CreditScore.objects.for_actor(actor)
    if run is None:
        return rows.none()
    return rows.filter(run=run).select_related("customer", "unit")


def list_scores(*, actor: Scope, customer_id: int, limit: int) -> list[CreditScore]:
    """Return the scores of a customer, the newest first."""
    rows = CreditScore.objects.for_actor(actor).filter(customer_id=customer_id)
    return list(rows.order_by("-as_of_date", "-id")[:limit])


def filter_scores_of(*, actor: Scope, customer_id: int) -> QuerySet[CreditScore]:
    """Return the scores of a customer, of every run and between them; no order."""
    rows: QuerySet[CreditScore] = CreditScore.objects.for_actor(actor).filter(customer_id=customer_id)
    return rows.select_related("customer", "unit")


def count_grades(*, actor: Scope) -> dict[str, int]:
    """Return how many customers of the actor's units have each grade in the last run."""
    rows = filter_scores(actor=actor).order_by().values_list("grade")
    return dict(rows.annotate(n=Count("id")))


def list_unit_grades(*, actor: Scope) -> list[UnitGrades]:
    """Return how many customers of each unit have each grade in the last run."""
    rows = filter_scores(actor=actor).order_by().values("unit__name", "unit__path", "grade").annotate(n=Count("id"))
    found = [UnitGrades(one["unit__name"], one["unit__path"], one["grade"], one["n"]) for one in rows]
    return sorted(found, key=lambda one: (one.path, one.grade))


def filter_notices(*, actor: Scope) -> QuerySet[GradeNotice]:
    """Return the notices of the actor's units; no order."""
    rows: QuerySet[GradeNotice] = GradeNotice.objects.for_actor(actor)
    return rows.select_related("customer", "unit")


def get_notice(*, actor: Scope, key: int, lock: bool = False) -> GradeNotice:
    """
    Return a notice.

    :raises NoticeUnknown: if there is none within the actor's units
    """
    rows = filter_notices(actor=actor)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise NoticeUnknown(field="key", key=key)
    return found


def filter_objections(*, actor: Scope) -> QuerySet[Objection]:
    """Return the objections of the actor's units; no order."""
    rows: QuerySet[Objection] = Objection.objects.for_actor(actor)
    return rows.select_related("customer", "unit", "notice")


def get_objection(*, actor: Scope, key: int, lock: bool = False) -> Objection:
    """
    Return an objection.

    :raises ObjectionUnknown: if there is none within the actor's units
    """
    rows = filter_objections(actor=actor)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise ObjectionUnknown(field="key", key=key)
    return found
