"""How customers stand to one another: groups, landlords, guarantors, as registers and other systems know them."""

from decimal import Decimal

from dianke.application.imports.checking import Checked
from dianke.application.imports.columns import Choice, Column, Kind, TableSpec
from dianke.application.imports.tables.base import (
    Context,
    Stored,
    TableLoader,
    code_column,
    refuse_twice,
    resolve_customers,
    store_in_parts,
)
from dianke.domain.customers import operations
from dianke.domain.customers.queries.relations import read_relation_book
from dianke.domain.customers.types import NewRelation, RelationKind

_PERCENT_E4 = 100

_WORDS: dict[str, tuple[str, str]] = {
    "nobody stands to themselves": ("客户不能与自身建立关系", "other"),
    "it ends before it starts": ("结束日期不晚于起始日期", "end_date"),
    "only a parent has a share": ("只有上级公司关系填写持股比例", "share"),
    "a share lies between 0 and 100 percent": ("持股比例应在 0 与 100 之间", "share"),
    "it stands already in that time": ("该时段内已有此关系", "other"),
    "a firm would become its own parent": ("会使企业成为自身的上级", "other"),
}

_RELATIONS = TableSpec(
    name="customer-relations",
    zh="客户关系",
    en="relations of customers",
    help_zh="从第一个客户读到第二个客户：甲是乙的上级公司、出租方、担保方、供货方；集团、同一所有人、同一控制人两边相同。"
    "与已有关系完全相同的行不再重复入库。",
    help_en=(
        "Read from the first customer to the second: the parent, landlord, guarantor or supplier of the other; group, "
        "owner and controller are the same from either side. Rows that stand already are not stored again."
    ),
    columns=(
        code_column("customer", "客户编号", length=20, required=True, example="KH000001", also=("客户号",)),
        Column(
            name="kind",
            zh="关系",
            kind=Kind.CHOICE,
            required=True,
            choices=(
                Choice("PARENT", "上级公司", "parent", ("母公司",)),
                Choice("LANDLORD", "出租方", "landlord", ("房东",)),
                Choice("GUARANTOR", "担保方", "guarantor", ("担保人",)),
                Choice("SUPPLIER", "供货方", "supplier", ("供应商",)),
                Choice("SAME_GROUP", "同一集团", "same group"),
                Choice("SAME_OWNER", "同一所有人", "same owner"),
                Choice("SAME_CONTROLLER", "同一控制人", "same controller"),
            ),
            example="PARENT",
        ),
        code_column("other", "对方客户编号", length=20, required=True, example="KH000002", also=("关联客户编号",)),
        Column(
            name="share",
            zh="持股比例",
            kind=Kind.DECIMAL,
            decimals=2,
            unit="%",
            minimum=Decimal("0.01"),
            maximum=Decimal(100),
            help_zh="仅上级公司填写",
            help_en="of a parent only",
        ),
        Column(name="start_date", zh="起始日期", kind=Kind.DATE, required=True, example="2026-01-01"),
        Column(
            name="end_date",
            zh="结束日期",
            kind=Kind.DATE,
            help_zh="该日起不再成立",
            help_en="no longer from this day on",
        ),
        Column(name="source", zh="来源", kind=Kind.TEXT, length=60, default="", example="工商登记"),
        Column(name="note", zh="说明", kind=Kind.TEXT, length=200, default=""),
    ),
)


def _check(context: Context, checked: Checked) -> None:
    resolve_customers(context, checked)
    resolve_customers(context, checked, "other")
    refuse_twice(checked, "customer", "kind", "other", "start_date")
    new = {place: _read(checked, place) for place in checked.good()}
    book = read_relation_book(customer_ids={key for one in new.values() for key in (one.customer_id, one.other_id)})
    standing = checked.found["standing"] = {place for place, one in new.items() if book.holds(one)}
    for place, one in new.items():
        if place in standing:
            continue
        if obstacle := book.find_obstacle(one):
            reason_zh, column = _WORDS[obstacle]
            checked.refuse(place, column, "relation_wrong", reason=obstacle, reason_zh=reason_zh)
        else:
            book.take(one)


def _store(context: Context, checked: Checked, places: list[int]) -> Stored:
    new = [_read(checked, place) for place in places if place not in checked.found["standing"]]
    stored = store_in_parts(
        context, new, lambda part: operations.add_relations(actor=context.actor, relations=part, at=context.at)
    )
    return Stored(stored.stored, len(places) - len(new), created=stored.created)


def _read(checked: Checked, place: int) -> NewRelation:
    row = checked.row(place)
    return NewRelation(
        customer_id=checked.found["customer"][row["customer"]].pk,
        other_id=checked.found["other"][row["other"]].pk,
        kind=RelationKind(row["kind"]),
        start_date=row["start_date"],
        end_date=row["end_date"],
        share_e4=None if row["share"] is None else int(row["share"] * _PERCENT_E4),
        source=row["source"],
        note=row["note"],
    )


CUSTOMER_RELATIONS = TableLoader(spec=_RELATIONS, check=_check, store=_store)
