"""Blocks of frozen inputs: packed and opened again they are what they were, cut and joined too."""

from dataclasses import fields
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.domain.billing.rules import frozen
from dianke.domain.billing.rules.frozen import FrozenBlock
from dianke.domain.billing.rules.inputs import ShardInputs, Span, ints, narrow_inputs

JANUARY = Span(start=date(2026, 1, 1), end=date(2026, 2, 1), months=(date(2026, 1, 1),))
PRICES = {("GD-GZ-RES", "SINGLE", ""): "a" * 64, ("HB-CI", "TWO_PART", "1-10(20)kV"): "b" * 64}


def build_block(size: int) -> FrozenBlock:
    """Return a block of points 10, 20 …: every second has two segments, every third a sub-meter."""
    ids = np.arange(1, size + 1) * 10
    twice = np.sort(np.concatenate([ids, ids[::2]]))
    third = ids[::3]
    return FrozenBlock(
        inputs=ShardInputs(
            points=pa.table(
                {
                    "point_id": ids,
                    "code": [f"P{key}" for key in ids],
                    "customer_name": ["某人"] * size,
                    "address": ["某处"] * size,
                    "account_id": ids,
                    "account_number": ["0"] * size,
                    "household_size": pa.array([None] * size, pa.int64()),
                    "opened_date": [date(2020, 5, 1)] * size,
                }
            ),
            segments=pa.table({"point_id": twice, "total_start": twice * 7, "registers": ["total"] * len(twice)}),
            capacities=pa.table({"point_id": pa.array([], pa.int64())}),
            shares=pa.table({"point_id": pa.array([], pa.int64()), "name": pa.array([], pa.string())}),
            sub_segments=pa.table({"point_id": third + 1, "parent_id": third}),
            used_before=pa.table({"point_id": ids[:1], "energy_e2": ids[:1]}),
        ),
        span=JANUARY,
        prices=PRICES,
    )


def assert_same(found: ShardInputs, expected: ShardInputs) -> None:
    for field in fields(ShardInputs):
        assert getattr(found, field.name).equals(getattr(expected, field.name)), field.name


class TestPack:
    def test_keeps_every_column_but_what_stands_on_the_bill(self) -> None:
        block = build_block(5)

        opened = frozen.unpack(frozen.pack(block))

        on_the_bill = ["account_id", "account_number", "customer_name", "address"]
        assert opened.inputs.points.equals(block.inputs.points.drop_columns(on_the_bill))
        assert opened.inputs.segments.equals(block.inputs.segments)
        assert (opened.span, opened.prices) == (JANUARY, PRICES)

    def test_holds_a_thousand_points_in_less_than_their_text(self) -> None:
        block = build_block(1_000)

        content = frozen.pack(block)

        assert len(content) < 1_000 * 20

    def test_refuses_what_is_not_a_block(self) -> None:
        with pytest.raises(pa.ArrowInvalid):
            frozen.unpack(b"something else")


class TestCut:
    @given(st.integers(1, 60), st.integers(1, 25))
    def test_then_joined_gives_the_block_again(self, size: int, at_once: int) -> None:
        block = build_block(size)

        pieces = list(frozen.cut_blocks(block, points=at_once))

        assert [len(piece.inputs.points) for piece in pieces[:-1]] == [at_once] * (len(pieces) - 1)
        assert_same(frozen.join(pieces).inputs, block.inputs)

    def test_takes_the_sub_meters_with_their_parents(self) -> None:
        first, second = frozen.cut_blocks(build_block(6), points=3)

        assert ints(first.inputs.sub_segments, "parent_id").tolist() == [10]
        assert ints(second.inputs.sub_segments, "parent_id").tolist() == [40]


def test_narrowed_to_a_point_only_its_rows_are_left() -> None:
    inputs = narrow_inputs(build_block(9).inputs, np.array([70], dtype=np.int64))

    assert ints(inputs.points, "point_id").tolist() == [70]
    assert ints(inputs.segments, "point_id").tolist() == [70, 70]
    assert ints(inputs.sub_segments, "parent_id").tolist() == [70]
    assert len(inputs.used_before) == 0
