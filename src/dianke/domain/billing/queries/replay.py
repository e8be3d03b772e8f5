"""Bills computed again from their frozen inputs, whole shards at once, and compared with what was issued."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
from django.db import connection

from dianke.domain.billing.models import Bill, BillRun, BillRunShard
from dianke.domain.billing.queries import frozen as frozen_queries
from dianke.domain.billing.queries.columns import fetch
from dianke.domain.billing.rules import back_bills, comparison, frozen, shards
from dianke.domain.billing.rules.comparison import Difference, StoredBills
from dianke.domain.billing.rules.frozen import FrozenBlock
from dianke.domain.billing.rules.inputs import ints
from dianke.domain.billing.types import LINES_PER_BILL, RunStatus, ShardStatus, get_bill_id_range
from dianke.kernel.clock import to_shanghai
from dianke.platform.org.scoping import Scope

MOST_DIFFERENCES = 100
Progress = Callable[[int, int], None]


@dataclass
class ReplayReport:
    """What a replay found: how much was compared, and the first figures that differ, by bill."""

    bills: int = 0
    lines: int = 0
    amount_fen: int = 0
    differing_bills: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, other: "ReplayReport") -> None:
        """Count what another replay found as well."""
        self.bills += other.bills
        self.lines += other.lines
        self.amount_fen += other.amount_fen
        self.differing_bills += other.differing_bills
        self.differences += other.differences[: MOST_DIFFERENCES - len(self.differences)]

    @property
    def is_equal(self) -> bool:
        """Tell whether every figure came out as issued."""
        return not self.differing_bills


def replay_bill(*, bill: Bill) -> ReplayReport:
    """Compute one bill again."""
    report = ReplayReport()
    if back_bills.is_back_bill(bill.basis):
        return _replay_back_bill(bill)
    block = frozen_queries.get_block(bill)
    stored = _fetch_stored(bill.run_id, [bill.pk, bill.pk + 1])
    if frozen_queries.is_reversal(bill):
        stored = comparison.turn_sign(stored)
    _compare(frozen.narrow(block, bill.usage_point_id), stored, report)
    return report


def _replay_back_bill(bill: Bill) -> ReplayReport:
    """Work the frozen case of a back-bill again, and compare line by line, then the sums."""
    stored = _fetch_stored(bill.run_id, [bill.pk, bill.pk + 1])
    issued_on = to_shanghai(bill.issued_at).date()
    found = list(back_bills.compare_back_bill(basis=bill.basis or {}, stored=stored, issued_on=issued_on))
    return ReplayReport(
        bills=1,
        lines=len(stored.lines),
        amount_fen=bill.amount_fen,
        differing_bills=1 if found else 0,
        differences=found[:MOST_DIFFERENCES],
    )


def replay_corrections(*, actor: Scope, month: date) -> dict[int, ReplayReport]:
    """Compute the bills that corrections issued for a month again, and return what was found by key of the order."""
    first, end = get_bill_id_range(year=month.year, month=month.month)
    bills = Bill.objects.for_actor(actor).filter(id__gte=first, id__lt=end, correction_id__isnull=False)
    reports: dict[int, ReplayReport] = {}
    for bill in bills.order_by("id").iterator():
        reports.setdefault(bill.correction_id or 0, ReplayReport()).add(replay_bill(bill=bill))
    return reports


def replay_run(*, actor: Scope, run: BillRun, progress: Progress | None = None) -> ReplayReport:
    """Compute every issued bill of a run again."""
    report = ReplayReport()
    issued = BillRunShard.objects.for_actor(actor).filter(run=run, status=ShardStatus.ISSUED.value)
    numbers = list(issued.order_by("number"))
    for done, shard in enumerate(numbers):
        if progress:
            progress(done, len(numbers))
        if shard.bill_count:
            stored = _fetch_stored(run.pk, [shard.first_bill_id, shard.end_bill_id])
            _compare(frozen.join(list(list_blocks(shard))), stored, report)
    if progress:
        progress(len(numbers), len(numbers))
    return report


def list_issued_runs(*, actor: Scope, month: date) -> list[BillRun]:
    """Return the runs of a month that have issued bills, within the actor's units."""
    runs = BillRun.objects.for_actor(actor).filter(cycle_month__month=month)
    return list(runs.filter(status=RunStatus.ISSUED.value).select_related("cycle_month__cycle").order_by("id"))


def list_runs_being_issued(*, actor: Scope, month: date) -> list[str]:
    """Return the numbers of the runs of a month whose issue has begun and not ended, within the actor's units."""
    runs = BillRun.objects.for_actor(actor).filter(cycle_month__month=month, status=RunStatus.ISSUING.value)
    return list(runs.order_by("id").values_list("number", flat=True))


def list_blocks(shard: BillRunShard) -> Iterator[FrozenBlock]:
    """Yield what the issued bills of a shard were computed from, whatever units its points belong to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select content from billing_frozeninputs where run_id = %s and shard_number = %s order by first_point_id",
            [shard.run_id, shard.number],
        )
        for (content,) in cursor.fetchall():
            yield frozen.unpack(bytes(content))


def _compare(block: FrozenBlock, stored: StoredBills, report: ReplayReport) -> None:
    sorted_shard = shards.sort_points(block.inputs, block.span)
    tables = shards.find_tables(sorted_shard, lambda key: frozen_queries.find_frozen_table(block, key))
    result = shards.calculate_shard(sorted_shard, tables)
    found = list(comparison.find_differences(result, stored))
    report.bills += len(stored.bills)
    report.lines += len(stored.lines)
    report.amount_fen += int(ints(stored.bills, "amount_fen").sum())
    report.differing_bills += len({difference.bill_id for difference in found})
    report.differences += found[: MOST_DIFFERENCES - len(report.differences)]


def _fetch_stored(run_id: int, keys: list[int]) -> StoredBills:
    first, end = keys
    bills = fetch(_BILLS, {"run": run_id, "first": first, "end": end})
    return StoredBills(bills=bills, lines=_fetch_lines(first * LINES_PER_BILL, end * LINES_PER_BILL))


def _fetch_lines(first: int, end: int) -> pa.Table:
    """Return the lines of a range of keys; as three values, for a driver handles each row of a result by itself."""
    with connection.cursor() as cursor:
        cursor.execute("select id, code from billing_billlinekind order by id")
        kinds = cursor.fetchall()
        cursor.execute(_LINES, {"first": first, "end": end})
        ids, numbers, amounts = (
            np.frombuffer(data or b"", dtype=kind) for data, kind in zip(cursor.fetchone(), _WIDTHS, strict=True)
        )
    # Kinds with one code, which differ by name or rule, are one text.
    codes = sorted({code for _key, code in kinds})
    number_of = np.array([codes.index(code) for _key, code in kinds], dtype=np.int32)
    places = np.searchsorted(np.array([key for key, _code in kinds], dtype=np.int64), numbers.astype(np.int64))
    return pa.table(
        {
            "id": ids.astype(np.int64),
            "code": pa.DictionaryArray.from_arrays(pa.array(number_of[places]), pa.array(codes, pa.string())),
            "amount_e6": amounts.astype(np.int64),
        }
    )


_BILLS = """
select id, usage_point_id as point_id, energy_kwh_e2, basic_fen, energy_fen, shares_fen, power_factor_fen, funds_fen,
       amount_fen
  from billing_bill where id >= %(first)s and id < %(end)s and run_id = %(run)s order by usage_point_id
"""
_WIDTHS = (">i8", ">i4", ">i8")
_LINES = """
select string_agg(int8send(id), ''), string_agg(int4send(kind_id), ''), string_agg(int8send(amount_e6), '')
  from (select id, kind_id, amount_e6 from billing_billline
         where id >= %(first)s and id < %(end)s order by id) ordered
"""
