"""Usage points."""

from decimal import Decimal

from dianke.application.imports.checking import Checked
from dianke.application.imports.columns import Choice, Column, Kind, TableSpec
from dianke.application.imports.tables.base import (
    Context,
    Stored,
    TableLoader,
    code_column,
    in_parts,
    keys_of,
    order_by_parent,
    refuse_default_unit_out_of_reach,
    refuse_taken,
    refuse_twice,
    resolve,
    resolve_units,
    unit_id_of,
)
from dianke.application.imports.tables.customers import UNIT_OF_OWNER
from dianke.application.imports.tables.network import VOLTAGE
from dianke.domain.customers.models import CustomerAccount, ServiceLocation
from dianke.domain.metering import operations
from dianke.domain.metering.models import UsagePoint
from dianke.domain.metering.types import MeteringSide, NewUsagePoint
from dianke.domain.network.models import Feeder, TransformerArea
from dianke.domain.readings import operations as readings
from dianke.domain.readings.models import ReadingRoute, RoutePoint

_USAGE_POINTS = TableSpec(
    name="usage-points",
    zh="计量点",
    en="usage points",
    help_zh="台区和线路至少填一项；上级计量点可以在同一文件中。",
    help_en="Name the area, the feeder or both; a parent point may stand in the same file.",
    columns=(
        code_column("code", "计量点编号", length=20, required=True, example="JLD000001"),
        code_column("account", "户号", length=10, required=True, example="1000000016"),
        code_column("place", "地址编码", length=30, required=True, example="DZ000001"),
        code_column("area", "台区编码", length=30, example="TQ010101"),
        code_column("feeder", "线路编码", length=30),
        code_column(
            "parent",
            "上级计量点编号",
            length=20,
            help_zh="子表填总表的计量点，电量从总表套减",
            help_en="for a sub-meter: the point whose energy it is taken off",
        ),
        VOLTAGE,
        Column(
            name="metering_side",
            zh="计量方式",
            kind=Kind.CHOICE,
            required=True,
            choices=(
                Choice("HIGH_HIGH", "高供高计", "high supply, high metering"),
                Choice("HIGH_LOW", "高供低计", "high supply, low metering"),
                Choice("LOW_LOW", "低供低计", "low supply, low metering"),
            ),
            example="低供低计",
        ),
        code_column("route", "抄表段编码", length=20, example="CBD01"),
        Column(
            name="route_sequence",
            zh="抄表顺序",
            kind=Kind.INTEGER,
            minimum=Decimal(1),
            maximum=Decimal(999_999),
            help_zh="同一抄表段内按此先后排列",
            help_en="order within the route",
        ),
        UNIT_OF_OWNER,
    ),
)


def _check_usage_points(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "code")
    refuse_taken(checked, "code", UsagePoint, "code")
    accounts = resolve(
        context,
        checked,
        "account",
        CustomerAccount,
        field="number",
        what="account",
        what_zh="户号",
        related=["unit"],
    )
    resolve(context, checked, "place", ServiceLocation, what="place", what_zh="地址")
    areas = resolve(
        context, checked, "area", TransformerArea, what="transformer area", what_zh="台区", related=["feeder"]
    )
    resolve(context, checked, "feeder", Feeder, what="feeder", what_zh="线路")
    resolve(context, checked, "route", ReadingRoute, what="route", what_zh="抄表段")
    resolve_units(context, checked)
    refuse_default_unit_out_of_reach(context, checked, owner="account", owners=accounts)
    for place in checked.good():
        area, feeder = areas.get(checked.get(place, "area")), checked.get(place, "feeder")
        if area is None and feeder is None:
            checked.refuse(place, "area", "hangs_on_nothing")
        elif area is not None and feeder is not None and area.feeder.code != feeder:
            checked.refuse(place, "area", "area_on_another_feeder", what=area.feeder.code)
        if checked.get(place, "route") is None and checked.get(place, "route_sequence") is not None:
            checked.refuse(place, "route_sequence", "comes_only_with", what=checked.title_of("route"))
    _check_parents(context, checked)


def _check_parents(context: Context, checked: Checked) -> None:
    in_file = {value for value in checked.values["code"] if value is not None}
    wanted = {value for value in checked.values["parent"] if value is not None} - in_file
    stored = {row.code: row for row in UsagePoint.objects.for_actor(context.actor).filter(code__in=wanted)}
    checked.found["parent"] = stored
    for place, value in enumerate(checked.values["parent"]):
        if value is not None and value not in in_file and value not in stored:
            checked.refuse(place, "parent", "not_found", what="usage point", what_zh="计量点")
    checked.found["levels"] = order_by_parent(checked, key="code", parent="parent")


def _store_usage_points(context: Context, checked: Checked, places: list[int]) -> Stored:
    wanted = set(places)
    known: dict[str, UsagePoint] = dict(checked.found["parent"])
    created: list[UsagePoint] = []
    for level in checked.found["levels"]:
        new = [_build(checked, place, known) for place in level if place in wanted]
        added = operations.add_usage_points(actor=context.actor, points=new)
        created.extend(added)
        known.update({point.code: point for point in added})
    _put_on_routes(context, checked, places, known)
    stands: list[RoutePoint] = []
    for part in in_parts([point.pk for point in created]):
        stands.extend(RoutePoint.objects.for_actor(context.actor).filter(usage_point_id__in=part))
    return Stored(len(places), created=keys_of(created, stands))


def _build(checked: Checked, place: int, known: dict[str, UsagePoint]) -> NewUsagePoint:
    row, found = checked.row(place), checked.found
    return NewUsagePoint(
        unit_id=unit_id_of(checked, place, owner="account"),
        code=row["code"],
        account_id=found["account"][row["account"]].pk,
        location_id=found["place"][row["place"]].pk,
        voltage=row["voltage"],
        metering_side=MeteringSide(row["metering_side"]),
        feeder_id=found["feeder"][row["feeder"]].pk if row["feeder"] else None,
        area_id=found["area"][row["area"]].pk if row["area"] else None,
        parent_id=known[row["parent"]].pk if row["parent"] else None,
    )


def _put_on_routes(context: Context, checked: Checked, places: list[int], known: dict[str, UsagePoint]) -> None:
    by_route: dict[str, list[tuple[int, int]]] = {}
    for place in places:
        row = checked.row(place)
        if row["route"] is not None:
            # Points without a place in the order come behind, as they stand in the file.
            sequence = row["route_sequence"] if row["route_sequence"] is not None else 10**9 + place
            by_route.setdefault(row["route"], []).append((sequence, known[row["code"]].pk))
    for code, points in sorted(by_route.items()):
        readings.put_points_on_route(
            actor=context.actor,
            route=checked.found["route"][code],
            usage_point_ids=[key for _, key in sorted(points)],
        )


USAGE_POINTS = TableLoader(spec=_USAGE_POINTS, check=_check_usage_points, store=_store_usage_points)
