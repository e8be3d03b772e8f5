"""
Facts of payment of many accounts as arrays: bills, what settled them, money held, offences, papers.

Set by set, an account's whole history at once; each fact carries the day on which it became known, which of books is
the day that the voucher was made, whatever day it was booked on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from dianke.domain.billing.types import CorrectionCause, CorrectionKind
from dianke.domain.collection.rules.risk_history import NEVER, PaymentFacts, add_months
from dianke.domain.customers.types import DocumentKind
from dianke.domain.receivables.queries.chart import list_keys_below
from dianke.domain.receivables.queries.standing import DEPOSITS, PREPAYMENTS
from dianke.domain.receivables.types import VoucherKind, get_key_range
from dianke.platform.database.fetching import fetch_columns
from dianke.platform.identity.types import Actor

Integers = NDArray[np.int64]
_SYSTEM = Actor.system("gathering facts of payment")
_PRINCIPAL = "1122.01"
# What is given up was not paid: the debt stays what it was for whoever judges the payer.
_GIVEN_UP = [VoucherKind.WRITE_OFF.value, VoucherKind.BAD_DEBT_RETURN.value]
_DAY = "({} at time zone 'Asia/Shanghai')::date - %(epoch)s::date"
_ACCOUNTS = """
select a.id, a.opened_date - %(epoch)s::date, coalesce(a.closed_date - %(epoch)s::date, %(never)s), a.unit_id
  from customers_customeraccount a where {a} order by a.id
"""
_BILLS = f"""
select b.id, b.account_id, {_DAY.format("b.issued_at")}, b.due_date - %(epoch)s::date,
       b.period_start - %(epoch)s::date, b.period_end - %(epoch)s::date, b.energy_kwh_e2
  from billing_bill b
 where {{b}} and b.id >= %(first_bill)s and b.due_date is not null
   and b.issued_at < %(until)s
 order by b.id
"""  # noqa: S608 - our own text
_MOVES = f"""
select p.item_id, {_DAY.format("v.made_at")}, v.occurred_on - %(epoch)s::date, p.debit_fen, p.credit_fen
  from receivables_posting p join receivables_voucher v on v.id = p.voucher_id
 where {{p}} and p.ledger_account_id = any(%(principal)s)
   and p.item_id >= %(first_bill)s and p.id >= %(first_bill)s and v.made_at < %(until)s and v.kind <> all(%(given_up)s)
"""  # noqa: S608 - our own text
_HELD = f"""
select p.customer_account_id, {_DAY.format("v.made_at")}, sum(p.credit_fen - p.debit_fen)::bigint
  from receivables_posting p join receivables_voucher v on v.id = p.voucher_id
 where {{p}} and p.ledger_account_id = any(%(held)s)
   and v.made_at < %(until)s
 group by 1, 2
"""  # noqa: S608 - our own text
_OFFENCES = f"""
select c.account_id, {_DAY.format("c.issued_at")}, (c.cause = %(theft)s)::int
  from billing_billcorrection c
 where {{c}} and c.kind = %(back_billing)s and c.cause = any(%(offences)s)
   and c.issued_at < %(until)s
"""  # noqa: S608 - our own text
_PAPERS = f"""
select a.id, {_DAY.format("d.added_at")}, (d.kind = %(contract)s)::int
  from customers_customeraccount a
  join customers_customerdocument cd on cd.customer_id = a.customer_id
       and (cd.account_id is null or cd.account_id = a.id)
  join documents_document d on d.id = cd.document_id
 where {{a}} and d.added_at < %(until)s and d.disposed_at is null
"""  # noqa: S608 - our own text


_KEYS = {"a": "a.id", "b": "b.account_id", "p": "p.customer_account_id", "c": "c.account_id"}


@dataclass(frozen=True, slots=True)
class AccountBlock:
    """Facts of a range of accounts, and the unit of each. Shapes: units (n,)."""

    facts: PaymentFacts
    units: Integers


def list_ranges(*, size: int) -> list[tuple[int, int]]:
    """Return the ranges of account keys, both ends included, that hold so many accounts each."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select min(id), max(id) from (select id, (row_number() over (order by id) - 1) / %s as block"
            " from customers_customeraccount) n group by block order by 1",
            [size],
        )
        return list(cursor.fetchall())


def count_accounts() -> int:
    """Return how many accounts there are."""
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from customers_customeraccount")
        return int(cursor.fetchone()[0])


def find_first_bill() -> date | None:
    """Return the day that the first bill with a due date was issued, or None."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select (issued_at at time zone 'Asia/Shanghai')::date from billing_bill"
            " where due_date is not null order by id limit 1"
        )
        row = cursor.fetchone()
        return row[0] if row else None


def load_block(
    *,
    first: int,
    last: int,
    until: date,
    months: int,
    mandates: dict[str, Integers] | None = None,
    every: int = 1,
    only: Sequence[int] = (),
) -> AccountBlock:
    """
    Return the facts of a range of accounts that became known before a day, of bills of so many months before it.

    :param mandates: agreements of withholding of the range, as channels has them
    :param every: leaves out all accounts but those whose key it divides: a sample that stays the same
    :param only: leaves out all accounts but these
    """
    values = {**_list_values(first, last, until, months), "every": every, "only": list(only)}
    accounts = _fetch(_ACCOUNTS, values, ("id", "opened", "closed", "unit"))
    keys = accounts["id"]
    of_owed = _load_bills(keys, values)
    of_others = _load_others(keys, values, mandates or dict.fromkeys(("account", "known", "until"), keys[:0]))
    facts = PaymentFacts(account_ids=keys, opened=accounts["opened"], closed=accounts["closed"], **of_owed, **of_others)
    return AccountBlock(facts, accounts["unit"])


def find_spared(*, account_ids: Sequence[int], classes: Sequence[str], marks: Sequence[str], on: date) -> set[int]:
    """Return which accounts are homes or households in need on a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select a.id from customers_customeraccount a where a.id = any(%(ids)s::bigint[])"
            " and (a.usage_class = any(%(classes)s) or exists (select from customers_specialmark m"
            " where m.account_id = a.id and m.kind = any(%(marks)s) and m.period @> %(on)s::date))",
            {"ids": list(account_ids), "classes": list(classes), "marks": list(marks), "on": on},
        )
        return {key for (key,) in cursor.fetchall()}


def _load_bills(keys: Integers, values: dict[str, Any]) -> dict[str, Integers]:
    """Return bills and what moved on them, the moves by the day that they count for."""
    bills = _fetch(_BILLS, values, ("id", "account", "known", "due", "start", "end", "kwh_e2"))
    moves = _fetch(_MOVES, values, ("item", "known", "day", "debit", "credit"))
    place, moves = _add_up(*_place(bills["id"], moves, "item"))
    order = np.argsort(moves["day"], kind="stable")
    return {
        "bill_account": np.searchsorted(keys, bills["account"]),
        "bill_known": bills["known"],
        "bill_due": bills["due"],
        "bill_start": bills["start"],
        "bill_end": bills["end"],
        "bill_kwh_e2": np.maximum(bills["kwh_e2"], 0),
        "move_bill": place[order],
        "move_known": moves["known"][order],
        "move_day": moves["day"][order],
        "move_debit_fen": moves["debit"][order],
        "move_credit_fen": moves["credit"][order],
    }


def _add_up(place: Integers, moves: dict[str, Integers]) -> tuple[Integers, dict[str, Integers]]:
    """Return moves of one bill, day of becoming known and day that counts as one; here, as the database would spill."""
    if not place.size:
        return place, moves
    order = np.lexsort((moves["day"], moves["known"], place))
    sorted_keys = np.stack([place[order], moves["known"][order], moves["day"][order]])
    starts = np.flatnonzero(np.r_[True, (sorted_keys[:, 1:] != sorted_keys[:, :-1]).any(axis=0)])
    sums = {name: np.add.reduceat(moves[name][order], starts) for name in ("debit", "credit")}
    place, known, day = sorted_keys[:, starts]
    return place, {"known": known, "day": day, **sums}


def _load_others(keys: Integers, values: dict[str, Any], mandates: dict[str, Integers]) -> dict[str, Integers]:
    """Return money held, offences, papers, and agreements of withholding."""
    held = _fetch(_HELD, values, ("account", "known", "fen"))
    offences = _fetch(_OFFENCES, values, ("account", "known", "theft"))
    papers = _fetch(_PAPERS, values, ("account", "known", "contract"))
    place, mandates = _place(keys, mandates, "account")
    return {
        "held_account": np.searchsorted(keys, held["account"]),
        "held_known": held["known"],
        "held_fen": held["fen"],
        "offence_account": np.searchsorted(keys, offences["account"]),
        "offence_known": offences["known"],
        "offence_is_theft": offences["theft"],
        "paper_account": np.searchsorted(keys, papers["account"]),
        "paper_known": papers["known"],
        "paper_is_contract": papers["contract"],
        "mandate_account": place,
        "mandate_known": mandates["known"],
        "mandate_until": mandates["until"],
    }


def _list_values(first: int, last: int, until: date, months: int) -> dict[str, Any]:
    first_bill, _end = get_key_range(month=add_months(until.replace(day=1), -months))
    held = [*list_keys_below(actor=_SYSTEM, code=DEPOSITS), *list_keys_below(actor=_SYSTEM, code=PREPAYMENTS)]
    return {
        "first": first,
        "last": last,
        "until": f"{until.isoformat()} 00:00:00+08",
        "first_bill": first_bill,
        "epoch": date(1970, 1, 1),
        "never": NEVER,
        "principal": list_keys_below(actor=_SYSTEM, code=_PRINCIPAL),
        "held": held,
        "given_up": _GIVEN_UP,
        "theft": CorrectionCause.THEFT.value,
        "offences": [CorrectionCause.THEFT.value, CorrectionCause.BREACH.value],
        "back_billing": CorrectionKind.BACK_BILLING.value,
        "contract": DocumentKind.CONTRACT.value,
    }


def _fetch(statement: str, values: dict[str, Any], names: Sequence[str]) -> dict[str, Integers]:
    narrowed = {alias: _narrow(key, values) for alias, key in _KEYS.items()}
    statement = statement.format(**narrowed)
    cast = ", ".join(f'"{name}"::bigint' for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    return fetch_columns(f"select {cast} from ({statement}) f({columns})", values, names)  # noqa: S608 - our own text


def _narrow(key: str, values: Mapping[str, Any]) -> str:
    conditions = [f"{key} between %(first)s and %(last)s"]
    conditions += [f"{key} %% %(every)s = 0"] if values["every"] > 1 else []
    conditions += [f"{key} = any(%(only)s::bigint[])"] if values["only"] else []
    return " and ".join(conditions)


def _place(keys: Integers, rows: dict[str, Integers], name: str) -> tuple[Integers, dict[str, Integers]]:
    """Return the place of each row's key among sorted keys, and the rows that have one."""
    if not keys.size:
        return np.zeros(0, dtype=np.int64), {key: column[:0] for key, column in rows.items()}
    place = np.minimum(np.searchsorted(keys, rows[name]), keys.size - 1)
    known = keys[place] == rows[name]
    return place[known], {key: column[known] for key, column in rows.items()}
