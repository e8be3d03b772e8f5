"""Service orders of the demo utility: two reductions of capacity, and a factory that asks for two sources."""

from datetime import datetime, timedelta
from decimal import Decimal

from dianke.application import service_orders
from dianke.application.archive.entry import Entry, NewPerson, Supply, enter_customer
from dianke.application.demo_utility.trades import list_trades
from dianke.application.service_orders import StepInput
from dianke.domain.customers.types import AddressParts, CustomerKind, UsageClass
from dianke.domain.network.models import Feeder, Transformer
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.operations.accepting import Application
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.rules.catalog import Need, list_materials
from dianke.domain.service_orders.rules.plan_drafts import DraftedSource, DraftedTransformer, PlanDraft
from dianke.domain.service_orders.types import OrderKind, PauseReason
from dianke.kernel.calendar import load_mainland_calendar
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor
from dianke.platform.org.queries import get_unit

_CLERK = "clerk-east"
# Of the trades with several transformers those at whose counter the clerk is, and whose units all run.
_TRADES = (1, 3)
_PAPERS = frozenset({"application", "identity", "unit_list", "mandate"})
_DAYS_AHEAD, _MONTHS = 7, timedelta(days=90)
_EVIDENCE = "补件通知 2026-01"
_FACTORY = Entry(
    name="云泽凌霄精密铸造有限公司",
    kind=CustomerKind.COMPANY,
    contact=NewPerson(name="陆工", phone="13900000018"),
    supply=Supply(
        usage_class=UsageClass.COMMERCIAL_INDUSTRIAL,
        parts=AddressParts(region="云泽市", road="凌霄路", house_number="18号"),
        is_planned=True,
    ),
)


def is_due(*, actor: Actor) -> bool:
    """Tell whether no order was taken yet, in a demo that was founded since it has a second counter."""
    logins = {staff.login for staff in identity.list_staff(actor=actor)}
    return _CLERK in logins and not ServiceOrder.objects.for_actor(actor).exists()


def take_orders(*, at: datetime) -> None:
    """Take the applications of two trades; of the second one papers are still to come."""
    clerk = identity.get_actor(login=_CLERK, on=at.date(), origin="cli")
    several = [design.account_number for design in list_trades() if len(design.transformers) > 1]
    start = load_mainland_calendar().add_working_days(to_shanghai(at).date(), _DAYS_AHEAD)
    orders = []
    for place in _TRADES:
        units = Transformer.objects.for_actor(clerk).filter(account__number=several[place]).order_by("code")
        application = Application(
            kind=OrderKind.REDUCE,
            effective_on=start,
            ends_on=start + _MONTHS,
            transformer_codes=frozenset(list(units.values_list("code", flat=True))[-1:]),
            papers=_PAPERS,
        )
        orders.append(
            service_orders.accept_order(actor=clerk, account_number=several[place], application=application, at=at)
        )
    service_orders.pause_order(
        actor=clerk,
        number=orders[-1].number,
        revision=orders[-1].revision,
        why=PauseReason.CUSTOMER_PAPERS,
        evidence=_EVIDENCE,
        at=at,
    )
    _take_new_supply(clerk, at)


def _take_new_supply(clerk: Actor, at: datetime) -> None:
    """Take the application of a factory that is to be connected; its plan waits for one more countersign."""
    unit = get_unit(actor=clerk, code="DEMO-DJ")
    account = enter_customer(actor=clerk, unit=unit, entry=_FACTORY, at=at).account
    needed = list_materials(kind=OrderKind.SUPPLY_HIGH_DUAL, on=to_shanghai(at).date())
    application = Application(
        kind=OrderKind.SUPPLY_HIGH_DUAL,
        effective_on=to_shanghai(at).date(),
        papers=frozenset(paper.code for paper in needed if paper.need is Need.MANDATORY),
        capacity_kva=Decimal(1600),
        voltage="10kV",
    )
    order = service_orders.accept_order(actor=clerk, account_number=account.number, application=application, at=at)
    feeders = Feeder.objects.for_actor(clerk).filter(voltage="10kV").order_by("code")
    codes = list(feeders.values_list("code", flat=True)[:2])
    _do("inspector", order, "survey", at)
    _do("supply", order, "draft_plan", at, StepInput(plan=_draft_plan(codes)))
    for login, step in (("planner", "sign_grid"), ("dispatcher", "sign_dispatch")):
        _do(login, order, step, at)


def _do(login: str, order: ServiceOrder, step: str, at: datetime, given: StepInput | None = None) -> None:
    person = identity.get_actor(login=login, on=at.date(), origin="cli")
    now = queries.get_order(actor=person, number=order.number)
    waiting = next(one for one in queries.list_steps(actor=person, order=now) if one.step == step)
    service_orders.complete_step(
        actor=person, number=now.number, serial=waiting.serial, revision=now.revision, given=given, at=at
    )


def _draft_plan(feeders: list[str]) -> PlanDraft:
    """Return the plan of 1,600 kVA at 10 kV, half from each of two feeders."""
    return PlanDraft(
        voltage="10kV", voltage_kv=Decimal(10), capacity_kva=Decimal(1600),
        sources=tuple(
            DraftedSource(
                role=role, feeder=feeder, voltage_kv=Decimal(10), capacity_kva=Decimal(800), metering_side="HIGH_HIGH",
                metered_kv=Decimal(10), registers=("total", "peak", "flat", "valley", "reactive_import", "demand"),
                ct_primary=Decimal(50), ct_secondary=Decimal(5), pt_primary=Decimal(10000), pt_secondary=Decimal(100),
            )
            for role, feeder in zip(("MAIN", "STANDBY"), feeders, strict=True)
        ),
        transformers=tuple(
            DraftedTransformer(name=f"{place}号变", source=place, capacity_kva=Decimal(800), model="SCB14-800/10")
            for place in (1, 2)
        ),
        ownership_point="电源侧第一断路器负荷侧", price_plan="HB-CI", structure="TWO_PART", price_voltage="1-10(20)kV",
        time_of_use=True, basic_mode="CAPACITY", power_factor_standard=Decimal("0.90"),
        interlock="机械与电气双重闭锁", fee_fen=1_600_000, fee_reason="高可靠性供电费",
    )  # fmt: skip
