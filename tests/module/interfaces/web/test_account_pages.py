"""The customer's page: its tabs and their states, who is forwarded where, what each reader may see."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import FORMULA_NAME, SCRIPT_NAME, Office

from dianke.application.archive import key_changes
from dianke.application.archive_quality.run import run_rules
from dianke.domain.audits.models import QualityFinding
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.operations.belongings import add_alias, add_equipment, add_marks
from dianke.domain.customers.operations.contacts import add_contacts, end_contact, record_consent
from dianke.domain.customers.operations.key_data import ask_key_change
from dianke.domain.customers.operations.merging import merge_customers
from dianke.domain.customers.types import (
    AccountStatus,
    ConsentChannel,
    ConsentPurpose,
    ContactRole,
    CustomerKind,
    EquipmentKind,
    KeyField,
    MarkKind,
    NewContact,
    NewEquipment,
    NewMark,
    UsageClass,
)
from dianke.kernel.clock import SystemClock
from dianke.kernel.ids import make_user_number
from dianke.platform.audit.models import ChangeAlarm
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff

issued = True
LogIn = Callable[[str], Client]
AT = datetime(2026, 2, 3, 2, 0, tzinfo=UTC)
PHONE = "13907194418"
TABS = ["", "usage/", "places/", "bills/", "contacts/", "documents/", "merged/", "time-line/"]
PARTS = ["day/", "usage/months/", "usage/years/", "usage/year/", "usage/export/", "bills/chart/", "card/"]


def open_page(client: Client, office: Office, point: str, part: str = "", **query: str) -> str:
    """Return the text of a customer's page."""
    answer = client.get(f"/customers/accounts/{office.account(point)}/{part}", query)
    assert answer.status_code == 200
    return answer.content.decode()


def customer_of(office: Office, point: str) -> Customer:
    """Return the customer of a point."""
    return Customer.objects.for_actor(office.actor).get(pk=office.points[point].account.customer_id)


def add_customer(office: Office, number: str, name: str = "望湖仓储有限公司") -> Customer:
    """Return a new customer without an account."""
    return customers.add_customer(
        actor=office.actor, unit=office.utility.root, number=number, name=name, kind=CustomerKind.COMPANY,
        since_date=factory.INSTALLED,
    )  # fmt: skip


def add_account(office: Office, customer: Customer, serial: int, **more: object) -> CustomerAccount:
    """Return a further account of a customer."""
    return customers.add_account(
        actor=office.actor, customer=customer, number=make_user_number(serial),
        usage_class=UsageClass.COMMERCIAL_INDUSTRIAL, opened_date=factory.INSTALLED, **more,
    )  # fmt: skip


def add_contact(
    office: Office, customer: Customer, name: str, phone: str = PHONE, *, preferred: bool = False
) -> object:
    """Return a new contact of a customer."""
    new = NewContact(
        customer_id=customer.pk, name=name, role=ContactRole.ELECTRICAL, start_date=factory.INSTALLED, phone=phone,
        preferred=preferred,
    )  # fmt: skip
    return add_contacts(actor=office.actor, contacts=[new])[0]


def log_in_with(office: Office, log_in: LogIn, *rights: str) -> Client:
    """Return the browser of a new clerk who holds the rights at the utility."""
    factory.add_clerk(office.utility.root, "YZ7", list(rights))
    return log_in("YZ7")


def find_faults(office: Office) -> None:
    """Let one rule of the archive's quality go over the utility."""
    run_rules(actor=office.actor, codes=["customer_without_identity"], at=SystemClock().now())


def change_name(office: Office, point: str) -> None:
    """Change the name of a customer, as one asks and another approves, which raises an alarm."""
    asker = factory.add_clerk(office.utility.root, "YZ6", ["archive.view", "archive.change_key_data"])
    change = key_changes.ask_key_change(
        actor=asker, customer=customer_of(office, point), field=KeyField.NAME,
        value={"name": "晨晖广场"}, reason="更名", at=AT,
    )  # fmt: skip
    key_changes.approve_key_change(actor=office.actor, change=change, at=AT)


class TestTabs:
    @pytest.mark.parametrize(
        ("part", "words"),
        [
            ("documents/", "还没有资料"),
            ("contacts/", "没有联系人"),
            ("contacts/", "没有授权"),
            ("contacts/", "没有银行账户"),
            ("contacts/", "没有特殊标识"),
            ("merged/", "没有并入的客户"),
            ("merged/", "没有旧户号"),
            ("places/", "没有登记设备"),
            ("bills/", "还没有账单"),
            ("usage/years/", "还没有用电量"),
            ("usage/year/", "这一年没有用电量"),
            ("usage/months/", "还没有用电量"),
        ],
    )
    def test_that_is_empty_says_so(self, part: str, words: str, office: Office, log_in: LogIn) -> None:
        clerk = log_in_with(office, log_in, "archive.view", "billing.view", "documents.view")

        assert words in open_page(clerk, office, "without_terms", part)

    @pytest.mark.parametrize(("part", "number"), [("bills/", "454,930.12"), ("documents/", "合同扫描件")])
    def test_without_its_right_says_so_in_place(self, part: str, number: str, office: Office, log_in: LogIn) -> None:
        clerk = log_in_with(office, log_in, "archive.view")

        answer = clerk.get(f"/customers/accounts/{office.account('foundry')}/{part}")

        assert answer.status_code == 403
        assert "您的岗位不能打开此页" in answer.content.decode()
        assert number not in answer.content.decode()

    @pytest.mark.parametrize("part", TABS + PARTS)
    def test_of_another_unit_is_not_found(self, part: str, office: Office, log_in: LogIn) -> None:
        outsider = log_in(office.outsider)

        assert outsider.get(f"/customers/accounts/{office.account('foundry')}/{part}").status_code == 404

    @pytest.mark.parametrize("part", TABS + PARTS)
    def test_without_the_archive_is_refused(self, part: str, office: Office, log_in: LogIn) -> None:
        clerk = log_in_with(office, log_in, "billing.view")

        assert clerk.get(f"/customers/accounts/{office.account('foundry')}/{part}").status_code == 403

    def test_have_addresses_and_keys_of_their_own(self, office: Office, reviewer_pages: Client) -> None:
        page = open_page(reviewer_pages, office, "mall", "bills/")

        number = office.account("mall")
        assert f'<a href="/customers/accounts/{number}/usage/" data-key="2">' in page
        assert f'<a href="/customers/accounts/{number}/bills/" data-key="4" aria-current="page">' in page


class TestOverview:
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

        for words in ("未建计费档案", "还没有账单"):
            assert words in page

    def test_page_hides_bills_from_who_may_not_see_them(self, office: Office, log_in: LogIn) -> None:
        factory.add_clerk(office.utility.root, "YZ7", ["archive.view"])

        page = log_in("YZ7").get(f"/customers/accounts/{office.account('foundry')}/").content.decode()

        assert "454,930.12" not in page
        assert "/tariffs/" not in page

    def test_names_are_text(self, office: Office, reviewer_pages: Client) -> None:
        page = reviewer_pages.get(f"/customers/accounts/{office.account('foundry')}/").content.decode()

        assert SCRIPT_NAME not in page
        assert FORMULA_NAME not in reviewer_pages.get(f"/customers/accounts/{office.account('home')}/").content.decode()

    @pytest.mark.parametrize(("point", "count"), [("mall", 21), ("home", 21)])
    def test_costs_no_more_queries_than_pinned(
        self,
        point: str,
        count: int,
        office: Office,
        reviewer_pages: Client,
        django_assert_num_queries: Callable[..., object],
    ) -> None:
        # What a process asks once, as which facts there are sources of, is not counted.
        open_page(reviewer_pages, office, point)

        with django_assert_num_queries(count):
            open_page(reviewer_pages, office, point)

    def test_names_whom_to_call_with_a_masked_phone(self, office: Office, reviewer_pages: Client) -> None:
        add_contact(office, customer_of(office, "foundry"), "张三", "13800001111")
        add_contact(office, customer_of(office, "foundry"), "骆一鸣", preferred=True)

        page = open_page(reviewer_pages, office, "foundry")

        assert "联系人 骆一鸣" in page
        assert "139****4418" in page
        assert PHONE not in page

    def test_shows_marks_in_force_and_warns_of_those_that_end(self, office: Office, reviewer_pages: Client) -> None:
        account = office.points["home"].account
        soon = SystemClock().now().date() + timedelta(days=10)
        marks = [
            NewMark(account_id=account.pk, kind=MarkKind.LOW_INCOME, start_date=factory.INSTALLED, end_date=soon,
                    proof_number="D-1"),
            NewMark(account_id=account.pk, kind=MarkKind.FIVE_GUARANTEE, start_date=factory.INSTALLED,
                    end_date=date(2025, 9, 1), proof_number="D-2"),
        ]  # fmt: skip
        add_marks(actor=office.actor, marks=marks)

        page = open_page(reviewer_pages, office, "home")

        assert f"低保户将于 {soon} 到期" in page
        assert "特困户" not in page

    def test_warns_of_what_waits_and_of_what_is_overdue(self, office: Office, reviewer_pages: Client) -> None:
        customer = customer_of(office, "mall")
        ask_key_change(
            actor=office.actor, customer=customer, account=None, field=KeyField.NAME, value={"name": "晨晖广场"},
            reason="更名", at=AT,
        )  # fmt: skip
        generator = NewEquipment(
            customer_id=customer.pk, kind=EquipmentKind.GENERATOR, name="柴油发电机", next_check_date=date(2026, 1, 1)
        )
        add_equipment(actor=office.actor, equipment=[generator])

        page = open_page(reviewer_pages, office, "mall")

        assert "名称变更自 2026-02-03 起待审批" in page
        assert "柴油发电机应在 2026-01-01 前检查" in page

    def test_warns_of_findings_and_of_sensitive_changes(self, office: Office, log_in: LogIn) -> None:
        find_faults(office)
        change_name(office, "mall")
        clerk = log_in_with(office, log_in, "archive.view", "quality.view", "alarms.review")

        page = open_page(clerk, office, "mall")
        other = open_page(clerk, office, "farm")

        finding = QualityFinding.objects.for_actor(office.actor).get(account_number=office.account("mall"))
        alarm = ChangeAlarm.objects.for_actor(office.actor).get(model_label="customers.customer")
        assert "档案问题：缺证件号码，限" in page
        assert f"/quality/findings/{finding.pk}/" in page
        assert "身份于" in page
        assert "尚无人复核" in page
        assert f"/trail/alarms/{alarm.pk}/" in page
        assert "尚无人复核" not in other

    @pytest.mark.parametrize("rights", [("archive.view",), ("archive.view", "quality.work", "trail.view")])
    def test_keeps_findings_and_sensitive_changes_from_who_may_not_see_them(
        self, rights: tuple[str, ...], office: Office, log_in: LogIn
    ) -> None:
        find_faults(office)
        change_name(office, "mall")

        page = open_page(log_in_with(office, log_in, *rights), office, "mall")

        assert "档案问题" not in page
        assert "尚无人复核" not in page

    def test_shows_findings_only_of_units_where_they_may_be_seen(self, office: Office, log_in: LogIn) -> None:
        find_faults(office)
        looker = factory.add_clerk(office.utility.root, "YZ7", ["archive.view"])
        staff = Staff.objects.for_actor(office.actor).get(pk=looker.staff_id)
        post = identity.define_post(code="ELSEWHERE", name="外所档案", rights=["quality.view", "alarms.review"])
        identity.assign_post(staff=staff, post=post, unit=office.station, start=date(2025, 1, 1))

        page = open_page(log_in("YZ7"), office, "mall")

        assert "档案问题" not in page

    def test_offers_the_merge_to_who_may_merge(self, office: Office, log_in: LogIn, reviewer_pages: Client) -> None:
        number = customer_of(office, "mall").number
        keeper = log_in_with(office, log_in, "archive.view", "archive.merge")

        assert f"/archive/merge/{number}/" in open_page(keeper, office, "mall")
        assert f"/archive/merge/{number}/" not in open_page(reviewer_pages, office, "mall")

    def test_of_a_closed_account_says_when_it_closed(self, office: Office, reviewer_pages: Client) -> None:
        account = add_account(
            office,
            customer_of(office, "farm"),
            300_000_001,
            status=AccountStatus.CLOSED,
            closed_date=date(2025, 12, 31),
        )

        page = reviewer_pages.get(f"/customers/accounts/{account.number}/").content.decode()

        assert "已销户" in page
        assert "2025-12-31 销户" in page
        assert "没有计量点" in page

    def test_of_many_accounts_switches_between_them(self, office: Office, reviewer_pages: Client) -> None:
        customer = customer_of(office, "farm")
        numbers = [add_account(office, customer, serial).number for serial in range(300_000_001, 300_000_023)]

        page = open_page(reviewer_pages, office, "farm")

        assert "23 个户号" in page
        assert f'href="/customers/accounts/{numbers[0]}/"' in page
        assert f'href="/customers/accounts/{numbers[-1]}/"' not in page
        assert "还有 3 个" in page

    def test_without_bills_right_shows_no_amount(self, office: Office, log_in: LogIn) -> None:
        page = open_page(log_in_with(office, log_in, "archive.view"), office, "foundry")

        assert "您的岗位不能查看账单" in page
        assert "账单发行" not in page


class TestWayToACustomer:
    def test_without_account_shows_what_there_is(self, office: Office, reviewer_pages: Client) -> None:
        add_customer(office, "K900")

        page = reviewer_pages.get("/customers/by-number/K900/").content.decode()

        assert "还没有户号" in page
        assert 'href="/customers/by-number/K900/contacts/"' in page
        assert "用电量" not in page.split('class="tabs"')[1].split("</nav>")[0]

    @pytest.mark.parametrize("part", ["", "contacts/", "merged/", "time-line/"])
    def test_without_account_has_its_own_tabs(self, part: str, office: Office, reviewer_pages: Client) -> None:
        add_customer(office, "K900")

        assert reviewer_pages.get(f"/customers/by-number/K900/{part}").status_code == 200

    def test_of_another_unit_without_account_is_not_found(self, office: Office, log_in: LogIn) -> None:
        add_customer(office, "K900")

        assert log_in(office.outsider).get("/customers/by-number/K900/").status_code == 404

    def test_leads_from_the_customer_to_an_account_that_is_supplied(
        self, office: Office, reviewer_pages: Client
    ) -> None:
        customer = add_customer(office, "K900")
        add_account(office, customer, 300_000_001, status=AccountStatus.CLOSED, closed_date=date(2025, 12, 31))
        supplied = add_account(office, customer, 300_000_002)

        answer = reviewer_pages.get("/customers/by-number/K900/")

        assert answer.headers["Location"] == f"/customers/accounts/{supplied.number}/"

    def test_leads_from_a_merged_customer_to_the_kept_one_with_a_note(
        self, office: Office, reviewer_pages: Client
    ) -> None:
        merged, kept = add_customer(office, "K900"), customer_of(office, "farm")
        merge_customers(actor=office.actor, kept=kept, merged=merged, reason="重复录入", at=AT)

        answer = reviewer_pages.get("/customers/by-number/K900/", follow=True)

        assert answer.redirect_chain[-1][0] == f"/customers/accounts/{office.account('farm')}/"
        assert "K900）已并入本客户" in answer.content.decode()
        assert "K900" in open_page(reviewer_pages, office, "farm", "merged/")
        assert "重复录入" in open_page(reviewer_pages, office, "farm", "time-line/")

    def test_leads_from_an_old_number_to_the_account(self, office: Office, reviewer_pages: Client) -> None:
        add_alias(actor=office.actor, account=office.points["farm"].account, number="0098-7", origin="旧系统")

        answer = reviewer_pages.get("/customers/accounts/0098-7/")

        assert answer.headers["Location"] == f"/customers/accounts/{office.account('farm')}/"
        assert ["0098-7" in str(message) for message in get_messages(answer.wsgi_request)] == [True]
        assert "0098-7" in open_page(reviewer_pages, office, "farm", "merged/")


class TestContacts:
    def test_show_roles_consents_and_no_number_whole(self, office: Office, reviewer_pages: Client) -> None:
        customer = customer_of(office, "mall")
        contact = add_contact(office, customer, "骆一鸣", preferred=True)
        record_consent(
            actor=office.actor, customer=customer, contact=contact, purpose=ConsentPurpose.OUTAGE_NOTICE,
            channel=ConsentChannel.COUNTER, at=AT,
        )  # fmt: skip

        page = open_page(reviewer_pages, office, "mall", "contacts/")

        for words in ("骆一鸣", "电气负责人", "首选", "139****4418", "停电通知", "柜台", "2026-02-03 10:00"):
            assert words in page
        assert PHONE not in page

    def test_keep_who_is_no_longer_to_be_called_apart(self, office: Office, reviewer_pages: Client) -> None:
        contact = add_contact(office, customer_of(office, "mall"), "骆一鸣")
        end_contact(actor=office.actor, contact=contact, on=date(2025, 12, 1))

        page = open_page(reviewer_pages, office, "mall", "contacts/")

        assert "历史联系人" in page
        assert "139****4418" not in page


class TestBills:
    def test_are_listed_with_average_and_chart(self, office: Office, reviewer_pages: Client) -> None:
        page = open_page(reviewer_pages, office, "foundry", "bills/")
        chart = open_page(reviewer_pages, office, "foundry", "bills/chart/")

        bill = office.bill("foundry")
        assert f"/billing/bills/{bill.id}/" in page
        assert "2026-01-01 → 2026-02-01" in page
        assert f'"values": [{bill.amount_fen / 100}]' in chart

    def test_chart_is_not_for_who_may_not_see_bills(self, office: Office, log_in: LogIn) -> None:
        clerk = log_in_with(office, log_in, "archive.view")

        assert clerk.get(f"/customers/accounts/{office.account('foundry')}/bills/chart/").status_code == 403


class TestCard:
    def test_holds_what_is_handed_over_the_counter(self, office: Office, reviewer_pages: Client) -> None:
        add_contact(office, customer_of(office, "workshop"), "骆一鸣")

        page = open_page(reviewer_pages, office, "workshop", "card/")

        for words in ("客户签字", "139****4418", "高供低计", "公式法", "data-print"):
            assert words in page
        assert PHONE not in page


class TestChanges:
    def test_tell_before_and_after_without_a_number_whole(self, office: Office, reviewer_pages: Client) -> None:
        customer = customer_of(office, "farm")
        contact = add_contact(office, customer, "骆一鸣")
        customer.short_name = "农场"
        customer.save(update_fields=["short_name"])
        address = f"/trail/accounts/{office.account('farm')}/"

        page = reviewer_pages.get(address).content.decode()
        of_contact = reviewer_pages.get(address, {"thing": f"customers.contact:{contact.pk}"}).content.decode()

        assert "→ 农场" in page
        assert "139****4418" in of_contact
        assert PHONE not in of_contact

    def test_of_things_that_are_not_the_customers_are_not_shown(self, office: Office, reviewer_pages: Client) -> None:
        other = customer_of(office, "mall")
        other.short_name = "晨晖"
        other.save(update_fields=["short_name"])

        address = f"/trail/accounts/{office.account('farm')}/"
        page = reviewer_pages.get(address, {"thing": f"customers.customer:{other.pk}"}).content.decode()

        assert "晨晖" not in page

    def test_of_another_unit_are_not_found(self, office: Office, log_in: LogIn) -> None:
        assert log_in(office.outsider).get(f"/trail/accounts/{office.account('farm')}/").status_code == 404
