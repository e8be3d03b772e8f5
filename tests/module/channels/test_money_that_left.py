"""Money that left the bank: given back, paid out, bounced, a fee; what nobody knows waits in the books."""

from datetime import timedelta

import pytest
from tests.factories import banks
from tests.factories import utility as factory
from tests.factories.bank_files import write_camt, write_entry
from tests.factories.banks import ANSWERED_AT, PAID_ON, Office
from tests.factories.paid import get_sums

from dianke.application import bank_channels, claims, ledger
from dianke.domain.channels.models import StatementEntry
from dianke.domain.channels.operations.statements import EntryOutOfState
from dianke.domain.receivables.models import Claim, Posting
from dianke.domain.receivables.operations.claims import NewClaim
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.receivables.types import ClaimKind
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
DAY = f"{PAID_ON:%Y-%m-%d}"
BEFORE = ANSWERED_AT - timedelta(hours=10)


@pytest.fixture
def office() -> Office:
    return banks.build_office(mandates=2)


def load(office: Office, *entries: str, fen: int, opening: str = "0.00") -> list[StatementEntry]:
    """Load a statement that ends with an amount, and return all bookings of the account."""
    return banks.load(office, write_camt(entries, opening=opening, closing=f"{fen // 100}.{fen % 100:02d}"))


def list_faults() -> list[str]:
    found = ledger.check_books(actor=Actor.system("proving the books"))
    return [one.first_fault for one in found if one.faults]


def owe(office: Office, place: int) -> int:
    account = office.accounts[place]
    return get_position(actor=office.utility.actor, customer_account_id=account.pk, on=PAID_ON).owed_fen


def ask_refund(office: Office, place: int, fen: int, kind: ClaimKind = ClaimKind.REFUND, received: str = "") -> Claim:
    """Return a claim that was approved."""
    asker = factory.add_clerk(office.utility.root, "asker", ["payments.ask"])
    boss = factory.add_clerk(office.utility.root, "boss", ["payments.approve", "payments.approve_large"])
    new = NewClaim(kind=kind, amount_fen=fen, received_reference=received)
    asked = claims.ask_claim(
        actor=asker, account_number=office.accounts[place].number, new=new, reason="申请", at=BEFORE
    )
    return claims.approve_claim(actor=boss, claim_id=asked.pk, at=BEFORE)


class TestByRule:
    def test_a_transfer_that_is_given_back_is_owed_again(self, office: Office) -> None:
        owed = owe(office, 0)

        came, back = load(
            office,
            write_entry("IN-000001", "5000.00", text=office.accounts[0].number, day=DAY),
            write_entry("OUT-00001", "5000.00", way="DBIT", text="退汇 IN-000001", day=DAY),
            fen=0,
        )

        assert [(one.state, one.target) for one in (came, back)] == [
            ("RETURNED", office.accounts[0].number), ("RETURNED", "IN-000001"),
        ]  # fmt: skip
        assert owe(office, 0) == owed
        assert get_sums().get("1002.01", 0) == 0
        assert list_faults() == []

    def test_a_transfer_of_another_amount_waits(self, office: Office) -> None:
        _came, back = load(
            office,
            write_entry("IN-000001", "5000.00", text=office.accounts[0].number, day=DAY),
            write_entry("OUT-00001", "4000.00", way="DBIT", text="退汇 IN-000001", day=DAY),
            fen=100_000,
        )

        assert (back.state, back.proposals[0]["reason"]) == ("SUSPENSE", "BOOKING_NUMBER")
        assert get_sums()["1221.02"] == 4000_00
        assert get_sums()["1002.01"] == 1000_00
        assert list_faults() == []

    def test_a_refund_that_was_approved_is_paid_by_its_booking(self, office: Office) -> None:
        load(office, write_entry("IN-000001", "5000.00", text=office.accounts[0].number, day=DAY), fen=500_000)
        claim = ask_refund(office, 0, 20_00)

        left = load(
            office,
            write_entry("OUT-00001", "20.00", way="DBIT", text=f"退费 {claim.number}", day=DAY),
            opening="5000.00", fen=4980_00,
        )[-1]  # fmt: skip

        claim.refresh_from_db()
        assert (left.state, left.target) == ("CLAIMED", claim.number)
        assert (claim.state, claim.paid_reference, claim.paid_on) == ("PAID", "OUT-00001", PAID_ON)
        assert "2241.04" not in get_sums()
        assert list_faults() == []

    def test_a_fee_is_an_expense_unless_somebody_else_is_paid(self, office: Office) -> None:
        _came, fee, large = load(
            office,
            write_entry("IN-000001", "3000.00", name="不知名", text="货款", day=DAY),
            write_entry("F1", "3.50", way="DBIT", text="网银手续费", day=DAY),
            write_entry("F2", "1500.00", way="DBIT", text="手续费", day=DAY),
            fen=1496_50,
        )

        assert (fee.state, fee.match_reason) == ("CHARGED", "FEE_TEXT")
        assert large.state == "SUSPENSE"
        assert get_sums()["6603.02"] == 3_50
        assert get_sums()["1221.02"] == 1500_00
        assert list_faults() == []

    def test_a_deposit_that_a_claim_took_is_not_booked_twice(self, office: Office) -> None:
        claim = ask_refund(office, 0, 800_00, ClaimKind.DEPOSIT_TAKEN, "BZJ-00001")

        (came,) = load(office, write_entry("BZJ-00001", "800.00", name="某公司", day=DAY), fen=80_000)

        assert (came.state, came.target, came.payment_id) == ("CLAIMED", claim.number, None)
        assert get_sums()["1002.01"] == 800_00
        assert list_faults() == []


class TestByHand:
    @pytest.fixture
    def left(self, office: Office) -> StatementEntry:
        _came, left = load(
            office,
            write_entry("A1", "900.00", name="不知名", day=DAY),
            write_entry("B1", "900.00", way="DBIT", text="划出", day=DAY),
            fen=0,
        )
        assert left.state == "SUSPENSE"
        return left

    def test_gives_back_money_in_suspense(self, office: Office, left: StatementEntry) -> None:
        bank_channels.give_transfer_back(actor=office.maker, key=left.pk, reference="A1", at=ANSWERED_AT)

        left.refresh_from_db()
        assert (left.state, left.gives_back.state, left.voucher_id) == ("RETURNED", "RETURNED", None)
        assert "1221.02" not in get_sums()
        assert list_faults() == []

    @pytest.mark.parametrize("reference", ["A2", "B1", ""])
    def test_refuses_what_brought_no_such_money(self, office: Office, left: StatementEntry, reference: str) -> None:
        before = Posting.objects.for_actor(office.utility.actor).count()

        with pytest.raises(EntryOutOfState):
            bank_channels.give_transfer_back(actor=office.maker, key=left.pk, reference=reference, at=ANSWERED_AT)

        assert Posting.objects.for_actor(office.utility.actor).count() == before

    def test_charges_a_fee_once(self, office: Office, left: StatementEntry) -> None:
        bank_channels.charge_fee(actor=office.maker, key=left.pk, at=ANSWERED_AT)

        assert (get_sums()["6603.02"], get_sums().get("1221.02", 0)) == (900_00, 0)
        with pytest.raises(EntryOutOfState):
            bank_channels.charge_fee(actor=office.maker, key=left.pk, at=ANSWERED_AT)
        assert list_faults() == []

    def test_sets_aside_what_stays_in_the_books(self, office: Office, left: StatementEntry) -> None:
        bank_channels.set_entry_aside(actor=office.maker, key=left.pk, note="上缴归集", at=ANSWERED_AT)

        left.refresh_from_db()
        assert (left.state, left.note) == ("ELSEWHERE", "上缴归集")
        assert get_sums()["1221.02"] == 900_00
        assert list_faults() == []

    def test_payout_entered_by_hand_waits_for_its_booking_and_comes_back(self, office: Office) -> None:
        load(office, write_entry("IN-000001", "5000.00", text=office.accounts[0].number, day=DAY), fen=500_000)
        claim = ask_refund(office, 0, 900_00)
        payer = factory.add_clerk(office.utility.root, "payer", ["payments.ask"])
        claims.pay_out_claim(actor=payer, claim_id=claim.pk, reference="BYHAND", paid_on=PAID_ON, at=ANSWERED_AT)
        _came, left, back = load(
            office,
            write_entry("OUT-1", "900.00", way="DBIT", text="划出", day=DAY),
            write_entry("BACK-1", "900.00", text=f"{claim.number} 账号有误", day=DAY),
            opening="5000.00", fen=5000_00,
        )  # fmt: skip
        assert [one.state for one in (left, back)] == ["SUSPENSE", "SUSPENSE"]

        bank_channels.claim_entry(actor=office.maker, key=left.pk, number=claim.number, at=ANSWERED_AT)
        bank_channels.claim_entry(actor=office.maker, key=back.pk, number=claim.number, at=ANSWERED_AT)

        claim.refresh_from_db()
        assert (claim.state, claim.paid_voucher_id) == ("APPROVED", None)
        assert get_sums()["2241.04"] == -900_00
        claims.pay_out_claim(actor=payer, claim_id=claim.pk, reference="AGAIN", paid_on=PAID_ON, at=ANSWERED_AT)
        assert list_faults() == []
