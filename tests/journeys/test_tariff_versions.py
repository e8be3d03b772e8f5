"""A price changes: one person copies the version with a new price, another looks at the difference and approves."""

from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.conftest import PASSWORD, Enter, Stage
from tests.journeys.looks import look_at

from dianke.domain.tariffs import operations
from dianke.domain.tariffs.models import TariffVersion
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

pytestmark = [pytest.mark.browser]

SYSTEM = Actor.system("journey of prices")
LOADED_AT = datetime(2026, 1, 5, tzinfo=UTC)
MARCH = """
schema: tariff-sheet/v1
region: {province: 湖北, area: 全省}
issuer: 国网湖北省电力有限公司
sheets:
  - id: HB-CI-2027-03
    kind: agency_purchase_monthly
    effective: {from: 2027-03-01, to: 2027-03-31}
    evidence: {grade: B, urls: ["https://example.org/sheet"]}
    unit: CNY/kWh
    rows:
      - {structure: single, voltage: "<1kV", flat: 70}
"""


def load_january(_data_dir: Path) -> tuple[Staff, Staff]:
    """Load the January sheet of a province, and return who proposes prices and who approves them."""
    data = resources.files("dianke.domain.tariffs").joinpath("data")
    names = ("policies.yaml", "sheets/hubei.yaml")
    files = [(name, data.joinpath(*name.split("/")).read_bytes()) for name in names]
    operations.load_files(actor=SYSTEM, files=files, loaded_at=LOADED_AT)
    utility = add_unit(code="YZ", name="云泽供电公司", kind=UnitKind.UTILITY, parent=None)
    proposer = engage(utility, "lin", "听澜知衡", ["tariffs.view", "tariffs.propose"])
    return proposer, engage(utility, "zhou", "漱石远", ["tariffs.view", "tariffs.approve"])


def engage(unit: Unit, login: str, name: str, rights: list[str]) -> Staff:
    """Return a new person with one post at a unit."""
    person = identity.add_staff(login=login, name=name, unit=unit, password=PASSWORD)
    post = identity.define_post(code=login.upper(), name=f"{name}岗", rights=rights)
    identity.assign_post(staff=person, post=post, unit=unit, start=date(2020, 1, 1))
    return person


@pytest.fixture
def people(stage: Stage[tuple[Staff, Staff]]) -> tuple[Staff, Staff]:
    """Bring the utility and return who proposes prices and who approves them."""
    return stage(load_january)


def propose_by_copying(page: Page) -> None:
    """Copy the January version with one other price and propose it."""
    page.goto("/tariffs/plans/HB-CI/")
    page.get_by_role("link", name="复制并改价").click()
    page.fill("[name=sheet_id]", "HB-CI-2027-02")
    page.fill("[name=start]", "2027-02-01")
    page.fill("[name=url]", "https://example.org/notice")
    page.fill("[name=reason]", "二月代理购电价格公告")
    page.fill("[name=cell-0-flat]", "0.9")
    page.get_by_role("button", name="提交").click()


def test_a_price_is_proposed_by_one_and_approved_by_another(
    enter: Enter, people: tuple[Staff, Staff], faults: list[str]
) -> None:
    first, second = (enter(person.login) for person in people)

    propose_by_copying(first)
    expect(first.locator("h1")).to_contain_text("湖北")
    expect(first.locator("main")).to_contain_text("本版本由您提交，须由另一人审批。")
    expect(first.get_by_role("button", name="批准")).to_have_count(0)
    second.goto("/")
    second.get_by_role("link", name="HB-CI-2027-02").first.click()
    second.get_by_role("link", name="查看变动").click()
    expect(second.locator(".difference tbody tr:not(.sum)")).to_have_count(1)
    expect(second.locator(".difference")).to_contain_text("0.9")
    second.go_back()
    second.get_by_role("button", name="批准").click()
    # No bill of this plan was ever issued, which whoever approves says, and why.
    second.get_by_role("dialog").get_by_role("checkbox").check()
    second.get_by_role("dialog").locator("[name=reason]").fill("新方案首期")
    second.get_by_role("dialog").get_by_role("button", name="批准").click()

    expect(second.locator("main")).to_contain_text("漱石远")
    version = TariffVersion.objects.for_actor(SYSTEM).get(sheet_id="HB-CI-2027-02")
    assert (version.status, version.loaded_by, version.decided_by) == ("ACTIVE", "lin", "zhou")
    assert faults == []


def test_a_file_with_a_fault_is_returned_with_the_place(
    enter: Enter, people: tuple[Staff, Staff], tmp_path: Path, faults: list[str]
) -> None:
    path = tmp_path / "march.yaml"
    path.write_text(MARCH, "utf-8")
    page = enter(people[0].login, "/tariffs/propose/")

    page.set_input_files("[name=file]", path)
    page.fill("[name=reason]", "三月")
    page.get_by_role("button", name="校验并提交").click()

    expect(page.locator("main")).to_contain_text("未提交任何版本")
    expect(page.locator("main")).to_contain_text("价格第 1 行 · 平")
    assert TariffVersion.objects.for_actor(SYSTEM).filter(status="PROPOSED").count() == 0
    assert [fault for fault in faults if "422" not in fault] == []


def test_pages_of_proposals_fit_and_please_axe(enter: Enter, people: tuple[Staff, Staff], faults: list[str]) -> None:
    page, deciding = (enter(person.login) for person in people)
    propose_by_copying(page)
    expect(page.locator("main")).to_contain_text("等待审批")
    version = TariffVersion.objects.for_actor(SYSTEM).get(sheet_id="HB-CI-2027-02")
    january = TariffVersion.objects.for_actor(SYSTEM).get(sheet_id="HB-CI-2026-01")
    to_propose = ["/tariffs/", "/tariffs/propose/", f"/tariffs/versions/{january.pk}/revise/"]
    to_decide = [
        f"/tariffs/versions/{version.pk}/",
        f"/tariffs/difference/?before={january.pk}&after={version.pk}",
    ]

    assert look_at(page, to_propose) == {}
    assert look_at(deciding, to_decide) == {}
    assert faults == []
