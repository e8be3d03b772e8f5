"""What waits for somebody at a customer: asked on every page of a customer, in one statement."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import DateField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, JSONObject, TruncDate

from dianke.application.listings.customer_faults import REVIEW, filter_change_alarms, filter_findings
from dianke.domain.audits.queries.findings import VIEW
from dianke.domain.customers.models import (
    Customer,
    CustomerAccount,
    CustomerEquipment,
    DuplicateSuspicion,
    KeyChange,
    SpecialMark,
)
from dianke.domain.customers.types import KeyChangeState
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements

WARN_DAYS = 30
# So many of a kind stand in the head; who wants all goes to their list.
MOST_FAULTS = 5


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


def list_alarms(*, actor: Actor, customer: Customer, account: CustomerAccount | None, today: date) -> list[Alarm]:
    """Return what waits for somebody at a customer, or runs out within a month, in one statement."""
    values: dict[Any, Any] = {_CUSTOMER: customer.pk, _TODAY: today, _WARNED: today + timedelta(days=WARN_DAYS)}
    if account is not None:
        values |= {_ACCOUNT: account.pk, _NUMBER: account.number}
    stand_in = CustomerAccount(pk=_ACCOUNT, number=_NUMBER) if account is not None else None
    rows = _STATEMENTS.ask(
        actor=actor,
        # Findings and changes answer to rights of their own.
        shape=(account is not None, *((actor.may(right), actor.list_unit_paths(right)) for right in (VIEW, REVIEW))),
        write=lambda reader: _unite(reader, Customer(pk=_CUSTOMER), stand_in),
        values=values,
    )
    return [Alarm(AlarmKind(kind), key, on, json.loads(facts)) for kind, key, on, facts in rows]


# Stand-ins: no key, number or day of a row.
_CUSTOMER, _ACCOUNT, _NUMBER, _TODAY, _WARNED = -1, -2, "\0account", date(1, 2, 3), date(1, 2, 4)
_STATEMENTS = KeptStatements(is_prepared=True)


def _unite(actor: Actor, customer: Customer, account: CustomerAccount | None) -> QuerySet[Any]:
    changes = KeyChange.objects.for_actor(actor).filter(customer=customer, state=KeyChangeState.PENDING.value)
    likenesses = DuplicateSuspicion.objects.for_actor(actor).filter(
        Q(customer=customer) | Q(other=customer),
        settled_at=None,
        customer__merged_into=None,
        other__merged_into=None,
    )
    checks = CustomerEquipment.objects.for_actor(actor).filter(customer=customer, next_check_date__lt=_TODAY)
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
            account=account, period__contains=_TODAY, period__endswith__lte=_WARNED
        )
        branches.append(_alarms(ending, AlarmKind.MARK_ENDS, on=F("period__endswith"), kind="kind"))
    branches += _list_faults(actor, customer, account)
    first, *others = branches
    return first.union(*others, all=True).order_by("alarm", "row_key")


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
