"""Recovery cases as the `recover` command reads them: JSON facts in, JSON facts out, every fault at once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from dianke.domain.billing.rules.recover import back_billing, breach, late_fee, penalty, theft
from dianke.domain.billing.rules.recover.fields import (
    ACT_NEEDS,
    ACTS_BY_CAPACITY,
    KIND_FIELDS,
    MissingField,
    NotAChoice,
    read_fields,
)
from dianke.domain.billing.rules.recover.rule_sets import get_rule_set, get_rule_set_in_force
from dianke.domain.billing.rules.recover.types import (
    BreachAct,
    CrossYear,
    CustomerClass,
    PenaltyBase,
    Recovery,
    RuleSet,
    Step,
    TheftUser,
)
from dianke.kernel.clock import parse_date
from dianke.kernel.errors import DomainError
from dianke.kernel.money import round_half_up

# Three factors of at most 45 digits multiply without a digit lost.
_EXACT_DIGITS = 200
_SHOWN_DECIMALS = 10

Values = Mapping[str, Any]


class NotACase(DomainError):
    """A case is a JSON object."""

    code = "not_an_object"
    message = "a case is a JSON object with a kind"


class ConflictingFields(DomainError):
    """Two fields say the same thing."""

    code = "conflicting_fields"
    message = "give {one} or {other}, not both"


class HalfPeriodNotForKind(DomainError):
    """Only an error of the meter counts over half of the time."""

    code = "half_period_not_for_kind"
    message = "{kind} is corrected over the whole time; only meter_error counts half"


def recover_cases(cases: Sequence[object], *, today: date) -> list[dict[str, Any]]:
    """Return the answers to the cases in order; a bad one does not stop the others."""
    return [recover_case(case, today=today) for case in cases]


def recover_case(case: object, *, today: date) -> dict[str, Any]:
    """
    Return what a case comes to, or its `errors`, all of them, and no total.

    `today` picks the rules of a case that names neither a rule set nor a date.
    """
    if not isinstance(case, Mapping):
        return {"errors": [NotACase().as_dict()]}
    answer: dict[str, Any] = {"id": case["id"]} if case.get("id") is not None else {}
    result, faults = work_case(case, today=today)
    if faults or result is None:
        return answer | {"errors": [fault.as_dict() for fault in faults]}
    return answer | result


def work_case(case: Mapping[str, Any], *, today: date) -> tuple[dict[str, Any] | None, list[DomainError]]:
    """Return what a case comes to, or None and all of its faults."""
    faults: list[DomainError] = []
    with localcontext() as context:
        context.prec = _EXACT_DIGITS
        result = _settle(case, today, faults)
    return (None if faults else result), faults


def find_rule_set(case: Mapping[str, Any], *, today: date) -> RuleSet:
    """
    Return the rule set that a case is worked by.

    :raises UnknownRuleSet: if it names one that there is not
    :raises NoRuleSetInForce: if its day lies before the first
    """
    if case.get("rule_set") is not None:
        return get_rule_set(rule_set=str(case["rule_set"]))
    day = case.get("on")
    return get_rule_set_in_force(day=parse_date(str(day), field="on") if day is not None else today, field="on")


def _settle(case: Mapping[str, Any], today: date, faults: list[DomainError]) -> dict[str, Any] | None:
    kind = case.get("kind")
    if kind is None:
        faults.append(MissingField(field="kind", name="kind"))
        return None
    if not isinstance(kind, str) or kind not in KIND_FIELDS:
        faults.append(NotAChoice(field="kind", value=repr(kind)[:40], choices=", ".join(KIND_FIELDS)))
        return None
    values, field_faults = read_fields(case, kind=kind)
    faults += field_faults + _check_together(kind, case, values)
    rules, chosen = _choose_rules(values, today, faults)
    if faults or rules is None:
        return None
    try:
        recovery = _SETTLERS[kind](values, rules)
    except DomainError as fault:
        faults.append(fault)
        return None
    return _as_answer(recovery) | {"rule": _name_rule(rules, recovery.article, chosen)}


def _choose_rules(values: Values, today: date, faults: list[DomainError]) -> tuple[RuleSet | None, str]:
    """Return the rule set and, unless the case named it, the day it was chosen by."""
    try:
        if "rule_set" in values:
            return get_rule_set(rule_set=str(values["rule_set"])), ""
        for name in ("on", "due_on"):
            if name in values:
                day = values[name]
                return get_rule_set_in_force(day=day, field=name), f", in force on {day} ({name})"
        return get_rule_set_in_force(day=today, field="on"), f", in force on {today} (today)"
    except DomainError as fault:
        faults.append(fault)
        return None, ""


def _name_rule(rules: RuleSet, article: str, chosen: str) -> str:
    if rules.is_unconfirmed:
        return f"{rules.code}{chosen}: {rules.regulation}, unconfirmed; figures of REG-SUPPLY-1996 {article}"
    return f"{rules.code}{chosen}: {rules.regulation} {article}"


def _check_together(kind: str, case: Mapping[str, Any], values: Values) -> list[DomainError]:
    """Return the faults of fields seen together; a field with a fault of its own counts as given."""

    def is_given(name: str) -> bool:
        return case.get(name) is not None

    faults: list[DomainError] = []
    if kind == "theft":
        faults += _one_of(is_given, "capacity_kw", "kwh")
        needs_user = is_given("capacity_kw") and not is_given("hours_per_day")
        if needs_user and not is_given("user"):
            faults.append(MissingField(field="user", name="user (or hours_per_day)"))
    if kind == "breach" and "act" in values:
        act = BreachAct(values["act"])
        faults += [MissingField(field=name, name=name) for name in ACT_NEEDS[act] if not is_given(name)]
        if act in ACTS_BY_CAPACITY:
            faults += _one_of(is_given, "kva", "kw")
    if kind in ("wrong_wiring", "wrong_multiplier", "fuse") and values.get("half_period"):
        faults.append(HalfPeriodNotForKind(field="half_period", kind=kind))
    return faults


def _one_of(is_given: Callable[[str], bool], one: str, other: str) -> list[DomainError]:
    if is_given(one) and is_given(other):
        return [ConflictingFields(field=other, one=one, other=other)]
    if not is_given(one) and not is_given(other):
        return [MissingField(field=one, name=f"{one} (or {other})")]
    return []


def _settle_late_fee(values: Values, rules: RuleSet) -> Recovery:
    return late_fee.compute_late_fee(
        amount=values["amount"],
        customer_class=CustomerClass(values["class"]),
        due_date=values["due_on"],
        paid_date=values["paid_on"],
        terms=rules.late_fee,
        cross_year=CrossYear(values["cross_year"]) if "cross_year" in values else None,
    )


def _settle_meter_error(values: Values, rules: RuleSet) -> Recovery:
    return back_billing.correct_meter_error(
        recorded_kwh=values["recorded_kwh"],
        error_ratio=values["error_ratio"],
        terms=rules.back_billing["meter_error"],
        is_half_period=values.get("half_period"),
        price=values.get("price"),
    )


def _settle_wrong_wiring(values: Values, rules: RuleSet) -> Recovery:
    return back_billing.correct_wrong_wiring(
        recorded_kwh=values["recorded_kwh"],
        correction_factor=values["correction_factor"],
        terms=rules.back_billing["wrong_wiring"],
        price=values.get("price"),
    )


def _settle_wrong_multiplier(values: Values, rules: RuleSet) -> Recovery:
    return back_billing.correct_wrong_multiplier(
        kwh=values["kwh"],
        used=values["used"],
        right=values["right"],
        terms=rules.back_billing["wrong_multiplier"],
        price=values.get("price"),
    )


def _settle_fuse(values: Values, rules: RuleSet) -> Recovery:
    return back_billing.correct_blown_fuse(
        normal_kwh=values["normal_kwh"],
        recorded_kwh=values["recorded_kwh"],
        terms=rules.back_billing["fuse"],
        price=values.get("price"),
    )


def _settle_theft(values: Values, rules: RuleSet) -> Recovery:
    terms = rules.theft
    kwh, days = values.get("kwh"), values.get("days")
    steps: tuple[Step, ...] = ()
    if kwh is None:
        kwh, days, steps = theft.estimate_stolen_kwh(
            capacity_kw=values["capacity_kw"],
            user=TheftUser(values["user"]) if "user" in values else None,
            days=days,
            hours_per_day=values.get("hours_per_day"),
            terms=terms,
        )
    return theft.recover_theft(
        kwh=kwh,
        days=days,
        price=values.get("price"),
        multiple=_multiple(values, rules, terms.multiple),
        penalty_on=_penalty_base(values),
        terms=terms,
        steps=steps,
    )


def _settle_breach(values: Values, rules: RuleSet) -> Recovery:
    act = BreachAct(values["act"])
    terms = rules.breach[act]
    if terms.yuan_residential is not None and terms.yuan_other is not None:
        charge = terms.yuan_residential if values.get("residential") else terms.yuan_other
        return breach.charge_flat(charge_yuan=charge, terms=terms)
    if terms.yuan_per_kw is not None:
        return breach.charge_by_capacity(capacity=_capacity(values), yuan_per_kw=terms.yuan_per_kw, terms=terms)
    multiple = _multiple(values, rules, terms.multiple or Decimal(0))
    if act is BreachAct.CLASS_CHANGE:
        return breach.recover_class_change(
            kwh=values["kwh"],
            price_paid=values["price_paid"],
            price_due=values["price_due"],
            multiple=multiple,
            penalty_on=_penalty_base(values),
            terms=terms,
        )
    return breach.recover_basic_charge(
        capacity=_capacity(values),
        months=values["months"],
        basic_price=values["basic_price"],
        multiple=multiple,
        penalty_on=_penalty_base(values),
        terms=terms,
    )


def _capacity(values: Values) -> Step:
    if "kva" in values:
        return Step(name="capacity", value=values["kva"], unit="kVA")
    return Step(name="capacity", value=values["kw"], unit="kW")


def _multiple(values: Values, rules: RuleSet, regular: Decimal) -> Decimal:
    return penalty.choose_multiple(wanted=values.get("multiple"), regular=regular, is_cap=rules.multiples_are_caps)


def _penalty_base(values: Values) -> PenaltyBase:
    return PenaltyBase(values.get("penalty_on", PenaltyBase.ROUNDED))


_SETTLERS: Mapping[str, Callable[[Values, RuleSet], Recovery]] = {
    "theft": _settle_theft,
    "breach": _settle_breach,
    "meter_error": _settle_meter_error,
    "wrong_wiring": _settle_wrong_wiring,
    "wrong_multiplier": _settle_wrong_multiplier,
    "fuse": _settle_fuse,
    "late_fee": _settle_late_fee,
}


def _as_answer(recovery: Recovery) -> dict[str, Any]:
    parts = {
        "kwh": _number(recovery.kwh),
        "true_kwh": _number(recovery.true_kwh),
        "correction_ratio": _number(recovery.correction_ratio),
        "recovered": _money(recovery.recovered),
        "penalty": _money(recovery.penalty),
        "days": _number(recovery.days),
        "total": _money(recovery.total),
    }
    answer: dict[str, Any] = {name: text for name, text in parts.items() if text is not None}
    answer["steps"] = [{"name": step.name, "value": _step_value(step), "unit": step.unit} for step in recovery.steps]
    return answer


def _money(value: Decimal | None) -> str | None:
    return None if value is None else f"{_unsigned_zero(round_half_up(value, decimals=2)):f}"


def _number(value: Decimal | None) -> str | None:
    """Return plain digits, at most ten decimals, without trailing zeros."""
    if value is None:
        return None
    text = f"{_unsigned_zero(round_half_up(value, decimals=_SHOWN_DECIMALS)):f}"
    return text.rstrip("0").rstrip(".")


def _step_value(step: Step) -> str | None:
    """Return the number of a step; yuan that need no more than two decimals show two."""
    is_money = step.unit == "yuan" and step.value == round_half_up(step.value, decimals=2)
    return _money(step.value) if is_money else _number(step.value)


def _unsigned_zero(value: Decimal) -> Decimal:
    return value if value else abs(value)
