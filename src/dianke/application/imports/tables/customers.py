"""Customers, accounts and places."""

from decimal import Decimal

from dianke.application.imports.checking import Checked
from dianke.application.imports.columns import Choice, Column, Kind, TableSpec
from dianke.application.imports.tables.base import (
    UNIT,
    Context,
    Stored,
    TableLoader,
    code_column,
    refuse_default_unit_out_of_reach,
    refuse_taken,
    refuse_twice,
    resolve,
    resolve_units,
    unit_id_of,
)
from dianke.domain.customers import operations
from dianke.domain.customers.models import Customer, CustomerAccount, ServiceLocation
from dianke.domain.customers.types import (
    AccountStatus,
    CustomerKind,
    NewAccount,
    NewCustomer,
    NewLocation,
    UsageClass,
)

UNIT_OF_OWNER = code_column(
    "unit",
    "单位编码",
    length=20,
    help_zh="默认与所属对象相同",
    help_en="that of the owner if empty",
    example="GS01",
)

_CUSTOMERS = TableSpec(
    name="customers",
    zh="用电客户",
    en="customers",
    columns=(
        code_column("number", "客户编号", length=20, required=True, example="KH000001"),
        Column(name="name", zh="客户名称", kind=Kind.TEXT, length=120, required=True, example="示例纺织有限公司"),
        Column(
            name="kind",
            zh="客户类型",
            kind=Kind.CHOICE,
            required=True,
            choices=(
                Choice("PERSON", "个人", "person", ("居民",)),
                Choice("COMPANY", "企业", "company", ("公司",)),
                Choice("GOVERNMENT", "机关事业", "government", ("机关", "事业单位", "政府")),
            ),
            example="企业",
        ),
        code_column(
            "industry_code",
            "行业代码",
            length=6,
            default="",
            help_zh="GB/T 4754 代码，居民不填",
            help_en="code of GB/T 4754, empty for homes",
            example="C1711",
        ),
        Column(name="since_date", zh="立户日期", kind=Kind.DATE, required=True, example="2020-05-01"),
        UNIT,
    ),
)

_ACCOUNTS = TableSpec(
    name="accounts",
    zh="结算户",
    en="settlement accounts",
    columns=(
        code_column("number", "户号", length=10, required=True, example="1000000016"),
        code_column("customer", "客户编号", length=20, required=True, example="KH000001"),
        Column(
            name="usage_class",
            zh="用电类别",
            kind=Kind.CHOICE,
            required=True,
            choices=(
                Choice("RESIDENTIAL", "居民生活", "residential", ("居民", "居民生活用电")),
                Choice("RESIDENTIAL_SHARED", "居民合表", "shared residential", ("合表",)),
                Choice("AGRICULTURAL", "农业生产", "agricultural", ("农业", "农业生产用电")),
                Choice("COMMERCIAL_INDUSTRIAL", "工商业", "commercial and industrial", ("一般工商业",)),
                Choice("LARGE_INDUSTRIAL", "大工业", "large industrial", ("大工业用电",)),
            ),
            example="工商业",
        ),
        Column(
            name="status",
            zh="用电状态",
            kind=Kind.CHOICE,
            default="ACTIVE",
            choices=(
                Choice("ACTIVE", "正常", "active", ("在用",)),
                Choice("SUSPENDED", "暂停", "suspended"),
                Choice("CLOSED", "销户", "closed", ("已销户",)),
            ),
            help_zh="默认为正常",
            help_en="active if empty",
        ),
        Column(
            name="household_size",
            zh="家庭人口",
            kind=Kind.INTEGER,
            minimum=Decimal(0),
            maximum=Decimal(99),
            default=0,
            unit="人",
            help_zh="一户多人口用，默认 0",
            help_en="for larger tiers of large households; 0 if empty",
        ),
        Column(name="opened_date", zh="开户日期", kind=Kind.DATE, required=True, example="2020-05-01"),
        Column(name="closed_date", zh="销户日期", kind=Kind.DATE),
        UNIT_OF_OWNER,
    ),
)

_PLACES = TableSpec(
    name="places",
    zh="用电地址",
    en="places of supply",
    columns=(
        code_column("code", "地址编码", length=30, required=True, example="DZ000001"),
        Column(
            name="address",
            zh="用电地址",
            kind=Kind.TEXT,
            length=200,
            required=True,
            example="城关镇建设路 8 号",
        ),
        Column(
            name="longitude",
            zh="经度",
            kind=Kind.DECIMAL,
            decimals=6,
            minimum=Decimal(-180),
            maximum=Decimal(180),
            example="114.305500",
        ),
        Column(
            name="latitude",
            zh="纬度",
            kind=Kind.DECIMAL,
            decimals=6,
            minimum=Decimal(-90),
            maximum=Decimal(90),
            example="30.592800",
        ),
        UNIT,
    ),
)


def _check_customers(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "number")
    refuse_taken(checked, "number", Customer, "number")
    resolve_units(context, checked)


def _store_customers(context: Context, checked: Checked, places: list[int]) -> Stored:
    new = [
        NewCustomer(
            unit_id=checked.found["unit"][row["unit"]].pk,
            number=row["number"],
            name=row["name"],
            kind=CustomerKind(row["kind"]),
            since_date=row["since_date"],
            industry_code=row["industry_code"],
        )
        for row in map(checked.row, places)
    ]
    return Stored(len(operations.add_customers(actor=context.actor, customers=new)))


def _check_accounts(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "number")
    refuse_taken(checked, "number", CustomerAccount, "number")
    customers = resolve(
        context,
        checked,
        "customer",
        Customer,
        field="number",
        what="customer",
        what_zh="客户",
        related=["unit"],
    )
    resolve_units(context, checked)
    refuse_default_unit_out_of_reach(context, checked, owner="customer", owners=customers)
    for place in checked.good():
        opened, closed = checked.get(place, "opened_date"), checked.get(place, "closed_date")
        if closed is not None and closed < opened:
            checked.refuse(place, "closed_date", "ends_before_it_begins", start=opened.isoformat())


def _store_accounts(context: Context, checked: Checked, places: list[int]) -> Stored:
    new = []
    for place in places:
        row = checked.row(place)
        new.append(
            NewAccount(
                unit_id=unit_id_of(checked, place, owner="customer"),
                customer_id=checked.found["customer"][row["customer"]].pk,
                number=row["number"],
                usage_class=UsageClass(row["usage_class"]),
                opened_date=row["opened_date"],
                status=AccountStatus(row["status"]),
                household_size=row["household_size"],
                closed_date=row["closed_date"],
            )
        )
    return Stored(len(operations.add_accounts(actor=context.actor, accounts=new)))


def _check_places(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "code")
    refuse_taken(checked, "code", ServiceLocation, "code")
    resolve_units(context, checked)
    for place in checked.good():
        if (checked.get(place, "longitude") is None) != (checked.get(place, "latitude") is None):
            checked.refuse(place, "longitude", "coordinates_come_together")


def _store_places(context: Context, checked: Checked, places: list[int]) -> Stored:
    new = [
        NewLocation(
            unit_id=checked.found["unit"][row["unit"]].pk,
            code=row["code"],
            address=row["address"],
            longitude=row["longitude"],
            latitude=row["latitude"],
        )
        for row in map(checked.row, places)
    ]
    return Stored(len(operations.add_locations(actor=context.actor, locations=new)))


CUSTOMERS = TableLoader(spec=_CUSTOMERS, check=_check_customers, store=_store_customers)
ACCOUNTS = TableLoader(spec=_ACCOUNTS, check=_check_accounts, store=_store_accounts)
PLACES = TableLoader(spec=_PLACES, check=_check_places, store=_store_places)
