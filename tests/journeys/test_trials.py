"""Prices are tried: from the proposal to the report of a month, then approved by another person."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.factories import utility as factory
from tests.factories.billed import add_home, run_january
from tests.factories.prices import MOVED_TIER, propose_moved_tier
from tests.factories.utility import LATER, Utility
from tests.journeys.conftest import PASSWORD, Enter, Stage
from tests.journeys.looks import look_at

from dianke.application import meter_to_cash, trials
from dianke.domain.billing.models import BillTrial
from dianke.domain.tariffs.models import TariffVersion
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.queries import build_actor

pytestmark = [pytest.mark.browser]


@dataclass(frozen=True)
class Office:
    """A utility whose January of three homes is issued, a proposal that moves a tier, who tries, who decides."""

    utility: Utility
    version: TariffVersion
    trier: Staff


def issue_three_homes(_data_dir: Path) -> Office:
    """Build the office."""
    with transaction.atomic():
        utility = factory.build_utility()
        for end in ("1120", "1180", "1450"):
            add_home(utility, end)
        run = run_january(utility)
    meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)
    proposer = factory.add_clerk(utility.root, "lin", ["tariffs.propose"])
    version = propose_moved_tier(proposer, LATER, MOVED_TIER.replace("2026-03", "2099-03"))
    rights = ["billing.trial", "billing.view", "tariffs.view", "archive.view", "archive.export"]
    engage(utility, "zhou", ["tariffs.view", "tariffs.approve"])
    return Office(utility, version, engage(utility, "trier", rights))


def engage(utility: Utility, login: str, rights: list[str]) -> Staff:
    """Return a new person with one post at the utility."""
    person = identity.add_staff(login=login, name=login, unit=utility.root, password=PASSWORD)
    post = identity.define_post(code=login.upper(), name=f"{login}岗", rights=rights)
    identity.assign_post(staff=person, post=post, unit=utility.root, start=date(2020, 1, 1))
    return person


@pytest.fixture
def office(stage: Stage[Office]) -> Office:
    """Bring the office."""
    return stage(issue_three_homes)


def test_a_proposal_is_tried_and_only_then_approved(enter: Enter, office: Office, faults: list[str]) -> None:
    utility, version, trier = office.utility, office.version, office.trier
    page, deciding = enter("trier"), enter("zhou")

    deciding.goto(f"/tariffs/versions/{version.pk}/")
    deciding.get_by_role("button", name="批准").click()
    deciding.get_by_role("dialog").get_by_role("button", name="批准").click()
    expect(deciding.locator("body")).to_contain_text("尚无用该方案已发行账单的月份完成的试算")
    page.goto(f"/tariffs/versions/{version.pk}/")
    page.get_by_role("link", name="发起试算").click()
    page.get_by_role("button", name="开始试算").click()
    expect(page.locator("#trial-progress")).to_contain_text("等待后台处理")
    trial = BillTrial.objects.for_actor(utility.actor).get()
    trials.carry_out_trial(actor=build_actor(staff=trier, on=LATER.date(), origin="job"), number=trial.number)

    # The page fetches its progress and loads the report by itself: 30 kWh and 50 kWh more at 0.05 yuan.
    expect(page.locator("main")).to_contain_text("+4.00")
    expect(page.locator("[data-chart] canvas")).to_have_count(3)
    page.locator("#by-amount a").first.click()
    expect(page.locator("h1")).to_contain_text("2026-01")
    deciding.reload()
    deciding.get_by_role("button", name="批准").click()
    deciding.get_by_role("dialog").get_by_role("button", name="批准").click()
    expect(deciding.locator("main")).to_contain_text("zhou")
    version.refresh_from_db()
    assert (version.status, version.decided_by) == ("ACTIVE", "zhou")
    assert faults == []


def test_pages_of_trials_fit_and_please_axe(enter: Enter, office: Office, faults: list[str]) -> None:
    actor = build_actor(staff=office.trier, on=LATER.date(), origin="job")
    key = office.version.pk
    done = trials.start_trial(actor=actor, version_id=key, month=factory.JANUARY, at=LATER)
    trials.carry_out_trial(actor=actor, number=done.number)
    gone = trials.start_trial(actor=actor, version_id=key, month=factory.JANUARY, at=LATER)
    trials.cancel_trial(actor=actor, number=gone.number, reason="换月份", at=LATER)
    waiting = trials.start_trial(actor=actor, version_id=key, month=factory.JANUARY, at=LATER)
    page = enter("trier")

    addresses = [
        "/billing/trials/",
        "/billing/trials/start/",
        f"/billing/trials/{done.number}/",
        f"/billing/trials/{gone.number}/",
        f"/billing/trials/{waiting.number}/",
        f"/tariffs/versions/{key}/",
    ]

    assert look_at(page, addresses) == {}
    assert faults == []
