"""Debt in instalments: proposed from the customer's money, approved by another person, paid twice, settled."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.factories.billed import issue_homes
from tests.factories.paid import list_accounts, look_at, make_payment
from tests.factories.utility import Utility
from tests.journeys.conftest import PASSWORD, Enter, Stage
from tests.journeys.looks import look_around

from dianke.application import agreements
from dianke.domain.receivables.models import Agreement
from dianke.domain.receivables.operations.payments import receive_payment
from dianke.kernel.clock import SHANGHAI, SystemClock, to_shanghai
from dianke.platform.identity import operations as identity
from dianke.platform.identity.types import Actor

pytestmark = [pytest.mark.browser]

LOOKING = ["archive.view", "payments.view", "billing.view", "ledger.view"]
PEOPLE = {"collector": [*LOOKING, "agreements.propose"], "supervisor": [*LOOKING, "agreements.approve"]}
NIGHT = Actor.system("a night of the journey")


def leave_a_home_in_arrears(_data_dir: Path) -> Utility:
    """Build a utility whose home has not paid its January, who proposes and who approves."""
    with transaction.atomic():
        utility = issue_homes("1450")
    for login, rights in PEOPLE.items():
        person = identity.add_staff(login=login, name=login, unit=utility.root, password=PASSWORD)
        post = identity.define_post(code=login.upper(), name=login, rights=rights)
        identity.assign_post(staff=person, post=post, unit=utility.root, start=date(2020, 1, 1))
    return utility


@pytest.fixture
def utility(stage: Stage[Utility]) -> Utility:
    """Bring the utility."""
    return stage(leave_a_home_in_arrears)


def pay(utility: Utility, fen: int, number: str) -> None:
    today = to_shanghai(SystemClock().now()).date()
    payment = make_payment(utility, list_accounts(utility)[0], fen, number, day=today)
    with transaction.atomic():
        receive_payment(actor=utility.actor, payment=payment, at=SystemClock().now())


def test_a_debt_is_paid_in_two_instalments(enter: Enter, utility: Utility, faults: list[str]) -> None:
    account, today = list_accounts(utility)[0], to_shanghai(SystemClock().now()).date()
    owed_fen = look_at(utility, account, today).owed_fen

    page = enter("collector")
    page.goto(f"/agreements/new/{account.number}/")
    page.get_by_label("期数").fill("2")
    page.get_by_label("原因").fill("经营困难")
    page.get_by_role("button", name="生成计划").click()
    expect(page.get_by_text("各期合计须等于")).to_be_visible()
    assert look_around(page) == []
    page.get_by_role("button", name="提出协议").click()
    expect(page.get_by_role("heading", name="分期计划")).to_be_visible()
    agreement = Agreement.objects.for_actor(utility.actor).get()
    assert agreement.amount_fen == owed_fen

    page = enter("supervisor", f"/agreements/{agreement.pk}/")
    page.locator('[data-open="#approve"]').click()
    page.locator("#approve [type=submit]").click()
    expect(page.locator("main").get_by_text("履行中", exact=True)).to_be_visible()
    pay(utility, owed_fen // 2, "J1")
    page.reload()
    expect(page.locator("table").get_by_text("已缴清", exact=True)).to_be_visible()
    assert look_around(page) == []
    pay(utility, owed_fen - owed_fen // 2, "J2")
    tomorrow = datetime.combine(today + timedelta(days=1), time(5), SHANGHAI)
    assert agreements.run_agreement_night(actor=NIGHT, at=tomorrow).settled == 1
    page.goto("/agreements/")
    expect(page.locator("table").get_by_text("已履行结清", exact=True)).to_be_visible()
    assert look_around(page) == []

    assert look_at(utility, account, today).owed_fen == 0
    assert faults == []
