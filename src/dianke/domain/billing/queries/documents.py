"""Issued bills opened for documents, many at once: what they froze, their lines, their corrections."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q

from dianke.domain.billing.models import Bill, CorrectedBill
from dianke.domain.billing.queries import corrections as correction_queries
from dianke.domain.billing.queries import finals
from dianke.domain.billing.queries import frozen as frozen_queries
from dianke.domain.billing.rules import basis as basis_rules
from dianke.domain.billing.rules.documents.structured_bill import BillKind, Occasion, Relation
from dianke.domain.billing.rules.explanations import Explanation, Line
from dianke.domain.billing.rules.frozen import FrozenBlock
from dianke.domain.billing.rules.inputs import ints
from dianke.domain.billing.types import LINES_PER_BILL, CorrectionKind
from dianke.platform.org.scoping import Scope
from dianke.platform.prepared_statements import fetch_prepared

_ENDING = {BillKind.ORDINARY, BillKind.REPLACEMENT}


@dataclass(frozen=True)
class OpenedBill:
    """A bill with what it was computed from, its explanation and its corrections."""

    bill: Bill
    kind: BillKind
    basis: dict[str, Any]
    explanation: Explanation
    relations: tuple[Relation, ...]
    occasion: Occasion | None


@dataclass
class _Blocks:
    """The block that was opened last: bills of a shard follow each other."""

    shard: tuple[int, int] = (0, 0)
    block: FrozenBlock | None = None
    points: set[int] = field(default_factory=set)

    def find(self, bill: Bill) -> FrozenBlock:
        """Return the block of a bill."""
        shard = (bill.run_id, bill.shard_number)
        if self.block is None or self.shard != shard or bill.usage_point_id not in self.points:
            self.block, self.shard = frozen_queries.get_block(bill), shard
            self.points = set(ints(self.block.inputs.points, "point_id").tolist())
        return self.block


def open_bills(*, actor: Scope, bills: Sequence[Bill]) -> Iterator[OpenedBill]:
    """Yield bills that the actor may see, opened, in the order given."""
    lines = fetch_lines(bills=bills)
    relations = list_relations(actor=actor, bills=bills)
    occasions = list_occasions(bills=bills, kinds={key: kind for key, (kind, _own) in relations.items()})
    blocks = _Blocks()
    for bill in bills:
        basis = _find_basis(bill, blocks)
        explanation = frozen_queries.explain_issued(bill, basis=basis, lines=lines[bill.pk])
        kind, own = relations.get(bill.pk, (BillKind.ORDINARY, ()))
        yield OpenedBill(
            bill=bill,
            kind=kind,
            basis=basis,
            explanation=explanation,
            relations=own,
            occasion=occasions.get(bill.pk),
        )


def fetch_lines(*, bills: Sequence[Bill]) -> dict[int, list[Line]]:
    """Return the lines of bills by key, in printed order; whoever was given the bills may see their lines."""
    found: dict[int, list[Line]] = {bill.pk: [] for bill in bills}
    rows = fetch_prepared(_LINES, {"bills": list(found), "a_bill": LINES_PER_BILL})
    for key, code, name, unit, rule, included, quantity_e6, price_e8, amount_e6 in rows:
        found[key].append(
            Line(
                code=code,
                name=name,
                quantity=Decimal(quantity_e6).scaleb(-6),
                unit=unit,
                price=Decimal(price_e8).scaleb(-8),
                amount=Decimal(amount_e6).scaleb(-6),
                included=included,
                rule=rule,
            )
        )
    return found


_LINES = """
select own.id, kind.code, kind.name, kind.unit_name, kind.rule, kind.included, l.quantity_e6, l.price_e8, l.amount_e6
  from unnest(%(bills)s::bigint[]) as own(id)
  join billing_billline l on l.id >= own.id * %(a_bill)s and l.id < (own.id + 1) * %(a_bill)s
  join billing_billlinekind kind on kind.id = l.kind_id
 order by l.id
"""


def list_relations(*, actor: Scope, bills: Sequence[Bill]) -> dict[int, tuple[BillKind, tuple[Relation, ...]]]:
    """Return what corrections have made of bills, by key; a bill that none touched is left out."""
    keys = [bill.pk for bill in bills]
    # A back-billing reverses nothing: the bills that it concerns stay as they are.
    replaced = Q(bill_id__in=keys, reversal_id__isnull=False)
    rows = CorrectedBill.objects.for_actor(actor).filter(
        replaced | Q(reversal_id__in=keys) | Q(replacement_id__in=keys)
    )
    items = list(rows.select_related("correction").order_by("id"))
    others = [key for one in items for key in (one.bill_id, one.reversal_id, one.replacement_id)]
    known = correction_queries.get_bills(actor=actor, keys=others)
    numbers = {key: bill.number for key, bill in known.items()}
    found: dict[int, tuple[BillKind, tuple[Relation, ...]]] = {}
    for key in keys:
        own = [one for one in items if key in (one.bill_id, one.reversal_id, one.replacement_id)]
        if own:
            found[key] = _find_kind(key, own), tuple(_draw_relation(one, numbers) for one in own)
    return found


def list_occasions(*, bills: Sequence[Bill], kinds: Mapping[int, BillKind]) -> dict[int, Occasion]:
    """Return the closing or hand-over of bills, by key; what reverses a bill or stands beside it ends nothing."""
    of_runs = finals.list_occasions(run_ids=[bill.run_id for bill in bills])
    return {
        bill.pk: of_runs[bill.run_id]
        for bill in bills
        if bill.run_id in of_runs and kinds.get(bill.pk, BillKind.ORDINARY) in _ENDING
    }


def _find_basis(bill: Bill, blocks: _Blocks) -> dict[str, Any]:
    if bill.correction_id is not None or bill.basis is not None:
        return frozen_queries.get_basis(bill)
    block = blocks.find(bill)
    return basis_rules.write_basis(
        inputs=block.inputs,
        span=block.span,
        find_table=lambda key: frozen_queries.find_frozen_table(block, key),
        point_id=bill.usage_point_id,
    )


def _find_kind(key: int, items: Sequence[CorrectedBill]) -> BillKind:
    if any(one.reversal_id == key for one in items):
        return BillKind.REVERSAL
    own = [one for one in items if one.replacement_id == key]
    if not own:
        return BillKind.ORDINARY
    is_back_bill = own[0].correction.kind == CorrectionKind.BACK_BILLING.value
    return BillKind.BACK_BILLING if is_back_bill else BillKind.REPLACEMENT


def _draw_relation(item: CorrectedBill, numbers: dict[int, str]) -> Relation:
    return Relation(
        order=item.correction.number,
        cause=item.correction.cause,
        original=numbers.get(item.bill_id, ""),
        original_amount_fen=item.old_amount_fen,
        reversal=numbers.get(item.reversal_id or 0, ""),
        replacement=numbers.get(item.replacement_id or 0, ""),
    )
