"""Which keys a case may have: an unknown key is a mistake of the writer, never silently skipped."""

from collections.abc import Iterable
from typing import Any

from tests.twin.numbers import Refused

PERIODS = ("sharp", "peak", "flat", "valley", "deep")
REGISTERS = {"total", *PERIODS, "reactive_import", "reactive_export", "demand"}
USAGE = {
    "total_kwh",
    *(f"{period}_kwh" for period in PERIODS),
    "reactive_kvarh",
    "reactive_import_kvarh",
    "reactive_export_kvarh",
    "demand_kw",
}
CASE = {
    *("id", "currency", "period", "months", "meters", "usage", "shares", "transformer_loss"),
    *("line_loss_ratio", "capacity", "basic_charge", "power_factor", "energy_price", "per_kwh"),
    *("funds", "fixed_charges", "tax_ratio", "rounding"),
}
METER = {"multiplier", "ct", "pt", "digits", "rollover", "registers", "add"}
SHARE = {
    *("name", "fixed_kwh", "ratio", "price", "taken_from"),
    *("in_power_factor", "in_power_factor_base", "funds"),
}
CAPACITY = {"kva", "days", "from", "to", "state", "interlock", "suspended"}
BASIC = {
    *("mode", "price", "contract_kw", "floor_ratio", "band_ratio"),
    *("excess_multiple", "excess_base", "discount"),
}
LOSS = {
    None: {"active_kwh", "reactive_kvarh"},
    "formula": {"method", "p0_kw", "pk_kw", "i0_percent", "uk_percent", "sn_kva", "hours", "k"},
    "ratio": {"method", "copper_ratio", "iron_kwh"},
}
ROUNDING = {"quantity": 0, "power_factor": 2, "line": 2, "total": 2, "lines_rounded": True}


def check_keys(case: dict[str, Any]) -> None:
    """Refuse a case with a key that the contract does not know."""
    _only(case, CASE, "")
    _only(case.get("period"), {"start", "end"}, "period")
    if "meters" in case and "usage" in case:
        raise Refused("meters_and_usage", "usage")
    for at, meter in _each(case, "meters"):
        _only(meter, METER, at)
        _only(meter.get("registers"), REGISTERS, f"{at}.registers")
        _only(meter.get("add"), REGISTERS, f"{at}.add")
    _only(case.get("usage"), USAGE, "usage")
    for at, share in _each(case, "shares"):
        _only(share, SHARE, at)
    _check_loss(case.get("transformer_loss"))
    for at, entry in _each(case, "capacity"):
        _only(entry, CAPACITY, at)
        for inner, suspension in _each(entry, "suspended"):
            _only(suspension, {"from", "to"}, f"{at}.{inner}")
    _only(case.get("basic_charge"), BASIC, "basic_charge")
    _only((case.get("basic_charge") or {}).get("discount"), {"kwh_per_kva", "ratio"}, "basic_charge.discount")
    _check_prices(case)
    _only(case.get("rounding"), set(ROUNDING), "rounding")


def _check_prices(case: dict[str, Any]) -> None:
    _only(case.get("power_factor"), {"standard", "base", "value", "table"}, "power_factor")
    for at, row in _each(case.get("power_factor") or {}, "table"):
        _only(row, {"below", "per_point", "percent"}, f"power_factor.{at}")
    _only(case.get("energy_price"), {"single", *PERIODS, "tiers", "used_before_kwh"}, "energy_price")
    for at, tier in _each(case.get("energy_price") or {}, "tiers"):
        _only(tier, {"up_to_kwh", "price", "surcharge"}, f"energy_price.{at}")
    for at, row in _each(case, "per_kwh"):
        _only(row, {"name", "price"}, at)
    for at, row in _each(case, "funds"):
        _only(row, {"name", "price", "on", "included"}, at)
    for at, row in _each(case, "fixed_charges"):
        _only(row, {"name", "amount"}, at)


def _check_loss(loss: dict[str, Any] | None) -> None:
    if loss is None:
        return
    method = loss.get("method")
    if method not in LOSS:
        raise Refused("unknown_value", "transformer_loss.method")
    _only(loss, LOSS[method], "transformer_loss")


def _each(holder: dict[str, Any], name: str) -> Iterable[tuple[str, dict[str, Any]]]:
    return [(f"{name}[{index}]", row) for index, row in enumerate(holder.get(name) or [])]


def _only(holder: dict[str, Any] | None, known: set[str], at: str) -> None:
    for key in holder or {}:
        if key not in known:
            raise Refused("unknown_key", f"{at}.{key}".lstrip("."))


def check_rounding(rounding: dict[str, Any]) -> None:
    """Refuse decimals that are none."""
    for name in ("quantity", "power_factor", "line", "total"):
        if type(rounding[name]) is not int or not 0 <= rounding[name] <= 12:
            raise Refused("unknown_value", f"rounding.{name}")
    if not isinstance(rounding["lines_rounded"], bool):
        raise Refused("unknown_value", "rounding.lines_rounded")
