"""Fields of the rows that a correction adds to a bill or takes out of it; an empty row of each kind waits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from dianke.domain.billing.rules.correction_columns import FLAGS_OF_NEW, NEW, Column
from dianke.domain.billing.rules.correction_facts import Fact
from dianke.domain.billing.rules.correction_rows import MOST_ROWS, parse_row_name
from dianke.domain.billing.rules.inputs import ENERGY_REGISTERS
from dianke.interfaces.web.corrections import words

_PARTS = ("segment", "share", "capacity", "sub")
# A transformer that was sealed and unsealed again within a month takes two new states.
_EMPTY = {"capacity": 2}
# What the archive or the sub-meter's own bill says goes along unseen.
_UNSEEN = {"sub": {"point_id", "start_date", "end_date", "integer_digits", "ct_ratio", "pt_ratio"}}


@dataclass
class NewRow:
    """A row that the form offers: its heading, its fields, and whether something stands in it."""

    title: str
    hint: str
    is_open: bool
    names: list[str] = field(default_factory=list)


def list_registers(facts: Iterable[Fact]) -> list[str]:
    """Return the energy registers that a bill reads."""
    codes = {fact.code for fact in facts if fact.part == "segment"}
    return [register for register in ENERGY_REGISTERS if f"{register}_end" in codes]


def add_new_rows(
    form: forms.Form, *, registers: Sequence[str], has_demand: bool, values: Mapping[str, Any]
) -> list[NewRow]:
    """Enter the fields of new rows into a form, and return the rows in their order."""
    rows = []
    for part in _PARTS:
        used = _find_used(part, values)
        for number in range(1, min(max(used, default=0) + _EMPTY.get(part, 1), MOST_ROWS) + 1):
            row = NewRow(str(words.NEW_ROWS[part]), str(words.NEW_ROW_HINTS[part]), number in used)
            for code, column in NEW[part].items():
                name = f"{part}.+{number}.{code}"
                if _is_offered(part, code, registers=registers, has_demand=has_demand) or values.get(name):
                    form.fields[name] = _make_field(part, code, column)
                    row.names.append(name)
            rows.append(row)
    return rows


def _find_used(part: str, values: Mapping[str, Any]) -> set[int]:
    found = set()
    for name, value in values.items():
        parsed = parse_row_name(name)
        if parsed and parsed.is_new and parsed.part == part and not parsed.owner and parsed.code not in FLAGS_OF_NEW:
            found |= {int(parsed.place[1:])} if str(value).strip() else set()
    return {number for number in found if number <= MOST_ROWS}


def _is_offered(part: str, code: str, *, registers: Sequence[str], has_demand: bool) -> bool:
    register = code.removesuffix("_start").removesuffix("_end")
    if register in ENERGY_REGISTERS:
        return register in registers
    if code == "demand":
        return has_demand and part == "segment"
    return code not in _UNSEEN.get(part, set())


def _make_field(part: str, code: str, column: Column) -> forms.Field:
    label = words.name_new_fact(part, code)
    if code in _UNSEEN.get(part, set()):
        return forms.CharField(required=False, widget=forms.HiddenInput())
    if column.kind == "flag":
        return forms.ChoiceField(
            label=label, choices=list(words.FLAGS.items()), initial=FLAGS_OF_NEW[code], required=False
        )
    if column.choices:
        named = words.CHOICES.get(code, {})
        choices = [("", "–"), *((choice, named.get(choice, choice)) for choice in column.choices)]
        return forms.ChoiceField(label=label, choices=choices, required=False)
    attributes = {"autocomplete": "off"}
    if column.kind == "date":
        attributes = {"type": "date"}
    elif column.kind in {"decimal", "whole"}:
        attributes |= {"inputmode": "decimal", "class": "num"}
    hint = _("empty: what its own bill of the same days measured") if (part, code) == ("sub", "meter_number") else ""
    return forms.CharField(
        label=label, required=False, max_length=60, help_text=hint, widget=forms.TextInput(attrs=attributes)
    )


def make_out_field() -> forms.Field:
    """Return the box that takes a row out."""
    return forms.BooleanField(label=_("Take it out of the bill"), required=False)
