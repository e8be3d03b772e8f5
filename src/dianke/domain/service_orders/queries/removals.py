"""Reads of meters that were taken off for a time: since when, and whose term is over."""

from datetime import date

from django.db.models import Exists, OuterRef

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import AccountStatus
from dianke.domain.service_orders.models import EffectKind, OrderEffect, OrderResult, ServiceOrder
from dianke.domain.service_orders.types import OrderKind
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_KINDS = (OrderKind.REMOVE.value, OrderKind.REINSTALL.value)
_TURNS = (EffectKind.METER_OFF.value, EffectKind.METER_BACK.value)


def find_removal(*, actor: Scope, account: CustomerAccount) -> ServiceOrder | None:
    """Return the order by which the meters of an account are off now, None while they hang."""
    rows = OrderEffect.objects.for_actor(actor).filter(order__account=account, order__kind__in=_KINDS, kind__in=_TURNS)
    last = rows.select_related("order").order_by("-id").first()
    return last.order if last is not None and last.kind == EffectKind.METER_OFF.value else None


def find_removed_on(*, actor: Scope, account: CustomerAccount) -> date | None:
    """Return the day from which the meters of an account are off for a time, None while they hang."""
    order = find_removal(actor=actor, account=account)
    if order is None:
        return None
    rows = OrderEffect.objects.for_actor(actor).filter(order=order, kind=EffectKind.METER_OFF.value)
    found: date | None = rows.order_by("id").values_list("on", flat=True).first()
    return found


def list_overdue_removals(*, actor: Actor, right: str, on: date, limit: int) -> list[ServiceOrder]:
    """Return orders of accounts whose meters are still off although the time agreed is over, the first to end first."""
    rows = ServiceOrder.objects.for_actor(actor, right).filter(
        kind=OrderKind.REMOVE.value, result=OrderResult.ARCHIVED.value, ends_on__lte=on,
        account__status=AccountStatus.ACTIVE.value,
    )  # fmt: skip
    back = ServiceOrder.objects.for_actor(actor, right).filter(
        kind=OrderKind.REINSTALL.value, account=OuterRef("account"), accepted_at__gt=OuterRef("accepted_at")
    )
    back = back.exclude(result__in=[OrderResult.CANCELLED.value, OrderResult.REFUSED.value])
    rows = rows.filter(~Exists(back)).select_related("account")
    return list(rows.order_by("ends_on", "id")[:limit])
