"""The supply plan of an order as its page shows it, and what is missing before it is switched on."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from dianke.application.service_orders.connecting import list_missing
from dianke.application.service_orders.planning import read_fee
from dianke.application.service_orders.rights import PLAN
from dianke.domain.metering.types import Ratio
from dianke.domain.service_orders.models import PlannedSource, ServiceOrder, SupplyPlan
from dianke.domain.service_orders.queries.firms import list_choices
from dianke.domain.service_orders.queries.plans import (
    find_plan,
    list_large_reasons,
    list_planned_transformers,
    list_plans,
    list_reasons_to_meet,
    list_sources,
)
from dianke.domain.service_orders.rules.case import BY_PLAN
from dianke.domain.service_orders.rules.plan_drafts import compute_load_a
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.service_orders import words
from dianke.interfaces.web.service_orders.firm_views import KINDS
from dianke.interfaces.web.service_orders.plan_words import ROLES
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.types import Actor


@dataclass(frozen=True)
class SourceLine:
    """A source as the plan tells it."""

    role: Text
    place: str
    kva: str
    metering: Text
    ratios: str
    point: str
    meter: str
    seals: str


def draw_plan(actor: Actor, order: ServiceOrder) -> dict[str, Any]:
    """Return the plan of an order as its page shows it, and what is missing before it is switched on."""
    plan = find_plan(actor=actor, order=order)
    if plan is None:
        return {"plan": None}
    today = to_shanghai(SystemClock().now()).date()
    versions = list_plans(actor=actor, order=order)
    is_coming = order.ended_at is None and order.kind in BY_PLAN
    missing = list_missing(order, actor=actor, on=today) if is_coming and plan.agreed_at else []
    fee_fen, held_fen = read_fee(order, actor=actor)
    return {
        "plan": plan,
        "plan_chip": _chip(plan, today),
        "plan_kva": words.kva(plan.capacity_kva),
        "plan_terms": _tell_terms(plan),
        "plan_sources": [_draw_source(one) for one in list_sources(actor=actor, plan=plan)],
        "plan_transformers": [
            (one, words.kva(one.capacity_kva)) for one in list_planned_transformers(actor=actor, plan=plan)
        ],
        "plan_versions": [(one, state_chip("supply_plan", one.state)) for one in versions[1:]],
        "plan_meeting": [one.article for one in list_reasons_to_meet(actor=actor, order=order, plan=plan)],
        "plan_large": [one.article for one in list_large_reasons(order=order, plan=plan)],
        "plan_fee_fen": fee_fen,
        "plan_held_fen": held_fen,
        "firm_choices": [(KINDS[one.kind], one) for one in list_choices(actor=actor, order=order)],
        "plan_missing": [words.write_refusal(one) for one in missing],
        "may_extend": plan.valid_until is not None and order.ended_at is None and actor.may(PLAN, order.unit.path),
    }


def draw_answered_plan(actor: Actor, order: ServiceOrder) -> dict[str, Any]:
    """Return what the customer sees of a plan once it was answered: nothing of drafts, meetings and seals."""
    plan = find_plan(actor=actor, order=order)
    if plan is None or plan.answered_at is None:
        return {"plan": None}
    return {
        "plan": plan,
        "plan_chip": _chip(plan, to_shanghai(SystemClock().now()).date()),
        "plan_kva": words.kva(plan.capacity_kva),
        "plan_terms": _tell_terms(plan),
        "plan_sources": [_draw_source(one) for one in list_sources(actor=actor, plan=plan)],
    }


def _chip(plan: SupplyPlan, today: date) -> Chip:
    if plan.valid_until is not None and today >= plan.valid_until:
        return Chip("bad", _("Its term is over"))
    return state_chip("supply_plan", plan.state)


def _tell_terms(plan: SupplyPlan) -> str:
    said = [plan.price_plan.name, str(billing_words.STRUCTURES[plan.structure]), plan.price_voltage]
    if plan.basic_mode != "NONE":
        said.append(str(billing_words.BASIC_MODES[plan.basic_mode]))
    if plan.contract_kw:
        said.append(f"{plan.contract_kw.normalize():f} kW")
    if plan.power_factor_standard:
        said.append(f"cosφ {plan.power_factor_standard}")
    return " · ".join(one for one in said if one)


def _draw_source(one: PlannedSource) -> SourceLine:
    volts = {"HIGH_HIGH": one.feeder.voltage if one.feeder else ""}.get(one.metering_side, "")
    kv = Decimal(volts.removesuffix("kV")) if volts.endswith("kV") else Decimal("0.38")
    load_a = compute_load_a(one.capacity_kva, kv)
    ct, pt = Ratio(one.ct_primary, one.ct_secondary), Ratio(one.pt_primary, one.pt_secondary)
    return SourceLine(
        role=ROLES[one.role],
        place=f"{one.feeder or one.area}",
        kva=words.kva(one.capacity_kva),
        metering=billing_words.SIDES[one.metering_side],
        ratios=f"CT {ct} · PT {pt} · {load_a:.0f} A",
        point=one.usage_point.code if one.usage_point else "",
        meter=one.meter.asset_number if one.meter else "",
        seals=one.seals,
    )
