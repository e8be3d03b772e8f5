"""A workbook with a fault is loaded, its bad row comes back as a workbook, is mended there and loaded too."""

from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect
from tests.journeys.conftest import Enter
from tests.journeys.test_imports import HEADER, archivist, count_customers, hand_in  # noqa: F401 - the stage is shared

from dianke.platform.identity.models import Staff

pytestmark = [pytest.mark.browser]

ROWS = ("K1,甲,个人,,2020-05-01,GSE", "K2,乙,个人,,2020-02-30,GSE", "K3,丙,个人,,2020-05-01,GSE")


def write_workbook(path: Path) -> None:
    """Write three customers, one of whom came on a day that there never was."""
    book = Workbook()
    for line in (HEADER, *ROWS):
        book.active.append(line.split(","))
    book.save(path)


def check(page: Page, file: Path) -> None:
    """Hand a file in and let it be checked; what other systems call 户号 is the customer's number here."""
    hand_in(page, file)
    page.get_by_label("“户号”对应的列").select_option("number")
    page.get_by_role("button", name="检查文件").click()


def test_a_bad_row_is_returned_mended_and_loaded(
    enter: Enter,
    archivist: Staff,  # noqa: F811
    tmp_path: Path,
    faults: list[str],
) -> None:
    path = tmp_path / "客户.xlsx"
    write_workbook(path)
    page = enter(archivist.login)
    check(page, path)
    expect(page.locator("#faults")).to_contain_text("没有这一天")
    page.get_by_role("button", name="导入无问题的行").click()
    page.get_by_role("dialog").get_by_role("button", name="导入").click()
    expect(page.locator(".ttl .chip")).to_have_text("已导入")
    assert count_customers() == 2

    with page.expect_download() as download:
        page.get_by_role("link", name="下载问题行").click()
    returned = tmp_path / "returned.xlsx"
    download.value.save_as(returned)
    book = load_workbook(returned)
    titles = [cell.value for cell in book.active[1]]
    assert titles[-2:] == ["错误", "处理办法"]
    assert book.active.max_row == 2
    book.active.cell(row=2, column=titles.index("立户日期") + 1).value = "2020-02-29"
    book.save(returned)

    check(page, returned)
    page.get_by_role("button", name="全部导入").click()
    page.get_by_role("dialog").get_by_role("button", name="导入").click()
    expect(page.locator(".ttl .chip")).to_have_text("已导入")
    assert count_customers() == 3
    assert faults == []
