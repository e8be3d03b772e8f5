"""Where the time line reads: each source gives rows of at, source, key and facts, so that they can be united."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    SmallIntegerField,
    Value,
    Window,
)
from django.db.models.functions import Cast, JSONObject, Lag

from dianke.domain.billing.models import Bill
from dianke.domain.customers.models import (
    Contact,
    Customer,
    CustomerAccount,
    CustomerDocument,
    CustomerMerge,
    KeyChange,
    ServiceLocation,
)
from dianke.domain.metering.models import MeterInstallation
from dianke.domain.network.models import TransformerSpell
from dianke.domain.readings.models import FrozenSegment
from dianke.domain.readings.types import MonthStatus, ReadingQuality
from dianke.platform.org.scoping import Scope


class Source(IntEnum):
    """Which table a happening comes from; of two at one moment the higher stands first."""

    OPENED = 1
    CLOSED = 2
    CUSTOMER_CHANGE = 3
    ACCOUNT_CHANGE = 4
    PLACE_CHANGE = 5
    CONTACT_CHANGE = 6
    TRANSFORMER = 7
    METER_DOWN = 8
    METER_UP = 9
    DOCUMENT = 10
    KEY_CHANGE = 11
    KEY_DECISION = 12
    MERGE = 13
    FREEZE = 14
    BILL = 15
    TAG_ENDED = 16
    CARE_RECORD = 17
    VISIT = 18
    FACT = 19
    GRADE = 20
    VALUE_CLASS = 21
    WATCHED = 22
    CONTRACT_DECIDED = 23
    CONTRACT_SIGNED = 24
    CONTRACT_FILED = 25
    ORDER_NOTE = 26
    ORDER_STEP = 27
    DUNNING_STEP = 28
    DUNNING_MESSAGE = 29
    GRADE_MESSAGE = 30
    CONTROL_MESSAGE = 31
    SUPPLY_PROPOSED = 32
    SUPPLY_DONE = 33
    GUARANTEE = 34
    AGREEMENT = 35
    CLAIM = 36
    PAYMENT_CHANGE = 37
    PAYMENT = 38


# Known to the day only: what the archive holds of them is a date.
DAY_SOURCES = frozenset(
    {
        Source.OPENED, Source.CLOSED, Source.TRANSFORMER, Source.METER_DOWN, Source.METER_UP, Source.TAG_ENDED,
        Source.CARE_RECORD, Source.FACT, Source.GRADE, Source.VALUE_CLASS, Source.WATCHED, Source.DUNNING_STEP,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened; `facts` are what its words need."""

    at: datetime
    source: Source
    key: int
    facts: Mapping[str, Any]

    @property
    def is_of_a_day(self) -> bool:
        """Tell whether only the day is known."""
        return self.source in DAY_SOURCES


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose time line it is: a customer, and one of its accounts with its points and places unless it has none."""

    customer_id: int
    account_id: int | None = None
    usage_point_ids: tuple[int, ...] = field(default=())
    location_ids: tuple[int, ...] = field(default=())
    # Where rights are asked for; empty: anywhere.
    unit_path: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What of a happening the reader may see beyond the right to its kind: facts that accuse, tags by slot."""

    sees_accusations: bool = False
    tag_slots: tuple[int, ...] = ()


Rows = QuerySet[Any]
Reader = Callable[[Scope, Subject, Sight], Rows]
_ArchiveReader = Callable[[Scope, Subject], Rows]


def shape_rows(rows: Rows, source: Source, *, at: Any, key: Any = "id", **facts: Any) -> Rows:
    """Return the rows in the shape that all sources share."""
    shaped: Rows = rows.annotate(
        happened_at=Cast(at, DateTimeField()),
        happening_source=Value(int(source), SmallIntegerField()),
        happening_key=Cast(key, BigIntegerField()),
        happening_facts=JSONObject(**facts),
    ).values("happened_at", "happening_source", "happening_key", "happening_facts")
    return shaped


def _list_bills(scope: Scope, subject: Subject) -> Rows:
    rows = Bill.objects.for_actor(scope).filter(account_id=subject.account_id)
    return shape_rows(
        rows, Source.BILL, at=F("issued_at"), month="month", amount_fen="amount_fen", energy_kwh_e2="energy_kwh_e2",
        corrects=F("corrects_id"), bill=Cast("id", CharField()),
    )  # fmt: skip


def _list_freezes(scope: Scope, subject: Subject) -> Rows:
    estimated = Count("id", filter=~Q(quality=ReadingQuality.ACTUAL.value))
    rows = (
        FrozenSegment.objects.for_actor(scope)
        .filter(usage_point__in=subject.usage_point_ids, cycle_month__status=MonthStatus.FROZEN.value)
        .values("cycle_month_id")
        .annotate(frozen_at=Max("cycle_month__frozen_at"))
        .filter(frozen_at__isnull=False)
    )
    return shape_rows(
        rows, Source.FREEZE, at=F("frozen_at"), key="cycle_month_id", month=Max("cycle_month__month"),
        meters=Count("meter_number", distinct=True), estimated=estimated,
    )  # fmt: skip


def _before(column: str) -> Window:
    """Return what stood in a column of the installation before, at the same point."""
    return Window(Lag(column), partition_by=F("usage_point_id"), order_by=F("period__startswith").asc())


def _list_meters_up(scope: Scope, subject: Subject) -> Rows:
    """Return meters as they were put up, each with the meter and ratio that stood there before."""
    rows = (
        MeterInstallation.objects.for_actor(scope)
        .filter(usage_point__in=subject.usage_point_ids)
        .annotate(
            meter_before=_before("meter__asset_number"),
            multiplier_before=_before("multiplier"),
        )
    )
    return shape_rows(
        rows, Source.METER_UP, at=F("period__startswith"), meter="meter__asset_number", meter_before="meter_before",
        multiplier=Cast("multiplier", CharField()), multiplier_before=Cast("multiplier_before", CharField()),
        point="usage_point__code",
    )  # fmt: skip


def _list_meters_down(scope: Scope, subject: Subject) -> Rows:
    """Return meters that were taken down and followed by none the same day."""
    follower = MeterInstallation.objects.for_actor(scope).filter(
        usage_point=OuterRef("usage_point"), period__startswith=OuterRef("period__endswith")
    )
    rows = MeterInstallation.objects.for_actor(scope).filter(
        ~Exists(follower), usage_point__in=subject.usage_point_ids, period__upper_inf=False
    )
    return shape_rows(
        rows, Source.METER_DOWN, at=F("period__endswith"), meter="meter__asset_number", point="usage_point__code"
    )


def _list_transformers(scope: Scope, subject: Subject) -> Rows:
    rows = TransformerSpell.objects.for_actor(scope).filter(transformer__account=subject.account_id)
    return shape_rows(
        rows, Source.TRANSFORMER, at=F("period__startswith"), name="transformer__name", code="transformer__code",
        state="state", capacity_kva=Cast("transformer__capacity_kva", CharField()),
    )  # fmt: skip


def _list_opened(scope: Scope, subject: Subject) -> Rows:
    rows = CustomerAccount.objects.for_actor(scope).filter(customer=subject.customer_id)
    return shape_rows(rows, Source.OPENED, at=F("opened_date"), number="number")


def _list_closed(scope: Scope, subject: Subject) -> Rows:
    rows = CustomerAccount.objects.for_actor(scope).filter(customer=subject.customer_id, closed_date__isnull=False)
    return shape_rows(rows, Source.CLOSED, at=F("closed_date"), number="number")


def _changes_of(model: Any, scope: Scope, source: Source, rows: Q, **facts: str) -> Rows:
    """Return the changes of rows of a table as its history tells them."""
    events = model.pgh_event_model.objects.for_actor(scope).filter(rows)
    return shape_rows(
        events, source, at=F("pgh_created_at"), key="pgh_id", by="pgh_context__metadata__actor",
        reason="pgh_context__metadata__reason", label="pgh_label", **facts,
    )  # fmt: skip


# How a customer, an account or a place came in is told by the day it was opened; a contact has no such day.
_CHANGED = Q(pgh_label="update")


def _list_customer_changes(scope: Scope, subject: Subject) -> Rows:
    return _changes_of(Customer, scope, Source.CUSTOMER_CHANGE, _CHANGED & Q(pgh_obj=subject.customer_id))


def _list_account_changes(scope: Scope, subject: Subject) -> Rows:
    return _changes_of(CustomerAccount, scope, Source.ACCOUNT_CHANGE, _CHANGED & Q(pgh_obj=subject.account_id))


def _list_place_changes(scope: Scope, subject: Subject) -> Rows:
    places = Q(pgh_obj__in=subject.location_ids)
    return _changes_of(ServiceLocation, scope, Source.PLACE_CHANGE, _CHANGED & places)


def _list_contact_changes(scope: Scope, subject: Subject) -> Rows:
    return _changes_of(Contact, scope, Source.CONTACT_CHANGE, Q(customer=subject.customer_id), name="name")


def _list_key_changes(scope: Scope, subject: Subject) -> Rows:
    rows = KeyChange.objects.for_actor(scope).filter(customer=subject.customer_id)
    return shape_rows(
        rows, Source.KEY_CHANGE, at=F("asked_at"), field="field", by="asked_by", reason="reason", state="state"
    )


def _list_key_decisions(scope: Scope, subject: Subject) -> Rows:
    rows = KeyChange.objects.for_actor(scope).filter(customer=subject.customer_id, decided_at__isnull=False)
    return shape_rows(
        rows, Source.KEY_DECISION, at=F("decided_at"), field="field", by="decided_by", reason="decision_reason",
        state="state",
    )  # fmt: skip


def _list_merges(scope: Scope, subject: Subject) -> Rows:
    rows = CustomerMerge.objects.for_actor(scope).filter(kept=subject.customer_id)
    return shape_rows(
        rows, Source.MERGE, at=F("merged_at"), number="merged__number", name="merged__name", by="merged_by",
        reason="reason",
    )  # fmt: skip


def _list_documents(scope: Scope, subject: Subject) -> Rows:
    rows = CustomerDocument.objects.for_actor(scope).filter(customer=subject.customer_id)
    return shape_rows(
        rows, Source.DOCUMENT, at=F("document__added_at"), title="document__title", kind="document__kind",
        by="document__added_by",
    )  # fmt: skip


_OF_CUSTOMER: dict[Source, _ArchiveReader] = {
    Source.OPENED: _list_opened,
    Source.CLOSED: _list_closed,
    Source.CUSTOMER_CHANGE: _list_customer_changes,
    Source.CONTACT_CHANGE: _list_contact_changes,
    Source.KEY_CHANGE: _list_key_changes,
    Source.KEY_DECISION: _list_key_decisions,
    Source.MERGE: _list_merges,
    Source.DOCUMENT: _list_documents,
}
_OF_ACCOUNT: dict[Source, _ArchiveReader] = {
    Source.ACCOUNT_CHANGE: _list_account_changes,
    Source.PLACE_CHANGE: _list_place_changes,
    Source.TRANSFORMER: _list_transformers,
    Source.METER_DOWN: _list_meters_down,
    Source.METER_UP: _list_meters_up,
    Source.FREEZE: _list_freezes,
    Source.BILL: _list_bills,
}


def _whoever_reads(read: _ArchiveReader) -> Reader:
    """Return a reader that shows the same to whoever may see its kind."""
    return lambda scope, subject, _sight: read(scope, subject)


OF_CUSTOMER: dict[Source, Reader] = {source: _whoever_reads(read) for source, read in _OF_CUSTOMER.items()}
OF_ACCOUNT: dict[Source, Reader] = {source: _whoever_reads(read) for source, read in _OF_ACCOUNT.items()}
