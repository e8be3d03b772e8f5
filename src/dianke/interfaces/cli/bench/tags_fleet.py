"""The steps of the bench "tags" that need Django: imported once it is ready."""

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from dianke.application import profiles
from dianke.domain.credit.operations.facts import NewFact, load_facts
from dianke.domain.credit.types import FactType
from dianke.domain.profiles.queries import tags as queries
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.interfaces.cli.bench.tags_filling import LAST_STEP, STEPS
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor, Grant
from dianke.platform.org.models import Unit
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

_SYSTEM = Actor.system("measuring tags")
AS_OF = date(2026, 10, 31)
_MONTHS = 24
_STATIONS = 20
_ASKED = {
    "use": "kind = PERSON and energy_12 >= 4800 and tag.TREND in (GROWING, GROWING_FAST)",
    "payment": "(tag.PUNCTUALITY = OFTEN_LATE or late_count >= 3) and tag.VALUE_CLASS in (VIP, MAIN)"
    " and not tag.DO_NOT_DISTURB",
    "contracts": "usage_class = COMMERCIAL_INDUSTRIAL and contract_end between today and today + 90 and trend < -0.1",
    "tags_grade_feeders": "tag.SEASON in (TWO_PEAKS, SUMMER) and tag.PUNCTUALITY = OFTEN_LATE"
    " and credit_grade in (B, C, D) and feeders = 1 and voltage <= 380",
}
# Asked once more by somebody who sees a single station.
_OF_STATION = "tags_grade_feeders"
_READS = ("profiles.view", "profiles.view_payment", "profiles.view_care")


def fill_and_run(size: int) -> dict[str, Any]:
    """Fill the books, compute every tag, compute a later day again, ask segments, and return what each took."""
    stations: list[Unit] = []
    found: dict[str, Any] = {"fill_s": _time(lambda: stations.extend(fill_fleet(size)))}
    found["run_s"] = _time(lambda: _run(AS_OF))
    first = queries.get_last_run(actor=_SYSTEM)
    assert first is not None  # noqa: S101 - it was just made
    found |= {f"{name}_ms": took for name, took in first.timings.items()}
    found["tags"] = len(first.codes)
    found["without_source"] = sorted({one.code for one in queries.list_tags(actor=_SYSTEM)} - set(first.codes))
    found["second_run_s"] = _time(lambda: _run(AS_OF + timedelta(days=31)))
    second = queries.get_last_run(actor=_SYSTEM)
    found["second_run_changed"] = second.changed_count if second else 0
    found |= _ask(first_station=stations[0])
    kept: list[Any] = []
    found["segment_kept_s"] = _time(
        lambda: kept.append(
            profiles.keep_segment(
                actor=_SYSTEM, segment_id=None, name="bench", condition=_ASKED["use"], purpose="SERVICE", note="",
                is_shared=False, at=at_four(AS_OF),
            )
        )
    )  # fmt: skip
    found["members"] = kept[0].member_count
    return found


def _ask(*, first_station: Unit) -> dict[str, Any]:
    """Return how long each preview takes from its text to count and sample, three times, and how many it found."""
    reader = Actor(
        login="bench-reader",
        name="reader",
        grants=frozenset(Grant(right, first_station.path) for right in _READS),
        unit_path=first_station.path,
    )
    asked = {name: (_SYSTEM, text) for name, text in _ASKED.items()}
    asked["tags_grade_feeders_of_a_station"] = (reader, _ASKED[_OF_STATION])
    seconds: dict[str, list[float]] = {}
    counts: dict[str, dict[str, int]] = {}
    for name, (actor, text) in asked.items():
        for _again in range(3):
            started = time.perf_counter()
            seen = profiles.preview(actor=actor, text=text)
            seconds.setdefault(name, []).append(round(time.perf_counter() - started, 3))
        counts[name] = {"fit": seen.count, "of": seen.reach_count, "sample": len(seen.sample_ids)}
    return {"segment_preview_seconds": seconds, "segment_preview_counts": counts}


def fill_fleet(size: int) -> list[Unit]:
    """Write customers with everything that tags are made of, and return the stations that they live at."""
    root = add_unit(code="BENCH", name="测量供电公司", kind=UnitKind.UTILITY, parent=None)
    stations = [
        add_unit(code=f"BENCH-{number}", name=f"测量供电所 {number}", kind=UnitKind.STATION, parent=root)
        for number in range(1, _STATIONS + 1)
    ]
    values: dict[str, Any] = {
        "size": size,
        "unit": root.pk,
        "stations": [one.pk for one in stations],
        "as_of": AS_OF,
        "first_month": date(2024, 11, 1),
        "late_fees": AccountMap(actor=_SYSTEM, on=AS_OF).find("6301.01", unit_path=root.path),
    }
    with connection.cursor() as cursor:
        for back in range(_MONTHS):
            index = 2024 * 12 + 10 + back
            key = index // 12 % 100 * 100 + index % 12 + 1
            cursor.execute("select billing_open_month(%s)", [key])
            cursor.execute("select receivables_open_month(%s)", [key])
        for statement in STEPS:
            cursor.execute(statement, values)
        for back in range(_MONTHS):
            index = 2024 * 12 + 10 + back
            month = date(index // 12, index % 12 + 1, 1)
            cursor.execute(
                LAST_STEP,
                values | {"month": month, "key": (index // 12 % 100 * 100 + index % 12 + 1) * 10**12, "back": back},
            )
    for first in range(1, size + 1, _BATCH):
        facts = [one for serial in range(first, min(first + _BATCH, size + 1)) for one in _report(serial, root.pk)]
        load_facts(new=facts, login="bench", at=at_four(AS_OF))
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    return stations


def _report(serial: int, unit: int) -> Iterator[NewFact]:
    """Return what later modules would know of a customer, as the import of facts takes it."""
    for kind, every, until, value in _REPORTED:
        if serial % every == 0:
            days = serial * 7 % 330
            yield NewFact(
                unit_id=unit,
                customer_id=serial,
                type=kind,
                on_date=AS_OF - timedelta(days=days),
                until_date=AS_OF + timedelta(days=until + days) if until else None,
                value=value,
            )


_BATCH = 20_000
_REPORTED: tuple[tuple[FactType, int, int, Decimal | None], ...] = (
    (FactType.CALL, 3, 0, None),
    (FactType.COMPLAINT, 40, 0, None),
    (FactType.REPAIR_CALL, 25, 0, None),
    (FactType.SATISFACTION, 6, 0, Decimal(4)),
    (FactType.NPS, 20, 0, Decimal(9)),
    (FactType.OUTAGE_FELT, 15, 0, None),
    (FactType.MARKET_MOVE, 200, 0, None),
    (FactType.OWN_GENERATION, 150, 3_000, None),
    (FactType.CLOSING_ASKED, 300, 0, None),
    (FactType.CAPACITY_CUT_ASKED, 160, 0, None),
    (FactType.CHANNEL_CHANGED, 90, 0, None),
    (FactType.DEBIT_FAILED, 60, 0, None),
    (FactType.ONLINE_LOGIN, 2, 0, None),
    (FactType.LANGUAGE_CARE, 70, 3_000, None),
    (FactType.DO_NOT_DISTURB, 35, 3_000, None),
    (FactType.ENERGY_SERVICE_INTEREST, 80, 300, None),
    (FactType.GREEN_POWER_INTEREST, 75, 300, None),
    (FactType.DEMAND_RESPONSE_SIGNED, 110, 300, None),
    (FactType.MARKET_CONTRACT, 30, 60, None),
    (FactType.COAL_TO_ELECTRICITY, 45, 3_000, None),
    (FactType.POWER_RESOLD, 120, 3_000, None),
)


def _run(as_of: date) -> None:
    profiles.run_tags(actor=_SYSTEM, as_of=as_of, at=at_four(as_of))


def at_four(day: date) -> datetime:
    """Return the moment at which a night's run of a day is made."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI) + timedelta(hours=4)


def _time(act: Callable[[], Any]) -> float:
    started = time.perf_counter()
    act()
    return round(time.perf_counter() - started, 3)
