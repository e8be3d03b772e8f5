"""Plan against fact on the board of a run, and the due times that the home shows beside its work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dianke.domain.billing.models import BillRun
from dianke.domain.billing.queries import calendars
from dianke.domain.billing.rules.progress import due_at
from dianke.domain.readings import queries as readings
from dianke.domain.readings.models import CycleMonth, PlannedDay
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.readings import words
from dianke.interfaces.web.readings.calendar_views import draw_state
from dianke.platform.identity.types import Actor


@dataclass(frozen=True)
class PlanRow:
    """A step of the run's month: its day, when it was done, how it stands."""

    day: PlannedDay
    step: Text
    done_at: datetime | None
    chip: Chip


class DueTimes:
    """When the steps of some months are due; empty for months that nobody planned."""

    def __init__(self, actor: Actor, months: Sequence[CycleMonth]) -> None:
        days = readings.list_planned_days(actor=actor, months=sorted({month.month for month in months}))
        self._due = {(day.cycle_id, day.month, day.stage, day.step): due_at(day.planned_date) for day in days}

    def of(self, month: CycleMonth, step: str) -> datetime | None:
        """Return when a step of a month is due, or None."""
        return self._due.get((month.cycle_id, month.month, month.stage, step))


def list_plan(actor: Actor, run: BillRun, now: datetime) -> list[PlanRow]:
    """Return plan and fact of the month that a run bills."""
    found = calendars.list_progress_of_run(actor=actor, run=run, at=now)
    return [PlanRow(one.day, words.STEPS[one.day.step], one.state.done_at, draw_state(one, now)) for one in found]
