"""Combined statements of groups: several legal persons on one sheet, that ties to the fen with its bills."""

import io
from collections.abc import Callable
from datetime import date
from html import escape

import pypdf
import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office
from tests.factories.paid import pay
from tests.factories.utility import JANUARY, LATER
from tests.module.interfaces.web.test_statement_pages import correct

from dianke.application import combined_bills
from dianke.application.combined_bills import NotInGroup, StatementNotWhole, TooManyStatements
from dianke.domain.billing.models import Bill, GroupStatement
from dianke.domain.billing.operations.statements import UnableToMakeStatement
from dianke.domain.billing.queries.statements import list_owned_bills
from dianke.domain.customers.models import Customer, CustomerAccount, CustomerRelation
from dianke.domain.customers.operations.relations import add_relation, end_relation
from dianke.domain.customers.types import NewRelation, RelationKind
from dianke.domain.receivables.queries.books import list_item_balances
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.types import UnitKind

issued = True
LogIn = Callable[[str], Client]
RIGHTS = ["billing.combine", "billing.view", "archive.view", "archive.export"]


@pytest.fixture
def clerk(office: Office) -> Actor:
    return factory.add_clerk(office.utility.root, "combiner", RIGHTS)


@pytest.fixture
def customers(office: Office) -> list[Customer]:
    """Three customers with a bill of January each."""
    return [office.points[name].account.customer for name in ("home", "foundry", "printer")]


def relate(office: Office, kind: RelationKind, first: Customer, second: Customer, until: date | None = None) -> None:
    relation = NewRelation(
        customer_id=first.pk, other_id=second.pk, kind=kind, start_date=date(2025, 1, 1), end_date=until
    )
    add_relation(actor=office.utility.actor, relation=relation, at=LATER)


def get_relation(office: Office) -> CustomerRelation:
    """Return the only relation."""
    relation: CustomerRelation = CustomerRelation.objects.for_actor(office.actor).get()
    return relation


def make(clerk: Actor, customer: Customer) -> GroupStatement:
    return combined_bills.make_group_statement(actor=clerk, customer_number=customer.number, month=JANUARY, at=LATER)


def list_bills(office: Office, *customers: Customer) -> list[Bill]:
    accounts = (
        CustomerAccount.objects.for_actor(office.actor).filter(customer__in=customers).values_list("pk", flat=True)
    )
    return list(Bill.objects.for_actor(office.actor).filter(account_id__in=list(accounts)).order_by("id"))


class TestSums:
    def test_it_holds_every_bill_of_every_member_in_sections(
        self, office: Office, clerk: Actor, customers: list[Customer]
    ) -> None:
        home, foundry, printer = customers
        relate(office, RelationKind.PARENT, foundry, home)
        relate(office, RelationKind.SAME_GROUP, home, printer)

        made = make(clerk, printer)

        bills = list_bills(office, *customers)
        sheet = combined_bills.read_sheet(actor=clerk, statement=made)
        assert (made.customer_id, made.is_group, made.customer_count) == (foundry.pk, True, 3)
        assert set(made.member_ids) == {one.pk for one in customers}
        assert made.amount_fen == sum(bill.amount_fen for bill in bills)
        assert made.energy_kwh_e2 == sum(bill.energy_kwh_e2 for bill in bills)
        assert made.due_date == min(bill.due_date for bill in bills if bill.due_date)
        assert [one.number for one in sheet.sections] == [foundry.number, *sorted([home.number, printer.number])]
        assert {one.number: one.amount_fen for one in sheet.sections} == {
            one.number: sum(bill.amount_fen for bill in list_bills(office, one)) for one in customers
        }

    def test_what_is_open_is_what_the_books_say(self, office: Office, clerk: Actor, customers: list[Customer]) -> None:
        home, foundry, _printer = customers
        relate(office, RelationKind.SAME_GROUP, foundry, home)

        sheet = combined_bills.read_sheet(actor=clerk, statement=make(clerk, home))

        bills = list_bills(office, home, foundry)
        booked = [list_item_balances(actor=office.actor, customer_account_id=bill.account_id) for bill in bills]
        left = sum(found.get(bill.pk, bill.amount_fen) for bill, found in zip(bills, booked, strict=True))
        assert (sheet.settled_fen + sheet.open_fen, sheet.open_fen) == (sheet.now_fen, left)

    def test_what_is_paid_is_settled_of_its_customer(
        self, office: Office, clerk: Actor, customers: list[Customer]
    ) -> None:
        home, foundry, _printer = customers
        relate(office, RelationKind.SAME_GROUP, foundry, home)
        made = make(clerk, home)
        (bill,) = list_bills(office, home)

        pay(office.utility, CustomerAccount.objects.for_actor(office.actor).get(pk=bill.account_id), 10_000)

        sheet = combined_bills.read_sheet(actor=clerk, statement=made)
        assert {one.number: one.settled_fen for one in sheet.sections} == {home.number: 10_000, foundry.number: 0}
        assert sheet.open_fen == made.amount_fen - 10_000

    def test_a_correction_stands_below_and_counts_in_what_is_open(
        self, office: Office, clerk: Actor, customers: list[Customer]
    ) -> None:
        home, foundry, _printer = customers
        relate(office, RelationKind.SAME_GROUP, foundry, home)
        made = make(clerk, home)
        before = made.amount_fen
        (wrong,) = list_bills(office, home)

        correct(office, wrong)

        made.refresh_from_db()
        sheet = combined_bills.read_sheet(actor=clerk, statement=made)
        (own,) = [one for one in sheet.sections if one.number == home.number]
        since = [bill for account in own.accounts for bill in account.since]
        left = list_item_balances(actor=office.actor, customer_account_id=wrong.account_id)
        assert (made.amount_fen, own.amount_fen, len(since)) == (before, wrong.amount_fen, 2)
        assert own.since_fen == sum(bill.amount_fen for bill in since)
        assert own.open_fen == own.now_fen == since[-1].amount_fen == sum(left.values())


class TestMembers:
    def test_who_left_before_the_months_end_is_not_on_it(
        self, office: Office, clerk: Actor, customers: list[Customer]
    ) -> None:
        home, foundry, printer = customers
        relate(office, RelationKind.SAME_GROUP, foundry, home)
        relate(office, RelationKind.SAME_GROUP, foundry, printer, until=date(2026, 1, 31))

        made = make(clerk, foundry)

        assert printer.pk not in made.member_ids
        assert made.bill_count == len(list_bills(office, home, foundry))

    def test_who_was_there_on_the_last_day_is_and_stays(
        self, office: Office, clerk: Actor, customers: list[Customer]
    ) -> None:
        home, foundry, _printer = customers
        relate(office, RelationKind.SAME_GROUP, foundry, home, until=date(2026, 2, 1))
        made = make(clerk, foundry)

        end_relation(actor=office.actor, relation=get_relation(office), on=date(2026, 1, 15))

        assert [one.bill_count > 0 for one in combined_bills.read_sheet(actor=clerk, statement=made).sections] == [
            True,
            True,
        ]

    def test_who_is_in_no_group_gets_none(self, clerk: Actor, customers: list[Customer]) -> None:
        with pytest.raises(NotInGroup, match="belonged to no group"):
            make(clerk, customers[0])

    def test_a_member_without_a_bill_makes_no_group_statement(
        self, office: Office, clerk: Actor, customers: list[Customer]
    ) -> None:
        other = Customer.objects.for_actor(office.actor).get(pk=customers[0].pk)
        other.pk, other.number = None, "C99999"
        other.save()
        relate(office, RelationKind.SAME_GROUP, customers[0], other)

        with pytest.raises(UnableToMakeStatement, match="fewer than two customers"):
            make(clerk, customers[0])

    def test_a_bill_stands_on_the_sheet_of_one_group(
        self, office: Office, clerk: Actor, customers: list[Customer]
    ) -> None:
        home, foundry, printer = customers
        relate(office, RelationKind.SAME_GROUP, foundry, home)
        make(clerk, home)
        foundry_head = min((home, foundry), key=lambda one: one.pk)
        member = foundry if foundry_head == home else home
        end_relation(actor=office.actor, relation=get_relation(office), on=date(2026, 1, 15))
        relate(office, RelationKind.PARENT, printer, member)

        with pytest.raises(UnableToMakeStatement, match="statement of another group"):
            make(clerk, printer)


class TestReach:
    @pytest.fixture
    def split(self, office: Office, customers: list[Customer]) -> Actor:
        """A clerk of a branch that has the head of the group alone."""
        home, foundry, _printer = customers
        branch = org.add_unit(code="7", name="分公司", kind=UnitKind.BRANCH, parent=office.utility.root)
        relate(office, RelationKind.PARENT, foundry, home)
        Customer.objects.for_actor(office.actor).filter(pk=foundry.pk).update(unit=branch)
        return factory.add_clerk(branch, "stranger", RIGHTS)

    def test_who_does_not_see_every_bill_cannot_make_it(
        self, split: Actor, clerk: Actor, customers: list[Customer]
    ) -> None:
        with pytest.raises(UnableToMakeStatement, match="not within your units"):
            make(split, customers[1])

        assert not GroupStatement.objects.for_actor(clerk).exists()

    def test_who_sees_a_part_is_told_and_gets_no_paper(
        self, split: Actor, clerk: Actor, customers: list[Customer]
    ) -> None:
        made = make(clerk, customers[1])

        sheet = combined_bills.read_sheet(actor=split, statement=made)

        assert (sheet.hidden_count, list(sheet.sections)) == (made.bill_count, [])
        with pytest.raises(StatementNotWhole):
            combined_bills.write_statement_pdf(actor=split, statement=made, at=LATER)
        with pytest.raises(StatementNotWhole):
            combined_bills.take_out_month(actor=split, month=JANUARY, at=LATER)

    def test_a_member_does_not_open_a_head_of_another_unit(
        self, office: Office, customers: list[Customer], clerk: Actor
    ) -> None:
        home, foundry, _printer = customers
        branch = org.add_unit(code="8", name="二分公司", kind=UnitKind.BRANCH, parent=office.utility.root)
        relate(office, RelationKind.PARENT, foundry, home)
        Customer.objects.for_actor(office.actor).filter(pk=home.pk).update(unit=branch)
        stranger = factory.add_clerk(branch, "member", RIGHTS)

        with pytest.raises(NotInGroup, match="head of the group is not within your units") as refused:
            make(stranger, home)

        assert foundry.name not in str(refused.value)


def test_a_month_is_made_for_groups_too(office: Office, clerk: Actor, customers: list[Customer]) -> None:
    relate(office, RelationKind.SAME_GROUP, customers[0], customers[1])

    first = combined_bills.make_statements(actor=clerk, month=JANUARY, at=LATER)
    again = combined_bills.make_statements(actor=clerk, month=JANUARY, at=LATER)

    assert (first, again) == (1, 0)
    assert GroupStatement.objects.for_actor(clerk).get().is_group


def test_bills_go_with_who_held_the_account(office: Office, customers: list[Customer]) -> None:
    owned = list_owned_bills(actor=office.actor, customer_ids={customers[0].pk}, month=JANUARY)

    assert [one.bill.pk for one in owned] == [bill.pk for bill in list_bills(office, customers[0])]
    assert {one.customer_id for one in owned} == {customers[0].pk}


class TestPaper:
    @pytest.fixture
    def made(self, office: Office, clerk: Actor, customers: list[Customer]) -> GroupStatement:
        relate(office, RelationKind.SAME_GROUP, customers[0], customers[1])
        return make(clerk, customers[0])

    @pytest.mark.parametrize("language", ["zh-Hans", "en"])
    def test_equal_facts_give_equal_bytes(self, made: GroupStatement, clerk: Actor, language: str) -> None:
        first, again = (
            combined_bills.write_statement_pdf(actor=clerk, statement=made, at=LATER, language=language)
            for _ in range(2)
        )

        text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(first)).pages)
        assert first == again
        assert made.number in text
        assert f"{made.amount_fen / 100:,.2f}" in text

    def test_a_month_is_taken_out_and_the_trail_says_so(self, made: GroupStatement, clerk: Actor) -> None:
        content = combined_bills.take_out_month(actor=clerk, month=JANUARY, at=LATER)

        assert content.startswith(b"%PDF")
        assert (
            UseCaseRecord.objects.for_actor(clerk).filter(use_case="combined_bills.paper.take_out_month").count() == 1
        )

    def test_a_month_without_any_is_refused(self, made: GroupStatement, clerk: Actor) -> None:
        with pytest.raises(TooManyStatements, match="2025-12 has 0"):
            combined_bills.take_out_month(actor=clerk, month=date(2025, 12, 1), at=LATER)
        with pytest.raises(TooManyStatements):
            combined_bills.take_out_month(actor=clerk, month=JANUARY, unit_code="nowhere", at=LATER)

    def test_who_may_not_see_the_archive_takes_no_month_out(self, office: Office, made: GroupStatement) -> None:
        viewer = factory.add_clerk(office.utility.root, "viewer", ["billing.view", "archive.export"])

        with pytest.raises(PermissionRefused):
            combined_bills.take_out_month(actor=viewer, month=JANUARY, at=LATER)

    def test_pages_make_it_show_it_and_give_it_out(
        self, office: Office, clerk: Actor, customers: list[Customer], log_in: LogIn
    ) -> None:
        relate(office, RelationKind.SAME_GROUP, customers[0], customers[1])
        browser = log_in("combiner")
        sent = {"month": "2026-01", "customer": customers[1].number, "of_group": "1"}

        address = browser.post("/billing/statements/make/", sent).headers["Location"]

        page = browser.get(address).content.decode()
        bills = list_bills(office, *customers[:2])
        assert all(one.number in page for one in customers[:2])
        assert all(bill.number in page and escape(bill.customer_name) in page for bill in bills)
        assert browser.get(f"{address}pdf/").content.startswith(b"%PDF")
        assert b"".join(browser.get(f"{address}bills.xlsx").streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
        assert browser.get("/billing/statements/month.pdf?month=2026-01").content.startswith(b"%PDF")
        assert browser.get("/billing/statements/month.pdf?month=2025-01").status_code == 302
        assert browser.get("/billing/statements/999999/pdf/").status_code == 404
        assert "集团" in browser.get("/billing/statements/?kind=1").content.decode()
