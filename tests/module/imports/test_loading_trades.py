"""Growth of trades from a file: every fault at once, what stands is left alone, a batch leaves again."""

from collections.abc import Callable

import pytest
from tests.factories.archive import NOW, Archive, actor_of

from dianke.application.imports import batches
from dianke.application.imports.report import LoadReport
from dianke.domain.valuation.models import TradeGrowth
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("looking at what a test left")
TITLES = "行业代码,年份,增长率(%),来源\n"
Load = Callable[..., LoadReport]


def list_rows() -> list[tuple[str, int, int, str]]:
    rows = TradeGrowth.objects.for_actor(SYSTEM).order_by("industry_code", "year")
    return list(rows.values_list("industry_code", "year", "growth_e4", "source"))


def list_faults(report: LoadReport) -> list[tuple[int, str]]:
    return [(fault.row, fault.code) for fault in report.faults]


def test_rows_are_stored_once_with_the_digits_of_the_code(load: Load) -> None:
    text = f"{TITLES}C33,2024,5.30,省统计局\n3391,2024,-2.05,协会\n"

    first, again = load("trade-index", text), load("trade-index", text)

    assert (first.stored, again.stored, again.unchanged) == (2, 0, 2)
    assert list_rows() == [("33", 2024, 530, "省统计局"), ("3391", 2024, -205, "协会")]


def test_every_fault_is_named_and_nothing_stored(load: Load) -> None:
    load("trade-index", f"{TITLES}33,2024,5.30,省统计局\n")
    rows = [
        "C34,2024,1,省统计局",
        "34,2024,2,省统计局",
        "C,2024,1,省统计局",
        "3,2024,1,省统计局",
        "33911,2024,1,省统计局",
        "35,2999,1,省统计局",
        "33,2024,5.31,省统计局",
        "36,2024,1.234,省统计局",
        "37,2024,1,",
        "38,2024.5,-101,省统计局",
    ]

    report = load("trade-index", TITLES + "\n".join(rows))

    assert set(list_faults(report)) == {
        (3, "comes_twice"), (4, "trade_code_wrong"), (5, "trade_code_wrong"), (6, "trade_code_wrong"),
        (7, "year_not_over"), (8, "trade_growth_differs"), (9, "number_too_fine"), (10, "value_missing"),
        (11, "not_whole"), (11, "number_too_small"),
    }  # fmt: skip
    assert all(all(fault.describe(language)) for fault in report.faults for language in ("zh", "en"))
    assert list_rows() == [("33", 2024, 530, "省统计局")]


def test_only_by_whose_right_reaches_the_whole_utility(load: Load, archive: Archive) -> None:
    report = load("trade-index", f"{TITLES}33,2024,5.30,省统计局\n", actor=actor_of(archive.east, "imports.load"))

    assert list_faults(report) == [(2, "whole_utility_only")]
    assert list_rows() == []


def test_a_batch_is_undone_and_loaded_as_it_ought_to_be(load: Load, archive: Archive, tmp_path: object) -> None:
    options = {"actor": archive.actor, "at": NOW, "data_dir": tmp_path}
    batch = batches.bring_file(
        table="trade-index", file_name="行业.csv", content=f"{TITLES}33,2024,53,省统计局\n".encode(), size_limit=2**20,
        **options,
    )  # fmt: skip
    batches.begin_check(actor=archive.actor, batch_id=batch.pk, at=NOW)
    batches.carry_out(batch_id=batch.pk, size_limit=2**20, **options)
    batches.begin_load(actor=archive.actor, batch_id=batch.pk, keep_good=False, at=NOW)
    batches.carry_out(batch_id=batch.pk, size_limit=2**20, **options)
    batches.undo_batch(actor=archive.actor, batch_id=batch.pk, reason="小数点错了", at=NOW)

    load("trade-index", f"{TITLES}33,2024,5.3,省统计局\n")

    assert list_rows() == [("33", 2024, 530, "省统计局")]
