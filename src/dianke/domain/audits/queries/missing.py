"""What the archive lacks."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value

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
    standing_transformers,
)
from dianke.domain.billing.models import BillingTerms
from dianke.domain.customers.models import Contact, ServiceLocation, SpecialMark
from dianke.domain.customers.types import CustomerKind
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.types import PointStatus
from dianke.domain.network.models import TransformerArea
from dianke.domain.readings.models import RoutePoint

_LOW_VOLTAGES = ("220V", "380V")


def customer_without_phone(look: Look) -> QuerySet[Any]:
    """Find customers that nobody can call."""
    contacts = Contact.objects.for_actor(look.actor).filter(customer=OuterRef("pk"), period__contains=look.on)
    rows = list_customers(look).filter(~Exists(contacts.filter(phone_hash__isnull=False)))
    return answer(rows, number="number", account=first_account(look))


def customer_without_identity(look: Look) -> QuerySet[Any]:
    """Find customers whose identity no document shows."""
    rows = list_customers(look).filter(identity_hash=None)
    return answer(rows, number="number", account=first_account(look))


def company_without_industry(look: Look) -> QuerySet[Any]:
    """Find companies and offices without a code of their trade."""
    rows = list_customers(look).exclude(kind=CustomerKind.PERSON.value).filter(industry_code="")
    return answer(rows, number="number", account=first_account(look))


def important_without_backup(look: Look) -> QuerySet[Any]:
    """Find important customers without an own supply that works, be it a machine or a second source."""
    rows = list_customers(look).filter(~Exists(list_own_supply(look)), importance__in=WITH_BACKUP)
    return answer(rows, number="number", account=first_account(look))


def account_without_point(look: Look) -> QuerySet[Any]:
    """Find accounts that supply nothing."""
    points = UsagePoint.objects.for_actor(look.actor).filter(account=OuterRef("pk"), status=PointStatus.ACTIVE.value)
    return answer(list_accounts(look).filter(~Exists(points)), number="number", account="number")


def point_without_meter(look: Look) -> QuerySet[Any]:
    """Find points where no meter hangs today."""
    rows = list_points(look).filter(~Exists(standing_installations(look).filter(usage_point=OuterRef("pk"))))
    return answer(rows, number="code", account="account__number")


def point_without_terms(look: Look) -> QuerySet[Any]:
    """Find points that nothing can be billed on today."""
    terms = BillingTerms.objects.for_actor(look.actor).filter(usage_point=OuterRef("pk"), period__contains=look.on)
    rows = list_points(look).filter(~Exists(terms), parent=None)
    return answer(rows, number="code", account="account__number")


def point_without_route(look: Look) -> QuerySet[Any]:
    """Find points that no route leads to."""
    stops = RoutePoint.objects.for_actor(look.actor).filter(usage_point=OuterRef("pk"))
    return answer(list_points(look).filter(~Exists(stops)), number="code", account="account__number")


def low_voltage_point_without_area(look: Look) -> QuerySet[Any]:
    """Find points of low voltage that hang on a feeder and on no transformer of their own."""
    own = standing_transformers(look).filter(account=OuterRef("account"))
    rows = list_points(look).filter(~Exists(own), area=None, voltage__in=_LOW_VOLTAGES)
    return answer(rows, number="code", account="account__number")


def area_without_transformer(look: Look) -> QuerySet[Any]:
    """Find areas whose transformers are all gone."""
    areas = look.within(TransformerArea.objects.for_actor(look.actor))
    rows = areas.filter(~Exists(standing_transformers(look).filter(area=OuterRef("pk"))))
    points = list_points(Look(on=look.on)).filter(area=OuterRef("pk"))
    return answer(rows.filter(Exists(points)), number="code", account=Value(""), name="name")


def place_without_coordinates(look: Look) -> QuerySet[Any]:
    """Find places in use that no map shows."""
    points = list_points(Look(on=look.on)).filter(location=OuterRef("pk"))
    places = look.within(ServiceLocation.objects.for_actor(look.actor))
    rows = places.filter(Q(longitude=None) | Q(latitude=None)).filter(Exists(points))
    return answer(rows, number="code", account=_account_of_place(look))


def mark_without_proof(look: Look) -> QuerySet[Any]:
    """Find accounts with a mark that no paper proves."""
    marks = SpecialMark.objects.for_actor(look.actor).filter(
        account=OuterRef("pk"), period__contains=look.on, proof=None, proof_number=""
    )
    return answer(list_accounts(look).filter(Exists(marks)), number="number", account="number")


def _account_of_place(look: Look) -> Any:
    points = list_points(Look(on=look.on)).filter(location=OuterRef("pk"))
    return Subquery(points.order_by("id").values("account__number")[:1])
