"""The calendar for programs: cycles, and planned days with what became of them, page by page."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from django.core.cache import cache
from tests.factories import utility as factory
from tests.factories.billed import add_home, run_january
from tests.factories.utility import JANUARY, LATER, Utility
from tests.module.interfaces.api.conftest import Program, engage, give_token

from dianke.application import meter_to_cash, reading_calendars
from dianke.kernel.clock import SHANGHAI
from dianke.platform.org import operations as org
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db

BEFORE = datetime(2025, 12, 1, tzinfo=SHANGHAI)
RIGHT = "readings.view_calendar"
STEPS = ["READ_FROM", "READ_TO", "FREEZE", "CALCULATE", "REVIEW", "ISSUE", "PAYMENT_DUE"]


@pytest.fixture
def utility() -> Iterator[Utility]:
    """Build a utility whose January is planned and issued, and whose February is planned."""
    cache.clear()
    utility = factory.build_utility()
    add_home(utility, "1450")
    planner = factory.add_clerk(utility.root, "planner", ["readings.plan"])
    reading_calendars.generate_days(actor=planner, cycle_code="C1", first_month=JANUARY, months=2, at=BEFORE)
    run = run_january(utility)
    meter_to_cash.issue_run(actor=utility.issuer, number=run.number, at=LATER)
    yield utility
    cache.clear()


@pytest.fixture
def program(utility: Utility) -> Program:
    return give_token(utility, engage(utility.root, "chief", [RIGHT]), scopes=[RIGHT])


def test_cycles_are_listed(program: Program) -> None:
    (cycle,) = program.get("reading-cycles").json()["items"]

    assert (cycle["code"], cycle["unit"], cycle["reading_day"], cycle["interim_days"]) == ("C1", "0", 1, [])


def test_days_of_a_month_come_with_what_became_of_them(program: Program) -> None:
    days = program.get("planned-days", month="2026-01").json()["items"]

    done = {day["step"]: day["done_at"] is not None for day in days}
    assert sorted(done) == sorted(STEPS)
    assert [step for step in STEPS if not done[step]] == ["PAYMENT_DUE"]
    assert {day["run"] for day in days} == {days[0]["run"]}
    assert days[0]["run"]


def test_a_month_without_a_run_has_nothing_done(program: Program) -> None:
    days = program.get("planned-days", month="2026-02").json()["items"]

    assert [(day["done_at"], day["run"]) for day in days] == [(None, None)] * len(STEPS)


def test_days_are_narrowed_and_paged_by_key(program: Program) -> None:
    issue = program.get("planned-days", step="ISSUE").json()["items"]
    first = program.get("planned-days", limit=10).json()
    second = program.client.get(first["next"], headers={"Authorization": f"Bearer {program.secret}"}).json()
    planned = [date.fromisoformat(day["planned_date"]) for day in first["items"] + second["items"]]
    late = program.get("planned-days", from_date=max(planned).isoformat()).json()["items"]

    assert [day["month"] for day in issue] == ["2026-01-01", "2026-02-01"]
    assert (len(first["items"]), len(second["items"]), second["next"]) == (10, 4, None)
    assert {day["planned_date"] for day in late} == {max(planned).isoformat()}
    assert program.get("planned-days", end_date=min(planned).isoformat()).json()["items"] == []
    assert program.get("planned-days", cycle="C9").json()["items"] == []


@pytest.mark.parametrize("query", [{"month": "2026-13"}, {"step": "EAT"}, {"from_date": "soon"}, {"after": "x"}])
def test_what_cannot_be_asked_for_is_refused(program: Program, query: dict[str, str]) -> None:
    assert program.get("planned-days", **query).status_code == 422


def test_other_units_and_other_rights_see_nothing(utility: Utility) -> None:
    station = org.add_unit(code="S9", name="新所", kind=UnitKind.STATION, parent=utility.root)
    away = give_token(utility, engage(station, "station", [RIGHT]), scopes=[RIGHT])
    other = give_token(utility, engage(utility.root, "other", ["archive.view"]), scopes=["archive.view"])

    assert away.get("reading-cycles").json()["items"] == []
    assert away.get("planned-days").json()["items"] == []
    assert other.get("reading-cycles").status_code == 403
    assert other.get("planned-days").status_code == 403
