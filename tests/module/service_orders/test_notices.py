"""Customers are told of their orders once, by the way that reaches them; who cannot be reached stands on the order."""

from datetime import date, datetime, timedelta

import pytest
from psycopg.types.range import DateRange
from tests.factories.order_pages import EVERYBODY, build_order_utility, enter
from tests.factories.utility import Utility

from dianke.application import service_orders
from dianke.domain.customers.models import Contact
from dianke.domain.customers.types import ContactLanguage, ContactRole
from dianke.domain.service_orders.models import OrderNote, OrderStep, ServiceOrder
from dianke.domain.service_orders.operations.accepting import Application
from dianke.domain.service_orders.types import OrderKind, PauseReason
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.queries import get_actor
from dianke.platform.identity.types import Actor
from dianke.platform.outbox.models import Message

pytestmark = pytest.mark.django_db

ASKED = datetime(2025, 12, 29, 10, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)
PHONE = "13800005678"


@pytest.fixture
def utility() -> Utility:
    return build_order_utility()


def add_contact(utility: Utility, **more: object) -> None:
    Contact(
        customer=utility.points[0].account.customer, role=ContactRole.OWNER.value, name="厂长", phone=PHONE,
        period=DateRange(date(2020, 1, 1), None), **more,
    ).save()  # fmt: skip


def act(login: str) -> Actor:
    return get_actor(login=login, on=ASKED.date(), origin="test")


def ask(utility: Utility, **changes: object) -> ServiceOrder:
    values: dict[str, object] = {
        "kind": OrderKind.REDUCE, "effective_on": date(2026, 1, 10), "ends_on": date(2026, 3, 1),
        "transformer_codes": frozenset({"T-2"}), "papers": frozenset({"application", "identity", "unit_list"}),
    }  # fmt: skip
    return service_orders.accept_order(
        actor=act("counter"), account_number=utility.points[0].account.number,
        application=Application(**(values | changes)), at=ASKED,  # type: ignore[arg-type]
    )  # fmt: skip


def now(order: ServiceOrder) -> ServiceOrder:
    found: ServiceOrder = ServiceOrder.objects.for_actor(EVERYBODY).get(pk=order.pk)
    return found


def told() -> list[tuple[str, str]]:
    rows = OrderNote.objects.for_actor(EVERYBODY).filter(act="NOTIFIED").order_by("id")
    return [(one.subject, one.text) for one in rows]


def messages() -> list[Message]:
    return list(Message.objects.for_actor(EVERYBODY).filter(purpose="ORDER").order_by("id"))


def test_acceptance_goes_by_message_and_stands_on_the_order(utility: Utility) -> None:
    add_contact(utility)
    order = ask(utility)

    [message] = messages()
    assert (message.state, message.phone, message.template) == ("QUEUED", PHONE, "order.accepted")
    for words in (order.number, order.account.number[-4:], "减容", "2026-01-10", utility.root.name):
        assert words in message.text
    assert utility.points[0].account.customer.name not in message.text
    assert told() == [("ACCEPTED:SMS", message.number)]
    page = enter("head").get(f"/service-orders/{order.number}/").content.decode()
    assert message.number in page


def test_who_has_no_contact_is_held_for_a_person(utility: Utility) -> None:
    order = ask(utility)

    assert [(one.state, one.hold_reason) for one in messages()] == [("HELD", "no_address")]
    assert [subject for subject, _number in told()] == ["ACCEPTED:HELD"]
    assert messages()[0].number in enter("head").get(f"/service-orders/{order.number}/").content.decode()


def test_a_clock_that_stands_says_what_is_missing_and_an_end_why(utility: Utility) -> None:
    add_contact(utility)
    order = ask(utility)
    service_orders.pause_order(
        actor=act("counter"), number=order.number, revision=now(order).revision, why=PauseReason.CUSTOMER_WORKS,
        evidence="整改通知 7", at=ASKED + HOUR,
    )  # fmt: skip
    service_orders.cancel_order(
        actor=act("counter"), number=order.number, revision=now(order).revision, reason="客户撤回", at=ASKED + 2 * HOUR
    )

    assert [subject for subject, _number in told()] == ["ACCEPTED:SMS", "WAITING:SMS", "CANCELLED:SMS"]
    texts = [one.text for one in messages()]
    assert "整改" in texts[1]
    assert "客户撤回" in texts[2]
    assert len({one.source for one in messages()}) == 3


def test_a_refusal_is_told_once_with_its_reason_and_no_other_step(utility: Utility) -> None:
    add_contact(utility)
    order = ask(utility)
    for login, outcome, reason in (("inspector", "", ""), ("head", "REFUSED", "设备仍在运行")):
        waiting = OrderStep.objects.for_actor(EVERYBODY).get(order=order, ended_at=None)
        service_orders.complete_step(
            actor=act(login), number=order.number, serial=waiting.serial, revision=now(order).revision,
            outcome=outcome, reason=reason, at=ASKED + HOUR,
        )  # fmt: skip

    assert [subject for subject, _number in told()] == ["ACCEPTED:SMS", "REFUSED:SMS"]
    assert "设备仍在运行" in messages()[1].text


def test_whoever_is_spoken_to_in_english_reads_english(utility: Utility) -> None:
    add_contact(utility, language=ContactLanguage.ENGLISH.value)
    ask(utility)

    assert "was accepted" in messages()[0].text


def test_the_link_goes_to_the_customer_and_opens(utility: Utility) -> None:
    add_contact(utility)
    order = ask(utility)
    page = "https://dianke.example/my/orders/SECRET/"

    secret = service_orders.make_order_link(actor=act("counter"), number=order.number, page=page, at=ASKED + HOUR)

    assert f"https://dianke.example/my/orders/{secret}/" in messages()[1].text
    assert [subject for subject, _number in told()] == ["ACCEPTED:SMS", "LINK:SMS"]
    assert secret not in "".join(f"{one.text}{one.subject}" for one in OrderNote.objects.for_actor(EVERYBODY))
