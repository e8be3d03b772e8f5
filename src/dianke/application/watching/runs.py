"""The weekly run: every list that has a source goes through all customers at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from dianke.domain.watching.models import WatchRun
from dianke.domain.watching.operations import runs as operations
from dianke.domain.watching.queries import entries as queries
from dianke.domain.watching.queries import facts, gathering
from dianke.domain.watching.queries.background import read_standing
from dianke.domain.watching.queries.gathering import Fleet
from dianke.domain.watching.queries.policies import get_policy
from dianke.domain.watching.rules import signs
from dianke.domain.watching.rules.arrears import find_arrears
from dianke.domain.watching.rules.background import (
    Offer,
    complete,
    list_lacking,
    offer_complaints,
    offer_contract,
    offer_filings,
    offer_months,
    offer_satisfaction,
    offer_standing,
)
from dianke.domain.watching.rules.falling import find_falling
from dianke.domain.watching.rules.idle import find_idle
from dianke.domain.watching.rules.merging import plan_run
from dianke.domain.watching.rules.policy import WatchPolicy
from dianke.domain.watching.types import Bools, Flags, Integers, WatchList
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every list is asked with."""

    fleet: Fleet
    policy: WatchPolicy
    on: date
    month: date | None


@dataclass(frozen=True, slots=True)
class _Found:
    """Flags, which customers could be judged at all, and what the list knows beside its signs."""

    flags: Flags
    is_judged: Bools
    offers: Sequence[Offer] = ()


def run_week(*, actor: Actor, at: datetime) -> WatchRun:
    """Make the lists of yesterday, once."""
    yesterday = to_shanghai(at).date() - timedelta(days=1)
    done = queries.get_last_run(actor=actor)
    if done is not None and done.as_of_date >= yesterday:
        return done
    return make_lists(actor=actor, as_of=yesterday, at=at)


@use_case(right="watching.manage")
def make_lists(*, actor: Actor, as_of: date, at: datetime) -> WatchRun:
    """
    Let every list that has a source go through all customers as of the end of a day.

    :raises WatchRunExists: if that was done
    """
    policy = get_policy(actor=actor, on=as_of)
    fleet = gathering.read_fleet()
    month = gathering.find_use_month(before=as_of + timedelta(days=1))
    run = operations.begin_run(as_of=as_of, policy=policy, size=fleet.size, login=actor.login, at=at)
    asked = _Asked(fleet, policy, as_of, month)
    missing = facts.find_missing(on=as_of, month=month)
    figures = {
        watch_list.value: _make_list(run, watch_list, asked, at)
        for watch_list in WatchList
        if watch_list.value not in missing
    }
    operations.end_run(run=run, use_month=month, figures=figures, missing=missing)
    return run


def _make_list(run: WatchRun, watch_list: WatchList, asked: _Asked, at: datetime) -> dict[str, int]:
    rest_days = asked.policy.get_general("rest_days")
    kept = operations.load_kept(watch_list=watch_list, fleet=asked.fleet, on=asked.on, rest_days=rest_days)
    is_living = np.zeros(asked.fleet.size, dtype=bool)
    is_living[kept.living.row] = True
    found = _FINDERS[watch_list](asked, is_living)
    flags, is_judged = found.flags, found.is_judged
    plan = plan_run(flags, living=kept.living, resting=kept.resting, policy=asked.policy, is_judged=is_judged)
    flags = _complete(asked, found, np.concatenate([plan.new, plan.continued[:, 1]]))
    operations.carry_out(
        run=run, watch_list=watch_list, fleet=asked.fleet, flags=flags, kept=kept, plan=plan, policy=asked.policy,
        at=at,
    )  # fmt: skip
    alarms = int(flags.is_alarm.sum())
    return {
        "judged": int(is_judged.sum()), "watch": flags.size - alarms, "alarm": alarms, "new": int(plan.new.size),
        "continued": len(plan.continued), "lapsed": int(plan.lapsed.size), "resting": plan.resting,
        "left_out": plan.left_out,
    }  # fmt: skip


def _complete(asked: _Asked, found: _Found, places: Integers) -> Flags:
    """Say beside the signs of what is raised or goes on what else is known, so that each has three reasons."""
    lacking = list_lacking(found.flags, places)
    rows = np.sort(found.flags.rows[lacking])
    known = read_standing(asked.fleet, rows, month=asked.month or asked.on.replace(day=1))
    return complete(found.flags, lacking, [*found.offers, *offer_standing(known)])


def _find_falling(asked: _Asked, is_living: Bools) -> _Found:
    assert asked.month is not None  # noqa: S101 - a list without its source is not made
    use = gathering.read_use(asked.fleet, month=asked.month)
    is_judged = (use.now[:, -1] >= 0) & (use.before[:, -1] >= 0)
    return _Found(find_falling(use, policy=asked.policy, is_living=is_living), is_judged, offer_months(use))


def _find_idle(asked: _Asked, is_living: Bools) -> _Found:
    assert asked.month is not None  # noqa: S101 - a list without its source is not made
    months = asked.policy.get(WatchList.IDLE_CAPACITY, "months")
    held = gathering.read_capacity(asked.fleet, month=asked.month, months=months, on=asked.on)
    is_judged = (held.capacity_va > 0) & ((held.demand_w >= 0) | (held.energy_kwh_e2 >= 0).all(axis=1))
    days = asked.policy.get(WatchList.LEAVING, "suspension_days")
    filed = _count(gathering.read_suspensions(asked.fleet, on=asked.on), asked, days)
    flags = find_idle(held, policy=asked.policy, is_living=is_living)
    return _Found(flags, is_judged, [offer_filings(filed, days)])


def _find_arrears(asked: _Asked, _is_living: Bools) -> _Found:
    scores = gathering.read_scores(asked.fleet, on=asked.on)
    return _Found(find_arrears(scores, policy=asked.policy), np.ones(asked.fleet.size, dtype=bool))


def _find_leaving(asked: _Asked, _is_living: Bools) -> _Found:
    known = facts.read_signs(asked.fleet, on=asked.on)
    size, days = asked.fleet.size, asked.policy.get(WatchList.COMPLAINTS, "window_days")
    complained = facts.read_complaints(asked.fleet, on=asked.on)["complaint"]
    contracts = known.get("market_contract", signs.DatedFacts.empty())
    return _Found(
        signs.find_leaving(known, size=size, on=asked.on, policy=asked.policy),
        np.ones(size, dtype=bool),
        [
            offer_contract(contracts, size=size, today=signs.count_days(asked.on)),
            offer_complaints(_count(complained, asked, days), days),
        ],
    )


def _find_complaining(asked: _Asked, _is_living: Bools) -> _Found:
    known = facts.read_complaints(asked.fleet, on=asked.on)
    size, until = asked.fleet.size, signs.count_days(asked.on)
    since = until - asked.policy.get(WatchList.COMPLAINTS, "window_days")
    told, day = signs.find_last_values(known["satisfaction"], size=size, since=since, until=until)
    return _Found(
        signs.find_complaining(known, size=size, on=asked.on, policy=asked.policy),
        np.ones(size, dtype=bool),
        [offer_satisfaction(told, day)],
    )


def _count(found: signs.DatedFacts, asked: _Asked, days: int) -> signs.Counted:
    until = signs.count_days(asked.on)
    return signs.count(found, size=asked.fleet.size, since=until - days, until=until, with_ended=True)


_FINDERS: dict[WatchList, Callable[[_Asked, Bools], _Found]] = {
    WatchList.FALLING_USE: _find_falling,
    WatchList.IDLE_CAPACITY: _find_idle,
    WatchList.ARREARS_RISK: _find_arrears,
    WatchList.LEAVING: _find_leaving,
    WatchList.COMPLAINTS: _find_complaining,
}
