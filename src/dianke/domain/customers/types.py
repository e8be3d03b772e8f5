"""Facts of customers."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class CustomerKind(StrEnum):
    """What kind of subject a customer is (客户类型)."""

    PERSON = "PERSON"
    COMPANY = "COMPANY"
    GOVERNMENT = "GOVERNMENT"


class AccountStatus(StrEnum):
    """Whether an account is supplied (用电状态)."""

    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


class UsageClass(StrEnum):
    """The class of use that prices hang on (用电类别)."""

    RESIDENTIAL = "RESIDENTIAL"
    RESIDENTIAL_SHARED = "RESIDENTIAL_SHARED"
    AGRICULTURAL = "AGRICULTURAL"
    COMMERCIAL_INDUSTRIAL = "COMMERCIAL_INDUSTRIAL"
    LARGE_INDUSTRIAL = "LARGE_INDUSTRIAL"


@dataclass(frozen=True, slots=True)
class NamePinyin:
    """A name as it is typed without a Chinese keyboard."""

    initials: str
    full: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    """A customer that enters the archive."""

    unit_id: int
    number: str
    name: str
    kind: CustomerKind
    since_date: date
    industry_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """A settlement account that is opened for a customer."""

    unit_id: int
    customer_id: int
    number: str
    usage_class: UsageClass
    opened_date: date
    status: AccountStatus = AccountStatus.ACTIVE
    household_size: int = 0
    closed_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLocation:
    """A place that enters the archive."""

    unit_id: int
    code: str
    address: str
    longitude: Decimal | None = None
    latitude: Decimal | None = None
