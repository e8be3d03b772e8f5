"""增容: a factory of 630 kVA gets a second transformer; the bill of the month before and after."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories import connecting as new
from tests.factories.connecting import apply_for, do
from tests.factories.leaving import EVERYBODY, Town
from tests.factories.months import bill_month
from tests.factories.once import built_once, fresh
from tests.factories.paid import list_faults, pay
from tests.module.service_orders.test_new_supply import lines_of

from dianke.application.service_orders.connecting import NotReadyToEnergise, SealsMissing
from dianke.application.service_orders.leaving import ContractNotSigned
from dianke.domain.billing.models import BillingTerms
from dianke.domain.contracts.types import ContractKind
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.metering.models import MeterInstallation
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.operations.accepting import ApplicationRefused
from dianke.domain.service_orders.operations.plans import PlanRefused
from dianke.domain.service_orders.rules.plan_drafts import DraftedSource, DraftedTransformer, PlanDraft
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.clock import SHANGHAI

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 2, 9, 9, tzinfo=SHANGHAI)
DAY_ON = datetime(2026, 2, 16, 9, tzinfo=SHANGHAI)
FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)

_built = built_once(new.build_connecting_town)


@pytest.fixture
def town(_built: Town, settings: Any, tmp_path: Path) -> Town:
    settings.DATA_DIR = tmp_path
    return fresh(_built)


def settle_january(town: Town) -> None:
    """Pay what the factory owes: who asks for more owes nothing."""
    fen = sum(bill.amount_fen for bill in town.list_bills(town.factory))
    pay(town.utility, town.account(town.factory), fen, "JAN")


def ask(town: Town, **given: Any) -> ServiceOrder:
    order: ServiceOrder = apply_for(
        town, town.account(town.factory), OrderKind.INCREASE, capacity_kva=Decimal(1030), voltage="", **given
    )
    return order


def draft(**changes: Any) -> PlanDraft:
    """Return the plan of another 400 kVA beside the 630."""
    source = new.SOURCE | {"capacity_kva": Decimal(1030), "ct_primary": Decimal(75)}
    values: dict[str, Any] = {
        "capacity_kva": Decimal(1030), "standing_kva": Decimal(630),
        "sources": (DraftedSource(role="MAIN", feeder="F-1", **source),),
        "transformers": (DraftedTransformer(name="2号变", source=1, capacity_kva=Decimal(400)),),
        "interlock": "", "fee_fen": 0, "fee_reason": "",
    }  # fmt: skip
    return new.draft_dual(**(values | changes))


def go_to_the_meter(town: Town, order: ServiceOrder, **changes: Any) -> None:
    """Go from the survey to the signed contract."""
    do(town, order, "survey", MORNING)
    do(town, order, "draft_plan", MORNING, plan=draft(**changes))
    for step in ("sign_grid", "sign_dispatch", "sign_safety"):
        do(town, order, step, MORNING)
    new.accept_papers(order)
    do(town, order, "approve_plan", MORNING)
    do(town, order, "answer_plan", MORNING)
    do(town, order, "confirm_plan", MORNING)
    for step in ("design", "build", "report_completion", "inspect_completion"):
        do(town, order, step, MORNING)


def sign(town: Town, order: ServiceOrder) -> None:
    account = CustomerAccount.objects.for_actor(EVERYBODY).select_related("customer").get(pk=order.account_id)
    given = {"ownership_point": "第一断路器"}
    new.sign(town, account, ContractKind.HIGH_VOLTAGE, start=DAY_ON.date(), at=MORNING, **given)
    do(town, order, "sign_contract", MORNING)


def test_the_new_capacity_and_ratio_count_from_the_day_on(town: Town) -> None:
    settle_january(town)
    order = ask(town)
    go_to_the_meter(town, order)
    sign(town, order)
    do(town, order, "install_meter", DAY_ON, values=town.values(town.factory, "5400"), seals="0012345")
    do(town, order, "energise", DAY_ON)
    do(town, order, "archive", DAY_ON)
    ratios = MeterInstallation.objects.for_actor(EVERYBODY).filter(usage_point=town.factory).order_by("period")
    assert [(one.ct_primary, one.multiplier) for one in ratios] == [(1, 1), (75, 15 * 100)]

    bill_month(town.utility, FEBRUARY, {town.home: {"total": "500"}, town.factory: {"total": "5401"}})
    lines = lines_of(town.list_bills(town.factory)[-1])
    # 400 kWh at the old ratio, one kWh shown at 1,500; 630 kVA the whole month and 400 kVA for 13 of 30 days.
    assert lines["energy.single"][0] == Decimal(400 + 1500)
    assert lines["basic.capacity"][0] == Decimal(630) + Decimal("173.333333")
    assert (town.read(order).result, list_faults()) == ("ARCHIVED", [])


def test_other_terms_begin_with_the_next_period(town: Town) -> None:
    settle_january(town)
    order = ask(town)
    go_to_the_meter(town, order, power_factor_standard=Decimal("0.90"))
    sign(town, order)
    do(town, order, "install_meter", DAY_ON, values=town.values(town.factory, "5400"), seals="0012345")
    do(town, order, "energise", DAY_ON)
    rows = BillingTerms.objects.for_actor(EVERYBODY).filter(usage_point=town.factory).order_by("period")
    assert [(one.period.lower, one.power_factor_standard) for one in rows][-1] == (MARCH, Decimal("0.90"))


def test_the_contract_of_before_is_not_the_one_of_the_order(town: Town) -> None:
    settle_january(town)
    early = datetime(2026, 2, 5, 9, tzinfo=SHANGHAI)
    account = town.account(town.factory)
    new.sign(town, account, ContractKind.HIGH_VOLTAGE, start=FEBRUARY, at=early, ownership_point="第一断路器")
    order = ask(town)
    go_to_the_meter(town, order)
    do(town, order, "install_meter", DAY_ON, values=town.values(town.factory, "5400"), seals="0012345")
    with pytest.raises(ContractNotSigned):
        do(town, order, "sign_contract", DAY_ON)


def test_a_meter_that_is_rescaled_is_sealed_again(town: Town) -> None:
    settle_january(town)
    order = ask(town)
    go_to_the_meter(town, order)
    with pytest.raises(SealsMissing):
        do(town, order, "install_meter", DAY_ON, values=town.values(town.factory, "5400"))


def test_nothing_runs_while_a_paper_is_missing(town: Town) -> None:
    settle_january(town)
    order = ask(town)
    go_to_the_meter(town, order)
    sign(town, order)
    do(town, order, "install_meter", DAY_ON, values=town.values(town.factory, "5400"), seals="0012345")
    order.papers.for_actor(EVERYBODY).filter(code="as_built").update(state="REFUSED", reason="缺页")
    with pytest.raises(NotReadyToEnergise):
        do(town, order, "energise", DAY_ON)


def test_the_plan_adds_up_with_what_stands(town: Town) -> None:
    settle_january(town)
    order = ask(town)
    do(town, order, "survey", MORNING)
    with pytest.raises(PlanRefused) as caught:
        do(town, order, "draft_plan", MORNING, plan=draft(standing_kva=Decimal(0)))
    assert {one.code for one in caught.value.facts["refusals"]} == {"transformers_not_capacity"}


@pytest.mark.parametrize(("kva", "code"), [(630, "capacity_not_above"), (629, "capacity_not_above")])
def test_less_is_not_more(town: Town, kva: int, code: str) -> None:
    settle_january(town)
    with pytest.raises(ApplicationRefused) as caught:
        apply_for(town, town.account(town.factory), OrderKind.INCREASE, capacity_kva=Decimal(kva), voltage="")
    assert {one.code for one in caught.value.facts["refusals"]} == {code}


def test_debts_are_settled_first(town: Town) -> None:
    with pytest.raises(ApplicationRefused) as caught:
        ask(town)
    assert {one.code for one in caught.value.facts["refusals"]} == {"debts_open"}
