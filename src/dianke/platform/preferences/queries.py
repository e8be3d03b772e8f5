"""Reads of saved views."""

from django.db.models import CharField, F, Q, QuerySet, Value

from dianke.platform.identity.types import Actor
from dianke.platform.preferences.models import SavedView
from dianke.platform.preferences.types import ViewFacts
from dianke.platform.prepared_statements import fetch_prepared

# Asked before every list: written out, for the ORM takes longer to put it together than the database to answer.
_VIEWS = """
    select view.id, view.name, view.query, view.columns, view.is_shared, view.is_default,
        view.staff_id = %(staff)s, case when view.staff_id = %(staff)s then '' else owner.name end
    from preferences_savedview view
    join identity_staff owner on owner.id = view.staff_id
    join org_unit unit on unit.id = view.unit_id
    where view.page = %(page)s
        and (view.staff_id = %(staff)s or view.is_shared and starts_with(%(unit_path)s, unit.path))
    order by view.name, view.id
"""


def list_views(*, actor: Actor, page: str) -> list[ViewFacts]:
    """Return the actor's own views of a list and those that units above share, own ones first."""
    found = fetch_prepared(_VIEWS, {"page": page, "staff": actor.staff_id, "unit_path": actor.unit_path})
    views = [
        ViewFacts(key, name, query, tuple(columns), is_shared, is_default and is_own, is_own, owner_name)
        for key, name, query, columns, is_shared, is_default, is_own, owner_name in found
    ]
    return [view for view in views if view.is_own] + [view for view in views if not view.is_own]


def find_view(*, actor: Actor, page: str, view_id: int) -> ViewFacts | None:
    """Return a view that the actor may use, or None."""
    row = _visible(actor).filter(page=page, id=view_id).select_related("staff").first()
    return _describe(row, actor) if row else None


def get_default_view(*, actor: Actor, page: str) -> ViewFacts | None:
    """Return the view with which the actor wants the list to open, or None."""
    row = (
        SavedView.objects.for_actor(actor)
        .filter(page=page, staff=actor.staff_id, is_default=True)
        .select_related("staff")
        .first()
    )
    return _describe(row, actor) if row else None


def _visible(actor: Actor) -> "QuerySet[SavedView]":
    # Shared by the actor's own unit or one above it: the actor's path begins with the path of that unit.
    shared = Q(is_shared=True, reader_path__startswith=F("unit__path"))
    rows: QuerySet[SavedView] = SavedView.objects.for_actor(actor).annotate(
        reader_path=Value(actor.unit_path, CharField())
    )
    return rows.filter(Q(staff=actor.staff_id) | shared)


def _describe(row: SavedView, actor: Actor) -> ViewFacts:
    is_own = row.staff_id == actor.staff_id
    return ViewFacts(
        id=row.pk,
        name=row.name,
        query=row.query,
        columns=tuple(row.columns),
        is_shared=row.is_shared,
        is_default=row.is_default and is_own,
        is_own=is_own,
        owner_name="" if is_own else row.staff.name,
    )
