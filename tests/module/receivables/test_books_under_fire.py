"""Random acts on several connections: after every step the books balance, equal the bills and have no gap."""

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from tests.factories import utility as factory
from tests.factories.under_fire import Office, do_at_once

from dianke.application import ledger
from dianke.domain.billing.models import Bill, BillRunShard
from dianke.domain.receivables.models import AccountingPeriod, PeriodReopening, Posting, Voucher
from dianke.domain.receivables.operations import vouchers
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.queries.proof import prove_books
from dianke.domain.receivables.types import NewPosting, NewVoucher, PeriodKind, VoucherKind
from dianke.kernel.clock import SHANGHAI

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 2, 1, 8, tzinfo=SHANGHAI)
BILLS, STEPS, AT_ONCE = 6, 12, 3


class BookOffice(Office):
    """People at work on one utility; every act is one they may be refused."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, homes=[str(1100 + number * 7) for number in range(BILLS)], shard_size=2, issued_at=START)

    def prepare(self) -> None:
        self.keeper = factory.add_clerk(self.utility.root, "keeper", ["ledger.view", "ledger.keep"])
        self.controller = factory.add_clerk(self.utility.root, "controller", ["ledger.view", "ledger.approve"])

    def draw(self, step: int) -> Callable[[], Any]:
        at = START + timedelta(days=step, hours=self.dice.randrange(8))
        shard, which, payment = self.dice.randrange(1, 4), self.dice.random(), self.dice.randrange(3)
        return self.dice.choice(
            [
                lambda: self.issue(shard),
                lambda: self.correct(which, at, "1350"),
                lambda: self.pay(at, f"pay:{step}:{payment}"),
                lambda: ledger.close_day(actor=self.keeper, day=at.date(), at=at),
                lambda: self.reopen(at),
                lambda: self.die(lambda: self.pay(START, f"dead:{step}")),
            ]
        )

    def pay(self, at: datetime, source: str) -> None:
        with transaction.atomic():
            accounts = AccountMap(actor=self.utility.actor, on=at.date())
            unit = self.utility.root
            voucher = NewVoucher(unit.pk, VoucherKind.PAYMENT, source, "收费", at.date(), "cashier", at)
            postings = [
                NewPosting(accounts.find("1002.01", unit_path=unit.path), unit.pk, debit_fen=777),
                NewPosting(accounts.find("2203.01", unit_path=unit.path), unit.pk, credit_fen=777),
            ]
            vouchers.post_voucher(actor=self.utility.actor, voucher=voucher, postings=postings)

    def reopen(self, at: datetime) -> None:
        last = AccountingPeriod.objects.for_actor(self.utility.actor).order_by("-start_date").first()
        if last is None:
            return
        wish = ledger.ask_reopening(actor=self.keeper, kind=PeriodKind.DAY, start=last.start_date, reason="补记", at=at)
        ledger.approve_reopening(actor=self.controller, key=wish.pk, at=at)


@pytest.mark.parametrize("seed", [1])
def test_books_are_right_after_every_step(seed: int) -> None:
    office = BookOffice(seed)

    for step in range(STEPS):
        broken = do_at_once([office.draw(step) for _worker in range(AT_ONCE)])

        assert broken == []
        assert [finding.first_fault for finding in prove_books() if finding.faults] == []

    for number in range(1, 4):
        office.issue(number)
    system = office.utility.actor
    assert Bill.objects.for_actor(system).filter(correction_id=None).count() == BILLS
    assert BillRunShard.objects.for_actor(system).exclude(status="ISSUED").count() == 0
    assert Voucher.objects.for_actor(system).filter(source__startswith="dead").count() == 0
    assert Posting.objects.for_actor(system).count() > BILLS
    assert PeriodReopening.objects.for_actor(system).filter(state="ASKED").count() == 0


def test_of_two_who_issue_one_shard_one_books_it() -> None:
    office = BookOffice(3)

    broken = do_at_once([lambda: office.issue(1)] * 3)

    assert broken == []
    assert Voucher.objects.for_actor(office.utility.actor).count() == 1
    assert Posting.objects.for_actor(office.utility.actor).exclude(bill_id=None).count() == 2


def test_closing_waits_for_who_is_booking() -> None:
    office = BookOffice(4)
    day = date(2026, 2, 1)
    is_booked, may_end = threading.Event(), threading.Event()

    def book_slowly() -> None:
        with transaction.atomic():
            office.pay(START, "slow")
            is_booked.set()
            may_end.wait(10)

    def close() -> None:
        is_booked.wait(10)
        threading.Timer(0.3, may_end.set).start()
        ledger.close_day(actor=office.keeper, day=day, at=START)

    broken = do_at_once([book_slowly, close])

    (closed,) = AccountingPeriod.objects.for_actor(office.utility.actor)
    assert broken == []
    assert (closed.voucher_count, closed.debit_fen) == (1, 777)
