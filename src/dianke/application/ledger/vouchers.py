"""Vouchers for the finance system: every posting of a month with the figures and words that it asks for."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from dianke.domain.receivables.models import Voucher
from dianke.domain.receivables.queries import books
from dianke.kernel.money import fen_to_yuan
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

MOST_VOUCHERS = 20_000
_OF_VOUCHER = ("voucher", "booked_on", "occurred_on", "kind", "summary", "made_by")
_OF_LINE = (
    "line", "account_code", "account_name", "unit_code", "unit_name", "debit", "credit", "usage_class", "bill_year",
    "postings",
)  # fmt: skip
CSV_FIELDS = (*_OF_VOUCHER, *_OF_LINE)


@use_case(right="ledger.view")
def export_vouchers(*, actor: Actor, month: date, day: date | None = None) -> list[dict[str, Any]]:
    """
    Return the vouchers of a month, or of one day of it, each with its postings; amounts are decimal texts.

    Postings of bills are summed by account, unit, class and year: the finance system keeps the general ledger, the
    bills stay here.
    """
    rows = books.narrow_to_month(books.filter_vouchers(actor=actor), month=month)
    if day is not None:
        rows = rows.filter(booked_on=day)
    return [_write(actor, voucher) for voucher in rows.order_by("id")[:MOST_VOUCHERS]]


def list_csv_rows(vouchers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a row for each line of exported vouchers, the fields of its voucher before it."""
    return [
        {**{name: voucher[name] for name in _OF_VOUCHER}, **line} for voucher in vouchers for line in voucher["lines"]
    ]


def _write(actor: Actor, voucher: Voucher) -> dict[str, Any]:
    return {
        "voucher": voucher.number,
        "booked_on": voucher.booked_on.isoformat(),
        "occurred_on": voucher.occurred_on.isoformat(),
        "kind": voucher.kind,
        "summary": voucher.summary,
        "made_by": voucher.made_by,
        "amount": str(fen_to_yuan(voucher.amount_fen)),
        "lines": list(_list_lines(actor, voucher)),
    }


def _list_lines(actor: Actor, voucher: Voucher) -> Iterator[dict[str, Any]]:
    for line, one in enumerate(books.list_voucher_sums(actor=actor, voucher=voucher), 1):
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
