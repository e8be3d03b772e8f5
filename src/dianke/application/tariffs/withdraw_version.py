"""Withdraw a version that was loaded by mistake."""

from datetime import date

from dianke.domain.tariffs import operations
from dianke.domain.tariffs.models import TariffVersion
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right="tariffs.withdraw_version")
def withdraw_version(*, actor: Actor, version_id: int, on: date, reason: str) -> TariffVersion:
    """Withdraw a version before its first day; the reason goes into the record."""
    return operations.withdraw_version(actor=actor, version_id=version_id, on=on)
