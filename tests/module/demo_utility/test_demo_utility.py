"""The demo utility is loaded, billed and issued; the same bills every time, nothing twice."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.module.demo_utility.conftest import SYSTEM, Loaded, list_bills, plan_without_statistics, prepare, rolled_back

from dianke.application import meter_to_cash, trials
from dianke.application.demo_utility import farewells, load, notes, organisation, trades
from dianke.application.demo_utility.designs import BILLED_FROM, BILLED_TO, CURVES_FROM
from dianke.application.demo_utility.faults import DESIGNED_FAULTS, DESIGNED_FLAWS
from dianke.application.demo_utility.load import UnableToLoadDemo
from dianke.application.demo_utility.sources import HOMES
from dianke.application.tariffs import approve_version, load_shipped_tariffs
from dianke.domain.audits.models import QualityFinding, QualityPass
from dianke.domain.billing.models import Bill, BillingTerms, BillRunFault, BillSuspicion, FinalBilling
from dianke.domain.billing.types import SuspicionState
from dianke.domain.customers import operations as customer_operations
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.metering.types import RegisterKind
from dianke.domain.readings import queries as readings
from dianke.domain.readings.models import DailyUsage, FrozenSegment
from dianke.domain.tariffs import queries as tariffs
from dianke.domain.tariffs.models import TariffVersion
from dianke.interfaces.cli import demo
from dianke.kernel.clock import SystemClock
from dianke.kernel.ids import make_user_number
from dianke.platform.identity import queries as identity
from dianke.platform.identity.backends import StaffBackend
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

# SHA-256 over account, energy and every amount of the 148 bills and drafts, by account number.
GOLDEN = "b52650f4a180b0835261e1102e45dbeb4d9d58d0c82b1d85715e71b8aff181a3"
TOTALS = {"JS-202601-A-01": (133, 437_019_368), "JS-202601-B-01": (15, 984_389)}


def hash_bills(bills: list[tuple[Any, ...]]) -> str:
    """Return a hash of what the bills come to."""
    return hashlib.sha256(json.dumps(bills, ensure_ascii=False).encode()).hexdigest()


class TestBills:
    def test_are_the_same_every_time(self, loaded: Loaded) -> None:
        # One hash for every load on every machine: a second load here would show nothing more.
        assert hash_bills(list_bills()) == GOLDEN

    def test_business_is_issued_and_homes_wait(self, loaded: Loaded) -> None:
        summaries = [one for one in demo.summarise(actor=SYSTEM) if one.run.startswith("JS-")]

        assert {one.run: (one.bills, one.amount_fen) for one in summaries} == TOTALS
        assert [(one.status, one.faults, one.faults_open) for one in summaries] == [
            ("ISSUED", 2, 0),
            ("CALCULATED", 2, 2),
        ]

    def test_the_months_to_come_are_planned_and_no_day_is_late(self, loaded: Loaded) -> None:
        today = SystemClock().now().date()

        days = readings.list_planned_days(actor=SYSTEM)

        # Seven steps of three months of two cycles.
        assert len(days) == 42
        assert min(day.planned_date for day in days) > today

    def test_were_issued_by_a_second_person(self, loaded: Loaded) -> None:
        people = set(Bill.objects.for_actor(SYSTEM).values_list("calculated_by", "issued_by"))

        assert people == {
            (organisation.REVIEWER, organisation.SUPERVISOR),
            (farewells.ASKER, organisation.SUPERVISOR),
        }

    def test_list_the_designed_faults_and_no_other(self, loaded: Loaded) -> None:
        faults = BillRunFault.objects.for_actor(SYSTEM).values_list("usage_point__account__number", "code")

        assert sorted(faults) == sorted((make_user_number(fault.serial), fault.code) for fault in DESIGNED_FAULTS)

    def test_wait_in_the_review_with_the_designed_flaws_and_no_other(self, loaded: Loaded) -> None:
        waiting = BillSuspicion.objects.for_actor(SYSTEM).filter(state=SuspicionState.OPEN.value)

        found = waiting.values_list("run__number", "usage_point__account__number", "code")
        assert sorted(found) == sorted(
            ("JS-202601-B-01", make_user_number(flaw.serial), flaw.code) for flaw in DESIGNED_FLAWS
        )

    def test_rest_on_the_energy_of_the_curves(self, loaded: Loaded) -> None:
        """A foundry metered on the high side: the curve of January is what its bill charges."""
        bill = get_bill("云泽恒锐精密铸造有限公司")
        point = UsagePoint.objects.for_actor(SYSTEM).get(pk=bill.usage_point_id)

        curve = readings.get_curve(
            actor=SYSTEM,
            root=loaded.data_dir / "intervals",
            usage_point=point,
            start=BILLED_FROM,
            end=BILLED_TO,
        )

        assert curve is not None
        assert curve.is_present.all()
        assert int(curve.wh.sum()) == 10 * bill.energy_kwh_e2


class TestReplay:
    """The issued month computed again from what it froze, when nothing around it is as it was."""

    def test_comes_to_the_same_fen_under_other_prices_meters_and_owners(self, loaded: Loaded) -> None:
        with rolled_back():
            approve_waiting_sheet()
            # No version that January was billed by is in force any more.
            of_january = TariffVersion.objects.for_actor(SYSTEM).filter(period__startswith__lt=BILLED_TO)
            withdrawn = of_january.update(status="WITHDRAWN")
            give_to_another_owner_behind_another_meter(get_bill("云泽恒锐精密铸造有限公司"))
            MeterInstallation.objects.for_actor(SYSTEM).update(multiplier=1)
            Customer.objects.for_actor(SYSTEM).update(name="另一家")
            CustomerAccount.objects.for_actor(SYSTEM).update(household_size=9)
            BillingTerms.objects.for_actor(SYSTEM).update(power_factor_standard=None, basic_mode="NONE")
            BillingTerms.objects.for_actor(SYSTEM).update(structure="SINGLE", time_of_use=False)

            month = meter_to_cash.replay_month(actor=SYSTEM, month=BILLED_FROM)
            bills = list(Bill.objects.for_actor(SYSTEM).filter(month=BILLED_FROM).order_by("id"))
            each = [meter_to_cash.replay_bill(actor=SYSTEM, number=bill.number) for bill in bills]
            now = hash_bills(list_bills())

        [(number, report)] = month.items()
        assert (number, report.is_equal, report.differences) == ("JS-202601-A-01", True, [])
        assert (report.bills, report.amount_fen) == TOTALS[number]
        assert [(one.is_equal, one.amount_fen) for one in each] == [(True, bill.amount_fen) for bill in bills]
        assert withdrawn
        assert now == GOLDEN


class TestFarewells:
    """A home that is closed and a home that is handed over on 11 February 2026."""

    def test_each_has_its_final_bill_to_the_fen(self, loaded: Loaded) -> None:
        found = FinalBilling.objects.for_actor(SYSTEM).order_by("id")
        bills = Bill.objects.for_actor(SYSTEM).filter(run_id__in=[one.run_id for one in found]).order_by("id")

        assert [(one.kind, one.state, one.final_date, one.asked_by, one.settled_by) for one in found] == [
            ("CLOSING", "ISSUED", farewells.FINAL_DATE, farewells.ASKER, organisation.SUPERVISOR),
            ("HANDOVER", "ISSUED", farewells.FINAL_DATE, farewells.ASKER, organisation.SUPERVISOR),
        ]
        assert [(bill.period_start, bill.period_end, bill.energy_kwh_e2, bill.amount_fen) for bill in bills] == [
            # 0.58886875 yuan a kWh of the first tier: 37.10 and 51.23.
            (BILLED_TO, farewells.FINAL_DATE, 6_300, 3_710),
            (BILLED_TO, farewells.FINAL_DATE, 8_700, 5_123),
        ]

    def test_one_account_is_closed_and_the_other_somebody_elses(self, loaded: Loaded) -> None:
        numbers = [one.account_number for one in farewells.FAREWELLS]
        closed, handed = (customers.get_account(actor=SYSTEM, number=number) for number in numbers)

        assert closed is not None
        assert handed is not None
        assert (closed.status, closed.closed_date) == ("CLOSED", farewells.FINAL_DATE)
        assert (handed.status, handed.customer.number) == ("ACTIVE", farewells.TAKER_NUMBER)

    def test_loaded_again_nobody_leaves_twice(self, loaded: Loaded) -> None:
        assert not farewells.are_due(actor=SYSTEM)
        assert farewells.list_waiting(actor=SYSTEM) == []


class TestWorkedByHand:
    """Figures of the January sheet: capacity 26.3, demand 42, shared-meter price 0.62586875."""

    def test_two_transformers_pay_their_capacity(self, loaded: Loaded) -> None:
        assert get_bill("云泽恒锐精密铸造有限公司").basic_fen == 2_050 * 2_630

    def test_hot_standby_pays_and_sealed_does_not(self, loaded: Loaded) -> None:
        assert get_bill("云泽白鹭棉纺有限公司").basic_fen == 2_600 * 2_630
        assert get_bill("云泽南渡粮油加工有限公司").basic_fen == 1_000 * 2_630

    def test_twenty_suspended_days_of_31_leave_eleven_thirtieths(self, loaded: Loaded) -> None:
        # 26.3 x (800 + 800 x 11/30) = 28,754.67
        assert get_bill("云泽竹影塑料制品有限公司").basic_fen == 2_875_467

    def test_ten_suspended_days_reduce_nothing(self, loaded: Loaded) -> None:
        assert get_bill("云泽柳林包装有限公司").basic_fen == 1_000 * 2_630

    def test_of_interlocked_transformers_the_largest_pays(self, loaded: Loaded) -> None:
        assert get_bill("云泽北岭水泥制品有限公司").basic_fen == 1_250 * 2_630

    def test_demand_beyond_the_band_pays_twice(self, loaded: Loaded) -> None:
        segment = get_segments("云泽合拓锻造有限公司")[0]
        demand_kw = segment.demand * 3_000

        # 42 x 900, and 84 for each kW above 945.
        expected = 42 * 900 + 84 * (demand_kw - 945)

        assert get_bill("云泽合拓锻造有限公司").basic_fen == int((expected * 100).quantize(Decimal(1)))

    def test_within_the_band_the_contract_pays(self, loaded: Loaded) -> None:
        segment = get_segments("云泽晨晖商业广场有限公司")[0]

        assert 1_000 < segment.demand * 2_000 < 1_050
        assert get_bill("云泽晨晖商业广场有限公司").basic_fen == 1_000 * 4_200

    def test_the_staff_quarters_pay_the_shared_meter_price(self, loaded: Loaded) -> None:
        # 3,000 x 0.62586875 = 1,877.60625
        assert get_bill("云泽晨晖商业广场有限公司").shares_fen == 187_761

    def test_the_tenant_is_taken_off_the_plaza(self, loaded: Loaded) -> None:
        plaza, tenant = get_segments("云泽晨晖商业广场有限公司")[0], get_segments("云泽晨晖广场快递驿站")[0]
        metered = (plaza.total_end - plaza.total_start) * 2_000
        deducted = round(tenant.total_end - tenant.total_start)

        assert get_bill("云泽晨晖商业广场有限公司").energy_kwh_e2 == (metered - deducted) * 100

    def test_an_exchanged_meter_and_a_changed_ratio_have_two_segments(self, loaded: Loaded) -> None:
        exchanged = get_segments("云泽开源五金制造有限公司")
        rescaled = get_segments("云泽江岸印务有限公司")

        assert [segment.end_date for segment in exchanged] == [date(2026, 1, 14), BILLED_TO]
        assert len({segment.meter_number for segment in exchanged}) == 2
        assert [segment.multiplier for segment in rescaled] == [Decimal(600), Decimal(1_000)]
        assert len({segment.meter_number for segment in rescaled}) == 1

    def test_a_register_passed_its_last_digit(self, loaded: Loaded) -> None:
        [segment] = get_segments("云泽青石木业有限公司")

        assert segment.rolled_over
        assert segment.total_end < segment.total_start < 10_000

    def test_a_home_pays_by_tiers(self, loaded: Loaded) -> None:
        # 600 kWh in winter: 200 / 400; 600 x 0.58886875 + 200 x 0.05 + 200 x 0.3 = 423.32
        assert get_bill("照野远屿").energy_kwh_e2 == 60_000
        assert get_bill("照野远屿").amount_fen == 42_332

    def test_power_factor_standards_follow_the_rule(self, loaded: Loaded) -> None:
        standards = dict(
            BillingTerms.objects.for_actor(SYSTEM).values_list(
                "usage_point__account__customer__name", "power_factor_standard"
            )
        )

        assert standards["云泽恒锐精密铸造有限公司"] == Decimal("0.90")
        # Industry of exactly 160 kVA, and commerce from 100 kVA.
        assert standards["云泽城关食品厂"] == Decimal("0.85")
        assert standards["云泽滨湖医院"] == Decimal("0.85")
        assert standards["云泽白鹭洲客栈"] is None
        assert standards["云泽鼓楼便利店"] is None


class TestArchive:
    def test_holds_every_designed_customer(self, loaded: Loaded) -> None:
        entered_twice, takes_over, asks_for_supply = 2, 1, 1

        assert len(load.list_designs()) == 152
        assert Customer.objects.for_actor(SYSTEM).count() == 152 + entered_twice + takes_over + asks_for_supply

    def test_every_point_has_a_year_of_days(self, loaded: Loaded) -> None:
        days = DailyUsage.objects.for_actor(SYSTEM)

        assert days.count() == 152 * (BILLED_TO - CURVES_FROM).days
        assert not days.filter(missing_slots__gt=0).exists()

    def test_marks_what_is_derived(self, loaded: Loaded) -> None:
        qualities = FrozenSegment.objects.for_actor(SYSTEM).values_list(
            "usage_point__account__usage_class", "cycle_month__cycle__code", "quality"
        )

        assert set(qualities) == {
            ("COMMERCIAL_INDUSTRIAL", "A", "DERIVED"),
            ("RESIDENTIAL", "A", "DERIVED"),
            ("RESIDENTIAL", "B", "ACTUAL"),
        }

    def test_keeps_the_energy_of_daily_usage_in_the_curves(self, loaded: Loaded) -> None:
        point = UsagePoint.objects.for_actor(SYSTEM).get(account__number=make_user_number(trades.PLAZA_SERIAL))
        july = (date(2025, 7, 1), date(2025, 8, 1))

        rows = readings.list_daily_usage(actor=SYSTEM, usage_point=point, start=july[0], end=july[1])
        curve = readings.get_curve(
            actor=SYSTEM, root=loaded.data_dir / "intervals", usage_point=point, start=july[0], end=july[1]
        )

        assert curve is not None
        assert [10 * row.total_kwh_e2 for row in rows] == curve.wh.sum(axis=1).tolist()
        # In July Hubei's sharp hours are 20 to 22.
        assert [10 * row.sharp_kwh_e2 for row in rows] == curve.wh[:, 80:88].sum(axis=1).tolist()
        assert (np.array([row.demand_w for row in rows]) == 4 * curve.wh.max(axis=1)).all()

    def test_says_that_it_is_a_demo(self, loaded: Loaded) -> None:
        assert notes.is_demo(actor=SYSTEM)


class TestWorkLeftToDo:
    def test_has_findings_of_the_archive(self, loaded: Loaded) -> None:
        [audit] = QualityPass.objects.for_actor(SYSTEM)

        assert audit.finished_at is not None
        assert audit.found == QualityFinding.objects.for_actor(SYSTEM).count()
        assert "customer_without_identity" in set(
            QualityFinding.objects.for_actor(SYSTEM).values_list("rule", flat=True)
        )

    def test_has_one_sheet_that_the_head_of_marketing_can_approve(self, loaded: Loaded) -> None:
        now = SystemClock().now()
        [waiting] = tariffs.list_proposals(actor=SYSTEM)

        parts = {
            part.code: part.price for part in tariffs.get_version_page(actor=SYSTEM, version_id=waiting.id).components
        }
        with rolled_back():
            approved = approve_waiting_sheet()

        assert (waiting.proposed_by, waiting.grade, waiting.start.day) == ("tariffs", "C", 1)
        assert waiting.start > now.date()
        # Dearer in its parts as in its prices: 0.384470 + 0.0123.
        assert parts["AGENCY_PURCHASE"] == Decimal("0.396770")
        assert (approved.status, approved.decided_by) == ("ACTIVE", "chief")


class TestPeople:
    def test_log_in_with_the_passwords_that_are_printed(self, loaded: Loaded) -> None:
        names = [
            staff.name
            for login, password in loaded.passwords.items()
            if (staff := StaffBackend().authenticate(None, login=login, password=password))
        ]

        assert names == [person.name for person in organisation.PEOPLE]


class TestSecondStart:
    def test_loads_nothing_and_prints_the_same_passwords(self, loaded: Loaded) -> None:
        before = (list_bills(), DailyUsage.objects.for_actor(SYSTEM).count())
        progress = demo.Progress()

        passwords = demo.prepare(homes=17, data_dir=loaded.data_dir, progress=progress)

        assert passwords == loaded.passwords
        assert progress.seconds == {}
        assert (list_bills(), DailyUsage.objects.for_actor(SYSTEM).count()) == before

    def test_renews_passwords_whose_file_is_gone(self, loaded: Loaded, tmp_path: Path) -> None:
        with rolled_back():
            passwords = prepare(tmp_path)

            reviewer = StaffBackend().authenticate(
                None, login=organisation.REVIEWER, password=passwords[organisation.REVIEWER]
            )

        assert passwords != loaded.passwords
        assert reviewer is not None

    def test_refuses_sizes_it_cannot_have(self, loaded: Loaded) -> None:
        for homes in (0, 16, 50_001):
            with pytest.raises(UnableToLoadDemo, match="17 to 50000"):
                prepare(loaded.data_dir, homes)


class TestGrowth:
    def test_adds_homes_with_a_cycle_of_their_own_once(self, loaded: Loaded) -> None:
        bills = list_bills()

        with rolled_back():
            prepare(loaded.data_dir, 40)

            (grown,) = (one for one in demo.summarise(actor=SYSTEM) if one.points == 40 - HOMES)
            bills_after = list_bills()
            with pytest.raises(UnableToLoadDemo, match="grows once"):
                prepare(loaded.data_dir, 60)

        assert (grown.run, grown.status, grown.points, grown.bills, grown.faults) == (
            "JS-202601-C-01",
            "CALCULATED",
            23,
            23,
            0,
        )
        assert [bill for bill in bills_after if bill in bills] == bills


class TestFirstStart:
    def test_sets_curves_of_another_database_aside(self, tmp_path: Path) -> None:
        stale = tmp_path / "intervals" / "day=2026-01-01"
        stale.mkdir(parents=True)

        demo.set_aside(tmp_path / "intervals")

        [moved] = tmp_path.iterdir()
        assert moved.name.startswith("intervals-until-")
        assert [folder.name for folder in moved.iterdir()] == ["day=2026-01-01"]


@pytest.mark.django_db
def test_goes_on_where_a_broken_load_stopped(tmp_path: Path) -> None:
    plan_without_statistics()
    load_shipped_tariffs(actor=SYSTEM, loaded_at=SystemClock().now())
    load.found_utility(actor=SYSTEM, passwords=organisation.make_passwords())

    prepare(tmp_path)

    assert hash_bills(list_bills()) == GOLDEN


@pytest.mark.django_db
def test_refuses_a_database_in_which_another_utility_lives(tmp_path: Path) -> None:
    add_unit(code="GS", name="示例供电公司", kind=UnitKind.UTILITY, parent=None)

    with pytest.raises(UnableToLoadDemo, match="示例供电公司 lives in this database"):
        prepare(tmp_path)

    assert list(tmp_path.iterdir()) == []


def get_bill(name: str) -> Bill:
    """Return the issued bill of a customer."""
    bill: Bill = Bill.objects.for_actor(SYSTEM).get(customer_name=name)
    return bill


def get_segments(name: str) -> list[FrozenSegment]:
    """Return what was frozen for a customer, in order."""
    rows = FrozenSegment.objects.for_actor(SYSTEM).filter(usage_point__account__customer__name=name)
    return list(rows.order_by("sequence"))


def approve_waiting_sheet() -> TariffVersion:
    """Return the sheet that waits, tried on the billed month and approved by the head of marketing."""
    now = SystemClock().now()
    chief = identity.get_actor(login="chief", on=now.date(), origin="test")
    [waiting] = tariffs.list_proposals(actor=SYSTEM)
    trial = trials.start_trial(actor=chief, version_id=waiting.id, month=BILLED_FROM, at=now)
    trials.carry_out_trial(actor=chief, number=trial.number)
    return approve_version(actor=chief, version_id=waiting.id, reason="compared", at=now)


def give_to_another_owner_behind_another_meter(bill: Bill) -> None:
    """Exchange the meter of a billed point after its month, and hand its account over."""
    day = SystemClock().now().date()
    point = UsagePoint.objects.for_actor(SYSTEM).get(pk=bill.usage_point_id)
    old = point.installations.for_actor(SYSTEM).select_related("meter__unit").order_by("-id")[0]
    registers = [RegisterKind(name) for name in old.meter.registers]
    meter = metering.register_meter(
        actor=SYSTEM, unit=old.meter.unit, asset_number="EXCHANGED-1", registers=registers, integer_digits=6
    )
    metering.exchange_meter(
        actor=SYSTEM,
        usage_point=point,
        on=day,
        removal_readings={kind: Decimal(900_000) for kind in registers},
        meter=meter,
        install_readings={kind: Decimal(0) for kind in registers},
    )
    account = CustomerAccount.objects.for_actor(SYSTEM).get(pk=bill.account_id)
    other = Customer.objects.for_actor(SYSTEM).exclude(pk=account.customer_id).order_by("id")[0]
    customer_operations.hand_over_account(actor=SYSTEM, account=account, to=other, on=day)
