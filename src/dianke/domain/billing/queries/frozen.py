"""The frozen inputs of bills, opened again."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection

from dianke.domain.billing.models import Bill, BillDraft
from dianke.domain.billing.rules import back_bills, explain, frozen
from dianke.domain.billing.rules import basis as basis_rules
from dianke.domain.billing.rules.corrections import turn_explanation, turn_lines
from dianke.domain.billing.rules.explanations import Explanation, Line
from dianke.domain.billing.rules.frozen import FrozenBlock
from dianke.domain.billing.rules.plans import GroupKey
from dianke.domain.tariffs.types import PriceTable
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError


class InputsMissing(DomainError):
    """The inputs that a bill was computed from are not there."""

    code = "billing.inputs_missing"
    message = "the inputs of bill {bill} are missing"


def get_basis(bill: Bill | BillDraft) -> dict[str, Any]:
    """
    Return what a bill or draft was computed from, as a case of the quote command with its meters and prices.

    :raises InputsMissing: if the inputs were not frozen with the bill
    """
    if isinstance(bill, Bill) and bill.basis is not None:
        kept: dict[str, Any] = bill.basis
        return kept
    block = get_block(bill)
    return basis_rules.write_basis(
        inputs=block.inputs,
        span=block.span,
        find_table=lambda key: find_frozen_table(block, key),
        point_id=bill.usage_point_id,
    )


def explain_issued(bill: Bill | BillDraft, *, basis: dict[str, Any], lines: Sequence[Line]) -> Explanation:
    """Return a bill's lines with their steps; those of a reversal are the steps of the bill that it takes back."""
    if isinstance(bill, Bill) and back_bills.is_back_bill(basis):
        return back_bills.explain_back_bill(basis=basis, lines=lines, issued_on=to_shanghai(bill.issued_at).date())
    if not is_reversal(bill):
        return explain.explain_bill(basis=basis, lines=lines)
    return turn_explanation(explain.explain_bill(basis=basis, lines=turn_lines(lines)))


def get_block(bill: Bill | BillDraft) -> FrozenBlock:
    """
    Return the block that holds the inputs of a bill.

    The block is asked for without the actor: whoever may see the bill may see what it came from, and the
    neighbours in the block stay unseen.

    :raises InputsMissing: if there is none
    """
    if isinstance(bill, Bill) and back_bills.is_back_bill(bill.basis):
        raise InputsMissing(field="bill", bill=bill.pk)
    if isinstance(bill, Bill) and bill.correction_id is not None:
        return _get_corrected_block(bill)
    table = "billing_draftinputs" if isinstance(bill, BillDraft) else "billing_frozeninputs"
    with connection.cursor() as cursor:
        cursor.execute(
            f"select content from {table} where run_id = %s and shard_number = %s"  # noqa: S608 - one of two constants
            " and first_point_id <= %s and last_point_id >= %s",
            [bill.run_id, bill.shard_number, bill.usage_point_id, bill.usage_point_id],
        )
        row = cursor.fetchone()
    if row is None:
        raise InputsMissing(field="bill", bill=bill.pk)
    return frozen.unpack(bytes(row[0]))


def is_reversal(bill: Bill | BillDraft) -> bool:
    """Tell whether a bill takes another one back, so that its figures are the other's with the sign turned."""
    if not isinstance(bill, Bill) or bill.correction_id is None or back_bills.is_back_bill(bill.basis):
        return False
    return _fetch_content(_REPLACED, [bill.pk]) is None


def _get_corrected_block(bill: Bill) -> FrozenBlock:
    """Return the block of a replacement, or of the bill that a reversal takes back."""
    content = _fetch_content(_REPLACED, [bill.pk])
    if content is not None:
        return frozen.unpack(content)
    original = Bill(id=bill.corrects_id or 0, usage_point_id=bill.usage_point_id, run_id=bill.run_id)
    original.shard_number = bill.shard_number
    # The bill that was taken back may itself have been a replacement.
    earlier = _fetch_content(_REPLACED, [original.pk])
    return frozen.unpack(earlier) if earlier is not None else get_block(original)


_REPLACED = """
select i.content from billing_correctedinputs i join billing_correctedbill c on c.id = i.corrected_id
 where c.replacement_id = %s
"""


def _fetch_content(sql: str, values: list[int | None]) -> bytes | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row = cursor.fetchone()
    return None if row is None else bytes(row[0])


def find_frozen_table(block: FrozenBlock, key: GroupKey) -> PriceTable:
    """Return the prices that a block's points were computed with."""
    return _load_prices(block.prices[frozen.price_key(key)])


@lru_cache(maxsize=256)
def _load_prices(fingerprint: str) -> PriceTable:
    with connection.cursor() as cursor:
        cursor.execute("select content from billing_frozenprices where sha256 = %s", [fingerprint])
        return frozen.load_prices(cursor.fetchone()[0])
