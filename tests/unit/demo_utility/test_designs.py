"""The designed customers are invented, within their limits, and show every case of the rules once."""

from collections import Counter
from datetime import date
from decimal import Decimal

import numpy as np
from tests.unit.demo_utility.conftest import Fleet

from dianke.application.demo_utility import area, estate, faults, load, names, trades
from dianke.application.demo_utility.designs import CYCLE_BUSINESS, CYCLE_GROWN, CYCLE_HOMES
from dianke.application.demo_utility.loads import BILLED_DAY
from dianke.domain.billing.types import BasicMode, LossMethod
from dianke.domain.customers.types import CustomerKind
from dianke.domain.metering.types import MeteringSide
from dianke.domain.network.types import TransformerState
from dianke.domain.tariffs.types import Structure
from dianke.kernel.ids import is_user_number

# The surnames that cover nearly everybody, and the double ones in use.
REAL_SURNAMES = set(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余"
    "潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
REAL_DOUBLE_SURNAMES = {"欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "夏侯"}


class TestNames:
    def test_no_person_bears_a_surname_that_people_have(self) -> None:
        people = [names.compose_person(serial) for serial in range(5_000)]

        assert not any(name[0] in REAL_SURNAMES or name[:2] in REAL_DOUBLE_SURNAMES for name in people)

    def test_names_of_the_utility_are_the_same_each_time(self) -> None:
        assert [names.compose_person(serial) for serial in (0, 1, 1_000)] == ["青禾知", "穿林知棠", "拂柳砚知"]

    def test_addresses_of_the_estate_differ(self) -> None:
        homes = estate.list_estate(3_000)

        assert len({home.address for home in homes}) == 3_000


class TestPoints:
    def test_account_numbers_are_ten_digits_with_a_check_digit_and_differ(self) -> None:
        numbers = [point.account_number for point in [*load.list_designs(), *estate.list_estate(500, 17)]]

        assert all(is_user_number(number) for number in numbers)
        assert len(set(numbers)) == len(numbers)

    def test_every_customer_stands_in_the_invented_town(self) -> None:
        assert all(point.address.startswith(names.TOWN) for point in load.list_designs())

    def test_cycles_split_business_measured_homes_and_grown_ones(self) -> None:
        points = [*load.list_designs(), *estate.list_estate(40, 17)]

        assert Counter(point.cycle_code for point in points) == {
            CYCLE_BUSINESS: 135,
            CYCLE_HOMES: 17,
            CYCLE_GROWN: 23,
        }


class TestArea:
    def test_moves_coordinates_by_the_stated_shift(self) -> None:
        assert area.move(11.8149, 53.4244) == (Decimal("113.9999"), Decimal("30.0044"))

    def test_holds_the_customers_of_the_model_with_its_five_panels(self) -> None:
        points = area.list_area()

        assert len(points) == 111
        assert Counter(point.kind for point in points) == {CustomerKind.PERSON: 102, CustomerKind.COMPANY: 9}
        assert sum(point.curve.panels is not None for point in points) == 5
        assert len({point.coordinates for point in points}) == 111

    def test_lays_every_cable_between_moved_nodes(self) -> None:
        lines = area.list_lines()

        ends = [end for line in lines for end in line.ends]
        assert len(lines) == 57
        assert all(Decimal(113) < longitude < Decimal(115) for longitude, _ in ends)
        assert all(Decimal(29) < latitude < Decimal(31) for _, latitude in ends)


class TestTrades:
    def test_have_transformers_of_100_to_5_000_kva_but_for_one_below_the_power_factor_limit(self) -> None:
        capacities = sorted(int(point.capacity_kva) for point in trades.list_trades() if point.transformers)

        assert capacities[0] == 80
        assert capacities[1] >= 100
        assert capacities[-1] == 5_000

    def test_show_every_case_once_or_more(self) -> None:
        points = trades.list_trades()
        states = {state for point in points for own in point.transformers for _, state in own.spells}

        assert {point.terms.basic_mode for point in points} == set(BasicMode)
        assert {point.terms.loss_method for point in points} == set(LossMethod)
        assert {TransformerState.HOT_STANDBY, TransformerState.COLD_SEALED, TransformerState.SUSPENDED} < states
        assert sum(point.meter.exchanged_on is not None for point in points) == 1
        assert sum(point.meter.rescaled_on is not None for point in points) == 1
        assert sum(point.meter.rolls_over for point in points) == 1
        assert sum(point.parent_serial is not None for point in points) == 1
        shares = [share for point in points for share in point.terms.shares]
        assert sorted(share.fixed_kwh is None for share in shares) == [False, True]

    def test_suspend_one_transformer_for_long_and_one_for_short(self) -> None:
        lengths = sorted(
            (own.spells[2][0] - own.spells[1][0]).days
            for point in trades.list_trades()
            for own in point.transformers
            if len(own.spells) == 3
        )

        assert lengths == [10, 20]

    def test_interlock_two_transformers_of_one_customer(self) -> None:
        [pair] = [
            point.transformers
            for point in trades.list_trades()
            if any(own.interlock_group for own in point.transformers)
        ]

        assert [own.capacity_kva for own in pair] == [1_250, 1_000]
        assert len({own.interlock_group for own in pair}) == 1

    def test_follow_the_rules_of_structure(self) -> None:
        for point in trades.list_trades():
            assert (point.capacity_kva >= 315) <= (point.terms.structure is Structure.TWO_PART)
            assert (point.capacity_kva <= 100) <= (point.terms.structure is Structure.SINGLE)
            assert (point.terms.loss_method is not LossMethod.NONE) == (point.side is MeteringSide.HIGH_LOW)

    def test_never_load_their_transformers_beyond_their_capacity(self, fleet: Fleet) -> None:
        highest_kw = 4 * fleet.usage.highest_wh.max(axis=1) / 1_000
        overloaded = [
            point.name
            for place, point in enumerate(fleet.points)
            if point.transformers and highest_kw[place] / (point.curve.power_factor or 1) > _available_kva(point)
        ]

        assert overloaded == []

    def test_one_passes_its_contract_demand_and_two_do_not(self, fleet: Fleet) -> None:
        demand = {
            point.name: 4 * int(fleet.usage.highest_wh[place, BILLED_DAY:].max()) / 1_000 / float(contract)
            for place, point in enumerate(fleet.points)
            if (contract := point.terms.contract_kw)
        }

        assert {name for name, ratio in demand.items() if ratio > 1.05} == {"云泽合拓锻造有限公司"}
        # The plaza lies within the band, where only the contract is charged.
        assert 1 < demand["云泽晨晖商业广场有限公司"] < 1.05

    def test_one_earns_the_load_factor_discount(self, fleet: Fleet) -> None:
        january = fleet.usage.units[:, BILLED_DAY:].sum(axis=(1, 2)) / 100
        modes = {BasicMode.ACTUAL_DEMAND, BasicMode.CONTRACT_DEMAND}

        earning = [
            point.name
            for place, point in enumerate(fleet.points)
            if point.terms.basic_mode in modes and january[place] >= 260 * float(point.capacity_kva)
        ]

        assert earning == ["云泽青岩金属材料有限公司"]


class TestEstate:
    def test_measured_homes_have_an_area_of_their_own(self) -> None:
        homes = estate.list_estate(17 + 241)

        assert Counter(home.area_code for home in homes) == {
            "DEMO-B001": 17,
            "DEMO-B002": 240,
            "DEMO-B003": 1,
        }
        assert [estate.count_areas(size) for size in (17, 18, 257, 258)] == [1, 2, 2, 3]

    def test_only_grown_homes_are_derived(self) -> None:
        homes = estate.list_estate(30)

        assert [home.curve.is_derived for home in homes] == [False] * 17 + [True] * 13


class TestDesignedFaults:
    def test_are_few_and_belong_to_designed_points(self) -> None:
        serials = {point.serial: point for point in load.list_designs()}

        assert len(faults.DESIGNED_FAULTS) == 4
        for fault in faults.DESIGNED_FAULTS:
            assert serials[fault.serial].cycle_code == fault.cycle_code
        assert faults.list_fault_codes(CYCLE_HOMES) == ["end_reading_missing", "terms_missing"]

    def test_flaws_of_several_causes_lie_at_measured_homes_that_are_billed(self) -> None:
        unbilled = {fault.serial for fault in faults.DESIGNED_FAULTS}

        assert Counter(flaw.code for flaw in faults.DESIGNED_FLAWS) == {
            "class_against_industry": 2,
            "exchange_without_ticket": 1,
            "periods_differ": 1,
            "share_check_overdue": 1,
        }
        for flaw in faults.DESIGNED_FLAWS:
            assert estate.FIRST_SERIAL <= flaw.serial < estate.FIRST_SERIAL + 17
            assert flaw.serial not in unbilled


def _available_kva(point: object) -> float:
    """Return the capacity that can run on the worst day of the year."""
    running = [
        own
        for own in point.transformers  # type: ignore[attr-defined]
        if [state for _, state in own.spells] == [TransformerState.RUNNING]
    ]
    groups = {own.interlock_group for own in running}
    alone = sum(own.capacity_kva for own in running if not own.interlock_group)
    return float(alone + sum(max(o.capacity_kva for o in running if o.interlock_group == g) for g in groups - {""}))


def test_the_billed_month_has_31_days() -> None:
    assert (date(2026, 2, 1) - date(2025, 2, 1)).days - BILLED_DAY == 31
    assert np.int64(BILLED_DAY) == 334
