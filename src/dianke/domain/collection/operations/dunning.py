"""Propose the steps of a day: at most one an account, the next of the ladder, messages into the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from dianke.domain.collection.models import DunningStep
from dianke.domain.collection.queries import people
from dianke.domain.collection.rules import ladder as rules
from dianke.domain.collection.rules.ladder import Ladder, LadderStep
from dianke.domain.collection.types import BY_MESSAGE, Arrears, StepKind, StepResult, StepState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.queries.agreements import find_accounts_under_agreement
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import at_midnight, to_shanghai
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope
from dianke.platform.outbox import operations as outbox
from dianke.platform.outbox.types import MessageChannel, NewMessage

PURPOSE = "DUNNING"
ABOUT = "collection.dunningstep"
_SYSTEM = Actor.system("proposing steps of dunning")
_CHUNK = 1_000
_CHANNELS = {
    StepKind.SMS: MessageChannel.SMS,
    StepKind.EMAIL: MessageChannel.EMAIL,
    StepKind.WECHAT: MessageChannel.WECHAT,
}
# The end of the working day.
_CLOSING = timedelta(hours=18)


@dataclass
class Proposed:
    """What a day's proposing came to."""

    steps: int = 0
    held: int = 0
    messages: int = 0
    by_code: dict[str, int] = field(default_factory=dict)


def propose_steps(
    *, actor: Scope, arrears: Sequence[Arrears], ladder: Ladder, on: date, at: datetime,
    reminder_days: Mapping[str, int] | None = None,
) -> Proposed:  # fmt: skip
    """
    Write the steps that accounts are due for on a day, and return what they came to; may be called again the same day.

    Nothing is proposed for an account that had a step today, whose last step still waits for a person, or that is
    paused. Vulnerable and important customers, and those who cannot be written to, are held for a person.

    :param reminder_days: by how many days reminders go earlier, by the credit grade of the customer
    """
    proposed = Proposed()
    for start in range(0, len(arrears), _CHUNK):
        _propose_some(actor, arrears[start : start + _CHUNK], ladder, on, at, proposed, reminder_days or {})
    return proposed


def _propose_some(
    actor: Scope, arrears: Sequence[Arrears], ladder: Ladder, on: date, at: datetime, proposed: Proposed,
    reminder_days: Mapping[str, int],
) -> None:  # fmt: skip
    keys = [one.customer_account_id for one in arrears]
    history = _list_history(keys)
    paused = people.find_paused(account_ids=keys, on=on)
    protected = people.find_protected(account_ids=keys, on=on)
    collectors = people.find_collectors(account_ids=keys, on=on)
    rows = CustomerAccount.objects.for_actor(_SYSTEM).filter(pk__in=keys).select_related("customer", "unit")
    accounts = {account.pk: account for account in rows}
    for one in arrears:
        account = accounts.get(one.customer_account_id)
        if account is None or account.pk in paused:
            continue
        earlier = reminder_days.get(account.customer.credit_grade, 0)
        step = _choose(ladder, one, account.customer_id, history.get(account.pk, []), on, earlier)
        if step is not None:
            hold = protected.get(account.pk, "")
            _write(actor, ladder, step, one, account, hold, collectors.get(account.pk, ""), on, at, proposed)


def _choose(
    ladder: Ladder, owed: Arrears, customer_id: int, before: Sequence[DunningStep], on: date, earlier: int
) -> LadderStep | None:
    waits = {StepState.OPEN.value, StepState.HELD.value}
    if any(one.proposed_on >= on or one.state in waits for one in before):
        return None
    own = [one for one in before if one.since_due_date == owed.oldest_due_date]
    last = max((one.proposed_on for one in own), default=None)
    done = {one.code for one in own}
    while True:
        step = rules.find_next_step(
            ladder,
            days_overdue=owed.days_overdue,
            overdue_fen=owed.overdue_fen,
            usage_class=owed.usage_class,
            done=done,
            days_since_last=(on - last).days if last else None,
            reminder_days_earlier=earlier,
        )
        if step is None or step.kind is not StepKind.WECHAT:
            return step
        if people.find_reach(customer_id=customer_id, on=on).find_address(StepKind.WECHAT):
            return step
        # Who is not on WeChat has no such step: held for a person it would stop the ladder of most accounts.
        done.add(step.code)


def _write(
    actor: Scope, ladder: Ladder, step: LadderStep, owed: Arrears, account: CustomerAccount, hold: str,
    collector: str, on: date, at: datetime, proposed: Proposed,
) -> None:  # fmt: skip
    reach = people.find_reach(customer_id=account.customer_id, on=on) if step.kind in BY_MESSAGE else people.Reach()
    address = reach.find_address(step.kind)
    if step.kind in BY_MESSAGE and not hold:
        hold = "no_address" if not address else "" if step.is_automatic else "to_be_released"
        hold = "consent_withdrawn" if reach.consent.value == "WITHDRAWN" else hold
    values = rules.list_values(
        unit=account.unit.name, name=account.customer.name, account=account.number, overdue_fen=owed.overdue_fen,
        days_overdue=owed.days_overdue, items=owed.items, due=owed.oldest_due_date, today=on,
    )  # fmt: skip
    row = DunningStep(
        unit=account.unit,
        account=account,
        since_due_date=owed.oldest_due_date,
        code=step.code,
        kind=step.kind.value,
        ladder_from_date=ladder.valid_from,
        proposed_on=on,
        due_at=_find_due(on, step.done_within_days),
        days_overdue=owed.days_overdue,
        overdue_fen=owed.overdue_fen,
        item_count=owed.items,
        text=rules.fill_text(step.text, values=values),
        state=(StepState.HELD if hold else StepState.OPEN).value,
        hold_reason=hold,
        assigned_to=collector,
    )
    row.save()
    proposed.steps += 1
    proposed.held += bool(hold)
    proposed.by_code[step.code] = proposed.by_code.get(step.code, 0) + 1
    if step.kind in BY_MESSAGE and not hold:
        send_step(actor=actor, step=row, subject=rules.fill_text(step.subject, values=values), login="system", at=at)
        proposed.messages += 1


def send_step(*, actor: Scope, step: DunningStep, subject: str, login: str, at: datetime) -> DunningStep:
    """Put the message of a step into the outbox; the step is then done."""
    on = to_shanghai(at).date()
    reach = people.find_reach(customer_id=step.account.customer_id, on=on)
    kind = StepKind(step.kind)
    step.message = outbox.queue_message(
        actor=_SYSTEM,
        new=NewMessage(
            unit_id=step.unit_id,
            channel=_CHANNELS[kind],
            address=reach.find_address(kind),
            text=step.text,
            subject=subject,
            purpose=PURPOSE,
            source=f"dunning:{step.pk}",
            template=f"dunning.{step.code}",
            template_from=step.ladder_from_date,
            about_kind=ABOUT,
            about_key=str(step.pk),
            due_at=at,
            consent=reach.find_consent(kind),
            quiet=reach.find_quiet(kind),
        ),
        login=login,
        at=at,
    )
    step.state, step.hold_reason = StepState.DONE.value, ""
    step.result, step.done_on, step.done_by = StepResult.SENT.value, on, login
    step.save(update_fields=["message", "state", "hold_reason", "result", "done_on", "done_by"])
    return step


def cancel_paid_steps(*, on: date, overdue_account_ids: set[int]) -> int:
    """Close steps that wait though the account owes nothing overdue that is not agreed on, and return how many."""
    rows = DunningStep.objects.for_actor(_SYSTEM).filter(state__in=[StepState.OPEN.value, StepState.HELD.value])
    over = {key: account for key, account in rows.values_list("pk", "account_id") if account not in overdue_account_ids}
    agreed = find_accounts_under_agreement(account_ids=set(over.values()))
    for note in ("paid", "agreed"):
        of_note = [key for key, account in over.items() if (account in agreed) == (note == "agreed")]
        for keys in (of_note[start : start + _CHUNK] for start in range(0, len(of_note), _CHUNK)):
            with transaction.atomic():
                some = DunningStep.objects.for_actor(_SYSTEM).filter(pk__in=keys)
                some.update(state=StepState.CANCELLED.value, note=note, done_on=on, done_by="system")
    return len(over)


def _list_history(keys: Sequence[int]) -> dict[int, list[DunningStep]]:
    rows = DunningStep.objects.for_actor(_SYSTEM).filter(account_id__in=keys).order_by("id")
    found: dict[int, list[Any]] = {}
    for one in rows:
        found.setdefault(one.account_id, []).append(one)
    return found


def _find_due(on: date, days: int) -> datetime:
    return at_midnight(load_mainland_calendar().add_working_days(on, days)) + _CLOSING
