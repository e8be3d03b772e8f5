"""Tariffs as people know them from the official sheet, and the rules that bills cite."""

import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import translation
from openpyxl import load_workbook
from tests.factories import utility as factory
from tests.factories.pages import Office
from tests.factories.workbooks import PRICE_ROWS, write_workbook

from dianke.application import tariffs as use_cases
from dianke.domain.tariffs.models import TariffVersion
from dianke.domain.tariffs.queries import list_newest_versions, list_proposals
from dianke.domain.tariffs.types import PolicyFact
from dianke.interfaces.web.tariffs import words
from dianke.interfaces.web.tariffs.fault_words import FAULTS
from dianke.interfaces.web.tariffs.rules import list_rules
from dianke.kernel.clock import SystemClock

LogIn = Callable[[str], Client]
SHEET = """
schema: tariff-sheet/v1
region: {province: 湖北, area: 全省}
issuer: 国网湖北省电力有限公司
sheets:
  - id: HB-CI-2026-02
    kind: agency_purchase_monthly
    effective: {from: 2026-02-01, to: null}
    evidence: {grade: B, urls: ["https://example.org/sheet"]}
    unit: CNY/kWh
    rows:
      - {structure: single, voltage: "<1kV", flat: 0.7}
"""


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def open_plan(client: Client, code: str) -> str:
    return words_of(client.get(f"/tariffs/plans/{code}/", follow=True).content.decode())


class TestVersion:
    def test_of_commerce_prints_prices_by_voltage_and_period(self, reviewer_pages: Client) -> None:
        page = open_plan(reviewer_pages, "HB-CI")

        assert "两部制 1–10(20) kV 0.126300 1.049999 0.848961 0.651886 0.432924 42.00 26.30" in page
        assert "单一制 不满 1 kV 0.384470 0.013643 0.082273 0.045200 0.210300 1.133999" in page

    def test_of_commerce_shows_hours_funds_and_what_is_printed_otherwise(self, reviewer_pages: Client) -> None:
        page = open_plan(reviewer_pages, "HB-CI")

        for text in ("1–6、9–12 月", "尖峰 18–20 时", "7–8 月", "尖峰 20–22 时", "农网还贷资金 0.020000"):
            assert text in page
        assert "系统运行费用：印刷 0.082273 ，构成之和 0.077973" in page

    def test_of_homes_prints_tiers_with_their_price(self, reviewer_pages: Client) -> None:
        page = open_plan(reviewer_pages, "GD-GZ-RES")

        assert "第 2 档 201–400 kWh 0.0500 0.63886875" in page
        assert "第 3 档 600 kWh 以上 0.3000 0.88886875" in page
        assert "合同需量" not in page

    def test_writes_policy_values_with_their_unit(self, reviewer_pages: Client) -> None:
        page = open_plan(reviewer_pages, "HB-CI")

        for text in ("合同需量下限 40%", "超需量倍数 2 倍", "增值税 13%", "两部制起点 315 kVA"):
            assert text in page

    def test_that_does_not_exist_is_not_found(self, reviewer_pages: Client) -> None:
        assert reviewer_pages.get("/tariffs/versions/999999/").status_code == 404
        assert reviewer_pages.get("/tariffs/plans/NONE/").status_code == 404

    def test_without_the_right_is_refused(self, office: Office, log_in: LogIn) -> None:
        factory.add_clerk(office.utility.root, "YZ6", ["archive.view"])
        version = list_newest_versions(actor=office.actor, on=date(2026, 1, 1), plan_code="HB-CI")["HB-CI"]

        assert log_in("YZ6").get(f"/tariffs/versions/{version.id}/").status_code == 403
        assert log_in("YZ6").get("/tariffs/").status_code == 403


class TestPlans:
    def test_are_listed_with_their_newest_sheet_and_whether_it_is_in_force(self, reviewer_pages: Client) -> None:
        page = words_of(reviewer_pages.get("/tariffs/").content.decode())

        assert "HB-CI-2026-01 2026-01-01 2026-02-01 已到期" in page
        assert re.search(r"GD-GZ-RES 2021-10-01 – 执行中", page)

    def test_are_filtered_by_text_and_kind(self, reviewer_pages: Client) -> None:
        by_text = words_of(reviewer_pages.get("/tariffs/", {"q": "湖北"}).content.decode())
        by_kind = words_of(reviewer_pages.get("/tariffs/", {"kind": "RESIDENTIAL"}).content.decode())

        assert "HB-CI" in by_text
        assert "GD-GZ-RES" not in by_text
        assert "HB-CI" not in by_kind

    def test_that_do_not_fit_say_so(self, reviewer_pages: Client) -> None:
        assert "没有符合的方案" in reviewer_pages.get("/tariffs/", {"q": "<b>"}).content.decode()

    def test_cost_the_same_queries_whatever_is_shown(
        self, reviewer_pages: Client, django_assert_num_queries: Callable[..., object]
    ) -> None:
        reviewer_pages.get("/tariffs/")

        # An address that asks nothing is asked whether the reader has a view that opens first.
        for query, count in (({}, 10), ({"kind": "RESIDENTIAL"}, 9), ({"q": "湖北"}, 9)):
            with django_assert_num_queries(count):
                reviewer_pages.get("/tariffs/", query)


class TestUpload:
    @pytest.fixture
    def officer(self, office: Office, log_in: LogIn) -> Client:
        factory.add_clerk(office.utility.root, "YZ7", ["tariffs.view", "tariffs.propose"])
        return log_in("YZ7")

    def upload(self, client: Client, name: str, data: bytes) -> HttpResponse:
        return client.post("/tariffs/propose/", {"file": SimpleUploadedFile(name, data), "reason": "二月公告"})

    def test_of_a_workbook_waits_for_another_person(self, office: Office, officer: Client) -> None:
        answer = self.upload(officer, "二月.xlsx", write_workbook())

        assert (answer.status_code, answer.headers["Location"]) == (302, "/tariffs/")
        assert "HB-CI-2026-02" in [one.sheet_id for one in list_proposals(actor=office.actor)]

    def test_tells_faults_of_a_workbook_in_chinese_by_row_and_column(self, office: Office, officer: Client) -> None:
        first, _second = PRICE_ROWS
        data = write_workbook(prices=[{**first, "平段": "七毛三"}], parts=[{"项目": "神秘费用", "价格": 0.1}])

        page = words_of(self.upload(officer, "二月.xlsx", data).content.decode())

        assert "“价格”表第 2 行 G 列 七毛三 不是数字" in page
        assert "填写数字；留空表示未查到" in page
        assert "“构成”表第 2 行 B 列 0.1 电价没有此构成项" in page
        assert list_proposals(actor=office.actor) == []

    def test_tells_faults_of_a_text_in_chinese_by_row_and_column(self, officer: Client) -> None:
        data = SHEET.replace("flat: 0.7", "flat: -0.7").encode()

        page = words_of(self.upload(officer, "二月.yaml", data).content.decode())

        assert "价格第 1 行 · 平 -0.7 价格小于零 价格不得为负" in page

    def test_of_an_unreadable_file_says_where(self, officer: Client) -> None:
        text = words_of(self.upload(officer, "二月.yaml", b"schema: a\nschema: b\n").content.decode())
        workbook = words_of(self.upload(officer, "二月.xlsx", b"no workbook").content.decode())

        assert "第 2 行 schema stands here twice 此处文本无法读取 更正此行后重新上传" in text
        assert "工作簿无法读取：文件已损坏" in workbook

    def test_template_is_a_workbook_for_who_may_propose(self, officer: Client, reviewer_pages: Client) -> None:
        answer = officer.get("/tariffs/template/")

        book = load_workbook(io.BytesIO(answer.content))
        assert book.sheetnames == ["表头", "价格", "构成", "时段"]
        assert reviewer_pages.get("/tariffs/template/").status_code == 403

    def test_every_fault_has_words_in_chinese(self) -> None:
        with translation.override("zh-hans"):
            untold = [code for code, words in FAULTS.items() if any(str(text).isascii() for text in words)]

        assert untold == []


class TestWithdrawal:
    def test_is_offered_before_the_first_day_to_another_than_who_approved(self, office: Office, log_in: LogIn) -> None:
        version = propose_and_approve(office)
        address = f"/tariffs/versions/{version.pk}/"
        rights = ["tariffs.view", "tariffs.withdraw_version"]
        factory.add_clerk(office.utility.root, "YZ7", rights)
        remover = log_in("YZ7")

        offered = remover.get(address).content.decode()
        refused = words_of(remover.post(f"{address}withdraw/", {"reason": " "}, follow=True).content.decode())
        remover.post(f"{address}withdraw/", {"reason": "公告收回"})

        version.refresh_from_db()
        assert f'action="{address}withdraw/"' in offered
        assert "须写明" in refused
        assert version.status == "WITHDRAWN"
        page = remover.get(address).content.decode()
        assert f'action="{address}withdraw/"' not in page
        assert "撤销人 YZ7" in words_of(page)
        assert "公告收回" in page

    def test_is_closed_to_who_approved_and_to_others(self, office: Office, log_in: LogIn) -> None:
        version = propose_and_approve(office)
        address = f"/tariffs/versions/{version.pk}/withdraw/"
        factory.add_clerk(office.utility.root, "YZ7", ["tariffs.view", "tariffs.approve"])

        told = [str(one) for one in get_messages(log_in("chief").post(address, {"reason": "改主意"}).wsgi_request)]

        version.refresh_from_db()
        assert told == ["chief 经办的事项须由 chief 以外的人审批"]
        assert log_in("YZ7").post(address, {"reason": "x"}).status_code == 403
        assert version.status == "ACTIVE"


def propose_and_approve(office: Office) -> TariffVersion:
    """Return a version of the month after next, proposed by one and approved by another who may withdraw too."""
    proposer = factory.add_clerk(office.utility.root, "officer", ["tariffs.propose"])
    chief = factory.add_clerk(
        office.utility.root, "chief", ["tariffs.view", "tariffs.approve", "tariffs.withdraw_version"]
    )
    now = SystemClock().now()
    start = (now + timedelta(days=40)).date()
    data = SHEET.replace("2026-02-01", start.isoformat()).encode()
    use_cases.propose_file(actor=proposer, name="new.yaml", data=data, reason="下月", at=now)
    version = TariffVersion.objects.for_actor(office.actor).get(sheet_id="HB-CI-2026-02")
    return use_cases.approve_version(
        actor=chief, version_id=version.pk, reason="已核对，尚无账单", at=now, has_nothing_to_try=True
    )


class TestRules:
    def test_page_has_an_anchor_for_every_rule(self, reviewer_pages: Client) -> None:
        page = reviewer_pages.get("/tariffs/rules/").content.decode()

        assert [rule.id for rule in list_rules() if f'id="{rule.id}"' not in page] == []
        assert "四舍五入：电量每个示数一次" in page

    def test_cite_texts_by_title_and_number(self, reviewer_pages: Client) -> None:
        page = words_of(reviewer_pages.get("/tariffs/rules/").content.decode())

        assert "功率因数调整电费办法" in page
        assert "供电营业规则" in page


@pytest.mark.parametrize(
    ("months", "text"),
    [
        (tuple(range(1, 13)), "全年"),
        ((7, 8), "7–8 月"),
        ((1, 2, 3, 4, 11, 12), "1–4、11–12 月"),
        ((6,), "6 月"),
    ],
)
def test_months_are_named_as_spans(months: tuple[int, ...], text: str) -> None:
    assert words.name_months(months) == text


def test_policy_without_a_word_shows_its_code() -> None:
    fact = PolicyFact(
        id=1, code="SOMETHING_NEW", number=None, text="as_it_is", unit="", citation="TR-2", section="2", grade="A"
    )

    assert (words.name_policy(fact), words.write_policy(fact)) == ("SOMETHING_NEW", "as_it_is")
