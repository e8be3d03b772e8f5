"""Work on steps of dunning: by the collector, and by who supervises."""

from datetime import date, datetime

from dianke.domain.collection.models import DunningPause, DunningStep
from dianke.domain.collection.operations import work
from dianke.domain.collection.operations.dunning import ABOUT, PURPOSE
from dianke.domain.collection.queries import steps as queries
from dianke.domain.collection.queries.ladders import list_ladders
from dianke.domain.collection.rules.ladder import fill_text, find_ladder, list_values
from dianke.domain.collection.types import BY_PAPER, PauseKind, StepKind, StepResult
from dianke.domain.customers.queries.accounts import get_account
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.outbox import operations as outbox
from dianke.platform.outbox.types import MessageChannel, NewMessage

_POSTED = {StepResult.SENT, StepResult.DELIVERED}


class AccountUnknown(DomainError):
    """There is no account of the number within the actor's units."""

    code = "collection.account_unknown"
    message = "there is no account {number}"


@use_case(right="collection.manage")
def release_step(*, actor: Actor, key: int, at: datetime) -> DunningStep:
    """Let a step go on that was held for a person."""
    step = queries.get_step(actor=actor, key=key, lock=True)
    return work.release_step(actor=actor, step=step, subject=find_subject(step), login=actor.login, at=at)


@use_case(right="collection.work")
def record_result(
    *,
    actor: Actor,
    key: int,
    result: StepResult,
    note: str,
    at: datetime,
    promise_until: date | None = None,
    promise_fen: int = 0,
) -> DunningStep:
    """Record what a person reached; what went by letter stands among the messages, a dispute pauses the account."""
    on = to_shanghai(at).date()
    step = queries.get_step(actor=actor, key=key, lock=True)
    work.record_result(
        step=step, result=result, note=note, login=actor.login, on=on, promise_until=promise_until,
        promise_fen=promise_fen,
    )  # fmt: skip
    if StepKind(step.kind) in BY_PAPER and result in _POSTED:
        _record_letter(actor, step, at)
    if result is StepResult.DISPUTED:
        work.pause_for_dispute(step=step, login=actor.login, at=at)
    return step


@use_case(right="collection.manage")
def cancel_step(*, actor: Actor, key: int, reason: str, at: datetime) -> DunningStep:
    """Leave a step out."""
    step = queries.get_step(actor=actor, key=key, lock=True)
    return work.cancel_step(step=step, reason=reason, login=actor.login, on=to_shanghai(at).date())


@use_case(right="collection.manage")
def pause_account(
    *, actor: Actor, number: str, kind: PauseKind, reason: str, until: date | None, at: datetime
) -> DunningPause:
    """
    Let an account not be dunned for a time.

    :raises AccountUnknown: if there is none within the actor's units
    """
    account = get_account(actor=actor, number=number)
    if account is None:
        raise AccountUnknown(field="number", number=number)
    since = to_shanghai(at).date()
    return work.pause_account(
        account=account, kind=kind, reason=reason, since=since, until=until, login=actor.login, at=at
    )


@use_case(right="collection.manage")
def end_pause(*, actor: Actor, key: int, at: datetime) -> DunningPause:
    """Let an account be dunned again."""
    pause = queries.get_pause(actor=actor, key=key)
    return work.end_pause(pause=pause, login=actor.login, on=to_shanghai(at).date())


def find_subject(step: DunningStep) -> str:
    """Return the subject of a step by the ladder that it was proposed from."""
    found = find_ladder(list_ladders(), on=step.ladder_from_date).find_step(step.code)
    if found is None:
        return ""
    values = list_values(
        unit=step.unit.name, name=step.account.customer.name, account=step.account.number,
        overdue_fen=step.overdue_fen, days_overdue=step.days_overdue, items=step.item_count,
        due=step.since_due_date, today=step.proposed_on,
    )  # fmt: skip
    return fill_text(found.subject, values=values)


def _record_letter(actor: Actor, step: DunningStep, at: datetime) -> None:
    address = step.account.location.address if step.account.location else ""
    message = outbox.queue_message(
        actor=actor,
        new=NewMessage(
            unit_id=step.unit_id,
            channel=MessageChannel.LETTER,
            address=address or step.account.number,
            text=step.text,
            subject=find_subject(step),
            purpose=PURPOSE,
            source=f"dunning:{step.pk}",
            template=f"dunning.{step.code}",
            template_from=step.ladder_from_date,
            about_kind=ABOUT,
            about_key=str(step.pk),
            due_at=at,
        ),
        login=actor.login,
        at=at,
    )
    work.attach_message(step=step, message=outbox.record_posted(actor=actor, message=message, login=actor.login, at=at))
