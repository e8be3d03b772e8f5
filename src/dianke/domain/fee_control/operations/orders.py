"""Orders of disconnection: proposed by rule or person, approved by another, handed to an operator, taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.fee_control.models import ControlNotice, OrderEvent, SupplyOrder
from dianke.domain.fee_control.operations.telling import tell
from dianke.domain.fee_control.queries.facts import load_facts, load_last_hours
from dianke.domain.fee_control.queries.policies import get_policy
from dianke.domain.fee_control.rules import cut_off
from dianke.domain.fee_control.types import (
    BEFORE_EXECUTION,
    Cause,
    CutOffFacts,
    NoticeKind,
    OrderKind,
    OrderState,
    Refusal,
    Way,
)
from dianke.domain.metering.models import MeterInstallation
from dianke.domain.metering.types import PointStatus
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("carrying out fee control")
_TEXT = 400
# What of an order changes while it is open.
_MOVING = [
    "state", "way", "operated_by", "approved_by", "approved_at", "is_specially_approved", "planned_at",
    "attempt_count", "next_try_at", "failed_reason",
]  # fmt: skip


class CutOffRefused(DomainError):
    """Rules stand in the way of a disconnection; each is named with the text behind it."""

    code = "fee_control.cut_off_refused"
    message = "account {account} may not be cut off: {rules}"


class OrderOutOfState(DomainError):
    """The order is no longer where the act would find it."""

    code = "fee_control.order_out_of_state"
    message = "order {number} is in another state by now"


class UnableToOrder(DomainError):
    """The order lacks something."""

    code = "fee_control.unable_to_order"
    message = "this cannot be done: {reason}"


def write_refusals(found: Sequence[Refusal]) -> str:
    """Return rules as text: code, what it was measured by, the text behind it."""
    return "; ".join(f"{one.rule.value} {one.about}".strip() + f" ({one.article})" for one in found)


def list_refusals(*, facts: CutOffFacts, at: datetime, is_execution: bool = False) -> list[Refusal]:
    """Return the rules in force that stand in the way at a moment."""
    policy = get_policy(on=to_shanghai(at).date())
    return cut_off.list_refusals(
        facts, policy=policy, calendar=load_mainland_calendar(), at=at, is_execution=is_execution
    )


def propose(*, account: CustomerAccount, facts: CutOffFacts, login: str, at: datetime) -> list[SupplyOrder]:
    """
    Propose that every point of an account is cut off; a point that has an open order is left out.

    :raises CutOffRefused: if a rule stands in the way
    :raises UnableToOrder: if no point of the account has a meter to be cut at
    """
    refused = list_refusals(facts=facts, at=at)
    if refused:
        raise CutOffRefused(
            field="account", account=account.number, rules=write_refusals(refused), refusals=tuple(refused)
        )
    open_points = (
        SupplyOrder.objects.for_actor(_SYSTEM)
        .filter(account=account)
        .filter(Q(state__in=[one.value for one in BEFORE_EXECUTION | {OrderState.EXECUTING}]))
    )
    taken = set(open_points.values_list("usage_point_id", flat=True))
    meters = MeterInstallation.objects.for_actor(_SYSTEM).filter(
        usage_point__account=account, usage_point__status=PointStatus.ACTIVE.value, usage_point__parent=None,
        period__contains=to_shanghai(at).date(),
    )  # fmt: skip
    found = [
        one for one in meters.select_related("meter").order_by("usage_point_id") if one.usage_point_id not in taken
    ]
    if not found and not taken:
        raise UnableToOrder(field="account", reason="no point of the account has a meter")
    return [_save(account, one, facts, login, at) for one in found]


def _save(
    account: CustomerAccount, installation: MeterInstallation, facts: CutOffFacts, login: str, at: datetime
) -> SupplyOrder:
    policy = get_policy(on=to_shanghai(at).date())
    order = SupplyOrder(
        unit=account.unit, account=account, usage_point_id=installation.usage_point_id,
        meter_number=installation.meter.asset_number, kind=OrderKind.DISCONNECTION.value, cause=facts.cause.value,
        state=OrderState.PROPOSED.value, balance_fen=facts.balance_fen, overdue_fen=facts.overdue_fen,
        days_overdue=facts.days_overdue, told_at=facts.told_at, is_important=facts.is_important,
        policy_code=policy.code, planned_at=find_planned(facts=facts, at=at), proposed_by=login, proposed_at=at,
    )  # fmt: skip
    order.save()
    note(order=order, what="PROPOSED", by=login, at=at)
    return order


def find_planned(*, facts: CutOffFacts, at: datetime) -> datetime | None:
    """Return the first moment at which the order may be carried out, the last word before it included."""
    policy = get_policy(on=to_shanghai(at).date())
    earliest = cut_off.find_earliest(facts, policy=policy, at=at)
    return cut_off.find_moment(policy=policy, calendar=load_mainland_calendar(), earliest=earliest)


def approve(*, order: SupplyOrder, is_special: bool, login: str, at: datetime) -> SupplyOrder:
    """
    Let an order go on.

    :raises OrderOutOfState: if it was decided already
    :raises CutOffRefused: if a rule stands in the way by now
    """
    _require(order, {OrderState.PROPOSED})
    facts = load_order_facts(orders=[order], at=at)[order.pk]
    refused = list_refusals(facts=facts, at=at)
    if refused:
        raise CutOffRefused(
            field="order", account=order.account.number, rules=write_refusals(refused), refusals=tuple(refused)
        )
    order.planned_at = find_planned(facts=facts, at=at)
    order.approved_by, order.approved_at, order.is_specially_approved = login, at, is_special
    return _move(order, OrderState.APPROVED, login, at, fields=("planned_at", *_APPROVED))


def refuse(*, order: SupplyOrder, reason: str, login: str, at: datetime) -> SupplyOrder:
    """
    Refuse an order.

    :raises OrderOutOfState: if it was decided already
    :raises UnableToOrder: without a reason
    """
    _require(order, {OrderState.PROPOSED})
    return _end(order, OrderState.REFUSED, reason, login, at)


def withdraw(*, order: SupplyOrder, reason: str, login: str, at: datetime) -> SupplyOrder:
    """
    Take an order back that has not touched the supply.

    :raises OrderOutOfState: if it is being carried out, or is over
    :raises UnableToOrder: without a reason
    """
    _require(order, BEFORE_EXECUTION)
    return _end(order, OrderState.WITHDRAWN, reason, login, at)


def release(*, order: SupplyOrder, way: Way, login: str, at: datetime) -> SupplyOrder:
    """
    Hand an order to the head-end, or take it along by hand; a failed one may be tried again, in another way.

    The meter is told at the first moment that the rules allow; the customer an hour before, where they ask for it.

    :raises OrderOutOfState: if it is not approved, or on its way already
    """
    _require(order, {OrderState.APPROVED, OrderState.FAILED})
    order.operated_by, order.way, order.failed_reason = login, way.value, ""
    order.attempt_count, order.next_try_at = 0, None
    fields = ("operated_by", "way", "failed_reason", "attempt_count", "next_try_at")
    return _move(order, OrderState.RELEASED, login, at, fields=fields)


def say_last_word(*, order: SupplyOrder, at: datetime) -> bool:
    """
    Tell the customer of a released order once more, or plan it anew where today is too late; tell whether it was said.

    It is said once a day: what was said yesterday does not count today.
    """
    policy = get_policy(on=to_shanghai(at).date())
    facts = load_order_facts(orders=[order], at=at)[order.pk]
    if not cut_off.needs_last_hour(facts, policy):
        return False
    said = ControlNotice.objects.for_actor(_SYSTEM).filter(
        order=order, kind=NoticeKind.LAST_HOUR.value, told_at__date=to_shanghai(at).date()
    )
    if said.exists():
        return False
    planned = find_planned(facts=facts, at=at)
    if planned is not None and order.planned_at is not None:
        planned = max(planned, order.planned_at)
    if planned != order.planned_at:
        order.planned_at = planned
        order.save(update_fields=["planned_at"])
    # Not said yet before its time, nor of what is planned for another day.
    if planned is None or planned > cut_off.find_earliest(facts, policy=policy, at=at):
        return False
    owed = facts.balance_fen if facts.cause is Cause.BALANCE else -facts.overdue_fen
    tell(
        account=order.account, kind=NoticeKind.LAST_HOUR, policy=policy, balance_fen=owed, at=at,
        login="system", order=order, time=planned,
    )  # fmt: skip
    note(order=order, what="LAST_HOUR", by="system", at=at)
    return True


def load_order_facts(*, orders: Sequence[SupplyOrder], at: datetime) -> Mapping[int, CutOffFacts]:
    """Return what decides about each order now, with its last word and its approval."""
    causes: dict[Cause, dict[int, Cause]] = {}
    for order in orders:
        causes.setdefault(Cause(order.cause), {})[order.account_id] = Cause(order.cause)
    facts = {(key, cause): one for cause, own in causes.items() for key, one in load_facts(causes=own, at=at).items()}
    said = load_last_hours(order_ids=[order.pk for order in orders])
    return {
        order.pk: replace(
            facts[(order.account_id, Cause(order.cause))],
            last_hour_at=said.get(order.pk),
            has_special_approval=order.is_specially_approved,
        )
        for order in orders
    }


def lock_order(order: SupplyOrder) -> None:
    """
    Hold the account of an order until the transaction ends, then read the order anew.

    Money that comes meanwhile waits for it: it is seen here, or sees what was done. Everybody locks accounts first.
    """
    lock_accounts([order.account_id])
    order.refresh_from_db(
        fields=_MOVING, from_queryset=SupplyOrder.objects.for_actor(_SYSTEM).select_for_update(of=("self",))
    )


def note(*, order: SupplyOrder, what: str, by: str, at: datetime, detail: str = "") -> None:
    """Keep what happened to an order."""
    OrderEvent(order=order, what=what[:16], detail=detail[:_TEXT], by=by, at=at).save()


_APPROVED = ("approved_by", "approved_at", "is_specially_approved")


def _end(order: SupplyOrder, state: OrderState, reason: str, login: str, at: datetime) -> SupplyOrder:
    if not reason.strip():
        raise UnableToOrder(field="reason", reason="give a reason")
    order.ended_reason = reason.strip()[:_TEXT]
    return _move(order, state, login, at, fields=("ended_reason",), detail=order.ended_reason)


def _move(
    order: SupplyOrder, state: OrderState, login: str, at: datetime, *, fields: Sequence[str] = (), detail: str = ""
) -> SupplyOrder:
    order.state = state.value
    order.save(update_fields=["state", *fields])
    note(order=order, what=state.value, by=login, at=at, detail=detail)
    return order


def _require(order: SupplyOrder, states: Any) -> None:
    if OrderState(order.state) not in states:
        raise OrderOutOfState(field="order", number=order.number, state=order.state)
