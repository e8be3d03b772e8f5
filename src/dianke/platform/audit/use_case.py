"""The one decorator of every use case: permission, one transaction, one audit record."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import pghistory
from django.db import transaction

from dianke.kernel.errors import DomainError
from dianke.platform.audit.alarms import raise_alarms
from dianke.platform.audit.records import leave_record
from dianke.platform.identity.types import Actor

_Params = ParamSpec("_Params")
_Result = TypeVar("_Result")

# The right of what every person may do with their own account, and nobody for another.
OWN_ACCOUNT = "own_account"

# Secrets, and personal data, which the trail keeps encrypted in the history of its row or not at all.
_NEVER_FACTS = {"actor", "reason", "password", "old_password", "one_time_code", "secret", "session_key"} | {
    "phone", "email", "identity_number", "bank_account", "bank_number",
}  # fmt: skip

RIGHTS_IN_USE: dict[str, str] = {}
OWN_ACCOUNT_CASES: set[str] = set()
USE_CASES: dict[str, Callable[..., Any]] = {}


class PermissionRefused(DomainError):
    """The actor does not hold the right."""

    code = "permission_refused"
    message = "{login} does not hold the right {right}"


def use_case(
    *, right: str, raises_alarms: bool = True
) -> Callable[[Callable[_Params, _Result]], Callable[_Params, _Result]]:
    """
    Make a function a use case: it checks the right, runs in one transaction and leaves one record.

    The function takes `actor` by keyword. Scalar keyword arguments become the facts of the record. With the right
    OWN_ACCOUNT every person may carry it out; it then works on the account of the actor alone. Watched fields that
    change raise their alarms, unless the use case writes the same values in another form.
    """

    def decorate(function: Callable[_Params, _Result]) -> Callable[_Params, _Result]:
        name = f"{function.__module__.removeprefix('dianke.application.')}.{function.__name__}"
        if right == OWN_ACCOUNT:
            OWN_ACCOUNT_CASES.add(name)
        else:
            RIGHTS_IN_USE[name] = right

        @functools.wraps(function)
        def carry_out(*args: _Params.args, **kwargs: _Params.kwargs) -> _Result:
            actor = kwargs["actor"]
            assert isinstance(actor, Actor)  # noqa: S101 - a wrong call is a bug, not an input
            allowed = actor.staff_id is not None if right == OWN_ACCOUNT else actor.may(right)
            if not allowed:
                raise PermissionRefused(field="actor", login=actor.login, right=right)
            if right != OWN_ACCOUNT:
                # Rows answer where this right is held, not where the actor's other posts reach.
                kwargs["actor"] = actor.within(right)
            reason = str(kwargs.get("reason") or "")
            with transaction.atomic(), pghistory.context(**_explain(actor, right, name, reason)) as context:
                result = function(*args, **kwargs)
                facts = _find_facts(kwargs)
                leave_record(name=name, right=right, actor=actor, reason=reason, facts=facts, context=context.id)
                if raises_alarms:
                    raise_alarms(context=context.id, actor=actor, use_case=name, reason=reason)
            return result

        USE_CASES[name] = carry_out
        return carry_out

    return decorate


def _explain(actor: Actor, right: str, name: str, reason: str) -> dict[str, str]:
    """Return what the history keeps once for every change of the transaction."""
    return {
        "actor": actor.login,
        "deputy_for": actor.find_lender(right),
        "origin": actor.origin,
        "address": actor.address,
        "use_case": name,
        "reason": reason,
    }


def _find_facts(kwargs: dict[str, Any]) -> dict[str, Any]:
    return {
        key: value if isinstance(value, str | int | bool | None) else str(value)
        for key, value in kwargs.items()
        if key not in _NEVER_FACTS and isinstance(value, str | int | bool)
    }
