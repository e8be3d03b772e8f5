"""Finding customers by whatever is known of them, inside one's own units."""

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from tests.factories import archive as factory
from tests.factories.archive import Archive, found_customers

from dianke.application.listings.search import search_archive
from dianke.domain.customers import operations, rules
from dianke.domain.customers.types import CustomerKind, NewCustomer

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive() -> Archive:
    built = factory.build_archive()
    for name in ("张建国", "建国饭店", "李国强", "ABC纺织有限公司", "50%_折扣店"):
        kind = CustomerKind.PERSON if len(name) == 3 else CustomerKind.COMPANY
        factory.add_account(built, name=name, kind=kind)
    return built


def names(archive: Archive, text: str) -> list[str]:
    return [customer.name for customer in found_customers(text, actor=archive.actor)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("张", ["张建国"]),
        ("国", []),
        ("建国", ["张建国", "建国饭店"]),
        ("国饭", ["建国饭店"]),
        ("张建国", ["张建国"]),
        ("纺织有限", ["ABC纺织有限公司"]),
        ("zjg", ["张建国"]),
        ("zhangjianguo", ["张建国"]),
        ("Zhang Jian", ["张建国"]),
        ("jiang", ["建国饭店"]),
        ("abc", ["ABC纺织有限公司"]),
        ("abcfz", ["ABC纺织有限公司"]),
        ("bC纺", ["ABC纺织有限公司"]),
        ("Ａ", ["ABC纺织有限公司"]),
        ("%", []),
        ("0%_", ["50%_折扣店"]),
        ("___", []),
        ("%折扣", []),
        ("\\", []),
        ("  ", []),
        ("\0", []),
        ("' or 1=1 --", []),
    ],
)
def test_finds_by_name_and_pinyin(archive: Archive, text: str, expected: list[str]) -> None:
    assert names(archive, text) == expected


def test_finds_by_account_number(archive: Archive) -> None:
    account = factory.add_account(archive, name="赵敏")

    assert names(archive, account.number[:9])[-1] == "赵敏"
    assert names(archive, account.number) == ["赵敏"]


def test_shows_nothing_of_other_units(archive: Archive) -> None:
    clerk = factory.actor_of(archive.west, "archive.view")

    assert found_customers("张建国", actor=clerk) == []


def test_two_characters_are_answered_by_the_bigram_index(archive: Archive) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain select id from customers_customer where name_bigrams @> array['建国']")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "customer_name_bigrams" in plan


@pytest.mark.parametrize(
    "line",
    ["望湖路 8 号 3 幢 2 单元 502 室", "ＡＢＣ大厦 １２－３ 座", "  一\t二　三 ", "Ⅱ区㈱", "", "ÀÉ 路"],
)
def test_addresses_are_folded_alike_in_the_database_and_as_typed(line: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select fold_address(%s)", [line])
        stored = cursor.fetchone()[0]

    assert stored == rules.fold_address(line)


class TestSearchArchive:
    def test_finds_a_customer_by_meter_point_and_address(self, archive: Archive) -> None:
        account = factory.add_account(archive, name="钱多多")
        point = factory.add_point(archive, account=account, address="解放大道 15 号")
        meter = factory.install(archive, point)

        texts = (meter.asset_number, point.code, "解放大道", "放大", "解", account.number)
        found = [search_archive(actor=archive.actor, text=text, limit=20) for text in texts]

        assert [[hit.customer.name for hit in hits] for hits in found] == [["钱多多"]] * 6
        assert found[0][0].account_numbers == (account.number,)
        assert found[0][0].address == "解放大道 15 号"

    @pytest.mark.parametrize("text", ["大道15号3幢", "大道 15 号 3 座", "15号", "号3", "解放大道１５号", "道15号3栋b"])
    def test_finds_an_address_however_it_is_spaced_and_its_buildings_are_called(
        self, archive: Archive, text: str
    ) -> None:
        account = factory.add_account(archive, name="钱多多")
        factory.add_point(archive, account=account, address="解放大道 15 号 3 栋 B 座")

        assert [hit.customer.name for hit in search_archive(actor=archive.actor, text=text, limit=20)] == ["钱多多"]

    def test_finds_for_each_reader_in_the_own_units(self, archive: Archive) -> None:
        factory.add_account(archive, name="钱多多")
        clerk = factory.actor_of(archive.west, "archive.view")

        found = [
            search_archive(actor=actor, text="钱多多", limit=20) for actor in (archive.actor, clerk, archive.actor)
        ]

        assert [len(hits) for hits in found] == [1, 0, 1]

    def test_costs_four_queries_however_many_fit(
        self, archive: Archive, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(4):
            search_archive(actor=archive.actor, text="建国", limit=20)

    @pytest.mark.parametrize("count", [100, 101, 220])
    def test_shows_as_many_as_are_asked_for_of_very_many(self, archive: Archive, count: int) -> None:
        new = [
            NewCustomer(
                unit_id=archive.east.pk,
                number=f"V{number:04d}",
                name="欧阳春风",
                kind=CustomerKind.PERSON,
                since_date=factory.INSTALLED,
            )
            for number in range(count)
        ]
        keys = [row.pk for row in operations.add_customers(actor=archive.actor, customers=new)]

        few = search_archive(actor=archive.actor, text="春风", limit=20)
        all_of_them = search_archive(actor=archive.actor, text="春风", limit=500)

        assert [hit.customer.pk for hit in few] == keys[:20]
        assert [hit.customer.pk for hit in all_of_them] == keys
