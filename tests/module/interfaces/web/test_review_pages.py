"""The review in the browser: by cause, one bill beside its history, decided with a preview, reported."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from tests.factories.pages import Office

from dianke.domain.billing.models import BillDraft, BillSuspicion, MeterTicket
from dianke.domain.billing.types import Severity, SuspicionState

LogIn = Callable[[str], Client]


@pytest.fixture
def suspicion(office: Office) -> BillSuspicion:
    """The home of the office used nothing for six cycles, as far as the review knows."""
    draft = BillDraft.objects.for_actor(office.actor).get(run=office.run, usage_point=office.points["home"])
    row = BillSuspicion(
        run=office.run,
        shard_number=1,
        usage_point=office.points["home"],
        bill_id=draft.pk,
        code="zero_use",
        severity=Severity.MEDIUM.value,
        evidence={"cycles": 7, "limit": 6},
    )
    row.save()
    return row


def address(office: Office, rest: str = "") -> str:
    return f"/billing/runs/{office.run.number}/review/{rest}"


def words_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def read(client: Client, url: str) -> str:
    return words_of(client.get(url).content.decode())


def state_of(office: Office, suspicion: BillSuspicion) -> tuple[str, str, str]:
    row = BillSuspicion.objects.for_actor(office.actor).get(pk=suspicion.pk)
    return row.state, row.reason, row.decided_by


def decide(client: Client, office: Office, act: str, reason: str, **more: str) -> int:
    return client.post(address(office, f"{act}/decide/"), {"code": "zero_use", "reason": reason, **more}).status_code


class TestReading:
    def test_causes_come_with_rule_action_counts_and_example(
        self, office: Office, suspicion: BillSuspicion, reviewer_pages: Client
    ) -> None:
        words = read(reviewer_pages, address(office))

        account = office.account("home")
        assert f"连续多期零电量 现场核查：表停、绕越或无人。 AR-Q01 中 1 1 0 0 {account}" in words

    def test_class_without_suspicions_says_so(
        self, office: Office, suspicion: BillSuspicion, reviewer_pages: Client
    ) -> None:
        assert "该类别没有疑点" in read(reviewer_pages, address(office, "?class=RESIDENTIAL_SHARED"))

    def test_bills_of_a_cause_tell_what_shows_it(
        self, office: Office, suspicion: BillSuspicion, reviewer_pages: Client
    ) -> None:
        assert "连续 7 期电量为 0；6 期起须核查。" in read(reviewer_pages, address(office, "cause/zero_use/"))

    def test_bill_stands_beside_its_history(
        self, office: Office, suspicion: BillSuspicion, reviewer_pages: Client
    ) -> None:
        words = read(reviewer_pages, address(office, f"bill/{suspicion.pk}/"))

        assert "连续 7 期电量为 0" in words
        assert "2026-01 本期" in words
        assert "2024-12 – – –" in words

    def test_unknown_cause_and_suspicion_are_not_found(self, office: Office, reviewer_pages: Client) -> None:
        assert reviewer_pages.get(address(office, "cause/nothing/")).status_code == 404
        assert reviewer_pages.get(address(office, "bill/999999999/")).status_code == 404

    def test_of_another_unit_is_not_found(self, office: Office, suspicion: BillSuspicion, log_in: LogIn) -> None:
        stranger = log_in(office.outsider)

        assert stranger.get(address(office)).status_code == 404
        assert stranger.get(address(office, f"bill/{suspicion.pk}/")).status_code == 404
        assert decide(stranger, office, "exempt", "好") == 404


class TestDeciding:
    def test_preview_counts_and_changes_nothing(
        self, office: Office, suspicion: BillSuspicion, reviewer_pages: Client
    ) -> None:
        words = read(reviewer_pages, address(office, "exempt/preview/?code=zero_use"))

        assert "1 条疑点" in words
        assert office.account("home") in words
        assert state_of(office, suspicion) == (SuspicionState.OPEN.value, "", "")

    def test_exempts_with_a_reason_and_takes_it_back(
        self, office: Office, suspicion: BillSuspicion, reviewer_pages: Client
    ) -> None:
        assert decide(reviewer_pages, office, "exempt", "房屋空置") == 302
        decided = state_of(office, suspicion)
        reviewer_pages.post(address(office, "withdraw/"), {"code": "zero_use", "ids": str(suspicion.pk)})

        assert decided == (SuspicionState.EXEMPT.value, "房屋空置", office.reviewer)
        assert state_of(office, suspicion) == (SuspicionState.OPEN.value, "", "")

    def test_asks_for_a_correction(self, office: Office, suspicion: BillSuspicion, reviewer_pages: Client) -> None:
        decide(reviewer_pages, office, "correct", "现场复抄", ids=str(suspicion.pk))

        assert state_of(office, suspicion) == (SuspicionState.CORRECTION_ASKED.value, "现场复抄", office.reviewer)

    def test_without_a_reason_shows_the_preview_again(
        self, office: Office, suspicion: BillSuspicion, reviewer_pages: Client
    ) -> None:
        assert decide(reviewer_pages, office, "exempt", " ") == 422
        assert state_of(office, suspicion) == (SuspicionState.OPEN.value, "", "")

    def test_without_a_cause_or_a_moment_is_not_found(
        self, office: Office, suspicion: BillSuspicion, reviewer_pages: Client
    ) -> None:
        assert reviewer_pages.get(address(office, "exempt/preview/")).status_code == 404
        assert reviewer_pages.get(address(office, "forget/preview/?code=zero_use")).status_code == 404
        assert reviewer_pages.post(address(office, "withdraw/"), {"code": "zero_use"}).status_code == 404

    def test_ticket_is_entered_beside_the_bill(
        self, office: Office, suspicion: BillSuspicion, reviewer_pages: Client
    ) -> None:
        reviewer_pages.post(address(office, f"bill/{suspicion.pk}/ticket/"), {"ticket": "HB-1", "on": "2026-01-14"})

        ticket = MeterTicket.objects.for_actor(office.actor).get(usage_point=office.points["home"])
        assert (ticket.number, f"{ticket.done_date}", ticket.recorded_by) == ("HB-1", "2026-01-14", office.reviewer)


class TestReport:
    def test_tells_what_was_found_and_what_became_of_it(
        self, office: Office, suspicion: BillSuspicion, reviewer_pages: Client
    ) -> None:
        decide(reviewer_pages, office, "exempt", "房屋空置")

        words = read(reviewer_pages, address(office, "report/"))

        assert "AR-Q01 连续多期零电量 1 0 1 0 0 0" in words
        assert "连续多期零电量 豁免 房屋空置" in words

    def test_is_a_workbook_too(self, office: Office, suspicion: BillSuspicion, reviewer_pages: Client) -> None:
        answer = reviewer_pages.get(address(office, "report.xlsx"))

        assert answer.status_code == 200
        assert b"".join(answer.streaming_content)[:2] == b"PK"
