"""Fills an archive with running orders by COPY, history included; imported once Django is ready."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pghistory
from django.db import connections, transaction

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.service_orders.models import OrderAct, OrderNote
from dianke.domain.service_orders.operations.moving import facts_of
from dianke.domain.service_orders.processes import library
from dianke.domain.service_orders.queries.clocks import find_promise_set
from dianke.interfaces.cli.bench.archive_filling import fill_archive
from dianke.interfaces.cli.bench.bare import bare_tables
from dianke.kernel.clock import SystemClock, at_midnight, to_shanghai
from dianke.platform.database.bulk import quicken_triggers
from dianke.platform.database.copying import copy_rows
from dianke.platform.identity import operations as identity
from dianke.platform.identity.types import Actor
from dianke.platform.org.queries import get_utility
from dianke.platform.processes import running
from dianke.platform.processes.running import RunningProcess
from dianke.platform.processes.types import RunStatus

_RIGHTS = ["orders.view", "orders.survey", "archive.view"]
_MOMENT = timedelta(milliseconds=1)
_DAYS = 20
# By table the columns that are filled; keys count from 1 and are those of the accounts.
_COLUMNS = {
    "service_orders_serviceorder": (
        "id", "unit_id", "number", "kind", "account_id", "rule_set", "promise_set", "process_id", "process_state",
        "state", "result", "revision", "effective_on", "asked", "stops_supply", "accepted_by", "accepted_at", "due_at",
        "amber_at",
    ),
    "service_orders_orderstep": (
        "id", "order_id", "serial", "path", "process_id", "step", "post", "assignee", "started_at", "ended_at",
        "ended_by", "outcome",
    ),
    "service_orders_ordernote": ("id", "order_id", "at", "by", "act", "subject", "text"),
}  # fmt: skip


def fill_orders(size: int) -> list[str]:
    """Fill an empty archive with `size` accounts, each with an order that waits to be checked; return the numbers."""
    fill_archive(size)
    actor = Actor.system("filling orders to be measured")
    accounts = list(CustomerAccount.objects.for_actor(actor).order_by("id").values_list("id", "unit_id"))
    now = SystemClock().now()
    context = pghistory.context(actor="bench", use_case="bench.fill", reason="")
    made = (_list_orders(accounts, now), _list_steps(len(accounts), now), _list_notes(len(accounts), now))
    with bare_tables(list(_COLUMNS)), transaction.atomic(), context:
        quicken_triggers()
        for (table, columns), rows in zip(_COLUMNS.items(), made, strict=True):
            copy_rows(table=table, columns=columns, rows=rows)
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum analyze")
    return [_number(place) for place in range(len(accounts))]


def add_clerks(count: int, *, password: str) -> list[str]:
    """Add people who may check orders on site; return their log-ins."""
    utility = get_utility(actor=Actor.system("measuring orders"))
    if utility is None:
        raise LookupError("the archive has no utility")
    post = identity.define_post(code="BENCH", name="测量", rights=_RIGHTS)
    logins = [f"bench-{number}" for number in range(count)]
    for login in logins:
        person = identity.add_staff(login=login, name="测量", unit=utility, password=password)
        identity.assign_post(staff=person, post=post, unit=utility, start=date(2020, 1, 1))
    return logins


def count_moved() -> int:
    """Return how many steps were ended since the filling."""
    rows = OrderNote.objects.for_actor(Actor.system("counting steps measured"))
    return int(rows.filter(act=OrderAct.COMPLETED.value).count())


def _number(place: int) -> str:
    return f"YK-20260101-{place:06d}"


def _begin() -> RunningProcess:
    process = library().newest("suspend")
    walk = running.start(library(), process.id, facts=facts_of(process))
    walk.complete(serial=1, facts=facts_of(process), outcome="")
    return walk


def _list_orders(accounts: Sequence[tuple[int, int]], now: datetime) -> Iterator[Sequence[Any]]:
    """Yield orders that fall due over twenty days, some of them late."""
    walk, promise_set = _begin(), find_promise_set(at=now)
    state, process_id = walk.save(), walk.process.id
    first = to_shanghai(now).date() - timedelta(days=_DAYS // 4)
    for place, (account, unit) in enumerate(accounts):
        day = first + timedelta(days=place % _DAYS)
        due = at_midnight(day) + timedelta(hours=18) + place * _MOMENT
        yield (
            account, unit, _number(place), "REDUCE", account, "RS-2024", promise_set, process_id, state,
            RunStatus.RUNNING.value, "", 1, day, "{}", False, "counter", now - timedelta(days=6), due,
            due - timedelta(days=1),
        )  # fmt: skip


def _list_steps(count: int, now: datetime) -> Iterator[Sequence[Any]]:
    step = _begin().waiting_steps()[0]
    accepted = now - timedelta(days=6)
    for place in range(count):
        yield (
            2 * place + 1, place + 1, 1, "accept", "suspend_v1", "accept", "COUNTER_CLERK", "", accepted, accepted,
            "counter", "DONE",
        )  # fmt: skip
        yield (
            2 * place + 2, place + 1, step.serial, "/".join(step.path), step.process_id, step.step.id, step.step.post,
            "", accepted, None, "", "",
        )  # fmt: skip


def _list_notes(count: int, now: datetime) -> Iterator[Sequence[Any]]:
    for place in range(count):
        yield place + 1, place + 1, now - timedelta(days=6), "counter", OrderAct.ACCEPTED.value, "", ""
