"""
All that the scores of customers are made from, block by block as arrays: customers, standing facts, arrears of the
books.

An arrear stands from the day that a bill was due, once it passed, until the day on which the bill was settled. It is
derived each time and never stored; what became known after the day of the score changes nothing of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from dianke.domain.collection.queries.open_items import prepare_open_items
from dianke.domain.credit.queries.facts import FactArrays, read_facts
from dianke.domain.credit.rules.fleet import NEVER, UNKNOWN, Fleet, FleetFacts
from dianke.domain.credit.rules.policy import Policy, start_of_window
from dianke.domain.credit.types import JUDGED_TYPES, SCORED_TYPES, TYPE_CODES, FactType
from dianke.domain.receivables.queries.chart import list_keys_below
from dianke.domain.receivables.types import VoucherKind, get_key_range
from dianke.platform.database.fetching import fetch_columns
from dianke.platform.identity.types import Actor

Integers = NDArray[np.int64]
_SYSTEM = Actor.system("gathering what credit scores are made from")
_PRINCIPAL = "1122.01"
# What is given up was not paid: the debt stays an arrear for whoever judges the payer.
_GIVEN_UP = [VoucherKind.WRITE_OFF.value, VoucherKind.BAD_DEBT_RETURN.value]
# A customer is scored while it has an account that is open.
_CUSTOMERS = """
select c.id, c.unit_id, (c.since_date - '1970-01-01'::date)::bigint, l.is_lighting::bigint,
       coalesce(array_position(%(grades)s::text[], c.credit_grade::text), 0)::bigint
  from customers_customer c
  join (select a.customer_id, (bool_and(a.usage_class = any(%(lighting)s)))::int as is_lighting
          from customers_customeraccount a
         where a.customer_id > %(after)s and a.customer_id <= %(last)s and a.opened_date <= %(as_of)s
           and (a.closed_date is null or a.closed_date > %(as_of)s)
         group by a.customer_id) l on l.customer_id = c.id
 where c.merged_into_id is null and (%(only)s::bigint[] is null or c.id = any(%(only)s::bigint[]))
 order by c.id
"""
_LATE = """
select a.customer_id, b.id, (b.due_date - '1970-01-01'::date)::bigint,
       coalesce(case when m.debit <= m.credit then m.last_day - '1970-01-01'::date end, %(never)s)::bigint
  from billing_bill b
  join customers_customeraccount a on a.id = b.account_id
  join (select p.item_id, sum(p.debit_fen) as debit, sum(p.credit_fen) as credit,
               max(v.occurred_on) filter (where p.credit_fen > 0) as last_day
          from receivables_posting p join receivables_voucher v on v.id = p.voucher_id
         where p.ledger_account_id = any(%(principal)s) and p.item_id >= %(first_bill)s and p.id >= %(first_bill)s
           and p.customer_account_id in (select id from customers_customeraccount
                                          where customer_id > %(after)s and customer_id <= %(last)s)
           and v.made_at < %(until)s and v.kind <> all(%(given_up)s)
         group by p.item_id) m on m.item_id = b.id
 where a.customer_id > %(after)s and a.customer_id <= %(last)s
   and (%(only)s::bigint[] is null or a.customer_id = any(%(only)s::bigint[]))
   and b.id >= %(first_bill)s and b.issued_at < %(until)s and m.debit > 0
   and b.due_date + %(grace)s < %(as_of)s and (b.due_date >= %(start)s or m.debit <= m.credit)
   and (m.debit > m.credit or m.last_day > b.due_date + %(grace)s)
"""


@dataclass(frozen=True, slots=True)
class CustomerBlock:
    """Customers with what their scores are made from. Shapes: (n,) but `facts`; `grades` 0 where never judged."""

    customer_ids: Integers
    units: Integers
    # The place of the grade before in the policy, from 1; 0 none.
    grades_before: Integers
    fleet: Fleet
    facts: FleetFacts


@dataclass(frozen=True, slots=True)
class OldDebts:
    """Bills that are open since before the window. Shapes: (m,)."""

    customer: Integers
    due: Integers


def find_next_range(*, after: int, size: int) -> int | None:
    """Return the last key of the next block of customers after one, or None where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select max(id) from (select id from customers_customer where id > %s order by id limit %s) c",
            [after, size],
        )
        found = cursor.fetchone()[0]
        return None if found is None else int(found)


def list_old_debts(*, as_of: date, policy: Policy, customer_ids: Sequence[int] | None = None) -> OldDebts:
    """Return the bills of all customers, or of some, that fell due before the window and are open at a day's end."""
    prepared = prepare_open_items(actor=_SYSTEM, as_of=as_of)
    start = start_of_window(as_of, months=_window(policy))
    with connection.cursor() as cursor:
        cursor.execute(
            f"with {prepared.head} select a.customer_id, o.due_date - '1970-01-01'::date"  # noqa: S608 - our own text
            " from open_item o join customers_customeraccount a on a.id = o.customer_account_id"
            " where o.due_date < %(start)s and o.open_fen > 0"
            " and (%(customers)s::bigint[] is null or a.customer_id = any(%(customers)s::bigint[]))",
            {**prepared.values, "start": start, "customers": None if customer_ids is None else list(customer_ids)},
        )
        rows = np.array(cursor.fetchall(), dtype=np.int64).reshape(-1, 2)
    return OldDebts(rows[:, 0], rows[:, 1])


def load_block(
    *, after: int, last: int, as_of: date, policy: Policy, old: OldDebts, only: Sequence[int] | None = None
) -> CustomerBlock:
    """Return customers with keys after one until another, that have an open account at the end of a day."""
    values = _list_values(after, last, as_of, policy, only)
    found = fetch_columns(_CUSTOMERS, values, ("id", "unit", "since", "lighting", "grade"))
    keys = found["id"]
    known = read_facts(
        actor=_SYSTEM,
        types=[*SCORED_TYPES, *JUDGED_TYPES],
        until=as_of,
        customer_ids=keys.tolist() if keys.size else [],
    )
    management, growth = (_find_judged(known, one, keys) for one in JUDGED_TYPES)
    fleet = Fleet(found["lighting"] == 1, found["since"], management, growth)
    facts = _join(keys, known, _load_late(values), old)
    return CustomerBlock(keys, found["unit"], found["grade"], fleet, facts)


def _load_late(values: dict[str, Any]) -> dict[str, Integers]:
    return fetch_columns(_LATE, values, ("customer", "bill", "due", "settled"))


def _join(keys: Integers, known: FactArrays, late: dict[str, Integers], old: OldDebts) -> FleetFacts:
    """Return stored facts and derived arrears together, of the customers of the block only."""
    is_scored = known.type < len(SCORED_TYPES)
    arrear = TYPE_CODES[FactType.ARREAR]
    customer = np.concatenate([known.customer_id[is_scored], late["customer"], old.customer])
    types = np.concatenate(
        [known.type[is_scored].astype(np.int64), np.full(late["customer"].size + old.customer.size, arrear)]
    )
    on = np.concatenate([known.on_date[is_scored], late["due"], old.due])
    until = np.concatenate([known.until_date[is_scored], late["settled"], np.full(old.customer.size, NEVER)])
    if not keys.size:
        nothing = keys[:0]
        return FleetFacts(nothing, nothing, nothing, nothing)
    place = np.minimum(np.searchsorted(keys, customer), keys.size - 1)
    is_here = keys[place] == customer
    return FleetFacts(place[is_here], types[is_here], on[is_here], until[is_here])


def _find_judged(known: FactArrays, type_: FactType, keys: Integers) -> Integers:
    """Return the last judgement of each customer in hundredths; facts stand by day, so that the last wins."""
    own = known.of_type(type_)
    judged = np.full(keys.size, UNKNOWN, dtype=np.int64)
    judged[np.searchsorted(keys, own.customer_id)] = np.rint(own.value * 100).astype(np.int64)
    return judged


def _list_values(after: int, last: int, as_of: date, policy: Policy, only: Sequence[int] | None) -> dict[str, Any]:
    months = _window(policy) + 2
    start = start_of_window(as_of.replace(day=1), months=months)
    first_bill, _end = get_key_range(month=start)
    return {
        "after": after,
        "last": last,
        "only": None if only is None else list(only),
        "as_of": as_of,
        "start": start_of_window(as_of, months=_window(policy)),
        "until": f"{(as_of + timedelta(days=1)).isoformat()} 00:00:00+08",
        "first_bill": first_bill,
        "grace": policy.grace_days,
        "never": NEVER,
        "principal": list_keys_below(actor=_SYSTEM, code=_PRINCIPAL),
        "given_up": _GIVEN_UP,
        "lighting": sorted(policy.lighting_classes),
        "grades": [cut.code for cut in policy.grades],
    }


def _window(policy: Policy) -> int:
    return max(row.months for row in policy.rows if FactType.ARREAR in row.facts)
