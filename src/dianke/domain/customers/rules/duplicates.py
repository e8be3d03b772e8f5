"""How much a customer that is about to enter looks like one who is there."""

from dataclasses import dataclass
from enum import StrEnum

from dianke.domain.customers.rules.addresses import fold_address
from dianke.domain.customers.types import CustomerKind

SUSPICIOUS = 50
ALMOST_SURE = 80
_MOST = 100
_LIKE = 0.55
_PLACE_LIKE = 0.75
# Words that most company names share, so that they say nothing of likeness.
_COMMON_WORDS = ("股份有限公司", "有限责任公司", "有限公司", "集团公司", "公司", "集团")


class Likeness(StrEnum):
    """One way in which two customers are alike."""

    IDENTITY = "IDENTITY"
    IDENTITY_DIFFERS = "IDENTITY_DIFFERS"
    PHONE = "PHONE"
    NAME_SAME = "NAME_SAME"
    NAME_LIKE = "NAME_LIKE"
    PLACE_SAME = "PLACE_SAME"
    PLACE_LIKE = "PLACE_LIKE"


# Our own grading: an identity number settles it, a phone with a name nearly does, a name or a place alone does not.
_WEIGHTS = {
    Likeness.IDENTITY: 100,
    Likeness.IDENTITY_DIFFERS: -60,
    Likeness.PHONE: 45,
    Likeness.NAME_SAME: 35,
    Likeness.NAME_LIKE: 20,
    Likeness.PLACE_SAME: 45,
    Likeness.PLACE_LIKE: 20,
}
_COMPANY_NAME_EXTRA = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What two customers are compared by; hashes stand for numbers."""

    name: str
    kind: CustomerKind
    identity: bytes | None = None
    phones: frozenset[bytes] = frozenset()
    addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Verdict:
    """From 0 to 100, and why."""

    score: int
    reasons: tuple[Likeness, ...]


def compare(new: Traits, known: Traits) -> Verdict:
    """Return how much two customers are alike, from 0 to 100."""
    reasons = [*_compare_numbers(new, known), *_compare_names(new, known), *_compare_places(new, known)]
    score = sum(_WEIGHTS[reason] for reason in reasons)
    # Companies rarely share a name, persons often do.
    if Likeness.NAME_SAME in reasons and CustomerKind.PERSON not in {new.kind, known.kind}:
        score += _COMPANY_NAME_EXTRA
    return Verdict(max(0, min(score, _MOST)), tuple(reasons))


def measure_likeness(one: str, other: str) -> float:
    """Return the share of neighbouring pairs of characters that two texts have in common, from 0 to 1 (Dice)."""
    if one == other:
        return 1.0
    pairs, others = _pair(one), _pair(other)
    if not pairs or not others:
        return 0.0
    return 2 * len(pairs & others) / (len(pairs) + len(others))


def fold_name(name: str) -> str:
    """Return a name as it is compared: no blanks, brackets as one, without the words all companies share."""
    folded = "".join(name.split()).replace("（", "(").replace("）", ")").lower()
    for word in _COMMON_WORDS:
        if folded.endswith(word):
            return folded.removesuffix(word) if len(folded) > len(word) + 1 else folded
    return folded


def _compare_numbers(new: Traits, known: Traits) -> list[Likeness]:
    reasons = []
    if new.identity and known.identity:
        reasons.append(Likeness.IDENTITY if new.identity == known.identity else Likeness.IDENTITY_DIFFERS)
    if new.phones & known.phones:
        reasons.append(Likeness.PHONE)
    return reasons


def _compare_names(new: Traits, known: Traits) -> list[Likeness]:
    one, other = fold_name(new.name), fold_name(known.name)
    if one == other:
        return [Likeness.NAME_SAME]
    return [Likeness.NAME_LIKE] if measure_likeness(one, other) >= _LIKE else []


def _compare_places(new: Traits, known: Traits) -> list[Likeness]:
    ours, theirs = ({fold_address(line) for line in one.addresses} for one in (new, known))
    if ours & theirs:
        return [Likeness.PLACE_SAME]
    best = max((measure_likeness(one, other) for one in ours for other in theirs), default=0.0)
    return [Likeness.PLACE_LIKE] if best >= _PLACE_LIKE else []


def _pair(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}
