"""What programs and the command line ask for, by numbers of meters and customers, made into an order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dianke.application.final_bills.orders import RIGHT, get_account
from dianke.domain.billing.queries import finals as queries
from dianke.domain.billing.rules.finals import FinalOrder, FinalReading
from dianke.domain.billing.types import FinalKind
from dianke.domain.customers.models import Customer
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor


class MeterNotThere(DomainError):
    """A reading names a meter that does not stand at a point of the account on the final day."""

    code = "billing.meter_not_there"
    message = "meter {meter} does not stand at a usage point of account {account} on {day}"


class MeterReadTwice(DomainError):
    """A meter is given two readings of the final day."""

    code = "billing.meter_read_twice"
    message = "meter {meter} is read twice; give each meter one reading"


class TakerUnknown(DomainError):
    """Nobody of that number is within reach to take an account over."""

    code = "billing.taker_unknown"
    message = "there is no customer {customer} who could take the account over"


@dataclass(frozen=True, kw_only=True)
class MeterValues:
    """What the registers of a meter show, by its asset number."""

    meter: str
    values: Mapping[str, Decimal]
    is_estimated: bool = False
    rolled_over: bool = False


@dataclass(frozen=True, kw_only=True)
class FinalRequest:
    """A final bill as it is asked for from outside."""

    account: str
    kind: FinalKind
    final_date: date
    reason: str
    readings: Sequence[MeterValues] = ()
    estimate_reason: str = ""
    # Number of who takes the account over, of a hand-over.
    new_customer: str = ""


def read_order(*, actor: Actor, request: FinalRequest) -> FinalOrder:
    """
    Return the order of a request.

    :raises PermissionRefused: if the actor may not ask for final bills
    :raises AccountNotFound: if the account is not within the actor's reach
    :raises MeterNotThere: if a reading is of a meter of somebody else
    :raises TakerUnknown: if the new customer is not within reach
    """
    if not actor.may(RIGHT):
        raise PermissionRefused(field="actor", login=actor.login, right=RIGHT)
    return FinalOrder(
        kind=request.kind,
        final_date=request.final_date,
        reason=request.reason,
        readings=_find_readings(actor, request),
        estimate_reason=request.estimate_reason,
        new_customer_id=_find_taker(actor, request.new_customer) if request.kind is FinalKind.HANDOVER else None,
    )


def _find_readings(actor: Actor, request: FinalRequest) -> list[FinalReading]:
    account = get_account(actor.within(RIGHT), request.account)
    standing = {
        meter.installation.meter.asset_number: meter.installation.pk
        for meter in queries.list_meters(points=queries.list_route_points(account=account), on=request.final_date)
    }
    found: dict[int, FinalReading] = {}
    for given in request.readings:
        key = standing.get(given.meter)
        if key is None:
            raise MeterNotThere(
                field="readings", meter=given.meter, account=request.account, day=f"{request.final_date}"
            )
        if key in found:
            raise MeterReadTwice(field="readings", meter=given.meter)
        found[key] = FinalReading(
            installation_id=key,
            values=given.values,
            is_estimated=given.is_estimated,
            rolled_over=given.rolled_over,
        )
    return list(found.values())


def _find_taker(actor: Actor, number: str) -> int | None:
    if not number:
        return None
    rows = Customer.objects.for_actor(actor.within(RIGHT)).filter(number=number, merged_into=None)
    found: Customer | None = rows.first()
    if found is None:
        raise TakerUnknown(field="new_customer", customer=number)
    return int(found.pk)
