"""Measures that a lower grade asks for, as work: made with the notice, done, declined, or lapsed with the grade."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from dianke.domain.credit.models import GradeDemand
from dianke.domain.credit.operations.facts import ReasonMissing
from dianke.domain.credit.rules.measures import Measures
from dianke.domain.credit.types import WORK_MEASURES, CreditKind, DemandState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

# Numbers of things stand behind the words.
_MOST_WORDS = 250
_SYSTEM = Actor.system("asking for what a lower grade asks for")
# Households are reminded, never asked for prepayment, security or a shorter cycle; and what the grade before asked
# for already was dealt with then.
_MAKE = """
insert into credit_gradedemand
       (unit_id, customer_id, notice_id, measure, grade, as_of_date, state, made_at, ended_by, result)
select n.unit_id, n.customer_id, n.id, m.measure, n.grade, n.as_of_date, %(open)s, %(at)s, '', ''
  from credit_gradenotice n
  join credit_creditscore s on s.id = n.score_id and s.kind = %(kind)s
  join unnest(%(grades)s::text[], %(measures)s::text[]) as m (grade, measure) on m.grade = n.grade
 where n.score_id = any(%(ids)s::bigint[])
   and not exists (
       select from unnest(%(grades)s::text[], %(measures)s::text[]) as b (grade, measure)
        where b.grade = n.grade_before and b.measure = m.measure
   )
 order by n.id, m.measure
    on conflict (customer_id, measure) where state = 'OPEN' do nothing
"""


class DemandOutOfState(DomainError):
    """The measure was done, declined, or is asked for no longer."""

    code = "credit.demand_out_of_state"
    message = "the measure {number} is {state}"


class DemandNotMet(DomainError):
    """A measure is called done, and nothing of what it asks for is in force."""

    code = "credit.demand_not_met"
    message = "measure {number} is not met: no agreement, guarantee or terms that it asks for are in force"


def make_demands(*, score_ids: Sequence[int], table: Measures, at: datetime) -> int:
    """Ask for the measures of the grades that customers fell to by the notices of scores, and return how many."""
    pairs = [
        (grade, one.value) for grade, asked in table.grades.items() for one in asked.measures if one in WORK_MEASURES
    ]
    values: dict[str, Any] = {
        "ids": list(score_ids), "open": DemandState.OPEN.value, "at": at, "kind": CreditKind.POWER.value,
        "grades": [grade for grade, _measure in pairs], "measures": [measure for _grade, measure in pairs],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, values)
        return int(cursor.rowcount)


def lapse_demands(*, table: Measures, at: datetime, customer_ids: Sequence[int] | None = None) -> int:
    """Let open measures lapse that the grade of the customer asks for no longer, and return how many."""
    rows = GradeDemand.objects.for_actor(_SYSTEM).filter(state=DemandState.OPEN.value)
    if customer_ids is not None:
        rows = rows.filter(customer__in=customer_ids)
    over = [
        key
        for key, measure, grade in rows.values_list("pk", "measure", "customer__credit_grade")
        if measure not in table.find(grade).measures
    ]
    lapsed = GradeDemand.objects.for_actor(_SYSTEM).filter(pk__in=over)
    return int(lapsed.update(state=DemandState.LAPSED.value, ended_at=at))


def finish_demand(*, demand: GradeDemand, thing: str, result: str, login: str, at: datetime) -> GradeDemand:
    """
    Record that a measure was carried out, by what it led to and how.

    :param thing: number of the agreement, guarantee, deposit, terms or cycle that is in force; none: nothing is
    :raises DemandOutOfState: if it is not open
    :raises DemandNotMet: if nothing of what it asks for is in force
    """
    if demand.state == DemandState.OPEN.value and not thing:
        raise DemandNotMet(field="thing", number=demand.number)
    said = result.strip()[:_MOST_WORDS]
    return _end(demand, DemandState.DONE, f"{said} ({thing})" if said else thing, login, at)


def decline_demand(*, demand: GradeDemand, result: str, login: str, at: datetime) -> GradeDemand:
    """
    Record that a measure is not carried out, and why.

    :raises DemandOutOfState: if it is not open
    :raises ReasonMissing: if nothing says why
    """
    return _end(demand, DemandState.DECLINED, result, login, at)


def _end(demand: GradeDemand, state: DemandState, result: str, login: str, at: datetime) -> GradeDemand:
    if demand.state != DemandState.OPEN.value:
        raise DemandOutOfState(field="state", number=demand.number, state=demand.state)
    if not result.strip():
        raise ReasonMissing(field="reason")
    demand.state, demand.ended_by, demand.ended_at, demand.result = state.value, login, at, result.strip()[:300]
    demand.save(update_fields=["state", "ended_by", "ended_at", "result"])
    return demand
