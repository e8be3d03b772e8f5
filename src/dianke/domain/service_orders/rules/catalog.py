"""What there is to ask for: kinds of order with their steps and closing data, and the papers each needs on a day."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from dianke.domain.service_orders.rules.rule_sets import OrderRulesUnreadable
from dianke.domain.service_orders.types import OrderKind, PauseReason

_PART = "part:"
_EVERY_KIND = "*"


class Need(StrEnum):
    """Whether a paper is needed, and when."""

    MANDATORY = "MANDATORY"
    LATER = "LATER"
    NOT_REQUIRED = "NOT_REQUIRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFacts:
    """A step of an order: who does it, what was promised for it, why the clock stands during it."""

    code: str
    en: str
    zh: str
    post: str
    promise: str | None
    pause: PauseReason | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFacts:
    """A kind of order; `whole` and `plan` are promise codes of its clock, None where nothing is promised."""

    kind: OrderKind
    en: str
    zh: str
    whole: str | None
    plan: str | None
    steps: tuple[StepFacts, ...]
    closing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper a kind needs on a day; `by` is the step before which a later one must be there."""

    code: str
    en: str
    zh: str
    need: Need
    by: str | None
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    kinds: frozenset[OrderKind]
    since: date
    papers: tuple[Paper, ...]


@cache
def load_kinds() -> Mapping[OrderKind, KindFacts]:
    """Return every kind of order that ships with the product."""
    return read_kinds(_read("kinds.toml"))


@dataclass(frozen=True, slots=True)
class Title:
    """What something is called in both languages."""

    en: str
    zh: str


@cache
def load_paper_titles() -> Mapping[str, Title]:
    """Return what each paper is called, by code."""
    titles = tomllib.loads(_read("materials.toml"))["paper"]
    return MappingProxyType({code: Title(**one) for code, one in titles.items()})


@cache
def load_step_titles() -> Mapping[str, Title]:
    """Return what each step is called, by code."""
    steps = [step for kind in load_kinds().values() for step in kind.steps]
    return MappingProxyType({step.code: Title(step.en, step.zh) for step in steps})


@cache
def _load_materials() -> tuple[_Row, ...]:
    return read_materials(_read("materials.toml"))


def list_materials(*, kind: OrderKind, on: date) -> list[Paper]:
    """Return the papers a kind needs on a day, those of acceptance first; the latest row in force wins."""
    found: dict[str, Paper] = {}
    for row in _load_materials():
        if kind in row.kinds and row.since <= on:
            found |= {paper.code: paper for paper in row.papers}
    needed = [paper for paper in found.values() if paper.need is not Need.NOT_REQUIRED]
    return sorted(needed, key=lambda paper: paper.need is not Need.MANDATORY)


def read_kinds(text: str) -> Mapping[OrderKind, KindFacts]:
    """
    Return the kinds of a file.

    :raises OrderRulesUnreadable: if a kind, step or part is missing, unknown or unused
    """
    try:
        given = tomllib.loads(text)
        _require(given["schema"] == "order-kinds/v1", "the schema is unknown")
        steps, parts = given["step"], given["part"]
        kinds = {OrderKind(code): _read_kind(OrderKind(code), row, steps, parts) for code, row in given["kind"].items()}
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
        raise OrderRulesUnreadable(field="file", reason=f"{type(fault).__name__}: {fault}") from fault
    _require(set(kinds) == set(OrderKind), "a kind of order is missing")
    used = {step.code for kind in kinds.values() for step in kind.steps}
    _require(used == set(steps), f"steps nobody takes: {sorted(set(steps) - used)}")
    return MappingProxyType(kinds)


def read_materials(text: str) -> tuple[_Row, ...]:
    """
    Return the rows of a file, oldest first.

    :raises OrderRulesUnreadable: if a row names what is unknown, or a later paper has no step
    """
    try:
        given = tomllib.loads(text)
        _require(given["schema"] == "order-materials/v1", "the schema is unknown")
        rows = [_read_row(row, given["paper"]) for row in given["row"]]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
        raise OrderRulesUnreadable(field="file", reason=f"{type(fault).__name__}: {fault}") from fault
    return tuple(sorted(rows, key=lambda row: row.since))


def _read(name: str) -> str:
    folder = resources.files("dianke.domain.service_orders.rules") / "data"
    return (folder / name).read_text("utf-8")


def _read_kind(
    kind: OrderKind, row: Mapping[str, Any], steps: Mapping[str, Any], parts: Mapping[str, Any]
) -> KindFacts:
    suffix = row.get("step")
    return KindFacts(
        kind=kind,
        en=row["en"],
        zh=row["zh"],
        whole=row.get("whole"),
        plan=row.get("plan", f"plan.{suffix}" if suffix and row.get("whole") else None),
        steps=tuple(_read_step(code, steps[code], suffix) for code in _spell_out(row["steps"], parts)),
        closing=tuple(row["closing"]),
    )


def _spell_out(names: Sequence[str], parts: Mapping[str, Any]) -> Iterator[str]:
    for name in names:
        if name.startswith(_PART):
            yield from _spell_out(parts[name.removeprefix(_PART)], parts)
        else:
            yield name


def _read_step(code: str, row: Mapping[str, Any], suffix: str | None) -> StepFacts:
    promise = row.get("promise")
    if promise is not None and "." not in promise:
        # Reviews and inspections are promised by voltage; a residential one is the low-voltage one but for meters.
        by_voltage = "low_voltage" if suffix == "residential" and promise != "connect" else suffix
        promise = f"{promise}.{by_voltage}" if by_voltage else None
    pause = PauseReason(row["pause"]) if "pause" in row else None
    return StepFacts(code=code, en=row["en"], zh=row["zh"], post=row["post"], promise=promise, pause=pause)


def _read_row(row: Mapping[str, Any], titles: Mapping[str, Any]) -> _Row:
    need, by = Need(row["need"]), row.get("by")
    _require((need is Need.LATER) == (by is not None), f"{row['papers']}: only a later paper has a step")
    kinds = set(OrderKind) if row["kinds"] == [_EVERY_KIND] else {OrderKind(kind) for kind in row["kinds"]}
    kinds -= {OrderKind(kind) for kind in row.get("except", ())}
    for kind in kinds if by else ():
        taken = {step.code for step in load_kinds()[kind].steps}
        _require(by in taken, f"{kind} has no step {by}")
    papers = tuple(
        Paper(code=code, **titles[code], need=need, by=by, evidence=row["evidence"]) for code in row["papers"]
    )
    return _Row(kinds=frozenset(kinds), since=row["since"], papers=papers)


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise OrderRulesUnreadable(field="file", reason=reason)
