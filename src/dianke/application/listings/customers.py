"""The list of customers: its rows, what narrows them, and what stands beside them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from dianke.application.listings.search import find_customer_keys
from dianke.domain.customers.models import CustomerAccount, ServiceLocation, SpecialMark
from dianke.domain.metering.models import UsagePoint
from dianke.domain.network.models import Feeder, TransformerArea
from dianke.platform.identity.types import Actor

# A search sorts and pages what it found; of a text that fits half the archive the first ones must do.
SEARCH_LIMIT = 500
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
    points = list(
        UsagePoint.objects.for_actor(actor)
        .filter(account__any_of=ids)
        .order_by("account_id", "id")
        .distinct("account_id")
        .values_list("account_id", "location_id", "area__name", "feeder__name", "area__feeder__name")
    )
    # By themselves: joined to thousands of points the whole table of places would be read for them.
    places_of_points = ServiceLocation.objects.for_actor(Actor.system("naming the places of points that may be seen"))
    wanted = places_of_points.filter(pk__any_of=[location for _account, location, *_rest in points])
    addresses = dict(wanted.values_list("pk", "address"))
    places = {account_id: (addresses[location_id], *found) for account_id, location_id, *found in points}
    marks: dict[int, list[str]] = {}
    of_rows = SpecialMark.objects.for_actor(actor).filter(account__any_of=ids, period__contains=on).order_by("kind")
    for account_id, kind in of_rows.values_list("account_id", "kind"):
        marks.setdefault(account_id, []).append(kind)
    for row in rows:
        address, area, own_feeder, area_feeder = places.get(row.pk, ("", None, None, None))
        row.address, row.area_name, row.feeder_name = address, area or "", area_feeder or own_feeder or ""
        row.mark_kinds = marks.get(row.pk, [])
