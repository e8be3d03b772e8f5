"""Pages of the frame."""

from typing import cast

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.context import THEME_COOKIE, THEMES, Shell
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell import search as search_box
from dianke.interfaces.web.shell import sessions
from dianke.interfaces.web.shell.forms import LogInForm
from dianke.interfaces.web.shell.home import gather_home

_YEAR_SECONDS = 365 * 24 * 3600


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person who asks."""
    actor = cast("StaffRequest", request).actor
    at = Shell(request).now
    return render(
        request,
        "shell/home.html",
        {
            "page": Page(title=_("My work"), crumbs=[Crumb(_("Work"))]),
            "home": gather_home(actor=actor, at=at),
            "at": at,
        },
    )


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Ask for login and password and begin the session."""
    onward = _safe_address(request, request.POST.get("next") or request.GET.get("next", ""))
    form = LogInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if sessions.start(request, **form.cleaned_data):
            return HttpResponseRedirect(onward)
        form.add_error(None, _("Staff number and password do not match, or the person may no longer log in."))
    elif getattr(request, "person", None):
        return HttpResponseRedirect(onward)
    status = 422 if form.errors else 200
    return render(
        request,
        "shell/login.html",
        {"page": Page(title=_("Log in")), "form": form, "next": onward},
        status=status,
    )


@login_not_required
@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    sessions.end(request)
    return redirect("web:login")


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Answer the one box: a list of hits for htmx, a page of its own without script."""
    text = request.GET.get("q", "")
    groups = search_box.find(actor=cast("StaffRequest", request).actor, text=text)
    values = {"page": Page(title=_("Search")), "text": text, "groups": groups}
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "shell/search_hits.html" if fragment else "shell/search.html", values)


@login_not_required
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen look in a cookie, so that the server can write it into the first byte of every page."""
    response = HttpResponseRedirect(_safe_address(request, request.POST.get("next", "")))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE,
            theme,
            max_age=_YEAR_SECONDS,
            samesite="Lax",
            httponly=True,
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def _safe_address(request: HttpRequest, address: str) -> str:
    safe = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if safe else reverse("web:home")
