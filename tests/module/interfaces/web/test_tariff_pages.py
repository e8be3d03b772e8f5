"""Tariffs as people know them from the official sheet, and the rules that bills cite."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.domain.tariffs.queries import list_newest_versions
from dianke.domain.tariffs.types import PolicyFact
from dianke.interfaces.web.tariffs import words
from dianke.interfaces.web.tariffs.rules import list_rules

LogIn = Callable[[str], Client]


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

        for query in ({}, {"kind": "RESIDENTIAL"}):
            with django_assert_num_queries(7):
                reviewer_pages.get("/tariffs/", query)


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
