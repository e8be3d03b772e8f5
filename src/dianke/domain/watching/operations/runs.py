"""Write what a weekly run came to: new entries, those that go on, those that lapse."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from dianke.domain.customers.queries.managers import list_managers_of
from dianke.domain.watching.models import WatchEntry, WatchRun
from dianke.domain.watching.queries.gathering import Fleet
from dianke.domain.watching.rules.merging import Living, Plan, Resting
from dianke.domain.watching.rules.policy import WatchPolicy
from dianke.domain.watching.types import ACTIONS, LIVING, EntryState, Flags, Integers, WatchLevel, WatchList
from dianke.kernel.errors import DomainError
from dianke.platform.database.bulk import insert_rows, quicken_triggers
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("keeping watch lists")
_CLOSED = [EntryState.DONE.value, EntryState.DISMISSED.value]
_LIVING = [state.value for state in LIVING]
_CONTINUE = """
with seen as (
    select * from unnest(%s::bigint[], %s::text[], %s::bigint[], %s::jsonb[]) s(id, level, weight, reasons)
)
update watching_watchentry e
   set level = s.level, weight = s.weight, reasons = s.reasons, last_seen_on = %s, times_seen = e.times_seen + 1,
       missed_runs = 0,
       due_date = case when s.level = 'ALARM' and e.level <> 'ALARM' then least(e.due_date, %s::date)
                       else e.due_date end
  from seen s where e.id = s.id
"""


class WatchRunExists(DomainError):
    """The lists were made as of the day already."""

    code = "watching.run_exists"
    message = "the watch lists as of {day} were made already"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a list holds already: keys of its living entries beside them, and who rests."""

    keys: Integers
    living: Living
    resting: Resting


def begin_run(*, as_of: date, policy: WatchPolicy, size: int, login: str, at: datetime) -> WatchRun:
    """
    Write the head of a run.

    :raises WatchRunExists: if there is one as of the day
    """
    if WatchRun.objects.for_actor(_SYSTEM).filter(as_of_date=as_of).exists():
        raise WatchRunExists(field="as_of", day=as_of.isoformat())
    run = WatchRun(as_of_date=as_of, made_by=login, made_at=at, policy_from_date=policy.valid_from, customer_count=size)
    run.save()
    return run


def end_run(*, run: WatchRun, use_month: date | None, figures: Mapping[str, Any], missing: Mapping[str, str]) -> None:
    """Write what a run came to."""
    run.use_month, run.figures, run.missing = use_month, dict(figures), dict(missing)
    run.save(update_fields=["use_month", "figures", "missing"])


def load_kept(*, watch_list: WatchList, fleet: Fleet, on: date, rest_days: int) -> Kept:
    """Return what lives on a list, and the customers whose entry of it was closed within the days of rest."""
    rows = WatchEntry.objects.for_actor(_SYSTEM).filter(list_code=watch_list.value)
    living = list(
        rows.filter(state__in=_LIVING).order_by("id").values_list("id", "customer_id", "missed_runs", "state")
    )
    place, known = fleet.place(_column(living, 1))
    taken = np.array([state == EntryState.TAKEN.value for *_others, state in living], dtype=bool)
    rests = list(
        rows.filter(state__in=_CLOSED, closed_at__date__gt=on - timedelta(days=rest_days))
        .order_by("id").values_list("customer_id", "level")
    )  # fmt: skip
    rest_place, rest_known = fleet.place(_column(rests, 0))
    alarms = np.array([level == WatchLevel.ALARM.value for _customer, level in rests], dtype=bool)
    return Kept(
        keys=_column(living, 0)[known],
        living=Living(place, _column(living, 2)[known], taken[known]),
        resting=Resting(rest_place, alarms[rest_known]),
    )


def carry_out(
    *, run: WatchRun, watch_list: WatchList, fleet: Fleet, flags: Flags, kept: Kept, plan: Plan, policy: WatchPolicy,
    at: datetime,
) -> None:  # fmt: skip
    """Write the plan of a list: new entries, what goes on, what was not seen, what lapses."""
    quicken_triggers()
    _raise_entries(run.as_of_date, watch_list, fleet, flags, plan.new, policy)
    _continue_entries(run.as_of_date, watch_list, flags, kept, plan.continued, policy)
    entries = WatchEntry.objects.for_actor(_SYSTEM)
    missed = kept.keys[plan.missed].tolist()
    for count in sorted({int(kept.living.missed[one]) for one in plan.missed.tolist()}):
        entries.filter(pk__in=missed, missed_runs=count).update(missed_runs=count + 1)
    entries.filter(pk__in=kept.keys[plan.lapsed].tolist()).update(
        state=EntryState.LAPSED.value, closed_by=run.made_by, closed_at=at
    )


def _raise_entries(
    on: date, watch_list: WatchList, fleet: Fleet, flags: Flags, places: Integers, policy: WatchPolicy
) -> None:  # fmt: skip
    rows = flags.rows[places]
    owners = list_managers_of(customer_ids=fleet.keys[rows].tolist(), on=on)
    entries = []
    for place, row in zip(places.tolist(), rows.tolist(), strict=True):
        level = _name_level(flags, place)
        entries.append(
            WatchEntry(
                unit_id=int(fleet.unit[row]), customer_id=int(fleet.keys[row]),
                account_id=int(fleet.account[row]) or None, list_code=watch_list.value, level=level.value,
                action=ACTIONS[watch_list].value, weight=int(flags.weight[place]), reasons=_write(flags, place),
                opened_on=on, last_seen_on=on, owner=owners.get(int(fleet.keys[row]), ""),
                due_date=on + timedelta(days=policy.count_due_days(watch_list, level)),
            )
        )  # fmt: skip
    insert_rows(entries)


def _continue_entries(
    on: date, watch_list: WatchList, flags: Flags, kept: Kept, pairs: Integers, policy: WatchPolicy
) -> None:  # fmt: skip
    if not len(pairs):
        return
    alarm_due = on + timedelta(days=policy.count_due_days(watch_list, WatchLevel.ALARM))
    places = pairs[:, 1].tolist()
    values = [
        kept.keys[pairs[:, 0]].tolist(),
        [_name_level(flags, place).value for place in places],
        [int(flags.weight[place]) for place in places],
        [json.dumps(_write(flags, place)) for place in places],
        on,
        alarm_due,
    ]
    with connection.cursor() as cursor:
        cursor.execute(_CONTINUE, values)


def _name_level(flags: Flags, place: int) -> WatchLevel:
    return WatchLevel.ALARM if flags.is_alarm[place] else WatchLevel.WATCH


def _write(flags: Flags, place: int) -> list[dict[str, int | str]]:
    return [reason.as_data() for reason in flags.reasons[place]]


def _column(rows: Sequence[Sequence[Any]], at: int) -> Integers:
    return np.array([one[at] for one in rows], dtype=np.int64)
