"""
Own generation joins the network behind an account that is supplied already (分布式光伏并网).

Its two-way meters take the place of those that hang: what was drawn is billed over both, what is fed in is not yet.
"""

from decimal import Decimal

from dianke.application.service_orders import leaving
from dianke.application.service_orders.connecting import AgreementNotSigned, MeterNotFound, SealsMissing
from dianke.application.service_orders.final_bill import RegisterNotRead
from dianke.application.service_orders.work import MeterGiven, MeterToInstall, Work
from dianke.domain.contracts import queries as contract_queries
from dianke.domain.contracts.types import HOLDING, ContractKind
from dianke.domain.customers import operations as customers
from dianke.domain.customers.types import EquipmentKind, NewEquipment
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import MeterAsset, MeterInstallation
from dianke.domain.metering.types import Ratio, RegisterKind
from dianke.domain.service_orders.models import EffectKind, ServiceOrder
from dianke.platform.identity.types import Actor

_NAME = "分布式光伏"


def list_meters_to_exchange(order: ServiceOrder, *, actor: Actor) -> list[MeterToInstall]:
    """Return the two-way meters that go up in the place of those that hang, by the key of their usage points."""
    return [
        MeterToInstall(
            key=one.usage_point_id, place=one.usage_point.code, registers=tuple(one.meter.registers),
            ct=Ratio(one.ct_primary, one.ct_secondary), pt=Ratio(one.pt_primary, one.pt_secondary), asks_seals=True,
        )
        for one in leaving.list_standing(order, actor=actor)
    ]  # fmt: skip


def require_agreement(work: Work) -> None:
    """
    Refuse to go on until the connection of the generation is agreed on and signed by both sides.

    :raises AgreementNotSigned: if it is not
    """
    order = work.order
    rows = contract_queries.filter_versions(actor=work.actor).filter(
        account_id=order.account_id, kind=ContractKind.GRID_CONNECTION.value,
        state__in=[state.value for state in HOLDING], drafted_at__gte=order.accepted_at,
    )  # fmt: skip
    found = rows.order_by("-id").first()
    if found is None:
        raise AgreementNotSigned(
            field="contract", kind=ContractKind.GRID_CONNECTION.value, account=order.account.number
        )
    work.note(EffectKind.CONTRACT_SIGNED, key=found.pk, number=str(found), on=found.period.lower)


def exchange_meters(work: Work) -> None:
    """
    Put a two-way meter up in the place of each that hangs, both read today.

    :raises MeterNotFound: if one is not named or not in the register of meters
    :raises RegisterNotRead: if the old one was not read whole
    :raises SealsMissing: if the new one is not sealed
    :raises UnableToRemoveMeter: if a reading of the old one cannot be
    :raises UnableToInstallMeter: if the new one hangs elsewhere or cannot be put up
    """
    for standing in leaving.list_standing(work.order, actor=work.actor):
        given = work.given.meters.get(standing.usage_point_id)
        meter = _get_meter(work.actor, given)
        assert given is not None  # noqa: S101 - a meter was found by it
        values = work.given.values.get(standing.pk, {})
        missing = [name for name in standing.meter.registers if name not in values]
        if missing:
            raise RegisterNotRead(field="readings", meter=standing.meter.asset_number, registers=", ".join(missing))
        if not given.seals.strip():
            raise SealsMissing(field="seals", meter=meter.asset_number)
        metering.exchange_meter(
            actor=work.actor, usage_point=standing.usage_point, on=work.today,
            removal_readings={RegisterKind(name): values[name] for name in standing.meter.registers}, meter=meter,
            install_readings={RegisterKind(name): value for name, value in given.values.items()},
            ct=given.ct, pt=given.pt, rolled_over=standing.pk in work.given.rolled_over,
        )  # fmt: skip
        _note(work, standing, meter)


def join_grid(work: Work) -> None:
    """Let the generation run behind the account from today; it stands in the archive as the customer's own."""
    kilowatts = Decimal(work.order.asked.get("capacity_kva", "0"))
    (row,) = customers.add_equipment(
        actor=work.actor,
        equipment=[
            NewEquipment(
                customer_id=work.order.account.customer_id, kind=EquipmentKind.GENERATOR, name=_NAME,
                location_id=work.order.account.location_id, capacity_kw=kilowatts, checked_date=work.today,
            )
        ],
    )  # fmt: skip
    work.note(EffectKind.GENERATION_ADDED, key=row.pk, number=f"{kilowatts.normalize():f} kW", on=work.today)


def _get_meter(actor: Actor, given: MeterGiven | None) -> MeterAsset:
    number = given.number if given else ""
    meter: MeterAsset | None = MeterAsset.objects.for_actor(actor).filter(asset_number=number).first()
    if meter is None:
        raise MeterNotFound(field="meter", meter=number or "–")
    return meter


def _note(work: Work, old: MeterInstallation, meter: MeterAsset) -> None:
    work.note(EffectKind.METER_REMOVED, key=old.meter_id, number=old.meter.asset_number, on=work.today)
    work.note(EffectKind.METER_INSTALLED, key=meter.pk, number=meter.asset_number, on=work.today)
