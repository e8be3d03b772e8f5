"""Usage points and meters."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema

from dianke.domain.metering.models import MeterAsset, MeterInstallation, UsagePoint
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.customers import VIEW
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.kernel.clock import SystemClock

router = Router(tags=["metering"])


class PointOut(Schema):
    """A point where energy is measured."""

    code: str
    unit: str
    account: str
    place: str
    parent: str | None
    feeder: str | None
    area: str | None
    voltage: str
    metering_side: str
    status: str


class InstallationOut(Schema):
    """A meter at a point for a time; `end_date` is not included."""

    id: int
    usage_point: str
    meter: str
    start_date: date
    end_date: date | None
    multiplier: Decimal


class PointDetail(PointOut):
    """A point with every meter and ratio it has had."""

    installations: list[InstallationOut]


class MeterOut(Schema):
    """A meter as a thing."""

    asset_number: str
    unit: str
    model: str
    integer_digits: int
    registers: list[str]


class MeterDetail(MeterOut):
    """A meter with the points it has sat at, as far as the caller reaches them."""

    installations: list[InstallationOut]
    usage_point: str | None


@router.get("/usage-points", response={200: PageOf[PointOut], **REFUSALS}, summary="List usage points")
def list_usage_points(
    request: HttpRequest, page: Query[PageQuery], account: Text = "", unit: Text = ""
) -> dict[str, Any]:
    """Return usage points by key."""
    given = {"account__number": account, "unit__code": unit}
    rows = _list_points(request).filter(**{name: text for name, text in given.items() if text})
    return page_of(request, rows, page, _draw_point)


@router.get("/usage-points/{code}", response={200: PointDetail, **REFUSALS}, summary="Show a usage point")
def show_usage_point(request: HttpRequest, code: Text) -> dict[str, Any]:
    """Return a usage point with its meters in order of time."""
    point = _list_points(request).filter(code=code).first()
    if point is None:
        raise Http404
    rows = _list_installations(request).filter(usage_point=point)
    return {**_draw_point(point), "installations": [_draw_installation(row) for row in rows]}


@router.get("/meters", response={200: PageOf[MeterOut], **REFUSALS}, summary="List meters")
def list_meters(request: HttpRequest, page: Query[PageQuery], unit: Text = "") -> dict[str, Any]:
    """Return meters by key."""
    rows = _list_meters(request)
    return page_of(request, rows.filter(unit__code=unit) if unit else rows, page, _draw_meter)


@router.get("/meters/{asset_number}", response={200: MeterDetail, **REFUSALS}, summary="Show a meter")
def show_meter(request: HttpRequest, asset_number: Text) -> dict[str, Any]:
    """Return a meter with where it has been."""
    meter = _list_meters(request).filter(asset_number=asset_number).first()
    if meter is None:
        raise Http404
    rows = list(_list_installations(request).filter(meter=meter))
    today = timezone.localdate(SystemClock().now())
    here = [row.usage_point.code for row in rows if today in row.period]
    return {
        **_draw_meter(meter),
        "installations": [_draw_installation(row) for row in rows],
        "usage_point": here[0] if here else None,
    }


def _list_points(request: HttpRequest) -> Any:
    rows = UsagePoint.objects.for_actor(actor_with(request, VIEW), VIEW)
    return rows.select_related("unit", "account", "location", "parent", "feeder", "area")


def _list_meters(request: HttpRequest) -> Any:
    return MeterAsset.objects.for_actor(actor_with(request, VIEW), VIEW).select_related("unit")


def _list_installations(request: HttpRequest) -> Any:
    rows = MeterInstallation.objects.for_actor(actor_with(request, VIEW), VIEW)
    return rows.select_related("usage_point", "meter").order_by("period", "id")


def _draw_point(row: UsagePoint) -> dict[str, Any]:
    return {
        "code": row.code,
        "unit": row.unit.code,
        "account": row.account.number,
        "place": row.location.code,
        "parent": row.parent.code if row.parent else None,
        "feeder": row.feeder.code if row.feeder else None,
        "area": row.area.code if row.area else None,
        "voltage": row.voltage,
        "metering_side": row.metering_side,
        "status": row.status,
    }


def _draw_installation(row: MeterInstallation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "usage_point": row.usage_point.code,
        "meter": row.meter.asset_number,
        "start_date": row.period.lower,
        "end_date": row.period.upper,
        "multiplier": row.multiplier,
    }


def _draw_meter(row: MeterAsset) -> dict[str, Any]:
    return {
        "asset_number": row.asset_number,
        "unit": row.unit.code,
        "model": row.model,
        "integer_digits": row.integer_digits,
        "registers": list(row.registers),
    }
