"""Reads of bad debt."""

from typing import Any

from django.db.models import QuerySet, Sum

from dianke.domain.billing.models import Bill
from dianke.domain.collection.models import BadWriteOff, BadWriteOffEvidence, BadWriteOffItem, BadWriteOffReturn
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class WriteOffUnknown(DomainError):
    """There is no such proposal within the actor's units."""

    code = "collection.write_off_unknown"
    message = "there is no write-off {key}"


def filter_write_offs(*, actor: Scope) -> QuerySet[Any]:
    """Return the proposals of the actor's units; no order."""
    rows: QuerySet[Any] = BadWriteOff.objects.for_actor(actor).select_related("account__customer", "unit")
    return rows


def get_write_off(*, actor: Scope, key: int, lock: bool = False) -> BadWriteOff:
    """
    Return a proposal, locked if asked.

    :raises WriteOffUnknown: if there is none within the actor's units
    """
    rows = filter_write_offs(actor=actor)
    found: BadWriteOff | None = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise WriteOffUnknown(field="write_off", key=key)
    return found


def list_items(*, actor: Scope, row: BadWriteOff) -> list[tuple[BadWriteOffItem, Bill | None]]:
    """Return the bills of a proposal with what was open of each."""
    items = list(BadWriteOffItem.objects.for_actor(actor).filter(write_off=row).order_by("item_id"))
    bills = {one.pk: one for one in Bill.objects.for_actor(actor).filter(pk__in=[one.item_id for one in items])}
    return [(one, bills.get(one.item_id)) for one in items]


def list_evidence(*, actor: Scope, row: BadWriteOff) -> list[BadWriteOffEvidence]:
    """Return the papers of a proposal."""
    rows = BadWriteOffEvidence.objects.for_actor(actor).filter(write_off=row).select_related("document")
    return list(rows.order_by("id"))


def get_evidence(*, actor: Scope, key: int) -> BadWriteOffEvidence:
    """
    Return a paper.

    :raises WriteOffUnknown: if there is none within the actor's units
    """
    rows = BadWriteOffEvidence.objects.for_actor(actor).select_related("document")
    found: BadWriteOffEvidence | None = rows.filter(pk=key).first()
    if found is None:
        raise WriteOffUnknown(field="evidence", key=key)
    return found


def list_returns(*, actor: Scope, row: BadWriteOff) -> list[BadWriteOffReturn]:
    """Return what came back of a write-off, the first first."""
    return list(BadWriteOffReturn.objects.for_actor(actor).filter(write_off=row).order_by("id"))


def sum_returned(*, actor: Scope, keys: list[int]) -> dict[int, int]:
    """Return what came back of some write-offs."""
    rows = BadWriteOffReturn.objects.for_actor(actor).filter(write_off_id__in=keys)
    return dict(rows.values_list("write_off_id").annotate(fen=Sum("amount_fen")).order_by("write_off_id"))
