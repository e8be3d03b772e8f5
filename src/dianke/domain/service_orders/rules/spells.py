"""
What a suspension or reduction does to the basic charge, day by day, and how much of a year is used up.

Days are half-open: the charge stops on the day of sealing and starts on the day of unsealing.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from dianke.domain.network.types import TransformerState
from dianke.domain.service_orders.rules.months import add_months
from dianke.domain.service_orders.types import FigureUnit, RuleSet, Spell, SpellEffect, SpellKind, UnitFacts
from dianke.kernel.period import DatePeriod

_DAYS_OF_A_MONTH = 30
_ONE_DAY = timedelta(days=1)


def is_in_use(unit: UnitFacts) -> bool:
    """
    Return whether a unit counts as in use for the basic charge.

    Only what is cold and sealed is free; hot standby counts whether or not somebody sealed it, as does whatever is
    not sealed. Source: SRC-SEED-000, section 3, no. 2 (5).
    """
    if unit.state is TransformerState.REMOVED:
        return False
    return not (unit.is_sealed and unit.state in (TransformerState.COLD_SEALED, TransformerState.SUSPENDED))


def sum_charged_kva(units: Sequence[UnitFacts], interlocked: Sequence[frozenset[str]] = ()) -> Decimal:
    """
    Return the capacity in kVA that is charged: units in use, of each interlocked group the largest alone.

    Groups do not share a unit. Source: SRC-SEED-000, section 3, no. 2 (5), whose cut-off clause is read as the
    largest sum that can run together.
    """
    in_use = {unit.unit_id: unit.capacity_kva for unit in units if is_in_use(unit)}
    total = sum(in_use.values(), Decimal(0))
    for group in interlocked:
        sizes = [in_use[unit_id] for unit_id in group if unit_id in in_use]
        if sizes:
            total += max(sizes) - sum(sizes)
    return total


def count_days_by_year(periods: Iterable[DatePeriod]) -> dict[int, int]:
    """Return the days of each calendar year that any of the closed periods holds; a day in two counts once."""
    days = {day for period in periods for day in period.each_day()}
    counted: dict[int, int] = {}
    for day in days:
        counted[day.year] = counted.get(day.year, 0) + 1
    return counted


def list_suspended_periods(spells: Iterable[Spell], *, until: date) -> list[DatePeriod]:
    """Return when units were suspended, as far as they counted; a spell without end is counted until the day."""
    periods = []
    for spell in spells:
        if spell.kind is SpellKind.SUSPENSION and not spell.is_seasonal:
            end = min(day for day in (spell.planned_end, spell.unsealed_on, spell.became_reduction_on, until) if day)
            if spell.sealed_on < end:
                periods.append(DatePeriod(spell.sealed_on, end))
    return periods


def most_suspended_days(rule_set: RuleSet, *, on: date) -> int | None:
    """Return how many days of a calendar year may be suspended, or None without limit; a month counts 30 days [P]."""
    figure = rule_set.get("suspend.total_a_year", on=on)
    if figure.amount is None:
        return None
    return figure.amount * (_DAYS_OF_A_MONTH if figure.unit is FigureUnit.MONTH else 1)


def compute_effect(
    spell: Spell, *, rule_set: RuleSet, earlier: Sequence[Spell] = (), until: date, charged_percent: int = 0
) -> SpellEffect:
    """
    Return which days up to `until` (excluded) a spell takes off the basic charge, and why the others are charged.

    `rule_set` is the one the spell began with; `earlier` are the suspensions before it of the same account.
    `charged_percent` is the share that stays charged under the two-year rule of 1996, otherwise 0.
    """
    if _ended_too_early(spell, rule_set):
        return SpellEffect(reduced=(), charged_percent=100, reasons=(("ended_before_shortest", spell.sealed_on),))
    end = spell.unsealed_on or until
    reasons = []
    if spell.became_reduction_on is None and spell.planned_end is not None and spell.planned_end < end:
        end = spell.planned_end
        reasons.append(("term_is_over", spell.planned_end))
    permanent_from = find_permanent_day(spell, rule_set)
    end = min(end, until)
    if spell.sealed_on >= end:
        return SpellEffect(reduced=(), charged_percent=charged_percent, reasons=tuple(reasons))
    reduced = [DatePeriod(spell.sealed_on, end)]
    if spell.kind is SpellKind.SUSPENSION and not spell.is_seasonal:
        reduced, used_up = _cap_by_year(spell, end, rule_set, earlier)
        reasons += [("half_year_used_up", day) for day in used_up]
    return SpellEffect(
        reduced=tuple(reduced),
        charged_percent=charged_percent,
        reasons=tuple(sorted(reasons, key=lambda reason: reason[1])),
        permanent_from=permanent_from,
    )


def find_permanent_day(spell: Spell, rule_set: RuleSet) -> date | None:
    """Return the day from which a reduction is for good: its own, or that after the longest term; None without one."""
    if spell.kind is not SpellKind.REDUCTION:
        return None
    if spell.is_permanent:
        return spell.sealed_on
    longest = rule_set.get("reduce.longest", on=spell.sealed_on)
    if longest.amount is None:
        return None
    last = add_months(spell.sealed_on, longest.amount)
    return last if spell.unsealed_on is None or spell.unsealed_on > last else None


def _ended_too_early(spell: Spell, rule_set: RuleSet) -> bool:
    if spell.unsealed_on is None or spell.became_reduction_on is not None or spell.is_permanent:
        return False
    prefix = "suspend" if spell.kind is SpellKind.SUSPENSION else "reduce"
    if not rule_set.get(f"{prefix}.charged_if_shorter", on=spell.sealed_on).amount:
        return False
    return is_shorter_than(rule_set, f"{prefix}.shortest", spell.sealed_on, spell.unsealed_on)


def is_shorter_than(rule_set: RuleSet, code: str, start: date, end: date) -> bool:
    """Return whether [start, end) is shorter than a figure in days or months; no limit is never undercut."""
    figure = rule_set.get(code, on=start)
    if figure.amount is None:
        return False
    if figure.unit is FigureUnit.MONTH:
        return end < add_months(start, figure.amount)
    return (end - start).days < figure.amount


def _cap_by_year(
    spell: Spell, end: date, rule_set: RuleSet, earlier: Sequence[Spell]
) -> tuple[list[DatePeriod], list[date]]:
    """Cut a suspension where the year's allowance is used up; the next year begins with a new one."""
    most = most_suspended_days(rule_set, on=spell.sealed_on)
    others = [one for one in earlier if one.order_id != spell.order_id and one.sealed_on <= spell.sealed_on]
    taken = {day for period in list_suspended_periods(others, until=end) for day in period.each_day()}
    free_until = min(end, spell.became_reduction_on or end)
    reduced: list[DatePeriod] = []
    used_up: list[date] = []
    start = spell.sealed_on
    while start < free_until:
        stop = min(free_until, date(start.year + 1, 1, 1))
        cut = _find_cut(start, stop, taken, most)
        if start < cut:
            reduced.append(DatePeriod(start, cut))
        if cut < stop:
            used_up.append(cut)
        start = stop
    if free_until < end:
        # From the day it became a reduction the yearly allowance of suspensions asks nothing more.
        reduced.append(DatePeriod(free_until, end))
    return _join(reduced), used_up


def _find_cut(start: date, stop: date, taken: set[date], most: int | None) -> date:
    if most is None:
        return stop
    year = start.year
    used = sum(day.year == year for day in taken)
    day = start
    while day < stop:
        if day not in taken:
            # A day on which another unit is already suspended is counted with that one.
            if used >= most:
                return day
            used += 1
        day += _ONE_DAY
    return stop


def _join(periods: list[DatePeriod]) -> list[DatePeriod]:
    joined: list[DatePeriod] = []
    for period in periods:
        if joined and joined[-1].end == period.start:
            joined[-1] = DatePeriod(joined[-1].start, period.end)
        else:
            joined.append(period)
    return joined
