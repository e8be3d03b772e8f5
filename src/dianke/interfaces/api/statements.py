"""Combined statements: list them, read one with its bills, make one."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from dianke.application import combined_bills
from dianke.application.bill_documents import VIEW
from dianke.application.bill_documents.structured import SEE_WHOLE
from dianke.application.combined_bills import COMBINE
from dianke.domain.billing.models import Bill, GroupStatement
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import statements as queries
from dianke.domain.billing.queries.statements import AccountBills
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.interfaces.api.writes import IdempotencyKey, answer_write
from dianke.kernel.clock import SystemClock
from dianke.kernel.masks import mask_address, mask_name
from dianke.platform.identity.types import Actor

router = Router(tags=["combined statements"])

_Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class StatementQuery(PageQuery):
    """Which statements: of a month, a customer, a unit."""

    month: _Month | None = Field(None, description="YYYY-MM")
    customer: Text = Field("", max_length=20, description="number of the customer")
    unit: Text = Field("", max_length=20, description="code of the unit")


class StatementIn(Schema):
    """Whose bills of which month."""

    customer: Text = Field(min_length=1, max_length=20, description="number of the customer")
    month: _Month = Field(description="YYYY-MM")


class StatementOut(Schema):
    """A statement as it was made; money is fen, energy 1e-2 kWh. The name is masked without archive.view."""

    number: str
    month: date
    customer: str
    customer_name: str
    unit: str
    account_count: int
    bill_count: int
    energy_kwh_e2: int
    amount_fen: int
    made_by: str
    made_at: datetime


class StatementBillOut(Schema):
    """A bill in short."""

    number: str
    energy_kwh_e2: int
    amount_fen: int
    is_correction: bool
    issued_at: datetime


class StatementAccountOut(Schema):
    """An account with the bills that the statement lists, and those issued for the month since."""

    account: str
    address: str
    listed: list[StatementBillOut]
    since: list[StatementBillOut]


class StatementDetail(StatementOut):
    """A statement with its bills by account; `hidden_bill_count` of them are of units beyond the caller's."""

    accounts: list[StatementAccountOut]
    hidden_bill_count: int


@router.get(
    "/combined-statements", response={200: PageOf[StatementOut], **REFUSALS}, summary="List combined statements"
)
def list_statements(request: HttpRequest, page: Query[StatementQuery]) -> dict[str, Any]:
    """Return statements by key."""
    actor = actor_with(request, VIEW)
    wanted = {
        "month": date.fromisoformat(f"{page.month}-01") if page.month else None,
        "customer_number": page.customer or None,
        "unit__code": page.unit or None,
    }
    rows = queries.filter_statements(actor=actor).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    return page_of(request, rows, page, lambda statement: _draw(actor, statement))


@router.get(
    "/combined-statements/{number}",
    response={200: StatementDetail, **REFUSALS},
    summary="Show a combined statement with its bills",
)
def show_statement(request: HttpRequest, number: Text) -> dict[str, Any]:
    """Return the statement of a number, or of a key, as it was made, and what was issued for its month since."""
    actor = actor_with(request, VIEW)
    statement = queries.find_statement_by_number(actor=actor, number=number)
    if statement is None:
        raise Http404
    accounts = queries.list_account_bills(actor=actor, statement=statement)
    return {
        **_draw(actor, statement),
        "accounts": [_draw_account(one, is_whole=_sees_whole(actor, statement)) for one in accounts],
        "hidden_bill_count": statement.bill_count - sum(len(one.listed) for one in accounts),
    }


@router.post("/combined-statements", response={201: StatementOut, **REFUSALS}, summary="Make a combined statement")
def make_statement(request: HttpRequest, body: StatementIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Put the bills of a customer's accounts in a month on one sheet; each month has one."""
    actor = actor_with(request, COMBINE)

    def write() -> StatementOut:
        made = combined_bills.make_statement(
            actor=actor,
            customer_number=body.customer,
            month=bill_queries.get_month(body.month),
            at=SystemClock().now(),
        )
        return StatementOut(**_draw(actor, made))

    return answer_write(request, key=idempotency_key, write=write)


def _sees_whole(actor: Actor, statement: GroupStatement) -> bool:
    return actor.may(SEE_WHOLE, statement.unit.path)


def _draw(actor: Actor, statement: GroupStatement) -> dict[str, Any]:
    name = statement.customer_name
    return {
        "number": statement.number,
        "month": statement.month,
        "customer": statement.customer_number,
        "customer_name": name if _sees_whole(actor, statement) else mask_name(name),
        "unit": statement.unit.code,
        "account_count": statement.account_count,
        "bill_count": statement.bill_count,
        "energy_kwh_e2": statement.energy_kwh_e2,
        "amount_fen": statement.amount_fen,
        "made_by": statement.made_by,
        "made_at": statement.made_at,
    }


def _draw_account(one: AccountBills, *, is_whole: bool) -> dict[str, Any]:
    return {
        "account": one.account_number,
        "address": one.address if is_whole else mask_address(one.address),
        "listed": [_draw_bill(bill) for bill in one.listed],
        "since": [_draw_bill(bill) for bill in one.since],
    }


def _draw_bill(bill: Bill) -> dict[str, Any]:
    return {
        "number": bill.number,
        "energy_kwh_e2": bill.energy_kwh_e2,
        "amount_fen": bill.amount_fen,
        "is_correction": bill.correction_id is not None,
        "issued_at": bill.issued_at,
    }
