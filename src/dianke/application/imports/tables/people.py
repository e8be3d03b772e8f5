"""Contacts of customers and the numbers that accounts bore in earlier systems."""

from dianke.application.imports.checking import Checked
from dianke.application.imports.columns import Choice, Column, Kind, TableSpec
from dianke.application.imports.tables.base import (
    Context,
    Stored,
    TableLoader,
    code_column,
    in_parts,
    refuse_twice,
    resolve,
    store_in_parts,
)
from dianke.application.imports.tables.customers import OBSTACLES
from dianke.domain.customers import operations
from dianke.domain.customers.models import AccountAlias, Customer, CustomerAccount
from dianke.domain.customers.operations.aliases import NewAlias, add_aliases
from dianke.domain.customers.rules.obstacles import find_contact_obstacle
from dianke.domain.customers.types import ContactRole, NewContact
from dianke.kernel.clock import SHANGHAI

_CONTACTS = TableSpec(
    name="contacts",
    zh="联系人",
    en="contacts",
    help_zh="电话和邮箱加密保存。",
    help_en="Phone and mail are kept encrypted.",
    columns=(
        code_column("customer", "客户编号", length=20, required=True, example="KH000001", also=("客户号",)),
        Column(
            name="name",
            zh="联系人",
            kind=Kind.TEXT,
            length=60,
            required=True,
            example="王晓明",
            also=("联系人姓名", "姓名"),
        ),
        Column(
            name="role",
            zh="联系人角色",
            kind=Kind.CHOICE,
            default="OWNER",
            choices=(
                Choice("OWNER", "户主", "owner", ("本人",)),
                Choice("LEGAL", "法定代表人", "legal representative", ("法人",)),
                Choice("AGENT", "经办人", "agent", ("代理人",)),
                Choice("BILLING", "账务联系人", "billing", ("账务", "财务")),
                Choice("ELECTRICAL", "电气负责人", "electrical", ("电气", "电工")),
                Choice("TENANT", "租户", "tenant", ("承租人",)),
                Choice("EMERGENCY", "紧急联系人", "emergency", ("停电联系人",)),
            ),
            help_zh="默认为户主",
            help_en="owner if empty",
        ),
        Column(
            name="phone",
            zh="联系电话",
            kind=Kind.CODE,
            length=24,
            default="",
            example="13900000000",
            also=("手机", "手机号", "电话", "移动电话"),
            personal="phone",
        ),
        Column(
            name="email",
            zh="邮箱",
            kind=Kind.CODE,
            length=80,
            default="",
            also=("电子邮箱", "电子邮件"),
            personal="email",
        ),
        Column(name="office", zh="职务", kind=Kind.TEXT, length=60, default="", also=("部门", "职务部门")),
        Column(name="preferred", zh="首选", kind=Kind.FLAG, default=False, help_zh="默认为否", help_en="no if empty"),
        Column(
            name="start_date",
            zh="起始日期",
            kind=Kind.DATE,
            help_zh="默认为导入当日",
            help_en="the day of the load if empty",
        ),
        Column(name="note", zh="备注", kind=Kind.TEXT, length=200, default=""),
    ),
)

_OLD_NUMBERS = TableSpec(
    name="old-numbers",
    zh="旧户号",
    en="old account numbers",
    help_zh="旧系统的户号，可按它查到现户号。",
    help_en="Numbers of an earlier system, by which the account is still found.",
    columns=(
        code_column("account", "户号", length=10, required=True, example="1000000016"),
        code_column("number", "旧户号", length=30, required=True, example="0100234567", also=("原户号",)),
        Column(name="origin", zh="来源系统", kind=Kind.TEXT, length=60, default="", example="原营销系统"),
    ),
)


def _check_contacts(context: Context, checked: Checked) -> None:
    resolve(context, checked, "customer", Customer, field="number", what="customer", what_zh="客户")
    refuse_twice(checked, "customer", "name", "phone")
    for place in checked.good():
        if obstacle := find_contact_obstacle(_contact(context, checked, place)):
            column = "email" if "mail" in obstacle else "phone"
            checked.refuse(place, column, "contact_wrong", reason=obstacle, reason_zh=OBSTACLES[obstacle])


def _contact(context: Context, checked: Checked, place: int) -> NewContact:
    row = checked.row(place)
    return NewContact(
        customer_id=checked.found["customer"][row["customer"]].pk,
        name=row["name"],
        role=ContactRole(row["role"]),
        start_date=row["start_date"] or context.at.astimezone(SHANGHAI).date(),
        office=row["office"],
        phone=row["phone"],
        email=row["email"],
        preferred=row["preferred"],
        note=row["note"],
    )


def _store_contacts(context: Context, checked: Checked, places: list[int]) -> Stored:
    new = [_contact(context, checked, place) for place in places]
    return store_in_parts(context, new, lambda part: operations.add_contacts(actor=context.actor, contacts=part))


def _check_old_numbers(context: Context, checked: Checked) -> None:
    refuse_twice(checked, "account", "number")
    accounts = resolve(context, checked, "account", CustomerAccount, field="number", what="account", what_zh="户号")
    known: set[tuple[int, str]] = set()
    for part in in_parts(sorted(account.pk for account in accounts.values())):
        rows = AccountAlias.objects.for_actor(context.actor).filter(account_id__in=part)
        known.update(rows.values_list("account_id", "number"))
    for place in checked.good():
        if (accounts[checked.get(place, "account")].pk, checked.get(place, "number")) in known:
            checked.refuse(place, "number", "taken")


def _store_old_numbers(context: Context, checked: Checked, places: list[int]) -> Stored:
    new = [
        NewAlias(account_id=checked.found["account"][row["account"]].pk, number=row["number"], origin=row["origin"])
        for row in map(checked.row, places)
    ]
    return store_in_parts(context, new, lambda part: add_aliases(actor=context.actor, aliases=part))


CONTACTS = TableLoader(spec=_CONTACTS, check=_check_contacts, store=_store_contacts)
OLD_NUMBERS = TableLoader(spec=_OLD_NUMBERS, check=_check_old_numbers, store=_store_old_numbers)
