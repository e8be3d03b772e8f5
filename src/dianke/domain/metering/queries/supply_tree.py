"""The supply tree of an account (户-表-变-线), asked on every page of a customer: three statements, written once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q
from django.db.models.functions import Coalesce

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.metering.types import (
    AreaNode,
    FeederNode,
    MeterNode,
    PointNode,
    Ratio,
    SubstationNode,
    SupplyTree,
    TransformerNode,
)
from dianke.domain.network.models import Transformer, TransformerSpell
from dianke.platform.database.lookups import write_keys
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements

# Stand-ins: no key of a row, no day of one.
_ACCOUNT, _KEY, _DAY = -1, -2, date(1, 2, 3)
_KEYS = write_keys([_KEY])
_POINTS, _METERS, _TRANSFORMERS, _SPELLS = (KeptStatements(is_prepared=True) for _of in range(4))


class _Point(NamedTuple):
    """A usage point with what it hangs on: the area's feeder, else its own."""

    id: int
    code: str
    address: str
    voltage: str
    metering_side: str
    status: str
    parent_code: str | None
    area_id: int | None
    area_code: str | None
    area_name: str | None
    feeder_code: str
    feeder_name: str
    feeder_voltage: str
    substation_code: str
    substation_name: str
    substation_voltage: str


class _Transformer(NamedTuple):
    """A transformer of the account or of an area."""

    id: int
    code: str
    name: str
    capacity_kva: Decimal
    interlock_group: str
    account_id: int | None
    area_id: int | None


def get_supply_tree(*, actor: Actor, account: CustomerAccount, on: date) -> SupplyTree:
    """Return what supplies an account on a day: points, meters, transformers, feeders."""
    customer = account.customer
    rows = _POINTS.ask(actor=actor, write=_write_points, values={_ACCOUNT: account.pk})
    points = [_Point(*row) for row in rows]
    meters = _list_meters(actor, points, on)
    own, public = _list_transformers(actor, account, points, on)
    return SupplyTree(
        on=on,
        customer_id=customer.pk,
        customer_number=customer.number,
        customer_name=customer.name,
        account_number=account.number,
        usage_class=account.usage_class,
        points=tuple(
            PointNode(
                usage_point_id=point.id,
                code=point.code,
                address=point.address,
                voltage=point.voltage,
                metering_side=point.metering_side,
                status=point.status,
                parent_code=point.parent_code,
                meter=meters.get(point.id),
                transformers=tuple(own or public[point.area_id]),
                area=AreaNode(point.area_code or "", point.area_name or "") if point.area_id is not None else None,
                feeder=_draw_feeder(point),
            )
            for point in points
        ),
    )


def _draw_feeder(point: _Point) -> FeederNode:
    substation = SubstationNode(point.substation_code, point.substation_name, point.substation_voltage)
    return FeederNode(point.feeder_code, point.feeder_name, point.feeder_voltage, substation)


def _write_points(actor: Actor) -> Any:
    points = UsagePoint.objects.for_actor(actor).filter(account=_ACCOUNT).order_by("code", "id")
    feeder = {
        f"line_{name}": Coalesce(f"feeder__{way}", f"area__feeder__{way}")
        for name, way in (
            ("code", "code"),
            ("name", "name"),
            ("voltage", "voltage"),
            ("from_code", "substation__code"),
            ("from_name", "substation__name"),
            ("from_voltage", "substation__voltage"),
        )
    }
    return points.annotate(**feeder).values_list(
        *("id", "code", "location__address", "voltage", "metering_side", "status", "parent__code"),
        *("area_id", "area__code", "area__name"),
        *feeder,
    )


def _list_meters(actor: Actor, points: Sequence[_Point], on: date) -> dict[int, MeterNode]:
    keys = write_keys(point.id for point in points)
    rows = _METERS.ask(actor=actor, write=_write_meters, values={_KEYS: keys, _DAY: on})
    return {
        point_id: MeterNode(
            asset_number=asset_number,
            model=model,
            registers=tuple(registers),
            ct=Ratio(*ratios[:2]),
            pt=Ratio(*ratios[2:]),
            multiplier=multiplier,
            since_date=period.lower,
        )
        for point_id, asset_number, model, registers, *ratios, multiplier, period in rows
    }


def _write_meters(actor: Actor) -> Any:
    standing = MeterInstallation.objects.for_actor(actor).filter(usage_point__any_of=[_KEY], period__contains=_DAY)
    return standing.values_list(
        *("usage_point_id", "meter__asset_number", "meter__model", "meter__registers"),
        *("ct_primary", "ct_secondary", "pt_primary", "pt_secondary", "multiplier", "period"),
    )


def _list_transformers(
    actor: Actor, account: CustomerAccount, points: Sequence[_Point], on: date
) -> tuple[list[TransformerNode], dict[int | None, list[TransformerNode]]]:
    areas = write_keys({point.area_id for point in points if point.area_id is not None})
    asked: dict[Any, Any] = {_ACCOUNT: account.pk, _KEYS: areas}
    rows = [_Transformer(*row) for row in _TRANSFORMERS.ask(actor=actor, write=_write_transformers, values=asked)]
    spells: dict[int, tuple[str, Any]] = {}
    if rows:
        asked = {_KEYS: write_keys(row.id for row in rows), _DAY: on}
        found = _SPELLS.ask(actor=actor, write=_write_spells, values=asked)
        spells = {transformer_id: (state, period) for transformer_id, state, period in found}
    own: list[TransformerNode] = []
    public: dict[int | None, list[TransformerNode]] = defaultdict(list)
    for row in rows:
        node = _draw_transformer(row, spells.get(row.id), is_own=row.account_id == account.pk)
        (own if node.is_own else public[row.area_id]).append(node)
    return own, public


def _write_transformers(actor: Actor) -> Any:
    supplying = Q(account=_ACCOUNT) | Q(area__any_of=[_KEY])
    rows = Transformer.objects.for_actor(actor).filter(supplying).order_by("code", "id")
    return rows.values_list("id", "code", "name", "capacity_kva", "interlock_group", "account_id", "area_id")


def _write_spells(actor: Actor) -> Any:
    standing = TransformerSpell.objects.for_actor(actor).filter(transformer__any_of=[_KEY], period__contains=_DAY)
    return standing.values_list("transformer_id", "state", "period")


def _draw_transformer(row: _Transformer, spell: tuple[str, Any] | None, *, is_own: bool) -> TransformerNode:
    return TransformerNode(
        code=row.code,
        name=row.name,
        capacity_kva=row.capacity_kva,
        interlock_group=row.interlock_group,
        is_own=is_own,
        state=spell[0] if spell else None,
        since_date=spell[1].lower if spell else None,
    )
