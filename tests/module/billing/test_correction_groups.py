"""Corrections of a sub-meter: the bills of the meter above it follow, in every month that they reach."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import transaction
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.once import built_once, fresh
from tests.factories.utility import Utility
from tests.module.billing.test_corrections import HOME, SHOP, Staff, carry_out, draft, issue_january, sums

from dianke.application import meter_to_cash
from dianke.domain.billing.models import Bill, BillCorrection
from dianke.domain.billing.queries.correcting import UnableToCorrect
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.types import MeteringSide
from dianke.domain.readings import operations as readings
from dianke.domain.readings.types import NewReading, ReadingSource
from dianke.kernel.clock import SHANGHAI
from dianke.platform.org import operations as org
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH, APRIL = date(2026, 2, 1), date(2026, 3, 1), date(2026, 4, 1)


def bill_three_months() -> Utility:
    """
    Return a shop with a kiosk behind its meter, and a home whose tiers run through the year with a flat behind its
    meter, billed for January, February and March.
    """
    utility = factory.build_utility()
    months.load_sheet(utility, months.HUBEI_FEBRUARY)
    months.load_sheet(utility, months.JIANGSU)
    options = {
        "terms": HOME, "plan": months.ANNUAL_HOME, "usage_class": UsageClass.RESIDENTIAL, "side": MeteringSide.LOW_LOW,
    }  # fmt: skip
    shop = factory.add_point(utility, start={"total": "0"}, end={"total": "1000"}, terms=SHOP)
    kiosk = factory.add_point(utility, start={"total": "0"}, end={"total": "300"}, terms=SHOP, parent=shop)
    home = factory.add_point(utility, start={"total": "0"}, end={"total": "2500"}, **options)
    flat = factory.add_point(utility, start={"total": "0"}, end={"total": "500"}, parent=home, **options)
    issue_january(utility)
    for month, read in (
        (FEBRUARY, {shop: "2000", kiosk: "600", home: "3500", flat: "700"}),
        (MARCH, {shop: "3000", kiosk: "900", home: "4000", flat: "800"}),
    ):
        months.bill_month(utility, month, {point: {"total": total} for point, total in read.items()})
    return utility


_built = built_once(bill_three_months)


@pytest.fixture
def utility(_built: Utility) -> Utility:
    return fresh(_built)


def calculate_april(utility: Utility) -> None:
    """Freeze and calculate April, and leave it at that."""
    end = datetime(2026, 5, 1, tzinfo=SHANGHAI)
    read = zip(utility.points, ("4000", "1200", "4500", "900"), strict=True)
    rows = [
        NewReading(
            installation_id=point.installations.for_actor(utility.actor).get().pk,
            read_at=end,
            values={"total": Decimal(total)},
        )
        for point, total in read
    ]
    readings.record_readings(actor=utility.actor, readings=rows, source=ReadingSource.FILE, batch="202604", at=end)
    with transaction.atomic():
        month = readings.open_month(actor=utility.actor, cycle=utility.cycle, month=APRIL)
        readings.freeze_month(actor=utility.actor, cycle_month=month, at=end)
    run = meter_to_cash.start_run(actor=utility.runner, cycle_code=utility.cycle.code, month=APRIL, at=end)
    meter_to_cash.calculate_run(actor=utility.runner, number=run.number)


def list_replaced(bills: list[Bill], point: UsagePoint) -> list[tuple[int, int, int]]:
    own = [bill for bill in bills if bill.usage_point_id == point.pk]
    return [(bill.month.month, *sums([bill])[0]) for bill in own]


def first_bill(utility: Utility, place: int) -> Bill:
    return months.list_bills_of(utility, utility.points[place])[0]


class TestNextMonth:
    def test_main_meter_is_billed_again_in_both_months(self, utility: Utility) -> None:
        shop, kiosk, _, _ = utility.points

        replacements = carry_out(Staff(utility), first_bill(utility, 1), {"segment.1.total_end": "200"})

        # The kiosk: 200 kWh, then 400; the shop: 800, then 600. March opens with a reading that was right.
        assert [(month, energy) for month, energy, _ in list_replaced(replacements, kiosk)] == [(1, 20000), (2, 40000)]
        assert [(month, energy) for month, energy, _ in list_replaced(replacements, shop)] == [(1, 80000), (2, 60000)]
        for month in (1, 2, 3):
            billed = Bill.objects.for_actor(utility.actor).filter(
                month__month=month, usage_point_id__in=[shop.pk, kiosk.pk]
            )
            assert sum(bill.energy_kwh_e2 for bill in billed) == 100000

    def test_everything_replays_and_a_second_correction_starts_from_what_stands(self, utility: Utility) -> None:
        staff = Staff(utility)
        before = [sums(months.list_bills_of(utility, point)[:2]) for point in utility.points[:2]]
        replacements = carry_out(staff, first_bill(utility, 1), {"segment.1.total_end": "200"})

        again = carry_out(staff, replacements[0], {"segment.1.total_end": "300"})

        assert sorted(sums(again)) == sorted(one for of_point in before for one in of_point)
        assert all(
            meter_to_cash.replay_bill(actor=utility.runner, number=bill.number).is_equal
            for point in utility.points
            for bill in months.list_bills_of(utility, point)
        )

    def test_opening_reading_reaches_its_own_month_alone(self, utility: Utility) -> None:
        replacements = carry_out(Staff(utility), first_bill(utility, 1), {"segment.1.total_start": "100"})

        assert {bill.month.month for bill in replacements} == {1}
        assert [bill.energy_kwh_e2 for bill in replacements] == [20000, 80000]

    def test_terms_of_the_sub_meter_stay_with_it(self, utility: Utility) -> None:
        changes = {"terms.prices": "AS_IN_FORCE", "segment.1.total_start": "100"}

        replacements = carry_out(Staff(utility), first_bill(utility, 1), changes)

        # At 0.715686.
        assert sums(replacements) == [(20000, 14314), (80000, 57255)]

    def test_draws_every_bill_before_anybody_is_asked(self, utility: Utility) -> None:
        order = draft(Staff(utility), first_bill(utility, 1), {"segment.1.total_end": "200"})

        bills = order.bills.for_actor(utility.actor).order_by("sequence")
        assert list(bills.values_list("month__month", flat=True)) == [1, 1, 2, 2]


class TestTiersOfTheYear:
    def test_of_the_main_meter_follow(self, utility: Utility) -> None:
        _, _, home, flat = utility.points
        before = months.list_bills_of(utility, home)

        replacements = carry_out(Staff(utility), first_bill(utility, 3), {"segment.1.total_start": "200"})

        # 2000, 800 and 400 kWh; the first block ends at 2760. With 2200 kWh in January, 3000 by February.
        assert sums(before) == [(200000, 105660), (80000, 42264 + 200), (40000, 21132 + 2000)]
        assert list_replaced(replacements, flat) == [(1, 30000, 15849)]
        assert list_replaced(replacements, home) == [(1, 220000, 116226), (2, 80000, 42264 + 1200)]


class TestRefused:
    def test_while_a_run_takes_the_sub_meter_off_from_the_wrong_reading(self, utility: Utility) -> None:
        march = months.list_bills_of(utility, utility.points[1])[2]
        calculate_april(utility)

        with pytest.raises(UnableToCorrect, match="not issued yet bills the meter above"):
            draft(Staff(utility), march, {"segment.1.total_end": "850"})

        assert not BillCorrection.objects.for_actor(utility.actor).exists()

    def test_where_the_main_meter_belongs_to_a_unit_out_of_reach(self, utility: Utility) -> None:
        branch = org.add_unit(code="01", name="分公司", kind=UnitKind.BRANCH, parent=utility.root)
        kiosk = first_bill(utility, 1)
        Bill.objects.for_actor(utility.actor).filter(usage_point_id=kiosk.usage_point_id).update(unit=branch)
        clerk = factory.add_clerk(branch, "of-branch", ["billing.view", "billing.correct"])
        staff = Staff(utility)
        staff.clerk = clerk

        with pytest.raises(UnableToCorrect, match="unit outside of yours"):
            draft(staff, kiosk, {"segment.1.total_end": "200"})
