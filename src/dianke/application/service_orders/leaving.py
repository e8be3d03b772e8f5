"""Meters come down, contracts begin and end, accounts are taken over, closed or called otherwise."""

import json
from collections.abc import Mapping
from datetime import date, datetime

from dianke.application.service_orders.final_bill import DayNotCome, RegisterNotRead
from dianke.application.service_orders.terms import change_demand, change_mode
from dianke.application.service_orders.work import Work
from dianke.domain.contracts import operations as contracts
from dianke.domain.contracts import queries as contract_queries
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.types import HOLDING, UNDER_WAY
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import CustomerAccount, KeyChange
from dianke.domain.customers.rules.key_data import OF_ACCOUNT
from dianke.domain.customers.types import AccountStatus, KeyChangeState, KeyField
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import MeterInstallation
from dianke.domain.metering.types import RegisterKind
from dianke.domain.network import operations as network
from dianke.domain.network.models import Transformer, TransformerSpell
from dianke.domain.network.types import TransformerState
from dianke.domain.service_orders.models import EffectKind, ServiceOrder
from dianke.domain.service_orders.operations.effects import note_effect
from dianke.domain.service_orders.queries.effects import find_effect, find_final_day
from dianke.domain.service_orders.queries.leavers import list_leaving
from dianke.domain.service_orders.queries.unused import find_months_of_use
from dianke.domain.service_orders.rules.rule_sets import choose_rule_set, load_rule_sets
from dianke.domain.service_orders.types import MonthUse, OrderKind
from dianke.kernel.errors import DomainError
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

_PROVED = "PROVED"
_OF_KEY_DATA = frozenset({OrderKind.RENAME.value, OrderKind.MANY_PERSONS.value})


class ContractNotSigned(DomainError):
    """The contract that follows is not signed by both sides."""

    code = "service_orders.contract_not_signed"
    message = "no contract with {customer} that holds from {day} is signed by both sides; draft it and have it signed"


class NotYetTakenOver(DomainError):
    """The account does not belong to the taker yet."""

    code = "service_orders.not_taken_over"
    message = "account {account} still belongs to who leaves; issue its final bill first"


class ClosingIncomplete(DomainError):
    """Something of the account still stands."""

    code = "service_orders.closing_incomplete"
    message = "account {account} cannot be archived as closed; still there: {left}"


class UseNotDisproved(DomainError):
    """The readings do not prove that the supply was unused."""

    code = "service_orders.use_not_disproved"
    message = "the readings do not prove that nothing was used: {months}"


class NameNotAgreed(DomainError):
    """The change of key data was refused or withdrawn."""

    code = "service_orders.name_not_agreed"
    message = "what the order asked for in the archive was refused or withdrawn; cancel the order or take a new one"


def list_standing(order: ServiceOrder, *, actor: Actor) -> list[MeterInstallation]:
    """Return the meters that hang at the points of the accounts that leave, by point."""
    rows = MeterInstallation.objects.for_actor(actor).filter(
        usage_point__account__in=list_leaving(actor=actor, order=order), period__endswith=None
    )
    return list(rows.select_related("meter", "usage_point__unit").order_by("usage_point__code", "id"))


def remove_meters(work: Work) -> None:
    """
    Take every meter of the account down today with what it shows, and its own transformers out of the network.

    :raises DayNotCome: before the day that was agreed
    :raises RegisterNotRead: if a register is missing
    :raises UnableToRemoveMeter: if a value cannot be, beside the ones before
    """
    order, today = work.order, work.today
    if today < order.effective_on:
        raise DayNotCome(field="day", number=order.number, day=order.effective_on)
    for standing in list_standing(order, actor=work.actor):
        values = work.given.values.get(standing.pk, {})
        missing = [name for name in standing.meter.registers if name not in values]
        if missing:
            raise RegisterNotRead(field="readings", meter=standing.meter.asset_number, registers=", ".join(missing))
        metering.remove_meter(
            actor=work.actor, usage_point=standing.usage_point, on=today,
            readings={RegisterKind(name): values[name] for name in standing.meter.registers},
            rolled_over=standing.pk in work.given.rolled_over,
        )  # fmt: skip
        work.note(EffectKind.METER_REMOVED, key=standing.meter_id, number=standing.meter.asset_number, on=today)
    for transformer in _list_in_place(work):
        network.set_transformer_state(
            actor=work.actor, transformer=transformer, state=TransformerState.REMOVED, from_date=today
        )
        work.note(EffectKind.TRANSFORMER_REMOVED, key=transformer.pk, number=transformer.code, on=today)


def _list_in_place(work: Work) -> list[Transformer]:
    """Return the transformers of the accounts that leave which were not removed."""
    rows = TransformerSpell.objects.for_actor(work.actor).filter(
        transformer__account__in=list_leaving(actor=work.actor, order=work.order), period__endswith=None
    )
    standing = rows.exclude(state=TransformerState.REMOVED.value).select_related("transformer")
    return [row.transformer for row in standing.order_by("transformer__code")]


def require_contract(work: Work) -> None:
    """
    Refuse to go on until both sides signed the contract with whoever the account will belong to.

    :raises ContractNotSigned: if none is
    """
    order = work.order
    name, number = find_party(order, actor=work.actor)
    rows = contract_queries.filter_versions(actor=work.actor).filter(
        account_id=order.account_id, state__in=[state.value for state in HOLDING], drafted_at__gte=order.accepted_at
    )
    if order.kind == OrderKind.TRANSFER.value:
        # Neither a day of the old party under the new contract nor the other way round.
        rows = rows.filter(period__startswith=order.effective_on)
    found = next((one for one in rows.order_by("-id") if one.parameters.get("customer") == name), None)
    if found is None:
        raise ContractNotSigned(field="contract", customer=number, day=order.effective_on)
    work.note(EffectKind.CONTRACT_SIGNED, key=found.pk, number=str(found), on=found.period.lower)


def find_party(order: ServiceOrder, *, actor: Actor) -> tuple[str, str]:
    """Return the name that the contract of an order is with, and the number of its customer."""
    if order.taker is not None:
        return order.taker.name, order.taker.number
    change = find_key_change(order, actor=actor)
    return (json.loads(change.after)["name"] if change else ""), order.account.customer.number


def open_account(work: Work) -> None:
    """
    Confirm that the account belongs to the taker, on a contract and a price of their own.

    :raises NotYetTakenOver: if it still belongs to who leaves
    """
    account = _get_account(work)
    if account.customer_id != work.order.taker_id:
        raise NotYetTakenOver(field="account", account=account.number)


def end_contracts(work: Work) -> None:
    """Let the contracts of the account end with the supply; what nobody signed yet is given up."""
    day = find_final_day(actor=work.actor, order=work.order)
    leaving = list_leaving(actor=work.actor, order=work.order)
    rows = contract_queries.filter_versions(actor=work.actor).filter(account__in=leaving)
    for version in rows.order_by("id"):
        if version.state in [state.value for state in UNDER_WAY]:
            contracts.withdraw_version(version=version)
        elif version.state in [state.value for state in HOLDING] and _outlives(version, day):
            contracts.end_version(version=version, on=day, login=work.actor.login, reason=work.order.number)
            work.note(EffectKind.CONTRACT_ENDED, key=version.pk, number=str(version), on=day)


def _outlives(version: ContractVersion, day: date) -> bool:
    upper = version.period.upper
    return bool(version.period.lower < day and (upper is None or upper > day))


def require_closed(work: Work) -> None:
    """
    Refuse to archive while the account is open, a meter hangs or a transformer stands.

    :raises ClosingIncomplete: naming what is left
    """
    leaving = [one.pk for one in list_leaving(actor=work.actor, order=work.order)]
    open_rows = CustomerAccount.objects.for_actor(work.actor).filter(pk__in=leaving)
    left = [one.meter.asset_number for one in list_standing(work.order, actor=work.actor)]
    left += [one.code for one in _list_in_place(work)]
    left += open_rows.exclude(status=AccountStatus.CLOSED.value).order_by("number").values_list("number", flat=True)
    if left:
        raise ClosingIncomplete(field="account", account=work.order.account.number, left=", ".join(left))


def prove_no_use(work: Work) -> None:
    """
    Refuse the word that nothing was used unless the readings say so today.

    :raises UseNotDisproved: naming the months
    """
    if work.step.outcome != _PROVED:
        return
    rules = choose_rule_set(load_rule_sets(), accepted_on=work.today, spell_set=work.order.rule_set)
    months = rules.get("close_forced.unused", on=work.today).amount or 0
    used = find_months_of_use(actor=work.actor, account=work.order.account, before=work.today, months=months)
    others = [f"{month:%Y-%m}" for month, use in used.items() if use is not MonthUse.ZERO]
    if others:
        raise UseNotDisproved(field="outcome", months=", ".join(others))


def ask_key_data(order: ServiceOrder, *, field: KeyField, value: Mapping[str, str], actor: Actor, at: datetime) -> None:
    """
    Ask for the key data that an order brings; the archive takes them over when the order is archived.

    :raises UnableToAskForChange: if the value cannot stand or is the one that stands
    """
    change = customers.ask_key_change(
        actor=actor, customer=order.account.customer, account=order.account if field in OF_ACCOUNT else None,
        field=field, value=value, reason=order.number, at=at,
    )  # fmt: skip
    note_effect(order=order, kind=EffectKind.KEY_CHANGE, step="accept", actor=actor, at=at, key=change.pk)


def find_key_change(order: ServiceOrder, *, actor: Actor) -> KeyChange | None:
    """Return the change of key data that an order asked for."""
    asked = find_effect(actor=actor, order=order, kind=EffectKind.KEY_CHANGE)
    if asked is None:
        return None
    found: KeyChange | None = KeyChange.objects.for_actor(actor).filter(pk=asked.key).first()
    return found


def archive(work: Work) -> None:
    """
    Carry out what waits for the archive: a new name, the size of a household, a contract demand or mode.

    :raises SamePerson: if the actor asked for the key data, or stands in for who did
    :raises NameNotAgreed: if somebody refused or withdrew them
    """
    if work.order.kind == OrderKind.CHANGE_DEMAND.value:
        change_demand(work)
    if work.order.kind == OrderKind.CHANGE_MODE.value:
        change_mode(work)
    if work.order.kind not in _OF_KEY_DATA:
        return
    change = find_key_change(work.order, actor=work.actor)
    if change is None or change.state not in (KeyChangeState.PENDING.value, KeyChangeState.APPROVED.value):
        raise NameNotAgreed(field="name")
    if change.state == KeyChangeState.PENDING.value:
        require_another_person(actor=work.actor, operator_login=change.asked_by)
        customers.approve_key_change(actor=work.actor, change=change, at=work.at, reason=work.order.number)
    account = work.order.account
    if work.order.kind == OrderKind.RENAME.value:
        work.note(EffectKind.NAME_CHANGED, key=account.customer_id, number=account.customer.number)
    else:
        work.note(EffectKind.TERMS, key=account.pk, number=account.number, on=work.today)


def withdraw_key_data(order: ServiceOrder, *, actor: Actor, at: datetime) -> None:
    """Take back the key data that a cancelled order asked for, unless it was decided."""
    change = find_key_change(order, actor=actor)
    if change is not None and change.state == KeyChangeState.PENDING.value:
        customers.withdraw_key_change(actor=actor, change=change, at=at, reason=order.number)


def _get_account(work: Work) -> CustomerAccount:
    """Return the account as it is stored now."""
    rows = CustomerAccount.objects.for_actor(work.actor).filter(pk=work.order.account_id)
    found: CustomerAccount = rows.select_related("customer").get()
    return found
