"""Back-billing bills beside the months it concerns: by the rules, approved by another, replayed to the fen."""

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.utility import JANUARY, Utility
from tests.module.billing.test_corrections import Staff

from dianke.application import bill_corrections, bill_documents, meter_to_cash
from dianke.application.bill_documents.sheet import lay_out_sheet
from dianke.domain.billing.models import Bill, BillCorrection, BillLine, BillTotal, CorrectedBill, CorrectionEvidence
from dianke.domain.billing.operations.corrections import (
    BillUnderCorrection,
    CorrectionIsStale,
    CorrectionOutOfState,
    ReasonNeeded,
)
from dianke.domain.billing.operations.totals import check_month
from dianke.domain.billing.queries import back_billing as queries
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import corrections
from dianke.domain.billing.queries.correcting import UnableToCorrect, list_living
from dianke.domain.billing.queries.inputs import load_used_before
from dianke.domain.billing.rules.back_bills import NothingToBill, UnableToWorkCase
from dianke.domain.billing.types import CorrectionCause, get_bill_id_range
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

ASKED = datetime(2026, 4, 20, 9, tzinfo=SHANGHAI)
APPROVED = datetime(2026, 4, 20, 15, tzinfo=SHANGHAI)
ISSUED = datetime(2026, 4, 21, 9, tzinfo=SHANGHAI)
FEBRUARY = date(2026, 2, 1)
# The published cases of docs/rules/recover.md.
FAST = {"kind": "meter_error", "recorded_kwh": "10000", "error_ratio": "0.05", "price": "0.5", "on": "2026-04-20"}
THEFT = {"kind": "theft", "user": "power", "capacity_kw": "10", "price": "0.5", "multiple": "3", "on": "2026-04-20"}
LIGHTING = {"kind": "theft", "user": "lighting", "capacity_kw": "1.5", "days": "90", "price": "0.5583"}
BASIC = {
    "kind": "breach", "act": "over_capacity_two_part", "kva": "315", "months": "1.2333333333", "basic_price": "20",
}  # fmt: skip
CLASS = {"kind": "breach", "act": "class_change", "kwh": "650", "price_paid": "0.5", "price_due": "0.8"}
SEALED = {"kind": "breach", "act": "sealed_other", "kw": "75.5"}
MOVED = {"kind": "breach", "act": "moved_device", "residential": True}
FUSE = {"kind": "fuse", "normal_kwh": "5000", "recorded_kwh": "3300", "price": "0.55"}
WIRING = {"kind": "wrong_wiring", "recorded_kwh": "30000", "correction_factor": "3", "price": "0.60"}
MULTIPLIER = {"kind": "wrong_multiplier", "kwh": "6000", "used": "30", "right": "40", "price": "0.7"}


_built = built_once(lambda: issue_homes("1450"))


@pytest.fixture
def utility(_built: Utility) -> Utility:
    return fresh(_built)


@pytest.fixture
def staff(utility: Utility) -> Staff:
    return Staff(utility)


def only_bill(utility: Utility) -> Bill:
    return months.list_bills_of(utility, utility.points[0])[0]


def draft(staff: Staff, bill: Bill, case: dict[str, Any], **options: Any) -> BillCorrection:
    values = {"from_month": bill.month, "reason": "检定不合格", "at": ASKED, **options}
    return bill_corrections.draft_back_billing(actor=staff.clerk, bill_id=bill.pk, case=case, **values)


def carry_out(staff: Staff, bill: Bill, case: dict[str, Any], **options: Any) -> Bill:
    order = draft(staff, bill, case, **options)
    bill_corrections.ask_correction(actor=staff.clerk, key=order.pk, at=ASKED)
    bill_corrections.approve_correction(actor=staff.head, key=order.pk, at=APPROVED)
    (issued,) = bill_corrections.issue_correction(actor=staff.chief, key=order.pk, at=ISSUED)
    return issued


def lines_of(utility: Utility, bill: Bill) -> list[tuple[str, Decimal, Decimal, Decimal, str]]:
    return [
        (line.code, line.quantity, line.price, line.amount, line.rule)
        for line in bill_queries.list_lines(actor=utility.actor, bill_id=bill.pk)
    ]


def count(utility: Utility) -> tuple[int, int, int]:
    return (
        Bill.objects.for_actor(utility.actor).count(),
        BillCorrection.objects.for_actor(utility.actor).count(),
        CorrectedBill.objects.for_actor(utility.actor).count(),
    )


class TestBill:
    @pytest.mark.parametrize(
        ("case", "energy_e2", "amounts"),
        [
            (FAST, -23800, {"recovery.energy": "-119.00"}),
            (WIRING, 6000000, {"recovery.energy": "36000.00"}),
            (MULTIPLIER, 200000, {"recovery.energy": "1400.00"}),
            (FUSE, 170000, {"recovery.energy": "935.00"}),
            (THEFT, 2160000, {"recovery.energy": "10800.00", "penalty.multiple": "32400.00"}),
            (LIGHTING, 81000, {"recovery.energy": "452.22", "penalty.multiple": "1356.66"}),
            (BASIC, 0, {"recovery.basic": "7770.00", "penalty.multiple": "23310.00"}),
            (CLASS, 0, {"recovery.energy": "195.00", "penalty.multiple": "390.00"}),
            (SEALED, 0, {"penalty.capacity": "2265.00"}),
            (MOVED, 0, {"penalty.flat": "500.00"}),
        ],
        ids=["fast", "wiring", "multiplier", "fuse", "theft", "lighting", "basic", "class", "sealed", "moved"],
    )
    def test_has_the_lines_of_the_published_case_and_replays_equally(
        self, utility: Utility, staff: Staff, case: dict[str, Any], energy_e2: int, amounts: dict[str, str]
    ) -> None:
        issued = carry_out(staff, only_bill(utility), case)

        report = meter_to_cash.replay_bill(actor=utility.runner, number=issued.number)

        total = sum(Decimal(amount) for amount in amounts.values())
        assert {line[0]: str(line[3].quantize(Decimal("0.01"))) for line in lines_of(utility, issued)} == amounts
        assert (issued.energy_kwh_e2, issued.amount_fen) == (energy_e2, int(total * 100))
        assert (report.is_equal, report.lines, report.amount_fen) == (True, len(amounts), int(total * 100))

    def test_stands_beside_its_month_and_changes_no_bill(self, utility: Utility, staff: Staff) -> None:
        original = only_bill(utility)
        before = (original.amount_fen, lines_of(utility, original))

        issued = carry_out(staff, original, THEFT)

        original.refresh_from_db()
        order = BillCorrection.objects.for_actor(utility.actor).get()
        assert (original.amount_fen, lines_of(utility, original)) == before
        assert (issued.month, issued.corrects_id, issued.correction_id) == (JANUARY, original.pk, order.pk)
        assert (issued.calculated_by, issued.issued_by, issued.issued_at) == ("clerk", "chief", ISSUED)
        assert (issued.energy_fen, issued.basic_fen, issued.amount_fen) == (1080000, 0, 4320000)
        assert lines_of(utility, issued) == [
            ("recovery.energy", Decimal(21600), Decimal("0.5"), Decimal(10800), "TR-11"),
            ("penalty.multiple", Decimal(10800), Decimal(3), Decimal(32400), "TR-11"),
        ]
        assert order.case["rule_set"] == "RS-2024"
        assert list(
            CorrectedBill.objects.for_actor(utility.actor).values_list("bill_id", "replacement_id", "holds_bill")
        ) == [(original.pk, issued.pk, False)]

    def test_counts_neither_for_tiers_nor_among_bills_that_stand(self, utility: Utility, staff: Staff) -> None:
        original = only_bill(utility)

        carry_out(staff, original, THEFT)

        points = np.array([original.usage_point_id], dtype=np.int64)
        used = load_used_before(month=FEBRUARY, start=FEBRUARY, point_ids=points)
        first, end = get_bill_id_range(year=2026, month=1)
        living = list_living(
            actor=utility.actor,
            usage_point_id=original.usage_point_id,
            account_id=original.account_id,
            first=first,
            end=end,
        )
        assert used["energy_e2"].to_pylist() == [45000]
        assert [bill.pk for bill in living] == [original.pk]

    def test_adds_to_the_totals_of_the_month_it_is_issued_in(self, utility: Utility, staff: Staff) -> None:
        carry_out(staff, only_bill(utility), FAST)

        rows = BillTotal.objects.for_actor(utility.actor).filter(is_correction=True)

        assert list(rows.values_list("month", "booked_month", "bill_count", "energy_kwh_e2", "amount_fen")) == [
            (JANUARY, date(2026, 4, 1), 1, -23800, -11900)
        ]
        assert check_month(month=JANUARY).differing_groups == 0

    @pytest.mark.parametrize(
        ("case", "recovery_fen", "penalty_fen"),
        [(FAST, -11_900, 0), (THEFT, 1_080_000, 3_240_000), (BASIC, 777_000, 2_331_000), (MOVED, 0, 50_000)],
        ids=["fast", "theft", "basic", "moved"],
    )
    def test_stands_in_columns_of_its_own_in_the_totals(
        self, utility: Utility, staff: Staff, case: dict[str, Any], recovery_fen: int, penalty_fen: int
    ) -> None:
        carry_out(staff, only_bill(utility), case)

        parts = ("basic_fen", "energy_fen", "recovery_fen", "penalty_fen", "amount_fen")
        rows = BillTotal.objects.for_actor(utility.actor).filter(is_correction=True)

        assert list(rows.values_list(*parts)) == [(0, 0, recovery_fen, penalty_fen, recovery_fen + penalty_fen)]
        assert check_month(month=JANUARY).differing_groups == 0

    def test_concerns_every_month_from_the_first_to_the_last(self, utility: Utility, staff: Staff) -> None:
        months.bill_month(utility, FEBRUARY, {utility.points[0]: {"total": "1500"}})
        january, february = months.list_bills_of(utility, utility.points[0])

        issued = carry_out(staff, february, FAST, from_month=JANUARY)

        assert (issued.month, issued.period_start, issued.period_end) == (
            FEBRUARY,
            january.period_start,
            february.period_end,
        )
        assert [row["number"] for row in issued.basis["recovery"]["bills"]] == [january.number, february.number]

    def test_is_written_as_data_with_its_order_and_its_steps(self, utility: Utility, staff: Staff) -> None:
        original = only_bill(utility)
        issued = carry_out(staff, original, FAST)

        (written,) = bill_documents.write_structured_bills(actor=utility.runner, bills=[issued])

        assert (written["kind"], written["total"]["amount"], written["check"]["is_equal"]) == (
            "BACK_BILLING",
            "-119.00",
            True,
        )
        assert written["corrections"][0]["original"] == original.number
        assert "10,000 ÷ (1 + 0.05)" in " ".join(step["text"] for step in written["lines"][0]["explanation"])
        assert [one["language"] for one in written["messages"]] == ["zh-Hans", "en"]
        assert original.number in lay_out_sheet(written)["notes"][0]


class TestReplay:
    def test_names_the_first_line_that_was_changed(self, utility: Utility, staff: Staff) -> None:
        issued = carry_out(staff, only_bill(utility), THEFT)
        BillLine.objects.for_actor(utility.actor).filter(id=issued.pk * 100 + 2).update(amount_e6=1)

        report = meter_to_cash.replay_bill(actor=utility.runner, number=issued.number)

        assert [(one.code, one.computed) for one in report.differences] == [("penalty.multiple", Decimal("32400.00"))]

    def test_of_the_month_covers_the_order(self, utility: Utility, staff: Staff) -> None:
        carry_out(staff, only_bill(utility), FAST)
        order = BillCorrection.objects.for_actor(utility.actor).get()

        found = meter_to_cash.replay_month(actor=utility.runner, month=JANUARY)

        assert [(number, report.is_equal) for number, report in found.items()] == [
            ("JS-202601-C1-01", True),
            (order.number, True),
        ]


class TestOrder:
    def test_level_follows_the_amounts_of_all_lines(self, utility: Utility, staff: Staff) -> None:
        bill = only_bill(utility)

        small = draft(staff, bill, FAST)

        assert (small.difference_fen, small.deciding_fen, small.level) == (-11900, 11900, "SECTION")
        assert small.cause == CorrectionCause.METER_ERROR.value

    def test_large_one_is_refused_to_the_section(self, utility: Utility, staff: Staff) -> None:
        order = draft(staff, only_bill(utility), THEFT)
        bill_corrections.ask_correction(actor=staff.clerk, key=order.pk, at=ASKED)

        with pytest.raises(PermissionRefused):
            bill_corrections.approve_correction(actor=staff.chief, key=order.pk, at=APPROVED)

        order.refresh_from_db()
        assert (order.state, order.level) == ("PENDING", "UTILITY")

    def test_is_approved_and_issued_by_others_than_who_asked(self, utility: Utility) -> None:
        everything = ["billing.view", "billing.correct", "billing.approve_corrections", "billing.issue"]
        alone = factory.add_clerk(utility.root, "alone", everything)
        order = bill_corrections.draft_back_billing(
            actor=alone, bill_id=only_bill(utility).pk, from_month=JANUARY, case=FAST, reason="检定", at=ASKED
        )
        bill_corrections.ask_correction(actor=alone, key=order.pk, at=ASKED)

        with pytest.raises(SamePerson):
            bill_corrections.approve_correction(actor=alone, key=order.pk, at=APPROVED)

        order.refresh_from_db()
        assert order.state == "PENDING"

    def test_is_issued_once(self, utility: Utility, staff: Staff) -> None:
        carry_out(staff, only_bill(utility), FAST)
        order = BillCorrection.objects.for_actor(utility.actor).get()
        before = count(utility)

        with pytest.raises(CorrectionOutOfState):
            bill_corrections.issue_correction(actor=staff.chief, key=order.pk, at=ISSUED)

        assert count(utility) == before

    def test_holds_the_bills_it_concerns_until_it_is_issued(self, utility: Utility, staff: Staff) -> None:
        bill = only_bill(utility)
        draft(staff, bill, FAST)
        before = count(utility)

        with pytest.raises(BillUnderCorrection):
            bill_corrections.draft_correction(
                actor=staff.clerk,
                bill_id=bill.pk,
                cause=CorrectionCause.WRONG_READING,
                reason="抄错",
                changes={"segment.1.total_end": "1350"},
                at=ASKED,
            )

        assert count(utility) == before

    def test_months_may_be_back_billed_again_and_rebilled_once_it_is_issued(
        self, utility: Utility, staff: Staff
    ) -> None:
        bill = only_bill(utility)
        carry_out(staff, bill, FAST)

        second = carry_out(staff, bill, CLASS)
        rebill = bill_corrections.draft_correction(
            actor=staff.clerk,
            bill_id=bill.pk,
            cause=CorrectionCause.WRONG_READING,
            reason="抄错",
            changes={"segment.1.total_end": "1350"},
            at=ASKED,
        )

        assert second.amount_fen == 58500
        assert rebill.state == "DRAFT"

    def test_is_stale_once_a_bill_it_concerns_was_taken_back(self, utility: Utility, staff: Staff) -> None:
        bill = only_bill(utility)
        order = draft(staff, bill, FAST)
        CorrectedBill.objects.for_actor(utility.actor).update(lines_sha256="other")

        with pytest.raises(CorrectionIsStale):
            bill_corrections.ask_correction(actor=staff.clerk, key=order.pk, at=ASKED)

        order.refresh_from_db()
        assert order.state == "DRAFT"

    def test_is_written_anew_under_its_number(self, utility: Utility, staff: Staff) -> None:
        order = draft(staff, only_bill(utility), FAST)

        changed = bill_corrections.change_back_billing(
            actor=staff.clerk, key=order.pk, from_month=JANUARY, case={**FAST, "price": "1"}, reason="改价"
        )

        assert (changed.pk, changed.difference_fen, changed.reason) == (order.pk, -23800, "改价")
        assert count(utility) == (1, 1, 1)


class TestRefusals:
    def test_name_every_fault_of_the_facts(self, utility: Utility, staff: Staff) -> None:
        before = count(utility)

        with pytest.raises(UnableToWorkCase) as refused:
            draft(staff, only_bill(utility), {"kind": "meter_error", "recorded_kwh": "1O"})

        assert [(fault.field, fault.code) for fault in refused.value.faults] == [
            ("recorded_kwh", "not_a_decimal"),
            ("error_ratio", "missing_field"),
        ]
        assert count(utility) == before

    @pytest.mark.parametrize(
        ("case", "field"),
        [
            ({name: value for name, value in FAST.items() if name != "price"}, "price"),
            ({**THEFT, "multiple": "4"}, "multiple"),
            ({**FAST, "price": "0.123456789"}, None),
            ({**WIRING, "half_period": True}, "half_period"),
            ({**FAST, "kind": "late_fee"}, "kind"),
        ],
        ids=["no price", "multiple above the rules", "nine decimals", "half period", "late fee"],
    )
    def test_change_nothing(self, utility: Utility, staff: Staff, case: dict[str, Any], field: str | None) -> None:
        before = count(utility)

        with pytest.raises(UnableToWorkCase) as refused:
            draft(staff, only_bill(utility), case)

        assert refused.value.field == field
        assert count(utility) == before

    def test_nothing_to_bill_is_no_order(self, utility: Utility, staff: Staff) -> None:
        before = count(utility)

        with pytest.raises(NothingToBill):
            draft(staff, only_bill(utility), {**FAST, "error_ratio": "0"})

        assert count(utility) == before

    def test_wants_a_reason_and_months_in_order(self, utility: Utility, staff: Staff) -> None:
        before = count(utility)

        with pytest.raises(ReasonNeeded):
            draft(staff, only_bill(utility), FAST, reason=" ")
        with pytest.raises(UnableToCorrect):
            draft(staff, only_bill(utility), FAST, from_month=FEBRUARY)

        assert count(utility) == before

    def test_back_bill_is_neither_rebilled_nor_back_billed(self, utility: Utility, staff: Staff) -> None:
        issued = carry_out(staff, only_bill(utility), FAST)
        before = count(utility)

        with pytest.raises(UnableToCorrect):
            draft(staff, issued, FAST)
        with pytest.raises(UnableToCorrect):
            bill_corrections.draft_correction(
                actor=staff.clerk,
                bill_id=issued.pk,
                cause=CorrectionCause.OTHER,
                reason="抄错",
                changes={"segment.1.total_end": "1350"},
                at=ASKED,
            )

        assert count(utility) == before


class TestPrefill:
    def test_takes_energy_price_and_day_from_the_bills(self, utility: Utility) -> None:
        bill = only_bill(utility)

        known = queries.prefill_case(actor=utility.actor, kind="meter_error", bills=[bill], day=date(2026, 4, 20))

        # 289.99 yuan of 450 kWh: tiers have no single price.
        assert known == {"on": "2026-04-20", "recorded_kwh": "450", "price": "0.64442222"}

    def test_knows_a_home_by_its_class(self, utility: Utility) -> None:
        bill = only_bill(utility)

        theft = queries.prefill_case(actor=utility.actor, kind="theft", bills=[bill], day=date(2026, 4, 20))
        breach = queries.prefill_case(actor=utility.actor, kind="breach", bills=[bill], day=date(2026, 4, 20))

        assert theft["user"] == "lighting"
        assert (breach["residential"], breach["kwh"], breach["months"]) == ("true", "450", "1")


class TestEvidence:
    def test_is_kept_by_its_hash_and_opened_by_who_approves(self, utility: Utility, staff: Staff) -> None:
        order = draft(staff, only_bill(utility), FAST)

        paper = attach(staff.clerk, order)

        assert paper.document.sha256 == hashlib.sha256(PAPER).hexdigest()
        assert bill_corrections.open_evidence(actor=staff.chief, key=paper.pk) == PAPER
        assert corrections.count_evidence(actor=utility.actor, keys=[order.pk]) == {order.pk: 1}

    def test_may_be_added_until_the_order_is_taken_back(self, utility: Utility, staff: Staff) -> None:
        order = draft(staff, only_bill(utility), FAST)
        attach(staff.clerk, order)
        bill_corrections.withdraw_correction(actor=staff.clerk, key=order.pk)

        with pytest.raises(CorrectionOutOfState):
            attach(staff.clerk, order)

        assert corrections.count_evidence(actor=utility.actor, keys=[order.pk]) == {order.pk: 1}

    def test_is_not_attached_by_who_only_looks(self, utility: Utility, staff: Staff) -> None:
        order = draft(staff, only_bill(utility), FAST)

        with pytest.raises(PermissionRefused):
            attach(staff.head, order)

        assert corrections.count_evidence(actor=utility.actor, keys=[order.pk]) == {}


PAPER = "检定报告：误差 +5.0%".encode()


def attach(actor: Actor, order: BillCorrection) -> CorrectionEvidence:
    return bill_corrections.add_evidence(
        actor=actor, key=order.pk, file_name="检定报告.txt", content=PAPER, title="检定报告", at=ASKED
    )
