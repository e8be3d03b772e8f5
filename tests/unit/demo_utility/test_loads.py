"""The curves of the designed points agree with their sources, their registers and each other."""

from datetime import date

import numpy as np
import pyarrow.parquet as pq
from tests.unit.demo_utility.conftest import Fleet

from dianke.application.demo_utility import area, curves, estate, loads
from dianke.application.demo_utility.curves import CodeArray
from dianke.application.demo_utility.designs import HOME_PLAN
from dianke.application.demo_utility.loads import BILLED_DAY
from dianke.application.demo_utility.sources import DATA, load_area, load_area_shape


class TestBuildUsage:
    def test_every_day_of_the_curve_is_the_energy_of_the_day(self, fleet: Fleet) -> None:
        taken = np.maximum(fleet.usage.wh, 0).sum(axis=-1)
        fed = -np.minimum(fleet.usage.wh, 0).sum(axis=-1)

        assert (taken == 10 * fleet.usage.units.sum(axis=-1)).all()
        assert (fed == 10 * fleet.usage.fed_units).all()
        assert (fleet.usage.highest_wh == np.maximum(fleet.usage.wh, 0).max(axis=-1)).all()

    def test_every_month_is_a_whole_number_of_register_steps(self, fleet: Fleet) -> None:
        bounds = loads.list_bounds(None)[:-1]
        months = np.add.reduceat(fleet.usage.units, bounds, axis=1)[:, :-1]
        multipliers = np.array([loads.list_multipliers(point)[0] for point in fleet.points])

        assert (months % multipliers[:, None, None] == 0).all()

    def test_a_measured_home_without_panels_uses_what_was_measured(self, fleet: Fleet) -> None:
        place = fleet.at(estate.FIRST_SERIAL)
        measured = pq.ParquetFile(DATA / "citylearn_homes/homes_hourly.parquet").read()
        first_home = measured["equipment_kwh"].to_numpy()[:8_760]
        # 2026-01-05 is a Monday; it takes Monday 2017-01-09, 161 days after the series' first midnight.
        hours = first_home[1 + 161 * 24 : 1 + 162 * 24] * 1_000

        day = fleet.usage.wh[place, (date(2026, 1, 5) - date(2025, 2, 1)).days].reshape(24, 4)

        # Register steps of 10 Wh move an hour by a few Wh at most.
        assert np.abs(day.sum(axis=1) - hours).max() < 10
        assert (day.max(axis=1) - day.min(axis=1)).max() <= 2

    def test_the_area_uses_what_the_model_says_less_its_panels(self, fleet: Fleet) -> None:
        network = load_area()
        area_points = [place for place, point in enumerate(fleet.points) if point.area_code == area.AREA_CODE]
        load_kwh = sum(load_area_shape(load.profile).total_mwh * load.peak_w / 1e9 for load in network.loads)
        panels_kwh = sum(load_area_shape(panel.profile).total_mwh * panel.peak_w / 1e9 for panel in network.panels)

        taken = fleet.usage.units[area_points, :364].sum() / 100
        fed = fleet.usage.fed_units[area_points, :364].sum() / 100

        assert len(area_points) == 111
        # The last of 365 days is the first once more; months are rounded to steps of the registers.
        assert abs(taken - fed - (load_kwh - panels_kwh)) < 0.002 * load_kwh

    def test_customers_of_one_shape_differ(self, fleet: Fleet) -> None:
        alike = [place for place, point in enumerate(fleet.points) if point.curve.shape == "H0-B"]
        january = fleet.usage.wh[alike, BILLED_DAY:].reshape(len(alike), -1).astype(np.float64)
        shapes = january / january.sum(axis=1, keepdims=True)

        assert len(alike) == 25
        assert len(np.unique(shapes.round(9), axis=0)) == 25

    def test_the_tenant_is_part_of_the_plaza_in_every_period(self, fleet: Fleet) -> None:
        [tenant] = [place for place, point in enumerate(fleet.points) if point.parent_serial is not None]
        plaza = fleet.at(fleet.points[tenant].parent_serial or 0)

        january = fleet.usage.units[:, BILLED_DAY:].sum(axis=1)

        assert (january[tenant, :4] < january[plaza, :4]).all()

    def test_is_the_same_again(self, fleet: Fleet, codes: dict[str, CodeArray]) -> None:
        some = fleet.points[:3] + fleet.points[-2:]

        again = loads.build_usage(some, codes)

        assert (again.wh[:3] == fleet.usage.wh[:3]).all()
        assert (again.wh[3:] == fleet.usage.wh[-2:]).all()


class TestBuildGrownUsage:
    def test_keeps_curves_of_the_billed_month_that_agree_with_the_days(self, codes: dict[str, CodeArray]) -> None:
        homes = estate.list_estate(60, 17)

        usage = loads.build_grown_usage(homes, codes[HOME_PLAN])

        assert usage.wh.shape == (43, 31, 96)
        assert usage.units.shape == (43, 365, 5)
        assert (usage.wh.sum(axis=-1) == 10 * usage.units[:, BILLED_DAY:].sum(axis=-1)).all()
        assert (usage.highest_wh[:, BILLED_DAY:] == usage.wh.max(axis=-1)).all()

    def test_comes_in_the_order_of_the_homes(self, codes: dict[str, CodeArray]) -> None:
        homes = estate.list_estate(60, 17)

        whole = loads.build_grown_usage(homes, codes[HOME_PLAN])
        alone = loads.build_grown_usage(homes[20:21], codes[HOME_PLAN])

        assert (whole.wh[20] == alone.wh[0]).all()
        assert (whole.units[20] == alone.units[0]).all()

    def test_a_year_of_a_grown_home_is_close_to_the_home_it_is_made_from(
        self, codes: dict[str, CodeArray], fleet: Fleet
    ) -> None:
        grown = loads.build_grown_usage(estate.list_estate(18, 17), codes[HOME_PLAN])
        measured = fleet.usage.units[fleet.at(estate.FIRST_SERIAL)]

        assert abs(int(grown.units.sum()) / int(measured.sum()) - 1) < 0.01


class TestListBounds:
    def test_names_the_months_and_the_change(self) -> None:
        bounds = loads.list_bounds(date(2026, 1, 14))

        assert bounds.tolist() == [0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334, 347, 365]


class TestListMultipliers:
    def test_a_ratio_change_has_two(self, fleet: Fleet) -> None:
        [printer] = [point for point in fleet.points if point.meter.rescaled_on]

        assert loads.list_multipliers(printer) == [600, 1_000]


def test_a_unit_is_ten_watt_hours() -> None:
    assert curves.MWH_PER_UNIT == 10_000
