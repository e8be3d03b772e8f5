"""
What a customer is told of an order: a message through the outbox in the transaction of what happened.

Consent, quiet hours and the way of the customer's class are those of every message. Without an address the message is
held for a person, and the order says so. Parts of a batch are told through the batch, and nobody applied for a forced
closing: its notices are steps of their own.
"""

from collections.abc import Iterator
from datetime import date, datetime

from dianke.domain.collection.queries.people import Reach, find_reach
from dianke.domain.service_orders.models import OrderAct, OrderNote, OrderResult, PaperState, ServiceOrder
from dianke.domain.service_orders.operations import moving
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.rules.catalog import load_kinds, load_paper_titles
from dianke.domain.service_orders.rules.notices import OrderNotice, OrderTexts, get_order_texts
from dianke.domain.service_orders.types import OrderKind, PauseReason
from dianke.domain.valuation.queries.serving import choose_way
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor
from dianke.platform.outbox import operations as outbox
from dianke.platform.outbox.models import Message
from dianke.platform.outbox.types import MessageState, NewMessage

ABOUT, PURPOSE = "service_orders.serviceorder", "ORDER"
HELD = "HELD"
_SYSTEM = Actor.system("telling customers how their orders stand")
_ANSWERED = "answer_plan:"
_ENDS = {
    OrderResult.REFUSED.value: OrderNotice.REFUSED,
    OrderResult.CANCELLED.value: OrderNotice.CANCELLED,
    OrderResult.ARCHIVED.value: OrderNotice.DONE,
}
_LACKING = (PaperState.MISSING.value, PaperState.REFUSED.value)


def tell_customer(*, order: ServiceOrder, login: str, at: datetime) -> list[Message]:
    """Tell the customer what just happened to an order, each thing once; nothing for most steps."""
    if order.parent_id is not None or order.kind == OrderKind.CLOSE_FORCED.value:
        return []
    told = []
    for notice, source, values in _find_news(order, at):
        if not Message.objects.for_actor(_SYSTEM).filter(source=source).exists():
            told.append(_tell(order, notice, source=source, values=values, login=login, at=at))
    return told


def tell_link(*, order: ServiceOrder, link: str, login: str, at: datetime) -> Message:
    """Send the customer the address of their own page of an order; the message is kept encrypted like every other."""
    source = f"order:{order.pk}:link:{at:%Y%m%d%H%M%S%f}"
    return _tell(order, OrderNotice.LINK, source=source, values={"link": link}, login=login, at=at)


def _find_news(order: ServiceOrder, at: datetime) -> Iterator[tuple[OrderNotice, str, dict[str, str]]]:
    """Yield of what the customer is told among what was written down at a moment, with the source of each message."""
    rows = OrderNote.objects.for_actor(_SYSTEM).filter(order=order, at=at).order_by("id")
    notes = list(rows)
    for note in notes:
        if note.act == OrderAct.ACCEPTED.value:
            yield OrderNotice.ACCEPTED, f"order:{note.pk}", {}
        elif note.act == OrderAct.PAUSED.value:
            yield OrderNotice.WAITING, f"order:{note.pk}", {"pause": note.subject}
        elif note.act == OrderAct.COMPLETED.value and note.subject.startswith(_ANSWERED):
            yield OrderNotice.PLANNED, f"order:{note.pk}", {}
    if order.ended_at == at and order.result in _ENDS:
        reason = next((note.text for note in reversed(notes) if note.text), "")
        yield _ENDS[order.result], f"order:{order.pk}:end", {"reason": reason}


def _tell(
    order: ServiceOrder, notice: OrderNotice, *, source: str, values: dict[str, str], login: str, at: datetime
) -> Message:
    on = to_shanghai(at).date()
    customer = order.account.customer
    reach = find_reach(customer_id=customer.pk, on=on)
    texts, way = _choose_texts(reach, on), choose_way(reach=reach, customer=customer, on=on)
    message = outbox.queue_message(
        actor=_SYSTEM,
        new=NewMessage(
            unit_id=order.unit_id,
            channel=way.channel,
            address=way.address,
            text=texts.write(notice, **_fill(order, texts, values, english=reach.speaks_english)),
            subject=texts.subject,
            purpose=PURPOSE,
            source=source,
            template=f"order.{notice.value.lower()}",
            template_from=texts.valid_from,
            about_kind=ABOUT,
            about_key=str(order.pk),
            due_at=at,
            consent=way.consent,
            quiet=way.quiet,
        ),
        login=login,
        at=at,
    )
    how = HELD if message.state == MessageState.HELD.value else message.channel
    moving.add_note(
        order=order, actor=_SYSTEM, at=at, act=OrderAct.NOTIFIED, subject=f"{notice.value}:{how}", text=message.number
    )
    return message


def _choose_texts(reach: Reach, on: date) -> OrderTexts:
    return get_order_texts(on=on, english=reach.speaks_english)


def _fill(order: ServiceOrder, texts: OrderTexts, values: dict[str, str], *, english: bool) -> dict[str, str]:
    kind = load_kinds()[OrderKind(order.kind)]
    filled = {
        "unit": order.unit.name,
        "number": order.number,
        "kind": kind.en if english else kind.zh,
        "account_end": order.account.number[-4:],
        "day": f"{order.effective_on}",
    }
    if "pause" in values:
        reason = PauseReason(values["pause"])
        filled["missing"] = texts.waited_for[reason]
        if reason is PauseReason.CUSTOMER_PAPERS and (papers := _name_lacking(order, english=english)):
            filled["missing"] += f" ({papers})" if english else f"（{papers}）"
    return filled | values


def _name_lacking(order: ServiceOrder, *, english: bool) -> str:
    titles = load_paper_titles()
    lacking = [one for one in queries.list_papers(actor=_SYSTEM, order=order) if one.state in _LACKING]
    return (", " if english else "、").join(titles[one.code].en if english else titles[one.code].zh for one in lacking)
