"""What every button does: carry a use case out, say what became of it, and go on to a page."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain as explain_by_code
from dianke.kernel.clock import SystemClock
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


def decide(
    request: StaffRequest,
    *,
    approve: Callable[..., Any],
    refuse: Callable[..., Any],
    approved: str,
    back: str,
    refused: str = "",
    missing: type[DomainError] | tuple[type[DomainError], ...] = (),
    **thing: Any,
) -> HttpResponse:
    """
    Approve or refuse what somebody else proposed, as the form says by `decision`, for its `reason`.

    Both use cases take the actor, `thing`, the reason and the time.

    :param approved: what is said when it is approved
    :param refused: what is said when it is refused, where it is more than that
    """
    is_refused = request.POST.get("decision") == "refuse"
    reason, at = str(request.POST.get("reason", "")), SystemClock().now()
    return carry_out(
        request,
        partial(refuse if is_refused else approve, actor=request.actor, reason=reason, at=at, **thing),
        done=(refused or gettext("Refused.")) if is_refused else approved,
        back=back,
        missing=missing,
    )
