"""Reads of issued bills."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet

from dianke.domain.billing.models import Bill, BillDraft, BillDraftLine, BillLine
from dianke.domain.billing.types import LINES_PER_BILL, get_bill_id_range
from dianke.kernel.errors import DomainError
from dianke.platform.database.planning import along_indexes
from dianke.platform.org.kept_statements import KeptStatements
from dianke.platform.org.scoping import Scope

_BILL, _OF_ACCOUNT, _NEIGHBOURS = (KeptStatements(is_prepared=True) for _of in range(3))
# Stand-ins: no row has such keys.
_KEY, _RUN, _CORRECTION = -1, -2, -3


class BillNotFound(DomainError):
    """No bill of that number is within reach."""

    code = "billing.bill_not_found"
    message = "no bill {number} was found"


def get_bill(*, actor: Scope, bill_id: int) -> Bill:
    """
    Return an issued bill.

    :raises BillNotFound: if there is none, or it belongs to another unit
    """
    found = _BILL.ask_objects(
        actor=actor,
        write=lambda scope: Bill.objects.for_actor(scope).select_related("unit").filter(id=_KEY),
        values={_KEY: bill_id},
    )
    if not found:
        raise BillNotFound(field="number", number=bill_id)
    bill: Bill = found[0]
    return bill


def get_bill_by_number(*, actor: Scope, number: str) -> Bill:
    """Return the bill of a printed number (ZD-202601-4200118036-17) or of a bare key."""
    # Other digits than 0 to 9 count as digits too, and are no numbers.
    if number.isascii() and number.isdigit():
        return get_bill(actor=actor, bill_id=int(number))
    parts = number.split("-")
    if not number.isascii() or len(parts) != 4 or not all(part.isdigit() for part in parts[1:]) or len(parts[1]) != 6:
        raise BillNotFound(field="number", number=number)
    year, month = int(parts[1][:4]), int(parts[1][4:])
    if not 1 <= month <= 12:
        raise BillNotFound(field="number", number=number)
    bill = get_bill(actor=actor, bill_id=get_bill_id_range(year=year, month=month)[0] + int(parts[3]))
    if bill.account_number != parts[2]:
        raise BillNotFound(field="number", number=number)
    return bill


def list_lines(*, actor: Scope, bill_id: int) -> list[BillLine]:
    """Return the lines of a bill that the actor may see, in printed order."""
    get_bill(actor=actor, bill_id=bill_id)
    first = bill_id * LINES_PER_BILL
    lines = BillLine.objects.for_actor(actor).filter(id__gte=first, id__lt=first + LINES_PER_BILL)
    return list(lines.select_related("kind").order_by("id"))


def list_account_bills(*, actor: Scope, account_id: int, limit: int = 24) -> list[Bill]:
    """Return the bills of an account, newest first."""
    return _OF_ACCOUNT.ask_objects(
        actor=actor,
        shape=limit,
        write=lambda scope: Bill.objects.for_actor(scope).filter(account_id=_KEY).order_by("-id")[:limit],
        values={_KEY: account_id},
    )


def filter_bills(*, actor: Scope, account_ids: Sequence[int] | None, month: date | None) -> QuerySet[Bill]:
    """Return the issued bills of some accounts (None: of all), of one month if named."""
    bills: QuerySet[Bill] = Bill.objects.for_actor(actor)
    if account_ids is not None:
        bills = bills.filter(account_id__in=account_ids)
    return narrow_to_month(bills, month=month) if month else bills


def narrow_to_month(bills: QuerySet[Any], *, month: date) -> QuerySet[Any]:
    """Return the bills of one month: their keys lie in its range."""
    first, end = get_bill_id_range(year=month.year, month=month.month)
    return bills.filter(id__gte=first, id__lt=end)


def filter_run(*, actor: Scope, run_id: int, is_issued: bool) -> QuerySet[Any]:
    """Return the bills of a run: drafts before issue, bills after; what corrects them later is not of the run."""
    rows: QuerySet[Any] = (
        Bill.objects.for_actor(actor).filter(run_id=run_id, correction_id__isnull=True)
        if is_issued
        else BillDraft.objects.for_actor(actor).filter(run_id=run_id)
    )
    return rows


def get_draft(*, actor: Scope, bill_id: int) -> BillDraft:
    """
    Return a draft.

    :raises BillNotFound: if there is none, or it belongs to another unit
    """
    draft: BillDraft | None = (
        BillDraft.objects.for_actor(actor).select_related("unit", "run").filter(id=bill_id).first()
    )
    if draft is None:
        raise BillNotFound(field="number", number=bill_id)
    return draft


def list_draft_lines(*, actor: Scope, bill_id: int) -> list[BillDraftLine]:
    """Return the lines of a draft that the actor may see, in printed order."""
    get_draft(actor=actor, bill_id=bill_id)
    first = bill_id * LINES_PER_BILL
    lines = BillDraftLine.objects.for_actor(actor).filter(id__gte=first, id__lt=first + LINES_PER_BILL)
    with along_indexes():
        return list(lines.select_related("kind").order_by("id"))


def list_neighbours(*, actor: Scope, bill: Bill) -> tuple[int | None, int | None]:
    """Return the keys of the bills before and after within the same run, or of the same correction."""
    rows = _NEIGHBOURS.ask(
        actor=actor,
        shape=bill.correction_id is None,
        write=lambda scope: _write_neighbours(scope, is_of_run=bill.correction_id is None),
        values={_KEY: bill.pk, _RUN: bill.run_id, _CORRECTION: bill.correction_id},
    )
    keys = sorted(key for (key,) in rows)
    before = [key for key in keys if key < bill.pk]
    after = [key for key in keys if key > bill.pk]
    return before[0] if before else None, after[0] if after else None


def _write_neighbours(actor: Scope, *, is_of_run: bool) -> QuerySet[Bill]:
    own = Bill.objects.for_actor(actor).filter(run_id=_RUN, correction_id=None if is_of_run else _CORRECTION)
    before = own.filter(id__lt=_KEY).order_by("-id").values_list("id")[:1]
    after = own.filter(id__gt=_KEY).order_by("id").values_list("id")[:1]
    rows: QuerySet[Bill] = before.union(after, all=True)
    return rows


def get_month(value: str) -> date:
    """Return the first day of a month written YYYY-MM."""
    try:
        year, month = value.split("-")
        return date(int(year), int(month), 1)
    except ValueError as fault:
        raise MonthUnreadable(field="month", value=value) from fault


class MonthUnreadable(DomainError):
    """A month is not written YYYY-MM."""

    code = "billing.month_unreadable"
    message = "{value!r} is not a month; write YYYY-MM"
