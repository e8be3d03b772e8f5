"""What a step wants to have entered before it can be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dianke.application.service_orders import final_bill, leaving, removal, settling
from dianke.application.service_orders.work import MeterToInstall
from dianke.domain.metering.models import MeterInstallation
from dianke.domain.readings.models import MeterReading
from dianke.domain.receivables.models import Claim
from dianke.domain.receivables.types import ClaimState
from dianke.domain.service_orders.models import ServiceOrder
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
    """Meters to be read, meters to be put up, and refunds whose number at the bank is entered."""

    meters: tuple[MeterToRead, ...] = ()
    refunds: tuple[Claim, ...] = ()
    installs: tuple[MeterToInstall, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.meters or self.refunds or self.installs)


def find_asked(*, actor: Actor, order: ServiceOrder, step: str, on: date) -> Asked:
    """Return what is entered with a step of an order that is done on a day; nothing for most."""
    if step == "remove_meter":
        return Asked(meters=tuple(_describe(actor, one) for one in leaving.list_standing(order, actor=actor)))
    if step == "remove_temporarily":
        unread = removal.list_unread(order, actor=actor, on=on)
        return Asked(meters=tuple(_describe(actor, one) for one in unread))
    if step == "reinstall":
        return Asked(installs=removal.ask_for_meters(order, actor=actor))
    if step == "read_final":
        meters = final_bill.list_meters(order, actor=actor)
        return Asked(meters=tuple(_describe(actor, one.installation) for one in meters))
    if step == "refund":
        refunds = settling.list_refunds(order, actor=actor)
        return Asked(refunds=tuple(one for one in refunds if one.state == ClaimState.APPROVED.value))
    return Asked()


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
