"""Cases as the `credit` command reads them: JSON facts in, items, score, grade and reasons out, every fault at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import Any, TypeVar

from dianke.domain.credit.rules.policy import Policy, find_policy, list_house_policies
from dianke.domain.credit.rules.scoring import CustomerFacts, score_customer
from dianke.domain.credit.types import JUDGED_TYPES, SCORED_TYPES, VALUE_RANGES, CreditKind, Fact, FactType, Reason
from dianke.kernel.clock import parse_date
from dianke.kernel.errors import DomainError

FIELDS = ("id", "kind", "facts", "management", "growth", "customer_since", "as_of")
FACT_FIELDS = ("type", "on", "cleared_on")
KINDS = tuple(kind.value.lower() for kind in CreditKind)
TYPES = tuple(one.value for one in SCORED_TYPES)
DECIMAL_PATTERN = r"^[+-]?[0-9]{1,6}(\.[0-9]{1,30})?$"
_DECIMAL = re.compile(DECIMAL_PATTERN, re.ASCII)
_EXACT_DIGITS = 200
T = TypeVar("T")


class NotACase(DomainError):
    """A case is a JSON object."""

    code = "not_an_object"
    message = "a case is a JSON object with a kind and facts"


class NotAFact(DomainError):
    """A fact is a JSON object."""

    code = "not_an_object"
    message = "a fact is a JSON object with a type and a day"


class NotAList(DomainError):
    """The facts are not a list."""

    code = "not_a_list"
    message = "facts are a list of objects"


class MissingField(DomainError):
    """The case cannot be scored without this field."""

    code = "missing_field"
    message = "{name} is needed"


class UnknownField(DomainError):
    """There is no such field."""

    code = "unknown_field"
    message = "{name} is no field of {what}"


class NotAChoice(DomainError):
    """A word is none of the words the field knows."""

    code = "not_a_choice"
    message = "{value} is none of {choices}"


class NotADecimal(DomainError):
    """A number is not written as one."""

    code = "not_a_decimal"
    message = "{value} is not a decimal such as 3.5"


class OutOfRange(DomainError):
    """A number lies outside what the field can mean."""

    code = "out_of_range"
    message = "{value} is not from {least} to {most}"


class ClearedBeforeItBegan(DomainError):
    """A fact ends before it begins."""

    code = "cleared_before_on"
    message = "cleared_on {cleared_on} lies before on {on}"


class SinceAfterAsOf(DomainError):
    """The customer is younger than the day of the score."""

    code = "since_after_as_of"
    message = "customer_since {since} lies after as_of {as_of}"


def score_cases(cases: Sequence[object], *, today: date, policy: Policy | None = None) -> list[dict[str, Any]]:
    """Return the answers to the cases in order; a bad one does not stop the others."""
    return [score_case(case, today=today, policy=policy) for case in cases]


def score_case(case: object, *, today: date, policy: Policy | None = None) -> dict[str, Any]:
    """
    Return what the facts of a case come to, or its `errors`, all of them, and no score.

    :param today: the day of a case that names none
    :param policy: instead of the one in force on the day
    """
    if not isinstance(case, Mapping):
        return {"errors": [NotACase().as_dict()]}
    answer: dict[str, Any] = {"id": case["id"]} if case.get("id") is not None else {}
    faults: list[DomainError] = []
    given = _read_case(case, today, faults)
    if given is None or faults:
        return answer | {"errors": [fault.as_dict() for fault in faults]}
    try:
        in_force = policy or find_policy(list_house_policies(), on=given.as_of)
    except DomainError as fault:
        return answer | {"errors": [fault.as_dict()]}
    with localcontext() as context:
        context.prec = _EXACT_DIGITS
        score = score_customer(given, policy=in_force)
        return answer | {
            "items": {code: write_points(points) for code, points in score.items.items()},
            "score": write_points(score.total),
            "grade": score.grade,
            "reasons": [write_reason(one) for one in score.reasons],
        }


def write_points(points: Decimal) -> str:
    """Return points as a decimal without zeros that say nothing."""
    text = f"{points:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def write_reason(reason: Reason) -> dict[str, Any]:
    """Return a reason as JSON."""
    fact: dict[str, str] = {"type": reason.about or reason.fact.type.value, "on": reason.fact.on.isoformat()}
    if reason.fact.cleared_on is not None:
        fact["cleared_on"] = reason.fact.cleared_on.isoformat()
    if reason.value is not None:
        fact["value"] = write_points(reason.value)
    return {"item": reason.item, "points": write_points(reason.points), "fact": fact, "rule": reason.rule}


def _read_case(case: Mapping[str, Any], today: date, faults: list[DomainError]) -> CustomerFacts | None:
    faults += [UnknownField(field=str(name), name=name, what="a case") for name in case if name not in FIELDS]
    kind = _read(case, "kind", "kind", _read_kind, faults, is_needed=True)
    as_of = _read(case, "as_of", "as_of", _read_date, faults)
    since = _read(case, "customer_since", "customer_since", _read_date, faults)
    judged = {}
    for one in JUDGED_TYPES:
        value = _read(case, one.value, one.value, _read_judgement, faults)
        if value is not None:
            judged[one] = value
    facts = _read_facts(case.get("facts"), faults)
    day = as_of or today
    if since is not None and since > day and not any(fault.field == "as_of" for fault in faults):
        faults.append(SinceAfterAsOf(field="customer_since", since=since, as_of=day))
    if faults or kind is None:
        return None
    return CustomerFacts(kind=kind, facts=facts, as_of=day, customer_since=since, judged=judged)


def _read_facts(raw: object, faults: list[DomainError]) -> list[Fact]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        faults.append(NotAList(field="facts"))
        return []
    facts = [_read_fact(one, f"facts[{index}]", faults) for index, one in enumerate(raw)]
    return [one for one in facts if one is not None]


def _read_fact(raw: object, path: str, faults: list[DomainError]) -> Fact | None:
    if not isinstance(raw, Mapping):
        faults.append(NotAFact(field=path))
        return None
    faults += [
        UnknownField(field=f"{path}.{name}", name=name, what="a fact") for name in raw if name not in FACT_FIELDS
    ]
    type_ = _read(raw, "type", f"{path}.type", _read_type, faults, is_needed=True)
    on = _read(raw, "on", f"{path}.on", _read_date, faults, is_needed=True)
    cleared_on = _read(raw, "cleared_on", f"{path}.cleared_on", _read_date, faults)
    if type_ is None or on is None:
        return None
    if cleared_on is not None and cleared_on < on:
        faults.append(ClearedBeforeItBegan(field=f"{path}.cleared_on", cleared_on=cleared_on, on=on))
        return None
    return Fact(type_, on, cleared_on)


def _read(
    holder: Mapping[str, Any],
    name: str,
    path: str,
    read: Callable[[object, str], T],
    faults: list[DomainError],
    *,
    is_needed: bool = False,
) -> T | None:
    """Return a value, or None where it is left out or cannot be read; what stands against it is noted."""
    raw = holder.get(name)
    if raw is None:
        if is_needed:
            faults.append(MissingField(field=path, name=name))
        return None
    try:
        return read(raw, path)
    except DomainError as fault:
        faults.append(fault)
        return None


def _read_kind(raw: object, path: str) -> CreditKind:
    if not isinstance(raw, str) or raw not in KINDS:
        raise NotAChoice(field=path, value=_show(raw), choices=", ".join(KINDS))
    return CreditKind(raw.upper())


def _read_type(raw: object, path: str) -> FactType:
    if not isinstance(raw, str) or raw not in TYPES:
        raise NotAChoice(field=path, value=_show(raw), choices=", ".join(TYPES))
    return FactType(raw)


def _read_date(raw: object, path: str) -> date:
    return parse_date(raw if isinstance(raw, str) else _show(raw), field=path)


def _read_judgement(raw: object, path: str) -> Decimal:
    """Read a decimal string, or a JSON number that the reader kept exact; a float has lost its decimals."""
    is_number = isinstance(raw, int | Decimal) and not isinstance(raw, bool)
    if not (is_number or (isinstance(raw, str) and _DECIMAL.fullmatch(raw))):
        raise NotADecimal(field=path, value=_show(raw))
    value = Decimal(str(raw))
    least, most = VALUE_RANGES[FactType(path)]
    if not least <= value <= most:
        raise OutOfRange(field=path, value=_show(raw), least=least, most=most)
    return value


def _show(raw: object) -> str:
    text = str(raw) if isinstance(raw, Decimal) else repr(raw)
    return text if len(text) <= 40 else text[:40] + "…"
