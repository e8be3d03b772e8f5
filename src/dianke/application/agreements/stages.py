"""Staged settlement: terms by two persons; the night asks for the stages of the month and announces them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from dianke.application.agreements.accounts import get_account
from dianke.domain.collection.queries.people import find_reach
from dianke.domain.receivables.models import StagedTerms, StageRequest
from dianke.domain.receivables.operations import stages as operations
from dianke.domain.receivables.operations.stages import NewStagedTerms
from dianke.domain.receivables.queries import stages as queries
from dianke.domain.receivables.rules.stages import StagePolicy, get_policy
from dianke.kernel.clock import to_shanghai
from dianke.kernel.money import fen_to_yuan
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor
from dianke.platform.outbox import operations as outbox
from dianke.platform.outbox.types import MessageChannel, NewMessage

_PROPOSE, _APPROVE = "agreements.propose", "agreements.approve"
PURPOSE, ABOUT = "STAGE", "receivables.stagerequest"


@use_case(right=_PROPOSE)
def propose_staged_terms(*, actor: Actor, account_number: str, new: NewStagedTerms, at: datetime) -> StagedTerms:
    """Propose that an account pays within the month, in stages."""
    account = get_account(actor, account_number)
    return operations.propose_terms(actor=actor, account=account, new=new, login=actor.login, at=at)


@use_case(right=_APPROVE)
def approve_staged_terms(*, actor: Actor, key: int, at: datetime, reason: str = "") -> StagedTerms:
    """
    Let terms of staged settlement hold that another person proposed.

    :raises SamePerson: if the actor proposed them, or stands in for who did
    """
    terms = _get_of_another(actor, key)
    return operations.approve_terms(actor=actor, terms=terms, reason=reason, login=actor.login, at=at)


@use_case(right=_APPROVE)
def refuse_staged_terms(*, actor: Actor, key: int, reason: str, at: datetime) -> StagedTerms:
    """
    Refuse terms of staged settlement that another person proposed.

    :raises SamePerson: if the actor proposed them, or stands in for who did
    """
    terms = _get_of_another(actor, key)
    return operations.refuse_terms(actor=actor, terms=terms, reason=reason, login=actor.login, at=at)


@use_case(right=_PROPOSE)
def withdraw_staged_terms(*, actor: Actor, key: int, at: datetime) -> StagedTerms:
    """Take back a proposal of one's own that nobody decided."""
    terms = queries.get_terms(actor=actor, key=key)
    return operations.withdraw_terms(actor=actor, terms=terms, login=actor.login, at=at)


@use_case(right=_APPROVE)
def make_stage_requests(*, actor: Actor, at: datetime) -> int:
    """Ask for the stages of this month where nobody was asked yet, and return how many."""
    return operations.make_requests(month=to_shanghai(at).date(), at=at)


@use_case(right=_APPROVE)
def announce_stages(*, actor: Actor, at: datetime) -> int:
    """Put a message into the outbox for every stage that falls due soon or was missed yesterday, once each."""
    on = to_shanghai(at).date()
    policy = get_policy(day=on)
    yesterday, until = on - timedelta(days=1), on + timedelta(days=policy.remind_days)
    rows = list(
        queries.filter_requests(actor=actor)
        .filter(due_date__gte=yesterday, due_date__lte=until)
        .order_by("due_date", "id")
    )
    covered = queries.list_covered(account_ids={one.account_id for one in rows})
    return _write_all(actor, rows, covered, policy, on, at)


def _write_all(
    actor: Actor,
    rows: Sequence[StageRequest],
    covered: dict[int, int],
    policy: StagePolicy,
    on: date,
    at: datetime,
) -> int:
    count = 0
    for one in rows:
        # A stage whose month is billed, or that is paid, is no longer spoken of.
        open_fen = one.amount_fen - covered.get(one.pk, one.amount_fen)
        if open_fen > 0:
            count += _write(actor, one, open_fen, policy, on, at)
    return count


def _write(actor: Actor, request: StageRequest, open_fen: int, policy: StagePolicy, on: date, at: datetime) -> int:
    account, is_late = request.account, request.due_date < on
    reach = find_reach(customer_id=account.customer_id, on=on)
    text = (policy.late_text if is_late else policy.text).format(
        name=account.customer.name, account=account.number, month=f"{request.month.year}年{request.month.month}月",
        stage=request.number, amount=f"{fen_to_yuan(open_fen):,.2f}", due=request.due_date.isoformat(),
        unit=account.unit.name,
    )  # fmt: skip
    message = outbox.queue_message(
        actor=actor,
        new=NewMessage(
            unit_id=account.unit_id,
            channel=MessageChannel.SMS,
            address=reach.phone,
            text=text,
            subject=policy.subject,
            purpose=PURPOSE,
            source=f"stage:{request.pk}:{'late' if is_late else 'soon'}",
            template="stages.late" if is_late else "stages.reminder",
            template_from=policy.valid_from,
            about_kind=ABOUT,
            about_key=str(request.pk),
            due_at=at,
            consent=reach.consent,
            quiet=reach.phone_quiet,
        ),
        login=actor.login,
        at=at,
    )
    # What was written before comes back as it was.
    return int(message.queued_at == at)


def _get_of_another(actor: Actor, key: int) -> StagedTerms:
    terms = queries.get_terms(actor=actor, key=key)
    require_another_person(
        actor=actor, operator_login=terms.proposed_by, operated_on=to_shanghai(terms.proposed_at).date()
    )
    return terms
