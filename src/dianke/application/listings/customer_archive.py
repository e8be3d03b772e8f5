"""One customer over all modules: what supplies it, what its numbers lead to, what waits for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import DateField, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, JSONObject, TruncDate

from dianke.application.listings.customer_faults import REVIEW, filter_change_alarms, filter_findings
from dianke.domain.audits.queries.findings import VIEW
from dianke.domain.customers.models import (
    AccountAlias,
    Customer,
    CustomerAccount,
    CustomerDocument,
    CustomerEquipment,
    DuplicateSuspicion,
    KeyChange,
    ServiceLocation,
    SpecialMark,
)
from dianke.domain.customers.types import KeyChangeState
from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.network.models import Transformer
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

WARN_DAYS = 30
# So many of a kind stand in the head; who wants all goes to their list.
MOST_FAULTS = 5
_LONGEST_CHAIN = 10


@dataclass(frozen=True, slots=True)
class SupplyFacts:
    """What the head of the page says of an account's supply."""

    # Key and code of each point.
    usage_points: tuple[tuple[int, str], ...]
    location_ids: tuple[int, ...]
    address: str
    voltage: str
    capacity_kva: Decimal

    @property
    def usage_point_ids(self) -> tuple[int, ...]:
        """Return the keys of the points."""
        return tuple(key for key, _code in self.usage_points)


class AlarmKind(StrEnum):
    """What waits for somebody or runs out."""

    KEY_CHANGE = "KEY_CHANGE"
    DUPLICATE = "DUPLICATE"
    MARK_ENDS = "MARK_ENDS"
    CHECK_OVERDUE = "CHECK_OVERDUE"
    FINDING = "FINDING"
    SENSITIVE_CHANGE = "SENSITIVE_CHANGE"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something at a customer that somebody should look at; `facts` are what its words need."""

    kind: AlarmKind
    key: int
    on: date | None
    facts: dict[str, str]


def get_account_of_alias(*, actor: Actor, number: str) -> CustomerAccount | None:
    """Return the account that bore a number in an earlier system, or None where it is not one alone."""
    rows = AccountAlias.objects.for_actor(actor).filter(number=number).select_related("account")
    found = list(rows.order_by("id")[:2])
    return found[0].account if len(found) == 1 else None


def follow_merges(*, actor: Actor, customer: Customer) -> Customer:
    """Return the customer that a merged one was kept as, over several merges if need be; itself if it was not."""
    kept = customer
    for _ in range(_LONGEST_CHAIN):
        if kept.merged_into_id is None:
            break
        further = Customer.objects.for_actor(actor).filter(pk=kept.merged_into_id).select_related("unit").first()
        if further is None:
            break
        kept = further
    return kept


def get_supply_facts(*, actor: Actor, account: CustomerAccount) -> SupplyFacts:
    """Return the points, places, first address, voltage and own transformer capacity of an account."""
    points = UsagePoint.objects.for_actor(actor).filter(account=account).order_by("code", "id")
    rows = list(points.values_list("id", "code", "location_id", "location__address", "voltage"))
    own = Transformer.objects.for_actor(actor).filter(account=account).aggregate(kva=Sum("capacity_kva"))
    return SupplyFacts(
        usage_points=tuple((row[0], row[1]) for row in rows),
        location_ids=tuple(dict.fromkeys(row[2] for row in rows)),
        address=rows[0][3] if rows else "",
        voltage=rows[0][4] if rows else "",
        capacity_kva=own["kva"] or Decimal(0),
    )


def list_locations(*, actor: Actor, location_ids: Sequence[int]) -> list[ServiceLocation]:
    """Return the places of keys by code."""
    return list(ServiceLocation.objects.for_actor(actor).filter(id__in=location_ids).order_by("code", "id"))


def list_installations(*, actor: Actor, usage_point_ids: Sequence[int]) -> list[MeterInstallation]:
    """Return every meter and ratio that points have had, newest first."""
    rows = MeterInstallation.objects.for_actor(actor).filter(usage_point__in=usage_point_ids)
    return list(rows.select_related("meter", "usage_point").order_by("usage_point__code", "-period", "id"))


def filter_documents(*, actor: Actor, customer: Customer) -> QuerySet[CustomerDocument]:
    """Return the documents of a customer, those too whose bytes are gone."""
    rows: QuerySet[CustomerDocument] = CustomerDocument.objects.for_actor(actor).filter(customer=customer)
    return rows.select_related("document", "account")


def list_alarms(*, actor: Actor, customer: Customer, account: CustomerAccount | None, today: date) -> list[Alarm]:
    """Return what waits for somebody at a customer, or runs out within a month, in one statement."""
    changes = KeyChange.objects.for_actor(actor).filter(customer=customer, state=KeyChangeState.PENDING.value)
    likenesses = DuplicateSuspicion.objects.for_actor(actor).filter(
        Q(customer=customer) | Q(other=customer),
        settled_at=None,
        customer__merged_into=None,
        other__merged_into=None,
    )
    checks = CustomerEquipment.objects.for_actor(actor).filter(customer=customer, next_check_date__lt=today)
    branches = [
        _alarms(changes, AlarmKind.KEY_CHANGE, on=_day("asked_at"), field="field", by="asked_by"),
        _alarms(
            likenesses,
            AlarmKind.DUPLICATE,
            on=TruncDate("noted_at", tzinfo=SHANGHAI),
            one="customer__number",
            other="other__number",
        ),
        _alarms(checks, AlarmKind.CHECK_OVERDUE, on=F("next_check_date"), name="name"),
    ]
    if account is not None:
        ending = SpecialMark.objects.for_actor(actor).filter(
            account=account, period__contains=today, period__endswith__lte=today + timedelta(days=WARN_DAYS)
        )
        branches.append(_alarms(ending, AlarmKind.MARK_ENDS, on=F("period__endswith"), kind="kind"))
    branches += _list_faults(actor, customer, account)
    first, *others = branches
    rows = first.union(*others, all=True).order_by("alarm", "row_key")
    return [Alarm(AlarmKind(row["alarm"]), row["row_key"], row["on"], row["facts"]) for row in rows]


def _list_faults(actor: Actor, customer: Customer, account: CustomerAccount | None) -> list[QuerySet[Any]]:
    mine: dict[str, Any] = {"actor": actor, "customer": customer, "account": account}
    branches = []
    if actor.may(VIEW):
        found = _alarms(filter_findings(**mine), AlarmKind.FINDING, on=F("due_date"), rule="rule", severity="severity")
        branches.append(found.order_by("due_date", "id")[:MOST_FAULTS])
    if actor.may(REVIEW):
        changed = _alarms(filter_change_alarms(**mine), AlarmKind.SENSITIVE_CHANGE, on=_day("at"), kind="kind")
        branches.append(changed.order_by("-at", "-id")[:MOST_FAULTS])
    return branches


def _day(moment: str) -> TruncDate:
    return TruncDate(moment, tzinfo=SHANGHAI)


def _alarms(rows: QuerySet[Any], alarm: AlarmKind, /, *, on: Any, **facts: str) -> QuerySet[Any]:
    shaped: QuerySet[Any] = rows.annotate(
        alarm=Value(alarm.value), row_key=F("id"), on=Cast(on, DateField()), facts=JSONObject(**facts)
    ).values("alarm", "row_key", "on", "facts")
    return shaped
