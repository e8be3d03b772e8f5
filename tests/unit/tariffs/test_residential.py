"""Residential sheets in the forms that provinces print."""

from decimal import Decimal

import pytest

from dianke.domain.tariffs.rules import sheets
from dianke.domain.tariffs.types import PriceColumn, ReadFile, TierKind

HEAD = """
schema: tariff-sheet/v1
region: {province: 浙江, area: 全省}
issuer: 浙江省物价局
sheets:
  - id: XX-RES
    kind: residential
    effective: {from: 2024-01-01, to: null}
    evidence: {grade: B, urls: ["https://example.org/notice"]}
    unit: CNY/kWh
    tier_scheme: annual
    tiers_kwh_upper_inclusive: [{t1: 2760, t2: 4800}]
"""
PRICES = "    prices: {t1: 0.538, t2: 0.588, t3: 0.838}\n"
BY_TIER = (
    "    tou_optional: {prices: {peak: {t1: 0.568, t2: 0.618, t3: 0.868}, valley: {t1: 0.288, t2: 0.338, t3: 0.588}}}\n"
)
BY_VOLTAGE = (
    '    prices: {"<1kV": {t1: 0.5283, t2: 0.5783, t3: 0.8283},'
    ' "1-10kV": {t1: 0.5183, t2: 0.5683, t3: 0.8183}}\n'
    '    shared_or_other_residential: {"<1kV": 0.5483, "1-10kV": 0.5383}\n'
    "    tou_optional: {t1_prices: {peak: 0.5583, valley: 0.3583},"
    ' periods: {peak: ["08:00-21:00"], valley: ["21:00-08:00"]}, tier_surcharge: {t2: 0.05, t3: 0.30}}\n'
)


def read(text: str) -> ReadFile:
    """Read a file of one sheet."""
    return sheets.read_file(name="xx.yaml", data=text.encode())


def list_places(text: str) -> list[tuple[str, str]]:
    """Return path and code of every fault of a file that stores nothing."""
    file = read(text)
    assert file.versions == ()
    return [(fault.path, fault.code) for fault in file.faults]


def test_prices_by_tier_and_period_become_first_tier_prices_and_surcharges():
    (version,) = read(HEAD + PRICES + BY_TIER).versions

    assert version.tiers.kind is TierKind.ANNUAL
    assert [(b.upper_kwh, b.surcharge) for b in version.tiers.seasons[0].blocks] == [
        (2760, 0),
        (4800, Decimal("0.05")),
        (None, Decimal("0.30")),
    ]
    assert version.rows[0].prices[PriceColumn.PEAK].value == Decimal("0.568")
    assert version.rows[0].prices[PriceColumn.VALLEY].value == Decimal("0.288")


def test_prices_by_voltage_become_rows_and_shared_meters_a_plan():
    version, shared = read(HEAD + BY_VOLTAGE).versions

    assert [(r.voltage, r.prices[PriceColumn.FLAT].value) for r in version.rows] == [
        ("<1kV", Decimal("0.5283")),
        ("1-10kV", Decimal("0.5183")),
    ]
    assert [(r.voltage, r.prices[PriceColumn.FLAT].value) for r in shared.rows] == [
        ("<1kV", Decimal("0.5483")),
        ("1-10kV", Decimal("0.5383")),
    ]
    assert shared.plan_code == "XX-RES-SHARED"
    assert len(version.bands) == 2


def test_a_free_quota_is_kept():
    (version,) = read(HEAD + PRICES + "    free_quota_kwh_per_month: 15\n").versions

    assert version.tiers.free_quota_kwh_per_month == 15


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("t2: 0.338", "t2: 0.348", ("tou_optional.prices", "tariffs.surcharges_differ")),
        ("t3: 0.838", "t3: null", ("prices.t3", "tariffs.tier_price_missing")),
        (
            "tier_scheme: annual",
            "tier_scheme: weekly",
            ("tiers_kwh_upper_inclusive.tier_scheme", "tariffs.unknown_tier_scheme"),
        ),
        ("t2: 4800", "t2: 2760", ("tiers_kwh_upper_inclusive", "tariffs.invalid_tiers")),
        ("{t1: 2760,", "{months: [1, 2], t1: 2760,", ("tiers_kwh_upper_inclusive", "tariffs.invalid_tiers")),
        (
            "{t1: 2760,",
            "{months: [13], t1: 2760,",
            ("tiers_kwh_upper_inclusive.months", "tariffs.unreadable_months"),
        ),
        ("t1: 0.568", "t1: -0.568", ("tou_optional.prices", "tariffs.surcharges_differ")),
    ],
)
def test_contradictions_are_refused_with_their_place(old, new, place):
    assert place in list_places((HEAD + PRICES + BY_TIER).replace(old, new))


def test_surcharges_that_differ_between_voltages_are_refused():
    text = (HEAD + BY_VOLTAGE).replace("t2: 0.5683", "t2: 0.5783")

    assert ("prices", "tariffs.surcharges_differ") in list_places(text)


def test_hours_with_a_hole_are_refused():
    text = (HEAD + BY_VOLTAGE).replace("08:00-21:00", "08:00-20:00")

    assert ("tou_optional.periods", "tariffs.time_band_gap") in list_places(text)


def test_sharp_hours_are_refused():
    text = (HEAD + BY_VOLTAGE).replace('peak: ["08:00-21:00"]', 'sharp: ["08:00-21:00"]')

    assert ("tou_optional.periods.sharp", "tariffs.unknown_period") in list_places(text)
