"""Average prices and the comparison of periods as pages: figures, drill-down, scope, exports, empty states."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.domain.billing.models import Bill, BillTotal
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.types import UnitKind
from dianke.platform.preferences.models import ListExport

issued = True
LogIn = Callable[[str], Client]
PAGE, COMPARISON = "/billing/statistics/", "/billing/statistics/comparison/"
RIGHTS = ["billing.view", "archive.view", "archive.export"]
SYSTEM = Actor.system("adding totals in a test")


@pytest.fixture
def browser(office: Office, log_in: LogIn) -> Client:
    factory.add_clerk(office.utility.root, "analyst", RIGHTS)
    return log_in("analyst")


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def read(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return words_of(answer.content.decode())


def total_of(month: date, *, column: str = "amount_fen") -> int:
    rows = BillTotal.objects.for_actor(Actor.system("adding up")).filter(month=month)
    return sum(rows.values_list(column, flat=True))


def shown_yuan(amount_fen: int) -> str:
    return f"{amount_fen / 100:,.2f}"


def test_the_page_opens_with_the_last_month_and_shows_what_its_bills_come_to(browser: Client) -> None:
    bills = Bill.objects.for_actor(Actor.system("adding up")).values_list("amount_fen", flat=True)

    page = read(browser, PAGE)

    assert shown_yuan(sum(bills)) in page
    assert "2026-01" in page
    assert "同比不显示：2025-01 没有账单。" in page


def test_a_row_opens_into_what_divides_it_further(browser: Client) -> None:
    page = browser.get(PAGE, {"by": "class"}).content.decode()

    onward = next(link for link in re.findall(r'href="([^"]+)" data-open-row', page) if "RESIDENTIAL" in link)

    assert "by=voltage" in onward
    assert "COMMERCIAL" not in read(browser, PAGE, **{"class": "RESIDENTIAL"})


def test_industries_are_called_by_their_names(browser: Client) -> None:
    row = BillTotal.objects.for_actor(Actor.system("reading totals")).first()
    BillTotal(
        **{
            column.attname: getattr(row, column.attname)
            for column in BillTotal._meta.concrete_fields
            if column.attname not in {"id", "industry_division", "written_at"}
        },
        industry_division="33",
    ).save(force_insert=True)

    assert "C 制造业" in read(browser, PAGE, by="industry")
    assert "33 金属制品业" in read(browser, PAGE, by="division", industry="C")


def test_what_is_damaged_in_an_address_counts_as_not_asked(browser: Client) -> None:
    whole = read(browser, PAGE)

    for query in (
        {"by": "colour"},
        {"from": "yesterday"},
        {"from": "0001-01"},
        {"from": "9999-12"},
        {"from": "1900-01", "to": "2026-01"},
        {"view": "none", "class": "CATS", "industry": "ZZ", "voltage": "1V", "at": "x"},
    ):
        assert read(browser, PAGE, **query) == whole


def test_months_without_bills_say_so(browser: Client) -> None:
    assert "所选月份没有账单" in read(browser, PAGE, **{"from": "2027-01", "to": "2027-03"})
    assert "所选月份没有账单" in read(browser, COMPARISON, **{"from": "2027-01", "before_from": "2026-12"})


def test_whoever_was_never_billed_finds_an_empty_page(office: Office, log_in: LogIn) -> None:
    station = org.add_unit(code="S9", name="新所", kind=UnitKind.STATION, parent=office.utility.root)
    factory.add_clerk(station, "newcomer", RIGHTS)
    browser = log_in("newcomer")

    assert "还没有账单" in read(browser, PAGE)
    assert "还没有账单" in read(browser, COMPARISON)
    assert browser.post(f"{PAGE}export/").status_code == 404


def test_a_unit_out_of_reach_is_not_found(office: Office, log_in: LogIn) -> None:
    station = org.add_unit(code="S9", name="新所", kind=UnitKind.STATION, parent=office.utility.root)
    row = BillTotal.objects.for_actor(Actor.system("reading totals")).first()
    values = {c.attname: getattr(row, c.attname) for c in BillTotal._meta.concrete_fields}
    del values["id"], values["written_at"]
    BillTotal(**{**values, "unit_id": station.pk}).save(force_insert=True)
    factory.add_clerk(station, "newcomer", RIGHTS)
    browser = log_in("newcomer")

    assert browser.get(PAGE, {"unit": "0"}).status_code == 404
    assert browser.get(COMPARISON, {"unit": "0", "by": "accounts"}).status_code == 404
    assert browser.post(f"{PAGE}export/?unit=0").status_code == 404


def test_the_comparison_leads_from_a_class_to_the_accounts_that_changed_most(browser: Client) -> None:
    periods = {"before_from": "2025-12", "from": "2026-01"}
    page = browser.get(COMPARISON, {**periods, "by": "class"}).content.decode()
    onward = next(link for link in re.findall(r'href="([^"]+)" data-open-row', page) if "by=accounts" in link)
    bill = Bill.objects.for_actor(Actor.system("reading bills")).order_by("-amount_fen").first()

    accounts = browser.get(COMPARISON, {**periods, "by": "accounts"}).content.decode()

    assert "class=" in onward
    first = re.search(r'href="/customers/accounts/(\d+)/" data-open-row', accounts)
    assert first is not None
    assert first[1] == bill.account_number


def test_accounts_are_not_read_for_long_periods(browser: Client) -> None:
    query = {"from": "2025-10", "to": "2026-01", "before_from": "2024-10", "before_to": "2025-01", "by": "accounts"}

    assert "每个期间最多选 3 个月" in read(browser, COMPARISON, **query)


@pytest.mark.parametrize("file_format", ["XLSX", "CSV"])
def test_exports_hold_every_figure_and_stand_in_the_book(browser: Client, file_format: str) -> None:
    answer = browser.post(f"{PAGE}export/?by=class", {"format": file_format})

    content = b"".join(answer.streaming_content)
    text = content.decode("utf-8-sig") if file_format == "CSV" else _read_sheet(content)
    assert f"{total_of(date(2026, 1, 1)) / 100:.2f}" in text
    entry = ListExport.objects.for_actor(Actor.system("reading the book")).order_by("-pk").first()
    assert (entry.page, entry.file_format) == ("billing.average_prices", file_format)
    assert entry.number in text


def test_the_comparison_is_exported_by_group_and_by_account(browser: Client) -> None:
    groups = browser.post(f"{COMPARISON}export/?by=class", {"format": "CSV"})
    accounts = browser.post(f"{COMPARISON}export/?by=accounts", {"format": "CSV"})

    bill = Bill.objects.for_actor(Actor.system("reading bills")).order_by("id").first()
    assert "价格影响" in b"".join(groups.streaming_content).decode("utf-8-sig")
    assert bill.account_number in b"".join(accounts.streaming_content).decode("utf-8-sig")


def test_an_export_asks_for_the_right_to_export(office: Office, log_in: LogIn) -> None:
    factory.add_clerk(office.utility.root, "reader", ["billing.view"])
    browser = log_in("reader")

    page = browser.get(PAGE).content.decode()

    assert "average-prices" not in page
    assert "export" not in page.lower()
    assert browser.post(f"{PAGE}export/").status_code == 403


def _read_sheet(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


def test_begins_with_the_last_month_that_a_whole_cycle_was_billed_for(browser: Client, office: Office) -> None:
    later = BillTotal.objects.for_actor(SYSTEM).order_by("id")[0]
    later.pk, later.booked_month, later.month = None, date(2027, 1, 1), date(2027, 1, 1)
    later.save()

    asked = browser.get(PAGE, {"view": "billed"}).context["asked"]

    assert (asked.period, asked.known[1]) == ((date(2026, 1, 1), date(2026, 1, 1)), date(2027, 1, 1))
