"""Bill runs for programs: listed, followed, started, calculated, issued by a second person; refusals change nothing."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.factories import pages
from tests.factories import utility as factory
from tests.factories.months import exempt_everything
from tests.factories.pages import Office
from tests.module.interfaces.api.conftest import Program, engage, give_token

from dianke.application import meter_to_cash
from dianke.domain.billing.models import Bill, BillRun, BillRunFault
from dianke.domain.billing.types import RunStatus
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

RIGHTS = ["billing.view", "billing.run", "billing.review", "billing.issue"]
SYSTEM = Actor.system("looking at runs")


@pytest.fixture(scope="module")
def office(django_db_setup: None, django_db_blocker: Any) -> Iterator[Office]:
    """Build an office whose January of nine points is calculated: seven bills, two faults."""
    with django_db_blocker.unblock(), pages.rolled_back():
        yield pages.build_office(issued=False)


@pytest.fixture
def runner(office: Office) -> Program:
    """A program of a person who runs and reviews bills."""
    person = engage(office.utility.root, "clerk-of-runs", ["billing.view", "billing.run", "billing.review"])
    return give_token(office.utility, person, scopes=["billing.view", "billing.run", "billing.review"])


@pytest.fixture
def issuer(office: Office) -> Program:
    """A program of another person, who issues them."""
    person = engage(office.utility.root, "clerk-of-issue", ["billing.view", "billing.issue"])
    return give_token(office.utility, person, scopes=["billing.view", "billing.issue"])


def state(office: Office) -> tuple[str, int, int]:
    """Return what a refusal must leave alone: the run's state, its undecided faults, the jobs that wait."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    run = BillRun.objects.for_actor(SYSTEM).get(pk=office.run.pk)
    faults = BillRunFault.objects.for_actor(SYSTEM).filter(run=run, status="OPEN")
    return run.status, faults.count(), ProcrastinateJob.objects.count()


def decide_all(office: Office) -> None:
    """Put the faults off and let every suspicious bill stand."""
    for code in ("terms_missing", "end_reading_missing"):
        meter_to_cash.defer_faults(actor=office.utility.runner, number=office.run.number, code=code, reason="下月补录")
    exempt_everything(actor=office.utility.runner, run=office.run)


class TestReads:
    def test_runs_are_listed_with_their_totals(self, office: Office, runner: Program) -> None:
        (run,) = runner.get("bill-runs", month="2026-01", cycle="C1", status="CALCULATED").json()["items"]

        assert (run["number"], run["month"], run["cycle"], run["unit"]) == (office.run.number, "2026-01-01", "C1", "0")
        assert {name: run["totals"][name] for name in ("points", "points_done", "bills", "faults", "faults_open")} == {
            "points": 9, "points_done": 9, "bills": 7, "faults": 2, "faults_open": 2,
        }  # fmt: skip
        assert runner.get("bill-runs", status="ISSUED").json()["items"] == []
        assert runner.get("bill-runs", month="2026-02").json()["items"] == []

    def test_a_run_tells_what_stands_in_the_way_of_issue(self, office: Office, runner: Program) -> None:
        run = runner.get(f"bill-runs/{office.run.number}").json()

        unmet = [one["code"] for one in run["conditions"] if not one["is_met"]]
        assert "faults_decided" in unmet
        assert {one["code"]: (one["count"], one["open"]) for one in run["faults"]} == {
            "end_reading_missing": (1, 1), "terms_missing": (1, 1),
        }  # fmt: skip
        assert all(one["remedy"] for one in run["faults"])

    def test_shards_and_faults_are_listed(self, office: Office, runner: Program) -> None:
        (shard,) = runner.get(f"bill-runs/{office.run.number}/shards").json()["items"]
        faults = runner.get(f"bill-runs/{office.run.number}/faults", code="terms_missing").json()["items"]

        assert (shard["number"], shard["status"], shard["points"], shard["bills"]) == (1, "CALCULATED", 9, 7)
        assert [(one["account"], one["status"]) for one in faults] == [(office.account("without_terms"), "OPEN")]
        assert runner.get(f"bill-runs/{office.run.number}/shards", status="PENDING").json()["items"] == []

    @pytest.mark.parametrize("tail", ["", "/shards", "/faults", "/review", "/suspicions"])
    def test_a_run_of_another_unit_is_not_found(self, office: Office, tail: str) -> None:
        stranger = give_token(office.utility, engage(office.station, "stranger", RIGHTS), scopes=RIGHTS)

        assert stranger.get(f"bill-runs/{office.run.number}{tail}").status_code == 404
        assert stranger.get("bill-runs").json()["items"] == []


class TestStart:
    def test_a_run_is_started_once_for_a_key_and_waits_for_the_worker(self, office: Office, runner: Program) -> None:
        meter_to_cash.cancel_run(actor=office.utility.runner, number=office.run.number, reason="重算")
        before = state(office)[2]

        first = runner.post("bill-runs", {"cycle": "C1", "month": "2026-01"})
        again = runner.post("bill-runs", {"cycle": "C1", "month": "2026-01"})

        assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
        assert (first.json()["number"], first.json()["status"]) == ("JS-202601-C1-02", "CALCULATING")
        assert (first.json()["started_by"], first.json()["totals"]["points"]) == ("clerk-of-runs", 9)
        assert state(office)[2] == before + 1

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"cycle": "C1", "month": "2026-01"}, 409, "billing.unable_to_start_run"),
            ({"cycle": "C1", "month": "2026-02"}, 404, "billing.cycle_month_not_found"),
            ({"cycle": "C9", "month": "2026-01"}, 404, "billing.cycle_month_not_found"),
            ({"cycle": "C1", "month": "2026-13"}, 422, "api.request_not_valid"),
            ({"cycle": "C1", "month": "2026-01", "stage": 0}, 422, "api.request_not_valid"),
            ({"month": "2026-01"}, 422, "api.request_not_valid"),
        ],
    )
    def test_what_cannot_be_billed_is_refused(
        self, body: dict[str, Any], status: int, code: str, office: Office, runner: Program
    ) -> None:
        before = state(office)

        answer = runner.post("bill-runs", body)

        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert state(office) == before
        assert BillRun.objects.for_actor(SYSTEM).count() == 1


class TestSteps:
    def test_faults_are_calculated_again_by_the_worker(self, office: Office, runner: Program) -> None:
        answer = runner.post(f"bill-runs/{office.run.number}/calculation", None)

        assert (answer.status_code, answer.json()["status"]) == (202, "CALCULATING")
        assert answer.json()["totals"]["shards_done"] == 0

    def test_a_calculation_is_paused_and_goes_on(self, office: Office, runner: Program) -> None:
        number = office.run.number
        runner.post(f"bill-runs/{number}/calculation", None)

        paused = runner.post(f"bill-runs/{number}/pause", None, key="key-of-pause").json()["status"]
        resumed = runner.post(f"bill-runs/{number}/resumption", None, key="key-of-going-on").json()["status"]

        assert (paused, resumed) == ("PAUSED", "CALCULATING")

    def test_a_paused_run_is_not_calculated_again_but_says_that_it_rests(self, office: Office, runner: Program) -> None:
        number = office.run.number
        runner.post(f"bill-runs/{number}/calculation", None)
        runner.post(f"bill-runs/{number}/pause", None, key="key-of-pause")
        before = state(office)

        answer = runner.post(f"bill-runs/{number}/calculation", None, key="key-of-once-more")

        assert (answer.status_code, answer.json()["code"]) == (409, "billing.unable_to_recalculate_run")
        assert "批次已暂停，请先继续" in answer.json()["detail"]
        assert (before[0], state(office)) == ("PAUSED", before)

    @pytest.mark.parametrize(
        ("step", "code"),
        [("pause", "billing.unable_to_pause_run"), ("resumption", "billing.unable_to_pause_run")],
    )
    def test_a_calculated_run_is_neither_paused_nor_resumed(
        self, step: str, code: str, office: Office, runner: Program
    ) -> None:
        before = state(office)

        answer = runner.post(f"bill-runs/{office.run.number}/{step}", None)

        assert (answer.status_code, answer.json()["code"], state(office)) == (409, code, before)

    def test_a_run_is_cancelled_for_a_reason(self, office: Office, runner: Program) -> None:
        refused = runner.post(f"bill-runs/{office.run.number}/cancellation", {"reason": ""})
        answer = runner.post(f"bill-runs/{office.run.number}/cancellation", {"reason": "抄表日期有误"})

        assert (refused.status_code, answer.status_code) == (422, 200)
        assert answer.json()["status"] == "CANCELLED"

    def test_faults_of_a_cause_wait_for_a_later_run(self, office: Office, runner: Program) -> None:
        body = {"code": "terms_missing", "reason": "下月补录"}

        answer = runner.post(f"bill-runs/{office.run.number}/faults/deferral", body)

        assert (answer.status_code, answer.json()) == (200, {"run": office.run.number, "count": 1})
        assert state(office)[1] == 1


class TestIssue:
    def test_a_second_person_issues(self, office: Office, issuer: Program) -> None:
        decide_all(office)
        before = state(office)[2]

        answer = issuer.post(f"bill-runs/{office.run.number}/issue", None)

        assert (answer.status_code, answer.json()["status"]) == (202, RunStatus.ISSUING.value)
        assert (answer.json()["issued_by"], state(office)[2]) == ("clerk-of-issue", before + 1)

    def test_what_is_undecided_stands_in_the_way(self, office: Office, issuer: Program) -> None:
        before = state(office)

        answer = issuer.post(f"bill-runs/{office.run.number}/issue", None)

        assert (answer.status_code, answer.json()["code"]) == (409, "billing.unable_to_issue_run")
        assert (answer.json()["errors"][0]["field"], state(office)) == ("faults_decided", before)
        assert Bill.objects.for_actor(SYSTEM).count() == 0

    def test_whoever_ran_it_does_not_issue_it(self, office: Office) -> None:
        person = engage(office.utility.root, "both", RIGHTS)
        both = give_token(office.utility, person, scopes=RIGHTS)
        BillRun.objects.for_actor(SYSTEM).filter(pk=office.run.pk).update(started_by="both")
        decide_all(office)
        before = state(office)

        answer = both.post(f"bill-runs/{office.run.number}/issue", None)

        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (409, "second_person")
        assert state(office) == before


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("calculation", None), ("pause", None), ("resumption", None), ("cancellation", {"reason": "重算"}),
        ("issue", None), ("faults/deferral", {"code": "terms_missing", "reason": "下月"}),
        ("suspicions/exemption", {"code": "zero_use", "reason": "空置"}),
        ("suspicions/correction", {"code": "zero_use", "reason": "复抄"}),
        ("suspicions/withdrawal", {"code": "zero_use"}),
    ],
)  # fmt: skip
def test_writes_want_their_right_a_key_and_a_run_within_reach(step: str, body: Any, office: Office) -> None:
    looker = give_token(office.utility, engage(office.utility.root, "looker", RIGHTS), scopes=["billing.view"])
    stranger = give_token(office.utility, engage(office.station, "stranger", RIGHTS), scopes=RIGHTS)
    path, before = f"bill-runs/{office.run.number}/{step}", state(office)

    answers = [looker.post(path, body), stranger.post(path, body), stranger.post(path, body, key=None)]

    assert [one.status_code for one in answers] == [403, 404, 422]
    assert state(office) == before


def test_starting_wants_its_right(office: Office) -> None:
    looker = give_token(office.utility, engage(office.utility.root, "looker", RIGHTS), scopes=["billing.view"])
    month = factory.JANUARY

    answer = looker.post("bill-runs", {"cycle": "C1", "month": f"{month:%Y-%m}"})

    assert (answer.status_code, BillRun.objects.for_actor(SYSTEM).count()) == (403, 1)
