"""An address line out of its parts."""

import re
import unicodedata

from dianke.domain.customers.types import AddressParts

# What a line of the archive holds.
ADDRESS_LENGTH = 200
_DIVISION = re.compile(r"[1-9][0-9]{5}", re.ASCII)
_ROOM = re.compile(r"\s*[^\s栋幢座楼号元]+\s*[室户房]$")
_UNITS = ("house_number", "building", "entrance", "room")
_WORDS = {"house_number": "号", "building": "栋", "entrance": "单元", "room": "室"}
# What is written for the word itself; then it is not written twice.
_KNOWN_ENDINGS = {
    "house_number": ("号", "弄", "院"),
    "building": ("栋", "幢", "座", "楼"),
    "entrance": ("单元", "门"),
    "room": ("室", "户", "房"),
}


def compose_address(parts: AddressParts) -> str:
    """
    Return the line of an address as it is printed: 云泽市滨湖镇望湖路 8 号 3 栋 1 单元 502 室.

    A bare number gets its word; what already ends in one is left.
    """
    line = "".join((parts.region, parts.town, parts.community, parts.road)).strip()
    pieces = [_write(name, getattr(parts, name).strip()) for name in _UNITS]
    return " ".join(piece for piece in (line, *pieces) if piece)


def fold_address(line: str) -> str:
    """
    Return an address as it is compared and searched: without blanks, full-width forms narrowed, words of units as one.

    The database's function of the same name makes the stored form.
    """
    folded = re.sub(r"\s+", "", unicodedata.normalize("NFKC", line))
    for word in ("幢", "座"):
        folded = folded.replace(word, "栋")
    return folded.lower()


def drop_room(line: str) -> str:
    """Return the line down to the building or the house: what neighbours share."""
    return _ROOM.sub("", line.strip())


def find_parts_obstacle(parts: AddressParts) -> str | None:
    """Return why parts cannot stand, or None."""
    if parts.division_code and not _DIVISION.fullmatch(parts.division_code):
        return "a division code has six digits"
    if len(compose_address(parts)) > ADDRESS_LENGTH:
        return "the whole address is longer than 200 characters"
    return None


def _write(name: str, text: str) -> str:
    if not text:
        return ""
    if text.endswith(_KNOWN_ENDINGS[name]):
        return text
    return f"{text} {_WORDS[name]}"
