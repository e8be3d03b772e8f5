"""Who is watched, why, and what a run makes of it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dianke.domain.watching.rules import signs
from dianke.domain.watching.rules.arrears import WatchedScores, find_arrears
from dianke.domain.watching.rules.falling import UNKNOWN, UseFacts, find_falling, measure_falls
from dianke.domain.watching.rules.idle import CapacityFacts, find_idle
from dianke.domain.watching.rules.merging import Living, Resting, plan_run
from dianke.domain.watching.rules.policy import (
    UnableToSetThresholds,
    WatchPolicy,
    check_figures,
    find_policy,
    get_house_policy,
)
from dianke.domain.watching.rules.signs import OPEN_END, DatedFacts, count_days
from dianke.domain.watching.types import Flags, ReasonCode, WatchList

HOUSE = get_house_policy()
ON = date(2026, 3, 1)


def use_of(*pairs: tuple[int, int], classes: list[int] | None = None) -> UseFacts:
    """Return use of (this month, the same month last year) in kWh; the months before were as the last year."""
    now = np.array([[before, before, now] for now, before in pairs]) * 100
    before = np.array([[before] * 3 for _now, before in pairs]) * 100
    now[now < 0], before[before < 0] = UNKNOWN, UNKNOWN
    return UseFacts(now, before, np.array(classes or [1] * len(pairs)))


def codes_of(flags: Flags, place: int = 0) -> list[str]:
    return [reason.code.value for reason in flags.reasons[place]]


def living(size: int, *rows: int) -> np.ndarray:
    found = np.zeros(size, dtype=bool)
    found[list(rows)] = True
    return found


class TestFallingUse:
    def test_begins_at_thirty_percent_and_is_an_alarm_from_fifty(self) -> None:
        use = use_of((7001, 10000), (7000, 10000), (5001, 10000), (5000, 10000))

        flags = find_falling(use, policy=HOUSE, is_living=living(4))

        assert flags.rows.tolist() == [1, 2, 3]
        assert flags.is_alarm.tolist() == [False, False, True]
        assert flags.reasons[0][0].figures == {"now_kwh_e2": 700000, "before_kwh_e2": 1000000, "change_e4": -3000}

    def test_keeps_an_entry_down_to_twenty_percent(self) -> None:
        use = use_of((7900, 10000), (7900, 10000), (8100, 10000))

        flags = find_falling(use, policy=HOUSE, is_living=living(3, 0, 2))

        assert flags.rows.tolist() == [0]

    def test_takes_the_change_of_the_class_out(self) -> None:
        # A mild winter: the class uses a quarter less, one customer thirty-two percent less.
        use = use_of(*[(7500, 10000)] * 40, (6800, 10000), (3700, 10000))

        falls = measure_falls(use, policy=HOUSE)
        flags = find_falling(use, policy=HOUSE, is_living=living(42))

        assert falls.corrected[40] == pytest.approx(0.68 / 0.75 - 1)
        assert flags.rows.tolist() == [41]
        assert codes_of(flags) == ["YEAR_ON_YEAR", "CLASS_CORRECTED", "QUARTER_FELL"]

    def test_judges_nobody_without_both_months_or_of_little_use(self) -> None:
        use = use_of((-1, 10000), (100, -1), (10, 299))

        assert find_falling(use, policy=HOUSE, is_living=living(3)).size == 0

    def test_never_pads_reasons(self) -> None:
        use = replace(use_of((6000, 10000)), now=np.array([[1_200_000, 1_200_000, 600_000]]))

        flags = find_falling(use, policy=HOUSE, is_living=living(1))

        assert codes_of(flags) == ["YEAR_ON_YEAR"]

    def test_finds_the_seeded_and_flags_at_most_one_clean_customer_of_a_hundred(self) -> None:
        source = np.random.default_rng(20_260_301)
        size, seeded = 20_000, 500
        level = source.lognormal(7.0, 0.8, (size, 1)) + 400
        season = 1 + 0.3 * np.sin(np.arange(3))
        weather = np.where(source.random((size, 1)) < 0.5, 0.88, 1.0)
        before = level * season * source.lognormal(0, 0.06, (size, 3))
        now = level * season * weather * source.lognormal(0, 0.06, (size, 3))
        now[:seeded] *= source.uniform(0.2, 0.55, (seeded, 1))
        use = UseFacts((now * 100).astype(np.int64), (before * 100).astype(np.int64), (weather[:, 0] < 1).astype(int))

        flags = find_falling(use, policy=HOUSE, is_living=living(size))

        found, false = int((flags.rows < seeded).sum()), int((flags.rows >= seeded).sum())
        assert found >= 0.99 * seeded
        assert false <= 0.01 * (size - seeded)


class TestIdleCapacity:
    def facts(self, *, demand_kw: int, kwh: int = 10_000, kva: int = 1_000) -> CapacityFacts:
        return CapacityFacts(
            np.array([kva * 1000]), np.array([[kwh * 100] * 3]), np.array([demand_kw * 1000]), np.array([744, 744, 720])
        )

    def test_goes_by_demand_where_it_was_measured(self) -> None:
        flags = find_idle(self.facts(demand_kw=140), policy=HOUSE, is_living=living(1))

        assert flags.is_alarm.tolist() == [True]
        assert codes_of(flags) == ["DEMAND_OF_CAPACITY", "ENERGY_OF_CAPACITY", "CAPACITY_UNUSED"]
        assert flags.reasons[0][0].figures == {"demand_w": 140000, "capacity_va": 1000000, "share_e4": 1400}

    def test_goes_by_energy_where_no_demand_was_measured(self) -> None:
        facts = replace(self.facts(demand_kw=1, kwh=60_000), demand_w=np.array([-1]))

        flags = find_idle(facts, policy=HOUSE, is_living=living(1))

        # 180,000 kWh of 1,000 kVA times 2,208 hours.
        assert flags.reasons[0][0].figures["share_e4"] == 815
        assert (flags.is_alarm.tolist(), codes_of(flags)[0]) == ([False], "ENERGY_OF_CAPACITY")

    @pytest.mark.parametrize(("demand_kw", "kva"), [(300, 1000), (1, 99)])
    def test_leaves_out_what_is_used_or_small(self, demand_kw: int, kva: int) -> None:
        assert find_idle(self.facts(demand_kw=demand_kw, kva=kva), policy=HOUSE, is_living=living(1)).size == 0


def facts_of(*rows: tuple[int, int], until: int = OPEN_END, value: int = 0) -> DatedFacts:
    """Return facts of (customer, days ago)."""
    today = count_days(ON)
    row, day = np.array([one[0] for one in rows]), np.array([today - one[1] for one in rows])
    return DatedFacts(row, day, np.full(row.size, until), np.full(row.size, value))


class TestSigns:
    def test_one_sign_of_leaving_is_a_watch_and_two_are_an_alarm(self) -> None:
        facts = {"own_generation": facts_of((0, 10), (1, 10)), "capacity_cut_asked": facts_of((1, 30))}

        flags = signs.find_leaving(facts, size=3, on=ON, policy=HOUSE)

        assert (flags.rows.tolist(), flags.is_alarm.tolist()) == ([0, 1], [False, True])
        assert codes_of(flags, 1) == ["CAPACITY_CUT", "OWN_GENERATION"]

    @pytest.mark.parametrize(("filings", "flagged"), [(1, []), (2, [0])])
    def test_two_filings_of_suspension_are_a_sign(self, filings: int, flagged: list[int]) -> None:
        facts = {"suspension": facts_of(*[(0, 30 * (step + 1)) for step in range(filings)], until=count_days(ON) - 1)}

        assert signs.find_leaving(facts, size=1, on=ON, policy=HOUSE).rows.tolist() == flagged

    def test_what_ended_or_lies_long_back_or_is_to_come_is_no_sign(self) -> None:
        today = count_days(ON)
        facts = {
            "closing_asked": facts_of((0, 10), until=today), "market_move": facts_of((1, 180)),
            "own_generation": facts_of((2, -1)),
        }  # fmt: skip

        assert signs.find_leaving(facts, size=3, on=ON, policy=HOUSE).size == 0

    def test_a_contract_of_the_market_that_ends_soon_is_a_sign(self) -> None:
        facts = {"market_contract": facts_of((0, 300), until=count_days(ON) + 60)}

        assert codes_of(signs.find_leaving(facts, size=1, on=ON, policy=HOUSE)) == ["CONTRACT_ENDS"]

    def test_complaints_are_counted_within_the_window_and_satisfaction_is_told_with_them(self) -> None:
        facts = {
            "complaint": facts_of((0, 1), (0, 179), (1, 1), (1, 181)), "satisfaction": facts_of((0, 3), value=200),
        }  # fmt: skip

        flags = signs.find_complaining(facts, size=2, on=ON, policy=HOUSE)

        assert flags.rows.tolist() == [0]
        assert codes_of(flags) == ["COMPLAINTS", "DISSATISFIED"]
        assert flags.reasons[0][0].figures == {"count": 2, "days": 180, "day": count_days(ON) - 1}


def test_of_several_accounts_the_one_with_the_largest_loss_speaks() -> None:
    scores = WatchedScores(
        np.array([4, 4, 2]), np.array([100_000, 350_000, 50_000]), np.array([10, 90, 5]), ["C", "C", "D"],
        [["a=1"], ["b=1", "c=2", "d=3"], []],
    )  # fmt: skip

    flags = find_arrears(scores, policy=HOUSE)

    assert (flags.rows.tolist(), flags.is_alarm.tolist(), flags.weight.tolist()) == ([2, 4], [True, True], [5, 90])
    assert [one.code for one in flags.reasons[1]] == [ReasonCode.RISK_GRADE, *[ReasonCode.RISK_CAUSE] * 2]
    assert [one.code for one in flags.reasons[0]] == [ReasonCode.RISK_GRADE, ReasonCode.RISK_LOSS]


def flags_of(rows: list[int], alarms: list[int], weights: list[int] | None = None) -> Flags:
    is_alarm = np.isin(rows, alarms)
    return Flags(np.array(rows, dtype=np.int64), is_alarm, np.array(weights or rows), [()] * len(rows))


def nobody() -> tuple[Living, Resting]:
    none = np.zeros(0, dtype=np.int64)
    return Living(none, none, none.astype(bool)), Resting(none, none.astype(bool))


class TestPlan:
    def test_the_most_urgent_come_first_where_a_run_raises_only_some(self) -> None:
        figures = check_figures({"GENERAL": {"most_new": 2}})
        living_, resting = nobody()

        plan = plan_run(
            flags_of([0, 1, 2], alarms=[1], weights=[9, 1, 10]), living=living_, resting=resting,
            policy=WatchPolicy(ON, figures), is_judged=living(3, 0, 1, 2),
        )  # fmt: skip

        assert (plan.new.tolist(), plan.left_out) == ([1, 2], 1)

    def test_an_alarm_breaks_the_rest_of_a_watch_and_not_that_of_an_alarm(self) -> None:
        living_, _resting = nobody()
        resting = Resting(np.array([0, 1, 2]), np.array([False, True, False]))

        plan = plan_run(
            flags_of([0, 1, 2], alarms=[0, 1]), living=living_, resting=resting, policy=HOUSE,
            is_judged=living(3, 0, 1, 2),
        )  # fmt: skip

        assert (plan.new.tolist(), plan.resting) == ([0], 2)

    def test_lapses_after_four_runs_unless_somebody_took_it_or_nothing_could_be_judged(self) -> None:
        living_ = Living(np.array([0, 1, 2, 3]), np.array([3, 3, 3, 0]), np.array([False, True, False, False]))

        plan = plan_run(
            flags_of([], []), living=living_, resting=nobody()[1], policy=HOUSE, is_judged=living(4, 0, 1, 3)
        )

        assert (plan.lapsed.tolist(), plan.missed.tolist()) == ([0], [1, 3])

    @settings(deadline=None)
    @given(
        flagged=st.sets(st.integers(0, 30)), alive=st.sets(st.integers(0, 30)), rests=st.sets(st.integers(0, 30)),
        alarms=st.sets(st.integers(0, 30)),
    )  # fmt: skip
    def test_nobody_is_raised_twice_and_everybody_is_accounted_for(
        self, flagged: set[int], alive: set[int], rests: set[int], alarms: set[int]
    ) -> None:
        rows, kept = sorted(flagged), np.array(sorted(alive), dtype=np.int64)
        living_ = Living(kept, np.zeros(kept.size, dtype=np.int64), np.zeros(kept.size, dtype=bool))
        resting = Resting(np.array(sorted(rests), dtype=np.int64), np.zeros(len(rests), dtype=bool))
        flags = flags_of(rows, sorted(alarms))

        plan = plan_run(flags, living=living_, resting=resting, policy=HOUSE, is_judged=np.ones(31, dtype=bool))

        raised = set(flags.rows[plan.new].tolist())
        assert raised & alive == set()
        assert {rows[place] for _entry, place in plan.continued.tolist()} == flagged & alive
        assert len(raised) + len(plan.continued) + plan.resting + plan.left_out == len(flagged)
        assert set(kept[plan.missed].tolist()) | set(kept[plan.lapsed].tolist()) == alive - flagged


class TestPolicy:
    def test_the_last_of_those_that_began_is_in_force(self) -> None:
        early, late = (WatchPolicy(day, HOUSE.figures) for day in (date(2026, 1, 1), date(2026, 3, 2)))

        assert find_policy([late, early], on=ON) is early
        assert find_policy([late], on=ON) is HOUSE

    @pytest.mark.parametrize(
        "given_",
        [
            {"FALLING_USE": {"watch_percent": 60}},
            {"FALLING_USE": {"watch_percent": 101, "alarm_percent": 101}},
            {"FALLING_USE": {"class_corrected": 2}},
            {"FALLING_USE": {"least_kwh": "300"}},
            {"FALLING_USE": {"least_kwh": True}},
            {"FALLING_USE": {"unheard_of": 1}},
            {"UNHEARD_OF": {"rest_days": 1}},
            {"GENERAL": {"rest_days": 0}},
        ],
    )
    def test_figures_that_do_not_do_are_refused(self, given_: dict[str, dict[str, object]]) -> None:
        with pytest.raises(UnableToSetThresholds):
            check_figures(given_)

    def test_what_is_not_given_is_the_house_s(self) -> None:
        made = check_figures({WatchList.COMPLAINTS.value: {"calls": 9}})

        assert made["COMPLAINTS"] == {**HOUSE.figures["COMPLAINTS"], "calls": 9}
        assert made["FALLING_USE"] == HOUSE.figures["FALLING_USE"]
