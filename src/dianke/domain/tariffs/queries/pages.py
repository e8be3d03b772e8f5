"""What a page needs to show a version as people know it from the official sheet."""

from datetime import date

from dianke.domain.tariffs.models import TariffVersion
from dianke.domain.tariffs.queries.hours import list_bands
from dianke.domain.tariffs.queries.plans import get_version, list_versions, to_plan_facts, to_version_facts
from dianke.domain.tariffs.queries.policies import get_policies
from dianke.domain.tariffs.queries.prices import get_tiers, list_rows, list_version_components, to_row_facts
from dianke.domain.tariffs.rules import differences, prices, time_bands
from dianke.domain.tariffs.types import (
    APPROVED_STATUSES,
    Band,
    Comparison,
    HoursTable,
    PlanFacts,
    PriceColumn,
    RowFacts,
    Structure,
    VersionPage,
)
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class NotOfOnePlan(DomainError):
    """Two versions have no plan in common."""

    code = "tariffs.not_of_one_plan"
    message = "versions of {first} and {second} cannot be compared: a difference is that of one plan"


# As official sheets print them: parts, then the price by period, then what is paid by the month.
_PRINTED_ORDER = (
    PriceColumn.TD_ENERGY,
    PriceColumn.SHARP,
    PriceColumn.PEAK,
    PriceColumn.FLAT,
    PriceColumn.VALLEY,
    PriceColumn.DEEP,
    PriceColumn.DEMAND,
    PriceColumn.CAPACITY,
)


def get_version_page(*, actor: Scope, version_id: int, on: date | None = None) -> VersionPage:
    """
    Return everything that a page shows of a version; policy values are those of a day (default: its first).

    :raises NoSuchPlan: if there is no such version
    """
    version = get_version(actor=actor, version_id=version_id)
    rows = tuple(to_row_facts(row) for row in list_rows(actor=actor, version=version))
    components = list_version_components(actor=actor, version=version)
    funds = prices.list_funds(components)
    return VersionPage(
        plan=to_plan_facts(version.plan, version),
        version=to_version_facts(version),
        columns=_list_columns(rows),
        rows=rows,
        components=prices.list_components(components, {}),
        funds=funds,
        funds_price=prices.sum_funds(funds),
        tiers=get_tiers(actor=actor, version=version),
        hours=_describe_hours(list_bands(actor=actor, version=version), rows),
        hours_document=version.time_rules.document if version.time_rules else "",
        hours_stated=dict(version.time_rules.stated) if version.time_rules else {},
        policies=get_policies(actor=actor, on=on or version.period.lower, region=version.plan.region),
        siblings=_list_siblings(actor, version),
        versions=tuple(list_versions(actor=actor, plan_code=version.plan.code)),
    )


def compare_versions(*, actor: Scope, before_id: int, after_id: int) -> Comparison:
    """
    Return two versions of one plan and what differs between them.

    :raises NoSuchPlan: if either does not exist
    :raises NotOfOnePlan: if they belong to two plans
    """
    before = get_version_page(actor=actor, version_id=before_id)
    after = get_version_page(actor=actor, version_id=after_id)
    if before.plan.code != after.plan.code:
        raise NotOfOnePlan(field="before", first=before.plan.code, second=after.plan.code)
    return Comparison(before=before, after=after, difference=differences.compare_versions(before=before, after=after))


def _list_columns(rows: tuple[RowFacts, ...]) -> tuple[PriceColumn, ...]:
    return tuple(column for column in _PRINTED_ORDER if any(row.prices[column].exists for row in rows))


def _describe_hours(bands: tuple[Band, ...], rows: tuple[RowFacts, ...]) -> tuple[HoursTable, ...]:
    wanted = {row.structure for row in rows}
    # The last consumer of a structure is the one that the narrowest bands are for: its strips show them all.
    widest = {
        consumer.structure: consumer
        for consumer in time_bands.list_widest_consumers(bands)
        if consumer.structure in wanted
    }
    return tuple(
        HoursTable(
            structure=structure,
            strips=time_bands.describe_days(bands=bands, consumer=widest[structure]),
        )
        for structure in Structure
        if structure in widest
    )


def _list_siblings(actor: Scope, version: TariffVersion) -> tuple[PlanFacts, ...]:
    others = TariffVersion.objects.for_actor(actor).filter(sheet_id=version.sheet_id).exclude(pk=version.pk)
    others = others.filter(status__in=APPROVED_STATUSES).select_related("plan")
    return tuple(to_plan_facts(other.plan, other) for other in others.order_by("plan__code", "id"))
