"""What happened to a manager's customers within a week: key data, supply, debts, class and credit grade."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import connection

from dianke.domain.credit.models import CreditScore
from dianke.domain.customers.models import Customer, CustomerAccount, KeyChange
from dianke.domain.customers.types import AccountStatus, KeyChangeState
from dianke.domain.valuation.models import CustomerRating, RatingRun, ValueAppeal
from dianke.domain.valuation.types import AppealState
from dianke.kernel.clock import at_midnight, to_shanghai
from dianke.platform.identity.types import Actor

WEEK = timedelta(days=7)
_STATUSES = """
select e.pgh_obj_id, max(e.pgh_created_at)
  from customers_customeraccountscopedevent e
 where e.customer_id = any(%(ids)s::bigint[]) and e.pgh_created_at >= %(since)s and e.pgh_label = 'update'
   and e.status <> 'ACTIVE'
 group by e.pgh_obj_id
"""


class ChangeKind(StrEnum):
    """What happened to a customer."""

    KEY_DATA = "KEY_DATA"
    SUPPLY = "SUPPLY"
    OVERDUE = "OVERDUE"
    VALUE_CLASS = "VALUE_CLASS"
    CREDIT_GRADE = "CREDIT_GRADE"


@dataclass(frozen=True, slots=True)
class Change:
    """
    Something that happened to a customer.

    `code` is the field, the state, the class or the grade, `code_before` the class or grade before, `amount_fen` what
    fell overdue.
    """

    kind: ChangeKind
    on: date
    customer: Customer
    code: str = ""
    code_before: str = ""
    amount_fen: int = 0


def list_changes(
    *,
    actor: Actor,
    customers: Mapping[int, Customer],
    accounts: Mapping[int, CustomerAccount],
    fresh: Mapping[int, tuple[date, int]],
    today: date,
) -> list[Change]:
    """
    Return what happened within a week, the newest first.

    :param customers: those looked at, by key
    :param accounts: theirs, by key
    :param fresh: by customer the last day on which something fell overdue within the week, and how much in all (fen)
    """
    since = at_midnight(today - WEEK)
    found = [
        *_list_key_changes(actor, customers, since),
        *_list_supply_changes(customers, accounts, since),
        *_list_grade_changes(actor, customers, since),
        *_list_class_changes(actor, customers, since),
        *(
            Change(ChangeKind.OVERDUE, on, customers[key], amount_fen=amount)
            for key, (on, amount) in sorted(fresh.items())
        ),
    ]
    return sorted(found, key=lambda one: (one.on, one.customer.number), reverse=True)


def _list_key_changes(actor: Actor, customers: Mapping[int, Customer], since: datetime) -> list[Change]:
    rows = KeyChange.objects.for_actor(actor).filter(
        customer__in=list(customers), state=KeyChangeState.APPROVED.value, decided_at__gte=since
    )
    found = rows.order_by("decided_at").values_list("customer_id", "field", "decided_at__date")
    return [Change(ChangeKind.KEY_DATA, day, customers[key], code=field) for key, field, day in found]


def _list_supply_changes(
    customers: Mapping[int, Customer], accounts: Mapping[int, CustomerAccount], since: datetime
) -> list[Change]:
    with connection.cursor() as cursor:
        cursor.execute(_STATUSES, {"ids": list(customers), "since": since})
        found = cursor.fetchall()
    return [
        Change(ChangeKind.SUPPLY, at.date(), customers[accounts[key].customer_id], code=accounts[key].status)
        for key, at in found
        if key in accounts and accounts[key].status != AccountStatus.ACTIVE.value
    ]


def _list_grade_changes(actor: Actor, customers: Mapping[int, Customer], since: datetime) -> list[Change]:
    rows = CreditScore.objects.for_actor(actor).filter(customer_id__in=list(customers), made_at__gte=since)
    found = rows.exclude(grade_before="").exclude(steps=0).order_by("made_at", "id")
    return [
        Change(ChangeKind.CREDIT_GRADE, to_shanghai(at).date(), customers[key], code=grade, code_before=before)
        for key, at, grade, before in found.values_list("customer_id", "made_at", "grade", "grade_before")
    ]


def _list_class_changes(actor: Actor, customers: Mapping[int, Customer], since: datetime) -> list[Change]:
    """Return classes that a rating of the week changed, and those that an appeal did."""
    ids = list(customers)
    runs = {one.pk: one for one in RatingRun.objects.for_actor(actor).filter(ended_at__gte=since)}
    rated = CustomerRating.objects.for_actor(actor).filter(run__in=list(runs), customer_id__in=ids, is_changed=True)
    ended = {key: to_shanghai(run.ended_at).date() for key, run in runs.items() if run.ended_at}
    changes = [
        Change(ChangeKind.VALUE_CLASS, ended[run], customers[key], code=after, code_before=before)
        for run, key, after, before in rated.order_by("id").values_list(
            "run_id", "customer_id", "value_class", "previous_class"
        )
        if run in ended and before
    ]
    granted = ValueAppeal.objects.for_actor(actor).filter(
        customer_id__in=ids, state=AppealState.GRANTED.value, decided_at__gte=since
    )
    changes += [
        Change(ChangeKind.VALUE_CLASS, to_shanghai(at).date(), customers[key], code=after, code_before=before)
        for key, at, after, before in granted.order_by("id").values_list(
            "customer_id", "decided_at", "asked_class", "class_then"
        )
    ]
    return changes
