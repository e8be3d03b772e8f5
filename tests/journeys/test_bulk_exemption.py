"""A reviewer picks suspicions of a cause with their boxes and exempts them together, for one reason."""

from collections import Counter

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Enter

from dianke.application import meter_to_cash
from dianke.application.demo_utility import organisation
from dianke.domain.billing.models import BillSuspicion
from dianke.kernel.clock import SystemClock
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor

pytestmark = [pytest.mark.browser]

SYSTEM = Actor.system("looking at suspicions in a journey")
RUN = "JS-202601-B-01"


def count_states(code: str) -> dict[str, int]:
    """Return how many suspicions of a cause stand how."""
    rows = BillSuspicion.objects.for_actor(SYSTEM).filter(run__number=RUN, code=code)
    return dict(Counter(rows.order_by("id").values_list("state", flat=True)))


def test_chosen_suspicions_are_exempted_together(enter_demo: Enter, faults: list[str]) -> None:
    reviewer = identity.get_actor(login=organisation.REVIEWER, on=SystemClock().now().date(), origin="test")
    meter_to_cash.calculate_run(actor=reviewer, number=RUN)
    found = Counter(
        BillSuspicion.objects.for_actor(SYSTEM).filter(run__number=RUN, state="OPEN").values_list("code", flat=True)
    )
    (code, count), (other, other_count) = found.most_common(2)
    page = enter_demo(organisation.REVIEWER, f"/billing/runs/{RUN}/review/cause/{code}/")

    page.get_by_label("选择本页全部行").check()
    expect(page.locator("#suspicions")).to_contain_text(f"{count}")
    page.locator("#suspicions").get_by_role("button", name="豁免").click()
    expect(page.locator("tbody tr")).to_have_count(count)
    page.get_by_label("理由").fill("均已现场核实")
    page.locator("form[action$='/decide/'] button").click()

    page.goto(f"/billing/runs/{RUN}/review/cause/{code}/")
    expect(page.locator("tbody tr").filter(has_text="均已现场核实")).to_have_count(count)
    assert count > 1
    assert count_states(code) == {"EXEMPT": count}
    assert count_states(other) == {"OPEN": other_count}
    assert faults == []
