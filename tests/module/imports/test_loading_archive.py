"""Units, staff, customers, accounts, places and equipment come in from files."""

from datetime import date
from decimal import Decimal

import pytest
from tests.factories import archive as factory
from tests.factories.archive import Archive
from tests.module.imports.conftest import Load

from dianke.application.imports.load_table import UnknownTable
from dianke.application.imports.report import LoadReport
from dianke.domain.customers.models import Customer, CustomerAccount, ServiceLocation
from dianke.domain.metering.models import UsagePoint
from dianke.domain.network.models import Transformer, TransformerSpell
from dianke.domain.readings.models import ReadingRoute, RoutePoint
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity import operations as identity
from dianke.platform.identity.models import PostAssignment, Staff
from dianke.platform.org.models import Unit

pytestmark = pytest.mark.django_db

CUSTOMERS = "客户编号,客户名称,客户类型,立户日期,单位编码\n"


def faults(report: LoadReport) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.code) for fault in report.faults]


def count(archive: Archive, model: type) -> int:
    return int(model.objects.for_actor(archive.actor).count())  # type: ignore[attr-defined]


class TestCustomers:
    def test_stores_what_the_file_says(self, archive: Archive, load: Load) -> None:
        report = load("customers", CUSTOMERS + "K1,王晓明,个人,2020-05-01,GSE\nK2,示例纺织有限公司,企业,2021/6/1,GSW\n")

        rows = Customer.objects.for_actor(archive.actor).order_by("number")
        assert (report.rows, report.stored, report.faults) == (2, 2, ())
        assert [(r.number, r.name, r.kind, r.since_date, r.unit.code) for r in rows] == [
            ("K1", "王晓明", "PERSON", date(2020, 5, 1), "GSE"),
            ("K2", "示例纺织有限公司", "COMPANY", date(2021, 6, 1), "GSW"),
        ]

    def test_reads_a_file_in_gbk(self, archive: Archive, load: Load) -> None:
        report = load("customers", (CUSTOMERS + "K1,王晓明,个人,2020-05-01,GSE\n").encode("gbk"))

        assert (report.encoding, report.stored) == ("GB18030", 1)
        assert Customer.objects.for_actor(archive.actor).get().name == "王晓明"

    def test_one_fault_keeps_everything_out(self, archive: Archive, load: Load) -> None:
        factory.add_account(archive)

        report = load(
            "customers",
            CUSTOMERS
            + "K1,王晓明,个人,2020-05-01,GSE\n"
            + "K1,李四,个人,2020-05-01,GSE\n"
            + "K100000001,李四,个人,2020-05-01,GSE\n"
            + "K3,,神仙,2020-02-30,GSX\n",
        )

        assert faults(report) == [
            (3, "客户编号", "comes_twice"),
            (4, "客户编号", "taken"),
            (5, "客户名称", "value_missing"),
            (5, "客户类型", "not_a_choice"),
            (5, "立户日期", "date_impossible"),
            (5, "单位编码", "not_found"),
        ]
        assert (report.stored, report.rejected, count(archive, Customer)) == (0, 3, 1)
        assert count(archive, UseCaseRecord) == 0

    def test_good_rows_are_kept_when_asked(self, archive: Archive, load: Load) -> None:
        content = CUSTOMERS + "K1,王晓明,个人,2020-05-01,GSE\nK2,李四,个人,2020-05-01,GSX\n"

        report = load("customers", content, keep_good=True)

        assert (report.stored, report.rejected, [row.line for row in report.rejected_rows]) == (1, 1, [3])
        assert [row.number for row in Customer.objects.for_actor(archive.actor)] == ["K1"]

    def test_a_dry_run_stores_nothing(self, archive: Archive, load: Load) -> None:
        report = load("customers", CUSTOMERS + "K1,王晓明,个人,2020-05-01,GSE\n", dry_run=True)

        assert (report.is_dry_run, report.rows, report.stored, report.faults) == (True, 1, 0, ())
        assert (count(archive, Customer), count(archive, UseCaseRecord)) == (0, 0)

    def test_sql_and_html_are_plain_text(self, archive: Archive, load: Load) -> None:
        name = "x'); drop table customers_customer; -- <script>alert(1)</script>"

        load("customers", CUSTOMERS + f"K1,{name},企业,2020-05-01,GSE\n")

        assert Customer.objects.for_actor(archive.actor).get().name == name

    def test_leaves_one_record_of_the_load(self, archive: Archive, load: Load) -> None:
        clerk = factory.actor_of(archive.east, "imports.load")

        load("customers", CUSTOMERS + "K1,王晓明,个人,2020-05-01,GSE\n", actor=clerk)

        record = UseCaseRecord.objects.for_actor(archive.actor).get()
        assert (record.use_case, record.right, record.actor_login) == (
            "imports.load_table.load_customers",
            "imports.load",
            "at-GSE",
        )
        assert record.facts["file_name"] == "file.csv"

    def test_refuses_units_beyond_the_actors_own(self, archive: Archive, load: Load) -> None:
        clerk = factory.actor_of(archive.east, "imports.load")

        report = load(
            "customers",
            CUSTOMERS + "K1,王晓明,个人,2020-05-01,GSE\nK2,王晓明,个人,2020-05-01,GSW\n",
            actor=clerk,
        )

        assert faults(report) == [(3, "单位编码", "unit_out_of_reach")]
        assert count(archive, Customer) == 0

    @pytest.mark.parametrize("dry_run", [False, True])
    def test_refuses_somebody_without_the_right(self, archive: Archive, load: Load, dry_run: bool) -> None:
        clerk = factory.actor_of(archive.east, "archive.view")

        with pytest.raises(PermissionRefused):
            load("customers", CUSTOMERS + "K1,王晓明,个人,2020-05-01,GSE\n", actor=clerk, dry_run=dry_run)

        assert count(archive, Customer) == 0

    def test_an_unknown_table_is_refused(self, load: Load) -> None:
        with pytest.raises(UnknownTable):
            load("customer", CUSTOMERS)

    def test_an_unusable_file_stores_nothing_even_if_good_rows_are_kept(self, archive: Archive, load: Load) -> None:
        report = load(
            "customers", CUSTOMERS.replace("客户类型", "类别") + "K1,王晓明,个人,2020-05-01,GSE\n", keep_good=True
        )

        assert [fault.code for fault in report.faults] == ["column_unknown", "column_missing"]
        assert (report.stored, report.rejected, count(archive, Customer)) == (0, 1, 0)


class TestAccounts:
    HEADER = "户号,客户编号,用电类别,开户日期,销户日期,单位编码\n"

    def test_takes_the_unit_of_the_customer(self, archive: Archive, load: Load) -> None:
        number = factory.add_account(archive, unit=archive.west).customer.number

        report = load("accounts", self.HEADER + f"1000000099,{number},居民,2020-05-01,,\n")

        account = CustomerAccount.objects.for_actor(archive.actor).get(number="1000000099")
        assert report.stored == 1
        assert (account.unit, account.usage_class, account.status) == (archive.west, "RESIDENTIAL", "ACTIVE")

    def test_names_what_does_not_fit(self, archive: Archive, load: Load) -> None:
        account = factory.add_account(archive)
        number = account.customer.number

        report = load(
            "accounts",
            self.HEADER
            + f"1000000099,{number},居民,2020-05-02,2020-05-01,\n"
            + f"{account.number},{number},居民,2020-05-01,,\n"
            + "1000000098,K0,居民,2020-05-01,,\n",
        )

        assert faults(report) == [
            (2, "销户日期", "ends_before_it_begins"),
            (3, "户号", "taken"),
            (4, "客户编号", "not_found"),
        ]
        assert count(archive, CustomerAccount) == 1

    def test_a_customer_of_another_unit_is_not_found(self, archive: Archive, load: Load) -> None:
        number = factory.add_account(archive, unit=archive.west).customer.number
        clerk = factory.actor_of(archive.east, "imports.load")

        report = load("accounts", self.HEADER + f"1000000099,{number},居民,2020-05-01,,GSE\n", actor=clerk)

        assert faults(report) == [(2, "客户编号", "not_found")]


class TestPlaces:
    def test_stores_coordinates_that_come_together(self, archive: Archive, load: Load) -> None:
        header = "地址编码,用电地址,经度,纬度,单位编码\n"

        refused = load("places", header + "L1,建设路,114.3,,GSE\n")
        report = load("places", header + "L1,建设路,114.3055,30.5928,GSE\nL2,解放路,,,GSE\n")

        stored = ServiceLocation.objects.for_actor(archive.actor).get(code="L1")
        assert faults(refused) == [(2, "经度", "coordinates_come_together")]
        assert report.stored == 2
        assert (stored.longitude, stored.latitude) == (Decimal("114.305500"), Decimal("30.592800"))


class TestUnits:
    HEADER = "单位编码,单位名称,单位类型,上级单位编码\n"

    def test_parents_may_come_later_in_the_file(self, archive: Archive, load: Load) -> None:
        report = load("units", self.HEADER + "N11,二班,部门,N1\nN1,城北供电所,供电所,GS\n")

        assert report.stored == 2
        assert (
            Unit.objects.for_actor(archive.actor)
            .get(code="N11")
            .path.startswith(Unit.objects.for_actor(archive.actor).get(code="N1").path)
        )

    def test_names_what_cannot_stand_in_the_tree(self, archive: Archive, load: Load) -> None:
        report = load(
            "units",
            self.HEADER
            + "N0,另一公司,公司,\n"
            + "N1,无上级,供电所,\n"
            + "N2,甲,供电所,N3\n"
            + "N3,乙,供电所,N2\n"
            + "N4,丙,供电所,N1\n"
            + "N5,丁,供电所,无\n"
            + "GS,戊,供电所,GS\n",
        )

        assert faults(report) == [
            (2, "单位类型", "utility_exists"),
            (3, "上级单位编码", "parent_needed"),
            (4, "上级单位编码", "parents_go_in_a_circle"),
            (5, "上级单位编码", "parents_go_in_a_circle"),
            (6, "上级单位编码", "depends_on_a_bad_row"),
            (7, "上级单位编码", "not_found"),
            (8, "单位编码", "taken"),
        ]
        assert count(archive, Unit) == 3

    def test_a_parent_beyond_the_actors_units_is_refused(self, archive: Archive, load: Load) -> None:
        clerk = factory.actor_of(archive.east, "staff.manage")

        report = load("units", self.HEADER + "N1,甲,部门,GSW\nN2,乙,部门,GSE\n", actor=clerk)

        assert faults(report) == [(2, "上级单位编码", "unit_out_of_reach")]


class TestStaff:
    HEADER = "登录名,姓名,单位编码,岗位编码,任职日期\n"

    def test_gives_posts_and_no_password(self, archive: Archive, load: Load) -> None:
        identity.define_post(code="READER", name="抄表员", rights=["readings.record"])

        report = load("staff", self.HEADER + "wang,王晓明,GSE,READER,2026-01-01\nli,李四,GSE,,\n")

        person = Staff.objects.for_actor(archive.actor).get(login="wang")
        given = PostAssignment.objects.for_actor(archive.actor).get()
        assert report.stored == 2
        assert (person.has_usable_password(), person.unit) == (False, archive.east)
        assert (given.staff, given.post.code, given.period.lower) == (person, "READER", date(2026, 1, 1))

    def test_one_person_does_not_both_run_and_issue(self, archive: Archive, load: Load) -> None:
        identity.define_post(code="RUN", name="核算员", rights=["billing.run"])
        identity.define_post(code="ISSUE", name="发行员", rights=["billing.issue"])

        report = load("staff", self.HEADER + "wang,王晓明,GSE,RUN;ISSUE,\nwang,王晓明,GSE,RUN,\n")

        assert faults(report) == [(2, "岗位编码", "posts_conflict"), (3, "登录名", "comes_twice")]
        assert count(archive, Staff) == 0


class TestEquipment:
    def test_a_network_comes_in_from_the_substation_down(self, archive: Archive, load: Load) -> None:
        account = factory.add_account(archive)
        loads = [
            load("substations", "变电站编码,变电站名称,电压等级,单位编码\nS9,城北变,110kV,GS\n"),
            load("feeders", "线路编码,线路名称,变电站编码,电压等级\nF9,城北线,S9,10kV\n"),
            load("areas", "台区编码,台区名称,线路编码\nA9,城北台区,F9\n"),
            load(
                "transformers",
                "变压器编码,变压器名称,容量(kVA),线路编码,台区编码,户号,运行状态,状态起始日期,空载损耗\n"
                f"T8,公变,400,F9,A9,,,2020-01-01,0.57\nT9,专变,315.5,F9,,{account.number},热备用,2020-01-01,\n",
            ),
        ]

        own = Transformer.objects.for_actor(archive.actor).get(code="T9")
        spell = TransformerSpell.objects.for_actor(archive.actor).get(transformer=own)
        assert [(report.stored, report.faults) for report in loads] == [(1, ()), (1, ()), (1, ()), (2, ())]
        assert (own.capacity_kva, own.account, own.unit) == (Decimal("315.5"), account, archive.root)
        assert (spell.state, spell.period.lower, spell.period.upper) == ("HOT_STANDBY", date(2020, 1, 1), None)

    def test_names_what_does_not_fit(self, archive: Archive, load: Load) -> None:
        report = load(
            "transformers",
            "变压器编码,变压器名称,容量,线路编码,台区编码,户号,状态起始日期\n"
            "T7,甲,400,F1,,,2020-01-01\n"
            "T8,乙,-5,F1,A1,,2020-01-01\n"
            "T1,丙,400kVA,F0,A1,,2020-01-01\n",
        )

        assert faults(report) == [
            (2, "台区编码", "public_or_own"),
            (3, "容量", "number_too_small"),
            (4, "容量", "number_has_unit"),
            (4, "变压器编码", "taken"),
            (4, "线路编码", "not_found"),
        ]
        assert count(archive, Transformer) == 1


class TestUsagePoints:
    HEADER = "计量点编号,户号,地址编码,台区编码,线路编码,上级计量点编号,电压等级,计量方式,抄表段编码,抄表顺序\n"

    @pytest.fixture
    def account(self, archive: Archive, load: Load) -> str:
        number = factory.add_account(archive).number
        load("places", "地址编码,用电地址,单位编码\nL1,建设路,GSE\n")
        load(
            "routes",
            "抄表段编码,抄表段名称,抄表周期编码,抄表周期名称,单位编码\nR1,一段,C1,每月 1 日,GSE\n",
        )
        return str(number)

    def test_stand_on_their_route_in_order_with_sub_meters_below(
        self, archive: Archive, load: Load, account: str
    ) -> None:
        report = load(
            "usage-points",
            self.HEADER
            + f"P2,{account},L1,A1,,P1,220V,低供低计,R1,20\n"
            + f"P1,{account},L1,A1,,,380V,低供低计,R1,10\n"
            + f"P3,{account},L1,,F1,,10kV,高供高计,,\n",
        )

        points = UsagePoint.objects.for_actor(archive.actor).order_by("code")
        on_route = RoutePoint.objects.for_actor(archive.actor).order_by("sequence")
        assert report.faults == ()
        assert [(p.code, p.parent.code if p.parent else None) for p in points] == [
            ("P1", None),
            ("P2", "P1"),
            ("P3", None),
        ]
        assert [row.usage_point.code for row in on_route] == ["P1", "P2"]

    def test_names_what_does_not_fit(self, archive: Archive, load: Load, account: str) -> None:
        report = load(
            "usage-points",
            self.HEADER
            + f"P1,{account},L1,,,,220V,低供低计,,\n"
            + f"P2,{account},L0,A1,,P1,230V,低供低计,R0,\n"
            + f"P3,{account},L1,A1,,P1,220V,低供低计,,5\n"
            + f"P4,{account},L1,A1,,P9,220V,低供低计,,\n",
        )

        assert faults(report) == [
            (2, "台区编码", "hangs_on_nothing"),
            (3, "电压等级", "not_a_choice"),
            (3, "地址编码", "not_found"),
            (3, "抄表段编码", "not_found"),
            (4, "抄表顺序", "comes_only_with"),
            (5, "上级计量点编号", "not_found"),
        ]
        assert count(archive, UsagePoint) == 0

    def test_routes_of_one_cycle_agree(self, archive: Archive, load: Load, account: str) -> None:
        report = load(
            "routes",
            "抄表段编码,抄表段名称,抄表周期编码,抄表周期名称,抄表例日,单位编码\n"
            "R2,二段,C1,每月 1 日,5,GSE\nR3,三段,C2,双月,1,GSE\n",
        )

        assert faults(report) == [(2, "抄表例日", "cycle_facts_differ")]
        assert count(archive, ReadingRoute) == 1
