"""A large user is dunned until he promises; bad debt is proposed by one person and written off by another."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.factories.billed import add_foundry, add_home, run_january
from tests.factories.months import exempt_everything
from tests.factories.utility import LATER, Utility, build_utility
from tests.journeys.conftest import PASSWORD, Enter, Stage
from tests.journeys.looks import look_around

from dianke.application import collection, meter_to_cash
from dianke.domain.billing.models import Bill
from dianke.domain.collection.models import BadWriteOff, DunningStep
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.operations.contacts import add_contacts
from dianke.domain.customers.types import ContactRole, NewContact
from dianke.kernel.clock import SHANGHAI, SystemClock
from dianke.platform.identity import operations as identity
from dianke.platform.outbox.models import Message

pytestmark = [pytest.mark.browser]

PEOPLE = {
    "collector": ["collection.view", "collection.work", "collection.propose_write_off", "outbox.view", "billing.view"],
    "supervisor": [
        "collection.view", "collection.work", "collection.manage", "collection.approve_write_off", "outbox.view",
        "outbox.hold", "archive.export", "ledger.view",
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Office:
    """A utility whose foundry has not paid its January."""

    utility: Utility
    foundry: CustomerAccount
    home: CustomerAccount


def leave_january_unpaid(_data_dir: Path) -> Office:
    """Build the office: the foundry was reminded by SMS and mail, today it is to be called."""
    with transaction.atomic():
        utility = build_utility()
        add_foundry(utility)
        add_home(utility, "1450")
        run = run_january(utility)
        exempt_everything(actor=utility.runner, run=run)
        meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)
        foundry, home = CustomerAccount.objects.for_actor(utility.actor).order_by("id")
        contact = NewContact(
            customer_id=foundry.customer_id, name="张会计", role=ContactRole.BILLING, start_date=date(2025, 6, 1),
            phone="13900001111", email="accounts@example.org",
        )  # fmt: skip
        add_contacts(actor=utility.actor, contacts=[contact])
    for login, rights in PEOPLE.items():
        person = identity.add_staff(login=login, name=login, unit=utility.root, password=PASSWORD)
        post = identity.define_post(code=login.upper(), name=login, rights=rights)
        identity.assign_post(staff=person, post=post, unit=utility.root, start=date(2020, 1, 1))
    today = SystemClock().now().date()
    collection.assign_collector(
        actor=utility.actor, login="collector", account_number=foundry.number, route_code="", share_e4=10_000,
        start=date(2026, 1, 1), reason="", at=LATER,
    )  # fmt: skip
    for day in (today - timedelta(days=8), today - timedelta(days=5), today):
        collection.run_night(actor=utility.actor, at=datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI))
    return Office(utility, foundry, home)


@pytest.fixture
def office(stage: Stage[Office]) -> Office:
    """Bring the office."""
    return stage(leave_january_unpaid)


def test_dunning_of_a_large_user(enter: Enter, office: Office, faults: list[str]) -> None:
    call = DunningStep.objects.for_actor(office.utility.actor).get(account=office.foundry, code="CALL")
    promised_on = SystemClock().now().date() + timedelta(days=5)
    page = enter("collector")

    page.goto("/collection/?by=CLASS")
    assert look_around(page) == []
    page.get_by_role("link", name="454,930.12").first.click()
    page.get_by_role("link", name=office.foundry.number, exact=True).click()
    expect(page.get_by_role("heading", name="催费记录")).to_be_visible()
    page.goto("/")
    page.get_by_role("link", name=call.number).click()
    assert look_around(page) == []
    page.locator("#id_result").select_option("PROMISED")
    page.locator("#id_note").fill("财务承诺五天内付清")
    page.locator("#id_promise_until").fill(promised_on.isoformat())
    page.locator("#id_promise_yuan").fill("454930.12")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("已登记。")).to_be_visible()
    expect(page.get_by_text("履行期内")).to_be_visible()
    page.goto("/collection/recovery/")
    assert look_around(page) == []
    page.goto("/messages/")
    expect(page.get_by_text("139****1111")).to_be_visible()
    page.goto(f"/messages/{Message.objects.for_actor(office.utility.actor).order_by('id')[0].pk}/")
    assert look_around(page) == []

    call.refresh_from_db()
    assert (call.state, call.result, call.promise.amount_fen) == ("DONE", "PROMISED", 454_930_12)
    assert faults == []


def test_write_off_by_two_persons(enter: Enter, office: Office, faults: list[str]) -> None:
    page = enter("collector")

    page.goto(f"/collection/accounts/{office.home.number}/")
    page.get_by_role("link", name="提出坏账核销").click()
    page.locator("#id_kind").select_option("BANKRUPT")
    page.locator("#id_reason").fill("破产清算，无财产可供分配")
    page.locator("#id_evidence").set_input_files(
        {"name": "裁定书.txt", "mimeType": "text/plain", "buffer": "终结破产程序".encode()}
    )
    page.get_by_role("button", name="提出").click()
    expect(page.get_by_text("另一人", exact=False).first).to_be_visible()
    expect(page.get_by_role("button", name="批准")).to_have_count(0)
    row = BadWriteOff.objects.for_actor(office.utility.actor).get()

    second = enter("supervisor")
    second.goto("/")
    second.get_by_role("link", name=row.number).click()
    assert look_around(second) == []
    second.get_by_role("button", name="批准").first.click()
    second.locator("#approve").get_by_role("button", name="批准").click()
    expect(second.get_by_text("已核销入账。")).to_be_visible()

    row.refresh_from_db()
    bill = Bill.objects.for_actor(office.utility.actor).get(account_id=office.home.pk)
    assert (row.state, row.decided_by, row.amount_fen) == ("BOOKED", "supervisor", bill.amount_fen)
    assert faults == []
