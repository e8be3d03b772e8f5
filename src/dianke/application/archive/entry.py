"""A customer enters at the counter: who, account, place and contact in one act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from dianke.application.archive.duplicates import Candidate, Duplicate, find_duplicates
from dianke.application.archive.narrowing import narrow
from dianke.domain.customers import operations, rules
from dianke.domain.customers.models import Contact, Customer, CustomerAccount, ServiceLocation
from dianke.domain.customers.rules.addresses import compose_address
from dianke.domain.customers.rules.obstacles import find_contact_obstacle
from dianke.domain.customers.types import (
    AccountStatus,
    AddressParts,
    ContactRole,
    CustomerKind,
    DuplicateDecision,
    IdentityKind,
    NewContact,
    NewCustomer,
    UsageClass,
)
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

ENTER = "archive.enter"


class IdentityNotValid(DomainError):
    """The identity number cannot be of its kind."""

    code = "archive.identity_not_valid"
    message = "the identity number cannot be right: {reason}"


class DuplicatesFound(DomainError):
    """Customers look like the new one and nobody has said that it is another."""

    code = "archive.duplicates_found"
    message = "{count} customers look like this one; say of each whether it is another"


class ReasonNeeded(DomainError):
    """Entering in spite of a likeness wants a reason."""

    code = "archive.reason_needed"
    message = "say why this is another customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """The account that is opened, and the place it is opened for."""

    usage_class: UsageClass
    parts: AddressParts
    household_size: int = 0
    old_number: str = ""
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    # A supply is asked for: the account has its number, and is connected by an order.
    is_planned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """Whom to call."""

    name: str
    role: ContactRole = ContactRole.OWNER
    office: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A customer as the form describes it."""

    name: str
    kind: CustomerKind
    supply: Supply
    contact: NewPerson
    short_name: str = ""
    industry_code: str = ""
    identity_kind: IdentityKind | None = None
    identity_number: str = ""
    # What was said of each customer that looks the same, by key.
    decisions: Mapping[int, DuplicateDecision] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entered:
    """What stands in the archive now."""

    customer: Customer
    account: CustomerAccount
    location: ServiceLocation
    contact: Contact | None = None


@use_case(right=ENTER)
def enter_customer(*, actor: Actor, unit: Unit, entry: Entry, at: datetime, reason: str = "") -> Entered:
    """
    Enter a customer with account, place and contact.

    :raises DuplicatesFound: if one looks the same of which nothing was said
    :raises ReasonNeeded: if it is entered in spite of a likeness without a reason
    """
    own = narrow(actor, ENTER)
    _check_identity(entry)
    similar = find_duplicates(actor=actor, candidate=describe_candidate(entry)).hits
    undecided = [hit for hit in similar if hit.customer.pk not in entry.decisions]
    if undecided:
        raise DuplicatesFound(field="name", count=len(undecided))
    if similar and not reason.strip():
        raise ReasonNeeded(field="reason")
    [customer] = operations.add_customers(
        actor=own,
        customers=[
            NewCustomer(
                unit_id=unit.pk,
                number=operations.draw_customer_number(),
                name=entry.name.strip(),
                kind=entry.kind,
                since_date=at.date(),
                industry_code=entry.industry_code,
                short_name=entry.short_name.strip(),
                identity_kind=entry.identity_kind,
                identity_number=entry.identity_number,
            )
        ],
    )
    account, location = _open_account(own, customer, unit, entry.supply, at)
    [contact] = operations.add_contacts(actor=own, contacts=[_describe_contact(customer.pk, entry.contact, at)])
    for hit in similar:
        _note(own, customer, hit, entry.decisions[hit.customer.pk], reason, at)
    return Entered(customer, account, location, contact)


@use_case(right=ENTER)
def open_account(*, actor: Actor, customer: Customer, unit: Unit, supply: Supply, at: datetime) -> Entered:
    """Open another account and place for a customer who is there."""
    account, location = _open_account(narrow(actor, ENTER), customer, unit, supply, at)
    return Entered(customer, account, location)


def check_entry(entry: Entry) -> list[DomainError]:
    """Return what cannot stand in an entry, before anything is written."""
    faults: list[DomainError] = []
    try:
        _check_identity(entry)
    except IdentityNotValid as error:
        faults.append(error)
    contact = _describe_contact(0, entry.contact, None)
    if obstacle := find_contact_obstacle(contact):
        which = "contact_name" if "name" in obstacle else "email" if "mail" in obstacle else "phone"
        faults.append(operations.UnableToSaveContact(field=which, name=contact.name, reason=obstacle))
    return faults


def describe_candidate(entry: Entry) -> Candidate:
    """Return what an entry is compared by."""
    return Candidate(
        name=entry.name.strip(),
        kind=entry.kind,
        identity_number=entry.identity_number,
        phone=entry.contact.phone,
        address=compose_address(entry.supply.parts),
    )


def _check_identity(entry: Entry) -> None:
    folded = rules.fold_identity_number(entry.identity_number)
    if not folded:
        return
    if entry.identity_kind is None:
        raise IdentityNotValid(field="identity_kind", reason="its kind is not named")
    if obstacle := rules.find_identity_obstacle(entry.identity_kind, folded):
        raise IdentityNotValid(field="identity_number", reason=obstacle)


def _open_account(
    own: Actor, customer: Customer, unit: Unit, supply: Supply, at: datetime
) -> tuple[CustomerAccount, ServiceLocation]:
    location = operations.add_location(
        actor=own,
        unit=unit,
        code=operations.draw_location_code(),
        parts=supply.parts,
        longitude=supply.longitude,
        latitude=supply.latitude,
    )
    account = operations.add_account(
        actor=own,
        customer=customer,
        unit=unit,
        number=operations.draw_user_number(),
        usage_class=supply.usage_class,
        household_size=supply.household_size,
        opened_date=at.date(),
        location=location,
        status=AccountStatus.PLANNED if supply.is_planned else AccountStatus.ACTIVE,
    )
    if supply.old_number.strip():
        operations.add_alias(actor=own, account=account, number=supply.old_number)
    return account, location


def _describe_contact(customer_id: int, person: NewPerson, at: datetime | None) -> NewContact:
    return NewContact(
        customer_id=customer_id,
        name=person.name,
        role=person.role,
        start_date=at.date() if at else date.min,
        office=person.office,
        phone=person.phone,
        email=person.email,
        preferred=True,
    )


def _note(
    own: Actor, customer: Customer, hit: Duplicate, decision: DuplicateDecision, reason: str, at: datetime
) -> None:
    operations.note_suspicion(
        actor=own,
        customer=customer,
        other=hit.customer,
        score=hit.verdict.score,
        reasons=[likeness.value for likeness in hit.verdict.reasons],
        decision=decision,
        reason=reason,
        at=at,
    )
