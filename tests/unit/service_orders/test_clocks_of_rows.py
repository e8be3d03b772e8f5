"""The clocks of an order's rows agree with the hand-made tables that `dianke clock order` is held against."""

from datetime import date, datetime

import pytest

from dianke.domain.service_orders.models import OrderPause, OrderStep, ServiceOrder
from dianke.domain.service_orders.operations.due_times import set_due
from dianke.domain.service_orders.queries.clocks import read_clocks
from dianke.domain.service_orders.rules.promise_choice import choose_promise_set, list_house_choices, read_choices
from dianke.domain.service_orders.rules.rule_sets import OrderRulesUnreadable
from dianke.kernel.clock import SHANGHAI, parse_instant, to_shanghai


def order_of(kind: str, accepted: str, *, ended: str = "", result: str = "") -> ServiceOrder:
    return ServiceOrder(
        kind=kind, promise_set="SLA-SG2023", accepted_at=parse_instant(accepted), effective_on=date(2024, 5, 31),
        ended_at=parse_instant(ended) if ended else None, result=result,
    )  # fmt: skip


def step_of(code: str, started: str, ended: str = "") -> OrderStep:
    return OrderStep(step=code, started_at=parse_instant(started), ended_at=parse_instant(ended) if ended else None)


def pause_of(reason: str, started: str, ended: str = "") -> OrderPause:
    return OrderPause(
        reason=reason, evidence="paper 1", started_at=parse_instant(started),
        ended_at=parse_instant(ended) if ended else None,
    )  # fmt: skip


def due(order: ServiceOrder, now: str, steps: list[OrderStep] | None = None, pauses: list[OrderPause] | None = None):
    set_due(order=order, steps=steps or [], pauses=pauses or [], now=parse_instant(now))
    return to_shanghai(order.due_at).isoformat()[:16] if order.due_at else None


class TestHandTables:
    def test_spring_festival_and_the_make_up_sunday(self):
        order = order_of("SUPPLY_HIGH_SINGLE", "2024-02-05T10:00")

        # The whole takes 22 working days; SLA-SG2023 promises no plan.
        assert due(order, "2024-02-05T11:00") == "2024-03-12T18:00"

    def test_make_up_saturday(self):
        assert due(order_of("SUPPLY_LOW", "2025-02-07T10:00"), "2025-02-07T10:00") == "2025-02-14T18:00"

    def test_step_of_the_customer_is_taken_out(self):
        steps = [step_of("design", "2024-05-08T09:00", "2024-05-13T10:00")]

        found = due(order_of("SUPPLY_HIGH_SINGLE", "2024-05-04T10:00"), "2024-05-20T10:00", steps)

        assert found == "2024-06-11T18:00"

    def test_step_of_the_customer_and_its_pause_count_once(self):
        steps = [step_of("design", "2024-05-08T09:00", "2024-05-13T10:00")]
        pauses = [pause_of("CUSTOMER_DESIGN", "2024-05-08T09:00", "2024-05-13T10:00")]

        found = due(order_of("SUPPLY_HIGH_SINGLE", "2024-05-04T10:00"), "2024-05-20T10:00", steps, pauses)

        assert found == "2024-06-11T18:00"

    def test_pause_over_the_week_end_costs_nothing(self):
        pauses = [pause_of("CUSTOMER_PAPERS", "2024-05-17T18:00", "2024-05-20T00:00")]

        assert due(order_of("SUPPLY_LOW", "2024-05-16T10:00"), "2024-05-20T10:00", [], pauses) == "2024-05-24T18:00"

    def test_nothing_is_due_while_everything_stands(self):
        pauses = [pause_of("CUSTOMER_PAYMENT", "2024-05-17T10:00")]

        assert due(order_of("SUPPLY_LOW", "2024-05-16T10:00"), "2024-05-20T10:00", [], pauses) is None

    def test_amber_begins_at_four_of_six_days(self):
        order = order_of("SUPPLY_LOW", "2024-05-16T10:00")
        set_due(order=order, steps=[], pauses=[], now=parse_instant("2024-05-16T10:00"))

        assert order.amber_at == datetime(2024, 5, 22, 18, tzinfo=SHANGHAI)

    @pytest.mark.parametrize(
        ("ended", "result", "state"),
        [
            ("2024-05-24T18:00", "ARCHIVED", "KEPT"),
            ("2024-05-24T18:01", "ARCHIVED", "BROKEN"),
            ("2024-05-20T10:00", "CANCELLED", "VOID"),
        ],
    )
    def test_end_is_kept_broken_or_void(self, ended: str, result: str, state: str):
        order = order_of("SUPPLY_LOW", "2024-05-16T10:00", ended=ended, result=result)
        readings = read_clocks(order=order, steps=[], pauses=[], now=parse_instant("2024-06-30T00:00"))

        assert [one.state for one in readings if not one.step] == [state]


class TestStepClocks:
    def test_waiting_step_has_its_own_due_time(self):
        order = order_of("SUPPLY_LOW", "2024-05-06T10:00")
        order.promise_set = "SLA-SG2011"
        answer = step_of("answer_plan", "2024-05-07T09:00", "2024-05-08T09:00")
        meter = step_of("install_meter", "2024-05-13T09:00")

        changed, _ended = set_due(order=order, steps=[answer, meter], pauses=[], now=parse_instant("2024-05-13T09:00"))

        # Five working days from 14 May; the set promises no whole, so the step comes before the day agreed.
        assert changed == [meter]
        assert to_shanghai(meter.due_at).isoformat()[:16] == "2024-05-20T18:00"
        assert order.due_at == meter.due_at

    def test_answer_with_the_plan_is_due_until_it_is_given(self):
        order = order_of("SUPPLY_LOW", "2024-05-06T10:00")
        order.promise_set = "SLA-SG2011"

        # Seven working days from 7 May; Saturday 11 is worked.
        assert due(order, "2024-05-06T10:00") == "2024-05-14T18:00"

    def test_step_that_took_no_time_contradicts_nothing(self):
        steps = [step_of("accept", "2024-05-16T10:00", "2024-05-16T10:00"), step_of("survey", "2024-05-16T10:00")]

        assert due(order_of("SUPPLY_LOW", "2024-05-16T10:00"), "2024-05-16T10:00", steps) == "2024-05-24T18:00"

    def test_step_that_is_entered_again_has_another_clock(self):
        order = order_of("SUPPLY_LOW", "2024-05-06T10:00")
        order.promise_set = "SLA-SG2011"
        steps = [
            step_of("install_meter", "2024-05-07T09:00", "2024-05-08T09:00"),
            step_of("install_meter", "2024-05-08T09:00", "2024-05-20T09:00"),
        ]

        readings = read_clocks(order=order, steps=steps, pauses=[], now=parse_instant("2024-05-21T00:00"))

        assert [one.state for one in readings if one.step == "install_meter"] == ["KEPT", "BROKEN"]


class TestChoice:
    def test_follows_the_day_of_acceptance(self):
        chosen = [
            choose_promise_set(list_house_choices(), accepted_on=day)
            for day in (date(1996, 10, 8), date(2010, 1, 1), date(2022, 12, 31), date(2026, 1, 5))
        ]

        assert chosen == ["SLA-SEED", "SLA-2009", "SLA-SG2011", "SLA-SG2023"]

    def test_row_of_the_utility_wins_on_its_day(self):
        own = read_choices('schema = "order-promises/v1"\n[[row]]\nsince = 2023-01-01\nset = "SLA-CSG"\n')

        assert choose_promise_set([*list_house_choices(), *own], accepted_on=date(2024, 1, 1)) == "SLA-CSG"

    @pytest.mark.parametrize(
        "text",
        [
            'schema = "other"\n[[row]]\nsince = 2023-01-01\nset = "SLA-CSG"',
            'schema = "order-promises/v1"\n[[row]]\nsince = 2023-01-01\nset = "SLA-NONE"',
            'schema = "order-promises/v1"\n[[row]]\nsince = "2023"\nset = "SLA-CSG"',
            'schema = "order-promises/v1"\n[[row]]\nset = "SLA-CSG"',
            'schema = "order-promises/v1"\n' + '[[row]]\nsince = 2023-01-01\nset = "SLA-CSG"\n' * 2,
            "schema =",
        ],
    )
    def test_faulty_file_is_refused(self, text: str):
        with pytest.raises(OrderRulesUnreadable):
            read_choices(text)

    def test_day_before_every_row_is_refused(self):
        with pytest.raises(OrderRulesUnreadable):
            choose_promise_set(list_house_choices(), accepted_on=date(1990, 1, 1))
