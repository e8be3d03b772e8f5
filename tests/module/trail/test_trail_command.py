"""dianke trail closes days and proves them; its status says whether the trail is whole."""

import json
from datetime import datetime

import pytest
from django.db import connection

from dianke.interfaces.cli import trail
from dianke.interfaces.jobs.nightly import nightly_at
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.models import UseCaseRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> int:
    """Leave one record in a day long past, and return its key."""
    record = UseCaseRecord(
        at=datetime(2026, 1, 5, 9, tzinfo=SHANGHAI),
        use_case="test.act",
        right="staff.manage",
        actor_login="li",
        actor_name="李",
        origin="web",
    )
    record.save()
    return record.pk


def test_closes_days_and_prints_the_newest_hash(key: int, capsys: pytest.CaptureFixture[str]) -> None:
    status = trail.run(["chain", "--until", "2026-01-06", "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert status == 0
    assert [(day["day"], day["rows"]) for day in answer["days"]] == [("2026-01-05", 1), ("2026-01-06", 0)]
    assert answer["newest"]["hash"] == answer["days"][-1]["hash"]
    assert len(answer["newest"]["hash"]) == 64


def test_a_whole_trail_is_status_0_and_a_broken_one_1(key: int, capsys: pytest.CaptureFixture[str]) -> None:
    trail.run(["chain", "--until", "2026-01-06"])
    whole = trail.run(["prove"])
    with connection.cursor() as cursor:
        cursor.execute("delete from audit_usecaserecord where id = %s", [key])

    broken = trail.run(["prove", "--from", "2026-01-05"])

    assert (whole, broken) == (0, 1)
    assert f"BROKEN at 2026-01-05 audit_usecaserecord {key}: REMOVED" in capsys.readouterr().out


def test_a_hash_that_was_never_in_the_chain_is_status_1(key: int, capsys: pytest.CaptureFixture[str]) -> None:
    trail.run(["chain", "--until", "2026-01-06"])
    capsys.readouterr()

    status = trail.run(["prove", "--expect", "0" * 64, "--json"])

    assert status == 1
    assert json.loads(capsys.readouterr().out)["break"]["kind"] == "CHAIN_CHANGED"


@pytest.mark.parametrize(
    ("hour", "weekday", "line"),
    [
        (2, None, "30 18 * * *"),
        (9, None, "30 1 * * *"),
        (4, 7, "30 20 * * 6"),
        (4, 1, "30 20 * * 0"),
        (8, 1, "30 0 * * 1"),
    ],
)
def test_nights_of_shanghai_are_written_in_utc(hour: int, weekday: int | None, line: str) -> None:
    assert nightly_at(hour, 30, weekday=weekday) == line
