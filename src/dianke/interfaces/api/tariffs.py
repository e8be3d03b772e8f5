"""Tariff plans, their versions and the price of a day."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from dianke.domain.tariffs import queries
from dianke.domain.tariffs.models import TariffPlan, TariffVersion
from dianke.domain.tariffs.queries.plans import to_version_facts
from dianke.domain.tariffs.types import Price, PriceColumn, RowFacts, Structure, VersionFacts
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS

VIEW = "tariffs.view"

router = Router(tags=["tariffs"])


class PlanOut(Schema):
    """What customers are priced by."""

    code: str
    name: str
    kind: str
    region: str
    area: str
    issuer: str
    usage_classes: list[str]


class VersionOut(Schema):
    """A dated version; only ACTIVE and SUPERSEDED ones price anything. `end_date` is not included."""

    id: int
    plan: str
    sheet: str
    status: str
    start_date: date
    end_date: date | None
    grade: str
    urls: list[str]
    proposed_at: datetime
    decided_at: datetime | None


class RowOut(Schema):
    """A row of a sheet: yuan per kWh, per kW and month, per kVA and month; what is not stated is left out."""

    structure: str
    voltage: str
    label: str
    prices: dict[str, Decimal]


class PartOut(Schema):
    """A part of the price per kWh."""

    code: str
    label: str
    kind: str
    part_of: str
    price: Decimal


class VersionDetail(VersionOut):
    """A version with what it prints."""

    rows: list[RowOut]
    parts: list[PartOut]


class PriceOut(RowOut):
    """The prices of a day."""

    plan: str
    sheet: str
    version: int
    on: date


@router.get("/tariff-plans", response={200: PageOf[PlanOut], **REFUSALS}, summary="List tariff plans")
def list_plans(request: HttpRequest, page: Query[PageQuery], kind: Text = "", region: Text = "") -> dict[str, Any]:
    """Return plans by key."""
    rows = TariffPlan.objects.for_actor(actor_with(request, VIEW))
    given = {"kind": kind, "region": region}
    return page_of(request, rows.filter(**{name: text for name, text in given.items() if text}), page, _draw_plan)


@router.get("/tariff-plans/{code}", response={200: PlanOut, **REFUSALS}, summary="Show a tariff plan")
def show_plan(request: HttpRequest, code: Text) -> dict[str, Any]:
    """Return a plan."""
    return _draw_plan(queries.get_plan(actor=actor_with(request, VIEW), plan_code=code))


@router.get("/tariff-versions", response={200: PageOf[VersionOut], **REFUSALS}, summary="List versions")
def list_versions(request: HttpRequest, page: Query[PageQuery], plan: Text = "", status: Text = "") -> dict[str, Any]:
    """Return versions by key, undecided and rejected ones too."""
    rows = TariffVersion.objects.for_actor(actor_with(request, VIEW)).select_related("plan")
    given = {"plan__code": plan, "status": status}
    rows = rows.filter(**{name: text for name, text in given.items() if text})
    return page_of(request, rows, page, lambda row: _draw_version(to_version_facts(row)))


@router.get("/tariff-versions/{version_id}", response={200: VersionDetail, **REFUSALS}, summary="Show a version")
def show_version(request: HttpRequest, version_id: int) -> dict[str, Any]:
    """Return a version with its rows and parts."""
    sheet = queries.get_version_page(actor=actor_with(request, VIEW), version_id=min(version_id, 2**62))
    return {
        **_draw_version(sheet.version),
        "rows": [_draw_row(row) for row in sheet.rows],
        "parts": [
            {"code": part.code, "label": part.label, "kind": part.kind, "part_of": part.part_of, "price": part.price}
            for part in sheet.components
        ],
    }


@router.get("/prices", response={200: PriceOut, **REFUSALS}, summary="Show the prices of a day")
def show_prices(request: HttpRequest, plan: Text, on: date, structure: Structure, voltage: Text = "") -> dict[str, Any]:
    """Return the prices of a plan on a day, as bills take them: from an approved version alone."""
    table = queries.get_price_table(
        actor=actor_with(request, VIEW), plan=plan, on=on, structure=structure, voltage=voltage, allow_demo_prices=True
    )
    row = RowFacts(structure=table.structure, voltage=table.voltage, prices=table.prices)
    return {
        **_draw_row(row),
        "plan": table.plan_code,
        "sheet": table.sheet_id,
        "version": table.version_id,
        "on": on,
    }


def _draw_plan(row: TariffPlan) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "region": row.region,
        "area": row.area,
        "issuer": row.issuer,
        "usage_classes": list(row.usage_classes),
    }


def _draw_version(facts: VersionFacts) -> dict[str, Any]:
    return {
        "id": facts.id,
        "plan": facts.plan_code,
        "sheet": facts.sheet_id,
        "status": facts.status,
        "start_date": facts.start,
        "end_date": facts.end,
        "grade": facts.grade,
        "urls": list(facts.urls),
        "proposed_at": facts.proposed_at,
        "decided_at": facts.decided_at,
    }


def _draw_row(row: RowFacts) -> dict[str, Any]:
    stated: dict[PriceColumn, Price] = row.prices
    return {
        "structure": row.structure,
        "voltage": row.voltage,
        "label": row.label,
        "prices": {column.value: price.value for column, price in stated.items() if price.value is not None},
    }
