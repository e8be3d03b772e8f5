"""Who looks after whom: assign, end, hand over."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from dianke.domain.customers.models import AccountManagement, ManagerHandOver, ManagerHandOverItem
from dianke.domain.customers.operations.reaching import require_customers
from dianke.domain.customers.queries.managers import (
    list_hand_over_items,
    list_not_ended,
    list_open_steps,
    list_open_visits,
)
from dianke.domain.customers.types import HandOverState
from dianke.kernel.errors import DomainError
from dianke.platform.database.bulk import insert_rows
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor
from dianke.platform.org.reach import reaches, require_reach

_EVERYBODY = Actor.system("moving what hangs on a person, wherever it lies")


class UnableToAssignManager(DomainError):
    """The person cannot be given this customer."""

    code = "customers.unable_to_assign_manager"
    message = "the manager cannot be assigned: {reason}"


class UnableToHandOver(DomainError):
    """The hand-over cannot be proposed or decided so."""

    code = "customers.unable_to_hand_over"
    message = "this cannot be handed over: {reason}"


@dataclass(frozen=True, slots=True)
class Assigned:
    """What an assignment did: customers that came, and those that the person had already."""

    assigned: int
    unchanged: int


def assign_managers(
    *, actor: Actor, customer_ids: Collection[int], manager: Staff, start: date, reason: str, at: datetime
) -> Assigned:
    """
    Let a person look after customers from a day on, without end; who did so before ends on that day.

    :raises CustomerOutOfReach: if one of them is not the actor's
    """
    wanted = set(customer_ids)
    require_customers(actor=actor, ids=wanted)
    rows = AccountManagement.objects.for_actor(_EVERYBODY).filter(customer_id__in=wanted)
    rows = rows.filter(Q(period__endswith=None) | Q(period__endswith__gt=start))
    standing = list(rows.select_for_update(of=("self",)).order_by("id"))
    own = {
        one.customer_id
        for one in standing
        if one.manager_id == manager.pk and one.period.lower <= start and one.period.upper is None
    }
    for one in standing:
        if one.customer_id not in own:
            _cut(one, start)
    made = [
        AccountManagement(
            customer_id=customer_id,
            manager=manager,
            period=DateRange(start, None),
            reason=reason.strip()[:200],
            assigned_by=actor.login,
            assigned_at=at,
        )
        for customer_id in sorted(wanted - own)
    ]
    insert_rows(made)
    return Assigned(assigned=len(made), unchanged=len(own))


def end_management(*, actor: Actor, management: AccountManagement, on: date) -> None:
    """
    Let nobody look after a customer from a day on.

    :raises UnableToAssignManager: if it has ended
    """
    require_customers(actor=actor, ids={management.customer_id})
    if management.period.upper is not None and management.period.upper <= on:
        raise UnableToAssignManager(field="on", reason="it has ended")
    _cut(management, on)


def propose_hand_over(
    *,
    actor: Actor,
    giver: Staff,
    taker: Staff,
    takers: Mapping[int, Staff],
    reason: str,
    on: date,
    at: datetime,
) -> ManagerHandOver:
    """
    List everything that a person leaves; `takers` names who takes a customer where it is another than `taker`.

    :raises UnableToHandOver: if giver and taker are one, a list is open, there is nothing to hand over, or some of
        it lies beyond the actor's units
    """
    require_reach(actor=actor, unit_ids=[giver.unit_id])
    if giver.pk == taker.pk or any(one.pk == giver.pk for one in takers.values()):
        raise UnableToHandOver(field="taker", reason="giver and taker are one person")
    if not reason.strip():
        raise UnableToHandOver(field="reason", reason="a reason is needed")
    rows = ManagerHandOver.objects.for_actor(_EVERYBODY)
    if rows.filter(giver=giver, state=HandOverState.PROPOSED.value).exists():
        raise UnableToHandOver(field="giver", reason="a list of this person waits for approval")
    held = {one.customer_id: one.customer for one in list_not_ended(manager=giver, on=on)}
    visits = [*list_open_visits(staff=giver), *list_open_steps(staff=giver)]
    if not held and not visits:
        raise UnableToHandOver(field="giver", reason="there is nothing to hand over")
    things = [*held.values(), *(one.customer for one in visits)]
    if any(not reaches(actor=actor, unit_path=one.unit.path) for one in things):
        raise UnableToHandOver(field="giver", reason="some of it lies in units that are not yours")
    hand_over = ManagerHandOver(
        unit=giver.unit, giver=giver, taker=taker, reason=reason.strip()[:200], proposed_by=actor.login,
        proposed_at=at,
    )  # fmt: skip
    hand_over.save()
    insert_rows(
        [
            ManagerHandOverItem(hand_over=hand_over, customer_id=customer_id, taker=takers.get(customer_id, taker))
            for customer_id in sorted(held)
        ]
    )
    return hand_over


def withdraw_hand_over(*, actor: Actor, hand_over: ManagerHandOver, reason: str, at: datetime) -> ManagerHandOver:
    """
    Take a list back before it is decided; nothing has moved.

    :raises UnableToHandOver: if it was decided
    """
    return _decide(actor, _lock(actor, hand_over), HandOverState.WITHDRAWN, reason, at)


def refuse_hand_over(*, actor: Actor, hand_over: ManagerHandOver, reason: str, at: datetime) -> ManagerHandOver:
    """
    Refuse a list; nothing moves.

    :raises UnableToHandOver: if it was decided, or no reason is given
    """
    if not reason.strip():
        raise UnableToHandOver(field="reason", reason="a reason is needed")
    return _decide(actor, _lock(actor, hand_over), HandOverState.REFUSED, reason, at)


def approve_hand_over(
    *, actor: Actor, hand_over: ManagerHandOver, besides: Mapping[str, int], reason: str, on: date, at: datetime
) -> ManagerHandOver:
    """
    Move everything on the list from a day on: customers, planned visits, open next steps.

    :param besides: what of other modules moved with it, by its name, to be kept with the list

    :raises UnableToHandOver: if it was decided, a taker has left, or what the giver looks after is no longer what
        the list names
    """
    locked = _lock(actor, hand_over)
    items = {one.customer_id: one.taker for one in list_hand_over_items(hand_over=locked)}
    held = list_not_ended(manager=locked.giver, on=on)
    if {one.customer_id for one in held} != set(items):
        raise UnableToHandOver(field="giver", reason="the customers have changed since: propose it again")
    if not all(one.active for one in (locked.taker, *items.values())):
        raise UnableToHandOver(field="taker", reason="somebody who was to take over has left")
    for one in held:
        _pass_on(one, items[one.customer_id], locked, on, actor.login, at)
    visits, steps = list_open_visits(staff=locked.giver), list_open_steps(staff=locked.giver)
    for visit in visits:
        visit.visitor = items.get(visit.customer_id, locked.taker)
        visit.save(update_fields=["visitor"])
    for visit in steps:
        visit.next_owner = items.get(visit.customer_id, locked.taker)
        visit.save(update_fields=["next_owner"])
    locked.moved = {"customers": len(held), "visits": len(visits), "steps": len(steps), **besides}
    return _decide(actor, locked, HandOverState.APPROVED, reason, at)


def _lock(actor: Actor, hand_over: ManagerHandOver) -> ManagerHandOver:
    rows = ManagerHandOver.objects.for_actor(actor).select_for_update(of=("self",)).select_related("giver", "taker")
    locked: ManagerHandOver = rows.get(pk=hand_over.pk)
    if locked.state != HandOverState.PROPOSED.value:
        raise UnableToHandOver(field="state", reason="it was decided before")
    return locked


def _decide(
    actor: Actor, hand_over: ManagerHandOver, state: HandOverState, reason: str, at: datetime
) -> ManagerHandOver:
    hand_over.state, hand_over.decided_by, hand_over.decided_at = state.value, actor.login, at
    hand_over.decision_reason = reason.strip()[:200]
    hand_over.save(update_fields=["state", "decided_by", "decided_at", "decision_reason", "moved"])
    return hand_over


def _pass_on(
    one: AccountManagement, taker: Staff, hand_over: ManagerHandOver, on: date, login: str, at: datetime
) -> None:
    # What ends or begins on another day keeps its days.
    start, end = max(on, one.period.lower), one.period.upper
    _cut(one, start)
    AccountManagement(
        customer_id=one.customer_id,
        manager=taker,
        period=DateRange(start, end),
        reason=hand_over.number,
        assigned_by=login,
        assigned_at=at,
    ).save()


def _cut(one: AccountManagement, on: date) -> None:
    """End a management before a day; one that would never have been is taken out, its history stays."""
    if on <= one.period.lower:
        one.delete()
        return
    one.period = DateRange(one.period.lower, on)
    one.save(update_fields=["period"])
