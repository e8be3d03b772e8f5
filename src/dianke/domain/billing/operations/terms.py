"""Set what a usage point is billed on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.domain.billing.models import BillingTerms, ShareTerms
from dianke.domain.metering.models import UsagePoint
from dianke.domain.tariffs.models import TariffPlan
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class UnableToSetTerms(DomainError):
    """The terms cannot begin on that day."""

    code = "billing.unable_to_set_terms"
    message = "terms of {point} cannot begin on {start}: {reason}"


@dataclass(frozen=True)
class Share:
    """A part of the energy for another price; either fixed_kwh or ratio."""

    name: str
    price: Decimal
    fixed_kwh: Decimal | None = None
    ratio: Decimal | None = None
    taken_from: str = ""
    in_power_factor: bool = True
    in_power_factor_base: bool = True
    with_funds: bool = True


def set_terms(
    *,
    actor: Scope,
    usage_point: UsagePoint,
    start: date,
    plan: TariffPlan,
    shares: Sequence[Share] = (),
    **details: Any,
) -> BillingTerms:
    """
    Let a point be billed on new terms from a day on; the terms before end there.

    :raises UnableToSetTerms: if terms that begin on or after that day exist already
    """
    if not UsagePoint.objects.for_actor(actor).filter(pk=usage_point.pk).exists():
        raise UnableToSetTerms(
            field="usage_point", point=usage_point.code, start=start, reason="it belongs to another unit"
        )
    existing = BillingTerms.objects.for_actor(actor).filter(usage_point=usage_point)
    if existing.filter(period__startswith__gte=start).exists():
        raise UnableToSetTerms(
            field="start", point=usage_point.code, start=start, reason="later terms exist; change those first"
        )
    for before in existing.filter(period__contains=start):
        before.period = DateRange(before.period.lower, start)
        before.save(update_fields=["period"])
    terms = BillingTerms(usage_point=usage_point, period=DateRange(start, None), plan=plan, **details)
    terms.save()
    for sequence, share in enumerate(shares, 1):
        ShareTerms(terms=terms, sequence=sequence, **vars(share)).save()
    return terms


@dataclass(frozen=True)
class NewTerms:
    """First terms of a point, for loading many at once."""

    usage_point: UsagePoint
    start: date
    plan: TariffPlan
    details: dict[str, Any]
    shares: tuple[Share, ...] = ()


def add_terms(*, actor: Scope, terms: Sequence[NewTerms]) -> int:
    """
    Give many points their first terms and return how many.

    :raises UnableToSetTerms: if a point has terms already or is not the actor's; nothing is stored then
    """
    point_ids = [new.usage_point.pk for new in terms]
    reachable = set(UsagePoint.objects.for_actor(actor).filter(pk__in=point_ids).values_list("pk", flat=True))
    taken = set(
        BillingTerms.objects.for_actor(actor).filter(usage_point__in=point_ids).values_list("usage_point_id", flat=True)
    )
    for new in terms:
        if new.usage_point.pk in taken or new.usage_point.pk not in reachable:
            reason = "it has terms" if new.usage_point.pk in taken else "it belongs to another unit"
            raise UnableToSetTerms(field="usage_point", point=new.usage_point.code, start=new.start, reason=reason)
    stored = BillingTerms.objects.bulk_create(
        [
            BillingTerms(usage_point=new.usage_point, period=DateRange(new.start, None), plan=new.plan, **new.details)
            for new in terms
        ],
        batch_size=2_000,
    )
    ShareTerms.objects.bulk_create(
        [
            ShareTerms(terms=row, sequence=sequence, **vars(share))
            for row, new in zip(stored, terms, strict=True)
            for sequence, share in enumerate(new.shares, 1)
        ]
    )
    return len(stored)
