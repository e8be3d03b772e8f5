"""Who is about to leave: facts of customers that say so and are not ended."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from dianke.domain.credit.queries.facts import read_facts
from dianke.domain.credit.types import FactType
from dianke.domain.valuation.rules.facts import Integers, place
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("telling who is about to leave")
_LEAVING = (FactType.CLOSING_ASKED, FactType.MARKET_MOVE)


def find_leaving(*, customers: Integers, on: date) -> NDArray[np.bool_]:
    """Return whose closing was asked for, or who moves to the market, and did not take it back by a day."""
    facts = read_facts(actor=_SYSTEM, types=_LEAVING, since=on, until=on)
    return place(np.sort(facts.customer_id), customers)[1]
