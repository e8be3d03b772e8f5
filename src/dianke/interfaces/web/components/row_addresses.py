"""Addresses of the rows of a list: fifty times the same one but for a key."""

from functools import cache
from urllib.parse import quote

from django.urls import reverse


def address_row(url_name: str, key: str | int) -> str:
    """Return what `reverse(url_name, args=[key])` would, where all keys of the list are of one kind."""
    front, back = _split(url_name, isinstance(key, int))
    return f"{front}{quote(str(key), safe=_SAFE)}{back}"


# What Django leaves as it is in a part of an address.
_SAFE = "/~:@!$&'()*+,;="
# Stands for a key of letters and figures, or of figures only.
_MARKS = {False: "0000000000", True: 9_999_999_999}


@cache
def _split(url_name: str, is_number: bool) -> tuple[str, str]:
    mark = _MARKS[is_number]
    front, found, back = reverse(url_name, args=[mark]).partition(str(mark))
    if not found:
        raise LookupError(url_name)
    return front, back
