"""Final bills of accounts that are closed or handed over, worked by hand to the fen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pytest
from tests.factories.months import (
    ANNUAL_HOME,
    HUBEI_FEBRUARY,
    JIANGSU,
    bill_month,
    exempt_everything,
    issue_month,
    load_sheet,
)
from tests.factories.once import built_once, fresh
from tests.factories.utility import HUBEI, LATER, Utility, add_clerk, add_point, build_utility, freeze_january

from dianke.application import final_bills, meter_to_cash
from dianke.domain.billing.models import Bill, BillRun, BillRunFault, BillSuspicion, FinalBilling
from dianke.domain.billing.operations.finals import UnableToAskFinal, UnableToWithdrawFinal
from dianke.domain.billing.operations.issue import UnableToIssueRun
from dianke.domain.billing.operations.runs import UnableToStartRun
from dianke.domain.billing.operations.totals import check_month
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries.correcting import recompute
from dianke.domain.billing.queries.frozen import explain_issued, get_basis
from dianke.domain.billing.queries.replay import replay_run
from dianke.domain.billing.rules import explain
from dianke.domain.billing.rules.finals import FinalOrder, FinalReading
from dianke.domain.billing.types import FinalKind, FinalState
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.types import AccountStatus, CustomerKind, UsageClass
from dianke.domain.metering.models import UsagePoint
from dianke.domain.readings.models import MeterReading
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
LAST_DAY = date(2026, 2, 11)
NOON = datetime(2026, 2, 11, 12, tzinfo=SHANGHAI)
SPRING = datetime(2026, 3, 1, 8, tzinfo=SHANGHAI)
HOME = {"structure": "SINGLE", "time_of_use": False}
TRADE = {"structure": "TWO_PART", "price_voltage": "1-10(20)kV", "time_of_use": False, "basic_mode": "CAPACITY"}


@dataclass
class Town:
    """A utility whose January is billed: a home and a factory, and a clerk at the counter."""

    utility: Utility
    clerk: Actor
    home: UsagePoint
    factory: UsagePoint

    def list_bills(self, point: UsagePoint) -> list[Bill]:
        """Return the bills of a point by key."""
        return list(Bill.objects.for_actor(self.utility.actor).filter(usage_point_id=point.pk).order_by("id"))

    def list_amounts(self, bill: Bill) -> dict[str, tuple[Decimal, Decimal]]:
        """Return quantity and amount of the lines of a bill that are added up."""
        lines = bill_queries.list_lines(actor=self.utility.actor, bill_id=bill.pk)
        return {line.code: (line.quantity, line.amount) for line in lines if not line.included}


def build_town() -> Town:
    """Return a town with the yearly tiers of Jiangsu (2760 and 4800 kWh) and the two-part price of Hubei."""
    utility = build_utility()
    load_sheet(utility, JIANGSU)
    load_sheet(utility, HUBEI_FEBRUARY)
    home = add_point(
        utility,
        start={"total": "100"},
        end={"total": "400"},
        terms=HOME,
        plan=ANNUAL_HOME,
        usage_class=UsageClass.RESIDENTIAL,
    )
    factory = add_point(utility, start={"total": "0"}, end={"total": "5000"}, terms=TRADE, plan=HUBEI, kva="630")
    freeze_january(utility)
    issue_month(utility, JANUARY, LATER)
    return Town(utility, add_clerk(utility.root, "counter", ["billing.ask_final", "billing.view"]), home, factory)


_built = built_once(build_town)


@pytest.fixture
def town(_built: Town) -> Town:
    return fresh(_built)


def order(
    town: Town,
    point: UsagePoint,
    *,
    values: Mapping[str, str],
    kind: FinalKind = FinalKind.CLOSING,
    final_date: date = LAST_DAY,
    reason: str = "搬走",
    is_estimated: bool = False,
    estimate_reason: str = "",
    to: Customer | None = None,
) -> FinalOrder:
    """Return an order with the final reading of a point."""
    installation = point.installations.for_actor(town.utility.actor).get()
    read = {name: Decimal(value) for name, value in values.items()}
    return FinalOrder(
        kind=kind,
        final_date=final_date,
        reason=reason,
        readings=[FinalReading(installation_id=installation.pk, values=read, is_estimated=is_estimated)],
        estimate_reason=estimate_reason,
        new_customer_id=to.pk if to else None,
    )


def ask(town: Town, point: UsagePoint, wanted: FinalOrder, at: datetime = NOON) -> FinalBilling:
    """Return the final bill that the clerk asked for."""
    return final_bills.ask_final(actor=town.clerk, account_number=point.account.number, order=wanted, at=at)


def issue(town: Town, run: BillRun, at: datetime = NOON) -> BillRun:
    """Return a run that the reviewer let stand and the approver issued."""
    exempt_everything(actor=town.utility.runner, run=run)
    return meter_to_cash.issue_run(actor=town.utility.issuer, number=run.number, at=at)


def add_customer(town: Town) -> Customer:
    """Return a customer who takes over."""
    return customers.add_customer(
        actor=town.utility.actor,
        unit=town.utility.root,
        number="K900000001",
        name="接手人",
        kind=CustomerKind.PERSON,
        since_date=JANUARY,
    )


def reload(point: UsagePoint, town: Town) -> CustomerAccount:
    """Return the account of a point as it is stored now."""
    found: CustomerAccount = CustomerAccount.objects.for_actor(town.utility.actor).get(pk=point.account_id)
    return found


def explain_bill(town: Town, bill: Bill) -> explain.Explanation:
    """Return a bill opened into its calculation."""
    lines = explain.lines_of(bill_queries.list_lines(actor=town.utility.actor, bill_id=bill.pk))
    return explain_issued(bill, basis=get_basis(bill), lines=lines)


class TestClosing:
    """销户."""

    def test_a_home_is_billed_to_the_day_with_the_limits_of_its_months_of_service(self, town: Town) -> None:
        final = ask(town, town.home, order(town, town.home, values={"total": "650"}))
        issue(town, final.run)

        bill = town.list_bills(town.home)[-1]

        # Two months of twelve: 460 kWh and 800 kWh. January took 300, so 160 kWh are left of the first block.
        assert (bill.period_start, bill.period_end) == (FEBRUARY, LAST_DAY)
        assert bill.energy_kwh_e2 == 25_000
        assert town.list_amounts(bill) == {
            "energy.single": (Decimal(250), Decimal("132.08")),  # 250 x 0.5283 = 132.075
            "energy.tier1": (Decimal(160), Decimal("0.00")),
            "energy.tier2": (Decimal(90), Decimal("4.50")),
        }
        assert bill.amount_fen == 13_658

    def test_a_factory_pays_its_capacity_by_the_days_of_thirty(self, town: Town) -> None:
        final = ask(town, town.factory, order(town, town.factory, values={"total": "5600"}))
        issue(town, final.run)

        bill = town.list_bills(town.factory)[-1]
        found = town.list_amounts(bill)

        assert found["basic.capacity"] == (Decimal(210), Decimal("6075.30"))  # 630 x 10/30 x 28.93
        assert bill.basic_fen == 607_530
        assert bill.energy_kwh_e2 == 60_000

    def test_the_account_is_closed_once_it_is_issued_and_not_before(self, town: Town) -> None:
        final = ask(town, town.home, order(town, town.home, values={"total": "650"}))
        before = reload(town.home, town).status

        issue(town, final.run)

        account = reload(town.home, town)
        final.refresh_from_db()
        assert before == AccountStatus.ACTIVE.value
        assert (account.status, account.closed_date) == (AccountStatus.CLOSED.value, LAST_DAY)
        assert (final.state, final.asked_by, final.settled_by) == (FinalState.ISSUED.value, "counter", "issuer")

    def test_the_run_of_the_month_leaves_the_account_out_and_says_why(self, town: Town) -> None:
        final = ask(town, town.home, order(town, town.home, values={"total": "650"}))
        issue(town, final.run)

        february = bill_month(town.utility, FEBRUARY, {town.factory: {"total": "6000"}})
        march = bill_month(town.utility, MARCH, {town.factory: {"total": "7000"}})

        faults = BillRunFault.objects.for_actor(town.utility.actor).order_by("id")
        assert [(row.run_id, row.usage_point_id, row.code, row.status) for row in faults] == [
            (february.pk, town.home.pk, "final_billed", "DEFERRED"),
            (march.pk, town.home.pk, "final_billed", "DEFERRED"),
        ]
        assert faults[0].reason == f"{final.number} 2026-02-11"
        assert len(town.list_bills(town.home)) == 2
        assert len(town.list_bills(town.factory)) == 3

    def test_one_that_is_asked_for_is_left_out_as_well_and_comes_back_when_it_is_withdrawn(self, town: Town) -> None:
        final = ask(town, town.home, order(town, town.home, values={"total": "650"}))
        closing = {town.factory: {"total": "6000"}, town.home: {"total": "700"}}
        february = bill_month(town.utility, FEBRUARY, closing)

        final_bills.withdraw_final(actor=town.clerk, key=final.pk)
        run = final_bills.start_supplement(actor=town.utility.runner, number=february.number, at=SPRING)
        run = meter_to_cash.calculate_run(actor=town.utility.runner, number=run.number)
        issue(town, run, SPRING)

        bill = town.list_bills(town.home)[-1]
        assert (bill.period_start, bill.period_end, bill.energy_kwh_e2) == (FEBRUARY, MARCH, 30_000)
        assert reload(town.home, town).status == AccountStatus.ACTIVE.value
        with pytest.raises(UnableToStartRun, match="no point is left"):
            final_bills.start_supplement(actor=town.utility.runner, number=february.number, at=SPRING)

    def test_it_computes_again_and_opens_into_its_calculation(self, town: Town) -> None:
        runs = [
            issue(town, ask(town, town.home, order(town, town.home, values={"total": "650"})).run),
            issue(town, ask(town, town.factory, order(town, town.factory, values={"total": "5600"})).run),
        ]

        reports = [replay_run(actor=town.utility.actor, run=run) for run in runs]

        assert [(report.bills, report.differing_bills) for report in reports] == [(1, 0), (1, 0)]
        for bill in (town.list_bills(town.home)[-1], town.list_bills(town.factory)[-1]):
            found = explain_bill(town, bill)
            assert found.differences == []
            assert Decimal(found.recomputed_total) == Decimal(bill.amount_fen) / 100

    def test_it_is_counted_once_in_the_statistics(self, town: Town) -> None:
        issue(town, ask(town, town.home, order(town, town.home, values={"total": "650"})).run)
        bill_month(town.utility, FEBRUARY, {town.factory: {"total": "6000"}})

        checked = check_month(month=FEBRUARY)

        assert (checked.bills, checked.differing_groups) == (2, 0)

    def test_a_wrong_final_reading_is_corrected_like_any_other(self, town: Town) -> None:
        issue(town, ask(town, town.home, order(town, town.home, values={"total": "650"})).run)
        bill = town.list_bills(town.home)[-1]

        (found,) = recompute(actor=town.utility.actor, bill=bill, changes={"segment.1.total_end": "640"})

        assert found.energy_kwh_e2 == 24_000
        assert found.amount_fen == 13_079  # 240 x 0.5283 = 126.79 and 80 x 0.05

    def test_nothing_used_makes_a_bill_of_nothing(self, town: Town) -> None:
        issue(town, ask(town, town.home, order(town, town.home, values={"total": "400"})).run)

        bill = town.list_bills(town.home)[-1]

        assert (bill.energy_kwh_e2, bill.amount_fen) == (0, 0)

    def test_the_review_does_not_compare_some_days_with_whole_months(self, town: Town) -> None:
        final = ask(town, town.home, order(town, town.home, values={"total": "401"}))

        found = BillSuspicion.objects.for_actor(town.utility.actor).filter(run=final.run)

        assert list(found.values_list("code", flat=True)) == []

    def test_who_asked_for_it_does_not_issue_it(self, town: Town) -> None:
        both = add_clerk(town.utility.root, "both", ["billing.ask_final", "billing.issue", "billing.view"])
        wanted = order(town, town.home, values={"total": "650"})
        final = final_bills.ask_final(actor=both, account_number=town.home.account.number, order=wanted, at=NOON)

        with pytest.raises(UnableToIssueRun, match="second_person"):
            meter_to_cash.issue_run(actor=both, number=final.run.number, at=NOON)

        assert len(town.list_bills(town.home)) == 1

    def test_a_preview_shows_the_bill_and_stores_nothing(self, town: Town) -> None:
        wanted = order(town, town.home, values={"total": "650"})

        found = final_bills.preview_final(
            actor=town.clerk, account_number=town.home.account.number, order=wanted, at=NOON
        )

        assert (found.start, found.end, found.amount_fen) == (FEBRUARY, LAST_DAY, 13_658)
        assert [line.code for line in found.bills[0].lines] == ["energy.single", "energy.tier1", "energy.tier2"]
        assert not FinalBilling.objects.for_actor(town.utility.actor).exists()
        stored = MeterReading.objects.for_actor(town.utility.actor).filter(read_at__gt=LATER)
        assert not stored.exists()


class TestHandover:
    """过户."""

    def test_each_is_billed_their_days_and_the_year_begins_anew(self, town: Town) -> None:
        taker = add_customer(town)
        wanted = order(town, town.home, values={"total": "650"}, kind=FinalKind.HANDOVER, to=taker)
        final = ask(town, town.home, wanted)
        issue(town, final.run)
        bill_month(town.utility, FEBRUARY, {town.factory: {"total": "6000"}, town.home: {"total": "3500"}})

        run = final_bills.start_opening(actor=town.utility.runner, key=final.pk, at=SPRING)
        run = meter_to_cash.calculate_run(actor=town.utility.runner, number=run.number)
        issue(town, run, SPRING)
        bill_month(town.utility, MARCH, {town.factory: {"total": "7000"}, town.home: {"total": "3600"}})

        january, old, new, march = town.list_bills(town.home)
        assert [bill.customer_name for bill in (january, old, new, march)] == ["测试用户100000001"] * 2 + ["接手人"] * 2
        assert (new.period_start, new.period_end, new.energy_kwh_e2) == (LAST_DAY, MARCH, 285_000)
        # Eleven months of service, February among them: 2530 kWh and 4400 kWh; nothing was used before.
        assert town.list_amounts(new)["energy.tier2"] == (Decimal(320), Decimal("16.00"))
        # In March 2850 kWh were used before, and none of the old subject's.
        assert town.list_amounts(march)["energy.tier2"] == (Decimal(100), Decimal("5.00"))
        assert old.amount_fen == 13_658
        assert replay_run(actor=town.utility.actor, run=run).differing_bills == 0
        assert reload(town.home, town).customer_id == taker.pk

    def test_two_subjects_share_the_capacity_of_a_month_by_their_days(self, town: Town) -> None:
        wanted = order(town, town.factory, values={"total": "5600"}, kind=FinalKind.HANDOVER, to=add_customer(town))
        final = ask(town, town.factory, wanted)
        issue(town, final.run)
        bill_month(town.utility, FEBRUARY, {town.factory: {"total": "6000"}, town.home: {"total": "650"}})

        run = final_bills.start_opening(actor=town.utility.runner, key=final.pk, at=SPRING)
        run = meter_to_cash.calculate_run(actor=town.utility.runner, number=run.number)
        issue(town, run, SPRING)

        _, old, new = town.list_bills(town.factory)
        assert (old.basic_fen, new.basic_fen) == (607_530, 1_093_554)  # 10 and 18 days of thirty
        assert (old.energy_kwh_e2, new.energy_kwh_e2) == (60_000, 40_000)

    def test_the_new_subject_is_not_billed_before_the_month_is_read(self, town: Town) -> None:
        wanted = order(town, town.home, values={"total": "650"}, kind=FinalKind.HANDOVER, to=add_customer(town))
        final = ask(town, town.home, wanted)
        issue(town, final.run)

        with pytest.raises(UnableToStartRun, match="not frozen"):
            final_bills.start_opening(actor=town.utility.runner, key=final.pk, at=NOON)


class TestRefusals:
    """What cannot be asked for, and its remedy."""

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"final_date": date(2026, 2, 1)}, "billed to this day or further.*2026-02-01"),
            ({"final_date": date(2026, 2, 12)}, "the day has not come"),
            ({"values": {"total": "399"}}, "shows less than at its last reading"),
            ({"values": {}}, "was not read.*total"),
            ({"is_estimated": True}, "say why a final reading is estimated"),
            ({"reason": " "}, "a reason is needed"),
            ({"kind": FinalKind.HANDOVER}, "which customer takes it over"),
        ],
    )
    def test_each_says_what_to_do(self, town: Town, changes: dict[str, object], reason: str) -> None:
        wanted = order(town, town.home, **{"values": {"total": "650"}, **changes})  # type: ignore[arg-type]

        with pytest.raises(UnableToAskFinal, match=reason):
            ask(town, town.home, wanted)

        assert not FinalBilling.objects.for_actor(town.utility.actor).exists()
        assert BillRun.objects.for_actor(town.utility.actor).count() == 1

    def test_an_estimated_reading_with_its_reason_is_taken(self, town: Town) -> None:
        wanted = order(town, town.home, values={"total": "650"}, is_estimated=True, estimate_reason="表箱锁闭")

        final = ask(town, town.home, wanted)

        assert final.estimate_reason == "表箱锁闭"
        assert final.run.segments.for_actor(town.utility.actor).get().quality == "ESTIMATED"

    def test_a_sub_meter_of_another_account_stands_in_the_way(self, town: Town) -> None:
        sub = add_point(town.utility, start={"total": "0"}, end={}, terms=TRADE, kva="100", parent=town.factory)

        with pytest.raises(UnableToAskFinal, match=f"sub-meters join it.*{sub.code}"):
            ask(town, town.factory, order(town, town.factory, values={"total": "5600"}))

    def test_a_run_of_the_month_that_has_begun_stands_in_the_way(self, town: Town) -> None:
        bill_month(town.utility, FEBRUARY, {town.factory: {"total": "6000"}, town.home: {"total": "700"}})

        with pytest.raises(UnableToAskFinal, match=r"billed to this day or further.*2026-03-01"):
            ask(town, town.home, order(town, town.home, values={"total": "650"}), SPRING)

    def test_a_second_one_of_the_account_is_refused(self, town: Town) -> None:
        ask(town, town.home, order(town, town.home, values={"total": "650"}))

        with pytest.raises(UnableToAskFinal, match="final bill within this month already"):
            ask(town, town.home, order(town, town.home, values={"total": "650"}))

    def test_an_issued_one_is_not_withdrawn(self, town: Town) -> None:
        final = ask(town, town.home, order(town, town.home, values={"total": "650"}))
        issue(town, final.run)

        with pytest.raises(UnableToWithdrawFinal, match="settled already"):
            final_bills.withdraw_final(actor=town.clerk, key=final.pk)

        assert reload(town.home, town).status == AccountStatus.CLOSED.value
