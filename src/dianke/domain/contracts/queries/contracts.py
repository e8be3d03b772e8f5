"""Reads of contracts, their versions and signatures."""

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from dianke.domain.contracts.models import Contract, ContractSignature, ContractVersion
from dianke.domain.contracts.rules.versions import find_notice_day
from dianke.domain.contracts.types import HOLDING, ContractKind
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

_HOLDING = [state.value for state in HOLDING]
# The longest notice that a template may ask for, see rules.templates.
_MOST_NOTICE_DAYS = 365


class ContractUnknown(DomainError):
    """There is no such contract or version within the actor's units."""

    code = "contracts.contract_not_found"
    message = "there is no contract {contract}"


def filter_versions(*, actor: Scope) -> QuerySet[Any]:
    """Return the versions of the actor's units with contract, account and customer; no order."""
    rows: QuerySet[Any] = ContractVersion.objects.for_actor(actor)
    return rows.select_related("contract", "account__customer", "unit")


def get_version(*, actor: Scope, key: int, lock: bool = False) -> ContractVersion:
    """
    Return a version, locked if asked.

    :raises ContractUnknown: if there is none within the actor's units
    """
    rows = filter_versions(actor=actor)
    found: ContractVersion | None = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise ContractUnknown(field="version", contract=key)
    return found


def find_contract(*, actor: Scope, account_id: int, kind: ContractKind) -> Contract | None:
    """Return the contract of a kind of an account, or None."""
    found: Contract | None = Contract.objects.for_actor(actor).filter(account_id=account_id, kind=kind.value).first()
    return found


def list_versions(*, actor: Scope, contract_id: int) -> list[ContractVersion]:
    """Return the versions of a contract, the latest first."""
    return list(filter_versions(actor=actor).filter(contract_id=contract_id).order_by("-number"))


def list_signatures(*, actor: Scope, version: ContractVersion) -> list[ContractSignature]:
    """Return who signed a version, in the order of signing."""
    rows = ContractSignature.objects.for_actor(actor).filter(version=version)
    return list(rows.select_related("document").order_by("recorded_at", "id"))


def in_force(*, actor: Scope, account_id: int, on: date) -> list[ContractVersion]:
    """Return the versions that both sides signed and whose days hold a day, one of a kind at most."""
    rows = filter_versions(actor=actor).filter(account_id=account_id, state__in=_HOLDING, period__contains=on)
    return list(rows.order_by("kind"))


def list_ending(*, actor: Scope, on: date) -> list[ContractVersion]:
    """Return versions in force whose end is near on a day and that nothing follows, the next to end first."""
    rows = filter_versions(actor=actor).filter(
        state__in=_HOLDING,
        period__contains=on,
        period__endswith__lte=on + timedelta(days=_MOST_NOTICE_DAYS),
        ended_by="",
    )
    found = [one for one in rows if find_notice_day(until=one.period.upper, notice_days=one.notice_days) <= on]
    followed = _list_followed(actor, found)
    return sorted((one for one in found if one.pk not in followed), key=lambda one: (one.period.upper, one.pk))


def _list_followed(actor: Scope, found: list[Any]) -> set[int]:
    later = ContractVersion.objects.for_actor(actor).filter(
        contract_id__in={one.contract_id for one in found}, state__in=_HOLDING
    )
    starts: dict[int, set[date]] = {}
    for contract_id, period in later.values_list("contract_id", "period"):
        starts.setdefault(contract_id, set()).add(period.lower)
    return {one.pk for one in found if one.period.upper in starts.get(one.contract_id, set())}
