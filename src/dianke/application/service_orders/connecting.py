"""A new supply is connected: agreements, meters with their seals, switching on, billing from the first day."""

from collections.abc import Sequence
from datetime import date

from dianke.application.service_orders import planning
from dianke.application.service_orders.leaving import ContractNotSigned
from dianke.application.service_orders.work import MeterGiven, MeterToInstall, Work
from dianke.domain.billing.operations.terms import set_terms
from dianke.domain.billing.types import BasicMode
from dianke.domain.contracts import queries as contract_queries
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.types import HOLDING, ContractKind
from dianke.domain.customers import operations as customers
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import MeterAsset, UsagePoint
from dianke.domain.metering.types import MeteringSide, Ratio, RegisterKind
from dianke.domain.network import operations as network
from dianke.domain.network.models import Transformer
from dianke.domain.readings import operations as readings
from dianke.domain.readings.models import ReadingRoute
from dianke.domain.service_orders.models import (
    EffectKind,
    OrderPaper,
    PaperState,
    PlannedSource,
    PlanState,
    ServiceOrder,
    SourceRole,
    SupplyPlan,
)
from dianke.domain.service_orders.operations import plans
from dianke.domain.service_orders.queries.effects import find_effect
from dianke.domain.service_orders.queries.orders import list_steps
from dianke.domain.service_orders.queries.plans import (
    find_plan,
    get_rules,
    list_planned_transformers,
    list_sources,
)
from dianke.domain.service_orders.rules.case import NEW_SUPPLIES
from dianke.domain.service_orders.rules.energising import EnergisingFacts, list_missing_before_energising
from dianke.domain.service_orders.types import OrderKind, Refusal
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

_INSPECTING = "inspect_completion"
_PASSED = "PASSED"


class AgreementNotSigned(DomainError):
    """Nobody signed the agreement that the step is about."""

    code = "service_orders.agreement_not_signed"
    message = "both sides have not signed the agreement of this step for account {account}; draft it and have it signed"


class MeterNotFound(DomainError):
    """No meter of that number is within reach."""

    code = "service_orders.meter_not_found"
    message = "there is no meter {meter} within your units; register it first"


class MeterOfOtherRegisters(DomainError):
    """The meter lacks registers that the plan asks for."""

    code = "service_orders.meter_of_other_registers"
    message = "meter {meter} has no register for {registers}"


class SealsMissing(DomainError):
    """A meter went up without the numbers of its seals."""

    code = "service_orders.seals_missing"
    message = "enter the numbers of the seals of meter {meter}"


class NotReadyToEnergise(DomainError):
    """Something is missing; `refusals` in the facts holds the whole list."""

    code = "service_orders.not_ready_to_energise"
    message = "{number} cannot be switched on: {rules}"


class RouteMissing(DomainError):
    """Nobody said who reads the meter."""

    code = "service_orders.route_missing"
    message = "there is no reading route {route} within your units; name one"


def list_meters_to_install(order: ServiceOrder, *, actor: Actor) -> list[MeterToInstall]:
    """Return the meters that the plan of an order asks for, one a source."""
    plan = find_plan(actor=actor, order=order)
    sources = list_sources(actor=actor, plan=plan) if plan else []
    return [
        MeterToInstall(
            key=one.pk, place=f"{one.feeder or one.area} · {one.capacity_kva.normalize():f} kVA",
            registers=tuple(one.registers), ct=Ratio(one.ct_primary, one.ct_secondary),
            pt=Ratio(one.pt_primary, one.pt_secondary), asks_seals=True,
        )
        for one in sources
    ]  # fmt: skip


def install_meters(work: Work) -> None:
    """
    Put the meters of the plan up, each at a usage point of its own, sealed and with what it shows.

    :raises MeterNotFound: if one is not in the register of meters
    :raises MeterOfOtherRegisters: if one cannot measure what the plan asks for
    :raises SealsMissing: if one is not sealed
    :raises UnableToInstallMeter: if one hangs elsewhere, or a value cannot be
    """
    plan = plans.get_plan(order=work.order, actor=work.actor, state=PlanState.AGREED)
    for source in list_sources(actor=work.actor, plan=plan):
        given = work.given.meters.get(source.pk)
        if given is None:
            raise MeterNotFound(field="meter", meter="–")
        meter = _get_meter(work.actor, source, given)
        point = _add_point(work, plan, source)
        metering.install_meter(
            actor=work.actor, meter=meter, usage_point=point, on=work.today,
            readings={RegisterKind(name): value for name, value in given.values.items()}, ct=given.ct, pt=given.pt,
        )  # fmt: skip
        source.usage_point, source.meter, source.seals = point, meter, given.seals.strip()
        source.save(update_fields=["usage_point", "meter", "seals"])
        work.note(EffectKind.METER_INSTALLED, key=meter.pk, number=meter.asset_number, on=work.today)


def require_supply_contract(work: Work) -> None:
    """
    Refuse to go on until the supply contract is signed by both sides, by a plan whose term is not over.

    :raises ContractNotSigned: if none is
    :raises PlanOver: if the plan is no longer good
    """
    order = work.order
    found = _list_holding(order, work.actor, _SUPPLY_CONTRACTS)
    if not found:
        raise ContractNotSigned(field="contract", customer=order.account.customer.number, day=order.effective_on)
    plan = find_plan(actor=work.actor, order=order)
    if plan is not None:
        planning.require_in_time(order, plan, on=work.today)
    work.note(EffectKind.CONTRACT_SIGNED, key=found[0].pk, number=str(found[0]), on=found[0].period.lower)


def require_dispatch_agreement(work: Work) -> None:
    """Refuse to go on until the dispatch agreement is signed by both sides."""
    _require_agreement(work, ContractKind.DISPATCH)


def require_dual_agreement(work: Work) -> None:
    """Refuse to go on until the agreement on two sources is signed by both sides."""
    _require_agreement(work, ContractKind.DUAL_SOURCE)


def energise(work: Work) -> None:
    """
    Switch a new supply on: its transformers run and its account is supplied from today.

    :raises NotReadyToEnergise: with the list of everything that is missing
    """
    order = work.order
    require_ready(work)
    add_transformers(work)
    customers.open_planned_account(actor=work.actor, account=order.account, on=work.today)
    work.note(EffectKind.ENERGISED, key=order.account_id, number=order.account.number, on=work.today)


_PLATE = ("no_load_loss_kw", "load_loss_kw", "no_load_current_percent", "impedance_percent")


def require_ready(work: Work) -> None:
    """
    Refuse to switch on while something is missing.

    :raises NotReadyToEnergise: with the list of everything that is missing
    """
    missing = list_missing(work.order, actor=work.actor, on=work.today)
    if missing:
        rules = "; ".join(f"{one.code}: {one.values.get('missing', '')}" for one in missing)
        raise NotReadyToEnergise(field="number", number=work.order.number, rules=rules, refusals=tuple(missing))


def add_transformers(work: Work) -> None:
    """Let the transformers of the plan run from today."""
    account = work.order.account
    plan = plans.get_plan(order=work.order, actor=work.actor, state=PlanState.AGREED)
    known = Transformer.objects.for_actor(work.actor).filter(account=account).count()
    for place, planned in enumerate(list_planned_transformers(actor=work.actor, plan=plan), start=known + 1):
        feeder = planned.source.feeder
        assert feeder is not None  # noqa: S101 - only a source of high voltage has transformers
        planned.transformer = network.add_transformer(
            actor=work.actor, feeder=feeder, code=f"{account.number}-T{place}", name=planned.name,
            capacity_kva=planned.capacity_kva, since_date=work.today, account=account, unit=account.unit,
            model=planned.model, interlock_group=planned.interlock_group,
            plate={name: getattr(planned, name) for name in _PLATE},
        )  # fmt: skip
        planned.save(update_fields=["transformer"])
        added = planned.transformer
        work.note(EffectKind.TRANSFORMER_ADDED, key=added.pk, number=added.code, on=work.today)


def open_account(work: Work) -> None:
    """
    Let a new supply be billed by the terms of its plan and read on a route, both from the day it was switched on.

    :raises RouteMissing: if no route is named
    """
    order = work.order
    plan = plans.get_plan(order=order, actor=work.actor, state=PlanState.AGREED)
    route: ReadingRoute | None = (
        ReadingRoute.objects.for_actor(work.actor).filter(code=work.given.route_code.strip()).first()
    )
    if route is None:
        raise RouteMissing(field="route", route=work.given.route_code or "–")
    start = find_first_day(order, actor=work.actor)
    points = []
    for source in list_sources(actor=work.actor, plan=plan):
        assert source.usage_point is not None  # noqa: S101 - it was switched on with its meter
        terms = _set_first_terms(work, plan, source, start)
        points.append(source.usage_point.pk)
        work.note(EffectKind.TERMS, key=terms, number=source.usage_point.code, on=start)
    readings.put_points_on_route(actor=work.actor, route=route, usage_point_ids=points)
    work.note(EffectKind.ACCOUNT_OPENED, key=order.account_id, number=order.account.number, on=start)


def find_first_day(order: ServiceOrder, *, actor: Actor) -> date:
    """Return the day on which the supply of an order was switched on."""
    done = find_effect(actor=actor, order=order, kind=EffectKind.ENERGISED)
    assert done is not None and done.on is not None  # noqa: S101, PT018 - the step before switched it on
    return done.on


def list_missing(order: ServiceOrder, *, actor: Actor, on: date) -> list[Refusal]:
    """Return everything that must be done before a new supply is switched on, none where it may be."""
    plan = find_plan(actor=actor, order=order)
    sources = list_sources(actor=actor, plan=plan) if plan else []
    facts = EnergisingFacts(
        kind=OrderKind(order.kind),
        fees_due_fen=_find_fee_due(order, plan, actor),
        is_contract_signed=bool(_list_holding(order, actor, _SUPPLY_CONTRACTS)),
        signed_agreements=frozenset(name for name, kind in _AGREEMENTS.items() if _list_holding(order, actor, (kind,))),
        is_inspection_needed=_has_step(order, actor, _INSPECTING),
        is_inspection_passed=_has_step(order, actor, _INSPECTING, outcome=_PASSED),
        planned_meters=frozenset(f"{one.role} {one.sequence}" for one in sources),
        installed_meters=frozenset(f"{one.role} {one.sequence}" for one in sources if one.meter_id),
        sealed_meters=frozenset(f"{one.role} {one.sequence}" for one in sources if one.meter_id and one.seals),
        missing_data=() if plan and plan.state == PlanState.AGREED.value else ("plan",),
        papers=_list_accepted(order, actor),
        is_plan_valid=plan is None or plan.valid_until is None or on < plan.valid_until,
    )
    accepted_on = to_shanghai(order.accepted_at).date()
    return list_missing_before_energising(facts, rule_set=get_rules(order), accepted_on=accepted_on)


_AGREEMENTS = {"dispatch": ContractKind.DISPATCH, "dual_source": ContractKind.DUAL_SOURCE}
_SUPPLY_CONTRACTS = (
    ContractKind.HIGH_VOLTAGE, ContractKind.LOW_VOLTAGE, ContractKind.RESIDENTIAL, ContractKind.TEMPORARY,
)  # fmt: skip


def _find_fee_due(order: ServiceOrder, plan: SupplyPlan | None, actor: Actor) -> int:
    paid = find_effect(actor=actor, order=order, kind=EffectKind.FEE_PAID)
    return (plan.fee_fen if plan else 0) - ((paid.amount_fen or 0) if paid else 0)


def _has_step(order: ServiceOrder, actor: Actor, code: str, *, outcome: str = "") -> bool:
    """Return whether the order came to a step, or whether its last arrival there ended so."""
    found = [one for one in list_steps(actor=actor, order=order) if one.step == code and one.outcome != "UNDONE"]
    return bool(found) and (not outcome or found[-1].outcome == outcome)


def _list_accepted(order: ServiceOrder, actor: Actor) -> frozenset[str]:
    rows = OrderPaper.objects.for_actor(actor).filter(order=order, state=PaperState.ACCEPTED.value)
    return frozenset(rows.values_list("code", flat=True))


def _list_holding(order: ServiceOrder, actor: Actor, kinds: Sequence[ContractKind]) -> list[ContractVersion]:
    rows = contract_queries.filter_versions(actor=actor).filter(
        account_id=order.account_id, kind__in=[kind.value for kind in kinds],
        state__in=[state.value for state in HOLDING],
    )  # fmt: skip
    if order.kind not in NEW_SUPPLIES:
        # The contract of before says nothing of what is asked for now.
        rows = rows.filter(drafted_at__gte=order.accepted_at)
    return list(rows.order_by("-id"))


def _require_agreement(work: Work, kind: ContractKind) -> None:
    found = _list_holding(work.order, work.actor, (kind,))
    if not found:
        raise AgreementNotSigned(field="contract", account=work.order.account.number)
    work.note(EffectKind.CONTRACT_SIGNED, key=found[0].pk, number=str(found[0]), on=found[0].period.lower)


def _get_meter(actor: Actor, source: PlannedSource, given: MeterGiven) -> MeterAsset:
    meter: MeterAsset | None = MeterAsset.objects.for_actor(actor).filter(asset_number=given.number).first()
    if meter is None:
        raise MeterNotFound(field="meter", meter=given.number or "–")
    lacking = [name for name in source.registers if name not in meter.registers]
    if lacking:
        raise MeterOfOtherRegisters(field="meter", meter=meter.asset_number, registers=", ".join(lacking))
    if not given.seals.strip():
        raise SealsMissing(field="seals", meter=meter.asset_number)
    return meter


def _add_point(work: Work, plan: SupplyPlan, source: PlannedSource) -> UsagePoint:
    account = work.order.account
    assert account.location is not None  # noqa: S101 - whoever applies names the place
    voltage = plan.voltage
    point = metering.add_usage_point(
        actor=work.actor, code=f"{account.number}-{source.sequence}", account=account, location=account.location,
        voltage=voltage, metering_side=MeteringSide(source.metering_side), area=source.area, feeder=source.feeder,
        unit=account.unit,
    )  # fmt: skip
    work.note(EffectKind.POINT_ADDED, key=point.pk, number=point.code, on=work.today)
    return point


def _set_first_terms(work: Work, plan: SupplyPlan, source: PlannedSource, start: date) -> int:
    # The transformers of the account are charged once, with the main source.
    is_main = source.role == SourceRole.MAIN.value
    assert source.usage_point is not None  # noqa: S101 - see open_account
    terms = set_terms(
        actor=work.actor, usage_point=source.usage_point, start=start, plan=plan.price_plan, structure=plan.structure,
        price_voltage=plan.price_voltage, time_of_use=plan.time_of_use,
        basic_mode=plan.basic_mode if is_main else BasicMode.NONE.value,
        contract_kw=plan.contract_kw if is_main else None, power_factor_standard=plan.power_factor_standard,
        loss_method=plan.loss_method,
    )  # fmt: skip
    return int(terms.pk)
