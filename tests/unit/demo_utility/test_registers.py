"""Registers show what the curves say: times the multiplier, exactly."""

from decimal import Decimal

import pytest
from tests.unit.demo_utility.conftest import Fleet

from dianke.application.demo_utility import estate, loads, registers, trades
from dianke.application.demo_utility.designs import CURVES_FROM, PointDesign
from dianke.application.demo_utility.registers import MonthValues
from dianke.domain.metering.types import RegisterKind

PERIODS = (RegisterKind.SHARP, RegisterKind.PEAK, RegisterKind.FLAT, RegisterKind.VALLEY)
FIRST = loads.BILLED_DAY


def read(fleet: Fleet, place: int) -> MonthValues:
    """Return the month of the point at a place."""
    return registers.read_month(
        fleet.points[place], units=fleet.usage.units[place], highest_wh=fleet.usage.highest_wh[place]
    )


def find(fleet: Fleet, name: str) -> tuple[int, PointDesign]:
    """Return place and design of the customer of a name."""
    return next((place, point) for place, point in enumerate(fleet.points) if point.name == name)


def difference_kwh(start: Decimal, end: Decimal, point: PointDesign, multiplier: int) -> Decimal:
    """Return register energy, with the last digit passed at most once."""
    whole = 10**point.meter.integer_digits
    return (end - start + whole) % whole * multiplier


class TestReadMonth:
    def test_differences_times_multiplier_are_the_energy_of_the_curve(self, fleet: Fleet) -> None:
        unchanged = [place for place, point in enumerate(fleet.points) if point.meter.changed_on is None]

        metered = {
            point.name: difference_kwh(
                read(fleet, place).opening[RegisterKind.TOTAL],
                read(fleet, place).closing[RegisterKind.TOTAL],
                point,
                loads.list_multipliers(point)[0],
            )
            for place, point in ((place, fleet.points[place]) for place in unchanged)
        }

        assert metered == {
            fleet.points[place].name: Decimal(int(fleet.usage.units[place, FIRST:].sum())) / 100 for place in unchanged
        }

    def test_period_registers_add_up_to_the_total(self, fleet: Fleet) -> None:
        place, _ = find(fleet, "云泽恒锐精密铸造有限公司")

        month = read(fleet, place)

        for values in (month.opening, month.closing):
            assert sum(values[kind] for kind in PERIODS) == values[RegisterKind.TOTAL]

    def test_readings_have_two_decimals_and_fit_the_register(self, fleet: Fleet) -> None:
        finer = [
            (point.name, kind)
            for place, point in enumerate(fleet.points)
            for values in (read(fleet, place).opening, read(fleet, place).closing)
            for kind, value in values.items()
            if kind is not RegisterKind.DEMAND
            and (value != round(value, 2) or not 0 <= value < 10**point.meter.integer_digits)
        ]

        assert finer == []

    def test_a_register_passes_its_last_digit_at_one_customer_only(self, fleet: Fleet) -> None:
        rolled = [fleet.points[place].name for place in range(len(fleet.points)) if read(fleet, place).rolled_over]

        assert rolled == ["云泽青石木业有限公司"]

    def test_an_exchanged_meter_ends_and_a_new_one_begins_at_nought(self, fleet: Fleet) -> None:
        place, point = find(fleet, "云泽开源五金制造有限公司")
        middle = ((point.meter.exchanged_on or CURVES_FROM) - CURVES_FROM).days
        units = fleet.usage.units[place].sum(axis=-1)

        month = read(fleet, place)

        assert month.removal is not None
        assert month.installation is not None
        before = month.removal[RegisterKind.TOTAL] - month.opening[RegisterKind.TOTAL]
        assert before * 800 == Decimal(int(units[FIRST:middle].sum())) / 100
        assert month.installation[RegisterKind.TOTAL] == 0
        assert month.closing[RegisterKind.TOTAL] * 800 == Decimal(int(units[middle:].sum())) / 100

    def test_a_changed_ratio_counts_on_from_the_same_reading(self, fleet: Fleet) -> None:
        place, point = find(fleet, "云泽江岸印务有限公司")
        middle = ((point.meter.rescaled_on or CURVES_FROM) - CURVES_FROM).days
        units = fleet.usage.units[place].sum(axis=-1)

        month = read(fleet, place)

        assert month.removal is not None
        assert month.installation is not None
        assert month.installation[RegisterKind.TOTAL] == month.removal[RegisterKind.TOTAL]
        after = month.closing[RegisterKind.TOTAL] - month.installation[RegisterKind.TOTAL]
        assert after * 1_000 == Decimal(int(units[middle:].sum())) / 100

    def test_reactive_energy_follows_from_the_stated_power_factor(self, fleet: Fleet) -> None:
        place, point = find(fleet, "云泽恒锐精密铸造有限公司")

        month = read(fleet, place)

        active = month.closing[RegisterKind.TOTAL] - month.opening[RegisterKind.TOTAL]
        reactive = month.closing[RegisterKind.REACTIVE_IMPORT] - month.opening[RegisterKind.REACTIVE_IMPORT]
        # tan(acos 0.93) is 0.3952.
        assert float(reactive / active) == pytest.approx(0.3952, abs=0.0002)
        assert point.curve.power_factor == 0.93

    def test_demand_is_the_highest_quarter(self, fleet: Fleet) -> None:
        place, _ = find(fleet, "云泽合拓锻造有限公司")
        highest_kw = Decimal(4 * int(fleet.usage.wh[place, FIRST:].max())) / 1_000

        month = read(fleet, place)

        assert abs(month.closing[RegisterKind.DEMAND] * 3_000 - highest_kw) <= Decimal("0.15")

    def test_a_home_shows_a_total_only(self, fleet: Fleet) -> None:
        month = read(fleet, fleet.at(estate.FIRST_SERIAL))

        assert list(month.closing) == [RegisterKind.TOTAL]


class TestReadZero:
    def test_every_register_of_a_new_meter_shows_nought(self) -> None:
        point = trades.list_trades()[0]

        values = registers.read_zero(point)

        assert set(values) == set(point.meter.registers)
        assert set(values.values()) == {Decimal(0)}
