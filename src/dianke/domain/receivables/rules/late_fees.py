"""
Late fees (电费违约金) that run on a debt until a day: TR-9, day exact, in whole fen.

A debt follows the rule set in force when it fell due. The due day is not counted, the day of payment is; nothing is
compounded. What was owed changes as it is paid in parts: each day bears fees on what was owed that day.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources

from dianke.domain.billing.rules.contract_rates import RATE_SCALE, require_contract_rate
from dianke.domain.billing.rules.recover.rule_sets import get_rule_set_in_force
from dianke.domain.billing.rules.recover.types import CrossYear, LateFeeTerms


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed on a day, and on each day after it until the next change."""

    from_date: date
    principal_fen: int


@dataclass(frozen=True, slots=True)
class FeePart:
    """Days of one daily rate, each weighted with what was owed on it."""

    rate_e6: int
    days: int
    fen_days: int


@dataclass(frozen=True, slots=True)
class LateFee:
    """What a debt bears until a day in all, whatever of it was booked or waived, and how it came about."""

    total_fen: int
    days: int
    parts: tuple[FeePart, ...]
    rule_set: str
    regulation: str
    article: str


@dataclass(frozen=True, slots=True)
class FeeRates:
    """Daily rates in millionths: for days of the year in which a debt fell due, and for those of later years."""

    due_year_e6: int
    later_e6: int
    cross_year: CrossYear


@dataclass(frozen=True, slots=True)
class _Policy:
    bearing_accounts: tuple[str, ...]
    residential_classes: frozenset[str]


def compute_late_fee(
    *,
    due_date: date,
    until: date,
    owed: Sequence[Owed],
    is_residential: bool,
    contract_rate: Decimal | None = None,
    terms: LateFeeTerms | None = None,
) -> LateFee:
    """
    Return the late fee of one debt until a day, that day counted.

    It is rounded half up once, then raised to the least charge, then cut at the cap if there is one, which is a
    share of the most that was owed. `terms` stand in for those of the rule set.

    :raises NoRuleSetInForce: if the debt fell due before the first rule set
    :raises ContractRateRefused: if the contract may not fix its rate
    """
    rules = get_rule_set_in_force(day=due_date, field="due_date")
    terms = terms or rules.late_fee
    rates = find_rates(terms=terms, is_residential=is_residential, due_date=due_date, contract_rate=contract_rate)
    counted = _list_counted(owed, due_date=due_date, until=until)
    parts = _weigh(counted, rates, new_year=date(due_date.year + 1, 1, 1))
    most = max((segment.principal_fen for segment in owed), default=0)
    return LateFee(
        total_fen=_bound(sum(part.fen_days * part.rate_e6 for part in parts), most, terms),
        days=sum((end - start).days for start, end, _fen in counted),
        parts=parts,
        rule_set=rules.code,
        regulation=rules.regulation,
        article=terms.article,
    )


def compute_fee_to_book(
    *, total_fen: int, booked_fen: int, waived_fen: int = 0, is_payment_reversed: bool = False
) -> int:
    """
    Return what of a late fee is still to be booked.

    `booked_fen` is what the books say of the debt, red entries taken off. Only where a payment is reversed may it be
    below zero, for then what was booked with the payment never ran.
    """
    missing_fen = total_fen - booked_fen - waived_fen
    return missing_fen if is_payment_reversed else max(missing_fen, 0)


def list_owed(*, principal_fen: int, due_date: date, paid: Sequence[tuple[date, int]]) -> list[Owed]:
    """Return what is owed from the day after the due day on; a payment counts from the day after it."""
    owed = [Owed(due_date + timedelta(days=1), principal_fen)]
    for paid_on, paid_fen in sorted(paid):
        from_date = max(paid_on + timedelta(days=1), owed[0].from_date)
        left = Owed(from_date, owed[-1].principal_fen - paid_fen)
        owed[-1:] = [left] if owed[-1].from_date == from_date else [owed[-1], left]
    return owed


def leave_out(owed: Sequence[Owed], *, spans: Sequence[tuple[date, date | None]]) -> list[Owed]:
    """Return what bears fees when none run on some half-open stretches of days; None: a stretch that goes on."""
    for start, end in spans:
        # What is owed when the stretch is over, or begins while it lasts.
        before = [one for one in owed if one.from_date < start]
        within = [one for one in owed if start <= one.from_date and (end is None or one.from_date < end)]
        after = [one for one in owed if end is not None and one.from_date >= end]
        last = (before + within)[-1:]
        rest = [Owed(start, 0)] if last else []
        again = [Owed(end, last[0].principal_fen)] if last and end is not None else []
        if again and after and after[0].from_date == end:
            again = []
        owed = [*before, *rest, *again, *after]
    return list(owed)


def bears_late_fees(account_code: str) -> bool:
    """Tell whether a debt on an account of the chart bears late fees; a late fee or a penalty never does."""
    return any(account_code == code or account_code.startswith(f"{code}.") for code in _read().bearing_accounts)


def is_residential_class(usage_class: str) -> bool:
    """Tell whether debts of a class of use bear the residential rate."""
    return usage_class in _read().residential_classes


def find_rates(
    *, terms: LateFeeTerms, is_residential: bool, due_date: date, contract_rate: Decimal | None = None
) -> FeeRates:
    """
    Return the daily rates of a debt; that of the contract stands in for all of them.

    :raises ContractRateRefused: if the contract may not fix its rate
    """
    if contract_rate is not None:
        require_contract_rate(contract_rate, day=due_date)
        return FeeRates(scale(contract_rate), scale(contract_rate), CrossYear.SPLIT)
    if is_residential:
        return FeeRates(scale(terms.residential), scale(terms.residential), CrossYear.SPLIT)
    return FeeRates(scale(terms.other), scale(terms.other_earlier_year), terms.cross_year)


def scale(rate: Decimal) -> int:
    """Return a rate in millionths."""
    return int(rate * RATE_SCALE)


def _start(segment: Owed) -> date:
    return segment.from_date


def _list_counted(owed: Sequence[Owed], *, due_date: date, until: date) -> list[tuple[date, date, int]]:
    """Return the half-open runs of days that count, with what was owed on each of their days."""
    segments = sorted(owed, key=_start)
    after = until + timedelta(days=1)
    ends = [segment.from_date for segment in segments[1:]] + [after]
    runs = [
        (max(segment.from_date, due_date + timedelta(days=1)), min(end, after), segment.principal_fen)
        for segment, end in zip(segments, ends, strict=True)
    ]
    return [(start, end, fen) for start, end, fen in runs if start < end and fen > 0]


def _weigh(runs: Sequence[tuple[date, date, int]], rates: FeeRates, *, new_year: date) -> tuple[FeePart, ...]:
    """Return the days at each rate; of a debt in both years the reading says what the older days bear."""
    early = [(start, min(end, new_year), fen) for start, end, fen in runs if start < new_year]
    later = [(max(start, new_year), end, fen) for start, end, fen in runs if end > new_year]
    crossing_fen = max((fen for _start, _end, fen in later), default=0)
    days = sum((end - start).days for start, end, _fen in early)
    fen_days = sum((end - start).days * fen for start, end, fen in early)
    # Of what is still owed in the new year; the rest was paid in the old one.
    kept = sum((end - start).days * min(fen, crossing_fen) for start, end, fen in early)
    later_days = sum((end - start).days for start, end, _fen in later)
    later_fen_days = sum((end - start).days * fen for start, end, fen in later)
    if crossing_fen and rates.cross_year is not CrossYear.SPLIT:
        fen_days -= kept
    if rates.cross_year is CrossYear.ALL_AT_HIGHER and later:
        later_days, later_fen_days = later_days + days, later_fen_days + kept
        days = days if fen_days else 0
    parts = (FeePart(rates.due_year_e6, days, fen_days), FeePart(rates.later_e6, later_days, later_fen_days))
    return tuple(part for part in parts if part.fen_days)


def _bound(exact_e6: int, most_fen: int, terms: LateFeeTerms) -> int:
    if not exact_e6:
        return 0
    fee = max(_round(exact_e6), int(terms.min_charge.scaleb(2)))
    return fee if terms.cap_ratio is None else min(fee, _round(most_fen * scale(terms.cap_ratio)))


def _round(amount_e6: int) -> int:
    """Round millionths of a fen half up; they are never below zero."""
    return (2 * amount_e6 + RATE_SCALE) // (2 * RATE_SCALE)


@cache
def _read() -> _Policy:
    text = resources.files("dianke.domain.receivables").joinpath("data", "late_fees.toml").read_text("utf-8")
    data = tomllib.loads(text)
    return _Policy(
        bearing_accounts=tuple(data["bearing_accounts"]),
        residential_classes=frozenset(data["residential_classes"]),
    )
