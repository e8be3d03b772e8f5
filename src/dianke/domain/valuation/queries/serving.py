"""What windows, orders and messages do for a customer's class, by the service table in force."""

from dataclasses import dataclass
from datetime import date

from dianke.domain.collection.queries.people import Reach
from dianke.domain.customers.models import Customer
from dianke.domain.customers.queries.managers import find_desk
from dianke.domain.valuation.queries.service import list_services
from dianke.domain.valuation.types import ApprovalPath, Service, ServiceChannel
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind
from dianke.platform.outbox.carriers import find_carrier
from dianke.platform.outbox.types import Consent, MessageChannel, QuietHours

_SYSTEM = Actor.system("finding who decides for a customer")
_KINDS = {
    ApprovalPath.DIRECTOR: UnitKind.UTILITY,
    ApprovalPath.BRANCH: UnitKind.BRANCH,
    ApprovalPath.STATION: UnitKind.STATION,
}


@dataclass(frozen=True, slots=True)
class Served:
    """How a customer is served today; who has no class yet is served like the lowest."""

    service: Service
    value_class: str
    credit_grade: str
    # How many places the table knows: of four the first goes before everybody.
    places: int
    manager: str
    manager_phone: str

    @property
    def goes_first(self) -> bool:
        """Tell whether the customer goes before the queue."""
        return self.service.queue_place == 1 < self.places

    @property
    def lacks_manager(self) -> bool:
        """Tell whether the table promises a manager and nobody looks after the customer."""
        return self.service.has_manager and not self.manager


@dataclass(frozen=True, slots=True)
class Approval:
    """Who decides on what a customer asks for: whoever holds the right at the unit or above it."""

    path: ApprovalPath
    unit: Unit
    # By login; empty where nobody holds the right there.
    people: dict[str, str]


@dataclass(frozen=True, slots=True)
class Way:
    """By which way a message goes to a customer."""

    channel: MessageChannel
    address: str
    quiet: QuietHours | None
    consent: Consent


def read_served(*, actor: Actor, customer: Customer, on: date) -> Served:
    """Return how a customer is served on a day."""
    services = list_services(on=on)
    service = next((one for one in services if one.value_class == customer.value_class), services[-1])
    name, phone = find_desk(actor=actor, customer=customer, on=on)
    return Served(
        service=service,
        value_class=customer.value_class,
        credit_grade=customer.credit_grade,
        places=len({one.queue_place for one in services}),
        manager=name,
        manager_phone=phone,
    )


def find_approval(*, service: Service, unit: Unit, right: str, on: date) -> Approval:
    """
    Return who decides for a class: at the utility, at the branch or the station above a unit, else at the unit itself.

    A unit that has none of the level above it goes to the utility.
    """
    level = _find_level(service.approval, unit)
    return Approval(service.approval, level, identity.list_holders(right=right, unit_path=level.path, on=on))


def choose_way(*, reach: Reach, customer: Customer, on: date) -> Way:
    """
    Return by which way a customer is written to.

    Whose class is reached online first gets it by WeChat where they agreed to notices, else by mail, each where it has
    a carrier; everybody else, who has no class and who cannot be reached so by short message.
    """
    services = list_services(on=on)
    service = next((one for one in services if one.value_class == customer.value_class), None)
    if service is not None and service.channel is ServiceChannel.ONLINE:
        if reach.has_agreed and reach.phone and find_carrier(MessageChannel.WECHAT):
            return Way(MessageChannel.WECHAT, reach.phone, reach.phone_quiet, Consent.GIVEN)
        if reach.email and find_carrier(MessageChannel.EMAIL):
            return Way(MessageChannel.EMAIL, reach.email, reach.email_quiet, reach.consent)
    return Way(MessageChannel.SMS, reach.phone, reach.phone_quiet, reach.consent)


def _find_level(path: ApprovalPath, unit: Unit) -> Unit:
    if path is ApprovalPath.STANDARD:
        return unit
    keys = [int(key) for key in unit.path.strip("/").split("/")]
    above: dict[int, Unit] = {one.pk: one for one in Unit.objects.for_actor(_SYSTEM).filter(pk__in=keys)}
    line = [above[key] for key in reversed(keys) if key in above]
    fitting = (one for one in line if one.kind == _KINDS[path].value)
    return next(fitting, line[-1])
