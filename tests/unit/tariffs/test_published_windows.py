"""
The hours engine against windows that somebody else typed from the notices of 35 regions (February 2026).

The set states no licence and stays outside the repository; without it the tests say so and skip.
"""

import csv
import json
from collections import defaultdict
from pathlib import Path

import pytest

from dianke.domain.tariffs.rules import hours as hours_rules
from dianke.domain.tariffs.rules import time_bands
from dianke.domain.tariffs.types import Band, BandLayer, Consumer, PeriodKind, Structure, TimeRuleDraft
from dianke.kernel.errors import DomainError

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "tariff_cn_tou"
KINDS = {
    "尖峰": (PeriodKind.SHARP, BandLayer.SHARP),
    "高峰": (PeriodKind.PEAK, BandLayer.BASE),
    "平段": (PeriodKind.FLAT, BandLayer.BASE),
    "低谷": (PeriodKind.VALLEY, BandLayer.BASE),
    # Deep valley stands there for holidays and ordinary days alike; as a holiday it may cover everything.
    "深谷": (PeriodKind.DEEP, BandLayer.HOLIDAY),
}
MISSING = "missing half-hours"
TWO_PART = Consumer(structure=Structure.TWO_PART)

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the windows of 35 regions are not beside the checkout")


@pytest.fixture(scope="module")
def windows() -> dict[tuple[str, int], list[Band]]:
    """Return the typed windows as bands by region and month."""
    found: dict[tuple[str, int], list[Band]] = defaultdict(list)
    with (FOLDER / "tou_windows_2026_02.csv").open(encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines):
            period, layer = KINDS[row["period"]]
            start, end = hours_rules.read_span(f"{row['start']}-{row['end']}", "hours")
            found[row["province"], int(row["month"])].append(
                Band(layer=layer, period=period, start_minute=start, end_minute=end)
            )
    return dict(found)


@pytest.fixture(scope="module")
def problems() -> dict[tuple[str, int], list[list[object]]]:
    """Return the listed problems by region and month: half-hour, kind, and the two periods."""
    found: dict[tuple[str, int], list[list[object]]] = defaultdict(list)
    for region, month, half_hour, *rest in json.loads((FOLDER / "coverage_problems.json").read_text("utf-8")):
        found[region, month].append([half_hour, *rest])
    return dict(found)


def paint(bands: list[Band] | tuple[Band, ...], month: int) -> list[int]:
    """Return the codes of an ordinary day of a month, deep valley of holidays left out."""
    held = [b for b in bands if month in b.months and b.layer is not BandLayer.HOLIDAY]
    return time_bands.paint_day(bands=held, when=f"in month {month}").tolist()


def list_equal_months(
    ours: tuple[Band, ...], windows: dict[tuple[str, int], list[Band]], region: str, months: list[int]
) -> list[int]:
    """Return the months whose ordinary day is the same in both."""
    mine = [b for b in ours if b.condition.is_every_day and b.audience.includes(TWO_PART)]
    return [month for month in months if paint(mine, month) == paint(windows[region, month], month)]


ALL = list(range(1, 13))


@pytest.mark.parametrize(
    ("ours", "theirs", "months"),
    [
        ("湖南", "湖南省", ALL),
        ("江苏", "江苏省", ALL),
        ("河南", "河南省", ALL),
        ("浙江", "浙江省", ALL),
        # Beijing's and Fujian's summer rows were typed there with other hours below the sharp ones.
        ("北京", "北京市", [1, 2, 3, 4, 5, 6, 9, 10, 11, 12]),
        ("福建", "福建省", [1, 2, 3, 4, 5, 6, 10, 11, 12]),
        # Shanghai's winter rows there overlap themselves, and September has sharp hours.
        ("上海", "上海市", [2, 3, 4, 5, 6, 7, 8, 10, 11]),
    ],
)
def test_shared_hours_agree(
    ours: str,
    theirs: str,
    months: list[int],
    hours: dict[str, TimeRuleDraft],
    windows: dict[tuple[str, int], list[Band]],
):
    assert list_equal_months(hours[ours].bands, windows, theirs, months) == months


def test_guangdong_agrees_in_every_month(guangdong_bands, windows):
    # There the sharp windows lie over peak windows: the overlay case.
    assert list_equal_months(guangdong_bands, windows, "广东省（珠三角五市）", ALL) == ALL


def test_hubei_agrees_in_summer_and_not_in_winter(hubei_bands, windows):
    # The sheet of January 2026 follows the notice of 2024; the set has the winter hours of a later one.
    assert list_equal_months(hubei_bands, windows, "湖北省", ALL) == [7, 8]


class TestListedProblems:
    """598 half-hours that overlap or are left over in the set, over 75 months of 13 regions."""

    def test_overlaps_of_equal_rank_are_refused_with_their_hours(self, windows, problems):
        clashing = {place: _list_clashes(listed) for place, listed in problems.items()}
        clashing = {place: half_hours for place, half_hours in clashing.items() if half_hours}

        faults = {place: _find_fault(windows[place], place[1]) for place in clashing}

        assert sum(len(half_hours) for half_hours in clashing.values()) == 320
        assert {type(fault) for fault in faults.values()} == {time_bands.TimeBandOverlap}
        # A month is refused by its first clash: the hours named are some of those listed, and none else.
        named = {place: _list_half_hours(fault.facts["hours"]) for place, fault in faults.items()}
        assert [place for place in clashing if not named[place] or not named[place] <= clashing[place]] == []

    def test_holes_are_refused(self, windows, problems):
        holed = [place for place, listed in problems.items() if any(kind == MISSING for _, kind, *_ in listed)]

        faults = [_find_fault(windows[place], place[1]) for place in holed]

        assert len(holed) == 16
        assert {type(fault) for fault in faults} == {time_bands.TimeBandGap}

    def test_overlays_are_laid_in_their_order(self, windows, problems):
        overlaid = {
            place: [half_hour for half_hour, _, *pair in listed if "深谷" in pair]
            for place, listed in problems.items()
            if not _list_clashes(listed) and all(kind != MISSING for _, kind, *_ in listed)
        }

        painted = {place: time_bands.paint_day(bands=windows[place], when=f"in month {place[1]}") for place in overlaid}

        assert sum(len(problems[place]) for place in overlaid) == 152
        assert {
            int(code)
            for place, half_hours in overlaid.items()
            for code in painted[place].reshape(48, 2)[half_hours].ravel()
        } == {PeriodKind.DEEP}


def _list_clashes(listed: list[list[object]]) -> set[object]:
    return {half for half, kind, *pair in listed if kind == "overlap" and not {"尖峰", "深谷"} & set(pair)}


def _find_fault(bands: list[Band], month: int) -> DomainError | None:
    try:
        time_bands.paint_day(bands=bands, when=f"in month {month}")
    except DomainError as error:
        return error
    return None


def _list_half_hours(hours: str) -> set[object]:
    spans = [hours_rules.read_span(text, "hours") for text in hours.split(", ")]
    return {half for start, end in spans for half in range(start // 30, end // 30)}
