"""A supply plan is drafted, answered, agreed to and extended; a later version takes the place of the one before."""

from datetime import date, datetime

from dianke.domain.network.models import Feeder, TransformerArea
from dianke.domain.service_orders.models import (
    OrderAct,
    PlannedSource,
    PlannedTransformer,
    PlanState,
    ServiceOrder,
    SupplyPlan,
)
from dianke.domain.service_orders.operations.moving import add_note
from dianke.domain.service_orders.queries.plans import describe_plan, find_plan, get_rules
from dianke.domain.service_orders.rules.plan_drafts import DraftedSource, PlanDraft, check_draft
from dianke.domain.service_orders.rules.plans import check_extension, compute_plan_end
from dianke.domain.service_orders.types import OrderKind, Refusal
from dianke.domain.tariffs.models import TariffPlan
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.documents.models import Document
from dianke.platform.identity.types import Actor


class PlanMissing(DomainError):
    """Nobody has drafted a plan for the order."""

    code = "service_orders.plan_missing"
    message = "{number} has no plan yet; draft it first"


class PlanRefused(DomainError):
    """The rules stand against a draft or an extension; `refusals` in the facts holds every reason."""

    code = "service_orders.plan_refused"
    message = "the plan of {number} cannot stand: {rules}"


class PlanNotOfState(DomainError):
    """The plan is not that far, or further."""

    code = "service_orders.plan_not_of_state"
    message = "the plan of {number} is {state}: this cannot be done with it now"


class EquipmentOutOfReach(DomainError):
    """A plan names a feeder, area or price plan that is not within the actor's units."""

    code = "service_orders.equipment_out_of_reach"
    message = "there is no {what} {number} within your units"


def draft_plan(
    *, order: ServiceOrder, draft: PlanDraft, drawing: Document | None, actor: Actor, at: datetime
) -> SupplyPlan:
    """
    Write the next version of an order's plan; the one before is replaced.

    :raises PlanRefused: with every reason against the draft
    :raises EquipmentOutOfReach: if it names what the actor does not see
    """
    on = to_shanghai(order.accepted_at).date()
    refusals = check_draft(draft, kind=OrderKind(order.kind), rule_set=get_rules(order), on=on)
    _require_none(order, refusals)
    before = find_plan(actor=actor, order=order)
    if before is not None:
        before.state = PlanState.REPLACED.value
        before.save(update_fields=["state"])
    plan = SupplyPlan(
        order=order, version=before.version + 1 if before else 1, voltage=draft.voltage,
        capacity_kva=draft.capacity_kva, has_dedicated_line=draft.has_dedicated_line, interlock=draft.interlock,
        ownership_point=draft.ownership_point, price_plan=_get_price_plan(actor, draft.price_plan),
        structure=draft.structure, price_voltage=draft.price_voltage, time_of_use=draft.time_of_use,
        basic_mode=draft.basic_mode, contract_kw=draft.contract_kw,
        power_factor_standard=draft.power_factor_standard, loss_method=draft.loss_method, fee_fen=draft.fee_fen,
        fee_reason=draft.fee_reason, drawing=drawing or (before.drawing if before else None), note=draft.note,
        drafted_by=actor.login, drafted_at=at,
    )  # fmt: skip
    plan.save()
    sources = [_add_source(actor, plan, place, one) for place, one in enumerate(draft.sources, start=1)]
    PlannedTransformer.objects.bulk_create(
        PlannedTransformer(
            plan=plan, source=sources[one.source - 1], sequence=place, name=one.name, model=one.model,
            capacity_kva=one.capacity_kva, interlock_group=one.interlock_group,
            no_load_loss_kw=one.no_load_loss_kw, load_loss_kw=one.load_loss_kw,
            no_load_current_percent=one.no_load_current_percent, impedance_percent=one.impedance_percent,
        )
        for place, one in enumerate(draft.transformers, start=1)
    )  # fmt: skip
    add_note(order=order, actor=actor, at=at, act=OrderAct.PLANNED, subject=f"v{plan.version}")
    return plan


def answer_plan(*, order: ServiceOrder, actor: Actor, at: datetime) -> SupplyPlan:
    """
    Answer the customer with the plan: from today it holds for its term.

    :raises PlanMissing: if there is none
    :raises PlanNotOfState: if it was answered
    """
    plan = get_plan(order=order, actor=actor, state=PlanState.DRAFT)
    plan.state, plan.answered_at = PlanState.ANSWERED.value, at
    plan.valid_until = compute_plan_end(describe_plan(actor=actor, plan=plan), rule_set=get_rules(order))
    plan.save(update_fields=["state", "answered_at", "valid_until"])
    return plan


def agree_to_plan(*, order: ServiceOrder, actor: Actor, at: datetime) -> SupplyPlan:
    """
    Write down that the customer agrees to the plan.

    :raises PlanNotOfState: if it was not answered
    :raises PlanRefused: if its term is over
    """
    plan = get_plan(order=order, actor=actor, state=PlanState.ANSWERED)
    plan.state, plan.agreed_at = PlanState.AGREED.value, at
    plan.save(update_fields=["state", "agreed_at"])
    return plan


def extend_plan(*, order: ServiceOrder, until: date, actor: Actor, reason: str, at: datetime) -> SupplyPlan:
    """
    Let a plan hold longer, up to but without a day.

    :raises PlanNotOfState: if it was not answered
    :raises PlanRefused: if it is asked for too late, once already, or for more than one more term
    """
    plan = find_plan(actor=actor, order=order)
    if plan is None:
        raise PlanMissing(field="plan", number=order.number)
    if plan.valid_until is None:
        raise PlanNotOfState(field="plan", number=order.number, state=plan.state)
    refusals = check_extension(
        describe_plan(actor=actor, plan=plan), asked_on=to_shanghai(at).date(), extended_to=until,
        rule_set=get_rules(order), calendar=load_mainland_calendar(),
    )  # fmt: skip
    _require_none(order, refusals)
    plan.valid_until, plan.extensions = until, plan.extensions + 1
    plan.save(update_fields=["valid_until", "extensions"])
    add_note(order=order, actor=actor, at=at, act=OrderAct.EXTENDED, subject=f"{until}", text=reason)
    return plan


def get_plan(*, order: ServiceOrder, actor: Actor, state: PlanState | None = None) -> SupplyPlan:
    """
    Return the plan of an order that counts.

    :raises PlanMissing: if there is none
    :raises PlanNotOfState: if it is in another state than the one named
    """
    plan = find_plan(actor=actor, order=order)
    if plan is None:
        raise PlanMissing(field="plan", number=order.number)
    if state is not None and plan.state != state.value:
        raise PlanNotOfState(field="plan", number=order.number, state=plan.state)
    return plan


def _add_source(actor: Actor, plan: SupplyPlan, sequence: int, one: DraftedSource) -> PlannedSource:
    feeder = Feeder.objects.for_actor(actor).filter(code=one.feeder).first() if one.feeder else None
    area = TransformerArea.objects.for_actor(actor).filter(code=one.area).first() if one.area else None
    if one.feeder and feeder is None:
        raise EquipmentOutOfReach(field="sources", what="feeder", number=one.feeder)
    if area is None and feeder is None:
        raise EquipmentOutOfReach(field="sources", what="area", number=one.area)
    source = PlannedSource(
        plan=plan, sequence=sequence, role=one.role, feeder=feeder, area=area, capacity_kva=one.capacity_kva,
        metering_side=one.metering_side, registers=list(one.registers), ct_primary=one.ct_primary,
        ct_secondary=one.ct_secondary, pt_primary=one.pt_primary, pt_secondary=one.pt_secondary,
    )  # fmt: skip
    source.save()
    return source


def _get_price_plan(actor: Actor, code: str) -> TariffPlan:
    found: TariffPlan | None = TariffPlan.objects.for_actor(actor).filter(code=code).first()
    if found is None:
        raise EquipmentOutOfReach(field="price_plan", what="price plan", number=code)
    return found


def _require_none(order: ServiceOrder, refusals: list[Refusal]) -> None:
    if refusals:
        rules = "; ".join(f"{one.code} ({one.article})" for one in refusals)
        raise PlanRefused(field="plan", number=order.number, rules=rules, refusals=tuple(refusals))
