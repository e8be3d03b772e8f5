"""The product's addresses, and some that refuse or break."""

from typing import NoReturn

from django.http import HttpRequest
from django.urls import include, path

from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused


class RunNotReady(DomainError):
    """A refusal by a rule, with a message that the catalogue knows."""

    code = "test.run_not_ready"
    message = "run {run} cannot be issued: {reason}"


def refuse(request: HttpRequest) -> NoReturn:
    """Refuse by a rule."""
    raise RunNotReady(run="JS-1", reason="93")


def refuse_right(request: HttpRequest) -> NoReturn:
    """Refuse for want of a right."""
    raise PermissionRefused(login="YZ10427", right="billing.issue")


def fail(request: HttpRequest) -> NoReturn:
    """Break."""
    raise RuntimeError("broken on purpose")


urlpatterns = [
    path("refuse/", refuse),
    path("refuse-right/", refuse_right),
    path("break/", fail),
    path("", include("dianke.interfaces.web.urls")),
]

handler404 = "dianke.interfaces.web.shell.errors.page_not_found"
handler500 = "dianke.interfaces.web.shell.errors.server_error"
