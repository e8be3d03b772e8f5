"""Who looks after whom: account managers by customer, as another system or a list of the head office names them."""

from datetime import date

from dianke.application.imports.checking import Checked
from dianke.application.imports.columns import Column, Kind, TableSpec
from dianke.application.imports.tables.base import (
    Context,
    Stored,
    TableLoader,
    code_column,
    find_by_key,
    refuse_twice,
    resolve_customers,
)
from dianke.domain.customers import operations
from dianke.platform.identity import queries as identity
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor

# What a manager does; the right to load says who may give customers to people.
_WORK = "care.work"
# A person may be at home in another unit and work in this one by a post.
_EVERYBODY = Actor.system("finding who may look after customers")

_ACCOUNT_MANAGERS = TableSpec(
    name="account-managers",
    zh="客户经理",
    en="account managers",
    right="care.assign",
    help_zh="每个客户的客户经理，自起始日期起生效；原客户经理的负责期到该日为止，历史保留。已是该经理的不再重复入库。",
    help_en=(
        "Who looks after each customer from a day on; whoever did before ends on that day, the history stays. A "
        "customer who has the manager already is left alone."
    ),
    columns=(
        code_column("customer", "客户编号", length=20, required=True, example="KH000001", also=("客户号",)),
        code_column(
            "manager",
            "客户经理登录名",
            length=40,
            required=True,
            example="wang",
            also=("客户经理", "登录名"),
            help_zh="须具有客户所在单位的走访岗位",
            help_en="holds a post that looks after customers in the customer's unit",
        ),
        Column(name="start_date", zh="起始日期", kind=Kind.DATE, required=True, example="2026-01-01"),
        Column(name="reason", zh="原因", kind=Kind.TEXT, length=200, default=""),
    ),
)


def _check(context: Context, checked: Checked) -> None:
    customers = resolve_customers(context, checked)
    refuse_twice(checked, "customer")
    logins = {value for value in checked.values["manager"] if value is not None}
    people = find_by_key(Staff, actor=_EVERYBODY, field="login", keys=logins, related=("unit",))
    checked.found["manager"] = people
    actors: dict[tuple[str, date], Actor] = {}
    for place in checked.good():
        row = checked.row(place)
        person = people.get(row["manager"])
        if person is None or not person.active:
            checked.refuse(place, "manager", "not_found", what="person", what_zh="人员")
            continue
        key = (person.login, row["start_date"])
        if key not in actors:
            actors[key] = identity.build_actor(staff=person, on=row["start_date"], origin="rule")
        if not actors[key].may(_WORK, customers[row["customer"]].unit.path):
            checked.refuse(place, "manager", "manager_may_not_work")


def _store(context: Context, checked: Checked, places: list[int]) -> Stored:
    """Give the customers to their managers, those of a person, a day and a reason at once."""
    groups: dict[tuple[str, date, str], list[int]] = {}
    for row in map(checked.row, places):
        key = (row["manager"], row["start_date"], row["reason"].strip())
        groups.setdefault(key, []).append(checked.found["customer"][row["customer"]].pk)
    stored = unchanged = 0
    for (login, start, reason), customer_ids in groups.items():
        done = operations.assign_managers(
            actor=context.actor,
            customer_ids=customer_ids,
            manager=checked.found["manager"][login],
            start=start,
            reason=reason or context.batch,
            at=context.at,
        )
        stored, unchanged = stored + done.assigned, unchanged + done.unchanged
        context.tell((stored + unchanged) / len(places))
    # Nothing to take out again: who was there before has ended, and taking rows out would leave nobody.
    return Stored(stored, unchanged)


ACCOUNT_MANAGERS = TableLoader(spec=_ACCOUNT_MANAGERS, check=_check, store=_store)
