"""Reads of risk for pages: runs, the watch list, an account's course, trainings, measures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from dianke.domain.collection.models import RiskMeasure, RiskModelVersion, RiskRun, RiskScore
from dianke.domain.collection.types import RiskMeasureState, RiskOutcome, RiskThing
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

_LIVING = [RiskMeasureState.PROPOSED.value, RiskMeasureState.ACCEPTED.value]


class MeasureUnknown(DomainError):
    """There is no such measure within the actor's units."""

    code = "risk.measure_unknown"
    message = "there is no measure {key}"


@dataclass(frozen=True, slots=True)
class Precision:
    """Of the proposals of a kind whose outcome is known, how many accounts went late."""

    kind: str
    state: str
    judged: int
    went_late: int

    @property
    def share(self) -> float | None:
        """Return the share that went late."""
        return self.went_late / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class UnitRisk:
    """What the watch list holds of a unit."""

    name: str
    path: str
    accounts: int
    exposure_fen: int
    expected_loss_fen: int


def get_last_run(*, actor: Scope) -> RiskRun | None:
    """Return the last scoring of all accounts, or None."""
    rows: QuerySet[RiskRun] = RiskRun.objects.for_actor(actor)
    return rows.select_related("model").order_by("-as_of_date").first()


def get_last_training(*, actor: Scope) -> RiskModelVersion | None:
    """Return the last training, or None."""
    rows: QuerySet[RiskModelVersion] = RiskModelVersion.objects.for_actor(actor)
    return rows.order_by("-trained_at", "-id").first()


def list_runs(*, actor: Scope, limit: int) -> list[RiskRun]:
    """Return the last runs, the newest first."""
    return list(RiskRun.objects.for_actor(actor).select_related("model").order_by("-as_of_date")[:limit])


def list_trainings(*, actor: Scope, limit: int) -> list[RiskModelVersion]:
    """Return the last trainings without the models themselves, the newest first."""
    return list(RiskModelVersion.objects.for_actor(actor).defer("content").order_by("-trained_at", "-id")[:limit])


def filter_watched(*, actor: Scope) -> QuerySet[RiskScore]:
    """Return the watched accounts of the last run within the actor's units; no order."""
    run = get_last_run(actor=actor)
    rows: QuerySet[RiskScore] = RiskScore.objects.for_actor(actor)
    if run is None:
        return rows.none()
    return rows.filter(run=run, is_watched=True).select_related("account__customer", "unit")


def list_scores(*, actor: Scope, account_id: int, limit: int) -> list[RiskScore]:
    """Return what the last runs said of an account, the newest first."""
    rows = RiskScore.objects.for_actor(actor).filter(account_id=account_id).select_related("run__model")
    return list(rows.order_by("-run__as_of_date")[:limit])


def list_unit_risks(*, actor: Scope) -> list[UnitRisk]:
    """Return what is watched in each unit of the actor as of the last run, the largest expected loss first."""
    grouped = filter_watched(actor=actor).order_by().values("unit__name", "unit__path")
    found = grouped.annotate(n=Count("id"), exposure=Sum("exposure_fen"), loss=Sum("expected_loss_fen"))
    rows = [UnitRisk(one["unit__name"], one["unit__path"], one["n"], one["exposure"], one["loss"]) for one in found]
    return sorted(rows, key=lambda one: (-one.expected_loss_fen, one.path))


def map_living_measures(*, actor: Scope, account_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the kinds of measures that live for each account."""
    rows = filter_living(actor=actor).filter(account_id__in=account_ids)
    found: dict[int, list[str]] = {}
    for account_id, kind in rows.order_by("kind").values_list("account_id", "kind"):
        found.setdefault(account_id, []).append(kind)
    return found


def filter_living(*, actor: Scope) -> QuerySet[RiskMeasure]:
    """Return the measures that are neither refused nor done; no order."""
    rows: QuerySet[RiskMeasure] = RiskMeasure.objects.for_actor(actor)
    return rows.filter(state__in=_LIVING)


def filter_measures(*, actor: Scope) -> QuerySet[RiskMeasure]:
    """Return the measures of the actor's units; no order."""
    rows: QuerySet[RiskMeasure] = RiskMeasure.objects.for_actor(actor)
    return rows.select_related("account__customer", "unit")


def get_exposure_fen(*, actor: Scope, measure: RiskMeasure) -> int:
    """Return what was at stake when a measure was proposed; where its scores were dropped, what was expected lost."""
    scores = RiskScore.objects.for_actor(actor).filter(run_id=measure.run_id, account_id=measure.account_id)
    found: int | None = scores.values_list("exposure_fen", flat=True).first()
    return int(measure.expected_loss_fen) if found is None else found


def list_measures_of(*, actor: Scope, kind: RiskThing, key: int) -> list[RiskMeasure]:
    """Return the measures that led to a thing."""
    return list(filter_measures(actor=actor).filter(thing_kind=kind.value, thing_key=key).order_by("id"))


def get_measure(*, actor: Scope, key: int, lock: bool = False) -> RiskMeasure:
    """
    Return a measure.

    :raises MeasureUnknown: if there is none within the actor's units
    """
    rows = filter_measures(actor=actor)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise MeasureUnknown(field="key", key=key)
    return found


def map_failed(*, actor: Scope) -> dict[str, list[int]]:
    """Return by kind of measure the accounts that went late though it was carried out."""
    rows = RiskMeasure.objects.for_actor(actor).filter(
        state=RiskMeasureState.DONE.value, outcome=RiskOutcome.WENT_LATE.value
    )
    found: dict[str, list[int]] = {}
    for kind, account_id in rows.order_by().values_list("kind", "account_id").distinct():
        found.setdefault(kind, []).append(account_id)
    return found


def list_unjudged(*, actor: Scope, before: date) -> list[tuple[int, int, date]]:
    """Return key, account and day of the measures proposed as of days before one, whose outcome is not recorded."""
    rows = RiskMeasure.objects.for_actor(actor).filter(outcome="", as_of_date__lt=before).order_by("as_of_date", "id")
    return list(rows.values_list("pk", "account_id", "as_of_date"))


def list_precisions(*, actor: Scope) -> list[Precision]:
    """Return for each kind and state of measures how many accounts went late of those whose outcome is known."""
    known = filter_measures(actor=actor).exclude(outcome__in=["", RiskOutcome.NOT_BILLED.value])
    grouped = known.order_by("kind", "state").values_list("kind", "state")
    late = Count("id", filter=Q(outcome=RiskOutcome.WENT_LATE.value))
    return [Precision(*row) for row in grouped.annotate(judged=Count("id"), late=late)]
