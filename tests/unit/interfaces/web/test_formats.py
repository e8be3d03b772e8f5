"""Numbers, dates and times as pages write them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dianke.interfaces.web.components import formats
from dianke.kernel.clock import SHANGHAI
from dianke.kernel.period import Period


@pytest.mark.parametrize(
    ("amount_fen", "text"),
    [(123450, "1,234.50"), (-1, "−0.01"), (0, "0.00"), (381244016, "3,812,440.16"), (None, "–")],
)
def test_fen_are_written_as_yuan_with_thousands_marks(amount_fen: int | None, text: str) -> None:
    assert formats.fen(amount_fen) == text


@pytest.mark.parametrize(("amount_fen", "text"), [(2736, "+27.36"), (-1550, "−15.50"), (0, "0.00"), (None, "–")])
def test_change_of_money_carries_its_sign_and_zero_has_none(amount_fen: int | None, text: str) -> None:
    assert formats.signed_fen(amount_fen) == text


@pytest.mark.parametrize(
    ("energy_kwh", "decimals", "text"),
    [
        (Decimal("625620.00"), None, "625,620"),
        (Decimal("902.18"), None, "902.18"),
        (Decimal("915.6"), None, "915.60"),
        (Decimal("47.85"), 0, "48"),
        (40260, 2, "40,260.00"),
        (None, None, "–"),
    ],
)
def test_energy_shows_decimals_only_where_there_are_some(
    energy_kwh: Decimal | int | None, decimals: int | None, text: str
) -> None:
    assert formats.kwh(energy_kwh, decimals) == text


def test_energy_of_the_engine_is_read_in_hundredths() -> None:
    assert formats.kwh_e2(14355000) == "143,550"
    assert formats.kwh_e2(4785) == "47.85"


@pytest.mark.parametrize(
    ("price_e8", "text"),
    [
        (84896100, "0.848961"),
        (55800000, "0.558000"),
        (20000027, "0.20000027"),
        (-1719200, "−0.017192"),
        (None, "–"),
    ],
)
def test_price_has_six_decimals_and_more_only_where_it_is_finer(price_e8: int | None, text: str) -> None:
    assert formats.price8(price_e8) == text


@pytest.mark.parametrize(("ratio_e4", "text"), [(-45, "−0.45%"), (8740, "87.40%"), (10000, "100.00%"), (None, "–")])
def test_ratio_of_the_engine_is_written_as_percent(ratio_e4: int | None, text: str) -> None:
    assert formats.percent4(ratio_e4) == text


def test_change_in_percent_rounds_half_away_from_zero() -> None:
    assert formats.signed_percent(Decimal("0.0315")) == "+3.2%"
    assert formats.signed_percent(Decimal("-0.0315")) == "−3.2%"


def test_change_that_rounds_to_nothing_has_no_sign() -> None:
    assert formats.signed_percent(Decimal("0.0001")) == "0.0%"


def test_moment_is_told_in_local_time() -> None:
    sixteen_utc = datetime(2026, 2, 2, 16, 5, tzinfo=UTC)

    assert formats.moment(sixteen_utc) == "2026-02-03 00:05"
    assert formats.day(sixteen_utc) == "2026-02-03"
    assert formats.month(sixteen_utc) == "2026-02"


def test_month_held_as_a_number_is_written_with_a_dash() -> None:
    assert formats.month(202601) == "2026-01"


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 2, 3, 9, 42, tzinfo=SHANGHAI), "09:42"),
        (datetime(2026, 2, 4, 12, 0, tzinfo=SHANGHAI), "02-04 12:00"),
        (datetime(2025, 12, 22, 10, 12, tzinfo=SHANGHAI), "2025-12-22 10:12"),
        (None, "–"),
    ],
)
def test_near_moment_leaves_out_what_is_the_same_as_now(moment: datetime | None, text: str) -> None:
    now = datetime(2026, 2, 3, 10, 24, tzinfo=SHANGHAI)

    assert formats.near_moment(moment, now) == text


def test_period_shows_its_exclusive_end() -> None:
    assert formats.period(Period(date(2026, 1, 1), date(2026, 2, 1))) == "2026-01-01 → 2026-02-01"
    assert formats.period((date(2026, 1, 1), None)) == "2026-01-01 → –"
