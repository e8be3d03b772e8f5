"""
The process that `killed` starts: it does one piece of work and dies by SIGKILL where it was told to.

It dies after a statement was carried out and before anything else is done: the last one of a transaction leaves the
transaction open, the first one of the next has the one before committed.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any


def main(name: str, fragment: str, nth: str, arguments: str) -> None:
    """Do the work of a name; die after the `nth` statement that holds the fragment, of none at nought."""
    from dianke.interfaces.cli.main import prepare_django

    prepare_django()
    from django.db import connection

    if int(nth):
        connection.execute_wrappers.append(_Death(fragment, int(nth)))
    _WORK[name](**json.loads(arguments))


class _Death:
    """Counts statements, and kills the process after the last that it is to see."""

    def __init__(self, fragment: str, left: int) -> None:
        self.fragment, self.left = fragment, left

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        done = execute(sql, params, many, context)
        if self.fragment in sql.lower():
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)
        return done


def _issue(*, login: str, number: str, at: str) -> None:
    from dianke.application import meter_to_cash

    meter_to_cash.issue_run(actor=_get_actor(login, at), number=number, at=datetime.fromisoformat(at))


def _book_answer(*, login: str, key: int, at: str, data_dir: str, lines_at_once: int) -> None:
    from dianke.application import bank_channels

    # As a file of a city has them: many parts, of which each is one transaction.
    bank_channels.answers.LINES_AT_ONCE = lines_at_once
    bank_channels.carry_out_booking(
        actor=_get_actor(login, at), key=key, at=datetime.fromisoformat(at), data_dir=Path(data_dir)
    )


def _take_calls(*, calls: list[dict[str, Any]], at: str) -> None:
    from django.conf import settings

    from dianke.application import acquirers

    settings.SIMULATED_GATEWAY = True
    for call in calls:
        acquirers.take_call_back(
            code="SIM", headers=call["headers"], body=call["body"].encode(), address="127.0.0.1",
            at=datetime.fromisoformat(at),
        )  # fmt: skip


def _load_statement(*, login: str, content: str, at: str) -> None:
    from dianke.application import bank_channels

    bank_channels.load_statement(
        actor=_get_actor(login, at), bank_code="102", file_name="statement.xml", content=content.encode(),
        at=datetime.fromisoformat(at),
    )  # fmt: skip


def _spend_night(*, at: str) -> None:
    from dianke.application import agreements, collection
    from dianke.platform.identity.types import Actor

    actor, moment = Actor.system("a night that is killed"), datetime.fromisoformat(at)
    agreements.run_agreement_night(actor=actor, at=moment)
    agreements.make_stage_requests(actor=actor, at=moment)
    agreements.announce_stages(actor=actor, at=moment)
    collection.run_night(actor=actor, at=moment)


def _get_actor(login: str, at: str) -> Any:
    from dianke.platform.identity.queries import get_actor

    return get_actor(login=login, on=datetime.fromisoformat(at).date(), origin="cli")


_WORK: dict[str, Callable[..., None]] = {
    "issue": _issue,
    "book_answer": _book_answer,
    "take_calls": _take_calls,
    "load_statement": _load_statement,
    "night": _spend_night,
}

if __name__ == "__main__":
    main(*sys.argv[1:])
