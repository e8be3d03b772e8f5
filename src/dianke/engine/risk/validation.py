"""Judging models: by time, where history has it; by folds, where a public file has none."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dianke.engine.risk.metrics import Metrics, auc, measure
from dianke.engine.risk.model import SEED, ModelKind, RiskModel, fit, fit_line
from dianke.engine.risk.types import Floats, Integers, Sample


@dataclass(frozen=True, slots=True)
class WindowResult:
    """One step of time: learned from what was known by the cut-off, judged by what came after it."""

    window: int
    trained_rows: int
    trained_bad: int
    metrics: Metrics


@dataclass(frozen=True, slots=True)
class TimeResult:
    """What a kind of model came to over all steps; `said` is of the rows of `rows`. Shapes: two (k,)."""

    kind: ModelKind
    windows: tuple[WindowResult, ...]
    rows: Integers
    said: Floats
    overall: Metrics


def list_steps(windows: Integers, closed_by: Sequence[int]) -> list[tuple[Integers, int]]:
    """
    Return the steps of expanding windows: which earlier cut-offs may be learned from, for each later one.

    :param closed_by: for each cut-off the first cut-off by which its outcomes were all known; nothing later is used
    """
    known = np.unique(windows)
    steps = [
        (np.array([w for w in known if closed_by[int(w)] <= int(test)], dtype=np.int64), int(test)) for test in known
    ]
    return [(train, test) for train, test in steps if train.size]


def judge_by_time(kind: ModelKind, sample: Sample, *, closed_by: Sequence[int]) -> TimeResult | None:
    """
    Return what a kind of model does on cut-offs after those that it learned from; None where there is no such step.

    Each step's probabilities are brought in line by the steps before it whose outcomes were known, never by its own.

    Shapes: sample of (n,). Errors: none; a step whose sample teaches nothing is left out.
    Source: forward chaining with outcomes purged that were not known at the cut-off.
    """
    found: list[WindowResult] = []
    said = np.full(sample.bad.size, np.nan)
    raw = np.full(sample.bad.size, np.nan)
    for train, test in list_steps(sample.window, closed_by):
        taught = np.isin(sample.window, train)
        rows = np.flatnonzero(sample.window == test)
        if not 0 < sample.bad[taught].sum() < taught.sum():
            continue
        model = fit(kind, sample.take(taught))
        raw[rows] = model.predict(sample.features.take(rows))
        earlier = taught & ~np.isnan(raw)
        slope, shift = fit_line(raw[earlier], sample.bad[earlier])
        said[rows] = _move(raw[rows], slope, shift)
        metrics = measure(said[rows], sample.bad[rows], sample.amount[rows])
        found.append(WindowResult(test, int(taught.sum()), int(sample.bad[taught].sum()), metrics))
    if not found:
        return None
    judged = np.flatnonzero(~np.isnan(said))
    overall = measure(said[judged], sample.bad[judged], sample.amount[judged])
    return TimeResult(kind, tuple(found), judged, said[judged], overall)


def fit_final(kind: ModelKind, sample: Sample, judged: TimeResult) -> RiskModel:
    """Return the model of a kind from all of a sample, in line with what it said of the last judged cut-off."""
    model = fit(kind, sample)
    last = sample.window[judged.rows] == judged.windows[-1].window
    return model.calibrate(judged.said[last], sample.bad[judged.rows[last]])


def judge_by_folds(
    kind: ModelKind, sample: Sample, *, folds: int = 5, repeats: int = 1
) -> tuple[Metrics, list[float], Floats]:
    """
    Return what a kind of model does on rows that it did not learn from: the figures, the AUC of each repeat, and what
    the first repeat said.

    Shapes: sample of (n,) -> (n,). Errors: ValueError if a fold has one outcome. Source: stratified k-fold.
    """
    areas: list[float] = []
    first = np.zeros(0)
    for repeat in range(repeats):
        fold = _deal(sample.bad, folds, SEED + repeat)
        said = np.empty(sample.bad.size)
        for at in range(folds):
            own = fold == at
            said[own] = fit(kind, sample.take(~own)).predict(sample.features.take(own))
        areas.append(auc(said, sample.bad))
        first = said if not repeat else first
    return measure(first, sample.bad, sample.amount), areas, first


def _move(said: Floats, slope: float, shift: float) -> Floats:
    log_odds = np.log(said / (1 - said))
    moved: Floats = 1 / (1 + np.exp(-(slope * log_odds + shift)))
    return moved


def _deal(bad: Integers, folds: int, seed: int) -> Integers:
    """Return the fold of each row, each with its share of both outcomes."""
    random = np.random.default_rng(seed)
    fold = np.empty(bad.size, dtype=np.int64)
    for outcome in (0, 1):
        rows = random.permutation(np.flatnonzero(bad == outcome))
        fold[rows] = np.arange(rows.size) % folds
    return fold
