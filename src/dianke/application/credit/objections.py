"""Notices and objections: the customer is told, objects, and another person answers."""

from collections.abc import Sequence
from datetime import date, datetime

from dianke.application.credit.facts import find_subject
from dianke.domain.credit.models import GradeNotice, Objection
from dianke.domain.credit.operations import facts as fact_operations
from dianke.domain.credit.operations import objections as operations
from dianke.domain.credit.operations.scores import rescore
from dianke.domain.credit.queries import facts as fact_queries
from dianke.domain.credit.queries import scores as queries
from dianke.domain.credit.queries.policies import get_policy
from dianke.domain.credit.types import FactState, NoticeState
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor


class FactOfAnother(DomainError):
    """A fact to be withdrawn is not one of the customer's that stand."""

    code = "credit.fact_of_another"
    message = "fact {key} is none of the customer's that stand"


@use_case(right="credit.manage")
def record_told(*, actor: Actor, key: int, told_on: date, how: str, at: datetime) -> GradeNotice:
    """Record that a customer was told of its lower grade; the time to object runs from that day."""
    today = to_shanghai(at).date()
    notice = queries.get_notice(actor=actor, key=key, lock=True)
    policy = get_policy(on=notice.as_of_date)
    return operations.record_told(
        notice=notice, told_on=told_on, how=how, policy=policy, login=actor.login, today=today
    )


@use_case(right="credit.enter")
def file_objection(*, actor: Actor, number: str, text: str, at: datetime) -> Objection:
    """
    Take the objection of a customer against its grade.

    :raises UnableToObject: if nothing is said, the time is over, or one is open
    """
    customer, _account = find_subject(actor=actor, number=number)
    today = to_shanghai(at).date()
    notices = queries.filter_notices(actor=actor).filter(customer=customer).order_by("-as_of_date")
    notice = notices.first()
    return operations.file_objection(
        customer=customer,
        notice=notice if notice is not None and notice.state == NoticeState.TOLD.value else None,
        text=text,
        policy=get_policy(on=today),
        login=actor.login,
        at=at,
        today=today,
    )


@use_case(right="credit.decide")
def decide_objection(
    *, actor: Actor, key: int, is_upheld: bool, reason: str, at: datetime, withdraw: Sequence[int] = ()
) -> Objection:
    """
    Answer an objection. Upheld, the facts it is right about are withdrawn and the score is computed again.

    :raises SamePerson: if the actor filed it or entered a fact that is withdrawn, or stands in for who did
    :raises FactOfAnother: if a fact is not one of the customer's that stand
    """
    objection = queries.get_objection(actor=actor, key=key, lock=True)
    operations.require_open(objection)
    filed_on = to_shanghai(objection.filed_at).date()
    require_another_person(actor=actor, operator_login=objection.filed_by, operated_on=filed_on)
    if not is_upheld:
        return operations.reject(objection=objection, reason=reason, login=actor.login, at=at)
    for one in sorted(set(withdraw)):
        _withdraw(actor, objection, one, reason, at)
    today = to_shanghai(at).date()
    scores = rescore(customer_ids=[objection.customer_id], as_of=today, policy=get_policy(on=today), at=at)
    return operations.uphold(
        objection=objection,
        reason=reason,
        withdrawn=sorted(set(withdraw)),
        grade_after=scores[0].grade if scores else "",
        login=actor.login,
        at=at,
    )


def _withdraw(actor: Actor, objection: Objection, key: int, reason: str, at: datetime) -> None:
    fact = fact_queries.get_fact(actor=actor, key=key, lock=True)
    if fact.customer_id != objection.customer_id or fact.state != FactState.STANDING.value:
        raise FactOfAnother(field="withdraw", key=key)
    require_another_person(actor=actor, operator_login=fact.entered_by)
    fact_operations.withdraw_fact(fact=fact, login=actor.login, at=at, reason=reason)
