"""
Settle debts with money that is there: late fees are booked to the day, parts are taken off by policy, the rest is held.

A desk works on accounts that are locked, and keeps what they owe and hold in memory while it draws postings for them;
who calls it writes the vouchers.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from dianke.domain.billing.queries.account_terms import AccountTermsInForce, get_terms_of_accounts
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.queries import standing as queries
from dianke.domain.receivables.queries.late_fees import OverdueItem, compute_running_fees, list_accounts_with_terms
from dianke.domain.receivables.queries.payment_vouchers import LineKey
from dianke.domain.receivables.queries.standing import DebtLine, HeldLine
from dianke.domain.receivables.rules.allocation import OpenDebt, Share, allocate, get_policy
from dianke.domain.receivables.types import Component, NewPosting
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

BETWEEN_UNITS = "1221.01"
PREPAYMENT, SUSPENSE = "2203.01", "2241.03"
LATE_FEE, LATE_FEE_REVENUE = "1122.03", "6301.01"
ALLOWANCE, LOSS = "1231.01", "6702.01"

_SYSTEM = Actor.system("settling debts")


@dataclass(slots=True)
class Settled:
    """What money did: the postings of it, what it settled by bill, and what is left of it."""

    postings: list[NewPosting] = field(default_factory=list)
    paid_fen: dict[int, int] = field(default_factory=dict)
    late_fee_fen: int = 0
    left_fen: int = 0


class Desk:
    """What some locked accounts owe and hold, as payments of a day are entered one after the other."""

    def __init__(self, *, units: dict[int, int], on: date, until: date, with_settled: bool = False) -> None:
        """`units`: the unit of each account; `on`: the day of booking; `until`: the day that late fees run to."""
        self.until = until
        self.standings = queries.load_standings(account_ids=list(units), with_settled=with_settled)
        self._units = units
        self._paths: dict[int, str] = dict(Unit.objects.for_actor(_SYSTEM).values_list("pk", "path"))
        self._accounts = AccountMap(actor=_SYSTEM, on=on)
        self._prepayment_ledgers = frozenset(queries.load_ledger_codes(PREPAYMENT))
        owing = [line for one in self.standings.values() for line in one.lines if line.balance_fen > 0]
        self.bills = queries.load_bills(item_ids={line.item_id for line in owing})
        self._running = compute_running_fees(items=self._list_overdue(owing), until=until)
        self._terms: dict[int, AccountTermsInForce] = get_terms_of_accounts(
            actor=_SYSTEM, customer_account_ids=list_accounts_with_terms([line.account_id for line in owing]), on=until
        )
        self._ledgers: dict[tuple[str, int], int] = {}
        self._unlost: dict[int, list[NewPosting]] = {}

    def find_ledger(self, code: str, unit_id: int) -> int:
        """Return the account of the chart that postings of a unit to a unified code go to."""
        key = self._ledgers.get((code, unit_id))
        if key is None:
            key = self._ledgers[code, unit_id] = self._accounts.find(code, unit_path=self._paths[unit_id])
        return key

    def settle(
        self, *, accounts: Sequence[int], amount_fen: int, named_items: Collection[int] = (), is_ranked: bool = False
    ) -> Settled:
        """
        Let an amount settle the debts of accounts, and return what is left of it.

        The first account's terms say which part of a debt comes first; ranked accounts are settled in their order.
        """
        settled = Settled(left_fen=amount_fen)
        debts = [debt for rank, key in enumerate(accounts) for debt in self._list_debts(key, rank if is_ranked else 0)]
        if not debts:
            return settled
        terms = self._terms.get(accounts[0])
        order = terms.allocation_order.value if terms and terms.allocation_order else ""
        policy = get_policy(day=self.until, terms_order=order)
        shares, settled.left_fen = allocate(amount_fen=amount_fen, debts=debts, policy=policy, named_items=named_items)
        lines = queries.group_by_item([line for key in accounts for line in self.standings[key].lines])
        for item_id in dict.fromkeys(share.item_id for share in shares):
            self._accrue(item_id, lines[item_id], settled)
        for share in shares:
            self._take_off(share, lines[share.item_id], settled)
        return settled

    def hold(self, account_id: int, amount_fen: int) -> list[NewPosting]:
        """Return the posting that makes an amount the prepayment of an account."""
        unit_id = self._units[account_id]
        ledger_id = self.find_ledger(PREPAYMENT, unit_id)
        posting = NewPosting(ledger_id, unit_id, credit_fen=amount_fen, customer_account_id=account_id)
        self._change_held(account_id, posting)
        return [posting]

    def draw(self, account_id: int, amount_fen: int) -> list[NewPosting]:
        """Return the postings that take an amount, which must be there, out of the prepayment of an account."""
        postings = []
        for held in self.standings[account_id].prepaid:
            taken_fen = min(amount_fen, held.amount_fen)
            if taken_fen > 0:
                postings.append(
                    NewPosting(held.ledger_id, held.unit_id, debit_fen=taken_fen, customer_account_id=account_id)
                )
                held.amount_fen -= taken_fen
                amount_fen -= taken_fen
        assert amount_fen == 0  # noqa: S101 - who draws has looked what is there
        return postings

    def free(self, account_id: int) -> list[NewPosting]:
        """
        Return the postings that turn what is paid beyond the bills of an account into its prepayment, in red.

        What was given up beyond a bill is no money that came: see `take_unlost`.
        """
        excess = [line for line in self.standings[account_id].lines if line.excess_fen]
        given_up = queries.load_given_up(item_ids={line.item_id for line in excess})
        postings = []
        for line in excess:
            unlost_fen = min(line.excess_fen, max(given_up.get(get_key(line), 0), 0))
            if unlost_fen:
                self._unlost.setdefault(account_id, []).extend(self._post_unlost(line, unlost_fen))
                line.settled_fen -= unlost_fen
            if line.excess_fen:
                postings.append(post_credit(line, -line.excess_fen))
                line.settled_fen -= line.excess_fen
        freed_fen = -sum(posting.credit_fen for posting in postings)
        return [*postings, *self.hold(account_id, freed_fen)] if freed_fen else []

    def take_unlost(self, account_id: int) -> list[NewPosting]:
        """Return the red entries of losses that `free` found on debt that is not owed any more, once: a write-off."""
        return self._unlost.pop(account_id, [])

    def fill(self, account_id: int) -> list[NewPosting]:
        """Return the postings that put prepayment where more was taken off a bill than had settled it."""
        postings = []
        for line in self.standings[account_id].lines:
            if line.deficit_fen:
                postings.append(post_credit(line, line.deficit_fen))
                line.settled_fen += line.deficit_fen
        missing_fen = sum(posting.credit_fen for posting in postings)
        return [*postings, *self.draw(account_id, missing_fen)] if missing_fen else []

    def apply(self, postings: Sequence[NewPosting]) -> None:
        """Reckon with postings that were drawn elsewhere; lines may fall out of their bounds until they are mended."""
        lines = {get_key(line): line for one in self.standings.values() for line in one.lines}
        for posting in postings:
            if posting.customer_account_id is None:
                continue
            if posting.item_id is None:
                self._change_held(posting.customer_account_id, posting)
            elif line := lines.get(_get_key_of_posting(posting)):
                line.billed_fen += posting.debit_fen
                line.settled_fen += posting.credit_fen

    def level_units(self, postings: Sequence[NewPosting]) -> list[NewPosting]:
        """Return the postings with what makes each unit balance: money of one unit for bills of another."""
        missing: dict[int, int] = {}
        for one in postings:
            missing[one.unit_id] = missing.get(one.unit_id, 0) + one.credit_fen - one.debit_fen
        between = [
            NewPosting(
                self.find_ledger(BETWEEN_UNITS, unit_id), unit_id, debit_fen=max(fen, 0), credit_fen=max(-fen, 0)
            )
            for unit_id, fen in sorted(missing.items())
            if fen
        ]
        return [*postings, *between]

    def _post_unlost(self, line: DebtLine, fen: int) -> list[NewPosting]:
        """Return a write-off in red: loss through allowance against the bill."""
        allowance, loss = (self.find_ledger(code, line.unit_id) for code in (ALLOWANCE, LOSS))
        return [
            NewPosting(
                key, line.unit_id, debit_fen=debit_fen, credit_fen=credit_fen, usage_class=line.usage_class,
                for_year=line.for_year, customer_account_id=line.account_id, item_id=line.item_id,
            )
            for key, debit_fen, credit_fen in (
                (loss, -fen, 0), (allowance, 0, -fen), (allowance, -fen, 0), (line.ledger_id, 0, -fen),
            )
        ]  # fmt: skip

    def _change_held(self, account_id: int, posting: NewPosting) -> None:
        for held in self.standings[account_id].prepaid:
            if (held.unit_id, held.ledger_id) == (posting.unit_id, posting.ledger_account_id):
                held.amount_fen += posting.credit_fen - posting.debit_fen
                return
        if posting.ledger_account_id in self._prepayment_ledgers:
            held = HeldLine(posting.unit_id, posting.ledger_account_id, posting.credit_fen - posting.debit_fen)
            self.standings[account_id].prepaid.append(held)

    def _list_overdue(self, lines: Sequence[DebtLine]) -> list[OverdueItem]:
        found: dict[int, OverdueItem] = {}
        for line in lines:
            bill = self.bills.get(line.item_id)
            if line.component is Component.PRINCIPAL and bill and bill.due_date:
                found[line.item_id] = OverdueItem(line.item_id, line.account_id, bill.due_date, line.usage_class)
        return list(found.values())

    def _list_debts(self, account_id: int, rank: int) -> list[OpenDebt]:
        found = []
        owing = [line for line in self.standings[account_id].lines if line.balance_fen > 0]
        for item_id, lines in queries.group_by_item(owing).items():
            parts = dict.fromkeys(Component, 0)
            for line in lines:
                parts[line.component] += line.balance_fen
            found.append(
                OpenDebt(
                    item_id=item_id,
                    oldest_by=self.bills[item_id].oldest_by,
                    principal_fen=parts[Component.PRINCIPAL],
                    penalty_fen=parts[Component.PENALTY],
                    late_fee_fen=parts[Component.LATE_FEE] + self._running.get(item_id, 0),
                    rank=rank,
                )
            )
        return found

    def _accrue(self, item_id: int, lines: list[DebtLine], settled: Settled) -> None:
        """Book the late fee that ran on a bill until the day, once: debit what is owed, credit revenue."""
        fen = self._running.pop(item_id, 0)
        if not fen:
            return
        like = next(line for line in lines if line.component is Component.PRINCIPAL and line.balance_fen > 0)
        ledger_id = self.find_ledger(LATE_FEE, like.unit_id)
        fee = next((line for line in lines if (line.unit_id, line.ledger_id) == (like.unit_id, ledger_id)), None)
        if fee is None or (fee.usage_class, fee.for_year) != (like.usage_class, like.for_year):
            fee = DebtLine(
                like.account_id, item_id, like.unit_id, ledger_id, like.usage_class, like.for_year, Component.LATE_FEE
            )
            lines.append(fee)
            self.standings[like.account_id].lines.append(fee)
        fee.billed_fen += fen
        settled.postings += [
            NewPosting(
                key, fee.unit_id, debit_fen=debit_fen, credit_fen=credit_fen, usage_class=fee.usage_class,
                for_year=fee.for_year, customer_account_id=fee.account_id, item_id=item_id,
            )
            for key, debit_fen, credit_fen in (
                (ledger_id, fen, 0), (self.find_ledger(LATE_FEE_REVENUE, fee.unit_id), 0, fen),
            )
        ]  # fmt: skip

    def _take_off(self, share: Share, lines: Sequence[DebtLine], settled: Settled) -> None:
        left_fen = share.amount_fen
        for line in lines:
            taken_fen = min(left_fen, line.balance_fen) if line.component is share.component else 0
            if taken_fen > 0:
                line.settled_fen += taken_fen
                left_fen -= taken_fen
                settled.postings.append(post_credit(line, taken_fen))
        settled.paid_fen[share.item_id] = settled.paid_fen.get(share.item_id, 0) + share.amount_fen
        if share.component is Component.LATE_FEE:
            settled.late_fee_fen += share.amount_fen


def get_key(line: DebtLine) -> LineKey:
    """Return what tells a line from all others."""
    return (line.account_id, line.item_id, line.unit_id, line.ledger_id, line.usage_class, line.for_year)


def _get_key_of_posting(posting: NewPosting) -> LineKey:
    assert posting.customer_account_id is not None and posting.item_id is not None  # noqa: S101, PT018 - asked before
    return (
        posting.customer_account_id, posting.item_id, posting.unit_id, posting.ledger_account_id, posting.usage_class,
        posting.for_year,
    )  # fmt: skip


def post_credit(line: DebtLine, amount_fen: int) -> NewPosting:
    """Return the posting that settles an amount of a line, or in red takes it off again."""
    return NewPosting(
        line.ledger_id, line.unit_id, credit_fen=amount_fen, usage_class=line.usage_class, for_year=line.for_year,
        customer_account_id=line.account_id, item_id=line.item_id,
    )  # fmt: skip
