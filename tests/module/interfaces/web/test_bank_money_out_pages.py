"""Pages of money that left, of matches that were wrong, and of the balance of an account."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests.factories import banks
from tests.factories import utility as factory
from tests.factories.bank_files import write_camt, write_entry
from tests.factories.banks import ANSWERED_AT, Office

from dianke.domain.channels.models import MatchUndo, ReconciliationDay, StatementEntry
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
EVERYBODY = Actor.system("looking at what pages did")
DAY = "2026-02-06"
LogIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def now() -> Any:
    with time_machine.travel(ANSWERED_AT, tick=False):
        yield


@pytest.fixture
def bank_office(settings: Any, tmp_path: Path) -> Office:
    settings.DATA_DIR = tmp_path
    office = banks.build_office(mandates=2)
    factory.add_clerk(office.utility.root, "boss", ["payments.view", "payments.approve"])
    return office


@pytest.fixture
def log_in(bank_office: Office) -> LogIn:
    def enter(login: str) -> Client:
        client = Client()
        client.post("/login/", {"login": login, "password": "correct horse battery"})
        return client

    return enter


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK, address
    return str(answer.content.decode())


def load(office: Office) -> tuple[StatementEntry, StatementEntry, StatementEntry]:
    came, left, fee = banks.load(
        office,
        write_camt(
            [
                write_entry("IN-000001", "900.00", text=office.accounts[0].number, day=DAY),
                write_entry("OUT-00001", "900.00", way="DBIT", name="某人", text="划出", day=DAY),
                write_entry("F1", "3.00", way="DBIT", text="手续费", day=DAY),
            ],
            opening="10.00", closing="7.00",
        ),
    )  # fmt: skip
    return came, left, fee


@pytest.mark.parametrize(
    ("act", "value", "state"),
    [("transfer", "IN-000001", "RETURNED"), ("fee", "", "CHARGED"), ("aside", "归集", "ELSEWHERE")],
)
def test_money_that_left_is_explained(bank_office: Office, log_in: LogIn, act: str, value: str, state: str) -> None:
    _came, left, _fee = load(bank_office)
    maker = log_in("maker")
    page = f"/bank/statements/{left.pk}/"
    assert "退汇" in read(maker, page)
    assert "OUT-00001" in read(maker, "/")

    maker.post(f"{page}decide/", {"act": act, "value": value})

    left.refresh_from_db()
    assert left.state == state


@pytest.mark.parametrize(
    ("act", "value", "told"),
    [("transfer", "IN-9", "没有该流水号"), ("claim", "SQ-000009", "没有同金额"), ("bounce", "1", "没有该号码")],
)
def test_what_does_not_fit_is_refused_with_why(
    bank_office: Office, log_in: LogIn, act: str, value: str, told: str
) -> None:
    _came, left, _fee = load(bank_office)

    answer = log_in("maker").post(f"/bank/statements/{left.pk}/decide/", {"act": act, "value": value}, follow=True)

    assert told in answer.content.decode()
    left.refresh_from_db()
    assert left.state == "SUSPENSE"


def test_a_wrong_match_is_undone_by_two_persons(bank_office: Office, log_in: LogIn) -> None:
    came, _left, _fee = load(bank_office)
    maker, boss = log_in("maker"), log_in("boss")
    page = f"/bank/statements/{came.pk}/"
    assert "申请撤销" in read(maker, page)
    assert "申请撤销" not in read(boss, page)

    maker.post(f"{page}undo/", {"reason": "户号看错"})

    wish = MatchUndo.objects.for_actor(EVERYBODY).get()
    assert "户号看错" in read(boss, "/")
    assert "撤回申请" in read(maker, page)
    decide = f"/bank/statements/undo/{wish.pk}/decide/"
    assert maker.post(decide, {"decision": "approve"}).status_code == HTTPStatus.FORBIDDEN
    boss.post(decide, {"decision": "refuse"})
    wish.refresh_from_db()
    assert wish.state == "ASKED"
    boss.post(decide, {"decision": "approve"})
    came.refresh_from_db()
    assert came.state == "SUSPENSE"
    wish.refresh_from_db()
    assert wish.state == "APPROVED"


def test_a_wish_is_taken_back_by_who_asked(bank_office: Office, log_in: LogIn) -> None:
    came, _left, _fee = load(bank_office)
    maker = log_in("maker")
    maker.post(f"/bank/statements/{came.pk}/undo/", {"reason": "看错"})
    wish = MatchUndo.objects.for_actor(EVERYBODY).get()

    maker.post(f"/bank/statements/undo/{wish.pk}/withdraw/")

    wish.refresh_from_db()
    assert wish.state == "WITHDRAWN"
    assert maker.post("/bank/statements/undo/999/withdraw/").status_code == HTTPStatus.NOT_FOUND
    maker.post(f"/bank/statements/{came.pk}/undo/", {"reason": ""})
    assert MatchUndo.objects.for_actor(EVERYBODY).count() == 1


def test_the_balance_is_shown_exported_and_kept_as_work(bank_office: Office, log_in: LogIn) -> None:
    maker = log_in("maker")
    assert "没有载明余额" in read(maker, "/bank/balance/")
    batch = banks.send_batch(bank_office)[0]
    banks.book(bank_office, banks.bring(bank_office, banks.answer(bank_office, batch)))
    load(bank_office)

    page = read(maker, "/bank/balance/")
    assert batch.number in page
    assert "调节相符" in page
    export = maker.post(f"/bank/balance/export/?bank=102&day={DAY}", {"format": "CSV"})
    text = b"".join(export.streaming_content) if export.streaming else export.content
    assert batch.number in text.decode("utf-8-sig")

    maker.post(f"/bank/balance/compare/?bank=102&day={DAY}")
    day = ReconciliationDay.objects.for_actor(EVERYBODY).get()
    assert (day.channel, day.ours_fen, day.theirs_fen) == ("BALANCE", batch.amount_fen - 3_00, -3_00)
    assert batch.number in read(maker, f"/bank/reconciliation/{day.pk}/")
    assert "银行余额" in read(maker, "/bank/reconciliation/")
    assert maker.get("/bank/balance/?bank=999").status_code == HTTPStatus.NOT_FOUND
    assert maker.post("/bank/balance/compare/?bank=999").status_code == HTTPStatus.NOT_FOUND
