"""Every tag of the product: the list, one customer who has it, one who has not, what is not known."""

# ruff: noqa: E501 - the edges stand as a table

import re
from pathlib import Path

import numpy as np
import pytest

from dianke.domain.profiles.rules import catalogue, valuing
from dianke.domain.profiles.rules.packing import pack_column, unpack_column
from dianke.domain.profiles.types import DOES_NOT_APPLY, NO_CONSENT, NONE, NOT_KNOWN, SLOTS, Tag
from dianke.engine.tags.language import list_comparisons
from dianke.engine.tags.types import UNKNOWN, Comparison, FactKind

TODAY = 20_000
TAGS = {one.code: one for one in catalogue.list_built_in()}
KNOWN = catalogue.list_facts_known()
SPEC = Path(__file__).parents[3] / ".." / "shared" / "spec" / "algorithms.md"
FAMILIES = {"基本": "BASIC", "用电行为": "USE", "缴费信用": "PAYMENT", "服务": "SERVICE", "市场": "MARKET"}
HOME, SHOP = {"usage_class": 1, "kind": 1}, {"usage_class": 4, "kind": 2}
# Facts at the edge: what just has the value, and what just has not; ratios in 1e-4, energy in 1e-2 kWh.
EDGES: list[tuple[str, str, dict[str, int], dict[str, int]]] = [
    ("CUSTOMER_KIND", "COMPANY", {"kind": 2}, {"kind": 1}),
    ("INDUSTRY", "MANUFACTURING", {"kind": 2, "industry_division": 43}, {"kind": 2, "industry_division": 44}),
    ("VOLTAGE_LEVEL", "MEDIUM", {"voltage": 1_000}, {"voltage": 999}),
    ("SUPPLY_SOURCES", "MULTIPLE", {"feeders": 3}, {"feeders": 2}),
    ("CAPACITY_BAND", "BELOW_315", SHOP | {"capacity": 1_000}, SHOP | {"capacity": 3_150}),
    ("USE_NATURE", "AGRICULTURAL", {"usage_class": 3}, {"usage_class": 4}),
    ("TOWN_OR_COUNTRY", "COUNTRY", {"is_rural": 1}, {"is_rural": 0}),
    ("IMPORTANCE", "FIRST", {"importance": 3}, {"importance": 1}),
    ("CUSTOMER_AGE", "NEW", {"since": TODAY - 364}, {"since": TODAY - 365}),
    ("OWNER_OR_TENANT", "TENANT", {"has_tenant": 1, "has_owner": 1}, {"has_tenant": 0, "has_owner": 1}),
    ("LARGE_HOUSEHOLD", "YES", HOME | {"has_many_persons": 0, "household_size": 5}, HOME | {"has_many_persons": 0, "household_size": 4}),
    ("IN_NEED", "YES", HOME | {"is_needy": 1}, HOME | {"is_needy": 0}),
    ("HIGH_CONSUMPTION_TRADE", "YES", SHOP | {"industry_division": 31}, SHOP | {"industry_division": 33}),
    ("COAL_TO_ELECTRICITY", "YES", HOME | {"heats_with_power": 1}, HOME | {"heats_with_power": 0}),
    ("ROOF_PANELS", "YES", {"has_panels": 0, "generated": 1, "has_own_generation": 0}, {"has_panels": 0, "generated": 0, "has_own_generation": 0}),
    ("CHARGING", "YES", {"has_charger": 1}, {"has_charger": 0}),
    ("STORAGE", "YES", {"has_storage": 1}, {"has_storage": 0}),
    ("RESELLS_POWER", "YES", SHOP | {"resells_power": 1}, SHOP | {"resells_power": 0}),
    ("ENERGY_LEVEL", "MIDDLE", HOME | {"energy_12": 240_000}, HOME | {"energy_12": 239_999}),
    ("TREND", "GROWING", {"trend": 1_000}, {"trend": 999}),
    ("SEASON", "SUMMER", {"summer_ratio": 13_000, "winter_ratio": 12_999}, {"summer_ratio": 12_999, "winter_ratio": 12_999}),
    ("PEAK_OR_VALLEY", "VALLEY", {"peak_share": 1_000, "valley_share": 4_500}, {"peak_share": 1_000, "valley_share": 4_499}),
    ("LOAD_FACTOR", "HIGH", {"load_factor": 6_000}, {"load_factor": 5_999}),
    ("NIGHT_USE", "YES", {"valley_share": 5_000}, {"valley_share": 4_999}),
    ("WEEKEND_USE", "YES", {"weekend_ratio": 13_000}, {"weekend_ratio": 12_999}),
    ("HOLIDAY_STOP", "YES", SHOP | {"holiday_ratio": 4_000}, SHOP | {"holiday_ratio": 4_001}),
    ("WEATHER_SENSITIVE", "YES", {"weather_share": 2_500}, {"weather_share": 2_499}),
    ("MAYBE_EMPTY", "YES", HOME | {"idle_months": 3}, HOME | {"idle_months": 2}),
    ("RESTLESS", "YES", {"spread": 3_000}, {"spread": 2_999}),
    ("INTERRUPTIBLE", "YES", SHOP | {"demand": 500, "importance": 1, "load_factor": 3_000}, SHOP | {"demand": 499, "importance": 1, "load_factor": 3_000}),
    ("DEMAND_SAVING", "YES", SHOP | {"basic_mode": 2, "capacity_use": 6_699, "load_factor": 9_000}, SHOP | {"basic_mode": 2, "capacity_use": 6_700, "load_factor": 9_000}),
    ("POWER_FACTOR_LOW", "YES", SHOP | {"power_factor_months": 2}, SHOP | {"power_factor_months": 1}),
    ("OVER_CAPACITY", "YES", SHOP | {"capacity_use": 10_001, "contract_demand": 0, "demand": 9}, SHOP | {"capacity_use": 10_000, "contract_demand": 0, "demand": 9}),
    ("SAVING_POTENTIAL", "YES", SHOP | {"power_factor_months": 6}, SHOP | {"power_factor_months": 5, "capacity_use": 3_000, "load_factor": 1, "energy_12": 0, "weather_share": 0}),
    ("PAYS_WITH", "CASH", {"main_tender": 1}, {"main_tender": 4}),
    ("CHANNEL", "ONLINE", {"main_channel": 3}, {"main_channel": 1}),
    ("PRE_OR_POSTPAID", "PREPAID", {"is_prepaid": 1}, {"is_prepaid": 0}),
    ("PUNCTUALITY", "OFTEN_LATE", {"late_share": 2_500, "days_late": 50, "late_count": 3, "bills_due": 12}, {"late_share": 1_667, "days_late": 50, "late_count": 2, "bills_due": 12}),
    ("HEEDS_REMINDERS", "YES", {"reminders_12": 2, "days_late": 99}, {"reminders_12": 2, "days_late": 100}),
    ("OFTEN_SHORT", "YES", {"low_balance_notices_12": 3, "debits_failed_12": 0}, {"low_balance_notices_12": 2, "debits_failed_12": 1}),
    ("LATE_FEES", "MANY", {"late_fees_12": 3}, {"late_fees_12": 2}),
    ("CREDIT_GRADE", "D", {"credit_grade": 6}, {"credit_grade": 5}),
    ("RISK_WARNING", "YES", {"is_watched": 0, "risk_grade": 4}, {"is_watched": 0, "risk_grade": 3}),
    ("WITHHOLDING", "YES", {"has_mandate": 1}, {"has_mandate": 0}),
    ("INVOICE", "SPECIAL", {"invoice_kind": 2}, {"invoice_kind": 1}),
    ("CALLS", "MANY", {"calls_12": 4}, {"calls_12": 3}),
    ("COMPLAINS", "YES", {"complaints_12": 1, "satisfaction": 20}, {"complaints_12": 1, "satisfaction": 21}),
    ("COMPLAINS_AGAIN", "YES", {"repeated_complaints_12": 1}, {"repeated_complaints_12": 0}),
    ("OUTAGE_SENSITIVE", "YES", {"outages_felt_12": 2, "importance": 1}, {"outages_felt_12": 1, "importance": 1}),
    ("BILL_SENSITIVE", "YES", {"bill_swing": 15_000, "calls_12": 1}, {"bill_swing": 14_999, "calls_12": 1}),
    ("REPAIRS_OFTEN", "YES", {"repair_calls_12": 3}, {"repair_calls_12": 2}),
    ("ONLINE", "ACTIVE", {"online_logins_3": 6}, {"online_logins_3": 5}),
    ("NEEDS_CARE", "YES", {"needs_care": 1}, {"needs_care": 0}),
    ("DO_NOT_DISTURB", "YES", {"do_not_disturb": 1}, {"do_not_disturb": 0}),
    ("OWN_MANAGER", "YES", {"has_manager": 1}, {"has_manager": 0}),
    ("SATISFACTION", "HIGH", {"satisfaction": 40}, {"satisfaction": 39}),
    ("RECOMMENDS", "PROMOTER", {"nps": 9}, {"nps": 8}),
    ("BUYS_FROM", "MARKET", SHOP | {"has_market_contract": 1}, SHOP | {"has_market_contract": 0}),
    ("CONTRACT_ENDS", "IN_30", {"has_market_contract": 1, "contract_end": TODAY + 30}, {"has_market_contract": 1, "contract_end": TODAY + 31}),
    ("LEAVING", "HIGH", SHOP | {"closing_asked_12": 0, "market_moves_12": 1, "trend": -3_000, "has_own_generation": 0, "capacity_cuts_12": 0}, SHOP | {"closing_asked_12": 0, "market_moves_12": 1, "trend": -2_999, "has_own_generation": 0, "capacity_cuts_12": 0}),
    ("GREEN_POWER", "YES", {"wants_green_power": 1}, {"wants_green_power": 0}),
    ("ENERGY_SERVICES", "YES", {"wants_energy_service": 1}, {"wants_energy_service": 0}),
    ("DEMAND_RESPONSE", "YES", {"has_demand_response": 1}, {"has_demand_response": 0}),
    ("VALUE_CLASS", "MAIN", {"value_class": 2}, {"value_class": 3}),
]  # fmt: skip


def value(tag: Tag, facts: dict[str, int], **also: object) -> int:
    columns = {code: np.array([facts.get(code, UNKNOWN)], dtype=np.int64) for code in KNOWN}
    return int(valuing.value_customers(tag, columns=columns, today=TODAY, **also)[0])  # type: ignore[arg-type]


@pytest.mark.parametrize(("code", "wanted", "has", "has_not"), EDGES, ids=[one[0] for one in EDGES])
def test_the_edge_decides(code: str, wanted: str, has: dict[str, int], has_not: dict[str, int]) -> None:
    tag = TAGS[code]
    number = tag.number_of(wanted)

    assert value(tag, has) == number
    assert value(tag, has_not) not in (number, NOT_KNOWN)


def test_every_tag_has_its_edge_tested() -> None:
    assert [one[0] for one in EDGES] == list(TAGS)


@pytest.mark.parametrize("tag", TAGS.values(), ids=list(TAGS))
def test_nothing_is_said_of_whom_nothing_is_known(tag: Tag) -> None:
    assert value(tag, {}) == NOT_KNOWN


def test_the_tags_are_the_sixty_four_by_slot() -> None:
    assert [one.slot for one in TAGS.values()] == list(range(64))
    assert len(TAGS) == 64 < SLOTS


def test_the_families_hold_as_many_as_the_list_they_follow() -> None:
    if not SPEC.exists():
        pytest.skip("the specification is not beside the project")
    lines = [re.match(r"- (\S+): (.+)", line) for line in SPEC.read_text("utf-8").splitlines()]
    listed = {FAMILIES[one[1]]: len(one[2].split(",")) for one in lines if one and one[1] in FAMILIES}
    own: dict[str, int] = {}
    for tag in TAGS.values():
        own[tag.family.value] = own.get(tag.family.value, 0) + 1

    assert own == listed


def test_what_a_tag_is_made_of_asks_for_no_more_than_the_tag_does() -> None:
    order = (catalogue.VIEW, catalogue.VIEW_PAYMENT, catalogue.VIEW_CARE)
    softer = {
        tag.code for tag in TAGS.values()
        if order.index(tag.right) < order.index(catalogue.find_strictest([KNOWN[one].right for one in valuing.list_needed(tag)]))
    }  # fmt: skip

    # A large household is a matter of the contract, though its proof is a mark.
    assert softer == {"LARGE_HOUSEHOLD"}


def test_who_is_not_meant_and_who_did_not_agree_have_no_value() -> None:
    tag = TAGS["CAPACITY_BAND"]

    assert value(tag, HOME | {"capacity": 1_000}) == DOES_NOT_APPLY
    assert value(TAGS["GREEN_POWER"], {"wants_green_power": 1}, is_free=np.array([False])) == NO_CONSENT
    assert value(TAGS["IMPORTANCE"], {"importance": 1}) == NONE


def test_only_what_is_due_changes_and_keeps_its_first_day() -> None:
    old, since = np.zeros((1, SLOTS), dtype=np.int8), np.zeros((1, SLOTS), dtype=np.int16)
    old[0, :3], since[0, :3] = (1, 1, 1), (10, 11, 12)
    new = old.copy()
    new[0, :3] = (2, 1, 2)

    merged, days, changed = valuing.merge_values(old=old, old_since=since, new=new, due=[0, 1], today=50)

    assert (merged[0, :3].tolist(), days[0, :3].tolist()) == ([2, 1, 1], [50, 11, 12])
    assert changed[0, :3].tolist() == [True, False, False]


@pytest.mark.parametrize(
    "column", [[], [UNKNOWN], [0, -1, UNKNOWN, 127], [-128, 5], [2**31, UNKNOWN], [-(2**40), 2**40]]
)
def test_columns_come_back_as_they_were_packed(column: list[int]) -> None:
    assert unpack_column(pack_column(np.array(column, dtype=np.int64))).tolist() == column


def test_conditions_compare_only_as_their_facts_allow() -> None:
    said: list[Comparison] = [
        one for tag in TAGS.values() for part in tag.values for one in list_comparisons(part.when)
    ]

    assert {one.sign for one in said if KNOWN[one.fact].fact.kind is FactKind.BOOLEAN} == {"true"}
