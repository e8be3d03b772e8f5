"""What a person had open last: kept in the session, so that it goes with the log-out from a shared computer."""

from django.http import HttpRequest

from dianke.interfaces.web.components.page import Page
from dianke.interfaces.web.shell.search import Hit

KEPT = 8
_KEY = "recent"


def remember(request: HttpRequest, page: Page) -> None:
    """Put a page that shows one thing, which is one with a number, in front of those that were open."""
    if request.method != "GET" or not page.number or request.headers.get("HX-Request"):
        return
    entry = [str(page.title), page.number, request.path]
    known = request.session.get(_KEY, [])
    others = [one for one in known if one[1] != page.number]
    if [entry, *others][:KEPT] != known:
        request.session[_KEY] = [entry, *others][:KEPT]


def list_recent(request: HttpRequest) -> list[Hit]:
    """Return what was open, the last first."""
    return [Hit(title=title, number=number, url=url) for title, number, url in request.session.get(_KEY, [])]
