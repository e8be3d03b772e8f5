"""Service orders for programs: taken with every reason told, worked on step by step, seen by right and unit alone."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.core.cache import cache
from tests.factories.order_pages import EVERYBODY, build_order_utility, first_day, get_order, take
from tests.factories.utility import Utility
from tests.module.interfaces.api.conftest import Program, engage, give_token

from dianke.domain.service_orders.models import OrderStep, ServiceOrder
from dianke.kernel.masks import mask_name
from dianke.platform.org.queries import get_unit

pytestmark = pytest.mark.django_db

PATH = "service-orders"


@pytest.fixture
def utility() -> Utility:
    cache.clear()
    return build_order_utility()


def program(utility: Utility, login: str, *rights: str, unit: str = "0") -> Program:
    scopes = ["orders.view", *rights]
    return give_token(utility, engage(get_unit(actor=EVERYBODY, code=unit), login, scopes), scopes=scopes)


def write(utility: Utility, **changes: object) -> dict[str, object]:
    start = first_day()
    return {
        "account": utility.points[0].account.number, "kind": "REDUCE", "effective_on": start.isoformat(),
        "ends_on": (start + timedelta(days=60)).isoformat(), "transformers": ["T-2"],
        "papers": ["application", "identity", "unit_list"],
    } | changes  # fmt: skip


def seen() -> dict[str, Any]:
    step = OrderStep.objects.for_actor(EVERYBODY).get(ended_at=None)
    return {"serial": step.serial, "revision": get_order().revision}


def test_an_application_is_taken_once_for_its_key(utility: Utility) -> None:
    counter = program(utility, "desk", "orders.accept")

    first = counter.post(PATH, write(utility))
    again = counter.post(PATH, write(utility))

    assert (first.status_code, again.status_code) == (HTTPStatus.CREATED, HTTPStatus.CREATED)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.json() == again.json()
    order = ServiceOrder.objects.for_actor(EVERYBODY).get()
    assert (first.json()["number"], order.accepted_by) == (order.number, "desk")


def test_every_reason_against_it_is_told_and_nothing_is_kept(utility: Utility) -> None:
    refused = program(utility, "desk", "orders.accept").post(PATH, write(utility, papers=[], ends_on=None))

    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert refused.json()["code"] == "service_orders.application_refused"
    reasons = {one["code"]: one["message"] for one in refused.json()["errors"]}
    assert {"papers_missing", "end_missing"} <= set(reasons) or len(reasons) > 2
    assert any("REG-SUPPLY-2024" in message for message in reasons.values())
    assert not ServiceOrder.objects.for_actor(EVERYBODY).exists()
    assert program(utility, "looker").post(PATH, write(utility)).status_code == HTTPStatus.FORBIDDEN


def test_an_order_is_read_with_steps_clocks_papers_and_a_masked_name(utility: Utility) -> None:
    take(utility)
    number, name = get_order().number, utility.points[0].account.customer.name

    found = program(utility, "looker").get(f"{PATH}/{number}").json()
    whole = program(utility, "archivist", "archive.view").get(f"{PATH}/{number}").json()

    assert (found["customer_name"], whole["customer_name"]) == (mask_name(name), name)
    assert [one["step"] for one in found["steps"]] == ["accept", "check_site"]
    assert [(one["promise"], one["state"], one["colour"]) for one in found["clocks"]] == [
        ("agreed_day", "RUNNING", "GREEN")
    ]
    assert {one["code"] for one in found["papers"]} >= {"application", "identity"}
    assert found["effects"] == []
    listed = program(utility, "lister").get(PATH, kind="REDUCE", state="RUNNING").json()["items"]
    assert [one["number"] for one in listed] == [number]
    assert program(utility, "lister-2").get(PATH, kind="CLOSE").json()["items"] == []


def test_a_step_ends_once_by_the_right_that_it_asks_for(utility: Utility) -> None:
    take(utility)
    path, given = f"{PATH}/{get_order().number}/completion", seen()
    assert program(utility, "looker").post(path, given).status_code == HTTPStatus.FORBIDDEN
    surveyor = program(utility, "surveyor", "orders.survey")

    done = surveyor.post(path, given)
    second = surveyor.post(path, given, key="key-00000002")

    assert done.status_code == HTTPStatus.OK
    assert [one["step"] for one in done.json()["steps"] if one["ended_at"] is None] == ["approve_change"]
    assert second.status_code == HTTPStatus.CONFLICT
    assert OrderStep.objects.for_actor(EVERYBODY).filter(step="check_site").count() == 1


def test_what_falls_due_comes_first_and_another_unit_sees_nothing(utility: Utility) -> None:
    take(utility)
    number = get_order().number

    [due] = program(utility, "looker").get("due-orders").json()["items"]
    assert (due["number"], [one["step"] for one in due["waiting"]]) == (number, ["check_site"])
    assert program(utility, "late").get("due-orders", is_late="true").json()["items"] == []
    stranger = program(utility, "stranger", "orders.survey", unit="01")
    assert stranger.get("due-orders").json()["items"] == []
    assert stranger.get(PATH).json()["items"] == []
    assert stranger.get(f"{PATH}/{number}").status_code == HTTPStatus.NOT_FOUND
    assert stranger.post(f"{PATH}/{number}/completion", seen()).status_code == HTTPStatus.NOT_FOUND
