"""Facts of archive audits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class FaultGroup(StrEnum):
    """In which way the archive fails."""

    MISSING = "MISSING"
    CONTRADICTING = "CONTRADICTING"
    STALE = "STALE"
    DUPLICATE = "DUPLICATE"


class Severity(StrEnum):
    """What a fault costs: a bill or a call that cannot be made, a wrong figure, an untidy archive."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class FindingState(StrEnum):
    """How far a finding is (处理状态)."""

    OPEN = "OPEN"
    TAKEN = "TAKEN"
    # Somebody holds that it is no fault; another decides.
    EXEMPTION_ASKED = "EXEMPTION_ASKED"
    EXEMPT = "EXEMPT"
    DONE = "DONE"


class Subject(StrEnum):
    """What a finding is about: the table, as history and references write it."""

    CUSTOMER = "customers.customer"
    ACCOUNT = "customers.customeraccount"
    LOCATION = "customers.servicelocation"
    POINT = "metering.usagepoint"
    METER = "metering.meterasset"
    AREA = "network.transformerarea"


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a rule is measured by from a day on."""

    from_date: date
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class QualityRule:
    """One rule of the audit."""

    code: str
    group: FaultGroup
    severity: Severity
    subject: Subject
    # Calendar days in which a finding is to be settled.
    days: int
    parameters: tuple[Parameters, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """What a pass of one rule found."""

    rule: str
    found: int
    new: int
    closed: int
