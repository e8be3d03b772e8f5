"""Reads of temporary supplies: until when each holds, and whose end is near or past."""

from datetime import date, timedelta

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import AccountStatus
from dianke.domain.service_orders.models import IS_OPEN, OrderResult, ServiceOrder
from dianke.domain.service_orders.rules.rule_sets import choose_rule_set, load_rule_sets
from dianke.domain.service_orders.types import OrderKind
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_REMINDER = "temporary.reminder"


def find_temporary(*, actor: Scope, account: CustomerAccount) -> ServiceOrder | None:
    """Return the order that an account is supplied by for a time, None where it is supplied for good."""
    rows = ServiceOrder.objects.for_actor(actor).filter(
        account=account, kind=OrderKind.TEMPORARY.value, result=OrderResult.ARCHIVED.value
    )
    found: ServiceOrder | None = rows.order_by("-accepted_at").first()
    return found


def list_ending_temporaries(*, actor: Actor, right: str, on: date, limit: int) -> list[ServiceOrder]:
    """
    Return temporary supplies whose end is near by the rules of the day, or past; the first to end first.

    Those that are being closed already are left out.
    """
    days = choose_rule_set(load_rule_sets(), accepted_on=on).get(_REMINDER, on=on).amount or 0
    rows = ServiceOrder.objects.for_actor(actor, right).filter(
        kind=OrderKind.TEMPORARY.value, result=OrderResult.ARCHIVED.value, ends_on__lte=on + timedelta(days=days),
        account__status=AccountStatus.ACTIVE.value,
    )  # fmt: skip
    closing = ServiceOrder.objects.for_actor(actor, right).filter(IS_OPEN, kind=OrderKind.CLOSE.value)
    rows = rows.exclude(account__in=closing.values("account"))
    return list(rows.select_related("account").order_by("ends_on", "id")[:limit])
