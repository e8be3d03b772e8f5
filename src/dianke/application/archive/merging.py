"""Customers that were entered twice become one."""

from collections.abc import Sequence
from datetime import datetime

from dianke.application.archive.narrowing import narrow
from dianke.domain.customers import operations
from dianke.domain.customers.models import Customer, CustomerAccount, CustomerMerge, DuplicateSuspicion
from dianke.domain.customers.queries.details import list_open_suspicions
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

MERGE = "archive.merge"


class ReasonOfSettlingNeeded(DomainError):
    """Who says that likenesses are two customers each says why."""

    code = "archive.reason_of_settling_needed"
    message = "say why they are two customers"


def find_other(*, actor: Actor, customer: Customer, number: str) -> Customer | None:
    """Return the standing customer of a number, its own or an account's, that one may be merged with, or None."""
    rows = Customer.objects.for_actor(actor, MERGE).filter(merged_into=None).exclude(pk=customer.pk)
    # One after the other: each is one look into an index, together they would read the table.
    found: Customer | None = rows.filter(number=number).first()
    if found is None:
        owners = CustomerAccount.objects.for_actor(actor, MERGE).filter(number=number).values("customer_id")
        found = rows.filter(pk__in=owners).first()
    return found


@use_case(right=MERGE)
def merge_customers(*, actor: Actor, kept: Customer, merged: Customer, reason: str, at: datetime) -> CustomerMerge:
    """Move what hangs on one customer to another; the first stays as a signpost."""
    return operations.merge_customers(actor=narrow(actor, MERGE), kept=kept, merged=merged, reason=reason, at=at)


@use_case(right=MERGE)
def undo_merge(*, actor: Actor, merge: CustomerMerge, reason: str, at: datetime) -> CustomerMerge:
    """Give back what a merge moved, while nothing of it was touched since."""
    return operations.undo_merge(actor=narrow(actor, MERGE), merge=merge, at=at)


@use_case(right=MERGE)
def settle_suspicion(*, actor: Actor, suspicion: DuplicateSuspicion, reason: str, at: datetime) -> DuplicateSuspicion:
    """Say that two customers that look the same are two."""
    return operations.settle_suspicion(actor=narrow(actor, MERGE), suspicion=suspicion, at=at)


@use_case(right=MERGE)
def settle_suspicions(*, actor: Actor, ids: Sequence[int], reason: str, at: datetime) -> int:
    """
    Say of several likenesses, for one reason, that each is two customers; return how many still waited.

    :raises ReasonOfSettlingNeeded: without a reason
    """
    if not reason.strip():
        raise ReasonOfSettlingNeeded(field="reason")
    rows = list_open_suspicions(actor=actor, right=MERGE).filter(pk__in=ids).select_for_update(of=("self",))
    waiting = list(rows)
    for suspicion in waiting:
        operations.settle_suspicion(actor=narrow(actor, MERGE), suspicion=suspicion, at=at)
    return len(waiting)
