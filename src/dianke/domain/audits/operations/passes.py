"""A pass of the rules: what is new is entered, what is seen again stays, what is gone closes itself."""

from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Count

from dianke.domain.audits import rules
from dianke.domain.audits.models import UNSETTLED, QualityCount, QualityFinding, QualityPass
from dianke.domain.audits.operations import scores
from dianke.domain.audits.queries import rule_queries
from dianke.domain.audits.types import FindingState, QualityRule, RuleOutcome
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

# One statement sees one state of the archive. What it finds is compared with the unsettled findings of the rule
# below the unit: a row for each subject on either side, whatever the size of the archive between.
_COMPARE = """
with q as materialized ({query}),
found as (
    select distinct on (q.q_key) q.q_key, q.q_unit, q.q_number, q.q_account, q.q_detail from q
    order by q.q_key
),
scope as (
    select f.id, f.subject_key from audits_qualityfinding f
      join org_unit u on u.id = f.unit_id
     where f.rule = %s and f.resolved_at is null and u.path like %s || '%%'
),
closed as (
    update audits_qualityfinding f
       set resolved_at = %s, state = '{done}', last_seen_at = f.last_seen_at
      from scope
     where f.id = scope.id and not exists (select from found where found.q_key = scope.subject_key)
    returning f.id
),
seen as (
    update audits_qualityfinding f
       set last_seen_at = %s, unit_id = found.q_unit, subject_number = left(found.q_number, 40),
           account_number = found.q_account, detail = found.q_detail,
           state = case when f.state = '{exempt}' and f.exempt_until_date < %s then '{open}' else f.state end
      from found
     where f.rule = %s and f.resolved_at is null and f.subject_key = found.q_key
    returning f.id, f.subject_key
),
entered as (
    insert into audits_qualityfinding
        (rule, severity, subject_label, subject_key, unit_id, subject_number, account_number, detail,
         first_seen_at, last_seen_at, due_date, state, taken_by, reason, asked_by, decided_by)
    select %s, %s, %s, found.q_key, found.q_unit, left(found.q_number, 40), found.q_account, found.q_detail,
           %s, %s, %s, '{open}', '', '', '', ''
      from found
     where not exists (
        select from audits_qualityfinding f
         where f.rule = %s and f.resolved_at is null and f.subject_key = found.q_key
     )
    returning id
)
select (select count(*) from found), (select count(*) from entered), (select count(*) from closed)
"""


def start_pass(*, unit: Unit, actor: Actor, at: datetime) -> QualityPass:
    """Enter that a pass over a unit and what is below it has begun."""
    row = QualityPass(unit=unit, started_at=at, started_by=actor.login)
    row.save()
    return row


def check_rule(*, rule: QualityRule, unit: Unit, at: datetime) -> RuleOutcome:
    """Compare what a rule finds below a unit with its unsettled findings there, in one transaction."""
    today = at.date()
    found = rule_queries.find_faults(rule=rule, on=today, unit_path="/" if unit.parent_id is None else unit.path)
    # A rule without anything to look for (an empty list of parameters) has no statement; `none` says so.
    query, arguments = found.query.sql_with_params()
    due = rules.get_due_date(rule, found_on=today)
    states = {state.name.lower(): state.value for state in FindingState}
    values = [
        *arguments,
        *(rule.code, unit.path, at),
        *(at, today, rule.code),
        *(rule.code, rule.severity.value, rule.subject.value, at, at, due, rule.code),
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_COMPARE.format(query=query, **states), values)
        count, new, closed = cursor.fetchone()
    return RuleOutcome(rule=rule.code, found=count, new=new, closed=closed)


def finish_pass(*, row: QualityPass, outcomes: list[RuleOutcome], at: datetime) -> QualityPass:
    """Enter what a pass found and, for the trend, what every unit has unsettled at its end and how sound it is."""
    row.finished_at = at
    row.found = sum(outcome.found for outcome in outcomes)
    row.new = sum(outcome.new for outcome in outcomes)
    row.closed = sum(outcome.closed for outcome in outcomes)
    row.save(update_fields=["finished_at", "found", "new", "closed"])
    _count_day(row, row.started_at.date())
    scores.keep_scores(unit=row.unit, day=row.started_at.date())
    return row


def _count_day(row: QualityPass, day: date) -> None:
    system = Actor.system("counting findings for the trend")
    below = {"unit__path__startswith": row.unit.path}
    QualityCount.objects.for_actor(system).filter(day=day, **below).delete()
    counts = (
        QualityFinding.objects.for_actor(system)
        .filter(UNSETTLED, **below)
        .exclude(state=FindingState.EXEMPT.value)
        .order_by()
        .values("unit_id", "rule")
        .annotate(n=Count("id"))
    )
    QualityCount.objects.bulk_create(
        [QualityCount(unit_id=one["unit_id"], day=day, rule=one["rule"], unsettled=one["n"]) for one in counts],
        batch_size=2_000,
    )
