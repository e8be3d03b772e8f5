"""Counting the cash of a shift: faces, what the drawer should hold, change, and when another person decides."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from dianke.domain.channels.types import EntryKind

CASH = "CASH"
MOST_FEN = 10**13
MOST_PIECES = 1_000_000


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What counts of an entry; an amount given back is below zero."""

    kind: EntryKind
    tender: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class TenderSum:
    """What a shift took and gave back in one tender."""

    tender: str
    taken_count: int
    taken_fen: int
    returned_count: int
    returned_fen: int

    @property
    def net_fen(self) -> int:
        """Return what stayed."""
        return self.taken_fen + self.returned_fen


def list_faces(*, on: date) -> tuple[int, ...]:
    """Return the faces of notes and coins that are counted on a day, in fen, largest first."""
    return tuple(_find("faces", on)["faces_fen"])


def find_difference_limit(*, on: date) -> int:
    """Return up to which difference in fen the cashier closes a shift alone."""
    return int(_find("difference", on)["limit_fen"])


def find_card_fee_parts(*, on: date) -> int:
    """Return the most that a terminal's bank keeps on a day, in parts of ten thousand."""
    return int(_find("card_fee", on)["most_parts"])


def find_cheque_days(*, on: date) -> int:
    """Return after how many days a cheque that the bank has not credited is asked about."""
    return int(_find("cheque", on)["days"])


def needs_another_person(difference_fen: int, *, on: date) -> bool:
    """Tell whether another person decides on a difference; the limit itself is still the cashier's."""
    return abs(difference_fen) > find_difference_limit(on=on)


def add_up_pieces(pieces: Mapping[int, int]) -> int:
    """Return what pieces come to: face in fen to how many of it."""
    return sum(face_fen * count for face_fen, count in pieces.items())


def find_pieces_obstacle(pieces: Mapping[int, int], *, on: date) -> str:
    """Return why a count cannot be taken, or nothing."""
    faces = set(list_faces(on=on))
    if any(face not in faces for face in pieces):
        return "face_unknown"
    return "count_unreadable" if any(not 0 <= count <= MOST_PIECES for count in pieces.values()) else ""


def compute_expected_cash(*, float_fen: int, entries: Iterable[EntryFacts], handed_over_fen: int) -> int:
    """Return what the drawer should hold: the float, cash taken less cash given back, less what went to the bank."""
    return float_fen + sum(one.amount_fen for one in entries if one.tender == CASH) - handed_over_fen


def compute_change(*, amount_fen: int, tendered_fen: int) -> int:
    """
    Return the change of an amount paid with more.

    :raises ValueError: if less is handed over than is paid
    """
    if tendered_fen < amount_fen:
        msg = f"{tendered_fen} fen do not pay {amount_fen} fen"
        raise ValueError(msg)
    return tendered_fen - amount_fen


def sum_by_tender(entries: Iterable[EntryFacts]) -> list[TenderSum]:
    """Return what was taken and given back in each tender, by the tender's name."""
    found: dict[str, list[EntryFacts]] = {}
    for one in entries:
        found.setdefault(one.tender, []).append(one)
    return [_sum(tender, found[tender]) for tender in sorted(found)]


def _sum(tender: str, entries: list[EntryFacts]) -> TenderSum:
    taken = [one.amount_fen for one in entries if one.kind is EntryKind.TAKEN]
    returned = [one.amount_fen for one in entries if one.kind is EntryKind.RETURNED]
    return TenderSum(tender, len(taken), sum(taken), len(returned), sum(returned))


def _find(kind: str, on: date) -> Mapping[str, Any]:
    known = [entry for entry in _read()[kind] if entry["since"] <= on]
    if not known:
        msg = f"counter.toml says nothing of {kind} on {on}"
        raise LookupError(msg)
    latest: Mapping[str, Any] = max(known, key=lambda entry: entry["since"])
    return latest


@cache
def _read() -> Mapping[str, Any]:
    text = resources.files("dianke.domain.channels").joinpath("data", "counter.toml").read_text("utf-8")
    return tomllib.loads(text)
