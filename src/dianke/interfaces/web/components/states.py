"""
Codes of the domain as words and colours.

The domain knows codes (`ISSUED`); what they are called and how they look is said once, here, by the folder of
pages that shows them.
"""

from collections.abc import Mapping
from dataclasses import replace

from dianke.interfaces.web.components.page import Chip, Text

_STATES: dict[str, dict[str, Chip]] = {}


class UnknownState(LookupError):
    """A code has no word; a page that showed the bare code would hide the gap."""


def register_states(kind: str, chips: Mapping[str, tuple[str, Text]]) -> None:
    """Say for each code of a kind which shape it has and what it is called."""
    _STATES[kind] = {code: Chip(shape, label) for code, (shape, label) in chips.items()}


def state_chip(kind: str, code: str, *, quiet: bool = False) -> Chip:
    """
    Return the chip of a code; `quiet` drops the tint, for long columns.

    :raises UnknownState: if the kind or the code was never registered
    """
    try:
        chip = _STATES[kind][code]
    except KeyError as error:
        msg = f"{kind} {code}"
        raise UnknownState(msg) from error
    return chip if chip.quiet is quiet else replace(chip, quiet=quiet)


def state_label(kind: str, code: str) -> str:
    """Return only the word of a code."""
    return str(state_chip(kind, code).label)
