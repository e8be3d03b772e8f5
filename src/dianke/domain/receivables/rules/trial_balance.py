"""Trial balance (试算平衡表): sums of accounts rolled up to a level of the chart, each side of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dianke.domain.receivables.rules.chart import cut_code


@dataclass(frozen=True, slots=True)
class AccountSums:
    """What was posted to an account before a period and in it."""

    code: str
    debit_before_fen: int = 0
    credit_before_fen: int = 0
    debit_fen: int = 0
    credit_fen: int = 0

    @property
    def opening_fen(self) -> int:
        """Return the opening balance, above zero on the debit side."""
        return self.debit_before_fen - self.credit_before_fen

    @property
    def closing_fen(self) -> int:
        """Return the closing balance, above zero on the debit side."""
        return self.opening_fen + self.debit_fen - self.credit_fen


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """A line of the trial balance: opening and closing balance on one side, what was posted on both."""

    code: str
    opening_debit_fen: int
    opening_credit_fen: int
    debit_fen: int
    credit_fen: int
    closing_debit_fen: int
    closing_credit_fen: int


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """The lines of a level and of those above it, and the totals of the level alone."""

    rows: tuple[BalanceRow, ...]
    total: BalanceRow

    @property
    def is_balanced(self) -> bool:
        """Tell whether both sides agree, before, in and after the period."""
        total = self.total
        return (
            total.opening_debit_fen == total.opening_credit_fen
            and total.debit_fen == total.credit_fen
            and total.closing_debit_fen == total.closing_credit_fen
        )


def draw_trial_balance(sums: Iterable[AccountSums], *, level: int, is_debit: Mapping[str, bool]) -> TrialBalance:
    """
    Return the trial balance of a level, with the levels above as lines of their own that the total leaves out.

    A balance stands on the side that it has; `is_debit` decides by code where one of nothing stands. An account that
    is posted to above the level asked for stands for itself.
    """
    found = list(sums)
    rows: dict[str, BalanceRow] = {}
    for depth in range(1, level + 1):
        rows |= _roll_up(found, depth, is_debit)
    total = _add_up("", _roll_up(found, level, is_debit).values())
    return TrialBalance(rows=tuple(rows[code] for code in sorted(rows)), total=total)


def _roll_up(sums: Iterable[AccountSums], level: int, is_debit: Mapping[str, bool]) -> dict[str, BalanceRow]:
    added: dict[str, AccountSums] = {}
    for one in sums:
        code = cut_code(one.code, level=level)
        known = added.get(code, AccountSums(code))
        added[code] = AccountSums(
            code,
            known.debit_before_fen + one.debit_before_fen,
            known.credit_before_fen + one.credit_before_fen,
            known.debit_fen + one.debit_fen,
            known.credit_fen + one.credit_fen,
        )
    return {code: _draw(one, is_debit.get(code, True)) for code, one in added.items()}


def _draw(sums: AccountSums, is_debit: bool) -> BalanceRow:
    opening, closing = _on_sides(sums.opening_fen, is_debit), _on_sides(sums.closing_fen, is_debit)
    return BalanceRow(sums.code, *opening, sums.debit_fen, sums.credit_fen, *closing)


def _on_sides(balance_fen: int, is_debit: bool) -> tuple[int, int]:
    if balance_fen > 0 or (balance_fen == 0 and is_debit):
        return balance_fen, 0
    return 0, -balance_fen


def _add_up(code: str, rows: Iterable[BalanceRow]) -> BalanceRow:
    found = list(rows)
    return BalanceRow(
        code,
        sum(row.opening_debit_fen for row in found),
        sum(row.opening_credit_fen for row in found),
        sum(row.debit_fen for row in found),
        sum(row.credit_fen for row in found),
        sum(row.closing_debit_fen for row in found),
        sum(row.closing_credit_fen for row in found),
    )
