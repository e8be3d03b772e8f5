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


class IdentityKind(StrEnum):
    """What an identity number is the number of (证件类型)."""

    ID_CARD = "ID_CARD"
    USCC = "USCC"
    PASSPORT = "PASSPORT"
    OTHER = "OTHER"


class Importance(StrEnum):
    """How much an interruption would harm (重要电力用户等级)."""

    NONE = "NONE"
    SPECIAL = "SPECIAL"
    FIRST = "FIRST"
    SECOND = "SECOND"
    TEMPORARY = "TEMPORARY"


class ContactRole(StrEnum):
    """What somebody is asked for (联系人角色)."""

    OWNER = "OWNER"
    LEGAL = "LEGAL"
    AGENT = "AGENT"
    BILLING = "BILLING"
    ELECTRICAL = "ELECTRICAL"
    TENANT = "TENANT"
    EMERGENCY = "EMERGENCY"


class ConsentPurpose(StrEnum):
    """What somebody agrees to (授权用途)."""

    BILL_NOTICE = "BILL_NOTICE"
    OUTAGE_NOTICE = "OUTAGE_NOTICE"
    MARKETING = "MARKETING"
    USAGE_ANALYSIS = "USAGE_ANALYSIS"
    THIRD_PARTY = "THIRD_PARTY"


class ConsentChannel(StrEnum):
    """By which way the agreement came (授权方式)."""

    COUNTER = "COUNTER"
    PHONE = "PHONE"
    ONLINE = "ONLINE"
    PAPER = "PAPER"


class EquipmentKind(StrEnum):
    """What a thing of the customer's is (设备类型)."""

    GENERATOR = "GENERATOR"
    SWITCHGEAR = "SWITCHGEAR"
    MOTOR = "MOTOR"
    FURNACE = "FURNACE"
    STORAGE = "STORAGE"
    PANELS = "PANELS"
    CHARGER = "CHARGER"
    LIFE_SUPPORT = "LIFE_SUPPORT"
    OTHER = "OTHER"


class EquipmentCondition(StrEnum):
    """How it stands (设备状况)."""

    GOOD = "GOOD"
    FAULTY = "FAULTY"
    STOPPED = "STOPPED"


class MarkKind(StrEnum):
    """What an account is entitled to (特殊标识)."""

    LOW_INCOME = "LOW_INCOME"
    FIVE_GUARANTEE = "FIVE_GUARANTEE"
    MANY_PERSONS = "MANY_PERSONS"
    MEDICAL = "MEDICAL"


class KeyField(StrEnum):
    """Key data: what changes only when a second person agrees (关键信息)."""

    NAME = "NAME"
    KIND = "KIND"
    IDENTITY = "IDENTITY"
    IMPORTANCE = "IMPORTANCE"
    USAGE_CLASS = "USAGE_CLASS"
    HOUSEHOLD_SIZE = "HOUSEHOLD_SIZE"
    BANK_ACCOUNT = "BANK_ACCOUNT"


class KeyChangeState(StrEnum):
    """How far a change of key data is."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


class DuplicateDecision(StrEnum):
    """What the clerk said of a likeness: another customer all the same, or one to merge later."""

    ENTERED_ANYWAY = "ENTERED_ANYWAY"
    MERGE_LATER = "MERGE_LATER"


class DocumentKind(StrEnum):
    """What a paper of a customer is (资料类型)."""

    ID_COPY = "ID_COPY"
    LICENCE = "LICENCE"
    PROPERTY = "PROPERTY"
    CONTRACT = "CONTRACT"
    ENTITLEMENT = "ENTITLEMENT"
    AUTHORISATION = "AUTHORISATION"
    BANK_MANDATE = "BANK_MANDATE"
    OTHER = "OTHER"


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
    short_name: str = ""
    identity_kind: IdentityKind | None = None
    identity_number: str = ""
    importance: Importance = Importance.NONE


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
    location_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressParts:
    """An address in parts, from the region down to the room."""

    division_code: str = ""
    region: str = ""
    town: str = ""
    community: str = ""
    road: str = ""
    house_number: str = ""
    building: str = ""
    entrance: str = ""
    room: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLocation:
    """A place that enters the archive."""

    unit_id: int
    code: str
    # Empty where the line is to be composed of the parts.
    address: str = ""
    parts: AddressParts = AddressParts()
    longitude: Decimal | None = None
    latitude: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """A person to reach for a customer."""

    customer_id: int
    name: str
    role: ContactRole
    start_date: date
    office: str = ""
    phone: str = ""
    email: str = ""
    preferred: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEquipment:
    """A thing of the customer's that enters the archive."""

    customer_id: int
    kind: EquipmentKind
    name: str
    condition: EquipmentCondition = EquipmentCondition.GOOD
    location_id: int | None = None
    capacity_kw: Decimal | None = None
    quantity: int = 1
    checked_date: date | None = None
    next_check_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMark:
    """An entitlement of an account with its proof."""

    account_id: int
    kind: MarkKind
    start_date: date
    end_date: date | None
    persons: int = 0
    proof_id: int | None = None
    proof_number: str = ""
    note: str = ""
