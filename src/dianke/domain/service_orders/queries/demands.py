"""Contract demands of accounts: the terms that hold one, and since when it is what it is."""

from datetime import date
from itertools import pairwise

from dianke.domain.billing.models import BillingTerms
from dianke.domain.billing.types import BasicMode
from dianke.domain.customers.models import CustomerAccount
from dianke.platform.org.scoping import Scope


def list_demand_terms(*, actor: Scope, account: CustomerAccount, on: date) -> list[BillingTerms]:
    """Return the terms of an account's points that hold a contract demand on a day, by point."""
    rows = BillingTerms.objects.for_actor(actor).filter(
        usage_point__account=account, basic_mode=BasicMode.CONTRACT_DEMAND.value, period__contains=on
    )
    return list(rows.select_related("usage_point", "plan").order_by("usage_point__code", "id"))


def find_demand_change(*, actor: Scope, account: CustomerAccount) -> date | None:
    """Return the day of the last change of a contract demand of an account, None if it never changed."""
    rows = BillingTerms.objects.for_actor(actor).filter(
        usage_point__account=account, basic_mode=BasicMode.CONTRACT_DEMAND.value
    )
    days = [
        after.period.lower
        for before, after in pairwise(rows.order_by("usage_point_id", "period"))
        if before.usage_point_id == after.usage_point_id and before.contract_kw != after.contract_kw
    ]
    return max(days, default=None)


def list_two_part_terms(*, actor: Scope, account: CustomerAccount, on: date) -> list[BillingTerms]:
    """Return the terms of an account's points that have a basic charge on a day, by point."""
    rows = BillingTerms.objects.for_actor(actor).filter(usage_point__account=account, period__contains=on)
    rows = rows.exclude(basic_mode=BasicMode.NONE.value)
    return list(rows.select_related("usage_point", "plan").order_by("usage_point__code", "id"))


def find_mode_change(*, actor: Scope, account: CustomerAccount) -> date | None:
    """Return the day of the last change of the mode of an account's basic charge, None if it never changed."""
    rows = BillingTerms.objects.for_actor(actor).filter(usage_point__account=account)
    days = [
        after.period.lower
        for before, after in pairwise(rows.order_by("usage_point_id", "period"))
        if before.usage_point_id == after.usage_point_id and before.basic_mode != after.basic_mode
    ]
    return max(days, default=None)
