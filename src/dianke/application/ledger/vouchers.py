"""Vouchers for the finance system: every posting of a month with the figures and words that it asks for."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from dianke.domain.receivables.models import Voucher
from dianke.domain.receivables.queries import books
from dianke.domain.receivables.queries.books import VoucherSum
from dianke.kernel.money import fen_to_yuan
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_BATCH = 500
_OF_VOUCHER = ("voucher", "booked_on", "occurred_on", "kind", "summary", "made_by")
_OF_LINE = (
    "line", "account_code", "account_name", "unit_code", "unit_name", "debit", "credit", "usage_class", "bill_year",
    "postings",
)  # fmt: skip
CSV_FIELDS = (*_OF_VOUCHER, *_OF_LINE)


@use_case(right="ledger.view")
def export_vouchers(*, actor: Actor, month: date, day: date | None = None) -> Iterator[dict[str, Any]]:
    """
    Return the vouchers of a month, or of one day of it, each with its postings; amounts are decimal texts.

    However many there are, they are read as they are taken: those that were there when the export began.
    Postings of bills are summed by account, unit, class and year: the finance system keeps the general ledger, the
    bills stay here.
    """
    rows = books.narrow_to_month(books.filter_vouchers(actor=actor), month=month)
    if day is not None:
        rows = rows.filter(booked_on=day)
    last = rows.order_by("-id").values_list("id", flat=True).first()
    return _write_all(actor, rows.filter(id__lte=last)) if last is not None else iter(())


def list_csv_rows(vouchers: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield a row for each line of exported vouchers, the fields of its voucher before it."""
    for voucher in vouchers:
        head = {name: voucher[name] for name in _OF_VOUCHER}
        yield from ({**head, **line} for line in voucher["lines"])


def write_json(vouchers: Iterable[dict[str, Any]], *, month: date) -> Iterator[str]:
    """Yield exported vouchers as one JSON document, each on a line of its own."""
    yield f'{{"month": "{month:%Y-%m}", "vouchers": ['
    for at, voucher in enumerate(vouchers):
        yield f"{',' if at else ''}\n{json.dumps(voucher, ensure_ascii=False)}"
    yield "\n]}"


def _write_all(actor: Actor, rows: Any) -> Iterator[dict[str, Any]]:
    after = 0
    while vouchers := list(rows.filter(id__gt=after).order_by("id")[:_BATCH]):
        sums = books.list_sums_of_vouchers(actor=actor, vouchers=vouchers)
        yield from (_write(voucher, sums.get(voucher.pk, [])) for voucher in vouchers)
        after = vouchers[-1].pk


def _write(voucher: Voucher, sums: Sequence[VoucherSum]) -> dict[str, Any]:
    return {
        "voucher": voucher.number,
        "booked_on": voucher.booked_on.isoformat(),
        "occurred_on": voucher.occurred_on.isoformat(),
        "kind": voucher.kind,
        "summary": voucher.summary,
        "made_by": voucher.made_by,
        "amount": str(fen_to_yuan(voucher.amount_fen)),
        "lines": list(_list_lines(sums)),
    }


def _list_lines(sums: Sequence[VoucherSum]) -> Iterator[dict[str, Any]]:
    for line, one in enumerate(sums, 1):
        yield {
            "line": line,
            "account_code": one.code,
            "account_name": one.name,
            "unit_code": one.unit_code,
            "unit_name": one.unit_name,
            "debit": str(fen_to_yuan(one.debit_fen)),
            "credit": str(fen_to_yuan(one.credit_fen)),
            "usage_class": one.usage_class,
            "bill_year": one.for_year or None,
            "postings": one.posting_count,
        }
