"""Reads of tariffs."""

from dianke.domain.tariffs.queries.hours import get_period_codes, list_bands, list_event_days
from dianke.domain.tariffs.queries.pages import NotOfOnePlan, compare_versions, get_version_page
from dianke.domain.tariffs.queries.plans import (
    NoSuchPlan,
    NoVersionInForce,
    get_plan,
    get_version,
    list_newest_versions,
    list_plans,
    list_proposals,
    list_versions,
)
from dianke.domain.tariffs.queries.policies import get_policies
from dianke.domain.tariffs.queries.prices import DemoPricesOnly, get_price_table, list_price_tables

__all__ = [
    "DemoPricesOnly",
    "NoSuchPlan",
    "NoVersionInForce",
    "NotOfOnePlan",
    "compare_versions",
    "get_period_codes",
    "get_plan",
    "get_policies",
    "get_price_table",
    "get_version",
    "get_version_page",
    "list_bands",
    "list_event_days",
    "list_newest_versions",
    "list_plans",
    "list_price_tables",
    "list_proposals",
    "list_versions",
]
