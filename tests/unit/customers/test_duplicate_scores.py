"""How alike two customers are."""

from dianke.domain.customers.rules.duplicates import (
    ALMOST_SURE,
    SUSPICIOUS,
    Likeness,
    Traits,
    compare,
    fold_name,
    measure_likeness,
)
from dianke.domain.customers.types import CustomerKind

PERSON, COMPANY = CustomerKind.PERSON, CustomerKind.COMPANY


def person(name: str = "王晓明", **traits: object) -> Traits:
    return Traits(name=name, kind=PERSON, **traits)  # type: ignore[arg-type]


def test_same_identity_number_settles_it_whatever_the_name() -> None:
    verdict = compare(person("王晓明", identity=b"a"), person("王小明", identity=b"a"))

    assert verdict.score == 100
    assert Likeness.IDENTITY in verdict.reasons


def test_same_name_alone_is_no_suspicion_of_a_person() -> None:
    assert compare(person(), person()).score == 35 < SUSPICIOUS


def test_same_name_of_a_company_is_a_suspicion() -> None:
    one = Traits(name="云泽东工机械有限公司", kind=COMPANY)
    other = Traits(name="云泽东工机械有限责任公司", kind=COMPANY)

    assert compare(one, other).score == 60


def test_same_name_at_the_same_place_is_almost_sure() -> None:
    place = frozenset({"望湖路 8 号 502 室"})
    verdict = compare(person(addresses=place), person(addresses=frozenset({"望湖路8号502室"})))

    assert verdict.score == 80 == ALMOST_SURE
    assert verdict.reasons == (Likeness.NAME_SAME, Likeness.PLACE_SAME)


def test_same_phone_and_name_are_almost_sure() -> None:
    phones = frozenset({b"p"})

    assert compare(person(phones=phones), person(phones=phones)).score == 80


def test_neighbours_of_other_names_are_no_suspicion() -> None:
    one = person("王晓明", addresses=frozenset({"云泽市滨湖镇望湖路 8 号 3 栋 501 室"}))
    other = person("李向东", addresses=frozenset({"云泽市滨湖镇望湖路 8 号 3 栋 502 室"}))

    verdict = compare(one, other)

    assert verdict.reasons == (Likeness.PLACE_LIKE,)
    assert verdict.score == 20


def test_other_identity_numbers_speak_against_a_duplicate() -> None:
    place = frozenset({"望湖路 8 号"})
    verdict = compare(person(identity=b"a", addresses=place), person(identity=b"b", addresses=place))

    assert verdict.score == 20
    assert Likeness.IDENTITY_DIFFERS in verdict.reasons


def test_one_wrong_character_of_a_long_name_is_still_alike() -> None:
    assert measure_likeness("云泽东工机械", "云泽东工机诫") == 0.8
    assert measure_likeness("王", "李") == 0.0


def test_words_that_companies_share_do_not_count() -> None:
    assert fold_name("云泽 东工机械（集团）有限公司") == "云泽东工机械(集团)"
    assert fold_name("有限公司") == "有限公司"
