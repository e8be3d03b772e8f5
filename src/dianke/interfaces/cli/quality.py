"""dianke quality: search the archive for faults (run, list)."""

import argparse
import json
import sys
from typing import Any

from dianke.application.archive_quality import run as running
from dianke.domain.audits.queries import findings as queries
from dianke.domain.audits.rules.remedies import REMEDIES
from dianke.domain.audits.types import RuleOutcome
from dianke.interfaces.cli.acting import log_in
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor


def run(argv: list[str]) -> int:
    """Carry out one step and print what came of it."""
    options = _parse(argv)
    answer = _STEPS[options.step](log_in(options.login), options)
    if options.json:
        print(json.dumps(answer, ensure_ascii=False, indent=1, default=str))
        return 0
    for row in answer["rules"]:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    return 0


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dianke quality", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    search = steps.add_parser("run", help="let the rules go over the archive now, as they do every night")
    search.add_argument("--rule", action="append", default=[], help="only this rule; may be given again")
    counts = steps.add_parser("list", help="count what is unsettled, by unit and rule, with the remedy")
    for step in (search, counts):
        step.add_argument("--unit", default="", help="code of the unit, with what is below it (run) or alone (list)")
        step.add_argument("--as", dest="login", help="who acts; the password is asked for, or DIANKE_PASSWORD")
        step.add_argument("--json", action="store_true")
    return parser.parse_args(argv)


def _run(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    row, outcomes = running.run_rules(
        actor=actor,
        unit_code=options.unit,
        codes=options.rule,
        at=SystemClock().now(),
        progress=None if options.json else _tell,
    )
    seconds = (row.finished_at - row.started_at).total_seconds() if row.finished_at else None
    return {
        "seconds": seconds,
        "found": row.found,
        "new": row.new,
        "closed": row.closed,
        "rules": [{"rule": one.rule, "found": one.found, "new": one.new, "closed": one.closed} for one in outcomes],
    }


def _list(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    rows = queries.count_by_unit_and_rule(actor=actor, unit_code=options.unit)
    return {
        "rules": [
            {
                "unit": row["unit__code"],
                "rule": row["rule"],
                "unsettled": row["n"],
                "taken": row["taken"],
                "remedy": REMEDIES.get(row["rule"], ""),
            }
            for row in rows
        ]
    }


def _tell(outcome: RuleOutcome) -> None:
    print(f"{outcome.rule} …", file=sys.stderr)


_STEPS = {"run": _run, "list": _list}
