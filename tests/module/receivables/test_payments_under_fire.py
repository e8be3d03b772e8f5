"""Random sequences of bills, payments and what becomes of them: after every step the books are right to the fen."""

import random
import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import add_home, run_january
from tests.factories.paid import at_ten, get_sums, list_accounts, list_faults, look_at, make_payment
from tests.factories.utility import LATER, Utility
from tests.module.billing.test_corrections import Staff, draft

from dianke.application import bill_corrections
from dianke.application.meter_to_cash import issue_bills
from dianke.domain.billing.models import Bill
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payment, Posting
from dianke.domain.receivables.operations import payments, periods
from dianke.domain.receivables.operations.payments import receive_payment, receive_payments
from dianke.domain.receivables.types import Channel, Tender
from dianke.kernel.errors import DomainError

HOMES = 4
FIRST_DAY = date(2026, 2, 1)


class Office:
    """A utility with bills that wait to be issued, and people who take money; every act may be refused."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a test that can be run again
        with transaction.atomic():
            self.utility: Utility = factory.build_utility()
            for number in range(HOMES):
                add_home(self.utility, str(1100 + number * 97))
            self.run = run_january(self.utility, 1)
            months.exempt_everything(actor=self.utility.runner, run=self.run)
            self.staff = Staff(self.utility)
            self.hall = factory.org.add_unit(
                code="09", name="营业厅", kind=factory.UnitKind.STATION, parent=self.utility.root
            )
        issue_bills.begin_issue(actor=self.utility.issuer, number=self.run.number, at=LATER)
        self.accounts = list_accounts(self.utility)

    def draw(self, step: int) -> tuple[str, Callable[[], Any]]:
        day = FIRST_DAY + timedelta(days=step * 2)
        account, amount = self.dice.choice(self.accounts), self.dice.choice([1, 50_00, 100_00, 173_37, 400_00])
        number, shard = f"N{self.dice.randrange(step + 2)}", self.dice.randrange(1, HOMES + 1)
        unit = self.dice.choice([self.utility.root, self.hall])
        which, known = self.dice.random(), self.dice.random() < 0.8
        acts: dict[str, Callable[[], Any]] = {
            "issue": lambda: self.issue(shard),
            "pay": lambda: self.pay(account if known else None, amount, f"P{step}", day, unit.pk),
            "pay again": lambda: self.pay(account, amount, number, day, unit.pk),
            "reverse": lambda: self.change("reverse", which, account, day),
            "move": lambda: self.change("move", which, account, day),
            "assign": lambda: self.change("assign", which, account, day),
            "correct": lambda: self.correct(which, day),
            "close": lambda: self.close(day - timedelta(days=1)),
            "die": lambda: self.die(account, amount, f"D{step}", day),
        }
        name = self.dice.choice([*acts, "pay", "pay", "issue", "reverse"])
        return name, acts[name]

    def issue(self, shard: int) -> None:
        issue_bills.issue_shard(actor=self.utility.issuer, number=self.run.number, shard_number=shard)

    def pay(self, account: CustomerAccount | None, fen: int, number: str, day: date, unit_id: int) -> None:
        payment = make_payment(self.utility, account, fen, number, day=day, unit_id=unit_id)
        with transaction.atomic():
            receive_payment(actor=self.utility.actor, payment=payment, at=at_ten(day))

    def change(self, kind: str, which: float, account: CustomerAccount, day: date) -> None:
        known = list(Payment.objects.for_actor(self.utility.actor).order_by("id"))
        if not known:
            return
        payment = known[int(which * len(known))]
        options: dict[str, Any] = {"actor": self.utility.actor, "payment": payment, "login": "chief", "at": at_ten(day)}
        with transaction.atomic():
            if kind == "reverse":
                payments.reverse_payment(**options, reason="错收")
            elif kind == "move":
                payments.move_payment(**options, reason="错收", customer_account_id=account.pk)
            else:
                payments.assign_payment(**options, customer_account_id=account.pk)

    def correct(self, which: float, day: date) -> None:
        bills = list(Bill.objects.for_actor(self.utility.actor).order_by("id"))
        if not bills:
            return
        at, end = at_ten(day), self.dice.choice(["1050", "1350"])
        order = draft(self.staff, bills[int(which * len(bills))], {"segment.1.total_end": end})
        bill_corrections.ask_correction(actor=self.staff.clerk, key=order.pk, at=at)
        bill_corrections.approve_correction(actor=self.staff.chief, key=order.pk, at=at)
        bill_corrections.issue_correction(actor=self.staff.chief, key=order.pk, at=at)

    def close(self, day: date) -> None:
        periods.close_day(actor=self.utility.actor, day=day, login="keeper", at=at_ten(day), today=day)

    def die(self, account: CustomerAccount, fen: int, number: str, day: date) -> None:
        with transaction.atomic():
            self.pay(account, fen, number, day, self.utility.root.pk)
            raise periods.PeriodClosed(day="nowhere")


def try_to(act: Callable[[], Any]) -> None:
    """Carry an act out; a refusal is an answer."""
    try:
        act()
    except DomainError:
        connection.needs_rollback = False


def play(seed: int, steps: int) -> Office:
    """Carry random acts out one after the other, and prove the books after each."""
    office = Office(seed)
    for step in range(steps):
        name, act = office.draw(step)
        try_to(act)
        assert list_faults() == [], f"seed {seed}, step {step}: {name}"
    return office


def do_at_once(acts: list[Callable[[], Any]]) -> list[BaseException]:
    """Carry acts out together, each on a connection of its own; return what was no refusal."""
    gate, broken = threading.Barrier(len(acts)), []

    def work(act: Callable[[], Any]) -> None:
        gate.wait()
        try:
            act()
        except DomainError:
            pass
        except BaseException as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return broken


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2])
def test_books_are_right_after_every_step(seed: int) -> None:
    office = play(seed, 25)

    assert Posting.objects.for_actor(office.utility.actor).count() > HOMES
    assert Payment.objects.for_actor(office.utility.actor).filter(external_number__startswith="D").count() == 0


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(100, 130))
def test_books_are_right_after_every_step_of_a_long_sequence(seed: int) -> None:
    office = play(seed, 60)

    assert Posting.objects.for_actor(office.utility.actor).count() > HOMES


@pytest.mark.django_db(transaction=True)
def test_two_cashiers_and_a_bank_file_on_one_bill_give_no_double() -> None:
    office = Office(5)
    for shard in range(1, HOMES + 1):
        office.issue(shard)
    home = office.accounts[0]
    owed_fen = look_at(office.utility, home).owed_fen
    at = at_ten(date(2026, 2, 5))
    counter = [make_payment(office.utility, home, owed_fen, number) for number in ("K1", "K2")]
    file = [
        make_payment(
            office.utility, one, owed_fen, f"B{one.pk}", channel=Channel.BANK_WITHHOLDING, tender=Tender.ACCOUNT
        )
        for one in office.accounts
    ]

    def bring(many: list[Any]) -> None:
        with transaction.atomic():
            receive_payments(actor=office.utility.actor, payments=many, at=at)

    broken = do_at_once(
        [lambda: bring(counter[:1]), lambda: bring(counter[1:]), lambda: bring(file), lambda: bring(file[::-1])]
    )

    position = look_at(office.utility, home)
    assert broken == []
    assert Payment.objects.for_actor(office.utility.actor).count() == 2 + HOMES
    assert (position.owed_fen, position.prepaid_fen) == (0, 2 * owed_fen)
    assert get_sums()["1002.01"] == HOMES * owed_fen
    assert list_faults() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("calls", [60, pytest.param(1000, marks=pytest.mark.long)])
def test_repeated_and_reordered_calls_give_one_payment_a_number(calls: int) -> None:
    office = Office(6)
    for shard in range(1, HOMES + 1):
        office.issue(shard)
    numbers = 5
    wanted = [
        make_payment(office.utility, office.accounts[at % HOMES], 10_00 + at, f"X{at}", channel=Channel.ONLINE,
                     tender=Tender.ACCOUNT)
        for at in range(numbers)
    ]  # fmt: skip
    orders = [[office.dice.randrange(numbers) for _call in range(calls // 4)] + [at] for at in (0, 1, 2, 3)]

    def bring(order: list[int]) -> None:
        for at in [*order, 4]:
            with transaction.atomic():
                receive_payment(actor=office.utility.actor, payment=wanted[at], at=at_ten(date(2026, 2, 5)))

    broken = do_at_once([lambda order=order: bring(order) for order in orders])

    taken = Payment.objects.for_actor(office.utility.actor).values_list("external_number", flat=True)
    assert broken == []
    assert sorted(taken) == ["X0", "X1", "X2", "X3", "X4"]
    assert get_sums()["1012.02"] == sum(one.amount_fen for one in wanted)
    assert list_faults() == []
