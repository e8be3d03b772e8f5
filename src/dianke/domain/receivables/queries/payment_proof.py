"""The proof of payments: each stands in the books with its sum, explained to the fen; nothing falls below zero."""

from typing import Any

from django.db import connection

from dianke.domain.receivables.types import Finding

# Money, what is owed, between units, prepayment, suspense, revenue of late fees: nothing else may a payment touch.
_PAYMENTS = """
with code as materialized (
     select id, case when code ~ '^(1001|1002|1012)' then 'money' when code ~ '^1122' then 'owed'
                     when code ~ '^2203\\.01' then 'prepaid' when code ~ '^2241\\.03' then 'suspense'
                     when code ~ '^(1221\\.01|6301\\.01)' then 'beside' else 'other' end as place
       from receivables_ledgeraccount),
     booked as materialized (
     select v.id, sum(p.debit_fen) filter (where c.place = 'money') as money,
            sum(p.credit_fen) filter (where c.place = 'owed') as paid,
            sum(p.credit_fen) filter (where c.place = 'prepaid') as prepaid,
            sum(p.credit_fen) filter (where c.place = 'suspense') as suspense,
            bool_or(c.place = 'other') as is_strange
       from receivables_voucher v
       join receivables_posting p on p.id between v.first_posting_id and v.last_posting_id and p.voucher_id = v.id
       join code c on c.id = p.ledger_account_id
      where v.source like 'payment:%%' group by v.id),
     fault as (
     select coalesce('payment ' || m.id, 'voucher ' || b.id) || ': '
            || case when m.id is null then 'booked without a payment'
                    when b.id is null then 'has no voucher'
                    when b.money is distinct from m.amount_fen
                    then 'of ' || m.amount_fen || ' fen, booked with ' || coalesce(b.money, 0)
                    when b.is_strange then 'touches an account that no payment may'
                    else 'explains ' || coalesce(b.paid, 0) + coalesce(b.prepaid, 0) + coalesce(b.suspense, 0)
                         || ' of ' || m.amount_fen || ' fen' end as what
       from receivables_payment m full join booked b on b.id = m.voucher_id
      where m.id is null or b.id is null or b.money is distinct from m.amount_fen or b.is_strange
         or coalesce(b.paid, 0) + coalesce(b.prepaid, 0) + coalesce(b.suspense, 0) <> m.amount_fen)
select (select count(*) from receivables_payment), (select coalesce(sum(amount_fen), 0) from receivables_payment),
       count(*), min(what) from fault
"""
# With all vouchers of what became of it: reversed nothing is left, assigned nothing is in suspense.
_EVENTS = """
with voucher as (
     select payment_id, voucher_id from receivables_paymentevent where kind <> 'REARRANGED'
     union all
     select id, voucher_id from receivables_payment
      where id in (select payment_id from receivables_paymentevent)
         or (customer_account_id is null and payer_id is null)),
     state as (
     select m.id, m.amount_fen, bool_or(e.kind = 'REVERSED') as is_reversed,
            coalesce(bool_or(e.kind = 'ASSIGNED'), false) or m.customer_account_id is not null or m.payer_id is not null
            as is_known
       from receivables_payment m left join receivables_paymentevent e on e.payment_id = m.id
      where m.id in (select payment_id from voucher) group by m.id),
     booked as (
     select w.payment_id, sum(p.debit_fen - p.credit_fen) filter (where a.code ~ '^(1001|1002|1012)') as money,
            sum(p.credit_fen - p.debit_fen) filter (where a.code ~ '^2241\\.03') as suspense,
            count(distinct w.voucher_id) as n
       from voucher w join receivables_voucher v on v.id = w.voucher_id
       join receivables_posting p on p.id between v.first_posting_id and v.last_posting_id and p.voucher_id = v.id
       join receivables_ledgeraccount a on a.id = p.ledger_account_id group by w.payment_id),
     fault as (
     select 'payment ' || s.id || ': '
            || case when b.n is distinct from (select count(*) from voucher w where w.payment_id = s.id)
                    then 'a voucher of what became of it is missing'
                    when coalesce(b.money, 0) <> case when s.is_reversed then 0 else s.amount_fen end
                    then 'money of ' || coalesce(b.money, 0) || ' fen is left of it'
                    else coalesce(b.suspense, 0) || ' fen of it are in suspense' end as what
       from state s left join booked b on b.payment_id = s.id
      where b.n is distinct from (select count(*) from voucher w where w.payment_id = s.id)
         or coalesce(b.money, 0) <> case when s.is_reversed then 0 else s.amount_fen end
         or coalesce(b.suspense, 0) <> case when s.is_known or s.is_reversed then 0 else s.amount_fen end)
select (select count(*) from receivables_paymentevent), count(*), min(what) from fault
"""
_HELD = """
with posted as (
     select p.customer_account_id, case when a.code like '2203.01%%' then 'PREPAYMENT' else 'DEPOSIT' end as kind,
            sum(p.credit_fen - p.debit_fen) as fen
       from receivables_posting p join receivables_ledgeraccount a on a.id = p.ledger_account_id
      where (a.code like '2203.01%%' or a.code like '2241.02%%') and p.customer_account_id is not null group by 1, 2),
     suspense as (
     select p.unit_id, sum(p.credit_fen - p.debit_fen) as fen
       from receivables_posting p join receivables_ledgeraccount a on a.id = p.ledger_account_id
      where a.code like '2241.03%%' group by 1),
     fault as (
     select 'account ' || coalesce(p.customer_account_id, h.customer_account_id) || ' ' || coalesce(p.kind, h.kind)
            || ': postings ' || coalesce(p.fen, 0) || ', held ' || coalesce(h.amount_fen, 0) as what
       from posted p full join receivables_heldmoney h
         on h.customer_account_id = p.customer_account_id and h.kind = p.kind
      where coalesce(p.fen, 0) <> coalesce(h.amount_fen, 0) or p.fen < 0
     union all
     select 'unit ' || unit_id || ': suspense of ' || fen || ' fen' from suspense where fen < 0)
select (select count(*) from posted where fen > 0),
       (select coalesce(sum(fen), 0) from posted where kind = 'PREPAYMENT'),
       (select coalesce(sum(fen), 0) from posted where kind = 'DEPOSIT'),
       (select coalesce(sum(fen), 0) from suspense), count(*), min(what) from fault
"""
_ITEMS = """
with line as (
     select p.item_id, p.ledger_account_id, p.unit_id, p.usage_class, p.for_year, sum(p.debit_fen) as billed,
            sum(p.credit_fen) as settled
       from receivables_posting p join receivables_ledgeraccount a on a.id = p.ledger_account_id
      where a.code like '1122.%%' and p.item_id is not null group by 1, 2, 3, 4, 5),
     fault as (
     select 'bill ' || item_id || ': billed ' || billed || ', settled ' || settled as what from line
      where settled > billed or settled < least(billed, 0))
select (select count(*) from line), (select coalesce(sum(billed - settled), 0) from line), count(*), min(what)
  from fault
"""


def prove_payments() -> list[Finding]:
    """Return what each proof of payments looked at and found."""
    return [_prove_payments(), _prove_events(), _prove_held(), _prove_items()]


def _prove_payments() -> Finding:
    payments, fen, faults, first = _ask(_PAYMENTS)
    return Finding(
        "payments are booked and explained", {"payments": int(payments), "paid_fen": int(fen)}, int(faults), first or ""
    )


def _prove_events() -> Finding:
    events, faults, first = _ask(_EVENTS)
    return Finding("changes of payments leave nothing", {"changes": int(events)}, int(faults), first or "")


def _prove_held() -> Finding:
    held, prepaid, deposits, suspense, faults, first = _ask(_HELD)
    counts = {
        "held": int(held),
        "prepaid_fen": int(prepaid),
        "deposits_fen": int(deposits),
        "suspense_fen": int(suspense),
    }
    return Finding("held money is never below zero", counts, int(faults), first or "")


def _prove_items() -> Finding:
    lines, open_fen, faults, first = _ask(_ITEMS)
    counts = {"debt_lines": int(lines), "open_fen": int(open_fen)}
    return Finding("no bill is paid beyond its amount", counts, int(faults), first or "")


def _ask(statement: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {})
        row: tuple[Any, ...] = cursor.fetchone()
        return row
