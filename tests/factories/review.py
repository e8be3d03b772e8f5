"""Facts of the review for points with nothing suspicious, to be made suspicious one field at a time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from dianke.domain.billing.rules.review.facts import (
    BASIC_MODES,
    CLASSES,
    HISTORY_MONTHS,
    NO_DATE,
    Capacities,
    Changes,
    Figures,
    Found,
    History,
    ReviewFacts,
    Segments,
)
from dianke.domain.billing.rules.review.find import Rule
from dianke.domain.billing.rules.review.parameters import ParameterBook
from dianke.domain.billing.types import BasicMode
from dianke.domain.customers.types import UsageClass

START, END = date(2026, 1, 1), date(2026, 2, 1)
BOOK = ParameterBook(on=START)
USUAL_KWH_E2 = 20_000


def homes(size: int = 1, **fields: Any) -> ReviewFacts:
    """Return homes that used 200 kWh for 110 yuan in this and in each of the thirteen months before."""
    facts = ReviewFacts(
        start=START,
        end=END,
        point_ids=np.arange(1, size + 1),
        bill_ids=np.arange(1, size + 1) + 2601 * 10**12,
        unit_ids=np.ones(size, dtype=np.int64),
        usage_class=_all(size, CLASSES.index(UsageClass.RESIDENTIAL)),
        basic_mode=_all(size, BASIC_MODES.index(BasicMode.NONE)),
        is_two_part=_no(size),
        is_high_voltage=_no(size),
        is_single_phase=~_no(size),
        industry_code=_all(size, 0),
        power_factor_standard_e2=_all(size, 0),
        opened_date=np.full(size, np.datetime64("2020-01-01", "D")),
        is_account_suspended=_no(size),
        share_set_date=np.full(size, NO_DATE, dtype="M8[D]"),
        figures=_figures(size),
        segments=meters(size),
        capacities=_no_capacities(size),
        changes=_no_changes(size),
        history=history([USUAL_KWH_E2] * HISTORY_MONTHS, size=size),
    )
    return change(facts, **fields)


def _figures(size: int) -> Figures:
    return Figures(
        energy_kwh_e2=_all(size, USUAL_KWH_E2),
        sub_meter_kwh_e2=_all(size, 0),
        demand_kw_e6=_all(size, 0),
        basic_fen=_all(size, 0),
        power_factor_fen=_all(size, 0),
        amount_fen=_all(size, 11_000),
    )


def _no_capacities(size: int) -> Capacities:
    return Capacities(
        contract_kva_e4=_all(size, 0),
        running_kva_e4=_all(size, 0),
        always_kva_e4=_all(size, 0),
        live_kva_days_e4=_all(size, 0),
        sealed_days=_all(size, 0),
        suspended_days_in_year=_all(size, 0),
    )


def _no_changes(size: int) -> Changes:
    return Changes(
        exchange_date=np.full(size, NO_DATE, dtype="M8[D]"),
        meter_before=np.full(size, "", dtype=object),
        meter_after=np.full(size, "", dtype=object),
        ratio_date=np.full(size, NO_DATE, dtype="M8[D]"),
        multiplier_before_e6=_all(size, 0),
        multiplier_after_e6=_all(size, 0),
        has_ticket=_no(size),
        asset_multiplier_e6=_all(size, 0),
        billed_multiplier_e6=_all(size, 0),
        was_estimated=_no(size),
    )


def works(**fields: Any) -> ReviewFacts:
    """Return one factory of 400 kVA on two parts, at 10 kV, with everything in order."""
    kva = {"contract_kva_e4": 4_000_000, "running_kva_e4": 4_000_000, "always_kva_e4": 4_000_000}
    facts = change(
        homes(),
        usage_class=CLASSES.index(UsageClass.COMMERCIAL_INDUSTRIAL),
        basic_mode=BASIC_MODES.index(BasicMode.CAPACITY),
        is_two_part=True,
        is_high_voltage=True,
        is_single_phase=False,
        industry_code=3311,
        power_factor_standard_e2=90,
        energy_kwh_e2=5_000_000,
        demand_kw_e6=200_000_000,
        basic_fen=1_052_000,
        amount_fen=4_000_000,
        live_kva_days_e4=4_000_000 * 31,
        **kva,
    )
    return change(replace(facts, history=history([5_000_000] * HISTORY_MONTHS)), **fields)


def meters(size: int = 1, **fields: Any) -> Segments:
    """Return a direct meter with six digits for each point, read from 1000 to 1200."""
    values: dict[str, Any] = {
        "owner": np.arange(size),
        "start_date": np.full(size, np.datetime64(START, "D")),
        "meter": np.full(size, "3310", dtype=object),
        "multiplier_e6": _all(size, 1_000_000),
        "integer_digits": _all(size, 6),
        "is_rolled_over": _no(size),
        "is_estimated": _no(size),
        "start_e4": {"total": _all(size, 10_000_000)},
        "end_e4": {"total": _all(size, 12_000_000)},
        "has": {"total": ~_no(size)},
    }
    return Segments(**{**values, **fields})


def registers(moved: Mapping[str, tuple[int, int]], **fields: Any) -> Segments:
    """Return one meter with the registers read from a start to an end, in 1e-4."""
    return meters(
        start_e4={kind: np.array([start]) for kind, (start, _end) in moved.items()},
        end_e4={kind: np.array([end]) for kind, (_start, end) in moved.items()},
        has={kind: np.array([True]) for kind in moved},
        **{name: np.array([value]) for name, value in fields.items()},
    )


def history(energies_kwh_e2: list[int | None], *, size: int = 1) -> History:
    """Return the months before, the oldest first; None where there is no bill."""
    row = [value or 0 for value in energies_kwh_e2]
    return History(
        energy_kwh_e2=np.tile(np.array(row, dtype=np.int64), (size, 1)),
        amount_fen=np.tile(np.array(row, dtype=np.int64) // 2, (size, 1)),
        is_billed=np.tile(np.array([value is not None for value in energies_kwh_e2]), (size, 1)),
    )


def change(facts: ReviewFacts, **fields: Any) -> ReviewFacts:
    """Return the facts with single values in place of columns, wherever the column stands."""
    for part in ("figures", "capacities", "changes"):
        inner = getattr(facts, part)
        own = {name: value for name, value in fields.items() if name in type(inner).__slots__}
        if own:
            columns = {name: _like(getattr(inner, name), value) for name, value in own.items()}
            facts = replace(facts, **{part: replace(inner, **columns)})
        fields = {name: value for name, value in fields.items() if name not in own}
    whole = {name: value for name, value in fields.items() if name in {"segments", "history", "start", "end"}}
    columns = {name: _like(getattr(facts, name), fields[name]) for name in fields if name not in whole}
    return replace(facts, **whole, **columns)


def is_found(rule: Rule, facts: ReviewFacts, book: ParameterBook = BOOK) -> bool:
    """Tell whether a rule finds the first point suspicious."""
    return 0 in rule(facts, book).positions.tolist()


def evidence(found: Found) -> dict[str, Any]:
    """Return the numbers of the first suspicious point."""
    return {name: values.tolist()[0] for name, values in found.evidence.items()}


def _like(column: Any, value: Any) -> Any:
    return np.full(len(column), value, dtype=column.dtype)


def _all(size: int, value: int) -> Any:
    return np.full(size, value, dtype=np.int64)


def _no(size: int) -> Any:
    return np.zeros(size, dtype=np.bool_)
