"""
Markup that many pages have in common, kept by what it depends on.

The frame of a page (menu, head, keys) took longer to draw than the page itself. A piece is kept under every value
that it is drawn from, so that it never has to be thrown away because something changed: it is then another piece.
"""

from collections.abc import Callable, Hashable
from urllib.parse import quote_plus

from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import get_language

# Pieces are a few kilobytes; the oldest goes when there are too many.
LIMIT = 2_000
# Stands in a piece for what a reader typed, so that the piece is drawn once for all that is typed; nobody types it.
TYPED = "\ue0f1"

_pieces: dict[tuple[Hashable, ...], str] = {}


def keep_markup(*depends_on: object, draw: Callable[[], str]) -> str:
    """Return the piece drawn from these values in the language of the page; drawn once."""
    key = (get_language(), *(_freeze(value) for value in depends_on))
    found = _pieces.get(key)
    if found is None:
        found = _pieces[key] = draw()
        while len(_pieces) > LIMIT:
            # Another thread may have been first.
            _pieces.pop(next(iter(_pieces)), None)
    return found


def write_typed(markup: str, text: str) -> str:
    """Return the markup with what was typed in the place of its stand-in, in texts and in addresses."""
    return markup.replace(quote_plus(TYPED), quote_plus(text)).replace(TYPED, escape(text)) if text else markup


def _freeze(value: object) -> Hashable:
    # Thousands of values a page are plain texts.
    if type(value) is str:
        return value
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, list | tuple):
        return tuple(_freeze(one) for one in value)
    if isinstance(value, str | int | bool | frozenset | None):
        return value
    msg = f"a piece of markup cannot be kept by a {type(value).__name__}"
    raise TypeError(msg)
