"""Processes of their own on the test database, and work that is killed in them."""

import json
import os
import random
import signal
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.db import connection
from tests.factories.paid import list_faults


def list_environment() -> dict[str, str]:
    """Return what a process of its own needs in order to work on the test database."""
    database = settings.DATABASES["default"]
    url = "postgresql://{USER}:{PASSWORD}@/{NAME}?host={HOST}".format(
        **{**database, "NAME": connection.settings_dict["NAME"]}
    )
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DATABASE_OWNER_URL": url,
        "DIANKE_PASSWORD": "correct horse battery",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }


def work_and_die(name: str, *, after: str = "", nth: int, **arguments: Any) -> bool:
    """
    Do a piece of work in a process that SIGKILL ends after its `nth` statement with the words `after`.

    It tells whether the process was killed; one that had fewer such statements to do has done its work.
    """
    command = [sys.executable, "-m", "tests.factories.killed_work", name, after, str(nth), json.dumps(arguments)]
    done = subprocess.run(command, env=list_environment(), capture_output=True, timeout=120, check=False)
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr.decode()
    return done.returncode != 0


def kill_at_random(name: str, *, rounds: int, most_statements: int, **arguments: Any) -> int:
    """Kill work at moments of a dice and prove the books after each, until it is done; return how often it died."""
    dice = random.Random()  # noqa: S311 - moments of a test, not a secret
    for killed in range(rounds):
        nth = dice.randrange(1, most_statements)
        is_killed = work_and_die(name, nth=nth, **arguments)
        assert list_faults() == [], f"{name}: killed after {nth} statements, round {killed}"
        if not is_killed:
            return killed
    return rounds
