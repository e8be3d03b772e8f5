"""Orders on their pages: taken with every reason shown, worked on by posts, of another unit not there."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.utils import timezone
from tests.factories.order_pages import EVERYBODY, build_order_utility, enter, get_order, take
from tests.factories.utility import Utility

from dianke.domain.service_orders.models import OrderClock, OrderNote, OrderStep, ServiceOrder
from dianke.kernel.clock import SystemClock

pytestmark = pytest.mark.django_db


@pytest.fixture
def utility() -> Utility:
    """Return a utility with a foundry of two transformers and a person of each post."""
    return build_order_utility()


def test_every_reason_stands_above_the_form(utility: Utility) -> None:
    answer = take(utility, papers=[], ends_on="", effective_on=timezone.localdate(SystemClock().now()).isoformat())

    page = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY  # type: ignore[attr-defined]
    for words in ("请补齐所缺资料。", "请选择更晚的日期。", "请填写终止日期。", "REG-SUPPLY-2024"):
        assert words in page
    assert ServiceOrder.objects.for_actor(EVERYBODY).count() == 0


def test_an_order_is_taken_checked_and_approved(utility: Utility) -> None:
    answer = take(utility)
    order = get_order()
    assert answer.headers["Location"] == f"/service-orders/{order.number}/"  # type: ignore[attr-defined]

    for login, step in (("inspector", "check_site"), ("head", "approve_change")):
        waiting = OrderStep.objects.for_actor(EVERYBODY).get(order=order, ended_at=None)
        assert waiting.step == step
        client = enter(login)
        page = client.get(f"/service-orders/{order.number}/").content.decode()
        assert f'name="serial" value="{waiting.serial}"' in page
        assert order.number in client.get("/").content.decode()
        client.post(
            f"/service-orders/{order.number}/steps/",
            {"serial": waiting.serial, "revision": get_order().revision, "outcome": "", "reason": "现场相符"},
        )

    assert OrderStep.objects.for_actor(EVERYBODY).get(order=order, ended_at=None).step == "seal"
    found = enter("head").get("/service-orders/").content.decode()
    assert order.number in found


def test_the_page_of_who_came_second_says_so(utility: Utility) -> None:
    take(utility)
    order = get_order()
    waiting = OrderStep.objects.for_actor(EVERYBODY).get(order=order, ended_at=None)
    given = {"serial": waiting.serial, "revision": order.revision}
    client = enter("inspector")
    client.post(f"/service-orders/{order.number}/steps/", given)

    answer = client.post(f"/service-orders/{order.number}/steps/", given, follow=True)

    assert "不再等待" in answer.content.decode() or "请重新查看" in answer.content.decode()
    assert OrderStep.objects.for_actor(EVERYBODY).filter(order=order, step="check_site").count() == 1


def test_the_clock_stands_notes_stay_and_a_cancelled_order_is_over(utility: Utility) -> None:
    take(utility)
    order, client = get_order(), enter("counter")
    address = f"/service-orders/{order.number}"
    client.post(f"{address}/clock/", {"revision": order.revision, "why": "CUSTOMER_PAPERS", "evidence": "补件通知单 7"})
    assert get_order().due_at is None
    client.post(f"{address}/clock/", {"revision": get_order().revision, "act": "resume"})
    client.post(f"{address}/notes/", {"reason": "客户来电询问", "act": "urge"})
    client.post(f"{address}/cancel/", {"revision": get_order().revision, "reason": "客户撤回"})

    assert (get_order().state, get_order().result) == ("CANCELLED", "CANCELLED")
    acts = (
        OrderNote.objects.for_actor(EVERYBODY)
        .filter(order=order)
        .exclude(act="NOTIFIED")
        .order_by("id")
        .values_list("act", flat=True)
    )
    assert list(acts) == ["ACCEPTED", "COMPLETED", "PAUSED", "RESUMED", "URGED", "CANCELLED"]
    page = client.get(f"{address}/").content.decode()
    assert "补件通知单 7" in page
    assert "已撤销" in page


def test_an_order_of_another_unit_is_not_there(utility: Utility) -> None:
    take(utility)
    order, client = get_order(), enter("elsewhere")

    assert client.get(f"/service-orders/{order.number}/").status_code == HTTPStatus.NOT_FOUND
    answer = client.post(f"/service-orders/{order.number}/cancel/", {"revision": order.revision, "reason": "不行"})
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert client.get(f"/service-orders/new/{order.account.number}/").status_code == HTTPStatus.NOT_FOUND
    assert get_order().state == "RUNNING"


def test_a_cancelled_order_is_void_among_the_promises_and_a_late_one_is_broken(utility: Utility) -> None:
    take(utility)
    order = get_order()
    page = enter("inspector").get(f"/service-orders/{order.number}/").content.decode()
    assert "约定日期" in page
    assert "计时中" in page

    enter("counter").post(f"/service-orders/{order.number}/cancel/", {"revision": order.revision, "reason": "客户撤回"})
    void = enter("inspector").get("/service-orders/promises/").content.decode()
    assert order.number in void
    assert "不计" in void

    at = SystemClock().now()
    OrderClock.objects.bulk_create(
        OrderClock(
            unit=utility.root, order=order, promise="whole.low_voltage", step=step, started_at=at - timedelta(days=9),
            ended_at=at, due_at=at - timedelta(days=days), state=state,
        )
        for step, days, state in (("a", 1, "BROKEN"), ("b", -1, "KEPT"), ("c", -1, "KEPT"))
    )  # fmt: skip
    report = enter("inspector").get("/service-orders/promises/").content.decode()
    assert "66.7 %" in report
    assert "step=b" in report
    assert "1 天 0 小时" in report
    assert order.number not in enter("elsewhere").get("/service-orders/promises/").content.decode()


def test_the_due_list_names_the_step_and_leaves_out_what_stands(utility: Utility) -> None:
    take(utility)
    order = get_order()

    page = enter("inspector").get("/service-orders/due/").content.decode()
    assert order.number in page
    assert "现场核查" in page

    evidence = {"revision": order.revision, "act": "pause", "why": "CUSTOMER_PAPERS", "evidence": "补件通知 1 号"}
    enter("counter").post(f"/service-orders/{order.number}/clock/", evidence)
    assert order.number not in enter("inspector").get("/service-orders/due/").content.decode()
