"""Work with money in the demo utility: agreements to withhold, a batch, dunning, a waiver, invoices."""

from datetime import datetime

from django.db import transaction

from dianke.application import bank_channels, claims, collection, invoices
from dianke.application.archive import key_changes
from dianke.application.demo_utility import money_work as work
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.channels.models import Bank, WithholdingBatch
from dianke.domain.channels.rules.bank_files.types import Layout
from dianke.domain.collection.types import PauseKind
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import KeyField
from dianke.domain.receivables.operations.claims import NewClaim
from dianke.domain.receivables.queries.debts import list_debts
from dianke.domain.receivables.types import ClaimKind
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor


def is_due(*, actor: Actor) -> bool:
    """Tell whether agreements wait to be signed: not in a demo that was founded before it had collectors."""
    logins = {staff.login for staff in identity.list_staff(actor=actor)}
    return work.COLLECTOR in logins and not Bank.objects.for_actor(actor).exists()


def is_work_due(*, actor: Actor) -> bool:
    """Tell whether the agreements are there and nothing since."""
    return Bank.objects.for_actor(actor).exists() and not WithholdingBatch.objects.for_actor(actor).exists()


@transaction.atomic
def agree_to_withhold(*, at: datetime) -> None:
    """Let homes sign that their bank pays, before the bills are issued: asked for by one, approved by another."""
    controller, accountant = _enter(work.CONTROLLER, at), _enter(work.ACCOUNTANT, at)
    clerk, archivist = _enter(work.CLERK, at), _enter(work.ARCHIVIST, at)
    bank_channels.add_bank(
        actor=controller,
        code=work.BANK_CODE,
        name=work.BANK_NAME,
        layout=Layout.TEXT.value,
        client_number=work.CLIENT_NUMBER,
        account_number=work.OUR_ACCOUNT,
    )
    for home in work.list_withheld():
        account = _find(clerk, home.account_number)
        change = key_changes.ask_key_change(
            actor=clerk,
            customer=account.customer,
            account=account,
            field=KeyField.BANK_ACCOUNT,
            value=work.describe_bank_account(home),
            reason=work.BANK_REASON,
            at=at,
        )
        key_changes.approve_key_change(actor=archivist, change=change, at=at)
        bank_channels.add_mandate(
            actor=accountant,
            account_number=home.account_number,
            number=f"DK{home.account_number}",
            since_date=at.date(),
            at=at,
        )


@transaction.atomic
def leave_work(*, at: datetime) -> None:
    """Make a batch that waits to be sent, name collectors and dun, ask for a waiver, make invoices."""
    _make_batch(at)
    _collect(at)
    _ask_waiver(at)
    _make_invoices(at)


def _make_batch(at: datetime) -> None:
    batch = bank_channels.make_batch(actor=_enter(work.ACCOUNTANT, at), bank_code=work.BANK_CODE, on=at.date(), at=at)
    bank_channels.release_batch(actor=_enter(work.CONTROLLER, at), number=batch.number, at=at)


def _collect(at: datetime) -> None:
    supervisor = _enter(work.COLLECTION_SUPERVISOR, at)
    for route in work.COLLECTED_ROUTES:
        collection.assign_collector(
            actor=supervisor,
            login=work.COLLECTOR,
            account_number="",
            route_code=route,
            share_e4=10_000,
            start=at.date(),
            reason=work.ASSIGNED_BECAUSE,
            at=at,
        )
    collection.pause_account(
        actor=supervisor,
        number=work.get_paused_account(),
        kind=PauseKind.DISPUTE,
        reason=work.PAUSED_ACCOUNT_REASON,
        until=None,
        at=at,
    )
    collection.run_night(actor=Actor.system("the night before the demo opens"), at=at)


def _ask_waiver(at: datetime) -> None:
    cashier = _enter(work.CASHIER, at)
    account = _find(cashier, work.get_waiver_account())
    debts = list_debts(actor=cashier, customer_account_ids=[account.pk], on=at.date())[account.pk]
    waived = {debt.item_id: debt.late_fee_fen for debt in debts if debt.late_fee_fen}
    new = NewClaim(kind=ClaimKind.LATE_FEE_WAIVER, waived_fen=waived)
    claims.ask_claim(actor=cashier, account_number=account.number, new=new, reason=work.WAIVER_REASON, at=at)


def _make_invoices(at: datetime) -> None:
    accountant = _enter(work.ACCOUNTANT, at)
    for number in work.list_invoiced():
        account = _find(accountant, number)
        for bill in bill_queries.list_account_bills(actor=accountant, account_id=account.pk):
            invoices.make_invoice(actor=accountant, bill_ids=[bill.pk], kind=None, at=at)


def _find(actor: Actor, number: str) -> CustomerAccount:
    account = customers.get_account(actor=actor, number=number)
    if account is None:
        raise LookupError(number)
    return account


def _enter(login: str, at: datetime) -> Actor:
    return identity.get_actor(login=login, on=at.date(), origin="cli")
