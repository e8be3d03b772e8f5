"""Months that are read and billed several times: the stages add up to the month to the fen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import pytest
from tests.factories.months import exempt_everything
from tests.factories.utility import CLOSING, HUBEI, LATER, OPENING, Utility, add_clerk, add_point, build_utility

from dianke.application import final_bills, meter_to_cash
from dianke.domain.billing.models import Bill, BillLine, BillRun
from dianke.domain.billing.operations.runs import UnableToStartRun
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries.correcting import UnableToCorrect, recompute, take_back
from dianke.domain.billing.queries.frozen import explain_issued, get_basis
from dianke.domain.billing.queries.replay import replay_run
from dianke.domain.billing.rules import explain
from dianke.domain.billing.rules.finals import FinalOrder, FinalReading
from dianke.domain.billing.types import FinalKind
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.types import MeteringSide, Ratio
from dianke.domain.readings import operations as readings
from dianke.domain.readings.models import CycleMonth
from dianke.domain.readings.queries import list_stages
from dianke.domain.readings.types import NewReading, ReadingSource
from dianke.kernel.clock import SHANGHAI

pytestmark = pytest.mark.django_db

JANUARY = date(2026, 1, 1)
TENTH = datetime(2026, 1, 11, tzinfo=SHANGHAI)
TWENTIETH = datetime(2026, 1, 21, tzinfo=SHANGHAI)
INDUSTRY = {
    "structure": "TWO_PART",
    "price_voltage": "1-10(20)kV",
    "time_of_use": True,
    "basic_mode": "ACTUAL_DEMAND",
    "power_factor_standard": Decimal("0.90"),
    "loss_method": "RATIO",
    "loss_factor": Decimal("0.02"),
    "loss_iron_kwh": Decimal("313"),
    "line_loss_ratio": Decimal("0.013"),
}
# Sharp, peak, flat, valley and total, reactive, demand: the registers at the four readings of the month.
SUMMED = ("amount_fen", "energy_kwh_e2", "basic_fen", "energy_fen", "power_factor_fen", "funds_fen")
COLUMNS = ("total", "sharp", "peak", "flat", "valley", "reactive_import", "demand")
SHOWN = {
    OPENING: ("1000.00", "100.00", "200.00", "300.00", "400.00", "500.00", "3.10"),
    TENTH: ("1101.37", "110.11", "225.33", "331.22", "434.71", "541.50", "1.75"),
    TWENTIETH: ("1203.05", "120.47", "249.19", "366.21", "467.18", "585.02", "1.42"),
    CLOSING: ("1333.91", "132.88", "283.02", "407.67", "510.34", "630.77", "1.61"),
}
# Read once, the register of demand is not set back and shows the largest.
SHOWN_ONCE = {OPENING: SHOWN[OPENING], CLOSING: (*SHOWN[CLOSING][:-1], "1.75")}


@dataclass
class Month:
    """A utility with one large user, and the bills of its January."""

    utility: Utility
    point: UsagePoint
    first: CycleMonth
    runs: list[BillRun] = field(default_factory=list)

    @property
    def bills(self) -> list[Bill]:
        """Return the bills of the point by key."""
        return list(Bill.objects.for_actor(self.utility.actor).filter(usage_point_id=self.point.pk).order_by("id"))

    def sum_lines(self) -> dict[str, tuple[Decimal, Decimal]]:
        """Return the energy and the money of each line over all bills."""
        sums: dict[str, tuple[Decimal, Decimal]] = {}
        for bill in self.bills:
            for line in bill_queries.list_lines(actor=self.utility.actor, bill_id=bill.pk):
                quantity, amount = sums.get(line.code, (Decimal(0), Decimal(0)))
                sums[line.code] = (quantity + line.quantity, amount + line.amount)
        return sums


def build_month(*, interim_days: tuple[int, ...], utility: Utility | None = None) -> Month:
    """Return a frozen January of a large user on a cycle of its own, billed stage by stage."""
    month = open_month(interim_days=interim_days, utility=utility)
    for stage in list_stages(actor=month.utility.actor, cycle_month=month.first):
        readings.freeze_month(actor=month.utility.actor, cycle_month=stage, at=LATER)
        month.runs.append(bill_stage(month, stage.stage))
    return month


def open_month(*, interim_days: tuple[int, ...], utility: Utility | None = None) -> Month:
    """Return January of a large user, read and not frozen."""
    utility = utility or build_utility()
    code = f"L{len(utility.points)}"
    cycle = readings.add_cycle(
        actor=utility.actor, unit=utility.root, code=code, name="大用户", interim_days=interim_days
    )
    route = readings.add_route(actor=utility.actor, cycle=cycle, code=f"R-{code}", name="大用户段")
    point = add_large_user(utility, SHOWN if interim_days else SHOWN_ONCE)
    readings.put_points_on_route(actor=utility.actor, route=route, usage_point_ids=[point.pk])
    first = readings.open_month(actor=utility.actor, cycle=cycle, month=JANUARY)
    return Month(utility, point, first)


def add_large_user(utility: Utility, shown: Mapping[datetime, tuple[str, ...]]) -> UsagePoint:
    """Return a point with what its meter showed in January."""
    point = add_point(
        utility,
        start=dict(zip(COLUMNS, SHOWN[OPENING], strict=True)),
        end={},
        terms=INDUSTRY,
        plan=HUBEI,
        ct=Ratio(Decimal(100), Decimal(5)),
        side=MeteringSide.HIGH_LOW,
        kva="630",
    )
    installation = point.installations.for_actor(utility.actor).get()
    rows = [
        NewReading(
            installation_id=installation.pk,
            read_at=moment,
            values={name: Decimal(value) for name, value in zip(COLUMNS, values, strict=True)},
        )
        for moment, values in shown.items()
    ]
    readings.record_readings(actor=utility.actor, readings=rows, source=ReadingSource.FILE, batch="test", at=LATER)
    return point


def bill_stage(month: Month, stage: int) -> BillRun:
    """Return the issued run of a stage."""
    utility = month.utility
    run = start_stage(month, stage)
    run = meter_to_cash.calculate_run(actor=utility.runner, number=run.number)
    exempt_everything(actor=utility.runner, run=run)
    return meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)


class TestStages:
    """Two and three readings a month."""

    @pytest.mark.parametrize("interim_days", [(11,), (11, 21)])
    def test_their_bills_add_up_to_the_bill_of_the_month_to_the_fen(self, interim_days: tuple[int, ...]) -> None:
        once = build_month(interim_days=())

        staged = build_month(interim_days=interim_days, utility=once.utility)

        assert len(staged.bills) == len(interim_days) + 1
        assert staged.sum_lines() == once.sum_lines()
        for name in SUMMED:
            assert sum(getattr(bill, name) for bill in staged.bills) == getattr(once.bills[0], name)

    def test_an_interim_bill_charges_metered_energy_and_nothing_of_the_month(self) -> None:
        month = build_month(interim_days=(11, 21))

        first, second, _last = month.bills

        assert first.energy_kwh_e2 == 202_700  # 101.37 x 20, to a whole kWh
        assert (first.period_start, first.period_end) == (JANUARY, date(2026, 1, 11))
        assert (second.period_start, second.period_end) == (date(2026, 1, 11), date(2026, 1, 21))
        assert {first.basic_fen, first.power_factor_fen, second.basic_fen, second.power_factor_fen} == {0}
        codes = {line.code.partition(".")[0] for line in lines_of(month, first)}
        assert codes <= {"energy", "fund"}

    def test_the_last_one_covers_the_month_and_takes_the_largest_demand_of_its_stages(self) -> None:
        month = build_month(interim_days=(11, 21))

        last = month.bills[-1]
        demand = next(line for line in lines_of(month, last) if line.code == "basic.demand")

        assert (last.period_start, last.period_end) == (JANUARY, date(2026, 2, 1))
        assert demand.quantity == Decimal("35")  # 1.75 x 20
        assert last.power_factor_fen != 0

    def test_each_computes_again_from_what_it_froze(self) -> None:
        month = build_month(interim_days=(11, 21))

        reports = [replay_run(actor=month.utility.actor, run=run) for run in month.runs]

        assert [report.differing_bills for report in reports] == [0, 0, 0]
        assert [report.bills for report in reports] == [1, 1, 1]

    def test_each_opens_into_its_calculation(self) -> None:
        month = build_month(interim_days=(11, 21))

        for bill in month.bills:
            lines = explain.lines_of(lines_of(month, bill))
            basis = get_basis(bill)
            found = explain_issued(bill, basis=basis, lines=lines)

            assert found.differences == []
            assert Decimal(found.recomputed_total) == Decimal(bill.amount_fen) / 100
            assert [one.line for one in found.lines] == lines
        steps = {one.line.code: one.steps[-1].kind for one in found.lines}
        assert steps["energy.peak"] == "less_interim"
        assert basis["stage"]["number"] == basis["stage"]["of"] == 3

    def test_a_bill_that_nobody_got_is_charged_by_the_last_one(self) -> None:
        once = build_month(interim_days=())
        month = open_month(interim_days=(11,), utility=once.utility)
        last = list_stages(actor=month.utility.actor, cycle_month=month.first)[-1]
        readings.freeze_month(actor=month.utility.actor, cycle_month=last, at=LATER)

        bill_stage(month, 2)

        assert [bill.amount_fen for bill in month.bills] == [once.bills[0].amount_fen]

    def test_a_stage_waits_until_the_one_before_is_issued(self) -> None:
        month = open_month(interim_days=(11,))
        freeze_all(month)
        start_stage(month, 1)

        with pytest.raises(UnableToStartRun, match="not issued yet"):
            start_stage(month, 2)

        assert BillRun.objects.for_actor(month.utility.actor).count() == 1

    def test_a_stage_is_not_billed_after_the_month_was(self) -> None:
        month = open_month(interim_days=(11,))
        freeze_all(month)
        bill_stage(month, 2)

        with pytest.raises(UnableToStartRun, match="billed already"):
            start_stage(month, 1)

        assert len(month.bills) == 1

    def test_an_interim_bill_is_settled_by_the_last_one_instead_of_corrected(self) -> None:
        month = build_month(interim_days=(11,))

        with pytest.raises(UnableToCorrect, match="settles it"):
            recompute(actor=month.utility.actor, bill=month.bills[0], changes={"segment.1.total_end": "1102.00"})

    def test_the_last_bill_is_corrected_as_the_whole_month(self) -> None:
        month = build_month(interim_days=(11,))
        last = month.bills[-1]

        (found,) = recompute(
            actor=month.utility.actor,
            bill=last,
            changes={"segment.1.total_end": "1334.91", "segment.1.flat_end": "408.67"},
        )

        assert found.energy_kwh_e2 - last.energy_kwh_e2 == 2_000  # one unit of the register is twenty kWh
        assert found.amount_fen > last.amount_fen

    def test_the_last_bill_is_taken_back_with_the_interim_ones(self) -> None:
        month = build_month(interim_days=(11,))
        interim, last = month.bills

        found = take_back(actor=month.utility.actor, bill=last)

        assert [one.bill.pk for one in found] == [last.pk, interim.pk]
        assert [one.amount_fen for one in found] == [0, 0]
        with pytest.raises(UnableToCorrect, match="settles it"):
            take_back(actor=month.utility.actor, bill=interim)


class TestFinalBill:
    """An account that is closed within a month that is read several times."""

    def test_it_settles_the_interim_bills_to_the_fen(self) -> None:
        once = open_month(interim_days=())
        staged = open_month(interim_days=(11,), utility=once.utility)
        first = list_stages(actor=staged.utility.actor, cycle_month=staged.first)[0]
        readings.freeze_month(actor=staged.utility.actor, cycle_month=first, at=LATER)
        bill_stage(staged, 1)

        # Read once, the register of demand was not set back on the eleventh.
        issue_final(once, dict(zip(COLUMNS, (*SHOWN[TWENTIETH][:-1], "1.75"), strict=True)))
        issue_final(staged, dict(zip(COLUMNS, SHOWN[TWENTIETH], strict=True)))

        whole, (interim, final) = once.bills[0], staged.bills
        assert (whole.period_start, whole.period_end) == (final.period_start, final.period_end)
        assert staged.sum_lines() == once.sum_lines()
        for name in SUMMED:
            assert getattr(interim, name) + getattr(final, name) == getattr(whole, name)

    def test_it_charges_demand_by_the_days_of_thirty_and_opens_into_its_calculation(self) -> None:
        month = open_month(interim_days=())

        run = issue_final(month, dict(zip(COLUMNS, (*SHOWN[TWENTIETH][:-1], "1.75"), strict=True)))

        (bill,) = month.bills
        lines = explain.lines_of(lines_of(month, bill))
        demand = next(line for line in lines if line.code == "basic.demand")
        found = explain_issued(bill, basis=get_basis(bill), lines=lines)
        # 1.75 x 20 kW, 42 yuan, 20 days of thirty; the iron loss agreed for a month, 313 kWh, by its days as well.
        assert (demand.quantity, demand.amount) == (Decimal("35"), Decimal("980.00"))
        assert found.differences == []
        assert Decimal(found.recomputed_total) == Decimal(bill.amount_fen) / 100
        assert replay_run(actor=month.utility.actor, run=run).differing_bills == 0
        assert get_basis(bill)["case"]["transformer_loss"]["iron_kwh"] == "208.67"


def issue_final(month: Month, values: Mapping[str, str]) -> BillRun:
    """Return the issued run of the final bill to the twenty-first of January."""
    utility = month.utility
    clerk = add_clerk(utility.root, f"counter-{month.point.pk}", ["billing.ask_final"])
    installation = month.point.installations.for_actor(utility.actor).get()
    reading = FinalReading(
        installation_id=installation.pk, values={name: Decimal(value) for name, value in values.items()}
    )
    wanted = FinalOrder(kind=FinalKind.CLOSING, final_date=date(2026, 1, 21), reason="停产", readings=[reading])
    final = final_bills.ask_final(actor=clerk, account_number=month.point.account.number, order=wanted, at=LATER)
    exempt_everything(actor=utility.runner, run=final.run)
    return meter_to_cash.issue_run(actor=utility.issuer, number=final.run.number, at=LATER)


def lines_of(month: Month, bill: Bill) -> list[BillLine]:
    """Return the lines of a bill."""
    return bill_queries.list_lines(actor=month.utility.actor, bill_id=bill.pk)


def freeze_all(month: Month) -> None:
    """Freeze every stage of the month."""
    for stage in list_stages(actor=month.utility.actor, cycle_month=month.first):
        readings.freeze_month(actor=month.utility.actor, cycle_month=stage, at=LATER)


def start_stage(month: Month, stage: int) -> BillRun:
    """Start the run of a stage."""
    return meter_to_cash.start_run(
        actor=month.utility.runner, cycle_code=month.first.cycle.code, month=JANUARY, at=LATER, stage=stage
    )
