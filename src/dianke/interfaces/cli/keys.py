"""dianke keys: the keys of personal data (status, rotate, reencrypt, rotate-lookup)."""

import argparse
import json
import sys
from typing import Any

from dianke.application.protection import key_rotation
from dianke.application.protection.key_rotation import KeyStatus
from dianke.interfaces.cli.acting import log_in
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

_DEFAULT_REASON = "from the command line"


def run(argv: list[str]) -> int:
    """Carry out one step and print what came of it."""
    options = _parse(argv)
    answer = _STEPS[options.step](log_in(options.login), options)
    if options.json:
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        for line in answer.pop("lines"):
            print(line)
    return 0


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dianke keys", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    for name, text in (
        ("status", "count the values under each key"),
        ("rotate", "add a key; new values are written under it"),
        ("reencrypt", "write the values under older keys again under the current one; may be interrupted"),
        ("rotate-lookup", "replace the key of look-ups and make every hash anew; stop the service first"),
    ):
        step = steps.add_parser(name, help=text)
        step.add_argument("--as", dest="login", help="who acts; the password is asked for, or DIANKE_PASSWORD")
        step.add_argument("--json", action="store_true")
        if name != "status":
            step.add_argument("--reason", default=_DEFAULT_REASON, help="goes into the trail")
    steps.choices["rotate-lookup"].add_argument(
        "--service-is-stopped", action="store_true", required=True, help="say that no process of the service runs"
    )
    return parser.parse_args(argv)


def _status(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    status = key_rotation.get_status(actor=actor)
    return {
        "file": str(status.file),
        "current": status.current,
        "keys": list(status.key_ids),
        "waiting": status.waiting,
        "columns": [
            {"table": one.label, "column": one.column, "history": one.is_history, "values": one.counts}
            for one in status.columns
        ],
        "lines": _lines_of(status),
    }


def _lines_of(status: KeyStatus) -> list[str]:
    lines = [f"key file {status.file}; current key {status.current}; keys {', '.join(status.key_ids)}"]
    for one in status.columns:
        counts = ", ".join(f"{key_id} {count:,}" for key_id, count in sorted(one.counts.items()))
        kept = "  (history, keeps its keys)" if one.is_history and one.counts else ""
        lines.append(f"  {one.label}.{one.column:<24} {counts or 'empty'}{kept}")
    if status.waiting:
        lines.append(f"{status.waiting:,} values lie under older keys: dianke keys reencrypt")
    return lines


def _rotate(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    key_id = key_rotation.rotate_data_key(actor=actor, reason=options.reason, at=SystemClock().now())
    return {
        "current": key_id,
        "lines": [
            f"new values are written under {key_id} from now on",
            "back the key file up at once: without it what is written from now on is lost",
            "restart the service: running processes go on writing under the key that they read at their start",
        ],
    }


def _reencrypt(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    def tell(column: str, done: int) -> None:
        print(f"{column} {done:,}", file=sys.stderr)

    count = key_rotation.reencrypt_values(actor=actor, reason=options.reason, progress=tell)
    return {
        "values": count,
        "lines": [
            f"{count:,} values written again under the current key",
            "the history keeps its keys: leave the older keys in the file",
        ],
    }


def _rotate_lookup(actor: Actor, options: argparse.Namespace) -> dict[str, Any]:
    count = key_rotation.rotate_lookup_key(actor=actor, reason=options.reason, at=SystemClock().now())
    return {
        "hashes": count,
        "lines": [f"{count:,} hashes made under the new look-up key", "back the key file up, then start the service"],
    }


_STEPS = {"status": _status, "rotate": _rotate, "reencrypt": _reencrypt, "rotate-lookup": _rotate_lookup}
