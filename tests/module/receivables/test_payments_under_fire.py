"""Random sequences of bills, money and what becomes of both: after every step the books are right to the fen."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from tests.factories import utility as factory
from tests.factories.paid import at_ten, get_sums, list_accounts, list_faults, look_at, make_payment
from tests.factories.under_fire import Act, Office, do_at_once, try_to
from tests.factories.utility import LATER

from dianke.application import agreements, claims
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Agreement, Claim, HeldMoney, Payment, PaymentEvent, Posting, Voucher
from dianke.domain.receivables.operations import payments, periods, write_offs
from dianke.domain.receivables.operations.agreements import NewAgreement
from dianke.domain.receivables.operations.claims import NewClaim
from dianke.domain.receivables.operations.payments import receive_payment, receive_payments
from dianke.domain.receivables.operations.prepayments import use_prepayments
from dianke.domain.receivables.queries.agreements import list_progress
from dianke.domain.receivables.rules.agreements import PlannedPart, split_evenly
from dianke.domain.receivables.types import Channel, ClaimKind, FeesMeanwhile, Tender
from dianke.platform.identity.types import Actor

HOMES = 4
FIRST_DAY = date(2026, 2, 1)
SYSTEM = Actor.system("playing with money")
WAYS = [
    (Channel.COUNTER, Tender.CASH), (Channel.COUNTER, Tender.CARD), (Channel.COUNTER, Tender.CHEQUE),
    (Channel.BANK_WITHHOLDING, Tender.ACCOUNT), (Channel.ONLINE, Tender.ACCOUNT), (Channel.AGENT, Tender.ACCOUNT),
    (Channel.TRANSFER, Tender.ACCOUNT),
]  # fmt: skip
# Money lies in cash, in the bank, or on its way there.
MONEY = ("1001", "1002", "1012", "1121")
# What was settled by money is what was settled, less what was given up.
NEGATIVE = """
select p.item_id, p.ledger_account_id
  from receivables_posting p join receivables_voucher v on v.id = p.voucher_id
  join receivables_ledgeraccount a on a.id = p.ledger_account_id and a.code like '1122.%%'
 where p.item_id is not null and v.kind not in ('WRITE_OFF', 'BAD_DEBT_RETURN')
 group by 1, 2 having sum(p.credit_fen) < least(sum(p.debit_fen), 0)
"""


class MoneyOffice(Office):
    """People who take money, and change what became of it."""

    def __init__(self, seed: int) -> None:
        super().__init__(
            seed, homes=[str(1100 + number * 97) for number in range(HOMES)], shard_size=1, issued_at=LATER
        )
        self.accounts = list_accounts(self.utility)

    def prepare(self) -> None:
        root = self.utility.root
        self.hall = factory.org.add_unit(code="09", name="营业厅", kind=factory.UnitKind.STATION, parent=root)
        self.asker = factory.add_clerk(root, "asker", ["payments.ask", "agreements.propose"])
        self.boss = factory.add_clerk(
            root, "boss", ["payments.approve", "payments.approve_large", "agreements.approve"]
        )

    def draw(self, step: int) -> tuple[str, Act]:
        day = FIRST_DAY + timedelta(days=step * 2)
        account, amount = self.dice.choice(self.accounts), self.dice.choice([1, 50_00, 100_00, 173_37, 400_00])
        number, shard = f"N{self.dice.randrange(step + 2)}", self.dice.randrange(1, HOMES + 1)
        unit, way = self.dice.choice([self.utility.root, self.hall]), self.dice.choice(WAYS)
        which, known, end = self.dice.random(), self.dice.random() < 0.8, self.dice.choice(["1050", "1350"])
        key, parts = f"{step}-{self.dice.randrange(10**9)}", self.dice.randrange(1, 4)
        kind, fees = self.dice.choice(list(ClaimKind)), self.dice.choice(list(FeesMeanwhile))
        acts: dict[str, Act] = {
            "issue": lambda: self.issue(shard),
            "pay": lambda: self.pay(account if known else None, amount, f"P{key}", day, unit.pk, *way),
            "pay again": lambda: self.pay(account, amount, number, day, unit.pk, *WAYS[0]),
            "reverse": lambda: self.change("reverse", which, account, day),
            "move": lambda: self.change("move", which, account, day),
            "assign": lambda: self.change("assign", which, account, day),
            "correct": lambda: self.correct(which, at_ten(day), end),
            "claim": lambda: self.claim(kind, account, amount, key, day),
            "pay out": lambda: self.pay_out(which, key, day),
            "agree": lambda: self.agree(account, parts, fees, day),
            "judge": lambda: agreements.run_agreement_night(actor=SYSTEM, at=at_ten(day)),
            "give up": lambda: self.give_up(account, key, day),
            "take back": lambda: self.take_back(which, key, day),
            "close": lambda: self.close(day - timedelta(days=1)),
            "die": lambda: self.die(lambda: self.pay(account, amount, f"D{key}", day, self.utility.root.pk, *way)),
        }
        name = self.dice.choice([*acts, "pay", "pay", "pay", "issue", "reverse", "claim"])
        return name, acts[name]

    def pay(
        self, account: CustomerAccount | None, fen: int, number: str, day: date, unit_id: int, channel: Channel,
        tender: Tender,
    ) -> None:  # fmt: skip
        payment = make_payment(
            self.utility, account, fen, number, day=day, unit_id=unit_id, channel=channel, tender=tender
        )
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

    def claim(self, kind: ClaimKind, account: CustomerAccount, fen: int, key: str, day: date) -> None:
        """Ask for something on an account, and approve it; of a waiver what runs on its first bill."""
        waived: dict[int, int] = {}
        if kind is ClaimKind.LATE_FEE_WAIVER:
            late = [one for one in look_at(self.utility, account, day).debts if one.late_fee_fen]
            waived = {one.item_id: (one.late_fee_fen + 1) // 2 for one in late[:1]}
        new = NewClaim(kind=kind, amount_fen=fen, waived_fen=waived, received_reference=f"R{key}")
        asked = claims.ask_claim(
            actor=self.asker, account_number=account.number, new=new, reason="申请", at=at_ten(day)
        )
        claims.approve_claim(actor=self.boss, claim_id=asked.pk, at=at_ten(day))

    def pay_out(self, which: float, key: str, day: date) -> None:
        waiting = list(Claim.objects.for_actor(SYSTEM).filter(state="APPROVED", kind__in=["REFUND", "DEPOSIT_RETURN"]))
        if waiting:
            one = waiting[int(which * len(waiting))]
            claims.pay_out_claim(actor=self.asker, claim_id=one.pk, reference=f"O{key}", paid_on=day, at=at_ten(day))

    def agree(self, account: CustomerAccount, count: int, fees: FeesMeanwhile, day: date) -> None:
        debts = look_at(self.utility, account, day).debts
        if not debts:
            return
        amounts = split_evenly(amount_fen=sum(one.total_fen for one in debts), count=count)
        plan = tuple(PlannedPart(day + timedelta(days=4 * at), fen) for at, fen in enumerate(amounts, 1))
        new = NewAgreement(
            item_ids=tuple(one.item_id for one in debts), plan=plan, late_fees=fees, signed_on=day, reason="困难"
        )
        made = agreements.propose_agreement(actor=self.asker, account_number=account.number, new=new, at=at_ten(day))
        agreements.approve_agreement(actor=self.boss, key=made.pk, at=at_ten(day) + timedelta(hours=1))

    def give_up(self, account: CustomerAccount, key: str, day: date) -> None:
        owed = look_at(self.utility, account, day).debts
        booked = {line.item_id: 0 for line in owed}
        rows = Posting.objects.for_actor(SYSTEM).filter(item_id__in=booked, ledger_account__code__startswith="1122.")
        for one in rows:
            booked[one.item_id] += one.debit_fen - one.credit_fen
        if booked:
            with transaction.atomic():
                write_offs.write_off_debts(
                    actor=SYSTEM, source=f"gone:{key}", summary="", customer_account_id=account.pk, amounts=booked,
                    login="chief", at=at_ten(day),
                )  # fmt: skip

    def take_back(self, which: float, key: str, day: date) -> None:
        """Let a fen or what the account holds stand again of a debt that was given up, and settle it."""
        gone = list(Voucher.objects.for_actor(SYSTEM).filter(kind="WRITE_OFF").order_by("id"))
        if not gone:
            return
        voucher = gone[int(which * len(gone))]
        rows = Posting.objects.for_actor(SYSTEM).filter(voucher_id=voucher.pk, item_id__isnull=False)
        account_id = rows.values_list("customer_account_id", flat=True)[0]
        before = Voucher.objects.for_actor(SYSTEM).filter(source__startswith=f"back:{voucher.pk}:")
        with transaction.atomic():
            write_offs.return_bad_debt(
                actor=SYSTEM, source=f"back:{voucher.pk}:{key}", summary="", customer_account_id=account_id,
                voucher_ids=(voucher.pk, *before.values_list("pk", flat=True)), amount_fen=1_00, login="chief",
                at=at_ten(day),
            )  # fmt: skip
            use_prepayments(actor=SYSTEM, customer_account_ids=[account_id], on=day, at=at_ten(day))

    def close(self, day: date) -> None:
        with transaction.atomic():
            periods.close_day(actor=self.utility.actor, day=day, login="keeper", at=at_ten(day), today=day)

    def list_wrongs(self) -> list[str]:
        """Return what is wrong in the books, in what is held, in what money settled and in what was agreed on."""
        wrongs = list_faults()
        if HeldMoney.objects.for_actor(SYSTEM).filter(amount_fen__lt=0).exists():
            wrongs.append("something held is below zero")
        with connection.cursor() as cursor:
            cursor.execute(NEGATIVE)
            wrongs += [f"money settled less than nothing: {row}" for row in cursor.fetchall()]
        for progress in list_progress(agreements=list(Agreement.objects.for_actor(SYSTEM))).values():
            explained = [0] * len(progress.parts)
            for _source, settled in progress.settlements:
                for number, fen in settled.parts.items():
                    explained[number - 1] += fen
            if explained != [part.paid_fen for part in progress.parts]:
                wrongs.append("an instalment is not explained")
        if self.sum_money() != self.sum_received():
            wrongs.append(f"{self.sum_money()} fen are there, {self.sum_received()} came and stayed")
        return wrongs

    def sum_money(self) -> int:
        return sum(fen for code, fen in get_sums().items() if code.startswith(MONEY))

    def sum_received(self) -> int:
        """Return what came and was not reversed, with the deposits that came, less what the bank paid out."""
        reversed_ones = PaymentEvent.objects.for_actor(SYSTEM).filter(kind="REVERSED").values("payment_id")
        live = Payment.objects.for_actor(SYSTEM).exclude(pk__in=reversed_ones)
        decided = Claim.objects.for_actor(SYSTEM).filter(state__in=["APPROVED", "PAID"])
        came = decided.filter(kind="DEPOSIT_TAKEN")
        went = decided.filter(state="PAID")
        total: Callable[[Any], int] = lambda rows: sum(rows.values_list("amount_fen", flat=True))  # noqa: E731
        return total(live) + total(came) - total(went)


def play(seed: int, steps: int) -> MoneyOffice:
    """Carry random acts out one after the other, and prove the books after each."""
    office = MoneyOffice(seed)
    for step in range(steps):
        name, act = office.draw(step)
        try_to(act)
        assert office.list_wrongs() == [], f"seed {seed}, step {step}: {name}"
    return office


def play_at_once(seed: int, rounds: int, at_once: int) -> MoneyOffice:
    """Carry random acts out on several connections, and prove the books after each round."""
    office = MoneyOffice(seed)
    for step in range(rounds):
        drawn = [office.draw(step) for _worker in range(at_once)]
        broken = do_at_once([act for _name, act in drawn])
        told = f"seed {seed}, round {step}: {[name for name, _act in drawn]}"
        assert broken == [], told
        assert office.list_wrongs() == [], told
    return office


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1])
def test_books_are_right_after_every_step(seed: int) -> None:
    office = play(seed, 30)

    assert Posting.objects.for_actor(office.utility.actor).count() > HOMES
    assert Payment.objects.for_actor(office.utility.actor).filter(external_number__startswith="D").count() == 0


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(100, 130))
def test_books_are_right_after_every_step_of_a_long_sequence(seed: int) -> None:
    office = play(seed, 80)

    assert Posting.objects.for_actor(office.utility.actor).count() > HOMES


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("seed", "rounds"), [(3, 10), *(pytest.param(seed, 40, marks=pytest.mark.long) for seed in range(200, 206))]
)
def test_books_are_right_after_every_round_of_several_connections(seed: int, rounds: int) -> None:
    office = play_at_once(seed, rounds, 3)

    assert Payment.objects.for_actor(office.utility.actor).filter(external_number__startswith="D").count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_cashiers_and_a_bank_file_on_one_bill_give_no_double() -> None:
    office = MoneyOffice(5)
    for shard in range(1, HOMES + 1):
        office.issue(shard)
    home = office.accounts[0]
    owed_fen = look_at(office.utility, home).owed_fen
    at: datetime = at_ten(date(2026, 2, 5))
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
    office = MoneyOffice(6)
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
