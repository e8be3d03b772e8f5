"""What a bill that leaves the house calls its lines, steps and codes: data, in two languages."""

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from dianke.domain.billing.rules.explanations import Line, Part, Step

LANGUAGES = ("zh-Hans", "en")
# In printed order; whatever is none of the others is a fixed charge.
SECTIONS = ("basic", "energy", "share", "fund", "power_factor", "fixed", "tax", "recovery", "penalty")


def section_of(code: str) -> str:
    """Return the group of a bill that a line stands in."""
    kind = code.partition(".")[0]
    kind = "energy" if kind == "per_kwh" else kind
    return kind if kind in SECTIONS else "fixed"


@dataclass(frozen=True)
class BillWords:
    """The words of one language."""

    language: str

    def word(self, group: str, code: str) -> str:
        """Return the word of a code, or the code itself where it has none."""
        found = _read_words()[group].get(code)
        return code if found is None else str(found[LANGUAGES.index(self.language)])

    def phrase(self, code: str, **values: str) -> str:
        """Return a phrase with its values."""
        return self.word("phrases", code).format(**values)

    def join(self, texts: list[str]) -> str:
        """Return texts that stand beside each other."""
        return self.phrase("and").join(text for text in texts if text)

    def cite_rule(self, rule: str) -> list[str]:
        """Return the text that a rule follows, or nothing where it is our own."""
        found = _read_words()["rules"].get(rule)
        return [found] if found else []

    def name_line(self, line: Line) -> str:
        """Return what a bill calls a line: a word of the trade for our codes, the given name for the others."""
        kind, _dot, rest = line.code.partition(".")
        first, _dot, component = rest.partition(".")
        bare = first.partition("@")[0]
        given = line.name or line.code
        if kind == "energy":
            return self._name_energy(bare, component, given)
        if kind == "basic":
            return self.word("basic", bare) if bare in _read_words()["basic"] else given
        if kind == "power_factor":
            return self.word("sections", "power_factor")
        if kind in {"recovery", "penalty"}:
            return self.word("recoveries", line.code)
        if kind == "fund":
            code = rest.partition("@")[0]
            return line.name if line.name and line.name != code else self.word("price_parts", code)
        return given

    def _name_energy(self, period: str, component: str, given: str) -> str:
        if period in _read_words()["periods"]:
            return f"{self.word('periods', period)} {component}".strip()
        if period.startswith("tier"):
            return self.phrase("tier", number=period.removeprefix("tier"))
        return self.phrase("free_quota") if period == "free_quota" else given

    def name_unit(self, line: Line) -> str:
        """Return the unit of a line's quantity; capacity and demand are paid by the month."""
        if line.unit in {"kVA", "kW"} and not line.code.startswith("penalty."):
            return self.phrase("per_month", unit=line.unit)
        return self.word("units", line.unit)

    def name_voltage(self, voltage: str) -> str:
        """Return a voltage, with words for the open ends of a sheet."""
        text = voltage.strip()
        if text.startswith("<"):
            return self.phrase("below_voltage", voltage=_space_unit(text[1:]))
        if text.startswith(">="):
            return self.phrase("voltage_and_above", voltage=_space_unit(text[2:]))
        return _space_unit(text)

    def write_step(self, step: Step) -> str:
        """Return a step as a line of text: what it is, how it is reckoned, what comes out, what is to be known."""
        name = step.about if step.kind == "transformer" else self.word("steps", step.kind)
        parts = [self._write_part(part, first=at == 0 and not step.expression) for at, part in enumerate(step.parts)]
        shown = "".join([step.expression, *parts])
        result = f"{step.result} {self.word('units', step.unit)}".strip()
        # What is written out exactly before is only near the rounded result.
        sign = "≈" if " = " in step.expression and not parts else "="
        text = f"{name}  {shown} {sign} {result}" if shown not in {"", step.result} else f"{name}  {result}"
        note = self._note_step(step)
        return f"{text}  ({note})" if note else text

    def _write_part(self, part: Part, *, first: bool) -> str:
        name = " ".join(text for text in (self._name_part(part), part.name) if text)
        is_less = part.value.startswith("−")
        sign = "−" if is_less else "" if first else "+"
        joined = f"{sign} " if sign and not first else sign
        return ("" if first else " ") + f"{joined}{part.value.lstrip('+−')} {name}"

    def _name_part(self, part: Part) -> str:
        words = _read_words()
        return self.word("parts" if part.code in words["parts"] else "components", part.code)

    def _note_step(self, step: Step) -> str:
        fixed = f"fixed.{step.kind}"
        notes = [self.word("notes", step.note) if step.note else ""]
        if not step.note and fixed in _read_words()["notes"]:
            notes = [self.word("notes", fixed)]
        if step.kind == "advance" and step.about:
            start, _slash, end = step.about.partition("/")
            notes.insert(0, self.phrase("days", start=start[5:], end=end[5:]))
        if step.kind == "multiplier" and not step.expression:
            notes.insert(0, self.phrase("direct"))
        return self.join([*notes, self._say_about(step)])

    def _say_about(self, step: Step) -> str:
        if not step.about:
            return ""
        first, _slash, second = step.about.partition("/")
        if step.kind in {"multiplier", "demand"}:
            return self.phrase("meter", number=step.about)
        if step.kind == "tier":
            return self.name_span(first, second)
        if step.kind == "load_factor":
            return self.phrase("from_on", number=step.about)
        if step.kind == "ratio":
            return self.phrase("two_decimals", number=step.about)
        return self.phrase("standard_actual", first=first, second=second) if step.kind == "percent" else ""

    def name_span(self, lower: str, upper: str) -> str:
        """Return the energies of a tier: 0–200, 201–400, above 400 kWh."""
        if not upper:
            return self.phrase("above", limit=lower)
        first = "0" if lower == "0" else f"{int(lower.replace(',', '').partition('.')[0]) + 1:,}"
        return f"{first}–{upper} kWh"


def list_codes(group: str) -> set[str]:
    """Return the codes that a group of words holds."""
    return set(_read_words()[group])


def _space_unit(text: str) -> str:
    for unit in ("kV", "V"):
        if text.endswith(unit):
            return f"{text.removesuffix(unit).strip().replace('-', '–')} {unit}"
    return text


@functools.cache
def _read_words() -> dict[str, Any]:
    path = resources.files("dianke.domain.billing") / "data" / "bill-words.toml"
    return tomllib.loads(path.read_text("utf-8"))
