"""What the command line tells of accounts, and enters of payers."""

import json

import pytest
from tests.factories import utility as factory
from tests.factories.billed import issue_homes
from tests.factories.paid import list_accounts, pay
from tests.factories.utility import JANUARY

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


def test_payer_is_entered_with_what_it_pays_for() -> None:
    utility = issue_homes("1450", "1450")
    factory.add_clerk(utility.root, "keeper", ["ledger.keep"])
    own, member = list_accounts(utility)

    ledger.run(["payer", "G1", "--new", "集团", "--account", own.number, *LOG_IN])
    ledger.run(["payer", "G1", "--account", member.number, "--since", "2026-01-01", *LOG_IN])

    payer = find_payer(actor=utility.actor, number="G1")
    assert payer.customer_account_id == own.pk
    assert list_member_ids(payer=payer, on=JANUARY, actor=utility.actor) == [member.pk]
