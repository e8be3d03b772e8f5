"""Work on money that is killed anywhere and taken up again: no bill, payment or voucher twice, none missing."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from tests.factories import acquirers as gateways
from tests.factories import banks, months
from tests.factories import utility as factory
from tests.factories.bank_files import write_camt, write_entry
from tests.factories.billed import add_home, issue_homes, list_bills, run_january
from tests.factories.killed import kill_at_random, work_and_die
from tests.factories.paid import at_ten, get_sums, list_accounts, list_faults, look_at, pay
from tests.factories.utility import LATER, Utility

from dianke.application import acquirers, collection, meter_to_cash
from dianke.domain.billing.models import Bill, BillDraft, BillRun
from dianke.domain.channels.models import AnswerFile, CallBack, CallBackOutcome, StatementEntry
from dianke.domain.channels.rules.gateway.plain import write_call_back
from dianke.domain.collection.models import CarriedDay, DunningStep, PaymentPromise
from dianke.domain.collection.operations.carrying import prove_carried_days
from dianke.domain.collection.types import StepResult
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.operations.contacts import add_contacts
from dianke.domain.customers.types import ContactRole, NewContact
from dianke.domain.receivables.models import HeldMoney, Payment, Posting, Voucher
from dianke.platform.identity.types import Actor
from dianke.platform.outbox.models import Message

pytestmark = pytest.mark.django_db(transaction=True)

SYSTEM = Actor.system("looking at what killed processes left")
ENDS = tuple(str(1100 + number * 37) for number in range(8))
ROUNDS = 12
# The last statement of a voucher before it is written: its postings are there, its number is taken.
NUMBER_TAKEN = "insert into receivables_voucherseries"


@pytest.fixture(autouse=True)
def kept_files(settings: Any, tmp_path: Path) -> None:
    """Keep what banks send and are sent apart from other tests', whose keys differ."""
    settings.DATA_DIR = tmp_path


def list_payments() -> list[tuple[str, int]]:
    rows = Payment.objects.for_actor(SYSTEM).order_by("external_number")
    return list(rows.values_list("external_number", "amount_fen"))


class TestIssue:
    """A run that is issued with its postings, of which one home paid beforehand."""

    SHARD_SIZE, PREPAID_FEN = 2, 50_00

    @pytest.fixture
    def utility(self) -> Utility:
        with transaction.atomic():
            utility = factory.build_utility()
            for end in ENDS:
                add_home(utility, end)
            run = run_january(utility, self.SHARD_SIZE)
            months.exempt_everything(actor=utility.runner, run=run)
            pay(utility, list_accounts(utility)[4], self.PREPAID_FEN, day=date(2026, 1, 20))
        return utility

    def get_work(self, utility: Utility) -> dict[str, Any]:
        run = BillRun.objects.for_actor(utility.actor).get()
        return {"login": utility.issuer.login, "number": run.number, "at": LATER.isoformat()}

    def count_issued(self, utility: Utility) -> int:
        run = BillRun.objects.for_actor(utility.actor).get()
        return int(run.shards.for_actor(utility.actor).filter(status="ISSUED").count())

    def list_drafts(self, utility: Utility) -> list[tuple[int, int]]:
        rows = BillDraft.objects.for_actor(utility.actor).order_by("usage_point_id")
        return list(rows.values_list("usage_point_id", "amount_fen"))

    def finish(self, utility: Utility) -> None:
        work = self.get_work(utility)
        done = meter_to_cash.issue_run(actor=utility.issuer, number=work["number"], at=LATER)
        assert done.status == "ISSUED"

    def assert_whole(self, utility: Utility, expected: list[tuple[int, int]]) -> None:
        bills = list_bills(utility)
        assert [(bill.usage_point_id, bill.amount_fen) for bill in bills] == expected
        assert len(expected) == len(ENDS)
        owed = Posting.objects.for_actor(SYSTEM).filter(bill_id__isnull=False, ledger_account__code="1122.01.01")
        debited = owed.filter(debit_fen__gt=0).values_list("bill_id", "debit_fen")
        assert sorted(debited) == sorted((bill.pk, bill.amount_fen) for bill in bills)
        vouchers = Voucher.objects.for_actor(SYSTEM)
        assert vouchers.filter(kind="BILL_ISSUE").count() == len(ENDS) // self.SHARD_SIZE
        assert get_sums()["1122.01.01"] == sum(fen for _point, fen in expected) - self.PREPAID_FEN
        assert not HeldMoney.objects.for_actor(SYSTEM).exclude(amount_fen=0).exists()
        assert list_faults() == []

    def test_killed_while_a_shard_is_booked_goes_on_and_books_each_bill_once(self, utility: Utility) -> None:
        expected = self.list_drafts(utility)

        is_killed = work_and_die("issue", after=NUMBER_TAKEN, nth=2, **self.get_work(utility))

        assert (is_killed, self.count_issued(utility), len(list_bills(utility))) == (True, 1, self.SHARD_SIZE)
        assert list_faults() == []
        self.finish(utility)
        self.assert_whole(utility, expected)

    @pytest.mark.long
    def test_killed_at_twelve_moments_goes_on_and_books_each_bill_once(self, utility: Utility) -> None:
        expected = self.list_drafts(utility)

        assert kill_at_random("issue", rounds=ROUNDS, most_statements=60, **self.get_work(utility)) > 1

        self.finish(utility)
        self.assert_whole(utility, expected)


class TestAnswerOfBank:
    """The answer to a batch of withholding, booked in parts of two rows."""

    AT_ONCE = 2

    @pytest.fixture
    def office(self) -> banks.Office:
        with transaction.atomic():
            return banks.build_office(ends=ENDS)

    @pytest.fixture
    def answer(self, office: banks.Office) -> AnswerFile:
        batch, _text = banks.send_batch(office)
        return banks.bring(office, banks.answer(office, batch, {3: "PARTLY_PAID", 6: "INSUFFICIENT"}))

    def get_work(self, office: banks.Office, answer: AnswerFile) -> dict[str, Any]:
        return {
            "login": office.maker.login, "key": answer.pk, "at": banks.ANSWERED_AT.isoformat(),
            "data_dir": str(office.data_dir), "lines_at_once": self.AT_ONCE,
        }  # fmt: skip

    def assert_booked(self, office: banks.Office, answer: AnswerFile) -> None:
        batch = answer.batch
        assert batch is not None
        paid = [one.paid_fen for one in banks.list_lines(office, batch)]
        assert [bool(fen) for fen in paid] == [serial != 5 for serial in range(len(ENDS))]
        assert sorted(fen for _number, fen in list_payments()) == sorted(fen for fen in paid if fen)
        numbers = [number for number, _fen in list_payments()]
        assert len(set(numbers)) == len(numbers) == len(ENDS) - 1
        issued = sum(bill.amount_fen for bill in list_bills(office.utility))
        assert get_sums()["1122.01.01"] == issued - sum(paid)
        assert list_faults() == []

    def test_killed_in_its_second_part_goes_on_and_books_each_row_once(
        self, office: banks.Office, answer: AnswerFile
    ) -> None:
        is_killed = work_and_die("book_answer", after=NUMBER_TAKEN, nth=2, **self.get_work(office, answer))

        assert (is_killed, len(list_payments())) == (True, self.AT_ONCE)
        assert list_faults() == []
        banks.book(office, answer)
        self.assert_booked(office, answer)

    @pytest.mark.long
    def test_killed_at_twelve_moments_goes_on_and_books_each_row_once(
        self, office: banks.Office, answer: AnswerFile
    ) -> None:
        work = self.get_work(office, answer)
        killed = kill_at_random("book_answer", rounds=ROUNDS, most_statements=70, **work)

        answer.refresh_from_db()
        if killed == ROUNDS:
            banks.book(office, answer)
        assert killed > 1
        self.assert_booked(office, answer)


class TestStatementOfBank:
    """A statement whose bookings name users or nobody."""

    @pytest.fixture
    def office(self) -> banks.Office:
        with transaction.atomic():
            return banks.build_office(ends=ENDS[:4], mandates=0)

    def write(self, office: banks.Office) -> str:
        day = f"{banks.PAID_ON:%Y-%m-%d}"
        named = [
            write_entry(f"E{at}", f"{10 + at}.00", text=f"电费{account.number}", day=day)
            for at, account in enumerate(office.accounts)
        ]
        others = [write_entry("U1", "77.00", name="不知名", text="货款", day=day)]
        return write_camt([*named, *others], opening="0.00", closing="123.00").decode()

    def get_work(self, office: banks.Office) -> dict[str, Any]:
        return {"login": office.maker.login, "content": self.write(office), "at": banks.ANSWERED_AT.isoformat()}

    def assert_loaded(self, office: banks.Office) -> None:
        entries = StatementEntry.objects.for_actor(SYSTEM).order_by("reference")
        assert [(one.reference, one.state) for one in entries] == [
            *((f"E{at}", "BOOKED") for at in range(4)), ("U1", "SUSPENSE"),
        ]  # fmt: skip
        assert sorted(fen for _number, fen in list_payments()) == [10_00, 11_00, 12_00, 13_00, 77_00]
        assert list_faults() == []

    def test_killed_while_it_is_booked_leaves_nothing_and_is_loaded_again(self, office: banks.Office) -> None:
        work = self.get_work(office)

        is_killed = work_and_die("load_statement", after=NUMBER_TAKEN, nth=1, **work)

        assert (is_killed, list_payments()) == (True, [])
        assert not StatementEntry.objects.for_actor(SYSTEM).exists()
        assert list_faults() == []
        banks.load(office, work["content"].encode())
        self.assert_loaded(office)

    @pytest.mark.long
    def test_killed_at_twelve_moments_is_loaded_once(self, office: banks.Office) -> None:
        work = self.get_work(office)

        killed = kill_at_random("load_statement", rounds=ROUNDS, most_statements=45, **work)

        assert killed > 1
        # Whoever does not know whether it was loaded loads it again: what is known is passed over.
        banks.load(office, work["content"].encode())
        self.assert_loaded(office)


class TestCallBacks:
    """Call-backs of a gateway, of which each is kept and then booked."""

    HEARD_AT = gateways.NOW + timedelta(minutes=5)

    @pytest.fixture
    def office(self) -> gateways.Office:
        with transaction.atomic():
            return gateways.build_office(*ENDS[:4])

    def get_work(self, office: gateways.Office) -> dict[str, Any]:
        calls = []
        for place in range(len(office.accounts)):
            body = write_call_back(gateways.tell_paid(gateways.order(office, place), f"G{place}"))
            calls.append({"headers": gateways.sign(body, at=self.HEARD_AT), "body": body.decode()})
        return {"calls": calls, "at": self.HEARD_AT.isoformat()}

    def call_again(self, work: dict[str, Any]) -> None:
        """Call as the gateway does that had no answer: the same call, whatever became of the first."""
        for call in work["calls"]:
            acquirers.take_call_back(
                code="SIM", headers=call["headers"], body=call["body"].encode(), address="127.0.0.1",
                at=self.HEARD_AT,
            )  # fmt: skip

    def finish(self) -> int:
        return acquirers.finish_call_backs(actor=SYSTEM, at=self.HEARD_AT + timedelta(minutes=1))

    def assert_paid(self, office: gateways.Office) -> None:
        bills = {bill.account_id: bill.amount_fen for bill in list_bills(office.utility)}
        expected = [(f"SIM:G{place}", bills[account.pk]) for place, account in enumerate(office.accounts)]
        assert list_payments() == expected
        assert [look_at(office.utility, one).owed_fen for one in office.accounts] == [0] * len(office.accounts)
        assert CallBackOutcome.objects.for_actor(SYSTEM).filter(outcome="BOOKED").count() == len(office.accounts)
        assert list_faults() == []

    def test_killed_between_keeping_and_booking_is_booked_by_the_job(self, office: gateways.Office) -> None:
        work = self.get_work(office)

        is_killed = work_and_die("take_calls", after=NUMBER_TAKEN, nth=2, **work)

        kept = CallBack.objects.for_actor(SYSTEM).count()
        assert (is_killed, kept, len(list_payments())) == (True, 2, 1)
        assert list_faults() == []
        assert self.finish() == 1
        assert len(list_payments()) == 2
        self.call_again(work)
        self.assert_paid(office)

    @pytest.mark.long
    def test_killed_at_twelve_moments_and_told_again_is_booked_once(self, office: gateways.Office) -> None:
        work = self.get_work(office)

        killed = kill_at_random("take_calls", rounds=ROUNDS, most_statements=80, **work)

        assert killed > 1
        self.finish()
        self.call_again(work)
        self.finish()
        self.assert_paid(office)


class TestNight:
    """A night with a promise that was kept, debts to be carried and steps to be proposed."""

    @pytest.fixture
    def utility(self) -> Utility:
        with transaction.atomic():
            utility = issue_homes("1450", "1460", "1120", "1470")
            first, second, _third, fourth = list_accounts(utility)
            self.add_phone(utility, first, "13900001111")
            self.add_phone(utility, second, "13900002222")
            due = self.get_due(utility)
            for days in (3, 10):
                collection.run_night(actor=SYSTEM, at=at_ten(due + timedelta(days=days)))
            asked = due + timedelta(days=10)
            call = DunningStep.objects.for_actor(SYSTEM).get(account=first, code="CALL")
            collection.record_result(
                actor=SYSTEM, key=call.pk, result=StepResult.PROMISED, note="月底付", at=at_ten(asked),
                promise_until=asked + timedelta(days=5), promise_fen=20_00,
            )  # fmt: skip
            pay(utility, first, 20_00, "9", day=asked + timedelta(days=3))
            owed = look_at(utility, fourth, asked).owed_fen
            pay(utility, fourth, owed, "10", day=asked + timedelta(days=4))
        return utility

    def add_phone(self, utility: Utility, account: CustomerAccount, phone: str) -> None:
        new = NewContact(
            customer_id=account.customer_id, name="张会计", role=ContactRole.BILLING, start_date=date(2025, 6, 1),
            phone=phone,
        )  # fmt: skip
        add_contacts(actor=utility.actor, contacts=[new])

    def get_due(self, utility: Utility) -> date:
        due: date = Bill.objects.for_actor(utility.actor).order_by("id")[0].due_date
        return due

    def get_moment(self, utility: Utility) -> datetime:
        return at_ten(self.get_due(utility) + timedelta(days=20))

    def look(self) -> dict[str, list[Any]]:
        """Return what nights left, without keys: they differ after a transaction that was given up."""
        steps = DunningStep.objects.for_actor(SYSTEM).order_by("account_id", "code")
        return {
            "steps": list(steps.values_list("account_id", "code", "state", "result", "hold_reason")),
            "messages": sorted(Message.objects.for_actor(SYSTEM).values_list("template", "channel", "text")),
            "promises": list(PaymentPromise.objects.for_actor(SYSTEM).values_list("state", "paid_fen")),
            "carried": list(
                CarriedDay.objects.for_actor(SYSTEM)
                .order_by("carried_on")
                .values_list("carried_on", "item_count", "open_fen", "posting_count")
            ),
        }

    def find_expected(self, utility: Utility) -> dict[str, list[Any]]:
        """Return what an undisturbed night leaves, which is then undone."""
        with transaction.atomic():
            collection.run_night(actor=SYSTEM, at=self.get_moment(utility))
            expected = self.look()
            transaction.set_rollback(True)
        return expected

    @pytest.mark.parametrize("after", ["insert into collection_carrieditem", 'insert into "collection_dunningstep"'])
    def test_killed_while_it_writes_does_the_rest_the_next_time(self, utility: Utility, after: str) -> None:
        before, expected = self.look(), self.find_expected(utility)
        work = {"at": self.get_moment(utility).isoformat()}

        is_killed = work_and_die("night", after=after, nth=1, **work)

        assert is_killed
        assert list_faults() == []
        assert self.look()["steps"] == before["steps"] != expected["steps"]
        assert work_and_die("night", nth=0, **work) is False
        assert self.look() == expected
        assert prove_carried_days() == []

    @pytest.mark.long
    def test_killed_at_twelve_moments_leaves_what_an_undisturbed_night_leaves(self, utility: Utility) -> None:
        expected = self.find_expected(utility)
        work = {"at": self.get_moment(utility).isoformat()}

        killed = kill_at_random("night", rounds=ROUNDS, most_statements=45, **work)

        assert killed > 1
        work_and_die("night", nth=0, **work)
        assert self.look() == expected
        assert (prove_carried_days(), list_faults()) == ([], [])
