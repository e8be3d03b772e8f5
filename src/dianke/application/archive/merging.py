"""Customers that were entered twice become one."""

from datetime import datetime

from dianke.application.archive.narrowing import narrow
from dianke.domain.customers import operations
from dianke.domain.customers.models import Customer, CustomerMerge, DuplicateSuspicion
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

MERGE = "archive.merge"


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
