"""Pages of collective payers: asked for by one person, decided by another, found again with accounts and payments."""

from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from tests.factories import pages
from tests.factories import utility as factory
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.paid import at_ten, list_accounts, look_at, make_payment
from tests.factories.payers import add_pair, make_payer
from tests.factories.utility import Utility

from dianke.domain.receivables.models import Payer, PayerChange
from dianke.domain.receivables.operations.receiving import receive_payment
from dianke.interfaces.web.components import formats
from dianke.kernel.clock import SystemClock, to_shanghai

pytestmark = pytest.mark.django_db

SINCE = date(2026, 1, 1)

_three_homes = built_once(lambda: issue_homes("1450", "1450", "1450"))


@pytest.fixture
def utility(_three_homes: Utility) -> Utility:
    utility = fresh(_three_homes)
    add_pair(utility.root)
    return utility


@pytest.fixture
def asks(utility: Utility) -> Client:
    return enter("payers_asks")


@pytest.fixture
def decides(utility: Utility) -> Client:
    return enter("payers_decides")


def enter(login: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.post("/login/", {"login": login, "password": pages.PASSWORD})
    client.cookies["django_language"] = "en"
    return client


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK, address
    return str(answer.content.decode())


def fill(utility: Utility, **options: str) -> dict[str, str]:
    own, *others = [account.number for account in list_accounts(utility)]
    return {
        "number": "G1", "name": "城投集团", "account": own, "spread": "OLDEST_FIRST", "accounts": "\n".join(others),
        "effective_date": "2026-01-01", "reason": "集团缴费协议", **options,
    }  # fmt: skip


def the_change(utility: Utility) -> Any:
    return PayerChange.objects.for_actor(utility.actor).latest("id")


def test_is_asked_for_decided_by_another_and_found(utility: Utility, asks: Client, decides: Client) -> None:
    asked = asks.post("/payments/payers/new/", fill(utility))
    address = f"/payments/payers/changes/{the_change(utility).pk}/"
    assert asked["Location"] == address
    assert "Take back" in read(asks, address)
    assert "城投集团" in read(decides, "/")
    assert "Approve" in read(decides, address)
    assert "No collective payer fits" in read(decides, "/payments/payers/?q=G1")

    decides.post(f"{address}decide/", {"decision": "approve"})

    page = read(asks, "/payments/payers/G1/")
    assert all(account.number in page for account in list_accounts(utility))
    today = to_shanghai(SystemClock().now()).date()
    owed_fen = sum(look_at(utility, account, today).owed_fen for account in list_accounts(utility))
    assert formats.fen(owed_fen) in page
    assert "城投集团" in read(asks, "/payments/payers/?state=ACTIVE")
    assert "城投集团" not in read(asks, "/payments/payers/?state=ENDED")
    assert "城投集团" in read(asks, "/payments/payers/changes/?state=APPROVED&kind=NEW")


def test_is_refused_with_a_reason_or_taken_back(utility: Utility, asks: Client, decides: Client) -> None:
    asks.post("/payments/payers/new/", fill(utility))
    first = f"/payments/payers/changes/{the_change(utility).pk}/"
    silent = decides.post(f"{first}decide/", {"decision": "refuse"}, follow=True)
    assert "Give a reason." in silent.content.decode()
    decides.post(f"{first}decide/", {"decision": "refuse", "reason": "无授权书"})
    assert "无授权书" in read(asks, first)
    asks.post("/payments/payers/new/", fill(utility))
    asks.post(f"/payments/payers/changes/{the_change(utility).pk}/withdraw/")

    states = PayerChange.objects.for_actor(utility.actor).order_by("id").values_list("state", flat=True)
    assert list(states) == ["REFUSED", "WITHDRAWN"]
    assert not Payer.objects.for_actor(utility.actor).exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"accounts": "999"}, "999"),
        ({"number": " "}, "This field is required"),
        ({"account": "999"}, "999"),
    ],
)
def test_says_what_is_wrong(utility: Utility, asks: Client, options: dict[str, str], says: str) -> None:
    answer = asks.post("/payments/payers/new/", fill(utility, **options))

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert says in answer.content.decode()
    assert not PayerChange.objects.for_actor(utility.actor).exists()


class TestPayer:
    @pytest.fixture
    def payer(self, utility: Utility) -> Payer:
        pair = add_pair(utility.root, "made")
        numbers = [account.number for account in list_accounts(utility)]
        return make_payer(pair, "G1", numbers[:2], since=SINCE)

    def test_shows_its_payments_and_where_they_went(self, utility: Utility, payer: Payer, asks: Client) -> None:
        payment = make_payment(utility, None, 2 * 289_99 + 500, payer_id=payer.pk)
        received = receive_payment(actor=utility.actor, payment=payment, at=at_ten(payment.paid_on))

        page = read(asks, "/payments/payers/G1/")

        assert received.number in page
        assert page.count("289.99") >= 2
        assert "5.00" in page

    def test_takes_an_account_on_gives_it_up_and_ends(
        self, utility: Utility, payer: Payer, asks: Client, decides: Client
    ) -> None:
        third = list_accounts(utility)[2].number
        today = to_shanghai(SystemClock().now()).date()
        for kind, accounts, days in (("JOIN", third, 0), ("LEAVE", third, 5), ("END", "", 10)):
            day = (today + timedelta(days=days)).isoformat()
            given = {"kind": kind, "accounts": accounts, "effective_date": day, "reason": "协议"}
            asks.post("/payments/payers/G1/ask/", given)
            assert "Ask for a change" not in read(asks, "/payments/payers/G1/")
            decides.post(f"/payments/payers/changes/{the_change(utility).pk}/decide/", {"decision": "approve"})

        payer.refresh_from_db()
        assert payer.until_date == today + timedelta(days=10)
        page = read(asks, "/payments/payers/G1/")
        assert (today + timedelta(days=5)).isoformat() in page

    def test_of_an_account_is_named_where_its_money_is(self, utility: Utility, payer: Payer) -> None:
        factory.add_clerk(utility.root, "money", ["archive.view", "payments.view"])
        first, _second, third = list_accounts(utility)
        reader = enter("money")

        assert "/payments/payers/G1/" in read(reader, f"/customers/accounts/{first.number}/money/")
        assert "/payments/payers/G1/" not in read(reader, f"/customers/accounts/{third.number}/money/")

    def test_of_nobody_is_not_found(self, utility: Utility, asks: Client, decides: Client) -> None:
        for address in ("/payments/payers/G9/", "/payments/payers/G9/ask/", "/payments/payers/changes/999999/"):
            assert asks.get(address).status_code == HTTPStatus.NOT_FOUND
        absent = decides.post("/payments/payers/changes/999999/decide/", {"decision": "approve"})
        assert absent.status_code == HTTPStatus.NOT_FOUND
