"""Pages of risk: who is watched and why, what is in force, and measures that another person decides."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.application import risk
from dianke.domain.collection.models import RiskMeasure, RiskScore
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

issued = True
LogIn = Callable[[str], Client]
SYSTEM = Actor.system("looking at what pages did")
AT = datetime(2026, 6, 1, 6, tzinfo=SHANGHAI)


@pytest.fixture
def boss(office: Office, log_in: LogIn) -> Client:
    risk.run_week(actor=SYSTEM, at=AT)
    factory.add_clerk(
        office.utility.root, "boss", ["collection.view", "collection.manage", "collection.work", "archive.export"]
    )
    return log_in("boss")


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK
    return str(answer.content.decode())


def get_worst() -> RiskScore:
    score: RiskScore = (
        RiskScore.objects.for_actor(SYSTEM).select_related("account").order_by("-expected_loss_fen", "id")[0]
    )
    return score


def test_the_list_leads_to_the_points_of_an_account_and_its_year_of_payment(boss: Client) -> None:
    worst = get_worst()

    listed = read(boss, "/collection/risk/?grade=D")
    page = read(boss, f"/collection/risk/accounts/{worst.account.number}/")

    assert worst.account.number in listed
    assert "1 期账单中 1 期迟缴" in page
    assert "不计分" in page
    assert page.count("无账单") >= 10


def test_filters_of_measure_and_loss_narrow_the_list(boss: Client) -> None:
    measure = RiskMeasure.objects.for_actor(SYSTEM).select_related("account").order_by("-expected_loss_fen")[0]
    number = measure.account.number

    assert number in read(boss, f"/collection/risk/?measure={measure.kind}&loss=10000")
    assert number not in read(boss, "/collection/risk/?measure=NONE")


def test_the_page_of_the_model_says_which_score_is_in_force_and_why(boss: Client) -> None:
    page = read(boss, "/collection/risk/model/")

    assert "历史太短，无法按时间检验模型，采用规则评分。" in page
    assert "各单位关注情况" in page


def test_a_measure_is_accepted_and_recorded_as_done(boss: Client) -> None:
    measure = RiskMeasure.objects.for_actor(SYSTEM).order_by("id")[0]
    address = f"/collection/risk/measures/{measure.pk}/"

    boss.post(f"{address}decide/", {"decision": "accept"})
    boss.post(f"{address}finish/", {"note": "提前五天短信提醒"})

    measure.refresh_from_db()
    assert (measure.state, measure.decided_by, measure.done_note) == ("DONE", "boss", "提前五天短信提醒")
    assert "提前五天短信提醒" in read(boss, address)
    assert measure.number in read(boss, "/collection/risk/measures/?state=DONE")


def test_a_measure_is_not_refused_without_a_reason(boss: Client) -> None:
    measure = RiskMeasure.objects.for_actor(SYSTEM).order_by("id")[0]

    boss.post(f"/collection/risk/measures/{measure.pk}/decide/", {"decision": "refuse", "reason": ""})

    measure.refresh_from_db()
    assert measure.state == "PROPOSED"
