"""The figures every rule set has, and what each may count: code that reads one relies on it."""

from collections.abc import Mapping
from types import MappingProxyType

from dianke.domain.service_orders.types import FigureUnit

_NOTICE = {FigureUnit.DAY, FigureUnit.WORKING_DAY}
_LENGTH = {FigureUnit.DAY, FigureUnit.MONTH}

UNITS_OF_FIGURES: Mapping[str, set[FigureUnit]] = MappingProxyType(
    {
        "reduce.notice": _NOTICE,
        "suspend.notice": _NOTICE,
        "relocate.notice": _NOTICE,
        "mode.notice": _NOTICE,
        "demand.notice": _NOTICE,
        "plan.extension_notice": _NOTICE,
        "reduce.shortest": _LENGTH,
        "suspend.shortest": _LENGTH,
        "suspend.total_a_year": _LENGTH,
        "reduce.longest": {FigureUnit.MONTH},
        "reduce.ban": {FigureUnit.MONTH},
        "exchange.longest_low": {FigureUnit.MONTH},
        "exchange.longest_high": {FigureUnit.MONTH},
        "remove.longest": {FigureUnit.MONTH},
        "close_forced.unused": {FigureUnit.MONTH},
        "temporary.reminder": {FigureUnit.DAY},
        "temporary.longest": {FigureUnit.MONTH},
        "mode.interval": {FigureUnit.MONTH},
        "demand.interval": {FigureUnit.MONTH},
        "plan.validity_high": {FigureUnit.MONTH},
        "plan.validity_low": {FigureUnit.MONTH},
        "dedicated.total_within": {FigureUnit.MONTH},
        "dedicated.reclaim_after": {FigureUnit.MONTH},
        "reduce.times_a_year": {FigureUnit.TIMES},
        "suspend.times_a_year": {FigureUnit.TIMES},
        "plan.extensions": {FigureUnit.TIMES},
        "large.inspections_a_year": {FigureUnit.TIMES},
        "reduce.charged_if_shorter": {FigureUnit.FLAG},
        "suspend.charged_if_shorter": {FigureUnit.FLAG},
        "suspend.whole_in_demand_mode": {FigureUnit.FLAG},
        "suspend.may_become_reduction": {FigureUnit.FLAG},
        "temporary.changes_allowed": {FigureUnit.FLAG},
        "review.dedicated_line": {FigureUnit.FLAG},
        "review.dual_source": {FigureUnit.FLAG},
        "inspection.repeat_fee": {FigureUnit.FLAG},
        "two_part.industry_only": {FigureUnit.FLAG},
        "reduce.ban_charged_percent": {FigureUnit.PERCENT},
        "demand.floor": {FigureUnit.PERCENT},
        "exchange.high_from": {FigureUnit.KV},
        "merge.least_accounts": {FigureUnit.COUNT},
        "many_persons.least": {FigureUnit.COUNT},
        "choice.least_firms": {FigureUnit.COUNT},
        "works.review_every": {FigureUnit.FLAG},
        "works.inspect_mid_every": {FigureUnit.FLAG},
        "metering.direct_up_to": {FigureUnit.AMPERE},
        "metering.ct_least_load": {FigureUnit.PERCENT},
        "fee.reliability_least": {FigureUnit.YUAN},
        "fee.reliability_most": {FigureUnit.YUAN},
        "review.capacity": {FigureUnit.KVA},
        "large.capacity": {FigureUnit.KVA},
        "dedicated.first_capacity": {FigureUnit.KVA},
        "dedicated.year_capacity": {FigureUnit.KVA},
        "dedicated.total_capacity": {FigureUnit.KVA},
        "dedicated.reclaim_capacity": {FigureUnit.KVA},
        "two_part.mandatory_from": {FigureUnit.KVA},
        "two_part.choice_from": {FigureUnit.KVA},
        "power_factor.from": {FigureUnit.KVA},
        "power_factor.industry_strict_above": {FigureUnit.KVA},
        "large.energy_a_year": {FigureUnit.KWH},
    }
)
