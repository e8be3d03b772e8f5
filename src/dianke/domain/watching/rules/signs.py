"""Signs that a customer leaves or is about to complain: dated facts, counted by customer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from dianke.domain.watching.rules.flagging import Candidate, flag
from dianke.domain.watching.rules.policy import WatchPolicy
from dianke.domain.watching.types import Bools, Flags, Integers, Reason, ReasonCode, WatchList

EPOCH = date(1970, 1, 1)
OPEN_END = 2**31 - 1
_LEAVING, _COMPLAINTS = WatchList.LEAVING, WatchList.COMPLAINTS
# Kind of fact, name of its days in the policy, reason, weight. The gravest first.
_SIGNS: tuple[tuple[str, str, ReasonCode, float], ...] = (
    ("closing_asked", "closing_days", ReasonCode.CLOSING_ASKED, 60.0),
    ("market_move", "market_days", ReasonCode.MARKET_MOVE, 50.0),
    ("capacity_cut_asked", "capacity_cut_days", ReasonCode.CAPACITY_CUT, 40.0),
    ("own_generation", "own_generation_days", ReasonCode.OWN_GENERATION, 30.0),
)
_GRAVE = 50.0


@dataclass(frozen=True, slots=True)
class DatedFacts:
    """
    Facts of one kind, one a row.

    Shapes (f,): row, index into the fleet; on_day and until_day, days since 1970, OPEN_END where nothing ends it;
    value in 1e-2, 0 where there is none; the end is the first day on which it no longer holds.
    """

    row: Integers
    on_day: Integers
    until_day: Integers
    value_e2: Integers

    @staticmethod
    def empty() -> "DatedFacts":
        """Return facts of which there are none."""
        none = np.zeros(0, dtype=np.int64)
        return DatedFacts(none, none, none, none)

    def join(self, other: "DatedFacts") -> "DatedFacts":
        """Return these facts and others of the same kind."""
        pairs = ((self.row, other.row), (self.on_day, other.on_day), (self.until_day, other.until_day),
                 (self.value_e2, other.value_e2))  # fmt: skip
        return DatedFacts(*(np.concatenate(pair) for pair in pairs))


@dataclass(frozen=True, slots=True)
class Counted:
    """How often in a window, and when last (days since 1970, 0 for never). Shapes (n,)."""

    count: Integers
    last_day: Integers


def find_leaving(
    facts: Mapping[str, DatedFacts], *, size: int, on: date, policy: WatchPolicy
) -> Flags:  # fmt: skip
    """
    Return who shows signs of leaving.

    One sign is a watch; two kinds, asking for closing or a move to the market are an alarm. A sign that was cleared
    (its end passed) is none. `suspension` are filings that stop a transformer; they count from the policy's number on.
    """
    today = count_days(on)
    seen: list[tuple[ReasonCode, float, Counted, Bools]] = []
    for kind, days, code, weight in _SIGNS:
        counted = count(facts.get(kind, DatedFacts.empty()), size=size, since=today - _days(policy, days), until=today)
        seen.append((code, weight, counted, counted.count > 0))
    filed = facts.get("suspension", DatedFacts.empty())
    stops = count(filed, size=size, since=today - _days(policy, "suspension_days"), until=today, with_ended=True)
    seen.append((ReasonCode.SUSPENSIONS, 20.0, stops, stops.count >= policy.get(_LEAVING, "suspensions")))
    ends = find_ends(facts.get("market_contract", DatedFacts.empty()), size=size, today=today)
    is_near = (ends > 0) & (ends <= today + _days(policy, "contract_end_days"))
    seen.append((ReasonCode.CONTRACT_ENDS, 10.0, Counted(is_near.astype(np.int64), ends), is_near))
    kinds = np.sum([held for _code, _weight, _counted, held in seen], axis=0)
    grave = np.any([held for _code, weight, _counted, held in seen if weight >= _GRAVE], axis=0)
    weight = np.sum([np.where(held, given, 0.0) for _code, given, _counted, held in seen], axis=0)
    return flag(
        is_flagged=kinds > 0,
        is_alarm=grave | (kinds >= 2),
        weight=weight,
        candidates=[
            (np.where(held, given, 0.0), _write_sign(code, counted)) for code, given, counted, held in seen
        ],
    )  # fmt: skip


def find_complaining(facts: Mapping[str, DatedFacts], *, size: int, on: date, policy: WatchPolicy) -> Flags:
    """Return who complained or called again and again; being dissatisfied is told with it, never a reason alone."""
    today, since = count_days(on), count_days(on) - policy.get(_COMPLAINTS, "window_days")
    counted = {
        kind: count(facts.get(kind, DatedFacts.empty()), size=size, since=since, until=today, with_ended=True)
        for kind in ("complaint", "repair_call", "call")
    }
    least = {"complaint": "complaints", "repair_call": "repair_calls", "call": "calls"}
    held = {kind: one.count >= policy.get(_COMPLAINTS, least[kind]) for kind, one in counted.items()}
    many = counted["complaint"].count >= policy.get(_COMPLAINTS, "alarm_complaints")
    kinds = np.sum(list(held.values()), axis=0)
    told, told_day = find_last_values(
        facts.get("satisfaction", DatedFacts.empty()), size=size, since=since, until=today
    )
    is_sad = (told > 0) & (told <= policy.get(_COMPLAINTS, "dissatisfied_from") * 100)
    shown = {"complaint": (ReasonCode.COMPLAINTS, 30.0), "repair_call": (ReasonCode.REPAIR_CALLS, 20.0)}
    shown["call"] = (ReasonCode.CALLS, 10.0)
    days = policy.get(_COMPLAINTS, "window_days")
    candidates: list[Candidate] = [
        (np.where(one.count > 0, shown[kind][1] + np.where(held[kind], 50.0, 0.0), 0.0),
         _write_count(shown[kind][0], one, days))
        for kind, one in counted.items()
    ]  # fmt: skip
    candidates.append((np.where(is_sad, 40.0, 0.0), lambda row: Reason(
        ReasonCode.DISSATISFIED, {"value_e2": int(told[row]), "day": int(told_day[row])}
    )))  # fmt: skip
    weight = counted["complaint"].count * 5 + counted["repair_call"].count * 2 + counted["call"].count
    is_alarm = many | (kinds >= 2)
    return flag(is_flagged=kinds > 0, is_alarm=is_alarm, weight=weight.astype(float), candidates=candidates)


def count(facts: DatedFacts, *, size: int, since: int, until: int, with_ended: bool = False) -> Counted:
    """Return how many facts of each customer fall after one day, up to another, and the last of them."""
    is_in = (facts.on_day > since) & (facts.on_day <= until)
    if not with_ended:
        is_in &= facts.until_day > until
    rows = facts.row[is_in]
    last = np.zeros(size, dtype=np.int64)
    np.maximum.at(last, rows, facts.on_day[is_in])
    return Counted(np.bincount(rows, minlength=size).astype(np.int64), last)


def find_ends(facts: DatedFacts, *, size: int, today: int) -> Integers:
    """Return the last day to come on which something of each customer ends, 0 where nothing does."""
    is_running = (facts.on_day <= today) & (facts.until_day > today) & (facts.until_day < OPEN_END)
    ends = np.zeros(size, dtype=np.int64)
    np.maximum.at(ends, facts.row[is_running], facts.until_day[is_running])
    return ends


def count_days(day: date) -> int:
    """Return the days since 1970."""
    return (day - EPOCH).days


def find_last_values(facts: DatedFacts, *, size: int, since: int, until: int) -> tuple[Integers, Integers]:
    """Return the last value of each customer within a window and its day; shapes (n,), 0 where there is none."""
    is_in = np.flatnonzero((facts.on_day > since) & (facts.on_day <= until))
    order = is_in[np.argsort(facts.on_day[is_in], kind="stable")]
    value, day = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    value[facts.row[order]] = facts.value_e2[order]
    day[facts.row[order]] = facts.on_day[order]
    return value, day


def _write_sign(code: ReasonCode, counted: Counted) -> Callable[[int], Reason]:
    return lambda row: Reason(code, {"count": int(counted.count[row]), "day": int(counted.last_day[row])})


def _write_count(code: ReasonCode, counted: Counted, days: int) -> Callable[[int], Reason]:
    return lambda row: Reason(code, {"count": int(counted.count[row]), "days": days, "day": int(counted.last_day[row])})


def _days(policy: WatchPolicy, name: str) -> int:
    return policy.get(_LEAVING, name)
