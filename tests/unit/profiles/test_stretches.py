"""Keys as stretches: every key is in one stretch or left over, and none twice."""

import numpy as np
import pytest

from dianke.domain.profiles.rules.stretches import cut_stretches


class TestCutStretches:
    def test_keys_that_nearly_follow_each_other_are_one_stretch(self) -> None:
        stretches, others = cut_stretches(np.array([10, 11, 14, 15]), shortest=3)

        assert stretches == [(10, 15)]
        assert others.tolist() == []

    def test_a_key_far_off_makes_no_range_of_all(self) -> None:
        stretches, others = cut_stretches(np.array([1, 10, 11, 12, 900]), shortest=3)

        assert stretches == [(10, 12)]
        assert others.tolist() == [1, 900]

    def test_short_stretches_are_listed(self) -> None:
        stretches, others = cut_stretches(np.array([1, 2, 50, 51, 52, 53, 99]), shortest=4)

        assert (stretches, others.tolist()) == ([(50, 53)], [1, 2, 99])

    def test_nobody_makes_no_stretch(self) -> None:
        stretches, others = cut_stretches(np.zeros(0, dtype=np.int64))

        assert (stretches, others.size) == ([], 0)

    @pytest.mark.parametrize("seed", range(5))
    def test_every_key_is_found_once(self, seed: int) -> None:
        keys = np.unique(np.random.default_rng(seed).integers(0, 5_000, size=2_500))

        stretches, others = cut_stretches(keys, shortest=20)

        inside = [keys[(keys >= low) & (keys <= high)] for low, high in stretches]
        assert np.array_equal(np.sort(np.concatenate([*inside, others])), keys)
        assert all(part.size >= 20 for part in inside)
