"""Acts on many rows of a list: what will happen is shown before it happens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from dianke.interfaces.web.components.page import Text
from dianke.platform.identity.types import Actor

BULK_LIMIT = 1_000


@dataclass(frozen=True)
class Skipped:
    """A row that the act leaves alone, and why."""

    row: Any
    reason: Text


@dataclass(frozen=True)
class BulkPlan:
    """What an act would do with the rows chosen."""

    todo: Sequence[Any]
    skipped: Sequence[Skipped] = ()


@dataclass(frozen=True)
class BulkAction:
    """
    An act on the rows chosen: `plan` says which it fits, `carry_out` does it and returns what to say.

    `plan(actor, rows)` writes nothing; `carry_out(actor, rows, values)` is given the rows that the plan left and
    the cleaned values of `form`, calls one use case and returns the message. `consequence(count)` is the sentence
    that the person confirms. `undo(actor, rows, values)` may return an address that takes the act back.
    """

    key: str
    label: Text
    right: str
    plan: Callable[[Actor, Sequence[Any]], BulkPlan]
    carry_out: Callable[[Actor, Sequence[Any], dict[str, Any]], str]
    consequence: Callable[[int], Text]
    form: type[forms.Form] | None = None
    danger: bool = False
    undo: Callable[[Actor, Sequence[Any], dict[str, Any]], str] | None = None
