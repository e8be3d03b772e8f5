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
            return view(request, *args, **kwargs)

        return guarded

    return decorate
