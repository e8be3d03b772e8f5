"""dianke tariffs: propose the versions of a sheet file, list what waits, decide it as another person."""

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from dianke.application import tariffs
from dianke.domain.tariffs import queries
from dianke.domain.tariffs.operations.loading import UnableToReadSheetFile
from dianke.interfaces.cli.acting import log_in
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

DONE, REFUSED = 0, 1


def run(argv: list[str]) -> int:
    """Carry out one step; status 1 says that the file has faults."""
    options = _parse(argv)
    return _STEPS[options.step](log_in(options.login), options)


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dianke tariffs", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    propose = steps.add_parser("propose", help="propose every version of a YAML file or a workbook, or none")
    propose.add_argument("file", type=Path)
    propose.add_argument("--reason", required=True, help="for whoever decides")
    steps.add_parser("waiting", help="list the versions that wait for a decision")
    for name, text in (("approve", "approve a version"), ("reject", "reject a version, with the reason")):
        step = steps.add_parser(name, help=text)
        step.add_argument("version", type=int, help="number from `waiting`")
        step.add_argument("--reason", default="", required=name == "reject")
    steps.choices["approve"].add_argument(
        "--nothing-to-try", action="store_true", help="no bill of the plan was ever issued, so no trial is wanted"
    )
    for step in steps.choices.values():
        step.add_argument("--as", dest="login", help="who acts; the password is asked for, or DIANKE_PASSWORD")
    return parser.parse_args(argv)


def _propose(actor: Actor, options: argparse.Namespace) -> int:
    try:
        data = options.file.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnableToReadSheetFile(field="file", file=options.file.name, reason=reason) from error
    report = tariffs.propose_file(
        actor=actor, name=options.file.name, data=data, reason=options.reason, at=SystemClock().now()
    )
    _print(
        {
            "proposed": [item.item for item in report.loaded],
            "known": list(report.unchanged),
            "faults": [
                {"sheet": f.sheet, "place": f.path, "value": f.value, "message": f.message, "remedy": f.remedy}
                for f in report.refused
            ],
        }
    )
    return REFUSED if report.refused else DONE


def _list_waiting(actor: Actor, options: argparse.Namespace) -> int:
    _print(
        [
            {
                "version": one.id,
                "plan": one.plan_code,
                "sheet": one.sheet_id,
                "start_date": one.start,
                "end_date": one.end,
                "proposed_by": one.proposed_by,
                "reason": one.proposal_reason,
            }
            for one in queries.list_proposals(actor=actor)
        ]
    )
    return DONE


def _approve(actor: Actor, options: argparse.Namespace) -> int:
    act = partial(tariffs.approve_version, has_nothing_to_try=options.nothing_to_try)
    return _decide(act, actor, options)


def _reject(actor: Actor, options: argparse.Namespace) -> int:
    return _decide(tariffs.reject_version, actor, options)


def _decide(act: Callable[..., Any], actor: Actor, options: argparse.Namespace) -> int:
    version = act(actor=actor, version_id=options.version, reason=options.reason, at=SystemClock().now())
    _print({"version": version.pk, "sheet": version.sheet_id, "status": version.status})
    return DONE


def _print(answer: object) -> None:
    print(json.dumps(answer, ensure_ascii=False, indent=2, default=str))


_STEPS: dict[str, Callable[[Actor, argparse.Namespace], int]] = {
    "propose": _propose,
    "waiting": _list_waiting,
    "approve": _approve,
    "reject": _reject,
}
