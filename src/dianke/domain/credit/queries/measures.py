"""Measures by grade: the table in force on a day, and what a grade asks for."""

from datetime import date

from django.db.models import QuerySet

from dianke.domain.credit.models import MeasureTable
from dianke.domain.credit.rules.measures import GradeMeasures, Measures, get_house_measures, read_measures
from dianke.domain.credit.types import MeasureTableState
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("reading the measures of grades")


def get_measures(*, on: date) -> Measures:
    """Return the table in force on a day: the approved one that began last, else the one the product brings."""
    rows = MeasureTable.objects.for_actor(_SYSTEM).filter(state=MeasureTableState.APPROVED.value, valid_from__lte=on)
    found = rows.order_by("-valid_from", "-decided_at", "-id").first()
    return get_house_measures() if found is None else read_measures(valid_from=found.valid_from, content=found.content)


def find_measures(*, grade: str, on: date) -> GradeMeasures:
    """Return what a grade asks for on a day; `needs_manager_for_capacity` decides on more capacity."""
    return get_measures(on=on).find(grade)


def list_reminder_days(*, on: date) -> dict[str, int]:
    """Return by how many days reminders go earlier, for the grades where they do."""
    return {
        one.grade: one.reminder_days_earlier for one in get_measures(on=on).grades.values() if one.reminder_days_earlier
    }


def list_tables(*, actor: Scope) -> list[MeasureTable]:
    """Return every proposed, approved and refused table, the newest first."""
    rows: QuerySet[MeasureTable] = MeasureTable.objects.for_actor(actor)
    return list(rows.order_by("-proposed_at", "-id"))


def find_proposed_table(*, actor: Scope, lock: bool = False) -> MeasureTable | None:
    """Return the table that waits for approval, or None."""
    rows: QuerySet[MeasureTable] = MeasureTable.objects.for_actor(actor).filter(state=MeasureTableState.PROPOSED.value)
    return (rows.select_for_update() if lock else rows).first()
