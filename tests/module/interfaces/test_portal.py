"""The customer's page of an order: opened by its link alone, shows where it stands, takes papers and answers."""

import hashlib
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories.order_pages import EVERYBODY, build_order_utility, enter, get_order, take
from tests.factories.utility import Utility

from dianke.domain.service_orders.models import OrderNote, OrderPaper, OrderStep, PaperState, ServiceOrder
from dianke.kernel.clock import SystemClock
from dianke.platform.links import operations as links
from dianke.platform.links.models import SecretLink

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4 a paper"


@pytest.fixture
def utility(settings: Any, tmp_path: Path) -> Utility:
    settings.DATA_DIR = tmp_path
    return build_order_utility()


@pytest.fixture
def order(utility: Utility) -> ServiceOrder:
    """Return an order that waits for one more paper before it is approved."""
    take(utility)
    found = get_order()
    OrderPaper(order=found, code="test_report", by_step="approve_change").save()
    return found


def make_link(order: ServiceOrder) -> str:
    page = enter("counter").post(f"/service-orders/{order.number}/link/", {"act": "make"}).content.decode()
    secret = page.split("/my/orders/")[1].split("/")[0]
    assert SecretLink.objects.for_actor(EVERYBODY).filter(
        secret_hash=hashlib.sha256(secret.encode()).hexdigest(), revoked_at=None
    )
    return secret


def paper_of(order: ServiceOrder) -> OrderPaper:
    return OrderPaper.objects.for_actor(EVERYBODY).get(order=order, code="test_report")  # type: ignore[no-any-return]


def give(secret: str, content: bytes = PDF, **more: str) -> Any:
    file = SimpleUploadedFile("a.pdf", content)
    return Client().post(f"/my/orders/{secret}/papers/test_report/", {"file": file, **more})


def test_the_link_shows_where_the_order_stands_and_hides_who_it_is(order: ServiceOrder) -> None:
    answer = Client().get(f"/my/orders/{make_link(order)}/")

    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.OK
    for text in (order.number, "现场核查", "变压器试验报告", "减容"):
        assert text in page
    assert order.account.customer.name not in page
    assert order.account.number not in page
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]


def test_forged_revoked_expired_and_replaced_links_open_nothing(order: ServiceOrder) -> None:
    first = make_link(order)
    second = make_link(order)
    forged = second[:-1] + ("A" if second[-1] != "A" else "B")
    closed = [first, forged, "x", "x" * 300, str(order.pk), order.number]
    assert {one: Client().get(f"/my/orders/{one}/").status_code for one in closed} == dict.fromkeys(closed, 404)
    assert give(first).status_code == HTTPStatus.NOT_FOUND
    assert Client().post(f"/my/orders/{forged}/answer/", {"serial": "1", "revision": "1"}).status_code == 404

    SecretLink.objects.for_actor(EVERYBODY).filter(revoked_at=None).update(
        expires_at=SystemClock().now() - timedelta(minutes=1), made_at=SystemClock().now() - timedelta(days=2)
    )
    assert Client().get(f"/my/orders/{second}/").status_code == HTTPStatus.NOT_FOUND

    third = make_link(order)
    enter("counter").post(f"/service-orders/{order.number}/link/", {"act": "close"})
    assert Client().get(f"/my/orders/{third}/").status_code == HTTPStatus.NOT_FOUND
    assert links.find_open_link(actor=EVERYBODY, kind="SERVICE_ORDER", target=order.pk, at=SystemClock().now()) is None


def test_only_who_takes_applications_in_the_unit_makes_a_link(order: ServiceOrder) -> None:
    refused = enter("inspector").post(f"/service-orders/{order.number}/link/", {"act": "make"})
    elsewhere = enter("elsewhere").post(f"/service-orders/{order.number}/link/", {"act": "make"})

    assert (refused.status_code, elsewhere.status_code) == (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
    assert not SecretLink.objects.for_actor(EVERYBODY).exists()


def test_a_step_waits_for_its_paper_which_the_customer_gives_and_the_clerk_judges(order: ServiceOrder) -> None:
    secret = make_link(order)
    do("inspector", order)
    refused = do("head", order)
    assert "变压器试验报告" in refused or "test_report" in refused
    assert waiting(order) == "approve_change"

    give(secret, latitude="30.1234567", longitude="114.5")
    paper = paper_of(order)
    assert (paper.state, paper.given_by, str(paper.latitude)) == (PaperState.GIVEN.value, "customer", "30.12346")
    assert paper.document is not None
    assert paper.document.sha256 == hashlib.sha256(PDF).hexdigest()
    clerk, address = enter("counter"), f"/service-orders/{order.number}/papers/test_report/"
    assert clerk.get(address).content == PDF
    assert enter("elsewhere").get(address).status_code == HTTPStatus.NOT_FOUND
    clerk.post(f"{address}judgement/", {"judgement": "refuse", "reason": "看不清"})
    assert "看不清" in Client().get(f"/my/orders/{secret}/").content.decode()
    give(secret, PDF + b" again")
    clerk.post(f"{address}judgement/", {"judgement": "accept"})
    assert paper_of(order).state == PaperState.ACCEPTED.value

    do("head", order)
    assert waiting(order) == "seal"


def test_what_is_no_paper_is_refused_in_words_and_changes_nothing(order: ServiceOrder) -> None:
    secret = make_link(order)
    for content in (b"", b"MZ\x90\x00 a program", b"<html><script>alert(1)</script></html>\x00"):
        assert give(secret, content).status_code == HTTPStatus.FOUND
    Client().post(f"/my/orders/{secret}/papers/no_such_paper/", {"file": SimpleUploadedFile("a.pdf", PDF)})
    wrong = give(secret, latitude="200", longitude="nan")

    assert wrong.status_code == HTTPStatus.FOUND
    paper = paper_of(order)
    assert (paper.state, paper.latitude) == (PaperState.GIVEN.value, None)
    assert OrderNote.objects.for_actor(EVERYBODY).filter(by="customer").count() == 1


def test_a_step_of_the_utility_is_not_answered_by_the_link_and_an_ended_order_takes_nothing(
    order: ServiceOrder,
) -> None:
    secret = make_link(order)
    step = OrderStep.objects.for_actor(EVERYBODY).get(order=order, ended_at=None)
    fields = {"serial": step.serial, "revision": get_order().revision, "outcome": ""}
    Client().post(f"/my/orders/{secret}/answer/", fields)
    assert waiting(order) == "check_site"
    assert Client().post(f"/my/orders/{secret}/answer/", {"serial": "x", "revision": "1"}).status_code == 404

    cancel = {"revision": get_order().revision, "reason": "客户撤回"}
    enter("counter").post(f"/service-orders/{order.number}/cancel/", cancel)
    give(secret)
    assert paper_of(order).state == PaperState.MISSING.value
    assert "已撤销" in Client().get(f"/my/orders/{secret}/").content.decode()


def test_forms_of_the_page_ask_for_their_token(order: ServiceOrder) -> None:
    secret = make_link(order)
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post(f"/my/orders/{secret}/papers/test_report/", {"file": SimpleUploadedFile("a.pdf", PDF)})

    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert paper_of(order).state == PaperState.MISSING.value


def do(login: str, order: ServiceOrder) -> str:
    step = OrderStep.objects.for_actor(EVERYBODY).get(order=order, ended_at=None)
    fields = {"serial": step.serial, "revision": get_order().revision, "outcome": "", "reason": "已核对"}
    answer = enter(login).post(f"/service-orders/{order.number}/steps/", fields, follow=True)
    return str(answer.content.decode())


def waiting(order: ServiceOrder) -> str:
    return str(OrderStep.objects.for_actor(EVERYBODY).get(order=order, ended_at=None).step)
