"""Pages of the frame."""

from collections.abc import Mapping
from typing import cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django.views.i18n import set_language

from dianke.application.administration.own_account import choose_language
from dianke.interfaces.web.access import open_to_staff
from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.context import THEME_COOKIE, THEMES, Shell
from dianke.interfaces.web.requests import StaffRequest, actor_of, safe_address
from dianke.interfaces.web.shell import search as search_box
from dianke.interfaces.web.shell.home import SHOWN_WORK, gather_home
from dianke.interfaces.web.shell.recent import list_recent

_YEAR_SECONDS = 365 * 24 * 3600


@require_GET
@open_to_staff
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person who asks, of every kind or of one."""
    at = Shell(request).now
    gathered = gather_home(actor=cast("StaffRequest", request).actor, at=at)
    kinds = gathered.count_kinds()
    kind = request.GET.get("kind", "") if request.GET.get("kind") in kinds else ""
    shows_all = bool(kind) or "all" in request.GET
    work = gathered.pick(kind=kind, limit=None if shows_all else SHOWN_WORK)
    values = {
        "page": Page(
            title=_("My work"),
            crumbs=[Crumb(_("Work"))],
            facts=_count_work(len(gathered.work), gathered.count_late(at)),
            help=[
                _("What waits for you by your posts, the most urgent first; a line opens the thing itself."),
                _("Red is past its time, amber is due within six hours, green has longer."),
                _("Ctrl K finds any customer, bill, page or act from everywhere."),
            ],
        ),
        "home": gathered,
        "work": work,
        "kinds": _list_kinds(kinds, chosen=kind, total=len(gathered.work)),
        "hidden": 0 if shows_all else len(gathered.work) - len(work),
        "at": at,
    }
    return render(request, "shell/home.html", values)


def _count_work(count: int, late: int) -> list[str]:
    facts = [ngettext("%(count)d thing to do", "%(count)d things to do", count) % {"count": count}] if count else []
    return [*facts, _("%(count)d late") % {"count": late}] if late else facts


def _list_kinds(kinds: Mapping[str, int], *, chosen: str, total: int) -> list[FilterChip]:
    if len(kinds) < 2:
        return []
    address = reverse("web:home")
    chips = [FilterChip(label=_("All"), url=address, active=not chosen, count=total)]
    return chips + [
        FilterChip(label=kind, url=f"{address}?{urlencode({'kind': kind})}", active=kind == chosen, count=count)
        for kind, count in kinds.items()
    ]


@require_GET
@open_to_staff
def search(request: HttpRequest) -> HttpResponse:
    """Answer the one box: a list of hits for htmx, a page of its own without script."""
    text = request.GET.get("q", "")
    actor = cast("StaffRequest", request).actor
    groups = search_box.find(actor=actor, text=text) or search_box.offer(
        actor=actor, text=text, recent=list_recent(request)
    )
    values = {"page": Page(title=_("Search")), "text": text, "groups": groups}
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "shell/search_hits.html" if fragment else "shell/search.html", values)


@login_not_required
@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of this browser; who has logged in finds it again wherever they log in."""
    person, actor = getattr(request, "person", None), actor_of(request)
    language = request.POST.get("language", "")
    if person is not None and actor is not None and language in dict(settings.LANGUAGES):
        choose_language(actor=actor, person=person, language=language)
    return set_language(request)


@login_not_required
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen look in a cookie, so that the server can write it into the first byte of every page."""
    response = HttpResponseRedirect(safe_address(request, request.POST.get("next", "")))
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
