"""Exact amounts and how they are written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.kernel import money


class TestRoundHalfUp:
    @pytest.mark.parametrize(
        ("value", "rounded"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.0049", "0.00"), ("2.675", "2.68")]
    )
    def test_rounds_halves_away_from_zero(self, value: str, rounded: str) -> None:
        assert money.round_half_up(Decimal(value), decimals=2) == Decimal(rounded)

    @given(st.decimals(min_value=-(10**9), max_value=10**9, places=6))
    def test_is_symmetric_around_zero(self, value: Decimal) -> None:
        assert money.round_half_up(-value, decimals=2) == -money.round_half_up(value, decimals=2)


class TestFen:
    @given(st.integers(min_value=-(10**15), max_value=10**15))
    def test_survive_the_way_to_yuan_and_back(self, amount_fen: int) -> None:
        assert money.yuan_to_fen(money.fen_to_yuan(amount_fen)) == amount_fen

    def test_an_amount_finer_than_a_fen_is_refused(self) -> None:
        with pytest.raises(ValueError, match="finer than a fen"):
            money.yuan_to_fen(Decimal("1.005"))

    def test_are_written_with_thousands_marks_and_a_true_minus(self) -> None:
        assert money.format_yuan(45493012) == "454,930.12"
        assert money.format_yuan(-192861) == "−1,928.61"


class TestSpellYuan:
    @pytest.mark.parametrize(
        ("amount_fen", "spelled"),
        [
            (45493012, "肆拾伍万肆仟玖佰叁拾元壹角贰分"),
            (0, "零元整"),
            (100, "壹元整"),
            (1005, "壹拾元零伍分"),
            (10_0050_00, "壹拾万零伍拾元整"),
            (100_0000_00, "壹佰万元整"),
            (1_0000_0001_00, "壹亿零壹元整"),
            (1_0300_10, "壹万零叁佰元壹角整"),
            (30, "叁角整"),
            (5, "伍分"),
            (-150, "负壹元伍角整"),
            (2001_00, "贰仟零壹元整"),
        ],
    )
    def test_writes_capital_characters(self, amount_fen: int, spelled: str) -> None:
        assert money.spell_yuan(amount_fen) == spelled
