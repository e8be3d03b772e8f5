"""Work on steps: release, record what was reached, promises and whether they were kept, pauses."""

from datetime import date, datetime

from django.db import connection

from dianke.domain.collection.models import DunningPause, DunningStep, PaymentPromise
from dianke.domain.collection.operations.dunning import send_step
from dianke.domain.collection.queries.people import find_reach
from dianke.domain.collection.types import BY_MESSAGE, PauseKind, PromiseState, StepKind, StepResult, StepState
from dianke.domain.customers.models import CustomerAccount
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope
from dianke.platform.outbox.models import Message
from dianke.platform.outbox.types import Consent

_SYSTEM = Actor.system("judging promises")
# What came on the bills of an account within some days: credits on receivables, less what was given up.
_PAID = """
select coalesce(sum(p.credit_fen), 0)::bigint
  from receivables_posting p
  join receivables_ledgeraccount a on a.id = p.ledger_account_id
  join receivables_voucher v on v.id = p.voucher_id
 where p.customer_account_id = %(account)s and (a.code = '1122' or a.code like '1122.%%')
   and p.booked_on between %(first)s and %(last)s and v.kind not in ('WRITE_OFF', 'BAD_DEBT_RETURN')
"""


class StepOutOfState(DomainError):
    """The step is no longer where the act would find it."""

    code = "collection.step_out_of_state"
    message = "step {step} is in another state by now"


class UnableToRecord(DomainError):
    """What was reached cannot be recorded so."""

    code = "collection.unable_to_record"
    message = "this cannot be recorded: {reason}"


def release_step(*, actor: Scope, step: DunningStep, subject: str, login: str, at: datetime) -> DunningStep:
    """
    Let a step go on that was held: a message into the outbox, work to whoever sees to the account.

    :raises StepOutOfState: if it is not held
    :raises UnableToRecord: if it is a message that nobody may be sent
    """
    if step.state != StepState.HELD.value:
        raise StepOutOfState(field="step", step=step.number, state=step.state)
    step.released_by = login
    if StepKind(step.kind) in BY_MESSAGE:
        _require_reach(step, to_shanghai(at).date())
        send_step(actor=actor, step=step, subject=subject, login=login, at=at)
        step.save(update_fields=["released_by"])
        return step
    step.state, step.hold_reason = StepState.OPEN.value, ""
    step.save(update_fields=["state", "hold_reason", "released_by"])
    return step


def record_result(
    *,
    step: DunningStep,
    result: StepResult,
    note: str,
    login: str,
    on: date,
    promise_until: date | None = None,
    promise_fen: int = 0,
) -> DunningStep:
    """
    Record what a person reached; a promise is kept with its day and amount, a dispute pauses the account.

    :raises StepOutOfState: if the step does not wait for a person
    :raises UnableToRecord: if a promise has no day to come or no amount
    """
    if step.state != StepState.OPEN.value:
        raise StepOutOfState(field="step", step=step.number, state=step.state)
    if result is StepResult.PROMISED:
        if promise_until is None or promise_until < on or promise_fen <= 0:
            raise UnableToRecord(field="promise_until", reason="a promise needs a day to come and an amount")
        PaymentPromise(
            step=step, account=step.account, promised_on=on, until_date=promise_until, amount_fen=promise_fen
        ).save()
    if result is StepResult.DISPUTED and not note.strip():
        raise UnableToRecord(field="note", reason="say what is disputed")
    step.state, step.result, step.note = StepState.DONE.value, result.value, note.strip()[:400]
    step.done_on, step.done_by = on, login
    step.save(update_fields=["state", "result", "note", "done_on", "done_by"])
    return step


def cancel_step(*, step: DunningStep, reason: str, login: str, on: date) -> DunningStep:
    """
    Leave a step out, with a reason.

    :raises StepOutOfState: if it neither waits nor is held
    :raises UnableToRecord: without a reason
    """
    if step.state not in {StepState.OPEN.value, StepState.HELD.value}:
        raise StepOutOfState(field="step", step=step.number, state=step.state)
    if not reason.strip():
        raise UnableToRecord(field="reason", reason="give a reason")
    step.state, step.note, step.done_on, step.done_by = StepState.CANCELLED.value, reason.strip()[:400], on, login
    step.save(update_fields=["state", "note", "done_on", "done_by"])
    return step


def pause_account(
    *, account: CustomerAccount, kind: PauseKind, reason: str, since: date, until: date | None, login: str, at: datetime
) -> DunningPause:
    """
    Let an account not be dunned for a time.

    :raises UnableToRecord: without a reason, or if it ends before it begins
    """
    if not reason.strip():
        raise UnableToRecord(field="reason", reason="give a reason")
    if until is not None and until < since:
        raise UnableToRecord(field="until", reason="it ends before it begins")
    pause = DunningPause(
        account=account, kind=kind.value, reason=reason.strip()[:300], since_date=since, until_date=until,
        set_by=login, set_at=at,
    )  # fmt: skip
    pause.save()
    return pause


def end_pause(*, pause: DunningPause, login: str, on: date) -> DunningPause:
    """
    Let an account be dunned again from the day after.

    :raises UnableToRecord: if it has ended
    """
    if pause.until_date is not None and pause.until_date < on:
        raise UnableToRecord(field="pause", reason="it has ended")
    pause.until_date, pause.ended_by = max(on, pause.since_date), login
    pause.save(update_fields=["until_date", "ended_by"])
    return pause


def judge_promises(*, on: date) -> tuple[int, int]:
    """Judge promises whose day is over by what came since they were made; return how many were kept and broken."""
    rows = PaymentPromise.objects.for_actor(_SYSTEM).filter(state=PromiseState.OPEN.value).order_by("id")
    kept = broken = 0
    for promise in rows:
        promise.paid_fen = count_paid(
            account_id=promise.account_id, first=promise.promised_on, last=min(promise.until_date, on)
        )
        is_kept = promise.paid_fen >= promise.amount_fen
        if is_kept or promise.until_date < on:
            promise.state = (PromiseState.KEPT if is_kept else PromiseState.BROKEN).value
            promise.save(update_fields=["paid_fen", "state"])
            kept, broken = kept + is_kept, broken + (not is_kept)
    return kept, broken


def count_paid(*, account_id: int, first: date, last: date) -> int:
    """Return what came on the bills of an account from one day to another, both included."""
    with connection.cursor() as cursor:
        cursor.execute(_PAID, {"account": account_id, "first": first, "last": last})
        return int(cursor.fetchone()[0])


def _require_reach(step: DunningStep, on: date) -> None:
    reach = find_reach(customer_id=step.account.customer_id, on=on)
    if reach.consent is Consent.WITHDRAWN:
        raise UnableToRecord(field="step", reason="the customer took back their consent")
    if not reach.find_address(StepKind(step.kind)):
        raise UnableToRecord(field="step", reason="nobody can be written to")


def pause_for_dispute(*, step: DunningStep, login: str, at: datetime) -> DunningPause:
    """Pause the account of a step whose bills are disputed, until somebody ends it."""
    on = to_shanghai(at).date()
    return pause_account(
        account=step.account, kind=PauseKind.DISPUTE, reason=step.note, since=on, until=None, login=login, at=at
    )


def attach_message(*, step: DunningStep, message: Message) -> DunningStep:
    """Name the message that a step went out by."""
    step.message = message
    step.save(update_fields=["message"])
    return step
