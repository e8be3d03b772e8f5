"""The one decorator of every use case: permission, one transaction, one audit record."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import pghistory
from django.db import transaction

from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.identity.types import Actor

_Params = ParamSpec("_Params")
_Result = TypeVar("_Result")

RIGHTS_IN_USE: dict[str, str] = {}


class PermissionRefused(DomainError):
    """The actor does not hold the right."""

    code = "permission_refused"
    message = "{login} does not hold the right {right}"


def use_case(*, right: str) -> Callable[[Callable[_Params, _Result]], Callable[_Params, _Result]]:
    """
    Make a function a use case: it checks the right, runs in one transaction and leaves one record.

    The function takes `actor` by keyword. Scalar keyword arguments become the facts of the record.
    """

    def decorate(function: Callable[_Params, _Result]) -> Callable[_Params, _Result]:
        name = f"{function.__module__.removeprefix('dianke.application.')}.{function.__name__}"
        RIGHTS_IN_USE[name] = right

        @functools.wraps(function)
        def carry_out(*args: _Params.args, **kwargs: _Params.kwargs) -> _Result:
            actor = kwargs["actor"]
            assert isinstance(actor, Actor)  # noqa: S101 - a wrong call is a bug, not an input
            if not actor.may(right):
                raise PermissionRefused(field="actor", login=actor.login, right=right)
            reason = str(kwargs.get("reason") or "")
            with (
                transaction.atomic(),
                pghistory.context(actor=actor.login, origin=actor.origin, use_case=name, reason=reason) as context,
            ):
                result = function(*args, **kwargs)
                _leave_record(name=name, right=right, actor=actor, reason=reason, kwargs=kwargs, context=context.id)
            return result

        return carry_out

    return decorate


def _leave_record(*, name: str, right: str, actor: Actor, reason: str, kwargs: dict[str, Any], context: Any) -> None:
    facts = {
        key: value if isinstance(value, str | int | bool | None) else str(value)
        for key, value in kwargs.items()
        if key not in {"actor", "reason", "password"} and isinstance(value, str | int | bool)
    }
    UseCaseRecord(
        at=SystemClock().now(),
        use_case=name,
        right=right,
        actor_login=actor.login,
        actor_name=actor.name,
        origin=actor.origin,
        address=actor.address,
        reason=reason[:400],
        facts=facts,
        history_context=context,
    ).save()
