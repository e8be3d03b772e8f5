"""Trials of prices for programs: started once for a key, listed, read with their report."""

from typing import Any

import pytest
from django.core.cache import cache
from tests.factories import utility as factory
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.prices import propose_moved_tier
from tests.factories.utility import LATER, Utility
from tests.module.interfaces.api.conftest import Program, engage, give_token

from dianke.application import trials
from dianke.domain.billing.models import BillTrial
from dianke.domain.tariffs.models import TariffVersion
from dianke.platform.identity import queries as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

KEY = "key-00000009"


_built = built_once(lambda: issue_homes("1180"))


@pytest.fixture
def utility(_built: Utility) -> Utility:
    """A utility whose January holds one issued bill of 180 kWh; calls of other tests are forgotten."""
    cache.clear()
    return fresh(_built)


@pytest.fixture
def version(utility: Utility) -> TariffVersion:
    return propose_moved_tier(factory.add_clerk(utility.root, "lin", ["tariffs.propose"]), LATER)


@pytest.fixture
def chief(utility: Utility) -> Staff:
    return engage(utility.root, "chief", ["billing.trial", "tariffs.view"])


@pytest.fixture
def program(utility: Utility, chief: Staff) -> Program:
    return give_token(utility, chief, scopes=["billing.trial"])


def ask(program: Program, version: TariffVersion, changes: dict[str, Any] | None = None) -> Any:
    """Ask for a trial of January."""
    return program.post("trials", {"version": version.pk, "month": "2026-01", **(changes or {})}, key=KEY)


def count() -> int:
    """Return how many trials there are."""
    return int(BillTrial.objects.for_actor(Actor.system("counting trials")).count())


def test_a_trial_is_started_once_for_a_key(program: Program, version: TariffVersion) -> None:
    first, again = ask(program, version), ask(program, version)

    assert (first.status_code, again.status_code, count()) == (201, 201, 1)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert {name: first.json()[name] for name in ("number", "sheet", "plan", "month", "unit", "status")} == {
        "number": "SS-202601-001", "sheet": "GD-GZ-RES-2026-03", "plan": "GD-GZ-RES", "month": "2026-01-01",
        "unit": "0", "status": "QUEUED",
    }  # fmt: skip


def test_a_finished_trial_is_listed_and_read_with_its_report(
    program: Program, version: TariffVersion, chief: Staff
) -> None:
    number = ask(program, version).json()["number"]
    open_one = program.get(f"trials/{number}").json()
    actor = identity.get_actor(login=chief.login, on=LATER.date(), origin="job")
    trials.carry_out_trial(actor=actor, number=number)

    listed = program.get("trials", version=version.pk, status="DONE").json()["items"]
    read = program.get(f"trials/{number}").json()

    assert (open_one["report"], open_one["status"]) == (None, "QUEUED")
    assert [(one["number"], one["bill_count"], one["difference_fen"]) for one in listed] == [(number, 1, 150)]
    assert "report" not in listed[0]
    assert (read["report"]["totals"]["difference_fen"], len(read["report_sha256"])) == (150, 64)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"month": "2026-13"}, 422, "api.request_not_valid"),
        ({"month": "2025-01"}, 422, "billing.unable_to_try"),
        ({"unit": "NOWHERE"}, 422, "billing.unit_out_of_reach"),
        ({"usage_class": "SOLAR"}, 422, "billing.unable_to_try"),
        ({"version": 999_999_999}, 404, "tariffs.no_such_plan"),
        ({"version": 0}, 422, "api.request_not_valid"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    changes: dict[str, Any], status: int, code: str, program: Program, version: TariffVersion
) -> None:
    answer = ask(program, version, changes)

    assert (answer.status_code, answer.json()["code"], count()) == (status, code, 0)


def test_a_trial_that_is_not_there_is_not_found(program: Program) -> None:
    answer = program.get("trials/SS-199901-001")

    assert (answer.status_code, answer.json()["code"]) == (404, "billing.trial_not_found")


def test_a_token_without_the_right_is_refused(utility: Utility, chief: Staff, version: TariffVersion) -> None:
    narrow = give_token(utility, chief, scopes=["tariffs.view"])

    assert ask(narrow, version).status_code == 403
    assert (narrow.get("trials").status_code, count()) == (403, 0)
