"""Hours of use as arrays."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.domain.tariffs.rules import time_bands
from dianke.domain.tariffs.types import (
    PERIOD_NAMES,
    Audience,
    Band,
    BandLayer,
    Consumer,
    DayCondition,
    PeriodKind,
    Structure,
    TemperatureRule,
    TimeRuleDraft,
    format_minute,
)
from dianke.engine.types import PERIODS
from dianke.kernel.calendar import WorkingCalendar
from dianke.kernel.period import DatePeriod

TWO_PART = Consumer(structure=Structure.TWO_PART)
LARGE = Consumer(structure=Structure.TWO_PART, usage_class="LARGE_INDUSTRIAL", capacity_kva=Decimal(1000))
HEAT = TemperatureRule(station="广州", min_temperature_c=Decimal(35))


def band(
    period: PeriodKind,
    start: int,
    end: int,
    *,
    layer: BandLayer = BandLayer.BASE,
    months: frozenset[int] = frozenset(range(1, 13)),
    is_rest: bool = False,
) -> Band:
    """Return a band in whole hours."""
    return Band(
        layer=layer,
        period=period,
        start_minute=start * 60,
        end_minute=end * 60,
        months=months,
        is_rest=is_rest,
    )


def write_day(codes: np.ndarray) -> str:
    """Return a day as letters of whole hours: S P F V D."""
    assert (codes.reshape(24, 4) == codes[::4, None]).all()
    return "".join("SPFVD"[code] for code in codes[::4])


def lay_out(
    bands: tuple[Band, ...],
    day: date,
    calendar: WorkingCalendar,
    consumer: Consumer = TWO_PART,
    hot_days: frozenset[date] = frozenset(),
) -> str:
    """Return the letters of one day."""
    rules = {b.condition.event for b in bands if b.condition.event is not None}
    codes = time_bands.lay_out_periods(
        bands=bands,
        consumer=consumer,
        period=DatePeriod(day, date.fromordinal(day.toordinal() + 1)),
        calendar=calendar,
        event_days=dict.fromkeys(rules, hot_days),
    )
    return write_day(codes[0])


class TestPeriodKind:
    def test_has_the_order_of_the_engine(self):
        assert tuple(kind.name.lower() for kind in PeriodKind) == PERIODS == PERIOD_NAMES


class TestHubei:
    def test_lays_sharp_hours_into_winter_evenings(self, hubei_bands, calendar):
        assert lay_out(hubei_bands, date(2026, 1, 15), calendar) == "VVVVVVFFFFFFVVFFPPSSPPPP"

    def test_moves_sharp_hours_to_late_evening_in_summer(self, hubei_bands, calendar):
        assert lay_out(hubei_bands, date(2026, 7, 15), calendar) == "VVVVVVFFFFFFVVFFPPPPSSPP"

    def test_gives_one_row_of_96_quarters_a_day(self, hubei_bands, calendar):
        codes = time_bands.lay_out_periods(
            bands=hubei_bands,
            consumer=TWO_PART,
            period=DatePeriod(date(2026, 1, 1), date(2026, 2, 1)),
            calendar=calendar,
            event_days={},
        )

        assert codes.shape == (31, 96)
        assert codes.dtype == np.int8
        # 2 h sharp, 6 h peak, 8 h flat, 8 h valley in each of 31 days.
        assert np.bincount(codes.ravel(), minlength=5).tolist() == [248, 744, 992, 992, 0]


class TestGuangdong:
    ORDINARY = "VVVVVVVVFFPPFFPPPPPFFFFF"
    WITH_SHARP = "VVVVVVVVFFPSFFPSSPPFFFFF"

    def test_has_sharp_hours_in_july(self, guangdong_bands, calendar):
        assert lay_out(guangdong_bands, date(2026, 7, 1), calendar) == self.WITH_SHARP

    def test_has_none_in_june(self, guangdong_bands, calendar):
        assert lay_out(guangdong_bands, date(2026, 6, 20), calendar) == self.ORDINARY

    def test_has_them_on_a_hot_day_outside_july_to_september(self, guangdong_bands, calendar):
        hot = frozenset({date(2026, 6, 20)})

        assert lay_out(guangdong_bands, date(2026, 6, 20), calendar, hot_days=hot) == self.WITH_SHARP
        assert lay_out(guangdong_bands, date(2026, 6, 21), calendar, hot_days=hot) == self.ORDINARY

    def test_refuses_to_take_unknown_temperatures_for_cool_days(self, guangdong_bands, calendar):
        with pytest.raises(time_bands.EventDaysUnknown, match="广州 reaches 35 degrees"):
            time_bands.lay_out_periods(
                bands=guangdong_bands,
                consumer=TWO_PART,
                period=DatePeriod(date(2026, 6, 20), date(2026, 6, 21)),
                calendar=calendar,
                event_days={},
            )


class TestShandong:
    def test_lays_deep_valley_over_valley_and_sharp_over_peak(self, hours, calendar):
        assert lay_out(hours["山东"].bands, date(2025, 4, 15), calendar) == "FFFFFFFFFFVDDDVFFSSSPPFF"

    def test_has_two_valleys_in_winter(self, hours, calendar):
        assert lay_out(hours["山东"].bands, date(2025, 1, 15), calendar) == "FFVVVVFPPFVDDDVFSSSPPFFF"

    def test_has_no_deep_valley_in_june(self, hours, calendar):
        assert lay_out(hours["山东"].bands, date(2025, 6, 15), calendar) == "FFFFFFFVVVVVFFFFPSSSSSPF"


class TestZhejiang:
    ORDINARY = "VVVVVVVVPPPVVPPPPFFFFFFF"
    HOLIDAY = "VVVVVVVVPPDDDDPPPFFFFFFF"

    def test_lays_holiday_hours_over_peak_and_valley(self, hours, calendar):
        assert lay_out(hours["浙江"].bands, date(2025, 5, 1), calendar) == self.HOLIDAY
        assert lay_out(hours["浙江"].bands, date(2025, 5, 6), calendar) == self.ORDINARY

    def test_lays_them_over_sharp_hours_of_a_january_festival(self, hours, calendar):
        assert lay_out(hours["浙江"].bands, date(2025, 1, 29), calendar) == "VVVVVVVVPSDDDDFSSPPPPPPF"
        assert lay_out(hours["浙江"].bands, date(2025, 1, 27), calendar) == "VVVVVVVVPSSVVFFSSPPPPPPF"

    def test_leaves_other_holidays_alone(self, hours, calendar):
        assert lay_out(hours["浙江"].bands, date(2025, 4, 4), calendar) == self.ORDINARY

    def test_takes_festivals_that_the_notice_joins_for_one(self, hours, calendar):
        # 2025-10-06 is Mid-autumn Day inside the eight days of National Day.
        assert lay_out(hours["浙江"].bands, date(2025, 10, 6), calendar) == self.HOLIDAY

    def test_asks_for_the_calendar_of_the_year(self, hours, calendar):
        with pytest.raises(time_bands.HolidaysUnknown, match="2031"):
            lay_out(hours["浙江"].bands, date(2031, 5, 1), calendar)


class TestShanghai:
    ORDINARY = "VVVVVVFFPPPFFFFFFFPPPFVV"
    DEEP = "DDDDDDFFPPPFFFFFFFPPPFDD"

    def test_has_deep_valley_on_rest_days_of_spring(self, hours, calendar):
        assert lay_out(hours["上海"].bands, date(2025, 3, 15), calendar, LARGE) == self.DEEP
        assert lay_out(hours["上海"].bands, date(2025, 3, 14), calendar, LARGE) == self.ORDINARY

    def test_has_none_on_a_saturday_that_is_worked(self, hours, calendar):
        assert lay_out(hours["上海"].bands, date(2025, 2, 8), calendar, LARGE) == self.ORDINARY

    def test_has_none_on_rest_days_of_winter_but_on_its_holidays(self, hours, calendar):
        assert lay_out(hours["上海"].bands, date(2025, 1, 11), calendar, LARGE) == "VVVVVVFFPPPFFFFFFFPSSFVV"
        assert lay_out(hours["上海"].bands, date(2025, 1, 1), calendar, LARGE) == "DDDDDDFFPPPFFFFFFFPSSFDD"

    def test_is_for_large_industry_only(self, hours, calendar):
        commerce = Consumer(structure=Structure.TWO_PART, usage_class="COMMERCIAL_INDUSTRIAL")

        assert lay_out(hours["上海"].bands, date(2025, 3, 15), calendar, commerce) == self.ORDINARY

    def test_has_two_periods_for_single_part(self, hours, calendar):
        single = Consumer(structure=Structure.SINGLE)

        assert lay_out(hours["上海"].bands, date(2025, 3, 15), calendar, single) == "VVVVVVPPPPPPPPPPPPPPPPVV"


class TestAnhui:
    def test_has_deep_valley_on_holidays_of_three_days_for_large_customers(self, hours, calendar):
        ordinary = "VVVVVVPPFFFVVVFFPPPPPPFV"

        assert lay_out(hours["安徽"].bands, date(2025, 10, 1), calendar, LARGE) == "VVVVVVPPFFFDDDDFPPPPPPFV"
        assert lay_out(hours["安徽"].bands, date(2025, 10, 1), calendar, TWO_PART) == ordinary
        assert lay_out(hours["安徽"].bands, date(2025, 10, 15), calendar, LARGE) == ordinary

    def test_has_none_on_a_holiday_of_one_day(self, hours, calendar):
        # Tomb-sweeping Day of 2023 was a single day off.
        assert "D" not in lay_out(hours["安徽"].bands, date(2023, 4, 5), calendar, LARGE)


class TestSichuan:
    def test_has_sharp_hours_from_the_third_hot_day_on(self, hours, calendar):
        bands = hours["四川"].bands
        rule = next(b.condition.event for b in bands if b.condition.event)
        readings = [(date(2025, 6, day), Decimal(high)) for day, high in [(1, 36), (2, 35), (3, 35), (4, 34)]]

        hot = time_bands.list_event_days(rule=rule, max_temperature_c=readings)

        assert hot == {date(2025, 6, 3)}
        assert lay_out(bands, date(2025, 6, 3), calendar, LARGE, hot) == "VVVVVVVVFFPPFSFFFPPPPSSV"
        assert lay_out(bands, date(2025, 6, 2), calendar, LARGE, hot) == "VVVVVVVVFFPPFFFFFPPPPPVV"


class TestPaintDay:
    def test_lets_a_band_pass_midnight_within_its_day(self):
        bands = [band(PeriodKind.VALLEY, 22, 6), band(PeriodKind.PEAK, 6, 22)]

        codes = time_bands.paint_day(bands=bands, when="in month 1")

        assert write_day(codes) == "VVVVVVPPPPPPPPPPPPPPPPVV"

    def test_fills_the_rest(self):
        bands = [band(PeriodKind.VALLEY, 0, 8), band(PeriodKind.FLAT, 0, 24, is_rest=True)]

        assert write_day(time_bands.paint_day(bands=bands, when="in month 1")) == "V" * 8 + "F" * 16

    def test_keeps_quarters_of_an_hour(self):
        bands = [
            Band(layer=BandLayer.BASE, period=PeriodKind.PEAK, start_minute=510, end_minute=525),
            band(PeriodKind.FLAT, 0, 24, is_rest=True),
        ]

        codes = time_bands.paint_day(bands=bands, when="in month 1")

        assert np.flatnonzero(codes == PeriodKind.PEAK).tolist() == [34]

    def test_names_the_hours_that_are_left_over(self):
        bands = [band(PeriodKind.VALLEY, 0, 6), band(PeriodKind.PEAK, 9, 17), band(PeriodKind.FLAT, 17, 23)]

        with pytest.raises(time_bands.TimeBandGap, match="06:00-09:00, 23:00-24:00") as error:
            time_bands.paint_day(bands=bands, when="in month 3")

        assert error.value.as_dict() == {
            "field": "",
            "code": "tariffs.time_band_gap",
            "message": "06:00-09:00, 23:00-24:00 belong to no period in month 3",
        }

    def test_names_the_hours_that_are_claimed_twice(self):
        bands = [band(PeriodKind.VALLEY, 0, 12), band(PeriodKind.PEAK, 10, 24)]

        with pytest.raises(time_bands.TimeBandOverlap, match="10:00-12:00 are valley and peak at once in month 5"):
            time_bands.paint_day(bands=bands, when="in month 5")

    def test_refuses_the_same_hours_listed_twice(self):
        bands = [band(PeriodKind.PEAK, 0, 24), band(PeriodKind.PEAK, 8, 9)]

        with pytest.raises(time_bands.TimeBandOverlap, match="08:00-09:00 are peak and peak"):
            time_bands.paint_day(bands=bands, when="in month 1")

    def test_refuses_two_overlays_of_equal_rank(self):
        base = band(PeriodKind.FLAT, 0, 24)
        first = band(PeriodKind.DEEP, 0, 6, layer=BandLayer.HOLIDAY)
        second = band(PeriodKind.VALLEY, 5, 7, layer=BandLayer.HOLIDAY)

        with pytest.raises(time_bands.TimeBandOverlap, match="05:00-06:00 are deep and valley"):
            time_bands.paint_day(bands=[base, first, second], when="in month 1")

    def test_refuses_sharp_and_deep_hours_at_once(self):
        base = band(PeriodKind.FLAT, 0, 24)
        sharp = band(PeriodKind.SHARP, 10, 14, layer=BandLayer.SHARP)
        deep = band(PeriodKind.DEEP, 12, 15, layer=BandLayer.DEEP)

        with pytest.raises(time_bands.TimeBandOverlap, match="12:00-14:00 are sharp and deep"):
            time_bands.paint_day(bands=[base, sharp, deep], when="in month 1")

    def test_refuses_two_rests(self):
        bands = [band(PeriodKind.FLAT, 0, 24, is_rest=True), band(PeriodKind.VALLEY, 0, 24, is_rest=True)]

        with pytest.raises(time_bands.TimeBandOverlap, match="00:00-24:00 are flat and valley"):
            time_bands.paint_day(bands=bands, when="in month 1")

    def test_refuses_minutes_that_are_no_quarter(self):
        odd = Band(layer=BandLayer.BASE, period=PeriodKind.PEAK, start_minute=0, end_minute=1430)

        with pytest.raises(time_bands.TimeBandOffGrid, match="00:00-23:50"):
            time_bands.paint_day(bands=[odd], when="in month 1")

    def test_lets_each_layer_cover_the_ones_below(self):
        layers = [
            band(PeriodKind.PEAK, 0, 24),
            band(PeriodKind.SHARP, 4, 24, layer=BandLayer.SHARP),
            band(PeriodKind.DEEP, 0, 4, layer=BandLayer.DEEP),
            band(PeriodKind.VALLEY, 2, 12, layer=BandLayer.HOLIDAY),
            band(PeriodKind.SHARP, 10, 13, layer=BandLayer.EVENT),
        ]

        codes = time_bands.paint_day(bands=layers[::-1], when="in month 1")

        assert write_day(codes) == "DDVVVVVVVVSSSSSSSSSSSSSS"

    @given(
        cuts=st.lists(st.integers(1, 95), unique=True, max_size=12),
        kinds=st.lists(st.sampled_from(PeriodKind), min_size=13, max_size=13),
        order=st.randoms(use_true_random=False),
    )
    def test_paints_any_division_of_the_day_as_it_stands(self, cuts, kinds, order):
        edges = [0, *sorted(cuts), 96]
        spans = list(zip(edges, edges[1:], kinds, strict=False))
        bands = [
            Band(layer=BandLayer.BASE, period=kind, start_minute=first * 15, end_minute=last * 15)
            for first, last, kind in spans
        ]
        order.shuffle(bands)

        codes = time_bands.paint_day(bands=bands, when="in month 1")

        assert codes.tolist() == [kind for first, last, kind in spans for _ in range(first, last)]


class TestCheckBands:
    def test_finds_faults_of_single_months(self):
        winter = frozenset({12, 1, 2})
        bands = (
            band(PeriodKind.FLAT, 0, 24, months=frozenset(range(1, 13)) - winter),
            band(PeriodKind.FLAT, 0, 23, months=winter),
        )

        faults = time_bands.check_bands(bands)

        assert [str(fault) for fault in faults] == ["23:00-24:00 belong to no period in months 1, 2, 12"]

    def test_finds_a_month_without_any_band(self):
        bands = (band(PeriodKind.FLAT, 0, 24, months=frozenset(range(1, 12))),)

        assert [str(fault) for fault in time_bands.check_bands(bands)] == [
            "00:00-24:00 belong to no period in months 12"
        ]

    def test_finds_faults_that_only_narrow_bands_make(self):
        narrow = Band(
            layer=BandLayer.BASE,
            period=PeriodKind.PEAK,
            start_minute=600,
            end_minute=660,
            audience=Audience(min_capacity_kva=Decimal(315)),
        )

        faults = time_bands.check_bands((band(PeriodKind.FLAT, 0, 24), narrow))

        assert [str(fault) for fault in faults] == [
            "10:00-11:00 are flat and peak at once in months 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12"
        ]

    def test_passes_every_shipped_table(self, hours, hubei_bands, guangdong_bands):
        tables = {region: rules.bands for region, rules in hours.items()}

        faults = {name: time_bands.check_bands(bands) for name, bands in tables.items()}

        assert len(faults) == 12
        assert {name: found for name, found in faults.items() if found} == {}
        assert time_bands.check_bands(hubei_bands) == time_bands.check_bands(guangdong_bands) == []


class TestListEventDays:
    def test_counts_days_at_the_limit_itself(self):
        readings = [(date(2026, 5, 1), Decimal("34.9")), (date(2026, 5, 2), Decimal("35.0"))]

        assert time_bands.list_event_days(rule=HEAT, max_temperature_c=readings) == {date(2026, 5, 2)}

    def test_lets_a_day_without_figure_break_the_row(self):
        rule = TemperatureRule(station="广州", min_temperature_c=Decimal(35), successive_days=2)
        readings = [(date(2026, 5, day), Decimal(36)) for day in (1, 3, 4)]

        assert time_bands.list_event_days(rule=rule, max_temperature_c=readings) == {date(2026, 5, 4)}


class TestAudience:
    def test_never_fits_when_a_fact_is_unknown(self):
        audience = Audience(usage_classes=frozenset({"LARGE_INDUSTRIAL"}), min_capacity_kva=Decimal(315))

        assert not audience.includes(Consumer(structure=Structure.TWO_PART, usage_class="LARGE_INDUSTRIAL"))
        assert not audience.includes(Consumer(structure=Structure.TWO_PART, capacity_kva=Decimal(400)))
        assert audience.includes(LARGE)

    def test_leaves_out_areas(self):
        audience = Audience(excluded_areas=frozenset({"攀枝花"}))

        assert not audience.includes(Consumer(structure=Structure.SINGLE, area="攀枝花"))
        assert audience.includes(Consumer(structure=Structure.SINGLE, area="成都"))


class TestDescribeDays:
    def test_joins_months_with_the_same_hours(self, hubei_bands):
        strips = time_bands.describe_days(bands=hubei_bands, consumer=TWO_PART)

        assert [strip.months for strip in strips] == [(1, 2, 3, 4, 5, 6, 9, 10, 11, 12), (7, 8)]
        assert [f"{s.hours} {s.period.name}" for s in strips[1].segments] == [
            "00:00-06:00 VALLEY",
            "06:00-12:00 FLAT",
            "12:00-14:00 VALLEY",
            "14:00-16:00 FLAT",
            "16:00-20:00 PEAK",
            "20:00-22:00 SHARP",
            "22:00-24:00 PEAK",
        ]

    def test_shows_hot_days_as_strips_of_their_own(self, guangdong_bands):
        strips = time_bands.describe_days(bands=guangdong_bands, consumer=TWO_PART)

        assert [(strip.months, strip.condition.event) for strip in strips] == [
            ((1, 2, 3, 4, 5, 6, 10, 11, 12), None),
            ((7, 8, 9), None),
            ((1, 2, 3, 4, 5, 6, 10, 11, 12), HEAT),
        ]

    def test_shows_holidays_as_strips_of_their_own(self, hours: dict[str, TimeRuleDraft]):
        strips = time_bands.describe_days(bands=hours["浙江"].bands, consumer=TWO_PART)

        holiday = DayCondition(holidays=frozenset({"春节", "劳动节", "国庆节"}))
        assert [(strip.months, strip.condition == holiday) for strip in strips] == [
            ((1, 7, 8, 12), False),
            ((2, 3, 4, 5, 6, 9, 10, 11), False),
            ((1, 7, 8, 12), True),
            ((2, 3, 4, 5, 6, 9, 10, 11), True),
        ]


def test_minutes_read_as_hours():
    assert [format_minute(minute) for minute in (0, 510, 1440)] == ["00:00", "08:30", "24:00"]
