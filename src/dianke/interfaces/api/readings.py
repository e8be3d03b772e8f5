"""Readings of meters: listed, and recorded all or none."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from dianke.application.meter_to_cash import record_readings as recording
from dianke.domain.metering.models import MeterInstallation
from dianke.domain.readings.models import MeterReading
from dianke.domain.readings.types import REGISTER_COLUMNS, NewReading, ReadingQuality, ReadingSource
from dianke.interfaces.api.access import actor_with, caller_of
from dianke.interfaces.api.customers import VIEW
from dianke.interfaces.api.paging import Moment, PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.interfaces.api.writes import IdempotencyKey, answer_write
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

RECORD = "readings.record"
_AT_ONCE = 1_000

router = Router(tags=["readings"])

Register = Literal["total", "sharp", "peak", "flat", "valley", "deep", "reactive_import", "reactive_export", "demand"]


class MeterNotInstalled(DomainError):
    """A reading names a meter that stood nowhere within reach at its moment."""

    code = "api.meter_not_installed"
    message = "meter {meter} was at no usage point within your units at {moment}"


class ReadingOut(Schema):
    """The registers of a meter at a moment; a corrected reading is left out."""

    id: int
    usage_point: str
    meter: str
    read_at: datetime
    quality: str
    source: str
    rolled_over: bool
    values: dict[str, Decimal]


class ReadingIn(Schema):
    """The registers of a meter at a moment."""

    meter: Text = Field(max_length=24, description="asset number")
    read_at: Moment
    values: dict[Register, Annotated[Decimal, Field(max_digits=16, decimal_places=4)]] = Field(min_length=1)
    quality: ReadingQuality = ReadingQuality.ACTUAL
    rolled_over: bool = False


class ReadingsIn(Schema):
    """Readings that are recorded all or none."""

    source: ReadingSource = ReadingSource.HEAD_END
    batch: Text = Field("", max_length=40)
    readings: list[ReadingIn] = Field(min_length=1, max_length=_AT_ONCE)


class RecordedOut(Schema):
    """How many readings were stored, and how many were there already."""

    stored: int
    unchanged: int


@router.get("/readings", response={200: PageOf[ReadingOut], **REFUSALS}, summary="List readings")
def list_readings(
    request: HttpRequest,
    page: Query[PageQuery],
    usage_point: Text = "",
    meter: Text = "",
    since: Moment | None = None,
    until: Moment | None = None,
) -> dict[str, Any]:
    """Return valid readings by key; `until` is not included."""
    rows = MeterReading.objects.for_actor(actor_with(request, VIEW), VIEW).filter(replaced_by=None)
    given = {
        "installation__usage_point__code": usage_point,
        "installation__meter__asset_number": meter,
        "read_at__gte": since,
        "read_at__lt": until,
    }
    rows = rows.filter(**{name: value for name, value in given.items() if value})
    return page_of(request, rows.select_related("installation__usage_point", "installation__meter"), page, _draw)


@router.post("/readings", response={201: RecordedOut, **REFUSALS}, summary="Record readings")
def record_readings(request: HttpRequest, body: ReadingsIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Record readings all or none; every fault names its place."""
    actor = actor_with(request, RECORD)

    def write() -> RecordedOut:
        recorded = recording(
            actor=actor,
            readings=_to_readings(actor, body.readings),
            source=body.source,
            batch=body.batch or f"api {caller_of(request).subject}",
            at=SystemClock().now(),
        )
        return RecordedOut(stored=recorded.stored, unchanged=recorded.unchanged)

    return answer_write(request, key=idempotency_key, write=write)


def _to_readings(actor: Actor, given: list[ReadingIn]) -> list[NewReading]:
    rows = MeterInstallation.objects.for_actor(actor, RECORD).filter(
        meter__asset_number__in={one.meter for one in given}
    )
    stays: dict[str, list[MeterInstallation]] = {}
    for row in rows.select_related("meter").order_by("period", "id"):
        stays.setdefault(row.meter.asset_number, []).append(row)
    return [
        NewReading(
            installation_id=_find_stay(stays.get(one.meter, []), one, index).pk,
            read_at=one.read_at,
            values={str(name): value for name, value in one.values.items()},
            quality=one.quality,
            rolled_over=one.rolled_over,
        )
        for index, one in enumerate(given)
    ]


def _find_stay(stays: list[MeterInstallation], reading: ReadingIn, index: int) -> MeterInstallation:
    day = timezone.localdate(reading.read_at)
    # On the day of a change the meter that comes in goes before the one that goes out.
    fitting = [
        row for row in stays if row.period.lower <= day and (row.period.upper is None or day <= row.period.upper)
    ]
    if not fitting:
        raise MeterNotInstalled(field=f"readings[{index}].meter", meter=reading.meter, moment=reading.read_at)
    return fitting[-1]


def _draw(row: MeterReading) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in REGISTER_COLUMNS}
    return {
        "id": row.pk,
        "usage_point": row.installation.usage_point.code,
        "meter": row.installation.meter.asset_number,
        "read_at": row.read_at,
        "quality": row.quality,
        "source": row.source,
        "rolled_over": row.rolled_over,
        "values": {name: value for name, value in values.items() if value is not None},
    }
