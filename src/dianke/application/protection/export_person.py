"""Everything kept of a person, handed to the person who asks for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dianke.application.protection.unmask import require_reason
from dianke.domain.billing.models import Bill
from dianke.domain.customers.models import Customer, ServiceLocation
from dianke.domain.customers.queries import details
from dianke.domain.customers.types import CustomerKind
from dianke.domain.metering.models import UsagePoint
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.protection import queries as register

RIGHT = "protection.export_person"

Value = str | int | bool | Decimal | date | datetime | None


class NoSuchPerson(DomainError):
    """The number is nobody's within the actor's units, or it is a company's."""

    code = "protection.no_such_person"
    message = "there is no person with the number {number} within your units"


@dataclass(frozen=True)
class Section:
    """One kind of data: its columns and what is kept in them."""

    code: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class PersonExport:
    """What is kept of a person at a moment."""

    customer_number: str
    customer_name: str
    at: datetime
    sections: tuple[Section, ...]


@use_case(right=RIGHT)
def export_person(*, actor: Actor, customer_number: str, reason: str, at: datetime) -> PersonExport:
    """
    Return everything that the archive keeps of a person, whole, with who looked at it.

    :raises NoSuchPerson: if the number is not a person's within the units of the right
    :raises ReasonMissing: if no reason is given
    """
    require_reason(reason)
    customer = find_person(actor=actor, customer_number=customer_number)
    return PersonExport(customer.number, customer.name, at, tuple(_gather(actor, customer)))


def find_person(*, actor: Actor, customer_number: str) -> Customer:
    """
    Return a person within the units of the right to export.

    :raises NoSuchPerson: if the number is not a person's there
    """
    rows = Customer.objects.for_actor(actor, RIGHT).filter(number=customer_number, kind=CustomerKind.PERSON.value)
    customer: Customer | None = rows.first()
    if customer is None:
        raise NoSuchPerson(field="number", number=customer_number)
    return customer


def _gather(actor: Actor, customer: Customer) -> Iterable[Section]:
    # The person's own data may lie in units that this clerk does not see; the request is answered whole.
    everything = Actor.system("gathering what is kept of a person who asked for it")
    customer_columns = (
        "number", "name", "short_name", "identity_kind", "identity_number", "industry_code", "importance", "since_date",
    )  # fmt: skip
    yield _section("customer", customer_columns, [customer])
    contact_columns = (
        "name",
        "role",
        "office",
        "phone",
        "email",
        "preferred",
        "note",
        "birthday",
        "channel",
        "language",
        "period",
    )
    yield _section("contacts", contact_columns, details.list_contacts(actor=everything, customer=customer))
    consent_columns = ("purpose", "channel", "given_at", "withdrawn_at", "recorded_by")
    yield _section("consents", consent_columns, details.list_consents(actor=everything, customer=customer))
    accounts = list(customer.accounts.for_actor(everything).order_by("number"))
    account_columns = ("number", "usage_class", "status", "household_size", "opened_date", "closed_date")
    yield _section("accounts", account_columns, accounts)
    yield _section(
        "old_numbers", ("account.number", "number", "origin"), details.list_aliases(actor=everything, customer=customer)
    )
    mark_columns = ("account.number", "kind", "persons", "proof_number", "note", "period")
    yield _section("marks", mark_columns, details.list_marks(actor=everything, customer=customer))
    bank_columns = ("account.number", "bank_name", "bank_code", "holder", "number", "period")
    yield _section("bank_accounts", bank_columns, details.list_bank_accounts(actor=everything, customer=customer))
    yield from _gather_supply(everything, customer, [account.number for account in accounts])
    documents = [entry.document for entry in details.list_documents(actor=everything, customer=customer)]
    document_columns = ("kind", "title", "file_name", "added_at", "retention_until_date")
    yield _section("documents", document_columns, documents)
    looks = register.filter_unmaskings(actor=everything, right=RIGHT, customer_number=customer.number)
    yield _section("who_looked", ("at", "kind", "actor_name", "unit.name", "reason"), looks.order_by("at", "id"))


def _gather_supply(actor: Actor, customer: Customer, numbers: Sequence[str]) -> Iterable[Section]:
    places = ServiceLocation.objects.for_actor(actor).filter(usage_points__account__customer=customer).distinct()
    yield _section("places", ("code", "address", "longitude", "latitude"), places.order_by("code"))
    points = UsagePoint.objects.for_actor(actor).filter(account__customer=customer).select_related("account")
    yield _section("usage_points", ("code", "account.number", "voltage", "status"), points.order_by("code"))
    equipment = details.list_equipment(actor=actor, customer=customer)
    yield _section("equipment", ("kind", "name", "capacity_kw", "quantity", "next_check_date"), equipment)
    bills = Bill.objects.for_actor(actor).filter(account_number__in=numbers).order_by("month", "id")
    bill_columns = ("number", "account_number", "month", "period_start", "period_end", "energy_kwh_e2", "amount_fen")
    yield _section("bills", bill_columns, bills)


def _section(code: str, columns: tuple[str, ...], rows: Iterable[Any]) -> Section:
    return Section(code, columns, tuple(tuple(_read(row, column) for column in columns) for row in rows))


def _read(row: Any, column: str) -> Value:
    value = row
    for step in column.split("."):
        value = getattr(value, step)
    if hasattr(value, "lower") and hasattr(value, "upper") and not isinstance(value, str):
        return f"{value.lower or ''}/{value.upper or ''}"
    found: Value = value
    return found
