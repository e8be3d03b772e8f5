"""Pages of waivers, refunds, deposits and terms of payment: asked by one person, decided by another, shown to both."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus

import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.domain.billing.models import AccountTerms, Bill
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Claim
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor

issued = True
LogIn = Callable[[str], Client]
EVERYBODY = Actor.system("looking at what pages did")
LOOKING = ["payments.view", "archive.view", "billing.view", "ledger.view"]


@pytest.fixture
def asker(office: Office, log_in: LogIn) -> Client:
    factory.add_clerk(office.utility.root, "asker", [*LOOKING, "payments.ask"])
    return log_in("asker")


@pytest.fixture
def boss(office: Office, log_in: LogIn) -> Client:
    factory.add_clerk(office.utility.root, "boss", [*LOOKING, "payments.approve"])
    return log_in("boss")


@pytest.fixture
def account(office: Office) -> CustomerAccount:
    bill = Bill.objects.for_actor(office.utility.actor).filter(amount_fen__gt=0).order_by("id")[0]
    account: CustomerAccount = CustomerAccount.objects.for_actor(office.utility.actor).get(pk=bill.account_id)
    return account


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK
    return str(answer.content.decode())


def ask_deposit(asker: Client, account: CustomerAccount, **changed: str) -> Claim:
    given = {"kind": "DEPOSIT_TAKEN", "amount": "800.50", "received_reference": "R-77", "money_reason": "临时用电"}
    answer = asker.post(f"/claims/accounts/{account.number}/money/", given | changed)
    assert answer.status_code == HTTPStatus.FOUND
    claim: Claim = Claim.objects.for_actor(EVERYBODY).order_by("-id")[0]
    return claim


def test_a_deposit_is_asked_for_approved_by_another_and_given_back(
    office: Office, asker: Client, boss: Client, account: CustomerAccount
) -> None:
    taken = ask_deposit(asker, account)
    assert "2241.02" in read(boss, f"/claims/{taken.pk}/")
    boss.post(f"/claims/{taken.pk}/decide/", {"decision": "approve"})
    back = ask_deposit(asker, account, kind="DEPOSIT_RETURN", amount="300.50")
    boss.post(f"/claims/{back.pk}/decide/", {"decision": "approve"})
    today = to_shanghai(SystemClock().now()).date()
    asker.post(f"/claims/{back.pk}/pay/", {"reference": "B-1", "paid_on": today.isoformat()})

    taken.refresh_from_db()
    back.refresh_from_db()
    assert (taken.state, back.state, back.paid_reference) == ("APPROVED", "PAID", "B-1")
    page = read(asker, f"/claims/accounts/{account.number}/")
    assert "500.00" in page
    assert taken.number in page
    assert "JZ-" in read(boss, f"/claims/{back.pk}/")


def test_who_asked_sees_no_way_to_approve_and_is_refused_one(
    asker: Client, boss: Client, account: CustomerAccount
) -> None:
    claim = ask_deposit(asker, account)

    assert 'id="approve"' not in read(asker, f"/claims/{claim.pk}/")
    assert asker.post(f"/claims/{claim.pk}/decide/", {"decision": "approve"}).status_code == HTTPStatus.FORBIDDEN
    assert 'id="approve"' in read(boss, f"/claims/{claim.pk}/")
    claim.refresh_from_db()
    assert claim.state == "ASKED"


def test_what_cannot_be_asked_for_is_said_beside_its_field(asker: Client, account: CustomerAccount) -> None:
    given = {"kind": "REFUND", "amount": "1.00", "money_reason": "退费"}
    answer = asker.post(f"/claims/accounts/{account.number}/money/", given)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "预收" in answer.content.decode()
    assert not Claim.objects.for_actor(EVERYBODY).exists()


def test_late_fees_of_an_overdue_bill_are_waived(asker: Client, boss: Client, account: CustomerAccount) -> None:
    bill = Bill.objects.for_actor(EVERYBODY).filter(account_id=account.pk).order_by("id")[0]
    assert bill.due_date is not None
    assert bill.number in read(asker, f"/claims/accounts/{account.number}/")

    answer = asker.post(f"/claims/accounts/{account.number}/waiver/", {f"i-{bill.pk}": "1.25", "reason": "系统故障"})
    claim = Claim.objects.for_actor(EVERYBODY).get()
    boss.post(f"/claims/{claim.pk}/decide/", {"decision": "approve", "reason": "属实"})

    claim.refresh_from_db()
    assert (answer.status_code, claim.amount_fen, claim.state) == (HTTPStatus.FOUND, 125, "APPROVED")
    assert bill.number in read(boss, f"/claims/{claim.pk}/")


def test_the_list_finds_claims_by_kind_state_and_customer(
    asker: Client, boss: Client, account: CustomerAccount
) -> None:
    claim = ask_deposit(asker, account)

    assert claim.number in read(boss, "/claims/")
    assert claim.number in read(boss, f"/claims/?kind=DEPOSIT_TAKEN&state=ASKED&q={account.number}")
    assert claim.number not in read(boss, "/claims/?kind=REFUND")


def test_terms_of_an_account_are_proposed_and_approved(
    office: Office, asker: Client, boss: Client, account: CustomerAccount
) -> None:
    start = to_shanghai(SystemClock().now()).date()
    given = {
        "start": start.isoformat(), "due_rule": "DAY_OF_MONTH", "due_value": "25", "late_fee_rate": "1.5",
        "contract": "HT-2026-8", "allocation_order": "PRINCIPAL_FIRST", "reason": "合同约定",
    }  # fmt: skip
    refused = asker.post(f"/claims/terms/{account.number}/propose/", given | {"late_fee_rate": "3.1"})
    asker.post(f"/claims/terms/{account.number}/propose/", given)
    terms = AccountTerms.objects.for_actor(office.utility.actor).get()
    assert 'id="approve"' not in read(asker, f"/claims/terms/{account.number}/")
    assert 'id="approve"' in read(boss, f"/claims/terms/{account.number}/")

    boss.post(f"/claims/terms/decide/{terms.pk}/", {"decision": "approve"})

    terms.refresh_from_db()
    assert (refused.status_code, terms.state, terms.due_value) == (HTTPStatus.UNPROCESSABLE_ENTITY, "APPROVED", 25)
    assert "1.5 ‰" in read(asker, f"/claims/terms/{account.number}/")


def test_the_bill_says_until_when_it_is_paid_without_a_fee(boss: Client, account: CustomerAccount) -> None:
    bill = Bill.objects.for_actor(EVERYBODY).filter(account_id=account.pk).order_by("id")[0]

    page = read(boss, f"/billing/bills/{bill.pk}/")

    assert bill.due_date == date(2026, 2, 16)
    assert "2026-02-16" in page
