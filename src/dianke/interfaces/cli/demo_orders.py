"""Service orders of the demo utility: two reductions of capacity, one to be checked, one whose clock stands."""

from datetime import datetime, timedelta

from dianke.application import service_orders
from dianke.application.demo_utility.trades import list_trades
from dianke.domain.network.models import Transformer
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.operations.accepting import Application
from dianke.domain.service_orders.types import OrderKind, PauseReason
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor

_CLERK = "clerk-east"
# Of the trades with several transformers those at whose counter the clerk is, and whose units all run.
_TRADES = (1, 3)
_PAPERS = frozenset({"application", "identity", "unit_list", "mandate"})
_DAYS_AHEAD, _MONTHS = 7, timedelta(days=90)
_EVIDENCE = "补件通知 2026-01"


def is_due(*, actor: Actor) -> bool:
    """Tell whether no order was taken yet, in a demo that was founded since it has a second counter."""
    logins = {staff.login for staff in identity.list_staff(actor=actor)}
    return _CLERK in logins and not ServiceOrder.objects.for_actor(actor).exists()


def take_orders(*, at: datetime) -> None:
    """Take the applications of two trades; of the second one papers are still to come."""
    clerk = identity.get_actor(login=_CLERK, on=at.date(), origin="cli")
    several = [design.account_number for design in list_trades() if len(design.transformers) > 1]
    start = load_mainland_calendar().add_working_days(to_shanghai(at).date(), _DAYS_AHEAD)
    orders = []
    for place in _TRADES:
        units = Transformer.objects.for_actor(clerk).filter(account__number=several[place]).order_by("code")
        application = Application(
            kind=OrderKind.REDUCE,
            effective_on=start,
            ends_on=start + _MONTHS,
            transformer_codes=frozenset(list(units.values_list("code", flat=True))[-1:]),
            papers=_PAPERS,
        )
        orders.append(
            service_orders.accept_order(actor=clerk, account_number=several[place], application=application, at=at)
        )
    service_orders.pause_order(
        actor=clerk,
        number=orders[-1].number,
        revision=orders[-1].revision,
        why=PauseReason.CUSTOMER_PAPERS,
        evidence=_EVIDENCE,
        at=at,
    )
