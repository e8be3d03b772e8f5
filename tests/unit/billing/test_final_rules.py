"""Rules of final bills: who may get one, the months and thirtieths of a part, the limits of its months of service."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.domain.billing.rules import parts
from dianke.domain.billing.rules.finals import (
    FinalFacts,
    FinalOrder,
    FinalReading,
    MonthFacts,
    find_month_obstacle,
    find_order_obstacle,
)
from dianke.domain.billing.rules.inputs import ShardInputs, Span, count_capacity, empty_used_before
from dianke.domain.billing.rules.quote_plan import weigh_by_days
from dianke.domain.billing.types import FinalKind
from dianke.engine.types import BasicCharge

DAY = date(2026, 2, 11)
ORDER = FinalOrder(
    kind=FinalKind.CLOSING,
    final_date=DAY,
    reason="搬走",
    readings=[FinalReading(installation_id=7, values={"total": Decimal(650)})],
)
FACTS = FinalFacts(
    customer_id=1,
    is_closed=False,
    opened_date=date(2025, 6, 1),
    today=DAY,
    points=["P1"],
    cycles=["A"],
    in_series=[],
    registers={7: ["total"]},
)
MONTH = MonthFacts(
    start=date(2026, 2, 1),
    end=date(2026, 3, 1),
    has_stages=False,
    spans_months=False,
    has_earlier=True,
    billed_until={"P1": date(2026, 2, 1)},
    installed={"P1": date(2025, 6, 1)},
    has_final=False,
    later_runs=[],
    own_runs=[],
    waiting_runs=[],
    uncut_points=[],
)


class TestOrder:
    def test_one_that_names_all_is_taken(self) -> None:
        assert find_order_obstacle(ORDER, FACTS) is None
        assert find_month_obstacle(ORDER, MONTH) is None

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"is_closed": True}, "closed"),
            ({"points": []}, "no_route"),
            ({"cycles": ["A", "B"]}, "several_cycles"),
            ({"in_series": ["P9"]}, "in_series"),
            ({"opened_date": DAY}, "opened_later"),
            ({"today": DAY - timedelta(days=1)}, "day_not_come"),
            ({"registers": {7: ["total", "peak"]}}, "not_read"),
        ],
    )
    def test_what_stands_in_the_way_is_named(self, facts: dict[str, object], code: str) -> None:
        found = find_order_obstacle(ORDER, replace(FACTS, **facts))  # type: ignore[arg-type]

        assert found is not None
        assert found.code == code
        assert found.reason

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"has_final": True}, "has_final"),
            ({"billed_until": {"P1": DAY}}, "billed_further"),
            ({"billed_until": {"P1": date(2026, 1, 1)}}, "earlier_not_billed"),
            ({"billed_until": {}}, "earlier_not_billed"),
            ({"later_runs": ["JS-1"]}, "later_run"),
            ({"own_runs": ["JS-1"]}, "own_run"),
            ({"waiting_runs": ["JS-1"]}, "earlier_stage_waits"),
            ({"spans_months": True, "uncut_points": ["P1"]}, "monthly_charges"),
        ],
    )
    def test_the_month_and_the_bills_before_are_looked_at(self, facts: dict[str, object], code: str) -> None:
        found = find_month_obstacle(ORDER, replace(MONTH, **facts))  # type: ignore[arg-type]

        assert found is not None
        assert found.code == code

    def test_who_moved_in_within_the_month_needs_no_earlier_bill(self) -> None:
        moved_in = replace(MONTH, billed_until={}, installed={"P1": date(2026, 2, 3)})

        assert find_month_obstacle(ORDER, moved_in) is None

    def test_a_hand_over_within_a_month_of_several_readings_waits_for_its_end(self) -> None:
        order = replace(ORDER, kind=FinalKind.HANDOVER, new_customer_id=2)
        month = replace(MONTH, has_stages=True)

        within = find_month_obstacle(order, month)
        at_the_end = find_month_obstacle(replace(order, final_date=month.end), month)

        assert within is not None
        assert within.code == "has_stages"
        assert at_the_end is None


class TestParts:
    @given(
        first=st.dates(date(2024, 1, 1), date(2028, 12, 28)).filter(lambda day: day.day <= 28),
        months=st.sampled_from([1, 2, 3, 6]),
        share=st.floats(0.001, 0.999),
    )
    def test_the_months_of_both_parts_are_those_of_the_whole(self, first: date, months: int, share: float) -> None:
        *whole, last = parts.list_months(first=first, months=months + 1)
        end = last.replace(day=first.day)
        cut = min(first + timedelta(days=max(1, int((end - first).days * share))), end - timedelta(days=1))

        before = parts.count_months(first=first, start=first, end=cut, months=months)
        after = parts.count_months(first=first, start=cut, end=end, months=months)

        assert sorted({*before, *after}) == whole
        assert len({*before} & {*after}) <= 1
        assert before[0] == whole[0]

    def test_fixed_shares_and_agreed_losses_count_by_days_of_thirty(self) -> None:
        span = Span(date(2026, 2, 1), DAY, (date(2026, 2, 1),), is_part=True)
        nothing = pa.table({})
        inputs = ShardInputs(
            points=pa.table({"loss_iron_kwh_e2": [31_300, None], "loss_iron_kvarh_e2": [None, 100]}),
            segments=nothing,
            capacities=nothing,
            shares=pa.table({"fixed_kwh_e2": pa.array([100_000, None], pa.int64())}),
            sub_segments=nothing,
            used_before=empty_used_before(),
        )

        found = parts.take_part(inputs, span)

        assert found.points["loss_iron_kwh_e2"].to_pylist() == [10_433, None]  # 313.00 x 10/30
        assert found.points["loss_iron_kvarh_e2"].to_pylist() == [None, 33]
        assert found.shares["fixed_kwh_e2"].to_pylist() == [33_333, None]

    def test_a_transformer_in_use_all_days_of_a_part_counts_these_days(self) -> None:
        spell = {
            "transformer_id": 1, "code": "T", "name": "T", "kva_e4": 6_300_000, "interlock_group": None,
            "state": "RUNNING", "from_date": date(2025, 1, 1), "to_date": None,
            "p0_e4": None, "pk_e4": None, "i0_e4": None, "uk_e4": None,
        }  # fmt: skip

        (part,) = count_capacity([spell], start=date(2026, 2, 1), end=DAY, is_part=True)
        (whole,) = count_capacity([spell], start=date(2026, 2, 1), end=date(2026, 3, 1))

        assert (part.days, part.is_whole) == (10, False)
        assert whole.is_whole

    def test_demand_counts_its_days_and_capacity_is_left_to_its_own(self) -> None:
        demand = BasicCharge(mode="actual_demand", prices=(420_000,))
        capacity = BasicCharge(mode="capacity", prices=(263_000,))

        assert weigh_by_days(demand, 10).price_days == (10, 20)
        assert weigh_by_days(demand, 30) is demand
        assert weigh_by_days(demand, None) is demand
        assert weigh_by_days(capacity, 10) is capacity
