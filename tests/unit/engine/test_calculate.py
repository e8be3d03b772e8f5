from fractions import Fraction

import numpy as np
import pytest

from dianke.engine.calculate import ScaleError, calculate
from dianke.engine.power_factor import STANDARD_TABLES
from dianke.engine.types import (
    BasicCharge,
    Capacity,
    ChargePlan,
    Component,
    EnergyPrice,
    FixedCharge,
    Fleet,
    Fund,
    LoadFactorDiscount,
    PerKwh,
    PowerFactorPolicy,
    Registers,
    Rounding,
    Scales,
    Share,
    Tier,
    TierScheme,
    TransformerLoss,
    Usage,
)

SINGLE = EnergyPrice(codes=("single",), components=(Component(prices=(50_000_000,)),))
PEAK_FLAT = EnergyPrice(codes=("peak", "flat"), components=(Component(prices=(80_000_000, 50_000_000)),))


def usage(**kinds):
    return Usage(parts=({kind: np.array(values) * 100 for kind, values in kinds.items()},))


def amounts(calculation, point=0):
    return {line.code: int(line.amount[point]) for line in calculation.lines}


class TestEnergyLines:
    def test_carry_one_line_for_each_component_of_each_period(self):
        # 10 kWh x 0.384470 = 3.84; x 0.013643 = 0.14; peak 5 kWh x 0.57 and x 0.01
        price = EnergyPrice(
            codes=("peak", "flat"),
            components=(
                Component(prices=(57_000_000, 38_447_000), name="purchase", code="purchase"),
                Component(prices=(1_364_300, 1_364_300), name="upstream loss", code="loss"),
            ),
        )

        bill = calculate(ChargePlan(energy=(price,)), Fleet(size=1, usage=usage(peak=[5], flat=[10])))

        assert amounts(bill) == {
            "energy.peak.purchase": 285,
            "energy.peak.loss": 7,
            "energy.flat.purchase": 384,
            "energy.flat.loss": 14,
        }
        assert bill.total.tolist() == [690]

    def test_price_two_versions_where_prices_change_inside_the_period(self):
        # 100 kWh at 0.50 until the change, 200 kWh at 0.60 after it
        plan = ChargePlan(
            energy=(
                SINGLE,
                EnergyPrice(codes=("single",), components=(Component(prices=(60_000_000,)),), version=1),
            ),
            funds=(Fund(name="renewable", price=1_900_000),),
        )
        registers = Registers(
            start={"total": np.array([0, 10_000])},
            end={"total": np.array([10_000, 30_000])},
            multiplier=np.array([1, 1]),
            offsets=np.array([0, 2]),
            version=np.array([0, 1]),
        )

        bill = calculate(plan, Fleet(size=1, registers=registers))

        assert amounts(bill) == {"energy.single": 5_000, "energy.single@2": 12_000, "fund.renewable": 570}

    def test_are_absent_where_a_point_has_no_such_period(self):
        fleet_usage = Usage(
            parts=({"peak": np.array([100, 0]), "flat": np.array([100, 100])},),
            present=({"peak": np.array([True, False]), "flat": np.array([True, True])},),
        )

        bill = calculate(ChargePlan(energy=(PEAK_FLAT,)), Fleet(size=2, usage=fleet_usage))

        peak = bill.lines[0]
        assert peak.present.tolist() == [True, False]
        assert bill.lines[1].present is None


class TestTiers:
    SCHEME = TierScheme(
        is_surcharge=True,
        tiers=(
            Tier(up_to_kwh=216_000, price=0),
            Tier(up_to_kwh=480_000, price=5_000_000),
            Tier(up_to_kwh=None, price=30_000_000),
        ),
    )

    def test_add_surcharges_on_top_of_periods_by_the_year(self):
        # 4,700 kWh before; 300 kWh now: 100 in tier 2, 200 in tier 3
        plan = ChargePlan(energy=(PEAK_FLAT,), tiers=self.SCHEME)
        fleet = Fleet(size=1, usage=usage(peak=[100], flat=[200]), used_before_kwh=np.array([470_000]))

        bill = calculate(plan, fleet)

        assert amounts(bill) == {
            "energy.peak": 8_000,
            "energy.flat": 10_000,
            "energy.tier1": 0,
            "energy.tier2": 500,
            "energy.tier3": 6_000,
        }

    def test_credit_the_free_quota_of_a_low_income_household(self):
        # two months of 15 kWh free at 0.50 of 100 kWh used
        plan = ChargePlan(energy=(SINGLE,), free_quota_price=50_000_000)
        fleet = Fleet(
            size=1,
            usage=usage(total=[100]),
            months=np.array([20_000]),
            free_quota_kwh=np.array([1_500]),
        )

        bill = calculate(plan, fleet)

        assert amounts(bill) == {"energy.single": 5_000, "energy.free_quota": -1_500}


class TestSubMeters:
    def test_leave_the_main_meter_the_rest_and_its_losses(self):
        # 1,000 less 300 kWh, plus 10 kWh of loss
        loss = TransformerLoss(
            method="given", values={"active_kwh": np.array([1_000]), "reactive_kvarh": np.array([0])}
        )
        fleet = Fleet(
            size=1,
            usage=usage(total=[1_000]),
            sub_meters={"total": np.array([30_000])},
            transformer_loss=loss,
        )

        bill = calculate(ChargePlan(energy=(SINGLE,)), fleet)

        assert bill.quantities.total_kwh.tolist() == [71_000]
        assert bill.quantities.sub_meter_kwh.tolist() == [30_000]

    def test_spread_a_lone_total_over_the_periods_of_the_main_meter(self):
        fleet = Fleet(size=1, usage=usage(peak=[300], flat=[700]), sub_meters={"total": np.array([10_000])})

        bill = calculate(ChargePlan(energy=(PEAK_FLAT,)), fleet)

        assert amounts(bill) == {"energy.peak": 21_600, "energy.flat": 31_500}  # 270 and 630 kWh

    def test_count_in_the_power_factor_when_in_series(self):
        # (700 + 300) kWh and 750 kvarh: 0.80, without the sub-meter 0.68
        fleet = Fleet(
            size=1,
            usage=usage(total=[1_000], reactive=[750]),
            sub_meters={"total": np.array([30_000])},
        )
        series = PowerFactorPolicy(table=STANDARD_TABLES["0.90"])
        parallel = PowerFactorPolicy(table=STANDARD_TABLES["0.90"], has_sub_meters=False)

        in_series = calculate(ChargePlan(power_factor=series), fleet)
        in_parallel = calculate(ChargePlan(power_factor=parallel), fleet)

        assert in_series.power_factor.value.tolist() == [80]
        assert in_parallel.power_factor.value.tolist() == [68]


class TestLosses:
    def test_spread_iron_by_hours_where_the_plan_knows_them(self):
        # copper 40 over 300 : 100 = 30, 10; iron 240 over 8 h : 16 h = 80, 160
        values = {"copper_ratio": np.array([100_000]), "iron_kwh": np.array([24_000])}
        fleet = Fleet(
            size=1,
            usage=usage(peak=[300], flat=[100]),
            transformer_loss=TransformerLoss(method="ratio", values=values),
        )

        bill = calculate(ChargePlan(energy=(PEAK_FLAT,), iron_loss_hours=(0, 8, 16, 0, 0)), fleet)

        assert {kind: kwh.tolist() for kind, kwh in bill.quantities.parts[0].items()} == {
            "total": [68_000],
            "peak": [41_000],
            "flat": [27_000],
        }

    def test_of_an_idle_point_are_priced_as_flat(self):
        values = {"active_kwh": np.array([46_080]), "reactive_kvarh": np.array([0])}
        fleet = Fleet(
            size=1,
            usage=usage(total=[0]),
            transformer_loss=TransformerLoss(method="given", values=values),
        )

        bill = calculate(ChargePlan(energy=(PEAK_FLAT,)), fleet)

        assert amounts(bill)["energy.flat"] == 23_050  # 461 kWh x 0.50


class TestBasicCharge:
    def test_writes_excess_and_discount_only_where_they_fall_due(self):
        plan = ChargePlan(
            basic=BasicCharge(
                mode="contract_demand",
                prices=(400_000,),
                floor_ratio=400_000,
                band_ratio=1_050_000,
                excess_multiple=2_000_000,
                discount=LoadFactorDiscount(kwh_per_kva=260_000_000, ratio=900_000),
            )
        )
        fleet = Fleet(
            size=2,
            usage=usage(total=[260_000, 259_999]),
            demand_kw=np.array([1_200_000_000, 1_000_000_000]),
            contract_kw=np.array([1_000_000_000, 1_000_000_000]),
            capacity=Capacity(kva=np.array([10_000_000, 10_000_000]), offsets=np.array([0, 1, 2])),
        )

        bill = calculate(plan, fleet)

        # 1,000 x 40; 150 x 80; -10 % of both
        assert amounts(bill, 0) == {
            "basic.demand": 4_000_000,
            "basic.excess": 1_200_000,
            "basic.discount": -520_000,
        }
        assert amounts(bill, 1) == {"basic.demand": 4_000_000, "basic.excess": 0, "basic.discount": 0}
        assert [line.present.tolist() for line in bill.lines[1:]] == [[True, False], [True, False]]

    def test_prices_capacity_by_version_where_its_price_changes(self):
        # 315 kVA, 10 days at 23.20 and 21 at 25.00 of a month of 31 days
        plan = ChargePlan(basic=BasicCharge(mode="capacity", prices=(232_000, 250_000)))
        capacity = Capacity(
            kva=np.array([3_150_000, 3_150_000]),
            offsets=np.array([0, 2]),
            factor=np.array([10, 21]),
            factor_divisor=31,
            version=np.array([0, 1]),
        )

        bill = calculate(plan, Fleet(size=1, capacity=capacity))

        assert amounts(bill) == {"basic.capacity": 235_742, "basic.capacity@2": 533_468}


class TestFundsAndBase:
    PLAN = ChargePlan(
        energy=(SINGLE,),
        per_kwh=(PerKwh(name="adjustment", price=-1_719_200),),
        shares=(Share(name="lighting", price=70_000_000, has_funds=False),),
        funds=(
            Fund(name="all", price=700_000),
            Fund(name="main", price=2_000_000, falls_on_shares=False),
            Fund(name="inside", price=1_000_000, is_included=True),
        ),
        power_factor=PowerFactorPolicy(table=STANDARD_TABLES["0.90"]),
        fixed=(FixedCharge(name="service", amount=37_400),),
        tax_ratio=10_000,
    )
    FLEET = Fleet(size=1, usage=usage(total=[1_000], reactive=[750]), share_amounts=(np.array([20_000]),))

    def test_make_a_whole_bill(self):
        bill = calculate(self.PLAN, self.FLEET)

        # main 800 kWh, lighting 200; factor 0.80 = +5 % of 400.00 - 13.75 - 8.00 (the fund inside)
        assert amounts(bill) == {
            "energy.single": 40_000,
            "per_kwh.adjustment": -1_375,
            "share.lighting": 14_000,
            "power_factor": 1_891,
            "fund.all": 560,
            "fund.main": 1_600,
            "fund.inside": 800,
            "fixed.service": 374,
            "tax": 571,
        }
        assert bill.total.tolist() == [57_621]

    def test_add_up_by_section_without_what_is_included(self):
        bill = calculate(self.PLAN, self.FLEET)

        assert {section: int(amount[0]) for section, amount in bill.subtotals.items()} == {
            "energy": 38_625,
            "shares": 14_000,
            "power_factor": 1_891,
            "funds": 2_160,
            "fixed": 374,
            "tax": 571,
        }

    def test_take_funds_into_the_base_where_the_plan_says_so(self):
        policy = PowerFactorPolicy(table=STANDARD_TABLES["0.90"], has_funds_in_base=True)
        plan = ChargePlan(energy=(SINGLE,), funds=self.PLAN.funds, power_factor=policy)

        bill = calculate(plan, Fleet(size=1, usage=usage(total=[1_000], reactive=[750])))

        assert bill.power_factor.base.tolist() == [52_700]  # 500.00 + 7.00 + 20.00


class TestUnroundedLines:
    def test_are_added_up_exactly(self):
        # 142.50 x 0.2461 = 35.06925; 19.70584; tax 5.477509: 60.252599
        plan = ChargePlan(
            energy=(EnergyPrice(codes=("single",), components=(Component(prices=(24_610_000,)),)),),
            fixed=(FixedCharge(name="supply", amount=1_970_584),),
            tax_ratio=100_000,
            scales=Scales(amount=5),
            rounding=Rounding(quantity=2, are_lines_rounded=False),
        )

        bill = calculate(plan, Fleet(size=1, usage=Usage(parts=({"total": np.array([14_250])},))))

        assert amounts(bill) == {"energy.single": 3_507, "fixed.supply": 1_971, "tax": 548}
        assert bill.total.tolist() == [6_025]
        assert bill.lines[-1].exact.tolist() == [Fraction("5.477509")]


class TestFaults:
    def test_of_one_point_leave_the_others_alone(self):
        registers = Registers(
            start={"total": np.array([0, 900, 0])},
            end={"total": np.array([100_00, 100, 200_00])},
            multiplier=np.array([1, 1, 1]),
        )

        bill = calculate(ChargePlan(energy=(SINGLE,)), Fleet(size=3, registers=registers))

        assert bill.is_faulty.tolist() == [False, True, False]
        assert bill.total[~bill.is_faulty].tolist() == [5_000, 10_000]

    @pytest.mark.parametrize(
        ("plan", "fleet", "code"),
        [
            (ChargePlan(energy=(SINGLE,)), Fleet(size=1), "quantity_missing"),
            (
                ChargePlan(basic=BasicCharge(mode="capacity", prices=(1,))),
                Fleet(size=1),
                "capacity_missing",
            ),
            (
                ChargePlan(basic=BasicCharge(mode="actual_demand", prices=(1,))),
                Fleet(size=1),
                "demand_missing",
            ),
            (
                ChargePlan(energy=(PEAK_FLAT,)),
                Fleet(size=1, usage=usage(peak=[1], valley=[5])),
                "price_missing",
            ),
            (
                ChargePlan(power_factor=PowerFactorPolicy(table=STANDARD_TABLES["0.90"])),
                Fleet(size=1, usage=usage(total=[0], reactive=[5])),
                "power_factor_undefined",
            ),
            (
                ChargePlan(energy=(SINGLE,)),
                Fleet(size=1, usage=usage(total=[5]), sub_meters={"total": np.array([600])}),
                "negative_main",
            ),
            (
                ChargePlan(energy=(SINGLE,)),
                Fleet(size=1, usage=usage(total=[-5])),
                "quantity_negative",
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_are_named(self, plan, fleet, code):
        bill = calculate(plan, fleet)

        assert code in [fault.code for fault in bill.faults]
        assert bill.is_faulty.tolist() == [True]

    def test_are_not_made_of_missing_data_where_the_plan_prices_what_is_there(self):
        plan = ChargePlan(energy=(SINGLE,), basic=BasicCharge(mode="capacity", prices=(1,)), needs_all_data=False)

        bill = calculate(plan, Fleet(size=1))

        assert bill.faults == ()
        assert bill.total.tolist() == [0]

    def test_of_the_plan_itself_are_an_error(self):
        plan = ChargePlan(scales=Scales(energy=0), rounding=Rounding(quantity=1))

        with pytest.raises(ScaleError, match="energy scale 0 is coarser"):
            calculate(plan, Fleet(size=1))


class TestOverflowPath:
    def test_prices_rows_beyond_int64_like_the_others(self):
        # 10^15 kWh x 0.50 = 5 x 10^14 yuan, 5 x 10^16 fen; the product in 1e-10 yuan passes 2^63
        bill = calculate(ChargePlan(energy=(SINGLE,)), Fleet(size=2, usage=usage(total=[10**15, 100])))

        assert bill.total.tolist() == [5 * 10**16, 5_000]
        assert bill.total.dtype == np.int64
