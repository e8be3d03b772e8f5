"""Reads the `expect` lists of case files: paths, decimals, and null for refused."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.twin.numbers import half_up

_STEP = re.compile(r"(?P<name>[a-z_]+)(?:\[code=(?P<code>[^\]]+)\])?(?:\.|$)")


def value_at(answer: dict[str, Any], path: str) -> Any:
    """Return what stands at a path such as `lines[code=energy.peak].amount`, or None."""
    at: Any = answer
    position = 0
    while position < len(path):
        step = _STEP.match(path, position)
        if step is None:
            raise ValueError(path)
        position = step.end()
        at = at.get(step["name"]) if isinstance(at, dict) else None
        if step["code"] is not None:
            at = next((line for line in at or [] if line["code"] == step["code"]), None)
    return at


def mismatches(answer: dict[str, Any], expect: list[dict[str, Any]]) -> list[str]:
    """Return one sentence for each expectation that the answer does not meet."""
    wrong = []
    for item in expect:
        found = value_at(answer, item["path"])
        wanted = item["value"]
        if wanted is None or found is None:
            same = wanted is None and found is None
        elif "decimals" in item:
            same = _rounded(found, item["decimals"]) == _rounded(wanted, item["decimals"])
        else:
            same = found == wanted
        if not same:
            wrong.append(f"{item['path']}: {found} instead of {wanted}")
    return wrong


def _rounded(value: Any, decimals: int) -> Fraction:
    return half_up(Fraction(Decimal(value)), decimals)
