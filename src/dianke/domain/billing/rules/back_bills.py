"""
A back-billing as a bill of its own: the case worked, its lines, the steps behind each, and the basis that it keeps.

The basis carries everything that a replay needs: the case with the rule set that it was worked by. The lines are made
of the answer alone, so that the page of the order, the bill and the replay cannot come to different figures.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dianke.domain.billing.rules.comparison import TOTAL, Difference, StoredBills
from dianke.domain.billing.rules.corrections import NewLine, fingerprint
from dianke.domain.billing.rules.explanations import (
    Explanation,
    Line,
    LineExplanation,
    Step,
    lines_of,
    money,
    plain,
)
from dianke.domain.billing.rules.recover.case import find_rule_set, work_case
from dianke.domain.billing.rules.recover.fields import NotAChoice
from dianke.domain.billing.rules.recover.types import BreachAct, RuleSet
from dianke.domain.billing.types import BACK_BILLING_CAUSES
from dianke.kernel.errors import DomainError
from dianke.kernel.money import round_half_up

KEY = "recovery"
ENERGY, BASIC = "recovery.energy", "recovery.basic"
PENALTY_MULTIPLE, PENALTY_CAPACITY, PENALTY_FLAT = "penalty.multiple", "penalty.capacity", "penalty.flat"
_TOPICS = {"theft": "TR-11", "breach": "TR-12"}
_LARGEST = Decimal(10) ** 9
_OF_PENALTY = ("multiple", "penalty_base", "charge", "penalty")
Row = dict[str, Any]


class UnableToWorkCase(DomainError):
    """The facts of a back-billing are not enough, or contradict each other; `faults` holds each."""

    code = "billing.unable_to_work_case"
    message = "the back-billing cannot be computed: {reason}"

    def __init__(self, faults: Sequence[DomainError]) -> None:
        self.faults = tuple(faults)
        super().__init__(field=faults[0].field, reason=str(faults[0]))


class PriceNeeded(DomainError):
    """Without a price there is energy and no money."""

    code = "billing.price_needed"
    message = "give the price: without it nothing can be billed"


class FigureNotBillable(DomainError):
    """A figure has more digits than a line of a bill keeps."""

    code = "billing.figure_not_billable"
    message = "{name} {value} does not fit on a bill: below 1,000,000,000, prices and multiples with at most 8 decimals"


class NothingToBill(DomainError):
    """The case comes to nothing."""

    code = "billing.nothing_to_bill"
    message = "this comes to nothing: there is no energy and no amount to bill"


@dataclass(frozen=True)
class BackBill:
    """A case worked: with the rule set it follows, what came out, and the lines of the bill."""

    case: Row
    answer: Row
    rules: RuleSet
    lines: list[NewLine]

    @property
    def energy_kwh_e2(self) -> int:
        """Return the back-billed energy, below zero where it goes back."""
        kwh = Decimal(self.answer.get("kwh", "0")) if any(line.code == ENERGY for line in self.lines) else Decimal(0)
        # Energy of a change of class was billed already; only its price was wrong.
        return 0 if self.case.get("act") == "class_change" else int(round_half_up(kwh, decimals=2).scaleb(2))

    @property
    def article(self) -> str:
        """Return the article that the case follows, as the rule set cites it."""
        kind = self.case["kind"]
        if kind == "breach":
            return self.rules.breach[BreachAct(self.case["act"].upper())].article
        return self.rules.theft.article if kind == "theft" else self.rules.back_billing[kind].article

    @property
    def sums_fen(self) -> dict[str, int]:
        """Return what the lines come to by column of a bill; a penalty stands in the amount alone."""
        sums = {name: self._sum(code) for name, code in (("energy_fen", ENERGY), ("basic_fen", BASIC))}
        return {**sums, "amount_fen": self.amount_fen}

    @property
    def amount_fen(self) -> int:
        """Return what the customer owes, below zero what goes back."""
        return int(sum((line.amount for line in self.lines), Decimal(0)).scaleb(2))

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the lines."""
        return fingerprint(self.lines)

    def _sum(self, code: str) -> int:
        return int(sum((line.amount for line in self.lines if line.code == code), Decimal(0)).scaleb(2))


def work_back_bill(case: Mapping[str, Any], *, today: date) -> BackBill:
    """
    Return what a case comes to as a bill; the rule set stays with the case, so that a later one changes nothing.

    :raises UnableToWorkCase: with every fault of the facts
    :raises NothingToBill: if there is neither energy nor money
    """
    known = {name: value for name, value in case.items() if value is not None}
    if known.get("kind") not in BACK_BILLING_CAUSES:
        choices = ", ".join(BACK_BILLING_CAUSES)
        raise UnableToWorkCase([NotAChoice(field="kind", value=str(known.get("kind")), choices=choices)])
    answer, faults = work_case(known, today=today)
    if faults or answer is None:
        raise UnableToWorkCase(faults)
    if "total" not in answer:
        raise UnableToWorkCase([PriceNeeded(field="price")])
    rules = find_rule_set(known, today=today)
    lines = _list_lines(known, answer)
    _require_billable(lines)
    if not any(line.amount for line in lines):
        raise NothingToBill(field=None)
    return BackBill(case={**known, "rule_set": rules.code}, answer=answer, rules=rules, lines=lines)


def _require_billable(lines: Sequence[NewLine]) -> None:
    faults: list[DomainError] = []
    for line in lines:
        for name, value in (("quantity", line.quantity), ("price", line.price), ("amount", line.amount)):
            if abs(value) >= _LARGEST or (name == "price" and value != round_half_up(value, decimals=8)):
                faults.append(FigureNotBillable(field=None, name=name, value=f"{value:f}"))
    if faults:
        raise UnableToWorkCase(faults)


def _list_lines(case: Row, answer: Row) -> list[NewLine]:
    rule = _TOPICS.get(case["kind"], "TR-10")
    steps = {step["name"]: Decimal(step["value"]) for step in answer["steps"]}
    lines = []
    if "recovered" in answer:
        lines.append(_draw_recovered(answer, steps, rule))
    if "penalty" in answer:
        lines.append(_draw_penalty(answer, steps, rule))
    return [line for line in lines if line.amount or line.quantity]


def _draw_recovered(answer: Row, steps: Mapping[str, Decimal], rule: str) -> NewLine:
    amount = Decimal(answer["recovered"])
    if "basic_price" in steps:
        quantity = round_half_up(steps["capacity"] * steps["months"], decimals=6)
        return _line(BASIC, quantity, _unit_of(answer, "capacity"), steps["basic_price"], amount, rule)
    price = steps["price_difference"] if "price_difference" in steps else steps["price"]
    return _line(ENERGY, round_half_up(Decimal(answer["kwh"]), decimals=6), "kWh", price, amount, rule)


def _draw_penalty(answer: Row, steps: Mapping[str, Decimal], rule: str) -> NewLine:
    amount = Decimal(answer["penalty"])
    if "multiple" in steps:
        base = round_half_up(steps["penalty_base"], decimals=6)
        return _line(PENALTY_MULTIPLE, base, "yuan", steps["multiple"], amount, rule)
    if "charge" in steps:
        return _line(PENALTY_CAPACITY, steps["capacity"], _unit_of(answer, "capacity"), steps["charge"], amount, rule)
    return _line(PENALTY_FLAT, Decimal(1), "time", amount, amount, rule)


def _unit_of(answer: Row, name: str) -> str:
    return str(next(step["unit"] for step in answer["steps"] if step["name"] == name))


def _line(code: str, quantity: Decimal, unit: str, price: Decimal, amount: Decimal, rule: str) -> NewLine:
    return NewLine(
        code=code, name="", quantity=quantity, unit_name=unit, price=price, amount=amount, included=False, rule=rule
    )


def write_basis(*, of_bill: Row, found: BackBill, order: str, cause: str, reason: str, bills: Sequence[Row]) -> Row:
    """Return what a back-bill keeps: the facts of supply of the last bill concerned, and the case with its answer."""
    kept = {name: of_bill[name] for name in ("price", "supply", "transformers")}
    return {
        **kept,
        "case": {"meters": []},
        "meters": [],
        KEY: {
            "order": order,
            "cause": cause,
            "reason": reason,
            "case": found.case,
            "rule": found.answer["rule"],
            "regulation": found.rules.regulation,
            "article": found.article,
            "unconfirmed": found.rules.is_unconfirmed,
            "total": found.answer["total"],
            "counts_in_tiers": found.rules.counts_in_tiers,
            "bills": list(bills),
        },
    }


def is_back_bill(basis: Mapping[str, Any] | None) -> bool:
    """Tell whether what a bill keeps is a case of back-billing."""
    return basis is not None and KEY in basis


def replay_back_bill(basis: Mapping[str, Any], *, issued_on: date) -> BackBill:
    """Return the frozen case of a back-bill, worked again."""
    return work_back_bill(basis[KEY]["case"], today=issued_on)


def explain_back_bill(*, basis: Mapping[str, Any], lines: Sequence[Line], issued_on: date) -> Explanation:
    """Return the lines of a back-bill with their steps, and what the frozen case comes to now."""
    try:
        found = replay_back_bill(basis, issued_on=issued_on)
    except DomainError as fault:
        bare = [LineExplanation(line=line, steps=[]) for line in lines]
        return Explanation(
            lines=bare, losses=[], power_factor={}, quantities={}, differences=[f"{fault.code}: {fault}"]
        )
    return Explanation(
        lines=explain_lines(found, lines),
        losses=[],
        power_factor={},
        quantities={},
        differences=_find_differences(found, lines),
        recomputed_total=str(found.answer["total"]),
    )


def explain_lines(found: BackBill, lines: Sequence[Line] | None = None) -> list[LineExplanation]:
    """Return each line with the steps that lead to it, in the order of the calculation."""
    shown = lines_of(found.lines) if lines is None else lines
    steps = _draw_steps(found)
    return [
        LineExplanation(
            line=line,
            steps=[step for name, step in steps if (name in _OF_PENALTY) == line.code.startswith("penalty.")]
            if len(shown) > 1
            else [step for _name, step in steps],
        )
        for line in shown
    ]


def compare_back_bill(*, basis: Mapping[str, Any], stored: StoredBills, issued_on: date) -> Iterator[Difference]:
    """Yield what differs between the frozen case worked again and what was issued: the lines first, then the sums."""
    key = int(stored.bills["id"][0].as_py())
    issued = {row["code"]: Decimal(row["amount_e6"]).scaleb(-6) for row in stored.lines.to_pylist()}
    try:
        found = replay_back_bill(basis, issued_on=issued_on)
    except DomainError:
        # What cannot be worked any more comes to nothing.
        yield Difference(key, TOTAL, sum(issued.values(), Decimal(0)), Decimal(0))
        return
    again = {line.code: line.amount for line in found.lines}
    for code in dict.fromkeys([*issued, *again]):
        if issued.get(code, Decimal(0)) != again.get(code, Decimal(0)):
            yield Difference(key, code, issued.get(code, Decimal(0)), again.get(code, Decimal(0)))
    (row,) = stored.bills.to_pylist()
    for name, value in {"energy_kwh_e2": found.energy_kwh_e2, **found.sums_fen}.items():
        if row[name] != value:
            code = TOTAL if name == "amount_fen" else name.rpartition("_fen")[0] or "energy_kwh"
            yield Difference(key, code, Decimal(row[name]).scaleb(-2), Decimal(value).scaleb(-2))


def _find_differences(found: BackBill, lines: Sequence[Line]) -> list[str]:
    issued = {line.code: line.amount for line in lines}
    again = {line.code: line.amount for line in found.lines}
    return [
        f"{code}: {issued.get(code, Decimal(0)):.2f} → {again.get(code, Decimal(0)):.2f}"
        for code in dict.fromkeys([*issued, *again])
        if issued.get(code) != again.get(code)
    ]


def _draw_steps(found: BackBill) -> list[tuple[str, Step]]:
    values = {step["name"]: plain(Decimal(step["value"])) for step in found.answer["steps"]}
    given = {name: _shown(value) for name, value in found.case.items()}
    rule = _TOPICS.get(found.case["kind"], "TR-10")
    drawn = []
    for step in found.answer["steps"]:
        name, unit = step["name"], step["unit"]
        amount = Decimal(step["value"])
        result = money(amount) if unit == "yuan" and name in {"recovered", "penalty"} else values[name]
        expression = _EXPRESSIONS.get((found.case["kind"], name)) or _EXPRESSIONS.get(("", name), "")
        text = expression.format_map(_Known({**given, **values})) if expression else ""
        if found.case["kind"] == "breach" and name in {"recovered_unrounded", "penalty"}:
            text = _multiply_breach(name, values)
        drawn.append((name, Step(f"recover_{name}", text if text != result else "", result, unit, rule)))
    return drawn


def _multiply_breach(name: str, values: Mapping[str, str]) -> str:
    factors = {
        "penalty": (("capacity", "charge"), ("penalty_base", "multiple")),
        "recovered_unrounded": (("capacity", "months", "basic_price"), ("kwh", "price_difference")),
    }
    found = next((names for names in factors[name] if set(names) <= set(values)), ())
    return " × ".join(values[factor] for factor in found)


class _Known(dict[str, str]):
    """Facts by name; one that the case does not give is left out of the text."""

    def __missing__(self, key: str) -> str:
        return ""


def _shown(value: Any) -> str:
    try:
        return plain(Decimal(value)) if isinstance(value, str) else str(value)
    except ArithmeticError:
        return str(value)


# How a step follows from the facts and the steps before it, by kind; "" for those that all kinds share.
_EXPRESSIONS: Mapping[tuple[str, str], str] = {
    ("meter_error", "true_kwh_unrounded"): "{recorded_kwh} ÷ (1 + {error_ratio})",
    ("wrong_wiring", "true_kwh_unrounded"): "{recorded_kwh} × {correction_factor}",
    ("wrong_multiplier", "true_kwh_unrounded"): "{recorded_kwh} × {right} ÷ {used}",
    ("fuse", "true_kwh_unrounded"): "max({normal_kwh}, {recorded_kwh})",
    ("", "kwh_unrounded"): "({true_kwh_unrounded} − {recorded_kwh}) × {share_of_time}",
    ("theft", "kwh"): "{capacity} × {days} × {hours_per_day}",
    ("theft", "recovered_unrounded"): "{kwh} × {price}",
    ("breach", "price_difference"): "{price_due} − {price_paid}",
    ("meter_error", "recovered"): "{kwh} × {price}",
    ("wrong_wiring", "recovered"): "{kwh} × {price}",
    ("wrong_multiplier", "recovered"): "{kwh} × {price}",
    ("fuse", "recovered"): "{kwh} × {price}",
    ("theft", "penalty"): "{penalty_base} × {multiple}",
}
