"""What each post finds at home, and what the foot says of a demo utility."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.application import meter_to_cash
from dianke.application.demo_utility.organisation import UTILITY_CODE
from dianke.domain.billing.models import BillRun
from dianke.platform.org.models import Unit

LogIn = Callable[[str], Client]


def test_reviewer_finds_the_faults_of_the_run(office: Office, reviewer_pages: Client) -> None:
    page = reviewer_pages.get("/").content.decode()

    assert f"/billing/runs/{office.run.number}/" in page
    for words in ("2 点", "未处理故障", "2026-01 批次", "待发行", "在供户数"):
        assert words in page


def test_second_person_finds_what_is_to_be_issued(office: Office, log_in: LogIn) -> None:
    page = log_in(office.supervisor).get("/").content.decode()

    assert "待发行" in page
    assert "YZ1" in page


def test_runner_is_not_asked_to_issue_the_own_run(office: Office, reviewer_pages: Client) -> None:
    page = reviewer_pages.get("/").content.decode()

    assert '<td class="kind nw">待发行</td>' not in page


def test_runner_finds_a_frozen_month_without_a_run(office: Office, reviewer_pages: Client) -> None:
    meter_to_cash.cancel_run(actor=office.actor, number=office.run.number, reason="重来")

    page = reviewer_pages.get("/").content.decode()

    assert "待核算" in page
    assert "示数冻结" in page


def test_run_at_work_shows_how_far_it_is(office: Office, reviewer_pages: Client) -> None:
    BillRun.objects.for_actor(office.actor).update(status="CALCULATING")

    assert "处理中" in reviewer_pages.get("/").content.decode()


@pytest.mark.parametrize(
    ("right", "words"),
    [
        ("archive.view", "在供户数"),
        ("readings.record", "已冻结例日"),
        ("staff.manage", "可登录人员"),
    ],
)
def test_posts_bring_figures_of_their_own(right: str, words: str, office: Office, log_in: LogIn) -> None:
    factory.add_clerk(office.utility.root, "YZ5", [right])

    page = log_in("YZ5").get("/").content.decode()

    assert words in page
    assert "应收（元）" not in page


def test_person_without_a_post_finds_nothing_and_no_fault(office: Office, log_in: LogIn) -> None:
    factory.add_clerk(office.utility.root, "YZ4", [])

    page = log_in("YZ4").get("/").content.decode()

    assert "没有待办" in page
    assert "核算批次" not in page


def test_outsider_sees_no_figures_of_the_utility(office: Office, log_in: LogIn) -> None:
    page = log_in(office.outsider).get("/").content.decode()

    assert office.run.number not in page
    assert "应收（元）" not in page


def test_foot_of_a_real_utility_names_it(reviewer_pages: Client) -> None:
    assert "均为虚构" not in reviewer_pages.get("/customers/").content.decode()


def test_foot_of_the_demo_utility_says_that_it_is_invented(office: Office, log_in: LogIn) -> None:
    Unit.objects.for_actor(office.actor).filter(pk=office.utility.root.pk).update(code=UTILITY_CODE)
    cache.clear()

    page = log_in(office.reviewer).get("/customers/").content.decode()

    assert "示例数据：单位、人名、企业、地址、户号均为虚构。" in page


def test_home_costs_no_more_queries_than_pinned(
    reviewer_pages: Client, django_assert_max_num_queries: Callable[..., object]
) -> None:
    reviewer_pages.get("/")

    with django_assert_max_num_queries(24):
        reviewer_pages.get("/")
