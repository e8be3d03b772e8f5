"""Two customers that are one: what hangs on the one moves to the other, and can be taken back."""

from datetime import datetime
from typing import Any

from django.db.models import Max, Model, Q

from dianke.domain.customers.models import (
    AccountManagement,
    CareRecord,
    Consent,
    Contact,
    Customer,
    CustomerAccount,
    CustomerDocument,
    CustomerEquipment,
    CustomerMerge,
    CustomerRelation,
    DuplicateSuspicion,
    KeyChange,
    Visit,
)
from dianke.domain.customers.operations.reaching import require_customers
from dianke.domain.customers.types import KeyChangeState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

# What belongs to a customer by a key of its own; marks, bank accounts and old numbers follow their account.
MOVED: dict[str, tuple[type[Model], str]] = {
    "accounts": (CustomerAccount, "customer_id"),
    "contacts": (Contact, "customer_id"),
    "consents": (Consent, "customer_id"),
    "equipment": (CustomerEquipment, "customer_id"),
    "documents": (CustomerDocument, "customer_id"),
    "visits": (Visit, "customer_id"),
    "care_records": (CareRecord, "customer_id"),
    "managements": (AccountManagement, "customer_id"),
    "relations": (CustomerRelation, "customer_id"),
    "related_from": (CustomerRelation, "other_id"),
    # Those that were merged into the merged one point straight to the one that stays.
    "customers": (Customer, "merged_into_id"),
}
_EVERYBODY = Actor.system("moving what hangs on a customer that the actor was found to reach")


class UnableToMerge(DomainError):
    """The two customers cannot become one."""

    code = "customers.unable_to_merge"
    message = "{merged} cannot be merged into {kept}: {reason}"


class UnableToUndoMerge(DomainError):
    """The merge cannot be taken back."""

    code = "customers.unable_to_undo_merge"
    message = "the merge cannot be taken back: {reason}"


def merge_customers(*, actor: Actor, kept: Customer, merged: Customer, reason: str, at: datetime) -> CustomerMerge:
    """
    Move what hangs on one customer to another and leave the first as a signpost.

    :raises UnableToMerge: if either is merged already, both are one, their identity numbers differ, or a change
        of the merged one's key data waits
    """
    require_customers(actor=actor, ids={kept.pk, merged.pk})
    locked = {row.pk: row for row in _lock(kept.pk, merged.pk)}
    kept, merged = locked[kept.pk], locked[merged.pk]
    if obstacle := _find_obstacle(kept, merged, reason):
        raise UnableToMerge(field="merged", merged=merged.number, kept=kept.number, reason=obstacle)
    moved = {name: _move(model, column, merged.pk, kept.pk) for name, (model, column) in MOVED.items()}
    merged.merged_into = kept
    merged.save(update_fields=["merged_into"])
    suspicions = DuplicateSuspicion.objects.for_actor(_EVERYBODY).filter(settled_at=None)
    for pair in ((kept.pk, merged.pk), (merged.pk, kept.pk)):
        suspicions.filter(customer_id=pair[0], other_id=pair[1]).update(settled_at=at)
    merge = CustomerMerge(
        kept=kept,
        merged=merged,
        merged_at=at,
        merged_by=actor.login,
        reason=reason.strip(),
        moved={name: keys for name, keys in moved.items() if keys},
    )
    merge.marks = _read_marks(merge)
    merge.save()
    return merge


def undo_merge(*, actor: Actor, merge: CustomerMerge, at: datetime) -> CustomerMerge:
    """
    Give back what a merge moved, while nothing of it was touched since.

    :raises UnableToUndoMerge: if it was undone, or what moved has changed since
    """
    require_customers(actor=actor, ids={merge.kept_id, merge.merged_id})
    merge = CustomerMerge.objects.for_actor(actor).select_for_update().get(pk=merge.pk)
    list(_lock(merge.kept_id, merge.merged_id))
    if merge.undone_at is not None:
        raise UnableToUndoMerge(reason="it was taken back before")
    if _read_marks(merge) != merge.marks:
        raise UnableToUndoMerge(reason="what moved has changed since")
    for name, keys in merge.moved.items():
        model, column = MOVED[name]
        _rows(model).filter(pk__in=keys).update(**{column: merge.merged_id})
    _rows(Customer).filter(pk=merge.merged_id).update(merged_into=None)
    merge.undone_at = at
    merge.undone_by = actor.login
    merge.save(update_fields=["undone_at", "undone_by"])
    return merge


def _lock(*keys: int) -> list[Customer]:
    # Always in the order of keys, so that two merges of the same pair wait for one another.
    return list(_rows(Customer).filter(pk__in=keys).order_by("pk").select_for_update())


def _find_obstacle(kept: Customer, merged: Customer, reason: str) -> str | None:
    if kept.pk == merged.pk:
        return "both are the same customer"
    if merged.merged_into_id is not None or kept.merged_into_id is not None:
        return "one of them was merged before"
    if not reason.strip():
        return "a reason is needed"
    if kept.identity_hash and merged.identity_hash and kept.identity_hash != merged.identity_hash:
        return "their identity numbers differ"
    if _rows(KeyChange).filter(customer=merged, state=KeyChangeState.PENDING.value).exists():
        return "a change of its key data waits for a decision"
    return None


def _move(model: type[Model], column: str, merged: int, kept: int) -> list[int]:
    rows = _rows(model).filter(**{column: merged})
    if model is CustomerDocument:
        # A paper that both have stays with the merged one: each customer has it once.
        shared = _rows(CustomerDocument).filter(customer_id=kept).values("document_id")
        rows = rows.exclude(document_id__in=shared)
    if model is AccountManagement and _rows(AccountManagement).filter(customer_id=kept).exists():
        # Whoever looks after the one that stays goes on doing so.
        rows = rows.none()
    if model is CustomerRelation:
        rows = _leave_out_known(rows, kept)
    keys = list(rows.order_by("pk").values_list("pk", flat=True))
    _rows(model).filter(pk__in=keys).update(**{column: kept})
    return keys


def _leave_out_known(rows: Any, kept: int) -> Any:
    """Leave out relations to the one that stays, and those to others that it has a relation with already."""
    own = _rows(CustomerRelation).filter(Q(customer_id=kept) | Q(other_id=kept))
    others = {key for pair in own.values_list("customer_id", "other_id") for key in pair}
    return rows.exclude(Q(customer_id__in=others) | Q(other_id__in=others))


def _read_marks(merge: CustomerMerge) -> dict[str, int]:
    """Return the last change of each kind of row that moved, and of the merged customer itself."""
    marks = {
        name: _find_last_event(MOVED[name][0], keys) for name, keys in merge.moved.items() if name in MOVED and keys
    }
    marks["merged"] = _find_last_event(Customer, [merge.merged_id])
    marks["kept_is_merged"] = _rows(Customer).filter(pk=merge.kept_id, merged_into__isnull=False).count()
    return marks


def _find_last_event(model: type[Model], keys: list[int]) -> int:
    events = model.scoped_events.rel.related_model  # type: ignore[attr-defined]
    found = events.objects.for_actor(_EVERYBODY).filter(pgh_obj_id__in=keys).aggregate(last=Max("pgh_id"))
    return found["last"] or 0


def _rows(model: type[Model]) -> Any:
    return model.objects.for_actor(_EVERYBODY)  # type: ignore[attr-defined]
