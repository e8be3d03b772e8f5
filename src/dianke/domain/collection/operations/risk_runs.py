"""Write what the scoring of accounts came to, and drop what is long past; keep trainings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from numpy.typing import NDArray

from dianke.domain.collection.models import RiskModelVersion, RiskRun
from dianke.domain.collection.rules.risk_loss import Losses
from dianke.domain.collection.rules.risk_score import RuleScores
from dianke.domain.collection.types import RiskBasis, RiskVerdict
from dianke.kernel.errors import DomainError
from dianke.platform.database.copying import copy_table
from dianke.platform.identity.types import Actor

Integers = NDArray[np.int64]
_SYSTEM = Actor.system("keeping scores of risk")


class RunExists(DomainError):
    """Accounts were scored as of the day already."""

    code = "risk.run_exists"
    message = "accounts were scored as of {day} already"


@dataclass(frozen=True, slots=True)
class ScoredBlock:
    """What is stored of some accounts, row by row. Shapes: arrays (n,)."""

    accounts: Integers
    units: Integers
    scores: RuleScores
    grades: NDArray[np.str_]
    losses: Losses
    month_fen: Integers
    overdue_fen: Integers
    reasons: Sequence[Sequence[str]]
    watched: NDArray[np.bool_]


def begin_run(
    *, as_of: date, rules_from: date, model: RiskModelVersion | None, basis: RiskBasis, verdict: RiskVerdict,
    login: str, at: datetime,
) -> RiskRun:  # fmt: skip
    """
    Write the head of a run.

    :raises RunExists: if there is one as of the day
    """
    if RiskRun.objects.for_actor(_SYSTEM).filter(as_of_date=as_of).exists():
        raise RunExists(field="as_of", day=as_of.isoformat())
    run = RiskRun(
        as_of_date=as_of, rules_from_date=rules_from, model=model, basis=basis.value, verdict=verdict.value,
        made_by=login, made_at=at, account_count=0, scored_count=0, watched_count=0, exposure_fen=0,
        expected_loss_fen=0,
    )  # fmt: skip
    run.save()
    return run


def write_scores(*, run: RiskRun, block: ScoredBlock) -> None:
    """Store the scores of some accounts."""
    size = block.accounts.size
    columns = {
        "run_id": pa.array(np.full(size, run.pk)),
        "account_id": pa.array(block.accounts),
        "unit_id": pa.array(block.units),
        "score_e2": pa.array(block.scores.score_e2),
        "grade": pa.array(block.grades.tolist()),
        "points_e2": _write_arrays(block.scores.points_e2),
        "figures": _write_arrays(block.scores.figures),
        "probability_e6": pa.array(block.losses.probability_e6),
        "month_fen": pa.array(block.month_fen),
        "overdue_fen": pa.array(block.overdue_fen),
        "exposure_fen": pa.array(block.losses.exposure_fen),
        "expected_loss_fen": pa.array(block.losses.expected_fen),
        "reasons": pa.array(["{" + ",".join(row) + "}" for row in block.reasons]),
        "is_watched": pa.array(block.watched),
    }
    copy_table(table="collection_riskscore", columns=pa.table(columns))


def end_run(*, run: RiskRun, totals: dict[str, Any]) -> RiskRun:
    """Write what a run came to."""
    for name, value in totals.items():
        setattr(run, name, value)
    run.save(update_fields=list(totals))
    return run


def forget_old_scores(*, kept_runs: int) -> int:
    """Drop the rows of all runs but the last ones, and return how many."""
    runs = RiskRun.objects.for_actor(_SYSTEM).order_by("-as_of_date").values_list("pk", flat=True)
    old = list(runs[kept_runs:])
    with connection.cursor() as cursor:
        cursor.execute("delete from collection_riskscore where run_id = any(%s)", [old])
        return int(cursor.rowcount)


def keep_training(*, values: dict[str, Any]) -> RiskModelVersion:
    """Store a training; the last one counts from now on."""
    version = RiskModelVersion(**values)
    version.save()
    return version


def _write_arrays(rows: Integers) -> pa.Array:
    """Return rows of integers as the database writes arrays."""
    size, width = rows.shape
    texts = pa.array(np.ascontiguousarray(rows).ravel()).cast(pa.string())
    lists = pa.ListArray.from_arrays(pa.array(np.arange(size + 1, dtype=np.int32) * width), texts)
    return pc.binary_join_element_wise("{", pc.binary_join(lists, ","), "}", "")
