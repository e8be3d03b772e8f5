"""Templates as dated data: read whole, checked whole, filled with parameters."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib import resources
from string import Formatter
from types import MappingProxyType
from typing import Any

from dianke.domain.contracts.types import Clause, ContractKind
from dianke.kernel.errors import DomainError

SCHEMA = "contract-templates/v1"
_MOST_MONTHS = 240


class TemplateUnreadable(DomainError):
    """A template cannot be used."""

    code = "contracts.template_unreadable"
    message = "the template of contracts cannot be used: {reason}"


class ContractIncomplete(DomainError):
    """A contract lacks something, or holds what is not of its type."""

    code = "contracts.incomplete"
    message = "the contract cannot be written: {reason}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a clause may name; `type` is text, decimal, integer or date."""

    label: str
    type: str


@dataclass(frozen=True, slots=True)
class ClauseTemplate:
    """A clause before it is filled, and when it is there."""

    code: str
    heading: str
    text: str
    when: tuple[str, ...]
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """All clauses of a kind from a day on; a term of nought months has no end."""

    kind: ContractKind
    valid_from: date
    title: str
    term_months: int
    notice_days: int
    required: tuple[str, ...]
    clauses: tuple[ClauseTemplate, ...]

    @property
    def code(self) -> str:
        """Return what a version remembers it by."""
        return f"{self.kind.value}@{self.valid_from.isoformat()}"

    def as_content(self) -> dict[str, Any]:
        """Return it as plain data that `read_template` takes."""
        content = asdict(self)
        return {**content, "kind": self.kind.value, "valid_from": self.valid_from.isoformat()}


@cache
def list_parameters() -> Mapping[str, Parameter]:
    """Return every parameter that a clause may name."""
    return MappingProxyType({name: Parameter(**one) for name, one in _read_file()["parameters"].items()})


@cache
def list_house_templates() -> tuple[Template, ...]:
    """
    Return what the product brings.

    :raises TemplateUnreadable: if the file is not whole
    """
    content = _read_file()
    clauses = {one["code"]: one for one in content["clause"]}
    return tuple(
        read_template({**one, "clauses": [clauses[code] for code in one["clauses"]]}) for one in content["template"]
    )


def read_template(content: Mapping[str, Any]) -> Template:
    """
    Return a template from plain data, checked whole.

    :raises TemplateUnreadable: if something is missing, named twice or unknown
    """
    try:
        valid_from = content["valid_from"]
        template = Template(
            kind=ContractKind(content["kind"]),
            valid_from=valid_from if isinstance(valid_from, date) else date.fromisoformat(valid_from),
            title=str(content["title"]).strip(),
            term_months=int(content["term_months"]),
            notice_days=int(content["notice_days"]),
            required=tuple(content["required"]),
            clauses=tuple(_read_clause(one) for one in content["clauses"]),
        )
    except (KeyError, TypeError, ValueError) as fault:
        raise TemplateUnreadable(field="content", reason=f"{type(fault).__name__}: {fault}") from fault
    _check(template)
    return template


def find_template(templates: Sequence[Template], *, kind: ContractKind, on: date) -> Template:
    """
    Return the template of a kind in force on a day; of two of the same day the later one of the list.

    :raises TemplateUnreadable: if none is
    """
    held = [(one.valid_from, place) for place, one in enumerate(templates) if one.kind == kind and one.valid_from <= on]
    if not held:
        raise TemplateUnreadable(field="kind", reason=f"no template of {kind.value} is in force on {on}")
    return templates[max(held)[1]]


def list_missing(template: Template, parameters: Mapping[str, str]) -> list[str]:
    """Return the names that must be filled and are not, or are not of their type, in order of the clauses."""
    wanted = dict.fromkeys(template.required)
    for clause in template.clauses:
        if _is_there(clause, parameters):
            wanted.update(dict.fromkeys(find_names(clause.text)))
    return [name for name in wanted if not fits(name, parameters.get(name, ""))]


def fill(template: Template, parameters: Mapping[str, str]) -> list[Clause]:
    """
    Return the clauses that apply, with their texts filled; what is still missing shows as a gap.

    :raises ContractIncomplete: if a parameter is not one that clauses may name
    """
    unknown = sorted(set(parameters) - set(list_parameters()))
    if unknown:
        raise ContractIncomplete(field=unknown[0], reason=f"unknown: {', '.join(unknown)}")
    values = {name: parameters.get(name) or "＿＿＿＿" for name in list_parameters()}
    return [
        Clause(one.code, one.heading, one.text.format_map(values), one.basis)
        for one in template.clauses
        if _is_there(one, parameters)
    ]


def fits(name: str, value: str) -> bool:
    """Tell whether a value is there and of the type of its parameter."""
    kind = list_parameters()[name].type
    try:
        if kind == "decimal":
            number = Decimal(value)
            return number.is_finite() and number > 0
        if kind == "integer":
            return value.isascii() and int(value) > 0
        if kind == "date":
            date.fromisoformat(value)
    except (InvalidOperation, ValueError):
        return False
    return bool(value.strip())


def find_names(text: str) -> list[str]:
    """
    Return the parameters that a text names.

    :raises ValueError: if a brace stands alone, or names more than a plain parameter
    """
    names = []
    for _text, name, layout, conversion in Formatter().parse(text):
        if name is None:
            continue
        # "{a.b}" and "{a!r:>9}" reach into objects: a text of a utility names values only.
        if not name.isidentifier() or layout or conversion:
            raise ValueError(f"{{{name}}} names no parameter")
        names.append(name)
    return names


def _is_there(clause: ClauseTemplate, parameters: Mapping[str, str]) -> bool:
    for condition in clause.when:
        name, equals, value = condition.partition("=")
        held = parameters.get(name, "")
        if held != value if equals else not held.strip():
            return False
    return True


def _check(template: Template) -> None:
    codes = [one.code for one in template.clauses]
    if not template.title or not codes:
        raise TemplateUnreadable(field="clauses", reason="it has no title or no clauses")
    if len(set(codes)) < len(codes):
        raise TemplateUnreadable(field="clauses", reason="a clause is there twice")
    if not 0 <= template.term_months <= _MOST_MONTHS or not 0 <= template.notice_days <= 365:
        raise TemplateUnreadable(field="term_months", reason="the term or its notice is not in bounds")
    names = set(template.required)
    for one in template.clauses:
        if not (one.code and one.heading and one.text):
            raise TemplateUnreadable(field="clauses", reason=f"the clause {one.code} is empty")
        if not one.basis:
            raise TemplateUnreadable(field="clauses", reason=f"the clause {one.code} cites nothing it rests on")
        try:
            names.update(find_names(one.text), (part.partition("=")[0] for part in one.when))
        except ValueError as fault:
            raise TemplateUnreadable(field="clauses", reason=f"{one.code}: {fault}") from fault
    unknown = sorted(names - set(list_parameters()))
    if unknown:
        raise TemplateUnreadable(field="clauses", reason=f"nothing fills {', '.join(unknown)}")


def _read_clause(one: Mapping[str, Any]) -> ClauseTemplate:
    return ClauseTemplate(
        code=str(one["code"]).strip(),
        heading=str(one["heading"]).strip(),
        text=str(one["text"]).strip(),
        when=tuple(one.get("when", ())),
        basis=tuple(one.get("basis", ())),
    )


def _read_file() -> dict[str, Any]:
    path = resources.files("dianke.domain.contracts") / "data" / "templates.toml"
    content = tomllib.loads(path.read_text("utf-8"))
    if content["schema"] != SCHEMA:
        raise TemplateUnreadable(field="schema", reason="the schema is unknown")
    return content
