"""What hangs on a customer: contacts, consent, equipment, marks, papers, changes."""

from datetime import date

from django.db.models import QuerySet

from dianke.domain.customers.models import (
    AccountAlias,
    BankAccount,
    Consent,
    Contact,
    Customer,
    CustomerDocument,
    CustomerEquipment,
    CustomerMerge,
    DuplicateSuspicion,
    KeyChange,
    SpecialMark,
)
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements

_CONTACTS, _MARKS = (KeptStatements(is_prepared=True) for _of in range(2))
# Stand-ins: no customer has such a key, nothing happened on such a day.
_CUSTOMER, _DAY = -1, date.min


def list_contacts(*, actor: Actor, customer: Customer, on: date | None = None) -> list[Contact]:
    """Return the contacts of a customer, of a day if one is named, the preferred one first."""
    return _CONTACTS.ask_objects(
        actor=actor,
        shape=on is not None,
        write=lambda scope: _write_contacts(scope, is_of_day=on is not None),
        values={_CUSTOMER: customer.pk, _DAY: on},
    )


def _write_contacts(actor: Actor, *, is_of_day: bool) -> QuerySet[Contact]:
    rows: QuerySet[Contact] = Contact.objects.for_actor(actor).filter(customer_id=_CUSTOMER)
    return (rows.filter(period__contains=_DAY) if is_of_day else rows).order_by("-preferred", "id")


def list_consents(*, actor: Actor, customer: Customer) -> list[Consent]:
    """Return what a customer agreed to, withdrawn ones too, newest first."""
    rows = Consent.objects.for_actor(actor).filter(customer=customer).select_related("contact", "evidence")
    return list(rows.order_by("-given_at", "-id"))


def list_equipment(*, actor: Actor, customer: Customer) -> list[CustomerEquipment]:
    """Return the equipment of a customer."""
    rows = CustomerEquipment.objects.for_actor(actor).filter(customer=customer).select_related("location")
    return list(rows.order_by("kind", "name", "id"))


def list_marks(*, actor: Actor, customer: Customer) -> list[SpecialMark]:
    """Return the marks of a customer's accounts, ended ones too, newest first."""
    return _MARKS.ask_objects(actor=actor, write=_write_marks, values={_CUSTOMER: customer.pk})


def _write_marks(actor: Actor) -> QuerySet[SpecialMark]:
    rows: QuerySet[SpecialMark] = SpecialMark.objects.for_actor(actor).filter(account__customer_id=_CUSTOMER)
    return rows.select_related("account", "proof").order_by("-period", "-id")


def list_bank_accounts(*, actor: Actor, customer: Customer) -> list[BankAccount]:
    """Return the bank accounts that a customer's accounts were and are collected from, newest first."""
    rows = BankAccount.objects.for_actor(actor).filter(account__customer=customer)
    return list(rows.select_related("account").order_by("-period", "-id"))


def list_aliases(*, actor: Actor, customer: Customer) -> list[AccountAlias]:
    """Return the old numbers of a customer's accounts."""
    rows = AccountAlias.objects.for_actor(actor).filter(account__customer=customer)
    return list(rows.select_related("account").order_by("number", "id"))


def list_documents(*, actor: Actor, customer: Customer) -> list[CustomerDocument]:
    """Return the documents of a customer, newest first."""
    rows = CustomerDocument.objects.for_actor(actor).filter(customer=customer)
    return list(rows.select_related("document", "account").order_by("-document__added_at", "-id"))


def list_merges(*, actor: Actor, customer: Customer) -> list[CustomerMerge]:
    """Return the merges into a customer, newest first."""
    rows = CustomerMerge.objects.for_actor(actor).filter(kept=customer)
    return list(rows.select_related("merged").order_by("-merged_at", "-id"))


def list_open_suspicions(*, actor: Actor, right: str | None = None) -> QuerySet[DuplicateSuspicion]:
    """Return the likenesses that wait for a decision, the surest first."""
    rows: QuerySet[DuplicateSuspicion] = (
        DuplicateSuspicion.objects.for_actor(actor, right)
        .filter(settled_at=None, customer__merged_into=None, other__merged_into=None)
        .select_related("customer__unit", "other")
        .order_by("-score", "id")
    )
    return rows


def list_key_changes(*, actor: Actor, right: str | None = None) -> QuerySet[KeyChange]:
    """Return the changes of key data within the actor's units, newest first."""
    rows: QuerySet[KeyChange] = (
        KeyChange.objects.for_actor(actor, right).select_related("customer", "account").order_by("-asked_at", "-id")
    )
    return rows


def get_key_change(*, actor: Actor, key: int) -> KeyChange | None:
    """Return a change of key data, or None."""
    change: KeyChange | None = (
        KeyChange.objects.for_actor(actor).filter(id=key).select_related("customer", "account", "unit").first()
    )
    return change
