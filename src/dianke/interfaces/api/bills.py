"""Issued bills: list them, read one as data, open its calculation."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from importlib import resources
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from dianke.application import bill_documents
from dianke.application.bill_documents import VIEW
from dianke.domain.billing.models import Bill
from dianke.domain.billing.queries import bills as queries
from dianke.domain.billing.queries import documents, runs
from dianke.domain.billing.queries.frozen import explain_issued, get_basis
from dianke.domain.billing.rules import explain
from dianke.domain.billing.rules.documents.structured_bill import Occasion, OccasionCode
from dianke.domain.customers.models import CustomerAccount
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.platform.identity.types import Actor

router = Router(tags=["bills"])


def _inline(part: Any, definitions: dict[str, Any]) -> Any:
    """Return a schema with its definitions in place: those of the document are looked for elsewhere."""
    if isinstance(part, dict):
        named = part.get("$ref")
        if named is not None:
            return _inline(definitions[named.rpartition("/")[2]], definitions) | {
                name: value for name, value in part.items() if name != "$ref"
            }
        return {name: _inline(value, definitions) for name, value in part.items() if name not in {"$defs", "$schema"}}
    return [_inline(one, definitions) for one in part] if isinstance(part, list) else part


def _read_schema() -> dict[str, Any]:
    path = resources.files("dianke.domain.billing") / "data" / "bill.schema.json"
    schema = json.loads(path.read_text("utf-8"))
    inlined: dict[str, Any] = _inline(schema, schema["$defs"])
    return inlined


_BILL: dict[str, Any] = {"responses": {200: {"content": {"application/json": {"schema": _read_schema()}}}}}
Language = Literal["zh-Hans", "en"]


class BillQuery(PageQuery):
    """Which bills: of an account, a month, a unit, a run."""

    account: Text = Field("", max_length=20)
    month: str = Field("", pattern=r"^([0-9]{4}-(0[1-9]|1[0-2]))?$", description="YYYY-MM")
    unit: Text = Field("", max_length=20)
    run: Text = Field("", max_length=30)


class OccasionOut(Schema):
    """
    The closing or hand-over within a month that a bill belongs to, with its order.

    CLOSING and HANDOVER mark the final bill of who leaves, OPENING the first bill of who took the account over;
    `date` is the first day that who leaves is not billed.
    """

    code: OccasionCode
    date: date
    order: str


class BillOut(Schema):
    """A bill in short; money is fen, energy 1e-2 kWh. Name and address are masked without archive.view."""

    number: str
    month: date
    period_start: date
    period_end: date
    account: str
    customer_name: str
    address: str
    usage_class: str
    unit: str
    energy_kwh_e2: int
    amount_fen: int
    is_correction: bool
    occasion: OccasionOut | None
    issued_at: datetime
    due_date: date | None


class SummandOut(Schema):
    """A summand of a step, as written."""

    code: str
    value: str
    name: str


class StepOut(Schema):
    """A step of a calculation, as written: expression, summands that follow it, result."""

    kind: str
    expression: str
    parts: list[SummandOut]
    result: str
    unit: str
    rule: str
    note: str
    about: str


class OpenedLine(Schema):
    """A line with its steps; `start` and `end` are readings where one meter gave them."""

    code: str
    name: str
    quantity: str
    unit: str
    price: str
    amount: str
    is_included: bool
    rule: str
    start: str
    end: str
    steps: list[StepOut]


class ExplanationOut(Schema):
    """A bill opened, and whether its frozen inputs compute again to the same fen."""

    number: str
    lines: list[OpenedLine]
    losses: list[StepOut]
    power_factor: dict[str, str]
    is_equal: bool
    recomputed_total: str
    differences: list[str]


@router.get("/bills", response={200: PageOf[BillOut], **REFUSALS}, summary="List issued bills")
def list_bills(request: HttpRequest, page: Query[BillQuery]) -> dict[str, Any]:
    """Return issued bills by key: reversals and replacements stand beside the bills that they correct."""
    actor = actor_with(request, VIEW)
    account_ids = _find_accounts(actor, page.account) if page.account else None
    month = queries.get_month(page.month) if page.month else None
    rows = queries.filter_bills(actor=actor, account_ids=account_ids, month=month).select_related("unit")
    if page.unit:
        rows = rows.filter(unit__code=page.unit)
    if page.run:
        rows = rows.filter(run_id__in=runs.filter_runs(actor=actor).filter(number=page.run).values("pk"))
    occasions: dict[int, Occasion] = {}

    def find_occasions(shown: Sequence[Bill]) -> None:
        kinds = {key: kind for key, (kind, _own) in documents.list_relations(actor=actor, bills=shown).items()}
        occasions.update(documents.list_occasions(bills=shown, kinds=kinds))

    return page_of(
        request, rows, page, lambda bill: _draw_bill(actor, bill, occasions.get(bill.pk)), prepare=find_occasions
    )


@router.get(
    "/bills/{number}",
    response={200: dict[str, Any], **REFUSALS},
    summary="Show an issued bill as data",
    openapi_extra=_BILL,
)
def show_bill(request: HttpRequest, number: Text, language: Language = "zh-Hans") -> dict[str, Any]:
    """Return a bill of a printed number with meters, lines, explanation texts, corrections and messages."""
    return bill_documents.get_structured_bill(actor=actor_with(request, VIEW), number=number, language=language)


@router.get(
    "/bills/{number}/explanation",
    response={200: ExplanationOut, **REFUSALS},
    summary="Open an issued bill into its calculation",
)
def explain_bill(request: HttpRequest, number: Text) -> dict[str, Any]:
    """Return every line with its steps, from what the bill froze; readings and prices of today play no part."""
    actor = actor_with(request, VIEW)
    bill = queries.get_bill_by_number(actor=actor, number=number)
    lines = explain.lines_of(queries.list_lines(actor=actor, bill_id=bill.pk))
    found = explain_issued(bill, basis=get_basis(bill), lines=lines)
    return {
        "number": bill.number,
        "lines": [_draw_line(one) for one in found.lines],
        "losses": [asdict(step) for step in found.losses],
        "power_factor": found.power_factor,
        "is_equal": found.is_equal,
        "recomputed_total": found.recomputed_total,
        "differences": found.differences,
    }


def _find_accounts(actor: Actor, number: str) -> list[int]:
    return list(CustomerAccount.objects.for_actor(actor).filter(number=number).values_list("pk", flat=True))


def _draw_bill(actor: Actor, bill: Bill, occasion: Occasion | None) -> dict[str, Any]:
    customer_name, address = bill_documents.mask_for(actor, bill)
    return {
        "number": bill.number,
        "month": bill.month,
        "period_start": bill.period_start,
        "period_end": bill.period_end,
        "account": bill.account_number,
        "customer_name": customer_name,
        "address": address,
        "usage_class": bill.usage_class,
        "unit": bill.unit.code,
        "energy_kwh_e2": bill.energy_kwh_e2,
        "amount_fen": bill.amount_fen,
        "is_correction": bill.correction_id is not None,
        "occasion": occasion and {"code": occasion.code, "date": occasion.day, "order": occasion.order},
        "issued_at": bill.issued_at,
        "due_date": bill.due_date,
    }


def _draw_line(explained: explain.LineExplanation) -> dict[str, Any]:
    line = explained.line
    return {
        "code": line.code,
        "name": line.name,
        "quantity": _plain(line.quantity),
        "unit": line.unit,
        "price": _plain(line.price),
        "amount": f"{line.amount:.2f}",
        "is_included": line.included,
        "rule": line.rule,
        "start": explained.start,
        "end": explained.end,
        "steps": [asdict(step) for step in explained.steps],
    }


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
