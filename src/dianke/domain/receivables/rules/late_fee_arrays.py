"""Late fees of many debts at once: the rule of `late_fees` on whole numbers in arrays, exact to the fen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dianke.domain.billing.rules.contract_rates import RATE_SCALE
from dianke.domain.billing.rules.recover.rule_sets import NoRuleSetInForce, list_rule_sets
from dianke.domain.billing.rules.recover.types import CrossYear, LateFeeTerms
from dianke.domain.receivables.rules.late_fees import scale
from dianke.kernel.errors import DomainError

# Two roundings double a sum of fen × days × millionths; it has to stay within 64 bits.
_MOST = 2**62
_DAY = np.timedelta64(1, "D")

Days = NDArray[np.datetime64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class FeeTooLargeToCompute(DomainError):
    """A debt is so large or so old that its fee leaves whole numbers of 64 bits."""

    code = "receivables.fee_too_large_to_compute"
    message = "{principal_fen} fen over {days} days are too much to compute together"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtArrays:
    """
    Debts and what was owed of each over time.

    One value a debt in the first four (days, 1/day in millionths with 0 for no rate of a contract); one value a
    segment in the last three: the place of its debt, its first day and the fen owed, by debt and day.
    """

    due_date: Days
    until: Days
    is_residential: Flags
    contract_rate_e6: Numbers
    debt: NDArray[np.intp]
    from_date: Days
    principal_fen: Numbers


def compute_late_fees(*, debts: DebtArrays, terms: LateFeeTerms | None = None) -> Numbers:
    """
    Return the late fee of every debt until its day, in fen, as `compute_late_fee` does for one.

    Rates of contracts are taken as they are: they were checked when they were agreed.

    :raises NoRuleSetInForce: if a debt fell due before the first rule set
    :raises FeeTooLargeToCompute: if a fee leaves whole numbers of 64 bits
    """
    rule_sets = list_rule_sets()
    known = [terms] if terms else [rules.late_fee for rules in rule_sets]
    place = np.searchsorted(_days([rules.valid_from for rules in rule_sets]), debts.due_date, side="right") - 1
    if place.size and int(place.min()) < 0:
        first = rule_sets[0].valid_from
        raise NoRuleSetInForce(field="due_date", day=debts.due_date[place.argmin()], first=first)
    if terms:
        place = np.zeros_like(place)
    exact = _weigh(debts, known, place)
    fee = np.where(exact > 0, np.maximum(_round(exact), _column(known, "min_charge", 100)[place]), 0)
    return np.where(fee > 0, np.minimum(fee, _cap(debts, known, place)), 0)


def _weigh(debts: DebtArrays, known: list[LateFeeTerms], place: NDArray[np.intp]) -> Numbers:
    """Return fen × days × rate of every debt, in millionths of a fen."""
    early, later = _count_days(debts)
    fen = np.maximum(debts.principal_fen, 0)
    due_year, later_years = _find_rates(debts, known, place)
    _require_room(
        fen, int((early + later).max(initial=0)), int(max(due_year.max(initial=0), later_years.max(initial=0)))
    )
    # What of each debt is still owed in the new year.
    crossing = np.zeros(len(debts.due_date), np.int64)
    np.maximum.at(crossing, debts.debt, np.where(later > 0, fen, 0))
    kept = np.minimum(fen, crossing[debts.debt])
    reading = np.array([list(CrossYear).index(one.cross_year) for one in known])[place]
    is_plain = debts.is_residential | (debts.contract_rate_e6 > 0)
    reading = np.where(is_plain, list(CrossYear).index(CrossYear.SPLIT), reading)[debts.debt]
    kept_rate = np.select(
        [reading == list(CrossYear).index(CrossYear.SPLIT), reading == list(CrossYear).index(CrossYear.ALL_AT_HIGHER)],
        [due_year[debts.debt], later_years[debts.debt]],
        default=0,
    )
    weight = early * ((fen - kept) * due_year[debts.debt] + kept * kept_rate)
    weight += later * fen * later_years[debts.debt]
    exact = np.zeros(len(debts.due_date), np.int64)
    np.add.at(exact, debts.debt, weight)
    return exact


def _count_days(debts: DebtArrays) -> tuple[Numbers, Numbers]:
    """Return the counted days of every segment in the year its debt fell due, and in later years."""
    due, after = debts.due_date[debts.debt], debts.until[debts.debt] + _DAY
    new_year = (due.astype("datetime64[Y]") + np.timedelta64(1, "Y")).astype("datetime64[D]")
    is_last = np.append(debts.debt[1:] != debts.debt[:-1], [True]) if debts.debt.size else np.zeros(0, bool)
    end = np.where(is_last, after, np.minimum(np.roll(debts.from_date, -1), after))
    start = np.maximum(debts.from_date, due + _DAY)
    early = (np.minimum(end, new_year) - start).astype(np.int64)
    later = (end - np.maximum(start, new_year)).astype(np.int64)
    return np.maximum(early, 0), np.maximum(later, 0)


def _find_rates(debts: DebtArrays, known: list[LateFeeTerms], place: NDArray[np.intp]) -> tuple[Numbers, Numbers]:
    residential = _column(known, "residential", RATE_SCALE)[place]
    due_year = np.where(debts.is_residential, residential, _column(known, "other", RATE_SCALE)[place])
    later = np.where(debts.is_residential, residential, _column(known, "other_earlier_year", RATE_SCALE)[place])
    has_contract = debts.contract_rate_e6 > 0
    return (
        np.where(has_contract, debts.contract_rate_e6, due_year),
        np.where(has_contract, debts.contract_rate_e6, later),
    )


def _cap(debts: DebtArrays, known: list[LateFeeTerms], place: NDArray[np.intp]) -> Numbers:
    most = np.zeros(len(debts.due_date), np.int64)
    np.maximum.at(most, debts.debt, debts.principal_fen)
    ratio = np.array([-1 if one.cap_ratio is None else scale(one.cap_ratio) for one in known], np.int64)[place]
    _require_room(most, 1, int(ratio.max(initial=0)))
    return np.where(ratio < 0, _MOST, _round(most * np.maximum(ratio, 0)))


def _require_room(fen: Numbers, days: int, rate_e6: int) -> None:
    """Refuse what could overflow: every segment of a debt holds no more than the largest, over all days."""
    most = int(fen.max(initial=0))
    if 2 * most * max(days, 1) * max(rate_e6, 1) * 8 >= _MOST:
        raise FeeTooLargeToCompute(field="principal_fen", principal_fen=most, days=days)


def _column(known: list[LateFeeTerms], name: str, factor: int) -> Numbers:
    return np.array([int(getattr(one, name) * factor) for one in known], np.int64)


def _round(amount_e6: Numbers) -> Numbers:
    return (2 * amount_e6 + RATE_SCALE) // (2 * RATE_SCALE)


def _days(days: list[object]) -> Days:
    return np.array(days, "datetime64[D]")
