"""The prices that billing takes."""

from collections.abc import Iterable
from datetime import date

from dianke.domain.tariffs.models import PriceComponent, PriceRow, TariffPlan, TariffVersion, TierScheme
from dianke.domain.tariffs.queries.hours import list_bands
from dianke.domain.tariffs.queries.plans import NoVersionInForce, find_version, get_version, list_versions_in
from dianke.domain.tariffs.queries.policies import get_policies
from dianke.domain.tariffs.rules import prices, voltages
from dianke.domain.tariffs.types import (
    NO_SUCH_PRICE,
    ComponentFacts,
    ComponentKind,
    PlanKind,
    Price,
    PriceColumn,
    PriceTable,
    RowFacts,
    Structure,
    TierBlock,
    TierFacts,
    TierKind,
    TierSeason,
)
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class DemoPricesOnly(DomainError):
    """A sheet of grade C may be used for demonstrations only."""

    code = "tariffs.demo_prices_only"
    message = "sheet {sheet} rests on one copy (grade C) and may be used for demonstrations only"


def get_price_table(
    *,
    actor: Scope,
    plan: TariffPlan | str,
    on: date,
    structure: Structure | str,
    voltage: str,
    needed: Iterable[PriceColumn] = (),
    allow_demo_prices: bool = False,
) -> PriceTable:
    """
    Return the prices of a plan (its row or code) on a day for a structure and a voltage.

    The voltage is a class as the sheet prints it ("1-10(20)kV") or a customer's voltage ("10kV").

    :raises NoVersionInForce: if the plan has no version on the day
    :raises NoPriceRow: if no row of the sheet fits the voltage
    :raises PriceMissing: if a needed column has no figure; columns not named are asked for when they are read
    :raises DemoPricesOnly: if the sheet is of grade C and that is not allowed
    """
    version = find_version(actor=actor, plan=plan, on=on)
    table = _build_table(actor, version, on=on, structure=Structure(str(structure)), voltage=voltage)
    if table.is_demo_only and not allow_demo_prices:
        raise DemoPricesOnly(field="plan", sheet=version.sheet_id)
    for column in needed:
        table.require(column)
    return table


def get_version_price_table(
    *, actor: Scope, version_id: int, on: date, structure: Structure | str, voltage: str
) -> PriceTable:
    """
    Return the prices of one version, be it only proposed: for trials and pages, never for bills.

    The day decides the policy values alone; the version need not hold on it.

    :raises NoSuchPlan: if there is no such version
    :raises NoPriceRow: if no row of the sheet fits the voltage
    """
    version = get_version(actor=actor, version_id=version_id)
    return _build_table(actor, version, on=on, structure=Structure(str(structure)), voltage=voltage)


def list_price_tables(
    *,
    actor: Scope,
    plan: TariffPlan | str,
    start: date,
    end: date,
    structure: Structure | str,
    voltage: str,
    needed: Iterable[PriceColumn] = (),
    allow_demo_prices: bool = False,
) -> list[PriceTable]:
    """
    Return the price tables that together cover a half-open period, in order.

    :raises NoVersionInForce: if a day of the period has no version
    """
    days = []
    covered = start
    for version in list_versions_in(actor=actor, plan=plan, start=start, end=end):
        if version.period.lower > covered:
            break
        days.append(max(start, version.period.lower))
        covered = version.period.upper or end
    if covered < end:
        raise NoVersionInForce(field="plan", plan=plan if isinstance(plan, str) else plan.code, on=covered)
    wanted = tuple(needed)
    return [
        get_price_table(
            actor=actor,
            plan=plan,
            on=day,
            structure=structure,
            voltage=voltage,
            needed=wanted,
            allow_demo_prices=allow_demo_prices,
        )
        for day in days
    ]


def list_rows(*, actor: Scope, version: TariffVersion) -> list[PriceRow]:
    """Return the rows of a version as printed."""
    return list(PriceRow.objects.for_actor(actor).filter(version=version).order_by("position", "id"))


def list_version_components(*, actor: Scope, version: TariffVersion) -> tuple[ComponentFacts, ...]:
    """Return the parts of the price that hold for every row of a version."""
    rows = PriceComponent.objects.for_actor(actor).filter(version=version, row=None)
    return tuple(_to_component(row) for row in rows.order_by("position", "id"))


def get_tiers(*, actor: Scope, version: TariffVersion) -> TierFacts | None:
    """Return the tier scheme of a version, or None."""
    schemes = TierScheme.objects.for_actor(actor).filter(version=version)
    scheme: TierScheme | None = schemes.first()
    if scheme is None:
        return None
    seasons: dict[frozenset[int], list[TierBlock]] = {}
    for block in scheme.blocks.for_actor(actor).order_by("tier", "id"):
        seasons.setdefault(frozenset(block.months), []).append(
            TierBlock(tier=block.tier, upper_kwh=block.upper_kwh, surcharge=block.surcharge_price)
        )
    return TierFacts(
        kind=TierKind(scheme.kind),
        seasons=tuple(TierSeason(months=months, blocks=tuple(blocks)) for months, blocks in seasons.items()),
        large_household_persons=scheme.large_household_persons,
        large_household_kwh_per_month=scheme.large_household_kwh_per_month,
        shared_price_persons=scheme.shared_price_persons,
        free_quota_kwh_per_month=scheme.free_quota_kwh_per_month,
    )


def to_row_facts(row: PriceRow) -> RowFacts:
    """Return a row with its cells in their three states."""
    return RowFacts(
        structure=Structure(row.structure),
        voltage=row.voltage,
        label=row.label,
        prices={
            column: NO_SUCH_PRICE if column.value in row.nonexistent else Price(getattr(row, f"{column.value}_price"))
            for column in PriceColumn
        },
    )


def _build_table(actor: Scope, version: TariffVersion, *, on: date, structure: Structure, voltage: str) -> PriceTable:
    plan = version.plan
    row = _find_row(actor, version, structure, voltage)
    facts = to_row_facts(row)
    components = list_version_components(actor=actor, version=version)
    own = PriceComponent.objects.for_actor(actor).filter(version=version, row=row).order_by("position", "id")
    components += tuple(_to_component(part) for part in own)
    return PriceTable(
        version_id=version.pk,
        sheet_id=version.sheet_id,
        plan_code=plan.code,
        plan_kind=PlanKind(plan.kind),
        region=plan.region,
        area=plan.area,
        start=version.period.lower,
        end=version.period.upper,
        grade=version.grade,
        row_id=row.pk,
        structure=structure,
        voltage=row.voltage,
        prices=facts.prices,
        components=prices.list_components(components, facts.prices),
        funds=prices.list_funds(components),
        tiers=get_tiers(actor=actor, version=version),
        bands=list_bands(actor=actor, version=version),
        policies=get_policies(actor=actor, on=on, region=plan.region),
        regulations=tuple(version.regulations),
    )


def _find_row(actor: Scope, version: TariffVersion, structure: Structure, voltage: str) -> PriceRow:
    rows = [row for row in list_rows(actor=actor, version=version) if row.structure == structure]
    printed = [row.voltage for row in rows]
    index = voltages.find_row(voltage, printed=printed)
    if index is None:
        raise voltages.NoPriceRow(
            field="voltage",
            sheet=version.sheet_id,
            structure=structure.value,
            voltage=voltage or "no voltage",
            available=", ".join(printed) or "none",
        )
    return rows[index]


def _to_component(row: PriceComponent) -> ComponentFacts:
    return ComponentFacts(
        code=row.code,
        kind=ComponentKind(row.kind),
        price=row.price,
        label=row.label,
        part_of=row.part_of,
    )
