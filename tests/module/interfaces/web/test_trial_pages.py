"""Trials as pages: start, progress, report, export, and what a reader without the right to bills sees."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office
from tests.factories.prices import MOVED_TIER, propose_moved_tier
from tests.factories.utility import LATER

from dianke.application import trials
from dianke.domain.billing.models import BillTrial
from dianke.domain.tariffs.models import TariffVersion
from dianke.platform.identity.types import Actor

issued = True
LogIn = Callable[[str], Client]


@pytest.fixture
def version(office: Office) -> TariffVersion:
    proposer = factory.add_clerk(office.utility.root, "lin", ["tariffs.propose", "tariffs.view"])
    # Far ahead, for the page approves on the day of today.
    return propose_moved_tier(proposer, LATER, MOVED_TIER.replace("2026-03", "2099-03"))


@pytest.fixture
def trier(office: Office) -> Actor:
    rights = ["billing.trial", "billing.view", "tariffs.view", "archive.export", "archive.view"]
    return factory.add_clerk(office.utility.root, "trier", rights)


@pytest.fixture
def browser(trier: Actor, log_in: LogIn) -> Client:
    return log_in("trier")


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def start(client: Client, version: TariffVersion) -> BillTrial:
    """Return the trial that is started on the page."""
    client.post("/billing/trials/start/", {"version": version.pk, "month": "2026-01", "unit": "0", "usage_class": ""})
    trial: BillTrial = BillTrial.objects.for_actor(Actor.system("reading trials")).get(version=version)
    return trial


def test_a_trial_is_started_from_the_proposal_and_handed_to_the_worker(browser: Client, version: TariffVersion) -> None:
    proposal = browser.get(f"/tariffs/versions/{version.pk}/").content.decode()
    form = browser.get("/billing/trials/start/", {"version": version.pk}).content.decode()

    trial = start(browser, version)

    assert f"/billing/trials/start/?version={version.pk}" in proposal
    assert f'<option value="{version.pk}" selected>' in form
    page = browser.get(f"/billing/trials/{trial.number}/").content.decode()
    assert f'hx-get="/billing/trials/{trial.number}/progress/"' in page
    with connection.cursor() as cursor:
        cursor.execute("select task_name, args ->> 'number', args ->> 'login' from procrastinate_jobs order by id desc")
        assert cursor.fetchone() == ("run_trial", trial.number, "trier")


def test_a_form_that_names_nothing_is_returned(browser: Client, version: TariffVersion) -> None:
    answer = browser.post("/billing/trials/start/", {"version": "999999", "month": "1999-01", "unit": "X"})

    assert answer.status_code == 422
    assert BillTrial.objects.for_actor(Actor.system("reading trials")).count() == 0


def test_a_report_shows_figures_pictures_tables_and_bills(
    browser: Client, version: TariffVersion, trier: Actor, office: Office
) -> None:
    trial = start(browser, version)
    trials.carry_out_trial(actor=trier, number=trial.number)

    page = browser.get(f"/billing/trials/{trial.number}/").content.decode()

    bill = office.bill("home")
    assert f'href="/billing/bills/{bill.pk}/"' in page
    assert bill.account_number in words_of(page)
    assert page.count("data-chart=") == 3
    fragment = browser.get(f"/billing/trials/{trial.number}/progress/").content.decode()
    assert "data-finished" in fragment
    listed = browser.get("/billing/trials/").content.decode()
    assert trial.number in listed


def test_a_report_without_the_right_to_bills_names_no_customer(
    office: Office, browser: Client, version: TariffVersion, trier: Actor, log_in: LogIn
) -> None:
    trial = start(browser, version)
    trials.carry_out_trial(actor=trier, number=trial.number)
    factory.add_clerk(office.utility.root, "planner", ["billing.trial"])

    page = log_in("planner").get(f"/billing/trials/{trial.number}/").content.decode()

    assert "/billing/bills/" not in page
    assert office.bill("home").customer_name not in page


def test_a_report_is_exported_as_a_workbook_with_a_mark(browser: Client, version: TariffVersion, trier: Actor) -> None:
    trial = start(browser, version)
    before = browser.get(f"/billing/trials/{trial.number}/export/")
    trials.carry_out_trial(actor=trier, number=trial.number)

    answer = browser.get(f"/billing/trials/{trial.number}/export/")

    assert before.status_code == 404
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="trial-{trial.number}-')
    assert b"".join(answer.streaming_content).startswith(b"PK")


def test_a_cancelled_trial_says_so_and_is_tried_no_more(browser: Client, version: TariffVersion) -> None:
    trial = start(browser, version)

    browser.post(f"/billing/trials/{trial.number}/cancel/", {"reason": "wrong month"})

    page = browser.get(f"/billing/trials/{trial.number}/").content.decode()
    assert "wrong month" in page
    assert "/progress/" not in page
    trial.refresh_from_db()
    assert trial.status == "CANCELLED"


def test_a_trial_that_is_not_there_is_not_found(browser: Client) -> None:
    assert browser.get("/billing/trials/SS-199901-001/").status_code == 404


def test_approval_of_a_version_with_bills_is_refused_on_the_page_before_a_trial(
    office: Office, browser: Client, version: TariffVersion, trier: Actor, log_in: LogIn
) -> None:
    factory.add_clerk(office.utility.root, "zhou", ["tariffs.view", "tariffs.approve"])
    approver = log_in("zhou")
    refused = approver.post(f"/tariffs/versions/{version.pk}/approve/", {"reason": "ok"}, follow=True)
    version.refresh_from_db()
    before = version.status
    trials.carry_out_trial(actor=trier, number=start(browser, version).number)

    approver.post(f"/tariffs/versions/{version.pk}/approve/", {"reason": "compared"})

    version.refresh_from_db()
    assert (before, version.status) == ("PROPOSED", "ACTIVE")
    assert "GD-GZ-RES-2099-03" in words_of(refused.content.decode())
