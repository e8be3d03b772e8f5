"""Rows that a correction adds or takes out: names, order, and what becomes of the rows beside them."""

from datetime import date
from typing import Any

import pytest

from dianke.domain.billing.rules import correction_rows as rows
from dianke.domain.billing.rules.correction_columns import FactUnreadable
from dianke.domain.billing.rules.inputs import ENERGY_REGISTERS

START, END = date(2026, 1, 1), date(2026, 2, 1)
READINGS = {f"{register}_{side}": None for register in ENERGY_REGISTERS for side in ("start", "end")}
BX2 = {
    "segment.+1.meter_number": "BX-2", "segment.+1.start_date": "2026-01-11", "segment.+1.ticket": "GD-1",
    "segment.+1.total_start": "5", "segment.+1.total_end": "155", "segment.+1.rolled_over": "0",
}  # fmt: skip


def meter(number: str = "BX-1", start: date = START, end: date = END, sequence: int = 1) -> dict[str, Any]:
    return {
        **READINGS, "point_id": 7, "sequence": sequence, "meter_number": number, "start_date": start, "end_date": end,
        "multiplier_e6": 1_000_000, "ct_ratio": "100/5", "pt_ratio": None, "integer_digits": 6, "rolled_over": False,
        "quality": "ACTUAL", "demand": None, "registers": "total", "total_start": 0, "total_end": 10_000,
    }  # fmt: skip


def spell(code: str, state: str, begin: date | None, end: date | None, key: int = 3) -> dict[str, Any]:
    return {
        "point_id": 7, "transformer_id": key, "code": code, "name": "", "kva_e4": 4_000_000, "state": state,
        "from_date": begin, "to_date": end, "p0_e4": None, "pk_e4": None, "i0_e4": None, "uk_e4": None,
        "interlock_group": None,
    }  # fmt: skip


def change(changes: dict[str, str], **tables: list[dict[str, Any]]) -> rows.Tables:
    found: rows.Tables = {
        "terms": [{"point_id": 7}], "segment": [meter()], "share": [], "capacity": [], "sub": [], **tables,
    }  # fmt: skip
    columns = {
        "share": ["point_id", "sequence", "name", "price_e8", "fixed_kwh_e2", "ratio_e6", "taken_from"],
        "capacity": list(spell("", "", None, None)),
        "sub": [*meter(), "parent_id"],
    }
    rows.change_rows(found, columns, changes)
    return found


def days(found: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    return [(row["meter_number"], row["start_date"].day, row["end_date"].day) for row in found]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("share.+1.price", "share.+1"),
        ("share.2.out", "share.2"),
        ("sub.17.out", "sub.17"),
        ("sub.17.+1.total_end", "sub.17.+1"),
        ("sub.17.2.out", "sub.17.2"),
        ("segment.1.total_end", None),
        ("sub.17.1.total_end", None),
        ("terms.plan_code", None),
        ("segment.+100.total_end", None),
    ],
)
def test_names_tell_new_rows_and_rows_taken_out_from_facts(name: str, stem: str | None) -> None:
    parsed = rows.parse_row_name(name)

    assert (parsed.stem if parsed else None) == stem


def test_order_of_rows_does_not_hang_on_the_order_of_the_changes() -> None:
    changes = {"share.+2.name": "b", "share.+1.price": "1", "share.+1.name": "a", "share.1.out": "1"}

    names = [name for name, _parsed in rows.list_row_names(changes)]

    assert names == ["share.1.out", "share.+1.name", "share.+1.price", "share.+2.name"]


class TestMeters:
    def test_new_one_takes_the_days_from_the_exchange_on(self) -> None:
        found = change(BX2)["segment"]

        assert days(found) == [("BX-1", 1, 11), ("BX-2", 11, 1)]
        assert [row["sequence"] for row in found] == [1, 2]
        assert (found[1]["total_start"], found[1]["total_end"], found[1]["registers"]) == (50_000, 1_550_000, "total")
        # The ratios of the old meter hold where no multiplier is said.
        assert (found[1]["ct_ratio"], found[1]["multiplier_e6"]) == ("100/5", 1_000_000)

    def test_two_exchanges_stand_by_their_days(self) -> None:
        second = {name.replace("+1", "+2"): value for name, value in BX2.items()}
        second |= {"segment.+2.meter_number": "BX-0", "segment.+2.start_date": "2026-01-05"}

        assert days(change({**BX2, **second})["segment"]) == [("BX-1", 1, 5), ("BX-0", 5, 11), ("BX-2", 11, 1)]

    def test_days_of_one_that_is_taken_out_go_to_its_neighbour(self) -> None:
        exchanged = [meter(end=date(2026, 1, 11)), meter("BX-2", date(2026, 1, 11), END, 2)]

        assert days(change({"segment.2.out": "1"}, segment=exchanged)["segment"]) == [("BX-1", 1, 1)]
        assert days(change({"segment.1.out": "1"}, segment=exchanged)["segment"]) == [("BX-2", 1, 1)]

    def test_one_that_is_taken_out_can_be_replaced_for_the_whole_period(self) -> None:
        found = change({**BX2, "segment.1.out": "1"})["segment"]

        assert days(found) == [("BX-2", 1, 1)]

    def test_another_multiplier_drops_the_ratios_that_contradict_it(self) -> None:
        found = change({**BX2, "segment.+1.multiplier": "30"})["segment"]

        assert (found[1]["multiplier_e6"], found[1]["ct_ratio"]) == (30_000_000, None)

    def test_of_a_sub_meter_belong_to_its_own_point(self) -> None:
        own = {**meter("BX-9"), "point_id": 17, "parent_id": 7}
        changes = {name.replace("segment.", "sub.17."): value for name, value in BX2.items()}

        found = change(changes, sub=[own])

        assert days(found["segment"]) == [("BX-1", 1, 1)]
        assert days(found["sub"]) == [("BX-9", 1, 11), ("BX-2", 11, 1)]


SEALED = {
    "capacity.+1.code": "T-1", "capacity.+1.state": "COLD_SEALED", "capacity.+1.from_date": "2026-01-08",
}  # fmt: skip


class TestTransformers:
    def test_code_that_is_known_adds_a_state_of_that_transformer(self) -> None:
        standing = [spell("T-1", "RUNNING", None, date(2026, 1, 8))]

        found = change(SEALED, capacity=standing)["capacity"]

        assert [(row["transformer_id"], row["state"], row["kva_e4"]) for row in found] == [
            (3, "RUNNING", 4_000_000), (3, "COLD_SEALED", 4_000_000),
        ]  # fmt: skip

    def test_another_code_adds_a_transformer_that_the_archive_does_not_hold(self) -> None:
        added = {"capacity.+1.code": "T-2", "capacity.+1.state": "RUNNING", "capacity.+1.kva": "315"}

        found = change(added, capacity=[spell("T-1", "RUNNING", None, None)])["capacity"]

        assert [(row["transformer_id"], row["kva_e4"]) for row in found] == [(-1, 3_150_000), (3, 4_000_000)]

    @pytest.mark.parametrize(
        ("end", "begin"), [(None, "2026-01-08"), (date(2026, 1, 9), "2026-01-08"), (date(2026, 1, 8), "")]
    )
    def test_states_that_overlap_are_refused(self, end: date | None, begin: str) -> None:
        changes = {**SEALED, "capacity.+1.from_date": begin}

        with pytest.raises(FactUnreadable, match="overlap"):
            change(
                {name: value for name, value in changes.items() if value}, capacity=[spell("T-1", "RUNNING", None, end)]
            )

    def test_that_ends_before_it_begins_is_refused(self) -> None:
        with pytest.raises(FactUnreadable, match="ends before it begins"):
            change(
                {**SEALED, "capacity.+1.to_date": "2026-01-08"},
                capacity=[spell("T-1", "RUNNING", None, date(2026, 1, 8))],
            )


def test_row_that_was_never_filled_in_is_no_change() -> None:
    tables: rows.Tables = {"terms": [{}], "segment": [meter()], "share": [], "capacity": [], "sub": []}

    found = rows.clean_rows(tables, {"share.+1.name": " ", "share.+1.with_funds": "1", "segment.+1.rolled_over": "0"})

    assert found == ({}, [])


def test_rows_that_can_be_taken_out_leave_the_last_meter() -> None:
    lone: rows.Tables = {"segment": [meter()], "share": [{"name": "照明"}], "capacity": [], "sub": []}
    two: rows.Tables = {**lone, "segment": [meter(), meter("BX-2")], "sub": [meter("BX-9") | {"point_id": 17}]}

    assert rows.list_places(lone) == [("share", "1", "照明")]
    assert rows.list_places(two) == [
        ("segment", "1", "BX-1"), ("segment", "2", "BX-2"), ("share", "1", "照明"), ("sub", "17", "BX-9"),
    ]  # fmt: skip
