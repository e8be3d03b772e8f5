"""Agreements of withholding of many accounts, as arrays: what risk looks at beside the books."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from dianke.platform.database.fetching import fetch_columns

_EPOCH = date(1970, 1, 1)
_NEVER = 10**7
# Known from the day it was entered, for whoever looks back; ended on the day that it ends.
_MANDATES = """
select m.account_id, greatest(m.since_date, (m.entered_at at time zone 'Asia/Shanghai')::date) - %(epoch)s::date,
       coalesce(m.until_date - %(epoch)s::date, %(never)s)
  from channels_mandate m where m.account_id between %(first)s and %(last)s
"""


def list_mandates(*, first_account: int, last_account: int) -> dict[str, NDArray[np.int64]]:
    """Return account, day of becoming known and day of ending of each agreement, in days since 1970."""
    values = {"first": first_account, "last": last_account, "epoch": _EPOCH, "never": _NEVER}
    statement = f"select a::bigint, b::bigint, c::bigint from ({_MANDATES}) f(a, b, c)"  # noqa: S608 - our own text
    return fetch_columns(statement, values, ("account", "known", "until"))
