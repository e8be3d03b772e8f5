"""Customers: the list with filters, pages and search, the customer's page, and what other units do not see."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import FORMULA_NAME, SCRIPT_NAME, Office

from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.operations import add_account, add_customer
from dianke.domain.customers.types import CustomerKind, UsageClass
from dianke.domain.readings import operations as readings
from dianke.domain.readings.intervals import IntervalValues
from dianke.interfaces.web.components.paging import PAGE_SIZE
from dianke.kernel.ids import make_user_number

issued = True
LogIn = Callable[[str], Client]
DAY = date(2026, 1, 10)
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
        assert "导出 Excel" not in page

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
        onward = re.search(r'rel="next" href="([^"]+)"', first)

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
        assert "这里没有客户" in page

    def test_costs_the_same_queries_for_few_and_for_many(
        self, office: Office, reviewer_pages: Client, django_assert_num_queries: Callable[..., object]
    ) -> None:
        reviewer_pages.get("/customers/")
        with django_assert_num_queries(7):
            reviewer_pages.get("/customers/")
        add_many(office, PAGE_SIZE)

        with django_assert_num_queries(7):
            reviewer_pages.get("/customers/")

    def test_shows_markup_in_a_name_as_text(self, reviewer_pages: Client) -> None:
        page = reviewer_pages.get("/customers/").content.decode()

        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;铸造" in page


class TestAccount:
    def test_page_shows_the_tree_from_the_account_to_the_line(self, office: Office, reviewer_pages: Client) -> None:
        page = reviewer_pages.get(f"/customers/accounts/{office.account('workshop')}/").content.decode()
        kinds = re.findall(
            r'<span class="branches" aria-hidden="true">([^<]*)</span><span class="kind">(.)</span>', page
        )

        assert kinds == [("", "户"), ("└", "点"), ("　├", "表"), ("　├", "变"), ("　└", "线")]
        for words in ("高供低计", "倍率 80", "CT 400/5", "250 kVA · 专变", "10 kV 测试线", "测试变 110 kV", "公式法"):
            assert words in page

    def test_page_names_the_parent_of_a_sub_meter(self, office: Office, reviewer_pages: Client) -> None:
        page = reviewer_pages.get(f"/customers/accounts/{office.account('kiosk')}/").content.decode()

        assert f"{office.points['mall'].code} 的分表" in page

    def test_page_shows_bills_and_terms(self, office: Office, reviewer_pages: Client) -> None:
        page = reviewer_pages.get(f"/customers/accounts/{office.account('mall')}/").content.decode()

        assert f"/billing/bills/{office.bill('mall').id}/" in page
        for words in ("两部制", "按合同需量", "900 kW", "职工宿舍", "定量 3,000 kWh"):
            assert words in page

    def test_page_without_terms_and_bills_says_so(self, office: Office, reviewer_pages: Client) -> None:
        page = reviewer_pages.get(f"/customers/accounts/{office.account('without_terms')}/").content.decode()

        for words in ("未建计费档案", "还没有账单", "还没有用电量"):
            assert words in page

    def test_page_hides_bills_from_who_may_not_see_them(self, office: Office, log_in: LogIn) -> None:
        factory.add_clerk(office.utility.root, "YZ7", ["archive.view"])

        page = log_in("YZ7").get(f"/customers/accounts/{office.account('foundry')}/").content.decode()

        assert "454,930.12" not in page
        assert "/tariffs/" not in page

    @pytest.mark.parametrize("part", ["", "day/"])
    def test_of_another_unit_is_not_found(self, part: str, office: Office, log_in: LogIn) -> None:
        answer = log_in(office.outsider).get(f"/customers/accounts/{office.account('foundry')}/{part}")

        assert answer.status_code == 404

    def test_names_are_text(self, office: Office, reviewer_pages: Client) -> None:
        page = reviewer_pages.get(f"/customers/accounts/{office.account('foundry')}/").content.decode()

        assert SCRIPT_NAME not in page
        assert FORMULA_NAME not in reviewer_pages.get(f"/customers/accounts/{office.account('home')}/").content.decode()

    def test_page_costs_no_more_queries_than_pinned(
        self, office: Office, reviewer_pages: Client, django_assert_max_num_queries: Callable[..., object]
    ) -> None:
        reviewer_pages.get("/customers/")

        with django_assert_max_num_queries(21):
            reviewer_pages.get(f"/customers/accounts/{office.account('mall')}/")


class TestUsage:
    @pytest.fixture(autouse=True)
    def _curves(self, office: Office, tmp_path: Path, settings: object) -> None:
        """Store 1 kW around the clock and 4 kW from 18:00 to 19:00, the week before half of it."""
        settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
        wh = np.full(96, 250, dtype=np.int32)
        wh[72:76] = 1000
        key = office.points["foundry"].pk
        for day, values in ((DAY, wh), (date(2026, 1, 3), wh // 2)):
            readings.record_intervals(
                actor=office.actor,
                root=tmp_path / "intervals",
                values=IntervalValues(
                    usage_point_id=np.full(96, key, dtype=np.int64),
                    day=np.full(96, day, dtype="datetime64[D]"),
                    slot=np.arange(96, dtype=np.uint8),
                    wh=values,
                ),
                period_codes={day: np.full(96, 2, dtype=np.uint8)},
            )

    def test_day_shows_power_energy_load_factor_and_the_week_before(
        self, office: Office, reviewer_pages: Client
    ) -> None:
        page = reviewer_pages.get(f"/customers/accounts/{office.account('foundry')}/day/").content.decode()

        # 92 quarters of 0.25 kWh and 4 of 1 kWh are 27 kWh; mean 1.125 kW of 4 kW is 28.1 %.
        assert "27.0 kWh · 负荷率 28.1%" in page
        assert "2026-01-10" in page
        assert "上周同日" in page
        assert '"colour": "tou-sharp", "start": 72, "end": 80' in page

    def test_day_can_be_chosen_and_an_empty_one_says_so(self, office: Office, reviewer_pages: Client) -> None:
        page = reviewer_pages.get(
            f"/customers/accounts/{office.account('foundry')}/day/", {"day": "2026-01-05"}
        ).content.decode()

        assert "当日没有曲线" in page
        assert 'value="2026-01-05"' in page

    @pytest.mark.parametrize("day", ["x", "2026-13-01", "0001-01-01", "9999-12-31", ""])
    def test_day_that_is_none_shows_a_page_all_the_same(self, day: str, office: Office, reviewer_pages: Client) -> None:
        answer = reviewer_pages.get(f"/customers/accounts/{office.account('foundry')}/day/", {"day": day})

        assert answer.status_code == 200

    def test_months_are_drawn_by_time_of_use(self, office: Office, reviewer_pages: Client) -> None:
        page = reviewer_pages.get(f"/customers/accounts/{office.account('foundry')}/").content.decode()

        # 27 and 13.5 kWh, all of them flat in what was summed.
        assert "1 个月 41 kWh" in page
        assert '"name": "\\u5e73", "values": [40.5]' in page


class TestReachOfLists:
    def test_outsider_sees_an_empty_list(self, office: Office, log_in: LogIn) -> None:
        outsider = log_in(office.outsider)

        assert list_found(outsider) == []
        assert list_found(outsider, q="测试用户") == []
        assert "没有符合的账单" in outsider.get("/billing/bills/").content.decode()

    def test_without_the_right_is_refused(self, office: Office, log_in: LogIn) -> None:
        factory.add_clerk(office.utility.root, "YZ8", ["billing.view"])

        assert log_in("YZ8").get("/customers/").status_code == 403
