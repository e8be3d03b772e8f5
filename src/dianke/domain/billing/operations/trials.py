"""Trials of other prices: begun, counted on, ended once."""

from datetime import date, datetime

from django.db import connection

from dianke.domain.billing.models import BillTrial
from dianke.domain.billing.queries import trial_figures, trials
from dianke.domain.billing.rules import trial_reports
from dianke.domain.billing.rules.trials import Tally
from dianke.domain.billing.types import OPEN_TRIALS, TrialStatus
from dianke.domain.customers.types import UsageClass
from dianke.domain.tariffs import queries as tariffs
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope

# Numbers of a month's trials follow each other.
_NUMBERS = 7206
_OPEN = [status.value for status in OPEN_TRIALS]


class UnableToTry(DomainError):
    """Nothing can be tried like this."""

    code = "billing.unable_to_try"
    message = "{sheet} is not tried on {month}: {reason}"


class TrialEnded(DomainError):
    """The trial is done, failed or was cancelled."""

    code = "billing.trial_ended"
    message = "trial {number} is {status} already"


def start_trial(*, actor: Actor, unit: Unit, version_id: int, month: date, usage_class: str, at: datetime) -> BillTrial:
    """
    Put a trial on the list; whoever carries it out works it off shard by shard.

    :raises UnableToTry: if no bill of the month was issued at the unit, or the class is unknown
    :raises NoSuchPlan: if there is no such version
    """
    version = tariffs.get_version(actor=actor, version_id=version_id)
    facts = {"sheet": version.sheet_id, "month": f"{month:%Y-%m}"}
    if usage_class and usage_class not in UsageClass.__members__:
        raise UnableToTry(field="usage_class", reason="the class of use is unknown", **facts)
    trial = BillTrial(
        unit=unit,
        month=month,
        version=version,
        usage_class=usage_class,
        started_by=actor.login,
        started_at=at,
    )
    trial.shard_count = len(trial_figures.list_shards(trial=trial))
    if not trial.shard_count:
        raise UnableToTry(field="month", reason="no bills of the month are issued", **facts)
    trial.number = _next_number(actor, month)
    trial.save()
    return trial


def begin_trial(*, trial: BillTrial) -> None:
    """
    Take up a trial, from the beginning where an interrupted try left it.

    :raises TrialEnded: if it is done, failed or was cancelled
    """
    _require_open(trial)
    trial.status, trial.shards_done = TrialStatus.RUNNING.value, 0
    trial.save(update_fields=["status", "shards_done"])


def note_progress(*, actor: Scope, trial: BillTrial, shards_done: int) -> bool:
    """Note how many shards are done and tell whether the trial is still wanted."""
    rows = BillTrial.objects.for_actor(actor).filter(pk=trial.pk, status=TrialStatus.RUNNING.value)
    return bool(rows.update(shards_done=shards_done))


def finish_trial(*, trial: BillTrial, tally: Tally, at: datetime) -> None:
    """
    Keep the report of a trial and nothing else of it.

    :raises TrialEnded: if it was cancelled meanwhile
    """
    _require_open(trial)
    named = trials.list_account_numbers(bill_ids=trial_reports.list_named_bills(tally))
    head = trial_reports.TrialHead(
        number=trial.number,
        month=trial.month,
        plan_code=trial.version.plan.code,
        sheet_id=trial.version.sheet_id,
        version_id=trial.version_id,
        unit_code=trial.unit.code,
        unit_name=trial.unit.name,
        usage_class=trial.usage_class,
    )
    trial.report = trial_reports.write_report(head=head, tally=tally, account_numbers=named)
    trial.report_sha256 = trial_reports.hash_report(trial.report)
    trial.bill_count, trial.difference_fen = tally.total.bills, tally.total.difference_fen
    trial.shards_done = trial.shard_count
    trial.status, trial.finished_at = TrialStatus.DONE.value, at
    trial.save()


def fail_trial(*, trial: BillTrial, reason: str, at: datetime) -> None:
    """
    End a trial that cannot go on, with the cause.

    :raises TrialEnded: if it was cancelled meanwhile
    """
    _end(trial, TrialStatus.FAILED, reason, at)


def cancel_trial(*, trial: BillTrial, reason: str, at: datetime) -> None:
    """
    End a trial that nobody wants any more.

    :raises TrialEnded: if it has ended already
    """
    _end(trial, TrialStatus.CANCELLED, reason, at)


def _end(trial: BillTrial, status: TrialStatus, reason: str, at: datetime) -> None:
    _require_open(trial)
    trial.status, trial.finished_at, trial.end_reason = status.value, at, reason.strip()[:300]
    trial.save(update_fields=["status", "finished_at", "end_reason"])


def _require_open(trial: BillTrial) -> None:
    if trial.status not in _OPEN:
        raise TrialEnded(number=trial.number, status=trial.status)


def _next_number(actor: Scope, month: date) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_NUMBERS])
        cursor.execute("select count(*) from billing_billtrial where month = %s", [month])
        return f"SS-{month:%Y%m}-{cursor.fetchone()[0] + 1:03d}"
