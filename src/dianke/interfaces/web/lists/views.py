"""Exports and saved views of any list; the right is that of the list named, which `open_spec` asks for."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dianke.interfaces.web.access import open_to_staff
from dianke.interfaces.web.components.exports import export_list
from dianke.interfaces.web.components.list_views import ALL_VIEW, address_of_view
from dianke.interfaces.web.components.lists import ListQuery, ListSpec, read_query
from dianke.interfaces.web.components.toasts import offer_undo
from dianke.interfaces.web.lists.guard import open_spec
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.platform.preferences import operations, queries
from dianke.platform.preferences.operations import ViewNotSavable
from dianke.platform.preferences.types import FileFormat

_RESTORE_SECONDS = 600
_SALT = "dianke.saved_view"


@require_POST
@open_to_staff
def export(request: StaffRequest, name: str) -> HttpResponseBase:
    """Give out the list that the address asks for, or the rows chosen of it, as a file."""
    spec = open_spec(request, name)
    wanted = request.POST.get("format", "")
    if wanted not in set(FileFormat):
        raise Http404
    keys = [int(key) for key in request.POST.getlist("row") if key.isascii() and key.isdigit() and len(key) < 19]
    return export_list(_read(request, spec), file_format=FileFormat(wanted), keys=keys)


@require_POST
@open_to_staff
def save_view(request: StaffRequest, name: str) -> HttpResponse:
    """Keep filters, order and columns of the address under the name typed."""
    spec = open_spec(request, name)
    query = _read(request, spec)
    try:
        view = operations.save_view(
            actor=request.actor,
            page=spec.name,
            name=request.POST.get("name", ""),
            query=query.encode(with_columns=False),
            columns=query.columns,
            is_shared="is_shared" in request.POST,
            is_default="is_default" in request.POST,
            at=SystemClock().now(),
        )
    except ViewNotSavable as error:
        messages.error(request, explain(error))
        return redirect(f"{reverse(spec.url_name)}?{query.encode() or urlencode({'view': ALL_VIEW})}")
    messages.success(request, _("View “%(name)s” is saved.") % {"name": view.name})
    return _open_view(request, spec, view.pk)


@require_POST
@open_to_staff
def change_view(request: StaffRequest, name: str, view_id: int) -> HttpResponse:
    """Rename a view of one's own, share it, or let the list open with it."""
    spec = open_spec(request, name)
    try:
        operations.change_view(
            actor=request.actor,
            view_id=view_id,
            name=request.POST.get("name", ""),
            is_shared="is_shared" in request.POST,
            is_default="is_default" in request.POST,
            at=SystemClock().now(),
        )
    except ViewNotSavable as error:
        messages.error(request, explain(error))
    else:
        messages.success(request, _("The view is changed."))
    return _open_view(request, spec, view_id)


@require_POST
@open_to_staff
def delete_view(request: StaffRequest, name: str, view_id: int) -> HttpResponse:
    """Remove a view of one's own; for a while it can be taken back."""
    spec = open_spec(request, name)
    view = operations.delete_view(actor=request.actor, view_id=view_id)
    kept = {
        "name": view.name,
        "query": view.query,
        "columns": view.columns,
        "is_shared": view.is_shared,
        "is_default": view.is_default,
        "staff": request.actor.staff_id,
    }
    offer_undo(
        request,
        _("View “%(name)s” is deleted.") % {"name": view.name},
        url=reverse("web:list_view_restore", args=[spec.name]),
        values={"view": signing.dumps(kept, salt=_SALT)},
    )
    return redirect(f"{reverse(spec.url_name)}?view={ALL_VIEW}")


@require_POST
@open_to_staff
def restore_view(request: StaffRequest, name: str) -> HttpResponse:
    """Bring back a view just deleted, as it was."""
    spec = open_spec(request, name)
    try:
        kept = signing.loads(request.POST.get("view", ""), salt=_SALT, max_age=_RESTORE_SECONDS)
    except signing.BadSignature as error:
        raise Http404 from error
    if kept.pop("staff") != request.actor.staff_id:
        raise Http404
    view = operations.save_view(actor=request.actor, page=spec.name, at=SystemClock().now(), **kept)
    messages.success(request, _("View “%(name)s” is back.") % {"name": view.name})
    return _open_view(request, spec, view.pk)


def _read(request: StaffRequest, spec: ListSpec) -> ListQuery:
    return read_query(spec, actor=request.actor, query=request.GET)


def _open_view(request: StaffRequest, spec: ListSpec, view_id: int) -> HttpResponse:
    view = queries.find_view(actor=request.actor, page=spec.name, view_id=view_id)
    if view is None:
        raise Http404
    return redirect(address_of_view(spec, view))
