"""A run that is killed anywhere and resumed gives the same bills: none twice, none missing."""

import os
import random
import signal
import subprocess
import sys
import time

import pytest
from django.db import OperationalError, connection, transaction
from tests.factories import utility as factory
from tests.factories.killed import list_environment
from tests.factories.utility import LATER, Utility

from dianke.application import meter_to_cash
from dianke.domain.billing.models import BillDraft, BillDraftLine, BillRun
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering.types import MeteringSide

pytestmark = pytest.mark.django_db(transaction=True)

HOMES = 60
SHARD_SIZE = 3


@pytest.fixture
def utility() -> Utility:
    with transaction.atomic():
        built = factory.build_utility()
        for number in range(HOMES):
            factory.add_point(
                built,
                start={"total": "1000"},
                end={"total": str(1100 + number * 7)},
                terms={"structure": "SINGLE", "time_of_use": False},
                plan=factory.GUANGZHOU,
                usage_class=UsageClass.RESIDENTIAL,
                side=MeteringSide.LOW_LOW,
            )
        factory.freeze_january(built)
    return built


def list_expected(utility: Utility) -> list[tuple[int, int]]:
    """Return point and amount of every bill of a run that nobody disturbed, which is then cancelled."""
    run = meter_to_cash.start_run(actor=utility.runner, cycle_code="C1", month=factory.JANUARY, at=LATER)
    meter_to_cash.calculate_run(actor=utility.runner, number=run.number)
    bills = list_drafts(utility)
    meter_to_cash.cancel_run(actor=utility.runner, number=run.number, reason="the undisturbed yardstick")
    return bills


def list_drafts(utility: Utility) -> list[tuple[int, int]]:
    drafts = BillDraft.objects.for_actor(utility.actor).order_by("usage_point_id", "id")
    return list(drafts.values_list("usage_point_id", "amount_fen"))


def start_bill_run() -> subprocess.Popen[bytes]:
    """Start the billing command as a process of its own on the test database."""
    arguments = [sys.executable, "-m", "dianke.interfaces.cli.main", "bill", "run", "--cycle", "C1"]
    arguments += ["--month", "2026-01", "--as", "runner", "--shard-size", str(SHARD_SIZE)]
    return subprocess.Popen(arguments, env=list_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def count_done(utility: Utility) -> int:
    runs = BillRun.objects.for_actor(utility.actor).exclude(status="CANCELLED")
    return sum(run.shards.for_actor(utility.actor).filter(status="CALCULATED").count() for run in runs)


def kill_after_some_shards(utility: Utility, chance: random.Random) -> int:
    """Start the command, let it finish a few more shards, kill it in the midst, and return how many are done."""
    before = count_done(utility)
    process = start_bill_run()
    deadline = time.monotonic() + 60
    while process.poll() is None and count_done(utility) <= before and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(chance.random() * 0.03)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return count_done(utility)


def finish(utility: Utility) -> None:
    process = start_bill_run()
    _, faults = process.communicate(timeout=120)
    assert process.returncode == 0, faults.decode()


def wait_for_recovery() -> None:
    """Wait until the server that dropped everybody answers again."""
    deadline = time.monotonic() + 120
    while True:
        connection.close()
        try:
            connection.ensure_connection()
        except OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.5)
        else:
            return


def assert_bills_are_whole(utility: Utility, expected: list[tuple[int, int]]) -> None:
    assert list_drafts(utility) == expected
    assert len(expected) == HOMES
    drafts = set(BillDraft.objects.for_actor(utility.actor).values_list("id", flat=True))
    lines = {line.bill_id for line in BillDraftLine.objects.for_actor(utility.actor)}
    assert lines == drafts


def test_killed_three_times_and_resumed_gives_the_same_bills(utility: Utility) -> None:
    expected = list_expected(utility)
    chance = random.Random(20260201)  # noqa: S311 - moments of a test, not a secret

    done = [kill_after_some_shards(utility, chance) for _ in range(3)]
    finish(utility)

    assert 0 < done[0] < HOMES // SHARD_SIZE
    assert_bills_are_whole(utility, expected)


@pytest.mark.long
def test_killed_at_twenty_moments_and_resumed_gives_the_same_bills(utility: Utility) -> None:
    expected = list_expected(utility)
    chance = random.Random()  # noqa: S311 - moments of a test, not a secret

    for _ in range(20):
        kill_after_some_shards(utility, chance)
    finish(utility)

    assert_bills_are_whole(utility, expected)


@pytest.mark.long
def test_resumed_after_postgresql_was_killed_gives_the_same_bills(utility: Utility) -> None:
    expected = list_expected(utility)
    process = start_bill_run()
    deadline = time.monotonic() + 60
    while count_done(utility) == 0 and time.monotonic() < deadline:
        time.sleep(0.002)
    with connection.cursor() as cursor:
        cursor.execute(
            "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
            " and backend_type = 'client backend' order by backend_start desc"
        )
        backend = cursor.fetchone()[0]

    # A killed backend makes the server drop everybody and recover from its log, as after a crash.
    os.kill(backend, signal.SIGKILL)
    process.communicate(timeout=60)
    wait_for_recovery()
    finish(utility)

    assert process.returncode != 0
    assert_bills_are_whole(utility, expected)
