"""Final bills of who leaves an account or hands it over: list them, look at one before, ask for one, take it back."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from dianke.application import final_bills
from dianke.application.bill_documents import VIEW
from dianke.application.bill_documents.structured import SEE_WHOLE
from dianke.application.final_bills import FinalRequest, MeterValues
from dianke.domain.billing.models import Bill, BillDraft, BillDraftLine, FinalBilling
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import finals as queries
from dianke.domain.billing.types import FinalKind, FinalState, RunStatus
from dianke.domain.metering.models import UsagePoint
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.interfaces.api.readings import Register
from dianke.interfaces.api.writes import IdempotencyKey, answer_write
from dianke.interfaces.jobs import tasks
from dianke.kernel.clock import SystemClock
from dianke.kernel.masks import mask_name
from dianke.platform.identity.types import Actor

ASK, RUN = final_bills.RIGHT, "billing.run"
_DONE, _ACCEPTED = 200, 202

router = Router(tags=["final bills"])


class FinalQuery(PageQuery):
    """Which final bills: of an account, an occasion, a state, a unit, of final days from one on and before one."""

    account: Text = Field("", max_length=20)
    kind: FinalKind | None = None
    state: FinalState | None = None
    unit: Text = Field("", max_length=20, description="code of the unit")
    from_date: date | None = Field(None, description="final day on or after this day")
    end_date: date | None = Field(None, description="final day before this day")


class FinalReadingIn(Schema):
    """What every register of a meter shows on the final day."""

    meter: Text = Field(max_length=24, description="asset number")
    values: dict[Register, Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=4)]] = Field(min_length=1)
    is_estimated: bool = False
    rolled_over: bool = False


class FinalIn(Schema):
    """Whose account, why, and from which day nothing is billed any more; the meters that stand there are all read."""

    account: Text = Field(min_length=1, max_length=20)
    kind: FinalKind
    final_date: date = Field(description="day of the final reading, no longer billed to who leaves")
    reason: Text = Field(min_length=1, max_length=200)
    readings: list[FinalReadingIn] = Field([], max_length=100)
    estimate_reason: Text = Field("", max_length=200, description="needed where a reading is estimated")
    new_customer: Text = Field("", max_length=20, description="number of who takes over, for a hand-over")


class FinalAskIn(FinalIn):
    """The same, and what it came to when it was looked at: it is refused if it comes to something else now."""

    expected_amount_fen: int | None = None


class FinalOut(Schema):
    """
    A final bill and how it stands: ASKED until its run is issued by others, then ISSUED; or WITHDRAWN.

    The name is masked without archive.view. `opening_run` bills who took over the days that are left of the month.
    """

    number: str
    account: str
    kind: FinalKind
    state: FinalState
    final_date: date
    unit: str
    customer_name: str
    new_customer: str | None
    reason: str
    estimate_reason: str
    run: str
    opening_run: str | None
    asked_by: str
    asked_at: datetime
    settled_by: str
    settled_at: datetime | None


class FinalBillOut(Schema):
    """A bill of it; one that is not issued has no number yet."""

    number: str | None
    usage_point: str
    period_start: date
    period_end: date
    energy_kwh_e2: int
    amount_fen: int


class FinalDetail(FinalOut):
    """A final bill with its bills, drafts before issue."""

    bills: list[FinalBillOut]
    amount_fen: int


class FinalLineOut(Schema):
    """A line of a bill that was looked at before; what is included stands inside another line and is not added."""

    code: str
    name: str
    quantity: str
    unit: str
    price: str
    amount: str
    is_included: bool
    rule: str


class PreviewedBillOut(Schema):
    """A bill as it would be."""

    usage_point: str
    energy_kwh_e2: int
    amount_fen: int
    lines: list[FinalLineOut]


class FinalPreviewOut(Schema):
    """What a final bill would come to; nothing of it is stored."""

    account: str
    period_start: date
    period_end: date
    energy_kwh_e2: int
    amount_fen: int
    bills: list[PreviewedBillOut]


@router.get("/final-bills", response={200: PageOf[FinalOut], **REFUSALS}, summary="List final bills")
def list_final_bills(request: HttpRequest, page: Query[FinalQuery]) -> dict[str, Any]:
    """Return final bills by key."""
    actor = actor_with(request, VIEW)
    wanted = {
        "account__number": page.account or None,
        "kind": page.kind and page.kind.value,
        "state": page.state and page.state.value,
        "unit__code": page.unit or None,
        "final_date__gte": page.from_date,
        "final_date__lt": page.end_date,
    }
    rows = queries.filter_finals(actor=actor).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    return page_of(request, rows, page, lambda final: _draw(actor, final))


@router.get(
    "/final-bills/{number}", response={200: FinalDetail, **REFUSALS}, summary="Show a final bill and how it stands"
)
def show_final_bill(request: HttpRequest, number: Text) -> dict[str, Any]:
    """Return the final bill of a number, or of a key, with its bills."""
    actor = actor_with(request, VIEW)
    final = queries.get_final_by_number(actor=actor, number=number)
    is_issued = final.run.status == RunStatus.ISSUED.value
    bills = list(bill_queries.filter_run(actor=actor, run_id=final.run_id, is_issued=is_issued).order_by("id"))
    codes = _find_codes(actor, bills)
    return {
        **_draw(actor, final),
        "bills": [_draw_bill(bill, codes) for bill in bills],
        "amount_fen": sum(bill.amount_fen for bill in bills),
    }


@router.post(
    "/final-bill-previews",
    response={200: FinalPreviewOut, **REFUSALS},
    summary="See what a final bill would come to",
)
def preview_final_bill(request: HttpRequest, body: FinalIn) -> dict[str, Any]:
    """Calculate a final bill as it would be and store nothing; a refusal names what stands in the way."""
    actor = actor_with(request, ASK)
    order = final_bills.read_order(actor=actor, request=_to_request(body))
    found = final_bills.preview_final(actor=actor, account_number=body.account, order=order, at=SystemClock().now())
    return {
        "account": body.account,
        "period_start": found.start,
        "period_end": found.end,
        "energy_kwh_e2": found.energy_kwh_e2,
        "amount_fen": found.amount_fen,
        "bills": [
            {
                "usage_point": one.point_code,
                "energy_kwh_e2": one.bill.energy_kwh_e2,
                "amount_fen": one.bill.amount_fen,
                "lines": [_draw_line(line) for line in one.lines],
            }
            for one in found.bills
        ],
    }


@router.post("/final-bills", response={201: FinalOut, **REFUSALS}, summary="Ask for a final bill")
def ask_final_bill(request: HttpRequest, body: FinalAskIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Record the final readings and calculate the bills; its run waits for review and issue by others."""
    actor = actor_with(request, ASK)

    def write() -> FinalOut:
        final = final_bills.ask_final(
            actor=actor,
            account_number=body.account,
            order=final_bills.read_order(actor=actor, request=_to_request(body)),
            at=SystemClock().now(),
            expected_fen=body.expected_amount_fen,
        )
        return FinalOut(**_draw(actor, final))

    return answer_write(request, key=idempotency_key, write=write)


@router.post(
    "/final-bills/{number}/withdrawal",
    response={200: FinalOut, **REFUSALS},
    summary="Take a final bill back before issue",
)
def withdraw_final_bill(request: HttpRequest, number: Text, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Remove its drafts; the final readings stay, for they were read."""
    actor = actor_with(request, ASK)
    key = queries.get_final_by_number(actor=actor, number=number).pk

    def write() -> FinalOut:
        return FinalOut(**_draw(actor, final_bills.withdraw_final(actor=actor, key=key)))

    return answer_write(request, key=idempotency_key, write=write, status=_DONE)


@router.post(
    "/final-bills/{number}/opening-run",
    response={202: FinalOut, **REFUSALS},
    summary="Bill the days after a hand-over",
)
def start_opening_run(request: HttpRequest, number: Text, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Start the run of who took the account over, to the end of the month, once its readings are frozen."""
    actor = actor_with(request, RUN)
    key = queries.get_final_by_number(actor=actor, number=number).pk

    def write() -> FinalOut:
        run = final_bills.start_opening(actor=actor, key=key, at=SystemClock().now())
        # Committed with the run, for the queue stands in the same database.
        tasks.calculate_run.defer(number=run.number, login=actor.login)
        return FinalOut(**_draw(actor, queries.get_final(actor=actor, key=key)))

    return answer_write(request, key=idempotency_key, write=write, status=_ACCEPTED)


def _to_request(body: FinalIn) -> FinalRequest:
    return FinalRequest(
        account=body.account,
        kind=body.kind,
        final_date=body.final_date,
        reason=body.reason,
        readings=[
            MeterValues(
                meter=one.meter,
                values={str(name): value for name, value in one.values.items()},
                is_estimated=one.is_estimated,
                rolled_over=one.rolled_over,
            )
            for one in body.readings
        ],
        estimate_reason=body.estimate_reason,
        new_customer=body.new_customer,
    )


def _find_codes(actor: Actor, bills: Sequence[Bill | BillDraft]) -> dict[int, str]:
    rows = UsagePoint.objects.for_actor(actor).filter(pk__in=[bill.usage_point_id for bill in bills])
    return dict(rows.values_list("pk", "code"))


def _draw(actor: Actor, final: FinalBilling) -> dict[str, Any]:
    is_whole = actor.may(SEE_WHOLE, final.unit.path)
    return {
        "number": final.number,
        "account": final.account.number,
        "kind": final.kind,
        "state": final.state,
        "final_date": final.final_date,
        "unit": final.unit.code,
        "customer_name": final.customer_name if is_whole else mask_name(final.customer_name),
        "new_customer": final.new_customer.number if final.new_customer else None,
        "reason": final.reason,
        "estimate_reason": final.estimate_reason,
        "run": final.run.number,
        "opening_run": final.opening_run.number if final.opening_run else None,
        "asked_by": final.asked_by,
        "asked_at": final.asked_at,
        "settled_by": final.settled_by,
        "settled_at": final.settled_at,
    }


def _draw_bill(bill: Bill | BillDraft, codes: dict[int, str]) -> dict[str, Any]:
    return {
        "number": bill.number if isinstance(bill, Bill) else None,
        "usage_point": codes[bill.usage_point_id],
        "period_start": bill.period_start,
        "period_end": bill.period_end,
        "energy_kwh_e2": bill.energy_kwh_e2,
        "amount_fen": bill.amount_fen,
    }


def _draw_line(line: BillDraftLine) -> dict[str, Any]:
    return {
        "code": line.code,
        "name": line.name,
        "quantity": f"{line.quantity.normalize():f}",
        "unit": line.unit_name,
        "price": f"{line.price.normalize():f}",
        "amount": f"{line.amount:.2f}",
        "is_included": line.included,
        "rule": line.rule,
    }
