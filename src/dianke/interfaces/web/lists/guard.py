"""Who may touch a list: whoever may open its page."""

from django.http import Http404

from dianke.interfaces.web.components.lists import ListSpec, UnknownList, get_spec
from dianke.interfaces.web.requests import StaffRequest
from dianke.platform.audit.use_case import PermissionRefused


def open_spec(request: StaffRequest, name: str) -> ListSpec:
    """
    Return the list of a name, for somebody who may see it.

    :raises PermissionRefused: if the actor does not hold the right of its page
    """
    try:
        spec = get_spec(name)
    except UnknownList as error:
        raise Http404 from error
    if not request.actor.may(spec.right):
        raise PermissionRefused(field="actor", login=request.actor.login, right=spec.right)
    return spec
