"""The supply plan of an order, and what its process wants to know of it."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import Importance
from dianke.domain.service_orders.models import (
    OPEN_STATES,
    PlannedSource,
    PlannedTransformer,
    PlanState,
    ServiceOrder,
    SupplyPlan,
)
from dianke.domain.service_orders.queries.facts import read_voltage_kv
from dianke.domain.service_orders.rules.plans import PlanFacts, list_large_marks, list_review_reasons
from dianke.domain.service_orders.rules.rule_sets import choose_rule_set, load_rule_sets
from dianke.domain.service_orders.types import Figure, OrderKind, RuleSet
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor
from dianke.platform.processes.types import FactValue

# Putting capacity back costs nothing (REG-SUPPLY-1996 arts 23 and 24), so only a plan makes a fee.
NO_PLAN: Mapping[str, FactValue] = MappingProxyType(
    {"has_fees": False, "needs_meeting": False, "needs_design_review": False, "needs_mid_inspection": False}
)


def find_plan(*, actor: Actor, order: ServiceOrder) -> SupplyPlan | None:
    """Return the version of an order's plan that counts, None before the first."""
    rows = SupplyPlan.objects.for_actor(actor).filter(order=order).exclude(state=PlanState.REPLACED.value)
    found: SupplyPlan | None = rows.select_related("price_plan", "drawing").order_by("-version").first()
    return found


def find_plan_of_account(*, actor: Actor, account: CustomerAccount) -> SupplyPlan | None:
    """Return the plan by which an account is being connected, as its customer agreed to it or was last told."""
    rows = SupplyPlan.objects.for_actor(actor).filter(order__account=account, order__state__in=OPEN_STATES)
    counting = rows.exclude(state=PlanState.REPLACED.value).select_related("price_plan").order_by("-id")
    found: SupplyPlan | None = counting.first()
    return found


def list_plans(*, actor: Actor, order: ServiceOrder) -> list[SupplyPlan]:
    """Return every version of an order's plan, the newest first."""
    rows = SupplyPlan.objects.for_actor(actor).filter(order=order)
    return list(rows.select_related("price_plan", "drawing").order_by("-version"))


def list_sources(*, actor: Actor, plan: SupplyPlan) -> list[PlannedSource]:
    """Return the sources of a plan in their order."""
    rows = PlannedSource.objects.for_actor(actor).filter(plan=plan)
    return list(rows.select_related("feeder", "area", "meter", "usage_point").order_by("sequence"))


def list_planned_transformers(*, actor: Actor, plan: SupplyPlan) -> list[PlannedTransformer]:
    """Return the transformers of a plan in their order."""
    rows = PlannedTransformer.objects.for_actor(actor).filter(plan=plan)
    return list(rows.select_related("source__feeder", "transformer").order_by("sequence"))


def get_rules(order: ServiceOrder) -> RuleSet:
    """Return the rule set that an order is worked on by."""
    return choose_rule_set(
        load_rule_sets(), accepted_on=to_shanghai(order.accepted_at).date(), spell_set=order.rule_set
    )


def describe_plan(*, actor: Actor, plan: SupplyPlan) -> PlanFacts:
    """Return a plan as the rules read it; one that was not answered yet counts from the day it was drafted."""
    sources: QuerySet[Any] = PlannedSource.objects.for_actor(actor).filter(plan=plan)
    return PlanFacts(
        answered_on=to_shanghai(plan.answered_at or plan.drafted_at).date(),
        voltage_kv=read_voltage_kv(plan.voltage),
        capacity_kva=plan.capacity_kva,
        extensions=plan.extensions,
        extended_to=plan.valid_until,
        has_dedicated_line=plan.has_dedicated_line,
        has_two_sources=sources.count() > 1,
    )


def list_reasons_to_meet(*, actor: Actor, order: ServiceOrder, plan: SupplyPlan) -> list[Figure]:
    """Return the figures for which departments review the plan of an order together."""
    return list_review_reasons(describe_plan(actor=actor, plan=plan), rule_set=get_rules(order))


def list_large_reasons(*, order: ServiceOrder, plan: SupplyPlan) -> list[Figure]:
    """Return the figures that make a large customer of an applicant: own file, manager, an inspection every year."""
    rules, on = get_rules(order), to_shanghai(order.accepted_at).date()
    marks = list_large_marks(
        capacity_kva=plan.capacity_kva, energy_a_year_kwh=None, is_high_risk=False, rule_set=rules, on=on
    )
    return [rules.get(code, on=on) for code in marks]


def gather_walk_facts(*, actor: Actor, order: ServiceOrder, wanted: frozenset[str]) -> dict[str, FactValue]:
    """
    Return what the process of an order is decided by, as far as it is asked for.

    Without a plan nothing is due and nobody meets. Orders of important customers and of two sources are reviewed and
    inspected whatever the rules ask of the others.
    """
    facts = dict(NO_PLAN)
    plan = find_plan(actor=actor, order=order) if wanted & facts.keys() and order.pk else None
    if plan is not None:
        rules, on = get_rules(order), to_shanghai(order.accepted_at).date()
        is_special = (
            order.kind == OrderKind.SUPPLY_HIGH_DUAL.value or order.account.customer.importance != Importance.NONE.value
        )
        facts["has_fees"] = plan.fee_fen > 0
        facts["needs_meeting"] = bool(list_reasons_to_meet(actor=actor, order=order, plan=plan))
        facts["needs_design_review"] = is_special or bool(rules.get("works.review_every", on=on).amount)
        facts["needs_mid_inspection"] = is_special or bool(rules.get("works.inspect_mid_every", on=on).amount)
    return {name: value for name, value in facts.items() if name in wanted}


def compute_source_kva(sources: list[PlannedSource]) -> Decimal:
    """Return the capacity in kVA of all sources together."""
    return sum((one.capacity_kva for one in sources), Decimal(0))
