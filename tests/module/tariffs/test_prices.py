"""The prices that billing takes."""

from datetime import date
from decimal import Decimal

import pytest

from dianke.domain.tariffs import queries
from dianke.domain.tariffs.rules import tiers
from dianke.domain.tariffs.rules.voltages import NoPriceRow
from dianke.domain.tariffs.types import PeriodKind, PriceColumn, PriceMissing, PriceTable
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

JANUARY = date(2026, 1, 15)


@pytest.fixture
def two_part(provinces, actor: Actor) -> PriceTable:
    """Return the Hubei two-part prices of 10 kV."""
    return queries.get_price_table(actor=actor, plan="HB-CI", on=JANUARY, structure="TWO_PART", voltage="10kV")


class TestHubei:
    def test_has_the_printed_period_prices(self, two_part):
        assert two_part.voltage == "1-10(20)kV"
        assert [two_part.energy_price(PeriodKind(code)) for code in range(4)] == [
            Decimal("1.049999"),
            Decimal("0.848961"),
            Decimal("0.651886"),
            Decimal("0.432924"),
        ]
        assert two_part.period_prices[PeriodKind.DEEP] is None
        assert two_part.single_price == Decimal("0.651886")

    def test_has_demand_and_capacity_prices(self, two_part):
        assert (two_part.demand_price, two_part.capacity_price) == (Decimal("42"), Decimal("26.3"))

    def test_has_no_deep_valley(self, two_part):
        with pytest.raises(PriceMissing) as error:
            two_part.energy_price(PeriodKind.DEEP)

        assert error.value.as_dict() == {
            "field": "deep",
            "code": "tariffs.price_missing",
            "message": "sheet HB-CI-2026-01, row TWO_PART 1-10(20)kV, column deep: the sheet has no such price",
        }

    def test_holds_its_funds_inside_the_price(self, two_part):
        assert [(fund.code, fund.price, fund.is_included) for fund in two_part.funds] == [
            ("RURAL_GRID_LOAN", Decimal("0.02"), True),
            ("LARGE_RESERVOIR_RESETTLEMENT", Decimal("0.0062"), True),
            ("RENEWABLE_SURCHARGE", Decimal("0.019"), True),
        ]
        assert two_part.funds_price == Decimal("0.0452")

    def test_explains_the_flat_price_by_its_components(self, two_part):
        whole = [part for part in two_part.components if not part.part_of]

        assert [part.kind.value for part in whole] == [
            "PURCHASE",
            "LINE_LOSS",
            "TRANSMISSION_DISTRIBUTION",
            "SYSTEM_OPERATION",
            "FUND",
        ]
        assert sum(part.price for part in whole) == two_part.single_price

    def test_carries_hours_policies_and_texts(self, two_part):
        assert len(two_part.bands) == 14
        assert two_part.policies.number("CONTRACT_DEMAND_FLOOR_RATIO") == Decimal("0.4")
        assert two_part.policies.get("LOAD_FACTOR_DISCOUNT_RATIO").citation == "REG-526-2023"
        assert two_part.regulations == ("REG-526-2023", "REG-HB-77-2024")
        assert two_part.tiers is None

    def test_has_no_single_part_row_above_35_kv(self, provinces, actor):
        with pytest.raises(NoPriceRow, match=r"no SINGLE row for 110kV; it has <1kV, 1-10\(20\)kV, 35kV"):
            queries.get_price_table(actor=actor, plan="HB-CI", on=JANUARY, structure="SINGLE", voltage="110kV")

    def test_has_no_price_on_another_day(self, provinces, actor):
        with pytest.raises(queries.NoVersionInForce, match="plan HB-CI has no version in force on 2026-02-01"):
            queries.get_price_table(actor=actor, plan="HB-CI", on=date(2026, 2, 1), structure="SINGLE", voltage="<1kV")

    def test_may_be_asked_for_by_the_row_of_the_plan(self, provinces, actor):
        plan = queries.get_plan(actor=actor, plan_code="HB-CI")

        table = queries.get_price_table(actor=actor, plan=plan, on=JANUARY, structure="SINGLE", voltage="<1kV")

        assert table.single_price == Decimal("0.735686")


class TestHomes:
    def test_have_first_tier_prices_and_tiers(self, provinces, actor):
        table = queries.get_price_table(actor=actor, plan="GD-GZ-RES", on=JANUARY, structure="SINGLE", voltage="220V")

        assert table.single_price == Decimal("0.58886875")
        assert table.energy_price(PeriodKind.PEAK) == Decimal("0.99500875")
        assert tiers.get_limits(table.tiers, months=[1], household_persons=5) == (300, 500)
        assert tiers.list_surcharges(table.tiers, month=1) == (0, Decimal("0.05"), Decimal("0.3"))
        assert table.funds_price == Decimal("0.00866875")
        assert table.end is None

    def test_have_no_tiers_on_a_shared_meter(self, provinces, actor):
        table = queries.get_price_table(
            actor=actor, plan="GD-GZ-RES-SHARED", on=JANUARY, structure="SINGLE", voltage=""
        )

        assert table.single_price == Decimal("0.62586875")
        assert (table.tiers, table.bands, table.funds) == (None, (), ())


class TestMissingPrices:
    def test_stop_only_a_bill_that_needs_them(self, provinces, actor):
        table = queries.get_price_table(
            actor=actor, plan="FJ-CI", on=date(2025, 8, 10), structure="TWO_PART", voltage="10kV"
        )

        assert table.require(PriceColumn.CAPACITY) == 25
        with pytest.raises(PriceMissing, match="column demand: the price was not found"):
            table.require(PriceColumn.DEMAND)

    def test_are_named_at_once_when_asked_for(self, provinces, actor):
        with pytest.raises(PriceMissing, match=r"FJ-CI-2025-08, row TWO_PART 1-10\(20\)kV, column demand"):
            queries.get_price_table(
                actor=actor,
                plan="FJ-CI",
                on=date(2025, 8, 10),
                structure="TWO_PART",
                voltage="10kV",
                needed=[PriceColumn.FLAT, PriceColumn.DEMAND],
            )

    def test_are_not_zero_where_funds_are_unknown(self, provinces, actor):
        table = queries.get_price_table(
            actor=actor, plan="FJ-CI", on=date(2025, 8, 10), structure="TWO_PART", voltage="10kV"
        )

        assert table.funds_price is None


class TestDemoPrices:
    def test_are_refused_unless_allowed(self, provinces, actor):
        facts = {"plan": "BJ-CI", "on": date(2025, 2, 1), "structure": "SINGLE", "voltage": "10kV"}

        with pytest.raises(queries.DemoPricesOnly, match="BJ-CI-2025-02 rests on one copy"):
            queries.get_price_table(actor=actor, **facts)

        assert queries.get_price_table(actor=actor, **facts, allow_demo_prices=True).is_demo_only


class TestListPriceTables:
    def test_covers_a_period_or_names_the_first_day_without_price(self, provinces, actor):
        whole = queries.list_price_tables(
            actor=actor,
            plan="HB-CI",
            start=date(2026, 1, 10),
            end=date(2026, 2, 1),
            structure="SINGLE",
            voltage="<1kV",
        )

        assert [table.sheet_id for table in whole] == ["HB-CI-2026-01"]
        with pytest.raises(queries.NoVersionInForce, match="on 2026-02-01"):
            queries.list_price_tables(
                actor=actor,
                plan="HB-CI",
                start=date(2026, 1, 10),
                end=date(2026, 2, 10),
                structure="SINGLE",
                voltage="<1kV",
            )
