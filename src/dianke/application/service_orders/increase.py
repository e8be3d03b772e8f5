"""More capacity (增容): other ratios at the meters, more transformers, other terms, from the day of switching on."""

from collections.abc import Iterator
from decimal import Decimal

from dianke.application.service_orders import connecting, leaving, terms
from dianke.application.service_orders.final_bill import RegisterNotRead
from dianke.application.service_orders.work import Work
from dianke.domain.billing.queries.terms import list_terms
from dianke.domain.billing.types import BasicMode
from dianke.domain.metering import operations as metering
from dianke.domain.metering.models import MeterInstallation
from dianke.domain.metering.types import Ratio, RegisterKind
from dianke.domain.network import operations as network
from dianke.domain.network.models import TransformerSpell
from dianke.domain.network.types import TransformerState
from dianke.domain.readings.queries import find_next_start
from dianke.domain.service_orders.models import (
    EffectKind,
    PlannedSource,
    PlanState,
    ServiceOrder,
    SourceRole,
)
from dianke.domain.service_orders.operations import plans
from dianke.domain.service_orders.queries.orders import list_transformers
from dianke.domain.service_orders.queries.plans import find_plan, list_sources
from dianke.platform.identity.types import Actor


def list_to_rescale(order: ServiceOrder, *, actor: Actor) -> list[MeterInstallation]:
    """Return the meters whose ratios the plan of an order changes; they are read when that is done."""
    plan = find_plan(actor=actor, order=order)
    sources = list_sources(actor=actor, plan=plan) if plan else []
    return [standing for source, standing in _pair(order, sources, actor) if not _is_same(source, standing)]


def change_ratios(work: Work) -> None:
    """
    Give the meters the ratios of the plan today, sealed; those whose ratios stay are not touched.

    :raises RegisterNotRead: if a register of one that changes was not read
    :raises SealsMissing: if one was not sealed again
    """
    plan = plans.get_plan(order=work.order, actor=work.actor, state=PlanState.AGREED)
    for source, standing in _pair(work.order, list_sources(actor=work.actor, plan=plan), work.actor):
        if not _is_same(source, standing):
            _rescale(work, source, standing)
        source.usage_point, source.meter = standing.usage_point, standing.meter
        source.seals = work.given.seals.strip() or "="
        source.save(update_fields=["usage_point", "meter", "seals"])


def energise(work: Work) -> None:
    """
    Let the new capacity run from today: what it replaces stands as removed, and billing follows the plan.

    :raises NotReadyToEnergise: with the list of everything that is missing
    :raises DaysBilled: if a point is billed beyond today
    """
    connecting.require_ready(work)
    for replaced in list_transformers(actor=work.actor, order=work.order):
        network.set_transformer_state(
            actor=work.actor, transformer=replaced, state=TransformerState.REMOVED, from_date=work.today
        )
        work.note(EffectKind.TRANSFORMER_REMOVED, key=replaced.pk, number=replaced.code, on=work.today)
    connecting.add_transformers(work)
    _follow_in_terms(work)
    work.note(EffectKind.CAPACITY, key=work.order.account_id, number=work.order.account.number, on=work.today)


def _rescale(work: Work, source: PlannedSource, standing: MeterInstallation) -> None:
    values = work.given.values.get(standing.pk, {})
    missing = [name for name in standing.meter.registers if name not in values]
    if missing:
        raise RegisterNotRead(field="readings", meter=standing.meter.asset_number, registers=", ".join(missing))
    if not work.given.seals.strip():
        raise connecting.SealsMissing(field="seals", meter=standing.meter.asset_number)
    metering.change_ratio(
        actor=work.actor, usage_point=standing.usage_point, on=work.today,
        readings={RegisterKind(name): values[name] for name in standing.meter.registers},
        ct=Ratio(source.ct_primary, source.ct_secondary), pt=Ratio(source.pt_primary, source.pt_secondary),
        rolled_over=standing.pk in work.given.rolled_over,
    )  # fmt: skip
    work.note(EffectKind.MULTIPLIER, key=standing.meter_id, number=standing.meter.asset_number, on=work.today)


def _follow_in_terms(work: Work) -> None:
    """
    Let what the plan says of prices hold where it differs; everything else stays.

    A period is billed by one set of terms, so they begin with the next that does, as capacity and ratio do not [P].
    """
    plan = plans.get_plan(order=work.order, actor=work.actor, state=PlanState.AGREED)
    for source in list_sources(actor=work.actor, plan=plan):
        assert source.usage_point is not None  # noqa: S101 - the step before wrote it down
        found = list_terms(actor=work.actor, usage_point_ids=[source.usage_point.pk], on=work.today)
        is_main = source.role == SourceRole.MAIN.value
        wanted = {
            "plan": plan.price_plan, "structure": plan.structure, "price_voltage": plan.price_voltage,
            "time_of_use": plan.time_of_use, "power_factor_standard": plan.power_factor_standard,
            "basic_mode": plan.basic_mode if is_main else BasicMode.NONE.value,
            "contract_kw": plan.contract_kw if is_main else None,
        }  # fmt: skip
        for before in found:
            if any(getattr(before, name) != value for name, value in wanted.items()):
                start = find_next_start(actor=work.actor, usage_point=source.usage_point, on=work.today)
                terms.replace_terms(work, before, start=start, **wanted)


def compute_standing_kva(order: ServiceOrder, *, actor: Actor) -> Decimal:
    """Return the capacity in kVA that runs already and stays: without what the order replaces."""
    replaced = [one.pk for one in list_transformers(actor=actor, order=order)]
    running = TransformerSpell.objects.for_actor(actor).filter(
        transformer__account_id=order.account_id, period__endswith=None, state=TransformerState.RUNNING.value
    )
    rows = running.exclude(transformer__in=replaced).select_related("transformer")
    return sum((one.transformer.capacity_kva for one in rows), Decimal(0))


def _pair(
    order: ServiceOrder, sources: list[PlannedSource], actor: Actor
) -> Iterator[tuple[PlannedSource, MeterInstallation]]:
    """Yield the sources of a plan with the meters that hang, both in their order."""
    yield from zip(sources, leaving.list_standing(order, actor=actor), strict=False)


def _is_same(source: PlannedSource, standing: MeterInstallation) -> bool:
    names = ("ct_primary", "ct_secondary", "pt_primary", "pt_secondary")
    return all(getattr(source, name) == getattr(standing, name) for name in names)
