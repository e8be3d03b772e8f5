"""Groups of bills that are booked by one voucher each: a shard of a run, an order of correction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from dianke.domain.billing.models import BillCorrection, BillRun, BillRunShard
from dianke.domain.billing.types import CorrectionKind
from dianke.domain.receivables.types import VoucherKind
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("finding what a voucher is made from")
_OF_RANGE = "b.id >= %(first)s and b.id < %(end)s and b.correction_id is null"
_OF_SHARD = "b.run_id = %(run)s and b.shard_number = %(shard)s and b.correction_id is null"
_OF_ORDER = "b.correction_id = %(order)s and b.id = any(%(bills)s)"


@dataclass(frozen=True, slots=True)
class UnbookedGroup:
    """Bills that were issued together; `which` and `keys` say which, as a condition on `billing_bill b`."""

    source: str
    kind: VoucherKind
    summary: str
    unit_id: int
    issued_by: str
    issued_at: datetime
    which: str
    keys: dict[str, Any]

    @property
    def is_range(self) -> bool:
        """Tell whether the bills, and so their lines, are one range of keys."""
        return self.which == _OF_RANGE


def find_group_of_shard(*, run: BillRun, shard_number: int) -> UnbookedGroup:
    """Return the bills of an issued shard."""
    shard = BillRunShard.objects.for_actor(_SYSTEM).get(run=run, number=shard_number)
    assert run.issued_at is not None  # noqa: S101 - a shard is issued after its run was decided to be
    return UnbookedGroup(
        source=f"shard:{run.pk}:{shard_number}",
        kind=VoucherKind.BILL_ISSUE,
        summary=f"{run.number} #{shard_number}",
        unit_id=run.unit_id,
        issued_by=run.issued_by,
        issued_at=run.issued_at,
        # Shards of the first form know no range of keys.
        which=_OF_RANGE if shard.first_bill_id else _OF_SHARD,
        keys={"first": shard.first_bill_id, "end": shard.end_bill_id}
        if shard.first_bill_id
        else {"run": run.pk, "shard": shard_number},
    )


def find_group_of_order(*, order: BillCorrection) -> UnbookedGroup:
    """Return the bills of an issued order of correction."""
    assert order.issued_at is not None  # noqa: S101 - only an issued order has bills
    is_back_bill = order.kind == CorrectionKind.BACK_BILLING.value
    rows = order.bills.for_actor(_SYSTEM).values_list("reversal_id", "replacement_id")
    bills = [key for pair in rows for key in pair if key is not None]
    return UnbookedGroup(
        source=f"correction:{order.pk}",
        kind=VoucherKind.BACK_BILLING if is_back_bill else VoucherKind.BILL_CORRECTION,
        summary=order.number,
        unit_id=order.unit_id,
        issued_by=order.issued_by,
        issued_at=order.issued_at,
        which=_OF_ORDER,
        keys={"order": order.pk, "bills": bills},
    )


def list_unbooked() -> Iterator[UnbookedGroup]:
    """Yield the groups of bills that are not in the books, in the order of their issue."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select 'shard', s.run_id, s.number, r.issued_at
              from billing_billrunshard s join billing_billrun r on r.id = s.run_id
             where s.status = 'ISSUED' and s.bill_count > 0
               and not exists (select from receivables_voucher v
                                where v.source = 'shard:' || s.run_id || ':' || s.number)
            union all
            select 'correction', c.id, 0, c.issued_at from billing_billcorrection c
             where c.state = 'ISSUED'
               and not exists (select from receivables_voucher v where v.source = 'correction:' || c.id)
             order by 4, 1 desc, 2, 3
            """
        )
        found = cursor.fetchall()
    for kind, key, number, _at in found:
        if kind == "shard":
            run = BillRun.objects.for_actor(_SYSTEM).get(pk=key)
            group = find_group_of_shard(run=run, shard_number=number)
        else:
            group = find_group_of_order(order=BillCorrection.objects.for_actor(_SYSTEM).get(pk=key))
        if _comes_to_something(group):
            yield group


def _comes_to_something(group: UnbookedGroup) -> bool:
    """Tell whether a voucher would have postings: bills of nothing leave none."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select exists (select from billing_bill b where {group.which} and b.amount_fen <> 0)",  # noqa: S608
            group.keys,
        )
        return bool(cursor.fetchone()[0])
