"""
The small language of conditions: facts compared with values, joined by and, or, not.

`outcome == "REWORK" and not is_resident`, `capacity_kva >= 2000`, `kind in ("A", "B")`. The text is parsed by Python's
own parser and its tree walked by the dozen kinds of node below; nothing is ever evaluated by Python, so a condition
can call nothing and reach no attribute. A name that is not among the given facts is an error, never false.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dianke.kernel.errors import DomainError

# The outcome of the step that was completed last, and of a step by its id; every condition may ask for them.
OUTCOME = "outcome"
OUTCOME_OF = "outcome_of_"
_LONGEST = 300
_DEEPEST = 12

_Evaluate = Callable[[Mapping[str, Any]], Any]
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, several: one in several,
    ast.NotIn: lambda one, several: one not in several,
}
_ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


class UnreadableCondition(DomainError):
    """A condition is not written in the small language."""

    code = "unreadable_condition"
    message = "the condition {condition!r} cannot be read: {reason}"


class MissingFact(DomainError):
    """A condition asks for a fact that was not given."""

    code = "missing_fact"
    message = "the condition {condition!r} asks for {fact!r}, which was not given"


class UnfitFact(DomainError):
    """A fact has a kind of value that its condition cannot compare."""

    code = "unfit_fact"
    message = "the condition {condition!r} cannot compare {values}"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that has been read: its text, the facts it asks for, each outcome it waits for with its fact."""

    text: str
    names: frozenset[str]
    outcomes: frozenset[tuple[str, str]]
    _evaluate: _Evaluate = field(repr=False, compare=False)

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """
        Return whether the condition holds for the facts.

        :raises MissingFact: if it asks for a fact that is not among them
        :raises UnfitFact: if a fact cannot be compared as the condition says
        """
        for name in sorted(self.names):
            if name not in facts:
                raise MissingFact(field=name, condition=self.text, fact=name)
        try:
            return self._evaluate(facts) is True
        except _NotComparable as fault:
            raise UnfitFact(field="facts", condition=self.text, values=str(fault)) from fault


class _NotComparable(Exception):
    """Two values of different kinds were to be compared."""


def read_condition(text: str) -> Condition:
    """
    Return a condition read from its text.

    :raises UnreadableCondition: if it is anything but facts, values, comparisons, and, or, not
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        raise UnreadableCondition(field="condition", condition=text[:_LONGEST], reason="it is empty or too long")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
        raise UnreadableCondition(field="condition", condition=text, reason="it is no expression") from fault
    reader = _Reader(text)
    evaluate = reader.truth(tree, depth=0)
    return Condition(text, frozenset(reader.names), frozenset(reader.outcomes), evaluate)


class _Reader:
    """Turns the tree of an expression into a function of facts, or refuses it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names: set[str] = set()
        self.outcomes: set[tuple[str, str]] = set()

    def truth(self, node: ast.expr, *, depth: int) -> _Evaluate:
        """Return the function of an expression that is true or false."""
        if depth > _DEEPEST:
            raise self._refusal("it is nested too deeply")
        if isinstance(node, ast.BoolOp):
            parts = [self.truth(value, depth=depth + 1) for value in node.values]
            if isinstance(node.op, ast.And):
                return lambda facts: all(part(facts) for part in parts)
            return lambda facts: any(part(facts) for part in parts)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.truth(node.operand, depth=depth + 1)
            return lambda facts: not inner(facts)
        if isinstance(node, ast.Compare):
            return self._comparison(node)
        if isinstance(node, ast.Name):
            return _yes_or_no(node.id, self._fact(node))
        raise self._refusal(f"{type(node).__name__} is not part of the language")

    def _comparison(self, node: ast.Compare) -> _Evaluate:
        if len(node.ops) != 1:
            raise self._refusal("one comparison at a time")
        kind = type(node.ops[0])
        compare = _COMPARISONS.get(kind)
        if compare is None:
            raise self._refusal(f"{kind.__name__} is not part of the language")
        one, other = node.left, node.comparators[0]
        is_membership = kind in (ast.In, ast.NotIn)
        left, right = self._value(one), self._several(other) if is_membership else self._value(other)
        self._note_outcomes(one, other)
        if is_membership:
            return lambda facts: compare(left(facts), right(facts))
        must_order = kind in _ORDERED

        def compared(facts: Mapping[str, Any]) -> bool:
            values = left(facts), right(facts)
            if not _may_compare(*values, must_order=must_order):
                raise _NotComparable(" and ".join(repr(value) for value in values))
            return compare(*values)

        return compared

    def _value(self, node: ast.expr) -> _Evaluate:
        if isinstance(node, ast.Name):
            return self._fact(node)
        if isinstance(node, ast.Constant) and type(node.value) in (bool, int, str):
            value = node.value
            return lambda _facts: value
        raise self._refusal("a fact, a whole number, a text, True or False is compared")

    def _several(self, node: ast.expr) -> _Evaluate:
        if not isinstance(node, ast.Tuple) or not node.elts:
            raise self._refusal("after in stand values in brackets")
        parts = [self._value(element) for element in node.elts]
        return lambda facts: tuple(part(facts) for part in parts)

    def _fact(self, node: ast.Name) -> _Evaluate:
        name = node.id
        if name.startswith("_"):
            raise self._refusal(f"{name} is no name of a fact")
        self.names.add(name)
        return lambda facts: facts[name]

    def _note_outcomes(self, *sides: ast.expr) -> None:
        names = [side.id for side in sides if isinstance(side, ast.Name) and _is_outcome(side.id)]
        parts = [part for side in sides for part in (side.elts if isinstance(side, ast.Tuple) else [side])]
        texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        self.outcomes |= {(name, text) for name in names for text in texts}

    def _refusal(self, reason: str) -> UnreadableCondition:
        return UnreadableCondition(field="condition", condition=self.text, reason=reason)


def _is_outcome(name: str) -> bool:
    return name == OUTCOME or name.startswith(OUTCOME_OF)


def _yes_or_no(name: str, value: _Evaluate) -> _Evaluate:
    def answer(facts: Mapping[str, Any]) -> bool:
        held = value(facts)
        if not isinstance(held, bool):
            raise _NotComparable(f"{name}={held!r} with yes and no")
        return held

    return answer


def _may_compare(one: object, other: object, *, must_order: bool) -> bool:
    """Return whether two values are of one kind; texts and yes or no have no order, and True is not 1."""
    are_numbers = all(isinstance(value, int | Decimal) and not isinstance(value, bool) for value in (one, other))
    if are_numbers:
        return True
    return not must_order and type(one) is type(other)
