"""Who sees to what: assign, end, hand over."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Sum

from dianke.domain.collection.models import DunningStep, Responsibility
from dianke.domain.collection.types import StepState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.readings.models import ReadingRoute
from dianke.kernel.errors import DomainError
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

WHOLE = 10_000
_SYSTEM = Actor.system("adding up shares")


class UnableToAssign(DomainError):
    """A collector cannot be given this."""

    code = "collection.unable_to_assign"
    message = "this cannot be assigned: {reason}"


def assign(
    *,
    staff: Staff,
    account: CustomerAccount | None,
    route: ReadingRoute | None,
    share_e4: int,
    start: date,
    reason: str,
    login: str,
    at: datetime,
) -> Responsibility:
    """
    Let a person see to an account or a route from a day on.

    :raises UnableToAssign: if the shares would come to more than the whole, or the person has it already
    """
    thing = account or route
    if thing is None or (account is not None and route is not None):
        raise UnableToAssign(field="account", reason="name an account or a route")
    if not 0 < share_e4 <= WHOLE:
        raise UnableToAssign(field="share", reason="a share lies between 0 and 100 percent")
    rows = Responsibility.objects.for_actor(_SYSTEM).filter(
        account=account, route=route, period__overlap=DateRange(start, None)
    )
    rows = rows.select_for_update(of=("self",))
    if rows.filter(staff=staff).exists():
        raise UnableToAssign(field="staff", reason="the person has it already")
    taken = sum(rows.values_list("share_e4", flat=True))
    if taken + share_e4 > WHOLE:
        raise UnableToAssign(field="share", reason="the shares would come to more than 100 percent")
    one = Responsibility(
        unit=thing.unit, staff=staff, account=account, route=route, share_e4=share_e4,
        period=DateRange(start, None), assigned_by=login, assigned_at=at, reason=reason.strip()[:200],
    )  # fmt: skip
    one.save()
    return one


def end(*, one: Responsibility, on: date) -> Responsibility:
    """
    Let a responsibility end before a day; one that would never have been is taken out, its history stays.

    :raises UnableToAssign: if it has ended
    """
    if one.period.upper is not None and one.period.upper <= on:
        raise UnableToAssign(field="responsibility", reason="it has ended")
    if on <= one.period.lower:
        one.delete()
        return one
    one.period = DateRange(one.period.lower, on)
    one.save(update_fields=["period"])
    return one


def hand_over(
    *, actor: Scope, giver: Staff, taker: Staff, on: date, reason: str, login: str, at: datetime
) -> tuple[int, int]:
    """
    Give everything that one person sees to, and the steps that wait for them, to another; return how much of both.

    :raises UnableToAssign: if it is the same person, or there is nothing to hand over
    """
    if giver == taker:
        raise UnableToAssign(field="taker", reason="it is the same person")
    rows = Responsibility.objects.for_actor(actor).filter(staff=giver, period__contains=on)
    own: Sequence[Responsibility] = list(rows.select_for_update(of=("self",)).order_by("id"))
    if not own:
        raise UnableToAssign(field="giver", reason="there is nothing to hand over")
    for one in own:
        end(one=one, on=on)
        _take(one, taker, on, reason, login, at)
    waits = DunningStep.objects.for_actor(actor).filter(
        assigned_to=giver.login, state__in=[StepState.OPEN.value, StepState.HELD.value]
    )
    return len(own), waits.update(assigned_to=taker.login)


def _take(one: Responsibility, taker: Staff, on: date, reason: str, login: str, at: datetime) -> None:
    """Add the share to what the taker has of the thing, for a person stands once for it."""
    known = Responsibility.objects.for_actor(_SYSTEM).filter(
        staff=taker, account_id=one.account_id, route_id=one.route_id, period__contains=on
    )
    held = known.aggregate(share=Sum("share_e4"))["share"] or 0
    for row in known.select_for_update(of=("self",)):
        end(one=row, on=on)
    Responsibility(
        unit_id=one.unit_id, staff=taker, account_id=one.account_id, route_id=one.route_id,
        share_e4=min(one.share_e4 + held, WHOLE), period=DateRange(on, None), assigned_by=login, assigned_at=at,
        reason=reason.strip()[:200],
    ).save()  # fmt: skip
