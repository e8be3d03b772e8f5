"""Orders of who leaves: a town whose January is billed, one person a post, and each step by whose post it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.factories import months
from tests.factories import utility as factory
from tests.factories.months import ANNUAL_HOME, HUBEI_FEBRUARY, JIANGSU, load_sheet
from tests.factories.utility import HUBEI, LATER, Utility, add_point, build_utility, freeze_january

from dianke.application import contracts, service_orders
from dianke.application.service_orders import StepInput
from dianke.domain.billing.models import Bill
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.types import ContractKind, Party
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.types import CustomerKind, UsageClass
from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.readings import operations as readings
from dianke.domain.readings.types import NewReading, ReadingSource
from dianke.domain.service_orders.models import OrderStep, ServiceOrder
from dianke.domain.service_orders.operations.accepting import Application
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.clock import SHANGHAI, at_midnight
from dianke.platform.identity.types import Actor

EVERYBODY = Actor.system("looking at what a test left")
LAST_DAY = date(2026, 2, 11)
ASKED = datetime(2026, 2, 6, 10, tzinfo=SHANGHAI)
NOON = datetime(2026, 2, 11, 12, tzinfo=SHANGHAI)
DAY = timedelta(days=1)
HOME = {"structure": "SINGLE", "time_of_use": False}
TRADE = {"structure": "TWO_PART", "price_voltage": "1-10(20)kV", "time_of_use": False, "basic_mode": "CAPACITY"}
POSTS: Mapping[str, list[str]] = {
    "counter": ["orders.accept", "archive.enter"],
    "inspector": ["orders.survey", "orders.seal"],
    "head": ["orders.approve", "orders.manage", "contracts.view", "contracts.approve"],
    "reader": ["readings.record"],
    "technician": ["archive.edit"],
    "biller": ["billing.ask_final", "billing.run", "billing.review", "billing.view"],
    "chief": ["billing.issue", "billing.review", "billing.view"],
    "cashier": ["payments.receive", "payments.view"],
    "accountant": ["payments.ask", "payments.view"],
    "approver": ["payments.approve", "payments.approve_large", "payments.view"],
    "manager": ["contracts.view", "contracts.draft", "contracts.file"],
    "keeper": ["orders.archive", "archive.approve_key_data"],
}
# Who does which step.
DOERS: Mapping[str, str] = {
    "check_debts": "counter", "pay_debts": "counter", "check_site": "inspector", "approve_change": "head",
    "remove_meter": "technician", "read_final": "reader", "bill_final": "biller", "issue_final": "chief",
    "settle": "cashier", "refund": "accountant", "sign_contract": "manager", "open_account": "biller",
    "end_contract": "manager", "archive_closing": "keeper", "archive": "keeper", "file_claim": "accountant",
    "prove_no_use": "reader", "notify_customer": "manager", "check_window": "inspector",
    "remove_temporarily": "technician", "reinstall": "technician",
    "design": "counter", "build": "counter", "report_completion": "counter", "inspect_completion": "inspector",
    "install_meter": "technician", "energise": "inspector",
}  # fmt: skip
PAPERS: Mapping[OrderKind, frozenset[str]] = {
    OrderKind.TRANSFER: frozenset({"application", "identity", "ownership_transfer", "consent_of_parties"}),
    OrderKind.CLOSE: frozenset({"application", "identity"}),
    OrderKind.CLOSE_FORCED: frozenset({"zero_use_proof"}),
    OrderKind.BANKRUPTCY: frozenset({"application", "identity", "court_decision"}),
    OrderKind.RENAME: frozenset({"application", "identity", "name_proof"}),
    OrderKind.MANY_PERSONS: frozenset({"application", "identity", "household_register"}),
    OrderKind.CHANGE_DEMAND: frozenset({"application", "identity"}),
    OrderKind.CHANGE_MODE: frozenset({"application", "identity"}),
    OrderKind.REMOVE: frozenset({"application", "identity", "rebuilding_proof"}),
    OrderKind.REINSTALL: frozenset({"application", "identity"}),
    OrderKind.SOLAR: frozenset({"application", "identity", "ownership", "project_approval"}),
    OrderKind.SPLIT: frozenset({"application", "identity", "ownership", "agreement_of_parties"}),
    OrderKind.MERGE: frozenset({"application", "identity", "ownership", "agreement_of_parties"}),
}


@dataclass
class Town:
    """A home with yearly tiers and a factory with a transformer, January billed; people by the name of their post."""

    utility: Utility
    home: UsagePoint
    factory: UsagePoint
    people: dict[str, Actor] = field(default_factory=dict)

    def ask(self, point: UsagePoint, kind: OrderKind, *, at: datetime = ASKED, **given: Any) -> ServiceOrder:
        """Return an order of the account of a point that the counter took, or the inspector proposed."""
        values: dict[str, Any] = {"effective_on": LAST_DAY, "papers": PAPERS[kind], "keeps_use": True} | given
        application = Application(kind=kind, **values)
        if kind is OrderKind.CLOSE_FORCED:
            act, actor = service_orders.propose_closing, self.people["inspector"]
        else:
            act, actor = service_orders.accept_order, self.people["counter"]
        return act(actor=actor, account_number=point.account.number, application=application, at=at)

    def do(self, order: ServiceOrder, step: str, at: datetime = NOON, *, outcome: str = "", **more: Any) -> None:
        """Let whoever's post it is do a step that waits."""
        actor = more.pop("actor", None) or self.people[DOERS[step]]
        now = self.read(order)
        waiting = OrderStep.objects.for_actor(EVERYBODY).get(order=order, step=step, ended_at=None)
        service_orders.complete_step(
            actor=actor, number=now.number, serial=waiting.serial, revision=now.revision, outcome=outcome, at=at,
            reason=more.pop("reason", ""), given=StepInput(**more),
        )  # fmt: skip

    def values(self, point: UsagePoint, total: str) -> dict[int, dict[str, Decimal]]:
        """Return what the meter of a point shows, as a step takes it."""
        installed = MeterInstallation.objects.for_actor(EVERYBODY).filter(usage_point=point).order_by("-id").first()
        assert installed is not None
        return {installed.pk: {"total": Decimal(total)}}

    def sign(
        self, point: UsagePoint, customer: str, *, start: date = LAST_DAY, at: datetime = NOON, **more: str
    ) -> ContractVersion:
        """Return a contract of a point's account that was drafted, approved and signed by both sides."""
        given = {"ownership_point": "表后开关出线端", "payment_days": "10", "price": "合同电价", "customer": customer}
        given |= more
        version = contracts.draft_contract(
            actor=self.people["manager"], account_number=point.account.number, kind=ContractKind.LOW_VOLTAGE,
            start=start, given=given, at=at,
        )  # fmt: skip
        return self.sign_draft(version, at=at)

    def sign_draft(self, version: ContractVersion, *, at: datetime = NOON) -> ContractVersion:
        """Let a draft be approved and signed by both sides."""
        contracts.propose_contract(actor=self.people["manager"], key=version.pk, at=at)
        contracts.approve_contract(actor=self.people["head"], key=version.pk, at=at)
        for party in Party:
            contracts.sign_on_paper(
                actor=self.people["manager"], key=version.pk, party=party, signer="张三", file_name="a.pdf",
                content=b"%PDF-1.4 a signed copy", at=at,
            )  # fmt: skip
        version.refresh_from_db()
        return version

    def add_taker(self, name: str = "接手人") -> Customer:
        """Return a new customer who may take an account over."""
        return customers.add_customer(
            actor=self.utility.actor, unit=self.utility.root, number="K900000001", name=name, kind=CustomerKind.PERSON,
            since_date=date(2026, 1, 1),
        )  # fmt: skip

    def read(self, order: ServiceOrder) -> ServiceOrder:
        """Return an order as it is stored."""
        return queries.get_order(actor=EVERYBODY, number=order.number)

    def account(self, point: UsagePoint) -> CustomerAccount:
        """Return the account of a point as it is stored."""
        return CustomerAccount.objects.for_actor(EVERYBODY).select_related("customer").get(pk=point.account_id)

    def waiting(self, order: ServiceOrder) -> str:
        """Return the steps of an order that wait."""
        rows = OrderStep.objects.for_actor(EVERYBODY).filter(order=order, ended_at=None)
        return ", ".join(rows.values_list("step", flat=True))

    def list_bills(self, point: UsagePoint) -> list[Bill]:
        """Return the bills of a point by key."""
        return list(Bill.objects.for_actor(EVERYBODY).filter(usage_point_id=point.pk).order_by("id"))


def build_town() -> Town:
    """Return a town with the yearly tiers of Jiangsu (2760 and 4800 kWh) and the two-part price of Hubei."""
    utility = build_priced()
    town = Town(utility, *add_points(utility, {"total": "100"}, {"total": "400"}))
    freeze_january(utility)
    months.issue_month(utility, factory.JANUARY, LATER)
    return with_people(town)


def build_town_of(today: date) -> Town:
    """Return a town that was never billed, its meters read at the start of this month and of the one before."""
    utility = build_priced()
    town = Town(utility, *add_points(utility, {"total": "0"}, {}))
    # Its meters were never read in the January of the others.
    utility.pending.clear()
    this_month = today.replace(day=1)
    last_month = (this_month - DAY).replace(day=1)
    rows = [
        NewReading(
            installation_id=installed.pk, read_at=at_midnight(day), values={"total": Decimal(total)},
        )
        for installed in MeterInstallation.objects.for_actor(EVERYBODY).order_by("id")
        for day, total in ((last_month, "0"), (this_month, "100"))
    ]  # fmt: skip
    readings.record_readings(
        actor=utility.actor, readings=rows, source=ReadingSource.FILE, batch="start", at=at_midnight(today)
    )
    readings.put_points_on_route(
        actor=utility.actor, route=utility.route, usage_point_ids=[point.pk for point in utility.points]
    )
    return with_people(town)


def build_priced() -> Utility:
    utility = build_utility()
    load_sheet(utility, JIANGSU)
    load_sheet(utility, HUBEI_FEBRUARY)
    return utility


def add_points(utility: Utility, start: dict[str, str], end: dict[str, str]) -> tuple[UsagePoint, UsagePoint]:
    home = add_point(utility, start=start, end=end, terms=HOME, plan=ANNUAL_HOME, usage_class=UsageClass.RESIDENTIAL)
    works_end = {"total": "5000"} if end else {}
    works = add_point(utility, start={"total": "0"}, end=works_end, terms=TRADE, plan=HUBEI, kva="630")
    return home, works


def with_people(town: Town) -> Town:
    for login, rights in POSTS.items():
        town.people[login] = factory.add_clerk(town.utility.root, login, ["orders.view", "archive.view", *rights])
    return town
