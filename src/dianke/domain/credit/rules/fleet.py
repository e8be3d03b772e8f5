"""
The credit score of whole fleets as arrays: the same rules as for one customer, row by row of the policy.

Points are counted in hundredths, exactly: what the policy names has at most two decimals.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from dianke.domain.credit.rules.policy import Policy, Row, start_of_window
from dianke.domain.credit.types import TYPE_CODES, CreditKind, FactType, MadeGood, RowRule

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
# A fact that has not ended, a customer of whom nobody knows since when, an item that nobody judged.
NEVER = 10**7
UNKNOWN = -1
ITEMS = 6
_MONTHS = 1_000_000


@dataclass(frozen=True, slots=True)
class Fleet:
    """
    Customers. Shapes: all (n,).

    Units: days since 1970-01-01 (NEVER: unknown), hundredths of a point (UNKNOWN: never judged).
    """

    is_lighting: Flags
    since: Integers
    management_e2: Integers
    growth_e2: Integers

    @property
    def size(self) -> int:
        """Return the number of customers."""
        return int(self.since.size)


@dataclass(frozen=True, slots=True)
class FleetFacts:
    """Facts in any order. Shapes: (m,). `customer` is a place in the fleet, days as there, `until` NEVER if open."""

    customer: Integers
    type: Integers
    on: Integers
    until: Integers

    def take(self, rows: Flags) -> "FleetFacts":
        """Return some of the facts."""
        return FleetFacts(self.customer[rows], self.type[rows], self.on[rows], self.until[rows])


@dataclass(frozen=True, slots=True)
class FleetScores:
    """
    Scores. Shapes: items (n, 6) in the order of the policy for the kind of each, the rest (n,). Units: 0.01 point.

    `grade` is the place of the grade in the policy, the best 0.
    """

    items_e2: Integers
    score_e2: Integers
    grade: Integers


@dataclass(frozen=True, slots=True)
class _Given:
    fleet: Fleet
    facts: FleetFacts
    as_of: date
    today: int
    policy: Policy


def score_fleet(fleet: Fleet, facts: FleetFacts, *, as_of: date, policy: Policy) -> FleetScores:
    """Return the scores of a fleet at the end of a day; facts of later days are not known yet."""
    today = to_day_number(as_of)
    known = facts.take(facts.on <= today)
    until = np.where(known.until > today, NEVER, known.until)
    given = _Given(fleet, FleetFacts(known.customer, known.type, known.on, until), as_of, today, policy)
    points: dict[str, Integers] = {}
    for row in policy.rows:
        moved = _COUNTERS[row.rule](row, given)
        points[row.rows] = points[row.rows] + moved if row.rows in points else moved
    return _add_up(given, points)


def to_day_number(day: date) -> int:
    """Return a day as the number of days since 1970."""
    return day.toordinal() - date(1970, 1, 1).toordinal()


def _add_up(given: _Given, points: Mapping[str, Integers]) -> FleetScores:
    policy, size = given.policy, given.fleet.size
    items = np.zeros((size, ITEMS), dtype=np.int64)
    is_worst = np.zeros(size, dtype=bool)
    for kind, own in ((CreditKind.POWER, ~given.fleet.is_lighting), (CreditKind.LIGHTING, given.fleet.is_lighting)):
        for place, item in enumerate(policy.items[kind]):
            most = _to_e2(item.most)
            held = np.maximum(most + points[item.rows][own], 0)
            items[own, place] = held if policy.allow_overflow else np.minimum(held, most)
            if item.is_zero_worst:
                is_worst[own] |= items[own, place] == 0
    score = items.sum(axis=1)
    cuts = np.array([_to_e2(cut.from_points) for cut in policy.grades])
    codes = [cut.code for cut in policy.grades]
    grade = np.minimum((score[:, None] < cuts).sum(axis=1), len(codes) - 1)
    return FleetScores(items, score, np.where(is_worst, codes.index(policy.worst_grade), grade))


def _count_each(row: Row, given: _Given) -> Integers:
    return _count(_in_window(row, given), given.fleet.size) * _to_e2(row.points)


def _count_levels(row: Row, given: _Given) -> Integers:
    count = _count(_in_window(row, given), given.fleet.size)
    reached = np.zeros(given.fleet.size, dtype=np.int64)
    for level in row.levels:
        reached += count >= level.count
    return _take_levels(row, reached, given.policy)


def _count_arrears(row: Row, given: _Given) -> Integers:
    facts, size = given.facts, given.fleet.size
    is_open = (facts.until == NEVER) & given.policy.is_open_arrear_always_counted
    found = facts.take(_is_one_of(row, facts) & ((facts.on > _start(row, given)) | is_open))
    in_a_row = np.zeros(size, dtype=np.int64)
    keys = np.unique(found.customer * _MONTHS + _to_months(found.on))
    if keys.size:
        # Months of a customer that follow each other are one run: its keys rise by one.
        begins = np.concatenate([[True], np.diff(keys) != 1])
        length = np.arange(keys.size) - np.flatnonzero(begins)[np.cumsum(begins) - 1] + 1
        np.maximum.at(in_a_row, keys // _MONTHS, length)
    lasted = np.zeros(size, dtype=np.int64)
    np.maximum.at(lasted, found.customer, _count_months(found.on, np.minimum(found.until, given.today)))
    has_any = _count(found, size) > 0
    reached = np.zeros(size, dtype=np.int64)
    for at, level in enumerate(row.levels, start=1):
        is_reached = (in_a_row >= level.count) | ((lasted >= level.lasting) & (level.lasting > 0))
        reached = np.where(is_reached & has_any, at, reached)
    return _take_levels(row, reached, given.policy)


def _count_made_good(row: Row, given: _Given) -> Integers:
    found = _in_window(row, given)
    found = found.take(found.until != NEVER)
    months = _to_months(found.until) - _to_months(found.on)
    is_good = months == 1
    if given.policy.made_good is MadeGood.BY_FOLLOWING_MONTH:
        is_good |= months == 0
    return _count(found.take(is_good), given.fleet.size) * _to_e2(row.points)


def _count_without(row: Row, given: _Given) -> Integers:
    facts, start = given.facts, _start(row, given)
    is_arrear = facts.type == TYPE_CODES[FactType.ARREAR]
    in_the_way = _is_one_of(row, facts) & ((facts.on > start) | (is_arrear & (facts.until > start)))
    is_clean = _count(facts.take(in_the_way), given.fleet.size) == 0
    has_history = given.fleet.since <= start
    return np.where(is_clean & has_history, _to_e2(row.points), 0)


def _count_judged(row: Row, given: _Given) -> Integers:
    most = next(item.most for items in given.policy.items.values() for item in items if item.rows == row.rows)
    is_management = row.facts[0] is FactType.MANAGEMENT
    judged = given.fleet.management_e2 if is_management else given.fleet.growth_e2
    return np.where(judged == UNKNOWN, _to_e2(most * given.policy.not_judged_share), judged) - _to_e2(most)


def _in_window(row: Row, given: _Given) -> FleetFacts:
    return given.facts.take(_is_one_of(row, given.facts) & (given.facts.on > _start(row, given)))


def _is_one_of(row: Row, facts: FleetFacts) -> Flags:
    return np.isin(facts.type, [TYPE_CODES[one] for one in row.facts])


def _start(row: Row, given: _Given) -> int:
    return to_day_number(start_of_window(given.as_of, months=row.months))


def _take_levels(row: Row, reached: Integers, policy: Policy) -> Integers:
    points = np.array([0, *(_to_e2(level.points) for level in row.levels)], dtype=np.int64)
    taken: Integers = (np.cumsum(points) if policy.levels_add_up else points)[reached]
    return taken


def _count(facts: FleetFacts, size: int) -> Integers:
    return np.bincount(facts.customer, minlength=size).astype(np.int64)


def _count_months(first: Integers, end: Integers) -> Integers:
    """Return how many whole months lie between days; one is over on the last day of a month that lacks the day."""
    whole = _to_months(end) - _to_months(first)
    last_of_end = (_to_months(end) + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - 1
    needed = np.minimum(_to_day_of_month(first), _to_day_of_month(last_of_end))
    months: Integers = np.maximum(whole - (_to_day_of_month(end) < needed), 0)
    return months


def _to_months(days: Integers) -> Integers:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _to_day_of_month(days: Integers) -> Integers:
    first = days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return days - first + 1


def _to_e2(points: Decimal) -> int:
    return int(points * 100)


_COUNTERS: Mapping[RowRule, Callable[[Row, _Given], Integers]] = {
    RowRule.EACH: _count_each,
    RowRule.LEVELS: _count_levels,
    RowRule.ARREARS: _count_arrears,
    RowRule.MADE_GOOD: _count_made_good,
    RowRule.WITHOUT: _count_without,
    RowRule.JUDGED: _count_judged,
}
