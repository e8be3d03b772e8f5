"""Growth of trades: what an indicator of value compares customers by, as an office outside published it."""

from decimal import Decimal

from dianke.application.imports.checking import Checked
from dianke.application.imports.columns import Column, Kind, TableSpec
from dianke.application.imports.tables.base import (
    Context,
    Stored,
    TableLoader,
    code_column,
    refuse_twice,
    store_in_parts,
)
from dianke.domain.valuation.operations.trades import add_trade_rows
from dianke.domain.valuation.queries.trades import list_standing
from dianke.domain.valuation.rules.trades import TradeRow, read_code
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import reaches

_CLASS_DIGITS = 4
_PERCENT_E4 = 100
_SYSTEM = Actor.system("finding the top of the organisation")

_TRADE_INDEX = TableSpec(
    name="trade-index",
    zh="行业增长",
    en="growth of trades",
    help_zh="客户价值“行业景气”指标的外部数据，按年填写；从下一次价值评定起使用。先按客户行业代码查找，再逐级向上到大类。"
    "与已有数据完全相同的行不再重复入库；要更正，请先撤销原批次。",
    help_en=(
        "What the indicator of value reads of trades, by year, from the next rating on: the row of the customer's own "
        "code first, then those of the groups above it up to the division. Rows that stand already are not stored "
        "again; to correct one, undo its batch first."
    ),
    columns=(
        code_column(
            "industry",
            "行业代码",
            length=5,
            required=True,
            example="3391",
            help_zh="GB/T 4754 的大类、中类或小类代码，二至四位数字，门类字母可有可无",
            help_en="division, group or class of GB/T 4754: two to four digits, with or without the letter",
        ),
        Column(
            name="year",
            zh="年份",
            kind=Kind.INTEGER,
            required=True,
            minimum=Decimal(2000),
            maximum=Decimal(2999),
            example="2025",
            help_zh="已经结束的年份",
            help_en="a year that is over",
        ),
        Column(
            name="growth",
            zh="增长率",
            kind=Kind.DECIMAL,
            required=True,
            decimals=2,
            unit="%",
            minimum=Decimal(-100),
            maximum=Decimal(1000),
            example="5.30",
            help_zh="比上年",
            help_en="on the year before",
        ),
        Column(name="source", zh="来源", kind=Kind.TEXT, length=200, required=True, example="省统计局 2025 年统计公报"),
    ),
)


def _check(context: Context, checked: Checked) -> None:
    # "C33" and "33" are one trade: from here on the column holds digits alone.
    checked.values["industry"] = [_read_digits(checked, place) for place in range(len(checked.lines))]
    refuse_twice(checked, "industry", "year")
    today = context.at.astimezone(SHANGHAI).date()
    standing = list_standing(codes={one for one in checked.values["industry"] if one})
    alike = checked.found["standing"] = set()
    reaches_all = _reaches_all(context)
    for place in checked.good():
        row, new = checked.row(place), _read(checked, place)
        stored = standing.get((new.code, new.year))
        if not reaches_all:
            checked.refuse(place, "industry", "whole_utility_only")
        elif row["year"] >= today.year:
            checked.refuse(place, "year", "year_not_over")
        elif stored is not None and (stored.growth_e4, stored.source) == (new.growth_e4, new.source):
            alike.add(place)
        elif stored is not None:
            checked.refuse(place, "growth", "trade_growth_differs")


def _read_digits(checked: Checked, place: int) -> str | None:
    text = checked.get(place, "industry")
    if text is None:
        return None
    digits = read_code(text)
    if not digits or len(digits) > _CLASS_DIGITS:
        checked.refuse(place, "industry", "trade_code_wrong")
        return None
    return digits


def _reaches_all(context: Context) -> bool:
    """Tell whether the actor's right reaches the whole utility, whose customers all are rated by these rows."""
    tops = Unit.objects.for_actor(_SYSTEM).filter(parent=None).values_list("path", flat=True)
    return all(reaches(actor=context.actor, unit_path=path) for path in tops)


def _store(context: Context, checked: Checked, places: list[int]) -> Stored:
    new = [_read(checked, place) for place in places if place not in checked.found["standing"]]
    stored = store_in_parts(
        context, new, lambda part: add_trade_rows(new=part, login=context.actor.login, at=context.at)
    )
    return Stored(stored.stored, len(places) - len(new), created=stored.created)


def _read(checked: Checked, place: int) -> TradeRow:
    row = checked.row(place)
    return TradeRow(row["industry"], int(row["year"]), int(row["growth"] * _PERCENT_E4), row["source"].strip())


TRADE_INDEX = TableLoader(spec=_TRADE_INDEX, check=_check, store=_store)
