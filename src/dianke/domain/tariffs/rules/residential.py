"""Residential sheets: one row of first-tier prices, a tier scheme, and the price of shared meters (TR-6)."""

from collections.abc import Mapping
from dataclasses import dataclass
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
from dianke.domain.tariffs.rules.hours import read_months, read_span
from dianke.domain.tariffs.rules.prices import read_price
from dianke.domain.tariffs.rules.tiers import check_tiers
from dianke.domain.tariffs.rules.time_bands import check_bands
from dianke.domain.tariffs.types import (
    FUNDS_CODE,
    NO_SUCH_PRICE,
    Band,
    BandLayer,
    ComponentFacts,
    ComponentKind,
    PeriodKind,
    Price,
    PriceColumn,
    RowFacts,
    Structure,
    TierBlock,
    TierFacts,
    TierKind,
    TierSeason,
)

_KINDS = {"monthly": TierKind.MONTHLY, "annual": TierKind.ANNUAL}
_TIERS = ("t1", "t2", "t3")
_SHARED_KEYS = ("shared_meter", "shared_or_other_residential")
_TOU_PERIODS = {"peak": PeriodKind.PEAK, "flat": PeriodKind.FLAT, "valley": PeriodKind.VALLEY}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentialRead:
    """What a residential sheet holds: rows with tiers, rows of shared meters, hours, funds."""

    rows: tuple[RowFacts, ...]
    shared_rows: tuple[RowFacts, ...]
    tiers: TierFacts | None
    bands: tuple[Band, ...]
    components: tuple[ComponentFacts, ...]


def read_residential(sheet: Mapping[str, Any], faults: FaultList) -> ResidentialRead:
    """Return a residential sheet's prices; faults are noted."""
    by_voltage: dict[str, dict[str, Any]] = {}
    surcharges: tuple[Decimal, ...] = ()
    tou: dict[str, Any] = {}
    with faults.reading(""):
        by_voltage = _split_by_voltage(get_mapping(sheet, "prices"))
        tou = get_mapping(sheet, "tou_optional")
    with faults.reading("prices"):
        surcharges = _read_surcharges(by_voltage)
    rows: list[RowFacts] = []
    with faults.reading("tou_optional"):
        _require_same_surcharges(tou, surcharges)
    for voltage, node in by_voltage.items():
        with faults.reading(f"prices.{voltage}".rstrip(".")):
            rows.append(_read_first_tier_row(voltage, node, _first_tier_tou(tou)))
    return ResidentialRead(
        rows=tuple(rows),
        shared_rows=_read_shared_rows(sheet, faults),
        tiers=_read_tiers(sheet, surcharges, faults) if surcharges else None,
        bands=_read_bands(tou, faults),
        components=_read_funds(sheet, tou, faults),
    )


def _split_by_voltage(prices: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    nested = {key: value for key, value in prices.items() if isinstance(value, dict) and "t1" in value}
    return nested or {"": dict(prices)}


def _read_surcharges(by_voltage: Mapping[str, Mapping[str, Any]]) -> tuple[Decimal, ...]:
    steps = {_list_steps(node) for node in by_voltage.values()}
    if len(steps) != 1:
        raise BadField(
            path="",
            value=sorted(str(step) for step in steps),
            name="surcharges_differ",
            reason="the step from the first tier differs between voltages",
            remedy="make a sheet of its own for each voltage",
        )
    return steps.pop()


def _list_steps(node: Mapping[str, Any]) -> tuple[Decimal, ...]:
    prices = [get_decimal(node, tier) for tier in _TIERS]
    known = [price for price in prices if price is not None]
    if len(known) != len(_TIERS):
        raise BadField(
            path=_TIERS[prices.index(None)],
            value=None,
            name="tier_price_missing",
            reason="a tier without price can neither be billed nor passed over",
            remedy="complete t1, t2 and t3 from the notice",
        )
    return tuple(price - known[0] for price in known)


def _first_tier_tou(tou: Mapping[str, Any]) -> dict[str, Any]:
    if "t1_prices" in tou:
        return get_mapping(tou, "t1_prices")
    return {period: node.get("t1") for period, node in get_mapping(tou, "prices").items() if isinstance(node, dict)}


def _require_same_surcharges(tou: Mapping[str, Any], surcharges: tuple[Decimal, ...]) -> None:
    stated = get_mapping(tou, "tier_surcharge")
    steps = {(Decimal(0), *(get_decimal(stated, tier) for tier in _TIERS[1:]))} if stated else set()
    steps |= {_list_steps(node) for node in get_mapping(tou, "prices").values() if isinstance(node, dict)}
    if surcharges and steps - {surcharges}:
        raise BadField(
            path="tier_surcharge" if stated else "prices",
            value=[[str(part) for part in step] for step in steps],
            name="surcharges_differ",
            reason="tiers cost another surcharge by period than without",
            remedy="tiers are billed as a surcharge on the first tier: check the figures",
        )


def _read_first_tier_row(voltage: str, node: Mapping[str, Any], tou: Mapping[str, Any]) -> RowFacts:
    # Without time of use the first-tier price is the price of every kWh; sheets print it as flat too.
    prices = dict.fromkeys(PriceColumn, NO_SUCH_PRICE)
    prices[PriceColumn.FLAT] = read_price(node, "t1", column=PriceColumn.FLAT)
    for column in (PriceColumn.PEAK, PriceColumn.VALLEY):
        if column.value in tou:
            prices[column] = read_price(tou, column.value, column=column)
    flat = get_decimal(tou, "flat")
    if flat is not None and Price(flat) != prices[PriceColumn.FLAT]:
        raise BadField(
            path="t1",
            value=flat,
            name="flat_differs",
            reason="the flat price by period is not the first-tier price",
            remedy="check both against the notice",
        )
    return RowFacts(structure=Structure.SINGLE, voltage=voltage, prices=prices)


def _read_shared_rows(sheet: Mapping[str, Any], faults: FaultList) -> tuple[RowFacts, ...]:
    rows: list[RowFacts] = []
    for holder, prefix in ((sheet, ""), (sheet.get("prices"), "prices.")):
        for key in _SHARED_KEYS:
            if not isinstance(holder, dict) or holder.get(key) is None:
                continue
            node = holder[key] if isinstance(holder[key], dict) else {"": holder[key]}
            for voltage in node:
                with faults.reading(f"{prefix}{key}"):
                    prices = dict.fromkeys(PriceColumn, NO_SUCH_PRICE)
                    prices[PriceColumn.FLAT] = read_price(node, voltage, column=PriceColumn.FLAT)
                    rows.append(RowFacts(structure=Structure.SINGLE, voltage=str(voltage), prices=prices))
    return tuple(rows)


def _read_tiers(sheet: Mapping[str, Any], surcharges: tuple[Decimal, ...], faults: FaultList) -> TierFacts | None:
    path = "tiers_kwh_upper_inclusive"
    before = len(faults.faults)
    with faults.reading(path):
        kind = _KINDS.get(str(sheet.get("tier_scheme")))
        if kind is None:
            raise BadField(
                path="tier_scheme",
                value=sheet.get("tier_scheme"),
                name="unknown_tier_scheme",
                reason="the scheme decides when the count starts anew",
                remedy=f"use {' or '.join(_KINDS)}",
            )
        large = get_mapping(sheet, "multi_person")
        tiers = TierFacts(
            kind=kind,
            seasons=tuple(_read_season(node, surcharges) for node in get_list(sheet, path)),
            large_household_persons=_read_count(large, "persons_from"),
            large_household_kwh_per_month=get_decimal(large, "add_to_t1_and_t2_kwh_per_month", decimals=2)
            or Decimal(0),
            shared_price_persons=_read_count(large, "shared_price_option_from_persons"),
            free_quota_kwh_per_month=get_decimal(sheet, "free_quota_kwh_per_month", decimals=2) or Decimal(0),
        )
        for fault in check_tiers(tiers):
            faults.add(
                path=path,
                value=None,
                code=fault.code.removeprefix("tariffs."),
                message=str(fault),
                remedy="give every month its limits once, each above the one before",
            )
        return tiers if len(faults.faults) == before else None
    return None


def _read_season(given: object, surcharges: tuple[Decimal, ...]) -> TierSeason:
    node = as_mapping(given)
    months = read_months(node, "months")
    uppers = [get_decimal(node, tier, decimals=2) for tier in _TIERS[:-1]]
    return TierSeason(
        months=months,
        blocks=tuple(
            TierBlock(tier=number, upper_kwh=upper, surcharge=surcharge)
            for number, (upper, surcharge) in enumerate(zip([*uppers, None], surcharges, strict=True), start=1)
        ),
    )


def _read_count(node: Mapping[str, Any], key: str) -> int | None:
    number = get_decimal(node, key, decimals=0)
    return None if number is None else int(number)


def _read_bands(tou: Mapping[str, Any], faults: FaultList) -> tuple[Band, ...]:
    bands: list[Band] = []
    path = "tou_optional.periods"
    with faults.reading(path):
        for key, texts in get_mapping(tou, "periods").items():
            if key not in _TOU_PERIODS:
                raise BadField(
                    path=key,
                    value=texts,
                    name="unknown_period",
                    reason=f"homes have no {key} hours",
                    remedy=f"use {', '.join(_TOU_PERIODS)}",
                )
            for text in texts if isinstance(texts, list) else [texts]:
                is_rest = text == "rest"
                start, end = (0, 1440) if is_rest else read_span(text, key)
                bands.append(
                    Band(
                        layer=BandLayer.BASE,
                        period=_TOU_PERIODS[key],
                        start_minute=start,
                        end_minute=end,
                        is_rest=is_rest,
                    )
                )
        for fault in check_bands(bands):
            faults.add(
                path=path,
                value=fault.facts.get("hours"),
                code=fault.code.removeprefix("tariffs."),
                message=str(fault),
                remedy="name every hour of the day once",
            )
    return tuple(bands)


def _read_funds(sheet: Mapping[str, Any], tou: Mapping[str, Any], faults: FaultList) -> tuple[ComponentFacts, ...]:
    with faults.reading("tou_optional"):
        funds = get_decimal(tou, "fixed_addition")
        if funds is not None:
            label = get_text(get_mapping(sheet, "labels"), "funds")
            return (ComponentFacts(code=FUNDS_CODE, kind=ComponentKind.FUND, price=funds, label=label),)
    return ()
