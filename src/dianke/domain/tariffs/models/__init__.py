"""Tables of tariffs: plans with dated versions, their rows, parts and tiers, hours of use, policy values."""

from dianke.domain.tariffs.models.hours import TemperatureEvent, TimeBand, TimeRuleSet
from dianke.domain.tariffs.models.plans import (
    PriceComponent,
    PriceRow,
    TariffPlan,
    TariffVersion,
    TierBlock,
    TierScheme,
)
from dianke.domain.tariffs.models.policies import PolicyValue

__all__ = [
    "PolicyValue",
    "PriceComponent",
    "PriceRow",
    "TariffPlan",
    "TariffVersion",
    "TemperatureEvent",
    "TierBlock",
    "TierScheme",
    "TimeBand",
    "TimeRuleSet",
]
