"""Staged settlement: what a month is asked for in advance, in parts that sum to the fen, and what of it is covered."""

import tomllib
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib import resources

from dianke.domain.receivables.rules.agreements import split_evenly
from dianke.domain.receivables.types import StageBasis
from dianke.kernel.errors import DomainError

LAST_DAY = 31
MONTHS_OF_AVERAGE = 3


class NoStagePolicyInForce(DomainError):
    """The day lies before the first policy."""

    code = "receivables.no_stage_policy_in_force"
    message = "no policy for staged settlement is in force on {day}"


@dataclass(frozen=True, slots=True)
class StagePolicy:
    """What terms of staged settlement may be, and the words of its messages."""

    valid_from: date
    most_stages: int
    least_coefficient: Decimal
    most_coefficient: Decimal
    remind_days: int
    subject: str
    text: str
    late_text: str


@dataclass(frozen=True, slots=True)
class OpenStage:
    """A stage whose month is not billed yet."""

    key: int
    due_date: date
    amount_fen: int


def get_policy(*, day: date) -> StagePolicy:
    """
    Return the policy in force on a day.

    :raises NoStagePolicyInForce: if the day lies before the first
    """
    found = next((one for one in reversed(_read()) if one.valid_from <= day), None)
    if found is None:
        raise NoStagePolicyInForce(field="day", day=day)
    return found


def read_days(text: str) -> tuple[int, ...]:
    """Return the days of "6,16,26"; nothing if it is no list of different days in their order."""
    parts = [part.strip() for part in text.replace("、", ",").replace("，", ",").replace("/", ",").split(",")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        return ()
    days = tuple(int(part) for part in parts)
    return days if list(days) == sorted(set(days)) and 1 <= days[0] <= days[-1] <= LAST_DAY else ()


def find_due_dates(*, month: date, days: Sequence[int]) -> list[date]:
    """Return the days of a month; one that it has not is its last, and never stands twice."""
    last = monthrange(month.year, month.month)[1]
    return sorted({month.replace(day=min(day, last)) for day in days})


def compute_forecast(*, basis: StageBasis, billed_fen: Sequence[int], agreed_fen: int | None) -> int:
    """Return what a month is expected to come to, from the bills of the months before it, the newest first."""
    if basis is StageBasis.AGREED:
        return agreed_fen or 0
    taken = billed_fen[: 1 if basis is StageBasis.LAST_BILL else MONTHS_OF_AVERAGE]
    if not taken:
        return 0
    average = (Decimal(sum(taken)) / len(taken)).quantize(Decimal(1), ROUND_HALF_UP)
    return max(int(average), 0)


def split_month(*, forecast_fen: int, coefficient: Decimal, count: int) -> list[int]:
    """Return the amounts of the stages of a month, the last with the fen that are left; none if there is too little."""
    total_fen = int((forecast_fen * coefficient).quantize(Decimal(1), ROUND_HALF_UP))
    return split_evenly(amount_fen=total_fen, count=count) if total_fen >= count else []


def cover(*, stages: Sequence[OpenStage], prepaid_fen: int) -> dict[int, int]:
    """Return what of each stage the prepayment covers, by key: the one due first is covered first."""
    found = {}
    for stage in sorted(stages, key=lambda one: (one.due_date, one.key)):
        found[stage.key] = min(max(prepaid_fen, 0), stage.amount_fen)
        prepaid_fen -= found[stage.key]
    return found


@cache
def _read() -> tuple[StagePolicy, ...]:
    text = resources.files("dianke.domain.receivables").joinpath("data", "stages.toml").read_text("utf-8")
    found = [
        StagePolicy(
            least_coefficient=Decimal(version.pop("least_coefficient")),
            most_coefficient=Decimal(version.pop("most_coefficient")),
            **version,
        )
        for version in tomllib.loads(text)["version"]
    ]
    return tuple(sorted(found, key=lambda one: one.valid_from))
