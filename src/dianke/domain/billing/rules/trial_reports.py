"""The report of a trial: the one thing that is kept of it."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from dianke.domain.billing.rules.trials import DIMENSIONS, EDGES_E4, AffectedBill, Sums, Tally

SCHEMA = "bill-trial/v1"
_SIX = Decimal("0.000001")

Row = dict[str, Any]


@dataclass(frozen=True)
class TrialHead:
    """What was tried: a version of a plan over a month, a unit and what lies below it, all classes or one."""

    number: str
    month: date
    plan_code: str
    sheet_id: str
    version_id: int
    unit_code: str
    unit_name: str
    usage_class: str


def write_report(*, head: TrialHead, tally: Tally, account_numbers: Mapping[int, str]) -> Row:
    """
    Return the report as plain JSON; money is whole fen, energy 1e-2 kWh, ratios and mean prices texts.

    Customers are named by account number alone: names stay where they are protected.
    """
    return {
        "schema": SCHEMA,
        "trial": head.number,
        "month": f"{head.month:%Y-%m}",
        "version": {"id": head.version_id, "sheet": head.sheet_id, "plan": head.plan_code},
        "scope": {"unit": head.unit_code, "unit_name": head.unit_name, "usage_class": head.usage_class},
        "totals": {
            **_write_sums(tally.total),
            "other_plans": tally.other_bills,
            "unpriced": tally.unpriced_bills,
            "without_ratio": tally.without_ratio,
        },
        "has_other_hours": tally.has_other_hours,
        "histogram": [
            {**place, "bills": bills, "difference_fen": fen}
            for place, bills, fen in zip(list_bins(), tally.bin_bills, tally.bin_fen, strict=True)
        ],
        "by": {name: _write_labels(tally.by[name]) for name in DIMENSIONS},
        "most_by_amount": [_write_bill(bill, account_numbers) for bill in tally.most_by_amount],
        "most_by_ratio": [_write_bill(bill, account_numbers) for bill in tally.most_by_ratio],
        "unpriced": [
            {
                **cause._asdict(),
                "bills": found.bills,
                "before_fen": found.before_fen,
                "examples": [{"bill": key, "account": account_numbers.get(key, "")} for key in found.examples],
            }
            for cause, found in sorted(tally.unpriced.items(), key=lambda item: (-item[1].bills, item[0]))
        ],
    }


def list_named_bills(tally: Tally) -> list[int]:
    """Return the keys of the bills that the report names one by one."""
    named = {bill.bill_id for bill in (*tally.most_by_amount, *tally.most_by_ratio)}
    return sorted(named.union(*(found.examples for found in tally.unpriced.values())))


def list_bins() -> list[dict[str, str | None]]:
    """Return the limits of the histogram's bins in percent; an open end is None, no change is 0 to 0."""
    limits = [f"{Decimal(edge).scaleb(-2).normalize():f}" for edge in EDGES_E4]
    rising = [
        {"from_percent": low, "to_percent": high} for low, high in zip(["0", *limits], [*limits, None], strict=True)
    ]
    falling = [
        {"from_percent": _negate(one["to_percent"]), "to_percent": _negate(one["from_percent"])}
        for one in reversed(rising)
    ]
    return [*falling, {"from_percent": "0", "to_percent": "0"}, *rising]


def hash_report(report: Row) -> str:
    """Return the fingerprint of a report, whatever the order of its names."""
    text = json.dumps(report, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _negate(percent: str | None) -> str | None:
    return percent if percent in (None, "0") else f"-{percent}"


def _write_labels(sums: Mapping[str, Sums]) -> list[Row]:
    """Return the sums of each label, the largest difference first."""
    ordered = sorted(sums.items(), key=lambda item: (-abs(item[1].difference_fen), item[0]))
    return [{"code": code, **_write_sums(own)} for code, own in ordered]


def _write_sums(sums: Sums) -> Row:
    return {
        "bills": sums.bills,
        "rising": sums.rising,
        "falling": sums.falling,
        "energy_kwh_e2": sums.energy_kwh_e2,
        "before_fen": sums.before_fen,
        "after_fen": sums.after_fen,
        "difference_fen": sums.difference_fen,
        "change": _divide(sums.difference_fen, sums.before_fen) if sums.before_fen > 0 else None,
        # Fen through hundredths of a kWh are yuan through kWh.
        "mean_price_before": _divide(sums.before_fen, sums.energy_kwh_e2),
        "mean_price_after": _divide(sums.after_fen, sums.energy_kwh_e2),
    }


def _write_bill(bill: AffectedBill, account_numbers: Mapping[int, str]) -> Row:
    return {
        "bill": bill.bill_id,
        "account": account_numbers.get(bill.bill_id, ""),
        "usage_class": bill.usage_class,
        "industry": bill.industry,
        "voltage": bill.voltage,
        "unit": bill.unit,
        "energy_kwh_e2": bill.energy_kwh_e2,
        "before_fen": bill.before_fen,
        "after_fen": bill.after_fen,
        "difference_fen": bill.difference_fen,
        "change": _divide(bill.difference_fen, bill.before_fen) if bill.before_fen > 0 else None,
    }


def _divide(part: int, whole: int) -> str | None:
    return str((Decimal(part) / Decimal(whole)).quantize(_SIX, ROUND_HALF_UP)) if whole else None
