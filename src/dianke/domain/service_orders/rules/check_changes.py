"""Exchange, relocation, removal, names and owners, splits and mergers, closing."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from dianke.domain.service_orders.rules.case import OWN_RULE, Case
from dianke.domain.service_orders.rules.months import add_months
from dianke.domain.service_orders.types import AccountFacts, MonthUse, Refusal, Spell


def check_exchange(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against a temporary exchange: whole unit, same place, term by voltage."""
    high_from = case.get("exchange.high_from").amount or 0
    is_high = account.voltage_kv >= high_from
    yield from case.check_longest("exchange.longest_high" if is_high else "exchange.longest_low")
    if not case.application.unit_ids:
        yield case.refuse("unit_missing")
    unknown = case.application.unit_ids - {unit.unit_id for unit in account.units}
    if unknown:
        yield case.refuse("unit_unknown", units=", ".join(sorted(unknown)))
    yield from case.must_be(case.application.is_whole_unit, True, "part_of_unit")
    yield from case.must_be(case.application.is_same_address, True, "other_address")


def check_exchange_back(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against the end of an exchange: one must be running; a late end is an end."""
    if account.exchanged_on is None:
        yield case.refuse("exchange_missing")


def check_relocate(case: Case, _account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against a relocation: the notice, and a new place that is not at the old supply point."""
    yield from case.check_notice("relocate.notice")
    yield from case.must_be(case.application.is_same_supply_point, True, "other_supply_point")


def check_move_meter(case: Case, _account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against moving a meter: address, class and supply point stay."""
    yield from _check_same_place(case)


def check_remove(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against a temporary removal: its term, or units that rest by agreement."""
    yield from case.check_longest("remove.longest")
    yield from _check_no_spell(case, account)


def check_reinstall(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against a reinstallation: no removal, or one whose term is over."""
    longest = case.get("remove.longest")
    if account.removed_on is None:
        yield case.refuse("removal_missing")
    elif case.application.effective_on <= account.removed_on:
        # A transformer that was sealed today runs again tomorrow at the earliest.
        earliest = account.removed_on + timedelta(days=1)
        yield case.refuse("notice_too_short", article=OWN_RULE, asked=case.application.effective_on, earliest=earliest)
    elif longest.amount is not None and case.application.effective_on > add_months(account.removed_on, longest.amount):
        last = add_months(account.removed_on, longest.amount)
        yield case.refuse("term_is_over", article=longest.article, asked=case.application.effective_on, term_end=last)


def check_rename(case: Case, _account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against another name: it is of the same subject, place and class."""
    yield from case.must_be(case.application.is_same_subject, True, "other_subject")
    yield from case.must_be(case.application.is_same_address, True, "other_address")
    yield from case.must_be(case.application.is_same_class, True, "other_class")


def check_transfer(case: Case, _account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against another owner: another subject at the same place, of the same class."""
    yield from case.must_be(case.application.is_same_subject, False, "same_subject")
    yield from case.must_be(case.application.is_same_address, True, "other_address")
    yield from case.must_be(case.application.is_same_class, True, "other_class")


def check_split(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against a split: place and supply point stay, the shares make up the capacity."""
    asked = case.application
    yield from case.must_be(asked.is_same_address, True, "other_address")
    yield from case.must_be(asked.is_same_supply_point, True, "other_supply_point")
    yield from case.must_be(asked.is_separable, True, "not_separable")
    if len(asked.parties) < 2:
        yield case.refuse("too_few_parties", parties=len(asked.parties), least=2)
    shares = sum((party.capacity_kva for party in asked.parties), Decimal(0))
    if shares != account.capacity_kva or any(party.capacity_kva <= 0 for party in asked.parties):
        yield case.refuse("shares_do_not_add_up", shares_kva=shares, capacity_kva=account.capacity_kva)
    yield from _check_no_spell(case, account)


def check_merge(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against a merger: adjacent accounts at one supply point, without debts, no more capacity."""
    asked, least = case.application, case.get("merge.least_accounts")
    if len(asked.parties) < (least.amount or 0):
        yield case.refuse("too_few_parties", parties=len(asked.parties), least=least.amount)
    for party in asked.parties:
        if not party.is_same_supply_point or not party.is_adjacent:
            yield case.refuse("not_adjacent", account=party.name)
        if party.debt_fen > 0:
            yield case.refuse("party_owes", account=party.name, debt_fen=party.debt_fen)
        if party.open_change_orders:
            yield case.refuse("change_order_open", article=OWN_RULE, orders=", ".join(party.open_change_orders))
        if party.has_spell:
            yield case.refuse("spells_overlap", article=OWN_RULE, account=party.name)
    total = sum((party.capacity_kva for party in asked.parties), Decimal(0))
    if asked.capacity_kva is not None and asked.capacity_kva > total:
        excess = asked.capacity_kva - total
        yield case.refuse("capacity_above", before_kva=total, after_kva=asked.capacity_kva, excess_kva=excess)
    yield from _check_no_spell(case, account)


def check_close(case: Case, _account: AccountFacts) -> Iterator[Refusal]:
    """Yield what stands against closing: use goes on, or the meter was found damaged."""
    yield from case.must_be(case.application.has_stopped_all, True, "supply_not_stopped")
    if case.application.is_meter_intact is False:
        yield case.refuse("meter_damaged")


def check_close_forced(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """
    Yield what stands against closing a supply that nobody uses.

    Each whole month before acceptance must be read and zero: a month without a reading proves nothing.
    """
    unused = case.get("close_forced.unused")
    this_month = case.application.accepted_on.replace(day=1)
    months = [add_months(this_month, -back) for back in range(unused.amount or 0, 0, -1)]
    said = {month: account.months_of_use.get(month, MonthUse.MISSING) for month in months}
    missing = [month for month in months if said[month] is MonthUse.MISSING]
    used = [month for month in months if said[month] is MonthUse.USED]
    if missing:
        yield case.refuse("readings_missing", article=OWN_RULE, months=_show(missing))
    if used:
        yield case.refuse("was_used", article=unused.article, months=_show(used))
    agreed = [one for one in account.spells if months and _overlaps(one, months[0], this_month)]
    if agreed or account.removed_on is not None:
        since = agreed[0].sealed_on if agreed else account.removed_on
        yield case.refuse("was_suspended", article=unused.article, since=since)


def _check_no_spell(case: Case, account: AccountFacts) -> Iterator[Refusal]:
    """Refuse while units rest by agreement: a spell belongs to the units and the account that it began with."""
    running = [spell for spell in account.spells if spell.unsealed_on is None]
    if running:
        yield case.refuse("spells_overlap", article=OWN_RULE, since=running[0].sealed_on)


def _check_same_place(case: Case) -> Iterator[Refusal]:
    yield from case.must_be(case.application.is_same_address, True, "other_address")
    yield from case.must_be(case.application.is_same_class, True, "other_class")
    yield from case.must_be(case.application.is_same_supply_point, True, "other_supply_point")


def _overlaps(spell: Spell, start: date, end: date) -> bool:
    """Return whether a spell is agreed for some of the days; past its term nothing is agreed any more."""
    ends = [day for day in (spell.planned_end, spell.unsealed_on) if day is not None]
    return spell.sealed_on < end and (not ends or min(ends) > start)


def _show(months: list[date]) -> str:
    return ", ".join(month.strftime("%Y-%m") for month in months)
