"""Reads of metering."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

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
from dianke.domain.network.models import Feeder, Transformer, TransformerSpell
from dianke.platform.identity.types import Actor


def get_supply_tree(*, actor: Actor, account: CustomerAccount, on: date) -> SupplyTree:
    """Return what supplies an account on a day: points, meters, transformers, feeders (户-表-变-线)."""
    customer = account.customer
    points = list(
        UsagePoint.objects.for_actor(actor)
        .filter(account=account)
        .select_related("location", "parent", "area__feeder__substation", "feeder__substation")
        .order_by("code", "id")
    )
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
                usage_point_id=point.pk,
                code=point.code,
                address=point.location.address,
                voltage=point.voltage,
                metering_side=point.metering_side,
                status=point.status,
                parent_code=point.parent.code if point.parent else None,
                meter=meters.get(point.pk),
                transformers=tuple(own or public[point.area_id]),
                area=AreaNode(point.area.code, point.area.name) if point.area else None,
                feeder=_feeder_node(point.feeder or point.area.feeder),
            )
            for point in points
        ),
    )


def get_standing_installation(*, actor: Actor, usage_point: UsagePoint, on: date) -> MeterInstallation | None:
    """Return how the point is metered on a day, or None."""
    installation: MeterInstallation | None = (
        MeterInstallation.objects.for_actor(actor)
        .filter(usage_point=usage_point, period__contains=on)
        .select_related("meter")
        .first()
    )
    return installation


def list_installations(*, actor: Actor, usage_point: UsagePoint) -> list[MeterInstallation]:
    """Return every meter and ratio a point has had, in order."""
    rows = MeterInstallation.objects.for_actor(actor).filter(usage_point=usage_point)
    return list(rows.select_related("meter").order_by("period"))


def match_points_by_number(*, actor: Actor, text: str) -> list[QuerySet[UsagePoint]]:
    """Return the points whose code, and those a meter of which, begins with a text: asked as one, no index answers."""
    points = UsagePoint.objects.for_actor(actor)
    return [points.filter(code__startswith=text), points.filter(installations__meter__asset_number__startswith=text)]


def _list_meters(actor: Actor, points: Iterable[UsagePoint], on: date) -> dict[int, MeterNode]:
    rows = (
        MeterInstallation.objects.for_actor(actor)
        .filter(usage_point__in=points, period__contains=on)
        .select_related("meter")
    )
    return {
        row.usage_point_id: MeterNode(
            asset_number=row.meter.asset_number,
            model=row.meter.model,
            registers=tuple(row.meter.registers),
            ct=Ratio(row.ct_primary, row.ct_secondary),
            pt=Ratio(row.pt_primary, row.pt_secondary),
            multiplier=row.multiplier,
            since_date=row.period.lower,
        )
        for row in rows
    }


def _list_transformers(
    actor: Actor, account: CustomerAccount, points: Iterable[UsagePoint], on: date
) -> tuple[list[TransformerNode], dict[int | None, list[TransformerNode]]]:
    areas = {point.area_id for point in points if point.area_id is not None}
    rows = list(
        Transformer.objects.for_actor(actor).filter(Q(account=account) | Q(area_id__in=areas)).order_by("code", "id")
    )
    spells = {
        spell.transformer_id: spell
        for spell in TransformerSpell.objects.for_actor(actor).filter(transformer__in=rows, period__contains=on)
    }
    own: list[TransformerNode] = []
    public: dict[int | None, list[TransformerNode]] = defaultdict(list)
    for row in rows:
        node = _transformer_node(row, spells.get(row.pk), is_own=row.account_id == account.pk)
        (own if node.is_own else public[row.area_id]).append(node)
    return own, public


def _transformer_node(row: Transformer, spell: TransformerSpell | None, *, is_own: bool) -> TransformerNode:
    return TransformerNode(
        code=row.code,
        name=row.name,
        capacity_kva=row.capacity_kva,
        interlock_group=row.interlock_group,
        is_own=is_own,
        state=spell.state if spell else None,
        since_date=spell.period.lower if spell else None,
    )


def _feeder_node(feeder: Feeder) -> FeederNode:
    substation = feeder.substation
    return FeederNode(
        code=feeder.code,
        name=feeder.name,
        voltage=feeder.voltage,
        substation=SubstationNode(substation.code, substation.name, substation.voltage),
    )
