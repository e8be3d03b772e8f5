"""The reasons of many scores, as they are stored: told one by one where there are facts, once for all others alike."""

import json
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from dianke.domain.credit.rules.case import write_reason
from dianke.domain.credit.rules.fleet import NEVER, UNKNOWN, Fleet, FleetFacts
from dianke.domain.credit.rules.policy import Policy, start_of_window
from dianke.domain.credit.rules.scoring import CustomerFacts, score_customer
from dianke.domain.credit.types import TYPES, CreditKind, Fact, FactType

_DAY_ZERO = date(1970, 1, 1)


def list_reasons(fleet: Fleet, facts: FleetFacts, *, as_of: date, policy: Policy) -> list[str]:
    """Return the reasons of every customer of a fleet as JSON."""
    by_customer = group_facts(facts)
    starts = [(start_of_window(as_of, months=row.months) - _DAY_ZERO).days for row in policy.rows]
    known: dict[tuple[bool, tuple[bool, ...], int, int], str] = {}
    told: list[str] = []
    rows = zip(
        fleet.is_lighting.tolist(), fleet.since.tolist(), fleet.management_e2.tolist(), fleet.growth_e2.tolist(),
        strict=True,
    )  # fmt: skip
    for place, (is_lighting, since, management, growth) in enumerate(rows):
        own = by_customer.get(place)
        if own is not None:
            told.append(_tell(take_customer(fleet, place, own, as_of=as_of), policy))
            continue
        # Who has no facts is told apart only by how long one is a customer, and by judgements.
        alike = (is_lighting, tuple(since <= start for start in starts), management, growth)
        if alike not in known:
            known[alike] = _tell(take_customer(fleet, place, [], as_of=as_of), policy)
        told.append(known[alike])
    return told


def group_facts(facts: FleetFacts) -> dict[int, list[Fact]]:
    """Return the facts of each customer that has some, by its place in the fleet."""
    grouped: dict[int, list[Fact]] = {}
    order = np.argsort(facts.customer, kind="stable")
    columns = (facts.customer, facts.type, facts.on, facts.until)
    for customer, type_, on, until in zip(*(column[order].tolist() for column in columns), strict=True):
        end = None if until >= NEVER else _DAY_ZERO + timedelta(days=until)
        grouped.setdefault(customer, []).append(Fact(TYPES[type_], _DAY_ZERO + timedelta(days=on), end))
    return grouped


def take_customer(fleet: Fleet, place: int, facts: list[Fact], *, as_of: date) -> CustomerFacts:
    """Return one customer of a fleet as the score of one customer takes it."""
    judged = {
        type_: Decimal(int(column[place])) / 100
        for type_, column in ((FactType.MANAGEMENT, fleet.management_e2), (FactType.GROWTH, fleet.growth_e2))
        if column[place] != UNKNOWN
    }
    since = int(fleet.since[place])
    return CustomerFacts(
        kind=CreditKind.LIGHTING if fleet.is_lighting[place] else CreditKind.POWER,
        facts=facts,
        as_of=as_of,
        customer_since=None if since >= NEVER else _DAY_ZERO + timedelta(days=since),
        judged=judged,
    )


def _tell(given: CustomerFacts, policy: Policy) -> str:
    return json.dumps([write_reason(one) for one in score_customer(given, policy=policy).reasons])
