"""From the columns of a shard to the facts of the review."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from tests.factories import review as factory

from dianke.domain.billing.rules.review.build import ReviewSources, build_facts
from dianke.domain.billing.rules.review.facts import ReviewFacts
from dianke.domain.billing.rules.review.figures import GroupFigures, join_figures

HISTORY = np.dtype([("point_id", ">i8"), ("yymm", ">i4"), ("energy_kwh_e2", ">i8"), ("amount_fen", ">i8")])
DAY = date(2026, 1, 1)


def table(columns: str, *rows: tuple[Any, ...]) -> pa.Table:
    names = columns.split()
    return pa.table({name: [row[at] for row in rows] for at, name in enumerate(names)})


def segment(point_id: int, meter: str = "A", start: date = DAY, multiplier: int = 1) -> tuple[Any, ...]:
    return (point_id, meter, start, multiplier * 1_000_000, 6, False, "ACTUAL", "total", 1_000, 2_000)


SEGMENT = (
    "point_id meter_number start_date multiplier_e6 integer_digits rolled_over quality registers total_start total_end"
)
CAPACITY = "point_id kva_e4 interlock_group state from_date to_date transformer_id"
LAST = "point_id meter_number multiplier_e6 quality"


def facts_of(
    *,
    segments: list[tuple[Any, ...]] | None = None,
    capacities: list[tuple[Any, ...]] | None = None,
    history: list[tuple[int, int, int, int]] | None = None,
    **sources: pa.Table,
) -> ReviewFacts:
    """Return the facts of the points 11 and 12, of three points in the shard's table."""
    points = table(
        "point_id unit_id voltage usage_class structure basic_mode power_factor_standard opened_date",
        (10, 1, "220V", "RESIDENTIAL", "SINGLE", "NONE", None, DAY),
        (11, 1, "220V", "RESIDENTIAL", "SINGLE", "NONE", None, DAY),
        (12, 2, "10kV", "LARGE_INDUSTRIAL", "TWO_PART", "CAPACITY", "0.90", DAY),
    )
    figures = factory.homes(1).figures
    groups = [GroupFigures(np.array([2]), np.array([7]), figures), GroupFigures(np.array([1]), np.array([8]), figures)]
    nothing = table("point_id industry_code set_date days billed_e6 asset_e6")
    empty = ReviewSources(
        **{
            **dict.fromkeys(("trades", "suspended", "shares", "tickets", "ratios", "suspensions"), nothing),
            "last_segments": table(LAST),
            "history": np.array(history or [], dtype=HISTORY),
            **sources,
        }
    )
    return build_facts(
        points=points,
        segments=table(SEGMENT, *(segments or [segment(10), segment(11), segment(12)])),
        capacities=table(CAPACITY, *(capacities or [])),
        joined=join_figures(groups),
        sources=empty,
        month=DAY,
        period=(DAY, date(2026, 2, 1)),
    )


def test_points_come_in_the_order_of_the_shard_with_their_own_bills() -> None:
    facts = facts_of()

    assert (facts.point_ids.tolist(), facts.bill_ids.tolist()) == ([11, 12], [8, 7])
    assert facts.is_high_voltage.tolist() == [False, True]
    assert facts.is_two_part.tolist() == [False, True]
    assert facts.power_factor_standard_e2.tolist() == [0, 90]
    assert facts.segments.owner.tolist() == [0, 1]


def test_sparse_sources_land_at_their_points() -> None:
    facts = facts_of(
        trades=table("point_id industry_code", (10, 6110), (12, 3311)),
        shares=table("point_id set_date", (12, date(2025, 1, 1))),
        suspended=table("point_id", (11,)),
        ratios=table("point_id billed_e6 asset_e6", (12, 20, 30)),
    )

    assert facts.industry_code.tolist() == [0, 3311]
    assert facts.share_set_date.astype(str).tolist() == ["NaT", "2025-01-01"]
    assert facts.is_account_suspended.tolist() == [True, False]
    assert facts.changes.asset_multiplier_e6.tolist() == [0, 30]


def test_history_fills_the_months_before_and_adds_corrections_up() -> None:
    facts = facts_of(
        history=[(11, 2512, 100, 50), (11, 2501, 70, 35), (11, 2412, 60, 30), (12, 2512, 9, 4), (12, 2512, -2, -1)]
    )

    assert facts.history.energy_kwh_e2[0].tolist() == [60, 70, *[0] * 10, 100]
    assert facts.history.is_billed[0].tolist() == [True, True, *[False] * 10, True]
    assert (facts.history.energy_kwh_e2[1, -1], facts.history.amount_fen[1, -1]) == (7, 3)


def test_exchange_and_other_ratio_within_the_month_are_told_by_their_day() -> None:
    on = date(2026, 1, 14)
    facts = facts_of(
        segments=[segment(11, "A"), segment(11, "B", on), segment(12, "C", DAY, 20), segment(12, "C", on, 30)]
    )

    assert facts.changes.exchange_date.astype(str).tolist() == ["2026-01-14", "NaT"]
    assert (facts.changes.meter_before[0], facts.changes.meter_after[0]) == ("A", "B")
    assert facts.changes.ratio_date.astype(str).tolist() == ["NaT", "2026-01-14"]
    assert facts.changes.multiplier_before_e6.tolist() == [0, 20_000_000]
    assert facts.changes.multiplier_after_e6.tolist() == [0, 30_000_000]


def test_meter_that_differs_from_last_month_was_exchanged_between() -> None:
    last = table(LAST, (11, "OLD", 1_000_000, "ESTIMATED"), (12, "A", 5_000_000, "ACTUAL"))

    facts = facts_of(last_segments=last, tickets=table("point_id", (12,)))

    assert facts.changes.exchange_date.astype(str).tolist() == ["2026-01-01", "NaT"]
    assert facts.changes.ratio_date.astype(str).tolist() == ["NaT", "2026-01-01"]
    assert facts.changes.was_estimated.tolist() == [True, False]
    assert facts.changes.has_ticket.tolist() == [False, True]


def test_capacity_tells_what_stands_what_ran_and_what_was_sealed() -> None:
    facts = facts_of(
        capacities=[
            (12, 4_000_000, "", "RUNNING", date(2020, 1, 1), None, 1),
            (12, 2_000_000, "", "RUNNING", date(2020, 1, 1), date(2026, 1, 11), 2),
            (12, 2_000_000, "", "SUSPENDED", date(2026, 1, 11), None, 2),
            (12, 1_000_000, "", "REMOVED", date(2020, 1, 1), None, 3),
        ],
        suspensions=table("point_id days", (12, 21)),
    )

    own = facts.capacities
    assert own.contract_kva_e4.tolist() == [0, 6_000_000]
    assert own.running_kva_e4.tolist() == [0, 6_000_000]
    assert own.always_kva_e4.tolist() == [0, 4_000_000]
    assert own.live_kva_days_e4.tolist() == [0, 4_000_000 * 31 + 2_000_000 * 10]
    assert own.sealed_days.tolist() == [0, 21]
    assert own.suspended_days_in_year.tolist() == [0, 21]


def test_of_interlocked_transformers_the_largest_counts() -> None:
    facts = facts_of(
        capacities=[
            (12, 4_000_000, "G", "RUNNING", date(2020, 1, 1), None, 1),
            (12, 5_000_000, "G", "HOT_STANDBY", date(2020, 1, 1), None, 2),
            (12, 1_000_000, "", "RUNNING", date(2020, 1, 1), None, 3),
        ]
    )

    assert facts.capacities.contract_kva_e4.tolist() == [0, 6_000_000]
