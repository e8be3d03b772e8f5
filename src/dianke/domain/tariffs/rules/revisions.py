"""A version copied with other prices: the same checks as for a typed sheet, and nothing changed by the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from dianke.domain.tariffs.rules.documents import BadField, get_decimal, hash_content
from dianke.domain.tariffs.rules.prices import COMPONENT_DECIMALS, compare_sums, read_price, refuse_negative
from dianke.domain.tariffs.types import (
    Band,
    ComponentFacts,
    ComponentKind,
    Evidence,
    PlanKind,
    Price,
    PriceColumn,
    RowFacts,
    SheetKind,
    TierFacts,
    VersionDraft,
)
from dianke.kernel.errors import DomainError


class PriceRefused(DomainError):
    """A price of a revision cannot be taken."""

    code = "tariffs.price_refused"
    message = "{value}: {reason}; {remedy}"


class NothingRevised(DomainError):
    """A revision repeats its model."""

    code = "tariffs.nothing_revised"
    message = "no price differs from the version that was copied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a revision changes: dates and evidence always, cells by row and column, parts by their place."""

    sheet_id: str
    start: date
    end: date | None
    evidence: Evidence
    cells: Mapping[tuple[int, PriceColumn], Decimal | None] = field(default_factory=dict)
    components: Mapping[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """A stored version as a revision copies it."""

    plan_code: str
    plan_name: str
    plan_kind: str
    region: str
    area: str
    issuer: str
    usage_classes: tuple[str, ...]
    sheet_kind: str
    content_sha256: str
    missing: tuple[str, ...]
    figures: dict[str, str]
    regulations: tuple[str, ...]
    rows: tuple[RowFacts, ...]
    components: tuple[ComponentFacts, ...]
    tiers: TierFacts | None
    bands: tuple[Band, ...]
    bands_region: str


def revise(*, base: StoredVersion, revision: Revision) -> VersionDraft:
    """
    Return the draft of a copy with the revision's prices; places are counted from zero, as the version lists them.

    :raises PriceRefused: if a price cannot be that of a sheet
    :raises NothingRevised: if every price is as before
    """
    rows = tuple(_revise_row(index, row, revision.cells) for index, row in enumerate(base.rows))
    components = tuple(_revise_part(index, part, revision.components) for index, part in enumerate(base.components))
    if rows == base.rows and components == base.components:
        raise NothingRevised(field="cells")
    return VersionDraft(
        plan_code=base.plan_code,
        plan_name=base.plan_name,
        plan_kind=PlanKind(base.plan_kind),
        region=base.region,
        area=base.area,
        issuer=base.issuer,
        usage_classes=base.usage_classes,
        sheet_id=revision.sheet_id,
        sheet_kind=SheetKind(base.sheet_kind),
        start=revision.start,
        end=revision.end,
        evidence=replace(revision.evidence, regulations=revision.evidence.regulations or base.regulations),
        rows=rows,
        components=components,
        tiers=base.tiers,
        bands=base.bands,
        bands_region="" if base.bands else base.bands_region,
        findings=compare_sums(rows, components),
        missing=base.missing,
        figures=base.figures,
        content_sha256=_hash(base, revision),
    )


def _revise_row(index: int, row: RowFacts, cells: Mapping[tuple[int, PriceColumn], Decimal | None]) -> RowFacts:
    prices = dict(row.prices)
    for column, price in row.prices.items():
        if (index, column) in cells and price.exists:
            prices[column] = _check_price(index, column, cells[index, column])
    return replace(row, prices=prices)


def _check_price(index: int, column: PriceColumn, value: Decimal | None) -> Price:
    try:
        return read_price({column.value: value}, column.value, column=column)
    except BadField as error:
        raise PriceRefused(
            field=f"cell-{index}-{column.value}", value=error.value, reason=error.reason, remedy=error.remedy
        ) from error


def _revise_part(index: int, part: ComponentFacts, parts: Mapping[int, Decimal]) -> ComponentFacts:
    if index not in parts:
        return part
    try:
        price = get_decimal({part.code: parts[index]}, part.code, decimals=COMPONENT_DECIMALS)
        if price is not None and part.kind is ComponentKind.FUND:
            refuse_negative(part.code, price)
    except BadField as error:
        raise PriceRefused(
            field=f"part-{index}", value=error.value, reason=error.reason, remedy=error.remedy
        ) from error
    return part if price is None else replace(part, price=price)


def _hash(base: StoredVersion, revision: Revision) -> str:
    cells = sorted((index, column.value, str(value)) for (index, column), value in revision.cells.items())
    parts = sorted((index, str(value)) for index, value in revision.components.items())
    dates = [str(revision.start), str(revision.end)]
    return hash_content([base.plan_code, base.content_sha256, revision.sheet_id, dates, cells, parts])
