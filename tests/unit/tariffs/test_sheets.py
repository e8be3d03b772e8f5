"""Files of sheets as read: what loads, what is refused and why."""

from datetime import date
from decimal import Decimal

import pytest

from dianke.domain.tariffs.rules import sheets
from dianke.domain.tariffs.types import (
    BandLayer,
    ComponentKind,
    LoadFault,
    PeriodKind,
    PlanKind,
    Price,
    PriceColumn,
    ReadFile,
    SheetKind,
    Structure,
)

HEAD = """
schema: tariff-sheet/v1
region: {province: 湖北, area: 全省}
issuer: 国网湖北省电力有限公司
sheets:
  - id: XX-CI-2026-01
    kind: partial
    effective: {from: 2026-01-01, to: 2026-01-31}
    evidence: {grade: A, urls: ["https://example.org/sheet"]}
    unit: CNY/kWh
"""
ROW = """    rows:
      - {structure: single, voltage: "<1kV", flat: 0.7}
"""


def read(text: str) -> ReadFile:
    """Read a file of one sheet."""
    return sheets.read_file(name="xx.yaml", data=text.encode())


def only_fault(text: str) -> LoadFault:
    """Return the one fault of a file that stores nothing."""
    file = read(text)
    assert file.versions == ()
    (fault,) = file.faults
    return fault


class TestShippedFiles:
    def test_load_or_refuse_every_sheet_by_name(self, shipped: dict[str, ReadFile]):
        refused = {(f.sheet, f.path, f.code) for file in shipped.values() for f in file.faults}

        assert refused == {
            ("GD-HUIZHOU-CI-2026-02", "evidence.urls", "tariffs.sheet_without_address"),
            ("JS-CATALOGUE-OLD", "effective.from", "tariffs.sheet_without_start"),
            ("JS-CATALOGUE-OLD", "rows", "tariffs.sheet_without_rows"),
            ("JS-RES", "effective.from", "tariffs.sheet_without_start"),
            ("ZJ-CI-2025-05-POINTS", "evidence.urls", "tariffs.sheet_without_address"),
            ("ZJ-CI-2026-09", "evidence.urls", "tariffs.sheet_without_address"),
            ("ZJ-RES", "effective.from", "tariffs.sheet_without_start"),
        }

    def test_load_ten_plans_and_a_grid_each(self, versions):
        names = [name for name in versions if not name.startswith("TD-")]

        assert sorted(names) == [
            "BJ-CI BJ-CI-2024-07",
            "BJ-CI BJ-CI-2025-02",
            "FJ-CI FJ-CI-2025-08",
            "FJ-CI FJ-CI-2026-07",
            "GD-GZ-RES GD-GZ-RES",
            "GD-GZ-RES-SHARED GD-GZ-RES",
            "GD-NORTH-CI GD-NORTH-CI-2026-07",
            "GD-PRD-CI GD-PRD-CI-2026-10",
            "GD-PRD5-CATALOGUE GD-PRD5-CATALOGUE-2021-10",
            "HB-CI HB-CI-2026-01",
        ]
        assert len(versions) - len(names) == 33

    def test_leave_fragments_and_catalogues_by_design(self, shipped: dict[str, ReadFile]):
        items = {skipped.item for file in shipped.values() for skipped in file.skipped}

        assert items == {
            "CQ-CI-2025-02",
            "SH-DEMAND-2023",
            "HA-CI-2025-01..03",
            "HA-CI-2024-11",
            "GD5-CI-2025-06-POINTS",
            "SH-CI-2025-05-POINTS",
            "JS-CATALOGUE-OLD catalogue_rows",
            "TD-2026-08 shenzhen",
            "湖北",
            "广东",
        }

    def test_mark_sheets_of_one_copy_for_demonstrations_only(self, versions):
        grades = {name: version.evidence.grade for name, version in versions.items() if not name.startswith("TD-")}

        assert [name for name, grade in sorted(grades.items()) if grade == "C"] == [
            "BJ-CI BJ-CI-2025-02",
            "GD-PRD-CI GD-PRD-CI-2026-10",
        ]

    def test_are_in_force_from_their_first_to_after_their_last_day(self, versions):
        hubei = versions["HB-CI HB-CI-2026-01"]

        assert (hubei.start, hubei.end) == (date(2026, 1, 1), date(2026, 2, 1))
        assert versions["GD-GZ-RES GD-GZ-RES"].end is None

    def test_keep_hours_of_one_time_only(self, hours):
        assert len(hours) == 12
        assert hours["北京"].start == date(2025, 1, 1)
        assert hours["安徽"].start == date(2025, 7, 1)

    def test_cite_only_addresses_and_registered_texts(self, versions):
        assert all(version.evidence.urls for version in versions.values())
        assert all(text.startswith("REG-") for version in versions.values() for text in version.evidence.regulations)


class TestHubei:
    def test_holds_every_printed_price(self, versions):
        row = versions["HB-CI HB-CI-2026-01"].rows[3]

        assert (row.structure, row.voltage) == (Structure.TWO_PART, "1-10(20)kV")
        assert {column.value: price.value for column, price in row.prices.items()} == {
            "td_energy": Decimal("0.1263"),
            "flat": Decimal("0.651886"),
            "sharp": Decimal("1.049999"),
            "peak": Decimal("0.848961"),
            "valley": Decimal("0.432924"),
            "deep": None,
            "demand": Decimal("42.0"),
            "capacity": Decimal("26.3"),
        }

    def test_tells_what_does_not_exist_from_what_was_not_found(self, versions):
        single = versions["HB-CI HB-CI-2026-01"].rows[0]
        beijing = versions["BJ-CI BJ-CI-2025-02"].rows[1]

        assert single.prices[PriceColumn.DEMAND] == Price(None, exists=False)
        assert single.prices[PriceColumn.DEEP] == Price(None, exists=False)
        assert beijing.prices[PriceColumn.DEMAND] == Price(None, exists=True)
        assert beijing.prices[PriceColumn.SHARP] == Price(None, exists=True)

    def test_reports_the_defect_of_the_official_table(self, versions):
        findings = versions["HB-CI HB-CI-2026-01"].findings

        assert {finding.where: finding.difference for finding in findings} == {
            "SYSTEM_OPERATION": Decimal("0.0043"),
            "SINGLE <1kV flat": Decimal("-0.0002"),
            "SINGLE 1-10(20)kV flat": Decimal("-0.0002"),
            "SINGLE 35kV flat": Decimal("-0.0002"),
        }

    def test_names_its_funds_one_by_one(self, versions):
        components = versions["HB-CI HB-CI-2026-01"].components

        assert [(c.code, c.label, c.price, c.part_of) for c in components if c.kind is ComponentKind.FUND] == [
            ("FUNDS", "政府性基金及附加", Decimal("0.0452"), ""),
            ("RURAL_GRID_LOAN", "农网还贷资金", Decimal("0.02"), "FUNDS"),
            ("LARGE_RESERVOIR_RESETTLEMENT", "大中型水库移民后期扶持资金", Decimal("0.0062"), "FUNDS"),
            ("RENEWABLE_SURCHARGE", "可再生能源电价附加", Decimal("0.019"), "FUNDS"),
        ]


class TestGuangzhouHomes:
    def test_have_one_row_of_first_tier_prices(self, versions):
        version = versions["GD-GZ-RES GD-GZ-RES"]
        (row,) = version.rows

        assert (row.structure, row.voltage) == (Structure.SINGLE, "")
        assert row.prices[PriceColumn.FLAT].value == Decimal("0.58886875")
        assert row.prices[PriceColumn.PEAK].value == Decimal("0.99500875")
        assert row.prices[PriceColumn.VALLEY].value == Decimal("0.22914475")
        assert row.prices[PriceColumn.SHARP] == Price(None, exists=False)
        assert version.usage_classes == ("RESIDENTIAL",)

    def test_have_tiers_by_season(self, versions):
        tiers = versions["GD-GZ-RES GD-GZ-RES"].tiers

        assert [(sorted(s.months), [(b.upper_kwh, b.surcharge) for b in s.blocks]) for s in tiers.seasons] == [
            ([5, 6, 7, 8, 9, 10], [(260, 0), (600, Decimal("0.05")), (None, Decimal("0.30"))]),
            ([1, 2, 3, 4, 11, 12], [(200, 0), (400, Decimal("0.05")), (None, Decimal("0.30"))]),
        ]
        assert (tiers.large_household_persons, tiers.large_household_kwh_per_month) == (5, 100)
        assert tiers.shared_price_persons == 7

    def test_have_the_shared_meter_price_as_a_plan_of_its_own(self, versions):
        shared = versions["GD-GZ-RES-SHARED GD-GZ-RES"]

        assert shared.usage_classes == ("RESIDENTIAL_SHARED",)
        assert shared.rows[0].prices[PriceColumn.FLAT].value == Decimal("0.62586875")
        assert (shared.tiers, shared.bands) == (None, ())

    def test_have_their_own_hours_and_not_those_of_industry(self, versions):
        bands = versions["GD-GZ-RES GD-GZ-RES"].bands

        assert {(b.layer, b.period) for b in bands} == {
            (BandLayer.BASE, PeriodKind.PEAK),
            (BandLayer.BASE, PeriodKind.VALLEY),
            (BandLayer.BASE, PeriodKind.FLAT),
        }


class TestGrids:
    def test_hold_transport_prices_and_nothing_else(self, versions):
        hubei = versions["TD-HB TD-2026-08"]

        assert hubei.plan_kind is PlanKind.TRANSMISSION_DISTRIBUTION
        assert hubei.sheet_kind is SheetKind.PARTIAL
        assert hubei.region == "湖北"
        assert hubei.figures == {"upstream_loss_percent": "4.55"}
        assert [(r.structure.value, r.voltage, r.prices[PriceColumn.TD_ENERGY].value) for r in hubei.rows][-1] == (
            "TWO_PART",
            ">=220kV",
            Decimal("0.0694"),
        )
        assert hubei.rows[-1].prices[PriceColumn.DEMAND] == Price(None)
        assert hubei.rows[-1].prices[PriceColumn.FLAT] == Price(None, exists=False)

    def test_keep_a_fund_of_nine_decimals(self, versions):
        assert versions["TD-HA TD-2026-08"].components[0].price == Decimal("0.028889375")

    def test_add_what_areas_pay_more_or_less(self, versions):
        parts = versions["TD-GD TD-2026-08"].components

        assert {c.label: c.price for c in parts if c.code == "AREA_ADDITION"} == {
            "珠三角六市": Decimal("0.0237"),
            "惠州": Decimal("0.0011"),
            "东西两翼": Decimal("-0.0580"),
            "粤北": Decimal("-0.0896"),
        }

    def test_are_refused_when_a_grid_stands_there_twice(self):
        fault = only_fault(HEAD + "    grids: [{grid: 湖北, single: {}}, {grid: 湖北, single: {}}]\n")

        assert (fault.path, fault.code) == ("grids[1].grid", "tariffs.grid_twice")


class TestReadFile:
    def test_takes_a_row_without_optional_columns(self):
        (version,) = read(HEAD + ROW).versions

        assert version.plan_code == "XX-CI"
        assert version.plan_name == "湖北 · 工商业用电"
        assert version.rows[0].prices[PriceColumn.PEAK] == Price(None)
        assert version.rows[0].prices[PriceColumn.SHARP] == Price(None, exists=False)

    @pytest.mark.parametrize(
        ("old", "new", "path", "value", "code"),
        [
            ("flat: 0.7", "flat: -0.7", "rows[0].flat", "-0.7", "negative_price"),
            ("flat: 0.7", "flat: 70", "rows[0].flat", "70", "price_out_of_range"),
            ("flat: 0.7", "flat: 七角", "rows[0].flat", "七角", "unreadable_price"),
            ("flat: 0.7", "flat: 0.123456789", "rows[0].flat", "0.123456789", "too_many_decimals"),
            ("flat: 0.7", "flet: 0.7", "rows[0].flet", "0.7", "unknown_column"),
            ("structure: single", "structure: triple", "rows[0].structure", "triple", "unknown_structure"),
            ("unit: CNY/kWh", "unit: fen/kWh", "unit", "fen/kWh", "unknown_unit"),
            ("kind: partial", "kind: monthly", "kind", "monthly", "unknown_kind"),
            ("grade: A", "grade: D", "evidence.grade", "D", "unknown_grade"),
            ("XX-CI-2026-01", "第一份", "id", "第一份", "unreadable_sheet_id"),
            ("from: 2026-01-01, ", "", "effective.from", "", "sheet_without_start"),
            ("from: 2026-01-01", "from: 元旦", "effective.from", "元旦", "unreadable_date"),
            ("to: 2026-01-31", "to: 2025-12-31", "effective.to", "2025-12-31", "sheet_ends_before_it_starts"),
            ('"https://example.org/sheet"', "", "evidence.urls", "", "sheet_without_address"),
        ],
    )
    def test_names_place_value_and_remedy_of_a_fault(self, old, new, path, value, code):
        fault = only_fault((HEAD + ROW).replace(old, new))

        assert (fault.file, fault.path, fault.value, fault.code) == (
            "xx.yaml",
            path,
            value,
            f"tariffs.{code}",
        )
        assert fault.message
        assert fault.remedy

    def test_reports_every_fault_of_a_sheet(self):
        text = (HEAD + ROW).replace("0.7", "-0.7").replace("from: 2026-01-01, ", "").replace("unit: CNY/kWh", "")

        assert [fault.path for fault in read(text).faults] == ["unit", "effective.from", "rows[0].flat"]

    def test_refuses_a_row_twice(self):
        fault = only_fault(HEAD + ROW + '      - {structure: single, voltage: "<1kV", flat: 0.8}\n')

        assert (fault.path, fault.code) == ("rows[1]", "tariffs.row_twice")

    def test_keeps_good_sheets_of_a_file_with_a_bad_one(self):
        bad = (HEAD + ROW).split("sheets:\n")[1].replace("XX-CI-2026-01", "YY-CI-2026-01").replace("0.7", "-1")

        file = read(HEAD + ROW + bad)

        assert [version.sheet_id for version in file.versions] == ["XX-CI-2026-01"]
        assert [fault.sheet for fault in file.faults] == ["YY-CI-2026-01"]

    def test_refuses_hours_with_a_hole_and_names_them(self):
        text = HEAD + ROW + '    tou: {periods: [{months: all, peak: ["08:00-22:00"], valley: ["23:00-08:00"]}]}\n'

        fault = only_fault(text)

        assert (fault.path, fault.value, fault.code) == ("tou", "22:00-23:00", "tariffs.time_band_gap")

    def test_refuses_components_that_it_does_not_know(self):
        fault = only_fault(HEAD + "    components: {agency: 0.3}\n" + ROW)

        assert (fault.path, fault.code) == ("components.agency", "tariffs.unknown_component")

    def test_refuses_a_negative_fund_but_not_a_carried_over_deviation(self):
        (version,) = read(HEAD + "    components: {system_operation: -0.01}\n" + ROW).versions

        fault = only_fault(HEAD + "    components: {funds: -0.01}\n" + ROW)

        assert version.components[0].price == Decimal("-0.01")
        assert (fault.path, fault.code) == ("components.funds", "tariffs.negative_price")

    def test_leaves_out_overlays_whose_condition_is_words(self):
        base = '{months: all, peak: ["08:00-24:00"], valley: ["00:00-08:00"]}'
        deep = 'deep_valley: {who: 大工业, when: on some days, hours: ["00:00-06:00"]}'

        file = read(HEAD + ROW + f"    tou: {{periods: [{base}], {deep}}}\n")

        assert [band.period for band in file.versions[0].bands] == [PeriodKind.PEAK, PeriodKind.VALLEY]
        assert [skipped.item for skipped in file.skipped] == [
            "XX-CI-2026-01 tou.deep_valley.who",
            "XX-CI-2026-01 tou.deep_valley.when",
        ]

    def test_gives_equal_content_an_equal_hash_whatever_the_layout(self):
        spaced = (HEAD + ROW).replace('voltage: "<1kV", flat: 0.7', 'flat: 0.7,   voltage: "<1kV"')
        changed = (HEAD + ROW).replace("0.7", "0.71")

        hashes = [read(text).versions[0].content_sha256 for text in (HEAD + ROW, spaced, changed)]

        assert hashes[0] == hashes[1] != hashes[2]

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"schema: [", "line "),
            (b"- 1", "line 1: a sheet file is a mapping"),
            ("schema: 电价".encode("gb18030"), "line 1: the text is not UTF-8"),
            (b"a: 1\nb: 2\na: 3\n", "line 3: a stands here twice"),
            (b"a: &x 1\nb: *x\n", "line 2: aliases are not allowed"),
            (b"a: .inf\n", "line 1: .inf is no decimal number"),
            (b"[1]: 2\n", "line 1: a key is one word"),
            (b"a: !!python/object:os.system 1\n", "line 1: could not determine a constructor"),
            (b" " * 4_194_305, "line 1: the file has more than 4194304 bytes"),
            (b"[" * 5_000, "line 1: the text is nested too deeply"),
        ],
    )
    def test_refuses_a_file_that_is_none_by_its_line(self, data, message):
        file = sheets.read_file(name="bad.yaml", data=data)

        (fault,) = file.faults
        assert fault.code == "tariffs.unreadable_file"
        assert fault.message.startswith(message)

    def test_refuses_an_unknown_schema(self):
        fault = only_fault("schema: tariff-sheet/v9\n")

        assert (fault.path, fault.value, fault.code) == (
            "schema",
            "tariff-sheet/v9",
            "tariffs.unknown_schema",
        )

    def test_takes_on_for_a_word(self):
        file = read("schema: tou-rules/v1\nrules: {天津: {sharp: {on: peak}}}\n")

        assert [fault.path for fault in file.faults] == ["effective.from"]
