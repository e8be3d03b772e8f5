"""Decide what the review of a run found, and enter what answers it: checks and tickets."""

from collections.abc import Sequence
from datetime import date, datetime

from dianke.domain.billing.models import MeterTicket, ShareCheck
from dianke.domain.billing.operations import review
from dianke.domain.billing.operations.review import Choice
from dianke.domain.billing.queries import review as review_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.metering.models import UsagePoint
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


class NoSuchPoint(DomainError):
    """No usage point of that code is within reach."""

    code = "billing.no_such_point"
    message = "no usage point {point} was found"


@use_case(right="billing.review")
def exempt_suspicions(
    *,
    actor: Actor,
    number: str,
    code: str,
    reason: str,
    at: datetime,
    ids: Sequence[int] = (),
    usage_class: str = "",
) -> int:
    """Let the bills of a cause, or some of them, stand as they are; return how many suspicions that settles."""
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    choice = Choice(code=code, usage_class=usage_class, ids=tuple(ids))
    return review.exempt(actor=actor, run=run, choice=choice, reason=reason, decided_by=actor.login, at=at)


@use_case(right="billing.review")
def ask_correction(
    *,
    actor: Actor,
    number: str,
    code: str,
    reason: str,
    at: datetime,
    ids: Sequence[int] = (),
    usage_class: str = "",
) -> int:
    """Ask that something is mended before the bills are calculated again; return how many wait for it."""
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    choice = Choice(code=code, usage_class=usage_class, ids=tuple(ids))
    return review.ask_correction(actor=actor, run=run, choice=choice, reason=reason, decided_by=actor.login, at=at)


@use_case(right="billing.review")
def withdraw_decisions(
    *,
    actor: Actor,
    number: str,
    code: str,
    ids: Sequence[int] = (),
    usage_class: str = "",
    decided_at: datetime | None = None,
) -> int:
    """Take decisions back while the run is not issued; return how many suspicions are open again."""
    run = run_queries.get_run(actor=actor, number=number, lock=True)
    choice = Choice(code=code, usage_class=usage_class, ids=tuple(ids))
    return review.withdraw(actor=actor, run=run, choice=choice, decided_at=decided_at)


@use_case(right="billing.review")
def record_share_check(*, actor: Actor, point_code: str, checked_date: date, note: str, at: datetime) -> ShareCheck:
    """Enter that the shares of a point were verified on site."""
    return review.record_share_check(
        actor=actor,
        usage_point=_get_point(actor, point_code),
        checked_date=checked_date,
        note=note,
        recorded_by=actor.login,
        at=at,
    )


@use_case(right="billing.review")
def record_meter_ticket(
    *, actor: Actor, point_code: str, ticket_number: str, done_date: date, at: datetime
) -> MeterTicket:
    """Enter the ticket of an exchange or of another ratio."""
    return review.record_meter_ticket(
        actor=actor,
        usage_point=_get_point(actor, point_code),
        number=ticket_number,
        done_date=done_date,
        recorded_by=actor.login,
        at=at,
    )


def _get_point(actor: Actor, code: str) -> UsagePoint:
    point = review_queries.get_point(actor=actor, code=code)
    if point is None:
        raise NoSuchPoint(field="point", point=code)
    return point
