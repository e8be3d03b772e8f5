"""The page of a person: posts, deputies, log-in, sessions; and the acts on it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application.administration import conflicts, people, posts
from dianke.application.administration.reach import today
from dianke.domain.customers.queries.managers import count_held
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.administration import words
from dianke.interfaces.web.administration.forms import AssignmentForm, ChangePersonForm, DeputyForm, NewPersonForm
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity import locks, one_time_codes, sessions
from dianke.platform.identity import queries as identity
from dianke.platform.identity.models import Staff

_RIGHT = "staff.manage"


@require_GET
@page_right(_RIGHT)
def show_person(request: StaffRequest, login: str) -> HttpResponse:
    """Show a person with their posts, deputies, log-in and sessions."""
    return _show(request, _find(request, login))


@never_cache
@require_http_methods(["GET", "POST"])
@page_right(_RIGHT)
def add_person(request: StaffRequest) -> HttpResponse:
    """Add a person and show their first password, once."""
    form = NewPersonForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        try:
            given = people.add_person(actor=request.actor, **form.cleaned_data)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            form.add_error(_field_of(form, refusal), explain(refusal))
        else:
            return _hand_over(request, given)
    page = Page(title=_("Add a person"), crumbs=_crumbs(), menu_url=reverse("web:staff"))
    values = {"page": page, "form": form, "back": reverse("web:staff"), "act": _("Add the person")}
    return render(request, "administration/form.html", values, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@page_right(_RIGHT)
def change_person(request: StaffRequest, login: str) -> HttpResponse:
    """Change the name or the home unit of a person."""
    person = _find(request, login)
    known = {"name": person.name, "unit_code": person.unit.code, "office_phone": person.office_phone}
    form = ChangePersonForm(request.POST or None, actor=request.actor, initial=known)
    return _answer_form(
        request,
        person,
        form,
        title=_("Name and home unit"),
        act=lambda values: people.change_person(actor=request.actor, login=login, **values),
        done=_("The person is changed."),
    )


@require_http_methods(["GET", "POST"])
@page_right(_RIGHT)
def assign_post(request: StaffRequest, login: str) -> HttpResponse:
    """Give a person a post."""
    person = _find(request, login)
    form = AssignmentForm(
        request.POST or None, actor=request.actor, initial={"start": today(), "unit_code": person.unit.code}
    )
    return _answer_form(
        request,
        person,
        form,
        title=_("Give a post"),
        act=lambda values: posts.assign_post(actor=request.actor, login=login, **values),
        done=_("The post is given."),
    )


@require_http_methods(["GET", "POST"])
@page_right(_RIGHT)
def add_deputy(request: StaffRequest, login: str) -> HttpResponse:
    """Let somebody stand in for a person."""
    person = _find(request, login)
    form = DeputyForm(request.POST or None, actor=request.actor, absent_login=login, initial={"start": today()})
    return _answer_form(
        request,
        person,
        form,
        title=_("Name a deputy"),
        act=lambda values: posts.add_deputy(actor=request.actor, absent_login=login, **values),
        done=_("The deputy is named."),
    )


@require_POST
@page_right(_RIGHT)
def end_assignment(request: StaffRequest, login: str, assignment_id: int) -> HttpResponse:
    """End a post that a person holds."""
    _find(request, login)
    done = _("The post has ended.")
    return _step(request, login, lambda: posts.end_assignment(actor=request.actor, assignment_id=assignment_id), done)


@require_POST
@page_right(_RIGHT)
def end_deputyship(request: StaffRequest, login: str, deputyship_id: int) -> HttpResponse:
    """End a deputyship."""
    _find(request, login)
    done = _("The deputyship has ended.")
    return _step(request, login, lambda: posts.end_deputyship(actor=request.actor, deputyship_id=deputyship_id), done)


@never_cache
@require_POST
@page_right(_RIGHT)
def reset_password(request: StaffRequest, login: str) -> HttpResponse:
    """Draw a new first password and show it once."""
    _find(request, login)
    try:
        given = people.reset_password(actor=request.actor, login=login, at=SystemClock().now())
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return redirect("web:staff_member", login)
    return _hand_over(request, given)


@require_POST
@page_right(_RIGHT)
def change_log_in(request: StaffRequest, login: str, act: str) -> HttpResponse:
    """Close or open a log-in, unlock it, take its second step away, end its sessions."""
    _find(request, login)
    now, reason = SystemClock().now(), request.POST.get("reason", "").strip()
    only = request.POST.get("session", "")
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "close": (
            lambda: people.deactivate_person(actor=request.actor, login=login, reason=reason, at=now),
            _("The log-in is closed and its sessions have ended."),
        ),
        "open": (
            lambda: people.reactivate_person(actor=request.actor, login=login, reason=reason),
            _("The log-in is open again."),
        ),
        "unlock": (lambda: people.unlock_person(actor=request.actor, login=login), _("The log-in is unlocked.")),
        "one-step": (
            lambda: people.remove_second_step(actor=request.actor, login=login, reason=reason),
            _("The log-in asks for the password alone."),
        ),
        "end-sessions": (
            lambda: people.end_sessions_of_person(
                actor=request.actor, login=login, at=now, only=int(only) if only.isdecimal() else None
            ),
            _("The session has ended.") if only else _("All sessions have ended."),
        ),
    }
    if act not in acts:
        raise Http404
    carry_out, done = acts[act]
    return _step(request, login, carry_out, done)


def _find(request: StaffRequest, login: str) -> Staff:
    person = identity.get_staff(actor=request.actor, login=login, right=_RIGHT)
    if person is None:
        raise Http404
    return person


def _show(request: StaffRequest, person: Staff) -> HttpResponse:
    now, on = SystemClock().now(), today()
    page = Page(
        title=person.name,
        number=person.login,
        facts=[person.unit.name, *([person.office_phone] if person.office_phone else [])],
        crumbs=_crumbs(),
        chips=_chips(person),
        menu_url=reverse("web:staff"),
    )
    values = {
        "page": page,
        "person": person,
        "assignments": [(one, words.name_post(one.post), _phase(one.period, on)) for one in _assignments_of(person)],
        "deputyships": [(one, _phase(one.period, on)) for one in identity.list_deputyships(staff=person)],
        "sessions": sessions.list_open_sessions(actor=request.actor, staff=person, at=now),
        "lock": locks.find_lock(login=person.login, address="", at=now),
        "has_second_step": one_time_codes.find_source(staff=person) is not None,
        "clashes": _list_clashes(request, person),
        "is_oneself": person.pk == request.actor.staff_id,
        "held": count_held(staff=person, on=on) if person.active else None,
        "may_hand_over": request.actor.may("care.assign", person.unit.path),
    }
    return render(request, "administration/person.html", values)


def _assignments_of(person: Staff) -> list[Any]:
    return identity.list_assignments(staff=[person])


def _list_clashes(request: StaffRequest, person: Staff) -> list[tuple[str, conflicts.PersonConflict]]:
    found = conflicts.list_person_conflicts(actor=request.actor, wanted=person)
    return [(words.name_pair((one.first.right, one.second.right)), one) for one in found]


def _phase(period: Any, on: Any) -> str:
    if period.isempty or (period.upper is not None and period.upper <= on):
        return "ENDED"
    return "NOW" if period.lower <= on else "LATER"


def _chips(person: Staff) -> list[Chip]:
    chips = [state_chip("staff", "ACTIVE" if person.active else "CLOSED")]
    if person.must_change_password:
        chips.append(Chip("run", _("First password")))
    return chips


def _crumbs() -> list[Crumb]:
    return [Crumb(_("Administration")), Crumb(_("Staff"), reverse("web:staff"))]


def _hand_over(request: StaffRequest, given: people.FirstPassword) -> HttpResponse:
    page = Page(
        title=_("First password"),
        number=given.person.login,
        facts=[given.person.name],
        crumbs=_crumbs(),
        menu_url=reverse("web:staff"),
    )
    return render(request, "administration/first_password.html", {"page": page, "given": given})


def _answer_form(
    request: StaffRequest,
    person: Staff,
    form: forms.Form,
    *,
    title: str,
    act: Callable[[dict[str, Any]], Any],
    done: str,
) -> HttpResponse:
    back = reverse("web:staff_member", args=[person.login])
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except PermissionRefused:
            raise
        except DomainError as refusal:
            form.add_error(_field_of(form, refusal), explain(refusal))
        else:
            messages.success(request, done)
            return redirect(back)
    crumbs = [*_crumbs(), Crumb(person.name, back)]
    page = Page(title=title, facts=[person.name, person.login], crumbs=crumbs, menu_url=reverse("web:staff"))
    values = {"page": page, "form": form, "back": back, "act": _("Save")}
    return render(request, "administration/form.html", values, status=422 if form.errors else 200)


def _field_of(form: forms.Form, refusal: DomainError) -> str | None:
    return refusal.field if refusal.field in form.fields else None


def _step(request: StaffRequest, login: str, act: Callable[[], Any], done: str) -> HttpResponse:
    return carry_out(request, act, done=done, back=reverse("web:staff_member", args=[login]))
