"""What an order brought about elsewhere is written down beside it, in the transaction that did it."""

from datetime import date, datetime

from dianke.domain.service_orders.models import EffectKind, OrderEffect, ServiceOrder
from dianke.platform.identity.types import Actor


def note_effect(
    *,
    order: ServiceOrder,
    kind: EffectKind,
    step: str,
    actor: Actor,
    at: datetime,
    key: int | None = None,
    number: str = "",
    on: date | None = None,
    amount_fen: int | None = None,
) -> OrderEffect:
    """Write down what a step of an order brought about: its key and number elsewhere, its day, the money in fen."""
    row = OrderEffect(
        order=order, kind=kind.value, step=step, key=key, number=number, on=on, amount_fen=amount_fen, at=at,
        by=actor.login,
    )  # fmt: skip
    row.save()
    return row
