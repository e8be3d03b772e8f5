"""How the history of new rows is written: once for all rows of a statement."""

import copy
from typing import Any, Self

import pghistory
import pgtrigger


class InsertAtOnce(pghistory.InsertEvent):
    """
    Writes the history of all rows that a statement adds by one statement of its own.

    A trigger a row took more than half of the time of a bulk load; one a statement takes a sixth of it.
    """

    level: Any = pgtrigger.Statement

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Copy the tracker but not what it holds: pgtrigger knows its levels and operations by identity."""
        return copy.copy(self)
