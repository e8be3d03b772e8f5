"""One bill is held back so that the others can be issued, and comes in by a supplementary run."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from tests.factories.months import exempt_everything, list_bills_of
from tests.factories.utility import LATER, Utility, add_point, build_utility, freeze_january

from dianke.application import final_bills, meter_to_cash
from dianke.domain.billing.models import BillRun, BillRunFault
from dianke.domain.billing.operations.runs import UnableToHoldBack
from dianke.domain.billing.queries import finals as final_queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.queries.replay import replay_run
from dianke.domain.billing.types import RunKind, RunStatus
from dianke.kernel.clock import SHANGHAI

pytestmark = pytest.mark.django_db

TRADE = {"structure": "SINGLE", "price_voltage": "1-10(20)kV", "time_of_use": False}
LATER_STILL = datetime(2026, 2, 3, 9, tzinfo=SHANGHAI)


@pytest.fixture
def utility() -> Utility:
    """Two trades; the second used more than its transformer of 10 kVA can carry."""
    built = build_utility()
    add_point(built, start={"total": "0"}, end={"total": "100"}, terms=TRADE)
    add_point(built, start={"total": "0"}, end={"total": "20000"}, terms=TRADE, kva="10")
    freeze_january(built)
    return built


def calculate(utility: Utility) -> BillRun:
    """Return the calculated run of January, whose second bill asks for a correction."""
    run = meter_to_cash.start_run(actor=utility.runner, cycle_code="C1", month=date(2026, 1, 1), at=LATER)
    run = meter_to_cash.calculate_run(actor=utility.runner, number=run.number)
    meter_to_cash.ask_correction(
        actor=utility.runner, number=run.number, code="use_over_capacity", reason="核对倍率", at=LATER
    )
    return run


def hold(utility: Utility, run: BillRun) -> BillRun:
    """Return the run, calculated without what was held back."""
    meter_to_cash.hold_back(actor=utility.runner, number=run.number)
    return meter_to_cash.calculate_run(actor=utility.runner, number=run.number)


class TestHoldingBack:
    """扣留."""

    def test_the_others_are_issued_and_the_board_says_why_one_is_not(self, utility: Utility) -> None:
        run = hold(utility, calculate(utility))

        run = meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)

        first, second = utility.points
        totals = run_queries.get_totals(actor=utility.actor, run=run)
        (group,) = run_queries.list_fault_groups(actor=utility.actor, run=run)
        assert run.status == RunStatus.ISSUED.value
        assert (len(list_bills_of(utility, first)), len(list_bills_of(utility, second))) == (1, 0)
        assert (totals.bills, totals.faults, totals.faults_open) == (1, 1, 0)
        assert (group.code, group.count, group.open, group.reason) == ("held_back", 1, 0, "核对倍率")
        assert final_queries.count_held_back(actor=utility.actor, run=run) == [("核对倍率", 1)]
        assert replay_run(actor=utility.actor, run=run).differing_bills == 0

    def test_it_comes_in_by_a_supplementary_run_with_the_same_two_people(self, utility: Utility) -> None:
        run = hold(utility, calculate(utility))
        meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)

        later = final_bills.start_supplement(actor=utility.runner, number=run.number, at=LATER_STILL)
        later = meter_to_cash.calculate_run(actor=utility.runner, number=later.number)
        exempt_everything(actor=utility.runner, run=later)
        meter_to_cash.issue_run(actor=utility.issuer, number=later.number, at=LATER_STILL)

        (bill,) = list_bills_of(utility, utility.points[1])
        assert (later.kind, later.parent_id) == (RunKind.SUPPLEMENTARY.value, run.pk)
        assert (bill.run_id, bill.energy_kwh_e2) == (later.pk, 2_000_000)
        assert Decimal(bill.amount_fen) == Decimal(1_431_372)  # 20000 x 0.715686
        assert replay_run(actor=utility.actor, run=later).differing_bills == 0
        assert final_queries.list_left_points(run=run) == []

    def test_nothing_is_held_back_where_no_correction_is_asked_for(self, utility: Utility) -> None:
        run = meter_to_cash.start_run(actor=utility.runner, cycle_code="C1", month=date(2026, 1, 1), at=LATER)
        meter_to_cash.calculate_run(actor=utility.runner, number=run.number)

        with pytest.raises(UnableToHoldBack, match="no correction is asked for"):
            meter_to_cash.hold_back(actor=utility.runner, number=run.number)

        assert not BillRunFault.objects.for_actor(utility.actor).exists()
