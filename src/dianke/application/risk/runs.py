"""The weekly run: train where it is time, score every account, propose measures, judge those long proposed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dianke.application.risk.gathering import list_blocks, look_back
from dianke.application.risk.training import read_observed, train_models
from dianke.domain.collection.models import RiskRun
from dianke.domain.collection.operations import risk_measures, risk_runs
from dianke.domain.collection.operations.risk_measures import Proposal
from dianke.domain.collection.operations.risk_runs import ScoredBlock
from dianke.domain.collection.queries import risk as queries
from dianke.domain.collection.queries.people import VULNERABLE_MARKS
from dianke.domain.collection.queries.risk_facts import AccountBlock, find_spared, load_block
from dianke.domain.collection.rules import risk_history as history
from dianke.domain.collection.rules import risk_loss as loss
from dianke.domain.collection.rules import risk_score as score
from dianke.domain.collection.rules.risk_history import Snapshot
from dianke.domain.collection.rules.risk_rules import RiskRules, get_rules
from dianke.domain.collection.rules.risk_score import RuleScores
from dianke.domain.collection.types import RiskBasis, RiskOutcome, RiskVerdict
from dianke.domain.customers.types import UsageClass
from dianke.domain.receivables.queries.guarantees import add_up_guarantees
from dianke.engine.risk.features import make_features
from dianke.engine.risk.metrics import stability
from dianke.engine.risk.model import RiskModel, read_model
from dianke.engine.risk.types import Floats
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("reading what guarantees cover")
_HOMES = (UsageClass.RESIDENTIAL.value, UsageClass.RESIDENTIAL_SHARED.value)
_OUTCOMES = {0: RiskOutcome.PAID_IN_TIME, 1: RiskOutcome.WENT_LATE, history.NONE: RiskOutcome.NOT_BILLED}


@dataclass
class _Tally:
    accounts: int = 0
    scored: int = 0
    watched: int = 0
    exposure_fen: int = 0
    expected_fen: int = 0
    grades: dict[str, int] = field(default_factory=dict)
    said: list[Floats] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)


def run_week(*, actor: Actor, at: datetime) -> RiskRun:
    """Do what a week asks for, once: training where the last one is old, outcomes of old measures, yesterday's run."""
    today = to_shanghai(at).date()
    done = queries.get_last_run(actor=actor)
    if done is not None and done.as_of_date >= today - timedelta(days=1):
        return done
    last = queries.get_last_training(actor=actor)
    if last is None or (today - last.as_of_date).days >= get_rules(on=today).train_every_days:
        train_models(actor=actor, at=at)
    judge_measures(actor=actor, at=at)
    return score_accounts(actor=actor, as_of=today - timedelta(days=1), at=at)


@use_case(right="collection.manage")
def score_accounts(*, actor: Actor, as_of: date, at: datetime) -> RiskRun:
    """
    Score every account as of the end of a day, store it, and propose measures.

    :raises RunExists: if that was done
    """
    rules = get_rules(on=as_of)
    version = queries.get_last_training(actor=actor)
    verdict = RiskVerdict(version.verdict) if version else RiskVerdict.NOT_TRAINED
    is_in_force = version is not None and verdict is RiskVerdict.IN_FORCE
    model = read_model(version.content) if version is not None and is_in_force else None
    run = risk_runs.begin_run(
        as_of=as_of, rules_from=rules.valid_from, model=version if is_in_force else None,
        basis=RiskBasis.MODEL if is_in_force else RiskBasis.RULE, verdict=verdict, login=actor.login, at=at,
    )  # fmt: skip
    tally = _Tally()
    months = max(rules.history_months, int(rules.score.law["months"])) + 2
    failed = queries.map_failed(actor=actor)
    for block in list_blocks(until=as_of + timedelta(days=1), months=months):
        _score_block(run, block, rules, model, read_observed(version), failed, tally)
    proposed, left_out = risk_measures.propose(
        run=run, proposals=tally.proposals, most=rules.most_proposals, rest_days=rules.rest_days, login=actor.login,
        at=at,
    )  # fmt: skip
    risk_runs.forget_old_scores(kept_runs=rules.kept_runs)
    totals = _add_up(tally, version.metrics if version and is_in_force else {})
    return risk_runs.end_run(run=run, totals={**totals, "proposed_count": proposed, "left_out_count": left_out})


@use_case(right="collection.manage")
def judge_measures(*, actor: Actor, at: datetime) -> int:
    """Record what came of the accounts of measures whose cycles are over, and return how many."""
    today = to_shanghai(at).date()
    rules = get_rules(on=today)
    waiting = queries.list_unjudged(actor=actor, before=today)
    days = {as_of for _key, _account, as_of in waiting}
    terms = {"months": rules.horizon_months, "late_days": rules.late_days}
    judged = 0
    for as_of in sorted(day for day in days if history.find_judged_day(day, **terms) < today):
        rows = [(key, account) for key, account, on in waiting if on == as_of]
        accounts = sorted({account for _key, account in rows})
        block = load_block(
            first=accounts[0], last=accounts[-1], until=today, months=rules.horizon_months + 12, only=accounts
        )
        bad, _late_fen = history.find_outcomes(block.facts, on=as_of, **terms)
        came = dict(zip(block.facts.account_ids.tolist(), bad.tolist(), strict=True))
        outcomes = {key: _OUTCOMES[came[account]] for key, account in rows}
        judged += risk_measures.judge(outcomes=outcomes, on=today)
    return judged


def _score_block(
    run: RiskRun, block: AccountBlock, rules: RiskRules, model: RiskModel | None, observed: Mapping[str, float],
    failed: Mapping[str, Sequence[int]], tally: _Tally,
) -> None:  # fmt: skip
    snapshot = look_back(block, on=run.as_of_date, rules=rules)
    scores = score.score_accounts(snapshot, rules=rules)
    grades = score.list_grades(scores.score_e2, rules=rules)
    said = loss.assume_probabilities(grades, rules=rules, observed=dict(observed))
    reasons = loss.explain_by_points(scores, weights=dict(rules.score.weights))
    if model is not None:
        _ask_model(model, snapshot, rules, said, reasons, tally)
    losses = loss.compute_losses(
        snapshot, said, rules=rules, guaranteed_fen=_find_guaranteed(block, rules, run.as_of_date)
    )
    watched = loss.is_watched(grades, losses, rules=rules)
    rows = np.flatnonzero((scores.score_e2 != score.UNKNOWN) & (snapshot.is_active | (snapshot.open_fen > 0)))
    stored = ScoredBlock(
        block.facts.account_ids[rows],
        block.units[rows],
        RuleScores(scores.score_e2[rows], scores.points_e2[rows], scores.figures[rows]),
        grades[rows],
        loss.Losses(losses.probability_e6[rows], losses.exposure_fen[rows], losses.expected_fen[rows]),
        snapshot.month_fen[rows],
        snapshot.overdue_fen[rows],
        [reasons[row] for row in rows],
        watched[rows],
    )
    risk_runs.write_scores(run=run, block=stored)
    tally.accounts += int(snapshot.is_active.sum())
    _count(stored, tally)
    tally.proposals += _find_proposals(block, snapshot, grades, losses, reasons, rules, run.as_of_date, failed)


def _find_guaranteed(block: AccountBlock, rules: RiskRules, on: date) -> NDArray[np.int64]:
    keys = block.facts.account_ids
    held = add_up_guarantees(
        actor=_SYSTEM, first_account=int(keys.min()), last_account=int(keys.max()), kinds=rules.covering_guarantees,
        on=on,
    )  # fmt: skip
    return np.array([held.get(key, 0) for key in keys.tolist()], dtype=np.int64)


def _ask_model(
    model: RiskModel, snapshot: Snapshot, rules: RiskRules, said: Floats, reasons: list[list[str]], tally: _Tally
) -> None:
    """Put what the model says in the place of what the grades say, where the history is long enough."""
    rows = np.flatnonzero(snapshot.bills_due >= rules.least_bills)
    features = make_features(history.make_grid(snapshot)).take(rows)
    said[rows], parts = model.explain(features)
    for row, own in zip(rows.tolist(), loss.explain_by_parts(features, parts), strict=True):
        reasons[row] = own
    tally.said.append(said[rows])


def _count(stored: ScoredBlock, tally: _Tally) -> None:
    tally.scored += int(stored.accounts.size)
    tally.watched += int(stored.watched.sum())
    tally.exposure_fen += int(stored.losses.exposure_fen.sum())
    tally.expected_fen += int(stored.losses.expected_fen.sum())
    for grade, count in zip(*np.unique(stored.grades, return_counts=True), strict=True):
        tally.grades[str(grade)] = tally.grades.get(str(grade), 0) + int(count)


def _find_proposals(
    block: AccountBlock, snapshot: Snapshot, grades: Any, losses: loss.Losses, reasons: list[list[str]],
    rules: RiskRules, on: date, failed: Mapping[str, Sequence[int]],
) -> list[Proposal]:  # fmt: skip
    rows = np.flatnonzero(loss.is_worth_proposing(grades=grades, losses=losses, snapshot=snapshot, rules=rules))
    keys = block.facts.account_ids[rows]
    spared = find_spared(account_ids=keys.tolist(), classes=_HOMES, marks=VULNERABLE_MARKS, on=on)
    chosen = loss.choose_measures(
        grades=grades[rows],
        losses=loss.Losses(losses.probability_e6[rows], losses.exposure_fen[rows], losses.expected_fen[rows]),
        month_fen=snapshot.month_fen[rows],
        is_spared=np.isin(keys, list(spared)),
        failed=[np.isin(keys, failed.get(rule.kind.value, ())) for rule in rules.measures],
        rules=rules,
    )
    return [
        Proposal(
            int(keys[at]), int(block.units[row]), rules.measures[chosen[at]].kind, str(grades[row]),
            int(losses.probability_e6[row]), int(losses.expected_fen[row]), tuple(reasons[row]),
        )
        for at, row in enumerate(rows.tolist())
        if chosen[at] != history.NONE
    ]  # fmt: skip


def _add_up(tally: _Tally, metrics: Mapping[str, Any]) -> dict[str, Any]:
    moved = None
    if tally.said and metrics.get("quantiles"):
        moved = round(stability(np.asarray(metrics["quantiles"]), np.concatenate(tally.said)) * 10_000)
    return {
        "account_count": tally.accounts,
        "scored_count": tally.scored,
        "watched_count": tally.watched,
        "exposure_fen": tally.exposure_fen,
        "expected_loss_fen": tally.expected_fen,
        "grades": tally.grades,
        "stability_e4": moved,
    }
