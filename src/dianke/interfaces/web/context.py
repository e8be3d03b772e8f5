"""What the frame of every page needs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import get_language

from dianke.application.demo_utility import notes
from dianke.interfaces.web import navigation
from dianke.interfaces.web.requests import actor_of
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

THEME_COOKIE = "dianke_theme"
THEMES = ("light", "dark")
_NAME_SECONDS = 60


@dataclass
class Shell:
    """The frame of one page; what a template does not ask for is not computed."""

    request: HttpRequest

    @property
    def actor(self) -> Actor | None:
        """Return who acts, or None."""
        return actor_of(self.request)

    @property
    def theme(self) -> str:
        """Return the chosen look; the server writes it into the page, so nothing flashes."""
        chosen = self.request.COOKIES.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else THEMES[0]

    @property
    def other_theme(self) -> str:
        """Return what the switch switches to."""
        return THEMES[1 - THEMES.index(self.theme)]

    @property
    def now(self) -> datetime:
        """Return the local time of the page."""
        return SystemClock().now()

    @property
    def today(self) -> str:
        """Return the local day of the page."""
        return self.now.date().isoformat()

    @cached_property
    def utility_name(self) -> str:
        """Return the name of the utility, which changes so rarely that a minute's delay is no harm."""
        return get_utility_name()

    @cached_property
    def foot_note(self) -> str:
        """Return what the foot of every page says of a demo utility, or nothing."""
        if not self.actor or not is_demo_utility():
            return ""
        first = notes.list_notes()[0]
        return first.en if get_language() == "en" else first.zh

    @cached_property
    def menu(self) -> list[navigation.MenuGroup]:
        """Return the side menu of the actor."""
        if self.actor is None:
            return []
        return navigation.build_menu(actor=self.actor, path=self.request.path)

    @property
    def menu_key(self) -> tuple[tuple[str, bool, int | None], ...]:
        """Return what the side menu is drawn from, beside the words of its entries."""
        return tuple((line.url, line.current, line.count) for group in self.menu for line in group.lines)


def get_utility_name() -> str:
    """Return the name at the top of the organisation tree, or nothing before it is set up."""
    name: str | None = cache.get("web.utility_name")
    if name is None:
        utility = org.get_utility(actor=Actor.system("naming the utility in the head of the page"))
        name = utility.name if utility else ""
        cache.set("web.utility_name", name, _NAME_SECONDS if name else 1)
    return name


def is_demo_utility() -> bool:
    """Tell whether the demo utility is loaded; asked on every page, so the answer is kept for a minute."""
    known: bool | None = cache.get("web.is_demo")
    if known is None:
        known = notes.is_demo(actor=Actor.system("telling a demo utility from a real one"))
        cache.set("web.is_demo", known, _NAME_SECONDS)
    return known


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give templates the frame."""
    return {"shell": Shell(request)}
