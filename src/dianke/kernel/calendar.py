"""The working calendar of the Chinese mainland: weekends, public holidays, make-up working days."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from types import MappingProxyType

from dianke.kernel.errors import DomainError
from dianke.kernel.period import DatePeriod

SATURDAY = 5
_OFF = "off"
_MAKEUP = "makeup_workday"


class CalendarRowError(DomainError):
    """A row of a holiday table contradicts itself."""

    code = "calendar_row"
    message = "holiday table, line {line}: {reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A day on which the week does not decide whether people work."""

    day: date
    is_worked: bool
    name_en: str
    name_zh: str
    is_in_lieu: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingCalendar:
    """The special days of a run of years; days outside those years follow the week and are not `covered`."""

    special_days: Mapping[date, SpecialDay]
    first_year: int
    last_year: int

    def covers(self, day: date) -> bool:
        """Return whether the holidays of the day's year are loaded."""
        return self.first_year <= day.year <= self.last_year

    def is_working_day(self, day: date) -> bool:
        """Return whether people work; a year that is not loaded has only its weekends off."""
        special = self.special_days.get(day)
        return special.is_worked if special else day.weekday() < SATURDAY

    def is_public_holiday(self, day: date) -> bool:
        """Return whether the day is off by the yearly notice, days in lieu included."""
        special = self.special_days.get(day)
        return special is not None and not special.is_worked

    def next_working_day(self, day: date) -> date:
        """Return the first working day after the day."""
        return self.add_working_days(day, 1)

    def add_working_days(self, day: date, count: int) -> date:
        """Return the last of `count` working days, the first being the working day after `day`."""
        while count > 0:
            day += timedelta(days=1)
            count -= self.is_working_day(day)
        return day

    def count_working_days(self, period: DatePeriod) -> int:
        """Return how many days of a closed period are worked."""
        period.days()  # an open period has no count
        return sum(self.is_working_day(day) for day in period.each_day())


def read_calendar(lines: Iterable[str]) -> WorkingCalendar:
    """
    Return the calendar of a holiday table (columns: see data/README.md).

    :raises CalendarRowError: if a row names the wrong weekday, an unknown kind, a make-up day in the week,
        or a day twice
    """
    special: dict[date, SpecialDay] = {}
    for number, row in enumerate(csv.DictReader(lines), start=2):
        day = date.fromisoformat(row["date"])
        is_worked = row["kind"] == _MAKEUP
        if row["kind"] not in (_OFF, _MAKEUP):
            raise CalendarRowError(line=number, reason=f"unknown kind {row['kind']}")
        if int(row["iso_weekday"]) != day.isoweekday():
            raise CalendarRowError(line=number, reason=f"{day} is not weekday {row['iso_weekday']}")
        if is_worked and day.weekday() < SATURDAY:
            raise CalendarRowError(line=number, reason=f"{day} is worked anyway")
        if day in special:
            raise CalendarRowError(line=number, reason=f"{day} is listed twice")
        special[day] = SpecialDay(
            day=day,
            is_worked=is_worked,
            name_en=row["name_en"],
            name_zh=row["name_zh"],
            is_in_lieu=row["in_lieu_day"] == "1",
        )
    if not special:
        raise CalendarRowError(line=1, reason="the table is empty")
    years = {day.year for day in special}
    missing = set(range(min(years), max(years) + 1)) - years
    if missing:
        raise CalendarRowError(line=1, reason=f"no rows for {sorted(missing)}")
    return WorkingCalendar(special_days=MappingProxyType(special), first_year=min(years), last_year=max(years))


@cache
def load_mainland_calendar() -> WorkingCalendar:
    """Return the calendar that ships with the product (REG-HOLIDAYS-2023 to REG-HOLIDAYS-2026)."""
    table = resources.files("dianke.kernel").joinpath("data", "holidays.csv")
    with table.open(encoding="utf-8") as lines:
        return read_calendar(lines)
