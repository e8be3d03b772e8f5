"""What in the archive cannot both be true."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.fields import DecimalField
from django.db.models.functions import Round

from dianke.domain.audits.queries.looking import (
    Look,
    answer,
    list_accounts,
    list_points,
    standing_installations,
    standing_transformers,
)
from dianke.domain.billing.models import BillingTerms
from dianke.domain.billing.types import BasicMode
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import AccountStatus, UsageClass
from dianke.domain.metering.types import MeteringSide
from dianke.domain.tariffs.types import Structure

_LOW_VOLTAGES = ("220V", "380V")
# Three phases at the 0.4 kV of a transformer's low side; on the high side the voltage transformer tells.
_ROOT_OF_THREE = Decimal("1.732")
_LOW_SIDE_KV = Decimal("0.4")
_NUMBER = DecimalField(max_digits=20, decimal_places=6)


def area_on_another_feeder(look: Look) -> QuerySet[Any]:
    """Find points whose area hangs on another feeder than they do."""
    rows = list_points(look).filter(feeder__isnull=False, area__isnull=False).exclude(feeder=F("area__feeder"))
    return answer(
        rows,
        number="code",
        account="account__number",
        point_feeder="feeder__code",
        area_feeder="area__feeder__code",
        area="area__code",
    )


def closed_account_with_meter(look: Look) -> QuerySet[Any]:
    """Find closed accounts where a meter still hangs."""
    accounts = look.within(CustomerAccount.objects.for_actor(look.actor)).filter(status=AccountStatus.CLOSED.value)
    hanging = standing_installations(look).filter(usage_point__account=OuterRef("pk"))
    rows = accounts.filter(Exists(hanging)).annotate(q_meter=Subquery(hanging.values("meter__asset_number")[:1]))
    return answer(rows, number="number", account="number", meter="q_meter")


def registers_against_terms(look: Look) -> QuerySet[Any]:
    """Find points billed by time of use whose meter has no register for it."""
    terms = _terms(look).filter(usage_point=OuterRef("pk"), time_of_use=True)
    hanging = standing_installations(look).filter(usage_point=OuterRef("pk"))
    lacking = hanging.exclude(meter__registers__contains=list(look.parameters["registers"]))
    rows = list_points(look).filter(Exists(terms), Exists(lacking), parent=None)
    rows = rows.annotate(q_meter=Subquery(lacking.values("meter__asset_number")[:1]))
    return answer(rows, number="code", account="account__number", meter="q_meter")


def class_against_industry(look: Look) -> QuerySet[Any]:
    """Find accounts whose class of use does not go with the trade of their customer."""
    wrong = Q(pk__in=[])
    for usage_class, prefixes in look.parameters.items():
        fits = Q(pk__in=[])
        for prefix in prefixes:
            fits |= Q(customer__industry_code__startswith=prefix)
        wrong |= Q(usage_class=usage_class) & ~fits
    rows = list_accounts(look).exclude(customer__industry_code="").filter(wrong)
    return answer(
        rows, number="number", account="number", usage_class="usage_class", industry_code="customer__industry_code"
    )


def household_on_business(look: Look) -> QuerySet[Any]:
    """Find accounts with persons of a household that are no home."""
    rows = list_accounts(look).filter(household_size__gt=0).exclude(usage_class=UsageClass.RESIDENTIAL.value)
    return answer(rows, number="number", account="number", persons="household_size", usage_class="usage_class")


def two_part_without_transformer(look: Look) -> QuerySet[Any]:
    """Find points on a two-part price whose customer has no transformer to charge."""
    terms = _terms(look).filter(usage_point=OuterRef("pk"), structure=Structure.TWO_PART.value)
    own = standing_transformers(look).filter(account=OuterRef("account"))
    rows = list_points(look).filter(Exists(terms.exclude(basic_mode=BasicMode.NONE.value)), ~Exists(own), parent=None)
    return answer(rows, number="code", account="account__number")


def ratio_against_capacity(look: Look) -> QuerySet[Any]:
    """Find points whose current transformers measure far less or far more than the customer's transformers carry."""
    own = standing_transformers(look).filter(account=OuterRef("account")).order_by().values("account")
    hanging = standing_installations(look).filter(usage_point=OuterRef("pk"), ct_primary__gt=F("ct_secondary"))
    # Where several points share the transformers, no single one has to carry them.
    alone = list_points(Look(on=look.on)).filter(account=OuterRef("account"), parent=None).order_by().values("account")
    rows = (
        list_points(look)
        .filter(parent=None)
        .annotate(
            q_capacity=Subquery(own.annotate(n=Sum("capacity_kva")).values("n")),
            q_points=Subquery(alone.annotate(n=Count("pk")).values("n")),
            q_ct=Subquery(hanging.values("ct_primary")[:1]),
            q_pt=Subquery(hanging.values("pt_primary")[:1]),
        )
        .filter(q_points=1, q_capacity__gt=0, q_ct__isnull=False)
    )
    high = rows.filter(metering_side=MeteringSide.HIGH_HIGH.value, q_pt__gt=1)
    low = rows.exclude(metering_side=MeteringSide.HIGH_HIGH.value)
    high = high.annotate(q_kva=_wrap(F("q_ct") * F("q_pt") * _ROOT_OF_THREE / Decimal(1000)))
    low = low.annotate(q_kva=_wrap(F("q_ct") * (_ROOT_OF_THREE * _LOW_SIDE_KV)))
    return _outside(high, look).union(_outside(low, look), all=True)


def metering_side_against_voltage(look: Look) -> QuerySet[Any]:
    """Find points metered on a side that their voltage does not have."""
    is_low = Q(voltage__in=_LOW_VOLTAGES)
    is_low_side = Q(metering_side=MeteringSide.LOW_LOW.value)
    rows = list_points(look).filter((is_low & ~is_low_side) | (~is_low & is_low_side), parent=None)
    return answer(rows, number="code", account="account__number", voltage="voltage", metering_side="metering_side")


def _terms(look: Look) -> QuerySet[Any]:
    rows: QuerySet[Any] = BillingTerms.objects.for_actor(look.actor)
    return rows.filter(period__contains=look.on)


def _outside(rows: QuerySet[Any], look: Look) -> QuerySet[Any]:
    least, most = (Decimal(look.parameters[name]) for name in ("least", "most"))
    rows = rows.filter(Q(q_kva__lt=F("q_capacity") * least) | Q(q_kva__gt=F("q_capacity") * most))
    return answer(
        rows,
        number="code",
        account="account__number",
        measures_kva=Round("q_kva"),
        capacity_kva=Round("q_capacity"),
    )


def _wrap(expression: Any) -> Any:
    return ExpressionWrapper(expression, output_field=_NUMBER)
