"""Kinds of load curves: planted ones are found again, named in plain words, and measured for stability."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dianke.engine.load_shapes.clusters import find_kinds, find_nearest, prepare
from dianke.engine.load_shapes.days import prepare_days
from dianke.engine.load_shapes.naming import ShapeName, name_day
from dianke.engine.load_shapes.typical import describe_kinds, typical_days

HOUR = np.arange(96) / 4
HOMES = Path(__file__).resolve().parents[5] / "shared" / "data" / "ch_residential_15min" / "open"


def bump(at: float, width: float, height: float) -> NDArray[np.float64]:
    return height * np.exp(-(((HOUR - at) / width) ** 2))


CURVES = {
    ShapeName.EVENING_PEAK: 0.4 + bump(19.5, 1.5, 2.0),
    ShapeName.NIGHT_USE: 0.4 + np.where(HOUR < 6, 2.0, 0.0),
    ShapeName.WORKING_HOURS: 0.2 + np.where((HOUR >= 8) & (HOUR < 18), 2.0, 0.0),
    ShapeName.DOUBLE_PEAK: 0.3 + bump(7.5, 1.2, 1.8) + bump(19, 1.5, 2.0),
    ShapeName.FEED_IN: 0.6 - bump(12.5, 2.5, 3.0),
    ShapeName.FLAT: np.full(96, 1.0) + 0.02 * np.sin(HOUR),
    ShapeName.MORNING_PEAK: 0.4 + bump(7.5, 1.2, 2.0),
    ShapeName.MIDDAY_PEAK: 0.9 + bump(13, 1.0, 1.2),
    ShapeName.LATE_EVENING: 0.6 + bump(22.5, 1.0, 2.0),
}


@pytest.mark.parametrize("name", list(CURVES))
def test_a_curve_is_called_by_its_plainest_word(name: ShapeName) -> None:
    assert name_day(CURVES[name] * 250) is name


def test_planted_kinds_are_found_again_and_named() -> None:
    source = np.random.default_rng(7)
    planted = [ShapeName.EVENING_PEAK, ShapeName.NIGHT_USE, ShapeName.WORKING_HOURS, ShapeName.FEED_IN]
    truth = np.repeat(np.arange(4), 40)
    size = source.lognormal(0, 1, (160, 1))
    typical = np.stack([CURVES[planted[kind]] for kind in truth]) * size + source.normal(0, 0.05, (160, 96)) * size

    found = find_kinds(typical, numbers=(2, 3, 4, 5), draws=6)

    kind, _distance = found.kinds.assign(typical)
    assert (found.chosen.k, round(found.chosen.rand_mean, 3)) == (4, 1.0)
    assert len({(planted_, kind_) for planted_, kind_ in zip(truth.tolist(), kind.tolist(), strict=True)}) == 4
    assert {one.name for one in describe_kinds(found.kinds, typical)} == set(planted)


def test_the_same_curves_give_the_same_kinds() -> None:
    typical = np.random.default_rng(3).random((60, 96))

    first, second = (find_kinds(typical, numbers=(2, 3), draws=3) for _time in range(2))

    assert first.tried == second.tried
    assert np.array_equal(first.kinds.middles, second.kinds.middles)


def test_noise_is_told_to_be_unstable() -> None:
    typical = np.random.default_rng(5).random((90, 96))

    found = find_kinds(typical, numbers=(3, 4, 5), draws=6)

    assert not found.chosen.is_stable


def test_size_does_not_matter_and_unknown_curves_have_no_kind() -> None:
    curve = CURVES[ShapeName.EVENING_PEAK]
    values = prepare(np.stack([curve, curve * 900, np.full(96, np.nan)]))

    kind, distance = find_nearest(values, values[:1])

    assert kind.tolist() == [0, 0, -1]
    assert np.allclose(distance[:2], 0, atol=1e-6)
    assert np.isnan(distance[2])


def test_days_with_gaps_spikes_or_one_value_are_left_out() -> None:
    wh = np.tile(CURVES[ShapeName.EVENING_PEAK] * 100, (5, 1))
    is_present = np.ones((5, 96), dtype=bool)
    is_present[1, 40], wh[2, 10], wh[3] = False, 90_000.0, 7.0

    days = prepare_days(wh, is_present, owner=np.zeros(5, dtype=np.int64), is_weekend=np.zeros(5, dtype=bool))

    assert days.wh.shape[0] == 2
    assert np.allclose(np.abs(typical_days(days, size=2)[0]).mean(), 1.0)
    assert np.isnan(typical_days(days, size=2)[1]).all()


def test_too_few_points_are_refused() -> None:
    with pytest.raises(ValueError, match="too few points"):
        find_kinds(np.random.default_rng(1).random((8, 96)), numbers=(2, 3), draws=1)


@pytest.mark.long
def test_kinds_of_real_homes_are_stable() -> None:
    if not HOMES.is_dir():
        pytest.skip("the real homes are not beside this project")
    from pyarrow import parquet

    from dianke.engine.load_shapes.yardstick import COLUMNS, measure_homes

    table = parquet.read_table(HOMES / "consumption.parquet", columns=list(COLUMNS))
    figures = measure_homes({name: table[name].to_numpy() for name in COLUMNS}, draws=20)

    assert figures["points"] >= 270
    assert figures["chosen"] >= 3
    assert figures["rand_mean"] >= 0.8
