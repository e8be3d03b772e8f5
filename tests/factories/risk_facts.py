"""Facts of payment as arrays, written down by hand or drawn from a made-up population."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from dianke.application.risk import training
from dianke.application.risk.training import Gathered
from dianke.domain.collection.queries.risk_facts import AccountBlock
from dianke.domain.collection.rules.risk_history import NEVER, PaymentFacts, Snapshot, take_snapshot, to_day_number
from dianke.domain.collection.rules.risk_rules import get_rules
from dianke.engine.risk.types import Features, Sample
from dianke.interfaces.cli.bench.payment_behaviour import NEVER as NEVER_PAID
from dianke.interfaces.cli.bench.payment_behaviour import Behaviour, draw_behaviour


@dataclass(frozen=True)
class Bill:
    """A bill of one account and the payments for it: (day paid, fen) or (day paid, fen, day it became known)."""

    due: date
    fen: int = 10_000
    paid: Sequence[tuple[Any, ...]] = ()
    account: int = 0
    kwh_e2: int = 20_000


def gather(bills: Sequence[Bill], *, accounts: int = 1, **others: Any) -> PaymentFacts:
    """Return facts of accounts; bills are issued 15 days before they are due, for the month before."""
    moves = [(at, issue_day(one), to_day_number(issue_day(one)), one.fen, 0) for at, one in enumerate(bills)]
    for at, one in enumerate(bills):
        for day, fen, *known in one.paid:
            moves.append((at, known[0] if known else day, to_day_number(day), 0, fen))
    moves.sort(key=lambda move: move[2])
    columns: dict[str, Any] = {
        "account_ids": range(accounts),
        "opened": [0] * accounts,
        "closed": [NEVER] * accounts,
        "bill_account": [one.account for one in bills],
        "bill_known": [to_day_number(issue_day(one)) for one in bills],
        "bill_due": [to_day_number(one.due) for one in bills],
        "bill_start": [to_day_number(issue_day(one) - timedelta(days=31)) for one in bills],
        "bill_end": [to_day_number(issue_day(one) - timedelta(days=1)) for one in bills],
        "bill_kwh_e2": [one.kwh_e2 for one in bills],
        "move_bill": [move[0] for move in moves],
        "move_known": [to_day_number(move[1]) for move in moves],
        "move_day": [move[2] for move in moves],
        "move_debit_fen": [move[3] for move in moves],
        "move_credit_fen": [move[4] for move in moves],
    }
    columns |= others
    return PaymentFacts(
        **{one.name: np.array(list(columns.get(one.name, ())), dtype=np.int64) for one in fields(PaymentFacts)}
    )


def issue_day(bill: Bill) -> date:
    """Return the day that a bill was issued."""
    return bill.due - timedelta(days=15)


def look(facts: PaymentFacts, on: date) -> Snapshot:
    """Return what was known of facts at the end of a day, by the rules of the house."""
    return take_snapshot(facts, on=on, months=12, law_months=24, most_unbilled_days=62)


def take_over(drawn: Behaviour) -> PaymentFacts:
    """Return a made-up population as facts: what is paid becomes known on the day it is paid."""
    size, months = drawn.bill_fen.shape
    nothing = np.zeros(0, dtype=np.int64)
    account = np.repeat(np.arange(size), months)
    of_bill = {
        "bill_account": account,
        "bill_known": np.tile(drawn.issued, size),
        "bill_due": np.tile(drawn.due, size),
        "bill_start": np.tile(drawn.starts[:-1], size),
        "bill_end": np.tile(drawn.starts[1:], size),
        "bill_kwh_e2": drawn.bill_fen.ravel() * 2,
    }
    paid_on, fen = drawn.paid_on.ravel(), drawn.bill_fen.ravel()
    paid = np.flatnonzero(paid_on != NEVER_PAID)
    day = np.concatenate([of_bill["bill_known"], paid_on[paid]])
    order = np.argsort(day, kind="stable")
    moves = {
        "move_bill": np.concatenate([np.arange(fen.size), paid])[order],
        "move_known": day[order],
        "move_day": day[order],
        "move_debit_fen": np.concatenate([fen, np.zeros(paid.size, dtype=np.int64)])[order],
        "move_credit_fen": np.concatenate([np.zeros(fen.size, dtype=np.int64), fen[paid]])[order],
    }
    empty = gather([], accounts=size)
    return replace(empty, **of_bill, **moves, held_account=nothing)


def gather_population(accounts: int) -> Gathered:
    """Return the rows of all cut-offs of eighteen made-up months, as a training of 10 July 2026 gathers them."""
    today = date(2026, 7, 10)
    rules = get_rules(on=today)
    drawn = draw_behaviour(accounts=accounts, first_month=date(2025, 1, 1), months=18, seed=11)
    block = AccountBlock(take_over(drawn), np.ones(accounts, dtype=np.int64))
    cutoffs = training.list_cutoffs(first_bill=date(2025, 2, 2), today=today, rules=rules)
    parts = training._take_block(block, cutoffs, rules)
    features, bad, amount, window, score, grades = (list(column) for column in zip(*parts, strict=True))
    sample = Sample(
        Features(features[0].names, np.concatenate([one.values for one in features])),
        np.concatenate(bad),
        np.concatenate(amount),
        np.concatenate(window),
    )
    closed_by = training._close(cutoffs, rules)
    return Gathered(sample, np.concatenate(score), np.concatenate(grades), cutoffs, closed_by)
