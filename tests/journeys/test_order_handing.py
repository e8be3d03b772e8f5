"""A step is handed over to a colleague, sent back for a reason and done again; the course tells all of it."""

from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import expect
from tests.factories import utility as factory
from tests.journeys.conftest import Enter, Stage
from tests.journeys.looks import look_around
from tests.journeys.test_service_orders import PASSWORD, SYSTEM, VIEWS, Asked, ask

from dianke.domain.service_orders.models import OrderNote, OrderStep
from dianke.platform.org.queries import get_unit

pytestmark = [pytest.mark.browser]


def ask_with_two(data_dir: Path) -> Asked:
    """Let a foundry ask for a reduction at a utility of two inspectors."""
    asked = ask(data_dir)
    with transaction.atomic():
        root = get_unit(actor=SYSTEM, code="0")
        factory.add_clerk(root, "inspector-2", [*VIEWS, "orders.survey", "orders.seal"])
    return asked


def test_a_step_is_handed_over_sent_back_and_done_again(enter: Enter, stage: Stage[Asked], faults: list[str]) -> None:
    asked = stage(ask_with_two)
    address = f"/service-orders/{asked.number}/"
    first = enter("inspector", address, password=PASSWORD)
    first.get_by_role("button", name="移交", exact=True).click()
    assert look_around(first) == []
    box = first.get_by_role("dialog")
    box.get_by_label("接收人").select_option("inspector-2")
    box.get_by_label("原因").fill("休假")
    box.get_by_role("button", name="移交", exact=True).click()
    expect(first.get_by_text("休假")).to_be_visible()
    expect(first.get_by_role("button", name="完成", exact=True)).to_have_count(0)

    second = enter("inspector-2", address, password=PASSWORD)
    second.get_by_role("button", name="完成", exact=True).click()
    head = enter("head", address, password=PASSWORD)
    head.get_by_role("button", name="退回", exact=True).last.click()
    box = head.get_by_role("dialog")
    box.get_by_label("退回到环节").select_option("check/check_site")
    box.get_by_label("原因").fill("缺现场照片")
    box.get_by_role("button", name="退回", exact=True).click()
    expect(head.get_by_text("缺现场照片")).to_be_visible()
    assert look_around(head) == []

    second.reload()
    second.get_by_role("button", name="完成", exact=True).click()
    waiting = OrderStep.objects.for_actor(SYSTEM).get(ended_at=None)
    acts = OrderNote.objects.for_actor(SYSTEM).exclude(act="NOTIFIED").order_by("id").values_list("act", flat=True)
    assert waiting.step == "approve_change"
    assert list(acts)[2:] == ["HANDED_OVER", "COMPLETED", "SENT_BACK", "COMPLETED"]
    assert faults == []
