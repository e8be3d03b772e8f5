"""The demo utility, loaded twice: each load is rolled back, so that every test file finds an empty database."""

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
       power_factor_fen, funds_fen, amount_fen from billing_bill
union all
select 'DRAFT', account_number, customer_name, address, energy_kwh_e2, basic_fen, energy_fen, shares_fen,
       power_factor_fen, funds_fen, amount_fen from billing_billdraft d
 where not exists (select 1 from billing_bill b where b.id = d.id)
 order by 2
"""


@dataclass(frozen=True)
class Loaded:
    """The loaded demo utility, the bills of an earlier load, and what the command said."""

    passwords: dict[str, str]
    data_dir: Path
    bills_before: list[tuple[Any, ...]]


def list_bills() -> list[tuple[Any, ...]]:
    """Return every bill and draft without its keys."""
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
    """Load the demo utility, forget it, load it again, and forget it when the tests of the file are done."""
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    with django_db_blocker.unblock():
        with rolled_back():
            prepare(first)
            bills = list_bills()
        shutil.rmtree(first)
        with rolled_back():
            yield Loaded(passwords=prepare(second), data_dir=second, bills_before=bills)
    shutil.rmtree(second)
