"""A service table that two persons put in force."""

from datetime import date

from tests.factories.paid import at_ten
from tests.factories.utility import add_clerk

from dianke.application import valuation
from dianke.domain.valuation.queries.service import list_services
from dianke.domain.valuation.types import Service
from dianke.platform.identity.models import Staff
from dianke.platform.identity.queries import get_actor
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

_SYSTEM = Actor.system("looking for who proposes")


def put_table_in_force(root: Unit, on: date, **changes: dict[str, object]) -> str:
    """Let the table of a day hold from that day with changes by class, as VIP={"queue_place": 2}; return its code."""
    rows = {one.value_class.value: as_row(one) for one in list_services(on=on)}
    for code, changed in changes.items():
        rows[code] |= changed
    proposer, approver = (_find_actor(root, login, right, on) for login, right in
                          (("tabler", "valuation.propose"), ("tabler-2", "valuation.approve")))  # fmt: skip
    at = at_ten(on)
    version = valuation.propose_service_table(actor=proposer, rows=rows, valid_from=on, note="试行", at=at)
    valuation.approve_service_table(actor=approver, code=version.code, reason="", at=at)
    return version.code


def as_row(one: Service) -> dict[str, object]:
    """Return a row of a table as it is proposed."""
    return {
        "queue_place": one.queue_place, "has_manager": one.has_manager, "call_back_minutes": one.call_back_minutes,
        "visit_days": one.visit_days, "channel": one.channel.value, "offers": one.offers,
        "approval": one.approval.value,
    }  # fmt: skip


def _find_actor(root: Unit, login: str, right: str, on: date) -> Actor:
    if Staff.objects.for_actor(_SYSTEM).filter(login=login).exists():
        return get_actor(login=login, on=on, origin="test")
    return add_clerk(root, login, ["valuation.view", right])
