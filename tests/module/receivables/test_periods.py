"""Days and months are closed and reopened by rule, by two persons, and stay untouched meanwhile."""

import json
from datetime import date, datetime

import pytest
from django.db import connection
from tests.factories import utility as factory
from tests.factories.utility import Utility
from tests.module.receivables.test_vouchers import make_postings, make_voucher

from dianke.application import ledger
from dianke.application.ledger import vouchers as exporting
from dianke.domain.receivables.models import AccountingPeriod, DailySum, LedgerAccount, PeriodReopening, Voucher
from dianke.domain.receivables.operations import chart, vouchers
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.operations.periods import PeriodClosed, UnableToClose, UnableToReopen
from dianke.domain.receivables.queries import books
from dianke.domain.receivables.queries.proof import prove_books
from dianke.domain.receivables.types import PeriodKind, Role
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db

MARCH = date(2026, 3, 1)
LAST = date(2026, 3, 31)
APRIL = datetime(2026, 4, 2, 9, tzinfo=SHANGHAI)


class Keepers:
    """Who keeps the books, and who approves."""

    def __init__(self, utility: Utility) -> None:
        self.keeper = factory.add_clerk(utility.root, "keeper", ["ledger.view", "ledger.keep"])
        self.chief = factory.add_clerk(utility.root, "chief", ["ledger.view", "ledger.approve"])
        self.both = factory.add_clerk(utility.root, "both", ["ledger.keep", "ledger.approve"])


@pytest.fixture
def utility() -> Utility:
    return factory.build_utility(with_tariffs=False)


@pytest.fixture
def keepers(utility: Utility) -> Keepers:
    return Keepers(utility)


def post_on(utility: Utility, day: date, source: str = "") -> int:
    return vouchers.post_voucher(
        actor=utility.actor,
        voucher=make_voucher(utility, source or f"test:{day}", day),
        postings=make_postings(utility),
        booked_on=day,
    )


def list_faults() -> list[str]:
    return [finding.first_fault for finding in prove_books() if finding.faults]


def close_march(keepers: Keepers) -> None:
    ledger.close_day(actor=keepers.keeper, day=LAST, at=APRIL)
    ledger.close_month(actor=keepers.keeper, month=MARCH, at=APRIL)


class TestClosing:
    def test_a_day_closes_the_open_ones_before_it_with_what_they_came_to(
        self, utility: Utility, keepers: Keepers
    ) -> None:
        post_on(utility, date(2026, 3, 3), "a")
        post_on(utility, date(2026, 3, 3), "b")
        post_on(utility, date(2026, 3, 5))

        ledger.close_day(actor=keepers.keeper, day=date(2026, 3, 5), at=APRIL)

        closed = AccountingPeriod.objects.for_actor(utility.actor).order_by("start_date")
        assert [(one.start_date.day, one.voucher_count, one.posting_count, one.debit_fen) for one in closed] == [
            (3, 2, 4, 24_690), (4, 0, 0, 0), (5, 1, 2, 12_345),
        ]  # fmt: skip
        # What every statement left is folded into one row an account.
        assert DailySum.objects.for_actor(utility.actor).filter(booked_on=date(2026, 3, 3)).count() == 2
        assert list_faults() == []

    @pytest.mark.parametrize(("day", "reason"), [(date(2026, 4, 3), "not_over"), (date(2026, 3, 5), "closed_already")])
    def test_refuses_a_day_to_come_and_one_that_is_closed(
        self, utility: Utility, keepers: Keepers, day: date, reason: str
    ) -> None:
        ledger.close_day(actor=keepers.keeper, day=date(2026, 3, 5), at=APRIL)

        with pytest.raises(UnableToClose) as refusal:
            ledger.close_day(actor=keepers.keeper, day=day, at=APRIL)

        assert refusal.value.facts["reason"] == reason
        assert AccountingPeriod.objects.for_actor(utility.actor).count() == 1

    def test_a_month_waits_for_its_days(self, utility: Utility, keepers: Keepers) -> None:
        post_on(utility, date(2026, 3, 3))

        with pytest.raises(UnableToClose, match="days_open"):
            ledger.close_month(actor=keepers.keeper, month=MARCH, at=APRIL)
        close_march(keepers)

        with pytest.raises(PeriodClosed):
            post_on(utility, date(2026, 3, 31), "late")
        assert list_faults() == []

    def test_is_for_who_keeps_the_books_of_the_whole_utility(self, utility: Utility) -> None:
        branch = org.add_unit(code="B", name="分公司", kind=UnitKind.BRANCH, parent=utility.root)
        clerk = factory.add_clerk(branch, "branch-keeper", ["ledger.keep"])

        with pytest.raises(PermissionRefused):
            ledger.close_day(actor=clerk, day=MARCH, at=APRIL)

        assert AccountingPeriod.objects.for_actor(utility.actor).count() == 0

    def test_is_shown_to_be_broken_by_whoever_gets_around_it(self, utility: Utility, keepers: Keepers) -> None:
        post_on(utility, MARCH)
        ledger.close_day(actor=keepers.keeper, day=MARCH, at=APRIL)

        with connection.cursor() as cursor:
            cursor.execute("update receivables_posting set debit_fen = 2 * debit_fen, credit_fen = 2 * credit_fen")

        assert "2026-03-01: closed with 2 postings, now 2" in list_faults()


class TestReopening:
    def ask(self, keepers: Keepers, kind: PeriodKind = PeriodKind.DAY, start: date = LAST) -> PeriodReopening:
        return ledger.ask_reopening(actor=keepers.keeper, kind=kind, start=start, reason="补记一笔", at=APRIL)

    def test_takes_two_persons_and_lets_the_day_take_postings_again(self, utility: Utility, keepers: Keepers) -> None:
        ledger.close_day(actor=keepers.keeper, day=LAST, at=APRIL)

        wish = self.ask(keepers)
        with pytest.raises(PeriodClosed):
            post_on(utility, LAST)
        ledger.approve_reopening(actor=keepers.chief, key=wish.pk, at=APRIL)

        post_on(utility, LAST)
        ledger.close_day(actor=keepers.keeper, day=LAST, at=APRIL)
        with pytest.raises(PeriodClosed):
            post_on(utility, LAST, "again")
        assert list_faults() == []

    def test_is_not_approved_by_who_asked(self, utility: Utility, keepers: Keepers) -> None:
        ledger.close_day(actor=keepers.keeper, day=LAST, at=APRIL)
        wish = ledger.ask_reopening(actor=keepers.both, kind=PeriodKind.DAY, start=LAST, reason="自己批", at=APRIL)

        with pytest.raises(SamePerson):
            ledger.approve_reopening(actor=keepers.both, key=wish.pk, at=APRIL)

        assert AccountingPeriod.objects.for_actor(utility.actor).get(start_date=LAST).state == "CLOSED"

    def test_of_a_day_waits_for_its_month(self, keepers: Keepers) -> None:
        close_march(keepers)

        with pytest.raises(UnableToReopen, match="month_closed"):
            self.ask(keepers)

        wish = self.ask(keepers, PeriodKind.MONTH, MARCH)
        ledger.approve_reopening(actor=keepers.chief, key=wish.pk, at=APRIL)
        self.ask(keepers)

    def test_is_asked_for_once_and_with_a_reason(self, keepers: Keepers) -> None:
        ledger.close_day(actor=keepers.keeper, day=LAST, at=APRIL)
        with pytest.raises(UnableToReopen, match="reason_missing"):
            ledger.ask_reopening(actor=keepers.keeper, kind=PeriodKind.DAY, start=LAST, reason=" ", at=APRIL)
        self.ask(keepers)

        with pytest.raises(UnableToReopen, match="asked_already"):
            self.ask(keepers)

    def test_refused_or_taken_back_leaves_the_day_closed(self, utility: Utility, keepers: Keepers) -> None:
        ledger.close_day(actor=keepers.keeper, day=LAST, at=APRIL)

        first = self.ask(keepers)
        ledger.refuse_reopening(actor=keepers.chief, key=first.pk, at=APRIL, reason="不必")
        second = self.ask(keepers)
        ledger.withdraw_reopening(actor=keepers.keeper, key=second.pk, at=APRIL)

        with pytest.raises(PeriodClosed):
            post_on(utility, LAST)


class TestAccountsOfUnits:
    def propose(self, actor: Actor, code: str = "1122.01.01.01", unit: str = "0") -> LedgerAccount:
        return ledger.propose_account(
            actor=actor, code=code, name="专变居民", unit_code=unit, since_date=MARCH, takes_postings=True,
            reason="分开核算", at=APRIL,
        )  # fmt: skip

    def test_take_automatic_postings_once_another_person_approved(self, utility: Utility, keepers: Keepers) -> None:
        self.propose(keepers.keeper)
        path = utility.root.path

        def find(on: date) -> str:
            key = AccountMap(actor=utility.actor, on=on).find_by_role(
                Role.RECEIVABLE, unit_path=path, usage_class="RESIDENTIAL"
            )
            return str(LedgerAccount.objects.for_actor(utility.actor).get(pk=key).code)

        before = find(MARCH)
        ledger.approve_account(actor=keepers.chief, code="1122.01.01.01", at=APRIL)

        assert (before, find(date(2026, 2, 28)), find(MARCH)) == ("1122.01.01", "1122.01.01", "1122.01.01.01")
        ledger.end_account(actor=keepers.keeper, code="1122.01.01.01", until_date=LAST, reason="并回")
        assert find(LAST) == "1122.01.01"

    @pytest.mark.parametrize(
        ("code", "reason"),
        [
            ("1122.01.01", "level_unified"),
            ("1122.01.01.1", "code_unreadable"),
            ("1122.01.77.01", "parent_missing"),
            ("1122.01.01.01.01.01.01", "code_unreadable"),
        ],
    )
    def test_are_refused_where_they_do_not_fit(
        self, utility: Utility, keepers: Keepers, code: str, reason: str
    ) -> None:
        with pytest.raises(chart.UnableToAddAccount) as refusal:
            self.propose(keepers.keeper, code)

        assert refusal.value.facts["reason"] == reason

    def test_are_not_approved_by_who_asked(self, keepers: Keepers) -> None:
        self.propose(keepers.both)

        with pytest.raises(SamePerson):
            ledger.approve_account(actor=keepers.both, code="1122.01.01.01", at=APRIL)


def test_trial_balance_carries_the_month_before_and_rolls_up(utility: Utility) -> None:
    post_on(utility, date(2026, 2, 27))
    post_on(utility, date(2026, 3, 3))

    balance = books.get_trial_balance(actor=utility.actor, month=MARCH, level=2)

    rows = {row.code: row for row in balance.rows}
    assert sorted(rows) == ["1002", "1002.01", "2203", "2203.01"]
    bank, prepaid = rows["1002"], rows["2203.01"]
    assert (bank.opening_debit_fen, bank.debit_fen, bank.closing_debit_fen) == (12_345, 12_345, 24_690)
    assert (prepaid.opening_credit_fen, prepaid.credit_fen, prepaid.closing_credit_fen) == (12_345, 12_345, 24_690)
    assert (balance.total.debit_fen, balance.is_balanced) == (12_345, True)


def test_vouchers_are_exported_with_their_entries(utility: Utility) -> None:
    post_on(utility, MARCH)

    (voucher,) = ledger.export_vouchers(actor=utility.actor, month=MARCH)

    assert (voucher["voucher"], voucher["amount"]) == ("JZ-202603-0-000001", "123.45")
    assert [(line["account_code"], line["debit"], line["credit"]) for line in voucher["lines"]] == [
        ("1002.01", "123.45", "0.00"), ("2203.01", "0.00", "123.45"),
    ]  # fmt: skip
    assert [row["line"] for row in ledger.list_csv_rows([voucher])] == [1, 2]
    assert Voucher.objects.for_actor(utility.actor).count() == 1


def test_every_voucher_of_a_month_is_exported_however_many_and_none_that_came_later(
    utility: Utility, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_BATCH", 2)
    for number in range(5):
        post_on(utility, MARCH, f"test:{number}")

    exported = ledger.export_vouchers(actor=utility.actor, month=MARCH)
    post_on(utility, MARCH, "test:later")
    found = list(exported)

    assert [one["voucher"] for one in found] == [f"JZ-202603-0-{number:06d}" for number in range(1, 6)]
    assert {len(one["lines"]) for one in found} == {2}
    assert json.loads("".join(ledger.write_json(found, month=MARCH))) == {"month": "2026-03", "vouchers": found}
    assert list(ledger.export_vouchers(actor=utility.actor, month=date(2026, 7, 1))) == []
