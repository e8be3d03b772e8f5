"""The shipped files as read, and the calendar."""

from importlib import resources

import pytest

from dianke.domain.tariffs.rules import sheets
from dianke.domain.tariffs.types import Band, ReadFile, TimeRuleDraft, VersionDraft
from dianke.kernel.calendar import WorkingCalendar, load_mainland_calendar


@pytest.fixture(scope="session")
def shipped() -> dict[str, ReadFile]:
    """Return every shipped file by name."""
    data = resources.files("dianke.domain.tariffs").joinpath("data")
    entries = [*data.iterdir(), *data.joinpath("sheets").iterdir()]
    return {
        entry.name: sheets.read_file(name=entry.name, data=entry.read_bytes())
        for entry in entries
        if entry.name.endswith(".yaml")
    }


@pytest.fixture(scope="session")
def versions(shipped: dict[str, ReadFile]) -> dict[str, VersionDraft]:
    """Return every shipped version by plan code and sheet id."""
    return {f"{v.plan_code} {v.sheet_id}": v for file in shipped.values() for v in file.versions}


@pytest.fixture(scope="session")
def hours(shipped: dict[str, ReadFile]) -> dict[str, TimeRuleDraft]:
    """Return every shipped set of hours by province."""
    return {rules.region: rules for rules in shipped["tou-rules-2025.yaml"].time_rules}


@pytest.fixture(scope="session")
def hubei_bands(versions: dict[str, VersionDraft]) -> tuple[Band, ...]:
    """Return the hours of the Hubei sheet."""
    return versions["HB-CI HB-CI-2026-01"].bands


@pytest.fixture(scope="session")
def guangdong_bands(versions: dict[str, VersionDraft]) -> tuple[Band, ...]:
    """Return the hours of the Guangdong sheets, sharp hours of hot days included."""
    return versions["GD-NORTH-CI GD-NORTH-CI-2026-07"].bands


@pytest.fixture(scope="session")
def calendar() -> WorkingCalendar:
    """Return the mainland calendar."""
    return load_mainland_calendar()
