"""The table of measures by grade: what a grade asks for, and what a proposal of another table may hold."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from dianke.domain.credit.types import Measure
from dianke.domain.customers.types import CreditGrade
from dianke.kernel.errors import DomainError

MOST_DAYS = 30


class MeasureTableUnreadable(DomainError):
    """A table of measures lacks a grade or names what nobody knows."""

    code = "credit.measure_table_unreadable"
    message = "the table of measures cannot be read: {reason}"


@dataclass(frozen=True, slots=True)
class GradeMeasures:
    """What a grade asks for."""

    grade: str
    reminder_days_earlier: int
    measures: tuple[Measure, ...]

    @property
    def needs_manager_for_capacity(self) -> bool:
        """Return whether more capacity needs the leave of a manager."""
        return Measure.MANAGER_FOR_CAPACITY in self.measures


@dataclass(frozen=True, slots=True)
class Measures:
    """What every grade asks for from a day on."""

    valid_from: date
    grades: Mapping[str, GradeMeasures]

    def find(self, grade: str) -> GradeMeasures:
        """Return what a grade asks for; who was never judged is asked for nothing."""
        return self.grades.get(grade, GradeMeasures(grade, 0, ()))

    def as_content(self) -> dict[str, Any]:
        """Return the table as it is stored."""
        return {
            one.grade: {"reminder_days_earlier": one.reminder_days_earlier, "measures": [str(m) for m in one.measures]}
            for one in self.grades.values()
        }


@cache
def get_house_measures() -> Measures:
    """Return the table that the product brings."""
    path = resources.files("dianke.domain.credit") / "data" / "measures.toml"
    version = tomllib.loads(path.read_text("utf-8"))["version"][0]
    return read_measures(valid_from=version["valid_from"], content=version["grades"])


def read_measures(*, valid_from: date, content: Mapping[str, Any]) -> Measures:
    """
    Return a table from its stored form.

    :raises MeasureTableUnreadable: if a grade is missing, a measure unknown, or reminders would go at odd times
    """
    try:
        grades = {
            grade.value: GradeMeasures(
                grade.value,
                int(content[grade.value]["reminder_days_earlier"]),
                tuple(Measure(one) for one in content[grade.value]["measures"]),
            )
            for grade in CreditGrade
        }
    except (KeyError, TypeError, ValueError) as fault:
        raise MeasureTableUnreadable(field="content", reason=f"{type(fault).__name__}: {fault}") from fault
    for one in grades.values():
        if not 0 <= one.reminder_days_earlier <= MOST_DAYS:
            raise MeasureTableUnreadable(
                field="reminder_days_earlier", reason=f"{one.reminder_days_earlier} days are not 0 to {MOST_DAYS}"
            )
    return Measures(valid_from, grades)
