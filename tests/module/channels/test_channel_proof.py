"""Each proof of channels, claims and write-offs sees what was broken on purpose, and names it."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.factories import acquirers as factory
from tests.factories.acquirers import NOW, Office
from tests.factories.once import built_once, fresh
from tests.factories.paid import get_sums, look_at
from tests.module.channels.test_cards_and_cheques import NEXT, Counter, add_terminal

from dianke.application import bank_channels, claims, counter, ledger
from dianke.domain.channels.models import StatementEntry
from dianke.domain.collection.models import BadWriteOff
from dianke.domain.receivables.models import Claim
from dianke.domain.receivables.operations.claims import NewClaim
from dianke.domain.receivables.types import ClaimKind, Tender
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("proving the books")
CHEQUE = "30204471"
_built = built_once(factory.build_office)


class Hall(Counter):
    """A counter with who approves and a refund that waits to be paid out."""

    boss: Actor
    claim: Claim


@pytest.fixture
def hall(_built: Office, settings: Any, tmp_path: Path) -> Hall:
    """Cash in a drawer and at the bank, a card that was settled, a cheque that was credited, a refund to be paid."""
    settings.DATA_DIR = tmp_path
    hall = Hall(fresh(_built))
    add_terminal(hall)
    hall.take(500_00, Tender.CARD, "000101")
    hall.take(120_00, Tender.CHEQUE, CHEQUE)
    hall.take(2000_00, Tender.CASH, "")
    counter.hand_over_cash(actor=hall.cashier, shift_number=hall.shift.number, amount_fen=1500_00,
                           slip_number="JK-0001", deposited_on=NOW.date(), at=NOW)  # fmt: skip
    hall.load(
        f"B1,{NEXT.date()},497.00,,银联商务,刷卡结算 898440101230077",
        f"B2,{NEXT.date()},120.00,,工商银行,支票 {CHEQUE}",
        f"B3,{NEXT.date()},1500.00,,本单位,缴存 JK-0001",
    )
    root = hall.office.utility.root
    hall.boss = factory.factory.add_clerk(root, "boss", ["payments.approve", "payments.approve_large"])
    claim = claims.ask_claim(
        actor=hall.cashier, account_number=hall.office.accounts[0].number,
        new=NewClaim(kind=ClaimKind.REFUND, amount_fen=10_00), reason="退费", at=NEXT,
    )  # fmt: skip
    hall.claim = claims.approve_claim(actor=hall.boss, claim_id=claim.pk, at=NEXT)
    return hall


def list_faults() -> dict[str, str]:
    """Return the first fault of each proof that found one."""
    return {one.name: one.first_fault for one in ledger.check_books(actor=SYSTEM) if one.faults}


def find_entry(reference: str) -> StatementEntry:
    found: StatementEntry = StatementEntry.objects.for_actor(SYSTEM).get(reference=reference)
    return found


def undo(hall: Hall, reference: str) -> StatementEntry:
    wish = bank_channels.ask_undo(actor=hall.office.maker, key=find_entry(reference).pk, reason="认错", at=NEXT)
    bank_channels.approve_undo(actor=hall.boss, key=wish.pk, at=NEXT)
    return find_entry(reference)


def test_books_that_are_right_have_no_fault(hall: Hall) -> None:
    assert [find_entry(one).state for one in ("B1", "B2", "B3")] == ["CLEARED", "HONOURED", "DEPOSITED"]
    assert list_faults() == {}


@pytest.mark.parametrize(
    ("statement", "proof", "told"),
    [
        ("update channels_shiftentry set amount_fen = amount_fen + 1 where tender = 'CASH'",
         "cash is in drawers or went to the bank", "drawers and slips say 50001"),
        ("update channels_cashdeposit set amount_fen = amount_fen + 1",
         "cash is in drawers or went to the bank", "drawers and slips say 49999"),
        ("update channels_shift set state = 'CLOSED', difference_fen = 5",
         "cash is in drawers or went to the bank", "a difference of 5 fen without a voucher"),
        ("update channels_shiftentry set amount_fen = amount_fen + 1 where tender = 'CHEQUE'",
         "cheques are under way or credited", "counters and the bank say 1"),
        ("update channels_chequeclearing set undone_voucher_id = voucher_id",
         "cheques are under way or credited", "counters and the bank say 12000"),
        ("update channels_acquirersettlement set gross_fen = gross_fen - 7",
         "money under way is what is not settled", "50000 were taken and 49993 settled"),
        ("update receivables_payment set amount_fen = amount_fen + 1 where tender = 'CARD'",
         "money under way is what is not settled", "50001 were taken"),
        ("update channels_cashdeposit set voucher_id = 1",
         "slips, counts and settlements are booked", "slip JK-0001: its voucher is missing"),
        ("update channels_acquirersettlement set gross_fen = gross_fen - 7",
         "slips, counts and settlements are booked", "of 49993 fen, its voucher says 50000"),
        ("update channels_chequeclearing set voucher_id = (select voucher_id from channels_cashdeposit)",
         "slips, counts and settlements are booked", "of another kind"),
        ("update channels_statemententry set amount_fen = amount_fen + 1 where reference = 'B1'",
         "the bank's account is explained", "booking B1: of 49701 fen, in the books with 49700"),
        ("update channels_cashdeposit set voucher_id = 1",
         "the bank's account is explained", "150000 fen at the bank that nothing explains"),
        ("update receivables_claim set amount_fen = amount_fen + 1",
         "what is owed back was approved", "1000 fen owed back in the books, approved and not paid out are 1001"),
        ("update receivables_claim set state = 'REFUSED'",
         "what is owed back was approved", "approved and not paid out are 0"),
        ("update receivables_claim set voucher_id = null",
         "claims are in their vouchers", "its voucher is missing"),
        ("update receivables_claim set amount_fen = amount_fen + 1",
         "claims are in their vouchers", "of 1001 fen, its voucher says 1000"),
        ("update receivables_claim set state = 'REFUSED'",
         "claims are in their vouchers", "booked without being approved"),
    ],
)  # fmt: skip
def test_what_is_broken_is_named(hall: Hall, statement: str, proof: str, told: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)

    assert told in list_faults().get(proof, "")


class TestUndone:
    """Matches of settlements, cheques and cash are undone, found anew, and the books prove it at every step."""

    def test_settlement(self, hall: Hall) -> None:
        entry = undo(hall, "B1")

        assert (entry.state, get_sums()["1012.02"], get_sums().get("6603.01", 0)) == ("SUSPENSE", 500_00, 0)
        assert list_faults() == {}
        bank_channels.clear_entry(actor=hall.office.maker, key=entry.pk, acquirer_code="POS1",
                                  first_day=NOW.date(), last_day=NOW.date(), fee_fen=3_00, at=NEXT)  # fmt: skip
        assert list_faults() == {}
        undo(hall, "B1")
        assert list_faults() == {}

    def test_cheque(self, hall: Hall) -> None:
        entry = undo(hall, "B2")

        assert (entry.state, get_sums()["1012.01"]) == ("SUSPENSE", 120_00)
        assert list_faults() == {}
        bank_channels.match_cheque(actor=hall.office.maker, key=entry.pk, number=CHEQUE, at=NEXT)
        assert list_faults() == {}
        undo(hall, "B2")
        assert list_faults() == {}

    def test_cash_of_a_counter(self, hall: Hall) -> None:
        entry = undo(hall, "B3")

        assert (entry.state, get_sums()["2241.03"]) == ("SUSPENSE", -1500_00)
        assert list_faults() == {}
        bank_channels.match_deposit(actor=hall.office.maker, key=entry.pk, slip_number="JK-0001", at=NEXT)
        assert list_faults() == {}


def test_a_cheque_that_bounces_after_it_was_credited_is_owed_again(hall: Hall) -> None:
    owed = look_at(hall.office.utility, hall.office.accounts[0], NEXT.date()).prepaid_fen
    hall.load(f"B4,{NEXT.date()},,120.00,工商银行,退票 {CHEQUE}")

    entry = find_entry("B4")
    assert (entry.state, entry.target) == ("BOUNCED", CHEQUE)
    assert "1012.01" not in get_sums()
    assert look_at(hall.office.utility, hall.office.accounts[0], NEXT.date()).prepaid_fen == owed - 120_00
    assert list_faults() == {}


def test_a_write_off_that_is_not_what_was_decided_is_named(hall: Hall) -> None:
    row = BadWriteOff(
        unit=hall.office.utility.root, account=hall.office.accounts[0], kind="BANKRUPT", reason="破产", state="BOOKED",
        amount_fen=1, level="BRANCH", proposed_by="a", proposed_at=NOW, decided_by="b", voucher_id=1,
    )  # fmt: skip
    row.save()

    assert list_faults() == {"write-offs are in their vouchers": f"{row.number}: its voucher is missing"}
