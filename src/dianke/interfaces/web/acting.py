"""What every button does: carry a use case out, say what became of it, and go on to a page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain as explain_by_code
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused


def carry_out(
    request: StaffRequest,
    act: Callable[[], Any],
    *,
    done: str | Callable[[Any], str],
    back: str,
    explain: Callable[[DomainError], str] = explain_by_code,
    missing: type[DomainError] | tuple[type[DomainError], ...] = (),
) -> HttpResponse:
    """
    Carry out a use case and go to `back`, with its outcome as a message.

    :param done: what is said when it is carried out, or how to say it of what the use case returned
    :param back: address to go to
    :param explain: words for a refusal, where the page has better ones than its code
    :param missing: errors that mean that the thing is not there for this person
    :raises PermissionRefused: if the person lacks the right; the frame answers it as everywhere
    :raises Http404: for an error of `missing`
    """
    try:
        result = act()
    except PermissionRefused:
        raise
    except missing as absent:
        raise Http404 from absent
    except DomainError as refusal:
        messages.error(request, explain(refusal))
    else:
        messages.success(request, done if isinstance(done, str) else done(result))
    return redirect(back)
