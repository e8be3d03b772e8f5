"""Work with money in the demo utility: agreements to withhold, a batch, dunning, a waiver, invoices."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from dianke.application import agreements, bank_channels, claims, collection, fee_control, invoices, risk
from dianke.application.archive import key_changes
from dianke.application.demo_utility import money_work as work
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.channels.models import Bank, WithholdingBatch
from dianke.domain.channels.rules.bank_files.types import Layout
from dianke.domain.collection.types import PauseKind
from dianke.domain.customers import queries as customers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import KeyField
from dianke.domain.fee_control.queries.policies import get_policy
from dianke.domain.fee_control.types import AgreementKind
from dianke.domain.receivables.operations.agreements import NewAgreement
from dianke.domain.receivables.operations.claims import NewClaim
from dianke.domain.receivables.operations.guarantees import NewGuarantee
from dianke.domain.receivables.operations.stages import NewStagedTerms
from dianke.domain.receivables.queries.debts import list_debts
from dianke.domain.receivables.rules import agreements as rules
from dianke.domain.receivables.rules.agreements import PlannedPart
from dianke.domain.receivables.types import ClaimKind, FeesMeanwhile, GuaranteeKind, StageBasis
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
    _agree_instalments(at)
    _agree_stages(at)
    _agree_control(at)
    _record_guarantee(at)
    risk.run_week(actor=Actor.system("the week before the demo opens"), at=at)


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


def _agree_instalments(at: datetime) -> None:
    collector, number, today = _enter(work.COLLECTOR, at), work.get_agreed_account(), at.date()
    account = _find(collector, number)
    debts = list_debts(actor=collector, customer_account_ids=[account.pk], on=today)[account.pk]
    amounts = rules.split_evenly(amount_fen=sum(debt.total_fen for debt in debts), count=work.AGREED_PARTS)
    days = rules.list_due_dates(first=today + timedelta(days=20), count=work.AGREED_PARTS)
    new = NewAgreement(
        item_ids=tuple(debt.item_id for debt in debts),
        plan=tuple(PlannedPart(day, amount) for day, amount in zip(days, amounts, strict=True)),
        late_fees=FeesMeanwhile.FROZEN,
        signed_on=today,
        reason=work.AGREED_BECAUSE,
    )
    made = agreements.propose_agreement(actor=collector, account_number=number, new=new, at=at)
    agreements.approve_agreement(actor=_enter(work.COLLECTION_SUPERVISOR, at), key=made.pk, at=at)


def _agree_stages(at: datetime) -> None:
    new = NewStagedTerms(
        from_month=at.date().replace(day=1),
        days="6,16,26",
        basis=StageBasis.LAST_BILL,
        coefficient=Decimal(1),
        reason=work.STAGED_BECAUSE,
    )
    number = work.get_staged_account()
    made = agreements.propose_staged_terms(actor=_enter(work.MANAGER, at), account_number=number, new=new, at=at)
    agreements.approve_staged_terms(actor=_enter(work.CONTROLLER, at), key=made.pk, at=at)
    agreements.make_stage_requests(actor=Actor.system("the first night of the month"), at=at)


def _agree_control(at: datetime) -> None:
    today, manager, supervisor = at.date(), _enter(work.MANAGER, at), _enter(work.COLLECTION_SUPERVISOR, at)
    for number in work.list_controlled():
        usage_class = _find(manager, number).usage_class
        made = fee_control.propose_agreement(
            actor=manager,
            number=number,
            kind=AgreementKind.PREPAID,
            thresholds=get_policy(on=today).find_thresholds(usage_class),
            signed_on=today,
            start=today,
            note=work.CONTROLLED_BECAUSE,
            at=at,
        )
        if number != work.list_controlled()[-1]:
            fee_control.approve_agreement(actor=supervisor, key=made.pk, at=at)


def _record_guarantee(at: datetime) -> None:
    manager, number = _enter(work.MANAGER, at), work.get_staged_account()
    new = NewGuarantee(
        kind=GuaranteeKind.BANK,
        guarantor=work.BANK_NAME,
        reference=work.GUARANTEE_NUMBER,
        amount_fen=work.GUARANTEED_FEN,
        valid_from=at.date(),
        valid_until=at.date() + work.GUARANTEED_FOR,
    )
    account = _find(manager, number)
    paper = work.write_guarantee(name=account.customer.name, account_number=number, until=new.valid_until)
    agreements.record_guarantee(
        actor=manager, account_number=number, new=new, files=[(work.GUARANTEE_FILE, paper)], at=at
    )


def _find(actor: Actor, number: str) -> CustomerAccount:
    account = customers.get_account(actor=actor, number=number)
    if account is None:
        raise LookupError(number)
    return account


def _enter(login: str, at: datetime) -> Actor:
    return identity.get_actor(login=login, on=at.date(), origin="cli")
