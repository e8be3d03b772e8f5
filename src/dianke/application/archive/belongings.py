"""Contacts, consent, marks, equipment, old numbers and plain facts of a customer."""

from datetime import date, datetime
from decimal import Decimal

from dianke.application.archive.documents import Upload, keep_upload
from dianke.application.archive.entry import ENTER
from dianke.application.archive.narrowing import EDIT, narrow
from dianke.domain.customers import operations
from dianke.domain.customers.models import (
    AccountAlias,
    Consent,
    Contact,
    Customer,
    CustomerAccount,
    CustomerEquipment,
    ServiceLocation,
    SpecialMark,
)
from dianke.domain.customers.types import (
    AddressParts,
    ConsentChannel,
    ConsentPurpose,
    DocumentKind,
    EquipmentCondition,
    MarkKind,
    NewContact,
    NewEquipment,
    NewMark,
)
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

CONSENT = "protection.record_consent"


class ProofNeeded(DomainError):
    """A mark that costs others money wants a paper."""

    code = "archive.proof_needed"
    message = "a mark needs a proof: a file and the day on which it ends"


@use_case(right=ENTER)
def add_contact(*, actor: Actor, customer: Customer, contact: NewContact) -> Contact:
    """Add a person to reach for a customer."""
    return operations.add_contacts(actor=narrow(actor, ENTER), contacts=[contact])[0]


@use_case(right=ENTER)
def change_contact(*, actor: Actor, contact: Contact, wanted: NewContact) -> Contact:
    """Give a contact other facts."""
    return operations.change_contact(actor=narrow(actor, ENTER), contact=contact, wanted=wanted)


@use_case(right=ENTER)
def end_contact(*, actor: Actor, contact: Contact, on: date) -> Contact:
    """Let a contact hold until a day."""
    return operations.end_contact(actor=narrow(actor, ENTER), contact=contact, on=on)


@use_case(right=CONSENT)
def record_consent(
    *,
    actor: Actor,
    customer: Customer,
    purpose: ConsentPurpose,
    channel: ConsentChannel,
    at: datetime,
    contact: Contact | None = None,
    evidence: Upload | None = None,
) -> Consent:
    """Record that a customer agreed to a purpose, with the paper that shows it if there is one."""
    own = narrow(actor, CONSENT)
    paper = None
    if evidence is not None:
        paper = keep_upload(
            actor=own, customer=customer, account=None, kind=DocumentKind.AUTHORISATION, upload=evidence, at=at
        ).document
    return operations.record_consent(
        actor=own, customer=customer, purpose=purpose, channel=channel, at=at, contact=contact, evidence=paper
    )


@use_case(right=CONSENT)
def withdraw_consent(*, actor: Actor, consent: Consent, at: datetime) -> Consent:
    """End a consent."""
    return operations.withdraw_consent(actor=narrow(actor, CONSENT), consent=consent, at=at)


@use_case(right=ENTER)
def give_mark(
    *, actor: Actor, account: CustomerAccount, mark: NewMark, proof: Upload | None, at: datetime
) -> SpecialMark:
    """
    Give an account a mark, with the paper that proves it.

    :raises ProofNeeded: if there is no paper or no end
    """
    if proof is None or mark.end_date is None:
        raise ProofNeeded(field="proof" if proof is None else "end_date")
    own = narrow(actor, ENTER)
    kept = keep_upload(
        actor=own,
        customer=account.customer,
        account=account,
        kind=DocumentKind.ENTITLEMENT,
        upload=proof,
        at=at,
        retention_until_date=_keep_after(mark.end_date),
    )
    wanted = NewMark(
        account_id=account.pk,
        kind=MarkKind(mark.kind),
        start_date=mark.start_date,
        end_date=mark.end_date,
        persons=mark.persons,
        proof_id=kept.document_id,
        proof_number=mark.proof_number,
        note=mark.note,
    )
    return operations.add_marks(actor=own, marks=[wanted])[0]


@use_case(right=ENTER)
def end_mark(*, actor: Actor, mark: SpecialMark, on: date, reason: str) -> SpecialMark:
    """Let a mark end before its time."""
    return operations.end_mark(actor=narrow(actor, ENTER), mark=mark, on=on)


@use_case(right=ENTER)
def add_equipment(*, actor: Actor, equipment: NewEquipment) -> CustomerEquipment:
    """Enter a thing of the customer's own."""
    return operations.add_equipment(actor=narrow(actor, ENTER), equipment=[equipment])[0]


@use_case(right=ENTER)
def record_check(
    *,
    actor: Actor,
    equipment: CustomerEquipment,
    condition: EquipmentCondition,
    checked_date: date,
    next_check_date: date | None,
    tested_date: date | None = None,
) -> CustomerEquipment:
    """Note how equipment stood on a day and when it is looked at next."""
    return operations.record_check(
        actor=narrow(actor, ENTER),
        equipment=equipment,
        condition=condition,
        checked_date=checked_date,
        next_check_date=next_check_date,
        tested_date=tested_date,
    )


@use_case(right=ENTER)
def add_alias(*, actor: Actor, account: CustomerAccount, number: str, origin: str = "") -> AccountAlias:
    """Note a number that an account bore before."""
    return operations.add_alias(actor=narrow(actor, ENTER), account=account, number=number, origin=origin)


@use_case(right=EDIT)
def change_customer(*, actor: Actor, customer: Customer, short_name: str, industry_code: str) -> Customer:
    """Give a customer another short name or trade."""
    return operations.change_customer(
        actor=narrow(actor), customer=customer, short_name=short_name, industry_code=industry_code
    )


@use_case(right=EDIT)
def change_location(
    *,
    actor: Actor,
    location: ServiceLocation,
    parts: AddressParts,
    longitude: Decimal | None = None,
    latitude: Decimal | None = None,
) -> ServiceLocation:
    """Give a place another address."""
    return operations.change_location(
        actor=narrow(actor), location=location, parts=parts, longitude=longitude, latitude=latitude
    )


def _keep_after(end: date) -> date:
    # Our own convention: a proof is kept as long as a claim from it can be argued, three years.
    return end.replace(year=end.year + 3, day=min(end.day, 28))
