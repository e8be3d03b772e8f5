"""How texts are looked up and names spelt."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.domain.customers import rules
from dianke.domain.customers.rules import SearchWay
from dianke.domain.customers.types import CustomerKind, NewAccount, NewLocation, UsageClass


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("", SearchWay.NOTHING),
        ("国", SearchWay.PREFIX),
        ("建国", SearchWay.BIGRAM),
        ("张建国", SearchWay.TRIGRAM),
        ("瑞丰纺织", SearchWay.TRIGRAM),
    ],
)
def test_the_length_of_a_text_decides_its_index(text: str, way: SearchWay) -> None:
    assert rules.choose_search_way(text) is way


@pytest.mark.parametrize(
    ("typed", "folded"), [("  张 建国 ", "张 建国"), ("ＡＢ１", "AB1"), ("\0", ""), ("张\t建国", "张 建国")]
)
def test_a_text_is_folded_before_it_is_looked_up(typed: str, folded: str) -> None:
    assert rules.fold_search_text(typed) == folded


@pytest.mark.parametrize(
    ("name", "kind", "initials", "full"),
    [
        ("张建国", CustomerKind.PERSON, "zjg", "zhangjianguo"),
        ("单永强", CustomerKind.PERSON, "syq", "shanyongqiang"),
        ("尉迟恭", CustomerKind.PERSON, "ycg", "yuchigong"),
        ("重庆长江有限公司", CustomerKind.COMPANY, "cqcjyxgs", "chongqingchangjiangyouxiangongsi"),
        ("ABC纺织(集团)", CustomerKind.COMPANY, "abcfzjt", "abcfangzhijituan"),
        ("吕绿", CustomerKind.PERSON, "ll", "lvlv"),
        ("", CustomerKind.PERSON, "", ""),
    ],
)
def test_names_are_spelt_as_people_type_them(name: str, kind: CustomerKind, initials: str, full: str) -> None:
    spelt = rules.spell_name(name, kind=kind)

    assert (spelt.initials, spelt.full) == (initials, full)


@given(st.text(max_size=120), st.sampled_from(CustomerKind))
def test_any_name_is_spelt_in_small_latin_letters_that_fit(name: str, kind: CustomerKind) -> None:
    spelt = rules.spell_name(name, kind=kind)

    assert spelt.full == rules.fold_pinyin(spelt.full)
    assert len(spelt.initials) <= rules.INITIALS_LENGTH
    assert len(spelt.full) <= rules.PINYIN_LENGTH


@pytest.mark.parametrize(
    ("text", "expected"),
    [("zjg", True), ("Zhang Jian'guo", True), ("abc123", True), ("123", False), ("张", False), ("a-b", False)],
)
def test_only_latin_letters_may_be_pinyin(text: str, expected: bool) -> None:
    assert rules.is_pinyin(text) is expected


def account(closed_date: date | None) -> NewAccount:
    return NewAccount(
        unit_id=1,
        customer_id=1,
        number="1",
        usage_class=UsageClass.RESIDENTIAL,
        opened_date=date(2025, 6, 1),
        closed_date=closed_date,
    )


@pytest.mark.parametrize("closed_date", [None, date(2025, 6, 1), date(2025, 6, 2)])
def test_an_account_may_close_from_the_day_it_opened(closed_date: date | None) -> None:
    assert rules.find_account_obstacle(account(closed_date)) is None


def test_an_account_does_not_close_before_it_opens() -> None:
    assert rules.find_account_obstacle(account(date(2025, 5, 31))) == "it closes before it opens"


@pytest.mark.parametrize(
    ("longitude", "latitude", "obstacle"),
    [
        (None, None, None),
        ("114.3", "30.6", None),
        ("180", "-90", None),
        ("114.3", None, "longitude and latitude come together"),
        ("180.000001", "30", "longitude lies between -180 and 180"),
        ("114", "90.000001", "latitude lies between -90 and 90"),
    ],
)
def test_a_place_lies_on_the_earth(longitude: str | None, latitude: str | None, obstacle: str | None) -> None:
    place = NewLocation(
        unit_id=1,
        code="L",
        address="A",
        longitude=Decimal(longitude) if longitude else None,
        latitude=Decimal(latitude) if latitude else None,
    )

    assert rules.find_location_obstacle(place) == obstacle
