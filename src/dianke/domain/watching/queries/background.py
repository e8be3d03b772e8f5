"""What is known of customers beside the signs, gathered of those alone who have fewer than three reasons."""

from datetime import date

import numpy as np

from dianke.domain.customers.types import AccountStatus
from dianke.domain.receivables.types import get_key_range
from dianke.domain.watching.queries.gathering import Fleet
from dianke.domain.watching.rules.background import UNKNOWN, Standing
from dianke.domain.watching.rules.signs import EPOCH
from dianke.domain.watching.types import Integers
from dianke.platform.database.fetching import fetch_columns

# A month's range of keys holds everything of the month: its bills, and what corrected them later.
_USE = """
select a.customer_id::bigint as customer,
       coalesce(sum(b.energy_kwh_e2) filter (where b.id >= %(middle)s), -1)::bigint as now,
       coalesce(sum(b.energy_kwh_e2) filter (where b.id < %(middle)s), -1)::bigint as before
  from customers_customeraccount a
  join billing_bill b on b.account_id = a.id and b.id >= %(first)s and b.id < %(end)s
 where a.customer_id = any(%(ids)s::bigint[])
 group by 1 order by 1
"""
_ACCOUNTS = """
select customer_id::bigint as customer, count(*) filter (where status <> %(closed)s)::bigint as accounts,
       (min(opened_date) - %(epoch)s::date)::bigint as since
  from customers_customeraccount where customer_id = any(%(ids)s::bigint[]) group by 1 order by 1
"""


def read_standing(fleet: Fleet, rows: Integers, *, month: date) -> Standing:
    """Return what is known of the customers at some rows, rising; use is that of the twelve months up to a month."""
    ids = fleet.keys[rows].tolist()
    ends = [get_key_range(month=_add_months(month, back)) for back in (0, -11, -23)]
    values = {"ids": ids, "end": ends[0][1], "middle": ends[1][0], "first": ends[2][0]}
    used = fetch_columns(_USE, values, ("customer", "now", "before"))
    held = fetch_columns(
        _ACCOUNTS, {"ids": ids, "closed": AccountStatus.CLOSED.value, "epoch": EPOCH}, ("customer", "accounts", "since")
    )
    keys = fleet.keys[rows]
    return Standing(
        rows=rows,
        use_kwh_e2=_spread(keys, used["customer"], used["now"], UNKNOWN),
        before_kwh_e2=_spread(keys, used["customer"], used["before"], UNKNOWN),
        accounts=_spread(keys, held["customer"], held["accounts"], 0),
        since_day=_spread(keys, held["customer"], held["since"], 0),
    )


def _spread(keys: Integers, known: Integers, values: Integers, missing: int) -> Integers:
    """Return values by key; both rise, and every known one is among the keys."""
    found = np.full(keys.size, missing, dtype=np.int64)
    found[np.searchsorted(keys, known)] = values
    return found


def _add_months(month: date, count: int) -> date:
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)
