"""Parts of a batch: orders of their own under a master, all opened at once, worked on one by one or together."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.service_orders.models import (
    OrderAct,
    OrderNote,
    OrderPaper,
    OrderSeries,
    OrderStep,
    PaperState,
    PlannedSource,
    ServiceOrder,
    SourceRole,
    SupplyPlan,
)
from dianke.domain.service_orders.operations.due_times import set_due
from dianke.domain.service_orders.processes import library
from dianke.domain.service_orders.queries.clocks import find_promise_set
from dianke.domain.service_orders.queries.facts import read_voltage_kv
from dianke.domain.service_orders.queries.plans import get_rules, list_sources
from dianke.domain.service_orders.rules.catalog import list_materials
from dianke.domain.service_orders.rules.plan_drafts import propose_ct
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor
from dianke.platform.processes import running

PART_PROCESS = "batch_unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """A place of a batch: the account that is being connected there, what it is called, its capacity in kVA."""

    account: CustomerAccount
    name: str
    capacity_kva: Decimal


def keep_flats(*, order: ServiceOrder, flats: Sequence[Flat]) -> None:
    """Write down on a master which places it is about."""
    order.asked["flats"] = [[one.account.number, one.name, f"{one.capacity_kva.normalize():f}"] for one in flats]
    order.save(update_fields=["asked"])


def open_parts(
    *, order: ServiceOrder, plan: SupplyPlan, flats: Sequence[Flat], actor: Actor, at: datetime
) -> list[ServiceOrder]:
    """
    Open an order for each place of a batch, all standing at the first step after the works.

    The first is walked and timed, the others are copies of it: they begin at the same moment under the same rules.
    Each has its part of the agreed plan, with a meter of its own; fees, works and papers are those of the master.
    """
    process = library().newest(PART_PROCESS)
    walk = running.start(library(), process.id, facts={})
    numbers = _draw_numbers(actor, to_shanghai(at).date(), len(flats))
    promises, state = find_promise_set(at=at), walk.save()
    orders = [
        ServiceOrder(
            unit_id=one.account.unit_id, number=number, kind=OrderKind.SUPPLY_RESIDENT.value, account=one.account,
            rule_set=order.rule_set, promise_set=promises, process_id=process.id, process_state=state, parent=order,
            effective_on=order.effective_on, asked=_describe(one), accepted_by=order.accepted_by, accepted_at=at,
        )
        for one, number in zip(flats, numbers, strict=True)
    ]  # fmt: skip
    steps = [
        OrderStep(
            serial=one.serial, path="/".join(one.path), process_id=one.process_id, step=one.step.id,
            post=one.step.post, started_at=at,
        )
        for one in walk.waiting_steps()
    ]  # fmt: skip
    set_due(order=orders[0], steps=steps, pauses=(), now=at)
    for other in orders[1:]:
        other.due_at, other.amber_at = orders[0].due_at, orders[0].amber_at
    made = ServiceOrder.objects.bulk_create(orders)
    OrderStep.objects.bulk_create([_copy_for(one, step) for one in made for step in steps])
    OrderNote.objects.bulk_create(
        OrderNote(order=one, at=at, by=actor.login, act=OrderAct.ACCEPTED.value, text=order.number) for one in made
    )
    _share_plan(plan, made, flats, actor)
    _share_papers(order, made)
    return list(made)


def _share_plan(plan: SupplyPlan, orders: Sequence[ServiceOrder], flats: Sequence[Flat], actor: Actor) -> None:
    """Give each part its own of the plan: the same supply and price, the capacity of its place, a meter to match."""
    shared = list_sources(actor=actor, plan=plan)[0]
    rules, kilovolts = get_rules(plan.order), read_voltage_kv(plan.voltage)
    on = to_shanghai(plan.drafted_at).date()
    plans = [
        _copy_row(plan, order=order, version=1, capacity_kva=flat.capacity_kva, fee_fen=0, fee_reason="", drawing=None)
        for order, flat in zip(orders, flats, strict=True)
    ]
    made = SupplyPlan.objects.bulk_create(plans)
    PlannedSource.objects.bulk_create(
        _copy_row(
            shared, plan=one, sequence=1, role=SourceRole.MAIN.value, capacity_kva=one.capacity_kva,
            usage_point=None, meter=None, seals="", pt_primary=Decimal(1), pt_secondary=Decimal(1),
            **_choose_ct(propose_ct(capacity_kva=one.capacity_kva, metered_kv=kilovolts, rule_set=rules, on=on)),
        )
        for one in made
    )  # fmt: skip


def _choose_ct(primary: Decimal) -> dict[str, Decimal]:
    return {"ct_primary": primary, "ct_secondary": Decimal(1) if primary == 1 else Decimal(5)}


def _share_papers(order: ServiceOrder, parts: Sequence[ServiceOrder]) -> None:
    """Write down on each part that its papers were accepted with the master's."""
    needed = list_materials(kind=OrderKind.SUPPLY_RESIDENT, on=to_shanghai(order.accepted_at).date())
    given = {
        "state": PaperState.ACCEPTED.value, "given_by": order.accepted_by, "given_at": order.accepted_at,
        "judged_by": order.accepted_by, "judged_at": order.accepted_at,
    }  # fmt: skip
    OrderPaper.objects.bulk_create(
        OrderPaper(order=one, code=paper.code, by_step=paper.by or "", **given) for one in parts for paper in needed
    )


def _copy_row(row: Any, **changes: Any) -> Any:
    """Return a new row that says what another says, but for some columns."""
    values = {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields if not one.primary_key}
    other = type(row)(**values)
    for name, value in changes.items():
        setattr(other, name, value)
    return other


def keep_meters(*, actor: Actor, orders: Sequence[ServiceOrder], given: Sequence[dict[str, Any]]) -> None:
    """Write down on parts which meter goes up in each, as a file named it."""
    for order, one in zip(orders, given, strict=True):
        order.asked["meter"] = one
    ServiceOrder.objects.for_actor(actor).bulk_update(orders, ["asked"], batch_size=500)


def _describe(flat: Flat) -> dict[str, str]:
    return {"flat": flat.name, "capacity_kva": f"{flat.capacity_kva.normalize():f}"}


def _copy_for(order: ServiceOrder, step: OrderStep) -> OrderStep:
    other = copy(step)
    other.order = order
    return other


def _draw_numbers(actor: Actor, day: date, count: int) -> list[str]:
    OrderSeries.objects.bulk_create([OrderSeries(day=day)], ignore_conflicts=True)
    series = OrderSeries.objects.for_actor(actor).select_for_update().get(day=day)
    first = series.last_number + 1
    series.last_number += count
    series.save(update_fields=["last_number"])
    return [f"YK-{day:%Y%m%d}-{number:04d}" for number in range(first, first + count)]
