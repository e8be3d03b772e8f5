"""Reads of how much trades grew: by code for a day, and as an array for the whole fleet."""

from collections.abc import Iterable
from datetime import date

import numpy as np
from django.db.models import QuerySet

from dianke.domain.customers.models import Customer
from dianke.domain.valuation.models import TradeGrowth
from dianke.domain.valuation.rules.facts import Integers, place
from dianke.domain.valuation.rules.trades import TradeRow, find_row, keep_latest
from dianke.domain.valuation.types import Month
from dianke.engine.value.index import Floats
from dianke.platform.database.fetching import fetch_columns
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("reading how much trades grew, which is public")
_OF_CUSTOMERS = """
select c.id, k.growth_e4 from customers_customer c
  join unnest(%(codes)s::text[], %(growths)s::bigint[]) k(code, growth_e4) on k.code = c.industry_code
 where c.merged_into_id is null
"""


def list_latest(*, month: Month) -> dict[str, TradeRow]:
    """Return by code the row of the latest year that was over when a month ended."""
    ended = month.after.year - 1
    rows = _rows().filter(year__lte=ended)
    return keep_latest(TradeRow(*row) for row in rows.values_list("industry_code", "year", "growth_e4", "source"))


def list_growth(*, customers: Integers, month: Month) -> Floats:
    """Return for sorted keys of customers the growth of their trade as a share, NaN where no row fits. Shape: (n,)."""
    found = np.full(customers.size, np.nan)
    latest = list_latest(month=month)
    if not latest:
        return found
    codes = Customer.objects.for_actor(_SYSTEM).exclude(industry_code="").values_list("industry_code", flat=True)
    fitting = {code: row.growth_e4 for code in codes.order_by().distinct() if (row := find_row(code, latest))}
    values = {"codes": list(fitting), "growths": list(fitting.values())}
    rows = fetch_columns(_OF_CUSTOMERS, values, ("customer", "growth_e4"))
    places, known = place(customers, rows["customer"])
    found[places[known]] = rows["growth_e4"][known] / 10_000
    return found


def list_standing(*, codes: Iterable[str]) -> dict[tuple[str, int], TradeGrowth]:
    """Return the rows that stand of some codes, by code and year."""
    return {(one.industry_code, one.year): one for one in _rows().filter(industry_code__in=set(codes))}


def find_trade(industry_code: str, *, on: date) -> TradeRow | None:
    """Return the row that the rating of a month goes by for a trade; nothing if none fits."""
    return find_row(industry_code, list_latest(month=Month(on)))


def _rows() -> QuerySet[TradeGrowth]:
    found: QuerySet[TradeGrowth] = TradeGrowth.objects.for_actor(_SYSTEM)
    return found
