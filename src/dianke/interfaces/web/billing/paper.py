"""A bill as people know it on paper: groups of lines with sums, each line open to its steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from dianke.domain.billing.rules.explain import Explanation, LineExplanation, Step
from dianke.interfaces.web.billing import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Text

_UNITS: dict[str, Text] = {"kWh": "kWh", "kvarh": "kvarh", "kVA": "kVA", "kW": "kW", "yuan": "元"}


@dataclass(frozen=True)
class PaperStep:
    """A step in words."""

    name: Text
    expression: str
    result: str
    unit: str
    rule: str
    note: str


@dataclass(frozen=True)
class PaperLine:
    """A line as drawn."""

    key: str
    name: str
    hours: str
    start: str
    end: str
    quantity: str
    unit: str
    price: str
    amount: str
    included: bool
    steps: list[PaperStep]


@dataclass
class PaperGroup:
    """Lines of one kind and their sum."""

    title: Text
    lines: list[PaperLine] = field(default_factory=list)
    amount: Decimal = Decimal(0)
    quantity: Decimal = Decimal(0)
    shows_energy: bool = False
    remark: str = ""
    formula: str = ""

    @property
    def amount_text(self) -> str:
        """Return the sum with two decimals."""
        return formats.number(self.amount, 2)

    @property
    def quantity_text(self) -> str:
        """Return the energy of the group."""
        return formats.number(self.quantity, 0)


def lay_out(explanation: Explanation, *, basis: dict[str, Any]) -> list[PaperGroup]:
    """Return the groups of a bill in printed order."""
    groups: dict[str, PaperGroup] = {}
    hours = basis["price"]["hours"]
    for number, explained in enumerate(explanation.lines, 1):
        section = _section_of(explained.line.code, included=explained.line.included)
        group = groups.setdefault(section, PaperGroup(words.SECTIONS[section]))
        if section == "power_factor":
            _lay_out_power_factor(group, explained, explanation)
        else:
            group.lines.append(_draw_line(number, explained, hours))
        _add_up(group, explained, section)
    return [groups[section] for section in words.SECTIONS if section in groups]


def _section_of(code: str, *, included: bool) -> str:
    kind = code.partition(".")[0]
    if kind == "fund" and included:
        return "energy"
    return {"per_kwh": "energy", "free_quota": "energy"}.get(kind, kind if kind in words.SECTIONS else "fixed")


def _add_up(group: PaperGroup, explained: LineExplanation, section: str) -> None:
    line = explained.line
    if line.included:
        return
    group.amount += line.amount
    period = line.code.split(".")[1] if line.code.startswith("energy.") else ""
    if section == "energy" and period in words.PERIODS:
        group.quantity += line.quantity
        group.shows_energy = True


def _lay_out_power_factor(group: PaperGroup, explained: LineExplanation, explanation: Explanation) -> None:
    described = explanation.power_factor
    group.lines.append(_draw_line(0, explained, {}))
    if described:
        group.remark = f"{described['value']} / {described['standard']}, {described['percent']}%"
        group.formula = f"({described['base_expression']}) × {described['percent']}%"


def _draw_line(number: int, explained: LineExplanation, hours: dict[str, list[str]]) -> PaperLine:
    line = explained.line
    period = line.code.split(".")[1] if line.code.startswith("energy.") else ""
    return PaperLine(
        key=f"line-{number}",
        name=words.name_line(line.code, line.name),
        hours=_shorten_hours(hours.get(period, [])),
        start=_reading(explained.start),
        end=_reading(explained.end),
        quantity=_quantity(line.quantity),
        unit=str(_UNITS.get(line.unit, line.unit)),
        price=formats.price(line.price) if line.price else "",
        amount=formats.number(line.amount, 2),
        included=line.included,
        steps=_draw_steps(explained.steps),
    )


def _draw_steps(steps: Sequence[Step]) -> list[PaperStep]:
    return [
        PaperStep(
            name=words.STEPS.get(step.kind, step.kind),
            expression=_in_words(step.expression),
            result=step.result,
            unit=str(_UNITS.get(step.unit, step.unit)),
            rule=step.rule,
            note=_note(step.note),
        )
        for step in steps
    ]


def _in_words(expression: str) -> str:
    """Return an expression with the codes of price components said in words."""
    parts = []
    for part in expression.split(" + "):
        code, _, rest = part.partition(" ")
        parts.append(f"{words.COMPONENTS[code]} {rest}" if code in words.COMPONENTS else part)
    return " + ".join(parts)


def _note(note: str) -> str:
    if note in words.NOTES:
        return str(words.NOTES[note])
    for code, word in words.QUALITIES.items():
        note = note.replace(code, str(word))
    return note


def _shorten_hours(hours: Iterable[str]) -> str:
    """Return 18–20, 22–24 of 18:00-20:00, 22:00-24:00; half hours keep their minutes."""
    return ", ".join(span.replace(":00", "").replace("-", "–").lstrip("0") or "0" for span in hours)


def _reading(value: str) -> str:
    return formats.number(Decimal(value), 2) if value else ""


def _quantity(value: Decimal) -> str:
    plain = value.normalize()
    exponent = plain.as_tuple().exponent
    decimals = max(0, -exponent) if isinstance(exponent, int) else 0
    return formats.number(value, min(decimals, 6))
