"""Facts about customers: whole fleets as arrays, lists, one of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet
from numpy.typing import NDArray

from dianke.domain.credit.models import CustomerFact
from dianke.domain.credit.rules.fleet import NEVER
from dianke.domain.credit.types import TYPE_CODES, FactState, FactType
from dianke.kernel.errors import DomainError
from dianke.platform.database.fetching import fetch_columns
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope

_VALUE_SCALE = 10_000
_NO_VALUE = -(2**62)
_NAMES = ("customer", "type", "on", "until", "value")
_FACTS = """
select f.customer_id, t.code::bigint, (f.on_date - '1970-01-01'::date)::bigint,
       coalesce(f.until_date - '1970-01-01'::date, %(never)s)::bigint,
       coalesce((f.value * %(scale)s)::bigint, %(nothing)s)::bigint
  from credit_customerfact f
  join unnest(%(types)s::text[], %(codes)s::bigint[]) as t (type, code) on t.type = f.type
 where f.state = %(standing)s
   and (%(units)s::bigint[] is null or f.unit_id = any(%(units)s::bigint[]))
   and (%(customers)s::bigint[] is null or f.customer_id = any(%(customers)s::bigint[]))
   and (%(since)s::date is null or greatest(f.on_date, coalesce(f.until_date, 'infinity')) > %(since)s::date)
   and (%(until)s::date is null or f.on_date <= %(until)s::date)
 order by f.customer_id, f.on_date, f.id
"""


class FactUnknown(DomainError):
    """There is no such fact within the actor's units."""

    code = "credit.fact_unknown"
    message = "there is no fact {key}"


@dataclass(frozen=True, slots=True)
class FactArrays:
    """
    Standing facts of many customers, by customer and day. Shapes: all (m,).

    Units: `type` the place in `types.TYPES`; days since 1970-01-01, NEVER where there is no end; `value` NaN if none.
    """

    customer_id: NDArray[np.int64]
    type: NDArray[np.int16]
    on_date: NDArray[np.int64]
    until_date: NDArray[np.int64]
    value: NDArray[np.float64]

    def of_type(self, *types: FactType) -> "FactArrays":
        """Return the facts of some types."""
        rows = np.isin(self.type, [TYPE_CODES[one] for one in types])
        return FactArrays(
            self.customer_id[rows], self.type[rows], self.on_date[rows], self.until_date[rows], self.value[rows]
        )


def read_facts(
    *,
    actor: Scope,
    types: Collection[FactType] = (),
    since: date | None = None,
    until: date | None = None,
    customer_ids: Collection[int] | None = None,
) -> FactArrays:
    """
    Return the standing facts of the actor's units as arrays.

    :param types: only these; all where empty
    :param since: leaves out what ended by that day; what has no end stays, whenever it began
    :param until: leaves out what began after that day
    :param customer_ids: only of these customers
    """
    wanted = list(types) or list(FactType)
    values: dict[str, Any] = {
        "types": [one.value for one in wanted],
        "codes": [TYPE_CODES[one] for one in wanted],
        "standing": FactState.STANDING.value,
        "never": NEVER,
        "scale": _VALUE_SCALE,
        "nothing": _NO_VALUE,
        "units": None if actor.sees_every_unit else _list_units(actor),
        "customers": None if customer_ids is None else [int(one) for one in customer_ids],
        "since": since,
        "until": until,
    }
    found = fetch_columns(_FACTS, values, _NAMES)
    value = np.where(found["value"] == _NO_VALUE, np.nan, found["value"] / _VALUE_SCALE)
    return FactArrays(found["customer"], found["type"].astype(np.int16), found["on"], found["until"], value)


def filter_facts(*, actor: Scope) -> QuerySet[CustomerFact]:
    """Return the facts of the actor's units, in whatever state; no order."""
    rows: QuerySet[CustomerFact] = CustomerFact.objects.for_actor(actor)
    return rows.select_related("customer", "customer_account", "unit")


def filter_waiting(*, actor: Scope) -> QuerySet[CustomerFact]:
    """Return the facts and withdrawals that wait for a second person; no order."""
    proposed = Q(state=FactState.PROPOSED.value)
    asked = Q(state=FactState.STANDING.value) & ~Q(withdrawal_asked_by="")
    return filter_facts(actor=actor).filter(proposed | asked)


def list_facts(*, actor: Scope, customer_id: int, limit: int = 200) -> list[CustomerFact]:
    """Return the facts of a customer, the latest first."""
    return list(filter_facts(actor=actor).filter(customer_id=customer_id).order_by("-on_date", "-id")[:limit])


def get_fact(*, actor: Scope, key: int, lock: bool = False) -> CustomerFact:
    """
    Return a fact.

    :raises FactUnknown: if there is none within the actor's units
    """
    rows = filter_facts(actor=actor)
    found = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise FactUnknown(field="key", key=key)
    return found


def _list_units(actor: Scope) -> list[int]:
    """Return the keys of the units that the actor reaches; units themselves are open to all."""
    within = Q(pk__in=[])
    for path in actor.list_unit_paths():
        within |= Q(path__startswith=path)
    return list(Unit.objects.for_actor(actor).filter(within).values_list("pk", flat=True))
