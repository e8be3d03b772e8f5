"""The reconciliation of a bank account (银行余额调节表): both sides brought to one balance, to the fen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from dianke.domain.channels.rules.reconciling import Comparison, DifferenceKind, Found


@dataclass(frozen=True, slots=True)
class StatementBalances:
    """What a statement says that the account held before its first and after its last booking, in fen."""

    name: str
    first_day: date
    last_day: date
    opening_fen: int
    closing_fen: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A statement that does not begin where one before it ended: bookings between them were never loaded."""

    name: str
    day: date
    missing_fen: int


@dataclass(frozen=True, slots=True)
class Item:
    """What one side has under a key and the other has not, or not so much."""

    key: str
    name: str
    day: date
    ours_fen: int
    theirs_fen: int
    voucher_number: str = ""
    text: str = ""

    @property
    def kind(self) -> DifferenceKind:
        """Return how both sides differ."""
        if not self.theirs_fen:
            return DifferenceKind.OURS_ONLY
        return DifferenceKind.AMOUNT if self.ours_fen else DifferenceKind.THEIRS_ONLY


@dataclass(frozen=True, slots=True)
class Balance:
    """An account of ours at the end of a day; amounts in fen."""

    day: date
    # What the statements say that it held, or nothing where none says a balance.
    closing_fen: int | None
    closing_name: str
    # What it held before the first booking that was loaded: it is not in our books.
    base_fen: int
    ours_fen: int
    items: tuple[Item, ...]
    gaps: tuple[Gap, ...]

    @property
    def ours_only(self) -> tuple[Item, ...]:
        """Return what we booked and the bank did not."""
        return tuple(one for one in self.items if one.kind is DifferenceKind.OURS_ONLY)

    @property
    def theirs_only(self) -> tuple[Item, ...]:
        """Return what the bank booked and we did not, or with another amount."""
        return tuple(one for one in self.items if one.kind is not DifferenceKind.OURS_ONLY)

    @property
    def adjusted_theirs_fen(self) -> int | None:
        """Return the bank's balance with what it has not booked, without what was there before our books."""
        if self.closing_fen is None:
            return None
        return self.closing_fen - self.base_fen + sum(one.ours_fen for one in self.ours_only)

    @property
    def adjusted_ours_fen(self) -> int:
        """Return our balance with what we have not booked."""
        return self.ours_fen + sum(one.theirs_fen - one.ours_fen for one in self.theirs_only)

    @property
    def difference_fen(self) -> int | None:
        """Return what is left that nothing explains: nothing, unless bookings of the bank are missing."""
        adjusted = self.adjusted_theirs_fen
        return None if adjusted is None else adjusted - self.adjusted_ours_fen


@dataclass(frozen=True, slots=True)
class Lines:
    """The bookings of an account by day, in fen."""

    by_day: Sequence[tuple[date, int]]

    def sum_until(self, day: date) -> int:
        """Return what they come to until the end of a day."""
        return sum(fen for on, fen in self.by_day if on <= day)

    def sum_before(self, day: date) -> int:
        """Return what they come to before a day."""
        return sum(fen for on, fen in self.by_day if on < day)


def reconcile(
    *, day: date, ours_fen: int, lines: Lines, statements: Sequence[StatementBalances], items: Sequence[Item]
) -> Balance:
    """
    Return the reconciliation of an account at the end of a day.

    :param ours_fen: the balance of the account in our books
    :param lines: the bookings of the bank that were loaded
    :param statements: those that say a balance, in the order of their days
    :param items: where both sides differ by key, until the day
    """
    base_fen = _find_base(lines, statements)
    found = _find_closing(day, base_fen, lines, statements)
    return Balance(
        day=day,
        closing_fen=None if found is None else found.closing_fen + _sum_after(lines, found, day),
        closing_name=found.name if found else "",
        base_fen=base_fen,
        ours_fen=ours_fen,
        items=tuple(items),
        gaps=tuple(find_gaps(statements)),
    )


def find_gaps(statements: Sequence[StatementBalances]) -> list[Gap]:
    """Return the statements that begin at a balance at which none before them began or ended."""
    gaps = []
    for place, one in enumerate(statements):
        before = statements[:place]
        known = {fen for other in before for fen in (other.opening_fen, other.closing_fen)}
        if before and one.opening_fen not in known:
            gaps.append(Gap(one.name, one.first_day, one.opening_fen - before[-1].closing_fen))
    return gaps


def as_comparison(balance: Balance) -> Comparison:
    """Return a reconciliation as the comparison of a day: its items are differences that wait for work."""
    found = tuple(Found(one.key[:64], one.kind, one.ours_fen, one.theirs_fen) for one in balance.items)
    theirs_fen = 0 if balance.closing_fen is None else balance.closing_fen - balance.base_fen
    return Comparison(0, balance.ours_fen, theirs_fen, found)


def _find_base(lines: Lines, statements: Sequence[StatementBalances]) -> int:
    if not statements:
        return 0
    return statements[0].opening_fen - lines.sum_before(statements[0].first_day)


def _find_closing(
    day: date, base_fen: int, lines: Lines, statements: Sequence[StatementBalances]
) -> StatementBalances | None:
    """Return the statement that ends last; of several of one day the one that the bookings lead to, else the last."""
    ended = [one for one in statements if one.last_day <= day]
    if not ended:
        return None
    last_day = max(one.last_day for one in ended)
    last = [one for one in ended if one.last_day == last_day]
    reached_fen = base_fen + lines.sum_until(last_day)
    return next((one for one in last if one.closing_fen == reached_fen), last[-1])


def _sum_after(lines: Lines, statement: StatementBalances, day: date) -> int:
    return lines.sum_until(day) - lines.sum_until(statement.last_day)
