"""Equipment, marks, old numbers and papers of customers."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q

from dianke.domain.customers.models import (
    AccountAlias,
    Customer,
    CustomerAccount,
    CustomerDocument,
    CustomerEquipment,
    SpecialMark,
)
from dianke.domain.customers.operations.reaching import require_accounts, require_customers
from dianke.domain.customers.rules.obstacles import find_equipment_obstacle, find_mark_obstacle
from dianke.domain.customers.types import EquipmentCondition, NewEquipment, NewMark
from dianke.kernel.errors import DomainError
from dianke.platform.documents.models import Document
from dianke.platform.identity.types import Actor

_BATCH = 2_000


class UnableToSaveEquipment(DomainError):
    """The thing cannot stand as described."""

    code = "customers.unable_to_save_equipment"
    message = "equipment {name} cannot be saved: {reason}"


class UnableToMarkAccount(DomainError):
    """The mark cannot be given."""

    code = "customers.unable_to_mark_account"
    message = "the mark cannot be given: {reason}"


class UnableToAddAlias(DomainError):
    """The old number cannot be entered."""

    code = "customers.unable_to_add_alias"
    message = "the old number {number} cannot be entered: {reason}"


def add_equipment(*, actor: Actor, equipment: Sequence[NewEquipment]) -> list[CustomerEquipment]:
    """
    Add equipment in one go, all or none.

    :raises UnableToSaveEquipment: naming the first that cannot stand
    """
    require_customers(actor=actor, ids={new.customer_id for new in equipment})
    rows = []
    for new in equipment:
        if obstacle := find_equipment_obstacle(new):
            raise UnableToSaveEquipment(field="name", name=new.name, reason=obstacle)
        rows.append(
            CustomerEquipment(
                customer_id=new.customer_id,
                location_id=new.location_id,
                kind=new.kind.value,
                name=new.name.strip(),
                capacity_kw=new.capacity_kw,
                quantity=new.quantity,
                condition=new.condition.value,
                checked_date=new.checked_date,
                next_check_date=new.next_check_date,
                start_seconds=new.start_seconds,
                interlock=new.interlock.value if new.interlock else "",
                tested_date=new.tested_date,
            )
        )
    return list(CustomerEquipment.objects.bulk_create(rows, batch_size=_BATCH))


def record_check(
    *,
    actor: Actor,
    equipment: CustomerEquipment,
    condition: EquipmentCondition,
    checked_date: date,
    next_check_date: date | None,
    capacity_kw: Decimal | None = None,
    tested_date: date | None = None,
) -> CustomerEquipment:
    """
    Note how equipment stood on a day, when it is looked at next, and when own supply last ran on load.

    :raises UnableToSaveEquipment: if the next check does not lie after this one
    """
    require_customers(actor=actor, ids={equipment.customer_id})
    if next_check_date is not None and next_check_date <= checked_date:
        raise UnableToSaveEquipment(
            field="next_check_date", name=equipment.name, reason="the next check lies after the last"
        )
    equipment.condition = condition.value
    equipment.checked_date = checked_date
    equipment.next_check_date = next_check_date
    if capacity_kw is not None:
        equipment.capacity_kw = capacity_kw
    if tested_date is not None:
        equipment.tested_date = tested_date
    equipment.save(update_fields=["condition", "checked_date", "next_check_date", "capacity_kw", "tested_date"])
    return equipment


def add_marks(*, actor: Actor, marks: Sequence[NewMark]) -> list[SpecialMark]:
    """
    Give accounts marks in one go, all or none.

    :raises UnableToMarkAccount: naming why the first that cannot be given cannot
    """
    require_accounts(actor=actor, ids={new.account_id for new in marks})
    for new in marks:
        if obstacle := find_mark_obstacle(new):
            raise UnableToMarkAccount(field="kind", reason=obstacle)
    asked = Q(pk__in=[])
    for new in marks:
        period = DateRange(new.start_date, new.end_date)
        asked |= Q(account_id=new.account_id, kind=new.kind.value, period__overlap=period)
    if SpecialMark.objects.for_actor(actor).filter(asked).exists():
        raise UnableToMarkAccount(field="kind", reason="the account bears this mark in that time")
    rows = [
        SpecialMark(
            account_id=new.account_id,
            kind=new.kind.value,
            persons=new.persons,
            proof_id=new.proof_id,
            proof_number=new.proof_number.strip(),
            note=new.note.strip(),
            period=DateRange(new.start_date, new.end_date),
        )
        for new in marks
    ]
    return list(SpecialMark.objects.bulk_create(rows, batch_size=_BATCH))


def end_mark(*, actor: Actor, mark: SpecialMark, on: date) -> SpecialMark:
    """
    Let a mark hold until a day, which no longer belongs to it.

    :raises UnableToMarkAccount: if the day lies outside its time
    """
    require_accounts(actor=actor, ids={mark.account_id})
    if not mark.period.lower < on or (mark.period.upper is not None and mark.period.upper <= on):
        raise UnableToMarkAccount(field="on", reason="the day lies outside the time of the mark")
    mark.period = DateRange(mark.period.lower, on)
    mark.save(update_fields=["period"])
    return mark


def add_alias(*, actor: Actor, account: CustomerAccount, number: str, origin: str = "") -> AccountAlias:
    """
    Note a number that an account bore before.

    :raises UnableToAddAlias: if the account has it already or it is empty
    """
    require_accounts(actor=actor, ids={account.pk})
    folded = "".join(number.split())
    if not folded:
        raise UnableToAddAlias(field="number", number=number, reason="the number is empty")
    if AccountAlias.objects.for_actor(actor).filter(account=account, number=folded).exists():
        raise UnableToAddAlias(field="number", number=folded, reason="the account has it already")
    alias = AccountAlias(account=account, number=folded, origin=origin.strip())
    alias.save()
    return alias


def attach_document(
    *, actor: Actor, customer: Customer, document: Document, account: CustomerAccount | None = None
) -> CustomerDocument:
    """Let a document belong to a customer, and to one of their accounts if it is named."""
    require_customers(actor=actor, ids={customer.pk})
    attached = CustomerDocument(customer=customer, account=account, document=document)
    attached.save()
    return attached
