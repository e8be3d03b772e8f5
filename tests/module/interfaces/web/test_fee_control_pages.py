"""Agreements, exemptions and orders on their pages: proposed by one, refused by name, decided by another."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories import controlled
from tests.factories.controlled import SYSTEM, Controlled
from tests.factories.once import built_once, fresh
from tests.factories.pages import PASSWORD

from dianke.domain.fee_control.models import ControlAgreement, ControlExemption
from dianke.kernel.clock import SystemClock

pytestmark = pytest.mark.django_db
built = built_once(lambda: controlled.build("1150"))


@pytest.fixture
def home(built: Controlled, db: None, settings: Any, tmp_path: Any) -> Controlled:
    settings.DATA_DIR, settings.SIMULATED_CARRIER, settings.EMAIL_HOST = tmp_path, True, ""
    return fresh(built)


def enter(login: str) -> Client:
    client = Client()
    client.post("/login/", {"login": login, "password": PASSWORD})
    return client


def read(answer: Any) -> str:
    return str(answer.content.decode())


def today() -> date:
    return timezone.localdate(SystemClock().now())


def test_an_agreement_ends_and_another_is_proposed_and_approved(home: Controlled) -> None:
    account, first = home.accounts[0], ControlAgreement.objects.for_actor(SYSTEM).get()
    supervisor, collector = enter("fc-supervisor"), enter("fc-collector")
    limits = {"notice": "80", "warning": "40", "stop": "10", "note": ""}
    days = {"signed": f"{today()}", "start": f"{today()}", "end": ""}

    supervisor.post(f"/fee-control/agreements/{first.pk}/decide/", {"decision": "end", "reason": "客户要求"})
    given = {"kind": "PREPAID", **limits, **days}
    answer = collector.post(f"/fee-control/agreements/new/{account.number}/", given)
    second = ControlAgreement.objects.for_actor(SYSTEM).latest("id")
    own = collector.post(f"/fee-control/agreements/{second.pk}/decide/", {"decision": "approve"})
    supervisor.post(f"/fee-control/agreements/{second.pk}/decide/", {"decision": "approve"})

    second.refresh_from_db(from_queryset=ControlAgreement.objects.for_actor(SYSTEM))
    assert (answer.status_code, own.status_code) == (302, 403)
    assert (second.state, second.thresholds.notice_fen, second.decided_by) == ("APPROVED", 8_000, "fc-supervisor")
    assert "费控协议" in read(collector.get(f"/fee-control/agreements/{second.pk}/"))
    assert account.number in read(collector.get("/fee-control/agreements/"))


def test_thresholds_out_of_order_are_refused_beside_their_field(home: Controlled) -> None:
    given = {
        "kind": "PREPAID", "notice": "10", "warning": "40", "stop": "0", "note": "", "signed": f"{today()}",
        "start": f"{today()}", "end": "",
    }  # fmt: skip

    answer = enter("fc-collector").post(f"/fee-control/agreements/new/{home.accounts[0].number}/", given)

    assert answer.status_code == 422
    assert "提醒值不低于预警值" in read(answer)
    assert ControlAgreement.objects.for_actor(SYSTEM).count() == 1


def test_rules_that_stand_in_the_way_are_named_with_their_texts(home: Controlled) -> None:
    address = f"/fee-control/accounts/{home.accounts[0].number}/"
    collector = enter("fc-collector")

    refused = collector.post(f"{address}order/", {"cause": "OVERDUE"}, follow=True)

    assert "通知或预警未送达客户（SRC-CUT-OFF）" in read(refused)
    assert "不得停电" in read(refused)


def test_an_exemption_with_its_paper_is_approved_by_another_person(home: Controlled) -> None:
    address = f"/fee-control/accounts/{home.accounts[0].number}/"
    collector, supervisor = enter("fc-collector"), enter("fc-supervisor")
    with open(__file__, "rb") as paper:
        collector.post(
            f"/fee-control/exemptions/new/{home.accounts[0].number}/",
            {
                "kind": "MEDICAL", "reason": "家中有呼吸机", "start": f"{today()}",
                "end": f"{today() + timedelta(days=90)}", "evidence": paper,
            },
        )  # fmt: skip
    row = ControlExemption.objects.for_actor(SYSTEM).get()

    supervisor.post(f"/fee-control/exemptions/{row.pk}/decide/", {"decision": "approve", "reason": ""})

    row.refresh_from_db(from_queryset=ControlExemption.objects.for_actor(SYSTEM))
    assert (row.state, row.decided_by) == ("APPROVED", "fc-supervisor")
    assert "该户免停" in read(collector.get(address))
    assert collector.get(f"/fee-control/exemptions/{row.pk}/evidence/").status_code == 200
