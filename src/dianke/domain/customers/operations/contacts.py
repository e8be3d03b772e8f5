"""Contacts of a customer and what they agreed to."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.domain.customers import rules
from dianke.domain.customers.models import Consent, Contact, Customer
from dianke.domain.customers.operations.reaching import require_customers
from dianke.domain.customers.queries.hashes import hash_birthday, hash_phone, hash_phone_mask
from dianke.domain.customers.rules.obstacles import find_contact_obstacle
from dianke.domain.customers.types import ConsentChannel, ConsentPurpose, NewContact
from dianke.kernel.errors import DomainError
from dianke.platform.database.bulk import insert_rows
from dianke.platform.documents.models import Document
from dianke.platform.identity.types import Actor


class UnableToSaveContact(DomainError):
    """The contact cannot stand as described."""

    code = "customers.unable_to_save_contact"
    message = "contact {name} cannot be saved: {reason}"


class UnableToRecordConsent(DomainError):
    """The consent cannot be recorded or withdrawn."""

    code = "customers.unable_to_record_consent"
    message = "the consent cannot be recorded: {reason}"


def add_contacts(*, actor: Actor, contacts: Sequence[NewContact]) -> list[Contact]:
    """
    Add contacts in one go, all or none.

    :raises UnableToSaveContact: naming the first that cannot stand
    """
    require_customers(actor=actor, ids={new.customer_id for new in contacts})
    rows = [Contact(customer_id=new.customer_id, **_columns(new)) for new in contacts]
    return insert_rows(rows)


def change_contact(*, actor: Actor, contact: Contact, wanted: NewContact) -> Contact:
    """
    Give a contact other facts; a phone that stays the same keeps its ciphertext.

    :raises UnableToSaveContact: if it cannot stand so
    """
    require_customers(actor=actor, ids={contact.customer_id})
    columns = _columns(wanted)
    columns.pop("period")
    changed = [name for name, value in columns.items() if getattr(contact, name) != value]
    for name in changed:
        setattr(contact, name, columns[name])
    if changed:
        contact.save(update_fields=changed)
    return contact


def end_contact(*, actor: Actor, contact: Contact, on: date) -> Contact:
    """
    Let a contact hold until a day, which no longer belongs to it.

    :raises UnableToSaveContact: if it starts on that day or later, or has ended
    """
    require_customers(actor=actor, ids={contact.customer_id})
    if contact.period.upper is not None and contact.period.upper <= on:
        raise UnableToSaveContact(field="on", name=contact.name, reason="it has ended")
    if contact.period.lower >= on:
        raise UnableToSaveContact(field="on", name=contact.name, reason="it starts on that day or later")
    contact.period = DateRange(contact.period.lower, on)
    contact.save(update_fields=["period"])
    return contact


def record_consent(
    *,
    actor: Actor,
    customer: Customer,
    purpose: ConsentPurpose,
    channel: ConsentChannel,
    at: datetime,
    contact: Contact | None = None,
    evidence: Document | None = None,
) -> Consent:
    """
    Record that a customer, or one of their contacts, agreed to a purpose.

    :raises UnableToRecordConsent: if they agreed already, or the contact is another customer's
    """
    require_customers(actor=actor, ids={customer.pk})
    if contact is not None and contact.customer_id != customer.pk:
        raise UnableToRecordConsent(field="contact", reason="the contact is another customer's")
    standing = Consent.objects.for_actor(actor).filter(
        customer=customer, contact=contact, purpose=purpose.value, withdrawn_at=None
    )
    if standing.exists():
        raise UnableToRecordConsent(field="purpose", reason="they agreed already")
    consent = Consent(
        customer=customer,
        contact=contact,
        purpose=purpose.value,
        channel=channel.value,
        given_at=at,
        evidence=evidence,
        recorded_by=actor.login,
    )
    consent.save()
    return consent


def withdraw_consent(*, actor: Actor, consent: Consent, at: datetime) -> Consent:
    """
    End a consent; what was done while it stood stays done.

    :raises UnableToRecordConsent: if it was withdrawn before
    """
    require_customers(actor=actor, ids={consent.customer_id})
    if consent.withdrawn_at is not None:
        raise UnableToRecordConsent(reason="it was withdrawn before")
    consent.withdrawn_at = max(at, consent.given_at)
    consent.save(update_fields=["withdrawn_at"])
    return consent


def _columns(new: NewContact) -> dict[str, object]:
    if obstacle := find_contact_obstacle(new):
        raise UnableToSaveContact(field=_find_field(obstacle), name=new.name, reason=obstacle)
    phone = rules.fold_phone(new.phone)
    return {
        "name": new.name.strip(),
        "role": new.role.value,
        "office": new.office.strip(),
        "phone": phone,
        "phone_hash": hash_phone(phone),
        "phone_mask_hash": hash_phone_mask(phone),
        "email": new.email.strip(),
        "preferred": new.preferred,
        "note": new.note.strip(),
        "is_decision_maker": new.is_decision_maker,
        "birthday": new.birthday.isoformat() if new.birthday else "",
        "birthday_hash": hash_birthday(new.birthday.isoformat()) if new.birthday else None,
        "channel": new.channel.value if new.channel else "",
        "language": new.language.value if new.language else "",
        "quiet_from": new.quiet_from,
        "quiet_until": new.quiet_until,
        "do_not_disturb": new.do_not_disturb,
        "period": DateRange(new.start_date, None),
    }


def _find_field(obstacle: str) -> str:
    """Return the field that an obstacle is shown beside."""
    words = {"name": "name", "birthday": "birthday", "quiet": "quiet_until", "mail": "email"}
    return next((field for word, field in words.items() if word in obstacle), "phone")
