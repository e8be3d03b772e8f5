"""The list of firms that applicants choose among, and the choice that the customer signs by the link."""

from collections.abc import Sequence
from datetime import date, datetime

from dianke.application.service_orders.linked import BY_LINK
from dianke.application.service_orders.rights import MANAGE
from dianke.domain.service_orders.models import FirmChoice, ListedFirm
from dianke.domain.service_orders.operations import firms, moving
from dianke.domain.service_orders.operations.firms import NewFirm
from dianke.domain.service_orders.rules.plans import FirmKind
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit


@use_case(right=MANAGE)
def list_firm(*, actor: Actor, unit: Unit, new: NewFirm, at: datetime) -> ListedFirm:
    """Put a firm with its qualification on the list of a unit."""
    return firms.list_firm(actor=actor, unit=unit, new=new, at=at)


@use_case(right=MANAGE)
def end_firm(*, actor: Actor, key: int, on: date, reason: str, at: datetime) -> ListedFirm:
    """Take a firm off the list from a day on, for a reason."""
    moving.require_reason(reason)
    return firms.end_firm(actor=actor, key=key, on=on)


@use_case(right=BY_LINK)
def choose_firm_by_link(
    *,
    actor: Actor,
    number: str,
    kind: FirmKind,
    firm_id: int | None,
    name: str,
    shown: Sequence[int],
    signed_name: str,
    at: datetime,
) -> FirmChoice:
    """
    Write down what the customer chose of a kind and signed.

    :raises OrderIsOver: if the order ended
    :raises ChoiceRefused: if the choice cannot stand
    """
    order = moving.lock_order(actor=actor, right=BY_LINK, number=number)
    return firms.choose_firm(
        order=order, kind=kind, firm_id=firm_id, name=name, shown=shown, signed_name=signed_name, actor=actor, at=at
    )
