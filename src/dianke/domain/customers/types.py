"""Facts of customers."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum


class CustomerKind(StrEnum):
    """What kind of subject a customer is (客户类型)."""

    PERSON = "PERSON"
    COMPANY = "COMPANY"
    GOVERNMENT = "GOVERNMENT"


class AccountStatus(StrEnum):
    """Whether an account is supplied (用电状态); a planned one has its number, but no supply yet."""

    PLANNED = "PLANNED"
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


class ValueClass(StrEnum):
    """What a customer is worth to the utility (客户价值分类); a customer that was never rated has none."""

    VIP = "VIP"
    MAIN = "MAIN"
    ORDINARY = "ORDINARY"
    SMALL = "SMALL"


class CreditGrade(StrEnum):
    """How sure a customer's money is (信用等级); a customer that was never judged has none."""

    AAA = "AAA"
    AA = "AA"
    A = "A"
    B = "B"
    C = "C"
    D = "D"


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
    """What a thing of the customer's is (设备类型); the first three are own supply (自备应急电源)."""

    GENERATOR = "GENERATOR"
    UPS = "UPS"
    SECOND_SOURCE = "SECOND_SOURCE"
    SWITCHGEAR = "SWITCHGEAR"
    MOTOR = "MOTOR"
    FURNACE = "FURNACE"
    STORAGE = "STORAGE"
    PANELS = "PANELS"
    CHARGER = "CHARGER"
    LIFE_SUPPORT = "LIFE_SUPPORT"
    OTHER = "OTHER"


OWN_SUPPLY = frozenset({EquipmentKind.GENERATOR, EquipmentKind.UPS, EquipmentKind.SECOND_SOURCE, EquipmentKind.STORAGE})


class Interlock(StrEnum):
    """What keeps own supply from feeding back into the network (闭锁方式)."""

    MECHANICAL = "MECHANICAL"
    ELECTRICAL = "ELECTRICAL"
    BOTH = "BOTH"
    NONE = "NONE"


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


class PreferredChannel(StrEnum):
    """By which way a contact wants to be reached (首选联系方式)."""

    PHONE = "PHONE"
    MESSAGE = "MESSAGE"
    MAIL = "MAIL"
    LETTER = "LETTER"
    VISIT = "VISIT"


class ContactLanguage(StrEnum):
    """What a contact is spoken to in, where it is not Standard Chinese (沟通语言)."""

    DIALECT = "DIALECT"
    MINORITY = "MINORITY"
    ENGLISH = "ENGLISH"
    SIGN = "SIGN"


class RelationKind(StrEnum):
    """How one customer stands to another (客户关系): the first four are read from the customer to the other."""

    PARENT = "PARENT"
    LANDLORD = "LANDLORD"
    GUARANTOR = "GUARANTOR"
    SUPPLIER = "SUPPLIER"
    SAME_GROUP = "SAME_GROUP"
    SAME_OWNER = "SAME_OWNER"
    SAME_CONTROLLER = "SAME_CONTROLLER"


class VisitPurpose(StrEnum):
    """What a visit is for (走访目的)."""

    ROUTINE = "ROUTINE"
    ARREARS = "ARREARS"
    COMPLAINT = "COMPLAINT"
    SAFETY = "SAFETY"
    EXPANSION = "EXPANSION"
    ENERGY = "ENERGY"
    OTHER = "OTHER"


class VisitState(StrEnum):
    """How far a visit is (走访状态)."""

    PLANNED = "PLANNED"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


class CareKind(StrEnum):
    """What a customer was cared for with (关怀类型)."""

    BIRTHDAY = "BIRTHDAY"
    FESTIVAL = "FESTIVAL"
    OUTAGE = "OUTAGE"
    ANNIVERSARY = "ANNIVERSARY"
    HARDSHIP = "HARDSHIP"
    OTHER = "OTHER"


class HandOverState(StrEnum):
    """How far a hand-over of customers is (交接状态)."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


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
    # Decides for the customer (决策人).
    is_decision_maker: bool = False
    birthday: date | None = None
    channel: PreferredChannel | None = None
    language: ContactLanguage | None = None
    # Hours in which the contact is left alone; over midnight where the end lies before the beginning.
    quiet_from: time | None = None
    quiet_until: time | None = None
    do_not_disturb: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRelation:
    """A relation between two customers, read from the first to the second."""

    customer_id: int
    other_id: int
    kind: RelationKind
    start_date: date
    end_date: date | None = None
    share_e4: int | None = None
    source: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVisit:
    """A visit that is planned."""

    customer_id: int
    purpose: VisitPurpose
    planned_date: date
    planned_time: time | None = None
    contact_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitOutcome:
    """What came of a visit, and what is to be done next until when."""

    done_at: datetime
    outcome: str
    contact_id: int | None = None
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    next_step: str = ""
    next_due_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCareRecord:
    """A care that was given to a customer."""

    customer_id: int
    kind: CareKind
    channel: PreferredChannel
    on_date: date
    note: str
    contact_id: int | None = None


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
    # Of own supply: how fast it starts, what keeps it from feeding back, when it last ran on load.
    start_seconds: int | None = None
    interlock: Interlock | None = None
    tested_date: date | None = None


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
