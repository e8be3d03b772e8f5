"""Applications that each rule set accepts, kind by kind, for tests to change."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from dianke.domain.billing.types import BasicMode
from dianke.domain.service_orders.rules.case import NEW_SUPPLIES
from dianke.domain.service_orders.rules.catalog import Need, list_materials
from dianke.domain.service_orders.rules.checks import check_application
from dianke.domain.service_orders.rules.rule_sets import choose_rule_set, load_rule_sets
from dianke.domain.service_orders.types import (
    AccountFacts,
    ApplicationFacts,
    MeterFacts,
    MonthUse,
    OrderKind,
    PartyFacts,
    Refusal,
    RuleSet,
    Spell,
    SpellKind,
    UnitFacts,
)
from dianke.kernel.calendar import load_mainland_calendar

SETS = {one.code: one for one in load_rule_sets()}
ACCEPTED_ON = {"RS-1996": date(2010, 3, 1), "RS-2016": date(2018, 3, 1), "RS-2024": date(2025, 3, 3)}
HALF, BOTH = frozenset({"T1"}), frozenset({"T1", "T2"})

UNITS = (UnitFacts(unit_id="T1", capacity_kva=Decimal(630)), UnitFacts(unit_id="T2", capacity_kva=Decimal(630)))
SAME = {"is_same_address": True, "is_same_class": True, "is_same_supply_point": True}


def party(name: str, capacity_kva: int, **told: Any) -> PartyFacts:
    return PartyFacts(name=name, capacity_kva=Decimal(capacity_kva), **told)


def make_spell(kind: SpellKind, sealed_on: date, planned_end: date | None, **told: Any) -> Spell:
    given: dict[str, Any] = {"order_id": "S1", "unit_ids": HALF, "rule_set": "RS-1996"} | told
    return Spell(kind=kind, sealed_on=sealed_on, planned_end=planned_end, **given)


def make_account(on: date, **told: Any) -> AccountFacts:
    this_month = on.replace(day=1)
    months = [
        date(this_month.year - (this_month.month <= back), (this_month.month - back - 1) % 12 + 1, 1)
        for back in range(1, 7)
    ]
    account = AccountFacts(
        account_id="A1",
        capacity_kva=Decimal(1260),
        voltage_kv=Decimal(10),
        is_resident=True,
        basic_mode=BasicMode.CONTRACT_DEMAND,
        units=UNITS,
        meters=(MeterFacts(meter_id="M1", unit_ids=BOTH),),
        removed_on=None,
        exchanged_on=on,
        months_of_use=dict.fromkeys(months, MonthUse.ZERO),
    )
    return replace(account, **told)


def make_application(kind: OrderKind, accepted_on: date, **told: Any) -> ApplicationFacts:
    """Return an application of a kind that nothing stands against, changed by what is told."""
    year = accepted_on.year
    end = date(year, 10, 1)
    by_kind: dict[OrderKind, dict[str, Any]] = {
        OrderKind.INCREASE: {"capacity_kva": Decimal(2000)},
        OrderKind.REDUCE: {"unit_ids": HALF, "ends_on": end},
        OrderKind.RESTORE: {"spell": make_spell(SpellKind.REDUCTION, date(year - 1, 8, 1), date(year, 8, 1))},
        OrderKind.SUSPEND: {"unit_ids": BOTH, "stopped_meter_ids": {"M1"}, "ends_on": date(year, 4, 16)},
        OrderKind.RESUME: {"spell": make_spell(SpellKind.SUSPENSION, date(year, 3, 1), date(year, 6, 1))},
        OrderKind.EXCHANGE: {
            "unit_ids": HALF,
            "ends_on": date(year, 6, 1),
            "is_whole_unit": True,
            "is_same_address": True,
        },
        OrderKind.RELOCATE: {"is_same_supply_point": True},
        OrderKind.MOVE_METER: SAME,
        OrderKind.REMOVE: {"ends_on": end},
        OrderKind.RENAME: SAME | {"is_same_subject": True},
        OrderKind.TRANSFER: SAME | {"is_same_subject": False},
        OrderKind.SPLIT: SAME | {"is_separable": True, "parties": (party("a", 630), party("b", 630))},
        OrderKind.MERGE: {"capacity_kva": Decimal(1500), "parties": (party("a", 1260), party("b", 240))},
        OrderKind.CLOSE: {"has_stopped_all": True},
        OrderKind.CHANGE_VOLTAGE: {"voltage_kv": Decimal(35)},
        OrderKind.CHANGE_CLASS: {"is_same_supply_point": True, "is_same_class": False},
        OrderKind.CHANGE_DEMAND: {"contract_demand_kw": Decimal(504)},
        OrderKind.CHANGE_MODE: {"basic_mode": BasicMode.CAPACITY},
        OrderKind.MANY_PERSONS: {"persons": 5},
        OrderKind.BATCH: {"parties": (party("1-101", 8),)},
        OrderKind.TEMPORARY: {"ends_on": end},
    }
    if kind in NEW_SUPPLIES:
        by_kind.setdefault(kind, {})
        by_kind[kind] |= {"capacity_kva": Decimal(1260)}
    papers = frozenset(p.code for p in list_materials(kind=kind, on=accepted_on) if p.need is Need.MANDATORY)
    base = ApplicationFacts(kind=kind, accepted_on=accepted_on, effective_on=date(year, 4, 1), papers=papers)
    return replace(base, **(by_kind.get(kind, {}) | told))


def check(kind: OrderKind, rule_set: str, *, account: dict[str, Any] | None = None, **told: Any) -> list[Refusal]:
    """Return what stands against an application that differs from an accepted one by what is told."""
    on = told.pop("accepted_on", ACCEPTED_ON[rule_set])
    asked = make_application(kind, on, **told)
    facts = make_account(on, **({"removed_on": on} if kind is OrderKind.REINSTALL else {}) | (account or {}))
    return check_application(
        application=asked, account=facts, rule_set=SETS[rule_set], calendar=load_mainland_calendar()
    )


def codes(refusals: list[Refusal]) -> list[str]:
    return [refusal.code for refusal in refusals]


def choose(day: date) -> RuleSet:
    return choose_rule_set(load_rule_sets(), accepted_on=day)
