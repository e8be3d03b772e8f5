"""Account managers and relations from files: every fault at once, what stands is left alone, good rows kept."""

from collections.abc import Callable
from datetime import date

import pytest
from tests.factories.archive import NOW, Archive, actor_of, add_account

from dianke.application.imports import batches
from dianke.application.imports.report import LoadReport
from dianke.domain.customers.models import AccountManagement, Customer, CustomerRelation
from dianke.domain.customers.rules.relations import RelationBook
from dianke.domain.customers.types import NewRelation, RelationKind
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity import operations as identity
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("looking at what a test left")
MANAGERS = "客户编号,客户经理登录名,起始日期\n"
RELATIONS = "客户编号,关系,对方客户编号,持股比例(%),起始日期,结束日期\n"
Load = Callable[..., LoadReport]


@pytest.fixture
def firms(archive: Archive) -> list[Customer]:
    """Return three customers of the east and one of the west; lin and mo look after the east, su has left."""
    post = identity.define_post(code="AM", name="客户经理", rights=["care.work", "care.view"])
    for login in ("lin", "mo", "su"):
        staff = identity.add_staff(login=login, name=login, unit=archive.root, password="correct horse battery")
        identity.assign_post(staff=staff, post=post, unit=archive.east, start=date(2025, 1, 1))
        if login == "su":
            type(staff).objects.for_actor(SYSTEM).filter(pk=staff.pk).update(active=False)
    units = (archive.east, archive.east, archive.east, archive.west)
    return [add_account(archive, name=f"企业{place}", unit=unit).customer for place, unit in enumerate(units)]


def list_managers() -> list[tuple[int, str, date, date | None]]:
    rows = AccountManagement.objects.for_actor(SYSTEM).select_related("manager").order_by("customer_id", "period")
    return [(one.customer_id, one.manager.login, one.period.lower, one.period.upper) for one in rows]


def list_faults(report: LoadReport) -> list[tuple[int, str]]:
    return [(fault.row, fault.code) for fault in report.faults]


class TestManagers:
    def test_come_and_take_over_from_their_day(self, load: Load, firms: list[Customer]) -> None:
        first, second = firms[:2]
        load("account-managers", f"{MANAGERS}{first.number},lin,2026-01-01\n{second.number},lin,2026-01-01\n")

        report = load("account-managers", f"{MANAGERS}{first.number},mo,2026-02-01\n{second.number},lin,2026-02-01\n")

        assert (report.stored, report.unchanged) == (1, 1)
        assert list_managers() == [
            (first.pk, "lin", date(2026, 1, 1), date(2026, 2, 1)),
            (first.pk, "mo", date(2026, 2, 1), None),
            (second.pk, "lin", date(2026, 1, 1), None),
        ]

    def test_every_fault_is_named_and_nothing_stored(self, load: Load, firms: list[Customer]) -> None:
        Customer.objects.for_actor(SYSTEM).filter(pk=firms[2].pk).update(merged_into=firms[0])
        rows = [
            f"{firms[0].number},lin,2026-01-01",
            f"{firms[0].number},mo,2026-01-01",
            "X9,lin,2026-01-01",
            f"{firms[1].number},su,2026-01-01",
            f"{firms[3].number},lin,2026-01-01",
            f"{firms[1].number},lin,2024-12-31",
            f"{firms[2].number},lin,2026-01-01",
            f"{firms[1].number},,2026-13-01",
        ]

        report = load("account-managers", MANAGERS + "\n".join(rows))

        found = list_faults(report)
        assert {(3, "comes_twice"), (4, "not_found"), (5, "not_found"), (6, "manager_may_not_work"),
                (8, "customer_merged"), (9, "value_missing"), (9, "date_impossible")} <= set(found)  # fmt: skip
        assert list_managers() == []
        assert all(fault.describe(language) for fault in report.faults for language in ("zh", "en"))

    def test_good_rows_are_kept_if_asked(self, load: Load, firms: list[Customer]) -> None:
        text = f"{MANAGERS}{firms[0].number},lin,2026-01-01\n{firms[3].number},lin,2026-01-01\n"

        report = load("account-managers", text, keep_good=True)

        assert (report.stored, report.rejected) == (1, 1)
        assert list_managers() == [(firms[0].pk, "lin", date(2026, 1, 1), None)]

    def test_only_within_the_units_of_who_loads(self, load: Load, archive: Archive, firms: list[Customer]) -> None:
        text = f"{MANAGERS}{firms[0].number},lin,2026-01-01\n"

        report = load("account-managers", text, actor=actor_of(archive.west, "care.assign"))
        with pytest.raises(PermissionRefused):
            load("account-managers", text, actor=actor_of(archive.east, "imports.load"))

        assert list_faults(report) == [(2, "not_found")]
        assert list_managers() == []


def list_relations() -> list[tuple[int, str, int, int | None]]:
    rows = CustomerRelation.objects.for_actor(SYSTEM).order_by("id")
    return list(rows.values_list("customer_id", "kind", "other_id", "share_e4"))


class TestRelations:
    def test_are_stored_once_mutual_ones_with_the_smaller_key_first(self, load: Load, firms: list[Customer]) -> None:
        one, two, three = firms[:3]
        text = (
            f"{RELATIONS}{one.number},上级公司,{two.number},51.25,2026-01-01,\n"
            f"{three.number},同一集团,{one.number},,2026-01-01,\n"
        )

        first, again = load("customer-relations", text), load("customer-relations", text)

        assert (first.stored, again.stored, again.unchanged) == (2, 0, 2)
        assert list_relations() == [(one.pk, "PARENT", two.pk, 5125), (one.pk, "SAME_GROUP", three.pk, None)]

    def test_every_fault_is_named_with_its_remedy(self, load: Load, firms: list[Customer]) -> None:
        one, two, three = firms[:3]
        rows = [
            f"{one.number},上级公司,{two.number},,2026-01-01,",
            f"{two.number},上级公司,{three.number},,2026-01-01,",
            f"{three.number},上级公司,{one.number},,2026-01-01,",
            f"{one.number},供货方,{one.number},,2026-01-01,",
            f"{one.number},担保方,{two.number},10,2026-01-01,",
            f"{one.number},担保方,{three.number},,2026-01-01,2025-01-01",
            f"{one.number},上级公司,{two.number},,2026-06-01,",
            f"{one.number},上级公司,X9,101,2026-06-01,",
        ]

        report = load("customer-relations", RELATIONS + "\n".join(rows))

        assert list_faults(report) == [
            (4, "relation_wrong"), (5, "relation_wrong"), (6, "relation_wrong"), (7, "relation_wrong"),
            (8, "relation_wrong"), (9, "number_too_large"), (9, "not_found"),
        ]  # fmt: skip
        columns = [fault.column for fault in report.faults[:5]]
        assert columns == ["对方客户编号", "对方客户编号", "持股比例(%)", "结束日期", "对方客户编号"]
        assert all(all(fault.describe(language)) for fault in report.faults for language in ("zh", "en"))
        assert list_relations() == []

    def test_a_loop_over_what_stands_is_seen(self, load: Load, firms: list[Customer]) -> None:
        one, two, three = firms[:3]
        load("customer-relations", f"{RELATIONS}{one.number},上级公司,{two.number},,2026-01-01,\n")

        text = (
            f"{RELATIONS}{two.number},上级公司,{three.number},,2026-01-01,\n"
            f"{three.number},上级公司,{one.number},,2026-01-01,\n"
        )
        report = load("customer-relations", text, keep_good=True)

        assert (report.stored, list_faults(report)) == (1, [(3, "relation_wrong")])
        assert len(list_relations()) == 2

    def test_neighbouring_times_of_one_pair_stand(self) -> None:
        facts = {"customer_id": 1, "other_id": 2, "kind": RelationKind.LANDLORD}
        old = NewRelation(**facts, start_date=date(2025, 1, 1), end_date=date(2026, 1, 1))  # type: ignore[arg-type]
        book = RelationBook([old])

        assert book.find_obstacle(NewRelation(**facts, start_date=date(2026, 1, 1))) is None  # type: ignore[arg-type]
        assert book.find_obstacle(NewRelation(**facts, start_date=date(2025, 12, 31))) is not None  # type: ignore[arg-type]
        assert book.holds(old)

    def test_a_batch_is_taken_out_again(self, archive: Archive, firms: list[Customer], tmp_path: object) -> None:
        text = f"{RELATIONS}{firms[0].number},出租方,{firms[1].number},,2026-01-01,\n"
        options = {"actor": archive.actor, "at": NOW, "data_dir": tmp_path}
        batch = batches.bring_file(
            table="customer-relations", file_name="关系.csv", content=text.encode(), size_limit=2**20, **options
        )
        batches.begin_check(actor=archive.actor, batch_id=batch.pk, at=NOW)
        batches.carry_out(batch_id=batch.pk, size_limit=2**20, **options)
        batches.begin_load(actor=archive.actor, batch_id=batch.pk, keep_good=False, at=NOW)
        batches.carry_out(batch_id=batch.pk, size_limit=2**20, **options)
        assert len(list_relations()) == 1

        batches.undo_batch(actor=archive.actor, batch_id=batch.pk, reason="装错了", at=NOW)

        assert list_relations() == []
