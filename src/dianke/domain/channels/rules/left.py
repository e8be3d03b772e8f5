"""What a booking by which money left an account of ours may be: given back, paid out, bounced, or a fee."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from dianke.domain.channels.rules.matching import MatchKind, MatchReason, Proposal, list_words
from dianke.domain.channels.rules.statements.types import Entry

# A shorter number may be a year or a day in the text.
_LONG_ENOUGH = 6


@dataclass(frozen=True, slots=True)
class FeeRule:
    """What the text of a fee holds, and how much one may be, in fen."""

    words: tuple[str, ...]
    most_fen: int


@dataclass(frozen=True, slots=True)
class ClaimAtBank:
    """A claim whose money goes through the bank: by its number and by the number that the bank knows it by."""

    number: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class LeftFacts:
    """What money that left may have been for: by the words that name it."""

    # Bookings whose money still stands in the books, by reference.
    came: Mapping[str, int] = field(default_factory=dict)
    claims: Mapping[str, ClaimAtBank] = field(default_factory=dict)
    # Cheques that the bank credited, by number.
    cheques: Mapping[str, Collection[int]] = field(default_factory=dict)


class NoFeeRuleInForce(LookupError):
    """The day lies before the first rule of fees."""


def find_fee_rule(*, on: date) -> FeeRule:
    """
    Return what the fee of a bank is known by on a day.

    :raises NoFeeRuleInForce: if the day lies before the first rule
    """
    found = [one for one in _read()["fee"] if one["since"] <= on]
    if not found:
        raise NoFeeRuleInForce(on)
    last = max(found, key=lambda one: one["since"])
    return FeeRule(tuple(last["words"]), int(last["most_fen"]))


def name_words(entry: Entry) -> list[str]:
    """Return what a booking may name something by: its own number, its words, its references as a whole."""
    return list(dict.fromkeys((entry.reference, *entry.references, *list_words(entry))))


def propose_left(entry: Entry, *, facts: LeftFacts, fee: FeeRule) -> list[Proposal]:
    """Return what a booking by which money left may be, the surest first; sure only to the fen."""
    if entry.amount_fen >= 0:
        return []
    for propose in (_propose_transfer, _propose_payout, _propose_bounce):
        if found := propose(entry, facts):
            return [found]
    return _propose_fee(entry, fee)


def propose_claim(entry: Entry, claims: Mapping[str, ClaimAtBank], *, is_sure: bool) -> Proposal | None:
    """Return that a booking is money of a claim; of money that came only a deposit is sure, the rest is asked for."""
    for word in name_words(entry):
        claim = claims.get(word)
        if claim is not None:
            if claim.amount_fen != abs(entry.amount_fen):
                return Proposal(MatchKind.CLAIM, claim.number, 70, MatchReason.CLAIM_NUMBER)
            return Proposal(MatchKind.CLAIM, claim.number, 99 if is_sure else 90, MatchReason.CLAIM_AND_AMOUNT)
    return None


def _propose_transfer(entry: Entry, facts: LeftFacts) -> Proposal | None:
    for word in name_words(entry):
        amount_fen = facts.came.get(word)
        if amount_fen is None or word == entry.reference:
            continue
        if amount_fen != -entry.amount_fen:
            return Proposal(MatchKind.TRANSFER, word, 70, MatchReason.BOOKING_NUMBER)
        is_sure = entry.is_return or len(word) >= _LONG_ENOUGH
        return Proposal(MatchKind.TRANSFER, word, 99 if is_sure else 90, MatchReason.BOOKING_AND_AMOUNT)
    return None


def _propose_payout(entry: Entry, facts: LeftFacts) -> Proposal | None:
    return propose_claim(entry, facts.claims, is_sure=True)


def _propose_bounce(entry: Entry, facts: LeftFacts) -> Proposal | None:
    for word in name_words(entry):
        if -entry.amount_fen in facts.cheques.get(word, ()):
            confidence = 99 if len(word) >= _LONG_ENOUGH else 90
            return Proposal(MatchKind.BOUNCE, word, confidence, MatchReason.CHEQUE_AND_AMOUNT)
    return None


def _propose_fee(entry: Entry, fee: FeeRule) -> list[Proposal]:
    text = f"{entry.remittance} {entry.counterparty}"
    if not any(word in text for word in fee.words):
        return []
    # Who is paid to an account of their own is no fee of the bank, whatever the text says.
    is_sure = -entry.amount_fen <= fee.most_fen and not entry.counterparty_account
    return [Proposal(MatchKind.FEE, "", 97 if is_sure else 80, MatchReason.FEE_TEXT)]


@cache
def _read() -> dict[str, Any]:
    text = resources.files("dianke.domain.channels").joinpath("data", "bank_fees.toml").read_text("utf-8")
    return tomllib.loads(text)
