"""Pages of the counter and of payments: money taken once, every figure opened, nothing decided by one person."""

from collections.abc import Iterator
from datetime import date
from http import HTTPStatus
from typing import Any

import pytest
from django.test import Client
from tests.factories import pages
from tests.factories import payers as payments
from tests.factories import utility as factory
from tests.factories.billed import issue_homes, list_bills
from tests.factories.utility import Utility

from dianke.domain.billing.models import Bill
from dianke.domain.channels.models import CashDeposit, PaymentChange, Shift, ShiftEntry
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.receivables.types import SpreadRule
from dianke.kernel.clock import SystemClock
from dianke.kernel.money import fen_to_yuan, format_yuan

pytestmark = pytest.mark.django_db

LOOKING = ["archive.view", "billing.view", "archive.export", "payments.view"]


class Hall:
    """Two homes with issued bills, a cashier, a chief and somebody of the books."""

    def __init__(self) -> None:
        self.utility: Utility = issue_homes("1120", "1450")
        root = self.utility.root
        rights = ["payments.receive", "payments.reverse", "payments.ask", "payments.assign"]
        factory.add_clerk(root, "cashier", [*LOOKING, *rights])
        factory.add_clerk(root, "chief", [*LOOKING, "payments.approve", "ledger.view"])
        self.first, self.second = list_bills(self.utility)

    def owed(self, bill: Bill) -> int:
        today = SystemClock().now().date()
        return get_position(actor=self.utility.actor, customer_account_id=bill.account_id, on=today).owed_fen

    def shift(self) -> Shift:
        found: Shift = Shift.objects.for_actor(self.utility.actor).get()
        return found

    def payments(self) -> list[Payment]:
        return list(Payment.objects.for_actor(self.utility.actor).order_by("id"))


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Hall]:
    with django_db_blocker.unblock(), pages.rolled_back():
        yield Hall()


@pytest.fixture
def hall(built: Hall, db: None) -> Hall:
    return built


def enter(login: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.post("/login/", {"login": login, "password": pages.PASSWORD})
    client.cookies["django_language"] = "en"
    return client


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK
    return str(answer.content.decode())


@pytest.fixture
def cashier(hall: Hall) -> Client:
    """Return the browser of the cashier, who has opened a shift."""
    client = enter("cashier")
    client.post("/counter/open/", {"unit": "0", "float_fen": "200.00"})
    return client


def fill(hall: Hall, bill: Bill | None, amount_fen: int, **changes: str) -> dict[str, str]:
    return {
        "shift": hall.shift().number,
        "serial": "1",
        "account": bill.account_number if bill else "",
        "amount": str(fen_to_yuan(amount_fen)),
        "tender": "CASH",
        **changes,
    }


class TestDesk:
    def test_asks_for_a_shift_first(self, hall: Hall) -> None:
        text = read(enter("cashier"), "/counter/")

        assert 'name="float_fen"' in text
        assert "search-form" not in text

    def test_leads_from_the_one_account_found_to_its_money(self, hall: Hall, cashier: Client) -> None:
        answer = cashier.get("/counter/", {"q": hall.first.account_number}, follow=True)

        text = answer.content.decode()
        assert answer.redirect_chain[-1][0] == f"/counter/?account={hall.first.account_number}"
        assert f'value="{fen_to_yuan(hall.owed(hall.first))}"' in text
        assert "d late" in text

    def test_shows_what_an_amount_would_settle(self, hall: Hall, cashier: Client) -> None:
        asked = {"account": hall.first.account_number, "amount": "10", "tender": "CASH", "tendered": "50"}

        text = cashier.get("/counter/preview/", asked).content.decode()

        assert "<b>10.00</b>" in text
        assert format_yuan(hall.owed(hall.first) - 1_000) in text
        assert "40.00" in text
        assert hall.payments() == []

    def test_takes_money_once_however_often_the_button_is_pressed(self, hall: Hall, cashier: Client) -> None:
        typed = fill(hall, hall.first, 1_000, tendered="50")

        first = cashier.post("/counter/take/", typed, follow=True)
        again = cashier.post("/counter/take/", typed, follow=True)

        (payment,) = hall.payments()
        assert first.redirect_chain[-1][0] == f"/payments/{payment.number}/receipt/"
        assert "Nothing was taken twice" in again.content.decode()
        assert "壹拾元整" in first.content.decode()

    def test_keeps_what_was_typed_when_it_is_refused(self, hall: Hall, cashier: Client) -> None:
        typed = fill(hall, hall.first, 1_000, tender="CHEQUE", slip_number="4471", summary="公司支票")

        answer = cashier.post("/counter/take/", typed)

        text = answer.content.decode()
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "The bank of the cheque is missing." in text
        assert 'value="公司支票"' in text
        assert hall.payments() == []

    @pytest.mark.parametrize("amount", ["", "abc", "1.005", "-3", "0", "1e400"])
    def test_refuses_amounts_that_are_none(self, hall: Hall, cashier: Client, amount: str) -> None:
        answer = cashier.post("/counter/take/", fill(hall, hall.first, 1, amount=amount))

        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert hall.payments() == []

    def test_is_closed_to_who_takes_no_money(self, hall: Hall) -> None:
        assert enter("chief").get("/counter/").status_code == HTTPStatus.FORBIDDEN


class TestPayment:
    def take(self, hall: Hall, cashier: Client, bill: Bill | None, fen: int, **changes: str) -> str:
        cashier.post("/counter/take/", fill(hall, bill, fen, **changes))
        return hall.payments()[-1].number

    def test_tells_what_it_settled_and_opens_the_postings(self, hall: Hall, cashier: Client) -> None:
        owed = hall.owed(hall.first)
        number = self.take(hall, cashier, hall.first, owed + 500)

        text = read(enter("chief"), f"/payments/{number}/")

        assert "Late fee 2026-01" in text
        assert "Prepayment" in text
        assert format_yuan(owed + 500) in text
        assert "/ledger/postings/?voucher=" in text

    def test_gives_its_receipt_as_pdf(self, hall: Hall, cashier: Client) -> None:
        number = self.take(hall, cashier, hall.first, 1_000)

        answer = cashier.get(f"/payments/{number}/receipt.pdf")

        assert answer["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")

    def test_is_reversed_today_by_its_cashier(self, hall: Hall, cashier: Client) -> None:
        owed = hall.owed(hall.first)
        number = self.take(hall, cashier, hall.first, 1_000)

        cashier.post(f"/payments/{number}/return/", {"reason": "户号输错"})

        assert hall.owed(hall.first) == owed
        assert "Reversed: not valid" in read(cashier, f"/payments/{number}/receipt/")
        assert [one.amount_fen for one in ShiftEntry.objects.for_actor(hall.utility.actor).order_by("serial")] == [
            1_000,
            -1_000,
        ]

    def test_is_moved_when_another_person_agrees(self, hall: Hall, cashier: Client) -> None:
        number = self.take(hall, cashier, hall.first, 1_000)
        owed = hall.owed(hall.second)
        asked = {"kind": "move", "account": hall.second.account_number, "reason": "户号输错"}
        cashier.post(f"/payments/{number}/ask/", asked)
        wish = PaymentChange.objects.for_actor(hall.utility.actor).get()
        chief = enter("chief")
        assert "户号输错" in read(chief, "/")

        chief.post(f"/payments/{number}/changes/{wish.pk}/", {"decision": "approve"})

        assert hall.owed(hall.second) == owed - 1_000
        assert "Moved to another account" in read(cashier, f"/payments/{number}/")

    def test_of_nobody_waits_and_is_given_to_an_account(self, hall: Hall, cashier: Client) -> None:
        number = self.take(hall, cashier, None, 1_000, summary="无户号")
        owed = hall.owed(hall.first)
        assert number in read(cashier, "/payments/suspense/")
        assert hall.first.account_number in read(cashier, f"/payments/accounts/?account={hall.first.account_number}")

        cashier.post(f"/payments/{number}/assign/", {"account": "x", "chosen": hall.first.account_number})

        assert hall.owed(hall.first) == owed - 1_000
        assert number not in read(cashier, "/payments/suspense/")

    def test_is_found_and_exported_from_the_list(self, hall: Hall, cashier: Client) -> None:
        number = self.take(hall, cashier, hall.first, 1_000)

        found = read(cashier, f"/payments/?q={number}&channel=COUNTER&tender=CASH&state=SETTLED&cashier=cashier")
        none = read(cashier, "/payments/?state=REVERSED")
        file = cashier.post("/lists/payments.payments/export/", {"format": "CSV"})

        assert number in found
        assert number not in none
        assert number in file.getvalue().decode()

    def test_stands_on_the_customers_page(self, hall: Hall, cashier: Client) -> None:
        number = self.take(hall, cashier, hall.first, hall.owed(hall.first))

        money = read(cashier, f"/customers/accounts/{hall.first.account_number}/money/")
        bills = read(cashier, f"/customers/accounts/{hall.first.account_number}/bills/")

        assert number in money
        assert "Nothing is owed" in money
        assert "Paid" in bills
        assert "Overdue" in read(cashier, f"/customers/accounts/{hall.second.account_number}/bills/")


class TestShift:
    def count(self, cashier: Client, hall: Hall, notes: int, explanation: str = "") -> Any:
        address = f"/counter/shifts/{hall.shift().number}/count/"
        return cashier.post(address, {"face_10000": str(notes), "explanation": explanation})

    def test_is_counted_blind_and_told_the_difference_after(self, hall: Hall, cashier: Client) -> None:
        before = read(cashier, f"/counter/shifts/{hall.shift().number}/count/")

        answer = self.count(cashier, hall, 3)

        text = answer.content.decode()
        assert "against the books" not in before
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "+100.00" in text
        assert 'value="3"' in text
        assert hall.shift().state == "OPEN"

    def test_with_a_large_difference_closes_by_another_person(self, hall: Hall, cashier: Client) -> None:
        self.count(cashier, hall, 3, "上一班遗留")
        chief, number = enter("chief"), hall.shift().number
        assert "上一班遗留" in read(chief, "/")
        assert number in read(chief, "/counter/differences/?state=COUNTED&kind=over")
        assert number not in read(chief, "/counter/differences/?kind=short")

        chief.post(f"/counter/shifts/{number}/decide/", {"decision": "approve"})

        assert (hall.shift().state, hall.shift().decided_by) == ("CLOSED", "chief")
        assert "+100.00" in read(cashier, f"/counter/shifts/{number}/")
        voucher = hall.shift().voucher
        assert voucher is not None
        assert voucher.number in read(chief, "/counter/differences/?state=CLOSED")

    def test_hands_its_cash_to_the_bank(self, hall: Hall, cashier: Client) -> None:
        cashier.post("/counter/take/", fill(hall, hall.first, 10_000))
        self.count(cashier, hall, 3)
        address = f"/counter/shifts/{hall.shift().number}/hand-over/"
        today = SystemClock().now().date().isoformat()

        refused = cashier.post(address, {"amount": "100.01", "slip_number": "JC-1", "deposited_on": today})
        cashier.post(address, {"amount": "100.00", "slip_number": "JC-1", "deposited_on": today})

        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "So much cash is not there" in refused.content.decode()
        assert CashDeposit.objects.for_actor(hall.utility.actor).get().amount_fen == 10_000

    def test_lists_slips_for_reconciliation(self, hall: Hall, cashier: Client) -> None:
        cashier.post("/counter/take/", fill(hall, hall.first, 1_000, tender="CARD", slip_number="POS-77"))

        assert "POS-77" in read(cashier, "/counter/slips/?tender=CARD")
        assert "POS-77" not in read(cashier, "/counter/slips/?tender=CHEQUE")
        assert hall.shift().number in read(cashier, "/counter/shifts/?state=OPEN")


class TestCollectivePayer:
    def test_is_found_sees_all_its_bills_and_pays_once(self, hall: Hall) -> None:
        keeper = factory.add_clerk(hall.utility.root, "keeper", ["ledger.keep"])
        payments.add_payer(
            actor=keeper, number="G1", name="城投集团", account_number=hall.first.account_number,
            spread=SpreadRule.OLDEST_FIRST,
        )  # fmt: skip
        payments.add_member(
            actor=keeper, number="G1", account_number=hall.second.account_number, since_date=date(2026, 1, 1)
        )
        cashier = enter("cashier")
        cashier.post("/counter/open/", {"unit": "0", "float_fen": "0"})
        owed = hall.owed(hall.first) + hall.owed(hall.second)

        found = cashier.get("/counter/", {"q": "城投"})
        desk = read(cashier, "/counter/?payer=G1")
        given = {
            "shift": hall.shift().number, "serial": 1, "account": "", "payer": "G1",
            "amount": f"{fen_to_yuan(owed)}", "tender": "CASH", "tendered": "",
        }  # fmt: skip
        answers = [cashier.post("/counter/take/", given) for _press in range(2)]

        assert found["Location"].endswith("?payer=G1")
        assert all(one.account_number in desk for one in (hall.first, hall.second))
        assert format_yuan(owed) in desk
        (payment,) = hall.payments()
        assert {answer.status_code for answer in answers} == {HTTPStatus.FOUND}
        assert (hall.owed(hall.first), hall.owed(hall.second)) == (0, 0)
        receipt = read(cashier, f"/payments/{payment.number}/receipt/")
        assert all(one.account_number in receipt for one in (hall.first, hall.second))
        assert "城投集团" in receipt

    def test_of_nobody_is_not_found(self, hall: Hall) -> None:
        cashier = enter("cashier")
        cashier.post("/counter/open/", {"unit": "0", "float_fen": "0"})

        assert cashier.get("/counter/?payer=G9").status_code == HTTPStatus.NOT_FOUND
        assert cashier.get("/counter/preview/?payer=G9&amount=1").status_code == HTTPStatus.NOT_FOUND
