"""New supplies at low voltage: a town with an area and everybody who connects; an estate with its lists as files."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.factories import connecting as new
from tests.factories.connecting import do
from tests.factories.leaving import EVERYBODY, Town
from tests.factories.months import ANNUAL_HOME

from dianke.application import batch_supplies, contracts
from dianke.domain.contracts.types import ContractKind
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import CustomerAccount, ServiceLocation
from dianke.domain.customers.types import CustomerKind, UsageClass
from dianke.domain.metering import operations as metering
from dianke.domain.metering.types import NewMeter, RegisterKind
from dianke.domain.network import operations as network
from dianke.domain.service_orders.models import PlannedSource, ServiceOrder
from dianke.domain.service_orders.operations.accepting import Application
from dianke.domain.service_orders.rules.catalog import Need, list_materials
from dianke.domain.service_orders.rules.plan_drafts import DraftedSource, PlanDraft, propose_ct
from dianke.domain.service_orders.rules.rule_sets import choose_rule_set, load_rule_sets
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.clock import SHANGHAI

MORNING = datetime(2026, 2, 9, 9, tzinfo=SHANGHAI)
DAY_ON = datetime(2026, 2, 16, 9, tzinfo=SHANGHAI)
SWITCHED_ON = date(2026, 2, 16)
LOW_SOURCE: dict[str, Any] = {
    "role": "MAIN", "area": "A-1", "voltage_kv": Decimal("0.38"), "metering_side": "LOW_LOW",
    "metered_kv": Decimal("0.38"), "registers": ("total",),
}  # fmt: skip


def build_low_town(town: Town | None = None) -> Town:
    """Return a town with a public area of low voltage."""
    town = new.build_connecting_town(town) if town else new.build_connecting_town()
    network.add_area(actor=town.utility.actor, feeder=town.utility.feeder, code="A-1", name="公变一")
    return town


def plan_account(
    town: Town, *, name: str = "李四", usage: UsageClass = UsageClass.RESIDENTIAL, place: ServiceLocation | None = None
) -> CustomerAccount:
    """Return the account of somebody who asks for a supply at a place of their own."""
    utility, serial = town.utility, CustomerAccount.objects.for_actor(EVERYBODY).count()
    customer = customers.add_customer(
        actor=utility.actor, unit=utility.root, number=f"KN{serial}", name=name, kind=CustomerKind.PERSON,
        since_date=MORNING.date(),
    )  # fmt: skip
    place = place or customers.add_location(
        actor=utility.actor, unit=utility.root, code=f"LN{serial}", address=f"云泽市新区 {serial} 号"
    )
    return customers.plan_account(
        actor=utility.actor, customer=customer, unit=utility.root, usage_class=usage, location=place, on=MORNING.date()
    )


def draft_low(**changes: Any) -> PlanDraft:
    """Return the plan of a home of 8 kVA from a public area."""
    kva = changes.get("capacity_kva", Decimal(8))
    primary = changes.pop("ct", Decimal(1))
    ratio = {"ct_primary": primary, "ct_secondary": Decimal(5)} if primary > 1 else {}
    values: dict[str, Any] = {
        "voltage": "380V", "voltage_kv": Decimal("0.38"), "capacity_kva": kva,
        "sources": (DraftedSource(capacity_kva=kva, **LOW_SOURCE, **ratio),), "ownership_point": "表后开关出线端",
        "price_plan": ANNUAL_HOME, "structure": "SINGLE", "is_business": False,
    }  # fmt: skip
    return PlanDraft(**(values | changes))


def apply_low(town: Town, account: CustomerAccount, kind: OrderKind, **given: Any) -> ServiceOrder:
    """Return an accepted application at low voltage."""
    values: dict[str, Any] = {"capacity_kva": Decimal(8), "voltage": "380V"} | given
    order: ServiceOrder = new.apply_for(town, account, kind, at=MORNING, **values)
    return order


def connect(
    town: Town,
    order: ServiceOrder,
    *,
    contract: ContractKind = ContractKind.RESIDENTIAL,
    on: datetime = DAY_ON,
    **plan: Any,
) -> None:
    """Go from the survey to the archive."""
    do(town, order, "draft_plan", MORNING, plan=draft_low(**plan))
    do(town, order, "answer_plan", MORNING)
    do(town, order, "confirm_plan", MORNING)
    sign(town, order, contract, start=on.date())
    do(town, order, "sign_contract", MORNING)
    do(town, order, "install_meter", on, meters=new.give_meters(order))
    new.accept_papers(order)
    do(town, order, "energise", on)
    do(town, order, "open_account", on, route_code="R1")
    do(town, order, "archive", on)


def sign(town: Town, order: ServiceOrder, kind: ContractKind, *, start: date) -> None:
    """Let both sides sign a contract of an order's account."""
    given = {"payment_days": "10", "purpose": "基建施工"} if kind is ContractKind.TEMPORARY else {"payment_days": "10"}
    version = contracts.draft_contract(
        actor=town.people["manager"], account_number=order.account.number, kind=kind, start=start, given=given,
        at=MORNING,
    )  # fmt: skip
    town.sign_draft(version, at=MORNING)


def read_source(order: ServiceOrder) -> PlannedSource:
    """Return the source of an order's plan."""
    found: PlannedSource = PlannedSource.objects.for_actor(EVERYBODY).get(plan__order=order)
    return found


def write_flats(count: int, *, kva: str = "8") -> bytes:
    """Return the list of an estate: every second flat has an owner, the others are the developer's."""
    rows = ["房号,户主姓名,身份证号码,联系电话,容量(kVA),家庭人口"]
    rows += [
        f"{1 + place // 100}-{place % 100:02d},{'业主' + str(place) if place % 2 else ''},,"
        f"{f'139{place:08d}' if place % 2 else ''},{kva},"
        for place in range(count)
    ]
    return "\n".join(rows).encode()


def write_meters(count: int) -> bytes:
    """Return the list of the meters of an estate."""
    rows = ["房号,电能表资产编号,起始示数(kWh),封印号"]
    rows += [f"{1 + place // 100}-{place % 100:02d},MB{place:06d},{place % 3},F{place:07d}" for place in range(count)]
    return "\n".join(rows).encode()


def add_meters(town: Town, count: int) -> None:
    """Put meters into store."""
    metering.register_meters(
        actor=town.utility.actor,
        meters=[
            NewMeter(unit_id=town.utility.root.pk, asset_number=f"MB{place:06d}", registers=(RegisterKind.TOTAL,))
            for place in range(count)
        ],
    )


def apply_for_estate(
    town: Town, content: bytes, *, takes_good_rows: bool = False, place: ServiceLocation | None = None
) -> ServiceOrder:
    """Return the master of an estate whose list was taken."""
    account = plan_account(town, name="云泽置业有限公司", place=place)
    needed = list_materials(kind=OrderKind.BATCH, on=MORNING.date())
    papers = frozenset(paper.code for paper in needed if paper.need is Need.MANDATORY)
    order: ServiceOrder = batch_supplies.accept_batch(
        actor=town.people["counter"], account_number=account.number, content=content,
        takes_good_rows=takes_good_rows, at=MORNING,
        application=Application(
            kind=OrderKind.BATCH, effective_on=MORNING.date(), papers=papers, voltage="380V"
        ),
    )  # fmt: skip
    return order


def choose_ct(kva: Decimal) -> Decimal:
    """Return the primary of the current transformer of a load at 380 V."""
    rules = choose_rule_set(load_rule_sets(), accepted_on=MORNING.date())
    return propose_ct(capacity_kva=kva, metered_kv=Decimal("0.38"), rule_set=rules, on=MORNING.date())


def build_estate(town: Town, order: ServiceOrder, kva: Decimal, *, at: datetime = MORNING) -> None:
    """Go from the survey of an estate to the works that passed."""
    do(town, order, "survey", at)
    do(town, order, "draft_plan", at, plan=draft_low(capacity_kva=kva, ct=choose_ct(kva)))
    for step in ("sign_grid", "sign_dispatch", "sign_safety"):
        do(town, order, step, at)
    new.accept_papers(order)
    do(town, order, "review_meeting" if "review_meeting" in town.waiting(order) else "approve_plan", at)
    do(town, order, "answer_plan", at)
    do(town, order, "confirm_plan", at)
    for step in ("design", "review_design", "build", "inspect_mid", "report_completion", "inspect_completion"):
        if step in town.waiting(order):
            do(town, order, step, at)
