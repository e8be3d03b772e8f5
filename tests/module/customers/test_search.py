"""Finding customers by whatever is known of them, inside one's own units."""

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from tests.factories import archive as factory
from tests.factories.archive import Archive

from dianke.application.listings.search import search_archive
from dianke.domain.customers import operations, queries
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
    return [customer.name for customer in queries.search(actor=archive.actor, text=text)]


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


def test_pages_by_key_without_gap_or_repetition(archive: Archive) -> None:
    for _ in range(5):
        factory.add_account(archive, name="同名者")
    first = queries.search(actor=archive.actor, text="同名", limit=2)

    second = queries.search(actor=archive.actor, text="同名", limit=2, after=first[-1].pk)
    third = queries.search(actor=archive.actor, text="同名", limit=2, after=second[-1].pk)

    keys = [customer.pk for customer in (*first, *second, *third)]
    assert (len(keys), keys) == (5, sorted(set(keys)))


def test_shows_nothing_of_other_units(archive: Archive) -> None:
    clerk = factory.actor_of(archive.west, "archive.view")

    assert queries.search(actor=clerk, text="张建国") == []


def test_two_characters_are_answered_by_the_bigram_index(archive: Archive) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain select id from customers_customer where name_bigrams @> array['建国']")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "customer_name_bigrams" in plan


class TestSearchArchive:
    def test_finds_a_customer_by_meter_point_and_address(self, archive: Archive) -> None:
        account = factory.add_account(archive, name="钱多多")
        point = factory.add_point(archive, account=account, address="解放大道 15 号")
        meter = factory.install(archive, point)

        found = [
            search_archive(actor=archive.actor, text=text)
            for text in (meter.asset_number, point.code, "解放大道", "放大", "解", account.number)
        ]

        assert [[hit.customer.name for hit in page.hits] for page in found] == [["钱多多"]] * 6
        assert found[0].hits[0].account_numbers == (account.number,)
        assert found[0].hits[0].address == "解放大道 15 号"

    def test_tells_whether_there_is_more(self, archive: Archive) -> None:
        page = search_archive(actor=archive.actor, text="建国", limit=1)
        last = search_archive(actor=archive.actor, text="建国", limit=1, after=page.next_after or 0)

        assert [hit.customer.name for hit in (*page.hits, *last.hits)] == ["张建国", "建国饭店"]
        assert last.next_after is None

    def test_costs_four_queries_however_many_fit(
        self, archive: Archive, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(4):
            search_archive(actor=archive.actor, text="建国")

    @pytest.mark.parametrize("count", [500, 501, 620])
    def test_shows_the_first_of_very_many_page_by_page(self, archive: Archive, count: int) -> None:
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

        first = search_archive(actor=archive.actor, text="春风", limit=20)
        later = search_archive(actor=archive.actor, text="春风", limit=20, after=keys[count - 11])

        assert [hit.customer.pk for hit in first.hits] == keys[:20]
        assert first.next_after == keys[19]
        assert [hit.customer.pk for hit in later.hits] == keys[-10:]
        assert later.next_after is None
