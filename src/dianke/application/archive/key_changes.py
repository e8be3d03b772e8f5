"""Key data changes when one person asks for it and another agrees."""

from collections.abc import Mapping
from datetime import datetime

from dianke.application.archive.narrowing import narrow
from dianke.domain.customers import operations
from dianke.domain.customers.models import Customer, CustomerAccount, KeyChange
from dianke.domain.customers.types import KeyField
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity import separation
from dianke.platform.identity.types import Actor

ASK = "archive.change_key_data"
APPROVE = "archive.approve_key_data"


_UNMASK = {KeyField.IDENTITY: "protection.unmask_identity", KeyField.BANK_ACCOUNT: "protection.unmask_bank"}


class ReasonOfLookNeeded(DomainError):
    """Who looks at a number says why."""

    code = "archive.reason_of_look_needed"
    message = "say why the number has to be seen whole"


class NotYourChange(DomainError):
    """Only who asked for a change may take it back."""

    code = "archive.not_your_change"
    message = "only {operator}, who asked for the change, may take it back"


class ReasonOfRefusalNeeded(DomainError):
    """Who asked has to learn why."""

    code = "archive.reason_of_refusal_needed"
    message = "say why the change is refused"


@use_case(right=ASK)
def ask_key_change(
    *,
    actor: Actor,
    customer: Customer,
    field: KeyField,
    value: Mapping[str, str],
    reason: str,
    at: datetime,
    account: CustomerAccount | None = None,
) -> KeyChange:
    """Ask for a change of key data."""
    return operations.ask_key_change(
        actor=narrow(actor, ASK), customer=customer, account=account, field=field, value=value, reason=reason, at=at
    )


@use_case(right=APPROVE)
def approve_key_change(*, actor: Actor, change: KeyChange, at: datetime, reason: str = "") -> KeyChange:
    """Carry out a change that another person asked for."""
    _require_another(actor, change)
    return operations.approve_key_change(actor=narrow(actor, APPROVE), change=change, at=at, reason=reason)


@use_case(right=APPROVE)
def reject_key_change(*, actor: Actor, change: KeyChange, at: datetime, reason: str) -> KeyChange:
    """Refuse a change that another person asked for."""
    _require_another(actor, change)
    if not reason.strip():
        raise ReasonOfRefusalNeeded(field="reason")
    return operations.reject_key_change(actor=narrow(actor, APPROVE), change=change, at=at, reason=reason)


@use_case(right=ASK)
def withdraw_key_change(*, actor: Actor, change: KeyChange, at: datetime, reason: str = "") -> KeyChange:
    """Take back a change that the actor asked for."""
    if change.asked_by != actor.login:
        raise NotYourChange(field="actor", operator=change.asked_by)
    return operations.withdraw_key_change(actor=narrow(actor, ASK), change=change, at=at, reason=reason)


@use_case(right=APPROVE)
def reveal_key_change(*, actor: Actor, change: KeyChange, reason: str) -> None:
    """
    Let the actor see the numbers of a change whole; who looked and why stands in the trail.

    :raises PermissionRefused: without the right to see such numbers
    :raises ReasonOfLookNeeded: without a reason
    """
    if not may_reveal(actor, change):
        raise PermissionRefused(field="actor", login=actor.login, right=_UNMASK.get(KeyField(change.field), APPROVE))
    if not reason.strip():
        raise ReasonOfLookNeeded(field="reason")


def may_reveal(actor: Actor, change: KeyChange) -> bool:
    """Tell whether an actor may see the numbers of a change whole."""
    right = _UNMASK.get(KeyField(change.field))
    return right is not None and actor.may(APPROVE, change.unit.path) and actor.may(right, change.unit.path)


def _require_another(actor: Actor, change: KeyChange) -> None:
    separation.require_another_person(actor=actor, operator_login=change.asked_by, operated_on=change.asked_at.date())
