"""A place that is to be connected: its customer, its plan, and everybody who has to do with it."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.factories.leaving import ASKED, EVERYBODY, Town, build_town
from tests.factories.utility import HUBEI, add_clerk

from dianke.application import contracts, service_orders
from dianke.application.archive.entry import Entry, NewPerson, Supply, enter_customer
from dianke.application.service_orders.work import MeterGiven
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.types import ContractKind
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import AddressParts, CustomerKind, UsageClass
from dianke.domain.metering import operations as metering
from dianke.domain.metering.types import Ratio, RegisterKind
from dianke.domain.network import operations as network
from dianke.domain.service_orders.models import OrderPaper, PaperState, PlannedSource, ServiceOrder
from dianke.domain.service_orders.operations.accepting import Application
from dianke.domain.service_orders.rules.catalog import Need, list_materials
from dianke.domain.service_orders.rules.plan_drafts import DraftedSource, DraftedTransformer, PlanDraft
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.clock import to_shanghai

OTHERS = {
    "officer": ["orders.plan", "archive.view"],
    "planner": ["orders.sign_grid"],
    "dispatcher": ["orders.sign_dispatch"],
    "safety": ["orders.sign_safety"],
}
DOERS = {
    "survey": "inspector", "draft_plan": "officer", "sign_grid": "planner", "sign_dispatch": "dispatcher",
    "sign_safety": "safety", "review_meeting": "head", "approve_plan": "head", "answer_plan": "officer",
    "confirm_plan": "counter", "collect_fee": "cashier", "design": "counter", "review_design": "officer",
    "build": "counter", "inspect_mid": "inspector", "report_completion": "counter", "inspect_completion": "inspector",
    "sign_dispatch_agreement": "dispatcher", "sign_dual_agreement": "manager", "sign_contract": "manager",
    "install_meter": "technician", "energise": "inspector", "open_account": "biller", "archive": "keeper",
}  # fmt: skip
# 14 yuan a kVA of the standby is the least.
FEE_FEN = 800 * 20 * 100
SOURCE: dict[str, Any] = {
    "voltage_kv": Decimal(10), "capacity_kva": Decimal(800), "metering_side": "HIGH_HIGH", "metered_kv": Decimal(10),
    "registers": ("total",), "ct_primary": Decimal(50), "ct_secondary": Decimal(5), "pt_primary": Decimal(10000),
    "pt_secondary": Decimal(100),
}  # fmt: skip


def build_connecting_town(town: Town | None = None) -> Town:
    """Return a town with a second feeder, two meters in store and everybody who has to do with new supplies."""
    town = town or build_town()
    utility = town.utility
    station = utility.feeder.substation
    network.add_feeder(actor=utility.actor, substation=station, code="F-2", name="二线", voltage="10kV")
    for login, rights in OTHERS.items():
        town.people[login] = add_clerk(utility.root, login, ["orders.view", *rights])
    for number in ("M-NEW-1", "M-NEW-2"):
        metering.register_meter(
            actor=utility.actor, unit=utility.root, asset_number=number, registers=[RegisterKind.TOTAL]
        )
    return town


def enter_applicant(town: Town, *, name: str = "云泽精密铸造有限公司", at: datetime = ASKED) -> CustomerAccount:
    """Return the account of a new customer who asks for a supply."""
    clerk = add_clerk(town.utility.root, f"desk{name[:1]}", ["archive.enter", "archive.view"])
    entered = enter_customer(
        actor=clerk, unit=town.utility.root, at=at,
        entry=Entry(
            name=name, kind=CustomerKind.COMPANY, contact=NewPerson(name="周工", phone="13800001234"),
            supply=Supply(
                usage_class=UsageClass.COMMERCIAL_INDUSTRIAL, parts=AddressParts(road="工业大道", house_number="8号"),
                is_planned=True,
            ),
        ),
    )  # fmt: skip
    return entered.account


def apply_for(town: Town, account: CustomerAccount, kind: OrderKind, *, at: datetime = ASKED, **given: Any) -> Any:
    """Return the order of an application with every paper that is due with it."""
    needed = list_materials(kind=kind, on=to_shanghai(at).date())
    papers = frozenset(paper.code for paper in needed if paper.need is Need.MANDATORY)
    values: dict[str, Any] = {
        "effective_on": to_shanghai(at).date(), "papers": papers, "capacity_kva": Decimal(1600), "voltage": "10kV"
    } | given  # fmt: skip
    return service_orders.accept_order(
        actor=town.people["counter"], account_number=account.number, application=Application(kind=kind, **values),
        at=at,
    )  # fmt: skip


def draft_dual(**changes: Any) -> PlanDraft:
    """Return the plan of 1,600 kVA from two feeders, half on each."""
    values: dict[str, Any] = {
        "voltage": "10kV", "voltage_kv": Decimal(10), "capacity_kva": Decimal(1600),
        "sources": (
            DraftedSource(role="MAIN", feeder="F-1", **SOURCE), DraftedSource(role="STANDBY", feeder="F-2", **SOURCE)
        ),
        "transformers": (
            DraftedTransformer(name="1号变", source=1, capacity_kva=Decimal(800), model="SCB13-800/10"),
            DraftedTransformer(name="2号变", source=2, capacity_kva=Decimal(800), model="SCB13-800/10"),
        ),
        "ownership_point": "电源侧第一断路器", "price_plan": HUBEI, "structure": "TWO_PART",
        "price_voltage": "1-10(20)kV", "basic_mode": "CAPACITY", "interlock": "机械与电气双重闭锁",
        "fee_fen": FEE_FEN, "fee_reason": "高可靠性供电费",
    }  # fmt: skip
    return PlanDraft(**(values | changes))


def draft_single(**changes: Any) -> PlanDraft:
    """Return the plan of 800 kVA from one feeder."""
    whole = SOURCE | {"capacity_kva": Decimal(800)}
    one: dict[str, Any] = {
        "capacity_kva": Decimal(800), "sources": (DraftedSource(role="MAIN", feeder="F-1", **whole),),
        "transformers": (DraftedTransformer(name="1号变", source=1, capacity_kva=Decimal(800)),),
        "interlock": "", "fee_fen": 0, "fee_reason": "",
    }  # fmt: skip
    return draft_dual(**(one | changes))


def do(town: Town, order: ServiceOrder, step: str, at: datetime, **more: Any) -> None:
    """Let whoever's post it is do a step that waits."""
    town.do(order, step, at, actor=more.pop("actor", None) or town.people[DOERS[step]], **more)


def sign(
    town: Town, account: CustomerAccount, kind: ContractKind, *, start: date, at: datetime, **more: str
) -> ContractVersion:
    """Return an agreement of an account that both sides signed."""
    # What the plan says already is not written again.
    given = {
        "payment_days": "10", "customer": account.customer.name, "dispatch_name": "铸造厂变",
        "dispatch_phone": "0710-1234567",
    } | more  # fmt: skip
    version = contracts.draft_contract(
        actor=town.people["manager"], account_number=account.number, kind=kind, start=start, given=given, at=at
    )
    return town.sign_draft(version, at=at)


def accept_papers(order: ServiceOrder) -> None:
    """Let every paper of an order be given and accepted."""
    rows = OrderPaper.objects.for_actor(EVERYBODY).filter(order=order)
    rows.update(state=PaperState.ACCEPTED.value)


def give_meters(order: ServiceOrder, *, first: str = "0", seals: str = "0012345") -> dict[int, MeterGiven]:
    """Return the two meters as the technician enters them."""
    sources = PlannedSource.objects.for_actor(EVERYBODY).filter(plan__order=order).exclude(plan__state="REPLACED")
    return {
        one.pk: MeterGiven(
            number=f"M-NEW-{place}", values={"total": Decimal(first)}, seals=seals,
            ct=Ratio(one.ct_primary, one.ct_secondary), pt=Ratio(one.pt_primary, one.pt_secondary),
        )
        for place, one in enumerate(sources.order_by("sequence"), start=1)
    }  # fmt: skip


HOUR = timedelta(hours=1)
