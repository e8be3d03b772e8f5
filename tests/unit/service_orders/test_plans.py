"""Plans, marks of large customers, free choice of firms, and what must hold before supply is switched on."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tests.factories.order_applications import SETS, codes

from dianke.domain.service_orders.rules import plans
from dianke.domain.service_orders.rules.catalog import list_materials
from dianke.domain.service_orders.rules.energising import EnergisingFacts, list_missing_before_energising
from dianke.domain.service_orders.rules.plans import FirmFacts, FirmKind, PlanFacts, TwoPartDuty
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.calendar import load_mainland_calendar

HIGH = PlanFacts(answered_on=date(2024, 7, 1), voltage_kv=Decimal(10), capacity_kva=Decimal(1999))
LOW = replace(HIGH, voltage_kv=Decimal("0.4"))
ON = date(2024, 7, 1)


def ask(plan: PlanFacts, asked_on: date, extended_to: date, rule_set: str = "RS-2024") -> list[str]:
    return codes(
        plans.check_extension(
            plan,
            asked_on=asked_on,
            extended_to=extended_to,
            rule_set=SETS[rule_set],
            calendar=load_mainland_calendar(),
        )
    )


class TestPlanValidity:
    def test_is_a_year_for_high_and_three_months_for_low_voltage(self):
        assert plans.compute_plan_end(HIGH, rule_set=SETS["RS-2024"]) == date(2025, 7, 1)
        assert plans.compute_plan_end(LOW, rule_set=SETS["RS-2024"]) == date(2024, 10, 1)

    def test_is_extended_ten_days_ahead_working_days_since_2024(self):
        # Before Tuesday 1 July 2025: 16 to 20, 23 to 27 and 30 June are eleven working days.
        assert ask(HIGH, date(2025, 6, 17), date(2026, 7, 1)) == []
        assert ask(HIGH, date(2025, 6, 18), date(2026, 7, 1)) == ["extension_too_late"]
        assert ask(HIGH, date(2025, 6, 21), date(2026, 7, 1), "RS-2016") == []
        assert ask(HIGH, date(2025, 6, 22), date(2026, 7, 1), "RS-2016") == ["extension_too_late"]

    def test_is_extended_once_and_by_one_term(self):
        once = replace(HIGH, extensions=1, extended_to=date(2026, 7, 1))

        assert ask(HIGH, ON, date(2026, 7, 2)) == ["extension_too_long"]
        assert ask(once, ON, date(2027, 7, 1)) == ["extended_already"]


class TestReviewAndMarks:
    def test_meet_from_2000_kva_on_or_for_a_line_or_two_sources(self):
        def reasons(plan: PlanFacts) -> list[str]:
            return [figure.code for figure in plans.list_review_reasons(plan, rule_set=SETS["RS-2024"])]

        assert reasons(HIGH) == []
        assert reasons(replace(HIGH, capacity_kva=Decimal(2000))) == ["review.capacity"]
        assert reasons(replace(HIGH, has_dedicated_line=True)) == ["review.dedicated_line"]
        assert reasons(replace(HIGH, has_two_sources=True)) == ["review.dual_source"]

    @pytest.mark.parametrize(
        ("kva", "kwh", "is_high_risk", "marks"),
        [
            (1999, 4_999_999, False, []),
            (2000, None, False, ["large.capacity"]),
            (100, 5_000_000, True, ["large.energy_a_year", "large.high_risk"]),
        ],
    )
    def test_large_customers_are_marked(self, kva, kwh, is_high_risk, marks):
        found = plans.list_large_marks(
            capacity_kva=Decimal(kva),
            energy_a_year_kwh=None if kwh is None else Decimal(kwh),
            is_high_risk=is_high_risk,
            rule_set=SETS["RS-2024"],
            on=ON,
        )

        assert found == marks

    def test_a_line_of_its_own_needs_its_capacities_and_can_be_taken_back(self):
        def ask_line(first: int, year: int, *, has_free_bay: bool = True) -> list[str]:
            return codes(
                plans.check_dedicated_line(
                    first_kva=Decimal(first),
                    first_year_kva=Decimal(year),
                    four_years_kva=Decimal(4000),
                    has_free_bay=has_free_bay,
                    rule_set=SETS["RS-2024"],
                    on=ON,
                )
            )

        def reclaim(on: date, kva: int) -> bool:
            return plans.may_reclaim_line(built_on=ON, running_kva=Decimal(kva), rule_set=SETS["RS-2024"], on=on)

        assert ask_line(2000, 4000) == []
        assert ask_line(1999, 3999, has_free_bay=False) == ["dedicated_line_too_small"] * 2 + ["no_free_bay"]
        assert reclaim(date(2026, 7, 1), 3999)
        assert not reclaim(date(2026, 6, 30), 3999)
        assert not reclaim(date(2026, 7, 1), 4000)


class TestThresholds:
    @pytest.mark.parametrize(
        ("rule_set", "on", "kva", "is_industry", "duty"),
        [
            ("RS-1996", date(2010, 1, 1), 314, True, "NONE"),
            ("RS-1996", date(2010, 1, 1), 315, True, "MANDATORY"),
            ("RS-1996", date(2010, 1, 1), 315, False, "NONE"),
            ("RS-2016", date(2023, 5, 31), 100, True, "NONE"),
            ("RS-2016", date(2023, 6, 1), 100, False, "CHOICE"),
            ("RS-2024", ON, 99, True, "NONE"),
            ("RS-2024", ON, 314, True, "CHOICE"),
            ("RS-2024", ON, 315, False, "MANDATORY"),
        ],
    )
    def test_of_the_two_part_price(self, rule_set, on, kva, is_industry, duty):
        found = plans.find_two_part_duty(
            capacity_kva=Decimal(kva), is_industry=is_industry, rule_set=SETS[rule_set], on=on
        )

        assert found is TwoPartDuty(duty)

    @pytest.mark.parametrize(
        ("kva", "is_industry", "is_farm", "standard"),
        [
            (99, True, False, None),
            (100, True, False, "0.85"),
            (160, True, False, "0.85"),
            (161, True, False, "0.90"),
            (161, False, False, "0.85"),
            (100, False, True, "0.80"),
        ],
    )
    def test_of_the_power_factor(self, kva, is_industry, is_farm, standard):
        found = plans.find_power_factor_standard(
            capacity_kva=Decimal(kva),
            is_high_voltage_industry=is_industry,
            is_farm=is_farm,
            rule_set=SETS["RS-2024"],
            on=ON,
        )

        assert found == (standard and Decimal(standard))


class TestFreeChoice:
    def test_needs_five_firms_of_each_kind_that_are_qualified_on_the_day(self):
        firms = [
            FirmFacts(firm_id=f"F{number}", kind=kind, valid_from=date(2020, 1, 1), valid_to=None)
            for kind in FirmKind
            for number in range(5)
        ]
        expired = [*firms[:-1], replace(firms[-1], valid_to=ON)]

        assert plans.count_missing_firms(firms, rule_set=SETS["RS-2024"], on=ON) == {}
        assert plans.count_missing_firms(expired, rule_set=SETS["RS-2024"], on=ON) == {FirmKind.BUILDER: 1}
        assert plans.count_missing_firms(expired, rule_set=SETS["RS-2024"], on=ON - timedelta(days=1)) == {}

    def test_a_repeated_inspection_costs_a_fee_until_2016_alone(self):
        assert not plans.may_charge_inspection(number=1, rule_set=SETS["RS-1996"], on=date(2010, 1, 1))
        assert plans.may_charge_inspection(number=2, rule_set=SETS["RS-1996"], on=date(2010, 1, 1))
        assert not plans.may_charge_inspection(number=2, rule_set=SETS["RS-2024"], on=ON)


class TestEnergising:
    READY = EnergisingFacts(
        kind=OrderKind.SUPPLY_HIGH_DUAL,
        fees_due_fen=0,
        is_contract_signed=True,
        signed_agreements=frozenset({"dispatch", "dual_source"}),
        is_inspection_needed=True,
        is_inspection_passed=True,
        planned_meters=frozenset({"M1", "M2"}),
        installed_meters=frozenset({"M1", "M2"}),
        sealed_meters=frozenset({"M1", "M2"}),
        missing_data=(),
        papers=frozenset(paper.code for paper in list_materials(kind=OrderKind.SUPPLY_HIGH_DUAL, on=ON)),
    )

    def list_missing(self, **told: object) -> list[str]:
        facts = replace(self.READY, **told)  # type: ignore[arg-type]
        return codes(list_missing_before_energising(facts, rule_set=SETS["RS-2024"], accepted_on=ON))

    def test_is_allowed_when_nothing_is_missing(self):
        assert self.list_missing() == []

    @pytest.mark.parametrize(
        ("told", "code"),
        [
            ({"fees_due_fen": 1}, "fee_unpaid"),
            ({"is_contract_signed": False}, "contract_unsigned"),
            ({"signed_agreements": frozenset({"dispatch"})}, "agreement_unsigned"),
            ({"is_inspection_passed": False}, "inspection_not_passed"),
            ({"planned_meters": frozenset({"M1", "M2", "M3"})}, "meter_not_installed"),
            ({"sealed_meters": frozenset({"M1"})}, "meter_unsealed"),
            ({"missing_data": ("price",)}, "file_incomplete"),
            ({"papers": READY.papers - {"as_built"}}, "papers_missing"),
            ({"is_plan_valid": False}, "plan_expired"),
        ],
    )
    def test_waits_for_each_of_them(self, told, code):
        assert self.list_missing(**told) == [code]
