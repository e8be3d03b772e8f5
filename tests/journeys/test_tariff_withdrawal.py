"""An approved price proves wrong before its first day: a third person withdraws it, and the one before goes on."""

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect
from tests.journeys.conftest import Enter
from tests.journeys.test_tariff_versions import SYSTEM, engage, people  # noqa: F401 - the stage is shared

from dianke.application import tariffs
from dianke.domain.tariffs import queries
from dianke.domain.tariffs.models import TariffVersion
from dianke.domain.tariffs.rules.revisions import Revision
from dianke.domain.tariffs.types import Evidence, PriceColumn
from dianke.kernel.clock import SystemClock
from dianke.platform.identity import queries as identity
from dianke.platform.identity.models import Staff

pytestmark = [pytest.mark.browser]

FIRST_DAY = date(2037, 2, 1)


def approve_february(proposer: Staff, approver: Staff) -> TariffVersion:
    """Let a copy of the January version with one other price be proposed by one and approved by another."""
    now = SystemClock().now()
    first, second = (identity.get_actor(login=one.login, on=now.date(), origin="test") for one in (proposer, approver))
    january = TariffVersion.objects.for_actor(SYSTEM).get(sheet_id="HB-CI-2026-01")
    revision = Revision(
        sheet_id="HB-CI-2037-02",
        start=FIRST_DAY,
        end=None,
        evidence=Evidence(grade="A", urls=("https://example.org/notice",)),
        cells={(0, PriceColumn.FLAT): Decimal("0.9")},
    )
    version = tariffs.propose_revision(
        actor=first, version_id=january.pk, revision=revision, reason="二月代理购电价格公告", at=now
    )
    return tariffs.approve_version(
        actor=second, version_id=version.pk, reason="新方案首期", at=now, has_nothing_to_try=True
    )


def test_an_approved_version_is_withdrawn_before_its_first_day(
    enter: Enter,
    people: tuple[Staff, Staff],  # noqa: F811
    faults: list[str],
) -> None:
    proposer, approver = people
    version = approve_february(proposer, approver)
    third = engage(proposer.unit, "wu", "沐禾安", ["tariffs.view", "tariffs.withdraw_version"])
    page = enter(third.login, f"/tariffs/versions/{version.pk}/")

    page.get_by_role("button", name="撤销").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2037-02-01")
    dialog.get_by_label("原因").fill("公告作废，重新发布")
    dialog.get_by_role("button", name="撤销").click()

    expect(page.locator("main")).to_contain_text("公告作废，重新发布")
    expect(page.locator("main")).to_contain_text("沐禾安")
    expect(page.get_by_role("button", name="撤销")).to_have_count(0)
    version.refresh_from_db()
    assert version.status == "WITHDRAWN"
    assert queries.list_newest_versions(actor=SYSTEM, on=FIRST_DAY, plan_code="HB-CI")["HB-CI"].sheet_id != (
        version.sheet_id
    )
    assert faults == []
