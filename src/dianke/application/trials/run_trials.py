"""Start, carry out and cancel a trial; nothing is kept of it but how far it is and, at the end, its report."""

from collections.abc import Callable
from datetime import date, datetime

from django.db import transaction

from dianke.domain.billing.models import BillTrial
from dianke.domain.billing.operations import trials
from dianke.domain.billing.queries import trial_figures
from dianke.domain.billing.queries import trials as trial_queries
from dianke.domain.billing.rules.trials import Tally
from dianke.domain.billing.types import OPEN_TRIALS
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit

Progress = Callable[[int, int], None]
RIGHT = "billing.trial"
_OPEN = frozenset(status.value for status in OPEN_TRIALS)


class UnitOutOfReach(DomainError):
    """The unit does not exist, or lies outside the actor's."""

    code = "billing.unit_out_of_reach"
    message = "unit {unit} is not among your units"


def list_units(*, actor: Actor) -> list[Unit]:
    """Return the units at which the actor may try prices, parents first."""
    return [unit for unit in org.list_units(actor=actor) if actor.may(RIGHT, unit.path)]


@use_case(right=RIGHT)
def start_trial(
    *, actor: Actor, version_id: int, month: date, unit_code: str = "", usage_class: str = "", at: datetime
) -> BillTrial:
    """
    Put a trial on the list for a unit and what lies below it: the one named, else the actor's highest.

    :raises UnitOutOfReach: if the actor may not try prices there
    """
    unit = next((one for one in list_units(actor=actor) if unit_code in {"", one.code}), None)
    if unit is None:
        raise UnitOutOfReach(field="unit", unit=unit_code)
    return trials.start_trial(
        actor=actor, unit=unit, version_id=version_id, month=month, usage_class=usage_class, at=at
    )


def carry_out_trial(*, actor: Actor, number: str, progress: Progress | None = None) -> BillTrial:
    """
    Calculate every shard under the other prices and keep the report; a trial that has ended is left as it is.

    It stops between two shards when it is cancelled. What it cannot get over ends it as failed, with the cause.
    """
    trial = begin_trial(actor=actor, number=number)
    if trial.status not in _OPEN:
        return trial
    try:
        tally = _count(actor, trial, progress)
    except Exception as fault:
        reason = str(fault) if isinstance(fault, DomainError) else f"fault of the program: {type(fault).__name__}"
        ended = fail_trial(actor=actor, number=number, cause=reason, at=SystemClock().now())
        if isinstance(fault, DomainError):
            return ended
        raise
    if tally is None:
        return trial_queries.get_trial(actor=actor.within(RIGHT), number=number)
    return finish_trial(actor=actor, number=number, tally=tally, at=SystemClock().now())


@use_case(right=RIGHT)
def begin_trial(*, actor: Actor, number: str) -> BillTrial:
    """Take up a trial, unless it has ended."""
    trial = trial_queries.get_trial(actor=actor, number=number, lock=True)
    if trial.status in _OPEN:
        trials.begin_trial(trial=trial)
    return trial


@use_case(right=RIGHT)
def finish_trial(*, actor: Actor, number: str, tally: Tally, at: datetime) -> BillTrial:
    """Keep the report, unless the trial was cancelled in the last moment."""
    trial = trial_queries.get_trial(actor=actor, number=number, lock=True)
    if trial.status in _OPEN:
        trials.finish_trial(trial=trial, tally=tally, at=at)
    return trial


@use_case(right=RIGHT)
def fail_trial(*, actor: Actor, number: str, cause: str, at: datetime) -> BillTrial:
    """Say why a trial did not come to its end."""
    trial = trial_queries.get_trial(actor=actor, number=number, lock=True)
    if trial.status in _OPEN:
        trials.fail_trial(trial=trial, reason=cause, at=at)
    return trial


@use_case(right=RIGHT)
def cancel_trial(*, actor: Actor, number: str, reason: str, at: datetime) -> BillTrial:
    """Stop a trial that has not ended."""
    trial = trial_queries.get_trial(actor=actor, number=number, lock=True)
    trials.cancel_trial(trial=trial, reason=reason, at=at)
    return trial


def _count(actor: Actor, trial: BillTrial, progress: Progress | None) -> Tally | None:
    """Return what was found, or None when the trial was cancelled on the way."""
    shards = trial_figures.list_shards(trial=trial)
    question, tally = trial_figures.ask(trial=trial), Tally()
    for done, shard in enumerate(shards):
        if progress:
            progress(done, len(shards))
        trial_figures.try_shard(shard=shard, question=question, tally=tally)
        with transaction.atomic():
            if not trials.note_progress(actor=actor.within(RIGHT), trial=trial, shards_done=done + 1):
                return None
    if progress:
        progress(len(shards), len(shards))
    return tally
