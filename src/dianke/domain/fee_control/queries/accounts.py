"""Reads of accounts under control: how far they are, their estimates day by day."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from dianke.domain.fee_control.models import ControlledAccount, DailyEstimate, PointEstimate
from dianke.platform.org.scoping import Scope


def filter_controlled(*, actor: Scope) -> QuerySet[Any]:
    """Return the accounts under control of the actor's units; no order."""
    rows: QuerySet[Any] = ControlledAccount.objects.for_actor(actor).select_related(
        "account__customer", "unit", "agreement"
    )
    return rows


def find_controlled(*, actor: Scope, account_id: int) -> ControlledAccount | None:
    """Return how far an account is, or None if it is not under control."""
    found: ControlledAccount | None = filter_controlled(actor=actor).filter(account_id=account_id).first()
    return found


def list_estimates(*, actor: Scope, account_id: int, since: date) -> list[DailyEstimate]:
    """Return the estimates of an account from a day on, the first first."""
    rows = DailyEstimate.objects.for_actor(actor).filter(account_id=account_id, estimated_on__gte=since)
    return list(rows.order_by("estimated_on"))


def list_point_estimates(*, actor: Scope, account_id: int, on: date) -> list[PointEstimate]:
    """Return what the estimate of a day was made of, stretch by stretch."""
    rows = PointEstimate.objects.for_actor(actor).filter(account_id=account_id, estimated_on=on)
    return list(rows.select_related("usage_point").order_by("usage_point__code", "start_date", "id"))
