"""
The frozen inputs of a bill: a case of the quote command, and what a person wants to see beside it.

Readings, multipliers and prices may change later and the bill still opens into the figures it was made of.
`replay` recomputes every bill from it; `quote` prices the case alone too, except with sub-meters in the power
factor or with several demand meters, where the run's rules differ from the command's.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dianke.domain.billing.rules.inputs import ENERGY_REGISTERS, CapacityRow

Row = dict[str, Any]


@dataclass(frozen=True)
class CaseFacts:
    """What the case of one point is made of."""

    start: str
    end: str
    months: str
    is_part: bool
    segments: list[Row]
    capacity: list[CapacityRow]
    shares: list[Row]
    sub_kwh: dict[str, str]
    point: Row


def decimal_text(value: int, decimals: int) -> str:
    """Return an integer of a small unit as a plain decimal text without needless zeros."""
    text = f"{Decimal(value).scaleb(-decimals):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def build_case(facts: CaseFacts, *, prices: Row) -> Row:
    """Return the quote case of a point: its own quantities with the plan's prices."""
    case: Row = {
        "id": facts.point["code"],
        "currency": "CNY",
        "period": {"start": facts.start, "end": facts.end},
        "months": facts.months,
        "meters": [_build_meter(segment, facts) for segment in facts.segments],
        **prices,
    }
    if facts.is_part:
        case["part_month"] = True
    if facts.sub_kwh:
        case["meters"][0]["add"] = {kind: f"-{value}" for kind, value in facts.sub_kwh.items()}
    if facts.shares:
        case["shares"] = [_build_share(share) for share in facts.shares]
    if facts.point["line_loss_ratio_e6"]:
        case["line_loss_ratio"] = decimal_text(facts.point["line_loss_ratio_e6"], 6)
    if facts.point["metering_side"] == "HIGH_LOW" and facts.point["loss_method"] != "NONE":
        case["transformer_loss"] = _build_loss(facts)
    if "basic_charge" in case:
        case["capacity"] = [_build_capacity(row) for row in facts.capacity]
        if case["basic_charge"]["mode"] == "contract_demand":
            contract = decimal_text(facts.point["contract_kw_e6"], 6)
            case["basic_charge"] = {**case["basic_charge"], "contract_kw": contract}
    return case


def build_segment(segment: Row) -> Row:
    """Return a meter segment as a bill shows it."""
    return {
        "meter": segment["meter_number"],
        "from": str(segment["start_date"]),
        "to": str(segment["end_date"]),
        "ct": segment["ct_ratio"] or "",
        "pt": segment["pt_ratio"] or "",
        "multiplier": decimal_text(segment["multiplier_e6"], 6),
        "quality": segment["quality"],
    }


def _build_meter(segment: Row, facts: CaseFacts) -> Row:
    kinds = (segment["registers"] or "").split()
    registers: Row = {
        kind: [decimal_text(segment[f"{kind}_start"], 4), decimal_text(segment[f"{kind}_end"], 4)]
        for kind in ENERGY_REGISTERS
        if kind in kinds
    }
    if segment["demand"] is not None:
        registers["demand"] = [decimal_text(segment["demand"], 4)]
    meter: Row = {
        "multiplier": decimal_text(segment["multiplier_e6"], 6),
        "digits": segment["integer_digits"],
        "registers": registers,
    }
    if segment["rolled_over"]:
        meter["rollover"] = True
    return meter


def _build_share(share: Row) -> Row:
    built: Row = {
        "name": share["name"],
        "price": decimal_text(share["price_e8"], 8),
        "in_power_factor": bool(share["in_power_factor"]),
        "in_power_factor_base": bool(share["in_power_factor_base"]),
        "funds": bool(share["with_funds"]),
    }
    if share["ratio_e6"] is not None:
        built["ratio"] = decimal_text(share["ratio_e6"], 6)
    else:
        built["fixed_kwh"] = decimal_text(share["fixed_kwh_e2"], 2)
    if share["taken_from"]:
        built["taken_from"] = share["taken_from"]
    return built


def _build_loss(facts: CaseFacts) -> Row:
    point = facts.point
    if point["loss_method"] == "FIXED":
        return {
            "active_kwh": decimal_text(point["loss_iron_kwh_e2"] or 0, 2),
            "reactive_kvarh": decimal_text(point["loss_iron_kvarh_e2"] or 0, 2),
        }
    if point["loss_method"] == "RATIO":
        return {
            "method": "ratio",
            "copper_ratio": decimal_text(point["loss_factor_e4"] or 0, 4),
            "iron_kwh": decimal_text(point["loss_iron_kwh_e2"] or 0, 2),
        }
    row = next(row for row in facts.capacity if row.loss_e4 and row.is_charged)
    p0, pk, i0, uk = row.loss_e4 or (0, 0, 0, 0)
    return {
        "method": "formula",
        "p0_kw": decimal_text(p0, 4),
        "pk_kw": decimal_text(pk, 4),
        "i0_percent": decimal_text(i0, 4),
        "uk_percent": decimal_text(uk, 4),
        "sn_kva": decimal_text(row.kva_e4, 4),
        "hours": "720" if row.is_whole else str(24 * row.days),
        "k": decimal_text(point["loss_factor_e4"] or 0, 4),
    }


def _build_capacity(row: CapacityRow) -> Row:
    built: Row = {"kva": decimal_text(row.kva_e4, 4), "state": "running" if row.is_charged else "cold_sealed"}
    if not row.is_whole:
        built["days"] = str(row.days)
    if row.group:
        built["interlock"] = row.group
    return built
