"""One's own account: password, second step, sessions, language."""

from typing import Any

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.application.administration import own_account
from dianke.application.administration.log_in import require_own_password
from dianke.interfaces.web.access import before_password_change, open_to_staff
from dianke.interfaces.web.administration.forms import LanguageForm, OwnPasswordForm, PasswordForm
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.context import get_utility_name
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell import sessions as browser_sessions
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.identity import one_time_codes, sessions
from dianke.platform.identity import queries as identity


@require_GET
@open_to_staff
def show_account(request: StaffRequest) -> HttpResponse:
    """Show the reader's own account."""
    now = SystemClock().now()
    person = request.person
    page = Page(title=_("My account"), number=person.login, facts=[person.name, person.unit.name])
    values = {
        "page": page,
        "language_form": LanguageForm(initial={"language": person.language}),
        "has_second_step": one_time_codes.find_source(staff=person) is not None,
        "recovery_codes": one_time_codes.count_recovery_codes(staff=person),
        "sessions": sessions.list_open_sessions(actor=request.actor, staff=person, at=now),
        "session_key": request.session.session_key,
        "deputyships": identity.list_deputyships(staff=person),
    }
    return render(request, "administration/account.html", values)


@never_cache
@sensitive_post_parameters("old_password", "password", "again")
@require_http_methods(["GET", "POST"])
@open_to_staff
@before_password_change
def change_password(request: StaffRequest) -> HttpResponse:
    """Take a password of the reader's own choice; a first password leads here before every page."""
    is_first = request.person.must_change_password
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _take_password(request, form):
        browser_sessions.go_on(request, person=request.person)
        messages.success(request, _("The password is changed; other sessions have ended."))
        return redirect("web:home" if is_first else "web:my_account")
    template = "administration/first_change.html" if is_first else "administration/password.html"
    title = _("Choose a password of your own") if is_first else _("Change the password")
    page = Page(title=title, crumbs=_crumbs())
    values = {"page": page, "form": form, "rules": password_validators_help_texts()}
    return render(request, template, values, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("one_time_code", "old_password")
@require_http_methods(["GET", "POST"])
@open_to_staff
def add_second_step(request: StaffRequest) -> HttpResponse:
    """Show the secret as a picture and take the first code; then show the recovery codes, once."""
    person, now = request.person, SystemClock().now()
    if one_time_codes.find_source(staff=person) is not None:
        return redirect("web:my_account")
    page = Page(title=_("Log in with two steps"), crumbs=_crumbs())
    secret = one_time_codes.find_waiting_secret(staff=person)
    if request.method == "POST" and "old_password" in request.POST:
        form: forms.Form = OwnPasswordForm(request.POST)
        if form.is_valid() and _know_password(request, form):
            own_account.begin_one_time_codes(actor=request.actor, person=person, at=now)
            return redirect("web:second_step")
    elif request.method == "POST" and secret:
        try:
            codes = own_account.confirm_one_time_codes(
                actor=request.actor, person=person, one_time_code=request.POST.get("one_time_code", ""), at=now
            )
        except one_time_codes.CodeRefused as refusal:
            messages.error(request, explain(refusal))
            return redirect("web:second_step")
        return render(request, "administration/recovery_codes.html", {"page": page, "codes": codes})
    else:
        form = OwnPasswordForm()
    values: dict[str, Any] = {"page": page, "form": form, "secret": " ".join(_in_fours(secret))}
    if secret:
        values["picture"] = _draw(secret, person.login)
    return render(request, "administration/second_step.html", values, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("old_password")
@require_http_methods(["GET", "POST"])
@open_to_staff
def remove_second_step(request: StaffRequest) -> HttpResponse:
    """Ask for the password alone again, after the password was given once more."""
    form = OwnPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _know_password(request, form):
        own_account.remove_one_time_codes(actor=request.actor, person=request.person)
        messages.success(request, _("The log-in asks for the password alone."))
        return redirect("web:my_account")
    page = Page(title=_("Log in with one step"), crumbs=_crumbs())
    back, warning = _account_address(), _("Whoever learns your password can then log in as you.")
    values = {"page": page, "form": form, "back": back, "act": _("Take the second step away"), "warning": warning}
    return render(request, "administration/form.html", values, status=422 if form.errors else 200)


@require_POST
@open_to_staff
def choose_language(request: StaffRequest) -> HttpResponse:
    """Keep the reader's language for this and every later log-in."""
    form = LanguageForm(request.POST)
    response = redirect("web:my_account")
    if form.is_valid():
        language = form.cleaned_data["language"]
        own_account.choose_language(actor=request.actor, person=request.person, language=language)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", httponly=True)
    return response


@require_POST
@open_to_staff
def end_sessions(request: StaffRequest) -> HttpResponse:
    """End one of the reader's other sessions, or all of them."""
    only = request.POST.get("session", "")
    ended = own_account.end_own_sessions(
        actor=request.actor,
        person=request.person,
        session_key=request.session.session_key or "",
        at=SystemClock().now(),
        only=int(only) if only.isdecimal() else None,
    )
    if ended:
        messages.success(request, _("The session has ended.") if only else _("All other sessions have ended."))
    return redirect("web:my_account")


def _take_password(request: StaffRequest, form: PasswordForm) -> bool:
    if not _know_password(request, form):
        return False
    try:
        own_account.change_own_password(
            actor=request.actor,
            person=request.person,
            password=form.cleaned_data["password"],
            session_key=request.session.session_key or "",
            at=SystemClock().now(),
        )
    except DomainError as refusal:
        form.add_error("password", str(refusal.facts.get("reasons") or explain(refusal)))
        return False
    return True


def _know_password(request: StaffRequest, form: forms.Form) -> bool:
    try:
        require_own_password(
            actor=request.actor,
            person=request.person,
            password=form.cleaned_data["old_password"],
            at=SystemClock().now(),
        )
    except DomainError as refusal:
        form.add_error("old_password", explain(refusal))
        return False
    return True


def _draw(secret: str, login: str) -> SafeString:
    address = one_time_codes.make_address(secret=secret, login=login, utility=get_utility_name())
    # Drawn from our own text by a library that writes shapes only; no part of it comes from the reader.
    picture = segno.make(address, error="m").svg_inline(omitsize=True, border=4, dark="#000", light="#fff")
    return mark_safe(picture)  # noqa: S308 - see above


def _in_fours(secret: str) -> list[str]:
    return [secret[start : start + 4] for start in range(0, len(secret), 4)]


def _account_address() -> str:
    return reverse("web:my_account")


def _crumbs() -> list[Crumb]:
    return [Crumb(_("My account"), _account_address())]
