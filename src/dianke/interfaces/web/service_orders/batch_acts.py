"""What can be done with all parts of a batch at once: which use case, who may, what is entered with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import batch_supplies
from dianke.application.batch_supplies import Progress
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.queries.batches import PartsCount
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.customers.uploads import read_upload
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor


@dataclass(frozen=True, kw_only=True)
class BatchAct:
    """An act on the parts that wait at a step; `texts` are entered with it, a file where it takes one."""

    code: str
    label: Text
    step: str
    right: str
    carry: Callable[..., Progress]
    consequence: Text
    texts: Mapping[str, Text] = field(default_factory=dict)
    takes_file: bool = False

    def read(self, request: StaffRequest) -> dict[str, str]:
        """Return what was entered with it."""
        return {name: request.POST.get(name, "")[:60] for name in self.texts}

    def carry_out(self, request: StaffRequest, number: str, after: int) -> Progress:
        """Move the next parts behind a key."""
        given: dict[str, Any] = self.read(request)
        if self.takes_file:
            upload = read_upload(request.FILES.get("file"))
            given |= {
                "file_name": upload.file_name if upload else "", "content": upload.content if upload else b""
            }  # fmt: skip
        return self.carry(actor=request.actor, number=number, after=after, at=SystemClock().now(), **given)


_ALL = (
    BatchAct(
        code="draft", label=_("Draft the contracts"), step="sign_contract", right="contracts.draft",
        carry=batch_supplies.draft_part_contracts,
        consequence=_("Places without a contract get one from the agreed plan, proposed to who approves contracts."),
        texts={"payment_days": _("Days to pay")},
    ),
    BatchAct(
        code="approve", label=_("Approve the contracts"), step="sign_contract", right="contracts.approve",
        carry=batch_supplies.approve_part_contracts,
        consequence=_("Contracts that another person drafted and proposed are approved as they stand."),
    ),
    BatchAct(
        code="sign", label=_("Record the signatures"), step="sign_contract", right="contracts.file",
        carry=batch_supplies.sign_part_contracts,
        consequence=_("Approved contracts are signed by both sides; one copy shows them all."),
        texts={"signer": _("Signed for the utility by")}, takes_file=True,
    ),
    BatchAct(
        code="signed", label=_("Go on with signed contracts"), step="sign_contract", right="contracts.draft",
        carry=batch_supplies.sign_parts,
        consequence=_("Parts whose contract is signed by both sides go on."),
    ),
    BatchAct(
        code="install", label=_("Put the meters up"), step="install_meter", right="archive.edit",
        carry=batch_supplies.install_parts,
        consequence=_("The meters of the list go up today, sealed, with what they show."),
    ),
    BatchAct(
        code="energise", label=_("Switch on"), step="energise", right="orders.seal",
        carry=batch_supplies.energise_parts,
        consequence=_("Every place that lacks nothing is supplied from today; its tiers begin today."),
    ),
    BatchAct(
        code="open", label=_("Open the accounts"), step="open_account", right="billing.run",
        carry=batch_supplies.open_part_accounts,
        consequence=_("The accounts are billed by the plan and read on this route, from the day of switching on."),
        texts={"route_code": _("Reading route")},
    ),
    BatchAct(
        code="archive", label=pgettext_lazy("service order", "Archive the parts"), step="archive",
        right="orders.archive", carry=batch_supplies.archive_parts,
        consequence=_("Parts whose work is done are archived."),
    ),
)  # fmt: skip
ACTS: Mapping[str, BatchAct] = {one.code: one for one in _ALL}


def list_acts(actor: Actor, order: ServiceOrder, count: PartsCount) -> list[tuple[BatchAct, int]]:
    """Return what the reader may do with parts that wait, and how many wait for it."""
    return [
        (one, count.waiting[one.step])
        for one in _ALL
        if count.waiting.get(one.step) and actor.may(one.right, order.unit.path)
    ]
