"""From frozen readings to issued bills on a real database, checked by hand-worked figures."""

from decimal import Decimal

import pytest
from tests.factories import utility as factory
from tests.factories.billed import (
    HOME,
    add_foundry,
    add_home,
    list_bills,
    run_january,
)
from tests.factories.once import built_once, fresh
from tests.factories.utility import LATER, Utility

from dianke.application import meter_to_cash
from dianke.domain.billing.models import BillRun
from dianke.domain.billing.operations.issue import UnableToIssueRun
from dianke.domain.billing.operations.runs import UnableToDecideFault, UnableToStartRun
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.queries.frozen import get_basis
from dianke.domain.billing.rules import explain
from dianke.domain.customers.types import UsageClass
from dianke.platform.audit.use_case import PermissionRefused

pytestmark = pytest.mark.django_db


_built = built_once(factory.build_utility)


@pytest.fixture
def utility(_built: Utility) -> Utility:
    return fresh(_built)


class TestIssuedBill:
    def test_of_a_two_part_foundry_agrees_with_the_sheet_to_the_fen(self, utility: Utility) -> None:
        add_foundry(utility)
        run = run_january(utility)

        meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)

        (bill,) = list_bills(utility)
        amounts = {line.code: line.amount for line in bill_queries.list_lines(actor=utility.actor, bill_id=bill.id)}
        assert amounts["basic.capacity"] == Decimal("53915.00")
        assert amounts["energy.sharp"] == Decimal("42272.96")
        assert amounts["energy.peak"] == Decimal("121868.35")
        assert amounts["energy.flat"] == Decimal("141511.41")
        assert amounts["energy.valley"] == Decimal("97291.01")
        assert amounts["power_factor"] == Decimal("-1928.61")
        assert (bill.funds_fen, bill.amount_fen) == (0, 454_930_12)

    def test_of_a_home_is_tiered_by_the_month_and_the_size_of_the_household(self, utility: Utility) -> None:
        add_home(utility, "1450")
        add_home(utility, "1450", household_size=5)
        run = run_january(utility)

        meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)

        # 450 × 0.58886875 = 264.99; tiers of January 200/400: 200 × 0.05 + 50 × 0.30; of five persons 300/500.
        assert [bill.amount_fen for bill in list_bills(utility)] == [26499 + 1000 + 1500, 26499 + 750]

    def test_computes_again_to_the_same_fen_after_everything_it_came_from_has_changed(self, utility: Utility) -> None:
        add_foundry(utility)
        add_home(utility, "1450")
        run = run_january(utility)
        meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)
        utility.points[0].installations.for_actor(utility.actor).update(multiplier=1)

        explanations = [
            explain.explain_bill(
                basis=get_basis(bill),
                lines=explain.lines_of(bill_queries.list_lines(actor=utility.actor, bill_id=bill.id)),
            )
            for bill in list_bills(utility)
        ]

        assert [e.differences for e in explanations] == [[], []]
        peak = next(line for line in explanations[0].lines if line.line.code == "energy.peak")
        assert [(step.kind, step.expression, step.result) for step in peak.steps] == [
            ("advance", "3,232.47 − 3,184.62", "47.85"),
            ("multiplier", "CT 150/5 × PT 10000/100", "3,000"),
            ("quantity", "47.85 × 3,000", "143,550"),
            ("price", "", "0.848961"),
            ("amount", "143,550 × 0.848961 = 121,868.35155", "121,868.35"),
        ]

    def test_is_as_much_as_its_lines(self, utility: Utility) -> None:
        add_foundry(utility)
        add_home(utility, "1999")
        run = run_january(utility)

        meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)

        for bill in list_bills(utility):
            lines = bill_queries.list_lines(actor=utility.actor, bill_id=bill.id)
            assert sum(line.amount for line in lines if not line.included) * 100 == bill.amount_fen


class TestRun:
    def test_cuts_points_into_shards_and_bills_each_once(self, utility: Utility) -> None:
        for number in range(7):
            add_home(utility, str(1100 + number))

        run = run_january(utility, shard_size=3)

        totals = run_queries.get_totals(actor=utility.actor, run=run)
        assert (totals.shards, totals.points, totals.bills, totals.faults) == (3, 7, 7, 0)

    def test_lists_a_point_that_cannot_be_billed_and_bills_the_others(self, utility: Utility) -> None:
        add_home(utility, "1100")
        factory.add_point(utility, start={"total": "1000"}, end={"total": "1200"}, terms=None)
        factory.add_point(
            utility, start={"total": "5"}, end={}, terms=HOME, plan=factory.GUANGZHOU,
            usage_class=UsageClass.RESIDENTIAL,
        )  # fmt: skip

        run = run_january(utility)

        faults = run_queries.list_faults(actor=utility.actor, run=run)
        assert [(fault.usage_point.code, fault.code) for fault in faults] == [
            (utility.points[1].code, "terms_missing"),
            (utility.points[2].code, "end_reading_missing"),
        ]
        assert run_queries.get_totals(actor=utility.actor, run=run).bills == 1

    def test_lists_a_point_on_a_route_that_has_no_meter(self, utility: Utility) -> None:
        add_home(utility, "1100")
        bare = factory.add_point_without_meter(utility)

        run = run_january(utility)

        faults = run_queries.list_faults(actor=utility.actor, run=run)
        assert [(fault.usage_point, fault.code) for fault in faults] == [(bare, "meter_missing")]
        assert run_queries.get_totals(actor=utility.actor, run=run).points == 2

    def test_is_refused_before_the_readings_are_frozen_and_twice(self, utility: Utility) -> None:
        add_home(utility, "1100")
        run = run_january(utility)

        with pytest.raises(UnableToStartRun):
            meter_to_cash.start_run(actor=utility.runner, cycle_code="C1", month=run.cycle_month.month, at=LATER)

        assert len(run_queries.list_runs(actor=utility.actor)) == 1

    def test_recalculates_the_shards_of_faults_after_their_cause_is_mended(self, utility: Utility) -> None:
        point = factory.add_point(utility, start={"total": "1000"}, end={"total": "1200"}, terms=None)
        run = run_january(utility)
        factory.set_terms(
            actor=utility.actor, usage_point=point, start=factory.INSTALLED,
            plan=factory.get_plan(actor=utility.actor, plan_code=factory.GUANGZHOU), **HOME,
        )  # fmt: skip

        meter_to_cash.recalculate_run(actor=utility.runner, number=run.number)
        run = meter_to_cash.calculate_run(actor=utility.runner, number=run.number)

        totals = run_queries.get_totals(actor=utility.actor, run=run)
        assert (totals.bills, totals.faults, totals.amount_fen) == (1, 0, 11777)


class TestIssue:
    def test_is_refused_to_whoever_ran_it(self, utility: Utility) -> None:
        add_home(utility, "1100")
        run = run_january(utility)
        both = factory.add_clerk(utility.root, "both", ["billing.issue"])
        runner_who_may_issue = type(both)(
            login=utility.runner.login, name=utility.runner.name, grants=both.grants | utility.runner.grants
        )

        with pytest.raises(UnableToIssueRun, match="second_person"):
            meter_to_cash.issue_run(actor=runner_who_may_issue, number=run.number, at=LATER)

        assert list_bills(utility) == []

    def test_is_refused_without_the_right(self, utility: Utility) -> None:
        add_home(utility, "1100")
        run = run_january(utility)

        with pytest.raises(PermissionRefused):
            meter_to_cash.issue_run(actor=utility.runner, number=run.number, at=LATER)

        assert list_bills(utility) == []

    def test_waits_until_every_fault_is_decided_with_a_reason(self, utility: Utility) -> None:
        add_home(utility, "1100")
        factory.add_point(utility, start={"total": "1000"}, end={"total": "1200"}, terms=None)
        run = run_january(utility)

        with pytest.raises(UnableToIssueRun, match="faults_decided"):
            meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)
        with pytest.raises(UnableToDecideFault):
            meter_to_cash.defer_faults(actor=utility.issuer, number=run.number, code="terms_missing", reason=" ")
        meter_to_cash.defer_faults(actor=utility.issuer, number=run.number, code="terms_missing", reason="下月补录")
        run = meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)

        assert run.status == "ISSUED"
        assert len(list_bills(utility)) == 1

    def test_twice_makes_no_bill_twice(self, utility: Utility) -> None:
        add_home(utility, "1100")
        run = run_january(utility)
        meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)

        with pytest.raises(UnableToIssueRun):
            meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)

        assert len(list_bills(utility)) == 1

    def test_of_another_units_run_finds_nothing(self, utility: Utility) -> None:
        add_home(utility, "1100")
        run = run_january(utility)
        branch = factory.org.add_unit(code="9", name="外所", kind=factory.UnitKind.STATION, parent=utility.root)
        outsider = factory.add_clerk(branch, "outsider", ["billing.issue", "billing.view"])

        with pytest.raises(BillRun.DoesNotExist):
            meter_to_cash.issue_run(actor=outsider, number=run.number, at=LATER)

        assert list_bills(utility) == []
