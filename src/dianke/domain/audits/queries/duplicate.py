"""What stands in the archive twice."""

from typing import Any

from django.db.models import Count, Exists, F, Func, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Concat, Length

from dianke.domain.audits.queries.looking import Look, answer, first_account, list_customers, list_points
from dianke.domain.customers.models import Contact, Customer
from dianke.domain.metering.models import MeterAsset

_BETWEEN = Value("\n")


def same_identity(look: Look) -> QuerySet[Any]:
    """Find customers with an identity number that another one has too."""
    known = Customer.objects.for_actor(look.actor).filter(identity_hash__isnull=False, merged_into=None)
    twice = known.order_by().values("identity_hash").annotate(n=Count("pk")).filter(n__gt=1).values("identity_hash")
    rows = list_customers(look).filter(identity_hash__in=twice)
    return answer(rows, number="number", account=first_account(look))


def same_name_and_place(look: Look) -> QuerySet[Any]:
    """Find customers of one name that are supplied at one address."""
    everywhere = list_points(Look(on=look.on)).filter(account__customer__merged_into=None)
    twice = (
        _name_places(everywhere)
        .order_by()
        .values("q_place")
        .annotate(n=Count("account__customer_id", distinct=True))
        .filter(n__gt=1)
        .values("q_place")
    )
    here = _name_places(everywhere).filter(q_place__in=twice)
    rows = list_customers(look).filter(pk__in=here.values("account__customer_id"))
    return answer(rows, number="number", account=first_account(look))


def same_meter_number(look: Look) -> QuerySet[Any]:
    """Find meters whose numbers are the same but for what stands before the first digit that counts."""
    meters = _folded(MeterAsset.objects.for_actor(look.actor))
    alike = meters.annotate(q_digits=Length("q_folded")).filter(q_digits__gte=look.parameters["digits"])
    twice = alike.order_by().values("q_folded").annotate(n=Count("pk")).filter(n__gt=1).values("q_folded")
    rows = _folded(look.within(MeterAsset.objects.for_actor(look.actor))).filter(q_folded__in=twice)
    return answer(rows, number="asset_number", account=Value(""), alike="q_folded")


def phone_of_many(look: Look) -> QuerySet[Any]:
    """Find customers reached by a number that stands for many others."""
    current = Contact.objects.for_actor(look.actor).filter(
        period__contains=look.on, phone_hash__isnull=False, customer__merged_into=None
    )
    many = (
        current.order_by()
        .values("phone_hash")
        .annotate(n=Count("customer_id", distinct=True))
        .filter(n__gt=look.parameters["customers"])
        .values("phone_hash")
    )
    theirs = current.filter(customer=OuterRef("pk"), phone_hash__in=many)
    return answer(list_customers(look).filter(Exists(theirs)), number="number", account=first_account(look))


def _name_places(points: QuerySet[Any]) -> QuerySet[Any]:
    named: QuerySet[Any] = points.annotate(
        q_place=Concat(F("account__customer__name"), _BETWEEN, F("location__address"), output_field=TextField())
    )
    return named


def _folded(meters: QuerySet[Any]) -> QuerySet[Any]:
    folded: QuerySet[Any] = meters.annotate(
        q_folded=Func(
            F("asset_number"),
            Value("^[^1-9]*"),
            Value(""),
            function="regexp_replace",
            output_field=TextField(),
        )
    )
    return folded
