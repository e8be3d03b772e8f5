"""Lists as workbooks: what is shown is what is exported, numbers are numbers, no text becomes a formula."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from tests.factories.pages import FORMULA_NAME, SCRIPT_NAME, Office

issued = True


def download(client: Client, url: str, **query: str) -> Any:
    answer = client.get(url, {**query, "format": "xlsx"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert "attachment" in answer.headers["Content-Disposition"]
    return load_workbook(io.BytesIO(answer.content)).active


class TestCustomers:
    def test_has_a_row_for_each_account_that_the_filter_shows(self, office: Office, reviewer_pages: Client) -> None:
        sheet = download(reviewer_pages, "/customers/", **{"class": "RESIDENTIAL"})

        rows = list(sheet.iter_rows(values_only=True))
        assert rows[0] == ("户号", "户名", "类别", "用电地址", "供电单位", "状态", "立户日")
        assert [row[0] for row in rows[1:]] == sorted([office.account("home"), office.account("unread")])

    def test_has_what_a_search_found(self, office: Office, reviewer_pages: Client) -> None:
        sheet = download(reviewer_pages, "/customers/", q=office.account("farm"))

        assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [office.account("farm")]

    def test_keeps_a_name_that_looks_like_a_formula_as_text(self, office: Office, reviewer_pages: Client) -> None:
        sheet = download(reviewer_pages, "/customers/")

        names = {row[1].value: row[1].data_type for row in sheet.iter_rows(min_row=2)}
        assert names[FORMULA_NAME] == "s"
        assert names[SCRIPT_NAME] == "s"

    def test_of_another_unit_is_empty(self, office: Office, log_in: Callable[[str], Client]) -> None:
        sheet = download(log_in(office.outsider), "/customers/")

        assert sheet.max_row == 1


class TestBills:
    def test_has_amounts_and_energy_as_numbers(self, office: Office, reviewer_pages: Client) -> None:
        sheet = download(reviewer_pages, "/billing/bills/", q=office.account("foundry"), month="2026-01")

        head, row = sheet.iter_rows(values_only=True)
        assert head[5:8] == ("月份", "电量（kWh）", "金额（元）")
        assert row[:3] == (office.bill("foundry").number, office.account("foundry"), SCRIPT_NAME)
        assert row[5:8] == ("2026-01", 625_620, 454_930.12)

    @pytest.mark.parametrize(("query", "count"), [({}, 7), ({"month": "2025-12"}, 0), ({"q": "查无此人"}, 0)])
    def test_has_the_bills_that_are_shown(self, query: dict[str, str], count: int, reviewer_pages: Client) -> None:
        assert download(reviewer_pages, "/billing/bills/", **query).max_row == count + 1
