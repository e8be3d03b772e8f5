"""Withholding by files: made by one, released by another, sent, answered once, never booked twice."""

from datetime import date

import pytest
from psycopg.types.range import DateRange
from tests.factories import banks
from tests.factories.bank_files import write_text_answer
from tests.factories.banks import ANSWERED_AT, DEBTS_ON, MADE_AT, Office
from tests.factories.once import built_once, fresh

from dianke.application import bank_channels
from dianke.application.rights import CONFLICTING_RIGHTS
from dianke.domain.channels.operations.answers import AnswerOutOfState
from dianke.domain.channels.operations.withholding import BatchOutOfState, UnableToMakeBatch
from dianke.domain.channels.queries import withholding as queries
from dianke.domain.channels.rules.bank_files.types import Layout
from dianke.domain.customers.models import BankAccount
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.queries.debts import list_debts
from dianke.domain.receivables.queries.proof import prove_books
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson

pytestmark = pytest.mark.django_db


_built = built_once(banks.build_office)


@pytest.fixture
def office(_built: Office) -> Office:
    return fresh(_built)


def list_owed(office: Office) -> list[int]:
    """Return what each home owes."""
    keys = [account.pk for account in office.accounts]
    debts = list_debts(actor=office.utility.actor, customer_account_ids=keys, on=DEBTS_ON)
    return [sum(debt.total_fen for debt in debts.get(key, [])) for key in keys]


def list_payments(office: Office) -> list[tuple[str, int]]:
    rows = Payment.objects.for_actor(office.utility.actor).order_by("external_number")
    return list(rows.values_list("external_number", "amount_fen"))


class TestBatch:
    def test_asks_each_home_for_what_it_owes_and_says_who_is_left_out(self, office: Office) -> None:
        owed = list_owed(office)
        bank_channels.pause_mandate(
            actor=office.maker, number="XY000003", until_date=date(2026, 3, 1), reason="电费争议"
        )

        batch = bank_channels.make_batch(actor=office.maker, bank_code="102", on=DEBTS_ON, at=MADE_AT)

        lines = banks.list_lines(office, batch)
        assert [(line.serial, line.amount_fen) for line in lines] == [(1, owed[0]), (2, owed[1])]
        assert (batch.line_count, batch.amount_fen, batch.exclusions) == (2, owed[0] + owed[1], {"PAUSED": 1})

    def test_asks_nothing_of_a_bank_account_that_is_no_longer_the_accounts(self, office: Office) -> None:
        BankAccount.objects.for_actor(office.utility.actor).filter(account=office.accounts[0]).update(
            period=DateRange(date(2025, 1, 1), DEBTS_ON)
        )

        batch = bank_channels.make_batch(actor=office.maker, bank_code="102", on=DEBTS_ON, at=MADE_AT)

        assert (batch.line_count, batch.exclusions) == (2, {"BANK_ACCOUNT_ENDED": 1})

    def test_never_asks_twice_at_once(self, office: Office) -> None:
        bank_channels.make_batch(actor=office.maker, bank_code="102", on=DEBTS_ON, at=MADE_AT)

        with pytest.raises(UnableToMakeBatch):
            bank_channels.make_batch(actor=office.maker, bank_code="102", on=DEBTS_ON, at=MADE_AT)

        assert queries.filter_batches(actor=office.maker).count() == 1

    def test_is_released_by_another_person_before_it_leaves(self, office: Office) -> None:
        batch = bank_channels.make_batch(actor=office.maker, bank_code="102", on=DEBTS_ON, at=MADE_AT)

        with pytest.raises(BatchOutOfState):
            bank_channels.send_batch(actor=office.maker, number=batch.number, at=MADE_AT, data_dir=office.data_dir)
        with pytest.raises(PermissionRefused):
            bank_channels.release_batch(actor=office.maker, number=batch.number, at=MADE_AT)
        with pytest.raises(SamePerson):
            bank_channels.release_batch(actor=_with_both(office), number=batch.number, at=MADE_AT)

        batch.refresh_from_db()
        assert (batch.state, batch.file_place) == ("DRAFT", "")
        assert ("payments.reconcile", "payments.release_files") in CONFLICTING_RIGHTS

    def test_holds_numbers_of_bank_accounts_in_the_file_alone_and_is_the_same_whenever_sent(
        self, office: Office
    ) -> None:
        batch, text = banks.send_batch(office)
        again = bank_channels.send_batch(
            actor=office.maker, number=batch.number, at=ANSWERED_AT, data_dir=office.data_dir
        )

        lines = text.split("\r\n")
        assert lines[0] == f"H|DKBF1|REQUEST|GZ001|102|{batch.number}|20260205|CNY|1"
        assert lines[1].startswith(f"D|000001|XY000001|{office.accounts[0].number}|6222020000000001|")
        assert again.decode("gb18030") == text
        assert all(b"6222020000000001" not in path.read_bytes() for path in office.data_dir.rglob("imports/*/*"))


class TestAnswer:
    @pytest.mark.parametrize("layout", list(Layout))
    def test_is_booked_line_by_line_with_the_day_of_the_bank(self, office: Office, layout: Layout) -> None:
        office.bank.layout = layout.value
        office.bank.save()
        owed = list_owed(office)
        batch = banks.send_batch(office)[0]

        brought = banks.bring(office, banks.answer(office, batch, {2: "PARTLY_PAID", 3: "INSUFFICIENT_FUNDS"}))
        booked = banks.book(office, brought)

        lines = banks.list_lines(office, batch)
        batch.refresh_from_db()
        assert (booked.state, booked.booked_count, booked.paid_fen) == ("BOOKED", 3, owed[0] + 10_00)
        assert [(one.state, one.code, one.paid_fen) for one in lines] == [
            ("PAID", "PAID", owed[0]), ("PARTLY", "PARTLY_PAID", 10_00), ("REFUSED", "INSUFFICIENT_FUNDS", 0),
        ]  # fmt: skip
        assert list_owed(office) == [0, owed[1] - 10_00, owed[2]]
        assert list_payments(office) == [(f"{batch.number}/000001", owed[0]), (f"{batch.number}/000002", 10_00)]
        assert (batch.state, batch.paid_count, batch.paid_fen) == ("ANSWERED", 2, owed[0] + 10_00)
        assert [one.first_fault for one in prove_books() if one.faults] == []

    def test_that_comes_twice_changes_nothing_and_says_so(self, office: Office) -> None:
        batch = banks.send_batch(office)[0]
        content = banks.answer(office, batch)
        banks.book(office, banks.bring(office, content))
        before = list_payments(office)

        second = banks.bring(office, content)

        assert (second.state, [one["code"] for one in second.file_faults]) == ("REFUSED", ["answered_already"])
        with pytest.raises(AnswerOutOfState):
            banks.book(office, second)
        assert list_payments(office) == before

    def test_may_come_in_parts(self, office: Office) -> None:
        batch = banks.send_batch(office)[0]
        rows = banks.write_rows(banks.list_lines(office, batch), {})

        banks.book(office, banks.bring(office, write_text_answer(rows[:1], batch=batch.number, number="1")))
        batch.refresh_from_db()
        first = (batch.state, batch.answered_count)
        banks.book(office, banks.bring(office, write_text_answer(rows[1:], batch=batch.number, number="2")))
        batch.refresh_from_db()

        assert first == ("SENT", 1)
        assert (batch.state, batch.answered_count, batch.paid_fen) == ("ANSWERED", 3, batch.amount_fen)

    def test_keeps_good_rows_and_gives_bad_ones_back(self, office: Office) -> None:
        batch = banks.send_batch(office)[0]
        rows = banks.write_rows(banks.list_lines(office, batch), {})
        rows.append(("000009", "4401000009", "5.00", "5.00", "PAID", "20260206", ""))

        brought = banks.bring(office, write_text_answer(rows, batch=batch.number))
        booked = banks.book(office, brought)

        assert (booked.row_count, booked.bad_row_count, booked.booked_count) == (4, 1, 3)
        assert '"serial_unknown"' in booked.bad_rows

    def test_to_a_batch_that_was_taken_back_is_refused(self, office: Office) -> None:
        batch = banks.send_batch(office)[0]
        content = banks.answer(office, batch)
        bank_channels.withdraw_batch(actor=office.maker, number=batch.number, reason="银行要求", at=MADE_AT)

        brought = banks.bring(office, content)

        assert (brought.state, [one["code"] for one in brought.file_faults]) == ("REFUSED", ["batch_not_sent"])
        assert list_payments(office) == []

    def test_of_another_bank_or_to_an_unknown_batch_is_refused(self, office: Office) -> None:
        batch = banks.send_batch(office)[0]
        rows = banks.write_rows(banks.list_lines(office, batch), {})

        wrong = [
            banks.bring(office, write_text_answer(rows, batch=batch.number, bank="103")),
            banks.bring(office, write_text_answer(rows, batch="DK99999999")),
            banks.bring(office, write_text_answer(rows, batch=batch.number, client="GZ002")),
        ]

        assert [one.file_faults[0]["code"] for one in wrong] == ["bank_wrong", "batch_unknown", "receiver_wrong"]

    def test_that_died_half_way_goes_on_and_pays_once(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        batch = banks.send_batch(office)[0]
        brought = banks.bring(office, banks.answer(office, batch))
        monkeypatch.setattr(bank_channels.answers, "LINES_AT_ONCE", 1)

        def die(_percent: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            bank_channels.carry_out_booking(
                actor=office.maker, key=brought.pk, at=ANSWERED_AT, data_dir=office.data_dir, progress=die
            )
        half = len(list_payments(office))
        done = banks.book(office, brought)

        assert half == 1
        assert (done.state, done.booked_count, len(list_payments(office))) == ("BOOKED", 3, 3)

    def test_leaves_what_may_be_asked_again_to_another_batch(self, office: Office) -> None:
        owed = list_owed(office)
        batch = banks.send_batch(office)[0]
        codes = {1: "INSUFFICIENT_FUNDS", 2: "ACCOUNT_CLOSED", 3: "PARTLY_PAID"}
        banks.book(office, banks.bring(office, banks.answer(office, batch, codes)))

        again = bank_channels.make_batch(
            actor=office.maker, bank_code="102", on=DEBTS_ON, at=MADE_AT, again_of=batch.number
        )

        assert [one.amount_fen for one in banks.list_lines(office, again)] == [owed[0], owed[2] - 10_00]


def _with_both(office: Office) -> object:
    from dataclasses import replace

    return replace(office.releaser, login=office.maker.login)
