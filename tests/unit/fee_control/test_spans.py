"""Which days an estimate prices together."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.domain.fee_control.rules.spans import list_pieces


@pytest.mark.parametrize(
    ("start", "end", "day", "every", "pieces"),
    [
        (date(2026, 2, 1), date(2026, 2, 1), 1, 1, []),
        (date(2026, 2, 1), date(2026, 2, 13), 1, 1, [("02-01", "02-13", 1, True, "02")]),
        (date(2026, 2, 1), date(2026, 3, 1), 1, 1, [("02-01", "03-01", 1, False, "02")]),
        (
            date(2026, 2, 1), date(2026, 3, 4), 1, 1,
            [("02-01", "03-01", 1, False, "02"), ("03-01", "03-04", 1, True, "03")],
        ),
        # Taken over within the month.
        (date(2026, 2, 10), date(2026, 3, 1), 1, 1, [("02-10", "03-01", 1, True, "02")]),
        # Read on the 15th: the bill bears the month that it ends in.
        (date(2026, 1, 15), date(2026, 2, 15), 15, 1, [("01-15", "02-15", 1, False, "02")]),
        (date(2026, 3, 1), date(2026, 5, 1), 1, 2, [("03-01", "05-01", 2, False, "04")]),
        (date(2026, 3, 1), date(2026, 4, 10), 1, 2, [("03-01", "04-10", 2, True, "04")]),
    ],
)  # fmt: skip
def test_what_is_not_billed_is_cut_at_the_days_of_reading(
    start: date, end: date, day: int, every: int, pieces: list[tuple[str, str, int, bool, str]]
) -> None:
    found = list_pieces(start=start, end=end, reading_day=day, months_per_period=every)

    assert [
        (f"{one.start:%m-%d}", f"{one.end:%m-%d}", len(one.months), one.is_part, f"{one.bill_month:%m}")
        for one in found
    ] == pieces


@given(
    start=st.dates(date(2020, 1, 1), date(2026, 1, 1)),
    days=st.integers(0, 400),
    day=st.integers(1, 28),
    every=st.sampled_from([1, 2, 3, 4, 6, 12]),
)
def test_pieces_cover_every_day_once(start: date, days: int, day: int, every: int) -> None:
    end = date.fromordinal(start.toordinal() + days)

    found = list_pieces(start=start, end=end, reading_day=day, months_per_period=every)

    assert [one.start for one in found] == [start, *(one.end for one in found[:-1])][: len(found)]
    assert sum((one.end - one.start).days for one in found) == days
    assert all(one.months for one in found)
