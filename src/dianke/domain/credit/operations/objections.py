"""Customers are told of lower grades, object, and are answered within the clock; a number is never edited."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction

from dianke.domain.credit.models import GradeNotice, Objection
from dianke.domain.credit.operations.facts import ReasonMissing
from dianke.domain.credit.rules.policy import Policy
from dianke.domain.credit.types import NoticeState, ObjectionState
from dianke.domain.customers.models import Customer
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import at_midnight
from dianke.kernel.errors import DomainError
from dianke.platform.outbox.models import Message

# The end of the working day.
_CLOSING = timedelta(hours=18)


class NoticeOutOfState(DomainError):
    """The customer was told already, or the day cannot be."""

    code = "credit.notice_out_of_state"
    message = "the notice cannot be recorded: {reason}"


class UnableToObject(DomainError):
    """The objection cannot be taken."""

    code = "credit.unable_to_object"
    message = "the objection cannot be taken: {reason}"


class ObjectionOutOfState(DomainError):
    """The objection was decided."""

    code = "credit.objection_out_of_state"
    message = "objection {number} is {state}"


def record_told(
    *, notice: GradeNotice, told_on: date, how: str, policy: Policy, login: str, today: date
) -> GradeNotice:
    """
    Record that a customer was told of its lower grade and of the reasons; the time to object runs from that day.

    :raises NoticeOutOfState: if that was recorded, the day lies ahead or before the notice, or nothing says how
    """
    if notice.state != NoticeState.OPEN.value:
        raise NoticeOutOfState(field="state", reason="the customer was told already")
    if not notice.as_of_date <= told_on <= today:
        raise NoticeOutOfState(field="told_on", reason="the day lies ahead or before the grade")
    if not how.strip():
        raise NoticeOutOfState(field="told_how", reason="say how the customer was told")
    notice.state, notice.told_by, notice.told_on, notice.told_how = NoticeState.TOLD.value, login, told_on, how.strip()
    notice.objection_until = told_on + timedelta(days=policy.objection_days)
    notice.save()
    return notice


def attach_message(*, notice: GradeNotice, message: Message) -> GradeNotice:
    """
    Keep what was written to the customer of its lower grade.

    :raises NoticeOutOfState: if the customer was told already
    """
    if notice.state != NoticeState.OPEN.value:
        raise NoticeOutOfState(field="state", reason="the customer was told already")
    notice.message = message
    notice.save(update_fields=["message"])
    return notice


def file_objection(
    *, customer: Customer, notice: GradeNotice | None, text: str, policy: Policy, login: str, at: datetime, today: date
) -> Objection:
    """
    Take the objection of a customer; the answer is due within working days.

    :raises UnableToObject: if nothing is said, the time is over, or one is open
    """
    if not text.strip():
        raise UnableToObject(field="text", reason="say what the customer objects to")
    if notice is not None and notice.objection_until is not None and today > notice.objection_until:
        raise UnableToObject(field="text", reason=f"the time to object ended on {notice.objection_until}")
    row = Objection(
        unit_id=customer.unit_id,
        customer=customer,
        notice=notice,
        text=text.strip(),
        grade_before=customer.credit_grade,
        filed_by=login,
        filed_at=at,
        due_at=find_due(today, policy=policy),
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as taken:
        raise UnableToObject(field="text", reason="an objection of the customer is open") from taken
    return row


def find_due(filed_on: date, *, policy: Policy) -> datetime:
    """Return when the answer to an objection is due: the end of the last working day; the first is the day after."""
    return at_midnight(load_mainland_calendar().add_working_days(filed_on, policy.answer_working_days)) + _CLOSING


def reject(*, objection: Objection, reason: str, login: str, at: datetime) -> Objection:
    """
    Reject an objection with a reason.

    :raises ObjectionOutOfState: if it was decided
    :raises ReasonMissing: if nothing says why
    """
    return _decide(objection, ObjectionState.REJECTED, reason, (), objection.grade_before, login, at)


def uphold(
    *, objection: Objection, reason: str, withdrawn: Sequence[int], grade_after: str, login: str, at: datetime
) -> Objection:
    """
    Uphold an objection; the facts it was right about were withdrawn and the score computed again before.

    :raises ObjectionOutOfState: if it was decided
    :raises ReasonMissing: if nothing says why
    """
    return _decide(objection, ObjectionState.UPHELD, reason, withdrawn, grade_after, login, at)


def require_open(objection: Objection) -> None:
    """
    Refuse unless an objection waits for an answer.

    :raises ObjectionOutOfState: if it was decided
    """
    if objection.state != ObjectionState.OPEN.value:
        raise ObjectionOutOfState(field="state", number=objection.number, state=objection.state)


def _decide(
    objection: Objection, state: ObjectionState, reason: str, withdrawn: Sequence[int], grade: str, login: str,
    at: datetime,
) -> Objection:  # fmt: skip
    require_open(objection)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    objection.state, objection.decided_by, objection.decided_at = state.value, login, at
    objection.decision_reason, objection.grade_after = reason.strip(), grade
    objection.withdrawn_fact_ids = list(withdrawn)
    objection.save()
    return objection
