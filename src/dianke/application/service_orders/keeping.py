"""What is done to an order beside its steps: urge, note, pause, hang, cancel."""

from datetime import datetime

from dianke.application.service_orders.final_bill import withdraw_final
from dianke.application.service_orders.leaving import withdraw_key_data
from dianke.application.service_orders.notices import tell_customer
from dianke.application.service_orders.parts import drop_parts
from dianke.application.service_orders.planning import drop_supply
from dianke.application.service_orders.rights import ACCEPT, MANAGE, VIEW
from dianke.application.service_orders.steps import require_no_effect
from dianke.domain.service_orders.models import OrderAct, OrderNote, OrderPause
from dianke.domain.service_orders.operations import moving
from dianke.domain.service_orders.types import PauseReason
from dianke.platform.audit.use_case import use_case
from dianke.platform.documents import operations as documents
from dianke.platform.identity.types import Actor

_EVIDENCE = "ORDER_EVIDENCE"


@use_case(right=VIEW)
def urge_order(*, actor: Actor, number: str, reason: str = "", at: datetime) -> OrderNote:
    """Urge whoever has the order; it stands in its course."""
    order = moving.lock_order(actor=actor, right=VIEW, number=number)
    return moving.add_note(order=order, actor=actor, at=at, act=OrderAct.URGED, text=reason.strip())


@use_case(right=VIEW)
def add_note(*, actor: Actor, number: str, reason: str, at: datetime) -> OrderNote:
    """Add a note to the course of an order; nobody takes it out again."""
    text = moving.require_reason(reason)
    order = moving.lock_order(actor=actor, right=VIEW, number=number)
    return moving.add_note(order=order, actor=actor, at=at, act=OrderAct.NOTED, text=text)


@use_case(right=ACCEPT)
def pause_order(
    *,
    actor: Actor,
    number: str,
    revision: int,
    why: PauseReason,
    evidence: str,
    file_name: str = "",
    content: bytes = b"",
    at: datetime,
) -> OrderPause:
    """Let the clock of an order stand from now on; the reason is proved in words and, if there is one, by a file."""
    order = moving.lock_order(actor=actor, right=ACCEPT, number=number, revision=revision)
    document = None
    if content:
        document = documents.add_document(
            actor=actor, unit=order.unit, kind=_EVIDENCE, title=f"{order.number} {why.value}", file_name=file_name,
            content=content, at=at,
        )  # fmt: skip
    pause = moving.pause(order=order, reason=why, evidence=evidence, document=document, actor=actor, at=at)
    tell_customer(order=order, login=actor.login, at=at)
    return pause


@use_case(right=ACCEPT)
def resume_order(*, actor: Actor, number: str, revision: int, at: datetime) -> OrderPause:
    """Let the clock of an order run again from now on."""
    order = moving.lock_order(actor=actor, right=ACCEPT, number=number, revision=revision)
    return moving.resume(order=order, actor=actor, at=at)


@use_case(right=MANAGE)
def hang_order(*, actor: Actor, number: str, revision: int, reason: str, at: datetime) -> None:
    """Let nothing be done in an order until it is let go on."""
    text = moving.require_reason(reason)
    order = moving.lock_order(actor=actor, right=MANAGE, number=number, revision=revision)
    moving.hang(order=order, text=text, actor=actor, at=at)


@use_case(right=MANAGE)
def unhang_order(*, actor: Actor, number: str, revision: int, at: datetime) -> None:
    """Let an order go on where it hung."""
    order = moving.lock_order(actor=actor, right=MANAGE, number=number, revision=revision)
    moving.unhang(order=order, actor=actor, at=at)


@use_case(right=ACCEPT)
def cancel_order(*, actor: Actor, number: str, revision: int, reason: str, at: datetime) -> None:
    """End an order that the customer takes back, as long as nothing has changed in the archive."""
    text = moving.require_reason(reason)
    order = moving.lock_order(actor=actor, right=ACCEPT, number=number, revision=revision)
    require_no_effect(actor, order)
    withdraw_final(order, actor=actor)
    withdraw_key_data(order, actor=actor, at=at)
    drop_parts(order, actor=actor, at=at)
    drop_supply(order, actor=actor, at=at)
    moving.cancel(order=order, text=text, actor=actor, at=at)
    tell_customer(order=order, login=actor.login, at=at)
