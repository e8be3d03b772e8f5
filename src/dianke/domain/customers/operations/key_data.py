"""Key data of customers and accounts: read, compared and set by field."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.domain.customers import rules
from dianke.domain.customers.models import BankAccount, Customer, CustomerAccount, KeyChange
from dianke.domain.customers.operations.reaching import require_customers
from dianke.domain.customers.queries.hashes import hash_bank_account, hash_identity_number
from dianke.domain.customers.rules.key_data import OF_ACCOUNT, find_value_obstacle, fold_value
from dianke.domain.customers.types import CustomerKind, KeyChangeState, KeyField
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor


class UnableToAskForChange(DomainError):
    """The change of key data cannot be asked for."""

    code = "customers.unable_to_ask_for_change"
    message = "the change cannot be asked for: {reason}"


class ChangeIsDecided(DomainError):
    """Somebody decided or withdrew the change before."""

    code = "customers.change_is_decided"
    message = "the change was decided or withdrawn before"


class ValueChangedMeanwhile(DomainError):
    """What the change was asked against is no longer what stands in the archive."""

    code = "customers.value_changed_meanwhile"
    message = "the value in the archive changed since the change was asked for; let it be asked for anew"


def read_key_value(*, field: KeyField, customer: Customer, account: CustomerAccount | None, on: date) -> dict[str, str]:
    """Return the parts of a field as they stand; a bank account of a day."""
    if field in OF_ACCOUNT:
        assert account is not None  # noqa: S101 - the caller names the account of an account's field
        return _read_of_account(field, account, on)
    if field is KeyField.IDENTITY:
        return {"kind": customer.identity_kind, "number": customer.identity_number}
    return {field.value.lower(): str(getattr(customer, field.value.lower()))}


def ask_key_change(
    *,
    actor: Actor,
    customer: Customer,
    account: CustomerAccount | None,
    field: KeyField,
    value: Mapping[str, str],
    reason: str,
    at: datetime,
) -> KeyChange:
    """
    Ask for a change of key data; nothing changes until another person agrees.

    :raises UnableToAskForChange: if the value cannot stand, is the one that stands, or is asked for already
    """
    require_customers(actor=actor, ids={customer.pk})
    _require_askable(customer, account, field, reason)
    after = fold_value(field, value)
    if obstacle := find_value_obstacle(field, after):
        raise UnableToAskForChange(field="value", reason=obstacle)
    before = read_key_value(field=field, customer=customer, account=account, on=at.date())
    if before == after:
        raise UnableToAskForChange(field="value", reason="that is what stands in the archive")
    pending = KeyChange.objects.for_actor(actor).filter(
        customer=customer, account=account, field=field.value, state=KeyChangeState.PENDING.value
    )
    if pending.exists():
        raise UnableToAskForChange(field="value", reason="a change of this field waits for a decision")
    change = KeyChange(
        unit_id=account.unit_id if account else customer.unit_id,
        customer=customer,
        account=account,
        field=field.value,
        before=json.dumps(before, ensure_ascii=False),
        after=json.dumps(after, ensure_ascii=False),
        reason=reason.strip(),
        asked_by=actor.login,
        asked_at=at,
    )
    change.save()
    return change


def approve_key_change(*, actor: Actor, change: KeyChange, at: datetime, reason: str = "") -> KeyChange:
    """
    Carry out a change that another person asked for; who may, the use case asks.

    :raises ChangeIsDecided: if it is decided
    :raises ValueChangedMeanwhile: if the archive no longer holds what it was asked against
    """
    locked = _lock(actor, change)
    field = KeyField(locked.field)
    customer = Customer.objects.for_actor(actor).select_for_update().get(pk=locked.customer_id)
    account = None
    if locked.account_id is not None:
        account = CustomerAccount.objects.for_actor(actor).select_for_update().get(pk=locked.account_id)
    before = read_key_value(field=field, customer=customer, account=account, on=at.date())
    if before != json.loads(locked.before) or customer.merged_into_id is not None:
        raise ValueChangedMeanwhile(field="value")
    value = json.loads(locked.after)
    if account is not None:
        _set_of_account(field, account, value, at.date())
    else:
        _SET_OF_CUSTOMER[field](customer, value)
    return _decide(actor, locked, KeyChangeState.APPROVED, at, reason)


def reject_key_change(*, actor: Actor, change: KeyChange, at: datetime, reason: str) -> KeyChange:
    """
    Refuse a change, with a reason for whoever asked.

    :raises ChangeIsDecided: if it is decided
    """
    return _decide(actor, _lock(actor, change), KeyChangeState.REJECTED, at, reason)


def withdraw_key_change(*, actor: Actor, change: KeyChange, at: datetime, reason: str = "") -> KeyChange:
    """
    Take a change back before it is decided.

    :raises ChangeIsDecided: if it is decided
    """
    return _decide(actor, _lock(actor, change), KeyChangeState.WITHDRAWN, at, reason)


def _require_askable(customer: Customer, account: CustomerAccount | None, field: KeyField, reason: str) -> None:
    if (account is not None) is not (field in OF_ACCOUNT) or (account and account.customer_id != customer.pk):
        raise UnableToAskForChange(field="account", reason="the field belongs to an account of this customer")
    if customer.merged_into_id is not None:
        raise UnableToAskForChange(field="customer", reason="the customer was merged into another")
    if not reason.strip():
        raise UnableToAskForChange(field="reason", reason="a reason is needed")


def _lock(actor: Actor, change: KeyChange) -> KeyChange:
    locked: KeyChange | None = KeyChange.objects.for_actor(actor).select_for_update().filter(pk=change.pk).first()
    if locked is None or locked.state != KeyChangeState.PENDING.value:
        raise ChangeIsDecided(field="state")
    return locked


def _decide(actor: Actor, change: KeyChange, state: KeyChangeState, at: datetime, reason: str) -> KeyChange:
    change.state = state.value
    change.decided_by = actor.login
    change.decided_at = at
    change.decision_reason = reason.strip()
    change.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    return change


def _read_of_account(field: KeyField, account: CustomerAccount, on: date) -> dict[str, str]:
    if field is KeyField.USAGE_CLASS:
        return {"usage_class": account.usage_class}
    if field is KeyField.HOUSEHOLD_SIZE:
        return {"persons": str(account.household_size)}
    bank = _find_bank(account, on)
    parts = ("bank_name", "bank_code", "holder", "number")
    return {part: getattr(bank, part) if bank else "" for part in parts}


def _set_of_account(field: KeyField, account: CustomerAccount, value: Mapping[str, str], on: date) -> None:
    if field is KeyField.USAGE_CLASS:
        account.usage_class = value["usage_class"]
        account.save(update_fields=["usage_class"])
    elif field is KeyField.HOUSEHOLD_SIZE:
        account.household_size = int(value["persons"])
        account.save(update_fields=["household_size"])
    else:
        _set_bank(account, value, on)


def _set_bank(account: CustomerAccount, value: Mapping[str, str], on: date) -> None:
    bank = _find_bank(account, on)
    columns: dict[str, Any] = {**value, "number_hash": hash_bank_account(value["number"])}
    if bank is not None and bank.period.lower == on:
        # It began today: there is no day yet on which the former one held.
        for name, part in columns.items():
            setattr(bank, name, part)
        bank.save(update_fields=list(columns))
        return
    if bank is not None:
        bank.period = DateRange(bank.period.lower, on)
        bank.save(update_fields=["period"])
    BankAccount(account=account, period=DateRange(on, None), **columns).save()


def _find_bank(account: CustomerAccount, on: date) -> BankAccount | None:
    banks = BankAccount.objects.for_actor(_EVERYBODY).filter(account=account, period__contains=on)
    bank: BankAccount | None = banks.first()
    return bank


def _set_name(customer: Customer, value: Mapping[str, str]) -> None:
    customer.name = value["name"]
    _spell(customer, ["name"])


def _set_kind(customer: Customer, value: Mapping[str, str]) -> None:
    customer.kind = value["kind"]
    _spell(customer, ["kind"])


def _spell(customer: Customer, changed: list[str]) -> None:
    # A person's surname is read as a surname, so that the kind changes the pinyin too.
    pinyin = rules.spell_name(customer.name, kind=CustomerKind(customer.kind))
    customer.name_initials, customer.name_pinyin = pinyin.initials, pinyin.full
    customer.save(update_fields=[*changed, "name_initials", "name_pinyin"])


def _set_identity(customer: Customer, value: Mapping[str, str]) -> None:
    customer.identity_kind, customer.identity_number = value["kind"], value["number"]
    customer.identity_hash = hash_identity_number(value["number"])
    customer.save(update_fields=["identity_kind", "identity_number", "identity_hash"])


def _set_importance(customer: Customer, value: Mapping[str, str]) -> None:
    customer.importance = value["importance"]
    customer.save(update_fields=["importance"])


_SET_OF_CUSTOMER: dict[KeyField, Callable[[Customer, Mapping[str, str]], None]] = {
    KeyField.NAME: _set_name,
    KeyField.KIND: _set_kind,
    KeyField.IDENTITY: _set_identity,
    KeyField.IMPORTANCE: _set_importance,
}
_EVERYBODY = Actor.system("key data of an account that the actor was found to reach")
