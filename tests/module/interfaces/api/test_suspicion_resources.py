"""The review for programs: causes with counts and examples, suspicions narrowed, decided, taken back, reported."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.factories import pages
from tests.factories.pages import Office
from tests.module.interfaces.api.conftest import Program, engage, give_token

from dianke.domain.billing.models import BillDraft, BillRun, BillSuspicion
from dianke.domain.billing.types import RunStatus
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

RIGHTS = ["billing.view", "billing.review"]
SYSTEM = Actor.system("looking at suspicions")


@pytest.fixture(scope="module")
def office(django_db_setup: None, django_db_blocker: Any) -> Iterator[Office]:
    """Build an office whose January is calculated, with two homes of no use and one jump as its only suspicions."""
    with django_db_blocker.unblock(), pages.rolled_back():
        office = pages.build_office(issued=False)
        BillSuspicion.objects.for_actor(SYSTEM).delete()
        add_suspicion(office, "home", "zero_use", "MEDIUM")
        add_suspicion(office, "kiosk", "zero_use", "MEDIUM")
        add_suspicion(office, "mall", "use_over_capacity", "HIGH")
        yield office


@pytest.fixture
def program(office: Office) -> Program:
    return give_token(office.utility, engage(office.utility.root, "reviewer-1", RIGHTS), scopes=RIGHTS)


def add_suspicion(office: Office, name: str, code: str, severity: str) -> None:
    """Let the review have found a cause in the bill of a point."""
    draft = BillDraft.objects.for_actor(SYSTEM).get(run=office.run, usage_point=office.points[name])
    BillSuspicion(
        run=office.run,
        shard_number=1,
        usage_point=office.points[name],
        bill_id=draft.pk,
        code=code,
        severity=severity,
        evidence={"cycles": 7, "limit": 6},
    ).save()


def path(office: Office, tail: str = "") -> str:
    return f"bill-runs/{office.run.number}/suspicions{tail}"


def states(office: Office) -> list[tuple[str, str, str, str]]:
    """Return every suspicion of the run with what was decided."""
    rows = BillSuspicion.objects.for_actor(SYSTEM).filter(run=office.run).order_by("id")
    return list(rows.values_list("code", "state", "reason", "decided_by"))


def test_causes_come_with_counts_and_an_example_the_grave_ones_first(office: Office, program: Program) -> None:
    review = program.get(f"bill-runs/{office.run.number}/review").json()

    assert [(one["code"], one["count"], one["open"], one["severity"]) for one in review["causes"]] == [
        ("use_over_capacity", 1, 1, "HIGH"), ("zero_use", 2, 2, "MEDIUM"),
    ]  # fmt: skip
    assert review["causes"][1]["example_account"] == office.account("home")
    assert (review["bills"], review["suspicious_bills"], review["decisions"]) == (7, 3, [])
    assert review["faults"] == [
        {"code": "end_reading_missing", "count": 1, "deferred": 0}, {"code": "terms_missing", "count": 1, "deferred": 0}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({}, ["home", "kiosk", "mall"]),
        ({"code": "zero_use"}, ["home", "kiosk"]),
        ({"severity": "HIGH"}, ["mall"]),
        ({"state": "EXEMPT"}, []),
        ({"code": "zero_use", "usage_class": "RESIDENTIAL", "state": "OPEN"}, ["home"]),
    ],
)
def test_suspicions_are_narrowed(query: dict[str, str], names: list[str], office: Office, program: Program) -> None:
    found = program.get(path(office), **query).json()["items"]

    assert [one["account"] for one in found] == [office.account(name) for name in names]


def test_suspicions_come_page_by_page_with_their_figures(office: Office, program: Program) -> None:
    first = program.get(path(office), limit=2).json()
    last = program.client.get(first["next"], headers={"Authorization": f"Bearer {program.secret}"}).json()

    draft = BillDraft.objects.for_actor(SYSTEM).get(run=office.run, usage_point=office.points["home"])
    assert (len(first["items"]), len(last["items"]), last["next"]) == (2, 1, None)
    assert first["items"][0]["evidence"] == {"cycles": 7, "limit": 6}
    assert (first["items"][0]["amount_fen"], first["items"][0]["rule"]) == (draft.amount_fen, "AR-Q01")


def test_a_cause_is_exempted_with_a_reason_and_told_in_the_report(office: Office, program: Program) -> None:
    body = {"code": "zero_use", "reason": "房屋空置"}

    first, again = program.post(path(office, "/exemption"), body), program.post(path(office, "/exemption"), body)

    assert (first.status_code, first.json()) == (200, {"run": office.run.number, "count": 2})
    assert (again.json()["count"], again.headers["Idempotency-Replayed"]) == (2, "true")
    assert states(office)[0] == ("zero_use", "EXEMPT", "房屋空置", "reviewer-1")
    assert program.get(f"bill-runs/{office.run.number}/review").json()["decisions"] == [
        {"code": "zero_use", "state": "EXEMPT", "reason": "房屋空置", "decided_by": "reviewer-1", "count": 2}
    ]


def test_a_correction_is_asked_for_one_suspicion(office: Office, program: Program) -> None:
    (mall,) = program.get(path(office), severity="HIGH").json()["items"]

    answer = program.post(path(office, "/correction"), {"ids": [mall["id"]], "reason": "现场复抄"})

    assert answer.json()["count"] == 1
    assert states(office)[2] == ("use_over_capacity", "CORRECTION_ASKED", "现场复抄", "reviewer-1")
    assert program.get(f"bill-runs/{office.run.number}").json()["corrections_asked"] == 1


def test_decisions_are_taken_back(office: Office, program: Program) -> None:
    program.post(path(office, "/exemption"), {"code": "zero_use", "reason": "房屋空置"})

    answer = program.post(path(office, "/withdrawal"), {"code": "zero_use"}, key="key-of-withdrawal")

    assert answer.json()["count"] == 2
    assert [row[1] for row in states(office)] == ["OPEN", "OPEN", "OPEN"]


@pytest.mark.parametrize("act", ["exemption", "correction"])
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"reason": "空置"}, 422, "billing.unable_to_decide_suspicion"),
        ({"code": "zero_use", "reason": "  "}, 422, "billing.unable_to_decide_suspicion"),
        ({"code": "zero_use"}, 422, "api.request_not_valid"),
        ({"code": "no_such_cause", "reason": "空置"}, 422, "api.request_not_valid"),
        ({"ids": [0], "reason": "空置"}, 422, "api.request_not_valid"),
        ({"ids": [1] * 501, "reason": "空置"}, 422, "api.request_not_valid"),
    ],
)
def test_what_is_no_decision_is_refused(
    act: str, body: dict[str, Any], status: int, code: str, office: Office, program: Program
) -> None:
    before = states(office)

    answer = program.post(path(office, f"/{act}"), body)

    assert (answer.status_code, answer.json()["code"], states(office)) == (status, code, before)


@pytest.mark.parametrize("act", ["exemption", "correction", "withdrawal"])
def test_nothing_is_decided_once_the_run_is_being_issued(act: str, office: Office, program: Program) -> None:
    BillRun.objects.for_actor(SYSTEM).filter(pk=office.run.pk).update(
        status=RunStatus.ISSUING.value, issued_by="somebody"
    )
    before = states(office)

    answer = program.post(path(office, f"/{act}"), {"code": "zero_use", "reason": "空置"})

    assert (answer.status_code, answer.json()["code"]) == (409, "billing.unable_to_decide_suspicion")
    assert states(office) == before
