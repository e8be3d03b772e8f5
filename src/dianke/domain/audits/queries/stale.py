"""What in the archive was true once."""

from datetime import datetime, time
from typing import Any

from django.apps import apps
from django.db.models import DateField, Exists, Func, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast

from dianke.domain.audits import rules
from dianke.domain.audits.queries.looking import (
    WITH_BACKUP,
    Look,
    answer,
    first_account,
    list_accounts,
    list_customers,
    list_own_supply,
    list_points,
    standing_installations,
)
from dianke.domain.customers.models import Contact, CustomerEquipment, SpecialMark
from dianke.domain.customers.types import EquipmentKind, Interlock
from dianke.domain.readings.models import DailyUsage, MeterReading
from dianke.kernel.clock import SHANGHAI


class _Lower(Func):
    function = "lower"
    output_field = DateField()


class _Upper(Func):
    function = "upper"
    output_field = DateField()


def mark_expired(look: Look) -> QuerySet[Any]:
    """Find accounts with a mark that ended lately and was not renewed."""
    since = rules.subtract_months(look.on, look.parameters["months"])
    marks = SpecialMark.objects.for_actor(look.actor).filter(account=OuterRef("pk"))
    renewed = SpecialMark.objects.for_actor(look.actor).filter(
        account=OuterRef("account"), kind=OuterRef("kind"), period__contains=look.on
    )
    ended = marks.annotate(q_end=_Upper("period")).filter(~Exists(renewed), q_end__gt=since, q_end__lte=look.on)
    newest = ended.order_by("-q_end")
    rows = list_accounts(look).filter(Exists(ended))
    rows = rows.annotate(q_mark=Subquery(newest.values("kind")[:1]), q_ended=Subquery(newest.values("q_end")[:1]))
    return answer(rows, number="number", account="number", mark="q_mark", ended=Cast("q_ended", DateField()))


def reading_overdue(look: Look) -> QuerySet[Any]:
    """Find points whose meter nobody and nothing has read for long."""
    since = rules.subtract_months(look.on, look.parameters["months"])
    moment = datetime.combine(since, time.min, tzinfo=SHANGHAI)
    old = standing_installations(look).annotate(q_start=_Lower("period")).filter(q_start__lt=since)
    readings = MeterReading.objects.for_actor(look.actor).filter(
        installation=OuterRef("pk"), replaced_by=None, read_at__gte=moment
    )
    days = DailyUsage.objects.for_actor(look.actor).filter(usage_point=OuterRef("pk"), day__gte=since)
    unread = old.filter(~Exists(readings), usage_point=OuterRef("pk"))
    rows = list_points(look).filter(Exists(unread), ~Exists(days))
    rows = rows.annotate(q_meter=Subquery(unread.values("meter__asset_number")[:1]))
    return answer(rows, number="code", account="account__number", meter="q_meter")


def contact_unconfirmed(look: Look) -> QuerySet[Any]:
    """Find customers whose numbers nobody has entered or saved for years."""
    moment = datetime.combine(rules.subtract_months(look.on, look.parameters["months"]), time.min, tzinfo=SHANGHAI)
    contacts = Contact.objects.for_actor(look.actor).filter(
        customer=OuterRef("pk"), period__contains=look.on, phone_hash__isnull=False
    )
    history = apps.get_model("customers", "ContactScopedEvent")
    saved = history.objects.for_actor(look.actor).filter(customer_id=OuterRef("pk"), pgh_created_at__gte=moment)
    rows = list_customers(look).filter(Exists(contacts), ~Exists(saved))
    return answer(rows, number="number", account=first_account(look))


def own_supply_unproved(look: Look) -> QuerySet[Any]:
    """Find important customers with own supply of which nothing proves that it would start: see the rule's data."""
    since = rules.subtract_months(look.on, look.parameters["months"])
    unchecked = Q(checked_date=None) | Q(next_check_date=None) | Q(next_check_date__lt=look.on)
    # A second source of the network always runs.
    untried = ~Q(kind=EquipmentKind.SECOND_SOURCE.value) & (Q(tested_date=None) | Q(tested_date__lte=since))
    unproved = list_own_supply(look).filter(unchecked | untried | Q(interlock__in=("", Interlock.NONE.value)))
    rows = list_customers(look).filter(Exists(unproved), importance__in=WITH_BACKUP)
    first = unproved.order_by("next_check_date", "id")
    rows = rows.annotate(q_name=Subquery(first.values("name")[:1]), q_tested=Subquery(first.values("tested_date")[:1]))
    return answer(
        rows, number="number", account=first_account(look), name="q_name", tested=Cast("q_tested", DateField())
    )


def equipment_check_overdue(look: Look) -> QuerySet[Any]:
    """Find customers with equipment whose check is due."""
    overdue = CustomerEquipment.objects.for_actor(look.actor).filter(
        customer=OuterRef("pk"), next_check_date__lt=look.on
    )
    rows = list_customers(look).filter(Exists(overdue))
    earliest = overdue.order_by().values("customer").annotate(day=Min("next_check_date")).values("day")
    rows = rows.annotate(q_due=Subquery(earliest))
    return answer(rows, number="number", account=first_account(look), due=Cast("q_due", DateField()))
