"""Random statements, what people make of them and what they undo: books, bank and balance are right at every step."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from tests.factories import banks
from tests.factories import utility as factory
from tests.factories.bank_files import write_camt, write_entry
from tests.factories.paid import at_ten
from tests.factories.under_fire import do_at_once, try_to

from dianke.application import bank_channels, claims, ledger
from dianke.domain.channels.models import EntryState, MatchUndo, StatementEntry
from dianke.domain.channels.queries.balance import reconcile_balance
from dianke.domain.receivables.models import Claim, Payment
from dianke.domain.receivables.operations import payments, periods
from dianke.domain.receivables.operations.claims import NewClaim
from dianke.domain.receivables.types import ClaimKind
from dianke.platform.identity.types import Actor

SYSTEM = Actor.system("playing with statements")
FIRST_DAY = date(2026, 2, 7)
Act = Callable[[], Any]


class StatementOffice:
    """An office whose bank account lives: money comes, leaves, is matched wrongly and put right."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a test that can be run again
        with transaction.atomic():
            self.office = banks.build_office(mandates=2)
        root = self.office.utility.root
        self.boss = factory.add_clerk(root, "boss", ["payments.approve", "payments.approve_large"])
        self.asker = factory.add_clerk(root, "asker", ["payments.ask"])
        self.serial, self.balance_fen = 0, 0
        self.batch = banks.send_batch(self.office)[0]
        banks.book(self.office, banks.bring(self.office, banks.answer(self.office, self.batch)))

    def draw(self, step: int) -> tuple[str, Act]:
        at = at_ten(FIRST_DAY + timedelta(days=step))
        which, other, fen = self.dice.random(), self.dice.random(), self.dice.choice([1, 20_00, 173_37, 900_00])
        kind = self.dice.choice([ClaimKind.REFUND, ClaimKind.DEPOSIT_TAKEN, ClaimKind.DEPOSIT_RETURN])
        lines = [self.dice.choice(["in", "in", "unknown", "back", "claim", "fee", "out", "batch"]) for _ in range(3)]
        acts: dict[str, Act] = {
            "statement": lambda: self.load(lines, which, fen, at),
            "assign": lambda: self.decide(which, other, at, "assign"),
            "give back": lambda: self.decide(which, other, at, "back"),
            "claimed": lambda: self.decide(which, other, at, "claim"),
            "fee": lambda: self.decide(which, other, at, "fee"),
            "aside": lambda: self.decide(which, other, at, "aside"),
            "settle": lambda: self.decide(which, other, at, "batch"),
            "undo": lambda: self.undo(which, at),
            "reverse": lambda: self.reverse(which, at),
            "claim": lambda: self.claim(kind, which, fen, at),
            "pay out": lambda: self.pay_out(which, f"H{step}-{which}", at),
            "close": lambda: self.close(at.date() - timedelta(days=1)),
        }
        name = self.dice.choice([*acts, "statement", "statement", "undo", "undo", "give back", "assign"])
        return name, acts[name]

    def load(self, kinds: list[str], which: float, fen: int, at: datetime) -> None:
        """Load a statement of some lines that goes on where the last one ended."""
        entries, opening = [], self.balance_fen
        for kind in kinds:
            self.serial += 1
            way, amount_fen, text = self._write(kind, which, fen)
            self.balance_fen += amount_fen if way == "CRDT" else -amount_fen
            entries.append(
                write_entry(f"L-{self.serial:06d}", _yuan(amount_fen), way=way, text=text, day=f"{at.date()}")
            )
        # An account never starts below nothing in a statement that is written here.
        start = 10**9
        content = write_camt(entries, opening=_yuan(start + opening), closing=_yuan(start + self.balance_fen))
        bank_channels.load_statement(
            actor=self.office.maker, bank_code="102", file_name="s.xml", content=content, at=at
        )

    def _write(self, kind: str, which: float, fen: int) -> tuple[str, int, str]:
        account = self.office.accounts[int(which * len(self.office.accounts))]
        came = self._pick(self._list_entries(amount_fen__gt=0), which)
        claim = self._pick(list(Claim.objects.for_actor(SYSTEM).order_by("id")), which)
        if kind == "back" and came:
            return "DBIT", came.amount_fen, f"退汇 {came.reference}"
        if kind == "claim" and claim:
            return ("DBIT" if which < 0.7 else "CRDT"), claim.amount_fen, f"{claim.number}"
        texts = {"in": account.number, "fee": "手续费", "out": "划出", "batch": self.batch.number}
        way = "DBIT" if kind in {"fee", "out"} else "CRDT"
        return way, self.batch.amount_fen if kind == "batch" else fen, texts.get(kind, "货款")

    def decide(self, which: float, other: float, at: datetime, act: str) -> None:
        entry = self._pick(self._list_entries(state__in=["OPEN", "SUSPENSE"]), which)
        came = self._pick(self._list_entries(amount_fen__gt=0), other)
        claim = self._pick(list(Claim.objects.for_actor(SYSTEM).order_by("id")), other)
        if entry is None:
            return
        options: dict[str, Any] = {"actor": self.office.maker, "key": entry.pk, "at": at}
        if act == "assign":
            account = self.office.accounts[int(other * len(self.office.accounts))]
            bank_channels.assign_entry(**options, account_number=account.number)
        elif act == "back" and came:
            bank_channels.give_transfer_back(**options, reference=came.reference)
        elif act == "claim" and claim:
            bank_channels.claim_entry(**options, number=claim.number)
        elif act == "fee":
            bank_channels.charge_fee(**options)
        elif act == "aside":
            bank_channels.set_entry_aside(**options, note="归集")
        elif act == "batch":
            bank_channels.settle_entry(**options, batch_number=self.batch.number)

    def undo(self, which: float, at: datetime) -> None:
        entry = self._pick(self._list_entries(), which)
        if entry is not None:
            wish = bank_channels.ask_undo(actor=self.office.maker, key=entry.pk, reason="认错", at=at)
            bank_channels.approve_undo(actor=self.boss, key=wish.pk, at=at)

    def reverse(self, which: float, at: datetime) -> None:
        payment = self._pick(list(Payment.objects.for_actor(SYSTEM).filter(channel="TRANSFER").order_by("id")), which)
        if payment is not None:
            with transaction.atomic():
                payments.reverse_payment(actor=SYSTEM, payment=payment, reason="错收", login="chief", at=at)

    def claim(self, kind: ClaimKind, which: float, fen: int, at: datetime) -> None:
        account = self.office.accounts[int(which * len(self.office.accounts))]
        new = NewClaim(kind=kind, amount_fen=fen, received_reference=f"R{which}")
        asked = claims.ask_claim(actor=self.asker, account_number=account.number, new=new, reason="申请", at=at)
        claims.approve_claim(actor=self.boss, claim_id=asked.pk, at=at)

    def pay_out(self, which: float, reference: str, at: datetime) -> None:
        one = self._pick(list(Claim.objects.for_actor(SYSTEM).filter(state="APPROVED").order_by("id")), which)
        if one is not None:
            claims.pay_out_claim(actor=self.asker, claim_id=one.pk, reference=reference[:60], paid_on=at.date(), at=at)

    def close(self, day: date) -> None:
        with transaction.atomic():
            periods.close_day(actor=SYSTEM, day=day, login="keeper", at=at_ten(day), today=day + timedelta(days=1))

    def list_wrongs(self, day: date) -> list[str]:
        """Return what is wrong in the books, and whether the bank's balance is not explained to the fen."""
        wrongs = [one.first_fault for one in ledger.check_books(actor=SYSTEM) if one.faults]
        balance = reconcile_balance(actor=SYSTEM, bank=self.office.bank, day=day)
        if balance.difference_fen or balance.gaps:
            wrongs.append(f"{balance.difference_fen} fen of the bank's balance are not explained")
        return wrongs

    def _list_entries(self, **wanted: Any) -> list[StatementEntry]:
        return list(StatementEntry.objects.for_actor(SYSTEM).filter(**wanted).order_by("id"))

    def _pick(self, rows: list[Any], which: float) -> Any:
        return rows[int(which * len(rows))] if rows else None


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seed", "steps"),
    [(1, 30), (2, 30), *(pytest.param(seed, 120, marks=pytest.mark.long) for seed in range(300, 310))],
)
def test_everything_is_right_after_every_step(seed: int, steps: int, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    office = StatementOffice(seed)
    for step in range(steps):
        name, act = office.draw(step)
        try_to(act)
        day = FIRST_DAY + timedelta(days=step)
        assert office.list_wrongs(day) == [], f"seed {seed}, step {step}: {name}"

    states = set(StatementEntry.objects.for_actor(SYSTEM).values_list("state", flat=True))
    assert len(states) > 3
    assert MatchUndo.objects.for_actor(SYSTEM).filter(state="APPROVED").exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("seed", "rounds"), [(5, 6), *(pytest.param(seed, 40, marks=pytest.mark.long) for seed in range(400, 403))]
)
def test_everything_is_right_after_every_round_of_several_connections(
    seed: int, rounds: int, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    office = StatementOffice(seed)
    for step in range(rounds):
        at = at_ten(FIRST_DAY + timedelta(days=step))
        office.load(["in", "unknown", "out"], office.dice.random(), 100_00, at)
        drawn = [office.draw(step) for _worker in range(6)]
        together = [(name, act) for name, act in drawn if name != "statement"][:3]
        broken = do_at_once([act for _name, act in together]) if together else []
        told = f"seed {seed}, round {step}: {[name for name, _act in together]}"
        assert broken == [], told
        assert office.list_wrongs(at.date()) == [], told

    assert StatementEntry.objects.for_actor(SYSTEM).exclude(state=EntryState.OPEN.value).exists()
