"""Somebody sees one value of personal data whole: for a reason, once, and it is written down."""

from datetime import datetime

from dianke.application.protection import registry
from dianke.application.protection.registry import ProtectedValue
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.protection import operations

MIN_REASON_LENGTH = 2
MAX_REASON_LENGTH = 400


class ReasonMissing(DomainError):
    """Personal data is handed out for a stated reason only."""

    code = "protection.reason_missing"
    message = "say in a few words why you need it"


def unmask(*, actor: Actor, reference: str, kind: str, reason: str, at: datetime) -> ProtectedValue:
    """
    Return a value whole and enter it into the register.

    :raises PermissionRefused: if the actor lacks the right of the kind
    :raises NoSuchValue: if the reference names nothing within the units of that right
    :raises ReasonMissing: if no reason is given
    """
    wanted = registry.get_kind(kind)
    see = _WAYS[wanted.right]
    return see(actor=actor, reference=reference, kind=wanted.code, reason=" ".join(reason.split()), at=at)


@use_case(right=registry.IDENTITY.right)
def unmask_identity(*, actor: Actor, reference: str, kind: str, reason: str, at: datetime) -> ProtectedValue:
    """Return an identity number whole."""
    return _see(actor=actor, reference=reference, kind=kind, reason=reason, at=at)


@use_case(right=registry.PHONE.right)
def unmask_phone(*, actor: Actor, reference: str, kind: str, reason: str, at: datetime) -> ProtectedValue:
    """Return a phone number or a mail address whole."""
    return _see(actor=actor, reference=reference, kind=kind, reason=reason, at=at)


@use_case(right=registry.BANK.right)
def unmask_bank(*, actor: Actor, reference: str, kind: str, reason: str, at: datetime) -> ProtectedValue:
    """Return a bank account whole."""
    return _see(actor=actor, reference=reference, kind=kind, reason=reason, at=at)


def require_reason(reason: str) -> None:
    """
    Refuse a reason that says nothing.

    :raises ReasonMissing: if it is shorter than two characters
    """
    if len(reason.strip()) < MIN_REASON_LENGTH:
        raise ReasonMissing(field="reason")


def _see(*, actor: Actor, reference: str, kind: str, reason: str, at: datetime) -> ProtectedValue:
    require_reason(reason)
    wanted = registry.get_kind(kind)
    value = registry.find_value(actor=actor, reference=reference, kind=wanted, right=wanted.right)
    operations.record_unmasking(
        actor=actor,
        unit_id=value.unit_id,
        kind=wanted.code,
        thing=(value.label, value.key),
        customer_number=value.customer_number,
        reason=reason,
        at=at,
    )
    return value


_WAYS = {
    registry.IDENTITY.right: unmask_identity,
    registry.PHONE.right: unmask_phone,
    registry.BANK.right: unmask_bank,
}
