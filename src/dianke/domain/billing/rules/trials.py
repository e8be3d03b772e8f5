"""A trial: the same frozen inputs under other prices, bill by bill, added up over shards to a small tally."""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from dianke.domain.billing.rules.shards import CalculatedShard
from dianke.engine.types import BoolArray, IntArray

DIMENSIONS = ("usage_class", "industry", "voltage", "unit")
MOST_AFFECTED = 100
EXAMPLES = 5
# Where the histogram of the relative change is cut, in hundredths of a percent, alike on both sides of no change.
EDGES_E4 = (200, 500, 1_000, 2_000)
_UNCHANGED = len(EDGES_E4) + 1
BINS = 2 * len(EDGES_E4) + 3
_MILLION = 1_000_000


class Labels(NamedTuple):
    """A property of bills as numbers of its different values, and these."""

    numbers: IntArray
    values: Sequence[str]


class Cause(NamedTuple):
    """Why the other prices give no bill."""

    code: str
    field: str
    detail: str


@dataclass(frozen=True)
class TriedBills:
    """
    The bills of a shard under both prices, as columns over its points.

    Shapes: every column (n,); `labels` has one entry for each of DIMENSIONS. Units: 1e-2 kWh, fen. `causes`
    names by position the bills that one of the two calculations refused.
    """

    bill_id: IntArray
    energy_kwh_e2: IntArray
    before_fen: IntArray
    after_fen: IntArray
    is_priced: BoolArray
    labels: Mapping[str, Labels]
    causes: Mapping[int, Cause]


@dataclass
class Sums:
    """What the bills of one label come to under both prices."""

    bills: int = 0
    rising: int = 0
    falling: int = 0
    energy_kwh_e2: int = 0
    before_fen: int = 0
    after_fen: int = 0

    @property
    def difference_fen(self) -> int:
        """Return what the other prices bring more, below zero what they bring less."""
        return self.after_fen - self.before_fen


@dataclass(frozen=True)
class AffectedBill:
    """One of the bills that change most."""

    bill_id: int
    usage_class: str
    industry: str
    voltage: str
    unit: str
    energy_kwh_e2: int
    before_fen: int
    after_fen: int

    @property
    def difference_fen(self) -> int:
        """Return the difference."""
        return self.after_fen - self.before_fen

    @property
    def change_ppm(self) -> int:
        """Return the size of the relative change in millionths, 0 where nothing was billed before."""
        return abs(self.difference_fen) * _MILLION // self.before_fen if self.before_fen > 0 else 0


@dataclass
class Unpriced:
    """The bills that the other prices cannot make for one cause."""

    bills: int = 0
    before_fen: int = 0
    examples: list[int] = field(default_factory=list)


def _no_sums() -> dict[str, dict[str, Sums]]:
    return {name: {} for name in DIMENSIONS}


@dataclass
class Tally:
    """What a trial has found so far; its size does not grow with the fleet."""

    total: Sums = field(default_factory=Sums)
    by: dict[str, dict[str, Sums]] = field(default_factory=_no_sums)
    # Bills and their difference in fen by relative change: see `sort_by_change`.
    bin_bills: list[int] = field(default_factory=lambda: [0] * BINS)
    bin_fen: list[int] = field(default_factory=lambda: [0] * BINS)
    # Bills of nothing or less, whose change has no ratio.
    without_ratio: int = 0
    most_by_amount: list[AffectedBill] = field(default_factory=list)
    most_by_ratio: list[AffectedBill] = field(default_factory=list)
    unpriced: dict[Cause, Unpriced] = field(default_factory=dict)
    # Bills within the scope that another plan prices, which stay as they are.
    other_bills: int = 0
    # The other prices print other hours of use; registers were read by the hours of before.
    has_other_hours: bool = False

    def add(self, tried: TriedBills) -> None:
        """Add the bills of a shard."""
        priced = np.flatnonzero(tried.is_priced)
        whole = Labels(np.zeros(len(tried.bill_id), dtype=np.int64), ("",))
        _add_sums({"": self.total}, tried, priced, whole)
        for name in DIMENSIONS:
            _add_sums(self.by[name], tried, priced, tried.labels[name])
        self._add_changes(tried, priced)
        self._add_unpriced(tried)

    @property
    def unpriced_bills(self) -> int:
        """Return how many bills the other prices cannot make."""
        return sum(one.bills for one in self.unpriced.values())

    def _add_changes(self, tried: TriedBills, priced: IntArray) -> None:
        before, after = tried.before_fen[priced], tried.after_fen[priced]
        difference = after - before
        with_ratio = before > 0
        self.without_ratio += int(len(priced) - with_ratio.sum())
        bins = sort_by_change(before[with_ratio], difference[with_ratio])
        counts, fen = np.bincount(bins, minlength=BINS), _sum_by(bins, difference[with_ratio], BINS)
        self.bin_bills = [own + int(more) for own, more in zip(self.bin_bills, counts, strict=True)]
        self.bin_fen = [own + int(more) for own, more in zip(self.bin_fen, fen, strict=True)]
        ratio = np.zeros(len(priced), dtype=np.int64)
        ratio[with_ratio] = np.abs(difference[with_ratio]) * _MILLION // before[with_ratio]
        largest = _list_affected(tried, priced[_pick_largest(np.abs(difference))])
        self.most_by_amount = _keep_most(self.most_by_amount, largest, lambda bill: abs(bill.difference_fen))
        steepest = _list_affected(tried, priced[_pick_largest(ratio)])
        self.most_by_ratio = _keep_most(self.most_by_ratio, steepest, lambda bill: bill.change_ppm)

    def _add_unpriced(self, tried: TriedBills) -> None:
        for position, cause in sorted(tried.causes.items()):
            found = self.unpriced.setdefault(cause, Unpriced())
            found.bills += 1
            found.before_fen += int(tried.before_fen[position])
            if len(found.examples) < EXAMPLES:
                found.examples.append(int(tried.bill_id[position]))


def compare_shards(
    before: CalculatedShard, after: CalculatedShard, *, bill_ids: IntArray, labels: Mapping[str, Labels]
) -> TriedBills:
    """
    Return the bills of a shard as issued and under other prices, calculated from the same points.

    Shapes: bill_ids (n,) and the numbers of the labels (n,), in the order of the shard's points.
    """
    ids = before.shard.point_ids
    causes = {}
    # A fault of the first calculation is named before one of the second, for nothing can be compared then.
    for point, fault in {**after.shard.book.faults, **before.shard.book.faults}.items():
        causes[int(np.searchsorted(ids, point))] = Cause(fault.code, fault.field, fault.detail)
    return TriedBills(
        bill_id=bill_ids,
        energy_kwh_e2=before.energy_kwh_e2,
        before_fen=before.amount_fen,
        after_fen=after.amount_fen,
        is_priced=before.is_sound & after.is_sound,
        labels=labels,
        causes=causes,
    )


def sort_by_change(before_fen: IntArray, difference_fen: IntArray) -> IntArray:
    """
    Return the bin of each bill's relative change; the amounts before are above zero.

    A limit belongs to the bin nearer to no change: with limits 2, 5, 10 and 20 percent the bins are below −20,
    −20 to −10, −10 to −5, −5 to −2, −2 to 0, exactly 0, 0 to 2, 2 to 5, 5 to 10, 10 to 20, above 20.
    """
    size, sign = np.abs(difference_fen) * 10_000, np.sign(difference_fen)
    steps = np.ones(len(before_fen), dtype=np.int64)
    for edge in EDGES_E4:
        steps += size > edge * before_fen
    return np.asarray(_UNCHANGED + sign * steps, dtype=np.int64)


def _add_sums(sums: dict[str, Sums], tried: TriedBills, priced: IntArray, labels: Labels) -> None:
    numbers, count = labels.numbers[priced], len(labels.values)
    before, after = tried.before_fen[priced], tried.after_fen[priced]
    columns = {
        "rising": (after > before).astype(np.int64),
        "falling": (after < before).astype(np.int64),
        "energy_kwh_e2": tried.energy_kwh_e2[priced],
        "before_fen": before,
        "after_fen": after,
    }
    bills = np.bincount(numbers, minlength=count)
    found = {name: _sum_by(numbers, values, count) for name, values in columns.items()}
    for number in np.flatnonzero(bills).tolist():
        own = sums.setdefault(labels.values[number], Sums())
        own.bills += int(bills[number])
        for name, values in found.items():
            setattr(own, name, getattr(own, name) + int(values[number]))


def _sum_by(numbers: IntArray, values: IntArray, count: int) -> IntArray:
    """Return the sum of the values for each number, in integers to the last fen."""
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, numbers, values)
    return sums


def _pick_largest(keys: IntArray) -> IntArray:
    """Return the positions of the largest keys above zero; among equal ones the first."""
    found = np.flatnonzero(keys > 0)
    if found.size <= MOST_AFFECTED:
        return found
    least = np.partition(keys[found], -MOST_AFFECTED)[-MOST_AFFECTED]
    above = found[keys[found] > least]
    level = found[keys[found] == least][: MOST_AFFECTED - above.size]
    return np.concatenate([above, level])


def _list_affected(tried: TriedBills, positions: IntArray) -> list[AffectedBill]:
    names = {
        name: [labels.values[number] for number in labels.numbers[positions].tolist()]
        for name, labels in tried.labels.items()
    }
    return [
        AffectedBill(
            bill_id=int(tried.bill_id[position]),
            usage_class=names["usage_class"][at],
            industry=names["industry"][at],
            voltage=names["voltage"][at],
            unit=names["unit"][at],
            energy_kwh_e2=int(tried.energy_kwh_e2[position]),
            before_fen=int(tried.before_fen[position]),
            after_fen=int(tried.after_fen[position]),
        )
        for at, position in enumerate(positions.tolist())
    ]


def _keep_most(
    known: list[AffectedBill], found: list[AffectedBill], size_of: Callable[[AffectedBill], int]
) -> list[AffectedBill]:
    return heapq.nsmallest(MOST_AFFECTED, [*known, *found], key=lambda bill: (-size_of(bill), bill.bill_id))
