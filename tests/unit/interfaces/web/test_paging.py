"""Cursors of lists paged by key; the pages themselves are tried on a database in tests/module."""

from datetime import date

import pytest

from dianke.interfaces.web.components.paging import Cursor, CursorNotReadable


def test_cursor_comes_back_from_an_address_as_it_went_in() -> None:
    text = Cursor(values=(date(2026, 1, 31), 4200118036), backwards=True).encode()

    assert Cursor.decode(text, length=2) == Cursor(values=("2026-01-31", 4200118036), backwards=True)
    assert text.isascii()
    assert not set(text) & set("+/=&?#%")


@pytest.mark.parametrize("text", ["x", "WzA", "bnVsbA", "e30", "W10", "WzEsMl0", "W2ZhbHNlLFtdXQ", "中", "%00"])
def test_damaged_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorNotReadable):
        Cursor.decode(text, length=1)


def test_cursor_of_another_list_is_refused() -> None:
    text = Cursor(values=("A", 1)).encode()

    with pytest.raises(CursorNotReadable):
        Cursor.decode(text, length=1)
