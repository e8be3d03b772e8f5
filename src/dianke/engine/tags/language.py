"""
The small language of conditions over facts: read, written and evaluated.

    energy_12 >= 4800 and usage_class in (RESIDENTIAL, RESIDENTIAL_SHARED)
    not (late_count = 0) or contract_end between today and today + 90
    has_mandate and risk_score is known

Only facts that are given may be named, and a value must fit its fact: nothing of the text goes anywhere else.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dianke.engine.tags.types import (
    UNKNOWN,
    Columns,
    Comparison,
    Condition,
    Fact,
    FactKind,
    Integers,
    Joined,
    Not,
    Value,
)
from dianke.kernel.errors import DomainError

MOST_SIGNS, MOST_COMPARISONS, MOST_DEPTH, MOST_VALUES = 2_000, 40, 12, 50
_SIGNS = ("<=", ">=", "!=", "=", "<", ">")
_ORDERED = {"<", "<=", ">", ">=", "between"}
_TOKEN = re.compile(r"\s*(?:(<=|>=|!=|=|<|>|\(|\)|,|\+)|(-?\d[\d.\-]*)|(-)|([A-Za-z_][A-Za-z0-9_.]*))")
_EPOCH = date(1970, 1, 1)
_FAR = 2**53
# Truth of an array of customers: 1 true, 0 unknown, -1 false, so that "and" is the least and "or" the greatest.
Truths = NDArray[np.int8]


class ConditionNotUnderstood(DomainError):
    """The text of a condition cannot be read."""

    code = "tags.condition_not_understood"
    message = "the condition cannot be read at “{part}”: {reason}"


def read_condition(text: str, *, facts: Mapping[str, Fact]) -> Condition:
    """
    Return the condition of a text.

    :raises ConditionNotUnderstood: if it is too long, names no fact, or a value does not fit its fact
    """
    if len(text) > MOST_SIGNS:
        raise ConditionNotUnderstood(field="condition", part=text[:20], reason="it is too long")
    reader = _Reader(list(_cut(text)), facts)
    condition = reader.read_or(0)
    if reader.next:
        raise ConditionNotUnderstood(field="condition", part=reader.next, reason="nothing more is expected")
    return condition


def write_condition(condition: Condition, *, facts: Mapping[str, Fact]) -> str:
    """Return the text of a condition, which reads as the same condition again."""
    if isinstance(condition, Comparison):
        return _write_comparison(condition, facts[condition.fact])
    if isinstance(condition, Not):
        return f"not ({write_condition(condition.part, facts=facts)})"
    pieces = [write_condition(one, facts=facts) for one in condition.parts]
    pieces = [
        f"({piece})" if isinstance(one, Joined) else piece for piece, one in zip(pieces, condition.parts, strict=True)
    ]
    return f" {condition.word} ".join(pieces)


def list_facts(condition: Condition) -> set[str]:
    """Return which facts a condition speaks of."""
    if isinstance(condition, Comparison):
        return {condition.fact}
    parts = (condition.part,) if isinstance(condition, Not) else condition.parts
    return set().union(*(list_facts(one) for one in parts))


def list_comparisons(condition: Condition) -> list[Comparison]:
    """Return the comparisons of a condition, from left to right."""
    if isinstance(condition, Comparison):
        return [condition]
    parts = (condition.part,) if isinstance(condition, Not) else condition.parts
    return [one for part in parts for one in list_comparisons(part)]


def evaluate(condition: Condition, *, columns: Columns, today: int) -> Truths:
    """
    Return of each customer whether a condition holds: 1, 0 where a fact that decides is not known, -1 where not.

    Shapes: columns (n,) each -> (n,). Units: those of the facts; `today` in days since 1970.
    Source: three-valued logic of Kleene.
    """
    if isinstance(condition, Comparison):
        return _compare(condition, columns[condition.fact], today)
    if isinstance(condition, Not):
        return np.negative(evaluate(condition.part, columns=columns, today=today))
    found = evaluate(condition.parts[0], columns=columns, today=today)
    for part in condition.parts[1:]:
        other = evaluate(part, columns=columns, today=today)
        found = np.minimum(found, other) if condition.word == "and" else np.maximum(found, other)
    return found


def _compare(one: Comparison, column: Integers, today: int) -> Truths:
    is_known = column != UNKNOWN
    if one.sign in ("known", "unknown"):
        return np.where(is_known == (one.sign == "known"), 1, -1).astype(np.int8)
    values = [value.number + today if value.is_relative else value.number for value in one.values]
    holds = _hold(one.sign, column, values)
    return np.where(is_known, np.where(holds, 1, -1), 0).astype(np.int8)


_ORDERS: Mapping[str, Callable[[Integers, int], Any]] = {
    "=": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def _hold(sign: str, column: Integers, values: list[int]) -> NDArray[np.bool_]:
    if sign == "true":
        holds = column != 0
    elif sign == "in":
        holds = np.isin(column, np.asarray(values, dtype=np.int64))
    elif sign == "between":
        holds = (column >= values[0]) & (column <= values[1])
    else:
        holds = _ORDERS[sign](column, values[0])
    return np.asarray(holds, dtype=np.bool_)


def _cut(text: str) -> Iterator[str]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ConditionNotUnderstood(
                field="condition", part=text[at : at + 20].strip(), reason="this sign means nothing here"
            )
        yield next(piece for piece in found.groups() if piece)
        at = found.end()


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[str], facts: Mapping[str, Fact]) -> None:
        self._tokens, self._facts = tokens, facts
        self._at = self._count = 0

    @property
    def next(self) -> str:
        """Return the token that comes, empty at the end."""
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self) -> str:
        """Return the token that comes and go on."""
        token = self.next
        self._at += 1
        return token

    def expect(self, token: str) -> None:
        """Go on over a token that must come."""
        if self.next.lower() != token:
            raise ConditionNotUnderstood(
                field="condition", part=self.next or "…", reason="something else is expected here"
            )
        self._at += 1

    def read_or(self, depth: int) -> Condition:
        """Return conditions joined by "or"."""
        if depth > MOST_DEPTH:
            raise ConditionNotUnderstood(field="condition", part=self.next, reason="it is nested too deep")
        return self._read_joined("or", lambda: self._read_joined("and", lambda: self._read_part(depth)))

    def _read_joined(self, word: str, read: Callable[[], Condition]) -> Condition:
        parts = [read()]
        while self.next.lower() == word:
            self.take()
            parts.append(read())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _read_part(self, depth: int) -> Condition:
        if depth > MOST_DEPTH:
            raise ConditionNotUnderstood(field="condition", part=self.next, reason="it is nested too deep")
        if self.next.lower() == "not":
            self.take()
            return Not(self._read_part(depth + 1))
        if self.next == "(":
            self.take()
            inner = self.read_or(depth + 1)
            self.expect(")")
            return inner
        return self._read_comparison()

    def _read_comparison(self) -> Comparison:
        name = self.take()
        self._count += 1
        if self._count > MOST_COMPARISONS:
            raise ConditionNotUnderstood(field="condition", part=name, reason="it has too many comparisons")
        fact = self._facts.get(name)
        if fact is None:
            raise ConditionNotUnderstood(field="condition", part=name or "…", reason="no fact has this name")
        sign = self.next.lower()
        if sign in _SIGNS:
            self.take()
            _require_order(fact, sign)
            return Comparison(name, sign, (self._read_value(fact),))
        if sign == "is":
            return self._read_is(name)
        if sign in ("between", "in"):
            return self._read_many(fact, sign)
        if fact.kind is not FactKind.BOOLEAN:
            raise ConditionNotUnderstood(field="condition", part=name, reason="a comparison is expected after it")
        return Comparison(name, "true")

    def _read_is(self, name: str) -> Comparison:
        self.take()
        word = self.take().lower()
        if word not in ("known", "unknown"):
            raise ConditionNotUnderstood(field="condition", part=word or "…", reason="“known” or “unknown” is expected")
        return Comparison(name, word)

    def _read_many(self, fact: Fact, sign: str) -> Comparison:
        self.take()
        if sign == "between":
            _require_order(fact, sign)
            first = self._read_value(fact)
            self.expect("and")
            return Comparison(fact.code, sign, (first, self._read_value(fact)))
        self.expect("(")
        values = [self._read_value(fact)]
        while self.next == ",":
            self.take()
            values.append(self._read_value(fact))
        self.expect(")")
        if len(values) > MOST_VALUES:
            raise ConditionNotUnderstood(field="condition", part=fact.code, reason="the list is too long")
        return Comparison(fact.code, sign, tuple(values))

    def _read_value(self, fact: Fact) -> Value:
        token = self.take()
        if fact.kind is FactKind.CHOICE:
            number = fact.choices.get(token)
            if number is None:
                raise ConditionNotUnderstood(field="condition", part=token or "…", reason="the fact has no such value")
            return Value(number)
        if fact.kind is FactKind.DATE:
            return self._read_date(token)
        if fact.kind is FactKind.BOOLEAN:
            raise ConditionNotUnderstood(
                field="condition", part=token or "…", reason="a yes-or-no fact stands alone, or after “not”"
            )
        return Value(_read_number(token, fact))

    def _read_date(self, token: str) -> Value:
        if token.lower() != "today":
            try:
                return Value((date.fromisoformat(token) - _EPOCH).days)
            except ValueError:
                raise ConditionNotUnderstood(
                    field="condition", part=token or "…", reason="a day such as 2026-01-31, or today, is expected"
                ) from None
        if self.next in ("+", "-"):
            sign = self.take()
            days = _read_days(self.take())
            return Value(days if sign == "+" else -days, is_relative=True)
        if self.next.startswith("-"):
            return Value(-_read_days(self.take()[1:]), is_relative=True)
        return Value(0, is_relative=True)


def _require_order(fact: Fact, sign: str) -> None:
    if sign in _ORDERED and fact.kind not in (FactKind.NUMBER, FactKind.DATE):
        raise ConditionNotUnderstood(field="condition", part=fact.code, reason="it has no order")


def _read_number(token: str, fact: Fact) -> int:
    try:
        number = Decimal(token).scaleb(fact.scale)
    except InvalidOperation:
        raise ConditionNotUnderstood(field="condition", part=token or "…", reason="a number is expected") from None
    if not number.is_finite() or number != number.to_integral_value() or abs(number) > _FAR:
        raise ConditionNotUnderstood(
            field="condition", part=token, reason="the number is too large or has too many decimals"
        )
    return int(number)


def _read_days(token: str) -> int:
    if not token.isascii() or not token.isdigit() or len(token) > 5:
        raise ConditionNotUnderstood(field="condition", part=token or "…", reason="a number of days is expected")
    return int(token)


def _write_comparison(one: Comparison, fact: Fact) -> str:
    if one.sign == "true":
        return one.fact
    if one.sign in ("known", "unknown"):
        return f"{one.fact} is {one.sign}"
    values = [write_value(value, fact) for value in one.values]
    if one.sign == "between":
        return f"{one.fact} between {values[0]} and {values[1]}"
    if one.sign == "in":
        return f"{one.fact} in ({', '.join(values)})"
    return f"{one.fact} {one.sign} {values[0]}"


def write_value(value: Value, fact: Fact) -> str:
    """Return a value as it stands in a text."""
    if fact.kind is FactKind.CHOICE:
        return next(code for code, number in fact.choices.items() if number == value.number)
    if fact.kind is FactKind.DATE:
        if not value.is_relative:
            return (_EPOCH + timedelta(days=value.number)).isoformat()
        sign = "+" if value.number > 0 else "-"
        return f"today {sign} {abs(value.number)}" if value.number else "today"
    return f"{Decimal(value.number).scaleb(-fact.scale):f}"
