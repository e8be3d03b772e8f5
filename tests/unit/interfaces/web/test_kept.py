"""Markup kept by what it is drawn from."""

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy

from dianke.interfaces.web.components import kept


def test_piece_is_drawn_once_for_the_same_values() -> None:
    drawn: list[str] = []

    def draw() -> str:
        drawn.append("")
        return f"piece {len(drawn)}"

    pieces = [kept.keep_markup("test once", 1, ["a", ("b", None)], draw=draw) for _ in range(3)]

    assert pieces == ["piece 1", "piece 1", "piece 1"]


def test_another_value_or_another_language_is_another_piece() -> None:
    drawn: list[str] = []

    def draw() -> str:
        drawn.append("")
        return f"piece {len(drawn)}"

    pieces = [kept.keep_markup("test others", value, draw=draw) for value in (1, 2)]
    with translation.override("en"):
        pieces.append(kept.keep_markup("test others", 1, draw=draw))

    assert pieces == ["piece 1", "piece 2", "piece 3"]


def test_lazy_words_count_as_what_they_say() -> None:
    lazy = gettext_lazy("Customers")

    first = kept.keep_markup("test lazy", lazy, draw=lambda: "first")

    assert kept.keep_markup("test lazy", str(lazy), draw=lambda: "second") == first


def test_value_that_can_change_under_the_piece_is_refused() -> None:
    with pytest.raises(TypeError, match="dict"):
        kept.keep_markup("test", {}, draw=lambda: "")


def test_number_of_pieces_is_limited() -> None:
    for number in range(kept.LIMIT + 10):
        kept.keep_markup("test limit", number, draw=lambda: "")

    assert len(kept._pieces) == kept.LIMIT
