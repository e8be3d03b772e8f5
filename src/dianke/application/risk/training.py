"""Train both kinds of model on past cut-offs, judge them by time against the rule score, and keep what came of it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from dianke.application.risk.gathering import list_blocks, look_back
from dianke.domain.collection.models import RiskModelVersion
from dianke.domain.collection.operations import risk_runs
from dianke.domain.collection.queries.risk_facts import AccountBlock, count_accounts, find_first_bill
from dianke.domain.collection.rules import risk_history as history
from dianke.domain.collection.rules.risk_rules import RiskRules, get_rules
from dianke.domain.collection.rules.risk_score import list_grades, score_accounts
from dianke.domain.collection.types import RiskVerdict
from dianke.engine.risk.features import make_features
from dianke.engine.risk.metrics import auc, capture, draw_calibration, draw_roc
from dianke.engine.risk.model import ModelKind, RiskModel
from dianke.engine.risk.types import Features, Floats, Sample
from dianke.engine.risk.validation import TimeResult, fit_final, judge_by_time
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_NEVER_CLOSED = 10**6
# Fewer rows of a grade say nothing of how often it goes late.
_LEAST_OF_GRADE = 200
# By how much trees must be better before reasons that are a plain sum are given up.
_TREES_AHEAD = 0.002
_QUANTILES = 101
_EXPLAINED = 20_000


@dataclass(frozen=True, slots=True)
class Gathered:
    """Rows of past cut-offs, with the rule score of each. Shapes: score_e2, grades (n,)."""

    sample: Sample
    score_e2: Floats
    grades: Any
    cutoffs: tuple[date, ...]
    closed_by: tuple[int, ...]


@use_case(right="collection.manage")
def train_models(*, actor: Actor, at: datetime) -> RiskModelVersion:
    """Train on everything known before today, and keep the training whether or not its model may be used."""
    today = to_shanghai(at).date()
    rules = get_rules(on=today)
    started = time.perf_counter()
    gathered = gather_sample(rules=rules, today=today)
    found: dict[str, Any] = {
        "trained_by": actor.login,
        "trained_at": at,
        "as_of_date": today,
        "rules_from_date": rules.valid_from,
        "verdict": RiskVerdict.TOO_SHORT.value,
    }
    if gathered is not None:
        found |= _learn(gathered, rules)
    found.setdefault("metrics", {})["seconds"] = round(time.perf_counter() - started, 1)
    return risk_runs.keep_training(values=found)


def list_cutoffs(*, first_bill: date, today: date, rules: RiskRules) -> tuple[date, ...]:
    """Return the ends of months from which on enough was known, and whose outcomes are all known before today."""
    day = _end_of_month(history.add_months(first_bill.replace(day=1), rules.least_bills))
    found = []
    while _judge_day(day, rules) < today:
        found.append(day)
        day = _end_of_month(day + timedelta(days=1))
    return tuple(found[-rules.most_cutoffs :])


def gather_sample(*, rules: RiskRules, today: date) -> Gathered | None:
    """Return rows of all past cut-offs, a steady sample of the accounts where there are many; None of no history."""
    first_bill = find_first_bill()
    cutoffs = list_cutoffs(first_bill=first_bill, today=today, rules=rules) if first_bill else ()
    if not cutoffs:
        return None
    every = max(-(-count_accounts() * len(cutoffs) // rules.most_rows), 1)
    span = (today.year - cutoffs[0].year) * 12 + today.month - cutoffs[0].month
    blocks = list_blocks(until=today, months=span + rules.history_months + 2, every=every)
    parts = [part for block in blocks for part in _take_block(block, cutoffs, rules)]
    if not parts:
        return None
    features, bad, amount, window, score, grades = (list(column) for column in zip(*parts, strict=True))
    sample = Sample(
        Features(features[0].names, np.concatenate([one.values for one in features])),
        np.concatenate(bad),
        np.concatenate(amount),
        np.concatenate(window),
    )
    return Gathered(sample, np.concatenate(score), np.concatenate(grades), cutoffs, _close(cutoffs, rules))


def _take_block(block: AccountBlock, cutoffs: Sequence[date], rules: RiskRules) -> list[tuple[Any, ...]]:
    found = []
    for at, day in enumerate(cutoffs):
        snapshot = look_back(block, on=day, rules=rules)
        bad, late_fen = history.find_outcomes(
            block.facts, on=day, months=rules.horizon_months, late_days=rules.late_days
        )
        rows = np.flatnonzero(snapshot.is_active & (snapshot.bills_due >= rules.least_bills) & (bad != history.NONE))
        if not rows.size:
            continue
        score = score_accounts(snapshot, rules=rules).score_e2[rows]
        features = make_features(history.make_grid(snapshot)).take(rows)
        window = np.full(rows.size, at, dtype=np.int64)
        grades = list_grades(score, rules=rules)
        found.append((features, bad[rows], late_fen[rows] / 100, window, score.astype(np.float64), grades))
    return found


def _close(cutoffs: Sequence[date], rules: RiskRules) -> tuple[int, ...]:
    """Return for each cut-off the first one by which its outcomes were known."""
    days = [_judge_day(day, rules) for day in cutoffs]
    return tuple(next((at for at, day in enumerate(cutoffs) if day >= judged), _NEVER_CLOSED) for judged in days)


def _learn(gathered: Gathered, rules: RiskRules) -> dict[str, Any]:
    sample = gathered.sample
    found: dict[str, Any] = {
        "first_cutoff_date": gathered.cutoffs[0],
        "last_cutoff_date": gathered.cutoffs[-1],
        "row_count": int(sample.bad.size),
        "bad_count": int(sample.bad.sum()),
        "metrics": {"grades": _observe_grades(gathered), "cutoffs": [day.isoformat() for day in gathered.cutoffs]},
    }
    # A late bill lies ahead of as many cut-offs as there are months in the horizon: it is one event, not three.
    if sample.bad.sum() // rules.horizon_months < rules.least_bad:
        return {**found, "verdict": RiskVerdict.TOO_FEW_BAD.value}
    results = [judge_by_time(kind, sample, closed_by=gathered.closed_by) for kind in ModelKind]
    judged = [one for one in results if one is not None]
    if len(judged) < len(ModelKind):
        return {**found, "verdict": RiskVerdict.TOO_SHORT.value}
    champion = _choose(judged)
    model = fit_final(champion.kind, sample, champion)
    found["metrics"] |= _describe(gathered, judged, champion, model)
    gains = found["metrics"]["gains"]
    has_gain = found["metrics"]["gain"] >= float(rules.least_gain) and min(gains) > 0
    verdict = RiskVerdict.IN_FORCE if has_gain else RiskVerdict.NO_GAIN
    return {**found, "verdict": verdict.value, "kind": champion.kind.value, "content": model.as_data()}


def _choose(judged: Sequence[TimeResult]) -> TimeResult:
    """Return the better one; the scorecard, where trees are not clearly ahead in both figures."""
    card, trees = (next(one for one in judged if one.kind is kind) for kind in ModelKind)
    is_ahead = trees.overall.auc >= card.overall.auc + _TREES_AHEAD and trees.overall.brier <= card.overall.brier
    return trees if is_ahead else card


def _describe(
    gathered: Gathered, judged: Sequence[TimeResult], champion: TimeResult, model: RiskModel
) -> dict[str, Any]:
    sample, rows = gathered.sample, champion.rows
    risk = -gathered.score_e2
    gains = []
    for step in champion.windows:
        own = sample.window == step.window
        gains.append(round(step.metrics.auc - auc(risk[own], sample.bad[own]), 5))
    rule_auc = auc(risk[rows], sample.bad[rows])
    return {
        "champion": champion.kind.value,
        "models": {one.kind.value: _tell(one, sample, gathered.cutoffs) for one in judged},
        "rule": {
            "auc": round(rule_auc, 5),
            "top_decile_amount": round(capture(risk[rows], sample.amount[rows]), 5),
            "roc": draw_roc(risk[rows], sample.bad[rows]),
        },
        "gain": round(champion.overall.auc - rule_auc, 5),
        "gains": gains,
        "weights": _weigh(model, sample),
        "quantiles": [round(float(one), 6) for one in np.quantile(champion.said, np.linspace(0, 1, _QUANTILES))],
    }


def _tell(one: TimeResult, sample: Sample, cutoffs: Sequence[date]) -> dict[str, Any]:
    return {
        **one.overall.as_dict(),
        "steps": [
            {
                "cutoff": cutoffs[step.window].isoformat(),
                "trained_rows": step.trained_rows,
                "trained_bad": step.trained_bad,
                **step.metrics.as_dict(),
            }
            for step in one.windows
        ],
        "roc": draw_roc(one.said, sample.bad[one.rows]),
        "calibration": draw_calibration(one.said, sample.bad[one.rows]),
    }


def _weigh(model: RiskModel, sample: Sample) -> list[tuple[str, float]]:
    """Return how much each feature moves the log odds on average, the most first."""
    step = max(sample.bad.size // _EXPLAINED, 1)
    _said, parts = model.explain(sample.features.take(slice(None, None, step)))
    moved = np.abs(parts - parts.mean(axis=0)).mean(axis=0)
    found = [(name, round(float(one), 5)) for name, one in zip(model.names, moved, strict=True)]
    return sorted(found, key=lambda pair: -pair[1])


def _observe_grades(gathered: Gathered) -> dict[str, dict[str, int]]:
    found = {}
    for grade in np.unique(gathered.grades):
        bad = gathered.sample.bad[gathered.grades == grade]
        found[str(grade)] = {"rows": int(bad.size), "bad": int(bad.sum())}
    return found


def read_observed(version: RiskModelVersion | None) -> dict[str, float]:
    """Return how often accounts of each grade went late in a training, where enough of them were seen."""
    grades = version.metrics.get("grades", {}) if version else {}
    return {code: one["bad"] / one["rows"] for code, one in grades.items() if one["rows"] >= _LEAST_OF_GRADE}


def _judge_day(day: date, rules: RiskRules) -> date:
    return history.find_judged_day(day, months=rules.horizon_months, late_days=rules.late_days)


def _end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
