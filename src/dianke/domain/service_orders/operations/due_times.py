"""When an order falls due: on the day that was agreed, later by what the clock stood."""

from collections.abc import Iterable
from datetime import timedelta

from dianke.domain.service_orders.models import OrderPause, ServiceOrder
from dianke.domain.service_orders.rules.due import compute_due_time
from dianke.domain.service_orders.rules.promise_sets import load_promise_book
from dianke.domain.service_orders.types import Promise, PromiseUnit
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import at_midnight, to_shanghai
from dianke.kernel.period import DatePeriod, TimePeriod

_ONE_DAY = timedelta(days=1)


def set_due(*, order: ServiceOrder, pauses: Iterable[OrderPause]) -> None:
    """
    Write on an order when it falls due and when it turns amber, its pauses ended.

    It falls due at the end of the day agreed. Working days that a pause took are added: the time from acceptance to
    the day agreed is counted as a promise of that many working days. Amber begins a working day before.
    """
    calendar, day_end = load_mainland_calendar(), load_promise_book().working_day_end
    accepted = to_shanghai(order.accepted_at)
    due_at = at_midnight(order.effective_on) + day_end
    first = accepted.date() + _ONE_DAY
    after = order.effective_on + _ONE_DAY
    days = calendar.count_working_days(DatePeriod(first, after)) if first < after else 0
    spans = [
        TimePeriod(one.started_at, one.ended_at) for one in pauses if one.ended_at and one.ended_at > one.started_at
    ]
    if days and spans:
        promise = Promise(
            code="agreed_day", amount=days, unit=PromiseUnit.WORKING_DAY, evidence="P", source="SRC-OWN-ORDERS"
        )
        counted = compute_due_time(
            promise=promise, started_at=accepted, calendar=calendar, day_end=day_end, pauses=spans
        )
        due_at = max(due_at, counted.due_at)
    before = to_shanghai(due_at).date() - _ONE_DAY
    while not calendar.is_working_day(before):
        before -= _ONE_DAY
    order.due_at, order.amber_at = due_at, at_midnight(before) + day_end
