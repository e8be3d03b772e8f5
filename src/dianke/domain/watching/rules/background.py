"""What is known beside the signs: where fewer than three hold, an entry tells figures that put them in their place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from dianke.domain.watching.rules.falling import UseFacts
from dianke.domain.watching.rules.signs import OPEN_END, Counted, DatedFacts, find_ends
from dianke.domain.watching.types import REASONS, Flags, Integers, Reason, ReasonCode

UNKNOWN = -1
# What to say of a row of the fleet, None where nothing is known.
Offer = Callable[[int], Reason | None]


@dataclass(frozen=True, slots=True)
class Standing:
    """
    What every customer has. Shapes (k,), of the rows that were asked for, which rise.

    use_kwh_e2 and before_kwh_e2: billed in twelve months and in the twelve before, 1e-2 kWh, UNKNOWN where nothing was
    billed; accounts: open ones; since_day: days since 1970 on which the first was opened, 0 where there is none.
    """

    rows: Integers
    use_kwh_e2: Integers
    before_kwh_e2: Integers
    accounts: Integers
    since_day: Integers


def list_lacking(flags: Flags, places: Integers) -> Integers:
    """Return of some places in the flags, rising, those of which fewer than three reasons are told."""
    lacks = [place for place in sorted(set(places.tolist())) if len(flags.reasons[place]) < REASONS]
    return np.array(lacks, dtype=np.int64)


def complete(flags: Flags, places: Integers, offers: Sequence[Offer]) -> Flags:
    """Return the flags; those at the places have with their reasons the first offers that say something."""
    reasons = list(flags.reasons)
    for place in places.tolist():
        reasons[place] = _fill(reasons[place], int(flags.rows[place]), offers)
    return replace(flags, reasons=reasons)


def offer_months(use: UseFacts) -> list[Offer]:
    """Return what the months beside the newest say of a fall."""

    def write_before(row: int) -> Reason | None:
        now, before = int(use.now[row, -1]), int(use.now[row, -2])
        if min(now, before) < 0:
            return None
        return Reason(ReasonCode.MONTH_BEFORE, {"now_kwh_e2": now, "before_kwh_e2": before})

    def write_together(row: int) -> Reason | None:
        now, before = use.now[row], use.before[row]
        # A fall of the months together is a sign already.
        if now.min() < 0 or before.min() < 0 or not 0 < before.sum() <= now.sum():
            return None
        change = round((int(now.sum()) / int(before.sum()) - 1) * 10_000)
        return Reason(ReasonCode.THREE_MONTHS, {"change_e4": change})

    return [write_together, write_before]


def offer_filings(filed: Counted, days: int) -> Offer:
    """Return how often a customer stopped transformers, also never: who pays for what stands idle may not know it."""
    return lambda row: Reason(
        ReasonCode.FILINGS, {"count": int(filed.count[row]), "days": days, "day": int(filed.last_day[row])}
    )


def offer_complaints(counted: Counted, days: int) -> Offer:
    """Return that a customer who may leave complained too."""

    def write(row: int) -> Reason | None:
        if not counted.count[row]:
            return None
        figures = {"count": int(counted.count[row]), "days": days, "day": int(counted.last_day[row])}
        return Reason(ReasonCode.COMPLAINTS_TOLD, figures)

    return write


def offer_contract(contracts: DatedFacts, *, size: int, today: int) -> Offer:
    """Return how long a contract of the market runs still: the time in which a customer can be won back."""
    ends = find_ends(contracts, size=size, today=today)

    def write(row: int) -> Reason | None:
        if not 0 < ends[row] < OPEN_END:
            return None
        return Reason(ReasonCode.CONTRACT_RUNS, {"day": int(ends[row]), "days": int(ends[row]) - today})

    return write


def offer_satisfaction(value_e2: Integers, day: Integers) -> Offer:
    """Return the last mark a customer gave. Shapes (n,): 1e-2 marks, 0 for none; days since 1970."""

    def write(row: int) -> Reason | None:
        if value_e2[row] <= 0:
            return None
        return Reason(ReasonCode.SATISFACTION, {"value_e2": int(value_e2[row]), "day": int(day[row])})

    return write


def offer_standing(known: Standing) -> list[Offer]:
    """Return what is known of everybody: use of a year, and for how long and with how many accounts they are ours."""

    def find(row: int) -> int | None:
        at = int(np.searchsorted(known.rows, row))
        return at if at < known.rows.size and known.rows[at] == row else None

    def write_use(row: int) -> Reason | None:
        at = find(row)
        if at is None:
            return None
        figures = {"kwh_e2": max(int(known.use_kwh_e2[at]), 0), "before_kwh_e2": int(known.before_kwh_e2[at])}
        return Reason(ReasonCode.USE_OF_YEAR, figures)

    def write_accounts(row: int) -> Reason | None:
        at = find(row)
        if at is None:
            return None
        return Reason(ReasonCode.ACCOUNTS, {"count": int(known.accounts[at]), "day": int(known.since_day[at])})

    return [write_use, write_accounts]


def _fill(reasons: tuple[Reason, ...], row: int, offers: Sequence[Offer]) -> tuple[Reason, ...]:
    found, told = list(reasons), {one.code for one in reasons}
    for offer in offers:
        if len(found) == REASONS:
            break
        more = offer(row)
        if more is not None and more.code not in told:
            found.append(more)
    return tuple(found)
