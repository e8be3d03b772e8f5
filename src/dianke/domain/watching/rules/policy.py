"""What watch lists go by: whole numbers by list, the house's own or what two persons approved; dated."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from dianke.domain.watching.types import WatchLevel, WatchList
from dianke.kernel.errors import DomainError

SCHEMA = "watching/v1"
GENERAL = "GENERAL"
_MOST = 1_000_000
# (list, the smaller figure, the larger one): what must not be larger than what.
_ORDER = (
    (WatchList.FALLING_USE.value, "keep_percent", "watch_percent"),
    (WatchList.FALLING_USE.value, "watch_percent", "alarm_percent"),
    (WatchList.IDLE_CAPACITY.value, "alarm_demand_percent", "watch_demand_percent"),
    (WatchList.IDLE_CAPACITY.value, "watch_demand_percent", "keep_demand_percent"),
    (WatchList.IDLE_CAPACITY.value, "alarm_energy_percent", "watch_energy_percent"),
    (WatchList.IDLE_CAPACITY.value, "watch_energy_percent", "keep_energy_percent"),
    (WatchList.COMPLAINTS.value, "complaints", "alarm_complaints"),
)
SWITCHES = frozenset({(GENERAL, "alarm_breaks_rest"), (WatchList.FALLING_USE.value, "class_corrected")})
_PERCENT = "_percent"

Figures = Mapping[str, Mapping[str, int]]


class UnableToSetThresholds(DomainError):
    """Thresholds that do not do."""

    code = "watching.unable_to_set_thresholds"
    message = "these thresholds do not do: {reason}"


@dataclass(frozen=True, slots=True)
class WatchPolicy:
    """What is in force from a day on, by list."""

    valid_from: date
    figures: Figures

    def get(self, watch_list: WatchList, name: str) -> int:
        """Return a figure of a list."""
        return self.figures[watch_list.value][name]

    def get_general(self, name: str) -> int:
        """Return a figure that all lists share."""
        return self.figures[GENERAL][name]

    def count_due_days(self, watch_list: WatchList, level: WatchLevel) -> int:
        """Return within how many days an entry is to be worked on."""
        return self.get(watch_list, "alarm_days" if level is WatchLevel.ALARM else "watch_days")


@cache
def get_house_policy() -> WatchPolicy:
    """Return what the product brings."""
    path = resources.files("dianke.domain.watching") / "data" / "watching.toml"
    content = tomllib.loads(path.read_text("utf-8"))
    names = [GENERAL, *[one.value for one in WatchList]]
    return WatchPolicy(content["valid_from"], {name: dict(content[name]) for name in names})


def find_policy(approved: Sequence[WatchPolicy], *, on: date) -> WatchPolicy:
    """Return what is in force on a day: the last approved of those that began, else the house's own."""
    held = [one for one in approved if one.valid_from <= on]
    return max(held, key=lambda one: one.valid_from) if held else get_house_policy()


def check_figures(given: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """
    Return whole figures of all lists: those given, and those of the house where none is.

    :raises UnableToSetThresholds: if one is unknown, no whole number in its bounds, or they contradict each other
    """
    house = get_house_policy().figures
    for group, figures in given.items():
        for name in figures:
            if group not in house or name not in house[group]:
                raise UnableToSetThresholds(field=f"{group}.{name}", reason=f"{group}.{name} is unknown")
    made = {
        group: {name: _read(group, name, given.get(group, {}).get(name, value)) for name, value in figures.items()}
        for group, figures in house.items()
    }
    for group, smaller, larger in _ORDER:
        if made[group][smaller] > made[group][larger]:
            reason = f"{group}.{smaller} is larger than {group}.{larger}"
            raise UnableToSetThresholds(field=f"{group}.{smaller}", reason=reason)
    return made


def _read(group: str, name: str, value: Any) -> int:
    field = f"{group}.{name}"
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnableToSetThresholds(field=field, reason=f"{field} is no whole number")
    most = 1 if (group, name) in SWITCHES else 100 if name.endswith(_PERCENT) else _MOST
    # Nothing but a switch is ever nought: a list that is meant to be off has a threshold that nobody reaches.
    least = 0 if (group, name) in SWITCHES else 1
    if not least <= value <= most:
        raise UnableToSetThresholds(field=field, reason=f"{field} is not from {least} to {most}")
    return value
