"""Average prices are exact, comparisons are made only where both sides hold bills, and parts add up to totals."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from dianke.domain.billing.rules.period_comparison import compare_periods
from dianke.domain.billing.rules.statistics import (
    NOTHING,
    BilledSums,
    MonthSums,
    build_statistics,
    grow,
    list_months,
    shift_month,
)
from dianke.kernel.money import round_fraction

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
HOMES = BilledSums(bill_count=2, energy_kwh_e2=40_000, energy_fen=24_000, amount_fen=24_000)
WORKS = BilledSums(
    bill_count=1,
    energy_kwh_e2=160_000,
    basic_fen=20_000,
    energy_fen=104_000,
    power_factor_fen=-1_000,
    funds_fen=3_000,
    amount_fen=126_500,
)


def cells(month: date, **sums: BilledSums) -> list[MonthSums]:
    return [MonthSums(key, month, one) for key, one in sums.items()]


class TestAveragePrice:
    def test_is_the_amount_over_the_energy(self) -> None:
        found = build_statistics(cells(JANUARY, homes=HOMES, works=WORKS), first=JANUARY, last=JANUARY)

        # 1505.00 yuan over 2000 kWh.
        assert found.total.sums.price == Fraction("0.7525")
        assert [(row.key, row.sums.price) for row in found.rows] == [
            ("works", Fraction("0.790625")),
            ("homes", Fraction("0.6")),
        ]

    def test_is_missing_where_no_energy_was_billed(self) -> None:
        assert BilledSums(amount_fen=500).price is None
        assert BilledSums(energy_kwh_e2=-100, amount_fen=-50).price is None

    def test_leaves_what_no_part_holds_to_other_charges(self) -> None:
        assert WORKS.other_fen == 500

    def test_keeps_back_billings_and_penalties_apart_from_other_charges(self) -> None:
        theft = BilledSums(recovery_fen=1_080_000, penalty_fen=3_240_000, amount_fen=4_320_000)

        assert (WORKS + theft).other_fen == 500
        assert ((WORKS + theft).recovery_fen, (WORKS + theft).penalty_fen) == (1_080_000, 3_240_000)

    def test_is_rounded_once_half_away_from_zero(self) -> None:
        assert round_fraction(Fraction(1, 8), decimals=2) == Decimal("0.13")
        assert round_fraction(Fraction(-1, 8), decimals=2) == Decimal("-0.13")
        assert round_fraction(Fraction(2, 3), decimals=6) == Decimal("0.666667")


class TestShares:
    def test_are_parts_of_the_whole(self) -> None:
        found = build_statistics(cells(JANUARY, homes=HOMES, works=WORKS), first=JANUARY, last=JANUARY)

        assert [row.energy_share for row in found.rows] == [Fraction("0.8"), Fraction("0.2")]
        assert found.total.amount_share == 1


class TestGrowth:
    def test_compares_with_the_month_before_and_the_year_before(self) -> None:
        earlier = replace(HOMES, energy_kwh_e2=50_000, energy_fen=25_000, amount_fen=25_000)
        last_year = replace(HOMES, energy_kwh_e2=32_000, energy_fen=16_000, amount_fen=16_000)

        found = build_statistics(
            [
                *cells(JANUARY, homes=HOMES),
                *cells(date(2025, 12, 1), homes=earlier),
                *cells(date(2025, 1, 1), homes=last_year),
            ],
            first=JANUARY,
            last=JANUARY,
        )

        before, year = found.total.on_before, found.total.on_year
        assert before is not None
        assert (before.energy, before.amount, before.price) == (Fraction("-0.2"), Fraction("-0.04"), Fraction("0.2"))
        assert year is not None
        assert (year.energy, year.amount, year.price) == (Fraction("0.25"), Fraction("0.5"), Fraction("0.2"))

    def test_is_not_made_where_a_month_of_the_year_before_is_missing(self) -> None:
        found = build_statistics(
            [
                *cells(JANUARY, homes=HOMES),
                *cells(FEBRUARY, homes=HOMES),
                *cells(date(2025, 1, 1), homes=HOMES),
                *cells(date(2025, 12, 1), homes=HOMES),
                *cells(date(2025, 11, 1), homes=HOMES),
            ],
            first=JANUARY,
            last=FEBRUARY,
        )

        assert found.total.on_year is None
        assert found.missing_year_before == [date(2025, 2, 1)]
        assert found.total.on_before is not None
        assert found.total.on_before.energy == 0

    def test_leaves_out_months_that_are_not_billed_yet_on_both_sides(self) -> None:
        found = build_statistics(
            [
                *cells(JANUARY, homes=HOMES),
                *cells(date(2025, 1, 1), homes=HOMES),
                *cells(date(2025, 2, 1), homes=HOMES),
            ],
            first=JANUARY,
            last=FEBRUARY,
        )

        assert found.missing_year_before == []
        assert found.total.on_year is not None
        assert found.total.on_year.amount == 0

    def test_does_not_take_a_month_that_holds_corrections_alone_for_a_billed_one(self) -> None:
        correction = BilledSums(energy_kwh_e2=-10_000, amount_fen=-7_639)

        found = build_statistics(
            [*cells(FEBRUARY, homes=HOMES), MonthSums("homes", JANUARY, correction, correction)],
            first=FEBRUARY,
            last=FEBRUARY,
        )

        assert found.missing_before == [JANUARY]
        assert found.total.on_before is None

    def test_is_none_for_a_group_that_was_not_there(self) -> None:
        found = build_statistics(
            [*cells(FEBRUARY, homes=HOMES, works=WORKS), *cells(JANUARY, homes=HOMES)], first=FEBRUARY, last=FEBRUARY
        )

        works = found.rows[0].on_before
        assert works is not None
        assert (works.energy, works.amount, works.price) == (None, None, None)

    def test_has_no_ratio_to_nothing(self) -> None:
        assert grow(0, 5) is None
        assert grow(-3, 5) is None
        assert grow(None, 5) is None
        assert grow(4, 5) == Fraction("0.25")


class TestMonths:
    def test_run_across_the_year(self) -> None:
        assert list_months(date(2025, 11, 1), FEBRUARY) == [
            date(2025, 11, 1),
            date(2025, 12, 1),
            JANUARY,
            FEBRUARY,
        ]
        assert list_months(FEBRUARY, JANUARY) == []
        assert shift_month(JANUARY, -1) == date(2025, 12, 1)

    def test_compare_each_with_its_own_neighbours(self) -> None:
        found = build_statistics(
            [*cells(JANUARY, homes=HOMES), *cells(FEBRUARY, homes=HOMES, works=WORKS)], first=JANUARY, last=FEBRUARY
        )

        assert [row.key for row in found.months] == ["2026-01", "2026-02"]
        assert found.months[0].on_before is None
        assert found.months[1].on_before is not None
        # 2000 kWh after 400.
        assert found.months[1].on_before.energy == 4


class TestEffects:
    def test_split_the_change_of_the_average_price_into_prices_and_mix(self) -> None:
        before = {"homes": priced(100, 50), "works": priced(100, 80)}
        after = {"homes": priced(100, 60), "works": priced(300, 240)}

        found = compare_periods(before, after)

        # From 0.65 to 0.75: homes' own price rose by 0.10 and they are a quarter; the mix moved a quarter of the
        # energy from 0.50 to 0.80.
        assert found.total.price_change == Fraction("0.1")
        assert found.total.effects is not None
        assert found.total.effects.price == Fraction("0.025")
        assert found.total.effects.mix == Fraction("0.075")
        assert found.total.effects.untold == 0

    def test_put_the_largest_change_of_amount_first(self) -> None:
        found = compare_periods(
            {"homes": priced(100, 50), "works": priced(100, 80)}, {"homes": priced(100, 60), "works": priced(10, 8)}
        )

        assert [row.key for row in found.rows] == ["works", "homes"]

    def test_are_all_mix_for_a_group_that_came(self) -> None:
        found = compare_periods({"homes": priced(100, 50)}, {"homes": priced(100, 50), "works": priced(100, 80)})

        assert found.total.effects is not None
        assert (found.total.effects.price, found.total.effects.mix) == (0, Fraction("0.15"))

    def test_keep_an_amount_without_energy_apart(self) -> None:
        found = compare_periods(
            {"homes": priced(100, 50), "idle": BilledSums(amount_fen=0)},
            {"homes": priced(100, 50), "idle": BilledSums(amount_fen=1_000)},
        )

        assert found.total.effects is not None
        assert (found.total.effects.price, found.total.effects.mix) == (0, 0)
        assert found.total.effects.untold == Fraction("0.1")

    def test_are_not_told_where_a_period_has_no_energy(self) -> None:
        found = compare_periods({}, {"homes": priced(100, 50)})

        assert found.total.effects is None
        assert found.rows[0].effects is None
        assert found.rows[0].growth.energy is None


def priced(energy_kwh: int, amount_yuan: int) -> BilledSums:
    return BilledSums(bill_count=1, energy_kwh_e2=energy_kwh * 100, amount_fen=amount_yuan * 100)


AMOUNTS = st.integers(-(10**10), 10**12)
SUMS = st.builds(BilledSums, st.integers(0, 10**6), *[AMOUNTS] * (len(fields(BilledSums)) - 1))
GROUPS = st.dictionaries(st.sampled_from("ABCDEFGH"), SUMS, max_size=8)


class TestParts:
    @given(GROUPS, GROUPS)
    def test_of_a_price_change_add_up_to_it_exactly(
        self, before: dict[str, BilledSums], after: dict[str, BilledSums]
    ) -> None:
        total = compare_periods(before, after).total

        told = None if total.effects is None else total.effects.total
        assert told == total.price_change

    @given(GROUPS)
    def test_of_a_total_add_up_to_it_exactly(self, groups: dict[str, BilledSums]) -> None:
        found = build_statistics(
            [MonthSums(key, JANUARY, sums) for key, sums in groups.items()], first=JANUARY, last=JANUARY
        )

        assert sum((row.sums for row in found.rows), NOTHING) == found.total.sums
        sums = found.total.sums
        parts = (
            sums.basic_fen, sums.energy_fen, sums.shares_fen, sums.power_factor_fen, sums.funds_fen,
            sums.recovery_fen, sums.penalty_fen,
        )  # fmt: skip
        assert sum(parts) + sums.other_fen == sums.amount_fen
