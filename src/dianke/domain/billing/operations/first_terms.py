"""The first terms of many points at once, as a take-over or a new estate brings them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.domain.billing.models import BillingTerms, ShareTerms
from dianke.domain.billing.operations.terms import Share, UnableToSetTerms
from dianke.domain.billing.types import BasicMode, LossMethod
from dianke.domain.metering.models import UsagePoint
from dianke.domain.tariffs.types import Structure
from dianke.platform.org.scoping import Scope

BATCH = 2_000


@dataclass(frozen=True, kw_only=True)
class FirstTerms:
    """What a point is billed on from a day on."""

    usage_point_id: int
    start: date
    plan_id: int
    structure: Structure
    price_voltage: str = ""
    time_of_use: bool = False
    basic_mode: BasicMode = BasicMode.NONE
    contract_kw: Decimal | None = None
    power_factor_standard: Decimal | None = None
    loss_method: LossMethod = LossMethod.NONE
    loss_factor: Decimal | None = None
    loss_iron_kwh: Decimal | None = None
    loss_iron_kvarh: Decimal | None = None
    line_loss_ratio: Decimal = Decimal(0)
    shares: tuple[Share, ...] = ()


def set_first_terms(*, actor: Scope, terms: Sequence[FirstTerms]) -> list[BillingTerms]:
    """
    Set the terms of points that have none, all or none.

    :raises UnableToSetTerms: naming the first point that has terms, comes twice or is not the actor's
    """
    wanted = {new.usage_point_id for new in terms}
    visible = dict(UsagePoint.objects.for_actor(actor).filter(id__in=wanted).values_list("id", "code"))
    existing = BillingTerms.objects.for_actor(actor).filter(usage_point_id__in=wanted)
    taken = set(existing.values_list("usage_point_id", flat=True))
    seen: set[int] = set()
    for new in terms:
        key = new.usage_point_id
        if key not in visible:
            raise UnableToSetTerms(
                field="usage_point", point=key, start=new.start, reason="it is not within your units"
            )
        if key in taken or key in seen:
            raise UnableToSetTerms(
                field="usage_point", point=visible[key], start=new.start, reason="it has terms already"
            )
        seen.add(key)
    rows = list(BillingTerms.objects.bulk_create([_build(new) for new in terms], batch_size=BATCH))
    shares = [
        ShareTerms(terms=row, sequence=sequence, **vars(share))
        for row, new in zip(rows, terms, strict=True)
        for sequence, share in enumerate(new.shares, 1)
    ]
    ShareTerms.objects.bulk_create(shares, batch_size=BATCH)
    return rows


def _build(new: FirstTerms) -> BillingTerms:
    return BillingTerms(
        usage_point_id=new.usage_point_id,
        period=DateRange(new.start, None),
        plan_id=new.plan_id,
        structure=new.structure.value,
        price_voltage=new.price_voltage,
        time_of_use=new.time_of_use,
        basic_mode=new.basic_mode.value,
        contract_kw=new.contract_kw,
        power_factor_standard=new.power_factor_standard,
        loss_method=new.loss_method.value,
        loss_factor=new.loss_factor,
        loss_iron_kwh=new.loss_iron_kwh,
        loss_iron_kvarh=new.loss_iron_kvarh,
        line_loss_ratio=new.line_loss_ratio,
    )
