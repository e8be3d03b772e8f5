"""Reads of corrections."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from dianke.domain.billing.models import Bill, BillCorrection, CorrectedBill, CorrectionEvidence
from dianke.domain.billing.types import CorrectionKind, CorrectionState
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope
from dianke.platform.prepared_statements import fetch_prepared

_BACK_BILLING = CorrectionKind.BACK_BILLING.value


class CorrectionNotFound(DomainError):
    """No such order is within reach."""

    code = "billing.correction_not_found"
    message = "no correction {number} was found"


class EvidenceNotFound(DomainError):
    """No such paper is within reach."""

    code = "billing.evidence_not_found"
    message = "no evidence {number} was found"


@dataclass(frozen=True)
class Bond:
    """How a bill stands to the corrections: the order, and the bills that it came from or that took its place."""

    order: BillCorrection
    reversal: Bill | None
    replacement: Bill | None
    original: Bill | None

    @property
    def is_back_billing(self) -> bool:
        """Tell whether the order bills beside the bill and leaves it as it is."""
        return bool(self.order.kind == _BACK_BILLING)

    @property
    def is_for_good(self) -> bool:
        """Tell whether the order took the bill back and billed nothing in its place."""
        return self.reversal is not None and self.replacement is None


def get_correction(*, actor: Scope, key: int, lock: bool = False) -> BillCorrection:
    """
    Return an order, locked for the running transaction if asked for.

    :raises CorrectionNotFound: if there is none, or it belongs to another unit
    """
    rows = BillCorrection.objects.for_actor(actor).select_related("unit")
    if lock:
        rows = rows.select_for_update(of=("self",))
    order: BillCorrection | None = rows.filter(pk=key).first()
    if order is None:
        raise CorrectionNotFound(field="correction", number=key)
    return order


def filter_corrections(*, actor: Scope) -> QuerySet[BillCorrection]:
    """Return the orders that the actor may see."""
    rows: QuerySet[BillCorrection] = BillCorrection.objects.for_actor(actor).select_related("unit")
    return rows


def list_evidence(*, actor: Scope, order: BillCorrection) -> list[CorrectionEvidence]:
    """Return the papers of an order, in the order they came."""
    rows = CorrectionEvidence.objects.for_actor(actor).filter(correction=order)
    return list(rows.select_related("document").order_by("id"))


def count_evidence(*, actor: Scope, keys: Iterable[int]) -> dict[int, int]:
    """Return how many papers orders have, by key; one without any is left out."""
    rows = CorrectionEvidence.objects.for_actor(actor).filter(correction_id__in=list(keys))
    return dict(rows.values_list("correction_id").annotate(found=Count("id")).order_by("correction_id"))


def get_evidence(*, actor: Scope, key: int) -> CorrectionEvidence:
    """
    Return a paper of an order.

    :raises EvidenceNotFound: if there is none, or its order belongs to another unit
    """
    rows = CorrectionEvidence.objects.for_actor(actor).filter(pk=key).select_related("document", "correction__unit")
    found: CorrectionEvidence | None = rows.first()
    if found is None:
        raise EvidenceNotFound(field="evidence", number=key)
    return found


def count_waiting(*, actor: Scope, right: str, state: CorrectionState) -> int:
    """Return how many orders of a state stand within the units of a right."""
    return int(BillCorrection.objects.for_actor(actor, right).filter(state=state.value).count())


def list_waiting(*, actor: Scope, right: str, state: CorrectionState, login: str, limit: int) -> list[BillCorrection]:
    """Return orders of a state within the units of a right that somebody else asked for, the oldest first."""
    rows = BillCorrection.objects.for_actor(actor, right).select_related("unit").filter(state=state.value)
    return list(rows.exclude(asked_by=login).order_by("asked_at", "id")[:limit])


def list_corrected(*, actor: Scope, order: BillCorrection) -> list[CorrectedBill]:
    """Return the bills that an order touches, in the order of the months."""
    return list(CorrectedBill.objects.for_actor(actor).filter(correction=order).order_by("sequence"))


def list_numbers(*, actor: Scope, keys: Iterable[int]) -> dict[int, str]:
    """Return the numbers of orders by key."""
    return {order.pk: order.number for order in BillCorrection.objects.for_actor(actor).filter(pk__in=list(keys))}


def get_bills(*, actor: Scope, keys: Iterable[int | None]) -> dict[int, Bill]:
    """Return bills by key."""
    wanted = [key for key in keys if key is not None]
    return {bill.pk: bill for bill in Bill.objects.for_actor(actor).filter(pk__in=wanted)}


def is_touched(*, bill_id: int) -> bool:
    """Tell whether any correction ever named a bill: nearly none has, and then nothing else needs to be asked."""
    ((found,),) = fetch_prepared(_TOUCHED, [bill_id, bill_id, bill_id])
    return bool(found)


_TOUCHED = """
select exists (select from billing_correctedbill where bill_id = %s)
    or exists (select from billing_correctedbill where reversal_id = %s)
    or exists (select from billing_correctedbill where replacement_id = %s)
"""


def list_bonds(*, actor: Scope, bill: Bill) -> list[Bond]:
    """Return how a bill stands to corrections: what made it first, then what became of it or is under way."""
    rows = CorrectedBill.objects.for_actor(actor).filter(
        Q(bill_id=bill.pk, holds_bill=True)
        | Q(bill_id=bill.pk, reversal_id__isnull=False)
        | Q(bill_id=bill.pk, correction__kind=_BACK_BILLING, correction__state=CorrectionState.ISSUED.value)
        | Q(reversal_id=bill.pk)
        | Q(replacement_id=bill.pk)
    )
    items = list(rows.select_related("correction").order_by("id"))
    back_bills = _find_back_bills(actor, [item.correction for item in items])
    replacements = {item.pk: item.replacement_id or back_bills.get(item.correction_id, 0) for item in items}
    keys = [key for item in items for key in (item.bill_id, item.reversal_id, replacements[item.pk])]
    bills = get_bills(actor=actor, keys=keys)
    return [
        Bond(
            order=item.correction,
            reversal=bills.get(item.reversal_id or 0),
            replacement=bills.get(replacements[item.pk]),
            original=bills.get(item.bill_id),
        )
        for item in items
    ]


def _find_back_bills(actor: Scope, orders: Iterable[BillCorrection]) -> dict[int, int]:
    """Return the keys of the bills that orders of back-billing issued, by order."""
    keys = [order.pk for order in orders if order.kind == _BACK_BILLING]
    rows = CorrectedBill.objects.for_actor(actor).filter(correction_id__in=keys, replacement_id__isnull=False)
    return {order: int(bill) for order, bill in rows.values_list("correction_id", "replacement_id")}


def find_back_bill(*, actor: Scope, order: BillCorrection) -> Bill | None:
    """Return the bill that an order of back-billing issued, or None."""
    key = _find_back_bills(actor, [order]).get(order.pk)
    return get_bills(actor=actor, keys=[key]).get(key) if key is not None else None
