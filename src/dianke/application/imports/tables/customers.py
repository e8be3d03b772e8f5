"""Customers, accounts and places."""

import re
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
    store_in_parts,
    unit_id_of,
)
from dianke.domain.customers import operations, rules
from dianke.domain.customers.models import Customer, CustomerAccount, ServiceLocation
from dianke.domain.customers.types import (
    AccountStatus,
    AddressParts,
    CustomerKind,
    IdentityKind,
    Importance,
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

# What the archive says against a number, in Chinese; English is what it says itself.
OBSTACLES = {
    "an identity card has 18 characters: area, day of birth, serial and check digit": "居民身份证应为 18 位",
    "the check digit does not fit": "校验位不符",
    "a unified social credit code has 18 characters without I, O, S, V and Z": "应为 18 位，不含 I、O、S、V、Z",
    "the number has between 5 and 20 characters": "号码应为 5 到 20 位",
    "a phone number has 7 to 15 digits": "电话号码应为 7 到 15 位数字",
    "a mobile number has 11 digits": "手机号码应为 11 位",
    "a mail address has one @ between name and domain": "邮箱地址格式不对",
    "the name is empty": "姓名为空",
}

_DIVISION = re.compile(r"[1-9][0-9]{5}")

_CUSTOMERS = TableSpec(
    name="customers",
    zh="用电客户",
    en="customers",
    columns=(
        code_column("number", "客户编号", length=20, required=True, example="KH000001", also=("客户号", "用户编号")),
        Column(
            name="name",
            zh="客户名称",
            kind=Kind.TEXT,
            length=120,
            required=True,
            example="示例纺织有限公司",
            also=("户名", "用户名称", "姓名"),
        ),
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
        Column(
            name="since_date",
            zh="立户日期",
            kind=Kind.DATE,
            required=True,
            example="2020-05-01",
            also=("建档日期",),
        ),
        UNIT,
        Column(name="short_name", zh="简称", kind=Kind.TEXT, length=60, default="", example="示例纺织"),
        Column(
            name="identity_kind",
            zh="证件类型",
            kind=Kind.CHOICE,
            choices=(
                Choice("ID_CARD", "居民身份证", "identity card", ("身份证",)),
                Choice("USCC", "统一社会信用代码", "unified social credit code", ("营业执照", "信用代码")),
                Choice("PASSPORT", "护照", "passport"),
                Choice("OTHER", "其他", "other", ("其它",)),
            ),
            help_zh="填了证件号码时必填",
            help_en="needed with an identity number",
        ),
        Column(
            name="identity_number",
            zh="证件号码",
            kind=Kind.CODE,
            length=30,
            default="",
            help_zh="身份证和统一社会信用代码核对校验位；加密保存",
            help_en="check digits are checked; kept encrypted",
            also=("身份证号", "身份证号码", "证件号", "统一社会信用代码"),
            personal="identity_number",
        ),
        Column(
            name="importance",
            zh="重要用户等级",
            kind=Kind.CHOICE,
            default="NONE",
            choices=(
                Choice("NONE", "非重要", "not important", ("否", "一般")),
                Choice("SPECIAL", "特级", "special"),
                Choice("FIRST", "一级", "first"),
                Choice("SECOND", "二级", "second"),
                Choice("TEMPORARY", "临时性", "temporary", ("临时",)),
            ),
            help_zh="默认为非重要",
            help_en="not important if empty",
        ),
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

_PARTS = ("division_code", "region", "town", "community", "road", "house_number", "building", "entrance", "room")


def _part(name: str, zh: str, length: int) -> Column:
    return Column(name=name, zh=zh, kind=Kind.TEXT, length=length, default="")


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
            default="",
            example="城关镇建设路 8 号",
            help_zh="不填时由各段拼成",
            help_en="composed of its parts if empty",
            also=("地址", "详细地址"),
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
        code_column("division_code", "行政区划代码", length=6, default="", example="420102", help_zh="GB/T 2260 代码"),
        _part("region", "省市县", 60),
        _part("town", "乡镇街道", 40),
        _part("community", "社区村", 40),
        _part("road", "道路", 40),
        _part("house_number", "门牌", 20),
        _part("building", "楼栋", 20),
        _part("entrance", "单元", 20),
        _part("room", "室号", 20),
    ),
)


def _check_customers(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "number")
    refuse_taken(checked, "number", Customer, "number")
    resolve_units(context, checked)
    for place, number in enumerate(checked.values["identity_number"]):
        if number and place not in checked.bad:
            _check_identity(checked, place, number)


def _check_identity(checked: Checked, place: int, number: str) -> None:
    kind = checked.get(place, "identity_kind")
    if kind is None:
        checked.refuse(place, "identity_kind", "comes_with", what=checked.title_of("identity_number"))
        return
    obstacle = rules.find_identity_obstacle(IdentityKind(kind), rules.fold_identity_number(number))
    if obstacle:
        checked.refuse(
            place, "identity_number", "identity_number_wrong", reason=obstacle, reason_zh=OBSTACLES[obstacle]
        )


def _store_customers(context: Context, checked: Checked, places: list[int]) -> Stored:
    new = [
        NewCustomer(
            unit_id=checked.found["unit"][row["unit"]].pk,
            number=row["number"],
            name=row["name"],
            kind=CustomerKind(row["kind"]),
            since_date=row["since_date"],
            industry_code=row["industry_code"],
            short_name=row["short_name"],
            identity_kind=IdentityKind(row["identity_kind"]) if row["identity_number"] else None,
            identity_number=row["identity_number"],
            importance=Importance(row["importance"]),
        )
        for row in map(checked.row, places)
    ]
    return store_in_parts(context, new, lambda part: operations.add_customers(actor=context.actor, customers=part))


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
    return store_in_parts(context, new, lambda part: operations.add_accounts(actor=context.actor, accounts=part))


def _check_places(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "code")
    refuse_taken(checked, "code", ServiceLocation, "code")
    resolve_units(context, checked)
    for place in checked.good():
        if not any(checked.get(place, name) for name in ("address", *_PARTS[1:])):
            checked.refuse(place, "address", "value_missing")
        if checked.get(place, "division_code") and not _DIVISION.fullmatch(checked.get(place, "division_code")):
            checked.refuse(place, "division_code", "division_code_wrong")
        if (checked.get(place, "longitude") is None) != (checked.get(place, "latitude") is None):
            checked.refuse(place, "longitude", "coordinates_come_together")


def _store_places(context: Context, checked: Checked, places: list[int]) -> Stored:
    new = [
        NewLocation(
            unit_id=checked.found["unit"][row["unit"]].pk,
            code=row["code"],
            address=row["address"],
            parts=AddressParts(**{name: row[name] for name in _PARTS}),
            longitude=row["longitude"],
            latitude=row["latitude"],
        )
        for row in map(checked.row, places)
    ]
    return store_in_parts(context, new, lambda part: operations.add_locations(actor=context.actor, locations=part))


CUSTOMERS = TableLoader(spec=_CUSTOMERS, check=_check_customers, store=_store_customers)
ACCOUNTS = TableLoader(spec=_ACCOUNTS, check=_check_accounts, store=_store_accounts)
PLACES = TableLoader(spec=_PLACES, check=_check_places, store=_store_places)
