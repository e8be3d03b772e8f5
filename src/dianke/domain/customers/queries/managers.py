"""Who looks after whom, and hand-overs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from dianke.domain.customers.models import AccountManagement, Customer, ManagerHandOver, ManagerHandOverItem, Visit
from dianke.domain.customers.types import VisitState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor

_EVERYBODY = Actor.system("telling what hangs on a person, wherever it lies")


class HandOverUnknown(DomainError):
    """There is no such hand-over within the actor's units."""

    code = "customers.hand_over_unknown"
    message = "there is no hand-over {key}"


@dataclass(frozen=True, slots=True)
class Held:
    """How much hangs on a person."""

    customers: int
    visits: int
    steps: int

    @property
    def is_nothing(self) -> bool:
        """Tell whether the person could go without leaving anything."""
        return not (self.customers or self.visits or self.steps)


def get_manager(*, actor: Actor, customer: Customer, on: date) -> AccountManagement | None:
    """Return who looks after a customer on a day."""
    rows = AccountManagement.objects.for_actor(actor).filter(customer=customer, period__contains=on)
    found: AccountManagement | None = rows.select_related("manager").first()
    return found


def find_desk(*, actor: Actor, customer: Customer, on: date) -> tuple[str, str]:
    """Return name and phone of who looks after a customer on a day; empty where nobody does."""
    found = get_manager(actor=actor, customer=customer, on=on)
    return (found.manager.name, found.manager.office_phone) if found else ("", "")


def find_managers(*, actor: Actor, customer_ids: Collection[int], on: date) -> dict[int, str]:
    """Return the name of who looks after each of some customers on a day, of those that somebody looks after."""
    rows = AccountManagement.objects.for_actor(actor).filter(customer_id__in=customer_ids, period__contains=on)
    return dict(rows.values_list("customer_id", "manager__name"))


def list_managements(*, actor: Actor, customer: Customer) -> list[AccountManagement]:
    """Return who looked after a customer, the last one first."""
    rows = AccountManagement.objects.for_actor(actor).filter(customer=customer)
    return list(rows.select_related("manager").order_by("-period", "-id"))


def filter_managed(*, actor: Actor, login: str, on: date) -> QuerySet[AccountManagement]:
    """Return the customers that a person looks after on a day, to be narrowed further."""
    rows: QuerySet[AccountManagement] = AccountManagement.objects.for_actor(actor)
    return rows.filter(manager__login=login, period__contains=on, customer__merged_into=None)


def list_not_ended(*, manager: Staff, on: date) -> list[AccountManagement]:
    """Return everything that a person looks after on a day or is to look after, wherever it lies."""
    rows = AccountManagement.objects.for_actor(_EVERYBODY).filter(manager=manager)
    rows = rows.filter(Q(period__endswith=None) | Q(period__endswith__gt=on))
    return list(rows.select_related("customer__unit").order_by("customer__number", "id"))


def list_open_visits(*, staff: Staff) -> list[Visit]:
    """Return the visits that a person is to make, wherever they lie."""
    rows = Visit.objects.for_actor(_EVERYBODY).filter(visitor=staff, state=VisitState.PLANNED.value)
    return list(rows.select_related("customer__unit").order_by("planned_date", "id"))


def list_open_steps(*, staff: Staff) -> list[Visit]:
    """Return the visits whose next step a person is to see to, wherever they lie."""
    rows = Visit.objects.for_actor(_EVERYBODY).filter(
        next_owner=staff, next_due_date__isnull=False, next_done_date=None
    )
    return list(rows.select_related("customer__unit").order_by("next_due_date", "id"))


def count_held(*, staff: Staff, on: date) -> Held:
    """Return how much hangs on a person on a day."""
    return Held(
        customers=len({one.customer_id for one in list_not_ended(manager=staff, on=on)}),
        visits=len(list_open_visits(staff=staff)),
        steps=len(list_open_steps(staff=staff)),
    )


def count_by_manager(*, actor: Actor, on: date) -> dict[str, int]:
    """Return how many customers of the actor's units each person looks after on a day, by login."""
    rows = AccountManagement.objects.for_actor(actor).filter(period__contains=on).values_list("manager__login")
    counts: dict[str, int] = {}
    for (login,) in rows:
        counts[login] = counts.get(login, 0) + 1
    return counts


def get_hand_over(*, actor: Actor, key: int, right: str | None = None) -> ManagerHandOver:
    """
    Return a hand-over.

    :raises HandOverUnknown: if there is none within the actor's units
    """
    rows = ManagerHandOver.objects.for_actor(actor, right).filter(pk=key)
    found: ManagerHandOver | None = rows.select_related("giver", "taker", "unit").first()
    if found is None:
        raise HandOverUnknown(field="hand_over", key=key)
    return found


def filter_hand_overs(*, actor: Actor) -> QuerySet[ManagerHandOver]:
    """Return hand-overs, to be narrowed further."""
    rows: QuerySet[ManagerHandOver] = ManagerHandOver.objects.for_actor(actor)
    return rows.select_related("giver", "taker", "unit")


def list_hand_over_items(*, hand_over: ManagerHandOver) -> list[ManagerHandOverItem]:
    """Return the customers of a hand-over that its reader was found to reach."""
    rows = ManagerHandOverItem.objects.for_actor(_EVERYBODY).filter(hand_over=hand_over)
    return list(rows.select_related("customer__unit", "taker").order_by("customer__number"))


def list_managers_of(*, customer_ids: Collection[int], on: date) -> dict[int, str]:
    """Return the login of who looks after each customer on a day."""
    rows = AccountManagement.objects.for_actor(_EVERYBODY).filter(customer_id__in=customer_ids, period__contains=on)
    return dict(rows.values_list("customer_id", "manager__login"))
