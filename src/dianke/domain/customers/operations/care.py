"""Visits and care: planned, moved, done, cancelled, recorded."""

from datetime import date, datetime, time

from dianke.domain.customers.models import CareRecord, Contact, Visit
from dianke.domain.customers.operations.reaching import require_customers
from dianke.domain.customers.types import NewCareRecord, NewVisit, VisitOutcome, VisitState
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor


class UnableToVisit(DomainError):
    """The visit cannot be planned, moved, done or cancelled so."""

    code = "customers.unable_to_visit"
    message = "the visit cannot be kept: {reason}"


class UnableToRecordCare(DomainError):
    """The care cannot be recorded so."""

    code = "customers.unable_to_record_care"
    message = "the care cannot be recorded: {reason}"


def plan_visit(*, actor: Actor, visit: NewVisit, visitor: Staff, at: datetime) -> Visit:
    """
    Plan a visit of a person to a customer.

    :raises UnableToVisit: if the day is past, the person has left or the contact is another customer's
    :raises CustomerOutOfReach: if the customer is not the actor's
    """
    require_customers(actor=actor, ids={visit.customer_id})
    if visit.planned_date < to_shanghai(at).date():
        raise UnableToVisit(field="planned_date", reason="the day is past")
    if not visitor.active:
        raise UnableToVisit(field="visitor", reason="the person has left")
    _require_contact(actor, visit.customer_id, visit.contact_id)
    row = Visit(
        customer_id=visit.customer_id,
        visitor=visitor,
        purpose=visit.purpose.value,
        planned_date=visit.planned_date,
        planned_time=visit.planned_time,
        contact_id=visit.contact_id,
        note=visit.note.strip(),
        entered_by=actor.login,
        entered_at=at,
    )
    row.save()
    return row


def move_visit(*, actor: Actor, visit: Visit, planned_date: date, planned_time: time | None, at: datetime) -> Visit:
    """
    Put a planned visit on another day.

    :raises UnableToVisit: if it is not planned any more, or the day is past
    """
    locked = _lock(actor, visit)
    if planned_date < to_shanghai(at).date():
        raise UnableToVisit(field="planned_date", reason="the day is past")
    locked.planned_date, locked.planned_time = planned_date, planned_time
    locked.save(update_fields=["planned_date", "planned_time"])
    return locked


def finish_visit(*, actor: Actor, visit: Visit, done: VisitOutcome, at: datetime) -> Visit:
    """
    Record what came of a visit, and what is to be done next until when.

    :raises UnableToVisit: if it is not planned any more, lies ahead, says nothing, or the next step lacks a part
    """
    locked = _lock(actor, visit)
    if obstacle := _find_obstacle(done, at):
        raise UnableToVisit(field=obstacle[0], reason=obstacle[1])
    _require_contact(actor, locked.customer_id, done.contact_id)
    locked.state, locked.done_at, locked.outcome = VisitState.DONE.value, done.done_at, done.outcome.strip()
    locked.contact_id = done.contact_id or locked.contact_id
    locked.longitude, locked.latitude = done.longitude, done.latitude
    if done.next_due_date is not None:
        locked.next_step, locked.next_due_date = done.next_step.strip(), done.next_due_date
        locked.next_owner = locked.visitor
    locked.save()
    return locked


def cancel_visit(*, actor: Actor, visit: Visit, reason: str) -> Visit:
    """
    Cancel a planned visit.

    :raises UnableToVisit: if it is not planned any more, or no reason is given
    """
    locked = _lock(actor, visit)
    if not reason.strip():
        raise UnableToVisit(field="reason", reason="a reason is needed")
    locked.state, locked.outcome = VisitState.CANCELLED.value, reason.strip()[:200]
    locked.save(update_fields=["state", "outcome"])
    return locked


def finish_next_step(*, actor: Actor, visit: Visit, on: date) -> Visit:
    """
    Note that the next step of a visit is done.

    :raises UnableToVisit: if there is none, or it is done
    """
    require_customers(actor=actor, ids={visit.customer_id})
    locked: Visit = Visit.objects.for_actor(actor).select_for_update(of=("self",)).get(pk=visit.pk)
    if locked.next_due_date is None or locked.next_done_date is not None:
        raise UnableToVisit(field="next_step", reason="no next step waits")
    locked.next_done_date = on
    locked.save(update_fields=["next_done_date"])
    return locked


def record_care(*, actor: Actor, care: NewCareRecord, at: datetime) -> CareRecord:
    """
    Record a care that was given to a customer.

    :raises UnableToRecordCare: if the day lies ahead or nothing is said of it
    :raises CustomerOutOfReach: if the customer is not the actor's
    """
    require_customers(actor=actor, ids={care.customer_id})
    if care.on_date > to_shanghai(at).date():
        raise UnableToRecordCare(field="on_date", reason="the day lies ahead")
    if not care.note.strip():
        raise UnableToRecordCare(field="note", reason="nothing is said of it")
    _require_contact(actor, care.customer_id, care.contact_id)
    row = CareRecord(
        customer_id=care.customer_id,
        contact_id=care.contact_id,
        kind=care.kind.value,
        channel=care.channel.value,
        on_date=care.on_date,
        note=care.note.strip(),
        done_by=actor.login,
        entered_at=at,
    )
    row.save()
    return row


def _find_obstacle(done: VisitOutcome, at: datetime) -> tuple[str, str] | None:
    if done.done_at > at:
        return "done_at", "the moment lies ahead"
    if not done.outcome.strip():
        return "outcome", "nothing is said of it"
    if bool(done.next_step.strip()) != (done.next_due_date is not None):
        return "next_due_date" if done.next_step.strip() else "next_step", "a next step has a day, and a day a step"
    if done.next_due_date is not None and done.next_due_date < to_shanghai(done.done_at).date():
        return "next_due_date", "the next step lies before the visit"
    if (done.longitude is None) != (done.latitude is None):
        return "longitude", "longitude and latitude come together"
    return None


def _require_contact(actor: Actor, customer_id: int, contact_id: int | None) -> None:
    if contact_id is None:
        return
    if not Contact.objects.for_actor(actor).filter(pk=contact_id, customer_id=customer_id).exists():
        raise UnableToVisit(field="contact", reason="the contact is another customer's")


def _lock(actor: Actor, visit: Visit) -> Visit:
    require_customers(actor=actor, ids={visit.customer_id})
    rows = Visit.objects.for_actor(actor).select_for_update(of=("self",)).select_related("visitor", "customer")
    locked: Visit = rows.get(pk=visit.pk)
    if locked.state != VisitState.PLANNED.value:
        raise UnableToVisit(field="state", reason="it is not planned any more")
    return locked
