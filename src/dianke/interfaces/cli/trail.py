"""dianke trail: close the days of the trail, and prove that nothing in a closed day was touched."""

import argparse
import json
from datetime import date
from typing import Any

from dianke.application.trail import chain_trail, prove_trail
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

INTACT, BROKEN = 0, 1
# Neither step shows or changes anything of a customer, and a proof must not depend on the log-ins that it proves.
_ACTOR = Actor.system("the trail at the command line")


def run(argv: list[str]) -> int:
    """Carry out one step and print what came of it; status 1 says that the trail is broken."""
    options = _parse(argv)
    answer = _chain(options) if options.step == "chain" else _prove(options)
    lines = answer.pop("lines")
    if options.json:
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        print("\n".join(lines))
    return BROKEN if answer.get("break") else INTACT


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dianke trail", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    chain = steps.add_parser("chain", help="close every day that is over; prints the newest hash, keep it elsewhere")
    chain.add_argument("--until", metavar="DAY", type=date.fromisoformat, help="the last day to close (yesterday)")
    prove = steps.add_parser("prove", help="compare closed days with their rows; names the first broken row")
    prove.add_argument("--from", dest="first_day", metavar="DAY", type=date.fromisoformat, help="the first day")
    prove.add_argument("--expect", metavar="HASH", default="", help="a hash kept elsewhere: it must be in the chain")
    for step in (chain, prove):
        step.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args(argv)


def _chain(options: argparse.Namespace) -> dict[str, Any]:
    closed = chain_trail(actor=_ACTOR, until=options.until, at=SystemClock().now())
    newest = {"day": closed[-1].day.isoformat(), "hash": closed[-1].hash} if closed else None
    lines = [f"{day.day}  {day.rows:>9,} rows  {day.hash}" for day in closed]
    lines.append(f"closed: {len(closed)} days" if closed else "nothing to close: every day that is over is closed")
    return {
        "days": [{"day": day.day.isoformat(), "rows": day.rows, "hash": day.hash} for day in closed],
        "newest": newest,
        "lines": lines,
    }


def _prove(options: argparse.Namespace) -> dict[str, Any]:
    clock = SystemClock()
    proof = prove_trail(actor=_ACTOR, first_day=options.first_day, expected_hash=options.expect.strip(), at=clock.now())
    found = proof.broken
    head = f"{proof.first_day} to {proof.last_day}: {proof.rows:,} rows read"
    verdict = "whole" if found is None else f"BROKEN at {found.day} {found.table} {found.key}: {found.kind}"
    answer: dict[str, Any] = {
        "first_day": proof.first_day.isoformat(),
        "last_day": proof.last_day.isoformat(),
        "rows": proof.rows,
        "hash": proof.last_hash,
        "whole": found is None,
        "break": None,
        "lines": [head, f"{verdict} {found.detail}".rstrip() if found else verdict, f"newest hash {proof.last_hash}"],
    }
    if found is not None:
        answer["break"] = {
            "kind": found.kind.value,
            "day": found.day.isoformat(),
            "table": found.table,
            "key": found.key,
            "detail": found.detail,
        }
    return answer
