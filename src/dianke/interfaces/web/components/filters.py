"""Filters of a list as chips."""

from dataclasses import dataclass

from dianke.interfaces.web.components.page import Text


@dataclass(frozen=True)
class FilterChip:
    """One choice: what is set in the address when it is pressed, and whether it is in force."""

    label: Text
    url: str
    active: bool = False
    count: int | None = None
