"""Curves are aligned, varied and rounded without making or losing energy."""

from datetime import date, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dianke.application.demo_utility import curves
from dianke.application.demo_utility.sources import WeekSeries

PEAK, FLAT, VALLEY = 1, 2, 3
ONE_DAY = np.array([[VALLEY] * 32 + [FLAT] * 8 + [PEAK] * 8 + [FLAT] * 48], dtype=np.int8)


class TestMakeNoise:
    def test_gives_the_same_numbers_on_every_machine(self) -> None:
        noise = curves.make_noise(seeds=np.array([2026]), size=3)

        assert noise.tolist() == [[-0.08206374927379811, -0.2656137310810045, -0.006035712296138973]]

    def test_keeps_between_minus_one_and_one_around_nought(self) -> None:
        noise = curves.make_noise(seeds=np.arange(50), size=1_000)

        assert noise.min() >= -1
        assert noise.max() < 1
        assert abs(noise.mean()) < 0.01


class TestShareOut:
    @given(
        weights=st.lists(st.integers(0, 10**9), min_size=1, max_size=96),
        total=st.integers(0, 10**9),
    )
    def test_parts_add_up_to_the_total(self, weights: list[int], total: int) -> None:
        expected = total if sum(weights) else 0

        parts = curves.share_out(np.array(weights, dtype=np.float64), np.array(total, dtype=np.float64))

        assert parts.sum() == expected
        assert (parts >= 0).all()

    def test_gives_nothing_where_nothing_weighs(self) -> None:
        parts = curves.share_out(np.array([0.0, 3.0, 0.0, 1.0]), np.array(10.0))

        assert parts.tolist() == [0, 8, 0, 2]


class TestAlignWeeks:
    def test_every_day_takes_one_of_the_same_weekday(self) -> None:
        source, target = date(2016, 8, 1), date(2025, 2, 1)

        taken = curves.align_weeks(first_source=source, first_target=target, days=365)

        weekdays = [(source + timedelta(days=int(day))).weekday() for day in taken]
        assert weekdays == [(target + timedelta(days=day)).weekday() for day in range(365)]

    def test_keeps_the_season_within_four_days_until_the_ends_meet(self) -> None:
        taken = curves.align_weeks(first_source=date(2016, 8, 1), first_target=date(2025, 2, 1), days=150)

        found = [date(2016, 8, 1) + timedelta(days=int(day)) for day in taken]
        wanted = [date(2017, 2, 1) + timedelta(days=day) for day in range(150)]
        assert max(abs((one - other).days) for one, other in zip(found, wanted, strict=True)) <= 4

    def test_wraps_the_ends(self) -> None:
        taken = curves.align_weeks(first_source=date(2016, 8, 1), first_target=date(2025, 2, 1), days=365)

        assert sorted(set(taken.tolist())) == list(range(364))
        assert (np.diff(taken) % 364 == 1).all()


class TestVaryDays:
    def test_keeps_the_energy_of_the_weeks(self) -> None:
        days = np.arange(1, 365, dtype=np.float64)[None] * 1_000_000

        varied = curves.vary_days(days, seeds=np.array([7]), spreads=np.array([0.12]))

        assert varied.sum() == days.sum()
        assert 0.10 < np.abs(varied / days - 1).max() < 0.14

    def test_leaves_days_alone_without_spread(self) -> None:
        days = np.arange(1, 365, dtype=np.float64)[None] * 1_000_000

        varied = curves.vary_days(days, seeds=np.array([7]), spreads=np.array([0.0]))

        assert (varied == days).all()

    def test_differs_between_seeds(self) -> None:
        days = np.full((2, 364), 1_000_000.0)

        varied = curves.vary_days(days, seeds=np.array([7, 8]), spreads=np.array([0.12, 0.12]))

        assert (varied[0] != varied[1]).mean() > 0.99


class TestMoveWeeks:
    def test_moves_by_whole_weeks_and_wraps(self) -> None:
        moved = curves.move_weeks(np.array([0, 7, 363]), np.array([0, 1, -1]))

        assert moved.tolist() == [[0, 7, 363], [357, 0, 356], [7, 14, 6]]


class TestScaleDays:
    def test_multiplies_the_days(self) -> None:
        series = WeekSeries(first_day=date(2016, 1, 1), mwh=np.full((364, 96), 10.0))

        days = curves.scale_days(series, np.array([1.0, 2.5]))

        assert days[:, 0].tolist() == [960, 2_400]


class TestSumPeriods:
    def test_sums_each_day_by_period(self) -> None:
        mwh = np.ones((1, 1, 96))

        sums = curves.sum_periods(mwh, ONE_DAY)

        assert sums.tolist() == [[[0, 8, 56, 32, 0]]]

    def test_days_may_have_other_hours(self) -> None:
        codes = np.concatenate([ONE_DAY, np.full((1, 96), VALLEY, dtype=np.int8)])

        sums = curves.sum_periods(np.ones((1, 2, 96)), codes)

        assert sums.tolist() == [[[0, 8, 56, 32, 0], [0, 0, 0, 96, 0]]]


class TestRoundDays:
    def test_a_spell_is_a_whole_number_of_register_steps(self) -> None:
        sums = curves.make_noise(seeds=np.arange(2), size=31 * 5).reshape(2, 31, 5)
        sums_mwh = np.rint((sums + 1) * 5e9)
        bounds = np.array([0, 13, 31])
        steps = np.array([[3_000, 1_000], [1, 80]])

        units = curves.round_days(sums_mwh, bounds=bounds, steps=steps)

        spells = np.stack([units[:, :13].sum(axis=1), units[:, 13:].sum(axis=1)], axis=1)
        assert (spells % steps[..., None] == 0).all()
        exact = np.stack([sums_mwh[:, :13].sum(axis=1), sums_mwh[:, 13:].sum(axis=1)], axis=1)
        assert (np.abs(spells * curves.MWH_PER_UNIT - exact) <= steps[..., None] * curves.MWH_PER_UNIT / 2).all()


class TestSpreadSlots:
    def test_each_period_of_a_day_comes_to_its_units(self) -> None:
        mwh = np.rint((curves.make_noise(seeds=np.arange(3), size=96) + 1) * 1e6).reshape(3, 1, 96)
        units = np.array([[[0, 110, 730, 395, 0]], [[0, 0, 700, 400, 0]], [[0, 1, 2, 3, 0]]], dtype=np.float64)

        wh = curves.spread_slots(mwh, ONE_DAY, units)

        assert (curves.sum_periods(wh, ONE_DAY) == units * curves.WH_PER_UNIT).all()
        assert (wh >= 0).all()

    def test_follows_the_shape(self) -> None:
        mwh = np.zeros((1, 1, 96))
        mwh[0, 0, 40:44] = [1_000, 3_000, 0, 4_000]
        units = np.array([[[0, 0.8, 0, 0, 0]]])

        wh = curves.spread_slots(mwh, ONE_DAY, units)

        assert wh[0, 0, 40:48].tolist() == [1, 3, 0, 4, 0, 0, 0, 0]
