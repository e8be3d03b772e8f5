"""dianke risk: train the models, score all accounts, tell what is in force, measure on a public file."""

import argparse
import json
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dianke.kernel.clock import SystemClock, to_shanghai

DONE = 0


def run(argv: list[str]) -> int:
    """Carry out one step; each prints one JSON object."""
    options = _parse(argv)
    if options.step != "yardstick":
        from dianke.interfaces.cli.main import prepare_django

        prepare_django()
    print(json.dumps(_STEPS[options.step](options), ensure_ascii=False, indent=1))
    return DONE


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dianke risk", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("train", help="train on past months, judge by time, keep the training")
    scoring = steps.add_parser("run", help="score every account and propose measures")
    scoring.add_argument("--as-of", type=date.fromisoformat, help="the day; without it yesterday")
    steps.add_parser("report", help="tell what the last run and the last training came to")
    yardstick = steps.add_parser("yardstick", help="judge both kinds of model on the file of UCI 350, by folds")
    yardstick.add_argument("file", type=Path, help="the file (Parquet) of UCI 350")
    yardstick.add_argument("--folds", type=int, default=5)
    yardstick.add_argument("--repeats", type=int, default=1, help="how often the folds are dealt anew")
    return parser.parse_args(argv)


def _train(_options: argparse.Namespace) -> dict[str, Any]:
    from dianke.application import risk

    return _tell_training(risk.train_models(actor=_act(), at=SystemClock().now()))


def _score(options: argparse.Namespace) -> dict[str, Any]:
    from dianke.application import risk

    now = SystemClock().now()
    as_of = options.as_of or to_shanghai(now).date() - timedelta(days=1)
    return _tell_run(risk.score_accounts(actor=_act(), as_of=as_of, at=now))


def _report(_options: argparse.Namespace) -> dict[str, Any]:
    actor = _act()
    from dianke.domain.collection.queries import risk as queries
    from dianke.domain.collection.rules.risk_rules import get_rules

    last, training = queries.get_last_run(actor=actor), queries.get_last_training(actor=actor)
    weights = get_rules(on=to_shanghai(SystemClock().now()).date()).score.weights
    return {
        "run": _tell_run(last) if last else None,
        "training": _tell_training(training) if training else None,
        "weights": {**weights, "left_out": ["EXTERNAL"], "scaled_from": sum(weights.values()) - weights["EXTERNAL"]},
        "measures": [asdict(one) for one in queries.list_precisions(actor=actor)],
    }


def _measure_yardstick(options: argparse.Namespace) -> dict[str, Any]:
    from dianke.engine.risk.yardstick import COLUMNS, measure_yardstick, read_sample

    sample = read_sample(_read_columns(options.file, COLUMNS))
    return measure_yardstick(sample, folds=options.folds, repeats=options.repeats)


def _read_columns(file: Path, names: tuple[str, ...]) -> dict[str, Any]:
    from pyarrow import parquet

    table = parquet.read_table(file, columns=list(names))
    return {name: table[name].to_numpy() for name in names}


def _act() -> Any:
    from dianke.platform.identity.types import Actor

    return Actor.system("risk at the command line")


def _tell_run(run: Any) -> dict[str, Any]:
    names = (
        "basis", "verdict", "account_count", "scored_count", "watched_count", "exposure_fen", "expected_loss_fen",
        "grades", "stability_e4", "proposed_count", "left_out_count",
    )  # fmt: skip
    return {"as_of": run.as_of_date.isoformat(), **{name: getattr(run, name) for name in names}}


def _tell_training(version: Any) -> dict[str, Any]:
    metrics = {key: _leave_out_pictures(value) for key, value in version.metrics.items() if key != "quantiles"}
    metrics["models"] = {name: _leave_out_pictures(one) for name, one in metrics.get("models", {}).items()}
    return {
        "number": version.number,
        "verdict": version.verdict,
        "kind": version.kind,
        "rows": version.row_count,
        "bad": version.bad_count,
        "sha256": version.content.get("sha256"),
        "metrics": metrics,
    }


def _leave_out_pictures(figures: Any) -> Any:
    if not isinstance(figures, dict):
        return figures
    return {key: value for key, value in figures.items() if key not in {"roc", "calibration"}}


_STEPS = {"train": _train, "run": _score, "report": _report, "yardstick": _measure_yardstick}
