"""dianke clock order: every clock of one order from a file of what happened to it."""

import argparse
import json
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dianke.domain.service_orders.rules.catalog import load_kinds
from dianke.domain.service_orders.rules.clocks import ClockRules, choose_promises, read_order_clocks
from dianke.domain.service_orders.rules.hours import UnreadableTimeOfDay, parse_time_of_day, parse_working_hours
from dianke.domain.service_orders.rules.promise_sets import get_promise_set, load_promise_book
from dianke.domain.service_orders.types import (
    ClockAct,
    ClockEvent,
    ClockReading,
    OrderKind,
    PauseReason,
    PromiseBook,
)
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import parse_instant
from dianke.kernel.errors import DomainError

DONE, REFUSED = 0, 1


class UnreadableFile(DomainError):
    """A file is missing or is not what the command reads."""

    code = "unreadable_file"
    message = "{name} cannot be read: {reason}"


def add_parser(acts: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the words of `dianke clock order`."""
    order = acts.add_parser("order", help="the clocks of an order from its events", allow_abbrev=False)
    order.add_argument("file", metavar="FILE", help="JSON: promise_set, kind, events (at, act, step, reason, evidence)")
    order.add_argument("--now", required=True, metavar="ISO", help="the moment at which the clocks are read")
    order.add_argument("--hours", metavar="SHIFTS", help="shifts of minute and hour promises")
    order.add_argument("--day-end", metavar="HH:MM", help="end of a working day (18:00)")
    order.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Print the clocks of the order in the file; return the exit status."""
    try:
        now = parse_instant(options.now, field="now")
        readings = _read(options, now)
    except DomainError as fault:
        print(f"{fault.code}: {fault.field}: {fault}", file=sys.stderr)
        if options.json:
            print(json.dumps({"errors": [fault.as_dict()]}, ensure_ascii=False))
        return REFUSED
    if options.json:
        print(json.dumps({"clocks": [_as_dict(one) for one in readings]}, ensure_ascii=False, indent=2))
        return DONE
    for one in readings:
        due = one.due or one.due_if_resumed
        shown = due.due_at.isoformat() if due else "-"
        remark = " if resumed now" if one.due is None and due else ""
        remark += " (provisional)" if due and due.is_provisional else ""
        print(f"{one.promise:36}{one.step or 'whole':20}{one.state:8}{one.colour:7}{shown}{remark}")
    return DONE


def read_day_end(text: str | None, book: PromiseBook) -> timedelta:
    """
    Return the end of a working day as a distance from midnight; none given is that of the promise book.

    :raises UnreadableTimeOfDay: if it is no time of day, or midnight: a day that ends as it begins never counts
    """
    if text is None:
        return book.working_day_end
    day_end = parse_time_of_day(text, field="day_end")
    if not day_end:
        raise UnreadableTimeOfDay(field="day_end", text=text)
    return day_end


def _read(options: argparse.Namespace, now: datetime) -> list[ClockReading]:
    book = load_promise_book()
    rules = ClockRules(
        calendar=load_mainland_calendar(),
        day_end=read_day_end(options.day_end, book),
        shifts=parse_working_hours(options.hours, field="hours") if options.hours else (),
    )
    try:
        given = json.loads(Path(options.file).read_text("utf-8"))
        kind = OrderKind(given["kind"])
        events = [_read_event(row) for row in given["events"]]
        promise_set = get_promise_set(book, promise_set=given["promise_set"])
    except (OSError, ValueError, KeyError, TypeError) as fault:
        reason = f"{type(fault).__name__}: {fault}"
        raise UnreadableFile(field="file", name=options.file, reason=reason) from fault
    return read_order_clocks(events, promised=choose_promises(load_kinds()[kind], promise_set), rules=rules, now=now)


def _read_event(row: dict[str, Any]) -> ClockEvent:
    return ClockEvent(
        at=parse_instant(row["at"], field="events"),
        act=ClockAct(row["act"]),
        step=row.get("step", ""),
        reason=PauseReason(row["reason"]) if "reason" in row else None,
        evidence=row.get("evidence", ""),
    )


def _as_dict(one: ClockReading) -> dict[str, Any]:
    due = one.due or one.due_if_resumed
    return {
        "promise": one.promise,
        "step": one.step or None,
        "started": one.started_at.isoformat(),
        "ended": one.ended_at.isoformat() if one.ended_at else None,
        "due": one.due.due_at.isoformat() if one.due else None,
        "due_if_resumed_now": one.due_if_resumed.due_at.isoformat() if one.due_if_resumed else None,
        "provisional": due is not None and due.is_provisional,
        "amber": one.amber_at.isoformat() if one.amber_at else None,
        "state": one.state,
        "colour": one.colour,
        "paused_for": one.paused_for,
    }
