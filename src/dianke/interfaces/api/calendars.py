"""The calendar of reading and billing: the cycles, and the planned days with what became of them."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from dianke.domain.billing.queries import calendars
from dianke.domain.billing.queries.calendars import DayProgress
from dianke.domain.readings import queries
from dianke.domain.readings.models import PlannedDay, ReadingCycle
from dianke.domain.readings.types import CalendarStep
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.kernel.clock import SystemClock

VIEW = "readings.view_calendar"

router = Router(tags=["calendar"])

_Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class DayQuery(PageQuery):
    """Which planned days: of a month, a cycle, a step, from a day on, before a day."""

    month: _Month | None = Field(None, description="YYYY-MM")
    cycle: Text = Field("", max_length=20, description="code of the reading cycle")
    step: CalendarStep | None = None
    from_date: date | None = Field(None, description="planned on or after this day")
    end_date: date | None = Field(None, description="planned before this day")


class CycleOut(Schema):
    """A reading cycle; `interim_days` are those on which large users are read within the month as well."""

    code: str
    name: str
    unit: str
    reading_day: int
    months_per_period: int
    interim_days: list[int]


class PlannedDayOut(Schema):
    """
    A step of a cycle's month, or of one of its readings, and how it stands.

    `is_tracked` is false for a step that nobody records, as the day of payment; `run` is the one that answers for it.
    """

    cycle: str
    month: date
    stage: int
    stages: int
    step: CalendarStep
    planned_date: date
    template_date: date
    moved_by: str
    reason: str
    due_at: datetime
    done_at: datetime | None
    is_tracked: bool
    is_late: bool
    run: str | None


@router.get("/reading-cycles", response={200: PageOf[CycleOut], **REFUSALS}, summary="List reading cycles")
def list_reading_cycles(request: HttpRequest, page: Query[PageQuery]) -> dict[str, Any]:
    """Return the cycles of the caller's units, and those above that routes of theirs belong to, by key."""
    rows = queries.filter_visible_cycles(actor=actor_with(request, VIEW))
    return page_of(request, rows, page, _draw_cycle)


@router.get("/planned-days", response={200: PageOf[PlannedDayOut], **REFUSALS}, summary="List planned days")
def list_planned_days(request: HttpRequest, page: Query[DayQuery]) -> dict[str, Any]:
    """Return planned days by key, each beside what became of it."""
    actor = actor_with(request, VIEW)
    wanted = {
        "month": date.fromisoformat(f"{page.month}-01") if page.month else None,
        "cycle__code": page.cycle or None,
        "step": page.step.value if page.step else None,
        "planned_date__gte": page.from_date,
        "planned_date__lt": page.end_date,
    }
    rows = queries.filter_planned_days(actor=actor).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    found: dict[int, DayProgress] = {}

    def judge(days: Any) -> None:
        judged = calendars.judge_days(actor=actor, days=days, at=SystemClock().now())
        found.update({one.day.pk: one for one in judged})

    return page_of(request, rows, page, lambda day: _draw_day(day, found[day.pk]), prepare=judge)


def _draw_cycle(cycle: ReadingCycle) -> dict[str, Any]:
    return {
        "code": cycle.code,
        "name": cycle.name,
        "unit": cycle.unit.code,
        "reading_day": cycle.reading_day,
        "months_per_period": cycle.months_per_period,
        "interim_days": cycle.interim_days,
    }


def _draw_day(day: PlannedDay, progress: DayProgress) -> dict[str, Any]:
    state = progress.state
    return {
        "cycle": day.cycle.code,
        "month": day.month,
        "stage": day.stage,
        "stages": day.stages,
        "step": day.step,
        "planned_date": day.planned_date,
        "template_date": day.template_date,
        "moved_by": day.moved_by,
        "reason": day.reason,
        "due_at": state.due_at,
        "done_at": state.done_at,
        "is_tracked": state.is_tracked,
        "is_late": state.is_late,
        "run": progress.run_number or None,
    }
