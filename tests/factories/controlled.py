"""Homes under fee control: read day by day, with an agreement that two people made, and who works on orders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from tests.factories import billed, months, paid
from tests.factories import utility as factory
from tests.factories.utility import Utility

from dianke.application import fee_control, outbox
from dianke.application.fee_control import Minute, Night
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.operations import contacts
from dianke.domain.customers.types import ContactRole, NewContact
from dianke.domain.fee_control.models import ControlledAccount, SupplyOrder
from dianke.domain.fee_control.types import AgreementKind, Thresholds, Way
from dianke.domain.readings import operations as readings
from dianke.domain.readings.types import NewReading, ReadingSource
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

SYSTEM = Actor.system("testing fee control")
# A Monday in February 2026 after the bills of January, with two working days behind it.
MONDAY = date(2026, 2, 2)
LIMITS = Thresholds(5_000, 2_000, 0)


@dataclass
class Controlled:
    """The utility with the people who work on orders."""

    utility: Utility
    collector: Actor
    supervisor: Actor
    technician: Actor

    @property
    def accounts(self) -> list[CustomerAccount]:
        """Return the accounts in the order of their entry."""
        return paid.list_accounts(self.utility)


def build(*ends: str, with_foundry: bool = False) -> Controlled:
    """Return homes, and a foundry after them, whose January is billed, with a phone each, under prepaid control."""
    utility = factory.build_utility()
    months.load_sheet(utility, months.HUBEI_FEBRUARY)
    for end in ends:
        billed.add_home(utility, end)
    if with_foundry:
        billed.add_foundry(utility)
    factory.freeze_january(utility)
    months.issue_month(utility, factory.JANUARY, factory.LATER)
    controlled = Controlled(
        utility=utility,
        collector=_add(utility, "fc-collector", "view", "agree", "order"),
        supervisor=_add(utility, "fc-supervisor", "view", "approve_agreements", "approve"),
        technician=_add(utility, "fc-technician", "view", "operate"),
    )
    for account in controlled.accounts:
        add_phone(account)
        agree(controlled, account)
    return controlled


def _add(utility: Utility, login: str, *rights: str) -> Actor:
    return factory.add_clerk(utility.root, login, [f"fee_control.{right}" for right in rights])


def agree(controlled: Controlled, account: CustomerAccount, **options: Any) -> None:
    """Put an account under control."""
    fields: dict[str, Any] = {
        "kind": AgreementKind.PREPAID, "thresholds": LIMITS, "signed_on": MONDAY, "start": MONDAY, **options,
    }  # fmt: skip
    at = at_time(MONDAY, 8)
    row = fee_control.propose_agreement(actor=controlled.collector, number=account.number, at=at, **fields)
    fee_control.approve_agreement(actor=controlled.supervisor, key=row.pk, at=at)


def add_phone(account: CustomerAccount, phone: str = "13800001234") -> None:
    """Let the customer of an account be reached."""
    contacts.add_contacts(
        actor=SYSTEM,
        contacts=[
            NewContact(
                customer_id=account.customer_id, name="测试", phone=phone, role=ContactRole.BILLING,
                start_date=factory.INSTALLED,
            )
        ],
    )  # fmt: skip


def read(controlled: Controlled, place: int, day: date, total: str, values: Mapping[str, str] | None = None) -> None:
    """Record what the meter of a home, or another with more registers, shows as a day begins."""
    shown = {name: Decimal(value) for name, value in (values or {"total": total}).items()}
    utility = controlled.utility
    installation = utility.points[place].installations.for_actor(utility.actor).get()
    readings.record_readings(
        actor=utility.actor,
        readings=[NewReading(installation_id=installation.pk, read_at=at_time(day, 0), values=shown)],
        source=ReadingSource.HEAD_END,
        batch=f"{day}-{place}",
        at=at_time(day, 1),
    )


def at_time(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment of a day in China."""
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def night(day: date) -> Night:
    """Do the work of the night before a day, and let its messages go in the morning."""
    done = fee_control.run_night(actor=SYSTEM, at=at_time(day, 5, 40))
    send(at_time(day, 8, 1))
    return done


def minute(at: datetime, **options: Any) -> Minute:
    """Do the work of a minute, and let its messages go."""
    done = fee_control.run_minute(actor=SYSTEM, at=at, **options)
    send(at)
    return done


def send(at: datetime) -> None:
    """Hand over the messages that are due."""
    outbox.send_due(actor=SYSTEM, at=at)


def state_of(account: CustomerAccount) -> str:
    """Return how far an account is."""
    return str(ControlledAccount.objects.for_actor(SYSTEM).get(account=account).state)


def orders_of(account: CustomerAccount) -> list[SupplyOrder]:
    """Return the orders of an account, the first first."""
    return list(SupplyOrder.objects.for_actor(SYSTEM).filter(account=account).order_by("id"))


def approve_and_release(controlled: Controlled, order: SupplyOrder, at: datetime) -> None:
    """Let a second person approve an order and a third hand it to the head-end."""
    fee_control.approve_order(actor=controlled.supervisor, key=order.pk, at=at)
    fee_control.release_order(actor=controlled.technician, key=order.pk, way=Way.REMOTE, at=at)
