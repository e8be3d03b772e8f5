"""Use prepayments for debts, and turn what is paid beyond a bill into prepayment: at issue, and when money is freed."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from django.db import connection

from dianke.domain.billing.models import Bill, BillCorrection, BillRun, BillRunShard
from dianke.domain.receivables.operations import periods, vouchers
from dianke.domain.receivables.operations.locks import lock_accounts
from dianke.domain.receivables.operations.settling import Desk
from dianke.domain.receivables.operations.vouchers import PreparedVoucher
from dianke.domain.receivables.queries.standing import RECEIVABLES, load_ledger_codes
from dianke.domain.receivables.queries.unbooked import find_group_of_order
from dianke.domain.receivables.types import NewPosting, NewVoucher, VoucherKind
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

SYSTEM_LOGIN = "system"
_SYSTEM = Actor.system("using prepayments")

# Who has a prepayment, and whose bill is below zero: of most shards nobody.
_OF_SHARD = """
select distinct b.account_id from billing_bill b
 where b.id >= %(first)s and b.id < %(end)s and b.correction_id is null
   and (b.amount_fen < 0
        or exists (select from receivables_heldmoney h
                    where h.customer_account_id = b.account_id and h.kind = 'PREPAYMENT' and h.amount_fen > 0))
"""
# Members whose bills a shard holds, with the account on which their payer's money stands, if any does.
_PAYERS_OF_SHARD = """
select distinct p.customer_account_id, m.customer_account_id
  from billing_bill b
  join receivables_payermember m on m.customer_account_id = b.account_id
  join receivables_payer p on p.id = m.payer_id
  join receivables_heldmoney h on h.customer_account_id = p.customer_account_id
 where b.id >= %(first)s and b.id < %(end)s and b.correction_id is null and b.amount_fen > 0
   and m.since_date <= %(on)s and (m.until_date is null or m.until_date > %(on)s)
   and (p.until_date is null or p.until_date > %(on)s)
   and h.kind = 'PREPAYMENT' and h.amount_fen > 0
 order by 1, 2
"""
_IN_CREDIT = """
select distinct customer_account_id
  from (select customer_account_id from receivables_posting
         where ledger_account_id = any(%(ledgers)s) and customer_account_id is not null and item_id is not null
         group by customer_account_id, item_id, ledger_account_id, unit_id, usage_class, for_year
        having sum(debit_fen) < sum(credit_fen)) below
 order by 1
"""


def use_prepayments(*, actor: Scope, customer_account_ids: Collection[int], on: date, at: datetime) -> dict[int, int]:
    """
    Turn what is paid beyond the bills of accounts into prepayment, pay their debts from it, and return the fen used.

    Late fees run to the day `on`. Accounts that have nothing to use are locked, read and left as they are.
    """
    if not customer_account_ids:
        return {}
    units = lock_accounts(customer_account_ids)
    booked_on = periods.find_booking_day(actor=actor, occurred_on=on)
    vouchers.open_month(booked_on)
    desk = Desk(units=units, on=booked_on, until=on)
    prepared: list[PreparedVoucher] = []
    used: dict[int, int] = {}
    for account_id in sorted(units):
        postings, fen = _use(desk, account_id)
        if postings:
            prepared.append(_draw_up(desk, units[account_id], postings, on=on, at=at, booked_on=booked_on))
        if unlost := desk.take_unlost(account_id):
            kind = VoucherKind.WRITE_OFF
            prepared.append(_draw_up(desk, units[account_id], unlost, on=on, at=at, booked_on=booked_on, kind=kind))
        if fen:
            used[account_id] = fen
    if prepared:
        vouchers.post_prepared(vouchers=prepared)
    return used


def lock_accounts_of_shard(*, run: BillRun, shard_number: int) -> None:
    """
    Hold the accounts whose prepayment the bills of a shard will use, before the shard takes the number of its voucher.

    Who takes money holds the account first and the number after: the other way round both would wait for each other.
    """
    payers = _map_payers_of_shard(run, shard_number)
    members = [key for keys in payers.values() for key in keys]
    lock_accounts({*_list_accounts_of_shard(run, shard_number), *payers, *members})


def lock_accounts_of_order(*, order: BillCorrection) -> None:
    """Hold the accounts that an order changes, before it takes the number of its voucher: see the shard's."""
    lock_accounts(_list_accounts_of_order(order))


def use_prepayments_of_shard(*, actor: Scope, run: BillRun, shard_number: int) -> dict[int, int]:
    """Pay the bills of a shard that was just issued from the prepayments of its accounts, and return the fen used."""
    if run.issued_at is None:
        return {}
    accounts, on = _list_accounts_of_shard(run, shard_number), to_shanghai(run.issued_at).date()
    used = use_prepayments(actor=actor, customer_account_ids=accounts, on=on, at=run.issued_at)
    payers = _map_payers_of_shard(run, shard_number)
    of_payers = use_prepayments_of_payers(actor=actor, payers=payers, on=on, at=run.issued_at)
    return {key: used.get(key, 0) + of_payers.get(key, 0) for key in {**used, **of_payers}}


def use_prepayments_of_payers(
    *, actor: Scope, payers: Mapping[int, Collection[int]], on: date, at: datetime
) -> dict[int, int]:
    """
    Pay the debts of members from what stands on their payers' own accounts, and return the fen used of each of those.

    `payers` holds the accounts of the members by the account of their payer, whose own debts come first: see
    `use_prepayments`.
    """
    if not payers:
        return {}
    units = lock_accounts({*payers, *(key for keys in payers.values() for key in keys)})
    booked_on = periods.find_booking_day(actor=actor, occurred_on=on)
    vouchers.open_month(booked_on)
    desk = Desk(units=units, on=booked_on, until=on)
    prepared: list[PreparedVoucher] = []
    used: dict[int, int] = {}
    for own, members in sorted(payers.items()):
        prepaid_fen = desk.standings[own].prepaid_fen
        settled = desk.settle(accounts=sorted(members), amount_fen=max(prepaid_fen, 0))
        used_fen = prepaid_fen - settled.left_fen
        if used_fen > 0:
            postings = [*desk.draw(own, used_fen), *settled.postings]
            prepared.append(_draw_up(desk, units[own], postings, on=on, at=at, booked_on=booked_on))
            used[own] = used_fen
    if prepared:
        vouchers.post_prepared(vouchers=prepared)
    return used


def use_prepayments_of_order(*, actor: Scope, order: BillCorrection, at: datetime) -> dict[int, int]:
    """Turn what was paid of bills that an order took back into prepayment, and pay the bills in their place from it."""
    accounts = _list_accounts_of_order(order)
    return use_prepayments(actor=actor, customer_account_ids=accounts, on=to_shanghai(at).date(), at=at)


def list_accounts_in_credit() -> list[int]:
    """Return the accounts with a bill that stands below zero: those of before there were payments."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_CREDIT, {"ledgers": list(load_ledger_codes(RECEIVABLES))})
        return [key for (key,) in cursor.fetchall()]


def _list_accounts_of_shard(run: BillRun, shard_number: int) -> list[int]:
    shard = BillRunShard.objects.for_actor(_SYSTEM).get(run=run, number=shard_number)
    if not shard.first_bill_id:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_OF_SHARD, {"first": shard.first_bill_id, "end": shard.end_bill_id})
        return [key for (key,) in cursor.fetchall()]


def _map_payers_of_shard(run: BillRun, shard_number: int) -> dict[int, list[int]]:
    """Return the members whose bills a shard holds by the account of their payer, where money stands on it."""
    shard = BillRunShard.objects.for_actor(_SYSTEM).get(run=run, number=shard_number)
    if not shard.first_bill_id or run.issued_at is None:
        return {}
    on = to_shanghai(run.issued_at).date()
    found: dict[int, list[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PAYERS_OF_SHARD, {"first": shard.first_bill_id, "end": shard.end_bill_id, "on": on})
        for own, member in cursor.fetchall():
            found.setdefault(own, []).append(member)
    return found


def _list_accounts_of_order(order: BillCorrection) -> set[int]:
    group = find_group_of_order(order=order)
    rows = Bill.objects.for_actor(_SYSTEM).filter(pk__in=group.keys["bills"])
    return set(rows.values_list("account_id", flat=True))


def _use(desk: Desk, account_id: int) -> tuple[list[NewPosting], int]:
    postings = desk.free(account_id)
    prepaid_fen = desk.standings[account_id].prepaid_fen
    if prepaid_fen <= 0:
        return postings, 0
    settled = desk.settle(accounts=[account_id], amount_fen=prepaid_fen)
    used_fen = prepaid_fen - settled.left_fen
    if not used_fen:
        return postings, 0
    return [*postings, *desk.draw(account_id, used_fen), *settled.postings], used_fen


def _draw_up(
    desk: Desk,
    unit_id: int,
    postings: list[NewPosting],
    *,
    on: date,
    at: datetime,
    booked_on: date,
    kind: VoucherKind = VoucherKind.PREPAYMENT_USE,
) -> PreparedVoucher:
    key = vouchers.reserve_voucher_key(booked_on=booked_on)
    voucher = NewVoucher(
        unit_id=unit_id,
        kind=kind,
        source=f"prepayment:{key}",
        summary="",
        occurred_on=on,
        made_by=SYSTEM_LOGIN,
        made_at=at,
    )
    return PreparedVoucher(key, booked_on, voucher, desk.level_units(postings))
