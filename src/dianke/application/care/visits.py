"""Visits and care: planned, moved, done, cancelled, recorded."""

from datetime import date, datetime, time

from dianke.application.care.people import WORK, find_person
from dianke.domain.customers import operations
from dianke.domain.customers.models import CareRecord, Visit
from dianke.domain.customers.queries.care import get_visit
from dianke.domain.customers.types import NewCareRecord, NewVisit, VisitOutcome
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right=WORK)
def plan_visit(*, actor: Actor, visit: NewVisit, visitor: str, at: datetime) -> Visit:
    """
    Plan a visit of a person to a customer.

    :raises PersonUnknown: if the person is not within the actor's units
    """
    return operations.plan_visit(actor=actor, visit=visit, visitor=find_person(actor=actor, login=visitor), at=at)


@use_case(right=WORK)
def move_visit(*, actor: Actor, key: int, planned_date: date, planned_time: time | None, at: datetime) -> Visit:
    """Put a planned visit on another day."""
    visit = get_visit(actor=actor, key=key)
    return operations.move_visit(actor=actor, visit=visit, planned_date=planned_date, planned_time=planned_time, at=at)


@use_case(right=WORK)
def finish_visit(*, actor: Actor, key: int, done: VisitOutcome, at: datetime) -> Visit:
    """Record what came of a visit, and what is to be done next."""
    return operations.finish_visit(actor=actor, visit=get_visit(actor=actor, key=key), done=done, at=at)


@use_case(right=WORK)
def cancel_visit(*, actor: Actor, key: int, reason: str) -> Visit:
    """Cancel a planned visit, for a reason."""
    return operations.cancel_visit(actor=actor, visit=get_visit(actor=actor, key=key), reason=reason)


@use_case(right=WORK)
def finish_next_step(*, actor: Actor, key: int, on: date) -> Visit:
    """Note that the next step of a visit is done."""
    return operations.finish_next_step(actor=actor, visit=get_visit(actor=actor, key=key), on=on)


@use_case(right=WORK)
def record_care(*, actor: Actor, care: NewCareRecord, at: datetime) -> CareRecord:
    """Record a care that was given to a customer."""
    return operations.record_care(actor=actor, care=care, at=at)
