"""How much of what a plan bills was tried under a proposed version of it, by month, and whether that is enough."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from functools import cache
from importlib import resources

from dianke.kernel.errors import DomainError


class NoTrialCoverageInForce(DomainError):
    """The day lies before the first rule."""

    code = "billing.no_trial_coverage_in_force"
    message = "no share that trials must cover is in force on {day}"


@dataclass(frozen=True, slots=True)
class FinishedTrial:
    """A finished trial: the tree path of its unit, its class (empty: all), bills that got a price and that did not."""

    number: int
    month: date
    unit_path: str
    usage_class: str
    priced_bills: int
    unpriced_bills: int

    @property
    def tried_bills(self) -> int:
        """Return how many bills of the plan it went through."""
        return self.priced_bills + self.unpriced_bills

    def covers(self, other: "FinishedTrial") -> bool:
        """Tell whether it looked at every bill that another looked at."""
        is_wider = other.unit_path.startswith(self.unit_path) and self.usage_class in {"", other.usage_class}
        return is_wider and self.month == other.month


@dataclass(frozen=True, slots=True)
class Coverage:
    """The month of which most was tried: bills tried, bills issued of the plan, and how many of them are wanted."""

    month: date
    tried_bills: int
    issued_bills: int
    wanted_bills: int

    @property
    def suffices(self) -> bool:
        """Tell whether enough of the month was tried."""
        return self.tried_bills >= self.wanted_bills


def count_tried(trials: Sequence[FinishedTrial]) -> dict[date, int]:
    """Return how many bills of each month trials went through, none counted twice; a month without a price is out."""
    found: dict[date, int] = {}
    for month in {one.month for one in trials if one.priced_bills}:
        own = _drop_covered([one for one in trials if one.month == month])
        # A trial of one class and a trial of all at another unit may meet the same bills: never both kinds together.
        kinds = [[one for one in own if bool(one.usage_class) is has_class] for has_class in (False, True)]
        found[month] = max(sum(one.tried_bills for one in kind) for kind in kinds)
    return found


def find_best(*, tried: Mapping[date, int], issued: Mapping[date, int], on: date) -> Coverage | None:
    """Return the month of which most was tried, the newer of equals, or None if nothing was."""
    share = get_least_share(on)
    found = [
        Coverage(month, tried[month], issued[month], int((issued[month] * share).to_integral_value(ROUND_CEILING)))
        for month in sorted(tried, reverse=True)
        if issued.get(month)
    ]
    return max(found, key=lambda one: (one.suffices, Decimal(one.tried_bills) / one.issued_bills), default=None)


def get_least_share(on: date) -> Decimal:
    """
    Return which share of a plan's bills of a month trials must have gone through.

    :raises NoTrialCoverageInForce: if the day lies before the first rule
    """
    for valid_from, share in reversed(_read()):
        if valid_from <= on:
            return share
    raise NoTrialCoverageInForce(field="on", day=on)


def _drop_covered(trials: Iterable[FinishedTrial]) -> list[FinishedTrial]:
    kept: list[FinishedTrial] = []
    # The wider first; of two that are equally wide the newer, which knows of bills issued in between.
    for one in sorted(trials, key=lambda one: (len(one.unit_path), bool(one.usage_class), -one.number)):
        if not any(other.covers(one) for other in kept):
            kept.append(one)
    return kept


@cache
def _read() -> tuple[tuple[date, Decimal], ...]:
    path = resources.files("dianke.domain.billing") / "data" / "trials.toml"
    versions = tomllib.loads(path.read_text("utf-8"))["version"]
    return tuple(sorted((one["valid_from"], Decimal(one["least_share"])) for one in versions))
