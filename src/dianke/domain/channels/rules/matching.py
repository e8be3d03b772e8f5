"""Whose money a booking of the bank is: rules with a confidence and a reason, the surest first."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from dianke.domain.channels.rules.statements.types import Entry
from dianke.domain.customers.rules.duplicates import fold_name, measure_likeness

# From so much on a rule books without being asked.
SURE = 95
_NAME_LIKE = 0.6
_MOST_PROPOSALS = 5
# A shorter number of a cheque may be a year or a day in the text.
_SURE_CHEQUE = 6
# A shorter number of a payer, or one of digits alone, may be a year or a day in the text.
_SURE_PAYER = 4
_USER_NUMBER = re.compile(r"(?<![0-9])[0-9]{10}(?![0-9])", re.ASCII)
_BATCH = re.compile(r"DK[0-9]{8}", re.ASCII)
_LINE = re.compile(r"(DK[0-9]{8})/([0-9]{6})", re.ASCII)
_WORD = re.compile(r"[0-9A-Za-z_-]+", re.ASCII)


class MatchKind(StrEnum):
    """What a booking of the bank is."""

    ACCOUNT = "ACCOUNT"
    # One sum of who pays for several accounts.
    PAYER = "PAYER"
    WITHHOLDING = "WITHHOLDING"
    RETURNED = "RETURNED"
    # A gateway or agent settles what it took for us.
    SETTLEMENT = "SETTLEMENT"
    # Cash of a shift that was brought to the bank.
    DEPOSIT = "DEPOSIT"
    # A cheque that a counter took.
    CHEQUE = "CHEQUE"
    # Money of a claim on an account: paid out, come back, or a deposit that came.
    CLAIM = "CLAIM"
    # A transfer that the bank gives back to who sent it.
    TRANSFER = "TRANSFER"
    # A cheque that the bank had credited and takes back.
    BOUNCE = "BOUNCE"
    # A fee of the bank.
    FEE = "FEE"


class MatchReason(StrEnum):
    """By which rule."""

    BATCH_NUMBER = "BATCH_NUMBER"
    RETURNED_LINE = "RETURNED_LINE"
    MERCHANT_AND_AMOUNT = "MERCHANT_AND_AMOUNT"
    MERCHANT_NUMBER = "MERCHANT_NUMBER"
    SLIP_AND_AMOUNT = "SLIP_AND_AMOUNT"
    SLIP_NUMBER = "SLIP_NUMBER"
    CHEQUE_AND_AMOUNT = "CHEQUE_AND_AMOUNT"
    CHEQUE_NUMBER = "CHEQUE_NUMBER"
    VIRTUAL_ACCOUNT = "VIRTUAL_ACCOUNT"
    PAYER_AND_NAME = "PAYER_AND_NAME"
    PAYER_NUMBER = "PAYER_NUMBER"
    USER_NUMBER_AND_NAME = "USER_NUMBER_AND_NAME"
    USER_NUMBER = "USER_NUMBER"
    SEVERAL_USER_NUMBERS = "SEVERAL_USER_NUMBERS"
    AMOUNT_AND_NAME = "AMOUNT_AND_NAME"
    NAME = "NAME"
    AMOUNT = "AMOUNT"
    CLAIM_AND_AMOUNT = "CLAIM_AND_AMOUNT"
    CLAIM_NUMBER = "CLAIM_NUMBER"
    BOOKING_AND_AMOUNT = "BOOKING_AND_AMOUNT"
    BOOKING_NUMBER = "BOOKING_NUMBER"
    FEE_TEXT = "FEE_TEXT"
    BY_HAND = "BY_HAND"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a booking may be; `target` is a user number, a batch or the number of a line."""

    kind: MatchKind
    target: str
    confidence: int
    reason: MatchReason


@dataclass(frozen=True, slots=True)
class Known:
    """An account that may be meant."""

    user_number: str
    names: tuple[str, ...]
    owed_fen: int


def find_user_numbers(entry: Entry) -> list[str]:
    """Return the numbers in the texts of a booking that may be user numbers, each once."""
    texts = (entry.remittance, *entry.references)
    return list(dict.fromkeys(number for text in texts for number in _USER_NUMBER.findall(text)))


def find_virtual_user(entry: Entry) -> str:
    """Return the user number that a virtual account ends with, or nothing."""
    account = entry.virtual_account
    return account[-10:] if len(account) > 10 and account.isascii() and account.isdigit() else ""


def find_line_number(entry: Entry) -> tuple[str, int] | None:
    """Return batch and serial of the line that a booking names."""
    for text in (*entry.references, entry.remittance):
        found = _LINE.search(text)
        if found:
            return found.group(1), int(found.group(2))
    return None


def find_batch_number(entry: Entry) -> str:
    """Return the batch of withholding that a booking names, or nothing."""
    for text in (*entry.references, entry.remittance):
        found = _BATCH.search(text)
        if found:
            return found.group(0)
    return ""


def find_merchant(entry: Entry, merchants: Mapping[str, str]) -> str:
    """Return the gateway or agent whose number for us a booking names, or nothing; numbers to codes."""
    return next((merchants[word] for word in list_words(entry) if word in merchants), "")


def list_words(entry: Entry) -> list[str]:
    """Return the words of letters and digits in the texts of a booking, each once."""
    texts = (entry.remittance, *entry.references)
    return list(dict.fromkeys(word for text in texts for word in _WORD.findall(text)))


def propose_settlement(code: str, *, is_exact: bool) -> Proposal:
    """Return that a booking settles days of a gateway or agent; sure only where its amount is theirs to the fen."""
    if is_exact:
        return Proposal(MatchKind.SETTLEMENT, code, 99, MatchReason.MERCHANT_AND_AMOUNT)
    return Proposal(MatchKind.SETTLEMENT, code, 80, MatchReason.MERCHANT_NUMBER)


def propose_deposit(entry: Entry, slips: Mapping[str, Collection[int]]) -> Proposal | None:
    """Return that a booking is cash of a shift; sure only where its amount is that of the slip. Slips to amounts."""
    slip = next((word for word in list_words(entry) if word in slips), "") if entry.amount_fen > 0 else ""
    if not slip:
        return None
    if entry.amount_fen in slips[slip]:
        return Proposal(MatchKind.DEPOSIT, slip, 99, MatchReason.SLIP_AND_AMOUNT)
    return Proposal(MatchKind.DEPOSIT, slip, 80, MatchReason.SLIP_NUMBER)


def propose_cheque(entry: Entry, cheques: Mapping[str, Collection[int]]) -> Proposal | None:
    """Return that a booking is a cheque under way; sure only of a long number with its amount. Numbers to amounts."""
    if entry.amount_fen <= 0:
        return None
    named = [word for word in list_words(entry) if cheques.get(word)]
    number = next((word for word in named if entry.amount_fen in cheques[word]), named[0] if named else "")
    if not number:
        return None
    if entry.amount_fen not in cheques[number]:
        return Proposal(MatchKind.CHEQUE, number, 70, MatchReason.CHEQUE_NUMBER)
    confidence = 99 if len(number) >= _SURE_CHEQUE else 90
    return Proposal(MatchKind.CHEQUE, number, confidence, MatchReason.CHEQUE_AND_AMOUNT)


def propose(
    entry: Entry,
    *,
    known: Mapping[str, Known],
    like: Iterable[Known] = (),
    batches: frozenset[str] = frozenset(),
    payers: Mapping[str, Known] = MappingProxyType({}),
) -> list[Proposal]:
    """
    Return what a booking may be, the surest first.

    :param known: accounts by user number that the booking may name
    :param like: accounts whose name or debt is that of the booking
    :param batches: batches of withholding that were sent
    :param payers: collective payers by number that the booking may name
    """
    batch = find_batch_number(entry)
    if batch in batches:
        return [_propose_withholding(entry, batch)]
    if entry.amount_fen < 0:
        return []
    found = [
        *_propose_by_payer(entry, payers), *_propose_by_number(entry, known), *_propose_by_likeness(entry, like)
    ]  # fmt: skip
    best: dict[str, Proposal] = {}
    for one in sorted(found, key=lambda proposal: -proposal.confidence):
        best.setdefault(one.target, one)
    return list(best.values())[:_MOST_PROPOSALS]


def find_sure(proposals: Sequence[Proposal]) -> Proposal | None:
    """Return the proposal that needs nobody's eyes: sure, and no other as sure."""
    sure = [one for one in proposals if one.confidence >= SURE]
    return sure[0] if len(sure) == 1 else None


def _propose_withholding(entry: Entry, batch: str) -> Proposal:
    line = find_line_number(entry)
    if line is not None and (entry.is_return or entry.amount_fen < 0):
        return Proposal(MatchKind.RETURNED, f"{line[0]}/{line[1]:06d}", 100, MatchReason.RETURNED_LINE)
    return Proposal(MatchKind.WITHHOLDING, batch, 100, MatchReason.BATCH_NUMBER)


def _propose_by_payer(entry: Entry, payers: Mapping[str, Known]) -> Iterable[Proposal]:
    """Yield the payers that a booking names; sure of one that bears the name too, or has a long number."""
    for number in [word for word in list_words(entry) if word in payers]:
        if _measure_name(entry, payers[number]) >= _NAME_LIKE:
            yield Proposal(MatchKind.PAYER, number, 99, MatchReason.PAYER_AND_NAME)
        else:
            is_telling = len(number) >= _SURE_PAYER and not number.isdigit()
            confidence = 97 if is_telling else 70
            yield Proposal(MatchKind.PAYER, number, confidence, MatchReason.PAYER_NUMBER)


def _propose_by_number(entry: Entry, known: Mapping[str, Known]) -> Iterable[Proposal]:
    virtual = find_virtual_user(entry)
    if virtual in known:
        yield Proposal(MatchKind.ACCOUNT, virtual, 99, MatchReason.VIRTUAL_ACCOUNT)
    numbers = [number for number in find_user_numbers(entry) if number in known]
    for number in numbers:
        if len(numbers) > 1:
            yield Proposal(MatchKind.ACCOUNT, number, 60, MatchReason.SEVERAL_USER_NUMBERS)
        elif _measure_name(entry, known[number]) >= _NAME_LIKE:
            yield Proposal(MatchKind.ACCOUNT, number, 99, MatchReason.USER_NUMBER_AND_NAME)
        else:
            yield Proposal(MatchKind.ACCOUNT, number, 96, MatchReason.USER_NUMBER)


def _propose_by_likeness(entry: Entry, like: Iterable[Known]) -> Iterable[Proposal]:
    candidates = list(like)
    same_amount = [one for one in candidates if one.owed_fen == entry.amount_fen]
    for one in candidates:
        likeness = _measure_name(entry, one)
        is_same = one.owed_fen == entry.amount_fen
        if is_same and likeness >= _NAME_LIKE:
            yield Proposal(MatchKind.ACCOUNT, one.user_number, 70 + int(20 * likeness), MatchReason.AMOUNT_AND_NAME)
        elif likeness >= _NAME_LIKE:
            yield Proposal(MatchKind.ACCOUNT, one.user_number, int(60 * likeness), MatchReason.NAME)
        elif is_same and len(same_amount) == 1:
            yield Proposal(MatchKind.ACCOUNT, one.user_number, 40, MatchReason.AMOUNT)


def _measure_name(entry: Entry, known: Known) -> float:
    if not entry.counterparty:
        return 0.0
    name = fold_name(entry.counterparty)
    return max((measure_likeness(name, fold_name(one)) for one in known.names if one), default=0.0)
