"""Write vouchers: postings by COPY or by one INSERT, then the voucher with the next number of its unit and month."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from operator import attrgetter
from typing import Any

import psycopg
import pyarrow as pa
from django.db import IntegrityError, connection, transaction

from dianke.domain.receivables.operations import periods
from dianke.domain.receivables.rules.periods import start_of_month
from dianke.domain.receivables.types import NewPosting, NewVoucher, get_key_range
from dianke.kernel.errors import DomainError
from dianke.platform.database.copying import copy_columns, copy_table
from dianke.platform.org.scoping import Scope

_OF_POSTING = (
    "unit_id", "ledger_account_id", "debit_fen", "credit_fen", "usage_class", "for_year", "customer_account_id",
    "item_id", "bill_id",
)  # fmt: skip

# Widths of the columns, as the binary form wants them.
_POSTING = pa.schema(
    {
        "id": pa.int64(),
        "voucher_id": pa.int64(),
        "booked_on": pa.date32(),
        "unit_id": pa.int64(),
        "ledger_account_id": pa.int32(),
        "debit_fen": pa.int64(),
        "credit_fen": pa.int64(),
        "usage_class": pa.string(),
        "for_year": pa.int16(),
        "customer_account_id": pa.int64(),
        "item_id": pa.int64(),
        "bill_id": pa.int64(),
    }
)


class VoucherDoesNotBalance(DomainError):
    """Debit and credit of a voucher differ within a unit, or it has no postings."""

    code = "receivables.voucher_does_not_balance"
    message = "the voucher for {source} does not balance"


class BookedAlready(DomainError):
    """What a voucher is to be made from is in the books."""

    code = "receivables.booked_already"
    message = "{source} is in the books already"


@dataclass(frozen=True, slots=True)
class WrittenPostings:
    """What a voucher's postings came to, as the database has them."""

    count: int
    first_id: int
    last_id: int
    amount_fen: int


@dataclass(frozen=True, slots=True)
class PreparedVoucher:
    """A voucher whose key and day of booking are known before it is written."""

    key: int
    booked_on: date
    voucher: NewVoucher
    postings: Sequence[NewPosting]

    @property
    def month(self) -> date:
        """Return the month of booking."""
        return start_of_month(self.booked_on)


@dataclass(frozen=True, slots=True)
class _Written(WrittenPostings):
    keys: tuple[int, ...]


def post_voucher(
    *, actor: Scope, voucher: NewVoucher, postings: Sequence[NewPosting], booked_on: date | None = None
) -> int:
    """
    Write one voucher and return its key.

    :raises VoucherDoesNotBalance: if it does not balance within each unit
    :raises BookedAlready: if its source is in the books
    :raises PeriodClosed: if the day asked for is closed
    """
    (key,) = post_vouchers(actor=actor, vouchers=[(voucher, postings)], booked_on=booked_on)
    return key


def post_vouchers(
    *, actor: Scope, vouchers: Sequence[tuple[NewVoucher, Sequence[NewPosting]]], booked_on: date | None = None
) -> list[int]:
    """
    Write many vouchers of one day of occurrence and return their keys.

    Without a day of booking it is the day of occurrence while that is open, else the first day after closed ones.

    :raises VoucherDoesNotBalance: if one does not balance within each unit
    :raises BookedAlready: if one's source is in the books
    :raises PeriodClosed: if the day asked for is closed
    """
    if booked_on is None:
        day = periods.find_booking_day(actor=actor, occurred_on=vouchers[0][0].occurred_on)
    else:
        periods.require_open(actor=actor, day=booked_on)
        day = booked_on
    open_month(day)
    keys = reserve_voucher_keys(booked_on=day, count=len(vouchers))
    post_prepared(
        vouchers=[
            PreparedVoucher(key, day, voucher, postings)
            for key, (voucher, postings) in zip(keys, vouchers, strict=True)
        ]
    )
    return keys


def post_prepared(*, vouchers: Sequence[PreparedVoucher]) -> None:
    """
    Write vouchers whose keys and days of booking are known, of several days if need be; their months are open.

    :raises VoucherDoesNotBalance: if one does not balance within each unit
    :raises BookedAlready: if one's source is in the books
    """
    for one in vouchers:
        _require_balance(one.voucher, one.postings)
    drawn = _draw_posting_keys(vouchers)
    written = [_write_down(list(islice(drawn[one.month], len(one.postings))), one.postings) for one in vouchers]
    _copy_postings(vouchers, written)
    write_vouchers(
        keys=[one.key for one in vouchers],
        vouchers=[one.voucher for one in vouchers],
        booked_on=[one.booked_on for one in vouchers],
        written=written,
    )


def write_vouchers(
    *,
    keys: Sequence[int],
    vouchers: Sequence[NewVoucher],
    booked_on: Sequence[date],
    written: Sequence[WrittenPostings],
) -> None:
    """
    Write the vouchers of postings that are there, each with the next number of its unit and month.

    It comes last in a transaction: whoever takes a number holds the series until the transaction ends, so that a
    transaction that fails leaves no gap.

    :raises BookedAlready: if one's source is in the books
    """
    serials = _take_serials(vouchers, [start_of_month(day) for day in booked_on])
    columns: dict[str, Sequence[Any]] = {
        "id": keys,
        "unit_id": [one.unit_id for one in vouchers],
        "serial": [serial for serial, _number in serials],
        "number": [number for _serial, number in serials],
        "kind": [one.kind.value for one in vouchers],
        "source": [one.source for one in vouchers],
        "summary": [one.summary[:200] for one in vouchers],
        "booked_on": booked_on,
        "occurred_on": [one.occurred_on for one in vouchers],
        "made_by": [one.made_by for one in vouchers],
        "made_at": [one.made_at.isoformat() for one in vouchers],
        "posting_count": [one.count for one in written],
        "amount_fen": [one.amount_fen for one in written],
        "first_posting_id": [one.first_id for one in written],
        "last_posting_id": [one.last_id for one in written],
    }
    try:
        with transaction.atomic():
            copy_table(table="receivables_voucher", columns=pa.table(columns))
    except (IntegrityError, psycopg.IntegrityError) as error:
        source = vouchers[0].source if len(vouchers) == 1 else f"{vouchers[0].source} …"
        raise BookedAlready(field="source", source=source) from error


def reserve_voucher_key(*, booked_on: date) -> int:
    """Return the key of a voucher whose postings are written before it."""
    return reserve_voucher_keys(booked_on=booked_on, count=1)[0]


def reserve_voucher_keys(*, booked_on: date, count: int) -> list[int]:
    """Return keys of vouchers that are named before they are written."""
    return _reserve("receivables_voucher_serial", booked_on, count)


def open_month(day: date) -> None:
    """Make the partition of a month of booking, once."""
    yymm = day.year % 100 * 100 + day.month
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass(%s) is null", [f"receivables_posting_{yymm:04d}"])
        if cursor.fetchone()[0]:
            cursor.execute("select receivables_open_month(%s)", [yymm])


def _require_balance(voucher: NewVoucher, postings: Sequence[NewPosting]) -> None:
    left: dict[int, int] = {}
    for one in postings:
        left[one.unit_id] = left.get(one.unit_id, 0) + one.debit_fen - one.credit_fen
    if not postings or any(left.values()):
        raise VoucherDoesNotBalance(field="postings", source=voucher.source)


def _write_down(keys: Sequence[int], postings: Sequence[NewPosting]) -> _Written:
    return _Written(len(postings), keys[0], keys[-1], sum(one.debit_fen for one in postings), tuple(keys))


def _draw_posting_keys(vouchers: Sequence[PreparedVoucher]) -> dict[date, Iterator[int]]:
    """Return keys of postings by month, as many as the vouchers need."""
    counts: dict[date, int] = {}
    for one in vouchers:
        counts[one.month] = counts.get(one.month, 0) + len(one.postings)
    return {month: iter(_reserve("receivables_posting_serial", month, count)) for month, count in counts.items()}


def _copy_postings(vouchers: Sequence[PreparedVoucher], written: Sequence[_Written]) -> None:
    rows = [posting for one in vouchers for posting in one.postings]
    columns: dict[str, Any] = {
        "id": [key for one in written for key in one.keys],
        "voucher_id": [one.key for one in vouchers for _at in one.postings],
        "booked_on": [one.booked_on for one in vouchers for _at in one.postings],
    }
    columns |= {name: list(map(attrgetter(name), rows)) for name in _OF_POSTING}
    copy_columns(table="receivables_posting", columns=pa.table(columns, schema=_POSTING))


def _reserve(sequence: str, day: date, count: int) -> list[int]:
    """Return keys of a month that rise; others may draw between them."""
    first_of_month, _end = get_key_range(month=day)
    with connection.cursor() as cursor:
        cursor.execute("select nextval(%s::regclass) from generate_series(1, %s)", [sequence, count])
        return [first_of_month + int(serial) for (serial,) in cursor.fetchall()]


def _take_serials(vouchers: Sequence[NewVoucher], months: Sequence[date]) -> list[tuple[int, str]]:
    """Return serial and number of each voucher; series are taken by month and unit, always in the same order."""
    wanted = list(zip(months, (voucher.unit_id for voucher in vouchers), strict=True))
    taken: dict[tuple[date, int], list[tuple[int, str]]] = {}
    for (month, unit_id), count in sorted(Counter(wanted).items()):
        with connection.cursor() as cursor:
            cursor.execute(
                """
                with taken as (
                     insert into receivables_voucherseries as s (unit_id, month, last_number) values (%s, %s, %s)
                     on conflict (unit_id, month) do update set last_number = s.last_number + excluded.last_number
                     returning unit_id, last_number)
                select last_number, u.code from taken join org_unit u on u.id = taken.unit_id
                """,
                [unit_id, month, count],
            )
            last, code = cursor.fetchone()
        serials = range(last - count + 1, last + 1)
        taken[month, unit_id] = [(serial, f"JZ-{month:%Y%m}-{code}-{serial:06d}") for serial in reversed(serials)]
    return [taken[key].pop() for key in wanted]
