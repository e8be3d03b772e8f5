"""A process on its way: steps, parallel work, rework, sending back, hanging, cancelling, versions, the kept text."""

import statistics
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.processes.samples import END, START, chain, make_library, step, way, write_file

from dianke.domain.service_orders.processes import library as product_library
from dianke.platform.processes import running
from dianke.platform.processes.conditions import MissingFact, UnfitFact
from dianke.platform.processes.library import ChangedProcess, UnknownProcess
from dianke.platform.processes.running import (
    NotBeforeStep,
    ProcessNotRunning,
    RunningProcess,
    StepNotReady,
    UnknownOutcome,
)
from dianke.platform.processes.types import RunStatus

FACTS = {"has_fees": True, "needs_design_review": True, "needs_mid_inspection": True, "needs_meeting": False}
LIBRARY = make_library(
    write_file(
        START + step("survey") + '<parallelGateway id="ask"/>' + step("grid", "AGREED OBJECTED") + step("dispatch")
        + '<parallelGateway id="all"/>' + '<exclusiveGateway id="fork" default="fork_answer"/>' + step("answer") + END,
        chain("start", "survey", "ask", "grid", "all", "fork", "answer", "end")
        + chain("ask", "dispatch", "all")
        + way("fork", "survey", 'outcome_of_grid == "OBJECTED"'),
        process="plan_v1", attributes='dk:part="true"',
    ),
    write_file(
        START + step("accept") + '<callActivity id="plan" name="a" dk:name_en="b" calledElement="plan_v1"/>'
        + step("archive") + END,
        chain("start", "accept", "plan", "archive", "end"),
        process="order_v1",
    ),
    write_file(START + step("accept") + END, chain("start", "accept", "end"), process="order_v2"),
)  # fmt: skip


def begin() -> RunningProcess:
    """Return an order that has just been accepted."""
    order = running.start(LIBRARY, "order_v1", facts={})
    do(order, "accept")
    return order


def serial_of(order: RunningProcess, name: str) -> int:
    """Return the arrival at a step that waits."""
    return next(one.serial for one in order.ready_steps() if one.step.id == name)


def do(order: RunningProcess, *names: str, outcome: str = "") -> None:
    """Complete steps one after another."""
    for name in names:
        order.complete(serial=serial_of(order, name), outcome=outcome, facts=FACTS)


def waiting(order: RunningProcess) -> list[str]:
    """Return the steps that may be done now."""
    return [one.step.id for one in order.ready_steps()]


class TestSteps:
    def test_order_goes_through_its_part_to_its_end(self) -> None:
        order = begin()

        do(order, "survey", "grid", "dispatch", "answer", "archive")

        assert order.status is RunStatus.DONE
        assert order.ready_steps() == []

    def test_parallel_steps_wait_for_each_other_in_any_order(self) -> None:
        order = begin()
        do(order, "survey")
        assert waiting(order) == ["grid", "dispatch"]

        do(order, "dispatch")
        assert waiting(order) == ["grid"]

        do(order, "grid")
        assert waiting(order) == ["answer"]

    def test_objection_of_one_who_signed_first_still_counts(self) -> None:
        order = begin()
        do(order, "survey")

        do(order, "grid", outcome="OBJECTED")
        do(order, "dispatch")

        assert waiting(order) == ["survey"]

    def test_every_round_of_parallel_work_waits_for_all(self) -> None:
        order = begin()

        for _ in range(4):
            do(order, "survey")
            do(order, "grid", outcome="OBJECTED")
            assert waiting(order) == ["dispatch"]
            do(order, "dispatch")

        assert waiting(order) == ["survey"]

    def test_completing_tells_what_became_ready(self) -> None:
        order = begin()

        found = order.complete(serial=serial_of(order, "survey"), facts={})

        assert [one.path for one in found] == [("plan", "grid"), ("plan", "dispatch")]

    def test_second_of_two_persons_is_refused_and_nothing_changes(self) -> None:
        order = begin()
        serial = serial_of(order, "survey")
        do(order, "survey")
        before = order.save()

        with pytest.raises(StepNotReady):
            order.complete(serial=serial, facts={})

        assert order.save() == before

    def test_arrival_before_a_rework_is_not_the_one_after_it(self) -> None:
        order = begin()
        first = serial_of(order, "survey")
        do(order, "survey")
        do(order, "grid", outcome="OBJECTED")
        do(order, "dispatch")

        with pytest.raises(StepNotReady):
            order.complete(serial=first, facts={})

    def test_outcome_that_a_step_does_not_have_is_refused(self) -> None:
        order = begin()

        with pytest.raises(UnknownOutcome):
            order.complete(serial=serial_of(order, "survey"), outcome="REWORK", facts={})

    def test_declared_fact_must_be_given_before_anything_is_done(self) -> None:
        order = running.start(product_library(), "supply_high_single_v1", facts=FACTS)
        before = order.save()

        with pytest.raises(MissingFact):
            order.complete(serial=1, facts={})
        with pytest.raises(UnfitFact):
            order.complete(serial=1, facts={**FACTS, "has_fees": "yes"})

        assert order.save() == before


class TestSendingBack:
    def test_goes_back_into_the_part_and_undoes_the_other_branch(self) -> None:
        order = begin()
        do(order, "survey", "dispatch")

        order.send_back(serial=serial_of(order, "grid"), to_path=("plan", "survey"), facts={})

        assert waiting(order) == ["survey"]
        do(order, "survey")
        assert waiting(order) == ["grid", "dispatch"]

    def test_goes_back_into_a_part_that_was_finished(self) -> None:
        order = begin()
        do(order, "survey", "dispatch", "grid", "answer")

        order.send_back(serial=serial_of(order, "archive"), to_path=("plan", "answer"), facts={})
        order = running.load(LIBRARY, order.save())

        assert waiting(order) == ["answer"]
        do(order, "answer", "archive")
        assert order.status is RunStatus.DONE

    def test_lists_where_it_may_go_nearest_first(self) -> None:
        order = begin()
        do(order, "survey", "dispatch", "grid", "answer")

        found = order.steps_before(serial=serial_of(order, "archive"))

        assert found == [("plan", "answer"), ("plan", "grid"), ("plan", "survey"), ("accept",)]

    def test_never_goes_to_what_was_not_done_on_the_way(self) -> None:
        order = begin()
        do(order, "survey", "dispatch")
        before = order.save()

        with pytest.raises(NotBeforeStep):
            order.send_back(serial=serial_of(order, "grid"), to_path=("plan", "dispatch"), facts={})

        assert order.save() == before


class TestHangingAndCancelling:
    def test_nothing_is_done_while_it_hangs_and_it_goes_on_where_it_was(self) -> None:
        order = begin()
        serial = serial_of(order, "survey")
        order.hang()
        order = running.load(LIBRARY, order.save())

        assert order.ready_steps() == []
        assert [one.step.id for one in order.waiting_steps()] == ["survey"]
        with pytest.raises(ProcessNotRunning):
            order.complete(serial=serial, facts={})

        order.resume()
        order.complete(serial=serial, facts={})
        assert waiting(order) == ["grid", "dispatch"]

    def test_nothing_is_done_after_cancelling(self) -> None:
        order = begin()
        serial = serial_of(order, "survey")
        order.cancel()
        order = running.load(LIBRARY, order.save())

        for act in (order.cancel, order.hang, order.resume):
            with pytest.raises(ProcessNotRunning):
                act()
        with pytest.raises(ProcessNotRunning):
            order.complete(serial=serial, facts={})
        assert order.status is RunStatus.CANCELLED

    def test_hung_order_can_be_cancelled(self) -> None:
        order = begin()
        order.hang()

        order.cancel()

        assert order.status is RunStatus.CANCELLED


class TestVersions:
    def test_running_order_stays_on_its_version_though_a_newer_one_is_there(self) -> None:
        order = running.load(LIBRARY, begin().save())

        do(order, "survey", "grid", "dispatch")

        assert LIBRARY.newest("order").version == 2
        assert (order.process.version, waiting(order)) == (1, ["answer"])

    def test_text_of_a_version_that_is_not_what_it_was_is_refused(self) -> None:
        text = begin().save()
        changed = write_file(START + step("accept") + END, chain("start", "accept", "end"), process="order_v1")

        with pytest.raises(ChangedProcess):
            running.load(make_library(changed), text)
        with pytest.raises(UnknownProcess):
            running.load(make_library(), text)


ORDERS = sorted(process.id for process in product_library().processes.values() if not process.is_part)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_keeping_and_loading_at_every_step_changes_nothing(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(ORDERS))
    facts = {fact: data.draw(st.booleans()) for fact in FACTS}
    held = running.start(product_library(), name, facts=facts)
    for _ in range(40):
        steps = held.ready_steps()
        if not steps:
            break
        chosen = data.draw(st.sampled_from(steps))
        outcome = data.draw(st.sampled_from(chosen.step.outcomes))
        loaded = running.load(product_library(), held.save())
        before = loaded.steps_before(serial=chosen.serial)
        if before and data.draw(st.integers(0, 9)) == 0:
            to_path = data.draw(st.sampled_from(before))
            held.send_back(serial=chosen.serial, to_path=to_path, facts=facts)
            loaded.send_back(serial=chosen.serial, to_path=to_path, facts=facts)
        else:
            held.complete(serial=chosen.serial, outcome=outcome, facts=facts)
            loaded.complete(serial=chosen.serial, outcome=outcome, facts=facts)
        # Work never comes twice: no two arrivals at one step wait at a time.
        assert len({one.path for one in held.ready_steps()}) == len(held.ready_steps())
        assert loaded.ready_steps() == held.ready_steps()
        assert loaded.save() == held.save()


def test_prints_what_a_step_takes_and_how_long_its_text_is(capsys: pytest.CaptureFixture[str]) -> None:
    library, texts, taken_ms = product_library(), [], []
    order = running.start(library, "supply_high_single_v1", facts=FACTS)
    while order.ready_steps():
        text, begun = order.save(), time.perf_counter()
        order = running.load(library, text)
        order.complete(serial=order.ready_steps()[0].serial, facts=FACTS)
        texts.append(order.save())
        taken_ms.append((time.perf_counter() - begun) * 1000)

    with capsys.disabled():
        print(  # noqa: T201
            f"\n{len(texts)} steps, load + step + save: median {statistics.median(taken_ms):.2f} ms,"
            f" longest {max(taken_ms):.2f} ms; text {len(texts[11])} bytes after 12 steps, {len(texts[-1])} at the end"
        )
    assert order.status is RunStatus.DONE
