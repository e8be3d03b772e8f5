"""A run is paused and goes on where it stood; a cancelled one comes to its end."""

from collections.abc import Callable

import pytest
from tests.factories import utility as factory
from tests.factories.once import built_once, fresh
from tests.factories.utility import LATER, Utility
from tests.module.billing.test_workers_at_once import HOMES, SHARDS, build, list_attempts, list_drafts

from dianke.application import meter_to_cash
from dianke.domain.billing.models import BillRun
from dianke.domain.billing.operations.runs import UnableToPauseRun, UnableToRecalculateRun
from dianke.domain.billing.queries import runs as run_queries
from dianke.platform.audit.models import UseCaseRecord

pytestmark = pytest.mark.django_db

_built = built_once(build)


@pytest.fixture
def utility(_built: Utility) -> Utility:
    return fresh(_built)


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


class TestCancelledWhileAtWork:
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
