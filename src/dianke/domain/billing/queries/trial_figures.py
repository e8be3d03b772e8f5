"""The bills of a shard under other prices: read from what they froze, calculated, nothing written."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pyarrow as pa

from dianke.domain.billing.models import BillRunShard, BillTrial
from dianke.domain.billing.queries import frozen as frozen_queries
from dianke.domain.billing.queries import inputs as input_queries
from dianke.domain.billing.queries import trials as trial_queries
from dianke.domain.billing.queries.columns import fetch
from dianke.domain.billing.queries.replay import list_blocks
from dianke.domain.billing.rules import frozen, shards, trials
from dianke.domain.billing.rules.frozen import FrozenBlock
from dianke.domain.billing.rules.inputs import (
    FaultBook,
    codes,
    empty_billed_before,
    ints,
    narrow_inputs,
    where_text,
)
from dianke.domain.billing.rules.plans import GroupKey
from dianke.domain.billing.rules.shards import SortedShard
from dianke.domain.billing.rules.trials import Labels, Tally, TriedBills
from dianke.domain.billing.types import ShardStatus
from dianke.domain.tariffs import queries as tariff_queries
from dianke.domain.tariffs.rules.time_bands import describe_days
from dianke.domain.tariffs.types import Consumer, PriceTable
from dianke.engine.types import BoolArray, IntArray
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

# Blocks hold the points of neighbours too; whoever may try prices at a unit sees the figures of that unit alone.
_READER = Actor.system("reading frozen inputs for a trial")


class BlocksIncomplete(DomainError):
    """The frozen inputs of a shard are not those of its bills."""

    code = "billing.blocks_incomplete"
    message = "run {run}, shard {shard}: {found} inputs are frozen for {bills} bills"


@dataclass
class Question:
    """What a trial asks of each shard, and what it need not read twice."""

    plan_code: str
    version_id: int
    month: date
    usage_class: str
    unit_codes: Mapping[int, str]
    industries: Labels
    industry_points: IntArray
    tables: dict[tuple[GroupKey, date], PriceTable | DomainError] = field(default_factory=dict)


def list_shards(*, trial: BillTrial) -> list[BillRunShard]:
    """Return the issued shards of the trial's month that may hold bills of its unit."""
    path = trial.unit.path
    runs = trial_queries.filter_tried_runs(month=trial.month)
    near = [run.pk for run in runs.select_related("unit") if _is_one_line(run.unit.path, path)]
    found = BillRunShard.objects.for_actor(_READER).filter(run_id__in=near, status=ShardStatus.ISSUED.value)
    return list(found.filter(bill_count__gt=0).select_related("run").order_by("run_id", "number"))


def ask(*, trial: BillTrial) -> Question:
    """Return the question of a trial."""
    units = Unit.objects.for_actor(_READER).filter(path__startswith=trial.unit.path)
    unit_codes = dict(units.values_list("id", "code"))
    table = fetch(_INDUSTRIES, {"units": list(unit_codes)})
    numbers, values = codes(table, "industry_code")
    return Question(
        plan_code=trial.version.plan.code,
        version_id=trial.version_id,
        month=trial.month,
        usage_class=trial.usage_class,
        unit_codes=unit_codes,
        industries=Labels(np.append(numbers, len(values)), [*values, ""]),
        industry_points=ints(table, "point_id"),
    )


def try_shard(*, shard: BillRunShard, question: Question, tally: Tally) -> None:
    """
    Add the bills of a shard that the question is about to the tally.

    :raises BlocksIncomplete: if what was frozen does not fit the bills of the shard
    """
    # Bills of the first form carry their inputs themselves and have no block.
    blocks = list(list_blocks(shard))
    found = sum(len(block.inputs.points) for block in blocks)
    if found != shard.bill_count:
        raise BlocksIncomplete(run=shard.run.number, shard=shard.number, found=found, bills=shard.bill_count)
    block = frozen.join(blocks)
    block = replace(block, inputs=replace(block.inputs, billed_before=empty_billed_before()))
    ids = ints(block.inputs.points, "point_id")
    # The bills of a shard have keys that follow each other in the order of its points.
    bill_ids = shard.first_bill_id + np.arange(len(ids), dtype=np.int64)
    is_asked = _find_asked(block, question)
    is_own = is_asked & where_text(block.inputs.points, "plan_code", question.plan_code)
    tally.other_bills += int(is_asked.sum() - is_own.sum())
    if is_own.any():
        if not is_own.all():
            own = narrow_inputs(block.inputs, ids[is_own])
            block, bill_ids = replace(block, inputs=own), bill_ids[is_own]
        tally.add(_try_block(block, bill_ids, question, tally))


def _find_asked(block: FrozenBlock, question: Question) -> BoolArray:
    points = block.inputs.points
    within = np.isin(ints(points, "unit_id"), np.fromiter(question.unit_codes, dtype=np.int64))
    return within & where_text(points, "usage_class", question.usage_class) if question.usage_class else within


def _try_block(block: FrozenBlock, bill_ids: IntArray, question: Question, tally: Tally) -> TriedBills:
    points = shards.sort_points(block.inputs, block.span)
    issued = shards.find_tables(points, lambda key: frozen_queries.find_frozen_table(block, key))
    before = shards.calculate_shard(points, issued)
    again = replace(points, book=FaultBook())
    tables = shards.find_tables(again, lambda key: _find_table(question, key, block.span.start))
    tally.has_other_hours |= any(
        key.time_of_use and _list_hours(table) != _list_hours(issued[key])
        for key, table in tables.items()
        if key in issued
    )
    again = _add_used_before(again, issued, tables, question)
    after = shards.calculate_shard(again, tables)
    return trials.compare_shards(before, after, bill_ids=bill_ids, labels=_label(points, question))


def _find_table(question: Question, key: GroupKey, on: date) -> PriceTable:
    """Return the prices of the version under trial, as if it had held in the month."""
    if (key, on) not in question.tables:
        try:
            found = tariff_queries.get_version_price_table(
                actor=_READER,
                version_id=question.version_id,
                on=on,
                structure=key.structure,
                voltage=key.price_voltage,
            )
            # When the version really begins and ends is no matter here.
            question.tables[key, on] = replace(found, end=None)
        except DomainError as refusal:
            question.tables[key, on] = refusal
    table = question.tables[key, on]
    if isinstance(table, DomainError):
        raise table
    return table


def _add_used_before(
    points: SortedShard,
    issued: Mapping[GroupKey, PriceTable],
    tables: Mapping[GroupKey, PriceTable],
    question: Question,
) -> SortedShard:
    """Return the points with the year's energy before where only the other prices run through the year."""
    known = shards.list_annual_points(points, issued)
    asked = np.setdiff1d(shards.list_annual_points(points, tables), known)
    if not asked.size:
        return points
    start = points.span.start
    found = input_queries.load_used_before(month=question.month, start=start, point_ids=asked)
    joined = pa.concat_tables([points.inputs.used_before, found], promote_options="permissive")
    return replace(points, inputs=replace(points.inputs, used_before=joined))


def _list_hours(table: PriceTable) -> object:
    return describe_days(bands=table.bands, consumer=Consumer(structure=table.structure))


def _label(points: SortedShard, question: Question) -> dict[str, Labels]:
    table = points.inputs.points
    ids = points.point_ids
    units, numbers = np.unique(ints(table, "unit_id"), return_inverse=True)
    at = np.searchsorted(question.industry_points, ids)
    known = at < len(question.industry_points)
    known[known] = question.industry_points[at[known]] == ids[known]
    # The last number stands for no industry.
    industry = np.where(known, question.industries.numbers[at], len(question.industries.values) - 1)
    return {
        "usage_class": Labels(*codes(table, "usage_class")),
        "industry": Labels(industry, question.industries.values),
        "voltage": Labels(*codes(table, "voltage")),
        "unit": Labels(numbers, [question.unit_codes[unit] for unit in units.tolist()]),
    }


def _is_one_line(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


_INDUSTRIES = """
select p.id as point_id, c.industry_code
  from metering_usagepoint p
  join customers_customeraccount a on a.id = p.account_id
  join customers_customer c on c.id = a.customer_id
 where c.industry_code <> '' and p.unit_id = any(%(units)s)
 order by p.id
"""
