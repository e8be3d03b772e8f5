"""dianke clock: the due time of a service promise, and the promise sets there are."""

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from dianke.domain.service_orders.rules.due import compute_due_time
from dianke.domain.service_orders.rules.hours import parse_pause, parse_working_hours
from dianke.domain.service_orders.rules.promise_sets import get_promise, load_promise_book
from dianke.domain.service_orders.types import DueTime, PromiseBook, PromiseSet
from dianke.interfaces.cli import clock_orders
from dianke.interfaces.cli.clock_orders import UnreadableFile, read_day_end
from dianke.kernel.calendar import WorkingCalendar, load_mainland_calendar
from dianke.kernel.clock import parse_instant
from dianke.kernel.errors import DomainError

DONE, REFUSED, WRONG_USAGE = 0, 1, 2

T = TypeVar("T")


class CalendarYearNotLoaded(DomainError):
    """The count went through a year whose holidays are not loaded."""

    code = "calendar_year_not_loaded"
    message = "provisional: holidays are loaded for {first} to {last}; in {years} only weekends are off"


def run(argv: list[str]) -> int:
    """Run the command with the words after `dianke clock`; return the exit status."""
    try:
        options = _parser().parse_args(argv)
    except SystemExit as leaving:
        return WRONG_USAGE if leaving.code else DONE
    if options.act == "order":
        return clock_orders.run(options)
    return _print_sets(options) if options.act == "sets" else _print_due(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dianke clock", description="Service clocks.", allow_abbrev=False)
    acts = parser.add_subparsers(dest="act", required=True)
    due = acts.add_parser("due", help="when a promise falls due", allow_abbrev=False)
    due.add_argument("--promise-set", required=True, metavar="SET", help="for example SLA-SG2023")
    due.add_argument("--promise", required=True, metavar="P", help="for example whole.low_voltage")
    due.add_argument("--from", required=True, dest="start", metavar="ISO", help="start; without offset Asia/Shanghai")
    due.add_argument(
        "--pause",
        action="append",
        default=[],
        metavar="A/B",
        help="stops the clock from A to B, B excluded; an empty B has not ended; repeat for more",
    )
    due.add_argument("--pauses", metavar="FILE", help="the same from a file, one A/B a line; # begins a remark")
    due.add_argument(
        "--hours",
        metavar="SHIFTS",
        help="08:30-12:00,14:30-18:00 makes minute and hour promises run in working hours only",
    )
    due.add_argument("--day-end", metavar="HH:MM", help="end of a working day (18:00)")
    due.add_argument("--json", action="store_true", help="print JSON")
    clock_orders.add_parser(acts)
    sets = acts.add_parser("sets", help="promise sets and their figures", allow_abbrev=False)
    sets.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _print_due(options: argparse.Namespace) -> int:
    book, calendar = load_promise_book(), load_mainland_calendar()
    faults: list[DomainError] = []
    due = _compute(options, book, calendar, faults)
    if due is not None and due.is_provisional:
        first, last = due.unloaded_years[0], due.unloaded_years[-1]
        years = str(first) if first == last else f"{first} to {last}"
        faults.append(
            CalendarYearNotLoaded(field="from", first=calendar.first_year, last=calendar.last_year, years=years)
        )
    for fault in faults:
        print(f"{fault.code}: {fault.field}: {fault}", file=sys.stderr)
    if options.json:
        answer: dict[str, Any] = {"due": due.due_at.isoformat()} if due else {}
        if due is not None and due.is_provisional:
            answer["provisional"] = True
        if faults:
            answer["errors"] = [fault.as_dict() for fault in faults]
        print(json.dumps(answer, ensure_ascii=False))
    elif due is not None:
        print(due.due_at.isoformat() + (" (provisional)" if due.is_provisional else ""))
    return REFUSED if faults else DONE


def _compute(
    options: argparse.Namespace, book: PromiseBook, calendar: WorkingCalendar, faults: list[DomainError]
) -> DueTime | None:
    """Return the due time, or None with every fault of the request put on the list."""

    def attempt(act: Callable[[], T]) -> T | None:
        try:
            return act()
        except DomainError as fault:
            faults.append(fault)
            return None

    promise = attempt(lambda: get_promise(book, promise_set=options.promise_set, promise=options.promise))
    start = attempt(lambda: parse_instant(options.start, field="from"))
    written = [*options.pause, *(attempt(lambda: _read_pauses(options.pauses)) or ())]
    pauses = [attempt(partial(parse_pause, text, field="pause")) for text in written]
    shifts = attempt(lambda: parse_working_hours(options.hours, field="hours")) if options.hours else ()
    day_end = attempt(lambda: read_day_end(options.day_end, book))
    if promise is None or start is None or day_end is None or faults:
        return None
    return attempt(
        lambda: compute_due_time(
            promise=promise,
            started_at=start,
            calendar=calendar,
            day_end=day_end,
            pauses=[pause for pause in pauses if pause],
            shifts=shifts or (),
        )
    )


def _read_pauses(name: str | None) -> list[str]:
    """Return the pauses of a file, one a line; what follows a # is a remark."""
    if name is None:
        return []
    try:
        lines = Path(name).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise UnreadableFile(field="pauses", name=name, reason=type(fault).__name__) from fault
    return [text for line in lines if (text := line.partition("#")[0].strip())]


def _print_sets(options: argparse.Namespace) -> int:
    book = load_promise_book()
    if options.json:
        answer = [_set_as_dict(book, promise_set) for promise_set in book.sets.values()]
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return DONE
    for promise_set in book.sets.values():
        print(f"{promise_set.code}  {promise_set.title_en} · {promise_set.title_zh}")
        for promise in promise_set.promises.values():
            length = f"{promise.amount} {promise.unit.lower().replace('_', ' ')}{'s'[: promise.amount != 1]}"
            title = book.titles[promise.code]
            print(f"  {promise.code:36}{length:18}[{promise.evidence}]  {title.en} · {title.zh}")
    return DONE


def _set_as_dict(book: PromiseBook, promise_set: PromiseSet) -> dict[str, Any]:
    return {
        "promise_set": promise_set.code,
        "title_en": promise_set.title_en,
        "title_zh": promise_set.title_zh,
        "regulation": promise_set.regulation,
        "valid_from": promise_set.valid_from.isoformat() if promise_set.valid_from else None,
        "valid_to": promise_set.valid_to.isoformat() if promise_set.valid_to else None,
        "validity_note": promise_set.validity_note,
        "promises": [
            {
                "promise": promise.code,
                "title_en": book.titles[promise.code].en,
                "title_zh": book.titles[promise.code].zh,
                "amount": str(promise.amount),
                "unit": promise.unit.lower(),
                "evidence": promise.evidence,
                "source": promise.source,
                "note": promise.note,
            }
            for promise in promise_set.promises.values()
        ],
    }
