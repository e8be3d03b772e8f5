"""What happens to agreements every night: kept ones are settled, late ones broken, instalments are announced."""

from dataclasses import dataclass
from datetime import date, datetime

from dianke.domain.collection.queries.people import find_reach
from dianke.domain.receivables.models import Agreement
from dianke.domain.receivables.operations import agreements as operations
from dianke.domain.receivables.operations.agreements import Judged
from dianke.domain.receivables.queries import agreements as queries
from dianke.domain.receivables.queries.agreements import Progress
from dianke.domain.receivables.rules.agreements import AgreementPolicy, get_policy
from dianke.domain.receivables.types import AgreementState
from dianke.domain.valuation.queries.serving import choose_way
from dianke.kernel.clock import to_shanghai
from dianke.kernel.money import fen_to_yuan
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.outbox import operations as outbox
from dianke.platform.outbox.types import NewMessage

_RIGHT = "agreements.approve"
PURPOSE, ABOUT = "INSTALMENT", "receivables.agreement"


@dataclass(frozen=True, slots=True)
class AgreementNight:
    """What a night came to."""

    settled: int
    broken: int
    reopened: int
    messages: int


def run_agreement_night(*, actor: Actor, at: datetime) -> AgreementNight:
    """Do the work of the night before a day; each part is a transaction of its own and may be done again."""
    on = to_shanghai(at).date()
    judged = _judge(actor=actor, on=on)
    messages = _remind(actor=actor, on=on, at=at)
    return AgreementNight(len(judged.settled), len(judged.broken), len(judged.reopened), messages)


@use_case(right=_RIGHT)
def _judge(*, actor: Actor, on: date) -> Judged:
    """Settle what is paid and break what is late."""
    return operations.judge_agreements(actor=actor, on=on)


@use_case(right=_RIGHT)
def _remind(*, actor: Actor, on: date, at: datetime) -> int:
    """Put a message into the outbox for every instalment that falls due soon, once."""
    policy = get_policy(day=on)
    rows = list(queries.filter_agreements(actor=actor).filter(state=AgreementState.IN_FORCE.value).order_by("id"))
    progress = queries.list_progress(agreements=rows)
    return sum(_write(actor, one, progress[one.pk], policy, on, at) for one in rows)


def _write(
    actor: Actor, agreement: Agreement, progress: Progress, policy: AgreementPolicy, on: date, at: datetime
) -> int:
    number, part = progress.next_number, progress.next_part
    if part is None or not 0 <= (part.due_date - on).days <= policy.remind_days:
        return 0
    account = agreement.account
    reach = find_reach(customer_id=account.customer_id, on=on)
    way = choose_way(reach=reach, customer=account.customer, on=on)
    text = policy.text.format(
        name=account.customer.name, account=account.number, number=agreement.number, instalment=number,
        amount=f"{fen_to_yuan(part.left_fen):,.2f}", due=part.due_date.isoformat(), unit=account.unit.name,
    )  # fmt: skip
    source = f"agreement:{agreement.pk}:{number}"
    message = outbox.queue_message(
        actor=actor,
        new=NewMessage(
            unit_id=account.unit_id,
            channel=way.channel,
            address=way.address,
            text=text,
            subject=policy.subject,
            purpose=PURPOSE,
            source=source,
            template="agreements.reminder",
            template_from=policy.valid_from,
            about_kind=ABOUT,
            about_key=str(agreement.pk),
            due_at=at,
            consent=way.consent,
            quiet=way.quiet,
        ),
        login=actor.login,
        at=at,
    )
    # What was written before comes back as it was.
    return int(message.queued_at == at)
