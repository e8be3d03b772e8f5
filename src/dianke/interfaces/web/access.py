"""Which right opens a page."""

import functools
from collections.abc import Callable
from typing import Any

from dianke.interfaces.web.requests import StaffRequest
from dianke.platform.audit.use_case import PermissionRefused

_View = Callable[..., Any]

RIGHTS_OF_PAGES: set[str] = set()


def page_right(right: str) -> Callable[[_View], _View]:
    """Let a view answer only actors who hold the right."""
    RIGHTS_OF_PAGES.add(right)

    def decorate(view: _View) -> _View:
        @functools.wraps(view)
        def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.actor.may(right):
                raise PermissionRefused(field="actor", login=request.actor.login, right=right)
            # What the page shows answers to the units of this right, not to those of the person's other posts.
            request.actor = request.actor.within(right)
            return view(request, *args, **kwargs)

        guarded.page_right = right  # type: ignore[attr-defined]
        return guarded

    return decorate


def open_to_staff(view: _View) -> _View:
    """
    Mark a page that everybody who has logged in may open: it shows what their posts bring, or their own account.

    A view must say either this, or a right, or `login_not_required`; a test walks every address and asks.
    """
    view.open_to_staff = True  # type: ignore[attr-defined]
    return view


def before_password_change(view: _View) -> _View:
    """Mark a page that somebody with a first password may open before they have changed it."""
    view.before_password_change = True  # type: ignore[attr-defined]
    return view
