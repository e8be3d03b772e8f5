import numpy as np

from dianke.engine import losses
from dianke.engine.types import ChargePlan, Fleet, Rounding, TransformerLoss, Usage

PLAN = ChargePlan()


def numbers(**values):
    return {name: np.array([value]) for name, value in values.items()}


class TestIronLoss:
    def test_is_power_times_hours(self):
        # 0.64 kW x 720 h = 460.8 kWh
        loss = losses.iron_loss(np.array([6_400]), np.array([7_200_000]), scale=8, decimals=1)

        assert loss.tolist() == [4_608]


class TestFormulaLoss:
    def test_follows_load_squared(self):
        # S9-315: 0.67 kW, 3.65 kW, 1.1 %, 4 %; 720 h, K 1.2; 60,000 kWh, 30,000 kvarh
        # Cu_P = 1.2 x 3.65 x 4.5e9 / (315^2 x 720) = 275.89; Fe_P = 482.4
        # Cu_Q = 1.2 x 12.6 x 4.5e9 / (315^2 x 720) = 952.38; Fe_Q = 0.011 x 315 x 720 = 2494.8
        values = numbers(
            p0_kw=6_700,
            pk_kw=36_500,
            i0_percent=11_000,
            uk_percent=40_000,
            sn_kva=3_150_000,
            hours=7_200_000,
            load_shape=12_000,
        )

        copper_kwh, iron_kwh, copper_kvarh, iron_kvarh = losses.formula_loss(
            values, np.array([6_000_000]), np.array([3_000_000]), plan=PLAN
        )

        assert copper_kwh.tolist() == [276]
        assert iron_kwh.tolist() == [482]
        assert copper_kvarh.tolist() == [952]
        assert iron_kvarh.tolist() == [2_495]

    def test_has_no_load_loss_without_hours(self):
        values = numbers(
            p0_kw=6_700, pk_kw=36_500, i0_percent=0, uk_percent=0, sn_kva=3_150_000, hours=0, load_shape=10_000
        )

        copper_kwh, iron_kwh, _, _ = losses.formula_loss(values, np.array([100]), np.array([0]), plan=PLAN)

        assert copper_kwh.tolist() == [0]
        assert iron_kwh.tolist() == [0]

    def test_squares_large_loads_exactly(self):
        # 1e9 kWh at 100,000 kVA, 720 h, Pk 400 kW, K 1: 400 x 1e18 / (1e10 x 720) = 55,555,555.56
        values = numbers(
            p0_kw=0,
            pk_kw=4_000_000,
            i0_percent=0,
            uk_percent=0,
            sn_kva=1_000_000_000,
            hours=7_200_000,
            load_shape=10_000,
        )

        copper_kwh, _, _, _ = losses.formula_loss(values, np.array([10**11]), np.array([0]), plan=PLAN)

        assert copper_kwh.tolist() == [55_555_556]


class TestComputeLosses:
    def test_takes_line_loss_on_metered_plus_transformer_loss(self):
        # 10,000 kWh, copper 2 % = 200, iron 234: line 3 % of 10,434 = 313.02 -> 313
        # 5,000 kvarh, copper 10 x 200 = 2,000, iron 300: line 3 % of 7,300 = 219
        values = numbers(copper_ratio=20_000, iron_kwh=23_400, reactive_ratio=10_000_000, iron_kvarh=30_000)
        fleet = Fleet(
            size=1,
            transformer_loss=TransformerLoss(method="ratio", values=values),
            line_loss_ratio=np.array([30_000]),
        )

        loss = losses.compute_losses(PLAN, fleet, np.array([1_000_000]), np.array([500_000]))

        assert loss.copper_kwh.tolist() == [20_000]
        assert loss.iron_kwh.tolist() == [23_400]
        assert loss.line_kwh.tolist() == [31_300]
        assert loss.active_kwh().tolist() == [74_700]
        assert loss.reactive_kvarh().tolist() == [251_900]

    def test_rounds_a_given_loss_to_the_quantity_decimals(self):
        # 304 kWh x 20 / 30 = 202.6667 -> 203
        values = numbers(active_kwh=20_267, reactive_kvarh=49)
        fleet = Fleet(size=1, transformer_loss=TransformerLoss(method="given", values=values))

        loss = losses.compute_losses(PLAN, fleet, np.array([0]), np.array([0]))

        assert loss.active_kwh().tolist() == [20_300]
        assert loss.reactive_kvarh().tolist() == [0]

    def test_is_nothing_where_the_customer_bears_none(self):
        fleet = Fleet(size=1, usage=Usage(parts=({"total": np.array([100])},)))

        assert losses.compute_losses(PLAN, fleet, np.array([100]), np.array([0])) is None


class TestSpreadLosses:
    def losses(self, *, copper, iron):
        zero = np.array([0])
        return losses.Losses(np.array([copper]), np.array([iron]), zero, zero, zero, zero)

    def test_spreads_copper_by_energy_and_iron_by_hours(self):
        # copper 100 over 300 : 100 kWh = 75, 25; iron 240 over 8 h : 16 h = 80, 160
        columns = [np.array([300]), np.array([100])]

        parts = losses.spread_losses(self.losses(copper=100, iron=240), columns, hours=[8, 16], fallback=0, unit=1)

        assert [part.tolist() for part in parts] == [[155], [185]]

    def test_spreads_both_by_energy_where_no_hours_are_known(self):
        columns = [np.array([300]), np.array([100])]

        parts = losses.spread_losses(self.losses(copper=100, iron=240), columns, hours=None, fallback=0, unit=1)

        assert [part.tolist() for part in parts] == [[255], [85]]

    def test_gives_the_losses_of_an_idle_point_to_the_fallback(self):
        columns = [np.array([0]), np.array([0])]

        parts = losses.spread_losses(self.losses(copper=0, iron=240), columns, hours=None, fallback=1, unit=1)

        assert [part.tolist() for part in parts] == [[0], [240]]

    def test_keeps_to_the_quantity_decimals(self):
        plan = ChargePlan(rounding=Rounding(quantity=1))
        values = numbers(active_kwh=105, reactive_kvarh=0)
        fleet = Fleet(size=1, transformer_loss=TransformerLoss(method="given", values=values))

        loss = losses.compute_losses(plan, fleet, np.array([0]), np.array([0]))

        assert loss.active_kwh().tolist() == [110]  # 1.05 -> 1.1
