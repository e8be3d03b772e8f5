"""An act on many rows: first what will happen and what is left alone, then the act."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dianke.interfaces.web.access import open_to_staff
from dianke.interfaces.web.components.bulk import BULK_LIMIT, BulkAction, BulkPlan
from dianke.interfaces.web.components.list_body import DrawnRow
from dianke.interfaces.web.components.list_views import ALL_VIEW, describe_filters, draw_row
from dianke.interfaces.web.components.lists import ListQuery, ListSpec, find_rows, read_query
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.toasts import offer_undo
from dianke.interfaces.web.lists.guard import open_spec
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

_SHOWN = 100


@require_POST
@open_to_staff
def act(request: StaffRequest, name: str, action: str) -> HttpResponse:
    """Show what an act would do with the rows chosen; with `confirmed` do it."""
    spec = open_spec(request, name)
    chosen = next((one for one in spec.actions if one.key == action), None)
    if chosen is None:
        raise Http404
    if not request.actor.may(chosen.right):
        raise PermissionRefused(field="actor", login=request.actor.login, right=chosen.right)
    query = read_query(spec, actor=request.actor, query=request.GET)
    rows, is_cut = _choose(request, query)
    back = f"{reverse(spec.url_name)}?{query.encode() or f'view={ALL_VIEW}'}"
    if not rows:
        messages.warning(request, _("No row is chosen."))
        return redirect(back)
    plan = chosen.plan(request.actor, rows)
    confirmed = "confirmed" in request.POST
    form = chosen.form(request.POST if confirmed else None) if chosen.form else None
    if confirmed and plan.todo and (form is None or form.is_valid()):
        values: dict[str, Any] = form.cleaned_data if form else {}
        try:
            return _carry_out(request, chosen, plan, values, back=back)
        except DomainError as error:
            messages.error(request, explain(error))
    return _show(request, spec, chosen, query, plan, form=form, is_cut=is_cut, back=back)


def _choose(request: StaffRequest, query: ListQuery) -> tuple[list[Any], bool]:
    """Return the rows ticked, or all that the filters show, up to the limit of one act."""
    rows, _found_cut = find_rows(query)
    if request.POST.get("scope") != "all":
        keys = [int(key) for key in request.POST.getlist("row") if key.isascii() and key.isdigit() and len(key) < 19]
        rows = rows.filter(pk__in=keys)
    found = list(rows.order_by(*query.order)[: BULK_LIMIT + 1])
    return found[:BULK_LIMIT], len(found) > BULK_LIMIT


def _carry_out(
    request: StaffRequest, action: BulkAction, plan: BulkPlan, values: dict[str, Any], *, back: str
) -> HttpResponse:
    undo = action.undo(request.actor, plan.todo, values) if action.undo else ""
    said = action.carry_out(request.actor, plan.todo, values)
    if undo:
        offer_undo(request, said, url=undo)
    else:
        messages.success(request, said)
    return redirect(back)


def _show(
    request: StaffRequest,
    spec: ListSpec,
    action: BulkAction,
    query: ListQuery,
    plan: BulkPlan,
    *,
    form: forms.Form | None,
    is_cut: bool,
    back: str,
) -> HttpResponse:
    shown = query.shown
    values = {
        "page": Page(
            title=action.label, crumbs=[*spec.crumbs, Crumb(spec.title, back)], menu_url=reverse(spec.url_name)
        ),
        "action": action,
        "plan": plan,
        "form": form,
        "heads": shown,
        "todo": _draw(spec, query, plan.todo[:_SHOWN]),
        "skipped": list(
            zip(
                _draw(spec, query, [one.row for one in plan.skipped[:_SHOWN]]),
                [one.reason for one in plan.skipped[:_SHOWN]],
                strict=True,
            )
        ),
        "keys": [row.pk for row in plan.todo],
        "consequence": action.consequence(len(plan.todo)),
        "filters": describe_filters(query),
        "is_cut": is_cut,
        "limit": f"{BULK_LIMIT:,}",
        "more": max(0, len(plan.todo) - _SHOWN),
        "back": back,
    }
    return render(request, "lists/bulk.html", values, status=422 if form is not None and form.errors else 200)


def _draw(spec: ListSpec, query: ListQuery, rows: Sequence[Any]) -> list[DrawnRow]:
    if spec.enrich and rows:
        spec.enrich(query.actor, rows)
    return [draw_row(spec, query.shown, row) for row in rows]
