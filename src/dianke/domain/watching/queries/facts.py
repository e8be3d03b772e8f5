"""Dated facts of customers for watch lists, and which lists have a source at all."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from dianke.domain.credit.models import CustomerFact
from dianke.domain.credit.queries.facts import read_facts
from dianke.domain.credit.rules.fleet import NEVER
from dianke.domain.credit.types import FactState, FactType
from dianke.domain.watching.queries import gathering
from dianke.domain.watching.queries.asked import has_asked, read_asked
from dianke.domain.watching.queries.gathering import Fleet
from dianke.domain.watching.rules.signs import OPEN_END, DatedFacts
from dianke.domain.watching.types import WatchList
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("reading facts for watch lists")
LEAVING_TYPES = (
    FactType.CLOSING_ASKED,
    FactType.MARKET_MOVE,
    FactType.CAPACITY_CUT_ASKED,
    FactType.OWN_GENERATION,
    FactType.MARKET_CONTRACT,
)
COMPLAINT_TYPES = (FactType.COMPLAINT, FactType.REPAIR_CALL, FactType.CALL, FactType.SATISFACTION)
# Why a list has no source; words of them stand with the pages.
NO_LAST_YEAR, NO_CAPACITY, NO_MONTH, NO_SCORING, NO_FACTS = (
    "NO_LAST_YEAR", "NO_CAPACITY", "NO_MONTH", "NO_SCORING", "NO_FACTS",
)  # fmt: skip


def find_missing(*, on: date, month: date | None) -> dict[str, str]:
    """Return the lists that cannot be made as of a day, each with what is missing."""
    missing: dict[WatchList, str] = {}
    if month is None or not gathering.has_use(month.replace(year=month.year - 1)):
        missing[WatchList.FALLING_USE] = NO_MONTH if month is None else NO_LAST_YEAR
    if month is None or not gathering.has_capacity():
        missing[WatchList.IDLE_CAPACITY] = NO_MONTH if month is None else NO_CAPACITY
    if not gathering.has_scores(on=on):
        missing[WatchList.ARREARS_RISK] = NO_SCORING
    if not (_has_facts(LEAVING_TYPES, on) or gathering.has_suspensions(on=on) or has_asked(on=on)):
        missing[WatchList.LEAVING] = NO_FACTS
    if not _has_facts(COMPLAINT_TYPES, on):
        missing[WatchList.COMPLAINTS] = NO_FACTS
    return {watch_list.value: reason for watch_list, reason in missing.items()}


def list_sources(*, on: date) -> dict[str, str]:
    """Return what each list lacks as of a day, empty where it has its source."""
    missing = find_missing(on=on, month=gathering.find_use_month(before=on + timedelta(days=1)))
    return {watch_list.value: missing.get(watch_list.value, "") for watch_list in WatchList}


def read_signs(fleet: Fleet, *, on: date) -> dict[str, DatedFacts]:
    """
    Return the signs of leaving, by type: facts that were reported, and orders for the same.

    Filings that stopped transformers are among them as `suspension`.
    """
    found = _read(fleet, LEAVING_TYPES, on)
    for code, asked in read_asked(fleet, on=on).items():
        found[code] = found[code].join(asked)
    return {**found, "suspension": gathering.read_suspensions(fleet, on=on)}


def read_complaints(fleet: Fleet, *, on: date) -> dict[str, DatedFacts]:
    """Return complaints, calls and marks of satisfaction, by type."""
    return _read(fleet, COMPLAINT_TYPES, on)


def _read(fleet: Fleet, types: Sequence[FactType], on: date) -> dict[str, DatedFacts]:
    known = read_facts(actor=_SYSTEM, types=types, until=on)
    facts = {}
    for one in types:
        own = known.of_type(one)
        row, at = fleet.place(own.customer_id)
        value_e2 = np.rint(np.nan_to_num(own.value[at]) * 100).astype(np.int64)
        until = np.where(own.until_date[at] >= NEVER, OPEN_END, own.until_date[at])
        facts[one.value] = DatedFacts(row, own.on_date[at], until, value_e2)
    return facts


def _has_facts(types: Sequence[FactType], on: date) -> bool:
    rows = CustomerFact.objects.for_actor(_SYSTEM).filter(type__in=[one.value for one in types], on_date__lte=on)
    return bool(rows.filter(state=FactState.STANDING.value).exists())
