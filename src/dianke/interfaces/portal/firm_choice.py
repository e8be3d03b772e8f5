"""Firms that a customer may choose among, in an order that changes with every opening of the page."""

import secrets
from dataclasses import dataclass

from django.core import signing

from dianke.domain.service_orders.models import FirmChoice, ListedFirm, ServiceOrder
from dianke.domain.service_orders.queries.firms import count_lacking, list_choices, list_firms_for
from dianke.domain.service_orders.rules.case import BY_PLAN
from dianke.domain.service_orders.rules.plans import FirmKind
from dianke.domain.service_orders.types import OrderKind
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.service_orders.firm_views import KINDS
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor

_SALT = "portal.firms"
_HIGH = frozenset({OrderKind.SUPPLY_HIGH_SINGLE, OrderKind.SUPPLY_HIGH_DUAL, OrderKind.INCREASE, OrderKind.BATCH})


@dataclass(frozen=True)
class Offer:
    """The firms of a kind as they are shown now, and what was chosen before."""

    kind: str
    name: Text
    firms: list[ListedFirm]
    shown: str
    lacking: int
    chosen: FirmChoice | None


def sign_shown(order: ServiceOrder, kind: FirmKind, keys: list[int]) -> str:
    """Return the list as it is shown, signed so that nobody tells another one afterwards."""
    return signing.dumps([order.pk, kind.value, keys], salt=_SALT, compress=True)


def read_shown(order: ServiceOrder, kind: FirmKind, text: str) -> list[int] | None:
    """Return the keys of the list that was shown for an order and a kind, None for one that we did not sign."""
    try:
        order_id, code, keys = signing.loads(text, salt=_SALT)
    except (signing.BadSignature, ValueError):
        return None
    return list(keys) if (order_id, code) == (order.pk, kind.value) else None


def draw_choices(actor: Actor, order: ServiceOrder) -> list[Offer]:
    """Return the offers of every kind for an order with works of the customer, none for others."""
    if order.kind not in _HIGH & BY_PLAN:
        return []
    today = to_shanghai(SystemClock().now()).date()
    lacking = count_lacking(order=order, on=today)
    chosen = {one.kind: one for one in list_choices(actor=actor, order=order)}
    offers = []
    for kind in FirmKind:
        firms = list_firms_for(order=order, kind=kind, on=today)
        # Nobody is always the first: the order is drawn anew each time.
        secrets.SystemRandom().shuffle(firms)
        shown = sign_shown(order, kind, [one.pk for one in firms])
        offers.append(Offer(kind.value, KINDS[kind.value], firms, shown, lacking.get(kind, 0), chosen.get(kind.value)))
    return offers
