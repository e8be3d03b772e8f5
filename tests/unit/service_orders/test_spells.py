"""What suspensions and reductions do to the basic charge, day by day."""

from datetime import date
from decimal import Decimal

import pytest
from tests.factories.order_applications import SETS, make_spell

from dianke.domain.network.types import TransformerState
from dianke.domain.service_orders.rules.spells import (
    compute_effect,
    count_days_by_year,
    is_in_use,
    list_suspended_periods,
    sum_charged_kva,
)
from dianke.domain.service_orders.types import SpellKind, UnitFacts
from dianke.kernel.period import DatePeriod

UNTIL = date(2020, 1, 1)


def unit(name: str, kva: int, state: str = "RUNNING", *, is_sealed: bool = False) -> UnitFacts:
    return UnitFacts(unit_id=name, capacity_kva=Decimal(kva), state=TransformerState(state), is_sealed=is_sealed)


class TestUnitsInUse:
    @pytest.mark.parametrize(
        ("state", "is_sealed", "counts"),
        [
            ("RUNNING", False, True),
            ("HOT_STANDBY", False, True),
            ("HOT_STANDBY", True, True),  # sealed hot standby is still under voltage
            ("COLD_SEALED", True, False),
            ("COLD_SEALED", False, True),  # nobody sealed it
            ("SUSPENDED", True, False),
            ("REMOVED", False, False),
        ],
    )
    def test_are_all_but_cold_and_sealed_ones(self, state, is_sealed, counts):
        assert is_in_use(unit("T1", 630, state, is_sealed=is_sealed)) is counts

    def test_count_the_largest_of_an_interlocked_group(self):
        units = [unit("T1", 630), unit("T2", 800), unit("T3", 315)]

        assert sum_charged_kva(units, [frozenset({"T1", "T2"})]) == 1115


class TestSuspension:
    @pytest.mark.parametrize(("last", "days"), [(15, 0), (16, 15)])
    def test_ended_on_the_fourteenth_day_never_was(self, last, days):
        spell = make_spell(SpellKind.SUSPENSION, date(2019, 3, 1), date(2019, 6, 1), unsealed_on=date(2019, 3, last))

        effect = compute_effect(spell, rule_set=SETS["RS-2016"], until=UNTIL)

        assert sum(period.days() for period in effect.reduced) == days
        assert [code for code, _ in effect.reasons] == ([] if days else ["ended_before_shortest"])

    def test_is_charged_from_the_end_of_its_term_whether_or_not_asked(self):
        spell = make_spell(SpellKind.SUSPENSION, date(2019, 3, 1), date(2019, 6, 1))

        effect = compute_effect(spell, rule_set=SETS["RS-2016"], until=UNTIL)

        assert effect.reduced == (DatePeriod(date(2019, 3, 1), date(2019, 6, 1)),)
        assert effect.reasons == (("term_is_over", date(2019, 6, 1)),)

    def test_is_charged_when_the_half_year_is_used_up_and_free_again_from_new_year(self):
        spell = make_spell(SpellKind.SUSPENSION, date(2018, 6, 1), date(2019, 3, 1), unsealed_on=date(2019, 3, 1))

        effect = compute_effect(spell, rule_set=SETS["RS-2016"], until=UNTIL)

        # 180 days from 1 June end with 27 November.
        assert effect.reduced == (
            DatePeriod(date(2018, 6, 1), date(2018, 11, 28)),
            DatePeriod(date(2019, 1, 1), date(2019, 3, 1)),
        )
        assert effect.reasons == (("half_year_used_up", date(2018, 11, 28)),)

    def test_shares_the_half_year_with_those_before_it(self):
        before = make_spell(
            SpellKind.SUSPENSION, date(2019, 1, 1), date(2019, 4, 1), order_id="S0", unsealed_on=date(2019, 4, 1)
        )  # 90 days
        spell = make_spell(SpellKind.SUSPENSION, date(2019, 5, 1), date(2019, 12, 1), unsealed_on=date(2019, 12, 1))

        effect = compute_effect(spell, rule_set=SETS["RS-2016"], earlier=[before], until=UNTIL)

        assert effect.reduced == (DatePeriod(date(2019, 5, 1), date(2019, 7, 30)),)

    def test_that_became_a_reduction_asks_no_more_of_the_half_year(self):
        spell = make_spell(
            SpellKind.SUSPENSION, date(2019, 1, 1), date(2019, 6, 1), became_reduction_on=date(2019, 6, 1)
        )

        effect = compute_effect(spell, rule_set=SETS["RS-2016"], until=UNTIL)

        assert effect.reduced == (DatePeriod(date(2019, 1, 1), UNTIL),)

    def test_of_a_seasonal_user_is_not_capped(self):
        spell = make_spell(
            SpellKind.SUSPENSION, date(2019, 1, 1), date(2019, 9, 1), unsealed_on=date(2019, 9, 1), is_seasonal=True
        )

        effect = compute_effect(spell, rule_set=SETS["RS-2016"], until=UNTIL)

        assert effect.reduced == (DatePeriod(date(2019, 1, 1), date(2019, 9, 1)),)


class TestReduction:
    def test_shorter_than_fifteen_days_is_charged_since_2024(self):
        spell = make_spell(SpellKind.REDUCTION, date(2019, 3, 1), date(2019, 12, 1), unsealed_on=date(2019, 3, 15))

        assert compute_effect(spell, rule_set=SETS["RS-2024"], until=UNTIL).reduced == ()
        assert len(compute_effect(spell, rule_set=SETS["RS-2016"], until=UNTIL).reduced) == 1

    def test_of_two_years_without_restoring_is_for_good(self):
        open_spell = make_spell(SpellKind.REDUCTION, date(2016, 2, 29), None)
        restored = make_spell(SpellKind.REDUCTION, date(2016, 2, 29), None, unsealed_on=date(2018, 2, 28))

        effect = compute_effect(open_spell, rule_set=SETS["RS-2016"], until=UNTIL)

        assert effect.permanent_from == date(2018, 2, 28)
        assert compute_effect(restored, rule_set=SETS["RS-2016"], until=UNTIL).permanent_from is None


class TestDaysByYear:
    def test_split_at_new_year_and_count_a_day_once(self):
        spells = [
            make_spell(SpellKind.SUSPENSION, date(2018, 12, 20), date(2019, 1, 10)),
            make_spell(SpellKind.SUSPENSION, date(2018, 12, 25), date(2019, 1, 20), order_id="S2"),
        ]

        assert count_days_by_year(list_suspended_periods(spells, until=UNTIL)) == {2018: 12, 2019: 19}
