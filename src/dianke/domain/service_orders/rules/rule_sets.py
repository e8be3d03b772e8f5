"""Which supply rules there are: read once from the dated data beside this file, whole or not at all."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from dianke.domain.service_orders.rules.figures import UNITS_OF_FIGURES
from dianke.domain.service_orders.types import CapacityRule, Figure, FigureUnit, KindRule, OrderKind, RuleSet, Slip
from dianke.kernel.errors import DomainError

SCHEMA = "order-rules/v1"
FILES = ("rs_1996.toml", "rs_2016.toml", "rs_2024.toml")
NO_LIMIT = -1
_ARTICLE = re.compile(r"^(?:REG|SRC)-[A-Z0-9]+")
_GRADES = frozenset("ABCSKP")
_KEYS = frozenset(
    {"schema", "code", "title_en", "title_zh", "regulation", "based_on", "valid_from", "valid_to", "carried_over"}
    | {"figure", "later", "kind", "withdrawn", "slip"}
)

Figures = dict[str, tuple[tuple[date, Figure], ...]]


class OrderRulesUnreadable(DomainError):
    """A rule set lacks something, holds something unknown, or contradicts itself."""

    code = "service_orders.rules_unreadable"
    message = "the rules of service orders cannot be read: {reason}"


class UnknownRuleSet(DomainError):
    """No rule set has this code, or none was in force."""

    code = "service_orders.unknown_rule_set"
    message = "there is no rule set {rule_set}; there are {known}"


@cache
def load_rule_sets() -> tuple[RuleSet, ...]:
    """Return the rule sets that ship with the product, oldest first."""
    folder = resources.files("dianke.domain.service_orders.rules") / "data"
    return read_rule_sets([(folder / name).read_text("utf-8") for name in FILES])


def read_rule_sets(texts: Sequence[str]) -> tuple[RuleSet, ...]:
    """
    Return the rule sets of files, oldest first; one that is based on another names one that came before it.

    :raises OrderRulesUnreadable: if a file is no rule set, lacks a figure or a kind, or two eras overlap or gape
    """
    sets: dict[str, RuleSet] = {}
    for text in texts:
        try:
            one = _read_set(tomllib.loads(text), sets)
        except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as fault:
            raise OrderRulesUnreadable(field="file", reason=f"{type(fault).__name__}: {fault}") from fault
        sets[one.code] = one
    _require(bool(sets), "there is no rule set")
    _check_whole(tuple(sets.values()))
    return tuple(sets.values())


def choose_rule_set(sets: Sequence[RuleSet], *, accepted_on: date, spell_set: str | None = None) -> RuleSet:
    """
    Return the rules an application is judged by: those of the day of acceptance, or of the running spell.

    :raises UnknownRuleSet: if none was in force on the day, or none has the code of the spell
    """
    for one in sets:
        if spell_set is not None:
            if one.code == spell_set:
                return one
        elif one.valid_from <= accepted_on and (one.valid_to is None or accepted_on < one.valid_to):
            return one
    known = ", ".join(one.code for one in sets)
    raise UnknownRuleSet(field="accepted_on", rule_set=spell_set or accepted_on.isoformat(), known=known)


def _read_set(given: Mapping[str, Any], earlier: Mapping[str, RuleSet]) -> RuleSet:
    _require(given["schema"] == SCHEMA, "the schema is unknown")
    _require(given.keys() <= _KEYS, f"{given.get('code')}: unknown keys {sorted(given.keys() - _KEYS)}")
    since: date = given["valid_from"]
    base = earlier[given["based_on"]] if "based_on" in given else None
    carried = given.get("carried_over")
    figures: Figures = _carry_figures(base, since, carried) if base else {}
    figures |= {code: ((since, _read_figure(code, row)),) for code, row in given["figure"].items()}
    for row in given.get("later", ()):
        figures[row["code"]] += ((row["since"], _read_figure(row["code"], row["figure"])),)
    kinds = _carry_kinds(base, carried) if base else {}
    kinds |= {OrderKind(kind): _read_kind(OrderKind(kind), row) for kind, row in given["kind"].items()}
    withdrawn = {OrderKind(kind): _read_article(text) for kind, text in given.get("withdrawn", {}).items()}
    return RuleSet(
        code=given["code"],
        title_en=given["title_en"],
        title_zh=given["title_zh"],
        regulation=given["regulation"],
        valid_from=since,
        valid_to=given.get("valid_to"),
        figures=MappingProxyType(figures),
        kinds=MappingProxyType(kinds),
        withdrawn=MappingProxyType(withdrawn),
        slips=tuple(Slip(**row) for row in given.get("slip", ())) or (base.slips if base else ()),
    )


def _carry_figures(base: RuleSet, since: date, carried: str | None) -> Figures:
    """Take over what the base said last; a text that was not read makes it background knowledge."""
    taken: Figures = {}
    for code, values in base.figures.items():
        last = values[-1][1]
        if carried and last.article.startswith("REG-SUPPLY-1996"):
            last = Figure(
                code=code,
                amount=last.amount,
                unit=last.unit,
                article=carried.format(article=last.article),
                evidence="K",
                note=last.note,
            )
        taken[code] = ((since, last),)
    return taken


def _carry_kinds(base: RuleSet, carried: str | None) -> dict[OrderKind, KindRule]:
    taken = {}
    for kind, rule in base.kinds.items():
        is_unread = carried is not None and rule.article.startswith("REG-SUPPLY-1996")
        taken[kind] = KindRule(
            kind=kind,
            article=carried.format(article=rule.article) if carried and is_unread else rule.article,
            evidence="K" if is_unread else rule.evidence,
            capacity=rule.capacity,
            debts_must_be_zero=rule.debts_must_be_zero,
            is_sealed=rule.is_sealed,
        )
    return taken


def _read_figure(code: str, row: Mapping[str, Any]) -> Figure:
    amount, unit = row["amount"], FigureUnit(row["unit"])
    _require(type(amount) is int and amount >= NO_LIMIT, f"{code}: {amount!r} is no amount")
    _require(unit is not FigureUnit.FLAG or amount in (0, 1), f"{code}: a flag is 0 or 1")
    _require(row["evidence"] in _GRADES, f"{code}: unknown evidence {row['evidence']!r}")
    return Figure(
        code=code,
        amount=None if amount == NO_LIMIT else amount,
        unit=unit,
        article=_read_article(row["article"]),
        evidence=row["evidence"],
        note=row.get("note", ""),
    )


def _read_kind(kind: OrderKind, row: Mapping[str, Any]) -> KindRule:
    _require(row["evidence"] in _GRADES, f"{kind}: unknown evidence {row['evidence']!r}")
    _require(type(row["debts"]) is bool and type(row["sealed"]) is bool, f"{kind}: debts and sealed are true or false")
    return KindRule(
        kind=kind,
        article=_read_article(row["article"]),
        evidence=row["evidence"],
        capacity=CapacityRule(row["capacity"]),
        debts_must_be_zero=row["debts"],
        is_sealed=row["sealed"],
    )


def _read_article(text: str) -> str:
    _require(bool(_ARTICLE.match(text)), f"{text!r} names no text of the register")
    return text


def _check_whole(sets: Sequence[RuleSet]) -> None:
    """Every set has every kind and the same figures in the right units; the eras follow one another."""
    for one in sets:
        _require(set(one.kinds) == set(OrderKind), f"{one.code}: kinds without a rule")
        odd = sorted(one.figures.keys() ^ UNITS_OF_FIGURES.keys())
        _require(not odd, f"{one.code}: figures that are missing or unknown: {odd}")
        for code, values in one.figures.items():
            _check_dates(one, code, [since for since, _ in values])
            units = {figure.unit for _, figure in values}
            _require(units <= UNITS_OF_FIGURES[code], f"{one.code}: {code} does not count {sorted(units)}")
        for shorter, longer in (("reduce.shortest", "reduce.longest"), ("suspend.shortest", "suspend.total_a_year")):
            least, most = _in_days(one, shorter), _in_days(one, longer)
            _require(least is None or most is None or least <= most, f"{one.code}: {shorter} is longer than {longer}")
    for before, after in pairwise(sets):
        _require(before.valid_to == after.valid_from, f"{after.code} does not begin where {before.code} ends")


def _check_dates(one: RuleSet, code: str, days: list[date]) -> None:
    _require(days == sorted(set(days)), f"{one.code}: {code} has its dates out of order")
    _require(one.valid_to is None or days[-1] < one.valid_to, f"{one.code}: {code} changes after the era")


def _in_days(one: RuleSet, code: str) -> int | None:
    figure = one.figures[code][0][1]
    if figure.amount is None:
        return None
    return figure.amount * (30 if figure.unit is FigureUnit.MONTH else 1)


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise OrderRulesUnreadable(field="file", reason=reason)
