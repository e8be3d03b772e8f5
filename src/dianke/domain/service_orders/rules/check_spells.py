"""Suspension and reduction, and their ends."""

from collections.abc import Iterator
from datetime import date

from dianke.domain.billing.types import BasicMode
from dianke.domain.network.types import TransformerState
from dianke.domain.service_orders.rules.case import OWN_RULE, Case
from dianke.domain.service_orders.rules.months import add_months
from dianke.domain.service_orders.rules.spells import (
    count_days_by_year,
    is_shorter_than,
    list_suspended_periods,
    most_suspended_days,
)
from dianke.domain.service_orders.types import AccountFacts, FigureUnit, Refusal, Spell, SpellKind
from dianke.kernel.period import DatePeriod

_SEALED = (TransformerState.COLD_SEALED, TransformerState.SUSPENDED)
_DEMAND_MODES = (BasicMode.CONTRACT_DEMAND, BasicMode.ACTUAL_DEMAND)


def check_reduce(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against a reduction: units, notice, term, the two-year rule."""
    asked = case.application
    yield from case.check_notice("reduce.notice")
    if asked.capacity_kva is None or asked.unit_ids:
        # A replacement by a smaller transformer names the new capacity and no unit to seal.
        yield from _check_units(case, account, SpellKind.REDUCTION)
    if not asked.is_permanent:
        yield from case.check_longest("reduce.longest")
        yield from _check_shortest(case, "reduce.shortest")
    yield from _check_ban(case, account)


def check_suspend(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against a suspension: units, notice, length, times and days of each calendar year."""
    yield from case.check_notice("suspend.notice")
    yield from _check_units(case, account, SpellKind.SUSPENSION)
    yield from _check_whole(case, account)
    end = case.application.ends_on
    if end is None:
        yield case.refuse("end_missing")
    elif end <= case.application.effective_on:
        yield case.refuse("ends_before_start", start=case.application.effective_on, end=end)
    else:
        yield from _check_shortest(case, "suspend.shortest")
        if not case.application.is_seasonal:
            yield from _check_year(case, account, end)
    yield from _check_ban(case, account)


def check_restore(case: Case, _account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against restoring reduced capacity: it must be running, for a time, and in its term."""
    yield from case.check_notice("reduce.notice")
    spell = case.application.spell
    if spell is None or spell.kind is not SpellKind.REDUCTION:
        yield case.refuse("spell_missing")
        return
    yield from _check_running(case, spell)
    if spell.is_permanent:
        yield case.refuse("reduction_is_permanent", since=spell.sealed_on)
        return
    last = spell.planned_end
    longest = case.get("reduce.longest")
    if last is None and longest.amount is not None:
        last = add_months(spell.sealed_on, longest.amount)
    if last is not None and case.application.effective_on > last:
        yield case.refuse("term_is_over", asked=case.application.effective_on, term_end=last)


def check_resume(case: Case, _account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against a resumption; one before fifteen days is allowed and charged as never suspended."""
    yield from case.check_notice("suspend.notice")
    spell = case.application.spell
    if spell is None or spell.kind is not SpellKind.SUSPENSION:
        yield case.refuse("spell_missing")
        return
    yield from _check_running(case, spell)


def _check_running(case: Case, spell: Spell) -> Iterator[Refusal]:
    if spell.unsealed_on is not None:
        yield case.refuse("spell_ended", unsealed_on=spell.unsealed_on)
    elif case.application.effective_on < spell.sealed_on:
        yield case.refuse("ends_before_start", start=spell.sealed_on, end=case.application.effective_on)


def _check_units(case: Case, account: AccountFacts, kind: SpellKind) -> Iterator[Refusal]:
    asked = case.application
    if not asked.unit_ids:
        yield case.refuse("unit_missing")
        return
    known = {unit.unit_id: unit for unit in account.units if unit.state is not TransformerState.REMOVED}
    unknown = asked.unit_ids - known.keys()
    if unknown:
        yield case.refuse("unit_unknown", units=", ".join(sorted(unknown)))
    if asked.is_whole_unit is False:
        yield case.refuse("part_of_unit")
    running = [one for one in account.spells if one.unit_ids & asked.unit_ids and _reaches(one, asked.effective_on)]
    for one in running:
        code = "unit_already_sealed" if one.kind is kind else "spells_overlap"
        yield case.refuse(
            code, article=OWN_RULE, units=", ".join(sorted(one.unit_ids & asked.unit_ids)), since=one.sealed_on
        )
    told = frozenset().union(*(one.unit_ids for one in running))
    sealed = {
        unit_id
        for unit_id in asked.unit_ids & known.keys() - told
        if known[unit_id].is_sealed and known[unit_id].state in _SEALED
    }
    if sealed:
        yield case.refuse("unit_already_sealed", article=OWN_RULE, units=", ".join(sorted(sealed)))
    yield from _check_meters(case, account)


def _reaches(spell: Spell, day: date) -> bool:
    """Return whether a spell still holds its units on a day or later: until somebody unseals them it does."""
    return spell.unsealed_on is None or spell.unsealed_on > day


def _check_meters(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    asked = case.application
    left = {
        unit.unit_id
        for unit in account.units
        if unit.state in (TransformerState.RUNNING, TransformerState.HOT_STANDBY) and unit.unit_id not in asked.unit_ids
    }
    for meter in account.meters:
        stops = meter.meter_id in asked.stopped_meter_ids or not meter.is_running
        if not stops and meter.unit_ids & asked.unit_ids and not meter.unit_ids & left:
            yield case.refuse("meter_without_unit", article=OWN_RULE, meter=meter.meter_id)


def _check_whole(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    whole_only = case.get("suspend.whole_in_demand_mode")
    if account.basic_mode not in _DEMAND_MODES or not whole_only.amount:
        return
    in_use = {
        unit.unit_id
        for unit in account.units
        if unit.state in (TransformerState.RUNNING, TransformerState.HOT_STANDBY) and not unit.is_sealed
    }
    if in_use - case.application.unit_ids:
        left = ", ".join(sorted(in_use - case.application.unit_ids))
        yield case.refuse("whole_capacity_only", article=whole_only.article, units=left)


def _check_shortest(case: Case, code: str) -> Iterator[Refusal]:
    start, end = case.application.effective_on, case.application.ends_on
    if end is None or end <= start:
        return
    if is_shorter_than(case.rule_set, code, start, end):
        figure = case.get(code)
        least = f"{figure.amount} {'months' if figure.unit is FigureUnit.MONTH else 'days'}"
        yield case.refuse("spell_too_short", article=figure.article, days=(end - start).days, least=least)


def _check_year(case: Case, account: AccountFacts, end: date) -> Iterator[Refusal]:
    """Count suspensions that began in the year asked for, and the days of every calendar year it touches."""
    start = case.application.effective_on
    before = [one for one in account.spells if one.kind is SpellKind.SUSPENSION and not one.is_seasonal]
    times = case.get("suspend.times_a_year")
    begun = len({one.order_id for one in before if one.sealed_on.year == start.year})
    if times.amount is not None and begun >= times.amount:
        yield case.refuse(
            "too_many_a_year", article=times.article, year=start.year, times=begun + 1, allowed=times.amount
        )
    most = most_suspended_days(case.rule_set, on=start)
    # Whatever else is agreed for the years it touches counts, later suspensions too.
    year_end = date(end.year + 1, 1, 1)
    counted = count_days_by_year([*list_suspended_periods(before, until=year_end), DatePeriod(start, end)])
    for year in range(start.year, (end.year if end > date(end.year, 1, 1) else end.year - 1) + 1):
        if most is not None and counted[year] > most:
            yield case.refuse(
                "year_used_up",
                article=case.get("suspend.total_a_year").article,
                year=year,
                days=counted[year],
                allowed=most,
            )


def _check_ban(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Two years after a connection or a reduction the rules of 1996 charge half of what is put out of use."""
    ban = case.get("reduce.ban")
    if ban.amount is None or case.application.accepts_half_charge:
        return
    ended = [
        one.unsealed_on or one.planned_end
        for one in account.spells
        if one.kind is SpellKind.REDUCTION and not one.is_permanent
    ]
    begins = [day for day in [account.connected_on, *ended] if day is not None and day <= case.application.effective_on]
    if begins and case.application.effective_on < add_months(max(begins), ban.amount):
        percent = case.get("reduce.ban_charged_percent").amount
        yield case.refuse(
            "asked_within_ban", article=ban.article, since=max(begins), until=add_months(max(begins), ban.amount),
            charged_percent=percent,
        )  # fmt: skip
