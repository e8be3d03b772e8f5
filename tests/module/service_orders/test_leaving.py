"""Transfers, closings, bankruptcies and new names from the application to the bill, worked by hand to the fen."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories.leaving import ASKED, DAY, EVERYBODY, LAST_DAY, NOON, Town, build_town
from tests.factories.months import bill_month, exempt_everything
from tests.factories.once import built_once, fresh
from tests.factories.paid import pay
from tests.factories.utility import add_clerk

from dianke.application import claims, final_bills, meter_to_cash, service_orders
from dianke.application.service_orders.final_bill import DayNotCome, FinalBillMissing, RegisterNotRead
from dianke.application.service_orders.leaving import ContractNotSigned, UseNotDisproved
from dianke.application.service_orders.settling import (
    BalanceLeft,
    DebtsOpen,
    NothingToRefund,
    ReferenceMissing,
    RefundNotApproved,
)
from dianke.domain.billing.models import Bill, FinalBilling
from dianke.domain.billing.operations.issue import UnableToIssueRun
from dianke.domain.billing.queries.bills import list_lines
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import KeyChange
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering.models import MeterInstallation
from dianke.domain.network.models import TransformerSpell
from dianke.domain.readings.models import MeterReading
from dianke.domain.receivables.models import Claim
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.service_orders.models import OrderEffect, ServiceOrder
from dianke.domain.service_orders.operations.accepting import (
    Application,
    ApplicationRefused,
    KindNotOffered,
    TakerUnknown,
)
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.clock import SHANGHAI
from dianke.kernel.ids import make_user_number
from dianke.platform.identity.separation import SamePerson

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
SPRING = datetime(2026, 3, 1, 8, tzinfo=SHANGHAI)

_built = built_once(build_town)


@pytest.fixture
def town(_built: Town, settings: Any, tmp_path: Path) -> Town:
    settings.DATA_DIR = tmp_path
    return fresh(_built)


def owed(town: Town, point: Any, on: date = LAST_DAY) -> int:
    return get_position(actor=EVERYBODY, customer_account_id=point.account_id, on=on).owed_fen


def amounts(bill: Bill) -> dict[str, tuple[Decimal, Decimal]]:
    rows = list_lines(actor=EVERYBODY, bill_id=bill.pk)
    return {line.code: (line.quantity, line.amount) for line in rows if not line.included}


def effects(order: ServiceOrder) -> list[tuple[str, str, int | None]]:
    rows = OrderEffect.objects.for_actor(EVERYBODY).filter(order=order).order_by("id")
    return [(row.kind, row.step, row.amount_fen) for row in rows]


def refusals(caught: Any) -> set[str]:
    return {one.code for one in caught.value.facts["refusals"]}


def clear(town: Town, point: Any) -> None:
    """Pay what an account owes for January."""
    fen = owed(town, point, ASKED.date())
    pay(town.utility, town.account(point), fen, f"{point.pk}")
    assert owed(town, point, ASKED.date()) == 0


def issue(town: Town, order: ServiceOrder, total: str, point: Any) -> FinalBilling:
    """Read, bill and issue the final bill of an order whose meter still stands."""
    if town.waiting(order) == "read_final":
        town.do(order, "read_final", values=town.values(point, total))
    town.do(order, "bill_final")
    final = FinalBilling.objects.for_actor(EVERYBODY).select_related("run").get()
    exempt_everything(actor=town.utility.runner, run=final.run)
    town.do(order, "issue_final", outcome="ISSUED")
    final.refresh_from_db()
    return final


class TestTransfer:
    """过户."""

    def begin(self, town: Town, **given: Any) -> ServiceOrder:
        order = town.ask(town.home, OrderKind.TRANSFER, taker_number=town.add_taker().number, **given)
        town.do(order, "check_debts", ASKED, outcome="CLEAR")
        town.sign(town.home, "接手人", at=ASKED)
        town.do(order, "sign_contract", ASKED)
        return order

    def test_two_bills_in_mid_month_and_the_tiers_begin_anew(self, town: Town) -> None:
        clear(town, town.home)
        order = self.begin(town)
        final = issue(town, order, "650", town.home)

        assert town.account(town.home).customer.name == "接手人"
        # 250 kWh: 460 and 800 kWh are the limits of two months of twelve, and January took 300 of them.
        assert owed(town, town.home) == 13_658
        pay(town.utility, town.account(town.home), 13_658, "final", day=LAST_DAY)
        town.do(order, "settle", outcome="SETTLED")
        town.do(order, "open_account")
        town.do(order, "archive")
        done = town.read(order)
        assert (done.state, done.result) == ("DONE", "ARCHIVED")

        bill_month(town.utility, FEBRUARY, {town.factory: {"total": "6000"}, town.home: {"total": "3500"}})
        run = final_bills.start_opening(actor=town.utility.runner, key=final.pk, at=SPRING)
        run = meter_to_cash.calculate_run(actor=town.utility.runner, number=run.number)
        exempt_everything(actor=town.utility.runner, run=run)
        meter_to_cash.issue_run(actor=town.utility.issuer, number=run.number, at=SPRING)
        _january, old, new = town.list_bills(town.home)
        assert [bill.customer_name for bill in (old, new)] == ["测试用户100000001", "接手人"]
        assert (old.period_start, old.period_end, old.amount_fen) == (FEBRUARY, LAST_DAY, 13_658)
        assert (new.period_start, new.period_end, new.energy_kwh_e2) == (LAST_DAY, MARCH, 285_000)
        # Eleven months of service, February among them: the first block is 2530 kWh, and nothing was used before.
        assert amounts(new)["energy.tier2"] == (Decimal(320), Decimal("16.00"))
        # 2850 x 0.5283 = 1505.655 and 320 x 0.05.
        assert new.amount_fen == 150_566 + 1_600

    def test_the_course_names_what_it_brought_about(self, town: Town) -> None:
        clear(town, town.home)
        order = self.begin(town)
        issue(town, order, "650", town.home)

        assert effects(order) == [
            ("CONTRACT_SIGNED", "sign_contract", None),
            ("READING", "read_final", None),
            ("FINAL_BILL", "bill_final", None),
            ("FINAL_ISSUED", "issue_final", 13_658),
            ("ACCOUNT_TAKEN_OVER", "issue_final", None),
        ]

    def test_the_contract_of_the_taker_begins_on_the_day(self, town: Town) -> None:
        clear(town, town.home)
        before = town.sign(town.home, "测试用户100000001", start=date(2026, 1, 1), at=ASKED)
        self.begin(town)

        before.refresh_from_db()
        after = ContractVersion.objects.for_actor(EVERYBODY).order_by("-number").first()
        assert after is not None
        assert (before.period.upper, after.period.lower) == (LAST_DAY, LAST_DAY)
        assert after.parameters["customer"] == "接手人"

    def test_without_a_signed_contract_it_does_not_go_on(self, town: Town) -> None:
        clear(town, town.home)
        order = town.ask(town.home, OrderKind.TRANSFER, taker_number=town.add_taker().number)
        town.do(order, "check_debts", ASKED, outcome="CLEAR")
        town.sign(town.home, "测试用户100000001", at=ASKED)

        with pytest.raises(ContractNotSigned):
            town.do(order, "sign_contract", ASKED)

        assert town.waiting(order) == "sign_contract"

    def test_what_is_held_goes_back_by_two_persons(self, town: Town) -> None:
        clear(town, town.home)
        order = self.begin(town)
        pay(town.utility, town.account(town.home), 20_000, "ahead", day=ASKED.date())
        issue(town, order, "650", town.home)

        # 200.00 ahead less 136.58 of the final bill.
        with pytest.raises(BalanceLeft):
            town.do(order, "settle", outcome="SETTLED")
        town.do(order, "settle", outcome="REFUND_DUE")
        claim = Claim.objects.for_actor(EVERYBODY).get()
        assert (claim.kind, claim.amount_fen, claim.asked_by) == ("REFUND", 6_342, "cashier")
        with pytest.raises(RefundNotApproved):
            town.do(order, "refund", references={claim.pk: "B-1"}, paid_on=LAST_DAY)
        claims.approve_claim(actor=town.people["approver"], claim_id=claim.pk, at=NOON)
        with pytest.raises(ReferenceMissing):
            town.do(order, "refund")
        town.do(order, "refund", references={claim.pk: "B-1"}, paid_on=LAST_DAY)

        claim.refresh_from_db()
        assert (claim.state, claim.paid_reference, claim.paid_by) == ("PAID", "B-1", "accountant")
        assert town.waiting(order) == "open_account"

    def test_old_debts_stand_in_the_way_unless_the_taker_carries_them(self, town: Town) -> None:
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(town.home, OrderKind.TRANSFER, taker_number=town.add_taker().number)
        assert refusals(caught) == {"debts_open"}

        order = town.ask(town.home, OrderKind.TRANSFER, taker_number="K900000001", carries_debts=True)
        town.do(order, "check_debts", ASKED, outcome="CLEAR")
        assert order.asked == {"carries_debts": True}

    def test_debts_that_arise_on_the_way_are_seen(self, town: Town) -> None:
        clear(town, town.home)
        order = self.begin(town)
        issue(town, order, "650", town.home)

        with pytest.raises(DebtsOpen, match=r"136\.58"):
            town.do(order, "settle", outcome="SETTLED")
        assert town.waiting(order) == "settle"

    def test_the_same_subject_asks_for_a_new_name_instead(self, town: Town) -> None:
        clear(town, town.home)
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(town.home, OrderKind.TRANSFER, taker_number=town.home.account.customer.number)
        assert refusals(caught) == {"same_subject"}
        with pytest.raises(TakerUnknown):
            town.ask(town.home, OrderKind.TRANSFER, taker_number="K0")

    def test_a_day_gone_by_and_a_use_that_changes_are_refused(self, town: Town) -> None:
        clear(town, town.home)
        number = town.add_taker().number
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(
                town.home, OrderKind.TRANSFER, taker_number=number, effective_on=ASKED.date() - DAY, keeps_use=False
            )
        assert refusals(caught) == {"backdated", "answer_missing"}
        assert not ServiceOrder.objects.for_actor(EVERYBODY).exists()

    def test_nobody_reads_before_the_day_nor_half_a_meter(self, town: Town) -> None:
        clear(town, town.home)
        order = self.begin(town)

        with pytest.raises(DayNotCome):
            town.do(order, "read_final", ASKED, values=town.values(town.home, "650"))
        with pytest.raises(RegisterNotRead):
            town.do(order, "read_final")
        assert not MeterReading.objects.for_actor(EVERYBODY).filter(read_at__gt=ASKED).exists()

    def test_a_returned_bill_is_withdrawn_and_asked_for_again(self, town: Town) -> None:
        clear(town, town.home)
        order = self.begin(town)
        town.do(order, "read_final", values=town.values(town.home, "650"))
        town.do(order, "bill_final")
        town.do(order, "issue_final", outcome="RETURNED", reason="核对表码")
        town.do(order, "bill_final")

        states = FinalBilling.objects.for_actor(EVERYBODY).order_by("id").values_list("state", flat=True)
        assert list(states) == ["WITHDRAWN", "ASKED"]

    def test_a_bill_withdrawn_on_its_own_page_is_not_issued(self, town: Town) -> None:
        clear(town, town.home)
        order = self.begin(town)
        town.do(order, "read_final", values=town.values(town.home, "650"))
        town.do(order, "bill_final")
        final = FinalBilling.objects.for_actor(EVERYBODY).get()
        final_bills.withdraw_final(actor=town.people["biller"], key=final.pk)

        with pytest.raises(FinalBillMissing):
            town.do(order, "issue_final", outcome="ISSUED")

    def test_a_cancelled_order_takes_its_final_bill_back(self, town: Town) -> None:
        clear(town, town.home)
        order = self.begin(town)
        town.do(order, "read_final", values=town.values(town.home, "650"))
        town.do(order, "bill_final")
        now = town.read(order)
        service_orders.cancel_order(
            actor=town.people["counter"], number=now.number, revision=now.revision, reason="双方撤回", at=NOON
        )

        assert FinalBilling.objects.for_actor(EVERYBODY).get().state == "WITHDRAWN"
        assert town.account(town.home).customer.name == "测试用户100000001"

    def test_after_the_issue_it_is_neither_cancelled_nor_sent_back(self, town: Town) -> None:
        clear(town, town.home)
        order = self.begin(town)
        issue(town, order, "650", town.home)
        now = town.read(order)

        with pytest.raises(service_orders.EffectDone):
            service_orders.cancel_order(
                actor=town.people["counter"], number=now.number, revision=now.revision, reason="撤回", at=NOON
            )

    def test_who_asked_for_the_final_bill_does_not_issue_it(self, town: Town) -> None:
        clear(town, town.home)
        order = self.begin(town)
        town.do(order, "read_final", values=town.values(town.home, "650"))
        both = add_clerk(
            town.utility.root, "both", ["orders.view", "billing.ask_final", "billing.issue", "billing.review"]
        )
        town.do(order, "bill_final", actor=both)

        with pytest.raises(UnableToIssueRun, match="second_person"):
            town.do(order, "issue_final", outcome="ISSUED", actor=both)
        assert town.account(town.home).customer.name == "测试用户100000001"


class TestClosing:
    """销户."""

    def begin(self, town: Town, point: Any, total: str) -> ServiceOrder:
        order = town.ask(point, OrderKind.CLOSE, has_stopped_all=True)
        town.do(order, "check_site", ASKED)
        town.do(order, "approve_change", ASKED, outcome="APPROVED")
        town.do(order, "remove_meter", values=town.values(point, total))
        town.do(order, "read_final")
        return order

    def test_a_factory_is_taken_down_billed_to_the_day_and_closed(self, town: Town) -> None:
        clear(town, town.factory)
        contract = town.sign(town.factory, "测试用户100000002", start=date(2026, 1, 1), at=ASKED)
        pay(town.utility, town.account(town.factory), 2_000_000, "ahead", day=ASKED.date())
        order = self.begin(town, town.factory, "5600")
        issue(town, order, "5600", town.factory)

        bill = town.list_bills(town.factory)[-1]
        assert (bill.period_start, bill.period_end, bill.energy_kwh_e2) == (FEBRUARY, LAST_DAY, 60_000)
        assert bill.basic_fen == 607_530  # 630 x 10/30 x 28.93
        town.do(order, "settle", outcome="REFUND_DUE")
        claim = Claim.objects.for_actor(EVERYBODY).get()
        assert claim.amount_fen == 2_000_000 - bill.amount_fen
        claims.approve_claim(actor=town.people["approver"], claim_id=claim.pk, at=NOON)
        town.do(order, "refund", references={claim.pk: "B-9"}, paid_on=LAST_DAY)
        town.do(order, "end_contract")
        town.do(order, "archive_closing")

        account = town.account(town.factory)
        contract.refresh_from_db()
        assert (account.status, account.closed_date) == ("CLOSED", LAST_DAY)
        assert (contract.period.upper, contract.end_reason) == (LAST_DAY, order.number)
        states = TransformerSpell.objects.for_actor(EVERYBODY).order_by("period").values_list("state", flat=True)
        assert list(states)[-1] == "REMOVED"
        installed = MeterInstallation.objects.for_actor(EVERYBODY).get(usage_point=town.factory)
        assert (installed.period.upper, installed.removal_readings["total"]) == (LAST_DAY, "5600")
        assert town.read(order).result == "ARCHIVED"

    def test_it_is_not_closed_while_it_owes_or_is_used(self, town: Town) -> None:
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(town.factory, OrderKind.CLOSE, is_meter_intact=False)
        assert refusals(caught) == {"debts_open", "answer_missing", "meter_damaged"}

    def test_nothing_held_is_nothing_to_refund(self, town: Town) -> None:
        clear(town, town.home)
        order = self.begin(town, town.home, "650")
        issue(town, order, "650", town.home)
        pay(town.utility, town.account(town.home), 13_658, "final", day=LAST_DAY)

        with pytest.raises(NothingToRefund):
            town.do(order, "settle", outcome="REFUND_DUE")
        town.do(order, "settle", outcome="SETTLED")
        assert town.waiting(order) == "end_contract"

    def test_who_approved_does_not_take_the_meter_down(self, town: Town) -> None:
        clear(town, town.home)
        order = town.ask(town.home, OrderKind.CLOSE, has_stopped_all=True)
        town.do(order, "check_site", ASKED)
        both = add_clerk(town.utility.root, "both", ["orders.view", "orders.approve", "archive.edit"])
        town.do(order, "approve_change", ASKED, outcome="APPROVED", actor=both)

        with pytest.raises(SamePerson):
            town.do(order, "remove_meter", values=town.values(town.home, "650"), actor=both)


class TestForcedClosing:
    """强制销户."""

    AUGUST = datetime(2026, 8, 4, 10, tzinfo=SHANGHAI)

    def read_until(self, town: Town, *values: str) -> None:
        for number, total in enumerate(values):
            month = date(2026, 2 + number, 1)
            bill_month(town.utility, month, {town.factory: {"total": f"{6000 + number}"}, town.home: {"total": total}})

    def test_six_months_read_and_unused(self, town: Town) -> None:
        self.read_until(town, *["400"] * 6)
        order = town.ask(town.home, OrderKind.CLOSE_FORCED, at=self.AUGUST, effective_on=self.AUGUST.date())
        town.do(order, "prove_no_use", self.AUGUST, outcome="PROVED")
        town.do(order, "notify_customer", self.AUGUST, outcome="NO_OBJECTION")
        assert town.waiting(order) == "check_site"
        town.do(order, "check_site", self.AUGUST)
        town.do(order, "approve_change", self.AUGUST, outcome="APPROVED")
        town.do(order, "remove_meter", self.AUGUST, values=town.values(town.home, "400"))
        town.do(order, "read_final", self.AUGUST)
        town.do(order, "bill_final", self.AUGUST)
        town.do(order, "issue_final", self.AUGUST, outcome="ISSUED")
        # January is still owed: it stays on the closed account.
        town.do(order, "settle", self.AUGUST, outcome="SETTLED")
        town.do(order, "end_contract", self.AUGUST)
        town.do(order, "archive_closing", self.AUGUST)

        assert town.account(town.home).status == "CLOSED"
        assert owed(town, town.home, self.AUGUST.date()) > 0

    def test_missing_readings_prove_nothing(self, town: Town) -> None:
        self.read_until(town, *["400"] * 5)
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(town.home, OrderKind.CLOSE_FORCED, at=self.AUGUST, effective_on=self.AUGUST.date())
        assert refusals(caught) == {"readings_missing"}

    def test_a_kilowatt_hour_is_use(self, town: Town) -> None:
        self.read_until(town, "400", "400", "401", "401", "401", "401")
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(town.home, OrderKind.CLOSE_FORCED, at=self.AUGUST, effective_on=self.AUGUST.date())
        assert refusals(caught) == {"was_used"}

    def test_what_was_read_meanwhile_counts(self, town: Town) -> None:
        self.read_until(town, *["400"] * 6)
        order = town.ask(town.home, OrderKind.CLOSE_FORCED, at=self.AUGUST, effective_on=self.AUGUST.date())
        september = datetime(2026, 9, 2, 10, tzinfo=SHANGHAI)

        with pytest.raises(UseNotDisproved, match="2026-08"):
            town.do(order, "prove_no_use", september, outcome="PROVED")
        town.do(order, "prove_no_use", september, outcome="NOT_PROVED", reason="八月未抄")
        assert town.read(order).state == "DONE"

    def test_nobody_applies_for_it_at_the_counter(self, town: Town) -> None:
        application = Application(kind=OrderKind.CLOSE_FORCED, effective_on=LAST_DAY)
        with pytest.raises(KindNotOffered):
            service_orders.accept_order(
                actor=town.people["counter"], account_number=town.home.account.number, application=application, at=ASKED
            )


class TestBankruptcy:
    """破产."""

    def test_the_account_is_closed_and_the_claim_stays(self, town: Town) -> None:
        debt_fen = owed(town, town.factory, ASKED.date())
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(town.factory, OrderKind.BANKRUPTCY, open_claim_fen=debt_fen - 1)
        assert refusals(caught) == {"claim_missing"}

        order = town.ask(town.factory, OrderKind.BANKRUPTCY, open_claim_fen=debt_fen)
        town.do(order, "remove_meter", values=town.values(town.factory, "5600"))
        town.do(order, "read_final")
        issue(town, order, "5600", town.factory)
        town.do(order, "settle", outcome="SETTLED")
        town.do(order, "end_contract")
        town.do(order, "archive_closing")
        town.do(order, "file_claim")

        bill = town.list_bills(town.factory)[-1]
        claimed = OrderEffect.objects.for_actor(EVERYBODY).get(order=order, kind="DEBT_FILED").amount_fen
        assert claimed == owed(town, town.factory) >= debt_fen + bill.amount_fen
        assert town.account(town.factory).status == "CLOSED"
        assert town.read(order).result == "ARCHIVED"
        # Whoever goes on at the place is a customer of their own: the debt does not come along.
        receiver = town.add_taker("某厂管理人")
        account = customers.add_account(
            actor=town.utility.actor, customer=receiver, number=make_user_number(700_000_001), opened_date=LAST_DAY,
            usage_class=UsageClass.COMMERCIAL_INDUSTRIAL,
        )  # fmt: skip
        assert get_position(actor=EVERYBODY, customer_account_id=account.pk, on=LAST_DAY).owed_fen == 0
        assert town.account(town.factory).customer.name == "测试用户100000002"


class TestRename:
    """更名."""

    def test_the_same_subject_under_another_name(self, town: Town) -> None:
        clear(town, town.factory)
        order = town.ask(town.factory, OrderKind.RENAME, is_same_subject=True, new_name="新名机械厂")
        town.do(order, "check_debts", ASKED, outcome="CLEAR")
        with pytest.raises(ContractNotSigned):
            town.do(order, "sign_contract", ASKED)
        town.sign(town.factory, "新名机械厂", at=ASKED)
        town.do(order, "sign_contract", ASKED)
        assert town.account(town.factory).customer.name == "测试用户100000002"
        town.do(order, "archive")

        assert town.account(town.factory).customer.name == "新名机械厂"
        change = KeyChange.objects.for_actor(EVERYBODY).get()
        assert (change.asked_by, change.decided_by, change.state) == ("counter", "keeper", "APPROVED")
        assert len(town.list_bills(town.factory)) == 1

    def test_another_subject_asks_for_a_transfer(self, town: Town) -> None:
        clear(town, town.factory)
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(town.factory, OrderKind.RENAME, new_name="别家")
        assert refusals(caught) == {"answer_missing"}

    def test_a_cancelled_order_takes_the_name_back(self, town: Town) -> None:
        clear(town, town.factory)
        order = town.ask(town.factory, OrderKind.RENAME, is_same_subject=True, new_name="新名机械厂")
        now = town.read(order)
        service_orders.cancel_order(
            actor=town.people["counter"], number=now.number, revision=now.revision, reason="撤回", at=NOON
        )
        assert KeyChange.objects.for_actor(EVERYBODY).get().state == "WITHDRAWN"
