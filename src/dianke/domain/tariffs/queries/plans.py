"""Reads of plans and their versions."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet

from dianke.domain.tariffs.models import TariffPlan, TariffVersion
from dianke.domain.tariffs.types import (
    APPROVED_STATUSES,
    Finding,
    PlanFacts,
    PlanKind,
    SheetKind,
    VersionFacts,
    VersionStatus,
)
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class NoSuchPlan(DomainError):
    """Nothing is known by the code or key."""

    code = "tariffs.no_such_plan"
    message = "there is no tariff {name}"


class NoVersionInForce(DomainError):
    """A plan has no prices on a day."""

    code = "tariffs.no_version_in_force"
    message = "plan {plan} has no version in force on {on}"


def list_plans(*, actor: Scope, on: date | None = None, kind: PlanKind | None = None) -> list[PlanFacts]:
    """Return the plans by kind and code, each with its version of the day if a day is given."""
    plans = TariffPlan.objects.for_actor(actor).order_by("kind", "code", "id")
    if kind is not None:
        plans = plans.filter(kind=kind.value)
    in_force: dict[int, TariffVersion] = {}
    if on is not None:
        in_force = {version.plan_id: version for version in _list_valid(actor).filter(period__contains=on)}
    return [to_plan_facts(plan, in_force.get(plan.pk)) for plan in plans]


def filter_plans(*, actor: Scope) -> QuerySet[TariffPlan]:
    """Return the rows of the plans, for a list."""
    plans: QuerySet[TariffPlan] = TariffPlan.objects.for_actor(actor)
    return plans


def list_regions(*, actor: Scope) -> list[str]:
    """Return the provinces that plans are of."""
    return sorted(set(TariffPlan.objects.for_actor(actor).order_by().values_list("region", flat=True)))


def list_plans_in_force(*, actor: Scope, on: date) -> list[int]:
    """Return the keys of the plans that have prices on a day."""
    return list(_list_valid(actor).filter(period__contains=on).order_by().values_list("plan_id", flat=True))


def get_plan(*, actor: Scope, plan_code: str) -> TariffPlan:
    """
    Return the row of a plan, for keys of other tables.

    :raises NoSuchPlan: if there is none
    """
    plan: TariffPlan | None = TariffPlan.objects.for_actor(actor).filter(code=plan_code).first()
    if plan is None:
        raise NoSuchPlan(field="plan", name=plan_code)
    return plan


def list_versions(*, actor: Scope, plan_code: str = "") -> list[VersionFacts]:
    """Return the versions of a plan (or of all), the latest first, undecided, rejected and withdrawn ones too."""
    versions = TariffVersion.objects.for_actor(actor).select_related("plan")
    if plan_code:
        versions = versions.filter(plan__code=plan_code)
    return [to_version_facts(version) for version in versions.order_by("-period", "-id")]


def list_proposals(*, actor: Scope) -> list[VersionFacts]:
    """Return the versions that wait for a decision, the first proposed first."""
    versions = TariffVersion.objects.for_actor(actor).filter(status=VersionStatus.PROPOSED.value)
    return [to_version_facts(version) for version in versions.select_related("plan").order_by("loaded_at", "id")]


def list_newest_versions(*, actor: Scope, on: date, plan_code: str = "") -> dict[str, VersionFacts]:
    """Return for each plan (or one) the version in force on a day, else its newest approved one."""
    versions = _list_valid(actor).order_by("plan__code", "period", "id")
    if plan_code:
        versions = versions.filter(plan__code=plan_code)
    chosen: dict[str, VersionFacts] = {}
    for version in versions:
        facts = to_version_facts(version)
        known = chosen.get(facts.plan_code)
        if known is None or not _is_in_force(known, on):
            chosen[facts.plan_code] = facts
    return chosen


def _is_in_force(version: VersionFacts, on: date) -> bool:
    return version.start <= on and (version.end is None or on < version.end)


def get_version(*, actor: Scope, version_id: int) -> TariffVersion:
    """
    Return the row of a version with its plan.

    :raises NoSuchPlan: if there is none
    """
    versions = TariffVersion.objects.for_actor(actor).select_related("plan", "time_rules")
    version: TariffVersion | None = versions.filter(pk=version_id).first()
    if version is None:
        raise NoSuchPlan(field="version", name=version_id)
    return version


def find_version(*, actor: Scope, plan: TariffPlan | str, on: date) -> TariffVersion:
    """
    Return the version of a plan that is in force on a day.

    :raises NoVersionInForce: if there is none
    """
    version: TariffVersion | None = _of_plan(actor, plan).filter(period__contains=on).first()
    if version is None:
        raise NoVersionInForce(field="plan", plan=plan if isinstance(plan, str) else plan.code, on=on)
    return version


def list_versions_in(*, actor: Scope, plan: TariffPlan | str, start: date, end: date) -> list[TariffVersion]:
    """Return the versions that share a day with a half-open period, in order."""
    return list(_of_plan(actor, plan).filter(period__overlap=DateRange(start, end)).order_by("period", "id"))


def to_plan_facts(plan: TariffPlan, version: TariffVersion | None = None) -> PlanFacts:
    """Return a plan's row as facts."""
    return PlanFacts(
        id=plan.pk,
        code=plan.code,
        name=plan.name,
        kind=PlanKind(plan.kind),
        region=plan.region,
        area=plan.area,
        issuer=plan.issuer,
        usage_classes=tuple(plan.usage_classes),
        version_id=version.pk if version else None,
        sheet_id=version.sheet_id if version else "",
    )


def to_version_facts(version: TariffVersion) -> VersionFacts:
    """Return a version's row as facts."""
    return VersionFacts(
        id=version.pk,
        plan_code=version.plan.code,
        plan_name=version.plan.name,
        sheet_id=version.sheet_id,
        sheet_kind=SheetKind(version.sheet_kind),
        start=version.period.lower,
        end=version.period.upper,
        grade=version.grade,
        status=VersionStatus(version.status),
        file_name=version.file_name,
        file_sha256=version.file_sha256,
        urls=tuple(version.urls),
        via=version.via,
        notes=tuple(version.notes),
        missing=tuple(version.missing),
        findings=tuple(
            Finding(
                where=finding["where"],
                printed=Decimal(finding["printed"]),
                computed=Decimal(finding["computed"]),
            )
            for finding in version.findings
        ),
        figures=dict(version.figures),
        regulations=tuple(version.regulations),
        proposed_by=version.loaded_by,
        proposed_at=version.loaded_at,
        proposal_reason=version.proposal_reason,
        decided_by=version.decided_by,
        decided_at=version.decided_at,
        decision_reason=version.decision_reason,
    )


def _list_valid(actor: Scope) -> Any:
    versions = TariffVersion.objects.for_actor(actor).select_related("plan", "time_rules")
    return versions.filter(status__in=APPROVED_STATUSES)


def _of_plan(actor: Scope, plan: TariffPlan | str) -> Any:
    valid = _list_valid(actor)
    return valid.filter(plan__code=plan) if isinstance(plan, str) else valid.filter(plan=plan)
