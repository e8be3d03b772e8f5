"""An address line is composed of its parts."""

from dianke.domain.customers.rules.addresses import (
    ADDRESS_LENGTH,
    compose_address,
    drop_room,
    find_parts_obstacle,
    fold_address,
)
from dianke.domain.customers.types import AddressParts

HOME = AddressParts(
    region="云泽市", town="滨湖镇", road="望湖路", house_number="8", building="3", entrance="1", room="502"
)


def test_bare_numbers_get_their_words() -> None:
    assert compose_address(HOME) == "云泽市滨湖镇望湖路 8 号 3 栋 1 单元 502 室"


def test_words_that_are_written_are_not_written_twice() -> None:
    parts = AddressParts(road="望湖路", house_number="8弄", building="东座", entrance="二单元", room="502室")

    assert compose_address(parts) == "望湖路 8弄 东座 二单元 502室"


def test_parts_that_are_missing_leave_no_gap() -> None:
    assert compose_address(AddressParts(region="云泽市", road="青石巷", room="2")) == "云泽市青石巷 2 室"
    assert compose_address(AddressParts()) == ""


def test_blanks_and_words_for_a_building_do_not_tell_two_addresses_apart() -> None:
    assert fold_address("望湖路 8 号 3 幢") == fold_address("望湖路8号3栋")


def test_neighbours_share_the_line_down_to_the_building() -> None:
    assert drop_room("望湖路 8 号 3 栋 502 室") == "望湖路 8 号 3 栋"
    assert drop_room("望湖路8号3栋502室") == "望湖路8号3栋"
    assert drop_room("青石巷 12 号") == "青石巷 12 号"


def test_division_code_of_five_digits_is_refused() -> None:
    assert find_parts_obstacle(AddressParts(division_code="42010")) == "a division code has six digits"
    assert find_parts_obstacle(AddressParts(division_code="420106")) is None


def test_parts_that_are_too_long_together_cannot_stand() -> None:
    # " 1 室" takes four of the 200.
    fitting = AddressParts(region="甲" * (ADDRESS_LENGTH - 4), room="1")
    longer = AddressParts(region="甲" * (ADDRESS_LENGTH - 3), room="1")

    assert find_parts_obstacle(fitting) is None
    assert find_parts_obstacle(longer) == "the whole address is longer than 200 characters"
