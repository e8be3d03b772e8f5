"""A run is paused and goes on where it stood; two workers on one run share its shards."""

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
from dianke.domain.billing.operations.runs import UnableToPauseRun, UnableToRecalculateRun
from dianke.domain.billing.queries import runs as run_queries
from dianke.platform.audit.models import UseCaseRecord

pytestmark = pytest.mark.django_db(transaction=True)

HOMES = 16
SHARDS = 8


@pytest.fixture
def utility() -> Utility:
    with transaction.atomic():
        built = factory.build_utility()
        for number in range(HOMES):
            add_home(built, str(1100 + number * 7))
        factory.freeze_january(built)
    return built


@pytest.fixture
def run(utility: Utility) -> BillRun:
    return meter_to_cash.start_run(
        actor=utility.runner, cycle_code="C1", month=factory.JANUARY, at=LATER, shard_size=HOMES // SHARDS
    )


def pause_before_shard(utility: Utility, run: BillRun, shard: int) -> Callable[[int, int], None]:
    """Return a progress that lets somebody pause the run before one of its shards begins."""

    def progress(done: int, _total: int) -> None:
        if done == shard:
            meter_to_cash.pause_run(actor=utility.runner, number=run.number)

    return progress


def list_attempts(utility: Utility, run: BillRun) -> list[int]:
    return list(run.shards.for_actor(utility.actor).order_by("number").values_list("attempts", flat=True))


def list_drafts(utility: Utility) -> list[tuple[int, int]]:
    drafts = BillDraft.objects.for_actor(utility.actor).order_by("usage_point_id", "id")
    return list(drafts.values_list("usage_point_id", "amount_fen"))


class TestPause:
    def test_lets_the_worker_stop_before_the_next_shard(self, utility: Utility, run: BillRun) -> None:
        found = meter_to_cash.calculate_run(
            actor=utility.runner, number=run.number, progress=pause_before_shard(utility, run, 3)
        )

        assert found.status == "PAUSED"
        assert list_attempts(utility, run) == [1, 1, 1, 0, 0, 0, 0, 0]
        assert len(list_drafts(utility)) == 6

    def test_holds_against_a_worker_that_comes_later(self, utility: Utility, run: BillRun) -> None:
        meter_to_cash.pause_run(actor=utility.runner, number=run.number)

        found = meter_to_cash.calculate_run(actor=utility.runner, number=run.number)

        assert found.status == "PAUSED"
        assert list_attempts(utility, run) == [0] * SHARDS

    def test_resumed_calculates_what_is_left_and_nothing_twice(self, utility: Utility, run: BillRun) -> None:
        meter_to_cash.calculate_run(
            actor=utility.runner, number=run.number, progress=pause_before_shard(utility, run, 3)
        )
        before = list_drafts(utility)

        meter_to_cash.resume_run(actor=utility.runner, number=run.number)
        found = meter_to_cash.calculate_run(actor=utility.runner, number=run.number)

        assert found.status == "CALCULATED"
        assert list_attempts(utility, run) == [1] * SHARDS
        assert list_drafts(utility)[: len(before)] == before
        assert len(list_drafts(utility)) == HOMES

    def test_stands_in_the_trail_with_who_paused_and_who_resumed(self, utility: Utility, run: BillRun) -> None:
        meter_to_cash.pause_run(actor=utility.runner, number=run.number)
        meter_to_cash.resume_run(actor=utility.runner, number=run.number)

        records = UseCaseRecord.objects.for_actor(utility.actor).filter(use_case__endswith="_run").order_by("-id")[:2]

        assert [(record.use_case, record.actor_login, record.facts["number"]) for record in records] == [
            ("meter_to_cash.run_bills.resume_run", "runner", run.number),
            ("meter_to_cash.run_bills.pause_run", "runner", run.number),
        ]

    def test_is_refused_once_everything_is_calculated(self, utility: Utility, run: BillRun) -> None:
        meter_to_cash.calculate_run(actor=utility.runner, number=run.number)

        with pytest.raises(UnableToPauseRun, match="only a run that is being calculated can be paused"):
            meter_to_cash.pause_run(actor=utility.runner, number=run.number)

        assert run_queries.get_run(actor=utility.actor, number=run.number).status == "CALCULATED"

    def test_cannot_be_ended_twice(self, utility: Utility, run: BillRun) -> None:
        with pytest.raises(UnableToPauseRun, match="the run is not paused"):
            meter_to_cash.resume_run(actor=utility.runner, number=run.number)

        assert run_queries.get_run(actor=utility.actor, number=run.number).status == "CALCULATING"

    def test_does_not_end_by_calculating_faults_again(self, utility: Utility, run: BillRun) -> None:
        meter_to_cash.pause_run(actor=utility.runner, number=run.number)

        with pytest.raises(UnableToRecalculateRun, match="it is paused; let it go on first"):
            meter_to_cash.recalculate_run(actor=utility.runner, number=run.number)

        assert run_queries.get_run(actor=utility.actor, number=run.number).status == "PAUSED"

    def test_leaves_the_run_to_be_cancelled(self, utility: Utility, run: BillRun) -> None:
        meter_to_cash.calculate_run(
            actor=utility.runner, number=run.number, progress=pause_before_shard(utility, run, 3)
        )

        meter_to_cash.cancel_run(actor=utility.runner, number=run.number, reason="重来")

        assert list_drafts(utility) == []


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

    def test_lets_the_worker_end_its_job(self, utility: Utility, run: BillRun) -> None:
        def cancel_before_shard(done: int, _total: int) -> None:
            if done == 3:
                meter_to_cash.cancel_run(actor=utility.runner, number=run.number, reason="重来")

        found = meter_to_cash.calculate_run(actor=utility.runner, number=run.number, progress=cancel_before_shard)

        assert found.status == "CANCELLED"
        assert list_drafts(utility) == []

    def test_is_not_calculated_again(self, utility: Utility, run: BillRun) -> None:
        meter_to_cash.cancel_run(actor=utility.runner, number=run.number, reason="重来")

        with pytest.raises(UnableToRecalculateRun, match="it is cancelled"):
            meter_to_cash.recalculate_run(actor=utility.runner, number=run.number)


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
