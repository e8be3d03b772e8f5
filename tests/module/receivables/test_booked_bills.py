"""Issued bills stand in the books, to the fen, in the transaction that issues them; and once."""

from datetime import date

import pytest
from django.db import connection, transaction
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import add_foundry, add_home, run_january
from tests.factories.utility import LATER, Utility
from tests.module.billing.test_corrections import APPROVED, ASKED, ISSUED, Staff, draft, only_bill

from dianke.application import bill_corrections, ledger, meter_to_cash
from dianke.application.meter_to_cash import issue_bills
from dianke.domain.billing.models import Bill
from dianke.domain.receivables.models import Posting, Voucher
from dianke.domain.receivables.operations import periods
from dianke.domain.receivables.queries import books
from dianke.domain.receivables.queries.proof import prove_books

pytestmark = pytest.mark.django_db


@pytest.fixture
def utility() -> Utility:
    return factory.build_utility()


def issue_january(utility: Utility, shard_size: int = 100) -> None:
    run = run_january(utility, shard_size)
    months.exempt_everything(actor=utility.runner, run=run)
    meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)


def list_sums(utility: Utility) -> dict[str, tuple[int, int]]:
    """Return debit and credit by the code of the account."""
    found: dict[str, tuple[int, int]] = {}
    for one in Posting.objects.for_actor(utility.actor).select_related("ledger_account").order_by("id"):
        debit, credit = found.get(one.ledger_account.code, (0, 0))
        found[one.ledger_account.code] = (debit + one.debit_fen, credit + one.credit_fen)
    return found


def list_faults() -> list[str]:
    return [finding.first_fault for finding in prove_books() if finding.faults]


def forget_books() -> None:
    """Take the books away, as in a database from before there were any."""
    with connection.cursor() as cursor:
        cursor.execute("delete from receivables_posting; delete from receivables_voucher;"
                       "delete from receivables_voucherseries; delete from receivables_dailysum")  # fmt: skip


def get_funds_fen(utility: Utility) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(round(amount_e6 / 10000.0)), 0) from billing_billline l"
            " join billing_billlinekind k on k.id = l.kind_id where k.code like 'fund.%'"
        )
        return int(cursor.fetchone()[0])


class TestIssue:
    def test_books_each_bill_by_class_and_the_rest_in_sums(self, utility: Utility) -> None:
        add_foundry(utility)
        add_home(utility, "1450")
        add_home(utility, "1450", household_size=5)

        issue_january(utility)

        # 454,930.12 of the foundry; 289.99 and 272.49 of the homes.
        sums = list_sums(utility)
        funds = sum(credit for code, (_debit, credit) in sums.items() if code.startswith("2241.01"))
        assert sums["1122.01.04"] == (454_930_12, 0)
        assert sums["1122.01.01"] == (289_99 + 272_49, 0)
        assert funds == get_funds_fen(utility)
        assert sums["6001.01.04"][1] + sums["6001.01.01"][1] + funds == 454_930_12 + 289_99 + 272_49
        assert list_faults() == []

    def test_leaves_one_voucher_a_shard_that_names_run_days_and_people(self, utility: Utility) -> None:
        for number in range(5):
            add_home(utility, str(1100 + number))

        issue_january(utility, shard_size=2)

        vouchers = list(Voucher.objects.for_actor(utility.actor).order_by("serial"))
        assert [(one.kind, one.serial, one.posting_count) for one in vouchers] == [
            ("BILL_ISSUE", 1, 4), ("BILL_ISSUE", 2, 4), ("BILL_ISSUE", 3, 3),
        ]  # fmt: skip
        assert {(one.booked_on, one.occurred_on, one.made_by) for one in vouchers} == {
            (date(2026, 2, 1), date(2026, 2, 1), "issuer")
        }
        assert [len(books.list_postings(actor=utility.actor, voucher=one)) for one in vouchers] == [4, 4, 3]

    def test_opens_into_bills_and_what_is_left_to_pay(self, utility: Utility) -> None:
        add_home(utility, "1450")

        issue_january(utility)

        bill = only_bill(utility)
        (posting,) = Posting.objects.for_actor(utility.actor).filter(bill_id=bill.pk)
        assert (posting.item_id, posting.customer_account_id, posting.for_year) == (bill.pk, bill.account_id, 2026)
        assert books.list_item_balances(actor=utility.actor, customer_account_id=bill.account_id) == {bill.pk: 289_99}

    def test_that_dies_between_booking_and_commit_leaves_nothing_and_goes_on(self, utility: Utility) -> None:
        add_home(utility, "1450")
        run = run_january(utility)
        issue_bills.begin_issue(actor=utility.issuer, number=run.number, at=LATER)

        def issue_and_die() -> None:
            with transaction.atomic():
                issue_bills.issue_shard(actor=utility.issuer, number=run.number, shard_number=1)
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            issue_and_die()

        assert Bill.objects.for_actor(utility.actor).count() == 0
        assert Posting.objects.for_actor(utility.actor).count() == 0
        meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)
        assert [one.serial for one in Voucher.objects.for_actor(utility.actor)] == [1]
        assert list_faults() == []

    def test_on_a_closed_day_is_booked_on_the_next(self, utility: Utility) -> None:
        add_home(utility, "1450")
        periods.close_day(actor=utility.actor, day=date(2026, 2, 1), login="keeper", at=LATER, today=date(2026, 2, 1))

        issue_january(utility)

        (voucher,) = Voucher.objects.for_actor(utility.actor)
        assert (voucher.occurred_on, voucher.booked_on) == (date(2026, 2, 1), date(2026, 2, 2))


class TestCorrection:
    def test_takes_the_reversed_debt_off_the_bill_it_reverses(self, utility: Utility) -> None:
        add_home(utility, "1450")
        issue_january(utility)
        bill, staff = only_bill(utility), Staff(utility)
        order = draft(staff, bill, {"segment.1.total_end": "1350"})
        bill_corrections.ask_correction(actor=staff.clerk, key=order.pk, at=ASKED)
        bill_corrections.approve_correction(actor=staff.chief, key=order.pk, at=APPROVED)

        (replacement,) = bill_corrections.issue_correction(actor=staff.chief, key=order.pk, at=ISSUED)

        left = books.list_item_balances(actor=utility.actor, customer_account_id=bill.account_id)
        assert left == {replacement.pk: replacement.amount_fen}
        newest = Voucher.objects.for_actor(utility.actor).order_by("-id").first()
        assert (newest.kind, newest.source) == ("BILL_CORRECTION", f"correction:{order.pk}")
        # Red entries: the side of the receivable is debited less, nothing is credited to it.
        assert list_sums(utility)["1122.01.01"] == (replacement.amount_fen, 0)
        assert list_faults() == []


class TestOpening:
    def test_books_what_was_issued_before_once(self, utility: Utility) -> None:
        add_foundry(utility)
        for number in range(3):
            add_home(utility, str(1100 + number))
        issue_january(utility, shard_size=2)
        before = list_sums(utility)
        forget_books()

        first = ledger.book_issued_bills(actor=utility.actor)
        second = ledger.book_issued_bills(actor=utility.actor)

        assert (first.vouchers, second.vouchers) == (2, 0)
        assert list_sums(utility) == before
        assert list_faults() == []

    def test_is_asked_for_by_the_proof(self, utility: Utility) -> None:
        add_home(utility, "1450")
        issue_january(utility)
        forget_books()

        faults = list_faults()

        assert faults == [f"bill {only_bill(utility).pk}: not in the books (./dianke ledger open books it)"]
