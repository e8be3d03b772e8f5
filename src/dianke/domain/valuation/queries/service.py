"""The service table: what a class is served with on a day. Other modules ask find_service."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet

from dianke.domain.customers.types import ValueClass
from dianke.domain.valuation.models import ServiceTableVersion
from dianke.domain.valuation.queries.versions import VersionUnknown
from dianke.domain.valuation.rules.policy import get_delivered_table, read_service
from dianke.domain.valuation.types import CLASSES, Service, VersionState
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("reading the service table, which everybody may")


def list_services(*, on: date) -> tuple[Service, ...]:
    """Return the service table in force on a day, the highest class first."""
    found = _rows(_SYSTEM).filter(state=VersionState.APPROVED.value, valid_from__lte=on).order_by("-valid_from").first()
    return read_rows(found.code, found.rows) if found else get_delivered_table(on=on)


def find_service(value_class: str, on: date) -> Service:
    """Return what a class is served with on a day; who has no class yet is served like the lowest."""
    services = list_services(on=on)
    return next((one for one in services if one.value_class == value_class), services[-1])


def read_rows(code: str, rows: Mapping[str, Any]) -> tuple[Service, ...]:
    """Return the rows of a stored version, the highest class first."""
    return tuple(read_service(code, ValueClass(one), rows[one.value]) for one in CLASSES)


def list_tables(*, actor: Scope, limit: int) -> list[ServiceTableVersion]:
    """Return versions of the service table, the newest proposal first."""
    return list(_rows(actor).order_by("-proposed_at", "-id")[:limit])


def get_table(*, actor: Scope, code: str, lock: bool = False) -> ServiceTableVersion:
    """
    Return a version of the service table.

    :raises VersionUnknown: if there is none
    """
    rows = _rows(actor)
    found = (rows.select_for_update() if lock else rows).filter(code=code).first()
    if found is None:
        raise VersionUnknown(field="code", code=code)
    return found


def _rows(actor: Scope) -> QuerySet[ServiceTableVersion]:
    found: QuerySet[ServiceTableVersion] = ServiceTableVersion.objects.for_actor(actor)
    return found
