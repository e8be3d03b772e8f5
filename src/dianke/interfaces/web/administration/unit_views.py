"""The tree of units."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from dianke.application.administration import units
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.administration import words
from dianke.interfaces.web.administration.forms import NewUnitForm, UnitNameForm, UnitPlaceForm
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import EVERY_UNIT
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit

_RIGHT = "org.manage"


@require_GET
@page_right(_RIGHT)
def list_units(request: StaffRequest) -> HttpResponse:
    """Show the units that the reader manages as a tree."""
    found = [unit for unit in org.list_units(actor=request.actor) if request.actor.may(_RIGHT, unit.path)]
    people = identity.count_staff_by_unit(actor=request.actor)
    least = min((unit.path.count("/") for unit in found), default=0)
    values = {
        "page": Page(title=_("Units"), crumbs=[Crumb(_("Administration"))]),
        "rows": [
            {
                "unit": unit,
                "kind": words.UNIT_KINDS[unit.kind],
                "depth": range(unit.path.count("/") - least),
                "people": people.get(unit.pk, 0),
            }
            for unit in _in_tree_order(found)
        ],
        "may_see_staff": request.actor.may("staff.manage"),
        "may_move": request.actor.may(_RIGHT, EVERY_UNIT),
    }
    return render(request, "administration/units.html", values)


@require_http_methods(["GET", "POST"])
@page_right(_RIGHT)
def add_unit(request: StaffRequest) -> HttpResponse:
    """Add a unit below another."""
    initial = {"parent_code": request.GET.get("below", "")}
    form = NewUnitForm(request.POST or None, actor=request.actor, initial=initial)
    return _answer_form(
        request,
        form,
        title=_("Add a unit"),
        act=lambda values: units.add_unit(actor=request.actor, **values),
        done=lambda _given: _("The unit is added."),
    )


@require_http_methods(["GET", "POST"])
@page_right(_RIGHT)
def rename_unit(request: StaffRequest, code: str) -> HttpResponse:
    """Give a unit another name."""
    unit = _find(request, code)
    return _answer_form(
        request,
        UnitNameForm(request.POST or None, initial={"name": unit.name}),
        title=_("Rename the unit"),
        unit=unit,
        act=lambda values: units.rename_unit(actor=request.actor, code=code, **values),
        done=lambda _given: _("The unit has its new name."),
    )


@require_http_methods(["GET", "POST"])
@page_right(_RIGHT)
def move_unit(request: StaffRequest, code: str) -> HttpResponse:
    """Hang a unit with everything below it under another, after a look at what that means."""
    unit = _find(request, code)
    below = [one for one in org.list_units(actor=request.actor) if one.path.startswith(unit.path)]
    warning = ngettext(
        "%(count)d unit moves. Whoever holds a post above the new place reaches its customers from then on, and "
        "whoever holds one above the old place no longer.",
        "%(count)d units move together. Whoever holds a post above the new place reaches their customers from then "
        "on, and whoever holds one above the old place no longer.",
        len(below),
    )
    return _answer_form(
        request,
        UnitPlaceForm(request.POST or None, actor=request.actor, unit=unit),
        title=_("Move the unit"),
        unit=unit,
        warning=warning % {"count": len(below)},
        act=lambda values: units.move_unit(actor=request.actor, code=code, **values),
        done=lambda moved: (
            ngettext("%(count)d unit has moved.", "%(count)d units have moved.", moved) % {"count": moved}
        ),
    )


def _find(request: StaffRequest, code: str) -> Unit:
    unit = org.find_unit(actor=request.actor, code=code)
    if unit is None or not request.actor.may(_RIGHT, unit.path):
        raise Http404
    return unit


def _in_tree_order(found: list[Unit]) -> list[Unit]:
    """Return the units so that each stands below its parent, neighbours by code."""
    codes = {unit.pk: unit.code for unit in found}
    return sorted(found, key=lambda unit: [codes.get(int(key), "") for key in unit.path.strip("/").split("/")])


def _answer_form(
    request: StaffRequest,
    form: forms.Form,
    *,
    title: str,
    act: Callable[[dict[str, Any]], Any],
    done: Callable[[Any], str],
    unit: Unit | None = None,
    warning: str = "",
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            given = act(form.cleaned_data)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, explain(refusal))
        else:
            messages.success(request, done(given))
            return redirect("web:units")
    crumbs = [Crumb(_("Administration")), Crumb(_("Units"), reverse("web:units"))]
    facts = [unit.name, unit.code] if unit else []
    values = {
        "page": Page(title=title, facts=facts, crumbs=crumbs, menu_url=reverse("web:units")),
        "form": form,
        "back": reverse("web:units"),
        "act": title if warning else _("Save"),
        "warning": warning,
    }
    return render(request, "administration/form.html", values, status=422 if form.errors else 200)
