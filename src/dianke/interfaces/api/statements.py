"""Combined statements: list them, read one with its bills, make one."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema
from pydantic import StringConstraints

from dianke.application import combined_bills
from dianke.application.bill_documents import VIEW
from dianke.application.bill_documents.structured import SEE_WHOLE
from dianke.application.combined_bills import COMBINE, SheetSection
from dianke.domain.billing.models import Bill, GroupStatement
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import statements as queries
from dianke.domain.billing.queries.statements import AccountBills
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.interfaces.api.writes import IdempotencyKey, answer_write
from dianke.kernel.clock import SystemClock
from dianke.kernel.masks import mask_name
from dianke.platform.identity.types import Actor

router = Router(tags=["combined statements"])

_Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]


class StatementQuery(PageQuery):
    """Which statements: of a month, a customer, a unit, of groups alone or without them."""

    month: _Month | None = Field(None, description="YYYY-MM")
    customer: Text = Field("", max_length=20, description="number of the customer")
    unit: Text = Field("", max_length=20, description="code of the unit")
    is_group: bool | None = Field(None, description="true: of groups alone; false: of customers alone")


class StatementIn(Schema):
    """Whose bills of which month."""

    customer: Text = Field(min_length=1, max_length=20, description="number of the customer")
    month: _Month = Field(description="YYYY-MM")
    of_group: bool = Field(False, description="of the whole group that the customer belonged to at the month's end")


class StatementOut(Schema):
    """A statement as it was made; money is fen, energy 1e-2 kWh. The name is masked without archive.view."""

    number: str
    month: date
    customer: str
    customer_name: str
    is_group: bool
    unit: str
    customer_count: int
    account_count: int
    bill_count: int
    energy_kwh_e2: int
    amount_fen: int
    due_date: date | None
    made_by: str
    made_at: datetime


class StatementBillOut(Schema):
    """A bill in short."""

    number: str
    energy_kwh_e2: int
    amount_fen: int
    is_correction: bool
    issued_at: datetime


class StatementCustomerOut(Schema):
    """A customer's part: what the listed bills come to, what was issued since, and what of both is settled today."""

    customer: str
    name: str
    bill_count: int
    energy_kwh_e2: int
    amount_fen: int
    since_fen: int
    settled_fen: int
    open_fen: int


class StatementAccountOut(Schema):
    """An account with the bills that the statement lists, and those issued for the month since."""

    customer: str
    account: str
    address: str
    listed: list[StatementBillOut]
    since: list[StatementBillOut]


class StatementDetail(StatementOut):
    """A statement with its bills; `hidden_bill_count` are of units beyond the caller's: in its own sums alone."""

    customers: list[StatementCustomerOut]
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
        "is_group": page.is_group,
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
    sheet = combined_bills.read_sheet(actor=actor, statement=statement)
    return {
        **_draw(actor, statement),
        "customers": [_draw_customer(one) for one in sheet.sections],
        "accounts": [_draw_account(section, one) for section in sheet.sections for one in section.accounts],
        "hidden_bill_count": sheet.hidden_count,
    }


@router.post("/combined-statements", response={201: StatementOut, **REFUSALS}, summary="Make a combined statement")
def make_statement(request: HttpRequest, body: StatementIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Put the bills of a customer's accounts, or of its whole group, in a month on one sheet; each month has one."""
    actor = actor_with(request, COMBINE)

    def write() -> StatementOut:
        make = combined_bills.make_group_statement if body.of_group else combined_bills.make_statement
        made = make(
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
        "is_group": statement.is_group,
        "unit": statement.unit.code,
        "customer_count": statement.customer_count,
        "account_count": statement.account_count,
        "bill_count": statement.bill_count,
        "energy_kwh_e2": statement.energy_kwh_e2,
        "amount_fen": statement.amount_fen,
        "due_date": statement.due_date,
        "made_by": statement.made_by,
        "made_at": statement.made_at,
    }


def _draw_customer(one: SheetSection) -> dict[str, Any]:
    return {
        "customer": one.number,
        "name": one.name,
        "bill_count": one.bill_count,
        "energy_kwh_e2": one.energy_kwh_e2,
        "amount_fen": one.amount_fen,
        "since_fen": one.since_fen,
        "settled_fen": one.settled_fen,
        "open_fen": one.open_fen,
    }


def _draw_account(section: SheetSection, one: AccountBills) -> dict[str, Any]:
    return {
        "customer": section.number,
        "account": one.account_number,
        "address": one.address,
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
