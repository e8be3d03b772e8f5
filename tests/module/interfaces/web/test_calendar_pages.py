"""The calendar as pages: planned, looked at as grid and list, moved, and beside the run."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office
from tests.module.billing.test_stages import build_month, lines_of

from dianke.domain.billing.models import BillRun
from dianke.domain.readings.models import PlannedDay
from dianke.domain.readings.queries import list_planned_days
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

LogIn = Callable[[str], Client]
RIGHTS = ["readings.plan", "readings.view_calendar", "billing.view", "billing.run", "archive.export"]
PATH = "/readings/calendar/"
TEMPLATE = {
    f"{name}_{step}": value
    for step, offset in (
        ("READ_FROM", 0),
        ("READ_TO", 1),
        ("FREEZE", 2),
        ("CALCULATE", 4),
        ("REVIEW", 5),
        ("ISSUE", 6),
        ("PAYMENT_DUE", 20),
    )
    for name, value in (("offset", offset), ("shift", "NEXT"))
}


@pytest.fixture
def planner(office: Office) -> Actor:
    return factory.add_clerk(office.utility.root, "planner", RIGHTS)


@pytest.fixture
def browser(planner: Actor, log_in: LogIn) -> Client:
    return log_in("planner")


def this_month() -> date:
    return SystemClock().now().date().replace(day=1)


def plan_ahead(browser: Client, *, months: int = 3) -> None:
    browser.post(f"{PATH}cycles/C1/generate/", {"first_month": f"{this_month():%Y-%m}", "months": months})


def find_coming(actor: Actor) -> PlannedDay:
    """Return the last planned day of the calendar: it has not come."""
    return max(list_planned_days(actor=actor), key=lambda day: day.planned_date)


def test_a_cycle_is_planned_on_its_page(browser: Client, planner: Actor) -> None:
    empty = browser.get(f"{PATH}cycles/C1/").content.decode()

    plan_ahead(browser)

    assert "尚无计划" in empty
    assert len(list_planned_days(actor=planner)) == 21
    assert "缴费截止" in browser.get(f"{PATH}cycles/C1/").content.decode()


def test_the_grid_shows_the_days_of_the_month_and_the_list_all_of_them(browser: Client, planner: Actor) -> None:
    plan_ahead(browser)
    day = find_coming(planner)

    grid = browser.get(PATH, {"month": f"{day.planned_date:%Y-%m}"}).content.decode()
    rows = browser.get(f"{PATH}days/", {"step": "PAYMENT_DUE"}).content.decode()

    assert f"/readings/calendar/days/{day.pk}/" in grid
    assert f"{day.planned_date}" in rows
    assert browser.get(PATH, {"month": "2026-13"}).status_code == 200


def test_a_day_is_moved_with_a_reason(browser: Client, planner: Actor) -> None:
    plan_ahead(browser)
    day = find_coming(planner)
    later = day.planned_date + timedelta(days=3)

    answer = browser.post(f"{PATH}days/{day.pk}/move/", {"to": f"{later}", "reason": "银行系统停机"})

    assert answer.status_code == 302
    page = browser.get(f"{PATH}days/{day.pk}/").content.decode()
    assert f"{later}" in page
    assert "银行系统停机" in page


def test_a_day_that_cannot_be_moved_stays_and_the_page_says_why(browser: Client, planner: Actor) -> None:
    plan_ahead(browser)
    day = find_coming(planner)

    answer = browser.post(f"{PATH}days/{day.pk}/move/", {"to": "2026-01-01", "reason": "晚"})

    assert answer.status_code == 422
    assert "只能计划今后的日期" in answer.content.decode()
    assert find_coming(planner).planned_date == day.planned_date


def test_a_template_is_kept_and_a_wrong_one_refused(browser: Client) -> None:
    month = f"{this_month():%Y-%m}"

    kept = browser.post(f"{PATH}cycles/C1/template/", {"from_month": month, **TEMPLATE})
    refused = browser.post(f"{PATH}cycles/C1/template/", {"from_month": month, **TEMPLATE, "offset_PAYMENT_DUE": 1})

    assert kept.status_code == 302
    assert refused.status_code == 422
    assert "不能早于前一环节" in refused.content.decode()


def test_interim_days_are_read_with_any_comma(browser: Client, office: Office) -> None:
    answer = browser.post(f"{PATH}cycles/C1/interim/", {"interim_days": "21，11"})

    office.utility.cycle.refresh_from_db()
    assert answer.status_code == 302
    assert office.utility.cycle.interim_days == [11, 21]
    assert "分次抄表日 11, 21" in browser.get(f"{PATH}cycles/C1/").content.decode()


def test_interim_days_that_cannot_be_are_refused(browser: Client, office: Office) -> None:
    answers = [browser.post(f"{PATH}cycles/C1/interim/", {"interim_days": text}) for text in ("31", "zwei", "5,10,15")]

    office.utility.cycle.refresh_from_db()
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert office.utility.cycle.interim_days == []


def test_who_only_looks_plans_nothing(office: Office, planner: Actor, browser: Client, log_in: LogIn) -> None:
    plan_ahead(browser)
    factory.add_clerk(office.utility.root, "looker", ["readings.view_calendar"])
    looker = log_in("looker")
    day = find_coming(planner)

    page = looker.get(f"{PATH}days/{day.pk}/").content.decode()
    answer = looker.post(f"{PATH}days/{day.pk}/move/", {"to": f"{day.planned_date}", "reason": "晚"})

    assert "/move/" not in page
    assert answer.status_code == 403


def test_the_board_shows_plan_and_fact(browser: Client, office: Office) -> None:
    browser.post(f"{PATH}cycles/C1/generate/", {"first_month": "2026-01", "months": 1})
    run = BillRun.objects.for_actor(office.utility.actor).get()

    page = browser.get(f"/billing/runs/{run.number}/").content.decode()

    assert "计划与实际" in page
    assert "示数冻结" in page


def test_the_last_bill_of_a_month_shows_what_interim_bills_charged(office: Office, browser: Client) -> None:
    month = build_month(interim_days=(11,), utility=office.utility)
    first, last = month.bills

    interim, whole = (browser.get(f"/billing/bills/{bill.pk}/").content.decode() for bill in (first, last))

    assert "第 1/2 次：分次账单" in interim
    assert "减已出分次账单" not in interim
    assert "第 2/2 次：全月结算" in whole
    # Once in the head, and as the last step of each line that an interim bill charged.
    assert whole.count("减已出分次账单") == 1 + sum(not line.included for line in lines_of(month, first))
