"""Service orders: list them, follow one, take an application, end a step, see what falls due."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from dianke.application import service_orders
from dianke.application.service_orders import StepInput
from dianke.domain.billing.types import BasicMode
from dianke.domain.service_orders.models import IS_OPEN, OrderResult, OrderStep, PaperState, ServiceOrder
from dianke.domain.service_orders.operations.accepting import Application
from dianke.domain.service_orders.queries import effects as effect_queries
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.queries.clocks import read_clocks
from dianke.domain.service_orders.types import ClockColour, ClockReading, ClockState, OrderKind
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.interfaces.api.readings import Register
from dianke.interfaces.api.writes import IdempotencyKey, answer_write
from dianke.kernel.clock import SystemClock
from dianke.kernel.masks import mask_name
from dianke.platform.identity.types import Actor
from dianke.platform.processes.types import RunStatus

_SEE_WHOLE = "archive.view"
_DONE = 200
_NUMBER = Field(ge=0, max_digits=16, decimal_places=4)

router = Router(tags=["service orders"])


class OrderQuery(PageQuery):
    """Which orders: of an account, a kind, a state, a unit, accepted from one moment on and before one."""

    account: Text = Field("", max_length=20)
    kind: OrderKind | None = None
    state: RunStatus | None = None
    unit: Text = Field("", max_length=20, description="code of the unit")
    accepted_from: date | None = Field(None, description="accepted on or after this day")
    accepted_before: date | None = Field(None, description="accepted before this day")


class DueQuery(Schema):
    """How many of the orders whose clock runs, and which: `is_late` leaves those out that still have time."""

    limit: int = Field(50, ge=1, le=200)
    is_late: bool = False
    unit: Text = Field("", max_length=20, description="code of the unit")


class OrderOut(Schema):
    """
    An order; the name is masked without archive.view.

    `revision` grows with every act: whoever writes says which one they saw. `due_at` is null while its clocks stand.
    """

    number: str
    kind: OrderKind
    state: RunStatus
    result: OrderResult | None
    revision: int
    account: str
    customer_name: str
    unit: str
    rule_set: str
    promise_set: str
    effective_on: date
    ends_on: date | None
    accepted_by: str
    accepted_at: datetime
    due_at: datetime | None
    amber_at: datetime | None
    ended_at: datetime | None


class OrderStepOut(Schema):
    """One arrival at a step; `outcome` is UNDONE if the work went back past it. It waits while `ended_at` is null."""

    serial: int
    step: str
    path: str
    post: str
    assignee: str
    started_at: datetime
    ended_at: datetime | None
    ended_by: str
    outcome: str
    due_at: datetime | None


class OrderClockOut(Schema):
    """A clock of an order now; `due_at` is null while it stands, a provisional one counts a year without holidays."""

    promise: str
    step: str
    started_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    is_provisional: bool
    state: ClockState
    colour: ClockColour


class OrderPaperOut(Schema):
    """A paper that an order needs, at acceptance or before a step; the file itself is opened on the staff site."""

    code: str
    by_step: str
    state: PaperState
    given_at: datetime | None
    reason: str


class OrderEffectOut(Schema):
    """What an order brought about elsewhere, by the number that it has there."""

    kind: str
    step: str
    number: str
    on: date | None
    amount_fen: int | None
    at: datetime


class OrderDetail(OrderOut):
    """An order with its steps, clocks, papers and effects."""

    steps: list[OrderStepOut]
    clocks: list[OrderClockOut]
    papers: list[OrderPaperOut]
    effects: list[OrderEffectOut]


class DueOrder(OrderOut):
    """An order whose clock runs, with the steps that wait."""

    waiting: list[OrderStepOut]


class DueOrders(Schema):
    """Orders whose clock runs, what falls due first."""

    items: list[DueOrder]


class ApplicationIn(Schema):
    """
    What is asked for of an account, as the counter writes it down; which fields a kind wants is told by a refusal.

    `ends_on` is the first day after the time asked for. New supplies, splits and mergers are taken at the counter.
    """

    account: Text = Field(min_length=1, max_length=20)
    kind: OrderKind
    effective_on: date
    ends_on: date | None = None
    transformers: list[Annotated[Text, Field(max_length=24)]] = Field([], max_length=100)
    sealed_on: date | None = None
    stops_supply: bool = False
    papers: list[Annotated[Text, Field(max_length=40)]] = Field([], max_length=50)
    taker: Text = Field("", max_length=20, description="number of the customer who takes the account over")
    carries_debts: bool = False
    keeps_use: bool = False
    is_same_subject: bool = False
    new_name: Text = Field("", max_length=120)
    has_stopped_all: bool = False
    open_claim_fen: int | None = Field(None, ge=0, lt=10**15)
    persons: int | None = Field(None, ge=1, le=100)
    contract_kw: Decimal | None = Field(None, ge=0, max_digits=12, decimal_places=2)
    basic_mode: BasicMode | None = None


class StepReadingIn(Schema):
    """What the registers of a meter show, by the key of its installation."""

    installation: int = Field(ge=1, lt=2**63)
    values: dict[Register, Annotated[Decimal, _NUMBER]] = Field(min_length=1)
    rolled_over: bool = False


class StepRefundIn(Schema):
    """The number at the bank under which a claim was paid out."""

    claim: int = Field(ge=1, lt=2**63)
    reference: Text = Field(min_length=1, max_length=40)


class StepCompletionIn(Schema):
    """Which arrival at a step ends, and how; meters that go up and supply plans are entered on the staff site."""

    serial: int = Field(ge=1, lt=2**31)
    revision: int = Field(ge=1, lt=2**31)
    outcome: Text = Field("", max_length=20)
    reason: Text = Field("", max_length=400)
    readings: list[StepReadingIn] = Field([], max_length=100)
    refunds: list[StepRefundIn] = Field([], max_length=100)
    paid_on: date | None = None


@router.get("/service-orders", response={200: PageOf[OrderOut], **REFUSALS}, summary="List service orders")
def list_service_orders(request: HttpRequest, page: Query[OrderQuery]) -> dict[str, Any]:
    """Return orders by key, ended ones too."""
    actor = actor_with(request, service_orders.VIEW)
    wanted = {
        "account__number": page.account or None,
        "kind": page.kind and page.kind.value,
        "state": page.state and page.state.value,
        "unit__code": page.unit or None,
        "accepted_at__date__gte": page.accepted_from,
        "accepted_at__date__lt": page.accepted_before,
    }
    rows = queries.filter_orders(actor=actor).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    return page_of(request, rows, page, lambda order: _draw(actor, order))


@router.get("/due-orders", response={200: DueOrders, **REFUSALS}, summary="List what falls due")
def list_due_orders(request: HttpRequest, which: Query[DueQuery]) -> dict[str, Any]:
    """Return the orders whose clock runs, what falls due first, with the steps that they stand at."""
    actor = actor_with(request, service_orders.VIEW)
    rows = queries.filter_orders(actor=actor).filter(IS_OPEN, due_at__isnull=False)
    if which.is_late:
        rows = rows.filter(due_at__lt=SystemClock().now())
    if which.unit:
        rows = rows.filter(unit__code=which.unit)
    found = list(rows.order_by("due_at", "id")[: which.limit])
    waiting = queries.find_open_steps(actor=actor, orders=found)
    return {
        "items": [
            {**_draw(actor, order), "waiting": [_draw_step(one) for one in waiting.get(order.pk, [])]}
            for order in found
        ]
    }


@router.get("/service-orders/{number}", response={200: OrderDetail, **REFUSALS}, summary="Show a service order")
def show_service_order(request: HttpRequest, number: Text) -> dict[str, Any]:
    """Return an order with its steps, its clocks as they stand now, its papers, and what it brought about."""
    actor = actor_with(request, service_orders.VIEW)
    return _draw_whole(actor, queries.get_order(actor=actor, number=number))


@router.post("/service-orders", response={201: OrderOut, **REFUSALS}, summary="Take an application")
def accept_service_order(request: HttpRequest, body: ApplicationIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Accept an application, or refuse it: `errors` holds every reason with its code, remedy and article."""
    actor = actor_with(request, service_orders.ACCEPT)

    def write() -> OrderOut:
        order = service_orders.accept_order(
            actor=actor, account_number=body.account, application=_to_application(body), at=SystemClock().now()
        )
        return OrderOut(**_draw(actor, order))

    return answer_write(request, key=idempotency_key, write=write)


@router.post(
    "/service-orders/{number}/completion", response={200: OrderDetail, **REFUSALS}, summary="End a step of an order"
)
def complete_service_step(
    request: HttpRequest, number: Text, body: StepCompletionIn, idempotency_key: IdempotencyKey
) -> HttpResponse:
    """End a step that waits; the right is that of the step, and who came second is refused."""
    actor = actor_with(request, service_orders.VIEW)
    given = StepInput(
        values={one.installation: {str(name): value for name, value in one.values.items()} for one in body.readings},
        rolled_over=frozenset(one.installation for one in body.readings if one.rolled_over),
        references={one.claim: one.reference for one in body.refunds},
        paid_on=body.paid_on,
    )

    def write() -> OrderDetail:
        service_orders.complete_step(
            actor=actor, number=number, serial=body.serial, revision=body.revision, outcome=body.outcome,
            reason=body.reason, given=given, at=SystemClock().now(),
        )  # fmt: skip
        return OrderDetail(**_draw_whole(actor, queries.get_order(actor=actor, number=number)))

    return answer_write(request, key=idempotency_key, write=write, status=_DONE)


def _to_application(body: ApplicationIn) -> Application:
    return Application(
        kind=body.kind,
        effective_on=body.effective_on,
        ends_on=body.ends_on,
        transformer_codes=frozenset(body.transformers),
        sealed_on=body.sealed_on,
        stops_supply=body.stops_supply,
        papers=frozenset(body.papers),
        taker_number=body.taker,
        carries_debts=body.carries_debts,
        keeps_use=body.keeps_use,
        is_same_subject=body.is_same_subject,
        new_name=body.new_name,
        has_stopped_all=body.has_stopped_all,
        open_claim_fen=body.open_claim_fen,
        persons=body.persons,
        contract_kw=body.contract_kw,
        basic_mode=body.basic_mode,
    )


def _draw(actor: Actor, order: ServiceOrder) -> dict[str, Any]:
    name = order.account.customer.name
    return {
        "number": order.number,
        "kind": order.kind,
        "state": order.state,
        "result": order.result or None,
        "revision": order.revision,
        "account": order.account.number,
        "customer_name": name if actor.may(_SEE_WHOLE, order.unit.path) else mask_name(name),
        "unit": order.unit.code,
        "rule_set": order.rule_set,
        "promise_set": order.promise_set,
        "effective_on": order.effective_on,
        "ends_on": order.ends_on,
        "accepted_by": order.accepted_by,
        "accepted_at": order.accepted_at,
        "due_at": order.due_at,
        "amber_at": order.amber_at,
        "ended_at": order.ended_at,
    }


def _draw_whole(actor: Actor, order: ServiceOrder) -> dict[str, Any]:
    reader = actor.within(service_orders.VIEW)
    steps = queries.list_steps(actor=reader, order=order)
    pauses = queries.list_pauses(actor=reader, order=order)
    now = SystemClock().now()
    return {
        **_draw(actor, order),
        "steps": [_draw_step(one) for one in steps],
        "clocks": [_draw_clock(one) for one in read_clocks(order=order, steps=steps, pauses=pauses, now=now)],
        "papers": [
            {"code": one.code, "by_step": one.by_step, "state": one.state, "given_at": one.given_at,
             "reason": one.reason}
            for one in queries.list_papers(actor=reader, order=order)
        ],
        "effects": [
            {"kind": one.kind, "step": one.step, "number": one.number, "on": one.on, "amount_fen": one.amount_fen,
             "at": one.at}
            for one in effect_queries.list_effects(actor=reader, order=order)
        ],
    }  # fmt: skip


def _draw_step(one: OrderStep) -> dict[str, Any]:
    return {
        "serial": one.serial,
        "step": one.step,
        "path": one.path,
        "post": one.post,
        "assignee": one.assignee,
        "started_at": one.started_at,
        "ended_at": one.ended_at,
        "ended_by": one.ended_by,
        "outcome": one.outcome,
        "due_at": one.due_at,
    }


def _draw_clock(one: ClockReading) -> dict[str, Any]:
    return {
        "promise": one.promise,
        "step": one.step,
        "started_at": one.started_at,
        "ended_at": one.ended_at,
        "due_at": one.due.due_at if one.due else None,
        "is_provisional": one.due is not None and one.due.is_provisional,
        "state": one.state,
        "colour": one.colour,
    }
