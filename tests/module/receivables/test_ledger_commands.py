"""What the command line tells of accounts, and asks for payers."""

import json

import pytest
from tests.factories import utility as factory
from tests.factories.billed import issue_homes
from tests.factories.paid import at_ten, list_accounts, pay
from tests.factories.utility import JANUARY

from dianke.application import payments
from dianke.domain.receivables.models import PayerChange
from dianke.domain.receivables.queries.payments import find_payer, list_member_ids
from dianke.interfaces.cli import ledger

pytestmark = pytest.mark.django_db

LOG_IN = ["--as", "keeper"]


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIANKE_PASSWORD", "correct horse battery")


def test_debts_are_told_as_of_a_day(capsys: pytest.CaptureFixture[str]) -> None:
    utility = issue_homes("1450")
    factory.add_clerk(utility.root, "keeper", ["ledger.keep", "archive.view"])
    (home,) = list_accounts(utility)
    pay(utility, home, 100_00)

    status = ledger.run(["debts", home.number, "--on", "2026-02-06", *LOG_IN])

    told = json.loads(capsys.readouterr().out)
    assert (status, told["owed_fen"], told["prepaid_fen"], told["on"]) == (0, 189_99, 0, "2026-02-06")
    assert [debt["principal_fen"] for debt in told["debts"]] == [189_99]


def test_payer_is_asked_for_with_what_it_pays_for(capsys: pytest.CaptureFixture[str]) -> None:
    utility = issue_homes("1450", "1450")
    factory.add_clerk(utility.root, "keeper", ["payments.ask"])
    decider = factory.add_clerk(utility.root, "decider", ["payments.approve"])
    own, member = list_accounts(utility)

    for given in (["--new", "集团", "--account", own.number], ["--account", member.number, "--since", "2026-01-01"]):
        ledger.run(["payer", "G1", *given, "--reason", "协议", *LOG_IN])
        asked = PayerChange.objects.for_actor(utility.actor).latest("id")
        assert f"asked: {asked.pk} {asked.kind} G1" in capsys.readouterr().out
        payments.approve_payer_change(actor=decider, key=asked.pk, at=at_ten(JANUARY))

    payer = find_payer(actor=utility.actor, number="G1")
    assert payer.customer_account_id == own.pk
    assert list_member_ids(payer=payer, on=JANUARY, actor=utility.actor) == [member.pk]
