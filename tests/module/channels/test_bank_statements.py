"""What came to the bank is in the books on its day: by rule, in suspense, by hand; and compared with the channel."""

import pytest
from tests.factories import banks
from tests.factories import utility as factory
from tests.factories.bank_files import write_camt, write_entry
from tests.factories.banks import ANSWERED_AT, PAID_ON, Office

from dianke.application import bank_channels, counter
from dianke.domain.channels.models import ReconciliationDay
from dianke.domain.channels.operations.reconciliation import DayOutOfState, DifferenceOutOfState
from dianke.domain.channels.operations.statements import EntryOutOfState, UnableToLoadStatement
from dianke.domain.channels.queries import reconciliation as queries
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.receivables.queries.payments import filter_suspense
from dianke.domain.receivables.queries.proof import prove_books
from dianke.domain.receivables.types import Tender

pytestmark = pytest.mark.django_db
DAY = f"{PAID_ON:%Y-%m-%d}"


@pytest.fixture
def office() -> Office:
    return banks.build_office(mandates=2)


def get_prepaid(office: Office, place: int) -> int:
    account = office.accounts[place]
    return get_position(actor=office.utility.actor, customer_account_id=account.pk, on=PAID_ON).prepaid_fen


def count_suspense(office: Office) -> int:
    return int(filter_suspense(actor=office.utility.actor).count())


class TestStatement:
    def test_books_what_names_its_user_and_puts_the_rest_into_suspense(self, office: Office) -> None:
        account = office.accounts[0]
        content = write_camt(
            [
                write_entry("E1", "5000.00", text=f"电费{account.number}", day=DAY),
                write_entry("E2", "77.00", name="不知名", text="货款", day=DAY),
                write_entry("E3", "3.00", way="DBIT", text="手续费", day=DAY),
            ],
            opening="0.00",
            closing="5074.00",
        )

        entries = banks.load(office, content)

        assert [(one.state, one.target) for one in entries] == [
            ("BOOKED", account.number), ("SUSPENSE", ""), ("CHARGED", ""),
        ]  # fmt: skip
        assert [(one.channel, one.tender, one.amount_fen, one.paid_on) for one in _payments(office)] == [
            ("TRANSFER", "ACCOUNT", 5000_00, PAID_ON), ("TRANSFER", "ACCOUNT", 77_00, PAID_ON),
        ]  # fmt: skip
        assert get_prepaid(office, 0) > 0
        assert count_suspense(office) == 1
        assert [one.first_fault for one in prove_books() if one.faults] == []

    def test_that_comes_again_books_nothing_twice(self, office: Office) -> None:
        content = write_camt([write_entry("E1", "10.00", day=DAY)], opening="0.00", closing="10.00")
        banks.load(office, content)
        more = write_camt(
            [write_entry("E1", "10.00", day=DAY), write_entry("E2", "5.00", day=DAY)], opening="0.00", closing="15.00"
        )

        entries = banks.load(office, more)

        assert [one.reference for one in entries] == ["E1", "E2"]
        assert [one.amount_fen for one in _payments(office)] == [10_00, 5_00]

    def test_with_a_fault_or_of_another_account_is_not_loaded(self, office: Office) -> None:
        broken = write_camt([write_entry("E1", "10.00", day=DAY)], opening="0.00", closing="11.00")
        strange = write_camt([], opening="0.00", closing="0.00", account="999")

        for content in (broken, strange):
            with pytest.raises(UnableToLoadStatement):
                banks.load(office, content)

        assert _payments(office) == []

    def test_booking_in_suspense_is_given_to_an_account_by_hand_once(self, office: Office) -> None:
        (entry,) = banks.load(
            office, write_camt([write_entry("E1", "9000.00", day=DAY)], opening="0.00", closing="9000.00")
        )
        number = office.accounts[2].number

        bank_channels.assign_entry(actor=office.maker, key=entry.pk, account_number=number, at=ANSWERED_AT)

        entry.refresh_from_db()
        assert (entry.state, entry.target, entry.decided_by) == ("BOOKED", number, "maker")
        assert count_suspense(office) == 0
        assert get_prepaid(office, 2) > 0
        with pytest.raises(EntryOutOfState):
            bank_channels.assign_entry(actor=office.maker, key=entry.pk, account_number=number, at=ANSWERED_AT)

    def test_booking_that_left_is_set_aside_with_a_word_of_what_it_is(self, office: Office) -> None:
        (entry,) = banks.load(
            office, write_camt([write_entry("E1", "3.00", way="DBIT", day=DAY)], opening="3.00", closing="0.00")
        )
        with pytest.raises(EntryOutOfState):
            bank_channels.set_entry_aside(actor=office.maker, key=entry.pk, note=" ", at=ANSWERED_AT)

        bank_channels.set_entry_aside(actor=office.maker, key=entry.pk, note="手续费", at=ANSWERED_AT)

        entry.refresh_from_db()
        assert (entry.state, entry.note) == ("ELSEWHERE", "手续费")


class TestWithholding:
    def test_money_of_a_batch_is_not_booked_again_and_what_is_taken_back_is_reversed(self, office: Office) -> None:
        batch = banks.send_batch(office)[0]
        banks.book(office, banks.bring(office, banks.answer(office, batch)))
        first = banks.list_lines(office, batch)[0]
        total, back = _yuan(batch.amount_fen), _yuan(first.amount_fen)
        content = write_camt(
            [
                write_entry("E1", total, text=f"代扣 {batch.number}", day=DAY),
                write_entry("E2", back, way="DBIT", end_to_end=f"{batch.number}/000001", day=DAY),
            ],
            opening=back,
            closing=total,
        )

        entries = banks.load(office, content)

        first.refresh_from_db()
        assert [one.state for one in entries] == ["SETTLED", "RETURNED"]
        assert first.state == "RETURNED"
        owed = get_position(actor=office.utility.actor, customer_account_id=first.account_id, on=PAID_ON).owed_fen
        assert owed == first.amount_fen
        assert {one.channel for one in _payments(office)} == {"BANK_WITHHOLDING"}
        assert [one.first_fault for one in prove_books() if one.faults] == []

    def test_a_day_is_closed_once_every_difference_is_solved(self, office: Office) -> None:
        batch = banks.send_batch(office)[0]
        banks.book(office, banks.bring(office, banks.answer(office, batch)))
        day = _compare(office)
        (difference,) = queries.list_differences(actor=office.maker, day=day)
        with pytest.raises(DayOutOfState):
            bank_channels.close_day(actor=office.maker, key=day.pk, at=ANSWERED_AT)
        with pytest.raises(DifferenceOutOfState):
            bank_channels.solve_difference(actor=office.maker, key=difference.pk, note="", at=ANSWERED_AT)
        bank_channels.take_difference(actor=office.maker, key=difference.pk)
        bank_channels.solve_difference(actor=office.maker, key=difference.pk, note="银行次日划款", at=ANSWERED_AT)

        closed = bank_channels.close_day(actor=office.maker, key=day.pk, at=ANSWERED_AT)

        difference.refresh_from_db()
        assert (difference.reference, difference.kind, difference.owner) == (batch.number, "OURS_ONLY", "maker")
        assert (closed.state, closed.closed_by, closed.ours_fen) == ("CLOSED", "maker", batch.amount_fen)
        with pytest.raises(DayOutOfState):
            _compare(office)

    def test_a_difference_vanishes_when_the_statement_comes(self, office: Office) -> None:
        batch = banks.send_batch(office)[0]
        banks.book(office, banks.bring(office, banks.answer(office, batch)))
        _compare(office)
        total = _yuan(batch.amount_fen)
        banks.load(
            office, write_camt([write_entry("E1", total, text=batch.number, day=DAY)], opening="0.00", closing=total)
        )

        day = _compare(office)

        assert [one.state for one in queries.list_differences(actor=office.maker, day=day)] == ["VANISHED"]
        assert (day.matched_count, day.ours_fen, day.theirs_fen) == (1, batch.amount_fen, batch.amount_fen)


class TestCashOfCounters:
    def bring_cash(self, office: Office, slip: str) -> int:
        """Let a cashier take 300 yuan and bring 250 of them to the bank."""
        cashier = factory.add_clerk(office.utility.root, "cashier", ["payments.view", "payments.receive"])
        shift = counter.open_shift(actor=cashier, unit_code="0", float_fen=0, at=ANSWERED_AT)
        counter.take_payment(
            actor=cashier, shift_number=shift.number, serial=1, account_number=office.accounts[0].number,
            amount_fen=300_00, tender=Tender.CASH, at=ANSWERED_AT,
        )  # fmt: skip
        counter.hand_over_cash(
            actor=cashier, shift_number=shift.number, amount_fen=250_00, slip_number=slip, deposited_on=PAID_ON,
            at=ANSWERED_AT,
        )  # fmt: skip
        return 250_00

    def compare(self, office: Office) -> ReconciliationDay:
        return bank_channels.compare_day(
            actor=office.maker, bank_code="102", channel="COUNTER", day=PAID_ON, at=ANSWERED_AT
        )

    def test_cash_that_the_bank_booked_by_its_slip_is_not_booked_again(self, office: Office) -> None:
        amount_fen = self.bring_cash(office, "XJ0007")
        before = [one.kind for one in queries.list_differences(actor=office.maker, day=self.compare(office))]
        entries = banks.load(
            office,
            write_camt(
                [
                    write_entry("E1", "250.00", text="现金缴存 XJ0007", day=DAY),
                    write_entry("E2", "250.00", text="现金缴存 XJ0007", day=DAY),
                ],
                opening="0.00",
                closing="500.00",
            ),
        )

        day = self.compare(office)

        assert [(one.state, one.target) for one in entries] == [("DEPOSITED", "XJ0007"), ("SUSPENSE", "")]
        assert before == ["OURS_ONLY"]
        assert (day.matched_count, day.ours_fen, day.theirs_fen) == (0, amount_fen, 2 * amount_fen)
        assert [one.first_fault for one in prove_books() if one.faults] == []

    def test_a_booking_is_matched_to_a_slip_by_hand_where_its_text_says_nothing(self, office: Office) -> None:
        amount_fen = self.bring_cash(office, "XJ0008")
        (entry,) = banks.load(
            office,
            write_camt([write_entry("E1", "250.00", text="现金", day=DAY)], opening="0.00", closing="250.00"),
        )
        with pytest.raises(EntryOutOfState):
            bank_channels.match_deposit(actor=office.maker, key=entry.pk, slip_number="XJ0009", at=ANSWERED_AT)

        bank_channels.match_deposit(actor=office.maker, key=entry.pk, slip_number=" XJ0008 ", at=ANSWERED_AT)

        day = self.compare(office)
        assert (day.matched_count, day.ours_fen, day.theirs_fen) == (1, amount_fen, amount_fen)
        assert count_suspense(office) == 0
        assert [one.first_fault for one in prove_books() if one.faults] == []


def _compare(office: Office) -> ReconciliationDay:
    return bank_channels.compare_day(
        actor=office.maker, bank_code="102", channel="BANK_WITHHOLDING", day=PAID_ON, at=ANSWERED_AT
    )


def _payments(office: Office) -> list[Payment]:
    return list(Payment.objects.for_actor(office.utility.actor).order_by("external_number"))


def _yuan(amount_fen: int) -> str:
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"
