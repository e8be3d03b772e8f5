"""Log-in in one step or two, and log-out."""

from datetime import datetime

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dianke.application.administration import log_in as door
from dianke.interfaces.web.components.formats import moment
from dianke.interfaces.web.components.page import Page
from dianke.interfaces.web.requests import actor_of, address_of, safe_address
from dianke.interfaces.web.shell import sessions
from dianke.interfaces.web.shell.forms import CodeForm, LogInForm
from dianke.kernel.clock import SystemClock


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Ask for login and password; begin the session, or ask for the second step."""
    onward = safe_address(request, request.POST.get("next") or request.GET.get("next", ""))
    form = LogInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = SystemClock().now()
        answer = door.check_password(**form.cleaned_data, address=address_of(request), at=now)
        if answer.step is door.Step.CODE_WANTED and answer.person is not None:
            sessions.wait_for_code(request, person=answer.person, onward=onward, at=now)
            return redirect("web:login_code")
        if answer.step is door.Step.ACCEPTED and answer.person is not None:
            return _enter(request, answer, onward)
        _refuse(form, answer, _("Staff number and password do not match, or the person may no longer log in."))
    elif getattr(request, "person", None):
        return HttpResponseRedirect(onward)
    values = {"page": Page(title=_("Log in")), "form": form, "next": onward}
    return render(request, "shell/login.html", values, status=422 if form.errors else 200)


@login_not_required
@never_cache
@sensitive_post_parameters("one_time_code")
@require_http_methods(["GET", "POST"])
def give_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the authenticator, soon after the password was right."""
    now = SystemClock().now()
    waiting = sessions.find_waiting(request, at=now)
    if waiting is None:
        return redirect("web:login")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = door.check_code(staff_id=waiting.staff_id, **form.cleaned_data, address=address_of(request), at=now)
        if answer.step is door.Step.ACCEPTED and answer.person is not None:
            return _enter(request, answer, safe_address(request, waiting.onward))
        _refuse(form, answer, _("The code is wrong or was used already."))
    values = {"page": Page(title=_("Log in")), "form": form}
    return render(request, "shell/login_code.html", values, status=422 if form.errors else 200)


@login_not_required
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    actor = actor_of(request)
    if actor is not None:
        door.note_log_out(actor=actor)
    sessions.end(request, login=actor.login if actor else "", at=SystemClock().now())
    return redirect("web:login")


def _enter(request: HttpRequest, answer: door.Answer, onward: str) -> HttpResponse:
    person = answer.person
    assert person is not None  # noqa: S101 - an accepted log-in has a person
    sessions.start(request, person=person, address=address_of(request), at=SystemClock().now())
    response = HttpResponseRedirect(onward)
    # A counter's computer still has the cookie of whoever sat there before.
    if person.language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, person.language, samesite="Lax", httponly=True)
    return response


def _refuse(form: forms.Form, answer: door.Answer, words: str) -> None:
    locked: datetime | None = answer.locked_until
    if locked is not None:
        text = _("Too many failures. Try again after %(time)s, or ask the administrator to unlock the log-in.")
        words = text % {"time": moment(locked)}
    form.add_error(None, words)
