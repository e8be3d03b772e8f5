"""高压新装: from the application through plan, works and agreements to the first bill."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories import connecting as new
from tests.factories.connecting import FEE_FEN, HOUR, apply_for, do, draft_dual, draft_single
from tests.factories.leaving import EVERYBODY, Town
from tests.factories.months import bill_month
from tests.factories.once import built_once, fresh
from tests.factories.paid import list_faults, pay

from dianke.application import service_orders
from dianke.application.service_orders.connecting import NotReadyToEnergise
from dianke.application.service_orders.planning import extend_plan
from dianke.domain.billing.models import Bill, BillingTerms, BillLine
from dianke.domain.billing.types import LINES_PER_BILL
from dianke.domain.contracts.types import ContractKind
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.metering.models import UsagePoint
from dianke.domain.network.models import TransformerSpell
from dianke.domain.receivables.operations.business_fees import FeeNotPaidIn
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.service_orders.models import ServiceOrder, SupplyPlan
from dianke.domain.service_orders.operations.accepting import ApplicationRefused, KindNotOfAccount
from dianke.domain.service_orders.operations.plans import PlanRefused
from dianke.domain.service_orders.queries.plans import list_large_reasons
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.clock import SHANGHAI

pytestmark = pytest.mark.django_db

DUAL, SINGLE = OrderKind.SUPPLY_HIGH_DUAL, OrderKind.SUPPLY_HIGH_SINGLE
SWITCHED_ON = date(2026, 2, 16)
MORNING = datetime(2026, 2, 9, 9, tzinfo=SHANGHAI)
DAY_ON = datetime(2026, 2, 16, 9, tzinfo=SHANGHAI)
FEBRUARY = date(2026, 2, 1)

_built = built_once(new.build_connecting_town)


@pytest.fixture
def town(_built: Town, settings: Any, tmp_path: Path) -> Town:
    settings.DATA_DIR = tmp_path
    return fresh(_built)


def codes_of(caught: Any) -> set[str]:
    return {one.code for one in caught.value.facts["refusals"]}


def lines_of(bill: Bill) -> dict[str, tuple[Decimal, Decimal, Decimal]]:
    """Return quantity, price and yuan of each component of a bill."""
    first = bill.pk * LINES_PER_BILL
    rows = BillLine.objects.for_actor(EVERYBODY).filter(id__gte=first, id__lt=first + LINES_PER_BILL)
    return {
        one.kind.code: (
            Decimal(one.quantity_e6) / 10**6, Decimal(one.price_e8) / 10**8, Decimal(one.amount_e6) / 10**6
        )
        for one in rows.select_related("kind")
    }  # fmt: skip


def plan_it(town: Town, order: ServiceOrder, at: datetime = MORNING, **changes: Any) -> None:
    """Go from the survey to the answer."""
    do(town, order, "survey", at)
    draft = draft_dual(**changes) if order.kind == DUAL.value else draft_single(**changes)
    do(town, order, "draft_plan", at, plan=draft)
    for step in ("sign_grid", "sign_dispatch", "sign_safety"):
        do(town, order, step, at)
    new.accept_papers(order)
    meets = "review_meeting" in town.waiting(order)
    do(town, order, "review_meeting" if meets else "approve_plan", at)
    do(town, order, "answer_plan", at)


def build_it(town: Town, order: ServiceOrder, at: datetime = MORNING) -> None:
    """Go from the agreed plan to the works that passed."""
    for step in ("design", "review_design", "build", "inspect_mid", "report_completion", "inspect_completion"):
        if step in town.waiting(order):
            do(town, order, step, at)


def pay_fee(town: Town, order: ServiceOrder) -> None:
    pay(town.utility, order.account, FEE_FEN, "FEE", day=MORNING.date())
    do(town, order, "collect_fee", MORNING)


def sign_all(town: Town, order: ServiceOrder) -> None:
    for kind in (ContractKind.DISPATCH, ContractKind.DUAL_SOURCE, ContractKind.HIGH_VOLTAGE):
        new.sign(town, order.account, kind, start=SWITCHED_ON, at=MORNING)
    do(town, order, "sign_dispatch_agreement", MORNING)
    do(town, order, "sign_dual_agreement", MORNING)


class TestTwoSources:
    """高压双电源新装."""

    def test_from_the_application_to_the_first_bill(self, town: Town) -> None:
        account = new.enter_applicant(town)
        order = apply_for(town, account, DUAL)
        assert (account.status, town.waiting(order)) == ("PLANNED", "survey")

        plan_it(town, order)
        do(town, order, "confirm_plan", MORNING)
        pay_fee(town, order)
        build_it(town, order)
        sign_all(town, order)
        do(town, order, "sign_contract", MORNING)
        do(town, order, "install_meter", DAY_ON, meters=new.give_meters(order))
        do(town, order, "energise", DAY_ON + HOUR)
        do(town, order, "open_account", DAY_ON + HOUR, route_code="R1")
        do(town, order, "archive", DAY_ON + HOUR)

        stored = CustomerAccount.objects.for_actor(EVERYBODY).get(pk=account.pk)
        assert (stored.status, stored.opened_date) == ("ACTIVE", SWITCHED_ON)
        spells = TransformerSpell.objects.for_actor(EVERYBODY).filter(transformer__account=account)
        assert {(one.transformer.capacity_kva, one.state, one.period.lower) for one in spells} == {
            (Decimal(800), "RUNNING", SWITCHED_ON)
        }
        terms = BillingTerms.objects.for_actor(EVERYBODY).filter(usage_point__account=account).order_by("id")
        assert [(one.basic_mode, one.structure, one.period.lower) for one in terms] == [
            ("CAPACITY", "TWO_PART", SWITCHED_ON), ("NONE", "TWO_PART", SWITCHED_ON),
        ]  # fmt: skip
        assert (town.read(order).result, list_faults()) == ("ARCHIVED", [])
        self.require_first_bills(town, account)

    def require_first_bills(self, town: Town, account: CustomerAccount) -> None:
        """The basic charge runs from the day of switching on, for both transformers, once."""
        points = list(UsagePoint.objects.for_actor(EVERYBODY).filter(account=account).order_by("code"))
        closing = {point: {"total": "2"} for point in points}
        old = {town.home: {"total": "500"}, town.factory: {"total": "6000"}}
        bill_month(town.utility, FEBRUARY, closing | old)
        main, standby = (town.list_bills(point)[0] for point in points)
        # 2 kWh shown, by 50/5 and 10000/100; 13 of 30 days at 28.93 yuan a kVA for 1,600 kVA.
        energy = (Decimal(2000), Decimal("0.78"), Decimal(1560))
        basic = (Decimal("693.333333"), Decimal("28.93"), Decimal("20058.13"))
        assert lines_of(main) == {"basic.capacity": basic, "energy.single": energy}
        assert lines_of(standby) == {"energy.single": energy}
        assert list_faults() == []

    def test_it_is_reviewed_in_a_meeting_and_its_design_is(self, town: Town) -> None:
        order = apply_for(town, new.enter_applicant(town), DUAL)
        do(town, order, "survey", MORNING)
        do(town, order, "draft_plan", MORNING, plan=draft_dual())
        for step in ("sign_grid", "sign_dispatch", "sign_safety"):
            do(town, order, step, MORNING)
        assert town.waiting(order) == "review_meeting"

    def test_an_objection_takes_the_plan_back_and_the_next_is_another_version(self, town: Town) -> None:
        order = apply_for(town, new.enter_applicant(town), DUAL)
        do(town, order, "survey", MORNING)
        do(town, order, "draft_plan", MORNING, plan=draft_dual())
        do(town, order, "sign_grid", MORNING, outcome="OBJECTED", reason="二线无间隔")
        do(town, order, "sign_dispatch", MORNING)
        do(town, order, "sign_safety", MORNING)
        assert town.waiting(order) == "draft_plan"

        do(town, order, "draft_plan", MORNING, plan=draft_dual(ownership_point="用户侧第一断路器"))
        rows = SupplyPlan.objects.for_actor(EVERYBODY).filter(order=order).order_by("version")
        assert [(one.version, one.state) for one in rows] == [(1, "REPLACED"), (2, "DRAFT")]

    def test_nothing_is_switched_on_while_something_is_missing(self, town: Town) -> None:
        order = apply_for(town, new.enter_applicant(town), DUAL)
        plan_it(town, order)
        do(town, order, "confirm_plan", MORNING)
        pay_fee(town, order)
        build_it(town, order)
        sign_all(town, order)
        do(town, order, "sign_contract", MORNING)
        do(town, order, "install_meter", DAY_ON, meters=new.give_meters(order))
        order.papers.for_actor(EVERYBODY).filter(code="as_built").update(state="REFUSED", reason="缺页")

        with pytest.raises(NotReadyToEnergise) as caught:
            do(town, order, "energise", DAY_ON)
        assert codes_of(caught) == {"papers_missing"}

    def test_the_fee_is_paid_in_before_it_is_taken(self, town: Town) -> None:
        order = apply_for(town, new.enter_applicant(town), DUAL)
        plan_it(town, order)
        do(town, order, "confirm_plan", MORNING)
        with pytest.raises(FeeNotPaidIn):
            do(town, order, "collect_fee", MORNING)

    def test_who_takes_it_back_after_paying_has_the_money_free_again(self, town: Town) -> None:
        account = new.enter_applicant(town)
        order = apply_for(town, account, DUAL)
        plan_it(town, order)
        do(town, order, "confirm_plan", MORNING)
        pay_fee(town, order)
        now = town.read(order)
        service_orders.cancel_order(
            actor=town.people["counter"], number=now.number, revision=now.revision, reason="项目停建", at=MORNING
        )
        position = get_position(actor=EVERYBODY, customer_account_id=account.pk, on=MORNING.date())
        account.refresh_from_db()
        assert (position.prepaid_fen, account.status, list_faults()) == (FEE_FEN, "CLOSED", [])

    def test_withdrawn_at_the_plan_it_ends_and_the_number_is_closed(self, town: Town) -> None:
        account = new.enter_applicant(town)
        order = apply_for(town, account, DUAL)
        plan_it(town, order)
        do(town, order, "confirm_plan", MORNING, outcome="WITHDRAWN", reason="资金不足")
        account.refresh_from_db()
        assert (town.read(order).result, account.status) == ("CANCELLED", "CLOSED")


class TestOneSource:
    """高压单电源新装."""

    def test_without_fee_meeting_and_reviews_it_goes_straight_to_the_works(self, town: Town) -> None:
        order = apply_for(town, new.enter_applicant(town), SINGLE, capacity_kva=Decimal(800))
        plan_it(town, order)
        do(town, order, "confirm_plan", MORNING)
        assert town.waiting(order) == "design"
        do(town, order, "design", MORNING)
        assert town.waiting(order) == "build"
        do(town, order, "build", MORNING)
        assert town.waiting(order) == "report_completion"

    @pytest.mark.parametrize("kva", [1999, 2000])
    def test_from_two_thousand_kva_departments_meet(self, town: Town, kva: int) -> None:
        order = apply_for(town, new.enter_applicant(town), SINGLE, capacity_kva=Decimal(kva))
        source = new.SOURCE | {"capacity_kva": Decimal(kva), "ct_primary": Decimal(150)}
        unit = new.DraftedTransformer(name="1号变", source=1, capacity_kva=Decimal(kva))
        do(town, order, "survey", MORNING)
        plan = draft_single(
            capacity_kva=Decimal(kva),
            transformers=(unit,),
            sources=(new.DraftedSource(role="MAIN", feeder="F-1", **source),),
        )
        do(town, order, "draft_plan", MORNING, plan=plan)
        for step in ("sign_grid", "sign_dispatch", "sign_safety"):
            do(town, order, step, MORNING)
        assert town.waiting(order) == ("review_meeting" if kva == 2000 else "approve_plan")
        written = SupplyPlan.objects.for_actor(EVERYBODY).get(order=order)
        assert len(list_large_reasons(order=order, plan=written)) == (1 if kva == 2000 else 0)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"structure": "SINGLE", "basic_mode": "NONE"}, "two_part_due"),
            ({"basic_mode": "NONE"}, "basic_mode_off"),
            ({"capacity_kva": Decimal(1000)}, "transformers_not_capacity"),
            ({"fee_fen": 100}, "fee_without_reason"),
        ],
    )
    def test_what_stands_against_a_plan(self, town: Town, changes: dict[str, Any], code: str) -> None:
        order = apply_for(town, new.enter_applicant(town), SINGLE, capacity_kva=Decimal(800))
        do(town, order, "survey", MORNING)
        with pytest.raises(PlanRefused) as caught:
            do(town, order, "draft_plan", MORNING, plan=draft_single(**changes))
        assert code in codes_of(caught)

    def test_a_plan_holds_a_year_and_is_extended_once_in_time(self, town: Town) -> None:
        order = apply_for(town, new.enter_applicant(town), SINGLE, capacity_kva=Decimal(800))
        plan_it(town, order)
        plan = SupplyPlan.objects.for_actor(EVERYBODY).get(order=order)
        assert plan.valid_until == date(2027, 2, 9)

        in_time = datetime(2027, 1, 20, 10, tzinfo=SHANGHAI)
        officer, now = town.people["officer"], town.read(order)
        act: dict[str, Any] = {"actor": officer, "number": now.number, "reason": "资金未到位"}
        extend_plan(**act, revision=now.revision, until=date(2028, 2, 9), at=in_time)
        with pytest.raises(PlanRefused) as caught:
            extend_plan(**act, revision=town.read(order).revision, until=date(2029, 2, 9), at=in_time)
        assert "extended_already" in codes_of(caught)

    def test_who_owes_elsewhere_pays_first_and_a_taken_place_is_refused(self, town: Town) -> None:
        account = new.enter_applicant(town)
        apply_for(town, account, SINGLE, capacity_kva=Decimal(800))
        account.customer = town.account(town.factory).customer
        account.save(update_fields=["customer"])
        other = new.enter_applicant(town, name="第二家公司")
        CustomerAccount.objects.for_actor(EVERYBODY).filter(pk=account.pk).update(status="ACTIVE")
        other.customer = town.account(town.factory).customer
        other.save(update_fields=["customer"])
        with pytest.raises(ApplicationRefused) as caught:
            apply_for(town, other, SINGLE, capacity_kva=Decimal(800))
        assert codes_of(caught) == {"debts_open", "place_is_taken"}

    def test_a_supplied_account_asks_for_changes_only(self, town: Town) -> None:
        with pytest.raises(KindNotOfAccount):
            apply_for(town, town.account(town.factory), SINGLE)
