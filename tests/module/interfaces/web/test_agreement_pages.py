"""Pages of agreements on instalments and of guarantees: proposed by one person, decided by another, shown to both."""

from collections.abc import Callable
from datetime import date, timedelta
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.application.agreements import make_stage_requests
from dianke.domain.billing.models import Bill
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Agreement, Guarantee, Instalment, StagedTerms
from dianke.domain.receivables.queries.debts import list_debts
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor

issued = True
LogIn = Callable[[str], Client]
EVERYBODY = Actor.system("looking at what pages did")
LOOKING = ["payments.view", "archive.view", "billing.view", "ledger.view"]


@pytest.fixture
def asker(office: Office, log_in: LogIn) -> Client:
    factory.add_clerk(office.utility.root, "asker", [*LOOKING, "agreements.propose"])
    return log_in("asker")


@pytest.fixture
def boss(office: Office, log_in: LogIn) -> Client:
    factory.add_clerk(office.utility.root, "boss", [*LOOKING, "agreements.approve", "payments.approve_large"])
    return log_in("boss")


@pytest.fixture
def account(office: Office) -> CustomerAccount:
    bill = Bill.objects.for_actor(office.utility.actor).filter(amount_fen__gt=0).order_by("id")[0]
    account: CustomerAccount = CustomerAccount.objects.for_actor(office.utility.actor).get(pk=bill.account_id)
    return account


def get_today() -> date:
    return to_shanghai(SystemClock().now()).date()


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK
    return str(answer.content.decode())


def fill_in(account: CustomerAccount, **changed: str) -> dict[str, object]:
    [debt] = list_debts(actor=EVERYBODY, customer_account_ids=[account.pk], on=get_today())[account.pk]
    given: dict[str, object] = {
        "items": [str(debt.item_id)],
        "count": "2",
        "first": (get_today() + timedelta(days=20)).isoformat(),
        "every_months": "1",
        "late_fees": "FROZEN",
        "signed_on": get_today().isoformat(),
        "guarantee": "",
        "reason": "经营困难",
    }
    return given | changed


def list_rows(page: str) -> dict[str, str]:
    """Return the fields of the plan as a browser would send them back."""
    found = {}
    for tag in page.split("<input")[1:]:
        fields = dict(part.split("=", 1) for part in tag.split(">")[0].split() if "=" in part)
        name = fields.get("name", "").strip('"')
        if name.startswith("p") and name.endswith(("-due", "-amount")):
            found[name] = fields["value"].strip('"')
    return found


def propose(asker: Client, account: CustomerAccount) -> Agreement:
    address = f"/agreements/new/{account.number}/"
    drawn = asker.post(address, fill_in(account) | {"step": "preview"})
    rows = list_rows(drawn.content.decode())
    answer = asker.post(address, fill_in(account) | rows | {"step": "propose"})
    assert answer.status_code == HTTPStatus.FOUND
    found: Agreement = Agreement.objects.for_actor(EVERYBODY).get()
    return found


def test_a_plan_is_drawn_proposed_and_approved_by_another(
    asker: Client, boss: Client, account: CustomerAccount
) -> None:
    agreement = propose(asker, account)
    parts = list(Instalment.objects.for_actor(EVERYBODY).order_by("number").values_list("amount_fen", flat=True))
    assert (len(parts), sum(parts)) == (2, agreement.amount_fen)
    assert 'id="approve"' not in read(asker, f"/agreements/{agreement.pk}/")

    boss.post(f"/agreements/{agreement.pk}/decide/", {"decision": "approve"})

    agreement.refresh_from_db()
    assert (agreement.state, agreement.decided_by) == ("IN_FORCE", "boss")
    assert agreement.number in read(boss, f"/customers/accounts/{account.number}/money/")
    assert agreement.number in read(boss, "/agreements/?state=IN_FORCE&instalment=SOON") or agreement.number in read(
        boss, "/agreements/?state=IN_FORCE"
    )
    assert agreement.number not in read(boss, "/agreements/?instalment=LATE")
    paper = boss.get(f"/agreements/{agreement.pk}/paper/")
    assert paper["Content-Type"] == "application/pdf"


def test_a_plan_that_does_not_add_up_is_said_and_nothing_is_kept(asker: Client, account: CustomerAccount) -> None:
    day = get_today() + timedelta(days=20)
    rows = {"p0-due": day.isoformat(), "p0-amount": "0.01", "step": "propose"}

    answer = asker.post(f"/agreements/new/{account.number}/", fill_in(account) | rows)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "wrong-text" in answer.content.decode()
    assert Agreement.objects.for_actor(EVERYBODY).count() == 0


def test_an_early_end_is_asked_for_and_approved_by_another(
    asker: Client, boss: Client, account: CustomerAccount
) -> None:
    agreement = propose(asker, account)
    boss.post(f"/agreements/{agreement.pk}/decide/", {"decision": "approve"})

    asker.post(f"/agreements/{agreement.pk}/end/", {"reason": "一次结清"})
    boss.post(f"/agreements/{agreement.pk}/end/decide/", {"decision": "refuse"})
    asker.post(f"/agreements/{agreement.pk}/end/", {"reason": "一次结清"})
    boss.post(f"/agreements/{agreement.pk}/end/decide/", {"decision": "approve"})

    agreement.refresh_from_db()
    assert (agreement.state, agreement.end_decided_by) == ("ENDED", "boss")
    assert "一次结清" in read(asker, f"/agreements/{agreement.pk}/")


def record(asker: Client, account: CustomerAccount, **changed: str) -> Guarantee:
    given = {
        "kind": "BANK",
        "guarantor": "某银行",
        "reference": "BH-1",
        "amount": "1000.00",
        "valid_from": get_today().isoformat(),
        "valid_until": (get_today() + timedelta(days=10)).isoformat(),
        "paper": SimpleUploadedFile("保函.txt", "保函".encode()),
    }
    answer = asker.post(f"/agreements/guarantees/new/{account.number}/", given | changed)
    assert answer.status_code == HTTPStatus.FOUND
    found: Guarantee = Guarantee.objects.for_actor(EVERYBODY).get()
    return found


def test_a_guarantee_is_recorded_with_its_paper_alarms_and_is_called_by_two_persons(
    asker: Client, boss: Client, account: CustomerAccount
) -> None:
    guarantee = record(asker, account)
    assert guarantee.number in read(boss, "/agreements/guarantees/?state=SOON")
    assert guarantee.number not in read(boss, "/agreements/guarantees/?state=OVER")
    assert guarantee.number in read(boss, f"/customers/accounts/{account.number}/money/")
    paper = guarantee.papers.for_actor(EVERYBODY).get()
    assert boss.get(f"/agreements/guarantees/papers/{paper.pk}/").content.decode() == "保函"

    asker.post(f"/agreements/guarantees/{guarantee.pk}/ask/", {"to": "RELEASED", "reason": "已还清"})
    boss.post(f"/agreements/guarantees/{guarantee.pk}/decide/", {"decision": "refuse"})
    asker.post(f"/agreements/guarantees/{guarantee.pk}/ask/", {"to": "CALLED", "reason": "逾期未缴"})
    assert 'id="approve"' not in read(asker, f"/agreements/guarantees/{guarantee.pk}/")
    boss.post(f"/agreements/guarantees/{guarantee.pk}/decide/", {"decision": "approve"})

    guarantee.refresh_from_db()
    assert (guarantee.state, guarantee.decided_by) == ("CALLED", "boss")
    assert guarantee.number in read(boss, "/agreements/guarantees/?state=CALLED")


def test_a_guarantee_whose_day_is_over_is_not_taken(asker: Client, account: CustomerAccount) -> None:
    day = (get_today() - timedelta(days=1)).isoformat()
    given = {
        "kind": "BANK", "guarantor": "某银行", "reference": "BH-1", "amount": "1000.00", "valid_from": day,
        "valid_until": day, "paper": SimpleUploadedFile("保函.txt", "保函".encode()),
    }  # fmt: skip

    answer = asker.post(f"/agreements/guarantees/new/{account.number}/", given)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert Guarantee.objects.for_actor(EVERYBODY).count() == 0


def test_staged_settlement_is_proposed_and_approved_by_another(
    asker: Client, boss: Client, account: CustomerAccount
) -> None:
    address = f"/agreements/stages/{account.number}/"
    month = get_today().strftime("%Y-%m")
    given = {
        "from_month": month,
        "days": "1,28",
        "basis": "AGREED",
        "coefficient": "1",
        "agreed": "100.01",
        "reason": "x",
    }
    assert asker.post(f"{address}propose/", given | {"days": "x"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert asker.post(f"{address}propose/", given).status_code == HTTPStatus.FOUND
    terms = StagedTerms.objects.for_actor(EVERYBODY).get()
    assert 'id="approve"' not in read(asker, address)

    boss.post(f"/agreements/stages/decide/{terms.pk}/", {"decision": "approve"})
    make_stage_requests(actor=EVERYBODY, at=SystemClock().now())

    page = read(boss, address)
    assert "50.00" in page
    assert "50.01" in page
    assert account.number in read(boss, f"/agreements/stages/?month={month}")
    assert account.number not in read(boss, "/agreements/stages/?state=PAID")
