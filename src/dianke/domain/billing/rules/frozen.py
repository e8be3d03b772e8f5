"""
Frozen inputs: what the bills of some points were computed from, as one compact block of columns.

A block is an Arrow stream of the tables of a shard, compressed; beside them stand the period and, for each
plan that prices its points, the fingerprint of the price table. Price tables are kept once, by fingerprint.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa

from dianke.domain.billing.rules.inputs import ShardInputs, Span, ints, narrow_inputs
from dianke.domain.billing.rules.plans import GroupKey
from dianke.domain.tariffs.types import PriceTable
from dianke.engine.types import IntArray

if TYPE_CHECKING:
    from pydantic import TypeAdapter

POINTS_PER_BLOCK = 2_000
_COMPRESSION = pa.ipc.IpcWriteOptions(compression=pa.Codec("zstd", compression_level=3), use_threads=False)
# The bill itself carries these.
_ON_THE_BILL = ("account_id", "account_number", "customer_name", "address", "industry_code")

PriceKey: TypeAlias = tuple[str, str, str]
"""Plan, structure and voltage."""


@dataclass(frozen=True)
class FrozenBlock:
    """The inputs of some bills of one period, and the fingerprints of the prices they were computed with."""

    inputs: ShardInputs
    span: Span
    prices: Mapping[PriceKey, str]


def price_key(key: GroupKey) -> PriceKey:
    """Return what names the price table of a group."""
    return key.plan_code, str(key.structure), key.price_voltage


def cut_blocks(block: FrozenBlock, *, points: int = POINTS_PER_BLOCK) -> Iterator[FrozenBlock]:
    """Yield blocks that are small enough to be opened for one bill."""
    ids = ints(block.inputs.points, "point_id")
    if len(ids) <= points:
        yield block
        return
    for start in range(0, len(ids), points):
        own = _cut(block.inputs, ids[start : start + points])
        yield FrozenBlock(inputs=own, span=block.span, prices=block.prices)


def _cut(inputs: ShardInputs, point_ids: IntArray) -> ShardInputs:
    """Return the inputs of points that follow each other: slices of the tables, which are in their order."""
    narrowed: dict[str, pa.Table] = {}
    for name in (field.name for field in fields(ShardInputs)):
        table = getattr(inputs, name)
        if len(table) and name != "sub_segments":
            first, end = np.searchsorted(ints(table, "point_id"), [point_ids[0], point_ids[-1] + 1])
            table = table.slice(int(first), int(end - first))
        narrowed[name] = table
    if len(inputs.sub_segments):
        # These are in the order of their own points.
        is_below = np.isin(ints(inputs.sub_segments, "parent_id"), point_ids)
        narrowed["sub_segments"] = inputs.sub_segments.filter(pa.array(is_below))
    return ShardInputs(**narrowed)


def join(blocks: Sequence[FrozenBlock]) -> FrozenBlock:
    """Return the blocks of one shard as one, as `cut_blocks` found them."""
    names = [field.name for field in fields(ShardInputs)]
    tables = {
        name: pa.concat_tables([getattr(block.inputs, name) for block in blocks], promote_options="permissive")
        for name in names
    }
    return FrozenBlock(inputs=ShardInputs(**tables), span=blocks[0].span, prices=blocks[0].prices)


def narrow(block: FrozenBlock, point_id: int) -> FrozenBlock:
    """Return the block of one point alone."""
    own = narrow_inputs(block.inputs, np.array([point_id], dtype=np.int64))
    return FrozenBlock(inputs=own, span=block.span, prices=block.prices)


def pack(block: FrozenBlock) -> bytes:
    """Return the block as bytes."""
    # What earlier interim bills charged is there for few blocks, and blocks of before know no such table.
    names = [
        field.name for field in fields(ShardInputs) if field.name != "billed_before" or len(block.inputs.billed_before)
    ]
    contents = [_pack_table(getattr(block.inputs, name)) for name in names]
    head = {
        "start": str(block.span.start),
        "end": str(block.span.end),
        "months": [str(month) for month in block.span.months],
        **({"stage": [block.span.stage, block.span.stages]} if block.span.stages > 1 else {}),
        **({"part": True} if block.span.is_part else {}),
        **({"closes": True} if block.span.closes else {}),
        "prices": [[*key, fingerprint] for key, fingerprint in block.prices.items()],
    }
    outer = pa.table({"name": names, "content": pa.array(contents, pa.large_binary())})
    return _write(outer.replace_schema_metadata({"block": json.dumps(head, ensure_ascii=False)}), None)


def unpack(content: bytes) -> FrozenBlock:
    """Return the block that `pack` made."""
    outer = _read(content)
    head = json.loads(outer.schema.metadata[b"block"])
    tables = dict(zip(outer["name"].to_pylist(), map(_read, outer["content"].to_pylist()), strict=True))
    return FrozenBlock(
        inputs=ShardInputs(**tables),
        span=Span(
            start=date.fromisoformat(head["start"]),
            end=date.fromisoformat(head["end"]),
            months=tuple(map(date.fromisoformat, head["months"])),
            stage=head.get("stage", [1, 1])[0],
            stages=head.get("stage", [1, 1])[1],
            is_part=head.get("part", False),
            closes=head.get("closes", False),
        ),
        prices={(plan, structure, voltage): print_ for plan, structure, voltage, print_ in head["prices"]},
    )


def dump_prices(table: PriceTable) -> tuple[str, str]:
    """Return a price table as text and the fingerprint of the text."""
    content = _adapter().dump_json(table).decode()
    return content, hashlib.sha256(content.encode()).hexdigest()


def load_prices(content: str) -> PriceTable:
    """Return the price table that `dump_prices` wrote."""
    return _adapter().validate_json(content)


@cache
def _adapter() -> "TypeAdapter[PriceTable]":
    # Half a second to import: only who prices or opens bills waits for it.
    from pydantic import TypeAdapter

    return TypeAdapter(PriceTable)


def _pack_table(table: pa.Table) -> bytes:
    return _write(table.drop_columns([name for name in _ON_THE_BILL if name in table.column_names]), _COMPRESSION)


def _write(table: pa.Table, options: pa.ipc.IpcWriteOptions | None) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table.combine_chunks())
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _read(content: bytes) -> pa.Table:
    return pa.ipc.open_stream(pa.BufferReader(content)).read_all()
