"""Visits, care and what falls due at customers."""

from calendar import isleap
from collections.abc import Collection, Iterable
from datetime import date, timedelta

from django.db.models import Max, Q, QuerySet

from dianke.domain.customers.models import CareRecord, Contact, Customer, CustomerEquipment, Visit
from dianke.domain.customers.queries.hashes import hash_birthday
from dianke.domain.customers.types import VisitState
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor


class VisitUnknown(DomainError):
    """There is no such visit within the actor's units."""

    code = "customers.visit_unknown"
    message = "there is no visit {key}"


def get_visit(*, actor: Actor, key: int, right: str | None = None) -> Visit:
    """
    Return a visit.

    :raises VisitUnknown: if there is none within the actor's units
    """
    rows = Visit.objects.for_actor(actor, right).filter(pk=key)
    rows = rows.select_related("customer__unit", "visitor", "contact", "next_owner")
    found: Visit | None = rows.first()
    if found is None:
        raise VisitUnknown(field="visit", key=key)
    return found


def filter_visits(*, actor: Actor) -> QuerySet[Visit]:
    """Return visits, to be narrowed further."""
    rows: QuerySet[Visit] = Visit.objects.for_actor(actor)
    return rows.select_related("customer__unit", "visitor", "contact", "next_owner")


def list_visits(*, actor: Actor, customer: Customer, most: int = 50) -> list[Visit]:
    """Return the visits of a customer, the planned ones first, then the newest."""
    rows = list(filter_visits(actor=actor).filter(customer=customer).order_by("-planned_date", "-id")[:most])
    return sorted(rows, key=lambda one: one.state != VisitState.PLANNED.value)


def list_care_records(*, actor: Actor, customer: Customer, most: int = 50) -> list[CareRecord]:
    """Return what a customer was cared for with, newest first."""
    rows = CareRecord.objects.for_actor(actor).filter(customer=customer).select_related("contact")
    return list(rows.order_by("-on_date", "-id")[:most])


def find_last_visits(*, actor: Actor, customer_ids: Collection[int]) -> dict[int, date]:
    """Return the day of the last visit of each customer that was ever visited."""
    rows = Visit.objects.for_actor(actor).filter(customer_id__in=customer_ids, state=VisitState.DONE.value)
    grouped = rows.values_list("customer_id").annotate(last=Max("done_at"))
    return {customer_id: to_shanghai(last).date() for customer_id, last in grouped}


def list_birthdays(*, actor: Actor, days: Iterable[date], customer_ids: Collection[int] | None) -> list[Contact]:
    """
    Return the contacts whose birthday falls on one of some days, of all customers if none are named.

    They are found by the hash of month and day; on 28 February of a common year those of 29 February too.
    """
    hashes = {hash_birthday(f"{day:%m-%d}") for day in days}
    hashes |= {hash_birthday("02-29") for day in days if (day.month, day.day) == (2, 28) and not isleap(day.year)}
    rows = Contact.objects.for_actor(actor).filter(birthday_hash__in=hashes, period__endswith=None)
    rows = rows.filter(customer__merged_into=None)
    if customer_ids is not None:
        rows = rows.filter(customer_id__in=customer_ids)
    return list(rows.select_related("customer__unit").order_by("id"))


def filter_checks(*, actor: Actor, right: str | None = None) -> QuerySet[CustomerEquipment]:
    """Return the equipment that is to be checked some day, to be narrowed further."""
    rows: QuerySet[CustomerEquipment] = CustomerEquipment.objects.for_actor(actor, right)
    rows = rows.filter(next_check_date__isnull=False, customer__merged_into=None)
    return rows.select_related("customer__unit")


def list_days(*, first: date, last: date) -> list[date]:
    """Return the days from one to another, both among them."""
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


def filter_planned(*, actor: Actor, first: date, last: date) -> QuerySet[Visit]:
    """Return the visits planned for some days, cancelled ones left out, to be narrowed further."""
    rows = filter_visits(actor=actor).filter(~Q(state=VisitState.CANCELLED.value))
    return rows.filter(planned_date__gte=first, planned_date__lte=last)
