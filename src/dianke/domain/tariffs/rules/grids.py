"""Transmission and distribution prices of all grids in one sheet: a plan for each grid."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from dianke.domain.customers.types import UsageClass
from dianke.domain.tariffs.rules.documents import (
    BadField,
    FaultList,
    as_mapping,
    get_decimal,
    get_list,
    get_mapping,
    get_text,
)
from dianke.domain.tariffs.rules.heads import PlanHead, SheetBody, SheetHead
from dianke.domain.tariffs.rules.hours import STRUCTURES
from dianke.domain.tariffs.rules.prices import COMPONENT_DECIMALS, read_price, refuse_negative
from dianke.domain.tariffs.types import (
    FUNDS_CODE,
    NO_SUCH_PRICE,
    NOT_FOUND,
    PERIOD_COLUMNS,
    ComponentFacts,
    ComponentKind,
    PlanKind,
    PriceColumn,
    RowFacts,
    Structure,
    VersionDraft,
)

_NAME = "输配电价"
_CLASSES = (UsageClass.COMMERCIAL_INDUSTRIAL, UsageClass.LARGE_INDUSTRIAL)
_OTHER_SHAPES = {
    "shenzhen": "prices by capacity band and kWh per kVA have no row of structure and voltage",
}


def read_grids(*, head: SheetHead, faults: FaultList) -> tuple[list[VersionDraft], list[tuple[str, str]]]:
    """Return a version for each grid that has a price, and what is left with its reason."""
    drafts: list[VersionDraft] = []
    left = [(key, reason) for key, reason in _OTHER_SHAPES.items() if key in head.sheet]
    seen: set[str] = set()
    for index, given in enumerate(get_list(head.sheet, "grids")):
        with faults.reading(f"grids[{index}]"):
            node = as_mapping(given)
            name, code = get_text(node, "grid"), get_text(node, "code") or get_text(node, "grid")
            if not name or {name, code} & seen:
                raise BadField(
                    path="grid",
                    value=name,
                    name="grid_twice",
                    reason="a grid has one entry and a name",
                    remedy="name each grid once",
                )
            seen |= {name, code}
            drafts.append(_draft_grid(head, node, name, code))
    return drafts, left


def _draft_grid(head: SheetHead, node: Mapping[str, Any], name: str, code: str) -> VersionDraft:
    rows = tuple(
        _read_cell(structure, voltage, get_mapping(node, key))
        for key, structure in STRUCTURES.items()
        for voltage in get_mapping(node, key)
    )
    loss = get_decimal(node, "upstream_loss_pct", decimals=4)
    plan = PlanHead(
        code=f"TD-{code}",
        name=_NAME,
        kind=PlanKind.TRANSMISSION_DISTRIBUTION,
        usage_classes=_CLASSES,
        region=name,
    )
    body = SheetBody(
        rows=rows,
        components=(*_read_funds(node, head.sheet), *_read_area_additions(head.sheet, name)),
        figures={} if loss is None else {"upstream_loss_percent": str(loss)},
    )
    return head.draft(plan, body)


def _read_cell(structure: Structure, voltage: str, cells: Mapping[str, Any]) -> RowFacts:
    # The document prices transport alone: every other column exists on a customer's sheet, not here.
    prices = dict.fromkeys(PriceColumn, NOT_FOUND) | dict.fromkeys(PERIOD_COLUMNS, NO_SUCH_PRICE)
    if structure is Structure.SINGLE:
        prices |= {PriceColumn.DEMAND: NO_SUCH_PRICE, PriceColumn.CAPACITY: NO_SUCH_PRICE}
    prices[PriceColumn.TD_ENERGY] = read_price(cells, voltage, column=PriceColumn.TD_ENERGY)
    return RowFacts(structure=structure, voltage=voltage, prices=prices)


def _read_funds(node: Mapping[str, Any], sheet: Mapping[str, Any]) -> tuple[ComponentFacts, ...]:
    funds = get_decimal(node, "funds", decimals=COMPONENT_DECIMALS)
    if funds is None:
        return ()
    refuse_negative("funds", funds)
    label = get_text(get_mapping(sheet, "labels"), "funds")
    return (ComponentFacts(code=FUNDS_CODE, kind=ComponentKind.FUND, price=funds, label=label),)


def _read_area_additions(sheet: Mapping[str, Any], name: str) -> tuple[ComponentFacts, ...]:
    """Return what areas of a province pay more or less than its rows: below zero for the poorer ones."""
    additions = get_mapping(sheet, "area_additions")
    if name != get_text(additions, "grid"):
        return ()
    by_area = get_mapping(additions, "prices")
    return tuple(
        ComponentFacts(
            code="AREA_ADDITION",
            kind=ComponentKind.TRANSMISSION_DISTRIBUTION,
            price=get_decimal(by_area, area) or Decimal(0),
            label=area,
        )
        for area in by_area
    )
