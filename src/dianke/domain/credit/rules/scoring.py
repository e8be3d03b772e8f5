"""
The credit score of one customer: a function of a set of facts, whatever their order.

Rule: docs/rules/credit.md, the rows CR-3.1 to CR-8.1.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from dianke.domain.credit.rules.policy import Item, Level, Policy, Row, shift_months, start_of_window
from dianke.domain.credit.types import CreditKind, Fact, FactType, MadeGood, Reason, RowRule, Score

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFacts:
    """All that the score of a customer is made from."""

    kind: CreditKind
    facts: Sequence[Fact]
    as_of: date
    # Unknown: no bonus that takes years is had.
    customer_since: date | None = None
    # What was judged last, by item; what was never judged is left out.
    judged: Mapping[FactType, Decimal] = field(default_factory=dict)


def score_customer(given: CustomerFacts, *, policy: Policy) -> Score:
    """
    Return the score of a customer at the end of a day; what happened later is not known yet.

    The points of an item are summed once and then held between nothing and its maximum. An item that must not be
    nothing gives the worst grade whatever the total.
    """
    seen = _see_facts(given)
    items: dict[str, Decimal] = {}
    reasons: list[Reason] = []
    for item in policy.items[given.kind]:
        own = [
            reason for row in policy.list_rows(item) for reason in _COUNTERS[row.rule](row, item, seen, given, policy)
        ]
        items[item.code] = _hold(item.most + sum((one.points for one in own), _ZERO), item, policy)
        reasons += own
    total = sum(items.values(), _ZERO)
    is_worst = any(item.is_zero_worst and items[item.code] == 0 for item in policy.items[given.kind])
    return Score(items, total, policy.worst_grade if is_worst else policy.find_grade(total), tuple(reasons))


def count_months(first: date, end: date) -> int:
    """
    Return how many whole months lie between two days, 0 where the second is earlier.

    A month is over on the same day of the next one, or on the last day of one that lacks it.
    """
    months = (end.year - first.year) * 12 + end.month - first.month
    while months > 0 and shift_months(first, months) > end:
        months -= 1
    return max(months, 0)


def _see_facts(given: CustomerFacts) -> list[Fact]:
    """Return what is known at the end of the day, in an order of its own; what is paid later is still open."""
    known = [one for one in given.facts if one.on <= given.as_of]
    seen = [
        Fact(one.type, one.on, one.cleared_on if one.cleared_on and one.cleared_on <= given.as_of else None)
        for one in known
    ]
    return sorted(seen, key=lambda one: (one.on, one.type.value, one.cleared_on or date.max))


def _list_in_window(row: Row, seen: Iterable[Fact], as_of: date) -> list[Fact]:
    start = start_of_window(as_of, months=row.months)
    return [one for one in seen if one.type in row.facts and one.on > start]


def _list_arrears(row: Row, seen: Iterable[Fact], as_of: date, policy: Policy) -> list[Fact]:
    """Return the arrears that count: those that began within the window, and those still open."""
    start = start_of_window(as_of, months=row.months)
    always = policy.is_open_arrear_always_counted
    own = [one for one in seen if one.type in row.facts]
    return [one for one in own if one.on > start or (always and one.cleared_on is None)]


def _count_each(row: Row, item: Item, seen: list[Fact], given: CustomerFacts, _policy: Policy) -> list[Reason]:
    return [Reason(item.code, row.points, one, row.id) for one in _list_in_window(row, seen, given.as_of)]


def _count_levels(row: Row, item: Item, seen: list[Fact], given: CustomerFacts, policy: Policy) -> list[Reason]:
    found = _list_in_window(row, seen, given.as_of)
    reached = [level for level in row.levels if len(found) >= level.count]
    return [Reason(item.code, one.points, found[-1], one.id) for one in _take_levels(reached, policy)]


def _take_levels(reached: Sequence[Level], policy: Policy) -> Sequence[Level]:
    """Return of the levels that were reached those that count: all, or the worst."""
    return reached if policy.levels_add_up else reached[-1:]


def _count_arrears(row: Row, item: Item, seen: list[Fact], given: CustomerFacts, policy: Policy) -> list[Reason]:
    """Return the worst level that arrears reached, by how many came in a row or by how long one lasted."""
    found = _list_arrears(row, seen, given.as_of, policy)
    if not found:
        return []
    runs = _measure_runs(found)
    worst: tuple[int, Fact] = (-1, found[0])
    for one in found:
        lasted = count_months(one.on, one.cleared_on or given.as_of)
        reached = _find_level(row.levels, runs[_to_month(one.on)], lasted)
        # Of several that reach a level the latest is named.
        worst = (reached, one) if reached >= worst[0] else worst
    taken = _take_levels(row.levels[: worst[0] + 1], policy)
    return [Reason(item.code, one.points, worst[1], one.id) for one in taken]


def _find_level(levels: Sequence[Level], in_a_row: int, lasted: int) -> int:
    return max(at for at, one in enumerate(levels) if in_a_row >= one.count or (one.lasting and lasted >= one.lasting))


def _measure_runs(arrears: Iterable[Fact]) -> dict[int, int]:
    """Return for each month with an arrear how many months in a row had one until then."""
    runs: dict[int, int] = {}
    for month in sorted({_to_month(one.on) for one in arrears}):
        runs[month] = runs.get(month - 1, 0) + 1
    return runs


def _count_made_good(row: Row, item: Item, seen: list[Fact], given: CustomerFacts, policy: Policy) -> list[Reason]:
    found = _list_in_window(row, seen, given.as_of)
    good = [one for one in found if one.cleared_on and _is_made_good(one.on, one.cleared_on, policy.made_good)]
    return [Reason(item.code, row.points, one, row.id) for one in good]


def _is_made_good(on: date, cleared_on: date, how: MadeGood) -> bool:
    months = _to_month(cleared_on) - _to_month(on)
    return months == 1 or (months == 0 and how is MadeGood.BY_FOLLOWING_MONTH)


def _count_without(row: Row, item: Item, seen: list[Fact], given: CustomerFacts, _policy: Policy) -> list[Reason]:
    """Return the bonus of a time without certain facts; an arrear stands in the way for as long as it is open."""
    start = start_of_window(given.as_of, months=row.months)
    if given.customer_since is None or given.customer_since > start:
        return []
    ends = (FactType.ARREAR,)
    in_the_way = [
        one
        for one in seen
        if one.type in row.facts and (one.on > start or (one.type in ends and (one.cleared_on or date.max) > start))
    ]
    if in_the_way:
        return []
    return [Reason(item.code, row.points, Fact(row.facts[0], given.as_of), row.id, about=row.about)]


def _count_judged(row: Row, item: Item, _seen: list[Fact], given: CustomerFacts, policy: Policy) -> list[Reason]:
    """Return what a judgement leaves of an item; one that was never judged has its share."""
    judged = given.judged.get(row.facts[0])
    value = item.most * policy.not_judged_share if judged is None else judged
    if value == item.most:
        return []
    fact = Fact(row.facts[0], given.as_of)
    about = row.about if judged is not None else f"{row.about}_not_judged"
    return [Reason(item.code, value - item.most, fact, row.id, about=about, value=value)]


def _hold(points: Decimal, item: Item, policy: Policy) -> Decimal:
    return max(_ZERO, points if policy.allow_overflow else min(points, item.most))


def _to_month(day: date) -> int:
    return day.year * 12 + day.month


_COUNTERS: Mapping[RowRule, Callable[[Row, Item, list[Fact], CustomerFacts, Policy], list[Reason]]] = {
    RowRule.EACH: _count_each,
    RowRule.LEVELS: _count_levels,
    RowRule.ARREARS: _count_arrears,
    RowRule.MADE_GOOD: _count_made_good,
    RowRule.WITHOUT: _count_without,
    RowRule.JUDGED: _count_judged,
}
