"""Writes of saved views and of the book of exports."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from dianke.kernel.errors import DomainError
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import EVERY_UNIT, Actor
from dianke.platform.org.models import Unit
from dianke.platform.preferences.models import ListExport, SavedView
from dianke.platform.preferences.types import FileFormat

NAME_LENGTH = 40
VIEWS_A_LIST = 30
QUERY_LENGTH = 2_000


class ViewNotFound(DomainError):
    """The view is gone, or somebody else's."""

    code = "preferences.view_not_found"
    message = "this view is gone or belongs to somebody else"


class ViewNotSavable(DomainError):
    """A view cannot be kept as asked."""

    code = "preferences.view_not_savable"
    message = "the view cannot be saved: {reason}"


@transaction.atomic
def save_view(
    *,
    actor: Actor,
    page: str,
    name: str,
    query: str,
    columns: Sequence[str],
    at: datetime,
    is_shared: bool = False,
    is_default: bool = False,
) -> SavedView:
    """
    Keep filters, order and columns of a list under a name; the same name again replaces the view.

    :raises ViewNotSavable: if the name is empty or too long, the filters too many, or the actor is no person
    """
    name = " ".join(name.split())
    staff = Staff.objects.for_actor(actor).select_related("unit").filter(pk=actor.staff_id).first()
    own = SavedView.objects.for_actor(actor).filter(staff=actor.staff_id, page=page)
    if staff is None:
        raise ViewNotSavable(field="staff", reason="only a person keeps views")
    _require_name(name)
    if len(query) > QUERY_LENGTH:
        raise ViewNotSavable(field="query", reason="there are too many filters")
    if own.exclude(name=name).count() >= VIEWS_A_LIST:
        raise ViewNotSavable(field="name", reason="a list keeps 30 views at most")
    if is_default:
        own.update(is_default=False)
    view = own.filter(name=name).first() or SavedView(staff=staff, page=page, name=name)
    view.unit, view.query, view.columns, view.changed_at = staff.unit, query, list(columns), at
    view.is_shared, view.is_default = is_shared, is_default
    view.save()
    return view


@transaction.atomic
def change_view(*, actor: Actor, view_id: int, name: str, is_shared: bool, is_default: bool, at: datetime) -> SavedView:
    """
    Rename a view of one's own, share it or not, let the list open with it or not.

    :raises ViewNotFound: if it is not the actor's
    :raises ViewNotSavable: if the name is empty, too long or another view's
    """
    view = _get_own(actor, view_id)
    name = " ".join(name.split())
    own = SavedView.objects.for_actor(actor).filter(staff=actor.staff_id, page=view.page).exclude(pk=view.pk)
    _require_name(name)
    if own.filter(name=name).exists():
        raise ViewNotSavable(field="name", reason="another view has this name")
    if is_default:
        own.update(is_default=False)
    view.name, view.is_shared, view.is_default, view.changed_at = name, is_shared, is_default, at
    view.save()
    return view


def delete_view(*, actor: Actor, view_id: int) -> SavedView:
    """
    Remove a view of one's own and return what it was, so that the removal can be taken back.

    :raises ViewNotFound: if it is not the actor's
    """
    view = _get_own(actor, view_id)
    SavedView.objects.for_actor(actor).filter(pk=view.pk).delete()
    return view


def add_export(
    *,
    actor: Actor,
    page: str,
    file_format: FileFormat,
    query: str,
    columns: Sequence[str],
    row_count: int,
    is_cut: bool,
    at: datetime,
) -> ListExport:
    """Enter an export into the book and return it with its number."""
    export = ListExport(
        unit=_get_unit(actor),
        login=actor.login,
        page=page,
        file_format=file_format.value,
        query=query,
        columns=list(columns),
        row_count=row_count,
        is_cut=is_cut,
        at=at,
    )
    export.save()
    return export


def _get_unit(actor: Actor) -> Unit:
    # The system sits above every unit: what it takes out stands under the utility.
    units = Unit.objects.for_actor(actor)
    unit: Unit = units.get(parent=None) if actor.unit_path == EVERY_UNIT else units.get(path=actor.unit_path)
    return unit


def _require_name(name: str) -> None:
    if not name:
        raise ViewNotSavable(field="name", reason="it has no name")
    if len(name) > NAME_LENGTH:
        raise ViewNotSavable(field="name", reason="the name is too long")


def _get_own(actor: Actor, view_id: int) -> SavedView:
    view: SavedView | None = (
        SavedView.objects.for_actor(actor).filter(pk=view_id, staff=actor.staff_id).select_related("unit").first()
    )
    if view is None or actor.staff_id is None:
        raise ViewNotFound(field="view")
    return view
