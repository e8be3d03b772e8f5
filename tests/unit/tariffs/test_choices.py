"""Structures and power-factor standards by policy values in force."""

from datetime import date
from decimal import Decimal

import pytest

from dianke.domain.tariffs.rules import choices
from dianke.domain.tariffs.types import PolicyFact, PolicyMissing, PolicySet, Structure

SINGLE, TWO_PART = Structure.SINGLE, Structure.TWO_PART


def in_force(shipped, on: date) -> PolicySet:
    """Return the shipped values of a day."""
    drafts = [d for d in shipped["policies.yaml"].policies if d.start <= on and (d.end is None or on < d.end)]
    return PolicySet(
        on=on,
        facts={
            d.code: PolicyFact(
                id=index,
                code=d.code,
                number=d.number,
                text=d.text,
                unit=d.unit,
                citation=d.citation,
                section=d.section,
                grade=d.grade,
            )
            for index, d in enumerate(drafts)
        },
    )


@pytest.fixture
def of_2026(shipped) -> PolicySet:
    """Return the values of 2026."""
    return in_force(shipped, date(2026, 1, 1))


class TestListAllowedStructures:
    @pytest.mark.parametrize(
        ("kva", "structures"),
        [(100, (SINGLE,)), (101, (SINGLE, TWO_PART)), (314, (SINGLE, TWO_PART)), (315, (TWO_PART,))],
    )
    def test_turns_at_both_limits(self, kva, structures, of_2026):
        assert choices.list_allowed_structures(capacity_kva=Decimal(kva), policies=of_2026) == structures

    def test_lets_an_old_single_part_customer_stay(self, of_2026):
        allowed = choices.list_allowed_structures(capacity_kva=Decimal(400), policies=of_2026, keeps_single=True)

        assert allowed == (SINGLE, TWO_PART)

    def test_gave_no_choice_before_june_2023(self, shipped):
        before = in_force(shipped, date(2023, 5, 31))

        assert choices.list_allowed_structures(capacity_kva=Decimal(200), policies=before) == (SINGLE,)


class TestFindPowerFactorStandard:
    @pytest.mark.parametrize(
        ("usage_class", "kva", "high", "industrial", "standard"),
        [
            ("LARGE_INDUSTRIAL", 161, True, True, "0.9"),
            # The text of 1983 says above 160 kVA.
            ("LARGE_INDUSTRIAL", 160, True, True, "0.85"),
            ("COMMERCIAL_INDUSTRIAL", 1000, True, False, "0.85"),
            ("COMMERCIAL_INDUSTRIAL", 1000, False, True, "0.85"),
            ("COMMERCIAL_INDUSTRIAL", 100, True, False, "0.85"),
            ("AGRICULTURAL", 100, True, False, "0.8"),
        ],
    )
    def test_follows_class_capacity_and_voltage(self, usage_class, kva, high, industrial, standard, of_2026):
        found = choices.find_power_factor_standard(
            usage_class=usage_class,
            capacity_kva=Decimal(kva),
            is_high_voltage=high,
            is_industrial=industrial,
            policies=of_2026,
        )

        assert found == Decimal(standard)

    @pytest.mark.parametrize(
        ("usage_class", "kva"), [("RESIDENTIAL", 500), ("RESIDENTIAL_SHARED", 500), ("LARGE_INDUSTRIAL", 99)]
    )
    def test_asks_nothing_of_homes_and_small_customers(self, usage_class, kva, of_2026):
        found = choices.find_power_factor_standard(
            usage_class=usage_class,
            capacity_kva=Decimal(kva),
            is_high_voltage=True,
            is_industrial=True,
            policies=of_2026,
        )

        assert found is None


class TestPolicySet:
    def test_names_the_value_that_is_missing(self, of_2026):
        with pytest.raises(PolicyMissing, match="no value of policy TEA_BREAK is in force on 2026-01-01"):
            of_2026.number("TEA_BREAK")

    def test_does_not_take_a_word_for_a_number(self, of_2026):
        assert of_2026.text("DEMAND_EXCESS_BASE") == "contract"
        with pytest.raises(PolicyMissing):
            of_2026.number("DEMAND_EXCESS_BASE")

    def test_tells_confirmed_values_from_others(self, of_2026):
        assert of_2026.get("MODE_CHANGE_EFFECTIVE").is_unconfirmed
        assert not of_2026.get("CONTRACT_DEMAND_FLOOR_RATIO").is_unconfirmed
