"""Lists as files: exactly what is shown, with the mark of who took it out, entered in the book and the trail."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from tests.factories import utility as factory
from tests.factories.pages import FORMULA_NAME, SCRIPT_NAME, Office

from dianke.interfaces.web.components import exports
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.preferences.models import ListExport

issued = True
CUSTOMERS, BILLS = "/lists/customers.accounts/export/", "/lists/billing.bills/export/"


def fetch(client: Client, url: str, file_format: str, **query: str) -> bytes:
    answer = client.post(url, {"format": file_format}, query_params=query)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def open_sheet(client: Client, url: str, **query: str) -> Any:
    return load_workbook(io.BytesIO(fetch(client, url, "XLSX", **query))).active


def read_rows(client: Client, url: str, **query: str) -> list[tuple[Any, ...]]:
    """Return the rows between the head and the mark."""
    return [row for row in open_sheet(client, url, **query).iter_rows(min_row=2, values_only=True) if row[1]]


class TestCustomers:
    def test_has_a_row_for_each_account_that_the_filter_shows(self, office: Office, reviewer_pages: Client) -> None:
        sheet = open_sheet(reviewer_pages, CUSTOMERS, **{"class": "RESIDENTIAL"})

        rows = list(sheet.iter_rows(values_only=True))
        assert rows[0] == ("户号", "户名", "类别", "用电地址", "供电单位", "状态", "立户日")
        assert [row[0] for row in rows[1:3]] == sorted([office.account("home"), office.account("unread")])

    def test_has_the_columns_chosen_in_the_order_sorted(self, office: Office, reviewer_pages: Client) -> None:
        sheet = open_sheet(reviewer_pages, CUSTOMERS, cols="class,state", sort="-number")

        rows = list(sheet.iter_rows(values_only=True))
        assert rows[0] == ("户号", "类别", "状态")
        numbers = [row[0] for row in rows[1:10]]
        assert numbers == sorted(numbers, reverse=True)

    def test_has_what_a_search_found(self, office: Office, reviewer_pages: Client) -> None:
        rows = read_rows(reviewer_pages, CUSTOMERS, q=office.account("farm"))

        assert [row[0] for row in rows] == [office.account("farm")]

    def test_has_only_the_rows_ticked(self, office: Office, reviewer_pages: Client) -> None:
        key = office.points["farm"].account_id

        answer = reviewer_pages.post(CUSTOMERS, {"format": "CSV", "row": [key, "x", "9" * 30]})

        lines = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
        assert [line[0] for line in lines[1:-1]] == [office.account("farm")]

    def test_keeps_a_name_that_looks_like_a_formula_as_text(self, office: Office, reviewer_pages: Client) -> None:
        sheet = open_sheet(reviewer_pages, CUSTOMERS)

        names = {row[1].value: row[1].data_type for row in sheet.iter_rows(min_row=2)}
        assert names[FORMULA_NAME] == "s"
        assert names[SCRIPT_NAME] == "s"

    def test_csv_takes_the_edge_off_the_formula(self, reviewer_pages: Client) -> None:
        text = fetch(reviewer_pages, CUSTOMERS, "CSV").decode("utf-8-sig")

        names = [line[1] for line in csv.reader(io.StringIO(text)) if len(line) > 1]
        assert f"'{FORMULA_NAME}" in names

    def test_of_another_unit_is_empty(self, office: Office, log_in: Callable[[str], Client]) -> None:
        assert read_rows(log_in(office.outsider), CUSTOMERS) == []

    def test_carries_the_mark_and_is_entered_in_book_and_trail(self, office: Office, reviewer_pages: Client) -> None:
        sheet = open_sheet(reviewer_pages, CUSTOMERS, **{"class": "RESIDENTIAL"})

        export = ListExport.objects.for_actor(office.actor).get()
        record = UseCaseRecord.objects.for_actor(office.actor).get(use_case="listings.exports.record_export")
        mark = sheet.cell(sheet.max_row, 1).value
        for words in (export.number, "YZ1", office.utility.root.name, "类别: 居民", "2 行"):
            assert words in mark
        assert export.number in sheet.oddFooter.left.text
        assert (export.login, export.row_count, export.query) == ("YZ1", 2, "class=RESIDENTIAL")
        assert (record.actor_login, record.facts["page"]) == ("YZ1", "customers.accounts")

    def test_beyond_the_limit_is_cut_and_says_so(
        self, office: Office, reviewer_pages: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exports.export_list, "__kwdefaults__", {"keys": (), "limit": 3})

        lines = fetch(reviewer_pages, CUSTOMERS, "CSV").decode("utf-8-sig").splitlines()

        assert len(lines) == 1 + 3 + 1
        assert "至此截断" in lines[-1]
        assert ListExport.objects.for_actor(office.actor).get().is_cut

    def test_is_refused_without_the_right(self, office: Office, log_in: Callable[[str], Client]) -> None:
        factory.add_clerk(office.utility.root, "YZ7", ["archive.view"])
        client = log_in("YZ7")

        answer = client.post(CUSTOMERS, {"format": "XLSX"})

        assert answer.status_code == 403
        assert "list-export" not in client.get("/customers/").content.decode()
        assert not ListExport.objects.for_actor(office.actor).exists()

    @pytest.mark.parametrize("url", ["/lists/none/export/", CUSTOMERS])
    def test_of_an_unknown_list_or_format_is_not_found(self, url: str, reviewer_pages: Client) -> None:
        assert reviewer_pages.post(url, {"format": "PDF"}).status_code == 404

    def test_of_a_list_that_the_actor_may_not_see_is_refused(
        self, office: Office, log_in: Callable[[str], Client]
    ) -> None:
        factory.add_clerk(office.utility.root, "YZ7", ["archive.export", "tariffs.view"])

        assert log_in("YZ7").post(BILLS, {"format": "XLSX"}).status_code == 403


class TestBills:
    def test_has_amounts_and_energy_as_numbers(self, office: Office, reviewer_pages: Client) -> None:
        rows = read_rows(reviewer_pages, BILLS, q=office.account("foundry"), month="2026-01")

        assert len(rows) == 1
        assert rows[0][:3] == (office.bill("foundry").number, office.account("foundry"), SCRIPT_NAME)
        # The fifth column names a reversal or a replacement; this bill is neither.
        assert rows[0][3:7] == ("2026-01", None, 625_620, 454_930.12)

    @pytest.mark.parametrize(("query", "count"), [({}, 7), ({"month": "2025-12"}, 0), ({"q": "查无此人"}, 0)])
    def test_has_the_bills_that_are_shown(self, query: dict[str, str], count: int, reviewer_pages: Client) -> None:
        assert len(read_rows(reviewer_pages, BILLS, **query)) == count
