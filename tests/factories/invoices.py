"""Who sells and who invoices at a small utility, and a tax platform that its invoices go to."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.factories import utility as factory
from tests.factories.utility import Utility

from dianke.application import invoices
from dianke.application.invoices import sending
from dianke.application.invoices.simulated import SimulatedTaxPlatform
from dianke.domain.invoicing.models import Invoice
from dianke.domain.invoicing.rules.parties import Party
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

INVOICED = datetime(2026, 2, 10, 9, tzinfo=SHANGHAI)
SELLER = Party(name="测试供电公司", tax_number="91420100MA4KXYW128", address="测试市电力路 1 号", phone="027-12345678")
LOOKING = ["archive.view", "billing.view", "invoices.view"]


class InvoiceStaff:
    """Who makes invoices, who confirms red letters, and who may only ask."""

    def __init__(self, utility: Utility) -> None:
        self.maker = factory.add_clerk(utility.root, "maker", [*LOOKING, "invoices.make"])
        self.chief = factory.add_clerk(utility.root, "approver", [*LOOKING, "invoices.approve"])
        self.clerk = factory.add_clerk(utility.root, "counter", LOOKING)
        self.system = Actor.system("sending invoices of a test")


def record_seller(staff: InvoiceStaff) -> None:
    """Let the utility sell under its own name."""
    invoices.set_seller(actor=staff.chief, unit_code="0", party=SELLER, at=INVOICED)


def deliver(staff: InvoiceStaff, invoice: Invoice, folder: Path) -> None:
    """Hand an invoice to the simulated platform until it has answered."""
    platform: Any = SimulatedTaxPlatform(folder)
    while not sending.send_to(actor=staff.system, number=invoice.number, platform=platform, at=INVOICED):
        pass


def whole(invoice: Invoice) -> Mapping[int, int]:
    """Return every line of an invoice with its amount: what a full red letter takes back."""
    return {line.pk: line.total_fen for line in invoice.lines.for_actor(Actor.system("reading lines")).all()}
