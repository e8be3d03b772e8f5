"""Substations, feeders, transformer areas and transformers."""

from decimal import Decimal

from dianke.application.imports.checking import Checked
from dianke.application.imports.columns import Choice, Column, Kind, TableSpec
from dianke.application.imports.tables.base import (
    UNIT,
    Context,
    Stored,
    TableLoader,
    code_column,
    keys_of,
    refuse_default_unit_out_of_reach,
    refuse_taken,
    refuse_twice,
    resolve,
    resolve_units,
    unit_id_of,
)
from dianke.application.imports.tables.customers import UNIT_OF_OWNER
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.network import operations
from dianke.domain.network.models import Feeder, Substation, Transformer, TransformerArea, TransformerSpell
from dianke.domain.network.types import (
    VOLTAGES,
    NewArea,
    NewFeeder,
    NewSubstation,
    NewTransformer,
    TransformerState,
)

VOLTAGE = Column(
    name="voltage",
    zh="电压等级",
    kind=Kind.CHOICE,
    required=True,
    choices=tuple(Choice(code, f"交流{code}", code, (code.removesuffix("V") + "伏",)) for code in VOLTAGES),
    example="10kV",
)


def _name(zh: str, example: str) -> Column:
    return Column(name="name", zh=zh, kind=Kind.TEXT, length=80, required=True, example=example)


def _plate(name: str, zh: str, unit: str, *, most: str, example: str) -> Column:
    return Column(
        name=name,
        zh=zh,
        kind=Kind.DECIMAL,
        unit=unit,
        decimals=4,
        minimum=Decimal(0),
        maximum=Decimal(most),
        example=example,
        help_zh="铭牌值，计算变损用",
        help_en="of the plate, for transformer losses",
    )


_SUBSTATIONS = TableSpec(
    name="substations",
    zh="变电站",
    en="substations",
    columns=(
        code_column("code", "变电站编码", length=30, required=True, example="BDZ01"),
        _name("变电站名称", "城关变电站"),
        VOLTAGE,
        UNIT,
    ),
)

_FEEDERS = TableSpec(
    name="feeders",
    zh="线路",
    en="feeders",
    columns=(
        code_column("code", "线路编码", length=30, required=True, example="XL0101"),
        _name("线路名称", "城关一线"),
        code_column("substation", "变电站编码", length=30, required=True, example="BDZ01"),
        VOLTAGE,
        UNIT_OF_OWNER,
    ),
)

_AREAS = TableSpec(
    name="areas",
    zh="台区",
    en="transformer areas",
    columns=(
        code_column("code", "台区编码", length=30, required=True, example="TQ010101"),
        _name("台区名称", "建设路台区"),
        code_column("feeder", "线路编码", length=30, required=True, example="XL0101"),
        UNIT_OF_OWNER,
    ),
)

_TRANSFORMERS = TableSpec(
    name="transformers",
    zh="变压器",
    en="transformers",
    help_zh="公变填台区编码，专变填户号，二者只填一项。",
    help_en="A public transformer names its area, a customer's own its account; never both.",
    columns=(
        code_column("code", "变压器编码", length=30, required=True, example="BYQ010101"),
        _name("变压器名称", "建设路公变"),
        Column(name="model", zh="型号", kind=Kind.TEXT, length=40, default="", example="S13-M-400/10"),
        Column(
            name="capacity_kva",
            zh="容量",
            kind=Kind.DECIMAL,
            unit="kVA",
            decimals=4,
            minimum=Decimal("0.0001"),
            maximum=Decimal("9999999"),
            required=True,
            example="400",
        ),
        code_column("feeder", "线路编码", length=30, required=True, example="XL0101"),
        code_column("area", "台区编码", length=30, example="TQ010101"),
        code_column("account", "户号", length=10),
        code_column(
            "interlock_group",
            "联锁组",
            length=20,
            default="",
            help_zh="同组变压器不能同时运行",
            help_en="transformers of a group cannot run together",
        ),
        _plate("no_load_loss_kw", "空载损耗", "kW", most="99999", example="0.57"),
        _plate("load_loss_kw", "负载损耗", "kW", most="99999", example="4.3"),
        _plate("no_load_current_percent", "空载电流", "%", most="100", example="1.2"),
        _plate("impedance_percent", "阻抗电压", "%", most="100", example="4"),
        Column(
            name="state",
            zh="运行状态",
            kind=Kind.CHOICE,
            default="RUNNING",
            choices=(
                Choice("RUNNING", "运行", "running"),
                Choice("HOT_STANDBY", "热备用", "hot standby"),
                Choice("COLD_SEALED", "冷备用加封", "cold, sealed", ("冷备用",)),
                Choice("SUSPENDED", "暂停", "suspended"),
                Choice("REMOVED", "拆除", "removed"),
            ),
            help_zh="默认为运行",
            help_en="running if empty",
        ),
        Column(
            name="since_date",
            zh="状态起始日期",
            kind=Kind.DATE,
            required=True,
            example="2020-05-01",
        ),
        UNIT_OF_OWNER,
    ),
)


def _check_substations(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "code")
    refuse_taken(checked, "code", Substation, "code")
    resolve_units(context, checked)


def _store_substations(context: Context, checked: Checked, places: list[int]) -> Stored:
    new = [
        NewSubstation(
            unit_id=checked.found["unit"][row["unit"]].pk,
            code=row["code"],
            name=row["name"],
            voltage=row["voltage"],
        )
        for row in map(checked.row, places)
    ]
    added = operations.add_substations(actor=context.actor, substations=new)
    return Stored(len(added), created=keys_of(added))


def _check_feeders(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "code")
    refuse_taken(checked, "code", Feeder, "code")
    above = resolve(context, checked, "substation", Substation, what="substation", what_zh="变电站", related=["unit"])
    resolve_units(context, checked)
    refuse_default_unit_out_of_reach(context, checked, owner="substation", owners=above)


def _store_feeders(context: Context, checked: Checked, places: list[int]) -> Stored:
    new = []
    for place in places:
        row = checked.row(place)
        new.append(
            NewFeeder(
                unit_id=unit_id_of(checked, place, owner="substation"),
                substation_id=checked.found["substation"][row["substation"]].pk,
                code=row["code"],
                name=row["name"],
                voltage=row["voltage"],
            )
        )
    added = operations.add_feeders(actor=context.actor, feeders=new)
    return Stored(len(added), created=keys_of(added))


def _check_areas(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "code")
    refuse_taken(checked, "code", TransformerArea, "code")
    above = resolve(context, checked, "feeder", Feeder, what="feeder", what_zh="线路", related=["unit"])
    resolve_units(context, checked)
    refuse_default_unit_out_of_reach(context, checked, owner="feeder", owners=above)


def _store_areas(context: Context, checked: Checked, places: list[int]) -> Stored:
    new = []
    for place in places:
        row = checked.row(place)
        new.append(
            NewArea(
                unit_id=unit_id_of(checked, place, owner="feeder"),
                feeder_id=checked.found["feeder"][row["feeder"]].pk,
                code=row["code"],
                name=row["name"],
            )
        )
    added = operations.add_areas(actor=context.actor, areas=new)
    return Stored(len(added), created=keys_of(added))


def _check_transformers(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "code")
    refuse_taken(checked, "code", Transformer, "code")
    feeders = resolve(context, checked, "feeder", Feeder, what="feeder", what_zh="线路", related=["unit"])
    areas = resolve(
        context, checked, "area", TransformerArea, what="transformer area", what_zh="台区", related=["feeder"]
    )
    resolve(context, checked, "account", CustomerAccount, field="number", what="account", what_zh="户号")
    resolve_units(context, checked)
    refuse_default_unit_out_of_reach(context, checked, owner="feeder", owners=feeders)
    for place in checked.good():
        area = areas.get(checked.get(place, "area"))
        if (area is None) == (checked.get(place, "account") is None):
            checked.refuse(place, "area", "public_or_own")
        elif area is not None and area.feeder.code != checked.get(place, "feeder"):
            checked.refuse(place, "area", "area_on_another_feeder", what=area.feeder.code)


def _store_transformers(context: Context, checked: Checked, places: list[int]) -> Stored:
    new = []
    for place in places:
        row = checked.row(place)
        new.append(
            NewTransformer(
                unit_id=unit_id_of(checked, place, owner="feeder"),
                feeder_id=checked.found["feeder"][row["feeder"]].pk,
                code=row["code"],
                name=row["name"],
                capacity_kva=row["capacity_kva"],
                since_date=row["since_date"],
                state=TransformerState(row["state"]),
                area_id=checked.found["area"][row["area"]].pk if row["area"] else None,
                account_id=checked.found["account"][row["account"]].pk if row["account"] else None,
                model=row["model"],
                interlock_group=row["interlock_group"],
                no_load_loss_kw=row["no_load_loss_kw"],
                load_loss_kw=row["load_loss_kw"],
                no_load_current_percent=row["no_load_current_percent"],
                impedance_percent=row["impedance_percent"],
            )
        )
    added = operations.add_transformers(actor=context.actor, transformers=new)
    spells = TransformerSpell.objects.for_actor(context.actor).filter(transformer__in=[row.pk for row in added])
    return Stored(len(added), created=keys_of(added, spells))


SUBSTATIONS = TableLoader(spec=_SUBSTATIONS, check=_check_substations, store=_store_substations)
FEEDERS = TableLoader(spec=_FEEDERS, check=_check_feeders, store=_store_feeders)
AREAS = TableLoader(spec=_AREAS, check=_check_areas, store=_store_areas)
TRANSFORMERS = TableLoader(spec=_TRANSFORMERS, check=_check_transformers, store=_store_transformers)
