"""What runs every night is known to the worker and does its work."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from procrastinate.contrib.django import app
from tests.factories.archive import Archive, build_archive

from dianke.interfaces.jobs import nightly
from dianke.kernel.clock import SystemClock
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.documents import operations as documents
from dianke.platform.documents.models import Document
from dianke.platform.documents.operations import find_path

pytestmark = pytest.mark.django_db


@pytest.fixture
def archive(settings: Any, tmp_path: Path) -> Archive:
    settings.DATA_DIR = tmp_path
    return build_archive()


def add_document(archive: Archive, content: bytes, until: date | None) -> Document:
    return documents.add_document(
        actor=archive.actor,
        unit=archive.east,
        kind="CONTRACT",
        title="供用电合同",
        file_name="contract.txt",
        content=content,
        at=SystemClock().now(),
        retention_until_date=until,
    )


def test_every_night_has_its_work() -> None:
    crons = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}

    # 01:10, 02:30, 03:30 in Shanghai, and 04:30 on Sundays, as UTC.
    assert crons == {
        "audit_archive": "10 17 * * *",
        # 00:40 every night.
        "charge_ended_spells": "40 16 * * *",
        "close_trail": "30 18 * * *",
        "dispose_documents": "30 19 * * *",
        "prove_trail": "30 20 * * 6",
        # 04:40 on Mondays.
        "score_risk": "40 20 * * 0",
        # 01:40 every night; it has work once a month.
        "rate_value": "40 17 * * *",
        # 06:10 on Mondays, 02:50 on Sundays.
        "make_watch_lists": "10 22 * * 0",
        "sort_load_curves": "50 18 * * 6",
        # 04:55 every night.
        "compute_tags": "55 20 * * *",
        # 04:10 every night; it has work after a month's end.
        "score_credit": "10 20 * * *",
        # 05:10, 05:30, 05:45, and every minute.
        "judge_agreements": "10 21 * * *",
        "propose_dunning": "30 21 * * *",
        "watch_balances": "45 21 * * *",
        # Every quarter of an hour.
        "escalate_clocks": "*/15 * * * *",
        "carry_out_orders": "* * * * *",
        "finish_call_backs": "* * * * *",
        "send_messages": "* * * * *",
        "send_invoices": "* * * * *",
    }


def test_documents_whose_time_is_over_lose_their_files(archive: Archive) -> None:
    today = SystemClock().now().date()
    over = add_document(archive, b"an old contract", today - timedelta(days=1))
    last_day = add_document(archive, b"a contract kept until today", today)
    kept = add_document(archive, b"a contract kept for ever", None)

    nightly.dispose_documents(timestamp=0)

    over.refresh_from_db()
    assert over.disposed_at is not None
    assert [find_path(one.sha256).exists() for one in (over, last_day, kept)] == [False, True, True]
    [record] = UseCaseRecord.objects.for_actor(archive.actor)
    assert (record.use_case, record.actor_login) == ("archive.documents.dispose_expired_documents", "system")
