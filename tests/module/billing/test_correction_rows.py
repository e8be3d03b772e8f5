"""Corrections add what a bill never knew and take out what it ought not have known: figures by hand, to the fen."""

from datetime import date
from decimal import Decimal

import pytest
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import add_foundry, add_home
from tests.factories.once import built_once, fresh
from tests.factories.utility import Utility
from tests.module.billing.test_corrections import SHOP, Staff, carry_out, draft, issue_january, list_lines, only_bill

from dianke.application import meter_to_cash
from dianke.domain.billing.models import Bill, BillCorrection
from dianke.domain.billing.operations.terms import Share
from dianke.domain.billing.queries.bills import list_lines as list_bill_lines
from dianke.domain.billing.queries.frozen import get_basis
from dianke.domain.billing.rules import explain
from dianke.domain.billing.rules.correction_columns import FactsUnreadable, FactUnknown, FactUnreadable

pytestmark = pytest.mark.django_db

EXCHANGE = {
    "segment.1.total_end": "1200",
    "segment.+1.meter_number": "BX-2", "segment.+1.start_date": "2026-01-11", "segment.+1.ticket": "GD-8801",
    "segment.+1.total_start": "5", "segment.+1.total_end": "155",
}  # fmt: skip
LIGHTING = {"share.+1.name": "非居民照明", "share.+1.price": "0.8", "share.+1.ratio": "0.1"}

_built = built_once(factory.build_utility)


@pytest.fixture
def utility(_built: Utility) -> Utility:
    return fresh(_built)


@pytest.fixture
def staff(utility: Utility) -> Staff:
    return Staff(utility)


def assert_replays(utility: Utility, bills: list[Bill]) -> None:
    for bill in bills:
        assert meter_to_cash.replay_bill(actor=utility.runner, number=bill.number).is_equal
        lines = explain.lines_of(list_bill_lines(actor=utility.actor, bill_id=bill.pk))
        assert explain.explain_bill(basis=get_basis(bill), lines=lines).is_equal


class TestExchange:
    @pytest.fixture
    def bill(self, utility: Utility) -> Bill:
        add_home(utility, "1450")
        issue_january(utility)
        return only_bill(utility)

    def test_that_was_forgotten_bills_both_meters(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        (replacement,) = carry_out(staff, bill, EXCHANGE)

        # 200 kWh on the old meter and 150 on the new one: 350 kWh, 206.10 + 150 × 0.05.
        assert (replacement.energy_kwh_e2, replacement.amount_fen) == (35000, 21360)
        meters = get_basis(replacement)["meters"]
        assert [(one["meter"], one["from"], one["to"]) for one in meters] == [
            (meters[0]["meter"], "2026-01-01", "2026-01-11"),
            ("BX-2", "2026-01-11", "2026-02-01"),
        ]
        assert_replays(utility, [replacement])
        order = BillCorrection.objects.for_actor(utility.actor).get()
        assert order.changes["segment.+1.ticket"] == "GD-8801"

    def test_of_another_multiplier_goes_on_in_every_bill_that_names_the_old_meter(
        self, utility: Utility, staff: Staff, bill: Bill
    ) -> None:
        (home,) = utility.points
        months.bill_month(utility, date(2026, 2, 1), {home: {"total": "1500"}})
        months.bill_month(utility, date(2026, 3, 1), {home: {"total": "1530"}})

        bills = carry_out(
            staff, bill, {**EXCHANGE, "segment.+1.total_end": "1450", "segment.+1.total_start": "1400",
                          "segment.+1.multiplier": "2"}
        )  # fmt: skip

        # 200 + 50 × 2; then 50 × 2 and 30 × 2 kWh at 0.58886875.
        assert [(one.energy_kwh_e2, one.amount_fen) for one in bills] == [
            (30000, 17666 + 500), (10000, 5889), (6000, 3533),
        ]  # fmt: skip
        assert [get_basis(one)["meters"][-1]["meter"] for one in bills] == ["BX-2", "BX-2", "BX-2"]
        assert_replays(utility, bills)

    def test_of_the_same_multiplier_leaves_the_bills_that_follow(
        self, utility: Utility, staff: Staff, bill: Bill
    ) -> None:
        (home,) = utility.points
        months.bill_month(utility, date(2026, 2, 1), {home: {"total": "1600"}})

        bills = carry_out(staff, bill, {**EXCHANGE, "segment.+1.total_start": "1250", "segment.+1.total_end": "1450"})

        assert [one.energy_kwh_e2 for one in bills] == [40000]

    @pytest.mark.parametrize(
        ("changes", "field", "reason"),
        [
            ({"segment.+1.start_date": "2026-02-01"}, "segment.+1.start_date", "within the period"),
            ({"segment.+1.start_date": "2026-01-01"}, "segment.+1.start_date", "within the period"),
            ({"segment.+1.ticket": ""}, "segment.+1.ticket", "value is needed"),
            ({"segment.+1.total_end": ""}, "segment.+1.total_end", "value is needed"),
            ({"segment.+1.total_end": "", "segment.+1.total_start": ""}, "segment.+1.meter_number", "showed"),
        ],
    )
    def test_refuses_what_cannot_be_and_says_what_to_do(
        self, utility: Utility, staff: Staff, bill: Bill, changes: dict[str, str], field: str, reason: str
    ) -> None:
        with pytest.raises(FactUnreadable, match=reason) as refused:
            draft(staff, bill, {**EXCHANGE, **changes})

        assert refused.value.field == field
        assert BillCorrection.objects.for_actor(utility.actor).count() == 0

    def test_tells_every_fault_at_once(self, staff: Staff, bill: Bill) -> None:
        with pytest.raises(FactsUnreadable) as refused:
            draft(
                staff,
                bill,
                {**EXCHANGE, "segment.+1.ticket": "", "segment.+1.total_end": "x", "segment.1.total_end": "y"},
            )

        fields = {fault.field for fault in refused.value.faults}
        assert fields == {"segment.+1.ticket", "segment.+1.total_end", "segment.1.total_end"}

    def test_empty_rows_change_nothing(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        empty = {
            "share.+1.name": "",
            "share.+1.with_funds": "1",
            "segment.+1.rolled_over": "0",
            "segment.+1.ticket": " ",
        }

        (replacement,) = carry_out(staff, bill, {"segment.1.total_end": "1350", **empty})

        order = BillCorrection.objects.for_actor(utility.actor).get()
        assert order.changes == {"segment.1.total_end": "1350"}
        assert replacement.energy_kwh_e2 == 35000

    @pytest.mark.parametrize(
        "name", ["segment.1.out", "share.1.out", "sub.7.out", "segment.+1.password", "sub.7.+1.ticket"]
    )
    def test_refuses_rows_that_are_not_there(self, staff: Staff, bill: Bill, name: str) -> None:
        with pytest.raises(FactUnknown):
            draft(staff, bill, {name: "1"})


class TestShare:
    def test_that_was_forgotten_is_billed_at_its_own_price(self, utility: Utility, staff: Staff) -> None:
        factory.add_point(utility, start={"total": "0"}, end={"total": "1000"}, terms=SHOP)
        issue_january(utility)

        (replacement,) = carry_out(staff, only_bill(utility), LIGHTING)

        # 100 kWh at 0.8 and 900 at 0.715686 = 644.12 (644.1174).
        assert replacement.amount_fen == 8000 + 64412
        assert replacement.shares_fen == 8000
        assert_replays(utility, [replacement])

    def test_that_ought_not_be_is_taken_out(self, utility: Utility, staff: Staff) -> None:
        shares = [
            Share(name="照明", price=Decimal("0.8"), ratio=Decimal("0.1")),
            Share(name="宿舍", price=Decimal("0.6"), fixed_kwh=Decimal(200)),
        ]
        factory.add_point(utility, start={"total": "0"}, end={"total": "1000"}, terms={**SHOP, "shares": shares})
        issue_january(utility)

        (replacement,) = carry_out(staff, only_bill(utility), {"share.2.out": "1"})

        assert replacement.amount_fen == 8000 + 64412
        assert_replays(utility, [replacement])

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"share.+1.fixed_kwh": "10"}, "fill in one"),
            ({"share.+1.ratio": ""}, "fill in one"),
            ({"share.+1.ratio": "1.01"}, "more than one"),
            ({"share.+1.price": ""}, "value is needed"),
        ],
    )
    def test_refuses_what_cannot_be(self, utility: Utility, staff: Staff, changes: dict[str, str], reason: str) -> None:
        factory.add_point(utility, start={"total": "0"}, end={"total": "1000"}, terms=SHOP)
        issue_january(utility)

        with pytest.raises(FactUnreadable, match=reason):
            draft(staff, only_bill(utility), {**LIGHTING, **changes})


class TestTransformer:
    @pytest.fixture
    def bill(self, utility: Utility) -> Bill:
        add_foundry(utility)
        issue_january(utility)
        return only_bill(utility)

    def test_that_was_forgotten_counts_by_its_days(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        (replacement,) = carry_out(
            staff, bill,
            {"capacity.+1.code": "T-NEW", "capacity.+1.kva": "400", "capacity.+1.state": "RUNNING",
             "capacity.+1.from_date": "2026-01-23"},
        )  # fmt: skip

        # Nine days of thirty of 400 kVA: (2050 + 400 × 9 / 30) × 26.3.
        assert list_lines(utility, replacement)["basic.capacity"] == Decimal("57071.00")
        assert_replays(utility, [replacement])

    def test_sealed_and_unsealed_within_the_month_is_free_in_between(
        self, utility: Utility, staff: Staff, bill: Bill
    ) -> None:
        code = get_basis(bill)["transformers"][0]["code"]

        (replacement,) = carry_out(
            staff, bill,
            {"capacity.1.to_date": "2026-01-08",
             "capacity.+1.code": code, "capacity.+1.state": "COLD_SEALED", "capacity.+1.from_date": "2026-01-08",
             "capacity.+1.to_date": "2026-01-25",
             "capacity.+2.code": code, "capacity.+2.state": "RUNNING", "capacity.+2.from_date": "2026-01-25"},
        )  # fmt: skip

        # Seven days before sealing and seven from unsealing on: 2050 × 26.3 × 14 / 30 = 25160.33 (25160.333).
        assert list_lines(utility, replacement)["basic.capacity"] == Decimal("25160.33")
        assert_replays(utility, [replacement])

    def test_states_that_overlap_are_refused(self, utility: Utility, staff: Staff, bill: Bill) -> None:
        code = get_basis(bill)["transformers"][0]["code"]

        with pytest.raises(FactUnreadable, match="overlap"):
            draft(
                staff, bill,
                {"capacity.+1.code": code, "capacity.+1.state": "COLD_SEALED", "capacity.+1.from_date": "2026-01-08"},
            )  # fmt: skip
        with pytest.raises(FactUnreadable, match="needs its capacity"):
            draft(staff, bill, {"capacity.+1.code": "T-9", "capacity.+1.state": "RUNNING"})


class TestSubMeter:
    def test_that_was_forgotten_is_taken_off_by_its_own_bill(self, utility: Utility, staff: Staff) -> None:
        main = factory.add_point(utility, start={"total": "0"}, end={"total": "1000"}, terms=SHOP)
        kiosk = factory.add_point(utility, start={"total": "0"}, end={"total": "300"}, terms=SHOP)
        issue_january(utility)
        bill = only_bill(utility, main)

        (replacement,) = carry_out(staff, bill, {"sub.+1.point": kiosk.code})

        # At 0.715686: 1000 kWh become 700.
        assert (bill.energy_kwh_e2, replacement.energy_kwh_e2, replacement.amount_fen) == (100000, 70000, 50098)
        assert_replays(utility, [replacement])
        order = BillCorrection.objects.for_actor(utility.actor).get()
        assert (order.changes["sub.+1.point_id"], order.changes["sub.+1.total_end"]) == (str(kiosk.pk), "300")

    def test_with_readings_of_its_own_needs_no_bill(self, utility: Utility, staff: Staff) -> None:
        main = factory.add_point(utility, start={"total": "0"}, end={"total": "1000"}, terms=SHOP)
        kiosk = factory.add_point(utility, start={"total": "0"}, end={"total": "300"}, terms=SHOP)
        issue_january(utility)

        (replacement,) = carry_out(
            staff, only_bill(utility, main),
            {"sub.+1.point": kiosk.code, "sub.+1.total_start": "10", "sub.+1.total_end": "60",
             "sub.+1.multiplier": "2"},
        )  # fmt: skip

        assert replacement.energy_kwh_e2 == 90000
        assert_replays(utility, [replacement])

    def test_that_ought_not_be_is_no_longer_taken_off(self, utility: Utility, staff: Staff) -> None:
        main = factory.add_point(utility, start={"total": "0"}, end={"total": "1000"}, terms=SHOP)
        kiosk = factory.add_point(utility, start={"total": "0"}, end={"total": "300"}, terms=SHOP, parent=main)
        issue_january(utility)

        (replacement,) = carry_out(staff, only_bill(utility, main), {f"sub.{kiosk.pk}.out": "1"})

        assert replacement.energy_kwh_e2 == 100000
        assert_replays(utility, [replacement])

    def test_whose_exchange_was_forgotten_takes_the_main_meter_with_it(self, utility: Utility, staff: Staff) -> None:
        main = factory.add_point(utility, start={"total": "0"}, end={"total": "1000"}, terms=SHOP)
        kiosk = factory.add_point(utility, start={"total": "0"}, end={"total": "300"}, terms=SHOP, parent=main)
        issue_january(utility)

        bills = carry_out(
            staff, only_bill(utility, kiosk),
            {"segment.1.total_end": "100", "segment.+1.meter_number": "BX-3", "segment.+1.start_date": "2026-01-11",
             "segment.+1.ticket": "GD-1", "segment.+1.total_start": "250", "segment.+1.total_end": "300"},
        )  # fmt: skip

        assert [one.energy_kwh_e2 for one in bills] == [15000, 85000]
        assert_replays(utility, bills)

    @pytest.mark.parametrize(("code", "reason"), [("NO-SUCH", "no such usage point"), ("", "value is needed")])
    def test_that_nobody_knows_is_refused(self, utility: Utility, staff: Staff, code: str, reason: str) -> None:
        main = factory.add_point(utility, start={"total": "0"}, end={"total": "1000"}, terms=SHOP)
        issue_january(utility)

        with pytest.raises(FactUnreadable, match=reason):
            draft(
                staff,
                only_bill(utility, main),
                {"sub.+1.point": code, "sub.+1.total_start": "1", "sub.+1.total_end": "2"},
            )

    def test_is_not_the_meter_itself(self, utility: Utility, staff: Staff) -> None:
        main = factory.add_point(utility, start={"total": "0"}, end={"total": "1000"}, terms=SHOP)
        issue_january(utility)

        with pytest.raises(FactUnreadable, match="taken off already"):
            draft(staff, only_bill(utility, main), {"sub.+1.point": main.code})
