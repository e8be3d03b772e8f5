"""What a step wants to have entered before it can be done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from dianke.application.service_orders import (
    connecting,
    final_bill,
    generation,
    increase,
    leaving,
    parts,
    removal,
    settling,
)
from dianke.application.service_orders.work import MeterToInstall
from dianke.domain.metering.models import MeterInstallation
from dianke.domain.readings.models import MeterReading
from dianke.domain.receivables.models import Claim
from dianke.domain.receivables.types import ClaimState
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.rules.case import NEW_SUPPLIES
from dianke.domain.service_orders.types import OrderKind
from dianke.platform.identity.types import Actor


@dataclass(frozen=True, slots=True)
class MeterToRead:
    """A meter whose registers are entered, by the key of its installation, with what was read of it last."""

    key: int
    number: str
    point: str
    registers: tuple[str, ...]
    last_read_at: datetime | None
    last: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Asked:
    """Meters to be read, meters to be put up, refunds whose number at the bank is entered; a route, a supply plan."""

    meters: tuple[MeterToRead, ...] = ()
    refunds: tuple[Claim, ...] = ()
    installs: tuple[MeterToInstall, ...] = ()
    asks_route: bool = False
    asks_plan: bool = False
    asks_seals: bool = False

    def __bool__(self) -> bool:
        return bool(self.meters or self.refunds or self.installs or self.asks_route)


def find_asked(*, actor: Actor, order: ServiceOrder, step: str, on: date) -> Asked:
    """Return what is entered with a step of an order that is done on a day; nothing for most."""
    ask = _ASKING.get(step)
    return Asked() if ask is None else ask(actor, order, on)


def _ask_removal(actor: Actor, order: ServiceOrder, on: date) -> Asked:
    return Asked(meters=tuple(_describe(actor, one) for one in leaving.list_standing(order, actor=actor)))


def _ask_removal_for_a_time(actor: Actor, order: ServiceOrder, on: date) -> Asked:
    unread = removal.list_unread(order, actor=actor, on=on)
    return Asked(meters=tuple(_describe(actor, one) for one in unread))


def _ask_reinstallation(actor: Actor, order: ServiceOrder, on: date) -> Asked:
    return Asked(installs=removal.ask_for_meters(order, actor=actor))


def _ask_installation(actor: Actor, order: ServiceOrder, on: date) -> Asked:
    if order.kind == OrderKind.INCREASE.value:
        meters = tuple(_describe(actor, one) for one in increase.list_to_rescale(order, actor=actor))
        return Asked(meters=meters, asks_seals=bool(meters))
    if order.kind in parts.KINDS:
        old = tuple(_describe(actor, one) for one in leaving.list_standing(order, actor=actor))
        return Asked(meters=old, installs=tuple(parts.list_meters_to_install(order, actor=actor)))
    return Asked(installs=tuple(connecting.list_meters_to_install(order, actor=actor)))


def _ask_exchange(actor: Actor, order: ServiceOrder, on: date) -> Asked:
    old = tuple(_describe(actor, one) for one in leaving.list_standing(order, actor=actor))
    return Asked(meters=old, installs=tuple(generation.list_meters_to_exchange(order, actor=actor)))


def _ask_final_reading(actor: Actor, order: ServiceOrder, on: date) -> Asked:
    meters = final_bill.list_meters(order, actor=actor)
    return Asked(meters=tuple(_describe(actor, one.installation) for one in meters))


def _ask_refund(actor: Actor, order: ServiceOrder, on: date) -> Asked:
    refunds = settling.list_refunds(order, actor=actor)
    return Asked(refunds=tuple(one for one in refunds if one.state == ClaimState.APPROVED.value))


def _ask_route(actor: Actor, order: ServiceOrder, on: date) -> Asked:
    return Asked(asks_route=order.kind in NEW_SUPPLIES)


def _ask_plan(actor: Actor, order: ServiceOrder, on: date) -> Asked:
    return Asked(asks_plan=True)


_ASKING: Mapping[str, Callable[[Actor, ServiceOrder, date], Asked]] = MappingProxyType(
    {
        "remove_meter": _ask_removal,
        "remove_temporarily": _ask_removal_for_a_time,
        "reinstall": _ask_reinstallation,
        "install_meter": _ask_installation,
        "exchange_meter": _ask_exchange,
        "read_final": _ask_final_reading,
        "refund": _ask_refund,
        "open_account": _ask_route,
        "draft_plan": _ask_plan,
    }
)


def _describe(actor: Actor, installation: MeterInstallation) -> MeterToRead:
    rows = MeterReading.objects.for_actor(actor).filter(installation=installation, replaced_by=None)
    last: MeterReading | None = rows.order_by("-read_at", "-id").first()
    registers: tuple[str, ...] = tuple(installation.meter.registers)
    known = {name: getattr(last, name) for name in registers} if last else {}
    return MeterToRead(
        key=installation.pk,
        number=installation.meter.asset_number,
        point=installation.usage_point.code,
        registers=registers,
        last_read_at=last.read_at if last else None,
        last={name: value for name, value in known.items() if value is not None},
    )
