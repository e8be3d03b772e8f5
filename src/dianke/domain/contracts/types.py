"""Words of supply contracts and frozen facts about them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ContractKind(StrEnum):
    """What is agreed on (合同种类)."""

    HIGH_VOLTAGE = "HIGH_VOLTAGE"
    LOW_VOLTAGE = "LOW_VOLTAGE"
    RESIDENTIAL = "RESIDENTIAL"
    TEMPORARY = "TEMPORARY"
    DUAL_SOURCE = "DUAL_SOURCE"
    DISPATCH = "DISPATCH"
    GRID_CONNECTION = "GRID_CONNECTION"


class VersionState(StrEnum):
    """How far a version is (合同版本状态)."""

    DRAFT = "DRAFT"
    PROPOSED = "PROPOSED"
    REFUSED = "REFUSED"
    APPROVED = "APPROVED"
    SIGNED = "SIGNED"
    FILED = "FILED"
    WITHDRAWN = "WITHDRAWN"


# What both sides signed holds; filing only puts it away.
HOLDING = (VersionState.SIGNED, VersionState.FILED)
# A contract has one of these at a time.
UNDER_WAY = (VersionState.DRAFT, VersionState.PROPOSED, VersionState.REFUSED, VersionState.APPROVED)


class Party(StrEnum):
    """Who signs (签约方)."""

    SUPPLIER = "SUPPLIER"
    CUSTOMER = "CUSTOMER"


class SignatureWay(StrEnum):
    """How a party signed (签署方式)."""

    PAPER = "PAPER"
    ELECTRONIC = "ELECTRONIC"


class TemplateState(StrEnum):
    """How far a template of a utility is (模板状态)."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"


class ChangeKind(StrEnum):
    """What became of a clause between two versions (条款变化)."""

    SAME = "SAME"
    ADDED = "ADDED"
    REMOVED = "REMOVED"
    CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause as it stands in a version: its text is filled."""

    code: str
    heading: str
    text: str
    basis: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """A clause of two versions beside each other; None where a version lacks it."""

    kind: ChangeKind
    before: Clause | None
    after: Clause | None


@dataclass(frozen=True, slots=True)
class Term:
    """From when until when a contract holds, half-open; `until` None is without end."""

    start: date
    until: date | None
