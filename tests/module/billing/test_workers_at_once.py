"""Two workers on one run share its shards, and one that is cancelled meanwhile leaves nothing."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from tests.factories import utility as factory
from tests.factories.billed import add_home
from tests.factories.utility import LATER, Utility

from dianke.application import meter_to_cash
from dianke.domain.billing.models import BillDraft, BillDraftLine, BillRun
from dianke.domain.billing.operations import calculation
from dianke.domain.billing.queries import runs as run_queries

pytestmark = pytest.mark.django_db(transaction=True)

HOMES = 16
SHARDS = 8


def build() -> Utility:
    """Return a utility whose homes were read for January."""
    with transaction.atomic():
        built = factory.build_utility()
        for number in range(HOMES):
            add_home(built, str(1100 + number * 7))
        factory.freeze_january(built)
    return built


@pytest.fixture
def utility() -> Utility:
    return build()


@pytest.fixture
def run(utility: Utility) -> BillRun:
    return meter_to_cash.start_run(
        actor=utility.runner, cycle_code="C1", month=factory.JANUARY, at=LATER, shard_size=HOMES // SHARDS
    )


def list_attempts(utility: Utility, run: BillRun) -> list[int]:
    return list(run.shards.for_actor(utility.actor).order_by("number").values_list("attempts", flat=True))


def list_drafts(utility: Utility) -> list[tuple[int, int]]:
    drafts = BillDraft.objects.for_actor(utility.actor).order_by("usage_point_id", "id")
    return list(drafts.values_list("usage_point_id", "amount_fen"))


class TestTwoWorkers:
    def test_share_the_shards_of_a_run_and_calculate_each_once(self, utility: Utility, run: BillRun) -> None:
        found = work_at_once(utility, run)

        assert sorted(found)[0] == "CALCULATED"
        assert list_attempts(utility, run) == [1] * SHARDS
        assert len(list_drafts(utility)) == len({point for point, _fen in list_drafts(utility)}) == HOMES
        lines = BillDraftLine.objects.for_actor(utility.actor).order_by("id")
        assert len({line.bill_id for line in lines}) == HOMES

    def test_make_the_bills_that_one_makes(self, utility: Utility, run: BillRun) -> None:
        work_at_once(utility, run)
        together = list_drafts(utility)
        meter_to_cash.cancel_run(actor=utility.runner, number=run.number, reason="the same by one worker")
        again = meter_to_cash.start_run(actor=utility.runner, cycle_code="C1", month=factory.JANUARY, at=LATER)

        meter_to_cash.calculate_run(actor=utility.runner, number=again.number)

        assert list_drafts(utility) == together

    def test_leave_a_shard_alone_that_another_is_at(self, utility: Utility, run: BillRun) -> None:
        shard = run.shards.for_actor(utility.actor).order_by("number").first()

        with transaction.atomic():
            run.shards.for_actor(utility.actor).select_for_update(of=("self",)).get(pk=shard.pk)
            [found] = in_threads(lambda: meter_to_cash.calculate_run(actor=utility.runner, number=run.number).status)

        assert found == "CALCULATING"
        assert list_attempts(utility, run) == [0] + [1] * (SHARDS - 1)


class TestCancelledWhileAtWork:
    def test_waits_for_the_shard_at_work_and_leaves_no_draft_of_it(self, utility: Utility, run: BillRun) -> None:
        ended = []

        def cancel() -> str:
            meter_to_cash.cancel_run(actor=utility.runner, number=run.number, reason="重来")
            ended.append(list_drafts(utility))
            return run_queries.get_run(actor=utility.actor, number=run.number).status

        with transaction.atomic():
            made = calculation.calculate_shard(actor=utility.runner, run=run, shard_number=1)
            found = start_thread(cancel)
            wait_until_somebody_waits_for_a_lock()
            before = list(ended)
        status = found()

        assert made == HOMES // SHARDS
        assert (before, ended, status) == ([], [[]], "CANCELLED")
        assert list_drafts(utility) == []
        assert BillDraftLine.objects.for_actor(utility.actor).count() == 0

    def test_a_worker_that_read_the_run_before_calculates_nothing_more(self, utility: Utility, run: BillRun) -> None:
        read_before = run_queries.get_run(actor=utility.actor, number=run.number)
        start_thread(lambda: str(meter_to_cash.cancel_run(actor=utility.runner, number=run.number, reason="重来")))()

        with pytest.raises(calculation.UnableToCalculateShard, match="CANCELLED"), transaction.atomic():
            calculation.calculate_shard(actor=utility.runner, run=read_before, shard_number=1)

        assert list_drafts(utility) == []


def wait_until_somebody_waits_for_a_lock() -> None:
    """Return once a connection of this database waits for a lock of another."""
    until = time.monotonic() + 20
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            # Within a transaction the view stands still otherwise.
            cursor.execute("select pg_stat_clear_snapshot()")
            cursor.execute(
                "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    pytest.fail("nobody waits for a lock")


def work_at_once(utility: Utility, run: BillRun) -> list[str]:
    """Let two workers calculate the run together and return what each found it to be at its end."""
    gate = threading.Barrier(2)

    def work() -> str:
        gate.wait()
        return meter_to_cash.calculate_run(actor=utility.runner, number=run.number).status

    return in_threads(work, work)


def in_threads(*acts: Callable[[], str]) -> list[str]:
    """Return what acts answer, each on a connection of its own."""
    return [answer() for answer in [start_thread(act) for act in acts]]


def start_thread(act: Callable[[], str]) -> Callable[[], str]:
    """Start an act on a connection of its own and return what waits for its answer."""
    found: list[str] = []

    def carry_out() -> None:
        try:
            found.append(act())
        finally:
            connection.close()

    thread = threading.Thread(target=carry_out)
    thread.start()

    def wait() -> str:
        thread.join()
        return found[0]

    return wait
