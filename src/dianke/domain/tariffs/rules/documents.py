"""Sheets as text become plain data: exact decimals, no aliases, no key twice; every fault has its place."""

import hashlib
import json
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from types import TracebackType
from typing import Any

import yaml

from dianke.domain.tariffs.types import LoadFault
from dianke.kernel.errors import DomainError

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 20


class UnreadableDocument(DomainError):
    """A file is no sheet that can be read at all."""

    code = "tariffs.unreadable_file"
    message = "line {line}: {reason}"


# libyaml where the wheel has it: ten times as fast.
_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _ExactLoader(_Base):  # type: ignore[misc, valid-type]
    """YAML with numbers as Decimal; what could hide a figure is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise UnreadableDocument(line=key.start_mark.line + 1, reason="a key is one word")
            if key.value in seen:
                raise UnreadableDocument(line=key.start_mark.line + 1, reason=f"{key.value} stands here twice")
            seen.add(key.value)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


def _construct_decimal(loader: _ExactLoader, node: yaml.ScalarNode) -> Decimal:
    text = str(loader.construct_scalar(node)).replace("_", "")
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise UnreadableDocument(line=node.start_mark.line + 1, reason=f"{text} is no decimal number")
    return number


# YAML 1.1 takes on, off, yes and no for truth values; "on: peak" is a key of ours.
_ExactLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_ExactLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))
_ExactLoader.add_constructor("tag:yaml.org,2002:float", _construct_decimal)
_ExactLoader.add_constructor("tag:yaml.org,2002:int", _construct_decimal)


def read_document(data: bytes) -> dict[str, Any]:
    """
    Return the mapping that a UTF-8 YAML file holds, every number a Decimal.

    :raises UnreadableDocument: if it is too large, not UTF-8, not YAML, or no mapping
    """
    if len(data) > MAX_BYTES:
        raise UnreadableDocument(line=1, reason=f"the file has more than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
        _refuse_traps(text)
        # The loader derives from SafeLoader: plain data only, no objects.
        document = yaml.load(text, Loader=_ExactLoader)  # noqa: S506
    except UnicodeDecodeError as error:
        raise UnreadableDocument(line=1, reason="the text is not UTF-8; save it as UTF-8") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise UnreadableDocument(line=line, reason=str(error.problem)) from error
    except (yaml.YAMLError, ValueError) as error:
        raise UnreadableDocument(line=1, reason=str(error)) from error
    if not isinstance(document, dict):
        raise UnreadableDocument(line=1, reason="a sheet file is a mapping with a schema")
    return {str(key): value for key, value in document.items()}


def _refuse_traps(text: str) -> None:
    """Refuse aliases, which hide figures and can blow up, and nesting that no sheet has."""
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableDocument(line=line, reason="aliases are not allowed: write the value out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise UnreadableDocument(line=line, reason="the text is nested too deeply")


def hash_content(node: object) -> str:
    """Return the SHA-256 of plain data, whatever the layout and order of keys it was written in."""
    text = json.dumps(node, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(slots=True)
class FaultList:
    """Every fault of one sheet, with file, sheet and the path within it."""

    file: str
    sheet: str
    faults: list[LoadFault] = field(default_factory=list)

    def add(self, *, path: str, value: object, code: str, message: str, remedy: str) -> None:
        """Note one fault."""
        self.faults.append(
            LoadFault(
                file=self.file,
                sheet=self.sheet,
                path=path,
                value="" if value is None else str(value),
                code=f"tariffs.{code}",
                message=message,
                remedy=remedy,
            )
        )

    def reading(self, path: str) -> "_Reading":
        """Note what the reader of a part raises, and go on."""
        return _Reading(self, path)


class _Reading:
    def __init__(self, faults: FaultList, path: str) -> None:
        self._faults, self._path = faults, path

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, BadField):
            return False
        self._faults.add(
            path=f"{self._path}.{error.path}".strip("."),
            value=error.value,
            code=error.name,
            message=error.reason,
            remedy=error.remedy,
        )
        return True


class BadField(Exception):
    """One value that cannot be taken, on its way to the list of faults."""

    def __init__(self, *, path: str, value: object, name: str, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.path, self.value, self.name, self.reason, self.remedy = path, value, name, reason, remedy


def as_mapping(node: object, path: str = "") -> dict[str, Any]:
    """Return a node that must be a mapping."""
    if not isinstance(node, dict):
        raise BadField(
            path=path,
            value=node,
            name="wrong_shape",
            reason="a mapping belongs here",
            remedy="write key: value",
        )
    return {str(name): item for name, item in node.items()}


def get_mapping(node: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the mapping under a key, empty if there is none."""
    value = node.get(key)
    return {} if value is None else as_mapping(value, key)


def get_list(node: Mapping[str, Any], key: str) -> list[Any]:
    """Return the list under a key, empty if there is none; one value is a list of one."""
    value = node.get(key)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def get_text(node: Mapping[str, Any], key: str) -> str:
    """Return the text under a key, empty if there is none."""
    value = node.get(key)
    return "" if value is None else str(value)


def get_date(node: Mapping[str, Any], key: str) -> date | None:
    """Return the date under a key, or None."""
    value = node.get(key)
    if value is None:
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise BadField(
        path=key,
        value=value,
        name="unreadable_date",
        reason=f"{value} is no date",
        remedy="write YYYY-MM-DD without quotation marks",
    )


def get_decimal(node: Mapping[str, Any], key: str, *, decimals: int = 8) -> Decimal | None:
    """Return the number under a key, or None; finer than the decimals is refused."""
    value = node.get(key)
    if value is None:
        return None
    if not isinstance(value, Decimal):
        raise BadField(
            path=key,
            value=value,
            name="unreadable_price",
            reason=f"{value} is no number",
            remedy="write a plain number, null (not found) or n/a (does not exist)",
        )
    if value != round(value, decimals):
        raise BadField(
            path=key,
            value=value,
            name="too_many_decimals",
            reason=f"{value} has more than {decimals} decimals",
            remedy=f"published prices have at most {decimals} decimals: check the figure",
        )
    return value
