"""
Names and places that nobody bears.

Surnames are pairs of characters that are no Chinese surname, so that no name can be taken for a person's; the
town does not exist either. What is returned depends on the serial alone.
"""

TOWN = "云泽市"

_SURNAMES = (
    "青禾", "栖竹", "望溪", "听澜", "归云", "漱石", "临枫", "枕河",
    "拂柳", "揽月", "沐禾", "倚松", "问渠", "映岚", "照野", "穿林",
)  # fmt: skip
_GIVEN = (
    "知", "远", "衡", "宁", "川", "岚", "砚", "棠", "晏", "朗",
    "榆", "笙", "昀", "苒", "屿", "澈", "舟", "霁", "瑜",
)  # fmt: skip
_ESTATE_ROADS = ("望湖路", "白鹭街", "竹影路", "荷香路", "芦荡街", "归帆路", "月塘街", "橘洲路")
_OLD_TOWN_ROADS = ("青石巷", "柳林路", "南渡街", "鼓楼东街", "文庙巷")
_STRIDE = 7_919


def compose_person(serial: int) -> str:
    """Return the name of a person who does not exist: an invented surname and one or two characters."""
    # A stride without a common divisor walks through the pairs so that neighbours differ in both parts.
    place = serial * _STRIDE
    surname = _SURNAMES[place % len(_SURNAMES)]
    first = _GIVEN[place // len(_SURNAMES) % len(_GIVEN)]
    second = _GIVEN[place // (len(_SURNAMES) * len(_GIVEN)) % len(_GIVEN)]
    return f"{surname}{first}" if serial % 3 == 0 or first == second else f"{surname}{first}{second}"


def compose_estate_address(area: int, serial: int) -> str:
    """Return the address of a home in an estate area, both counted from 0."""
    road = _ESTATE_ROADS[area % len(_ESTATE_ROADS)]
    number = 6 + 2 * (area // len(_ESTATE_ROADS))
    building, flat = divmod(serial, 24)
    floor, door = divmod(flat, 4)
    return f"{TOWN}滨湖镇{road} {number} 号 {building + 1} 栋 {floor + 1}0{door + 1} 室"


def compose_old_town_address(bus: int, door: int) -> str:
    """Return the address of a customer at a node of the old town's network, doors counted from 0."""
    road = _OLD_TOWN_ROADS[bus % len(_OLD_TOWN_ROADS)]
    return f"{TOWN}城关镇{road} {bus + 1} 号{f'之{door}' if door else ''}"
