"""The demo utility, loaded once a file and rolled back, so that every test file finds an empty database."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from dianke.interfaces.cli import demo
from dianke.platform.identity.types import Actor

SYSTEM = Actor.system("looking at the demo utility in a test")
BILLS = """
select 'ISSUED', account_number, customer_name, address, energy_kwh_e2, basic_fen, energy_fen, shares_fen,
       power_factor_fen, funds_fen, amount_fen from billing_bill where month = '2026-01-01'
union all
select 'DRAFT', account_number, customer_name, address, energy_kwh_e2, basic_fen, energy_fen, shares_fen,
       power_factor_fen, funds_fen, amount_fen from billing_billdraft d
 where not exists (select 1 from billing_bill b where b.id = d.id)
 order by 2
"""


@dataclass(frozen=True)
class Loaded:
    """The loaded demo utility: everybody's password, and where its files lie."""

    passwords: dict[str, str]
    data_dir: Path


def list_bills() -> list[tuple[Any, ...]]:
    """Return every bill and draft of the billed month without its keys."""
    with connection.cursor() as cursor:
        cursor.execute(BILLS)
        return list(cursor.fetchall())


@contextmanager
def rolled_back() -> Iterator[None]:
    """Undo everything that is done meanwhile."""
    with transaction.atomic():
        plan_without_statistics()
        yield
        transaction.set_rollback(True)


def plan_without_statistics() -> None:
    """
    Keep the planner, for this transaction, from reading a table once for each row of another.

    A load that was rolled back leaves statistics of empty tables behind: what takes the audit of the archive half a
    second elsewhere takes it a minute here.
    """
    with connection.cursor() as cursor:
        cursor.execute("set local enable_nestloop = off")


def prepare(data_dir: Path, homes: int = 17) -> dict[str, str]:
    """Load what is missing, as the command does."""
    return demo.prepare(homes=homes, data_dir=data_dir, progress=demo.Progress())


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """Load the demo utility, and forget it when the tests of the file are done."""
    data_dir = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), rolled_back():
        yield Loaded(passwords=prepare(data_dir), data_dir=data_dir)
    shutil.rmtree(data_dir)
