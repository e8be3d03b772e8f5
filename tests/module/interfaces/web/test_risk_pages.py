"""Pages of risk: who is watched and why, what is in force, and measures that another person decides."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.application import risk
from dianke.application.agreements import record_guarantee
from dianke.domain.collection.models import RiskMeasure, RiskScore
from dianke.domain.collection.queries import risk as queries
from dianke.domain.receivables.operations.guarantees import NewGuarantee
from dianke.domain.receivables.types import GuaranteeKind
from dianke.kernel.clock import SHANGHAI
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.queries import get_actor
from dianke.platform.identity.types import Actor

issued = True
LogIn = Callable[[str], Client]
SYSTEM = Actor.system("looking at what pages did")
AT = datetime(2026, 6, 1, 6, tzinfo=SHANGHAI)
RIGHTS = [
    "collection.view", "collection.manage", "collection.work", "archive.export", "agreements.propose", "payments.view",
    "payments.ask", "fee_control.view", "fee_control.agree", "readings.view_calendar",
]  # fmt: skip


@pytest.fixture
def boss(office: Office, log_in: LogIn) -> Client:
    risk.run_week(actor=SYSTEM, at=AT)
    factory.add_clerk(office.utility.root, "boss", RIGHTS)
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


def accept(boss: Client, kind: str) -> tuple[RiskMeasure, str]:
    """Return a measure that is accepted as one of a kind, and its address."""
    measure = RiskMeasure.objects.for_actor(SYSTEM).select_related("account").order_by("id")[0]
    RiskMeasure.objects.for_actor(SYSTEM).filter(pk=measure.pk).update(kind=kind, proposed_at=AT)
    address = f"/collection/risk/measures/{measure.pk}/"
    boss.post(f"{address}decide/", {"decision": "accept"})
    measure.refresh_from_db()
    return measure, address


def test_a_reminder_is_accepted_and_recorded_as_done_in_words(boss: Client) -> None:
    measure, address = accept(boss, "EARLY_REMINDER")

    boss.post(f"{address}finish/", {"note": "提前五天短信提醒"})

    measure.refresh_from_db()
    assert (measure.state, measure.decided_by, measure.done_note) == ("DONE", "boss", "提前五天短信提醒")
    assert "提前五天短信提醒" in read(boss, address)
    assert measure.number in read(boss, "/collection/risk/measures/?state=DONE")


def test_a_measure_leads_to_the_form_filled_in_and_is_done_by_what_came_of_it(office: Office, boss: Client) -> None:
    measure, address = accept(boss, "SECURITY")
    number = measure.account.number

    page = read(boss, address)
    form = read(boss, f"/agreements/guarantees/new/{number}/?measure={measure.pk}")
    deposit = read(boss, f"/claims/accounts/{number}/?measure={measure.pk}")
    refused = boss.post(f"{address}finish/", {"note": "已谈妥"}, follow=True)

    for way in (f"/agreements/guarantees/new/{number}/", f"/claims/accounts/{number}/", f"/agreements/new/{number}/"):
        assert f"{way}?measure={measure.pk}" in page
    exposure = queries.get_exposure_fen(actor=SYSTEM, measure=measure)
    assert f'value="{fen_to_yuan(exposure)}"' in form
    assert f'value="{fen_to_yuan(exposure)}"' in deposit
    assert measure.number in deposit
    assert "尚未形成结果" in refused.content.decode()

    guarantee = record_guarantee(
        actor=get_actor(login="boss", on=AT.date(), origin="web"), account_number=number,
        new=NewGuarantee(
            kind=GuaranteeKind.BANK, guarantor="工商银行", reference="BH-1", amount_fen=exposure,
            valid_from=AT.date(), valid_until=AT.date() + timedelta(days=365),
        ), files=[("保函.txt", b"letter")], at=AT,
    )  # fmt: skip
    waiting = read(boss, address)
    boss.post(f"{address}finish/", {"note": ""})

    measure.refresh_from_db()
    assert guarantee.number in waiting
    assert (measure.state, measure.thing_kind, measure.thing_key) == ("DONE", "GUARANTEE", guarantee.pk)
    assert f"/agreements/guarantees/{guarantee.pk}/" in read(boss, address)
    assert address in read(boss, f"/agreements/guarantees/{guarantee.pk}/")


@pytest.mark.parametrize("kind", ["SHORT_CYCLE", "PREPAY"])
def test_every_way_that_a_measure_leads_to_opens(boss: Client, kind: str) -> None:
    _measure, address = accept(boss, kind)

    ways = re.findall(r'<a class="btn[^"]*" href="([^"]+[?]measure=[^"]+|/readings/calendar/cycles/[^"]+)"',
                      read(boss, address))  # fmt: skip

    assert len(ways) >= 2
    for way in ways:
        read(boss, way)


def test_an_accepted_measure_is_given_up_with_a_reason(boss: Client) -> None:
    measure, address = accept(boss, "PREPAY")

    boss.post(f"{address}decide/", {"decision": "refuse", "reason": "用户不同意"})

    measure.refresh_from_db()
    assert (measure.state, measure.decision_reason) == ("REFUSED", "用户不同意")


def test_a_measure_is_not_refused_without_a_reason(boss: Client) -> None:
    measure = RiskMeasure.objects.for_actor(SYSTEM).order_by("id")[0]

    boss.post(f"/collection/risk/measures/{measure.pk}/decide/", {"decision": "refuse", "reason": ""})

    measure.refresh_from_db()
    assert measure.state == "PROPOSED"
