"""Instalments: what a plan must be, which of them money has paid, and when an agreement is broken."""

import calendar
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from itertools import pairwise

from dianke.domain.receivables.types import AgreementState, Component, FeesAfterBreak
from dianke.kernel.errors import DomainError

MONTHS_A_YEAR = 12


class NoAgreementPolicyInForce(DomainError):
    """The day lies before the first policy."""

    code = "receivables.no_agreement_policy_in_force"
    message = "no policy for agreements on instalments is in force on {day}"


@dataclass(frozen=True, slots=True)
class AgreementLevel:
    """A level of approval: the right it asks for, up to an amount or without limit."""

    code: str
    right: str
    up_to_fen: int | None


@dataclass(frozen=True, slots=True)
class AgreementPolicy:
    """What agreements may be, and what happens to late fees and messages."""

    valid_from: date
    levels: tuple[AgreementLevel, ...]
    most_instalments: int
    first_within_days: int
    most_days: int
    grace_days: int
    after_break: FeesAfterBreak
    remind_days: int
    watch_days: int
    subject: str
    text: str

    def find_level(self, amount_fen: int) -> AgreementLevel:
        """Return the lowest level that may approve an amount."""
        fits = (one for one in self.levels if one.up_to_fen is None or amount_fen <= one.up_to_fen)
        return next(fits, self.levels[-1])

    def get_level(self, code: str) -> AgreementLevel:
        """Return the level of a code; one that is no longer known needs the highest."""
        return next((one for one in self.levels if one.code == code), self.levels[-1])


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """An instalment of a plan."""

    due_date: date
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Movement:
    """What one voucher, or a waiver that had none, did to one part of a bill that is under an agreement."""

    source: int
    item_id: int
    component: Component
    debit_fen: int
    credit_fen: int


@dataclass(frozen=True, slots=True)
class PartState:
    """An instalment and what of it is paid."""

    due_date: date
    amount_fen: int
    paid_fen: int

    @property
    def left_fen(self) -> int:
        """Return what is still to be paid of it."""
        return self.amount_fen - self.paid_fen


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one source of money paid of the plan: of which instalments how much; below zero where it was taken back."""

    source: int
    # Number of the instalment from 1 on -> fen.
    parts: Mapping[int, int]
    # What it did to the bills beyond the plan: late fees that ran since, parts that the plan does not know.
    beside_fen: int

    @property
    def plan_fen(self) -> int:
        """Return what it paid of the plan."""
        return sum(self.parts.values())


def get_policy(*, day: date) -> AgreementPolicy:
    """
    Return the policy in force on a day.

    :raises NoAgreementPolicyInForce: if the day lies before the first
    """
    found = next((one for one in reversed(_read()) if one.valid_from <= day), None)
    if found is None:
        raise NoAgreementPolicyInForce(field="day", day=day)
    return found


def split_evenly(*, amount_fen: int, count: int) -> list[int]:
    """Return an amount in so many equal parts, the last with the fen that are left."""
    part = amount_fen // count
    return [part] * (count - 1) + [amount_fen - part * (count - 1)]


def list_due_dates(*, first: date, count: int, every_months: int = 1) -> list[date]:
    """Return the same day of every so many months; a day that a month has not is its last."""
    found = []
    for at in range(count):
        months = first.year * MONTHS_A_YEAR + first.month - 1 + at * every_months
        year, month = divmod(months, MONTHS_A_YEAR)
        day = min(first.day, calendar.monthrange(year, month + 1)[1])
        found.append(date(year, month + 1, day))
    return found


def find_plan_obstacle(plan: Sequence[PlannedPart], *, amount_fen: int, as_of: date, policy: AgreementPolicy) -> str:
    """Return why a plan will not do, or nothing."""
    days = [part.due_date for part in plan]
    if not 1 <= len(plan) <= policy.most_instalments:
        return "the number of instalments is outside the limits"
    last_first, last = as_of + timedelta(days=policy.first_within_days), as_of + timedelta(days=policy.most_days)
    obstacles = {
        "every instalment must be above nothing": any(part.amount_fen <= 0 for part in plan),
        "the instalments do not add up to the debt": sum(part.amount_fen for part in plan) != amount_fen,
        "each instalment must fall due after the one before": any(later <= one for one, later in pairwise(days)),
        "the first instalment falls due too late or in the past": not as_of <= days[0] <= last_first,
        "the last instalment falls due too late": days[-1] > last,
    }
    return next((reason for reason, is_met in obstacles.items() if is_met), "")


def settle_plan(
    *, agreed: Mapping[tuple[int, Component], int], amounts: Sequence[int], movements: Iterable[Movement]
) -> list[Settlement]:
    """
    Return what each source of money did to the plan, in the order given; the instalment due first is paid first.

    The plan pays each part of each bill up to what was agreed of it. A late fee that was agreed is paid by the first
    fen that settle late fees of its bill; what runs on beside the plan is paid beside it. What is taken back opens the
    last instalments that were paid.
    """
    done = dict.fromkeys(agreed, 0)
    found: list[Settlement] = []
    for source, of_source in _group(movements):
        before, moved_fen = _sum_within(done, agreed), 0
        for one in of_source:
            key = (one.item_id, one.component)
            # Accruals stand on the debit side of late fees: they are no less owed than the plan knows of.
            fen = one.credit_fen - (0 if one.component is Component.LATE_FEE else one.debit_fen)
            moved_fen += fen
            done[key] = done.get(key, 0) + fen
        after = _sum_within(done, agreed)
        parts = _spread_change(amounts, before, after)
        if parts or moved_fen:
            found.append(Settlement(source, parts, moved_fen - (after - before)))
    return found


def spread(*, plan: Sequence[PlannedPart], settlements: Iterable[Settlement]) -> list[PartState]:
    """Return each instalment with what is paid of it."""
    left_fen = sum(one.plan_fen for one in settlements)
    states = []
    for part in plan:
        paid_fen = min(left_fen, part.amount_fen)
        left_fen -= paid_fen
        states.append(PartState(part.due_date, part.amount_fen, paid_fen))
    return states


def judge(*, parts: Sequence[PartState], grace_days: int, on: date) -> AgreementState:
    """Return whether a plan is settled, broken or goes on; the days of grace are still kept."""
    if not any(part.left_fen for part in parts):
        return AgreementState.SETTLED
    is_late = any(part.left_fen and on > part.due_date + timedelta(days=grace_days) for part in parts)
    return AgreementState.BROKEN if is_late else AgreementState.IN_FORCE


def _group(movements: Iterable[Movement]) -> list[tuple[int, list[Movement]]]:
    found: dict[int, list[Movement]] = {}
    for one in movements:
        found.setdefault(one.source, []).append(one)
    return list(found.items())


def _sum_within(done: Mapping[tuple[int, Component], int], agreed: Mapping[tuple[int, Component], int]) -> int:
    return sum(min(max(done[key], 0), most) for key, most in agreed.items())


def _spread_change(amounts: Sequence[int], before: int, after: int) -> dict[int, int]:
    """Return what of each instalment lies between two sums of what is paid."""
    found, start = {}, 0
    for number, amount in enumerate(amounts, 1):
        end = start + amount
        fen = min(max(after, start), end) - min(max(before, start), end)
        if fen:
            found[number] = fen
        start = end
    return found


@cache
def _read() -> tuple[AgreementPolicy, ...]:
    text = resources.files("dianke.domain.receivables").joinpath("data", "agreements.toml").read_text("utf-8")
    found = []
    for version in tomllib.loads(text)["version"]:
        levels = tuple(
            AgreementLevel(
                code=level["code"],
                right=level["right"],
                up_to_fen=int(Decimal(level["up_to_yuan"]).scaleb(2)) if "up_to_yuan" in level else None,
            )
            for level in version.pop("levels")
        )
        after_break = FeesAfterBreak(version.pop("after_break"))
        found.append(AgreementPolicy(levels=levels, after_break=after_break, **version))
    return tuple(sorted(found, key=lambda one: one.valid_from))
