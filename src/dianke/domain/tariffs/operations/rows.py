"""Drafts become rows, many at once; each is stored whole, is known already, or is refused with a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.domain.tariffs.models import (
    PriceComponent,
    PriceRow,
    TariffPlan,
    TariffVersion,
    TierBlock,
    TierScheme,
    TimeBand,
    TimeRuleSet,
)
from dianke.domain.tariffs.models.plans import SET_UP
from dianke.domain.tariffs.rules.succession import Judgement, Verdict, VersionLife, judge_version
from dianke.domain.tariffs.types import (
    Band,
    LoadedItem,
    LoadFault,
    ReadFile,
    RowFacts,
    TierFacts,
    VersionDraft,
    VersionStatus,
)
from dianke.kernel.period import DatePeriod
from dianke.platform.identity.types import Actor

Outcome = LoadedItem | LoadFault | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Who loads, when and why; what set-up loads is approved at once, everything else waits for another person."""

    actor: Actor
    loaded_at: datetime
    reason: str = ""
    approves: bool = False


@dataclass(slots=True, kw_only=True)
class _Pending:
    """A draft that will be stored; a later one of the same load may still end it."""

    draft: VersionDraft
    file: ReadFile
    end: date | None
    status: VersionStatus = VersionStatus.ACTIVE


def store_versions(drafts: Sequence[tuple[VersionDraft, ReadFile]], stamp: Stamp) -> list[Outcome]:
    """Store versions with rows, parts, tiers and hours; return each outcome, None where it is known."""
    codes = {draft.plan_code for draft, _ in drafts}
    plans = {plan.code: plan for plan in TariffPlan.objects.for_actor(stamp.actor).filter(code__in=codes)}
    lives = list_lives(codes, stamp.actor)
    pending: dict[tuple[str, str], _Pending] = {}
    outcomes: list[Outcome] = []
    for draft, file in drafts:
        siblings = lives.setdefault(draft.plan_code, [])
        judgement = judge_version(draft, siblings)
        if judgement.verdict is Verdict.STORE:
            if judgement.ends is not None:
                _end_version(judgement.ends, draft, siblings, pending, stamp)
            siblings.append(_to_life(draft))
            pending[draft.plan_code, draft.sheet_id] = _Pending(draft=draft, file=file, end=draft.end)
        outcomes.append(_to_outcome(draft, file, judgement))
    _add_versions(list(pending.values()), plans, stamp)
    return outcomes


def add_bands(owned: Iterable[tuple[Sequence[Band], TariffVersion | TimeRuleSet]]) -> None:
    """Store the bands of versions and rule sets."""
    TimeBand.objects.bulk_create(
        [_to_band_row(band, position, owner) for bands, owner in owned for position, band in enumerate(bands, start=1)]
    )


def list_lives(codes: Iterable[str], actor: Actor) -> dict[str, list[VersionLife]]:
    """Return the versions of each plan that a new one is judged by; a proposal that came to nothing is none."""
    versions = TariffVersion.objects.for_actor(actor).filter(plan__code__in=codes)
    versions = versions.exclude(status=VersionStatus.REJECTED.value)
    versions = versions.exclude(status=VersionStatus.WITHDRAWN.value, decided_by="")
    lives: dict[str, list[VersionLife]] = {}
    for version in versions.select_related("plan").order_by("period", "id"):
        lives.setdefault(version.plan.code, []).append(
            VersionLife(
                id=version.pk,
                sheet_id=version.sheet_id,
                start=version.period.lower,
                end=version.period.upper,
                status=VersionStatus(version.status),
                content_sha256=version.content_sha256,
            )
        )
    return lives


def _to_life(draft: VersionDraft) -> VersionLife:
    return VersionLife(
        id=None,
        sheet_id=draft.sheet_id,
        start=draft.start,
        end=draft.end,
        status=VersionStatus.ACTIVE,
        content_sha256=draft.content_sha256,
    )


def _end_version(
    life: VersionLife,
    successor: VersionDraft,
    siblings: list[VersionLife],
    pending: dict[tuple[str, str], _Pending],
    stamp: Stamp,
) -> None:
    siblings[siblings.index(life)] = replace(life, end=successor.start, status=VersionStatus.SUPERSEDED)
    if not stamp.approves:
        # A proposal ends nothing: its approval will.
        return
    if life.id is None:
        waiting = pending[successor.plan_code, life.sheet_id]
        waiting.end, waiting.status = successor.start, VersionStatus.SUPERSEDED
        return
    end_version(life, successor.start, stamp.actor)


def end_version(life: VersionLife, end: date, actor: Actor) -> None:
    """Let an approved version end where its successor begins."""
    versions = TariffVersion.objects.for_actor(actor).filter(pk=life.id)
    versions.update(period=DateRange(life.start, end), status=VersionStatus.SUPERSEDED.value)


def _to_outcome(draft: VersionDraft, file: ReadFile, judgement: Judgement) -> Outcome:
    match judgement.verdict:
        case Verdict.UNCHANGED:
            return None
        case Verdict.REFUSE:
            return LoadFault(
                file=file.name,
                sheet=draft.sheet_id,
                path="effective",
                value=f"{draft.start}/{draft.end or '..'}",
                code=f"tariffs.{judgement.code}",
                message=judgement.message,
                remedy=judgement.remedy,
            )
        case Verdict.STORE:
            return LoadedItem(
                file=file.name,
                kind="sheet",
                item=f"{draft.plan_code} {draft.sheet_id}",
                start=draft.start,
                end=draft.end,
                grade=draft.evidence.grade,
                findings=draft.findings,
            )


def _add_versions(waiting: list[_Pending], plans: dict[str, TariffPlan], stamp: Stamp) -> None:
    new_plans = {item.draft.plan_code: _to_plan(item.draft) for item in waiting if item.draft.plan_code not in plans}
    TariffPlan.objects.bulk_create(list(new_plans.values()))
    plans = plans | new_plans
    rules = _list_time_rules([item.draft for item in waiting], stamp)
    versions = [
        _to_version(item, plans[item.draft.plan_code], _choose_time_rules(item.draft, rules), stamp) for item in waiting
    ]
    TariffVersion.objects.bulk_create(versions)
    owned = [(item.draft, version) for item, version in zip(waiting, versions, strict=True)]
    PriceRow.objects.bulk_create(
        [
            _to_price_row(row, position, version)
            for draft, version in owned
            for position, row in enumerate(draft.rows, start=1)
        ]
    )
    _add_components(owned)
    _add_tiers([(draft.tiers, version) for draft, version in owned if draft.tiers is not None])
    add_bands((draft.bands, version) for draft, version in owned)
    if stamp.approves:
        _approve(waiting, versions, stamp)


def _approve(waiting: list[_Pending], versions: list[TariffVersion], stamp: Stamp) -> None:
    """Approve what set-up loads, once its rows stand: a decided version takes no more."""
    for item, version in zip(waiting, versions, strict=True):
        version.period = DateRange(item.draft.start, item.end)
        version.status = item.status.value
        version.decided_at, version.decided_by, version.decision_reason = stamp.loaded_at, SET_UP, stamp.reason
    TariffVersion.objects.for_actor(stamp.actor).bulk_update(
        versions, ["period", "status", "decided_at", "decided_by", "decision_reason"]
    )


def _to_plan(draft: VersionDraft) -> TariffPlan:
    return TariffPlan(
        code=draft.plan_code,
        name=draft.plan_name,
        kind=draft.plan_kind.value,
        region=draft.region,
        area=draft.area,
        issuer=draft.issuer,
        usage_classes=list(draft.usage_classes),
    )


def _list_time_rules(drafts: Iterable[VersionDraft], stamp: Stamp) -> list[TimeRuleSet]:
    regions = {draft.bands_region for draft in drafts if draft.bands_region}
    stored = TimeRuleSet.objects.for_actor(stamp.actor).filter(region__in=regions)
    return list(stored.order_by("period", "id"))


def _choose_time_rules(draft: VersionDraft, stored: Iterable[TimeRuleSet]) -> TimeRuleSet | None:
    """Return the hours that a sheet names: those of its first day, else the latest."""
    of_region = [rules for rules in stored if rules.region == draft.bands_region]
    # The sheet's file states that these hours are its own, whatever dates they were copied from.
    in_force = [
        rules for rules in of_region if DatePeriod(rules.period.lower, rules.period.upper).contains(draft.start)
    ]
    return next(reversed([*of_region, *in_force]), None)


def _to_version(item: _Pending, plan: TariffPlan, rules: TimeRuleSet | None, stamp: Stamp) -> TariffVersion:
    draft, evidence = item.draft, item.draft.evidence
    return TariffVersion(
        plan=plan,
        sheet_id=draft.sheet_id,
        sheet_kind=draft.sheet_kind.value,
        period=DateRange(draft.start, draft.end),
        status=VersionStatus.PROPOSED.value,
        grade=evidence.grade,
        urls=list(evidence.urls),
        via=evidence.via,
        notes=list(evidence.notes),
        missing=list(draft.missing),
        findings=[{"where": f.where, "printed": str(f.printed), "computed": str(f.computed)} for f in draft.findings],
        figures=draft.figures,
        regulations=list(evidence.regulations),
        time_rules=rules,
        file_name=item.file.name,
        file_sha256=item.file.sha256,
        content_sha256=draft.content_sha256,
        loaded_at=stamp.loaded_at,
        loaded_by=stamp.actor.login,
        proposal_reason=stamp.reason,
    )


def _to_price_row(row: RowFacts, position: int, version: TariffVersion) -> PriceRow:
    return PriceRow(
        version=version,
        position=position,
        structure=row.structure.value,
        voltage=row.voltage,
        label=row.label,
        nonexistent=[column.value for column, price in row.prices.items() if not price.exists],
        **{f"{column.value}_price": price.value for column, price in row.prices.items()},
    )


def _add_components(owned: Iterable[tuple[VersionDraft, TariffVersion]]) -> None:
    PriceComponent.objects.bulk_create(
        [
            PriceComponent(
                version=version,
                position=position,
                code=part.code,
                label=part.label,
                kind=part.kind.value,
                price=part.price,
                part_of=part.part_of,
            )
            for draft, version in owned
            for position, part in enumerate(draft.components, start=1)
        ]
    )


def _add_tiers(owned: Sequence[tuple[TierFacts, TariffVersion]]) -> None:
    schemes = TierScheme.objects.bulk_create(
        [
            TierScheme(
                version=version,
                kind=tiers.kind.value,
                large_household_persons=tiers.large_household_persons,
                large_household_kwh_per_month=tiers.large_household_kwh_per_month,
                shared_price_persons=tiers.shared_price_persons,
                free_quota_kwh_per_month=tiers.free_quota_kwh_per_month,
            )
            for tiers, version in owned
        ]
    )
    TierBlock.objects.bulk_create(
        [
            TierBlock(
                scheme=scheme,
                months=sorted(season.months),
                tier=block.tier,
                upper_kwh=block.upper_kwh,
                surcharge_price=block.surcharge,
            )
            for scheme, (tiers, _) in zip(schemes, owned, strict=True)
            for season in tiers.seasons
            for block in season.blocks
        ]
    )


def _to_band_row(band: Band, position: int, owner: TariffVersion | TimeRuleSet) -> TimeBand:
    audience, condition, event = band.audience, band.condition, band.condition.event
    return TimeBand(
        version=owner if isinstance(owner, TariffVersion) else None,
        rules=owner if isinstance(owner, TimeRuleSet) else None,
        position=position,
        layer=band.layer.value,
        period_kind=band.period.value,
        start_minute=band.start_minute,
        end_minute=band.end_minute,
        is_rest=band.is_rest,
        months=sorted(band.months),
        structure=audience.structure.value if audience.structure else "",
        usage_classes=sorted(audience.usage_classes),
        min_capacity_kva=audience.min_capacity_kva,
        excluded_areas=sorted(audience.excluded_areas),
        holidays=sorted(condition.holidays),
        holiday_min_days=condition.holiday_min_days,
        rest_day_months=sorted(condition.rest_day_months),
        event_region=event.station if event else "",
        event_min_temperature_c=event.min_temperature_c if event else None,
        event_successive_days=event.successive_days if event else 1,
    )
