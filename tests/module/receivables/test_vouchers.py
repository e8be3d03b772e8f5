"""Postings balance whichever way they come in, on days that are open, and are never changed."""

from datetime import date, datetime

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from tests.factories import utility as factory
from tests.factories.utility import Utility

from dianke.domain.receivables.models import DailySum, Posting, Voucher
from dianke.domain.receivables.operations import periods, vouchers
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.queries.proof import prove_books
from dianke.domain.receivables.types import NewPosting, NewVoucher, VoucherKind
from dianke.kernel.clock import SHANGHAI
from dianke.platform.database.copying import copy_rows

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 5)
AT = datetime(2026, 3, 5, 10, tzinfo=SHANGHAI)
BANK, PREPAID = "1002.01", "2203.01"
COLUMNS = ("id", "voucher_id", "booked_on", "unit_id", "ledger_account_id", "debit_fen", "credit_fen", "usage_class",
           "for_year")  # fmt: skip
KEY = 2603 * 10**12


@pytest.fixture
def utility() -> Utility:
    return factory.build_utility(with_tariffs=False)


def make_voucher(utility: Utility, source: str = "test:1", occurred_on: date = DAY) -> NewVoucher:
    return NewVoucher(utility.root.pk, VoucherKind.PAYMENT, source, "预收电费", occurred_on, "cashier", AT)


def make_postings(utility: Utility, debit_fen: int = 12_345, credit_fen: int = 12_345) -> list[NewPosting]:
    accounts = AccountMap(actor=utility.actor, on=DAY)
    return [
        NewPosting(accounts.find(BANK, unit_path="/"), utility.root.pk, debit_fen=debit_fen),
        NewPosting(accounts.find(PREPAID, unit_path="/"), utility.root.pk, credit_fen=credit_fen),
    ]


def post(utility: Utility, source: str = "test:1", **options: object) -> int:
    return vouchers.post_voucher(
        actor=utility.actor, voucher=make_voucher(utility, source), postings=make_postings(utility), **options
    )


def list_faults() -> list[str]:
    return [finding.first_fault for finding in prove_books() if finding.faults]


class TestVoucher:
    def test_is_written_with_number_sums_and_keys_of_its_month(self, utility: Utility) -> None:
        post(utility)

        (voucher,) = Voucher.objects.for_actor(utility.actor)
        postings = list(Posting.objects.for_actor(utility.actor).order_by("id"))
        sums = DailySum.objects.for_actor(utility.actor).order_by("ledger_account__code")
        assert (voucher.number, voucher.serial, voucher.amount_fen) == ("JZ-202603-0-000001", 1, 12_345)
        assert [(one.debit_fen, one.credit_fen) for one in postings] == [(12_345, 0), (0, 12_345)]
        assert {one.id // 10**12 for one in [voucher, *postings]} == {2603}
        assert [(one.debit_fen, one.credit_fen, one.posting_count) for one in sums] == [(12_345, 0, 1), (0, 12_345, 1)]
        assert list_faults() == []

    def test_is_made_once_from_its_source(self, utility: Utility) -> None:
        post(utility)

        with pytest.raises(vouchers.BookedAlready), transaction.atomic():
            post(utility)

        assert Posting.objects.for_actor(utility.actor).count() == 2
        assert list_faults() == []

    def test_that_does_not_balance_is_refused_before_anything_is_written(self, utility: Utility) -> None:
        with pytest.raises(vouchers.VoucherDoesNotBalance):
            vouchers.post_voucher(
                actor=utility.actor, voucher=make_voucher(utility), postings=make_postings(utility, credit_fen=12_344)
            )

        assert Posting.objects.for_actor(utility.actor).count() == 0

    def test_numbers_follow_each_other_within_a_month(self, utility: Utility) -> None:
        many = [(make_voucher(utility, f"test:{at}"), make_postings(utility)) for at in range(3)]
        vouchers.post_vouchers(actor=utility.actor, vouchers=many)
        post(utility, "test:april", booked_on=date(2026, 4, 1))
        post(utility, "test:march", booked_on=date(2026, 3, 31))

        numbers = Voucher.objects.for_actor(utility.actor).order_by("number").values_list("number", flat=True)
        assert list(numbers) == [
            "JZ-202603-0-000001", "JZ-202603-0-000002", "JZ-202603-0-000003", "JZ-202603-0-000004",
            "JZ-202604-0-000001",
        ]  # fmt: skip
        assert list_faults() == []


class TestTrigger:
    def load(self, utility: Utility, table: str, credit_fen: int = 100, day: date = DAY, key: int = KEY) -> None:
        debit, credit = make_postings(utility, 100, credit_fen)
        rows = [
            (key + at, KEY, day, one.unit_id, one.ledger_account_id, one.debit_fen, one.credit_fen, "", 0)
            for at, one in enumerate((debit, credit), 1)
        ]
        with transaction.atomic():
            copy_rows(table=table, columns=COLUMNS, rows=rows)

    @pytest.mark.parametrize("table", ["receivables_posting", "receivables_posting_2603"])
    def test_refuses_postings_that_do_not_balance(self, utility: Utility, table: str) -> None:
        vouchers.open_month(DAY)

        with pytest.raises(psycopg.IntegrityError, match="does not balance in unit"):
            self.load(utility, table, credit_fen=99)

        assert Posting.objects.for_actor(utility.actor).count() == 0

    @pytest.mark.parametrize("table", ["receivables_posting", "receivables_posting_2603"])
    def test_takes_what_balances_and_adds_it_to_the_sums_once(self, utility: Utility, table: str) -> None:
        vouchers.open_month(DAY)

        self.load(utility, table)

        sums = DailySum.objects.for_actor(utility.actor).order_by("ledger_account__code")
        assert [(one.debit_fen, one.credit_fen) for one in sums] == [(100, 0), (0, 100)]

    @pytest.mark.parametrize("table", ["receivables_posting", "receivables_posting_2603"])
    def test_refuses_a_closed_day(self, utility: Utility, table: str) -> None:
        vouchers.open_month(DAY)
        periods.close_day(actor=utility.actor, day=DAY, login="keeper", at=AT, today=DAY)

        with pytest.raises(psycopg.IntegrityError, match="the accounting day 2026-03-05 is closed"):
            self.load(utility, table)

        assert Posting.objects.for_actor(utility.actor).count() == 0

    def test_refuses_a_key_of_another_month(self, utility: Utility) -> None:
        vouchers.open_month(DAY)

        with pytest.raises(psycopg.IntegrityError, match="has a key of the month 2603"):
            self.load(utility, "receivables_posting", day=date(2026, 4, 1))

    def test_refuses_an_insert_that_does_not_balance_too(self, utility: Utility) -> None:
        vouchers.open_month(DAY)
        (one, _other) = make_postings(utility)

        with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
            Posting(
                id=KEY + 1, voucher_id=KEY, booked_on=DAY, unit_id=utility.root.pk,
                ledger_account_id=one.ledger_account_id, debit_fen=5, credit_fen=0, usage_class="", for_year=0,
            ).save(force_insert=True)  # fmt: skip


class TestBookingDay:
    def test_is_the_first_open_one_after_a_closed_day(self, utility: Utility) -> None:
        periods.close_day(actor=utility.actor, day=DAY, login="keeper", at=AT, today=DAY)

        post(utility)

        (voucher,) = Voucher.objects.for_actor(utility.actor)
        assert (voucher.occurred_on, voucher.booked_on) == (DAY, date(2026, 3, 6))

    def test_that_is_asked_for_and_closed_is_refused_by_name(self, utility: Utility) -> None:
        periods.close_day(actor=utility.actor, day=DAY, login="keeper", at=AT, today=DAY)

        with pytest.raises(periods.PeriodClosed, match="2026-03-05 is closed"):
            post(utility, booked_on=DAY)

        assert Voucher.objects.for_actor(utility.actor).count() == 0


def test_service_may_add_and_read_but_never_change_or_remove(utility: Utility) -> None:
    vouchers.open_month(DAY)
    from dianke.platform.database.grants import grant_to_service

    grant_to_service(using="default")

    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, has_table_privilege('dianke_app', c.oid, 'INSERT'),"
            " has_table_privilege('dianke_app', c.oid, 'UPDATE') or has_table_privilege('dianke_app', c.oid, 'DELETE')"
            " or has_table_privilege('dianke_app', c.oid, 'TRUNCATE') from pg_class c"
            " where c.relname in ('receivables_posting', 'receivables_posting_2603', 'receivables_voucher')"
            " order by 1"
        )
        rights = cursor.fetchall()

    assert rights == [
        ("receivables_posting", True, False),
        ("receivables_posting_2603", True, False),
        ("receivables_voucher", True, False),
    ]


def test_trigger_of_a_partition_is_made_with_it(utility: Utility) -> None:
    for day in (DAY, date(2026, 12, 31), date(2027, 1, 1), DAY):
        vouchers.open_month(day)

    with connection.cursor() as cursor:
        cursor.execute(
            "select i.inhrelid::regclass::text, count(t.oid) from pg_inherits i"
            " left join pg_trigger t on t.tgrelid = i.inhrelid and t.tgname = 'postings_checked'"
            " where i.inhparent = 'receivables_posting'::regclass group by 1 order by 1"
        )
        found = cursor.fetchall()

    # Partitions that tests with transactions of their own left are there too.
    assert {f"receivables_posting_{yymm}" for yymm in (2603, 2612, 2701)} <= {name for name, _count in found}
    assert {count for _name, count in found} == {1}
