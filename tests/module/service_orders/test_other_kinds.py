"""Contract demands and large households: asked for, approved by another, carried out by the archive."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories.leaving import ASKED, EVERYBODY, Town, build_town
from tests.factories.once import built_once, fresh

from dianke.domain.billing.models import BillingTerms
from dianke.domain.billing.operations.terms import set_terms
from dianke.domain.billing.types import BasicMode
from dianke.domain.customers.models import KeyChange
from dianke.domain.service_orders.operations.accepting import ApplicationRefused
from dianke.domain.service_orders.types import OrderKind
from dianke.domain.tariffs.queries import get_plan
from dianke.kernel.clock import SHANGHAI

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)


def build_demand_town() -> Town:
    """Return a town whose factory pays for a contract demand of 400 kW since February."""
    town = build_town()
    plan = get_plan(actor=town.utility.actor, plan_code="HB-CI")
    set_terms(
        actor=town.utility.actor, usage_point=town.factory, start=FEBRUARY, plan=plan, structure="TWO_PART",
        price_voltage="1-10(20)kV", time_of_use=False, basic_mode="CONTRACT_DEMAND", contract_kw=Decimal(400),
    )  # fmt: skip
    return town


_built = built_once(build_demand_town)


@pytest.fixture
def town(_built: Town, settings: Any, tmp_path: Path) -> Town:
    settings.DATA_DIR = tmp_path
    return fresh(_built)


def refusals(caught: Any) -> set[str]:
    return {one.code for one in caught.value.facts["refusals"]}


def terms_of(town: Town) -> list[tuple[date, Decimal | None]]:
    rows = BillingTerms.objects.for_actor(EVERYBODY).filter(usage_point=town.factory).order_by("period")
    return [(row.period.lower, row.contract_kw) for row in rows]


class TestContractDemand:
    """需量值变更."""

    def test_from_the_first_of_the_month_the_new_value_is_held(self, town: Town) -> None:
        order = town.ask(town.factory, OrderKind.CHANGE_DEMAND, effective_on=MARCH, contract_kw=Decimal(300))
        town.do(order, "check_window", ASKED)
        town.do(order, "approve_change", ASKED, outcome="APPROVED")
        town.do(order, "archive", ASKED)

        assert terms_of(town)[1:] == [(FEBRUARY, Decimal(400)), (MARCH, Decimal(300))]
        after = BillingTerms.objects.for_actor(EVERYBODY).get(usage_point=town.factory, period__startswith=MARCH)
        assert (after.price_voltage, after.basic_mode, order.asked) == (
            "1-10(20)kV", "CONTRACT_DEMAND", {"contract_kw": "300"},
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            # Forty per cent of 630 kVA are 252 kW.
            ({"contract_kw": Decimal("251.99")}, "demand_too_low"),
            ({"effective_on": date(2026, 3, 2)}, "not_first_of_month"),
            ({"effective_on": FEBRUARY}, "backdated"),
        ],
    )
    def test_what_stands_against_it(self, town: Town, changes: dict[str, Any], code: str) -> None:
        given = {"effective_on": MARCH, "contract_kw": Decimal(252)} | changes
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(town.factory, OrderKind.CHANGE_DEMAND, **given)
        assert code in refusals(caught)

    def test_too_late_for_the_notice(self, town: Town) -> None:
        late = datetime(2026, 2, 25, 10, tzinfo=SHANGHAI)
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(town.factory, OrderKind.CHANGE_DEMAND, at=late, effective_on=MARCH, contract_kw=Decimal(300))
        assert refusals(caught) == {"notice_too_short"}

    def test_without_a_contract_demand_there_is_none_to_change(self, town: Town) -> None:
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(town.home, OrderKind.CHANGE_DEMAND, effective_on=MARCH, contract_kw=Decimal(300))
        assert "wrong_mode" in refusals(caught)


class TestMode:
    """改计费方式."""

    MAY = date(2026, 5, 1)

    def test_by_capacity_from_the_quarter_on(self, town: Town) -> None:
        order = town.ask(town.factory, OrderKind.CHANGE_MODE, effective_on=self.MAY, basic_mode=BasicMode.CAPACITY)
        town.do(order, "check_window", ASKED)
        town.do(order, "approve_change", ASKED, outcome="APPROVED")
        town.do(order, "archive", ASKED)

        after = BillingTerms.objects.for_actor(EVERYBODY).get(usage_point=town.factory, period__startswith=self.MAY)
        assert (after.basic_mode, after.contract_kw, after.price_voltage) == ("CAPACITY", None, "1-10(20)kV")

    def test_the_same_mode_and_three_months_not_over(self, town: Town) -> None:
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(
                town.factory, OrderKind.CHANGE_MODE, effective_on=date(2026, 4, 1),
                basic_mode=BasicMode.CONTRACT_DEMAND, contract_kw=Decimal(300),
            )  # fmt: skip
        # It was by capacity until February.
        assert refusals(caught) == {"same_mode", "too_soon"}

    def test_a_contract_demand_has_to_be_named(self, town: Town) -> None:
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(town.home, OrderKind.CHANGE_MODE, effective_on=self.MAY, basic_mode=BasicMode.CONTRACT_DEMAND)
        assert refusals(caught) == {"not_two_part", "demand_missing"}


class TestManyPersons:
    """一户多人口."""

    def test_the_size_of_the_household_changes_by_two_persons(self, town: Town) -> None:
        order = town.ask(town.home, OrderKind.MANY_PERSONS, effective_on=ASKED.date(), persons=5)
        town.do(order, "approve_change", ASKED, outcome="APPROVED")
        town.do(order, "archive", ASKED)

        assert town.account(town.home).household_size == 5
        change = KeyChange.objects.for_actor(EVERYBODY).get()
        assert (change.asked_by, change.decided_by) == ("counter", "keeper")

    def test_four_are_too_few_and_a_factory_is_no_home(self, town: Town) -> None:
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(town.home, OrderKind.MANY_PERSONS, effective_on=ASKED.date(), persons=4)
        assert refusals(caught) == {"too_few_persons"}
        with pytest.raises(ApplicationRefused) as caught:
            town.ask(town.factory, OrderKind.MANY_PERSONS, effective_on=ASKED.date(), persons=5)
        assert refusals(caught) == {"not_residential"}
