"""The client of docs/examples against a served site: a month from its start to its bills, with a real worker."""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from tests.factories import utility as factory
from tests.factories.billed import FOUNDRY_END, FOUNDRY_START, TWO_PART, add_home
from tests.factories.months import exempt_everything
from tests.journeys.conftest import RunWorker, Stage
from tests.module.interfaces.api.conftest import Program, engage, give_token

from dianke.domain.billing.models import Bill, BillRun, BillSuspicion
from dianke.domain.metering.types import Ratio
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor

CLIENT = Path(__file__).resolve().parents[2] / "docs" / "examples" / "api_client.py"
CT, PT = Ratio(Decimal(150), Decimal(5)), Ratio(Decimal(10000), Decimal(100))
LONGEST_LINES = 80
SYSTEM = Actor.system("looking at what the client did")


@dataclass(frozen=True)
class Office:
    """Tokens of a utility whose January is frozen: of who runs it and of who issues it."""

    runner: str
    issuer: str


def freeze_two_points(_data_dir: Path) -> Office:
    """Build the office; the foundry uses more than its capacity could carry, which the review asks about."""
    with transaction.atomic():
        utility = factory.build_utility()
        add_home(utility, "1180")
        factory.add_point(utility, start=FOUNDRY_START, end=FOUNDRY_END, terms=TWO_PART, kva="100", ct=CT, pt=PT)
        factory.freeze_january(utility)
        rights = ["billing.view", "billing.run", "billing.review"]
        runner = give_token(utility, engage(utility.root, "nightly", rights), scopes=rights)
        second = ["billing.view", "billing.issue"]
        issuer = give_token(utility, engage(utility.root, "second", second), scopes=second)
    return Office(runner.secret, issuer.secret)


@pytest.fixture
def office(stage: Stage[Office]) -> Office:
    return stage(freeze_two_points)


def start_client(site: str, token: str, folder: Path) -> subprocess.Popen[str]:
    """Start the client for January in a folder of its own."""
    environ = {**os.environ, "DIANKE_URL": site, "DIANKE_TOKEN": token, "no_proxy": "*"}
    command = [sys.executable, str(CLIENT), "C1", "2026-01"]
    return subprocess.Popen(
        command, env=environ, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def wait_for_run() -> BillRun:
    """Return the run that the client has started."""
    for _ in range(300):
        run: BillRun | None = BillRun.objects.for_actor(SYSTEM).first()
        if run is not None:
            return run
        time.sleep(0.1)
    pytest.fail("the client started no run")


def test_a_month_is_run_reviewed_and_fetched(site: str, office: Office, run_worker: RunWorker, tmp_path: Path) -> None:
    client = start_client(site, office.runner, tmp_path)
    run = wait_for_run()
    run_worker()
    first = client.communicate(timeout=120)[0]
    exempted = BillSuspicion.objects.for_actor(SYSTEM).filter(state="EXEMPT").count()
    exempt_everything(actor=identity.get_actor(login="runner", on=run.started_at.date(), origin="test"), run=run)
    Program(Client(), office.issuer).post(f"bill-runs/{run.number}/issue", None)
    run_worker()
    second = start_client(site, office.runner, tmp_path).communicate(timeout=120)[0]

    assert f"{run.number}: 0 of 2 points" in first
    assert re.search(r"exempted 1: \w+ of \d+, ", first), first
    assert (exempted, "another person issues it" in first) == (1, True)
    for bill in Bill.objects.for_actor(SYSTEM).order_by("id"):
        assert json.loads((tmp_path / f"bills-{bill.number}.json").read_text("utf-8"))["number"] == bill.number
        opened = json.loads((tmp_path / f"bills-{bill.number}-explanation.json").read_text("utf-8"))
        assert opened["is_equal"] is True
    assert re.search(r"^RESIDENTIAL: 1 bills, 0\.\d+ yuan/kWh$", second, re.MULTILINE), second


def test_the_client_ends_with_the_words_of_a_refusal(site: str, office: Office, tmp_path: Path) -> None:
    client = start_client(site, "dk_wrong", tmp_path)

    assert client.communicate(timeout=60)[0].startswith("api.not_authenticated: ")
    assert client.returncode == 1


def test_the_client_is_short_and_needs_nothing_installed() -> None:
    text = CLIENT.read_text("utf-8")

    assert text.count("\n") < LONGEST_LINES
    assert set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE)) <= sys.stdlib_module_names
