"""Reads of tariffs."""

from dianke.domain.tariffs.queries.hours import get_period_codes, list_bands, list_event_days
from dianke.domain.tariffs.queries.pages import NotOfOnePlan, compare_versions, get_version_page
from dianke.domain.tariffs.queries.plans import (
    NoSuchPlan,
    NoVersionInForce,
    filter_plans,
    get_plan,
    get_version,
    list_newest_versions,
    list_plans,
    list_plans_in_force,
    list_proposals,
    list_regions,
    list_versions,
)
from dianke.domain.tariffs.queries.policies import get_policies
from dianke.domain.tariffs.queries.prices import (
    DemoPricesOnly,
    get_price_table,
    get_version_price_table,
    list_price_tables,
)

__all__ = [
    "DemoPricesOnly",
    "NoSuchPlan",
    "NoVersionInForce",
    "NotOfOnePlan",
    "compare_versions",
    "filter_plans",
    "get_period_codes",
    "get_plan",
    "get_policies",
    "get_price_table",
    "get_version",
    "get_version_page",
    "get_version_price_table",
    "list_bands",
    "list_event_days",
    "list_newest_versions",
    "list_plans",
    "list_plans_in_force",
    "list_price_tables",
    "list_proposals",
    "list_regions",
    "list_versions",
]
