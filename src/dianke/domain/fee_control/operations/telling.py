"""Tell customers: a message through the outbox, kept with the balance it was said at."""

from datetime import datetime

from dianke.domain.collection.queries.people import find_reach
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.fee_control.models import ControlNotice, SupplyOrder
from dianke.domain.fee_control.rules.policy import Policy
from dianke.domain.fee_control.types import NoticeKind
from dianke.kernel.clock import to_shanghai
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity.types import Actor
from dianke.platform.outbox import operations as outbox
from dianke.platform.outbox.types import MessageChannel, NewMessage

ABOUT = "fee_control.controlledaccount"
PURPOSE = "FEE_CONTROL"
# Of what happens to the supply itself nobody is told the next morning.
PURPOSE_AT_ONCE = "OUTAGE_NOTICE"
_AT_ONCE = {NoticeKind.LAST_HOUR, NoticeKind.DISCONNECTED, NoticeKind.RECONNECTED}
_SYSTEM = Actor.system("telling customers how their balance stands")


def tell(
    *, account: CustomerAccount, kind: NoticeKind, policy: Policy, balance_fen: int, at: datetime, login: str,
    stop_fen: int = 0, order: SupplyOrder | None = None, time: datetime | None = None,
) -> ControlNotice:  # fmt: skip
    """Put a message for a customer into the outbox, and keep that they are told."""
    on = to_shanghai(at)
    text = policy.texts[kind.value].format(
        unit=account.unit.name, account_end=account.number[-4:], balance=f"{fen_to_yuan(balance_fen):,.2f}",
        day=f"{on.month}月{on.day}日", stop=f"{fen_to_yuan(stop_fen):,.2f}", time=_write(time or at),
    )  # fmt: skip
    reach = find_reach(customer_id=account.customer_id, on=on.date())
    message = outbox.queue_message(
        actor=_SYSTEM,
        new=NewMessage(
            unit_id=account.unit_id,
            channel=MessageChannel.SMS,
            address=reach.phone,
            text=text,
            purpose=PURPOSE_AT_ONCE if kind in _AT_ONCE else PURPOSE,
            source=f"fee_control:{account.pk}:{kind.value}:{order.pk if order else 0}:{on:%Y%m%d%H%M%S}",
            template=f"fee_control.{kind.value}",
            template_from=policy.valid_from,
            about_kind=ABOUT,
            about_key=str(account.pk),
            due_at=at,
            consent=reach.consent,
            quiet=reach.phone_quiet,
        ),
        login=login,
        at=at,
    )
    notice = ControlNotice(
        account=account, kind=kind.value, told_at=at, balance_fen=balance_fen, message=message, order=order, text=text
    )
    notice.save()
    return notice


def record_written(*, account: CustomerAccount, balance_fen: int, note: str, at: datetime) -> ControlNotice:
    """Keep that a notice was handed over on paper, at the moment that it is recorded."""
    notice = ControlNotice(
        account=account, kind=NoticeKind.WRITTEN.value, told_at=at, balance_fen=balance_fen, text=note.strip()[:500]
    )
    notice.save()
    return notice


def _write(moment: datetime) -> str:
    local = to_shanghai(moment)
    return f"{local.month}月{local.day}日{local:%H:%M}"
