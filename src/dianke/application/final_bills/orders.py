"""Ask for the final bill of an account, look at it before, take it back before it is issued."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from dianke.domain.billing.models import BillDraft, BillDraftLine, BillRun, FinalBilling
from dianke.domain.billing.operations import finals
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import finals as queries
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.billing.rules.finals import FinalOrder
from dianke.domain.customers import queries as customer_queries
from dianke.domain.customers.models import CustomerAccount
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

RIGHT = "billing.ask_final"


class AccountNotFound(DomainError):
    """No account of that number is within reach."""

    code = "billing.account_not_found"
    message = "there is no account {account}"


class FiguresChanged(DomainError):
    """The final bill comes to something else than what was looked at."""

    code = "billing.final_figures_changed"
    message = "the final bill of {account} comes to something else than before; look at it again"


@dataclass(frozen=True)
class PreviewedBill:
    """A bill as it would be calculated, with its lines."""

    point_code: str
    bill: BillDraft
    lines: list[BillDraftLine]


@dataclass(frozen=True)
class FinalPreview:
    """What a final bill would come to; nothing of it is stored."""

    start: date
    end: date
    bills: list[PreviewedBill]

    @property
    def amount_fen(self) -> int:
        """Return what all bills come to."""
        return sum(one.bill.amount_fen for one in self.bills)

    @property
    def energy_kwh_e2(self) -> int:
        """Return the energy of all bills."""
        return sum(one.bill.energy_kwh_e2 for one in self.bills)


@use_case(right=RIGHT)
def preview_final(*, actor: Actor, account_number: str, order: FinalOrder, at: datetime) -> FinalPreview:
    """Return what a final bill would come to, calculated as it will be and rolled back."""
    account = get_account(actor, account_number)
    with transaction.atomic():
        _, run = finals.calculate_final(actor=actor, account=account, order=order, login=actor.login, at=at)
        found = _read_drafts(actor, run)
        transaction.set_rollback(True)
    return found


@use_case(right=RIGHT)
def ask_final(
    *, actor: Actor, account_number: str, order: FinalOrder, at: datetime, expected_fen: int | None = None
) -> FinalBilling:
    """
    Ask for the final bill of an account; its run waits for review and issue by others.

    :raises FiguresChanged: if it comes to something else than the preview that was looked at
    """
    account = get_account(actor, account_number)
    final = finals.ask_final(actor=actor, account=account, order=order, login=actor.login, at=at)
    if expected_fen is not None and _read_drafts(actor, final.run).amount_fen != expected_fen:
        raise FiguresChanged(field="final_date", account=account_number)
    return final


@use_case(right=RIGHT)
def withdraw_final(*, actor: Actor, key: int) -> FinalBilling:
    """Take a final bill back before it is issued."""
    # The run first, as whoever issues it locks the two.
    run_queries.lock_run(actor=actor, run=queries.get_final(actor=actor, key=key).run)
    final = queries.get_final(actor=actor, key=key, lock=True)
    finals.withdraw_final(actor=actor, final=final)
    final.refresh_from_db()
    return final


def get_account(actor: Actor, number: str) -> CustomerAccount:
    """
    Return the account of a number.

    :raises AccountNotFound: if it is not within the actor's reach
    """
    account = customer_queries.get_account(actor=actor, number=number)
    if account is None:
        raise AccountNotFound(field="account", account=number)
    return account


def _read_drafts(actor: Actor, run: BillRun) -> FinalPreview:
    drafts = BillDraft.objects.for_actor(actor).filter(run=run).select_related("usage_point")
    bills = [
        PreviewedBill(draft.usage_point.code, draft, bill_queries.list_draft_lines(actor=actor, bill_id=draft.pk))
        for draft in drafts.order_by("usage_point__code", "id")
    ]
    return FinalPreview(start=run.start, end=run.end, bills=bills)
