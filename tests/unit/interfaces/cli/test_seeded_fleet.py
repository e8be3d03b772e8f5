"""The seeded fleet: clean where nothing was done, wrong where the truth says so, the same every time."""

from collections import Counter
from datetime import date

import numpy as np
import pytest

from dianke.domain.billing.rules.review.causes import CAUSES
from dianke.interfaces.cli.bench.review_report import report
from dianke.interfaces.cli.bench.seeded.errors import ERRORS, build_fleet
from dianke.interfaces.cli.bench.seeded.points import CLOSING, OPENING, TURN, Change, Misread, Point, SeededFleet
from dianke.interfaces.cli.bench.seeded.registers import read_point
from dianke.interfaces.cli.bench.seeded.rows import Keys, build_rows, list_bills

KEYS = Keys(unit_id=1, feeder_id=1, route_id=1, plan_ids={"GD-GZ-RES": 1, "HB-CI": 2})


@pytest.fixture(scope="module")
def fleet() -> SeededFleet:
    return build_fleet(300)


def make_home(**fields: object) -> Point:
    """Return a home of 100 kWh a month with one register that showed 1,000 kWh."""
    point = Point(
        serial=1,
        kind="HOME",
        usage_class="RESIDENTIAL",
        plan="GD-GZ-RES",
        registers=("total",),
        kwh=np.full(15, 100.0),
        opening_steps={"total": 100_000},
    )
    for name, value in fields.items():
        setattr(point, name, value)
    return point


def totals_of(point: Point) -> list[tuple[date, int]]:
    return [(shown.day, shown.steps["total"]) for shown in read_point(point)[1]]


class TestFleet:
    def test_has_an_error_of_every_cause_and_no_other(self, fleet: SeededFleet) -> None:
        counts = Counter(seed.code for seed in fleet.seeds)

        assert {kind.code for kind in ERRORS} == set(CAUSES)
        assert counts == dict.fromkeys(CAUSES, 3)

    def test_seeds_each_point_once(self, fleet: SeededFleet) -> None:
        serials = [seed.serial for seed in fleet.seeds]

        assert len(serials) == len(set(serials))
        assert not fleet.clean & (set(serials) | fleet.touched)
        assert len(fleet.clean) + len(serials) + len(fleet.touched) == len(fleet.points)

    def test_is_the_same_for_the_same_seed(self, fleet: SeededFleet) -> None:
        again, other = build_fleet(300), build_fleet(300, random_seed=7)

        assert again.seeds == fleet.seeds != other.seeds
        assert [point.opening_steps for point in again.points] == [point.opening_steps for point in fleet.points]

    def test_keeps_serials_in_order_and_homes_in_the_majority(self, fleet: SeededFleet) -> None:
        kinds = Counter(point.kind for point in fleet.points)

        assert [point.serial for point in fleet.points] == list(range(1, 301))
        assert kinds.most_common(1)[0][0] == "HOME"
        assert set(kinds) == {"HOME", "SHARED_HOMES", "SHOP", "FARM", "WORKS", "PLANT", "MAIN", "SUB"}

    def test_has_fourteen_bills_before_the_billed_month_of_who_was_there(self, fleet: SeededFleet) -> None:
        rows = build_rows(fleet.points, KEYS)
        bills = Counter(row[4] for row in list_bills(fleet.points, 1))

        old = [point.serial for point in fleet.points if point.is_established]
        assert {bills[serial] for serial in old} == {14}
        assert rows.count("metering_usagepoint") == 300
        assert rows.count("network_transformer") == sum(len(point.transformers) for point in fleet.points)


class TestReadings:
    def test_show_what_was_used_in_the_two_last_months(self) -> None:
        assert totals_of(make_home()) == [(OPENING, 100_000), (TURN, 110_000), (CLOSING, 120_000)]

    def test_of_periods_add_up_to_the_total(self) -> None:
        point = make_home(
            registers=("total", "peak", "flat", "valley"),
            split={"peak": 0.333, "flat": 0.334, "valley": 0.333},
            opening_steps={"total": 30, "peak": 10, "flat": 10, "valley": 10},
        )

        steps = read_point(point)[1][-1].steps

        assert steps["total"] == steps["peak"] + steps["flat"] + steps["valley"]

    def test_turn_over_at_the_last_digit_and_are_marked(self) -> None:
        point = make_home(digits=5, opening_steps={"total": 10**7 - 15_000})

        shown = read_point(point)[1]

        assert [(one.steps["total"], one.is_rolled_over) for one in shown[1:]] == [
            (10**7 - 5_000, False),
            (5_000, True),
        ]

    def test_of_a_new_meter_begin_at_nought_on_the_day_of_the_exchange(self) -> None:
        change = Change(day=date(2025, 12, 16), is_other_meter=True, ct=(1, 1), ticket=True)

        stays, shown, _ = read_point(make_home(change=change))

        assert (stays[0].end, stays[0].departure) == (date(2025, 12, 16), {"total": 110_000 + 4_839})
        assert stays[1].arrival == {"total": 0}
        assert shown[-1].steps == {"total": 5_161}

    def test_are_written_down_wrong_only_at_the_closing(self) -> None:
        too_long = make_home(misreads={"total": Misread(times=10)})
        too_low = make_home(misreads={"total": Misread(below_opening=500)})

        assert totals_of(too_long)[1:] == [(TURN, 110_000), (CLOSING, 1_200_000)]
        assert totals_of(too_low)[1:] == [(TURN, 110_000), (CLOSING, 109_500)]

    def test_of_a_main_meter_hold_what_the_sub_meter_took(self) -> None:
        main = make_home(sub=make_home(serial=2, kwh=np.full(15, 30.0)))

        assert totals_of(main) == [(OPENING, 100_000), (TURN, 113_000), (CLOSING, 126_000)]

    def test_begin_with_the_customer(self) -> None:
        kwh = np.array([*[np.nan] * 14, 50.0])

        stays, shown, before_kwh = read_point(make_home(opened=date(2025, 12, 10), kwh=kwh))

        assert (stays[0].start, stays[0].arrival, before_kwh) == (date(2025, 12, 10), {"total": 100_000}, 0)
        assert [(one.day, one.steps["total"]) for one in shown] == [(CLOSING, 105_000)]


class TestReport:
    def test_tells_found_missed_and_flagged_apart(self, fleet: SeededFleet) -> None:
        first, second, third = (seed.serial for seed in fleet.seeds if seed.code == "estimated_twice")
        clean = min(fleet.clean)

        told = report(
            fleet,
            found=[(first, "estimated_twice", True), (second, "zero_use", True), (clean, "estimated_twice", True)],
            unbilled={},
        )

        row = told["codes"]["estimated_twice"]
        assert (row["seeded"], row["found"], row["missed"], row["missed_but_flagged"]) == (3, 1, 2, 1)
        assert (row["flagged_clean"], row["flagged_otherwise"], row["missed_points"]) == (1, 0, [second, third])
        assert told["codes"]["zero_use"]["flagged_otherwise"] == 1
        assert (told["clean_flagged"], told["clean_bills"]) == (1, len(fleet.clean))
        assert told["clean_flagged_share"] == round(1 / len(fleet.clean), 5)

    def test_counts_a_refused_bill_as_found_only_for_the_fault_that_was_seeded(self, fleet: SeededFleet) -> None:
        seeds = [seed for seed in fleet.seeds if seed.fault]
        right = {seed.serial: seed.fault for seed in seeds}
        wrong = dict.fromkeys(right, "meter_missing")

        assert seeds
        assert sum(row["found_as_fault"] for row in report(fleet, found=[], unbilled=right)["codes"].values()) == len(
            seeds
        )
        assert sum(row["found_as_fault"] for row in report(fleet, found=[], unbilled=wrong)["codes"].values()) == 0

    def test_leaves_information_out_of_what_is_flagged(self, fleet: SeededFleet) -> None:
        clean = min(fleet.clean)

        told = report(fleet, found=[(clean, "first_bill", False)], unbilled={})

        assert (told["clean_flagged"], told["clean_noted"]) == (0, 1)
        assert told["codes"]["first_bill"]["noted_clean"] == 1
