"""Loading sheets into tables."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from dianke.application import tariffs
from dianke.domain.tariffs import operations, queries
from dianke.domain.tariffs.models import (
    PolicyValue,
    PriceComponent,
    PriceRow,
    TariffPlan,
    TariffVersion,
    TierBlock,
    TimeBand,
    TimeRuleSet,
)
from dianke.domain.tariffs.operations.loading import UnableToReadSheetFile
from dianke.domain.tariffs.types import LoadReport
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor, Grant

pytestmark = [pytest.mark.django_db, pytest.mark.sql]

LATER = datetime(2026, 2, 1, 9, tzinfo=SHANGHAI)
TABLES = [
    PolicyValue,
    PriceComponent,
    PriceRow,
    TariffPlan,
    TariffVersion,
    TierBlock,
    TimeBand,
    TimeRuleSet,
]
SHEET = """
schema: tariff-sheet/v1
region: {province: 湖北, area: 全省}
issuer: 国网湖北省电力有限公司
sheets:
  - id: HB-CI-2026-02
    kind: agency_purchase_monthly
    effective: {from: 2026-02-01, to: 2026-02-28}
    evidence: {grade: B, urls: ["https://example.org/sheet"]}
    unit: CNY/kWh
    rows:
      - {structure: single, voltage: "<1kV", flat: 0.7}
"""
HOMES = """
schema: tariff-sheet/v1
region: {province: 广东, area: 全省}
issuer: 广东电网有限责任公司
sheets:
  - id: GD-GZ-RES-2027-01
    kind: residential
    area: 广州
    effective: {from: 2027-01-01, to: null}
    evidence: {grade: B, urls: ["https://example.org/notice"]}
    unit: CNY/kWh
    tier_scheme: monthly
    tiers_kwh_upper_inclusive: [{t1: 200, t2: 400}]
    prices: {t1: 0.6, t2: 0.65, t3: 0.9}
"""


def count_rows(actor: Actor) -> list[int]:
    """Return how many rows each table has."""
    return [table.objects.for_actor(actor).count() for table in TABLES]


def load(actor: Actor, text: str, name: str = "new.yaml") -> LoadReport:
    """Load one file."""
    return operations.load_files(actor=actor, files=[(name, text.encode())], loaded_at=LATER)


def propose(actor: Actor) -> TariffVersion:
    """Return a version that waits for its decision."""
    operations.propose_file(actor=actor, name="new.yaml", data=SHEET.encode(), reason="new month", proposed_at=LATER)
    found: TariffVersion = TariffVersion.objects.for_actor(actor).get(status="PROPOSED")
    return found


class TestLoadShippedTariffs:
    def test_stores_plans_versions_and_everything_below(self, shipped, actor):
        assert count_rows(actor) == [28, 49, 299, 41, 43, 6, 213, 12]
        assert len(shipped.loaded) == 28 + 43 + 12

    def test_reports_refused_sheets_by_name(self, shipped):
        assert shipped.list_refused_sheets() == [
            "GD-HUIZHOU-CI-2026-02",
            "JS-RES",
            "JS-CATALOGUE-OLD",
            "ZJ-RES",
            "ZJ-CI-2026-09",
            "ZJ-CI-2025-05-POINTS",
        ]
        assert len(shipped.skipped) == 10

    def test_stores_nothing_the_second_time(self, shipped, actor):
        before = count_rows(actor)

        again = tariffs.load_shipped_tariffs(actor=actor, loaded_at=LATER)

        assert again.loaded == ()
        assert len(again.unchanged) == len(shipped.loaded)
        assert again.refused == shipped.refused
        assert count_rows(actor) == before

    def test_leaves_a_record_of_who_did_it(self, shipped, actor):
        (record,) = UseCaseRecord.objects.for_actor(actor).filter(use_case__startswith="tariffs.")

        assert (record.use_case, record.right) == (
            "tariffs.load_sheets.load_shipped_tariffs",
            "tariffs.load_sheets",
        )

    def test_wants_the_right(self, db):
        clerk = Actor(login="li", name="Li", grants=frozenset({Grant("tariffs.read", "/")}))

        with pytest.raises(PermissionRefused):
            tariffs.load_shipped_tariffs(actor=clerk, loaded_at=LATER)

        assert count_rows(Actor.system("test")) == [0] * len(TABLES)

    def test_remembers_where_a_version_comes_from(self, shipped, actor):
        (hubei,) = queries.list_versions(actor=actor, plan_code="HB-CI")

        assert hubei.urls == ("https://xgszsj.xiaogan.gov.cn/tzxg/tzcb/202601/t20260108_568308.shtml",)
        assert (hubei.grade, hubei.file_name, len(hubei.file_sha256)) == ("A", "hubei.yaml", 64)
        assert hubei.regulations == ("REG-526-2023", "REG-HB-77-2024")

    def test_links_sheets_to_the_hours_they_refer_to(self, shipped, actor):
        versions = TariffVersion.objects.for_actor(actor).exclude(time_rules=None).order_by("sheet_id")

        assert [(v.sheet_id, v.time_rules.region) for v in versions.select_related("time_rules")] == [
            ("BJ-CI-2024-07", "北京"),
            ("BJ-CI-2025-02", "北京"),
            ("FJ-CI-2025-08", "福建"),
            ("FJ-CI-2026-07", "福建"),
        ]


class TestLoadFiles:
    def test_stores_the_month_that_follows(self, provinces, actor):
        report = load(actor, SHEET)

        assert [item.item for item in report.loaded] == ["HB-CI HB-CI-2026-02"]
        assert [v.sheet_id for v in queries.list_versions(actor=actor, plan_code="HB-CI")] == [
            "HB-CI-2026-02",
            "HB-CI-2026-01",
        ]

    def test_refuses_an_overlap_and_stores_nothing(self, provinces, actor):
        before = count_rows(actor)

        report = load(actor, SHEET.replace("2026-02-01, to", "2026-01-31, to"))

        (fault,) = report.refused
        assert fault.code == "tariffs.overlapping_versions"
        assert fault.message == "2026-01-31/2026-03-01 overlaps HB-CI-2026-01 (2026-01-01/2026-02-01)"
        assert count_rows(actor) == before

    def test_refuses_another_content_under_a_known_id(self, provinces, actor):
        load(actor, SHEET)
        before = count_rows(actor)

        report = load(actor, SHEET.replace("0.7", "0.8"))

        assert [fault.code for fault in report.refused] == ["tariffs.version_is_fixed"]
        assert count_rows(actor) == before

    def test_ends_a_version_without_end_on_the_first_day_of_the_next(self, provinces, actor):
        report = load(actor, HOMES)

        new, old = queries.list_versions(actor=actor, plan_code="GD-GZ-RES")
        assert len(report.loaded) == 1
        assert (old.end, old.status.value) == (date(2027, 1, 1), "SUPERSEDED")
        assert (new.start, new.end, new.status.value) == (date(2027, 1, 1), None, "ACTIVE")

    def test_stores_the_good_sheets_of_a_file_with_a_bad_one(self, provinces, actor):
        bad = SHEET.split("sheets:\n")[1].replace("HB-CI-2026-02", "HB-CI-2026-03").replace("0.7", "-0.7")

        report = load(actor, SHEET + bad)

        assert [item.item for item in report.loaded] == ["HB-CI HB-CI-2026-02"]
        assert [(fault.sheet, fault.code) for fault in report.refused] == [("HB-CI-2026-03", "tariffs.negative_price")]

    def test_refuses_other_hours_for_the_same_days(self, provinces, actor):
        text = (
            "schema: tou-rules/v1\neffective: {from: 2025-06-01}\n"
            'evidence: {grade: B, urls: ["https://example.org"]}\n'
            "rules: {天津: {doc: 新, periods: [{months: all, flat: rest}]}}\n"
        )

        report = load(actor, text)

        assert [fault.code for fault in report.refused] == ["tariffs.overlapping_hours"]

    def test_lets_a_new_policy_value_end_the_one_in_force(self, provinces, actor):
        value = "{value: 250, from: 2027-01-01, citation: REG-1077-2026, grade: A}"
        head = "schema: tariff-policies/v1\npolicies: [{code: LOAD_FACTOR_DISCOUNT_KWH_PER_KVA, values: ["

        report = load(actor, f"{head}{value}]}}]\n")

        numbers = [
            queries.get_policies(actor=actor, on=day).number("LOAD_FACTOR_DISCOUNT_KWH_PER_KVA")
            for day in (date(2026, 12, 31), date(2027, 1, 1))
        ]
        assert len(report.loaded) == 1
        assert numbers == [260, 250]

    def test_refuses_to_change_a_policy_value_in_force(self, provinces, actor):
        value = "{value: 250, from: 2020-01-01, citation: REG-1077-2026, grade: A}"
        head = "schema: tariff-policies/v1\npolicies: [{code: LOAD_FACTOR_DISCOUNT_KWH_PER_KVA, values: ["

        report = load(actor, f"{head}{value}]}}]\n")

        assert [fault.code for fault in report.refused] == ["tariffs.overlapping_policies"]


class TestLoadSheetFile:
    def test_loads_a_file_from_disk(self, provinces, actor, tmp_path: Path):
        path = tmp_path / "hubei-2026-02.yaml"
        path.write_text(SHEET, "utf-8")

        report = tariffs.load_sheet_file(actor=actor, path=path, loaded_at=LATER)

        assert [(item.file, item.item) for item in report.loaded] == [("hubei-2026-02.yaml", "HB-CI HB-CI-2026-02")]

    def test_says_that_a_file_is_not_there(self, db, actor, tmp_path: Path):
        with pytest.raises(UnableToReadSheetFile, match=r"none\.yaml cannot be read: No such file"):
            tariffs.load_sheet_file(actor=actor, path=tmp_path / "none.yaml", loaded_at=LATER)


class TestTables:
    def test_keep_two_versions_of_a_plan_apart(self, provinces, actor):
        version = TariffVersion.objects.for_actor(actor).get(sheet_id="HB-CI-2026-01")
        version.pk = None
        version.sheet_id = "HB-CI-COPY"

        with pytest.raises(IntegrityError, match="one_tariff_version_at_a_time"), transaction.atomic():
            version.save()

    def test_refuse_a_negative_price(self, provinces, actor):
        version = propose(actor)

        with pytest.raises(IntegrityError, match="flat_price_not_negative"), transaction.atomic():
            PriceRow(version=version, position=99, structure="SINGLE", voltage="x", flat_price=-1).save()

    @pytest.mark.parametrize("table", [PriceRow, PriceComponent, TierBlock, TimeBand])
    def test_never_change_what_was_printed(self, table, provinces, actor):
        row = table.objects.for_actor(actor).order_by("pk").first()

        with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
            row.save()
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            table.objects.for_actor(actor).filter(pk=row.pk).delete()

    def test_keep_the_content_of_a_version(self, provinces, actor):
        versions = TariffVersion.objects.for_actor(actor).filter(sheet_id="HB-CI-2026-01")

        with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
            versions.update(grade="C")

        assert versions.get().grade == "A"


class TestWithdrawVersion:
    def test_refuses_a_version_in_force(self, provinces, actor):
        (hubei,) = queries.list_versions(actor=actor, plan_code="HB-CI")

        with pytest.raises(operations.UnableToWithdrawVersion, match="in force since 2026-01-01"):
            tariffs.withdraw_version(actor=actor, version_id=hubei.id, on=date(2026, 1, 1), reason="typing slip")

        assert queries.get_version(actor=actor, version_id=hubei.id).status == "ACTIVE"

    def test_lets_the_version_before_go_on(self, provinces, actor):
        load(actor, HOMES)
        new, _ = queries.list_versions(actor=actor, plan_code="GD-GZ-RES")

        tariffs.withdraw_version(actor=actor, version_id=new.id, on=date(2026, 12, 31), reason="typing slip")

        withdrawn, old = queries.list_versions(actor=actor, plan_code="GD-GZ-RES")
        assert (withdrawn.status.value, old.status.value, old.end) == ("WITHDRAWN", "ACTIVE", None)
        table = queries.get_price_table(
            actor=actor, plan="GD-GZ-RES", on=date(2027, 3, 1), structure="SINGLE", voltage="220V"
        )
        assert table.sheet_id == "GD-GZ-RES"
        assert [fault.code for fault in load(actor, HOMES).refused] == ["tariffs.version_is_withdrawn"]
