"""The run board and its steps: faults by cause, put off, calculated again, issued by a second person."""

import re
from collections.abc import Callable

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.factories import utility as factory
from tests.factories.pages import LOOKING, Office, exempt_everything

from dianke.application import meter_to_cash
from dianke.domain.billing.models import BillRun
from dianke.domain.billing.operations.terms import set_terms
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.tariffs.queries import get_plan
from dianke.interfaces.jobs import tasks
from dianke.platform.identity import operations as identity

LogIn = Callable[[str], Client]
PAGES = ["/billing/runs/", "/billing/runs/{run}/", "/billing/runs/{run}/faults/", "/billing/runs/{run}/bills/"]
STEPS = ["calculate", "pause", "resume", "defer", "issue", "cancel"]


def get_run(office: Office) -> BillRun:
    return run_queries.get_run(actor=office.actor, number=office.run.number)


def address(office: Office, step: str = "") -> str:
    return f"/billing/runs/{office.run.number}/{step + '/' if step else ''}"


def read_messages(client: Client, url: str, data: dict[str, str] | None = None) -> list[str]:
    return [str(message) for message in get_messages(client.post(url, data or {}).wsgi_request)]


def newest_job(task: str) -> ProcrastinateJob:
    """Return the job that was handed over last; the queue is no table of ours and keeps what other files left."""
    return ProcrastinateJob.objects.filter(task_name=task).latest("id")


def put_off_everything(client: Client, office: Office) -> None:
    for code in ("terms_missing", "end_reading_missing"):
        client.post(address(office, "defer"), {"code": code, "reason": "下月补录"})
    exempt_everything(actor=office.actor, run=get_run(office))


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


class TestBoard:
    def test_groups_faults_by_cause_with_remedy_and_example(self, office: Office, reviewer_pages: Client) -> None:
        words = words_of(reviewer_pages.get(address(office)).content.decode())

        assert "未建计费档案 建立覆盖本周期的计费档案与电价方案。 1 1 " + office.account("without_terms") in words
        assert "缺止码 补抄或估抄止码后重算。 1 1 " + office.account("unread") in words

    def test_names_what_stands_in_the_way_of_issue_and_who_may_issue(
        self, office: Office, reviewer_pages: Client
    ) -> None:
        words = words_of(reviewer_pages.get(address(office)).content.decode())

        assert "故障清零或转下期 余 2" in words
        assert "由第二人发行 未满足" in words
        assert "YZ2、issuer 须与核算人不同" in words

    def test_sums_agree_with_the_shards(self, office: Office, reviewer_pages: Client) -> None:
        totals = run_queries.get_totals(actor=office.actor, run=office.run)

        page = reviewer_pages.get(address(office)).content.decode()

        assert (totals.points, totals.bills, totals.faults) == (9, 7, 2)
        assert page.count(f"{totals.amount_fen / 100:,.2f}") == 3

    def test_fetches_itself_only_while_the_run_is_at_work(self, office: Office, reviewer_pages: Client) -> None:
        finished = reviewer_pages.get(address(office)).content.decode()
        BillRun.objects.for_actor(office.actor).update(status="CALCULATING")
        working = reviewer_pages.get(address(office)).content.decode()

        assert "every 2s" not in finished
        assert 'hx-trigger="every 2s"' in working
        assert "data-finished" not in reviewer_pages.get(address(office, "board")).content.decode()

    def test_last_fetch_tells_the_page_that_the_work_is_done(self, office: Office, reviewer_pages: Client) -> None:
        board = reviewer_pages.get(address(office, "board")).content.decode()

        assert "data-finished" in board
        assert "every 2s" not in board

    @pytest.mark.parametrize(("url", "most"), [(PAGES[0], 14), (PAGES[1], 20), (PAGES[2], 12), (PAGES[3], 12)])
    def test_page_costs_no_more_queries_than_pinned(
        self,
        url: str,
        most: int,
        office: Office,
        reviewer_pages: Client,
        django_assert_max_num_queries: Callable[..., object],
    ) -> None:
        reviewer_pages.get("/")

        with django_assert_max_num_queries(most):
            assert reviewer_pages.get(url.format(run=office.run.number)).status_code == 200

    def test_list_of_faults_names_register_and_remedy(self, office: Office, reviewer_pages: Client) -> None:
        page = reviewer_pages.get(address(office, "faults") + "?code=end_reading_missing").content.decode()

        assert office.account("unread") in page
        assert office.account("without_terms") not in page
        assert "总示数" in page


class TestPuttingOff:
    def test_with_a_reason_decides_every_fault_of_the_cause(self, office: Office, reviewer_pages: Client) -> None:
        told = read_messages(
            reviewer_pages, address(office, "defer"), {"code": "terms_missing", "reason": "待建档 <b>"}
        )

        (group,) = [
            one
            for one in run_queries.list_fault_groups(actor=office.actor, run=office.run)
            if one.code == "terms_missing"
        ]
        assert (group.open, group.reason) == (0, "待建档 <b>")
        assert told == ["已转下期核算。"]
        assert "待建档 &lt;b&gt;" in reviewer_pages.get(address(office)).content.decode()

    def test_without_a_reason_is_refused_in_chinese(self, office: Office, reviewer_pages: Client) -> None:
        told = read_messages(reviewer_pages, address(office, "defer"), {"code": "terms_missing", "reason": " "})

        assert told == ["未建计费档案未转下期：须填写原因"]
        assert run_queries.get_totals(actor=office.actor, run=office.run).faults_open == 2


class TestIssuing:
    def test_by_a_second_person_is_handed_to_the_worker(self, office: Office, log_in: LogIn) -> None:
        second = log_in(office.supervisor)
        put_off_everything(second, office)

        told = read_messages(second, address(office, "issue"))[-1:]

        run, job = get_run(office), newest_job("issue_run")
        assert told == ["账单正在发行。"]
        assert (run.status, run.issued_by) == ("ISSUING", office.supervisor)
        assert job.args == {"number": run.number, "login": office.supervisor}

    def test_job_issues_as_the_person_who_asked(self, office: Office, log_in: LogIn) -> None:
        second = log_in(office.supervisor)
        put_off_everything(second, office)
        second.post(address(office, "issue"))

        tasks.issue_run.func(**newest_job("issue_run").args)

        assert get_run(office).status == "ISSUED"
        assert office.bill("foundry").issued_by == office.supervisor

    def test_waits_for_open_faults(self, office: Office, log_in: LogIn) -> None:
        told = read_messages(log_in(office.supervisor), address(office, "issue"))

        assert told == ["未发行，条件未满足：故障清零或转下期"]
        assert get_run(office).status == "CALCULATED"

    def test_by_the_runner_without_the_right_is_refused(self, office: Office, reviewer_pages: Client) -> None:
        put_off_everything(reviewer_pages, office)

        answer = reviewer_pages.post(address(office, "issue"))

        assert answer.status_code == 403
        assert get_run(office).status == "CALCULATED"

    def test_by_the_runner_is_refused_even_with_the_right(self, office: Office, log_in: LogIn) -> None:
        post = identity.define_post(code="BOTH", name="两岗", rights=["billing.issue"])
        staff = identity_of(office.reviewer)
        identity.assign_post(staff=staff, post=post, unit=office.utility.root, start=factory.INSTALLED)
        runner = log_in(office.reviewer)
        put_off_everything(runner, office)

        told = read_messages(runner, address(office, "issue"))[-1:]

        assert told == ["未发行，条件未满足：由第二人发行"]
        assert get_run(office).status == "CALCULATED"


class TestRunning:
    def test_again_after_the_cause_is_mended_bills_the_point(self, office: Office, reviewer_pages: Client) -> None:
        set_terms(
            actor=office.actor, usage_point=office.points["without_terms"], start=factory.INSTALLED,
            plan=get_plan(actor=office.actor, plan_code=factory.GUANGZHOU), structure="SINGLE", time_of_use=False,
        )  # fmt: skip

        told = read_messages(reviewer_pages, address(office, "calculate"))
        job = newest_job("calculate_run")
        tasks.calculate_run.func(**job.args)

        totals = run_queries.get_totals(actor=office.actor, run=office.run)
        assert told == ["正在后台计算，进度见本页。"]
        assert (totals.bills, totals.faults_open) == (8, 1)

    def test_of_a_frozen_month_starts_from_the_list(self, office: Office, reviewer_pages: Client) -> None:
        reviewer_pages.post(address(office, "cancel"), {"reason": "重来"})
        assert "已冻结、待核算" in reviewer_pages.get("/billing/runs/").content.decode()

        answer = reviewer_pages.post("/billing/runs/start/", {"cycle": "C1", "month": "2026-01"})

        number = office.run.number.replace("-01", "-02") if office.run.number.endswith("-01") else ""
        assert answer.headers["Location"] == f"/billing/runs/{number}/"
        assert newest_job("calculate_run").args["number"] == number

    @pytest.mark.parametrize(
        ("month", "words"),
        [("2026-01", "已有批次"), ("2025-12", "没有 2025-12 抄表月"), ("x", "月份")],
    )
    def test_that_cannot_start_says_why(self, month: str, words: str, office: Office, reviewer_pages: Client) -> None:
        told = read_messages(reviewer_pages, "/billing/runs/start/", {"cycle": "C1", "month": month})

        assert [words in text for text in told] == [True]
        assert BillRun.objects.for_actor(office.actor).count() == 1


class TestReach:
    @pytest.mark.parametrize("url", PAGES[1:])
    def test_page_of_another_units_run_is_not_found(self, url: str, office: Office, log_in: LogIn) -> None:
        answer = log_in(office.outsider).get(url.format(run=office.run.number))

        assert answer.status_code == 404

    @pytest.mark.parametrize("step", STEPS)
    def test_step_on_another_units_run_is_not_found(self, step: str, office: Office, log_in: LogIn) -> None:
        answer = log_in(office.outsider).post(address(office, step), {"code": "terms_missing", "reason": "x"})

        assert answer.status_code == 404
        assert get_run(office).status == "CALCULATED"
        assert run_queries.get_totals(actor=office.actor, run=office.run).faults_open == 2

    @pytest.mark.parametrize("step", STEPS)
    def test_step_without_its_right_is_refused(self, step: str, office: Office, log_in: LogIn) -> None:
        factory.add_clerk(office.utility.root, "YZ5", LOOKING)

        answer = log_in("YZ5").post(address(office, step), {"code": "terms_missing", "reason": "x"})

        assert answer.status_code == 403
        assert "没有权限" in answer.content.decode()
        assert get_run(office).status == "CALCULATED"

    @pytest.mark.parametrize("url", [*PAGES, "/billing/bills/"])
    def test_page_without_the_right_is_refused(self, url: str, office: Office, log_in: LogIn) -> None:
        factory.add_clerk(office.utility.root, "YZ6", ["archive.view"])

        assert log_in("YZ6").get(url.format(run=office.run.number)).status_code == 403

    def test_step_needs_a_form(self, office: Office, reviewer_pages: Client) -> None:
        assert reviewer_pages.get(address(office, "cancel")).status_code == 405


class TestPause:
    def test_is_offered_while_a_run_is_calculated_and_ends_by_resuming(
        self, office: Office, reviewer_pages: Client
    ) -> None:
        BillRun.objects.for_actor(office.actor).update(status="CALCULATING")

        told = read_messages(reviewer_pages, address(office, "pause"))
        page = words_of(reviewer_pages.get(address(office)).content.decode())

        assert told == ["批次已暂停；正在计算的分片先算完。"]
        assert get_run(office).status == "PAUSED"
        assert "批次已暂停，已算的分片保留，继续时从停下处接着算。" in page

    def test_resumed_hands_the_run_to_the_worker(self, office: Office, reviewer_pages: Client) -> None:
        BillRun.objects.for_actor(office.actor).update(status="PAUSED")

        told = read_messages(reviewer_pages, address(office, "resume"))

        assert told == ["批次从停下处继续，进度见看板。"]
        assert get_run(office).status == "CALCULATING"
        assert newest_job("calculate_run").args == {"number": office.run.number, "login": office.reviewer}

    def test_of_a_run_that_is_done_is_refused(self, office: Office, reviewer_pages: Client) -> None:
        [told] = read_messages(reviewer_pages, address(office, "pause"))

        assert "只有正在计算的批次可以暂停" in told
        assert get_run(office).status == "CALCULATED"


def identity_of(login: str) -> object:
    from dianke.platform.identity.models import Staff

    return Staff._base_manager.get(login=login)


def test_list_of_runs_costs_the_same_for_one_run_and_for_three(
    office: Office, reviewer_pages: Client, django_assert_num_queries: Callable[..., object]
) -> None:
    reviewer_pages.get("/billing/runs/")
    with django_assert_num_queries(12) as one:
        reviewer_pages.get("/billing/runs/")
    runner = identity_actor(office)
    for _ in range(2):
        last = run_queries.list_runs(actor=office.actor)[0]
        meter_to_cash.cancel_run(actor=runner, number=last.number, reason="重来")
        meter_to_cash.start_run(actor=runner, cycle_code="C1", month=factory.JANUARY, at=factory.LATER)

    with django_assert_num_queries(len(one)):
        page = reviewer_pages.get("/billing/runs/").content.decode()

    assert page.count(">已取消</span>") == 2


def identity_actor(office: Office) -> object:
    from dianke.platform.identity import queries

    return queries.get_actor(login=office.reviewer, on=factory.JANUARY, origin="test")
