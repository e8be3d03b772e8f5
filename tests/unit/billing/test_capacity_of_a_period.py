"""How many days of a month a transformer is charged (TR-3.3, TR-3.4)."""

from datetime import date
from typing import Any

from dianke.domain.billing.rules.inputs import count_capacity

JANUARY = {"start": date(2026, 1, 1), "end": date(2026, 2, 1)}
FEBRUARY = {"start": date(2026, 2, 1), "end": date(2026, 3, 1)}


def spell(state: str, start: date | None, end: date | None, transformer_id: int = 1) -> dict[str, Any]:
    """Return a spell of a transformer of 630 kVA as the query hands it over."""
    return {
        "transformer_id": transformer_id, "code": "B-1", "name": "1 号变", "kva_e4": 6_300_000,
        "interlock_group": None, "state": state, "from_date": start, "to_date": end,
        "p0_e4": None, "pk_e4": None, "i0_e4": None, "uk_e4": None,
    }  # fmt: skip


def test_running_all_month_is_a_whole_month_of_any_length() -> None:
    (january,) = count_capacity([spell("RUNNING", date(2020, 1, 1), None)], **JANUARY)
    (february,) = count_capacity([spell("RUNNING", date(2020, 1, 1), None)], **FEBRUARY)

    assert (january.is_whole, january.is_charged) == (True, True)
    assert (february.is_whole, february.days) == (True, 28)


def test_fifteen_sealed_days_leave_sixteen_thirtieths_of_a_long_month() -> None:
    rows = [
        spell("RUNNING", date(2020, 1, 1), date(2026, 1, 11)),
        spell("SUSPENDED", date(2026, 1, 11), date(2026, 1, 26)),
        spell("RUNNING", date(2026, 1, 26), None),
    ]

    (row,) = count_capacity(rows, **JANUARY)

    assert (row.days, row.is_whole, row.is_charged) == (16, False, True)


def test_fifteen_sealed_days_leave_thirteen_thirtieths_of_february() -> None:
    rows = [
        spell("RUNNING", date(2020, 1, 1), date(2026, 2, 5)),
        spell("SUSPENDED", date(2026, 2, 5), date(2026, 2, 20)),
        spell("RUNNING", date(2026, 2, 20), None),
    ]

    (row,) = count_capacity(rows, **FEBRUARY)

    assert row.days == 13


def test_suspension_under_fifteen_days_reduces_nothing() -> None:
    rows = [
        spell("RUNNING", date(2020, 1, 1), date(2026, 1, 11)),
        spell("SUSPENDED", date(2026, 1, 11), date(2026, 1, 25)),
        spell("RUNNING", date(2026, 1, 25), None),
    ]

    (row,) = count_capacity(rows, **JANUARY)

    assert row.is_whole


def test_length_of_a_suspension_counts_outside_the_period_too() -> None:
    rows = [
        spell("SUSPENDED", date(2025, 12, 20), date(2026, 1, 6)),
        spell("RUNNING", date(2026, 1, 6), None),
    ]

    (row,) = count_capacity(rows, **JANUARY)

    assert row.days == 26


def test_sealed_and_removed_transformers_are_not_charged() -> None:
    rows = [
        spell("COLD_SEALED", date(2020, 1, 1), None),
        spell("REMOVED", date(2020, 1, 1), None, transformer_id=2),
        spell("HOT_STANDBY", date(2020, 1, 1), None, transformer_id=3),
    ]

    charged = [row.is_charged for row in count_capacity(rows, **JANUARY)]

    assert charged == [False, False, True]
