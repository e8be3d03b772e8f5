"""Reads of appeals against a class."""

from datetime import date

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from dianke.domain.valuation.models import ValueAppeal
from dianke.domain.valuation.rules.brake import NONE
from dianke.domain.valuation.rules.facts import Integers, place
from dianke.domain.valuation.types import CLASSES, AppealState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("reading which classes appeals hold")


class AppealUnknown(DomainError):
    """There is no such appeal within the actor's units."""

    code = "value.appeal_unknown"
    message = "there is no appeal {key}"


def filter_appeals(*, actor: Scope) -> QuerySet[ValueAppeal]:
    """Return the appeals of the actor's units; no order."""
    rows: QuerySet[ValueAppeal] = ValueAppeal.objects.for_actor(actor)
    return rows.select_related("customer", "unit")


def get_appeal(*, actor: Scope, key: int, lock: bool = False) -> ValueAppeal:
    """
    Return an appeal.

    :raises AppealUnknown: if there is none within the actor's units
    """
    rows = filter_appeals(actor=actor)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise AppealUnknown(field="key", key=key)
    return found


def list_appeals_of(*, actor: Scope, customer_id: int) -> list[ValueAppeal]:
    """Return the appeals of a customer, the newest first."""
    return list(filter_appeals(actor=actor).filter(customer_id=customer_id).order_by("-id"))


def list_held(*, customers: Integers, on: date) -> NDArray[np.int8]:
    """Return the class that a granted appeal holds for each customer on a day, or -1; the last decision counts."""
    held = np.full(customers.size, NONE, dtype=np.int8)
    rows = ValueAppeal.objects.for_actor(_SYSTEM).filter(state=AppealState.GRANTED.value, held_until__gte=on)
    found = list(rows.order_by("decided_at").values_list("customer_id", "asked_class"))
    places, known = place(customers, np.array([key for key, _class in found], dtype=np.int64))
    for at, is_known, (_key, code) in zip(places.tolist(), known.tolist(), found, strict=True):
        if is_known:
            held[at] = [one.value for one in CLASSES].index(code)
    return held
