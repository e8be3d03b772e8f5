"""Hours shared by plans, and policy values, become rows."""

from collections.abc import Iterable, Sequence

from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.domain.tariffs.models import PolicyValue, TimeRuleSet
from dianke.domain.tariffs.operations.rows import Outcome, Stamp, add_bands
from dianke.domain.tariffs.types import LoadedItem, LoadFault, PolicyDraft, ReadFile, TimeRuleDraft
from dianke.kernel.period import DatePeriod


def store_time_rules(drafts: Sequence[tuple[TimeRuleDraft, ReadFile]], stamp: Stamp) -> list[Outcome]:
    """Store the hours of provinces; return the outcome of each, None where they are known."""
    stored = TimeRuleSet.objects.for_actor(stamp.actor).order_by("period", "id")
    known = [(rules.region, rules.document, rules.content_sha256, _to_period(rules.period)) for rules in stored]
    new: list[tuple[TimeRuleDraft, TimeRuleSet]] = []
    outcomes: list[Outcome] = []
    for draft, file in drafts:
        period = DatePeriod(draft.start, draft.end)
        rivals = [life for life in known if life[0] == draft.region and life[3].overlaps(period)]
        if not rivals:
            known.append((draft.region, draft.document, draft.content_sha256, period))
            new.append((draft, _to_rules(draft, file, stamp)))
            outcomes.append(_to_loaded(draft, file))
        elif any(content == draft.content_sha256 for _, _, content, _ in rivals):
            outcomes.append(None)
        else:
            outcomes.append(_refuse_hours(draft, file, rivals[0][1]))
    TimeRuleSet.objects.bulk_create([rules for _, rules in new])
    add_bands((draft.bands, rules) for draft, rules in new)
    return outcomes


def store_policies(drafts: Sequence[tuple[PolicyDraft, ReadFile]], stamp: Stamp) -> list[Outcome]:
    """Store dated policy values, an open one ending where the next begins; None where a value is known."""
    known = _list_known_values((draft.code for draft, _ in drafts), stamp)
    new: list[PolicyValue] = []
    outcomes: list[Outcome] = []
    for draft, file in drafts:
        period = DatePeriod(draft.start, draft.end)
        values = known.setdefault((draft.code, draft.region), [])
        rivals = [value for value in values if _to_period(value.period).overlaps(period)]
        if any(_is_same(value, draft) for value in rivals):
            outcomes.append(None)
        elif rivals and not _can_end(rivals, draft):
            outcomes.append(_refuse_policy(draft, file, rivals[0]))
        else:
            for value in rivals:
                _end_value(value, draft, stamp)
            value = _to_value(draft, stamp)
            values.append(value)
            new.append(value)
            outcomes.append(
                LoadedItem(
                    file=file.name,
                    kind="policy",
                    item=draft.code,
                    start=draft.start,
                    end=draft.end,
                    grade=draft.grade,
                )
            )
    PolicyValue.objects.bulk_create(new)
    return outcomes


def _list_known_values(codes: Iterable[str], stamp: Stamp) -> dict[tuple[str, str], list[PolicyValue]]:
    known: dict[tuple[str, str], list[PolicyValue]] = {}
    values = PolicyValue.objects.for_actor(stamp.actor).filter(code__in=set(codes))
    for value in values.order_by("period", "id"):
        known.setdefault((value.code, value.region), []).append(value)
    return known


def _to_period(stored: DateRange) -> DatePeriod:
    return DatePeriod(stored.lower, stored.upper)


def _to_rules(draft: TimeRuleDraft, file: ReadFile, stamp: Stamp) -> TimeRuleSet:
    return TimeRuleSet(
        region=draft.region,
        document=draft.document,
        period=DateRange(draft.start, draft.end),
        grade=draft.evidence.grade,
        urls=list(draft.evidence.urls),
        via=draft.evidence.via,
        notes=list(draft.evidence.notes),
        regulations=list(draft.evidence.regulations),
        stated=draft.stated,
        file_name=file.name,
        file_sha256=file.sha256,
        content_sha256=draft.content_sha256,
        loaded_at=stamp.loaded_at,
        loaded_by=stamp.actor.login,
    )


def _to_loaded(draft: TimeRuleDraft, file: ReadFile) -> LoadedItem:
    return LoadedItem(
        file=file.name,
        kind="hours",
        item=draft.region,
        start=draft.start,
        end=draft.end,
        grade=draft.evidence.grade,
    )


def _refuse_hours(draft: TimeRuleDraft, file: ReadFile, rival: str) -> LoadFault:
    return LoadFault(
        file=file.name,
        sheet=draft.region,
        path="effective",
        value=f"{draft.start}/{draft.end or '..'}",
        code="tariffs.overlapping_hours",
        message=f"the hours of {draft.region} overlap those of {rival}",
        remedy="hours are never edited: give changed hours dates of their own",
    )


def _is_same(value: PolicyValue, draft: PolicyDraft) -> bool:
    # The end is left out: a stored open value may have been ended by a later one.
    return (value.period.lower, value.number, value.text) == (draft.start, draft.number, draft.text)


def _can_end(rivals: Sequence[PolicyValue], draft: PolicyDraft) -> bool:
    return len(rivals) == 1 and rivals[0].period.upper is None and rivals[0].period.lower < draft.start


def _end_value(value: PolicyValue, successor: PolicyDraft, stamp: Stamp) -> None:
    value.period = DateRange(value.period.lower, successor.start)
    if value.pk is not None:
        stored = PolicyValue.objects.for_actor(stamp.actor).filter(pk=value.pk)
        stored.update(period=value.period)


def _to_value(draft: PolicyDraft, stamp: Stamp) -> PolicyValue:
    return PolicyValue(
        code=draft.code,
        region=draft.region,
        period=DateRange(draft.start, draft.end),
        number=draft.number,
        text=draft.text,
        unit=draft.unit,
        citation=draft.citation,
        section=draft.section,
        grade=draft.grade,
        note=draft.note,
        loaded_at=stamp.loaded_at,
        loaded_by=stamp.actor.login,
    )


def _refuse_policy(draft: PolicyDraft, file: ReadFile, rival: PolicyValue) -> LoadFault:
    return LoadFault(
        file=file.name,
        sheet=draft.code,
        path="values",
        value=str(draft.number if draft.number is not None else draft.text),
        code="tariffs.overlapping_policies",
        message=f"policy {draft.code} has another value from {rival.period.lower}",
        remedy="a value in force is never edited: give the new value a later first day",
    )
