"""Where the time line reads what was dealt with: orders, contracts, money, dunning, cuts and messages."""

from django.db.models import CharField, F
from django.db.models.functions import Cast, Coalesce

from dianke.application.listings.time_line_sources import Reader, Rows, Sight, Source, Subject, shape_rows
from dianke.domain.collection.models import DunningStep
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.credit.models import GradeNotice
from dianke.domain.fee_control.models import ControlNotice, SupplyOrder
from dianke.domain.receivables.models import Agreement, Claim, Guarantee, Payment, PaymentEvent
from dianke.domain.service_orders.models import OrderAct, OrderNote, OrderStep
from dianke.platform.org.scoping import Scope


def _list_order_steps(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = OrderStep.objects.for_actor(scope).filter(order__account=subject.account_id, ended_at__isnull=False)
    return shape_rows(
        rows, Source.ORDER_STEP, at=F("ended_at"), order="order__number", kind="order__kind", process="process_id",
        step="step", outcome="outcome", by="ended_by",
    )  # fmt: skip


def _list_order_notes(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    """Return what happened to orders beside their steps, which tell of themselves."""
    rows = OrderNote.objects.for_actor(scope).filter(order__account=subject.account_id)
    rows = rows.exclude(act=OrderAct.COMPLETED.value)
    return shape_rows(
        rows, Source.ORDER_NOTE, at=F("at"), order="order__number", kind="order__kind", act="act", by="by",
    )  # fmt: skip


def _list_versions(scope: Scope, subject: Subject, source: Source, moment: str, by: str) -> Rows:
    rows = ContractVersion.objects.for_actor(scope).filter(account=subject.account_id, **{f"{moment}__isnull": False})
    return shape_rows(
        rows, source, at=F(moment), version="id", contract="contract_id", number="number", kind="kind", state="state",
        by=by,
    )  # fmt: skip


def _list_contracts_decided(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    return _list_versions(scope, subject, Source.CONTRACT_DECIDED, "decided_at", "decided_by")


def _list_contracts_signed(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    return _list_versions(scope, subject, Source.CONTRACT_SIGNED, "signed_at", "proposed_by")


def _list_contracts_filed(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    return _list_versions(scope, subject, Source.CONTRACT_FILED, "filed_at", "filed_by")


def _list_payments(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = Payment.objects.for_actor(scope).filter(customer_account=subject.account_id)
    return shape_rows(
        rows, Source.PAYMENT, at=F("received_at"), payment=Cast("id", CharField()), amount_fen="amount_fen",
        channel="channel", tender="tender", by="received_by",
    )  # fmt: skip


def _list_payment_changes(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = PaymentEvent.objects.for_actor(scope).filter(payment__customer_account=subject.account_id)
    return shape_rows(
        rows, Source.PAYMENT_CHANGE, at=F("made_at"), payment=Cast("payment_id", CharField()), kind="kind",
        amount_fen="payment__amount_fen", by="made_by", reason="reason",
    )  # fmt: skip


def _list_claims(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = Claim.objects.for_actor(scope).filter(account=subject.account_id)
    return shape_rows(
        rows, Source.CLAIM, at=Coalesce("decided_at", "asked_at"), claim="id", kind="kind", state="state",
        amount_fen="amount_fen", by="asked_by", reason="reason",
    )  # fmt: skip


def _list_agreements(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = Agreement.objects.for_actor(scope).filter(account=subject.account_id)
    return shape_rows(
        rows, Source.AGREEMENT, at=Coalesce("decided_at", "proposed_at"), agreement="id", state="state",
        amount_fen="amount_fen", by="proposed_by", reason="reason",
    )  # fmt: skip


def _list_guarantees(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = Guarantee.objects.for_actor(scope).filter(account=subject.account_id)
    return shape_rows(
        rows, Source.GUARANTEE, at=F("recorded_at"), guarantee="id", kind="kind", state="state",
        amount_fen="amount_fen", by="recorded_by",
    )  # fmt: skip


def _list_dunning_steps(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = DunningStep.objects.for_actor(scope).filter(account=subject.account_id)
    return shape_rows(
        rows, Source.DUNNING_STEP, at=Coalesce("done_on", "proposed_on"), step="id", kind="kind", state="state",
        result="result", overdue_fen="overdue_fen", by="done_by",
    )  # fmt: skip


def _list_supply_proposed(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = SupplyOrder.objects.for_actor(scope).filter(account=subject.account_id)
    return shape_rows(
        rows, Source.SUPPLY_PROPOSED, at=F("proposed_at"), order="id", kind="kind", cause="cause", by="proposed_by",
    )  # fmt: skip


def _list_supply_done(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = SupplyOrder.objects.for_actor(scope).filter(account=subject.account_id, executed_at__isnull=False)
    return shape_rows(
        rows, Source.SUPPLY_DONE, at=F("executed_at"), order="id", kind="kind", state="state", by="operated_by",
    )  # fmt: skip


def _shape_messages(rows: Rows, source: Source) -> Rows:
    """Return the messages that rows tell of: where they stand, never to which address nor what they say."""
    return shape_rows(
        rows.filter(message__isnull=False), source, at=F("message__queued_at"), key="message_id", message="message_id",
        channel="message__channel", purpose="message__purpose", state="message__state",
    )  # fmt: skip


def _list_dunning_messages(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = DunningStep.objects.for_actor(scope).filter(account=subject.account_id)
    return _shape_messages(rows, Source.DUNNING_MESSAGE)


def _list_control_messages(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = ControlNotice.objects.for_actor(scope).filter(account=subject.account_id)
    return _shape_messages(rows, Source.CONTROL_MESSAGE)


def _list_grade_messages(scope: Scope, subject: Subject, _sight: Sight) -> Rows:
    rows = GradeNotice.objects.for_actor(scope).filter(customer=subject.customer_id)
    return _shape_messages(rows, Source.GRADE_MESSAGE)


OF_CUSTOMER: dict[Source, Reader] = {Source.GRADE_MESSAGE: _list_grade_messages}
OF_ACCOUNT: dict[Source, Reader] = {
    Source.ORDER_STEP: _list_order_steps,
    Source.ORDER_NOTE: _list_order_notes,
    Source.CONTRACT_DECIDED: _list_contracts_decided,
    Source.CONTRACT_SIGNED: _list_contracts_signed,
    Source.CONTRACT_FILED: _list_contracts_filed,
    Source.PAYMENT: _list_payments,
    Source.PAYMENT_CHANGE: _list_payment_changes,
    Source.CLAIM: _list_claims,
    Source.AGREEMENT: _list_agreements,
    Source.GUARANTEE: _list_guarantees,
    Source.DUNNING_STEP: _list_dunning_steps,
    Source.DUNNING_MESSAGE: _list_dunning_messages,
    Source.CONTROL_MESSAGE: _list_control_messages,
    Source.SUPPLY_PROPOSED: _list_supply_proposed,
    Source.SUPPLY_DONE: _list_supply_done,
}
