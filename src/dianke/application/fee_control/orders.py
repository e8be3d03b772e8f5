"""Orders of disconnection by three persons: who proposes, who approves, who operates; supply comes back without any."""

from datetime import datetime
from decimal import Decimal

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.queries.accounts import get_account
from dianke.domain.fee_control.models import ControlNotice, SupplyOrder
from dianke.domain.fee_control.operations import executing, telling
from dianke.domain.fee_control.operations import orders as operations
from dianke.domain.fee_control.operations.executing import Proof
from dianke.domain.fee_control.operations.orders import UnableToOrder
from dianke.domain.fee_control.operations.watching import mark
from dianke.domain.fee_control.queries import orders as queries
from dianke.domain.fee_control.queries.facts import load_balances, load_facts
from dianke.domain.fee_control.types import Cause, ControlState, OrderKind, Way
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.documents import operations as documents
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

_ORDER, _APPROVE, _OPERATE = "fee_control.order", "fee_control.approve", "fee_control.operate"
_APPROVE_IMPORTANT = "fee_control.approve_important"
_KIND = "FEE_CONTROL_EVIDENCE"


@use_case(right=_ORDER)
def propose_order(*, actor: Actor, number: str, cause: Cause, at: datetime) -> list[SupplyOrder]:
    """
    Propose that an account is cut off.

    :raises CutOffRefused: if a rule stands in the way, naming it and the text behind it
    :raises UnableToOrder: if there is no such account, or none of its points has a meter
    """
    account = _get_account(actor, number)
    lock_accounts([account.pk])
    facts = load_facts(causes={account.pk: cause}, at=at)[account.pk]
    found = operations.propose(account=account, facts=facts, login=actor.login, at=at)
    mark(account=account, state=ControlState.TO_DISCONNECT, at=at)
    return found


@use_case(right=_APPROVE)
def approve_order(*, actor: Actor, key: int, at: datetime) -> SupplyOrder:
    """
    Let an order go on that another person, or the nightly work, proposed.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    :raises PermissionRefused: if it concerns an important user and the actor may not decide on those
    :raises CutOffRefused: if a rule stands in the way by now
    """
    order = _lock(actor, key)
    _require_other(actor, order.proposed_by, order.proposed_at)
    if order.is_important and not actor.may(_APPROVE_IMPORTANT, order.unit.path):
        raise PermissionRefused(field="actor", login=actor.login, right=_APPROVE_IMPORTANT)
    return operations.approve(order=order, is_special=order.is_important, login=actor.login, at=at)


@use_case(right=_APPROVE)
def refuse_order(*, actor: Actor, key: int, reason: str, at: datetime) -> SupplyOrder:
    """Refuse an order."""
    order = _lock(actor, key)
    _require_other(actor, order.proposed_by, order.proposed_at)
    return operations.refuse(order=order, reason=reason, login=actor.login, at=at)


@use_case(right=_ORDER)
def withdraw_order(*, actor: Actor, key: int, reason: str, at: datetime) -> SupplyOrder:
    """
    Take an order of disconnection back that has not touched the supply.

    :raises UnableToOrder: if it is one of supply, which a payment asked for
    """
    order = _lock(actor, key)
    if order.kind != OrderKind.DISCONNECTION.value:
        raise UnableToOrder(field="order", reason="supply that was paid for is restored")
    withdrawn = operations.withdraw(order=order, reason=reason, login=actor.login, at=at)
    balance = load_balances(account_ids=[order.account_id], at=at)[order.account_id]
    executing.settle_supplied(account_id=order.account_id, balance=balance, at=at)
    return withdrawn


@use_case(right=_OPERATE)
def release_order(*, actor: Actor, key: int, way: Way, at: datetime) -> SupplyOrder:
    """
    Hand an approved order to the head-end, or take it along by hand.

    :raises SamePerson: if the actor approved it, or stands in for who did
    """
    order = _get_for_operator(actor, key)
    return operations.release(order=order, way=way, login=actor.login, at=at)


@use_case(right=_OPERATE)
def record_by_hand(
    *, actor: Actor, key: int, at: datetime, reading: Decimal | None = None, file_name: str = "", content: bytes = b""
) -> SupplyOrder:
    """
    Keep that a person cut or restored supply at the meter, with its reading or a picture.

    :raises SamePerson: if the actor approved it, or stands in for who did
    :raises CutOffRefused: if a rule stands in the way at this moment
    """
    order = _get_for_operator(actor, key)
    evidence = None
    if content:
        evidence = documents.add_document(
            actor=actor, unit=order.unit, kind=_KIND, title=file_name, file_name=file_name, content=content, at=at
        )
    proof = Proof(reading=reading, evidence=evidence)
    return executing.record_by_hand(order=order, proof=proof, login=actor.login, at=at)


@use_case(right=_ORDER)
def record_written_notice(*, actor: Actor, number: str, note: str, at: datetime) -> ControlNotice:
    """
    Keep that a notice of disconnection was handed over on paper now.

    :raises UnableToOrder: if there is no such account, or it is not said to whom
    """
    account = _get_account(actor, number)
    if not note.strip():
        raise UnableToOrder(field="note", reason="say to whom and how it was handed over")
    balance = load_balances(account_ids=[account.pk], at=at)[account.pk]
    return telling.record_written(account=account, balance_fen=balance.balance_fen, note=note, at=at)


def _get_account(actor: Actor, number: str) -> CustomerAccount:
    account = get_account(actor=actor, number=number)
    if account is None:
        raise UnableToOrder(field="number", reason="there is no such account")
    return account


def _lock(actor: Actor, key: int) -> SupplyOrder:
    order = queries.get_order(actor=actor, key=key)
    operations.lock_order(order)
    return order


def _get_for_operator(actor: Actor, key: int) -> SupplyOrder:
    order = _lock(actor, key)
    if order.approved_by and order.approved_at is not None:
        _require_other(actor, order.approved_by, order.approved_at)
    return order


def _require_other(actor: Actor, login: str, at: datetime) -> None:
    require_another_person(actor=actor, operator_login=login, operated_on=to_shanghai(at).date())
