"""What must hold between the fields of a quote case."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from dianke.domain.billing.rules.quote_fields import Faults
from dianke.domain.billing.rules.quote_numbers import decimals_of
from dianke.domain.billing.rules.quote_schema import ENERGY_REGISTERS, LOSS_FIELDS
from dianke.engine.power_factor import MAX_DECIMALS, STANDARD_TABLES
from dianke.engine.types import PERIODS

Case = Mapping[str, Any]


def check_case(case: Case, faults: Faults) -> None:
    """Note every contradiction of a case whose single fields have been read."""
    _check_period(case, faults)
    _check_meters(case, faults)
    _check_shares(case, faults)
    _check_loss(case, faults)
    _check_capacity(case, faults)
    _check_basic(case, faults)
    _check_power_factor(case, faults)
    _check_energy_price(case, faults)


def _check_period(case: Case, faults: Faults) -> None:
    period = case.get("period", {})
    if "start" in period and "end" in period and period["end"] <= period["start"]:
        faults.add("period.end", "dates_reversed", "must lie after the start")


def _check_meters(case: Case, faults: Faults) -> None:
    if "meters" in case and "usage" in case:
        faults.add("usage", "meters_and_usage", "a case gives either meters or usage")
    for index, meter in enumerate(case.get("meters", ())):
        if meter is not None:
            _check_meter(meter, f"meters[{index}]", faults)


def _check_meter(meter: Case, path: str, faults: Faults) -> None:
    if "multiplier" in meter and ("ct" in meter or "pt" in meter):
        faults.add(f"{path}.multiplier", "multiplier_twice", "give either a multiplier or ct and pt")
    digits = meter.get("digits")
    for kind in ENERGY_REGISTERS:
        readings = meter.get("registers", {}).get(kind)
        if readings is None or None in readings:
            continue
        where = f"{path}.registers.{kind}"
        start, end = readings
        if digits is not None and max(start, end) >= 10 ** int(digits):
            faults.add(where, "reading_exceeds_digits", f"has more than {int(digits)} integer digits")
        if end < start and not meter.get("rollover"):
            faults.add(where, "register_backwards", f"runs from {start} back to {end} without a rollover")
        elif end < start and digits is None:
            faults.add(f"{path}.digits", "missing_field", "is needed for a rollover")


def _check_shares(case: Case, faults: Faults) -> None:
    for index, share in enumerate(case.get("shares", ())):
        if share is None:
            continue
        path = f"shares[{index}]"
        is_broken = faults.has(f"{path}.fixed_kwh") or faults.has(f"{path}.ratio")
        if "fixed_kwh" in share and "ratio" in share:
            faults.add(f"{path}.ratio", "fixed_and_ratio", "a share has either fixed_kwh or ratio")
        elif "fixed_kwh" not in share and "ratio" not in share and not is_broken:
            faults.add(f"{path}.fixed_kwh", "missing_field", "a share needs fixed_kwh or ratio")


def _check_loss(case: Case, faults: Faults) -> None:
    loss = case.get("transformer_loss")
    if loss is None or faults.has("transformer_loss.method"):
        return
    method = loss.get("method", "given")
    for name in loss:
        if name != "method" and name not in LOSS_FIELDS[method]:
            faults.add(f"transformer_loss.{name}", "unknown_field", f"does not belong to method {method}")
    needed = {"given": ("active_kwh",), "formula": ("p0_kw", "pk_kw", "sn_kva"), "ratio": ("copper_ratio",)}
    if method == "given" and "reactive_kvarh" in loss:
        return
    for name in needed[method]:
        if name not in loss:
            faults.add(f"transformer_loss.{name}", "missing_field", f"is needed for method {method}")
    if method == "formula" and loss.get("sn_kva") == 0:
        faults.add("transformer_loss.sn_kva", "out_of_range", "must be more than 0")


def _check_capacity(case: Case, faults: Faults) -> None:
    for index, entry in enumerate(case.get("capacity", ())):
        if entry is None:
            continue
        path = f"capacity[{index}]"
        dated = [name for name in ("from", "to", "suspended") if entry.get(name)]
        if "days" in entry and ("from" in entry or "to" in entry):
            faults.add(f"{path}.days", "days_and_dates", "an entry has either days or from and to")
        elif dated and "period" not in case:
            faults.add("period", "missing_field", f"is needed for {path}.{dated[0]}")
        _check_span(entry, path, faults)
        for row, span in enumerate(entry.get("suspended", ())):
            _check_span(span or {}, f"{path}.suspended[{row}]", faults)


def _check_span(span: Case, path: str, faults: Faults) -> None:
    if "from" in span and "to" in span and span["to"] < span["from"]:
        faults.add(f"{path}.to", "dates_reversed", "must not lie before from")


def _check_basic(case: Case, faults: Faults) -> None:
    charge = case.get("basic_charge", {})
    if charge.get("mode") == "contract_demand" and "contract_kw" not in charge:
        faults.add("basic_charge.contract_kw", "missing_field", "is needed for a contract demand")


def _check_power_factor(case: Case, faults: Faults) -> None:
    policy = case.get("power_factor")
    if policy is None:
        return
    table = policy.get("table")
    if table is None and "standard" not in policy:
        if not faults.has("power_factor.table"):
            faults.add("power_factor.standard", "missing_field", "a standard or a table is needed")
        return
    if table is None:
        if standard_name(policy["standard"]) not in STANDARD_TABLES:
            choices = ", ".join(STANDARD_TABLES)
            faults.add("power_factor.standard", "not_a_choice", f"must be one of {choices}")
        return
    limits = [row["below"] for row in table if row is not None and "below" in row]
    for index, row in enumerate(table):
        path = f"power_factor.table[{index}]"
        if row is None:
            continue
        if "percent" not in row and "per_point" not in row:
            faults.add(f"{path}.percent", "missing_field", "a row needs percent or per_point")
        if "below" in row and decimals_of(row["below"]) > MAX_DECIMALS:
            faults.add(f"{path}.below", "out_of_range", f"must have at most {MAX_DECIMALS} decimals")
        if "below" in row and limits.count(row["below"]) > 1:
            faults.add(f"{path}.below", "limit_repeated", "stands in two rows")


def standard_name(standard: Decimal) -> str:
    """Return the name of a standard table as the engine knows it."""
    return f"{standard:.2f}" if decimals_of(standard) <= 2 else str(standard)


def _check_energy_price(case: Case, faults: Faults) -> None:
    price = case.get("energy_price")
    if price is None:
        return
    periods = [period for period in PERIODS if period in price]
    if "single" in price and periods:
        faults.add("energy_price.single", "single_and_periods", "a price is either single or by period")
    tiers = price.get("tiers")
    if tiers is None:
        if not periods and "single" not in price and not any(faults.has(f"energy_price.{p}") for p in _PRICES):
            faults.add("energy_price", "missing_field", "needs single, periods or tiers")
        return
    if not tiers:
        faults.add("energy_price.tiers", "missing_field", "needs at least one tier")
    _check_tiers(tiers, "surcharge" if periods or "single" in price else "price", faults)


_PRICES = ("single", *PERIODS, "tiers")


def _check_tiers(tiers: Sequence[Case | None], kind: str, faults: Faults) -> None:
    other = "price" if kind == "surcharge" else "surcharge"
    reached = Decimal(0)
    for index, tier in enumerate(tiers):
        if tier is None:
            continue
        path = f"energy_price.tiers[{index}]"
        if other in tier:
            faults.add(f"{path}.{other}", "unknown_field", f"these tiers carry {kind}")
        if kind not in tier and not faults.has(f"{path}.{kind}"):
            faults.add(f"{path}.{kind}", "missing_field", "is needed in every tier")
        limit = tier.get("up_to_kwh")
        if limit is None:
            if index < len(tiers) - 1 and not faults.has(f"{path}.up_to_kwh"):
                faults.add(f"{path}.up_to_kwh", "missing_field", "only the last tier is open")
        elif limit <= reached:
            faults.add(f"{path}.up_to_kwh", "limits_do_not_rise", "must be above the limit before")
        else:
            reached = limit
