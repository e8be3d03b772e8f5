"""Files of days in the text layout, days compared, settlements spread over days."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dianke.domain.channels.rules.bank_files.text_layout import read_text, write_text
from dianke.domain.channels.rules.bank_files.types import CollectionLine, CollectionWay, FileKind, Head
from dianke.domain.channels.rules.clearing import (
    DayLeft,
    Settled,
    find_card_days,
    find_settled_days,
    spread_settlements,
)
from dianke.domain.channels.rules.reconciling import DifferenceKind, TakenBack, compare
from dianke.kernel.clock import SHANGHAI

HEAD = Head(FileKind.COLLECTION, "POST", "AG1", "JS1", date(2026, 2, 6))
PAID_AT = datetime(2026, 2, 6, 9, 30, 1, tzinfo=SHANGHAI)
FIRST = date(2026, 2, 1)

lines = st.builds(
    CollectionLine,
    serial=st.integers(1, 10**6),
    number=st.text("0123456789AZ_.-", min_size=1, max_size=40),
    target=st.text("0123456789", min_size=1, max_size=20),
    way=st.sampled_from(list(CollectionWay)),
    amount_fen=st.integers(0, 10**11),
    fee_fen=st.integers(0, 10**6),
    paid_at=st.integers(0, 10**8).map(lambda seconds: PAID_AT + timedelta(seconds=seconds)),
)


class TestFile:
    @settings(max_examples=40, deadline=None)
    @given(st.lists(lines, max_size=8), st.data())
    def test_is_read_as_it_was_written_and_refused_when_a_byte_differs(
        self, written: list[CollectionLine], data: st.DataObject
    ) -> None:
        content = write_text(HEAD, written)
        place = data.draw(st.integers(0, len(content) - 3))

        read = read_text(content, kind=FileKind.COLLECTION)
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        broken = read_text(changed, kind=FileKind.COLLECTION)

        assert (list(read.lines), read.is_whole, read.head) == (written, True, HEAD)
        assert not broken.is_whole

    def test_with_bad_cells_names_each_of_them(self) -> None:
        row = CollectionLine(1, "A1", "36", CollectionWay.PAID, 100, 0, PAID_AT)
        content = write_text(HEAD, [row]).replace(
            b"000001|A1|36|PAID|1.00|0.00|20260206093001", b"x|A/1||GAVE|1.0|-|2026"
        )

        read = read_text(content, kind=FileKind.COLLECTION)

        assert [(one.code, one.column) for one in read.bad_rows[0].faults] == [
            ("serial_unreadable", "serial"), ("number_unreadable", "number"), ("number_unreadable", "target"),
            ("way_unreadable", "way"), ("amount_unreadable", "amount"), ("amount_unreadable", "fee"),
            ("moment_unreadable", "paid_at"),
        ]  # fmt: skip


class TestComparison:
    @pytest.mark.parametrize(
        ("ours", "theirs", "back", "kind"),
        [
            ({"G": 5}, {}, TakenBack(), DifferenceKind.OURS_ONLY),
            ({}, {"G": 5}, TakenBack(), DifferenceKind.THEIRS_ONLY),
            ({"G": 5}, {"G": 4}, TakenBack(), DifferenceKind.AMOUNT),
            ({"G": 0}, {"G": 5}, TakenBack(ours={"G"}), DifferenceKind.REVERSED_OURS),
            ({"G": 5}, {"G": 0}, TakenBack(theirs={"G"}), DifferenceKind.REVERSED_THEIRS),
            ({}, {"G": -5}, TakenBack(theirs={"G"}), DifferenceKind.REVERSED_THEIRS),
            ({"G": -5}, {"G": -4}, TakenBack({"G"}, {"G"}), DifferenceKind.AMOUNT),
        ],
    )
    def test_says_how_both_sides_differ(
        self, ours: dict[str, int], theirs: dict[str, int], back: TakenBack, kind: DifferenceKind
    ) -> None:
        (found,) = compare(ours, theirs, taken_back=back).differences

        assert (found.reference, found.kind) == ("G", kind)

    def test_what_came_and_went_on_a_day_is_alike_with_nothing(self) -> None:
        found = compare({"G": 0, "H": 3}, {"H": 3}, taken_back=TakenBack(ours={"G"}))

        assert (found.matched, found.differences) == (2, ())


class TestClearing:
    @settings(max_examples=60, deadline=None)
    @given(
        st.dictionaries(st.integers(0, 9).map(lambda day: FIRST + timedelta(days=day)), st.integers(-500, 2000)),
        st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3), st.integers(1, 3000)), max_size=5),
    )
    def test_every_fen_of_every_settlement_is_somewhere(
        self, came: dict[date, int], drawn: list[tuple[int, int, int]]
    ) -> None:
        settled = [
            Settled(FIRST + timedelta(days=start), FIRST + timedelta(days=start + length), fen)
            for start, length, fen in drawn
        ]

        left = spread_settlements(came, settled)

        assert sum(one.left_fen for one in left) == sum(came.values()) - sum(one.gross_fen for one in settled)
        assert [one.day for one in left] == sorted({one.day for one in left})

    def test_a_settlement_of_exactly_its_days_leaves_nothing_of_them(self) -> None:
        came = {FIRST: 100, FIRST + timedelta(days=1): -10, FIRST + timedelta(days=2): 50}

        left = spread_settlements(came, [Settled(FIRST, FIRST + timedelta(days=1), 90)])

        assert [one.left_fen for one in left] == [0, 0, 50]

    @pytest.mark.parametrize(
        ("amount_fen", "found"),
        [
            (99, (FIRST, FIRST, 1)),
            (148, (FIRST, FIRST + timedelta(days=2), 2)),
            (49, (FIRST + timedelta(days=2), FIRST + timedelta(days=2), 1)),
            (98, None),
            (1048, None),
        ],
    )
    def test_days_are_found_whose_money_less_commission_came(
        self, amount_fen: int, found: tuple[date, date, int] | None
    ) -> None:
        days = [FIRST + timedelta(days=place) for place in (0, 1, 2, 5)]
        left = [DayLeft(day, fen, fen) for day, fen in zip(days, (100, 0, 50, 900), strict=True)]

        assert (
            find_settled_days(left, amount_fen=amount_fen, fees=dict.fromkeys(days, 1) | {days[1]: 0}, last_day=days[2])
            == found
        )


class TestCardDays:
    LEFT = tuple(DayLeft(FIRST + timedelta(days=at), fen, fen) for at, fen in enumerate((10_000, 0, 20_000, 10_000)))

    @pytest.mark.parametrize(
        ("amount_fen", "days", "fee_fen"),
        [
            (19_900, (2, 2), 100),
            (29_850, (0, 2), 150),
            (40_000, (0, 3), 0),
            # The oldest of two days that fit with the same fee.
            (9_950, (0, 0), 50),
        ],
    )
    def test_what_is_missing_within_the_rate_is_the_fee(
        self, amount_fen: int, days: tuple[int, int], fee_fen: int
    ) -> None:
        found = find_card_days(self.LEFT, amount_fen=amount_fen, most_fee_parts=100, last_day=FIRST + timedelta(days=9))

        first, last = (FIRST + timedelta(days=one) for one in days)
        assert found == (first, last, fee_fen)

    @pytest.mark.parametrize("amount_fen", [19_799, 10_001, 41_000, 1])
    def test_no_row_of_days_fits(self, amount_fen: int) -> None:
        last_day = FIRST + timedelta(days=9)

        assert find_card_days(self.LEFT, amount_fen=amount_fen, most_fee_parts=100, last_day=last_day) is None

    def test_rows_of_days_with_different_fees_are_not_told_apart(self) -> None:
        left = (DayLeft(FIRST, 10_000, 10_000), DayLeft(FIRST + timedelta(days=1), 9_990, 9_990))

        assert find_card_days(left, amount_fen=9_950, most_fee_parts=100, last_day=FIRST + timedelta(days=1)) is None
        assert find_card_days(left, amount_fen=9_950, most_fee_parts=100, last_day=FIRST) == (FIRST, FIRST, 50)
