"""Who looks after whom: assigned one by one or many at once, handed over by one person and approved by another."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dianke.application.care.people import WORK, PersonUnknown, find_person
from dianke.domain.customers import operations
from dianke.domain.customers.models import AccountManagement, Customer, ManagerHandOver
from dianke.domain.customers.operations.managers import Assigned, UnableToAssignManager, UnableToHandOver
from dianke.domain.customers.queries.managers import (
    get_hand_over,
    list_hand_over_items,
    list_managers_of,
    list_not_ended,
)
from dianke.domain.profiles.operations import segments
from dianke.domain.watching.operations import entries
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity import queries as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

ASSIGN = "care.assign"
APPROVE = "care.approve"
MOST_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class AssignmentPreview:
    """What an assignment would do."""

    customers: tuple[Customer, ...]
    # Customer and who looks after them now, where it is another.
    taken: tuple[tuple[Customer, str], ...]
    unchanged: int
    unknown: tuple[str, ...]


def preview_assignment(*, actor: Actor, numbers: Sequence[str], login: str, on: date) -> AssignmentPreview:
    """Return what giving customers, named by customer or user number, to a person would do."""
    found, unknown = find_customers(actor=actor, numbers=numbers)
    current = list_managers_of(customer_ids=[one.pk for one in found], on=on)
    fresh = [one for one in found if current.get(one.pk) != login]
    return AssignmentPreview(
        customers=tuple(fresh),
        taken=tuple((one, current[one.pk]) for one in fresh if one.pk in current),
        unchanged=len(found) - len(fresh),
        unknown=tuple(unknown),
    )


@use_case(right=ASSIGN)
def assign_managers(
    *, actor: Actor, numbers: Sequence[str], login: str, start: date, reason: str, at: datetime
) -> Assigned:
    """
    Let a person look after customers from a day on; all or none.

    :raises UnableToAssignManager: if a number is nobody's, they are too many, or the person may not work there
    """
    if len(numbers) > MOST_AT_ONCE:
        raise UnableToAssignManager(field="numbers", reason="too many at once")
    found, unknown = find_customers(actor=actor, numbers=numbers)
    if unknown or not found:
        raise UnableToAssignManager(field="numbers", reason="a number is no customer of yours")
    manager = find_person(actor=actor, login=login)
    if not _may_work(manager, {one.unit.path for one in found}, start):
        raise UnableToAssignManager(field="login", reason="the person does not look after customers there")
    return operations.assign_managers(
        actor=actor, customer_ids=[one.pk for one in found], manager=manager, start=start, reason=reason, at=at
    )


@use_case(right=ASSIGN)
def end_management(*, actor: Actor, key: int, on: date, reason: str) -> None:
    """
    Let nobody look after a customer from a day on.

    :raises PersonUnknown: if there is no such assignment within the actor's units
    """
    row: AccountManagement | None = AccountManagement.objects.for_actor(actor).filter(pk=key).first()
    if row is None:
        raise PersonUnknown(field="management", login=str(key))
    operations.end_management(actor=actor, management=row, on=on)


@use_case(right=ASSIGN)
def propose_hand_over(
    *, actor: Actor, giver: str, taker: str, takers: Mapping[str, str] | None = None, reason: str, at: datetime
) -> ManagerHandOver:
    """
    List everything that a person leaves, for somebody else to approve; nothing moves yet.

    :param takers: customer number and login of who takes that customer, where it is another than `taker`
    :raises UnableToHandOver: if the list cannot be made, or a taker may not work where the customers are
    """
    today = to_shanghai(at).date()
    leaving = identity.get_staff(actor=actor, login=giver)
    if leaving is None:
        raise PersonUnknown(field="giver", login=giver)
    main = find_person(actor=actor, login=taker)
    held = {one.customer.number: one.customer for one in list_not_ended(manager=leaving, on=today)}
    named = {
        held[number].pk: find_person(actor=actor, login=login)
        for number, login in (takers or {}).items()
        if number in held
    }
    for person, paths in _group_paths(held.values(), named, main):
        if not _may_work(person, paths, today):
            raise UnableToHandOver(field="taker", reason="the person does not look after customers there")
    return operations.propose_hand_over(
        actor=actor, giver=leaving, taker=main, takers=named, reason=reason, on=today, at=at
    )


@use_case(right=ASSIGN)
def withdraw_hand_over(*, actor: Actor, key: int, reason: str, at: datetime) -> ManagerHandOver:
    """Take a list back before anybody decided."""
    hand_over = get_hand_over(actor=actor, key=key)
    return operations.withdraw_hand_over(actor=actor, hand_over=hand_over, reason=reason, at=at)


@use_case(right=APPROVE)
def approve_hand_over(*, actor: Actor, key: int, reason: str, at: datetime) -> ManagerHandOver:
    """
    Move everything on a list, in one transaction.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    hand_over = get_hand_over(actor=actor, key=key)
    _require_another(actor, hand_over)
    giver, taker = hand_over.giver.login, hand_over.taker.login
    takers = {one.customer_id: one.taker.login for one in list_hand_over_items(hand_over=hand_over)}
    # In the same transaction: where the list no longer holds, this is undone with it.
    besides = {
        "entries": entries.pass_on(giver=giver, takers=takers, other=taker),
        "segments": segments.pass_on(giver=giver, taker=taker, at=at),
    }
    return operations.approve_hand_over(
        actor=actor, hand_over=hand_over, besides=besides, reason=reason, on=to_shanghai(at).date(), at=at
    )


@use_case(right=APPROVE)
def refuse_hand_over(*, actor: Actor, key: int, reason: str, at: datetime) -> ManagerHandOver:
    """
    Refuse a list, for a reason; nothing moves.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    hand_over = get_hand_over(actor=actor, key=key)
    _require_another(actor, hand_over)
    return operations.refuse_hand_over(actor=actor, hand_over=hand_over, reason=reason, at=at)


def find_customers(*, actor: Actor, numbers: Sequence[str]) -> tuple[list[Customer], list[str]]:
    """Return the customers of customer or user numbers, each once, and the numbers that are nobody's."""
    wanted = list(dict.fromkeys(number.strip() for number in numbers if number.strip()))
    rows = Customer.objects.for_actor(actor).filter(merged_into=None).select_related("unit")
    by_number = {one.number: one for one in rows.filter(number__in=wanted)}
    rest = [number for number in wanted if number not in by_number]
    if rest:
        pairs = rows.filter(accounts__number__in=rest).values_list("accounts__number", "pk")
        keys = {number: key for number, key in pairs if number in set(rest)}
        by_key = {one.pk: one for one in rows.filter(pk__in=set(keys.values()))}
        by_number |= {number: by_key[key] for number, key in keys.items()}
    found = {by_number[number].pk: by_number[number] for number in wanted if number in by_number}
    return list(found.values()), [number for number in wanted if number not in by_number]


def _require_another(actor: Actor, hand_over: ManagerHandOver) -> None:
    require_another_person(
        actor=actor, operator_login=hand_over.proposed_by, operated_on=to_shanghai(hand_over.proposed_at).date()
    )


def _group_paths(
    customers: Iterable[Customer], named: Mapping[int, Staff], main: Staff
) -> list[tuple[Staff, set[str]]]:
    people = {main.pk: main}
    paths: dict[int, set[str]] = {main.pk: set()}
    for one in customers:
        person = named.get(one.pk, main)
        people[person.pk] = person
        paths.setdefault(person.pk, set()).add(one.unit.path)
    return [(people[key], paths[key]) for key in people]


def _may_work(person: Staff, paths: Collection[str], on: date) -> bool:
    actor = identity.build_actor(staff=person, on=on, origin="rule")
    return actor.may(WORK) and all(actor.may(WORK, path) for path in paths)
