"""Give accounts and routes to collectors, take them back, hand them over."""

from datetime import date, datetime

from dianke.domain.collection.models import Responsibility
from dianke.domain.collection.operations import responsibility as operations
from dianke.domain.collection.operations.responsibility import UnableToAssign
from dianke.domain.collection.queries.people import get_responsibility
from dianke.domain.customers.queries.accounts import get_account
from dianke.domain.readings.models import ReadingRoute
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity import queries as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor

_RIGHT = "collection.manage"


@use_case(right=_RIGHT)
def assign_collector(
    *, actor: Actor, login: str, account_number: str, route_code: str, share_e4: int, start: date, reason: str,
    at: datetime,
) -> Responsibility:  # fmt: skip
    """
    Let a person see to an account or to the accounts of a route.

    :raises UnableToAssign: if person, account or route are not within the actor's units, or the shares do not fit
    """
    account = get_account(actor=actor, number=account_number) if account_number else None
    if account_number and account is None:
        raise UnableToAssign(field="account", reason="there is no such account")
    routes = ReadingRoute.objects.for_actor(actor).select_related("unit")
    route = routes.filter(code=route_code).first() if route_code else None
    if route_code and route is None:
        raise UnableToAssign(field="route", reason="there is no such route")
    return operations.assign(
        staff=_get_collector(actor, login, start), account=account, route=route, share_e4=share_e4, start=start,
        reason=reason, login=actor.login, at=at,
    )  # fmt: skip


@use_case(right=_RIGHT)
def end_responsibility(*, actor: Actor, key: int, on: date) -> Responsibility:
    """
    Let a responsibility end before a day.

    :raises ResponsibilityUnknown: if there is none within the actor's units
    """
    return operations.end(one=get_responsibility(actor=actor, key=key), on=on)


@use_case(right=_RIGHT)
def hand_over(*, actor: Actor, giver: str, taker: str, on: date, reason: str, at: datetime) -> tuple[int, int]:
    """Give everything that one person sees to, and the steps that wait for them, to another."""
    found = identity.get_staff(actor=actor, login=giver)
    if found is None:
        raise UnableToAssign(field="giver", reason="there is no such person")
    return operations.hand_over(
        actor=actor, giver=found, taker=_get_collector(actor, taker, on), on=on, reason=reason, login=actor.login, at=at
    )


def _get_collector(actor: Actor, login: str, on: date) -> Staff:
    staff = identity.get_staff(actor=actor, login=login)
    if staff is None or not staff.active:
        raise UnableToAssign(field="staff", reason="there is no such person")
    if not identity.build_actor(staff=staff, on=on, origin=actor.origin).may("collection.work"):
        raise UnableToAssign(field="staff", reason="the person does not work on dunning")
    return staff
