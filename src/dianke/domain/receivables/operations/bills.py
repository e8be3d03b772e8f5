"""
Book issued bills, in the transaction that issues them.

Debit: what is due of every bill, by class of use; of a penalty by itself. Credit: revenue by class, each fund that is
held for the treasury, penalties; summed by unit, class and year over the voucher, for their parts are the bills that
the same voucher debits. Figures of bills below zero stay on their side as red entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from dianke.domain.billing.models import BillCorrection, BillRun
from dianke.domain.receivables.operations import vouchers
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.operations.periods import find_booking_day
from dianke.domain.receivables.operations.vouchers import WrittenPostings
from dianke.domain.receivables.queries.unbooked import UnbookedGroup, find_group_of_order, find_group_of_shard
from dianke.domain.receivables.types import NewVoucher, Role, get_key_range
from dianke.kernel.clock import to_shanghai
from dianke.platform.org.scoping import Scope

_PAIRS = """
select distinct b.unit_id, b.usage_class, u.path from billing_bill b join org_unit u on u.id = b.unit_id where {which}
"""
# A reversal changes the debt of the bill that it takes back; every other bill has its own.
_BILLS = """
with bill as materialized (
     select b.id, b.unit_id, b.account_id, b.usage_class, extract(year from b.month)::smallint as for_year,
            b.amount_fen, case when r.reversal_id is null then b.id else b.corrects_id end as item_id
       from billing_bill b
       left join billing_correctedbill r on b.correction_id is not null and r.reversal_id = b.id
      where {which}),
"""
_PARTS = """
     part as materialized (
     select b.id as bill_id, b.unit_id, b.usage_class, b.for_year, k.ledger_id, k.is_penalty,
            round(l.amount_e6 / 10000.0)::bigint as amount_fen
       from bill b join billing_billline l on l.id >= b.id * 100 and l.id < b.id * 100 + 100
       join unnest(%(kinds)s::int[], %(kind_units)s::bigint[], %(kind_ledgers)s::int[], %(penalties)s::bool[])
            as k (kind_id, unit_id, ledger_id, is_penalty) on k.kind_id = l.kind_id and k.unit_id = b.unit_id),
"""
_PARTS_OF_RANGE = """
     part as materialized (
     select b.id as bill_id, b.unit_id, b.usage_class, b.for_year, k.ledger_id, k.is_penalty,
            round(l.amount_e6 / 10000.0)::bigint as amount_fen
       from billing_billline l
       join unnest(%(kinds)s::int[], %(kind_units)s::bigint[], %(kind_ledgers)s::int[], %(penalties)s::bool[])
            as k (kind_id, unit_id, ledger_id, is_penalty) on k.kind_id = l.kind_id
       join bill b on b.id = l.id / 100 and b.unit_id = k.unit_id
      where l.id >= %(first)s * 100 and l.id < %(end)s * 100),
"""
_POST = """
     penalty as (
     select bill_id, sum(amount_fen)::bigint as amount_fen from part where is_penalty group by bill_id),
     rule as (
     select * from unnest(%(units)s::bigint[], %(classes)s::text[], %(receivables)s::int[], %(revenues)s::int[],
                          %(penalty_receivables)s::int[])
                as r (unit_id, usage_class, receivable_id, revenue_id, penalty_receivable_id)),
     entry as (
     select 1 as rank, r.receivable_id as ledger_id, b.unit_id, b.usage_class, b.for_year, b.account_id, b.item_id,
            b.id as bill_id, b.amount_fen - coalesce(p.amount_fen, 0) as debit_fen, 0::bigint as credit_fen
       from bill b join rule r using (unit_id, usage_class) left join penalty p on p.bill_id = b.id
     union all
     select 1, r.penalty_receivable_id, b.unit_id, b.usage_class, b.for_year, b.account_id, b.item_id, b.id,
            p.amount_fen, 0
       from penalty p join bill b on b.id = p.bill_id join rule r using (unit_id, usage_class)
     union all
     select 2, r.revenue_id, b.unit_id, b.usage_class, b.for_year, null, null, null, 0,
            b.amount_fen - coalesce(c.amount_fen, 0)
       from (select unit_id, usage_class, for_year, sum(amount_fen)::bigint as amount_fen
               from bill group by 1, 2, 3) b
       join rule r using (unit_id, usage_class)
       left join (select unit_id, usage_class, for_year, sum(amount_fen)::bigint as amount_fen
                    from part group by 1, 2, 3) c using (unit_id, usage_class, for_year)
     union all
     select 3, ledger_id, unit_id, usage_class, for_year, null, null, null, 0, sum(amount_fen)::bigint
       from part group by ledger_id, unit_id, usage_class, for_year),
     written as (
     insert into receivables_posting (id, voucher_id, booked_on, unit_id, ledger_account_id, debit_fen, credit_fen,
            usage_class, for_year, customer_account_id, item_id, bill_id)
     select %(base)s + nextval('receivables_posting_serial'), %(voucher)s, %(booked_on)s, unit_id, ledger_id, debit_fen,
            credit_fen, usage_class, for_year, account_id, item_id, bill_id
       from (select * from entry where debit_fen <> 0 or credit_fen <> 0
              order by rank, bill_id, ledger_id, unit_id, usage_class, for_year) e
     returning id, debit_fen)
select count(*), min(id), max(id), coalesce(sum(debit_fen), 0) from written
"""


@dataclass(frozen=True, slots=True)
class BookedBills:
    """The voucher that bills were booked by; none where all of them come to nothing."""

    voucher_id: int | None
    postings: int


def post_issued_shard(*, actor: Scope, run: BillRun, shard_number: int) -> BookedBills:
    """
    Book the bills of a shard that was just issued.

    :raises BookedAlready: if they are in the books
    """
    return post_group(actor=actor, group=find_group_of_shard(run=run, shard_number=shard_number))


def post_issued_correction(*, actor: Scope, order: BillCorrection) -> BookedBills:
    """
    Book the bills of a correction or a back-billing that was just issued.

    :raises BookedAlready: if they are in the books
    """
    return post_group(actor=actor, group=find_group_of_order(order=order))


def prepare_month(*, actor: Scope, occurred_on: date) -> None:
    """Make ready what the first of many shards would otherwise make while the others wait: chart and partition."""
    AccountMap(actor=actor, on=occurred_on)
    vouchers.open_month(find_booking_day(actor=actor, occurred_on=occurred_on))


def post_group(*, actor: Scope, group: UnbookedGroup) -> BookedBills:
    """
    Book a group of bills that were issued together, by one voucher.

    :raises BookedAlready: if they are in the books
    """
    occurred_on = to_shanghai(group.issued_at).date()
    day = find_booking_day(actor=actor, occurred_on=occurred_on)
    vouchers.open_month(day)
    key = vouchers.reserve_voucher_key(booked_on=day)
    written = _write_postings(actor, group, day, key)
    if not written.count:
        return BookedBills(None, 0)
    voucher = NewVoucher(
        unit_id=group.unit_id,
        kind=group.kind,
        source=group.source,
        summary=group.summary,
        occurred_on=occurred_on,
        made_by=group.issued_by,
        made_at=group.issued_at,
    )
    vouchers.write_vouchers(keys=[key], vouchers=[voucher], booked_on=[day], written=[written])
    return BookedBills(key, written.count)


def _write_postings(actor: Scope, group: UnbookedGroup, day: date, voucher_id: int) -> WrittenPostings:
    accounts = AccountMap(actor=actor, on=day)
    with connection.cursor() as cursor:
        cursor.execute(
            _PAIRS.format(which=group.which),
            group.keys,
        )
        pairs = cursor.fetchall()
        parts = _PARTS_OF_RANGE if group.is_range else _PARTS
        cursor.execute(
            _BILLS.format(which=group.which) + parts + _POST,
            {
                **group.keys,
                **_list_rules(accounts, pairs),
                **_list_kinds(accounts, {unit_id: path for unit_id, _class, path in pairs}),
                "base": get_key_range(month=day)[0],
                "voucher": voucher_id,
                "booked_on": day,
            },
        )
        count, first, last, amount = cursor.fetchone()
    return WrittenPostings(int(count), int(first or 0), int(last or 0), int(amount))


def _list_rules(accounts: AccountMap, pairs: Sequence[tuple[int, str, str]]) -> dict[str, list[Any]]:
    def find(role: Role) -> list[int]:
        return [accounts.find_by_role(role, unit_path=path, usage_class=one) for _unit, one, path in pairs]

    return {
        "units": [unit_id for unit_id, _class, _path in pairs],
        "classes": [usage_class for _unit, usage_class, _path in pairs],
        "receivables": find(Role.RECEIVABLE),
        "revenues": find(Role.REVENUE),
        "penalty_receivables": find(Role.PENALTY_RECEIVABLE),
    }


def _list_kinds(accounts: AccountMap, units: dict[int, str]) -> dict[str, list[Any]]:
    """Return which kinds of lines are funds or penalties, and the account of each by unit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, name, code like 'penalty.%' from billing_billlinekind"
            " where code like 'fund.%' or code like 'penalty.%'"
        )
        kinds = [(*kind, unit_id, path) for kind in cursor.fetchall() for unit_id, path in units.items()]
    return {
        "kinds": [kind_id for kind_id, *_rest in kinds],
        "kind_units": [unit_id for *_rest, unit_id, _path in kinds],
        "kind_ledgers": [
            accounts.find_by_role(Role.PENALTY_REVENUE, unit_path=path)
            if is_penalty
            else accounts.find_fund(name, unit_path=path)
            for _id, name, is_penalty, _unit, path in kinds
        ],
        "penalties": [is_penalty for _id, _name, is_penalty, *_rest in kinds],
    }
