"""The strip of figures at the head of a page."""

from dataclasses import dataclass

from dianke.interfaces.web.components.page import Text


@dataclass(frozen=True)
class Figure:
    """
    One figure: the caption carries the unit, the context is one line below.

    `value` is formatted already; `of` is the small "/ 412" beside it; `ratio` (0 to 1) draws a bar below.
    """

    caption: Text
    value: str
    of: Text = ""
    context: Text = ""
    ratio: float | None = None
    url: str = ""

    @property
    def percent(self) -> str:
        """Return the width of the bar, as style sheets write numbers in every language."""
        return f"{min(max(self.ratio or 0.0, 0.0), 1.0) * 100:.1f}"
