"""A bill as people know it on paper: groups of lines with sums, each line open to its steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from dianke.domain.billing.rules.explain import Explanation, Line, LineExplanation, Step, money
from dianke.interfaces.web.billing import bill_words, words
from dianke.interfaces.web.components import formats

_MINUS = "−"


@dataclass(frozen=True)
class Term:
    """One summand of an expression: its sign, what it is, its value."""

    sign: str
    name: str
    value: str


@dataclass(frozen=True)
class PaperStep:
    """A step in words."""

    number: int
    name: str
    expression: str
    terms: list[Term]
    result: str
    unit: str
    rule: str
    note: str
    sheet: str = ""


@dataclass(frozen=True)
class PaperLine:
    """A line as drawn; a part is shown and not added."""

    key: str
    name: str
    caption: str
    quantity: str
    unit: str
    price: str
    amount: str
    steps: list[PaperStep]
    start: str = ""
    end: str = ""
    is_part: bool = False


@dataclass
class PaperGroup:
    """Lines of one kind and their sum; a group of one adjustment opens itself and has no line."""

    title: str
    amount: Decimal = Decimal(0)
    quantity: Decimal | None = None
    remark: str = ""
    formula: str = ""
    key: str = ""
    steps: list[PaperStep] = field(default_factory=list)
    lines: list[PaperLine] = field(default_factory=list)

    @property
    def amount_text(self) -> str:
        """Return the sum with two decimals."""
        return formats.number(self.amount, 2)

    @property
    def quantity_text(self) -> str:
        """Return the energy of the group."""
        return formats.kwh(self.quantity) if self.quantity is not None else ""


def lay_out(explanation: Explanation, *, basis: dict[str, Any]) -> list[PaperGroup]:
    """Return the groups of a bill in printed order."""
    groups: dict[str, PaperGroup] = {}
    included = [one for one in explanation.lines if one.line.included]
    hours: dict[str, list[str]] = basis["price"].get("hours", {})
    for number, explained in enumerate(explanation.lines, 1):
        if explained.line.included:
            continue
        section = _section_of(explained.line.code)
        group = groups.setdefault(section, PaperGroup(str(bill_words.SECTIONS[section])))
        group.amount += explained.line.amount
        if section == "power_factor":
            _open_adjustment(group, explained, explanation)
            continue
        group.lines.append(_draw_line(f"line-{number}", explained, hours))
        _add_energy(group, explained.line)
    if included and "energy" in groups:
        groups["energy"].lines.append(_draw_included(included))
    return [groups[section] for section in bill_words.SECTIONS if section in groups]


def sum_energy(groups: Sequence[PaperGroup]) -> Decimal | None:
    """Return the energy of the periods as the bill adds it up."""
    return next((group.quantity for group in groups if group.quantity is not None), None)


def draw_steps(steps: Sequence[Step]) -> list[PaperStep]:
    """Return steps in words, numbered."""
    return [
        PaperStep(
            number=number,
            name=step.about if step.kind == "transformer" else str(bill_words.STEPS.get(step.kind, step.kind)),
            expression=step.expression,
            terms=_draw_terms(step),
            result=step.result,
            unit=bill_words.name_unit(step.unit),
            rule=step.rule,
            note=bill_words.note_step(step),
            sheet=step.about if step.kind == "price" else "",
        )
        for number, step in enumerate(steps, 1)
    ]


def _section_of(code: str) -> str:
    kind = code.partition(".")[0]
    kind = "energy" if kind == "per_kwh" else kind
    return kind if kind in bill_words.SECTIONS else "fixed"


def _add_energy(group: PaperGroup, line: Line) -> None:
    period = line.code.partition(".")[2].partition(".")[0].partition("@")[0]
    if line.code.startswith("energy.") and period in words.PERIODS:
        group.quantity = (group.quantity or Decimal(0)) + line.quantity


def _open_adjustment(group: PaperGroup, explained: LineExplanation, explanation: Explanation) -> None:
    described = explanation.power_factor
    group.key = "power-factor"
    group.steps = draw_steps(explained.steps)
    if described:
        percent = next(step for step in explained.steps if step.kind == "percent")
        group.remark = _("%(factors)s, %(percent)s%%") % {
            "factors": bill_words.note_step(percent),
            "percent": described["percent"],
        }
        group.formula = f"({described['base_expression']}) × {described['percent']}%"


def _draw_line(key: str, explained: LineExplanation, hours: dict[str, list[str]]) -> PaperLine:
    line = explained.line
    return PaperLine(
        key=key,
        name=bill_words.name_line(line),
        caption=_caption(explained, hours),
        start=_reading(explained.start),
        end=_reading(explained.end),
        quantity=_quantity(line),
        unit=_unit(line),
        price=_price(line),
        amount=formats.number(line.amount, 2),
        steps=draw_steps(explained.steps),
    )


def _draw_included(included: Sequence[LineExplanation]) -> PaperLine:
    """Several funds inside the energy price are one grey row that opens into them."""
    lines = [one.line for one in included]
    quantities = {line.quantity for line in lines}
    price = sum((line.price for line in lines), Decimal(0))
    steps = [step for one in included for step in draw_steps(one.steps)]
    return PaperLine(
        key="line-included",
        name=str(bill_words.SECTIONS["fund"]),
        caption="",
        quantity=_quantity(lines[0]) if len(quantities) == 1 else "",
        unit=bill_words.name_unit(lines[0].unit),
        price=formats.price(price) if len(quantities) == 1 else "",
        amount=money(sum((line.amount for line in lines), Decimal(0))),
        steps=[_rename(step, bill_words.name_line(line)) for step, line in zip(steps, lines, strict=True)],
        is_part=True,
    )


def _rename(step: PaperStep, name: str) -> PaperStep:
    return PaperStep(0, name, step.expression, step.terms, step.result, step.unit, step.rule, step.note)


def _draw_terms(step: Step) -> list[Term]:
    terms = []
    for at, part in enumerate(step.parts):
        is_less = part.value.startswith(_MINUS)
        sign = _MINUS if is_less else "+"
        terms.append(
            Term(
                sign=sign if at or step.expression or is_less else "",
                name=bill_words.name_part(part),
                value=_term_value(step, part.value.lstrip(f"+{_MINUS}")),
            )
        )
    return terms


def _term_value(step: Step, value: str) -> str:
    return formats.price(Decimal(value)) if step.kind == "price" else value


def _caption(explained: LineExplanation, hours: dict[str, list[str]]) -> str:
    period = explained.line.code.partition(".")[2]
    if period in hours:
        shown = bill_words.name_hours(hours[period])
        pieces = sum(step.kind == "advance" for step in explained.steps)
        return _("%(hours)s, %(count)s parts") % {"hours": shown, "count": pieces} if pieces > 1 else shown
    tier = next((step for step in explained.steps if step.kind == "tier"), None)
    return bill_words.note_step(tier) if tier else ""


def _reading(value: str) -> str:
    if not value:
        return ""
    decimals = max(2, -int(Decimal(value).normalize().as_tuple().exponent))
    return formats.number(Decimal(value), decimals)


def _quantity(line: Line) -> str:
    if line.unit == "CNY":
        return money(line.quantity)
    plain = line.quantity.normalize()
    exponent = plain.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return formats.number(line.quantity, min(decimals, 6))


def _unit(line: Line) -> str:
    if line.unit in {"kVA", "kW"} and not line.code.startswith("penalty."):
        return _("%(unit)s·month") % {"unit": line.unit}
    return bill_words.name_unit(line.unit)


def _price(line: Line) -> str:
    if line.unit == "CNY":
        return formats.percent(line.price)
    if line.unit in {"kVA", "kW"}:
        return formats.number(line.price, 2)
    return formats.price(line.price)
