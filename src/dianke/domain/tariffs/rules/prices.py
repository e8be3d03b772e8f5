"""Rows, components and funds of a sheet: cells with their three states, and sums a sheet can be held to."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from dianke.domain.tariffs.rules.documents import (
    BadField,
    FaultList,
    as_mapping,
    get_decimal,
    get_list,
    get_mapping,
    get_text,
)
from dianke.domain.tariffs.rules.hours import STRUCTURES, unknown_structure
from dianke.domain.tariffs.types import (
    FUNDS_CODE,
    NO_SUCH_PRICE,
    NOT_FOUND,
    ComponentFacts,
    ComponentKind,
    Finding,
    FundFacts,
    Price,
    PriceColumn,
    RowFacts,
)

DOES_NOT_EXIST = "n/a"
# Parts explain a printed price; a province publishes one of them with nine decimals.
COMPONENT_DECIMALS = 10
# No energy price of the mainland comes near it: above it the figure was typed in fen.
_MAX_ENERGY_PRICE = Decimal(10)
_MONTHLY = (PriceColumn.DEMAND, PriceColumn.CAPACITY)
_COLUMN_KEYS = {
    "td_energy": PriceColumn.TD_ENERGY,
    "flat": PriceColumn.FLAT,
    "sharp": PriceColumn.SHARP,
    "peak": PriceColumn.PEAK,
    "valley": PriceColumn.VALLEY,
    "deep_valley": PriceColumn.DEEP,
    "demand": PriceColumn.DEMAND,
    "capacity": PriceColumn.CAPACITY,
}
# A sheet without these columns has no such hours; any other column left out is a figure not found.
_OPTIONAL = (PriceColumn.SHARP, PriceColumn.DEEP)
_ROW_KEYS = frozenset(("structure", "voltage", "class"))
_COMPONENTS = {
    "agency_purchase": ComponentKind.PURCHASE,
    "line_loss": ComponentKind.LINE_LOSS,
    "system_operation": ComponentKind.SYSTEM_OPERATION,
    "funds": ComponentKind.FUND,
}
_BREAKDOWNS = {
    "funds_breakdown": ("funds", ComponentKind.FUND),
    "system_operation_breakdown": ("system_operation", ComponentKind.SYSTEM_OPERATION),
}


def read_rows(sheet: Mapping[str, Any], faults: FaultList) -> tuple[RowFacts, ...]:
    """Return the rows of a sheet; every faulty one is noted."""
    rows: list[RowFacts] = []
    for index, node in enumerate(get_list(sheet, "rows")):
        with faults.reading(f"rows[{index}]"):
            rows.append(_read_row(node))
    places = [(row.structure, row.voltage) for row in rows]
    for index, place in enumerate(places):
        if place in places[:index]:
            faults.add(
                path=f"rows[{index}]",
                value=" ".join(place),
                code="row_twice",
                message=f"the sheet has two rows for {' '.join(place)}",
                remedy="keep the one that is printed",
            )
    return tuple(rows)


def read_components(sheet: Mapping[str, Any], faults: FaultList) -> tuple[ComponentFacts, ...]:
    """Return the region-wide parts of the price and the parts of those parts."""
    found: list[ComponentFacts] = []
    labels: dict[str, Any] = {}
    with faults.reading(""):
        labels = get_mapping(sheet, "labels")
    with faults.reading("components"):
        for key in (nodes := get_mapping(sheet, "components")):
            if key not in _COMPONENTS:
                raise BadField(
                    path=key,
                    value=nodes[key],
                    name="unknown_component",
                    reason=f"{key} is no part of a price",
                    remedy=f"use {', '.join(_COMPONENTS)}",
                )
            found.extend(_read_component(nodes, key, kind=_COMPONENTS[key], labels=labels))
    for key, (whole, kind) in _BREAKDOWNS.items():
        with faults.reading(key):
            for name in (nodes := get_mapping(sheet, key)):
                found.extend(_read_component(nodes, name, kind=kind, labels=labels, part_of=whole.upper()))
    return tuple(found)


def compare_sums(rows: Iterable[RowFacts], components: Iterable[ComponentFacts]) -> tuple[Finding, ...]:
    """Return where printed totals differ from the sum of their printed parts; the printed total is billed."""
    parts = list(components)
    whole = {part.code: part.price for part in parts if not part.part_of}
    findings = []
    for code, printed in whole.items():
        pieces = [part.price for part in parts if part.part_of == code]
        computed = sum(pieces, Decimal(0))
        if pieces and computed != printed:
            findings.append(Finding(where=code, printed=printed, computed=computed))
    if {key.upper() for key in _COMPONENTS} <= whole.keys():
        for row in rows:
            flat, td_energy = row.prices[PriceColumn.FLAT].value, row.prices[PriceColumn.TD_ENERGY].value
            if flat is None or td_energy is None:
                continue
            computed = sum(whole.values(), td_energy)
            if computed != flat:
                where = f"{row.structure} {row.voltage} flat".replace("  ", " ")
                findings.append(Finding(where=where, printed=flat, computed=computed))
    return tuple(findings)


def list_components(
    components: Iterable[ComponentFacts], prices: Mapping[PriceColumn, Price]
) -> tuple[ComponentFacts, ...]:
    """Return a row's parts in the order of TR-8: purchase, line loss, the row's own T&D price, the rest."""
    everything = list(components)
    td_energy = prices.get(PriceColumn.TD_ENERGY, NOT_FOUND).value
    if td_energy is not None:
        everything.append(
            ComponentFacts(
                code="TRANSMISSION_DISTRIBUTION",
                kind=ComponentKind.TRANSMISSION_DISTRIBUTION,
                price=td_energy,
            )
        )
    order = list(ComponentKind)
    return tuple(sorted(everything, key=lambda part: order.index(part.kind)))


def list_funds(components: Iterable[ComponentFacts]) -> tuple[FundFacts, ...]:
    """Return the single funds of a sheet, or their printed total where no parts add up to it (TR-7)."""
    funds = [part for part in components if part.kind is ComponentKind.FUND]
    pieces = [part for part in funds if part.part_of == FUNDS_CODE]
    totals = [part for part in funds if not part.part_of]
    is_split = bool(pieces) and _sum_prices(pieces) == _sum_prices(totals)
    return tuple(
        FundFacts(code=part.code, label=part.label, price=part.price) for part in (pieces if is_split else totals)
    )


def sum_funds(funds: Iterable[FundFacts]) -> Decimal | None:
    """Return what all funds together take per kWh, or None where a sheet states none."""
    prices = [fund.price for fund in funds]
    return sum(prices, Decimal(0)) if prices else None


def read_price(node: Mapping[str, Any], key: str, *, column: PriceColumn) -> Price:
    """Return a cell: a number, not found, or no such price."""
    if node.get(key) == DOES_NOT_EXIST or (key not in node and column in _OPTIONAL):
        return NO_SUCH_PRICE
    number = get_decimal(node, key)
    if number is None:
        return NOT_FOUND
    refuse_negative(key, number)
    if column not in _MONTHLY and number > _MAX_ENERGY_PRICE:
        raise BadField(
            path=key,
            value=number,
            name="price_out_of_range",
            reason=f"{number} yuan per kWh is above {_MAX_ENERGY_PRICE}",
            remedy="write yuan, not fen",
        )
    return Price(number)


def refuse_negative(key: str, number: Decimal) -> None:
    """Refuse a price below zero."""
    if number < 0:
        raise BadField(
            path=key,
            value=number,
            name="negative_price",
            reason=f"{number} is below zero",
            remedy="prices are zero or more: check the sign against the sheet",
        )


def _read_row(given: object) -> RowFacts:
    node = as_mapping(given)
    unknown = [key for key in node if key not in _COLUMN_KEYS and key not in _ROW_KEYS]
    if unknown:
        raise BadField(
            path=str(unknown[0]),
            value=node[unknown[0]],
            name="unknown_column",
            reason=f"{unknown[0]} is no column of a sheet",
            remedy=f"use {', '.join(_COLUMN_KEYS)}",
        )
    if node.get("structure") not in STRUCTURES:
        raise unknown_structure(node.get("structure"))
    return RowFacts(
        structure=STRUCTURES[node["structure"]],
        voltage=get_text(node, "voltage"),
        label=get_text(node, "class"),
        prices={column: read_price(node, key, column=column) for key, column in _COLUMN_KEYS.items()},
    )


def _read_component(
    node: Mapping[str, Any],
    key: str,
    *,
    kind: ComponentKind,
    labels: Mapping[str, Any],
    part_of: str = "",
) -> list[ComponentFacts]:
    number = get_decimal(node, key, decimals=COMPONENT_DECIMALS)
    if number is None:
        return []
    # Carried-over deviations and gains may be negative; money of the treasury may not.
    if kind is ComponentKind.FUND:
        refuse_negative(key, number)
    return [
        ComponentFacts(
            code=key.upper() if key.isascii() else (part_of or kind.value),
            kind=kind,
            price=number,
            label=get_text(labels, key) if key.isascii() else key,
            part_of=part_of,
        )
    ]


def _sum_prices(parts: Iterable[ComponentFacts]) -> Decimal:
    return sum((part.price for part in parts), Decimal(0))
