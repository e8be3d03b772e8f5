"""低压新装: resident, other, temporary, charging pile; from the application to the first bill."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories import connecting as new
from tests.factories import flats as low
from tests.factories.connecting import do
from tests.factories.flats import DAY_ON, MORNING, SWITCHED_ON
from tests.factories.leaving import EVERYBODY, Town
from tests.factories.months import bill_month
from tests.factories.once import built_once, fresh
from tests.factories.paid import list_faults
from tests.factories.utility import HUBEI

from dianke.application.service_orders.connecting import NotReadyToEnergise
from dianke.domain.contracts.types import ContractKind
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import UsageClass
from dianke.domain.metering.models import UsagePoint
from dianke.domain.service_orders.operations.accepting import ApplicationRefused
from dianke.domain.service_orders.queries.temporaries import list_ending_temporaries
from dianke.domain.service_orders.types import OrderKind

pytestmark = pytest.mark.django_db

FEBRUARY = date(2026, 2, 1)
TRADE = {"price_plan": HUBEI, "price_voltage": "1-10(20)kV", "is_business": True, "is_industry": False}

_built = built_once(low.build_low_town)


@pytest.fixture
def town(_built: Town, settings: Any, tmp_path: Path) -> Town:
    settings.DATA_DIR = tmp_path
    return fresh(_built)


def bill(town: Town, account: CustomerAccount, shown: str) -> Any:
    """Return the first bill of an account whose meter shows this much at the end of February."""
    point = UsagePoint.objects.for_actor(EVERYBODY).get(account=account)
    others = {town.home: {"total": "500"}, town.factory: {"total": "6000"}}
    bill_month(town.utility, FEBRUARY, {point: {"total": shown}} | others)
    (found,) = town.list_bills(point)
    return found


def codes_of(caught: Any) -> set[str]:
    return {one.code for one in caught.value.facts["refusals"]}


class TestResident:
    """低压居民新装."""

    def test_from_the_application_to_the_first_bill_with_tiers_from_the_opening_day(self, town: Town) -> None:
        account = low.plan_account(town)
        order = low.apply_low(town, account, OrderKind.SUPPLY_RESIDENT)
        assert town.waiting(order) == "draft_plan"
        low.connect(town, order)

        account.refresh_from_db()
        assert (account.status, account.opened_date, town.read(order).result) == ("ACTIVE", SWITCHED_ON, "ARCHIVED")
        found = bill(town, account, "3000")
        # Eleven twelfths of the 2,760 kWh of the first tier: 2,530 at 0.5283 and 470 at 0.5783 yuan.
        assert (found.energy_kwh_e2, found.amount_fen) == (300_000, 160_840)
        assert list_faults() == []

    def test_the_customer_wants_it_otherwise_and_the_next_version_is_drafted(self, town: Town) -> None:
        order = low.apply_low(town, low.plan_account(town), OrderKind.SUPPLY_RESIDENT)
        do(town, order, "draft_plan", MORNING, plan=low.draft_low())
        do(town, order, "answer_plan", MORNING)
        do(town, order, "confirm_plan", MORNING, outcome="CHANGE_ASKED")
        assert town.waiting(order) == "draft_plan"

    def test_taken_back_the_number_is_closed(self, town: Town) -> None:
        account = low.plan_account(town)
        order = low.apply_low(town, account, OrderKind.SUPPLY_RESIDENT)
        do(town, order, "draft_plan", MORNING, plan=low.draft_low())
        do(town, order, "answer_plan", MORNING)
        do(town, order, "confirm_plan", MORNING, outcome="WITHDRAWN", reason="不装了")
        account.refresh_from_db()
        assert (town.read(order).result, account.status) == ("CANCELLED", "CLOSED")

    def test_a_paper_that_was_refused_keeps_it_from_being_switched_on(self, town: Town) -> None:
        order = low.apply_low(town, low.plan_account(town), OrderKind.SUPPLY_RESIDENT)
        do(town, order, "draft_plan", MORNING, plan=low.draft_low())
        do(town, order, "answer_plan", MORNING)
        do(town, order, "confirm_plan", MORNING)
        new.sign(town, order.account, ContractKind.RESIDENTIAL, start=SWITCHED_ON, at=MORNING)
        do(town, order, "sign_contract", MORNING)
        do(town, order, "install_meter", DAY_ON, meters=new.give_meters(order))
        order.papers.for_actor(EVERYBODY).filter(code="ownership").update(state="REFUSED", reason="缺页")
        with pytest.raises(NotReadyToEnergise) as caught:
            do(town, order, "energise", DAY_ON)
        assert codes_of(caught) == {"papers_missing"}


class TestOthers:
    """低压非居民、充电桩."""

    @pytest.mark.parametrize("kind", [OrderKind.SUPPLY_LOW, OrderKind.CHARGING_PILE])
    def test_with_a_price_of_its_own(self, town: Town, kind: OrderKind) -> None:
        account = low.plan_account(town, name="快充有限公司", usage=UsageClass.COMMERCIAL_INDUSTRIAL)
        order = low.apply_low(town, account, kind, capacity_kva=Decimal(30))
        low.connect(town, order, contract=ContractKind.LOW_VOLTAGE, capacity_kva=Decimal(30), **TRADE)

        found = bill(town, account, "100")
        assert (found.energy_kwh_e2, found.amount_fen) == (10_000, 8_600)


class TestTemporary:
    """临时用电."""

    ENDS_ON = date(2026, 8, 9)

    def connect(self, town: Town, ends_on: date = ENDS_ON) -> tuple[CustomerAccount, Any]:
        account = low.plan_account(town, name="云泽建筑有限公司", usage=UsageClass.COMMERCIAL_INDUSTRIAL)
        order = low.apply_low(town, account, OrderKind.TEMPORARY, ends_on=ends_on, capacity_kva=Decimal(30))
        low.connect(town, order, contract=ContractKind.TEMPORARY, capacity_kva=Decimal(30), **TRADE)
        return account, order

    def test_it_has_an_end_and_a_bill(self, town: Town) -> None:
        account, order = self.connect(town)
        assert town.read(order).ends_on == self.ENDS_ON
        assert bill(town, account, "100").amount_fen == 8_600

    @pytest.mark.parametrize(("ends_on", "codes"), [(date(2029, 2, 9), set()), (date(2029, 2, 10), {"spell_too_long"})])
    def test_three_years_and_not_a_day_more(self, town: Town, ends_on: date, codes: set[str]) -> None:
        account = low.plan_account(town, usage=UsageClass.COMMERCIAL_INDUSTRIAL)
        if not codes:
            assert low.apply_low(town, account, OrderKind.TEMPORARY, ends_on=ends_on).ends_on == ends_on
            return
        with pytest.raises(ApplicationRefused) as caught:
            low.apply_low(town, account, OrderKind.TEMPORARY, ends_on=ends_on)
        assert codes_of(caught) == codes

    def test_no_change_of_it_is_taken_but_its_end_is(self, town: Town) -> None:
        account, _order = self.connect(town)
        point = UsagePoint.objects.for_actor(EVERYBODY).select_related("account__customer").get(account=account)
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(
                point, OrderKind.RENAME, at=DAY_ON, effective_on=DAY_ON.date(), new_name="新名", is_same_subject=True
            )
        assert codes_of(caught) == {"temporary_supply"}
        closing = town.ask(
            point, OrderKind.CLOSE, at=DAY_ON, effective_on=DAY_ON.date(), has_stopped_all=True, is_meter_intact=True
        )
        assert self.remind(town, self.ENDS_ON) == []
        assert closing.kind == "CLOSE"

    def remind(self, town: Town, on: date) -> list[str]:
        rows = list_ending_temporaries(actor=town.people["counter"], right="orders.accept", on=on, limit=9)
        return [one.number for one in rows]

    def test_thirty_days_before_its_end_and_after_it_stands_with_the_counter(self, town: Town) -> None:
        _account, order = self.connect(town)
        assert [self.remind(town, on) for on in (date(2026, 7, 9), date(2026, 7, 10), date(2026, 9, 1))] == [
            [], [order.number], [order.number],
        ]  # fmt: skip
