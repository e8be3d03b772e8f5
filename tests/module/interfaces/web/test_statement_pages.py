"""Combined statements: made from issued bills, kept as made, with what was issued since below them."""

from collections.abc import Callable

import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office
from tests.factories.utility import JANUARY, LATER

from dianke.application import bill_corrections, combined_bills
from dianke.domain.billing.models import Bill, GroupStatement, GroupStatementBill
from dianke.domain.billing.operations.statements import UnableToMakeStatement
from dianke.domain.billing.queries.statements import list_account_bills
from dianke.domain.billing.types import CorrectionCause
from dianke.domain.customers.models import Customer, CustomerAccount
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
def group(office: Office) -> Customer:
    """A customer who holds two accounts that were billed in January."""
    actor = office.utility.actor
    billed = list(Bill.objects.for_actor(actor).order_by("id").values_list("account_id", flat=True)[:2])
    accounts = CustomerAccount.objects.for_actor(actor).filter(pk__in=billed).order_by("pk")
    customer: Customer = accounts[0].customer
    accounts.update(customer=customer)
    return customer


def list_bills(office: Office, customer: Customer) -> list[Bill]:
    """Return the bills of a customer's accounts."""
    actor = office.utility.actor
    accounts = CustomerAccount.objects.for_actor(actor).filter(customer=customer).values_list("pk", flat=True)
    return list(Bill.objects.for_actor(actor).filter(account_id__in=list(accounts)).order_by("id"))


def make(clerk: Actor, customer: Customer) -> GroupStatement:
    return combined_bills.make_statement(actor=clerk, customer_number=customer.number, month=JANUARY, at=LATER)


def test_it_is_the_sum_of_the_issued_bills(office: Office, clerk: Actor, group: Customer) -> None:
    bills = list_bills(office, group)

    made = make(clerk, group)

    listed = GroupStatementBill.objects.for_actor(clerk).filter(statement=made).order_by("bill_id")
    assert [row.bill_id for row in listed] == [bill.pk for bill in bills]
    assert (made.account_count, made.bill_count) == (2, len(bills))
    assert made.amount_fen == sum(bill.amount_fen for bill in bills)
    assert made.energy_kwh_e2 == sum(bill.energy_kwh_e2 for bill in bills)
    assert made.number == f"HB-202601-{made.pk:06d}"


def test_there_is_one_a_month(clerk: Actor, group: Customer) -> None:
    make(clerk, group)

    with pytest.raises(UnableToMakeStatement, match="made already"):
        make(clerk, group)

    assert GroupStatement.objects.for_actor(clerk).count() == 1


def test_a_single_account_needs_none(office: Office, clerk: Actor) -> None:
    single = CustomerAccount.objects.for_actor(office.utility.actor).order_by("pk")[0].customer

    with pytest.raises(UnableToMakeStatement, match="fewer than two"):
        make(clerk, single)

    assert GroupStatement.objects.for_actor(clerk).count() == 0


def test_who_does_not_see_every_bill_cannot_make_it(office: Office, clerk: Actor, group: Customer) -> None:
    branch = org.add_unit(code="7", name="分公司", kind=UnitKind.BRANCH, parent=office.utility.root)
    Customer.objects.for_actor(office.utility.actor).filter(pk=group.pk).update(unit=branch)
    stranger = factory.add_clerk(branch, "stranger", RIGHTS)

    with pytest.raises(UnableToMakeStatement, match="not within your units"):
        make(stranger, group)

    assert GroupStatement.objects.for_actor(clerk).count() == 0


def test_only_who_combines_may_make_it(office: Office, group: Customer) -> None:
    viewer = factory.add_clerk(office.utility.root, "viewer", ["billing.view"])

    with pytest.raises(PermissionRefused):
        make(viewer, group)


def test_a_month_is_made_for_everybody_who_waits(clerk: Actor, group: Customer) -> None:
    first = combined_bills.make_statements(actor=clerk, month=JANUARY, at=LATER)

    again = combined_bills.make_statements(actor=clerk, month=JANUARY, at=LATER)

    assert (first, again) == (1, 0)
    assert GroupStatement.objects.for_actor(clerk).get().customer_id == group.pk


def test_a_correction_stands_below_and_the_statement_stays(office: Office, clerk: Actor, group: Customer) -> None:
    made = make(clerk, group)
    wrong = next(bill for bill in list_bills(office, group) if bill.energy_kwh_e2)
    correct(office, wrong)

    accounts = list_account_bills(actor=clerk, statement=made)

    since = [bill for one in accounts for bill in one.since]
    made.refresh_from_db()
    assert len(since) == 2  # the reversal and the replacement
    assert since[0].amount_fen == -wrong.amount_fen
    assert made.amount_fen == sum(one.amount_fen for one in accounts)


def test_the_pages_make_show_and_find_it(office: Office, clerk: Actor, group: Customer, log_in: LogIn) -> None:
    browser = log_in("combiner")

    empty = browser.get("/billing/statements/").content.decode()
    answer = browser.post("/billing/statements/make/", {"month": "2026-01", "customer": group.number})

    made = GroupStatement.objects.for_actor(clerk).get()
    page = browser.get(f"/billing/statements/{made.pk}/").content.decode()
    found = browser.get("/billing/statements/", {"q": group.number}).content.decode()
    assert "尚无合并账单" in empty
    assert answer.headers["Location"] == f"/billing/statements/{made.pk}/"
    assert made.number in page
    assert all(bill.number in page for bill in list_bills(office, group))
    assert made.number in found
    assert browser.get("/billing/statements/999999/").status_code == 404


def correct(office: Office, bill: Bill) -> None:
    """Issue a correction of a bill to half a kWh less by its line loss ratio."""
    utility = office.utility
    asker = factory.add_clerk(utility.root, "asker", ["billing.correct", "billing.view"])
    approver = factory.add_clerk(
        utility.root, "approver", ["billing.approve_corrections", "billing.approve_large_corrections", "billing.view"]
    )
    order = bill_corrections.draft_correction(
        actor=asker,
        bill_id=bill.pk,
        cause=CorrectionCause.OTHER,
        reason="线损率录入有误",
        changes={"terms.line_loss_ratio": "0.05"},
        at=LATER,
    )
    bill_corrections.ask_correction(actor=asker, key=order.pk, at=LATER)
    bill_corrections.approve_correction(actor=approver, key=order.pk, reason="同意", at=LATER)
    bill_corrections.issue_correction(actor=utility.issuer, key=order.pk, at=LATER)
