"""Pages of the books: figures open into their postings and bills; closing and accounts take two persons."""

import json
from collections.abc import Callable
from datetime import date
from http import HTTPStatus

import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.domain.billing.models import Bill
from dianke.domain.receivables.models import AccountingPeriod, LedgerAccount, Posting, Voucher
from dianke.platform.org import operations as org
from dianke.platform.org.types import UnitKind

issued = True
LogIn = Callable[[str], Client]


@pytest.fixture
def keeper(office: Office, log_in: LogIn) -> Client:
    factory.add_clerk(
        office.utility.root, "keeper", ["ledger.view", "ledger.keep", "billing.view", "archive.view", "archive.export"]
    )
    return log_in("keeper")


@pytest.fixture
def controller(office: Office, log_in: LogIn) -> Client:
    factory.add_clerk(office.utility.root, "controller", ["ledger.view", "ledger.approve"])
    return log_in("controller")


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK
    return str(answer.content.decode())


def get_voucher(office: Office) -> Voucher:
    return Voucher.objects.for_actor(office.utility.actor).order_by("id").first()


def test_trial_balance_leads_from_a_figure_to_the_bill(office: Office, keeper: Client) -> None:
    bill = Bill.objects.for_actor(office.utility.actor).order_by("-amount_fen").first()

    balance = read(keeper, "/ledger/?level=3")
    postings = read(keeper, "/ledger/postings/?account=1122.01&month=2026-02&side=DEBIT")

    assert "借贷平衡" in balance
    assert "account=1122.01.01&amp;month=2026-02&amp;side=DEBIT" in balance
    assert f"/billing/bills/{bill.pk}/" in postings
    assert bill.number in postings


def test_a_sum_leads_to_its_voucher_and_from_there_to_the_bills(office: Office, keeper: Client) -> None:
    voucher = get_voucher(office)

    postings = read(keeper, "/ledger/postings/?account=6001")
    page = read(keeper, f"/ledger/vouchers/{voucher.number}/")
    behind = read(keeper, f"/ledger/postings/?voucher={voucher.number}&account=1122.01.01")

    assert f"/ledger/vouchers/{voucher.number}/" in postings
    assert "记账凭证" in page
    assert "/billing/bills/" in behind


@pytest.mark.parametrize("address", ["/ledger/receivables/", "/ledger/funds/", "/ledger/closing/", "/ledger/accounts/"])
def test_reports_are_shown(keeper: Client, address: str) -> None:
    assert "data-rows" in read(keeper, address)


@pytest.mark.parametrize("address", ["/ledger/export/", "/ledger/reports/receivables/export/"])
def test_reports_are_given_out_as_csv(keeper: Client, address: str) -> None:
    answer = keeper.post(address, {"format": "CSV"})

    assert "1122.01.01" in b"".join(answer).decode("utf-8-sig")


def test_vouchers_go_to_the_finance_system(office: Office, keeper: Client) -> None:
    answer = keeper.post("/ledger/vouchers/export/", {"month": "2026-02", "format": "JSON"})

    (voucher,) = json.loads(answer.getvalue())["vouchers"]
    assert voucher["voucher"] == get_voucher(office).number
    assert {"1122.01.01", "6001.01.01"} <= {line["account_code"] for line in voucher["lines"]}


def test_a_day_is_closed_and_reopened_by_two(office: Office, keeper: Client, controller: Client) -> None:
    keeper.post("/ledger/closing/day/", {"day": "2026-02-01"})
    asked = keeper.post(
        "/ledger/closing/reopen/", {"kind": "DAY", "day": "2026-02-01", "reason": "漏记一笔"}, follow=True
    )
    period = AccountingPeriod.objects.for_actor(office.utility.actor).get()
    wish = period.reopenings.for_actor(office.utility.actor).get()
    before = period.state

    shown = read(controller, "/ledger/closing/?month=2026-02")
    controller.post(f"/ledger/closing/reopen/{wish.pk}/", {"decision": "approve"})

    period.refresh_from_db()
    assert "待另一人审批" in asked.content.decode()
    assert f"/ledger/closing/reopen/{wish.pk}/" in shown
    assert (before, period.state) == ("CLOSED", "REOPENED")


def test_a_refusal_is_told_in_words(keeper: Client) -> None:
    answer = keeper.post("/ledger/closing/month/", {"month": "2026-02"}, follow=True)

    assert "本月还有日期未日结。" in answer.content.decode()


def test_an_account_is_asked_for_and_approved_by_another(office: Office, keeper: Client, controller: Client) -> None:
    given = {"code": "1122.01.01.01", "name": "专变居民", "unit": office.utility.root.code,
             "since_date": "2026-03-01", "reason": "分开核算"}  # fmt: skip
    refused = keeper.post("/ledger/accounts/new/", {**given, "code": "1122.09"})

    keeper.post("/ledger/accounts/new/", given)
    own = read(keeper, "/ledger/accounts/")
    controller.post("/ledger/accounts/1122.01.01.01/decide/", {"decision": "approve"})

    account = LedgerAccount.objects.for_actor(office.utility.actor).get(code="1122.01.01.01")
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "/decide/" not in own
    assert (account.state, account.decided_by, account.since_date) == ("IN_USE", "controller", date(2026, 3, 1))


def test_a_voucher_of_another_unit_is_not_found(office: Office, log_in: LogIn) -> None:
    branch = org.add_unit(code="B", name="分公司", kind=UnitKind.BRANCH, parent=office.utility.root)
    factory.add_clerk(branch, "away", ["ledger.view"])
    away = log_in("away")

    assert away.get(f"/ledger/vouchers/{get_voucher(office).number}/").status_code == HTTPStatus.NOT_FOUND
    assert Posting.objects.for_actor(office.utility.actor).exists()
    assert "尚未记账" in read(away, "/ledger/")
