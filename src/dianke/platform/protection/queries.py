"""Reads of the register of unmaskings."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor
from dianke.platform.protection.models import Unmasking


def filter_unmaskings(
    *,
    actor: Actor,
    right: str,
    login: str = "",
    kind: str = "",
    customer_number: str = "",
    since: date | None = None,
    until: date | None = None,
) -> QuerySet[Any]:
    """Return the unmaskings in the units that a right of the actor reaches; both days are counted."""
    rows: QuerySet[Any] = Unmasking.objects.for_actor(actor, right).select_related("unit")
    exact = {"actor_login": login, "kind": kind, "customer_number": customer_number}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if since is not None:
        rows = rows.filter(at__gte=_start_of(since))
    if until is not None:
        rows = rows.filter(at__lt=_start_of(until + timedelta(days=1)))
    return rows


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=SHANGHAI)
