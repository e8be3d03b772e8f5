"""
Bench "pages": how long pages of an archive of a size take while eight people read at once, over HTTP.

They are asked twice: when nothing else is done, and while a bill run goes beside them.
"""

import os
import random
import resource
import threading
import time
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from dianke.interfaces.cli.bench.archive_rows import describe_customer
from dianke.interfaces.cli.bench.http_readers import Reader, ServerNotReady, find_port, start_server, wait_for
from dianke.interfaces.cli.bench.scratch import scratch_database

if TYPE_CHECKING:
    from dianke.interfaces.cli.bench.pages_billing import BilledArchive

CLIENTS = 8
REQUESTS_A_CLIENT = 32
SEED = 20_260_101
_LOGIN, _PASSWORD = "bench", "a long enough password"
_RIGHTS = ["archive.view", "billing.view", "tariffs.view", "readings.record", "archive.enter"]

Ask = Callable[[random.Random, int], str]
Took = dict[str, list[float]]


def _search(text: str) -> str:
    return f"/search/?q={quote(text)}"


# Every page is asked for another customer each time: what a cache would hold is not measured.
PAGES: dict[str, Ask] = {
    "home": lambda dice, size: "/",
    "list": lambda dice, size: "/customers/?view=all",
    "list, sorted": lambda dice, size: "/customers/?sort=-opened",
    "filter": lambda dice, size: "/customers/?class=" + dice.choice(["RESIDENTIAL", "COMMERCIAL_INDUSTRIAL"]),
    "filter, rare": lambda dice, size: "/customers/?state=SUSPENDED",
    "search, 1 character": lambda dice, size: _search(_pick(dice, size).name[:1]),
    "search, 2 characters": lambda dice, size: _search(_pick(dice, size).name[:2]),
    "search, 3 characters": lambda dice, size: _search(_pick(dice, size).name[:3]),
    "search, 4 characters": lambda dice, size: _search(_pick_company(dice, size).name[1:5]),
    "search, initials": lambda dice, size: _search(_pick(dice, size).initials),
    "search, pinyin": lambda dice, size: _search(_pick(dice, size).pinyin),
    "search, account": lambda dice, size: _search(_pick(dice, size).account),
    "search, phone": lambda dice, size: _search(_pick(dice, size).phone),
    "search, address": lambda dice, size: _search(_pick(dice, size).address[-8:]),
    "list, name": lambda dice, size: f"/customers/?{urlencode({'q': _pick(dice, size).name[:2]})}",
    "360": lambda dice, size: f"/customers/accounts/{_pick(dice, size).account}/",
}


def _list_pages(billed: "BilledArchive") -> dict[str, Ask]:
    """Return the pages of the archive and those of its billed months."""
    return {
        **PAGES,
        "bill": lambda dice, size: f"/billing/bills/{dice.choice(billed.bill_ids)}/",
        "bills, list": lambda dice, size: "/billing/bills/?view=all",
        "board, issued": lambda dice, size: f"/billing/runs/{billed.issued_run}/",
        "board": lambda dice, size: f"/billing/runs/{billed.going_run}/",
    }


def _pick(dice: random.Random, size: int) -> Any:
    return describe_customer(dice.randrange(size))


def _pick_company(dice: random.Random, size: int) -> Any:
    return describe_customer(dice.randrange(max(size // 20, 1)) * 20)


def measure(size: int) -> dict[str, Any]:
    """
    Return p50, p95 and p99 of every page, asked by eight clients at once, over an archive of `size` customers.

    `pages_ms` is taken with nothing beside, `pages_ms_during_run` while another process calculates a bill run.
    """
    with scratch_database("pages"):
        from dianke.interfaces.cli.bench import pages_billing
        from dianke.interfaces.cli.bench.archive_filling import fill_archive

        started = time.perf_counter()
        fill_archive(size)
        _add_reader()
        billed = pages_billing.bill_archive(size)
        filled = time.perf_counter() - started
        pages = _list_pages(billed)
        port = find_port()
        server = start_server(port)
        try:
            wait_for(port)
            took = _ask_everything(pages, port, size)
            worker = pages_billing.start_working(billed.going_run)
            try:
                beside = _ask_everything(pages, port, size)
            finally:
                was_going = worker.poll() is None
                worker.terminate()
                worker.wait(timeout=60)
        finally:
            server.terminate()
            server.wait(timeout=30)
        shards = pages_billing.count_calculated(billed.going_run)
    during = {
        "run_outlived_reading": was_going,
        "shards_calculated": shards,
        "pages_ms_during_run": _spread_all(beside),
    }
    return _report(size, took, filled, during)


def _report(size: int, took: Took, filled: float, during: dict[str, Any]) -> dict[str, Any]:
    whole = sum(sum(times) for times in took.values()) / CLIENTS
    count = sum(map(len, took.values()))
    return {
        "name": "pages",
        "size": size,
        "seconds": round(whole, 1),
        "rate": round(count / whole, 1),
        "unit": "pages",
        "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "detail": {
            "clients": CLIENTS,
            "filled_s": round(filled),
            # Of the last minute: how busy the machine was with this and everything else.
            "load_average": round(os.getloadavg()[0], 1),
            "pages_ms": _spread_all(took),
            **during,
        },
    }


def _spread_all(took: Took) -> dict[str, dict[str, float]]:
    return {name: _spread(times) for name, times in took.items()}


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        f"p{percent}": round(1000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 1)
        for percent in (50, 95, 99)
    }


def _add_reader() -> None:
    from dianke.platform.identity import operations as identity
    from dianke.platform.identity.types import Actor
    from dianke.platform.org.queries import get_utility

    utility = get_utility(actor=Actor.system("measuring pages"))
    if utility is None:
        raise ServerNotReady(reason="the archive has no utility")
    person = identity.add_staff(login=_LOGIN, name="测量", unit=utility, password=_PASSWORD)
    post = identity.define_post(code="BENCH", name="测量", rights=_RIGHTS)
    identity.assign_post(staff=person, post=post, unit=utility, start=date(2020, 1, 1))


def _ask_everything(pages: dict[str, Ask], port: int, size: int) -> Took:
    readers = [Reader(port, login=_LOGIN, password=_PASSWORD) for _number in range(CLIENTS)]
    took: Took = {}
    refused: list[str] = []
    for name, ask in pages.items():
        took[name] = []
        threads = [
            threading.Thread(target=_read, args=(reader, ask, size, number, took[name], refused))
            for number, reader in enumerate(readers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if refused:
        raise ServerNotReady(reason=f"{len(refused)} pages were refused, the first {refused[0]}")
    return took


def _read(reader: Reader, ask: Ask, size: int, number: int, took: list[float], refused: list[str]) -> None:
    dice = random.Random(SEED + number)  # noqa: S311 - which customer is looked at is no secret
    for round_number in range(REQUESTS_A_CLIENT):
        address = ask(dice, size)
        began = time.perf_counter()
        status, _body = reader.get(address)
        if status != 200:
            refused.append(f"{status} {address}")
        # The first page of a worker loads what the others find loaded.
        if round_number >= 2:
            took.append(time.perf_counter() - began)
