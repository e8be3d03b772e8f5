"""The cash of a shift: faces, expectation, change, and which differences another person decides."""

from datetime import date

import pytest

from dianke.domain.channels.rules import shifts
from dianke.domain.channels.rules.shifts import EntryFacts, TenderSum
from dianke.domain.channels.types import EntryKind

DAY = date(2026, 11, 22)


def take(amount_fen: int, tender: str = "CASH") -> EntryFacts:
    return EntryFacts(EntryKind.TAKEN, tender, amount_fen)


def give_back(amount_fen: int, tender: str = "CASH") -> EntryFacts:
    return EntryFacts(EntryKind.RETURNED, tender, -amount_fen)


class TestFaces:
    def test_are_those_of_the_day_largest_first(self) -> None:
        assert shifts.list_faces(on=DAY) == (10000, 5000, 2000, 1000, 500, 100, 50, 10, 5, 2, 1)

    def test_held_the_two_yuan_note_before_it_was_withdrawn(self) -> None:
        assert 200 in shifts.list_faces(on=date(2018, 4, 30))

    def test_are_not_known_before_the_first_entry(self) -> None:
        with pytest.raises(LookupError, match="faces"):
            shifts.list_faces(on=date(1990, 1, 1))


class TestCount:
    def test_adds_up_faces_by_pieces(self) -> None:
        assert shifts.add_up_pieces({10000: 12, 5000: 1, 100: 3, 50: 1, 10: 4, 1: 2}) == 125_392

    def test_of_an_empty_drawer_is_nothing(self) -> None:
        assert shifts.add_up_pieces({}) == 0

    @pytest.mark.parametrize(
        ("pieces", "obstacle"),
        [
            ({10000: 3, 1: 0}, ""),
            ({200: 1}, "face_unknown"),
            ({10000: -1}, "count_unreadable"),
            ({10000: 1_000_001}, "count_unreadable"),
        ],
    )
    def test_is_refused_for_what_cannot_be_counted(self, pieces: dict[int, int], obstacle: str) -> None:
        assert shifts.find_pieces_obstacle(pieces, on=DAY) == obstacle


class TestExpectedCash:
    def test_is_the_float_and_the_cash_that_stayed_less_what_went_to_the_bank(self) -> None:
        entries = [take(12_850), take(50_000), give_back(12_850), take(99_999, "CARD"), take(1, "CHEQUE")]

        assert shifts.compute_expected_cash(float_fen=20_000, entries=entries, handed_over_fen=30_000) == 40_000

    def test_of_a_shift_without_money_is_its_float(self) -> None:
        assert shifts.compute_expected_cash(float_fen=20_000, entries=[], handed_over_fen=0) == 20_000

    def test_is_summed_by_tender_with_what_was_given_back_apart(self) -> None:
        entries = [take(100), take(250), give_back(100), take(7, "CARD")]

        assert shifts.sum_by_tender(entries) == [
            TenderSum("CARD", 1, 7, 0, 0),
            TenderSum("CASH", 2, 350, 1, -100),
        ]
        assert shifts.sum_by_tender(entries)[1].net_fen == 250


class TestChange:
    def test_is_what_was_handed_over_beyond_the_amount(self) -> None:
        assert shifts.compute_change(amount_fen=12_837, tendered_fen=20_000) == 7_163

    def test_of_the_exact_amount_is_nothing(self) -> None:
        assert shifts.compute_change(amount_fen=12_837, tendered_fen=12_837) == 0

    def test_of_too_little_is_refused(self) -> None:
        with pytest.raises(ValueError, match="do not pay"):
            shifts.compute_change(amount_fen=12_837, tendered_fen=12_836)


@pytest.mark.parametrize(
    ("difference_fen", "needed"), [(0, False), (1_000, False), (1_001, True), (-1_000, False), (-1_001, True)]
)
def test_another_person_decides_beyond_the_limit_on_either_side(difference_fen: int, needed: bool) -> None:
    assert shifts.needs_another_person(difference_fen, on=DAY) is needed
