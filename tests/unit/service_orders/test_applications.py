"""Every kind of order under every rule set: one accepted, one refused with its article; and the edges."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.factories.order_applications import (
    ACCEPTED_ON,
    BOTH,
    HALF,
    SETS,
    UNITS,
    check,
    codes,
    make_spell,
    party,
)

from dianke.domain.billing.types import BasicMode
from dianke.domain.network.types import TransformerState
from dianke.domain.service_orders.rules.case import REMEDIES
from dianke.domain.service_orders.rules.checks import list_kinds_on_offer
from dianke.domain.service_orders.types import MonthUse, OrderKind, SpellKind, UnitFacts

K = OrderKind
DEBT: dict[str, Any] = {"account": {"debt_fen": 1}}
PLACE = {"applicant_debt_fen": 1}
EVERY_SET = sorted(SETS)

# What is changed in an accepted application, the refusal, and the article of 1996 behind it.
REFUSED: dict[OrderKind, tuple[dict[str, Any], str, str]] = {
    K.SUPPLY_RESIDENT: ({"is_place_taken": True}, "place_is_taken", "REG-SUPPLY-1996 art. 16"),
    K.SUPPLY_LOW: (PLACE, "debts_open", "REG-SUPPLY-1996 art. 16"),
    K.SUPPLY_HIGH_SINGLE: ({"bankrupt_debt_fen": 5}, "bankrupt_debts_open", "REG-SUPPLY-1996 art. 36"),
    K.SUPPLY_HIGH_DUAL: ({"papers": frozenset()}, "papers_missing", "REG-SUPPLY-1996 art. 16"),
    K.INCREASE: ({"capacity_kva": Decimal(1260)}, "capacity_not_above", "REG-SUPPLY-1996 art. 16"),
    K.BATCH: ({"parties": ()}, "too_few_parties", "SRC-OWN-ORDERS"),
    K.TEMPORARY: ({"ends_on": None}, "end_missing", "REG-SUPPLY-1996 art. 12"),
    K.CHARGING_PILE: ({"papers": frozenset({"application", "identity"})}, "papers_missing", "REG-SUPPLY-1996 art. 16"),
    K.SOLAR: ({"account": {"has_open_theft_case": True}}, "theft_case_open", "SRC-OWN-ORDERS"),
    K.REDUCE: ({"ends_on": date(2099, 1, 1)}, "spell_too_long", "REG-SUPPLY-1996 art. 23"),
    K.RESTORE: ({"spell": None}, "spell_missing", "REG-SUPPLY-1996 art. 23"),
    K.RESUME: ({"spell": None}, "spell_missing", "REG-SUPPLY-1996 art. 24"),
    K.EXCHANGE: ({"is_same_address": False}, "other_address", "REG-SUPPLY-1996 art. 25"),
    K.EXCHANGE_BACK: ({"account": {"exchanged_on": None}}, "exchange_missing", "REG-SUPPLY-1996 art. 25"),
    K.RELOCATE: ({"is_same_supply_point": False}, "other_supply_point", "REG-SUPPLY-1996 art. 26"),
    K.MOVE_METER: ({"is_same_supply_point": False}, "other_supply_point", "REG-SUPPLY-1996 art. 27"),
    K.REMOVE: ({"ends_on": date(2099, 1, 1)}, "spell_too_long", "REG-SUPPLY-1996 art. 28"),
    K.REINSTALL: ({"account": {"removed_on": date(2009, 1, 1)}}, "term_is_over", "REG-SUPPLY-1996 art. 28"),
    K.RENAME: ({"is_same_subject": False}, "other_subject", "REG-SUPPLY-1996 art. 29"),
    K.TRANSFER: (DEBT, "debts_open", "REG-SUPPLY-1996 art. 29"),
    K.SPLIT: ({"parties": (party("a", 630), party("b", 631))}, "shares_do_not_add_up", "REG-SUPPLY-1996 art. 30"),
    K.MERGE: ({"capacity_kva": Decimal(1501)}, "capacity_above", "REG-SUPPLY-1996 art. 31"),
    K.CLOSE: (DEBT, "debts_open", "REG-SUPPLY-1996 art. 32"),
    K.CLOSE_FORCED: ({"account": {"months_of_use": {}}}, "readings_missing", "SRC-OWN-ORDERS"),
    K.CHANGE_VOLTAGE: ({"voltage_kv": Decimal(10)}, "voltage_missing", "REG-SUPPLY-1996 art. 34"),
    K.CHANGE_CLASS: ({"is_same_class": True}, "same_class", "REG-SUPPLY-1996 art. 35"),
    K.CHANGE_MODE: ({"account": {"basic_mode": BasicMode.NONE}}, "not_two_part", "REG-SUPPLY-1996 art. 22"),
    K.CHANGE_DEMAND: ({"contract_demand_kw": Decimal("503.99")}, "demand_too_low", "REG-SUPPLY-1996 art. 22"),
    K.MANY_PERSONS: ({"persons": 4}, "too_few_persons", "REG-2617-2011"),
    K.BANKRUPTCY: (DEBT, "claim_missing", "REG-SUPPLY-1996 art. 36"),
}  # fmt: skip
# What the notice of 2016 and the rules of 2024 say themselves; other articles of 1996 are carried over.
OWN_ARTICLES = {
    ("RS-2016", K.CHANGE_MODE): "REG-1583-2016",
    ("RS-2016", K.CHANGE_DEMAND): "REG-1583-2016",
    ("RS-2024", K.CHANGE_MODE): "REG-1583-2016",
    ("RS-2024", K.CHANGE_DEMAND): "REG-1583-2016",
    ("RS-2024", K.REDUCE): "REG-SUPPLY-2024 art. 25",
    ("RS-2024", K.RESTORE): "REG-SUPPLY-2024 art. 25",
}


def article_under(rule_set: str, kind: OrderKind, of_1996: str) -> str:
    carried = f"REG-SUPPLY-2024 (article not read), as {of_1996}"
    is_carried = rule_set == "RS-2024" and of_1996.startswith("REG-SUPPLY-1996")
    return OWN_ARTICLES.get((rule_set, kind), carried if is_carried else of_1996)


class TestEveryKind:
    @pytest.mark.parametrize("rule_set", EVERY_SET)
    @pytest.mark.parametrize("kind", [kind for kind in K if kind is not K.SUSPEND])
    def test_is_accepted(self, kind, rule_set):
        assert check(kind, rule_set) == []

    @pytest.mark.parametrize("rule_set", EVERY_SET)
    @pytest.mark.parametrize("kind", sorted(REFUSED))
    def test_is_refused_with_its_article(self, kind, rule_set):
        told, code, article = REFUSED[kind]

        refusals = check(kind, rule_set, **told)

        assert codes(refusals) == [code]
        assert refusals[0].article == article_under(rule_set, kind, article)
        assert refusals[0].remedy == REMEDIES[code]

    def test_has_a_refusal_here(self):
        assert set(REFUSED) == set(K) - {K.SUSPEND}


class TestSuspend:
    @pytest.mark.parametrize("rule_set", ["RS-1996", "RS-2016"])
    def test_holds_fifteen_days_and_not_fourteen(self, rule_set):
        on = ACCEPTED_ON[rule_set]
        fourteen = check(K.SUSPEND, rule_set, ends_on=date(on.year, 4, 15))

        assert check(K.SUSPEND, rule_set, ends_on=date(on.year, 4, 16)) == []
        assert codes(fourteen) == ["spell_too_short"]
        assert fourteen[0].article == "REG-SUPPLY-1996 art. 24"
        assert dict(fourteen[0].values) == {"days": "14", "least": "15 days"}

    def test_is_withdrawn_in_2024(self):
        refusals = check(K.SUSPEND, "RS-2024")

        assert codes(refusals) == ["kind_withdrawn"]
        assert refusals[0].article == "REG-SUPPLY-2024 art. 25"
        assert K.SUSPEND not in list_kinds_on_offer(SETS["RS-2024"])
        assert K.RESUME in list_kinds_on_offer(SETS["RS-2024"])

    def test_is_refused_a_third_time_in_a_calendar_year(self):
        twice = tuple(
            make_spell(
                SpellKind.SUSPENSION, date(2018, month, 1), date(2018, month, 20), order_id=f"S{month}",
                unsealed_on=date(2018, month, 20),
            )
            for month in (1, 2)
        )  # fmt: skip

        assert codes(check(K.SUSPEND, "RS-2016", account={"spells": twice})) == ["too_many_a_year"]
        assert check(K.SUSPEND, "RS-2016", account={"spells": twice}, is_seasonal=True) == []
        assert check(K.SUSPEND, "RS-2016", account={"spells": twice[:1]}) == []

    def test_counts_a_spell_over_new_year_in_each_year(self):
        before = make_spell(
            SpellKind.SUSPENSION, date(2017, 10, 1), date(2018, 2, 1), unsealed_on=date(2018, 2, 1)
        )  # 92 days of 2017, 31 of 2018

        full = check(K.SUSPEND, "RS-2016", account={"spells": (before,)}, ends_on=date(2018, 8, 28))
        over = check(K.SUSPEND, "RS-2016", account={"spells": (before,)}, ends_on=date(2018, 8, 29))

        assert full == []
        assert codes(over) == ["year_used_up"]
        assert dict(over[0].values) == {"year": "2018", "days": "181", "allowed": "180"}

    def test_counts_what_is_agreed_for_later_in_the_year(self):
        later = make_spell(
            SpellKind.SUSPENSION, date(2018, 7, 1), date(2018, 12, 27), unit_ids=frozenset({"T3"})
        )  # 179 days

        refusals = check(K.SUSPEND, "RS-2016", account={"spells": (later,)})

        assert codes(refusals) == ["year_used_up"]
        assert dict(refusals[0].values) == {"year": "2018", "days": "194", "allowed": "180"}

    def test_takes_the_whole_capacity_in_demand_mode_until_2016(self):
        half = {"unit_ids": HALF, "stopped_meter_ids": frozenset()}

        assert codes(check(K.SUSPEND, "RS-1996", **half)) == ["whole_capacity_only"]
        assert check(K.SUSPEND, "RS-2016", **half) == []
        assert check(K.SUSPEND, "RS-1996", account={"basic_mode": BasicMode.CAPACITY}, **half) == []

    @pytest.mark.parametrize(
        ("rule_set", "last_refused"), [("RS-1996", date(2010, 3, 5)), ("RS-2016", date(2018, 3, 7))]
    )
    def test_keeps_five_days_of_notice_working_days_since_2016(self, rule_set, last_refused):
        early = check(K.SUSPEND, rule_set, effective_on=last_refused)

        assert codes(early) == ["notice_too_short"]
        assert early[0].article == ("REG-SUPPLY-1996 art. 24" if rule_set == "RS-1996" else "REG-1583-2016")
        assert check(K.SUSPEND, rule_set, effective_on=last_refused + timedelta(days=1)) == []

    def test_never_seals_a_unit_twice(self):
        sealed = UnitFacts(unit_id="T1", capacity_kva=Decimal(630), state=TransformerState.SUSPENDED, is_sealed=True)

        assert codes(check(K.SUSPEND, "RS-2016", account={"units": (sealed, UNITS[1])})) == ["unit_already_sealed"]

    def test_does_not_overlap_a_reduction_of_the_unit(self):
        reduced = make_spell(SpellKind.REDUCTION, date(2018, 1, 1), date(2018, 12, 1))

        assert codes(check(K.SUSPEND, "RS-2016", account={"spells": (reduced,)})) == ["spells_overlap"]

    def test_never_leaves_a_running_meter_without_a_unit(self):
        refusals = check(K.SUSPEND, "RS-2016", unit_ids=BOTH, stopped_meter_ids=frozenset())

        assert codes(refusals) == ["meter_without_unit"]

    def test_names_every_reason_at_once(self):
        refusals = check(
            K.SUSPEND,
            "RS-2016",
            account={"has_open_theft_case": True, "open_change_orders": ("O7",)},
            effective_on=date(2018, 2, 1),
            ends_on=date(2018, 2, 5),
        )

        assert codes(refusals) == [
            "backdated", "theft_case_open", "change_order_open", "notice_too_short", "spell_too_short",
        ]  # fmt: skip


class TestReduce:
    def test_holds_six_months_until_2024_and_fifteen_days_since(self):
        assert codes(check(K.REDUCE, "RS-2016", ends_on=date(2018, 9, 30))) == ["spell_too_short"]
        assert check(K.REDUCE, "RS-2016", ends_on=date(2018, 10, 1)) == []
        assert codes(check(K.REDUCE, "RS-2024", ends_on=date(2025, 4, 15))) == ["spell_too_short"]
        assert check(K.REDUCE, "RS-2024", ends_on=date(2025, 4, 16)) == []

    @pytest.mark.parametrize("rule_set", EVERY_SET)
    def test_holds_two_years_and_not_a_day_more(self, rule_set):
        year = ACCEPTED_ON[rule_set].year

        assert check(K.REDUCE, rule_set, ends_on=date(year + 2, 4, 1)) == []
        assert codes(check(K.REDUCE, rule_set, ends_on=date(year + 2, 4, 2))) == ["spell_too_long"]

    def test_within_two_years_of_connection_costs_half_until_2016(self):
        new = {"connected_on": date(2009, 1, 1)}

        assert codes(check(K.REDUCE, "RS-1996", account=new)) == ["asked_within_ban"]
        assert check(K.REDUCE, "RS-1996", account=new, accepts_half_charge=True) == []
        assert check(K.REDUCE, "RS-2016", account={"connected_on": date(2018, 1, 1)}) == []

    def test_is_not_restored_after_its_term(self):
        spell = make_spell(SpellKind.REDUCTION, date(2016, 8, 1), date(2018, 3, 31))

        assert codes(check(K.RESTORE, "RS-2016", spell=spell)) == ["term_is_over"]


class TestCloseForced:
    def test_asks_for_readings_of_all_six_months(self):
        months = {date(2017, month, 1): MonthUse.ZERO for month in (9, 10, 11, 12)} | {
            date(2018, 1, 1): MonthUse.MISSING,
            date(2018, 2, 1): MonthUse.ZERO,
        }

        refusals = check(K.CLOSE_FORCED, "RS-2016", account={"months_of_use": months})

        assert codes(refusals) == ["readings_missing"]
        assert dict(refusals[0].values) == {"months": "2018-01"}

    def test_is_refused_where_the_supply_was_used_or_suspended(self):
        used = dict.fromkeys((date(2017, month, 1) for month in range(9, 13)), MonthUse.ZERO) | {
            date(2018, 1, 1): MonthUse.ZERO,
            date(2018, 2, 1): MonthUse.USED,
        }
        spell = make_spell(SpellKind.SUSPENSION, date(2017, 6, 1), date(2017, 9, 2))

        assert codes(check(K.CLOSE_FORCED, "RS-2016", account={"months_of_use": used})) == ["was_used"]
        assert codes(check(K.CLOSE_FORCED, "RS-2016", account={"spells": (spell,)})) == ["was_suspended"]


class TestOthers:
    @pytest.mark.parametrize(("voltage_kv", "last"), [(10, 1), (20, 1), (35, 1)])
    def test_exchange_ends_by_voltage(self, voltage_kv, last):
        account = {"voltage_kv": Decimal(voltage_kv)}
        month = 7 if voltage_kv >= 35 else 6

        assert check(K.EXCHANGE, "RS-2016", account=account, ends_on=date(2018, month, last)) == []
        late = check(K.EXCHANGE, "RS-2016", account=account, ends_on=date(2018, month, last + 1))
        assert codes(late) == ["spell_too_long"]

    def test_temporary_supply_lasts_six_months_then_three_years(self):
        assert codes(check(K.TEMPORARY, "RS-2016", ends_on=date(2018, 10, 2))) == ["spell_too_long"]
        assert check(K.TEMPORARY, "RS-2016", ends_on=date(2019, 10, 2), is_approved_longer=True) == []
        assert check(K.TEMPORARY, "RS-2024", ends_on=date(2028, 4, 1)) == []
        assert codes(check(K.TEMPORARY, "RS-2024", ends_on=date(2028, 4, 2))) == ["spell_too_long"]

    def test_temporary_supply_is_not_changed(self):
        assert codes(check(K.TRANSFER, "RS-2016", account={"is_temporary": True})) == ["temporary_supply"]
        assert check(K.CLOSE, "RS-2016", account={"is_temporary": True}) == []

    def test_mode_changes_once_a_quarter_with_fifteen_working_days(self):
        recent = {"mode_changed_on": date(2018, 2, 1)}

        assert codes(check(K.CHANGE_MODE, "RS-2016", account=recent)) == ["too_soon"]
        assert check(K.CHANGE_MODE, "RS-2016", account={"mode_changed_on": date(2018, 1, 1)}) == []
        late = check(K.CHANGE_MODE, "RS-2016", accepted_on=date(2018, 3, 13))
        assert codes(late) == ["notice_too_short"]

    def test_lower_voltage_keeps_what_the_line_can_carry(self):
        down = {"voltage_kv": Decimal(6)}

        assert codes(check(K.CHANGE_VOLTAGE, "RS-2016", **down)) == ["answer_missing"]
        assert codes(check(K.CHANGE_VOLTAGE, "RS-2016", line_capacity_kva=Decimal(1259), **down)) == ["line_too_small"]
        assert check(K.CHANGE_VOLTAGE, "RS-2016", line_capacity_kva=Decimal(1260), **down) == []

    def test_bankruptcy_waits_for_no_case_of_theft(self):
        assert check(K.BANKRUPTCY, "RS-2016", account={"has_open_theft_case": True}) == []
        assert check(K.BANKRUPTCY, "RS-2016", account={"debt_fen": 9}, open_claim_fen=9) == []

    def test_merger_asks_every_account_for_its_debts(self):
        owing = (party("a", 1260), party("b", 240, debt_fen=1))

        assert codes(check(K.MERGE, "RS-2016", parties=owing)) == ["party_owes"]
