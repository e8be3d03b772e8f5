"""What collection does every night: carry open items, judge promises, close paid steps, propose new ones."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dianke.domain.collection.models import CarriedDay
from dianke.domain.collection.operations import carrying, dunning, work
from dianke.domain.collection.queries.ageing import list_arrears
from dianke.domain.collection.queries.ladders import get_ladder
from dianke.domain.credit.queries.measures import list_reminder_days
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_RIGHT = "collection.manage"


@dataclass(frozen=True)
class Night:
    """What a night came to."""

    carried_items: int
    cancelled: int
    promises_kept: int
    promises_broken: int
    steps: int
    messages: int


def run_night(*, actor: Actor, at: datetime) -> Night:
    """Do the work of the night before a day; each part is a transaction of its own and may be done again."""
    today = to_shanghai(at).date()
    carried = _carry(actor=actor, day=today - timedelta(days=1), today=today, at=at)
    kept, broken = _judge(actor=actor, on=today)
    cancelled, proposed = _propose(actor=actor, on=today, at=at)
    return Night(carried.item_count, cancelled, kept, broken, proposed.steps, proposed.messages)


@use_case(right=_RIGHT)
def _carry(*, actor: Actor, day: date, today: date, at: datetime) -> CarriedDay:
    """Keep the open items of yesterday and drop days that are no longer needed."""
    carried = carrying.carry_day(day=day, at=at)
    carrying.forget_old_days(today=today)
    return carried


@use_case(right=_RIGHT)
def _judge(*, actor: Actor, on: date) -> tuple[int, int]:
    """Judge promises whose day is over."""
    return work.judge_promises(on=on)


@use_case(right=_RIGHT)
def _propose(*, actor: Actor, on: date, at: datetime) -> tuple[int, dunning.Proposed]:
    """Close steps of who paid, and propose the next ones."""
    arrears = list_arrears(actor=actor, as_of=on)
    cancelled = dunning.cancel_paid_steps(on=on, overdue_account_ids={one.customer_account_id for one in arrears})
    ladder = get_ladder(on=on)
    earlier = list_reminder_days(on=on)
    return cancelled, dunning.propose_steps(
        actor=actor, arrears=arrears, ladder=ladder, on=on, at=at, reminder_days=earlier
    )
