"""dianke feecontrol: the accounts under fee control, and what its nights and minutes do, by hand."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from dianke.application import fee_control
from dianke.domain.fee_control.models import ControlledAccount
from dianke.domain.fee_control.queries.accounts import filter_controlled
from dianke.domain.fee_control.types import ControlState
from dianke.interfaces.cli.acting import log_in
from dianke.kernel.clock import SystemClock
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor

DONE = 0


def run(argv: list[str]) -> int:
    """Carry out one step; each prints one JSON object."""
    options = _parse(argv)
    print(json.dumps(_STEPS[options.step](options, log_in(options.login)), ensure_ascii=False, indent=1))
    return DONE


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dianke feecontrol", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    states = steps.add_parser("states", help="list the accounts under control with their balances")
    states.add_argument("--state", choices=[one.value for one in ControlState], help="only these")
    night = steps.add_parser("night", help="estimate, tell and warn, propose orders; done twice it is done once")
    minute = steps.add_parser("minute", help="look at who paid, say last words, hand over what is due")
    for step in (states, night, minute):
        step.add_argument("--as", dest="login", help="who acts; the password is asked for, or DIANKE_PASSWORD")
    return parser.parse_args(argv)


def _list_states(options: argparse.Namespace, actor: Actor) -> dict[str, Any]:
    _require(actor, fee_control.VIEW)
    rows = filter_controlled(actor=actor.within(fee_control.VIEW)).order_by("account__number")
    if options.state:
        rows = rows.filter(state=options.state)
    return {"accounts": [_describe(one) for one in rows]}


def _describe(one: ControlledAccount) -> dict[str, Any]:
    return {
        "account": one.account.number,
        "state": one.state,
        "balance_fen": one.balance_fen,
        "estimated_on": one.estimated_on.isoformat() if one.estimated_on else None,
        "unit": one.unit.code,
    }


def _run_night(_options: argparse.Namespace, actor: Actor) -> dict[str, Any]:
    # Supply of who paid is part of the night: nobody begins what they may not end.
    _require(actor, fee_control.ORDER, fee_control.OPERATE)
    return asdict(fee_control.run_night(actor=actor, at=SystemClock().now()))


def _run_minute(_options: argparse.Namespace, actor: Actor) -> dict[str, Any]:
    _require(actor, fee_control.OPERATE)
    return asdict(fee_control.run_minute(actor=actor, at=SystemClock().now()))


def _require(actor: Actor, *rights: str) -> None:
    for right in rights:
        if not actor.may(right):
            raise PermissionRefused(field="actor", login=actor.login, right=right)


_STEPS = {"states": _list_states, "night": _run_night, "minute": _run_minute}
