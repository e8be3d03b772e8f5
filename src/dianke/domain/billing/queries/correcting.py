"""Compute what bills come to with other facts: the wrong one and those that followed from it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from dianke.domain.billing.models import Bill, BillCorrection, BillDraft, BillLine, CorrectedBill
from dianke.domain.billing.queries import frozen as frozen_queries
from dianke.domain.billing.queries.finals import list_handovers
from dianke.domain.billing.queries.inputs import load_used_before
from dianke.domain.billing.rules import correction_facts as facts
from dianke.domain.billing.rules import frozen, shards
from dianke.domain.billing.rules.back_bills import is_back_bill
from dianke.domain.billing.rules.correction_columns import AS_IN_FORCE, PRICES
from dianke.domain.billing.rules.corrections import ComparedLine, NewLine, compare_lines, fingerprint, list_new_lines
from dianke.domain.billing.rules.drafts import LineColumns, list_lines
from dianke.domain.billing.rules.frozen import FrozenBlock
from dianke.domain.billing.rules.plans import GroupKey
from dianke.domain.billing.rules.shards import CalculatedShard
from dianke.domain.billing.types import BEFORE_ISSUE, LINES_PER_BILL, CorrectionKind, RunStatus, get_bill_id_range
from dianke.domain.metering.models import UsagePoint
from dianke.domain.tariffs import queries as tariff_queries
from dianke.domain.tariffs.types import PriceTable
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_IN_RUN = (*BEFORE_ISSUE, RunStatus.ISSUING.value)
# The meter above a sub-meter may belong to a unit that whoever corrects does not see; it is told, never passed over.
_ANYBODY = Actor.system("finding the bills that a correction of a sub-meter reaches")


class UnableToCorrect(DomainError):
    """The bill cannot be corrected this way."""

    code = "billing.unable_to_correct"
    message = "bill {bill} cannot be corrected: {reason}"


@dataclass(frozen=True)
class RecomputedBill:
    """A bill as issued beside what it comes to with the right facts."""

    bill: Bill
    old_lines: list[BillLine]
    block: FrozenBlock
    tables: Mapping[GroupKey, PriceTable]
    result: CalculatedShard
    columns: LineColumns
    new_lines: list[NewLine]
    is_annual: bool
    # A bill that was taken back for good stands for nothing: it is billed again beside its reversal.
    stands: bool = True

    @property
    def old_energy_kwh_e2(self) -> int:
        """Return the energy that stands billed now."""
        return int(self.bill.energy_kwh_e2) if self.stands else 0

    @property
    def old_amount_fen(self) -> int:
        """Return what stands billed now."""
        return int(self.bill.amount_fen) if self.stands else 0

    @property
    def energy_kwh_e2(self) -> int:
        """Return the energy that the replacement bills."""
        return int(self.result.energy_kwh_e2[0])

    @property
    def amount_fen(self) -> int:
        """Return what the replacement comes to."""
        return int(self.result.amount_fen[0])

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the new lines."""
        return fingerprint(self.new_lines)

    @property
    def differs(self) -> bool:
        """Tell whether any line changes."""
        return any(line.differs for line in self.compared)

    @property
    def compared(self) -> list[ComparedLine]:
        """Return the lines side by side."""
        return compare_lines(self.old_lines, self.new_lines)


@dataclass(frozen=True)
class TakenBackBill:
    """A bill that is reversed and not billed again; it comes to nothing."""

    bill: Bill
    old_lines: list[BillLine]
    is_annual: bool
    energy_kwh_e2: int = 0
    amount_fen: int = 0
    fingerprint: str = fingerprint([])
    differs: bool = True

    @property
    def old_energy_kwh_e2(self) -> int:
        """Return the energy that stands billed now."""
        return int(self.bill.energy_kwh_e2)

    @property
    def old_amount_fen(self) -> int:
        """Return what stands billed now."""
        return int(self.bill.amount_fen)

    @property
    def compared(self) -> list[ComparedLine]:
        """Return the lines side by side."""
        return compare_lines(self.old_lines, [])


Outcome: TypeAlias = RecomputedBill | TakenBackBill


@dataclass(frozen=True)
class _Correction:
    """What is corrected: the facts that change, and the energy that earlier bills of the order gain or lose."""

    actor: Scope
    changes: Mapping[str, str]
    gained_e2: int = 0
    stands: bool = True


def recompute(*, actor: Scope, bill: Bill, changes: Mapping[str, str]) -> list[RecomputedBill]:
    """
    Return the bill with other facts, or billed again where it was taken back for good; then the bills that follow from
    it and change too, in the order of the months: the next one of the point (with an exchange that goes on those after
    it too), those of the meter above it, and what blocks that run through the year make of both.

    Every bill is computed from what it froze, with the prices that it froze. Another plan, or prices asked for as
    in force, are those of the first day of the billed period, never of today. What was billed before in the year
    is summed anew, so that earlier corrections count.

    :raises UnableToCorrect: if the bill was reversed, reverses one, is an interim one that the last bill of its
        month settles, cannot be billed with the facts, or reaches a bill of the meter above it that is not issued
        yet or lies outside the actor's units
    :raises InputsMissing: if the bill did not freeze its inputs
    :raises FactUnknown: if the bill has no fact of a name
    """
    stands = not is_taken_back(actor=actor, bill=bill)
    if stands:
        require_living(actor=actor, bill=bill)
    elif _settles(bill):
        raise UnableToCorrect(
            field="bill", bill=bill.number, reason="it settled interim bills, which were taken back with it"
        )
    if is_interim(bill):
        raise UnableToCorrect(field="bill", bill=bill.number, reason="the last bill of the month settles it")
    first = _recompute_one(bill, _Correction(actor, changes, stands=stands))
    later = list(_follow_later(first, actor))
    _require_reached_above(first, later)
    followed = [*_follow_above(first, actor, changes), *later]
    return [first, *sorted((one for one in followed if one.differs), key=lambda one: one.bill.month)]


def recompute_order(*, actor: Scope, order: BillCorrection, bill: Bill) -> list[Outcome]:
    """Return the bill of an order of rebill or reversal, with those that follow, as the order has it."""
    if order.kind == CorrectionKind.REVERSAL.value:
        return take_back(actor=actor, bill=bill)
    return [*recompute(actor=actor, bill=bill, changes=order.changes)]


def take_back(*, actor: Scope, bill: Bill) -> list[Outcome]:
    """
    Return the bill as one that is reversed and not billed again, with the interim bills of its month, which it
    settled, then the bills that follow because blocks run through the year.

    Readings stay what they are: the next bill opens as it did, and a meter above takes off what was measured.

    :raises UnableToCorrect: if the bill was reversed, reverses one, or is an interim one that the last bill of its
        month settles
    """
    require_living(actor=actor, bill=bill)
    if is_interim(bill):
        raise UnableToCorrect(field="bill", bill=bill.number, reason="the last bill of the month settles it")
    start, end = get_bill_id_range(year=bill.month.year, month=bill.month.month)
    of_month = list_living(
        actor=actor, usage_point_id=bill.usage_point_id, account_id=bill.account_id, first=start, end=end
    )
    settled = [one for one in of_month if one.run_id != bill.run_id and is_interim(one)] if _settles(bill) else []
    gone = [_take_back_one(actor, one) for one in (bill, *settled)]
    _, end = get_bill_id_range(year=bill.month.year, month=12)
    later = list_living(
        actor=actor, usage_point_id=bill.usage_point_id, account_id=bill.account_id, first=start, end=end
    )
    known = {one.bill.pk for one in gone}
    following = [one for one in later if one.pk not in known and one.period_start >= bill.period_end]
    followed = _follow(following, lambda _bill: {}, actor=actor, known=gone)
    return [*gone, *(one for one in followed if one.differs)]


def _take_back_one(actor: Scope, bill: Bill) -> TakenBackBill:
    block = _get_own_block(bill)
    shard = shards.sort_points(block.inputs, block.span)
    tables = shards.find_tables(shard, lambda key: frozen_queries.find_frozen_table(block, key))
    is_annual = bool(shards.list_annual_points(shard, tables).size)
    return TakenBackBill(bill=bill, old_lines=_list_old_lines(actor, bill), is_annual=is_annual)


def _settles(bill: Bill) -> bool:
    return bill.basis is None and frozen_queries.get_block(bill).span.stages > 1


def require_living(*, actor: Scope, bill: Bill) -> None:
    """
    Refuse a bill that no longer stands.

    :raises UnableToCorrect: naming the bill that took its place
    """
    own = CorrectedBill.objects.for_actor(actor)
    if is_back_bill(bill.basis):
        raise UnableToCorrect(field="bill", bill=bill.number, reason="it back-bills other bills")
    if own.filter(reversal_id=bill.pk).exists():
        raise UnableToCorrect(field="bill", bill=bill.number, reason="it reverses another bill")
    if own.filter(bill_id=bill.pk, replacement_id__isnull=False, reversal_id__isnull=False).exists():
        raise UnableToCorrect(
            field="bill", bill=bill.number, reason="it was replaced; correct the bill that replaced it"
        )
    if own.filter(bill_id=bill.pk, reversal_id__isnull=False).exists():
        raise UnableToCorrect(
            field="bill", bill=bill.number, reason="it was taken back, and nothing was billed in its place"
        )


def is_taken_back(*, actor: Scope, bill: Bill) -> bool:
    """Tell whether a bill was reversed for good, and its period was not billed again since."""
    own = CorrectedBill.objects.for_actor(actor).filter(bill_id=bill.pk)
    is_gone = own.filter(reversal_id__isnull=False, replacement_id__isnull=True).exists()
    return bool(is_gone and not own.filter(replacement_id__isnull=False).exists())


def list_living(*, actor: Scope, usage_point_id: int, account_id: int, first: int, end: int) -> list[Bill]:
    """Return the bills of a point that stand, of a range of keys, by key; those that back-bill are not among them."""
    rows = Bill.objects.for_actor(actor).filter(
        account_id=account_id, usage_point_id=usage_point_id, id__gte=first, id__lt=end
    )
    bills = list(rows.select_related("unit").order_by("month", "id"))
    keys = [bill.pk for bill in bills]
    corrected = CorrectedBill.objects.for_actor(actor)
    gone = set(corrected.filter(bill_id__in=keys, reversal_id__isnull=False).values_list("bill_id", flat=True))
    gone |= set(corrected.filter(reversal_id__in=keys).values_list("reversal_id", flat=True))
    return [bill for bill in bills if bill.pk not in gone and not is_back_bill(bill.basis)]


def is_in_run(*, actor: Scope, bill: Bill) -> bool:
    """Tell whether a run that is not issued yet has a later draft of the point in the same year."""
    drafts = BillDraft.objects.for_actor(actor).filter(
        usage_point_id=bill.usage_point_id, run__status__in=_IN_RUN, month__gt=bill.month, month__year=bill.month.year
    )
    return bool(drafts.exists())


def _recompute_one(bill: Bill, correction: _Correction) -> RecomputedBill:
    block = _get_own_block(bill)
    inputs = facts.apply_changes(block.inputs, correction.changes)
    shard = shards.sort_points(inputs, block.span)
    as_in_force = correction.changes.get(PRICES) == AS_IN_FORCE

    def find_table(key: GroupKey) -> PriceTable:
        if not as_in_force and frozen.price_key(key) in block.prices:
            return frozen_queries.find_frozen_table(block, key)
        return tariff_queries.get_price_table(
            actor=correction.actor,
            plan=key.plan_code,
            on=block.span.start,
            structure=key.structure,
            voltage=key.price_voltage,
        )

    tables = shards.find_tables(shard, find_table)
    is_annual = bool(shards.list_annual_points(shard, tables).size)
    if is_annual:
        inputs = replace(inputs, used_before=_sum_used_before(bill, block, correction.gained_e2))
        shard = replace(shard, inputs=inputs)
    result = shards.calculate_shard(shard, tables)
    for fault in result.shard.book.faults.values():
        raise UnableToCorrect(field=fault.field or None, bill=bill.number, reason=fault.detail or fault.code)
    columns = list_lines(result, np.array([bill.pk], dtype=np.int64))
    return RecomputedBill(
        bill=bill,
        old_lines=_list_old_lines(correction.actor, bill) if correction.stands else [],
        stands=correction.stands,
        block=FrozenBlock(inputs=inputs, span=block.span, prices=block.prices),
        tables=tables,
        result=result,
        columns=columns,
        new_lines=list_new_lines(columns),
        is_annual=is_annual,
    )


def _list_old_lines(actor: Scope, bill: Bill) -> list[BillLine]:
    first = bill.pk * LINES_PER_BILL
    lines = BillLine.objects.for_actor(actor).filter(id__gte=first, id__lt=first + LINES_PER_BILL)
    return list(lines.select_related("kind").order_by("id"))


def _sum_used_before(bill: Bill, block: FrozenBlock, gained_e2: int) -> pa.Table:
    """Return what the point was billed before in the year, with what the order itself adds to earlier months."""
    points = np.array([bill.usage_point_id], dtype=np.int64)
    stored = load_used_before(month=bill.month, start=block.span.start, point_ids=points)
    energy = sum(stored["energy_e2"].to_pylist()) + gained_e2
    return pa.table({"point_id": pa.array(points), "energy_e2": pa.array([energy], pa.int64())})


def _follow_later(first: RecomputedBill, actor: Scope) -> Iterator[RecomputedBill]:
    """
    Yield the later bills of the point that may change: the next one, which opens with the reading that this one
    closes with, and those of the same year where blocks run through the year.
    """
    bill = first.bill
    _, start = get_bill_id_range(year=bill.month.year, month=bill.month.month)
    _, end = get_bill_id_range(year=bill.month.year + 1, month=12)
    later = list_living(
        actor=actor, usage_point_id=bill.usage_point_id, account_id=bill.account_id, first=start, end=end
    )
    chain = _Chain(first)
    yield from _follow(later, chain.find_changes, actor=actor, known=[first], notice=chain.notice)


class _Chain:
    """Bills of a point of which each opens with what the one before closes with, from one that changes on."""

    def __init__(self, first: RecomputedBill) -> None:
        self.notice(first)

    def find_changes(self, later: Bill) -> dict[str, str]:
        """Return the facts of the next bill that the one before says otherwise now."""
        if later.period_start != self._end:
            return {}
        return facts.list_changes_of_next(
            before=self._before, after=self._after, following=_get_own_block(later).inputs
        )

    def notice(self, found: RecomputedBill) -> None:
        """Go on from a bill that was computed again."""
        self._before, self._after = _get_own_block(found.bill).inputs, found.block.inputs
        self._end = found.bill.period_end


def _follow(
    bills: Sequence[Bill],
    find_changes: Callable[[Bill], dict[str, str]],
    *,
    actor: Scope,
    known: Sequence[Outcome] = (),
    notice: Callable[[RecomputedBill], None] = lambda _found: None,
) -> Iterator[RecomputedBill]:
    """
    Yield the bills of a point, in their order, that other facts reach, or the energy that earlier bills of their year
    gain or lose. What each gains counts for those after it.
    """
    taken_over = list_handovers(account_id=bills[0].account_id) if bills else []
    changed: list[Outcome] = list(known)
    for bill in bills:
        if is_interim(bill):
            # The last bill of its month is computed from the first reading on and settles it.
            continue
        # Whoever took the account over since begins the year's blocks anew.
        of_year = [
            one
            for one in changed
            if one.is_annual
            and one.bill.month.year == bill.month.year
            and not any(one.bill.period_start < day <= bill.period_start for day in taken_over)
        ]
        changes = find_changes(bill)
        if changes or of_year:
            gained = sum(one.energy_kwh_e2 - one.old_energy_kwh_e2 for one in of_year)
            found = _recompute_one(bill, _Correction(actor, changes, gained))
            if changes:
                notice(found)
            if found.differs:
                changed.append(found)
            yield found


def is_interim(bill: Bill) -> bool:
    """Tell whether another bill of the same month settles this one."""
    if bill.basis is not None:
        return False
    span = frozen_queries.get_block(bill).span
    return span.stage < span.stages


def _get_own_block(bill: Bill) -> FrozenBlock:
    return frozen.narrow(frozen_queries.get_block(bill), bill.usage_point_id)


def _follow_above(first: RecomputedBill, actor: Scope, changes: Mapping[str, str]) -> Iterator[RecomputedBill]:
    """
    Yield the bills of the meter above a sub-meter whose readings change: that of the same period, the next one, which
    takes the sub-meter off from the reading that it closed with, and those of the year that follow from these.

    :raises UnableToCorrect: if one of them lies outside the actor's units, or is under way in a run
    """
    bill = first.bill
    (parent_id,) = first.block.inputs.points["parent_id"].to_pylist()
    if parent_id is None or not facts.list_changes_of_parent(bill.usage_point_id, changes):
        return
    before = _get_own_block(bill).inputs

    def find_changes(above: Bill) -> dict[str, str]:
        if above.period_start not in {bill.period_start, bill.period_end}:
            return {}
        taken_off = facts.narrow_to_sub_meter(_get_own_block(above).inputs, bill.usage_point_id)
        if above.period_start == bill.period_start:
            # Of two that are not billed to the same day, only the readings that both know.
            reaching = facts.list_shared_changes(changes, before=before, other=taken_off)
        else:
            reaching = facts.list_changes_of_next(before=before, after=first.block.inputs, following=taken_off)
        return facts.list_changes_of_parent(bill.usage_point_id, reaching)

    _require_none_under_way(first, parent_id)
    for found in _follow(_list_above(bill, parent_id), find_changes, actor=_ANYBODY):
        if found.differs and not Bill.objects.for_actor(actor).filter(pk=found.bill.pk).exists():
            raise UnableToCorrect(
                field="bill", bill=bill.number, reason="the meter above it is billed by a unit outside of yours"
            )
        yield found


def _require_reached_above(first: RecomputedBill, later: Sequence[RecomputedBill]) -> None:
    """Refuse an exchange of a sub-meter that changes more months than the meter above is followed into."""
    (parent_id,) = first.block.inputs.points["parent_id"].to_pylist()
    beyond = [one for one in later if one.bill.period_start > first.bill.period_end]
    if parent_id is not None and any(one.energy_kwh_e2 != one.bill.energy_kwh_e2 for one in beyond):
        raise UnableToCorrect(
            field="bill",
            bill=first.bill.number,
            reason="it changes the sub-meter for months: correct the last bill first",
        )


def _list_above(bill: Bill, parent_id: int) -> list[Bill]:
    """Return the living bills of the meter above, from the period of a bill to the end of the next year."""
    start, _ = get_bill_id_range(year=bill.month.year, month=bill.month.month)
    _, end = get_bill_id_range(year=bill.month.year + 1, month=12)
    # Bills are found by account; that of the run where the point belonged to another one since.
    of_run = Bill.objects.for_actor(_ANYBODY).filter(usage_point_id=parent_id, run_id=bill.run_id)
    of_today = UsagePoint.objects.for_actor(_ANYBODY).filter(pk=parent_id)
    accounts = {key for rows in (of_run, of_today) for key in rows.values_list("account_id", flat=True)}
    found = [
        above
        for account_id in sorted(accounts)
        for above in list_living(actor=_ANYBODY, usage_point_id=parent_id, account_id=account_id, first=start, end=end)
    ]
    found.sort(key=lambda above: (above.month, above.pk))
    return [above for above in found if above.period_start >= bill.period_start]


def _require_none_under_way(first: RecomputedBill, parent_id: int) -> None:
    """Refuse while a run that is not issued yet takes the sub-meter off from the wrong readings."""
    bill = first.bill
    drafts = BillDraft.objects.for_actor(_ANYBODY).filter(usage_point_id=parent_id, run__status__in=_IN_RUN)
    if drafts.filter(period_start__in=[bill.period_start, bill.period_end]).exists():
        raise UnableToCorrect(
            field="bill",
            bill=bill.number,
            reason="a run that is not issued yet bills the meter above it; issue or cancel that first",
        )
