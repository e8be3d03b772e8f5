"""Customers: the list with filters, pages and search, the customer's page, and what other units do not see."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.operations import add_account, add_customer
from dianke.domain.customers.types import CustomerKind, UsageClass
from dianke.interfaces.web.components.paging import PAGE_SIZE
from dianke.kernel.ids import make_user_number

issued = True
LogIn = Callable[[str], Client]
DAY = date(2026, 1, 10)
QUERIES = 10
# A list of several pages asks the planner for its total, and counts it if it is short.
TOTAL = 2
ACCOUNT_LINK = re.compile(r'href="/customers/accounts/(\d{10})/"')


def list_found(client: Client, **query: str) -> list[str]:
    return ACCOUNT_LINK.findall(client.get("/customers/", query).content.decode())


def rename(office: Office, point: str, name: str, pinyin: str = "", initials: str = "") -> None:
    customers = Customer.objects.for_actor(office.actor).filter(pk=office.points[point].account.customer_id)
    customers.update(name=name, name_pinyin=pinyin, name_initials=initials)


def add_many(office: Office, count: int) -> None:
    for serial in range(200_000_001, 200_000_001 + count):
        customer = add_customer(
            actor=office.actor, unit=office.utility.root, number=f"K{serial}", name=f"批量{serial}",
            kind=CustomerKind.PERSON, since_date=factory.INSTALLED,
        )  # fmt: skip
        add_account(
            actor=office.actor, customer=customer, number=make_user_number(serial),
            usage_class=UsageClass.RESIDENTIAL, opened_date=factory.INSTALLED,
        )  # fmt: skip


class TestSearch:
    @pytest.mark.parametrize(
        "text",
        ["望", "望湖", "望湖仓", "wanghu", "WHCC", "  望湖　", "望湖仓储有限公司"],
        ids=lambda text: f"by {text!r}",
    )
    def test_finds_the_customer_by_name_and_pinyin(self, text: str, office: Office, reviewer_pages: Client) -> None:
        rename(office, "workshop", "望湖仓储有限公司", "wanghucangchuyouxiangongsi", "whccyxgs")

        assert set(list_found(reviewer_pages, q=text)) == {office.account("workshop")}

    @pytest.mark.parametrize("what", ["account", "meter", "address"])
    def test_finds_the_customer_by_numbers_and_address(self, what: str, office: Office, reviewer_pages: Client) -> None:
        serial = office.points["farm"].code.removeprefix("P")
        texts = {"account": office.account("farm"), "meter": f"M{serial}", "address": f"测试路 {serial}"}

        assert set(list_found(reviewer_pages, q=texts[what])) == {office.account("farm")}

    def test_that_finds_nobody_says_what_can_be_typed(self, reviewer_pages: Client) -> None:
        page = reviewer_pages.get("/customers/", {"q": "查无此人"}).content.decode()

        assert "没有符合的客户" in page
        assert "list-export" not in page

    @pytest.mark.parametrize("text", ["'; drop table customers_customer; --", "%", "_", "\\", "<script>", "铸" * 80])
    def test_takes_any_text_as_text(self, text: str, office: Office, reviewer_pages: Client) -> None:
        answer = reviewer_pages.get("/customers/", {"q": text})

        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
        assert Customer.objects.for_actor(office.actor).count() == 9

    @pytest.mark.parametrize("after", ["x", "-1", "9" * 30, "１"])
    def test_takes_a_damaged_page_mark_as_the_first_page(
        self, after: str, office: Office, reviewer_pages: Client
    ) -> None:
        assert len(set(list_found(reviewer_pages, q="测试用户", after=after))) == 7

    def test_box_shows_a_name_with_markup_as_text(self, reviewer_pages: Client) -> None:
        hits = reviewer_pages.get("/search/", {"q": "铸造"}, headers={"HX-Request": "true"}).content.decode()

        assert "<script>alert" not in hits
        assert "&lt;script&gt;alert(1)&lt;/script&gt;铸造" in hits

    def test_box_finds_customers_bills_and_plans(self, office: Office, reviewer_pages: Client) -> None:
        number = office.account("farm")
        by_number = reviewer_pages.get("/search/", {"q": number}, headers={"HX-Request": "true"}).content.decode()
        by_word = reviewer_pages.get("/search/", {"q": "湖北"}, headers={"HX-Request": "true"}).content.decode()

        assert f"/customers/accounts/{number}/" in by_number
        assert f"/billing/bills/{office.bill('farm').id}/" in by_number
        assert "/tariffs/plans/HB-CI/" in by_word


class TestList:
    def test_pages_by_key_show_everybody_once(self, office: Office, reviewer_pages: Client) -> None:
        add_many(office, PAGE_SIZE)
        first = reviewer_pages.get("/customers/").content.decode()
        onward = re.search(r'rel="next"[^>]*href="([^"]+)"', first)

        second = reviewer_pages.get(f"/customers/{onward[1]}").content.decode() if onward else ""

        shown = [*dict.fromkeys(ACCOUNT_LINK.findall(first)), *dict.fromkeys(ACCOUNT_LINK.findall(second))]
        everybody = CustomerAccount.objects.for_actor(office.actor).order_by("number").values_list("number", flat=True)
        assert shown == list(everybody)
        assert "共 59 户" in first

    def test_filters_by_class(self, office: Office, reviewer_pages: Client) -> None:
        found = list_found(reviewer_pages, **{"class": "RESIDENTIAL"})

        assert set(found) == {office.account("home"), office.account("unread")}

    def test_filters_by_unit(self, office: Office, reviewer_pages: Client) -> None:
        page = reviewer_pages.get("/customers/", {"unit": office.station.code}).content.decode()

        assert ACCOUNT_LINK.findall(page) == []
        assert "没有符合的客户" in page

    def test_costs_the_same_queries_for_few_and_for_many(
        self, office: Office, reviewer_pages: Client, django_assert_num_queries: Callable[..., object]
    ) -> None:
        reviewer_pages.get("/customers/")
        with django_assert_num_queries(QUERIES):
            reviewer_pages.get("/customers/")
        add_many(office, PAGE_SIZE)

        with django_assert_num_queries(QUERIES + TOTAL):
            reviewer_pages.get("/customers/")

    def test_shows_markup_in_a_name_as_text(self, reviewer_pages: Client) -> None:
        page = reviewer_pages.get("/customers/").content.decode()

        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;铸造" in page


class TestReachOfLists:
    def test_outsider_sees_an_empty_list(self, office: Office, log_in: LogIn) -> None:
        outsider = log_in(office.outsider)

        assert list_found(outsider) == []
        assert list_found(outsider, q="测试用户") == []
        assert "还没有账单" in outsider.get("/billing/bills/").content.decode()

    def test_without_the_right_is_refused(self, office: Office, log_in: LogIn) -> None:
        factory.add_clerk(office.utility.root, "YZ8", ["billing.view"])

        assert log_in("YZ8").get("/customers/").status_code == 403
