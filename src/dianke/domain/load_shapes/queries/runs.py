"""Runs of clustering, their shapes, and who belongs to which."""

from collections.abc import Sequence
from datetime import date

import numpy as np
from django.db.models import QuerySet

from dianke.domain.load_shapes.models import LoadShape, ShapeMember, ShapeRun
from dianke.engine.load_shapes.days import Integers
from dianke.kernel.errors import DomainError
from dianke.platform.database.fetching import fetch_columns
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("reading who has which load shape")
_MEMBERS = """
select a.customer_id, m.usage_point_id, s.rank, m.night_e4, m.weekend_e4
  from load_shapes_shapemember m
  join load_shapes_loadshape s on s.id = m.shape_id
  join customers_customeraccount a on a.id = m.account_id
 where s.run_id = %(run)s order by 1, 2
"""


class ShapeUnknown(DomainError):
    """There is no such shape."""

    code = "load_shapes.shape_unknown"
    message = "there is no load shape {key}"


def get_last_run(*, actor: Scope) -> ShapeRun | None:
    """Return the last run, or None."""
    rows: QuerySet[ShapeRun] = ShapeRun.objects.for_actor(actor)
    return rows.order_by("-end_day").first()


def list_runs(*, actor: Scope, limit: int) -> list[ShapeRun]:
    """Return the last runs, the newest first."""
    return list(ShapeRun.objects.for_actor(actor).defer("content").order_by("-end_day")[:limit])


def list_shapes(*, actor: Scope, run: ShapeRun) -> list[LoadShape]:
    """Return the shapes of a run, the largest first."""
    return list(LoadShape.objects.for_actor(actor).filter(run=run).order_by("rank"))


def get_shape(*, actor: Scope, key: int) -> LoadShape:
    """
    Return a shape.

    :raises ShapeUnknown: if there is none
    """
    rows: QuerySet[LoadShape] = LoadShape.objects.for_actor(actor).select_related("run")
    found = rows.filter(pk=key).first()
    if found is None:
        raise ShapeUnknown(field="key", key=key)
    return found


def filter_members(*, actor: Scope, run: ShapeRun | None) -> QuerySet[ShapeMember]:
    """Return the points of the actor's units that a run sorted; no order."""
    rows: QuerySet[ShapeMember] = ShapeMember.objects.for_actor(actor)
    if run is None:
        return rows.none()
    return rows.filter(shape__run=run).select_related("shape", "usage_point", "account__customer", "unit")


def find_member(*, actor: Scope, usage_point_ids: Sequence[int]) -> ShapeMember | None:
    """Return what the last run made of the first of some points that it sorted, or None."""
    run = get_last_run(actor=actor)
    rows = filter_members(actor=actor, run=run).filter(usage_point_id__in=list(usage_point_ids))
    return rows.order_by("usage_point_id").first() if run is not None else None


def read_members(*, on: date) -> dict[str, Integers]:
    """
    Return what the last run that ended until a day says of every point, as arrays for what works on fleets.

    Keys: customer_id, usage_point_id, rank of the shape, night_e4 and weekend_e4: shares of use from 0 to 6 o'clock
    and on Saturdays and Sundays, in 1e-4.
    """
    names = ("customer_id", "usage_point_id", "rank", "night_e4", "weekend_e4")
    run = ShapeRun.objects.for_actor(_SYSTEM).filter(end_day__lte=on).order_by("-end_day").only("pk").first()
    if run is None:
        return dict.fromkeys(names, np.zeros(0, dtype=np.int64))
    cast = ", ".join(f'"{name}"::bigint' for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    return fetch_columns(f"select {cast} from ({_MEMBERS}) f({columns})", {"run": run.pk}, names)  # noqa: S608 - ours
