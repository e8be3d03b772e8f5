"""Time left as a chip."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import translation

from dianke.interfaces.web.components.due import due_chip
from dianke.kernel.clock import SHANGHAI

NOW = datetime(2026, 2, 3, 10, 24, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("left", "kind", "label"),
    [
        (timedelta(minutes=-42), "bad", "42 min late"),
        (timedelta(hours=-30), "bad", "1 day late"),
        (timedelta(minutes=36), "warn", "36 min"),
        (timedelta(hours=1, minutes=36), "warn", "1 h 36 min"),
        (timedelta(hours=7, minutes=6), "ok", "7 h 6 min"),
        (timedelta(hours=26), "ok", "1 day"),
        (timedelta(days=4), "ok", "4 days"),
    ],
)
def test_chip_turns_amber_within_six_hours_and_red_when_late(left: timedelta, kind: str, label: str) -> None:
    with translation.override("en"):
        chip = due_chip(NOW + left, NOW)

    assert (chip.kind, str(chip.label)) == (kind, label)


def test_next_morning_is_a_day_away_though_less_than_24_hours() -> None:
    with translation.override("en"):
        chip = due_chip(datetime(2026, 2, 4, 8, 0, tzinfo=SHANGHAI), NOW)

    assert chip.label == "1 day"


def test_days_become_working_days_when_a_calendar_is_given() -> None:
    asked: list[tuple[date, date]] = []

    def count_working_days(start: date, end: date) -> int:
        asked.append((start, end))
        return 2

    with translation.override("en"):
        chip = due_chip(NOW + timedelta(days=4), NOW, count_working_days=count_working_days)

    assert chip.label == "2 working days"
    assert asked == [(date(2026, 2, 3), date(2026, 2, 7))]


def test_chip_speaks_chinese() -> None:
    with translation.override("zh-hans"):
        chip = due_chip(NOW - timedelta(minutes=42), NOW)

    assert chip.label == "超 42 分"
