"""The buckets of ageing: dated data."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

# Beyond any debt.
_NEVER = 10**6


@dataclass(frozen=True, slots=True)
class Bucket:
    """Days after the due date, both ends included; NOT_DUE begins before all days."""

    code: str
    first_day: int
    last_day: int


def list_buckets(*, on: date) -> Sequence[Bucket]:
    """Return the buckets in force on a day, the youngest first."""
    return max((one for one in _list_versions() if one[0] <= on), key=lambda one: one[0])[1]


def find_bucket(*, days_overdue: int, on: date) -> str:
    """Return the code of the bucket that a debt belongs to."""
    return next(one.code for one in list_buckets(on=on) if one.first_day <= days_overdue <= one.last_day)


@cache
def _list_versions() -> tuple[tuple[date, tuple[Bucket, ...]], ...]:
    path = resources.files("dianke.domain.collection") / "data" / "ageing.toml"
    return tuple(
        (
            version["valid_from"],
            tuple(
                Bucket(one["code"], one.get("first_day", -_NEVER), one.get("last_day", _NEVER))
                for one in version["buckets"]
            ),
        )
        for version in tomllib.loads(path.read_text("utf-8"))["version"]
    )
