"""Tables of service orders."""

from dianke.domain.service_orders.models.orders import (
    IS_OPEN,
    OPEN_STATES,
    AgreedSpell,
    EffectKind,
    OrderAct,
    OrderClock,
    OrderEffect,
    OrderNote,
    OrderPaper,
    OrderPause,
    OrderResult,
    OrderSeries,
    OrderStep,
    OrderTransformer,
    PaperState,
    ServiceOrder,
)

__all__ = [
    "IS_OPEN",
    "OPEN_STATES",
    "AgreedSpell",
    "EffectKind",
    "OrderAct",
    "OrderClock",
    "OrderEffect",
    "OrderNote",
    "OrderPaper",
    "OrderPause",
    "OrderResult",
    "OrderSeries",
    "OrderStep",
    "OrderTransformer",
    "PaperState",
    "ServiceOrder",
]
