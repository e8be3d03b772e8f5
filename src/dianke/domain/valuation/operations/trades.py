"""Growth of trades, loaded from files; a row is never changed, its batch is undone."""

from collections.abc import Sequence
from datetime import datetime

from dianke.domain.valuation.models import TradeGrowth
from dianke.domain.valuation.rules.trades import TradeRow
from dianke.platform.database.bulk import insert_rows


def add_trade_rows(*, new: Sequence[TradeRow], login: str, at: datetime) -> list[TradeGrowth]:
    """Store the growth of trades by year; it counts from the next rating on."""
    return insert_rows(
        [
            TradeGrowth(
                industry_code=one.code, year=one.year, growth_e4=one.growth_e4, source=one.source,
                loaded_by=login, loaded_at=at,
            )
            for one in new
        ]
    )  # fmt: skip
