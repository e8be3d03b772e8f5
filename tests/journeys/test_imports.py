"""20,000 rows with 300 faults come in through the page: mapped, checked, corrected, loaded, and taken back."""

from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.factories.imports import write_customers
from tests.journeys.conftest import PASSWORD, Enter, RunWorker, Stage
from tests.journeys.looks import look_around

from dianke.domain.customers.models import Customer
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

pytestmark = [pytest.mark.browser]

SYSTEM = Actor.system("looking at an import in a journey")
HEADER = "户号,户名,客户类型,行业代码,立户日期,单位编码"


def hire_archivist(_data_dir: Path) -> Staff:
    """Add the utility and a person who loads files there and may undo them."""
    utility = add_unit(code="GSE", name="云泽供电公司", kind=UnitKind.UTILITY, parent=None)
    person = identity.add_staff(login="YZ10301", name="顾明远", unit=utility, password=PASSWORD)
    post = identity.define_post(
        code="ARCHIVIST", name="档案管理员", rights=["imports.load", "imports.undo", "archive.view"]
    )
    identity.assign_post(staff=person, post=post, unit=utility, start=date(2020, 1, 1))
    return person


@pytest.fixture
def archivist(stage: Stage[Staff]) -> Staff:
    """Bring the utility and return who loads files there."""
    return stage(hire_archivist)


def hand_in(page: Page, file: Path) -> None:
    page.goto("/imports/")
    page.get_by_role("link", name="新建导入").click()
    page.get_by_role("radio", name="用电客户").check()
    page.set_input_files("#file", file)
    page.get_by_role("button", name="上传").click()


def count_customers() -> int:
    return int(Customer.objects.for_actor(SYSTEM).count())


def test_20_000_rows_with_300_faults_are_corrected_loaded_returned_and_undone(
    enter: Enter, archivist: Staff, run_worker: RunWorker, tmp_path: Path, faults: list[str]
) -> None:
    content, expected = write_customers()
    file = tmp_path / "客户.csv"
    file.write_bytes(content)
    page = enter(archivist.login)
    hand_in(page, file)
    expect(page.get_by_text("按列名", exact=True)).to_have_count(6)
    page.get_by_role("button", name="检查文件").click()
    expect(page.locator("#work")).to_contain_text("检查中")
    # The page is left and found again while the worker checks.
    page.goto("/imports/")
    run_worker()
    page.reload()
    page.get_by_role("link", name="DR-").click()

    _correct_a_date(page, expected)
    _load_good_rows(page, run_worker)
    assert count_customers() == 19_701
    with page.expect_download() as download:
        page.get_by_role("link", name="下载问题行").click()
    returned = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert len(returned) == 300

    page.get_by_role("button", name="撤销").click()
    page.get_by_role("dialog").get_by_label("原因").fill("单位装错了")
    page.get_by_role("dialog").get_by_role("button", name="撤销").click()
    # Nearly a hundred thousand rows with their history: the worker takes them out, and the page tells how far it is.
    expect(page.locator("#work")).to_contain_text("撤销中")
    run_worker()
    expect(page.locator(".ttl .chip")).to_have_text("已撤销", timeout=15_000)
    assert count_customers() == 0
    assert faults == []


def _correct_a_date(page: Page, expected: dict[int, str]) -> None:
    expect(page.locator("#faults .strip")).to_contain_text("300")
    page.get_by_role("link", name="没有这一天").click()
    expect(page.locator(".bad-rows tbody tr")).to_have_count(50)
    line = min(line for line, code in expected.items() if code == "date_impossible")
    cell = page.get_by_label(f"第 {line} 行的“立户日期”")
    expect(cell).to_have_value("2021-02-30")
    cell.fill("2021-02-28")
    cell.press("Enter")
    expect(page.locator("#faults .strip")).to_contain_text("299", timeout=60_000)
    expect(page.get_by_label(f"第 {line} 行的“立户日期”")).to_have_count(0)


def _load_good_rows(page: Page, run_worker: RunWorker) -> None:
    page.get_by_role("button", name="导入无问题的行").click()
    page.get_by_role("dialog").get_by_role("button", name="导入").click()
    expect(page.locator("#work")).to_contain_text("导入中")
    run_worker()
    expect(page.locator(".ttl .chip")).to_have_text("已导入", timeout=15_000)
    expect(page.locator(".strip")).to_contain_text("19,701")


def test_every_step_of_a_small_file_fits_its_window_and_pleases_axe(
    enter: Enter, archivist: Staff, tmp_path: Path, faults: list[str]
) -> None:
    file = tmp_path / "旧系统客户.csv"
    rows = ["K1,甲,个人,,2020-05-01,GSE", "K2,乙,外星人,,2020-02-30,GSE", "K3,丙,个人,,2020-05-01,GSE"]
    file.write_bytes("\n".join([HEADER, *rows]).encode("gb18030"))
    found = {}
    page = enter(archivist.login, "/imports/")

    found["list"] = look_around(page)
    page.goto("/imports/new/")
    found["new"] = look_around(page)
    hand_in(page, file)
    # What other systems call 户号 is the customer's number here: nobody can know, so it is told.
    page.get_by_label("“户号”对应的列").select_option("number")
    found["columns"] = look_around(page)
    page.get_by_role("button", name="检查文件").click()
    expect(page.locator("#faults")).to_be_visible()
    found["faults"] = look_around(page)
    page.get_by_role("button", name="导入无问题的行").click()
    page.get_by_role("dialog").get_by_role("button", name="导入").click()
    expect(page.locator(".ttl .chip")).to_have_text("已导入")
    found["result"] = look_around(page)

    assert {step: wrong for step, wrong in found.items() if wrong} == {}
    assert count_customers() == 2
    assert faults == []
