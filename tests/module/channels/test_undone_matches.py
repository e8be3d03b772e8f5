"""Wrong matches are undone by two persons: new vouchers only, the books balance, the booking waits again."""

from datetime import date

import pytest
from tests.factories import banks
from tests.factories import utility as factory
from tests.factories.bank_files import write_camt, write_entry
from tests.factories.banks import ANSWERED_AT, PAID_ON, Office
from tests.factories.paid import at_ten, get_sums

from dianke.application import bank_channels, ledger
from dianke.domain.channels.models import StatementEntry
from dianke.domain.channels.operations.undo import UnableToUndo
from dianke.domain.receivables.models import Payment, Posting, Voucher
from dianke.domain.receivables.operations import periods
from dianke.domain.receivables.operations.payments import reverse_payment
from dianke.domain.receivables.queries.debts import get_position
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
DAY = f"{PAID_ON:%Y-%m-%d}"
SYSTEM = Actor.system("proving the books")


@pytest.fixture
def office() -> Office:
    return banks.build_office(mandates=2)


@pytest.fixture
def boss(office: Office) -> Actor:
    return factory.add_clerk(office.utility.root, "boss", ["payments.approve"])


def load(office: Office, *entries: str, closing: str) -> list[StatementEntry]:
    return banks.load(office, write_camt(entries, opening="0.00", closing=closing))


def undo(office: Office, boss: Actor, entry: StatementEntry) -> StatementEntry:
    """Undo a match by two persons, and prove the books."""
    wish = bank_channels.ask_undo(actor=office.maker, key=entry.pk, reason="认错人", at=ANSWERED_AT)
    bank_channels.approve_undo(actor=boss, key=wish.pk, at=ANSWERED_AT)
    entry.refresh_from_db()
    assert list_faults() == []
    return entry


def list_faults() -> list[str]:
    return [one.first_fault for one in ledger.check_books(actor=SYSTEM) if one.faults]


def owe(office: Office, place: int) -> int:
    account = office.accounts[place]
    return get_position(actor=office.utility.actor, customer_account_id=account.pk, on=PAID_ON).owed_fen


def test_money_given_to_the_wrong_account_waits_again_and_goes_to_the_right_one(office: Office, boss: Actor) -> None:
    owed = owe(office, 0)
    (entry,) = load(office, write_entry("E1", "5000.00", text=office.accounts[0].number, day=DAY), closing="5000.00")
    assert owe(office, 0) == 0
    before = set(Posting.objects.for_actor(SYSTEM).values_list("pk", flat=True))

    undo(office, boss, entry)

    assert (entry.state, entry.target, entry.match_reason) == ("SUSPENSE", "", "")
    assert owe(office, 0) == owed
    assert before < set(Posting.objects.for_actor(SYSTEM).values_list("pk", flat=True))
    assert get_sums()["2241.03"] == -5000_00
    numbers = Payment.objects.for_actor(SYSTEM).order_by("id").values_list("external_number", flat=True)
    assert list(numbers) == ["102:E1", "102:E1/1"]
    bank_channels.assign_entry(actor=office.maker, key=entry.pk, account_number=office.accounts[1].number,
                               at=ANSWERED_AT)  # fmt: skip
    assert owe(office, 1) == 0
    assert list_faults() == []
    undo(office, boss, StatementEntry.objects.for_actor(SYSTEM).get())
    assert get_sums()["1002.01"] == 5000_00


def test_money_of_a_batch_that_was_none_comes_into_suspense(office: Office, boss: Actor) -> None:
    batch = banks.send_batch(office)[0]
    banks.book(office, banks.bring(office, banks.answer(office, batch)))
    total = batch.amount_fen
    (entry,) = load(
        office,
        write_entry("E1", f"{total // 100}.{total % 100:02d}", text=batch.number, day=DAY),
        closing=f"{total // 100}.{total % 100:02d}",
    )
    assert entry.state == "SETTLED"

    undo(office, boss, entry)

    assert entry.state == "SUSPENSE"
    assert get_sums()["1002.01"] == 2 * total
    bank_channels.settle_entry(actor=office.maker, key=entry.pk, batch_number=batch.number, at=ANSWERED_AT)
    assert get_sums()["1002.01"] == total
    undo(office, boss, StatementEntry.objects.for_actor(SYSTEM).get())
    assert get_sums()["1002.01"] == 2 * total


def test_a_transfer_that_was_not_given_back_stands_again_in_suspense(office: Office, boss: Actor) -> None:
    came, back = load(
        office,
        write_entry("IN-000001", "5000.00", text=office.accounts[0].number, day=DAY),
        write_entry("OUT-00001", "5000.00", way="DBIT", text="退汇 IN-000001", day=DAY),
        closing="0.00",
    )

    undo(office, boss, back)

    came.refresh_from_db()
    assert [(one.state, one.target) for one in (came, back)] == [("SUSPENSE", ""), ("SUSPENSE", "")]
    assert (get_sums()["2241.03"], get_sums()["1221.02"]) == (-5000_00, 5000_00)
    bank_channels.give_transfer_back(actor=office.maker, key=back.pk, reference="IN-000001", at=ANSWERED_AT)
    assert "1221.02" not in get_sums()
    assert list_faults() == []


def test_a_fee_and_what_was_set_aside_wait_again(office: Office, boss: Actor) -> None:
    _came, fee, other = load(
        office,
        write_entry("E1", "10.00", name="不知名", day=DAY),
        write_entry("F1", "3.00", way="DBIT", text="手续费", day=DAY),
        write_entry("O1", "7.00", way="DBIT", text="划出", day=DAY),
        closing="0.00",
    )
    bank_channels.set_entry_aside(actor=office.maker, key=other.pk, note="归集", at=ANSWERED_AT)

    undo(office, boss, fee)
    undo(office, boss, StatementEntry.objects.for_actor(SYSTEM).get(pk=other.pk))

    assert fee.state == "SUSPENSE"
    assert get_sums()["1221.02"] == 10_00
    assert "6603.02" not in get_sums()


def test_money_whose_payment_somebody_reversed_is_taken_in_anew(office: Office, boss: Actor) -> None:
    (entry,) = load(office, write_entry("E1", "5000.00", text=office.accounts[0].number, day=DAY), closing="5000.00")
    reverse_payment(actor=SYSTEM, payment=Payment.objects.for_actor(SYSTEM).get(), reason="错", login="x",
                    at=ANSWERED_AT)  # fmt: skip
    assert get_sums().get("1002.01", 0) == 0

    undo(office, boss, entry)

    assert get_sums()["1002.01"] == 5000_00


def test_a_closed_day_is_not_booked_on(office: Office, boss: Actor) -> None:
    (entry,) = load(office, write_entry("E1", "5000.00", text=office.accounts[0].number, day=DAY), closing="5000.00")
    later = date(2026, 2, 9)
    periods.close_day(actor=SYSTEM, day=PAID_ON, login="keeper", at=at_ten(later), today=later)

    undo(office, boss, entry)

    undone = Voucher.objects.for_actor(SYSTEM).filter(kind="PAYMENT_REVERSAL")
    assert [one.booked_on > PAID_ON for one in undone] == [True]
    anew = Payment.objects.for_actor(SYSTEM).get(external_number="102:E1/1")
    assert anew.paid_on == PAID_ON


class TestRefused:
    @pytest.fixture
    def entry(self, office: Office) -> StatementEntry:
        (entry,) = load(
            office, write_entry("E1", "5000.00", text=office.accounts[0].number, day=DAY), closing="5000.00"
        )
        return entry

    def test_without_a_reason_twice_or_of_nothing(self, office: Office, boss: Actor, entry: StatementEntry) -> None:
        with pytest.raises(UnableToUndo, match="reason_missing"):
            bank_channels.ask_undo(actor=office.maker, key=entry.pk, reason=" ", at=ANSWERED_AT)
        bank_channels.ask_undo(actor=office.maker, key=entry.pk, reason="错", at=ANSWERED_AT)
        with pytest.raises(UnableToUndo, match="asked_already"):
            bank_channels.ask_undo(actor=office.maker, key=entry.pk, reason="错", at=ANSWERED_AT)
        with pytest.raises(UnableToUndo, match="there is none"):
            bank_channels.ask_undo(actor=office.maker, key=0, reason="错", at=ANSWERED_AT)

    def test_by_who_asked_and_by_who_did_not_decide_in_time(
        self, office: Office, boss: Actor, entry: StatementEntry
    ) -> None:
        both = factory.add_clerk(office.utility.root, "both", ["payments.reconcile", "payments.approve"])
        wish = bank_channels.ask_undo(actor=both, key=entry.pk, reason="错", at=ANSWERED_AT)
        with pytest.raises(SamePerson):
            bank_channels.approve_undo(actor=both, key=wish.pk, at=ANSWERED_AT)
        with pytest.raises(UnableToUndo, match="reason_missing"):
            bank_channels.refuse_undo(actor=boss, key=wish.pk, reason="", at=ANSWERED_AT)
        with pytest.raises(UnableToUndo, match="asked_by_another"):
            bank_channels.withdraw_undo(actor=office.maker, key=wish.pk, at=ANSWERED_AT)
        bank_channels.refuse_undo(actor=boss, key=wish.pk, reason="没错", at=ANSWERED_AT)
        with pytest.raises(UnableToUndo, match="decided_already"):
            bank_channels.approve_undo(actor=boss, key=wish.pk, at=ANSWERED_AT)
        entry.refresh_from_db()
        assert entry.state == "BOOKED"

    def test_what_waits_and_what_the_bank_took_back_of_a_batch(self, office: Office) -> None:
        (waits,) = load(office, write_entry("E2", "1.00", name="不知名", day=DAY), closing="1.00")
        with pytest.raises(UnableToUndo, match="nothing_matched"):
            bank_channels.ask_undo(actor=office.maker, key=waits.pk, reason="错", at=ANSWERED_AT)
