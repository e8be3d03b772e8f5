"""Steps are sent back and handed over on the page: by whose turn it is, once, and never after the order is over."""

from http import HTTPStatus

import pytest
from tests.factories import utility as factory
from tests.factories.order_pages import EVERYBODY, VIEWS, build_order_utility, enter, get_order, take
from tests.factories.utility import Utility

from dianke.domain.service_orders.models import OrderNote, OrderStep

pytestmark = pytest.mark.django_db

# The step as a part of the whole.
SITE = "check/check_site"


@pytest.fixture
def utility() -> Utility:
    """Return a utility with an order that waits for the check on site."""
    utility = build_order_utility()
    factory.add_clerk(utility.root, "inspector-2", [*VIEWS, "orders.survey", "orders.seal"])
    take(utility)
    return utility


def waiting() -> OrderStep:
    step: OrderStep = OrderStep.objects.for_actor(EVERYBODY).get(ended_at=None)
    return step


def address(act: str = "") -> str:
    return f"/service-orders/{get_order().number}/{act}"


def given(**more: object) -> dict[str, object]:
    return {"serial": waiting().serial, "revision": get_order().revision} | more


def notes(act: str) -> list[tuple[str, str, str]]:
    rows = OrderNote.objects.for_actor(EVERYBODY).filter(act=act).order_by("id")
    return [(one.by, one.subject, one.text) for one in rows]


class TestSendingBack:
    def test_goes_to_the_step_that_was_chosen_for_a_reason(self, utility: Utility) -> None:
        enter("inspector").post(address("steps/"), given())
        head = enter("head")
        page = head.get(address()).content.decode()
        assert f'id="back-{waiting().serial}"' in page
        assert f'<option value="{SITE}">' in page

        head.post(address("back/"), given(to_path=SITE, reason=""))
        assert waiting().step == "approve_change"
        head.post(address("back/"), given(to_path=SITE, reason="缺现场照片"))

        assert waiting().step == "check_site"
        assert notes("SENT_BACK") == [("head", "check_site", "缺现场照片")]
        assert "缺现场照片" in head.get(address()).content.decode()

    def test_is_refused_to_who_came_second_and_after_the_end(self, utility: Utility) -> None:
        enter("inspector").post(address("steps/"), given())
        seen, head = given(to_path=SITE, reason="缺现场照片"), enter("head")
        head.post(address("back/"), seen)

        answer = head.post(address("back/"), seen, follow=True)
        assert "请重新查看" in answer.content.decode() or "不再等待" in answer.content.decode()
        assert len(notes("SENT_BACK")) == 1
        last = given(to_path="accept", reason="再查")
        enter("counter").post(address("cancel/"), {"revision": get_order().revision, "reason": "客户撤回"})
        head.post(address("back/"), last)
        assert len(notes("SENT_BACK")) == 1

    def test_is_for_whose_turn_it_is(self, utility: Utility) -> None:
        answer = enter("counter").post(address("back/"), given(to_path="accept", reason="再查"))

        assert answer.status_code == HTTPStatus.FORBIDDEN
        assert waiting().step == "check_site"
        assert "back-" not in enter("counter").get(address()).content.decode()


class TestHandingOver:
    def test_to_a_colleague_who_may_do_it(self, utility: Utility) -> None:
        inspector = enter("inspector")
        page = inspector.get(address()).content.decode()
        assert '<option value="inspector-2">' in page
        assert '<option value="counter">' not in page

        inspector.post(address("over/"), given(login="inspector-2", reason="休假"))

        assert waiting().assignee == "inspector-2"
        assert [(by, step) for by, step, _text in notes("HANDED_OVER")] == [("inspector", "check_site")]
        inspector.post(address("steps/"), given())
        assert waiting().step == "check_site"
        enter("inspector-2").post(address("steps/"), given())
        assert waiting().step == "approve_change"

    def test_not_to_somebody_who_may_not_and_not_by_another(self, utility: Utility) -> None:
        inspector = enter("inspector")
        inspector.post(address("over/"), given(login="counter", reason="休假"))
        inspector.post(address("over/"), given(login="inspector-2", reason=""))
        assert waiting().assignee == ""

        inspector.post(address("over/"), given(login="inspector-2", reason="休假"))
        inspector.post(address("over/"), given(login="inspector", reason="回来了"))
        assert waiting().assignee == "inspector-2"
        assert enter("counter").post(address("over/"), given(login="inspector", reason="换人")).status_code == 403
        assert enter("elsewhere").post(address("over/"), given(login="inspector", reason="换人")).status_code == 404

    def test_who_leads_gives_it_back_to_everybody(self, utility: Utility) -> None:
        enter("inspector").post(address("over/"), given(login="inspector-2", reason="休假"))
        head = enter("head")
        assert f'id="give-{waiting().serial}"' in head.get(address()).content.decode()

        head.post(address("hand/"), given(login=""))
        assert waiting().assignee == ""
        head.post(address("hand/"), given(login="counter"))
        assert waiting().assignee == ""
        head.post(address("hand/"), given(login="inspector"))
        assert waiting().assignee == "inspector"


def test_who_leads_lets_an_order_hang_and_go_on(utility: Utility) -> None:
    head = enter("head")
    head.post(address("hang/"), {"revision": get_order().revision, "reason": "产权争议"})
    assert get_order().state == "HUNG"
    assert "back-" not in head.get(address()).content.decode()
    enter("inspector").post(address("steps/"), given())
    assert waiting().step == "check_site"

    head.post(address("hang/"), {"revision": get_order().revision, "act": "go_on"})
    enter("inspector").post(address("steps/"), given())
    assert waiting().step == "approve_change"
