"""Plans of new supplies: drafted, countersigned, answered, agreed to, extended; and the fee that one asks for."""

from datetime import date, datetime

from dianke.application.service_orders.batch import drop_flats
from dianke.application.service_orders.rights import PLAN, VIEW
from dianke.application.service_orders.work import Work
from dianke.domain.customers import operations as customers
from dianke.domain.customers.types import AccountStatus
from dianke.domain.receivables.operations import business_fees
from dianke.domain.receivables.queries.claims import get_free_money
from dianke.domain.receivables.types import HeldKind
from dianke.domain.service_orders.models import EffectKind, PlanState, ServiceOrder, SupplyPlan
from dianke.domain.service_orders.operations import moving, plans
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.queries.plans import find_plan
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.documents import operations as documents
from dianke.platform.documents.models import Document
from dianke.platform.identity.types import Actor

_DRAWING = "PLAN_DRAWING"
_ACCEPTED, _WITHDRAWN = "ACCEPTED", "WITHDRAWN"


class PlanNotGiven(DomainError):
    """A plan is drafted with what it says."""

    code = "service_orders.plan_not_given"
    message = "write the plan of {number} with the step"


class DrawingMissing(DomainError):
    """The plan of the order has no drawing."""

    code = "service_orders.drawing_not_found"
    message = "the plan of {number} has no drawing"


class PlanOver(DomainError):
    """The term of the plan is over."""

    code = "service_orders.plan_over"
    message = "the plan of {number} held until {day}; it is extended in time or asked for anew"


def draft_plan(work: Work) -> None:
    """
    Write the plan that came with the step.

    :raises PlanNotGiven: if none came, unless one is there that nobody answered
    :raises PlanRefused: with every reason against it
    """
    order, draft = work.order, work.given.plan
    if draft is None:
        found = find_plan(actor=work.actor, order=order)
        if found is None or found.state != PlanState.DRAFT.value:
            raise PlanNotGiven(field="plan", number=order.number)
        return
    drawing = None
    if work.given.drawing is not None:
        name, content = work.given.drawing
        drawing = documents.add_document(
            actor=work.actor, unit=order.unit, kind=_DRAWING, title=order.number, file_name=name, content=content,
            at=work.at,
        )  # fmt: skip
    plans.draft_plan(order=order, draft=draft, drawing=drawing, actor=work.actor, at=work.at)


def answer_plan(work: Work) -> None:
    """Answer the customer: the plan holds from today for its term."""
    plans.answer_plan(order=work.order, actor=work.actor, at=work.at)


def confirm_plan(work: Work) -> None:
    """
    Write down what the customer says to the plan; who takes the application back gives the number back too.

    :raises PlanOver: if its term is over
    """
    if work.step.outcome == _WITHDRAWN:
        drop_supply(work.order, actor=work.actor, at=work.at)
    if work.step.outcome == _ACCEPTED:
        plan = plans.agree_to_plan(order=work.order, actor=work.actor, at=work.at)
        require_in_time(work.order, plan, on=work.today)


def collect_fee(work: Work) -> None:
    """
    Take the fee of the plan from what was paid in for the account.

    :raises FeeNotPaidIn: if less is held
    """
    order = work.order
    plan = plans.get_plan(order=order, actor=work.actor, state=PlanState.AGREED)
    if plan.fee_fen > 0:
        voucher = business_fees.take_fee(
            actor=work.actor, account=order.account, amount_fen=plan.fee_fen, number=order.number,
            login=work.actor.login, at=work.at,
        )  # fmt: skip
        work.note(EffectKind.FEE_PAID, key=voucher, number=order.number, on=work.today, amount_fen=plan.fee_fen)


def read_fee(order: ServiceOrder, *, actor: Actor) -> tuple[int, int]:
    """Return the fee of an order's plan and what is held for it, both in fen."""
    plan = find_plan(actor=actor, order=order)
    held = get_free_money(actor=actor, account_id=order.account_id)[HeldKind.PREPAYMENT]
    return (plan.fee_fen if plan else 0), held


def require_in_time(order: ServiceOrder, plan: SupplyPlan, *, on: date) -> None:
    """
    Refuse to go on with a plan whose term is over.

    :raises PlanOver: if it is
    """
    if plan.valid_until is not None and on >= plan.valid_until:
        raise PlanOver(field="plan", number=order.number, day=plan.valid_until)


@use_case(right=PLAN)
def extend_plan(*, actor: Actor, number: str, revision: int, until: date, reason: str = "", at: datetime) -> SupplyPlan:
    """Let the plan of an order hold longer, as the customer asked in time."""
    text = moving.require_reason(reason)
    order = moving.lock_order(actor=actor, right=PLAN, number=number, revision=revision)
    return plans.extend_plan(order=order, until=until, actor=actor, reason=text, at=at)


@use_case(right=VIEW)
def open_drawing(*, actor: Actor, number: str, at: datetime) -> tuple[Document, bytes]:
    """
    Return the drawing of an order's plan with its content; the trail keeps who opened it.

    :raises DrawingMissing: if the plan has none
    """
    order = queries.get_order(actor=actor, number=number)
    plan = find_plan(actor=actor, order=order)
    if plan is None or plan.drawing is None:
        raise DrawingMissing(field="drawing", number=number)
    return plan.drawing, documents.read_document(plan.drawing)


def drop_supply(order: ServiceOrder, *, actor: Actor, at: datetime) -> None:
    """Free what was paid for an order that is given up, and close the account that it would have switched on."""
    business_fees.give_fee_back(actor=actor, number=order.number, reason=order.number, login=actor.login, at=at)
    if order.account.status != AccountStatus.PLANNED.value:
        return
    drop_flats(order, actor=actor, on=moving.day_of(at))
    customers.drop_planned_account(actor=actor, account=order.account, on=moving.day_of(at))
