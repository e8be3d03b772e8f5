"""Bench "orders": the due list of running orders, their page and a step of them, while twenty clerks work at once."""

import os
import random
import resource
import threading
import time
from typing import Any
from urllib.parse import urlencode

from dianke.interfaces.cli.bench.http_readers import (
    Reader,
    ServerNotReady,
    find_port,
    find_token,
    start_server,
    wait_for,
)
from dianke.interfaces.cli.bench.scratch import scratch_database

CLERKS = 20
ORDERS_A_CLERK = 16
REST_S = 1.0
# The first acts of a clerk load what the others find loaded.
_WARM = 2
SEED = 20_260_101
_PASSWORD = "a long enough password"  # noqa: S105 - of people who live as long as the measurement

Took = dict[str, list[float]]


def measure(size: int) -> dict[str, Any]:
    """
    Return p50, p95 and p99 of home, due list, an order's page and a step, asked by twenty clerks over HTTP.

    `size` orders run, one an account, each at its check on site; every step ends it, moves the order on and writes
    its due times, its course, the trail and the history. `acts_ms` is taken while each clerk rests a second or so
    after every act, faster than anybody reads; `acts_ms_without_rest` while twenty machines ask with no rest.
    """
    with scratch_database("orders"):
        from dianke.interfaces.cli.bench import orders_filling

        started = time.perf_counter()
        numbers = orders_filling.fill_orders(size)
        logins = orders_filling.add_clerks(CLERKS, password=_PASSWORD)
        filled = time.perf_counter() - started
        port = find_port()
        server = start_server(port)
        try:
            wait_for(port)
            readers = [Reader(port, login=login, password=_PASSWORD) for login in logins]
            took, seconds = _work(readers, numbers[::2], rest_s=REST_S)
            hurried, hurried_s = _work(readers, numbers[1::2], rest_s=0)
        finally:
            server.terminate()
            server.wait(timeout=30)
        done = orders_filling.count_moved()
    acts = sum(map(len, hurried.values()))
    return {
        "name": "orders",
        "size": size,
        "seconds": round(seconds + hurried_s, 1),
        "rate": round(acts / hurried_s, 1),
        "unit": "pages and steps",
        "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
        "detail": {
            "clerks": CLERKS,
            "filled_s": round(filled),
            "load_average": round(os.getloadavg()[0], 1),
            "orders_moved": done,
            "acts_ms": {name: _spread(times) for name, times in took.items()},
            "acts_ms_without_rest": {name: _spread(times) for name, times in hurried.items()},
        },
    }


def _work(readers: list[Reader], numbers: list[str], *, rest_s: float) -> tuple[Took, float]:
    dice = random.Random(SEED)  # noqa: S311 - which order is worked on is no secret
    chosen = dice.sample(numbers, min(len(numbers), CLERKS * ORDERS_A_CLERK))
    took: Took = {name: [] for name in ("home", "due list", "order", "step")}
    refused: list[str] = []
    threads = [
        threading.Thread(target=_work_as, args=(reader, chosen[place::CLERKS], rest_s, took, refused))
        for place, reader in enumerate(readers)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if refused:
        raise ServerNotReady(reason=f"{len(refused)} acts were refused, the first {refused[0]}")
    return took, time.perf_counter() - began


def _work_as(reader: Reader, numbers: list[str], rest_s: float, took: Took, refused: list[str]) -> None:
    dice = random.Random(numbers[0] if numbers else SEED)  # noqa: S311 - how long somebody rests is no secret

    def act(name: str, address: str, body: str | None, wanted: int) -> tuple[float, bytes]:
        time.sleep(dice.uniform(0.5, 1.5) * rest_s)
        return _take(reader, name, address, body, wanted, refused)

    for place, number in enumerate(numbers):
        home = act("home", "/", None, 200)
        found = act("due list", "/service-orders/due/?view=all", None, 200)
        page = act("order", f"/service-orders/{number}/", None, 200)
        fields = {"csrfmiddlewaretoken": find_token(page[1]), "serial": "2", "revision": "1", "outcome": ""}
        step = act("step", f"/service-orders/{number}/steps/", urlencode(fields), 302)
        if place >= _WARM:
            for name, act_s in (("home", home), ("due list", found), ("order", page), ("step", step)):
                took[name].append(act_s[0])


def _take(
    reader: Reader, name: str, address: str, body: str | None, wanted: int, refused: list[str]
) -> tuple[float, bytes]:
    began = time.perf_counter()
    status, content = reader.get(address, body=body)
    seconds = time.perf_counter() - began
    if status != wanted:
        refused.append(f"{name}: {status} {address}")
    return seconds, content


def _spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        f"p{percent}": round(1000 * ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 1)
        for percent in (50, 95, 99)
    }
