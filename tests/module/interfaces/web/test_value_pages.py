"""Pages of value: the pyramid leads to its customers, the tab tells why, weights and tables go by two persons."""

from collections.abc import Callable
from datetime import date, datetime
from http import HTTPStatus

import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.application import valuation
from dianke.domain.valuation.models import CustomerRating, RatingRun, ServiceTableVersion, ValueAppeal, WeightVersion
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

issued = True
LogIn = Callable[[str], Client]
SYSTEM = Actor.system("looking at what pages did")
AT = datetime(2026, 6, 6, 6, tzinfo=SHANGHAI)
RIGHTS = ["valuation.view", "valuation.propose", "valuation.appeal", "archive.view", "archive.export"]
UPPER = {"c01": "2", "c02": "3", "c03": "4", "c12": "2", "c13": "3", "c23": "2"}
TERMS = {"basis": "MARGIN", "policy_priced": "NEUTRAL", "valid_from": "2099-01", "note": "试行"}


@pytest.fixture
def planner(office: Office, log_in: LogIn) -> Client:
    valuation.rate_month(actor=SYSTEM, month=date(2026, 1, 1), at=AT)
    factory.add_clerk(office.utility.root, "planner", RIGHTS)
    return log_in("planner")


@pytest.fixture
def chief(office: Office, log_in: LogIn) -> Client:
    factory.add_clerk(office.utility.root, "head", ["valuation.view", "valuation.approve", "archive.view"])
    return log_in("head")


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK
    return str(answer.content.decode())


def get_first() -> CustomerRating:
    rows = CustomerRating.objects.for_actor(SYSTEM).select_related("customer").order_by("-ranked_fen", "id")
    found: CustomerRating = rows[0]
    return found


def test_a_layer_of_the_pyramid_leads_to_its_customers(planner: Client) -> None:
    first = get_first()

    pyramid = read(planner, "/value/")
    listed = read(planner, f"/value/ratings/?class={first.value_class}&field=NOT_JUDGED")

    assert f"/value/ratings/?class={first.value_class}" in pyramid
    assert first.customer.number in listed
    assert first.customer.number not in read(planner, "/value/ratings/?change=CHANGED")


def test_the_tab_tells_index_class_future_value_and_service(planner: Client) -> None:
    first = get_first()

    answer = planner.get(f"/value/customers/{first.customer.number}/", follow=True)
    page = answer.content.decode()

    assert answer.status_code == HTTPStatus.OK
    assert "首次评定：金字塔结果立即生效。" in page
    assert "FW-2020" in page
    assert f"{first.future_value_fen / 100:,.2f}" in page


def test_comparisons_that_contradict_each_other_are_refused_and_not_stored(planner: Client) -> None:
    circular = {**UPPER, "c01": "9", "c12": "9", "c23": "9", "c03": "1/9", "c02": "1", "c13": "1"}

    checked = planner.post("/value/weights/check/", circular).content.decode()
    answer = planner.post("/value/weights/propose/", {**circular, **TERMS})

    assert "不予接受" in checked
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "互相矛盾" in answer.content.decode()
    assert not WeightVersion.objects.for_actor(SYSTEM).exists()


def test_weights_that_agree_are_proposed_and_another_person_approves(planner: Client, chief: Client) -> None:
    planner.post("/value/weights/propose/", {**UPPER, **TERMS})
    version = WeightVersion.objects.for_actor(SYSTEM).get()

    chief.post(f"/value/weights/{version.code}/decide/", {"decision": "approve", "reason": ""})

    version.refresh_from_db()
    assert (version.state, version.decided_by) == ("APPROVED", "head")
    assert "0.4673" in read(planner, "/value/weights/")


def test_a_proposed_service_table_is_shown_by_what_differs(planner: Client, chief: Client) -> None:
    form = {
        f"{code}-{name}": value
        for code in ("VIP", "MAIN", "ORDINARY", "SMALL")
        for name, value in (("queue_place", "1"), ("call_back_minutes", "17"), ("visit_days", "0"),
                            ("channel", "PHONE"), ("offers", ""), ("approval", "STANDARD"))
    }  # fmt: skip

    planner.post("/value/service/propose/", {**form, "valid_from": "2099-01", "note": "统一标准"})

    version = ServiceTableVersion.objects.for_actor(SYSTEM).get()
    assert version.rows["VIP"]["call_back_minutes"] == 17
    assert "<strong>17</strong>" in read(chief, "/value/service/")
    assert f"#decide-{version.pk}" not in read(planner, "/value/service/")


def test_an_appeal_is_entered_on_the_tab_and_decided_by_another(planner: Client, chief: Client) -> None:
    number = get_first().customer.number

    planner.post(f"/value/customers/{number}/appeal/", {"asked_by": "业主", "asked_class": "SMALL", "reason": "停产"})
    appeal = ValueAppeal.objects.for_actor(SYSTEM).get()
    chief.post(f"/value/appeals/{appeal.pk}/decide/", {"decision": "refuse", "reason": "不属实"})

    appeal.refresh_from_db()
    assert (appeal.state, appeal.decided_by) == ("REFUSED", "head")
    assert "不属实" in read(planner, f"/value/appeals/{appeal.pk}/")


def test_who_may_not_see_value_is_told_so(office: Office, log_in: LogIn, planner: Client) -> None:
    factory.add_clerk(office.utility.root, "keeper", ["archive.view"])
    keeper = log_in("keeper")

    assert keeper.get("/value/").status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    ("basis", "by_policy", "told"),
    [
        ("MARGIN", "NEUTRAL", "network price of everybody else of their voltage"),
        ("MARGIN", "APART", "a pyramid of their own, in which nobody is a VIP"),
        ("REVENUE", "NEUTRAL", "only standing apart differs"),
        ("REVENUE", "APART", "a pyramid of their own, in which nobody is a VIP"),
    ],
)
def test_the_help_says_which_switches_the_month_was_rated_by(
    planner: Client, basis: str, by_policy: str, told: str
) -> None:
    RatingRun.objects.for_actor(SYSTEM).update(basis=basis, policy_priced=by_policy)
    planner.cookies["django_language"] = "en"

    page = read(planner, "/value/")

    assert told in page
    assert "homes and farms buy below cost" in page
    assert ("cut at 35 · 80 · 95 %" in page) == (basis == "REVENUE")
