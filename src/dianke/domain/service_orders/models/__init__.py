"""Tables of service orders."""

from dianke.domain.service_orders.models.firms import FirmChoice, ListedFirm
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
from dianke.domain.service_orders.models.plans import (
    PlannedSource,
    PlannedTransformer,
    PlanState,
    SourceRole,
    SupplyPlan,
)

__all__ = [
    "IS_OPEN",
    "OPEN_STATES",
    "AgreedSpell",
    "EffectKind",
    "FirmChoice",
    "ListedFirm",
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
    "PlanState",
    "PlannedSource",
    "PlannedTransformer",
    "ServiceOrder",
    "SourceRole",
    "SupplyPlan",
]
