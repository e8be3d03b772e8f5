"""Scores of customers: computed from facts, written by COPY, the grade put where everybody reads it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection

from dianke.domain.credit.models import CreditRun, CreditScore
from dianke.domain.credit.operations.demands import lapse_demands, make_demands
from dianke.domain.credit.queries.gathering import CustomerBlock, list_old_debts, load_block
from dianke.domain.credit.queries.measures import get_measures
from dianke.domain.credit.rules.fleet import FleetScores, score_fleet
from dianke.domain.credit.rules.policy import Policy
from dianke.domain.credit.rules.reasons import list_reasons
from dianke.domain.credit.types import CreditKind, NoticeState, RunState
from dianke.domain.customers.operations.standing import put_credit_grades
from dianke.kernel.clock import to_shanghai
from dianke.platform.database.copying import copy_table
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("writing credit scores")
_NOTICES = """
insert into credit_gradenotice
       (unit_id, customer_id, score_id, as_of_date, grade_before, grade, state, made_at, told_by, told_how)
select s.unit_id, s.customer_id, s.id, s.as_of_date, s.grade_before, s.grade, %(open)s, %(at)s, '', ''
  from credit_creditscore s
 where s.steps < 0 and s.id = any(%(ids)s::bigint[])
    on conflict (customer_id, as_of_date) do nothing
"""


def begin_run(*, as_of: date, policy: Policy, login: str, at: datetime) -> CreditRun:
    """Return the run as of a day, begun now unless it was."""
    run: CreditRun
    run, _is_new = CreditRun.objects.for_actor(_SYSTEM).get_or_create(
        as_of_date=as_of, defaults={"policy": policy.code, "made_by": login, "made_at": at}
    )
    return run


def score_part(*, run: CreditRun, block: CustomerBlock, policy: Policy, done_until: int, at: datetime) -> int:
    """Score a block of customers for a run, put their grades, and remember how far the run is; return how many."""
    scores = _write(run.as_of_date, block, policy, at, run.pk)
    codes = np.array([cut.code for cut in policy.grades])[scores.grade]
    changed = put_credit_grades(customer_ids=block.customer_ids.tolist(), grades=codes.tolist())
    for code, count in zip(*np.unique(codes, return_counts=True), strict=True):
        run.grades[str(code)] = run.grades.get(str(code), 0) + int(count)
    run.customer_count += int(block.customer_ids.size)
    run.changed_count += changed
    run.done_until = done_until
    run.save(update_fields=["grades", "customer_count", "changed_count", "done_until"])
    return int(block.customer_ids.size)


def end_run(*, run: CreditRun, at: datetime) -> CreditRun:
    """End a run: every grade that fell becomes a notice to its customer, and what it asks for becomes work."""
    rows = CreditScore.objects.for_actor(_SYSTEM).filter(run=run, steps__lt=0)
    run.lowered_count = _make_notices(list(rows.values_list("pk", flat=True)), at)
    lapse_demands(table=get_measures(on=to_shanghai(at).date()), at=at)
    run.state, run.done_at = RunState.DONE.value, at
    run.save(update_fields=["state", "done_at", "lowered_count"])
    return run


def rescore(*, customer_ids: Sequence[int], as_of: date, policy: Policy, at: datetime) -> list[CreditScore]:
    """Score some customers anew in between the runs, since their facts changed; return their scores."""
    wanted = sorted(set(customer_ids))
    if not wanted:
        return []
    old = list_old_debts(as_of=as_of, policy=policy, customer_ids=wanted)
    block = load_block(after=wanted[0] - 1, last=wanted[-1], as_of=as_of, policy=policy, old=old, only=wanted)
    rows = CreditScore.objects.for_actor(_SYSTEM)
    last = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    scores = _write(as_of, block, policy, at, None)
    codes = np.array([cut.code for cut in policy.grades])[scores.grade]
    put_credit_grades(customer_ids=block.customer_ids.tolist(), grades=codes.tolist())
    made = list(rows.filter(customer_id__in=wanted, as_of_date=as_of, run=None, pk__gt=last).order_by("customer_id"))
    _make_notices([one.pk for one in made if one.steps < 0], at)
    lapse_demands(table=get_measures(on=to_shanghai(at).date()), at=at, customer_ids=wanted)
    return made


def forget_old_scores(*, kept_runs: int) -> int:
    """Drop the scores of all runs but the last ones, and return how many."""
    runs = CreditRun.objects.for_actor(_SYSTEM).order_by("-as_of_date").values_list("pk", flat=True)
    with connection.cursor() as cursor:
        cursor.execute("delete from credit_creditscore where run_id = any(%s)", [list(runs[kept_runs:])])
        return int(cursor.rowcount)


def _write(as_of: date, block: CustomerBlock, policy: Policy, at: datetime, run_id: int | None) -> FleetScores:
    scores = score_fleet(block.fleet, block.facts, as_of=as_of, policy=policy)
    reasons = list_reasons(block.fleet, block.facts, as_of=as_of, policy=policy)
    size = block.customer_ids.size
    codes = [cut.code for cut in policy.grades]
    before = block.grades_before
    # The best grade is place 0 of the policy, and place 1 of what was before: who rises has more steps.
    steps = np.where(before == 0, 0, before - 1 - scores.grade)
    lengths = {kind: len(policy.items[kind]) for kind in CreditKind}
    kinds = [CreditKind.LIGHTING if one else CreditKind.POWER for one in block.fleet.is_lighting.tolist()]
    items = [row[: lengths[kind]] for kind, row in zip(kinds, scores.items_e2.tolist(), strict=True)]
    columns: dict[str, Any] = {
        "run_id": pa.array([run_id] * size, pa.int64()),
        "customer_id": pa.array(block.customer_ids),
        "unit_id": pa.array(block.units),
        "as_of_date": pa.array([as_of] * size, pa.date32()),
        "made_at": pa.array([at.isoformat()] * size),
        "policy": pa.array([policy.code] * size),
        "kind": pa.array([kind.value for kind in kinds]),
        "items_e2": pa.array(["{" + ",".join(map(str, row)) + "}" for row in items]),
        "score_e2": pa.array(scores.score_e2),
        "grade": pa.array([codes[at_] for at_ in scores.grade.tolist()]),
        "grade_before": pa.array([codes[one - 1] if one else "" for one in before.tolist()]),
        "steps": pa.array(steps),
        "reasons": pa.array(reasons, pa.string()),
    }
    copy_table(table="credit_creditscore", columns=pa.table(columns))
    return scores


def _make_notices(score_ids: list[int], at: datetime) -> int:
    if not score_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_NOTICES, {"ids": score_ids, "open": NoticeState.OPEN.value, "at": at})
        count = int(cursor.rowcount)
    make_demands(score_ids=score_ids, table=get_measures(on=to_shanghai(at).date()), at=at)
    return count
