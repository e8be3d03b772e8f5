"""The list of customers: its rows, what narrows them, and what stands beside them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from dianke.application.listings.search import find_customer_keys
from dianke.domain.customers.models import CustomerAccount, ServiceLocation, SpecialMark
from dianke.domain.metering.models import UsagePoint
from dianke.domain.network.models import Feeder, TransformerArea
from dianke.platform.database.lookups import write_keys
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements

# A search sorts and pages what it found; of a text that fits half the archive the first ones must do.
SEARCH_LIMIT = 200
_PLACES = 100

Accounts = QuerySet[Any]


def list_rows(*, actor: Actor) -> Accounts:
    """Return the actor's accounts with customer and unit."""
    rows: Accounts = CustomerAccount.objects.for_actor(actor).select_related("customer", "unit")
    return rows


def narrow_to_text(*, actor: Actor, rows: Accounts, text: str) -> tuple[Accounts, bool]:
    """Return the accounts of the customers that a text fits, and whether it fits more than were looked at."""
    keys = find_customer_keys(actor=actor, text=text, limit=SEARCH_LIMIT + 1)
    return rows.filter(customer__any_of=keys[:SEARCH_LIMIT]), len(keys) > SEARCH_LIMIT


def narrow_to_place(*, rows: Accounts, text: str) -> Accounts:
    """Return the accounts supplied by the feeders and transformer areas whose code or name fits a text."""
    # The tables of the network are small, and which rows may be seen is asked of the accounts.
    reader = Actor.system("naming feeders and areas for a filter")
    named = Q(code__istartswith=text) | Q(name__icontains=text)
    feeders = list(Feeder.objects.for_actor(reader).filter(named).order_by("id").values_list("id", flat=True)[:_PLACES])
    areas = list(
        TransformerArea.objects.for_actor(reader)
        .filter(named | Q(feeder__in=feeders))
        .order_by("id")
        .values_list("id", flat=True)[: 50 * _PLACES]
    )
    points = UsagePoint.objects.for_actor(reader).filter(Q(feeder__in=feeders) | Q(area__in=areas))
    return rows.filter(id__in=points.values("account_id"))


def narrow_to_mark(*, rows: Accounts, kind: str, on: date) -> Accounts:
    """Return the accounts that bear a mark on a day, any mark without a kind."""
    marks = SpecialMark.objects.for_actor(Actor.system("asking for marks of a list")).filter(period__contains=on)
    if kind:
        marks = marks.filter(kind=kind)
    return rows.filter(id__in=marks.values("account_id"))


def attach_places(*, actor: Actor, rows: Sequence[Any], on: date) -> None:
    """Set address, feeder and area of the first usage point, and the kinds of the marks in force, on each account."""
    ids = [row.pk for row in rows]
    points = _POINTS.ask(actor=actor, write=_places_of, values={_KEYS: write_keys(ids)})
    # By themselves: joined to thousands of points the whole table of places would be read for them.
    locations = write_keys(location for _account, location, *_rest in points)
    addresses: dict[int, str] = dict(_ADDRESSES.ask(actor=_NAMING, write=_addresses, values={_KEYS: locations}))
    places = {account_id: (addresses[location_id], *found) for account_id, location_id, *found in points}
    marks: dict[int, list[str]] = {}
    for account_id, kind in _MARKS.ask(actor=actor, write=_marks_of, values={_KEYS: write_keys(ids), _DAY: on}):
        marks.setdefault(account_id, []).append(kind)
    for row in rows:
        address, area, own_feeder, area_feeder = places.get(row.pk, ("", None, None, None))
        row.address, row.area_name, row.feeder_name = address, area or "", area_feeder or own_feeder or ""
        row.mark_kinds = marks.get(row.pk, [])


# Stand-ins: no key of a row, and no day of one.
_KEY, _DAY = -1, date(1, 2, 3)
_KEYS = write_keys([_KEY])
_NAMING = Actor.system("naming the places of points that may be seen")
_POINTS, _ADDRESSES, _MARKS = (KeptStatements(is_prepared=True) for _of in range(3))


def _places_of(actor: Actor) -> Any:
    points = UsagePoint.objects.for_actor(actor).filter(account__any_of=[_KEY])
    first = points.order_by("account_id", "id").distinct("account_id")
    return first.values_list("account_id", "location_id", "area__name", "feeder__name", "area__feeder__name")


def _addresses(actor: Actor) -> Any:
    return ServiceLocation.objects.for_actor(actor).filter(pk__any_of=[_KEY]).values_list("pk", "address")


def _marks_of(actor: Actor) -> Any:
    marks = SpecialMark.objects.for_actor(actor).filter(account__any_of=[_KEY], period__contains=_DAY)
    return marks.order_by("kind").values_list("account_id", "kind")
