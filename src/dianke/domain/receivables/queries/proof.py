"""
The proof of the books: every figure compared with what it is derived from, in one statement each.

One statement sees one state of the database, so that what is written meanwhile is no fault.
"""

from typing import Any

from django.db import connection

from dianke.domain.receivables.queries import periods
from dianke.domain.receivables.queries.books import RECEIVABLES
from dianke.domain.receivables.queries.claim_proof import prove_claims
from dianke.domain.receivables.queries.payment_proof import prove_payments
from dianke.domain.receivables.types import Finding, PeriodKind
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("proving the books")

_VOUCHERS = """
with posted as materialized (
     select voucher_id, unit_id, count(*) as n, sum(debit_fen) as debit, sum(credit_fen) as credit,
            min(id) as first, max(id) as last, min(booked_on) as booked_from, max(booked_on) as booked_to
       from receivables_posting group by voucher_id, unit_id),
     whole as (
     select voucher_id, sum(n) as n, sum(debit) as debit, min(first) as first, max(last) as last,
            min(booked_from) as booked_from, max(booked_to) as booked_to, bool_or(debit <> credit) as is_off
       from posted group by voucher_id),
     fault as (
     select coalesce(v.number, 'key ' || w.voucher_id) as name,
            case when v.id is null then 'postings without a voucher'
                 when w.voucher_id is null then 'a voucher without postings'
                 when w.is_off then 'debit and credit differ'
                 when (v.posting_count, v.amount_fen) is distinct from (w.n, w.debit)
                 then 'the voucher says ' || v.posting_count || ' postings of ' || v.amount_fen || ' fen, there are '
                      || w.n || ' of ' || w.debit
                 when (v.first_posting_id, v.last_posting_id) is distinct from (w.first, w.last)
                 then 'postings have other keys than the voucher says'
                 when w.booked_from <> v.booked_on or w.booked_to <> v.booked_on
                 then 'postings are booked on another day' end as what
       from receivables_voucher v full join whole w on w.voucher_id = v.id)
select (select count(*) from receivables_voucher), (select coalesce(sum(n), 0) from whole),
       (select coalesce(sum(debit), 0) from whole), count(*), min(name || ': ' || what)
  from fault where what is not null
"""
_SUMS = """
with posted as materialized (
     select booked_on, unit_id, ledger_account_id, usage_class, for_year, count(*) as n, sum(debit_fen) as debit,
            sum(credit_fen) as credit from receivables_posting group by 1, 2, 3, 4, 5),
     kept as materialized (
     select booked_on, unit_id, ledger_account_id, usage_class, for_year, sum(posting_count) as n,
            sum(debit_fen) as debit, sum(credit_fen) as credit from receivables_dailysum group by 1, 2, 3, 4, 5),
     fault as (
     select booked_on || ' account ' || coalesce(a.code, ledger_account_id::text) || ' unit ' || f.unit_id
            || ': postings ' || coalesce(posted_debit, 0) || '/' || coalesce(posted_credit, 0)
            || ', sums ' || coalesce(kept_debit, 0) || '/' || coalesce(kept_credit, 0) as what
       from (select booked_on, unit_id, ledger_account_id, p.debit as posted_debit, p.credit as posted_credit,
                    k.debit as kept_debit, k.credit as kept_credit,
                    (p.n, p.debit, p.credit) is distinct from (k.n, k.debit, k.credit) as is_off
               from posted p full join kept k using (booked_on, unit_id, ledger_account_id, usage_class, for_year)) f
       left join receivables_ledgeraccount a on a.id = f.ledger_account_id
      where f.is_off or a.id is null)
select (select count(*) from posted), count(*), min(what) from fault
"""
_BILLS = """
with posted as materialized (
     select p.bill_id, sum(p.debit_fen - p.credit_fen) as amount
       from receivables_posting p join receivables_ledgeraccount a on a.id = p.ledger_account_id
      where p.bill_id is not null and (a.code = %(code)s or a.code like %(below)s) group by p.bill_id),
     fault as (
     select 'bill ' || coalesce(b.id, p.bill_id) || ': '
            || case when b.id is null then 'in the books, but never issued'
                    when p.bill_id is null then 'not in the books (./dianke ledger open books it)'
                    else 'issued for ' || b.amount_fen || ' fen, booked for ' || p.amount end as what
       from billing_bill b full join posted p on p.bill_id = b.id
      where (b.id is null or p.bill_id is null or b.amount_fen <> p.amount)
        and not (b.amount_fen = 0 and p.bill_id is null))
select (select count(*) from billing_bill), (select coalesce(sum(amount_fen), 0) from billing_bill),
       (select coalesce(sum(amount), 0) from posted), count(*), min(what) from fault
"""
_NUMBERS = """
with series as (
     select v.unit_id, date_trunc('month', v.booked_on)::date as month, count(*) as n, min(v.serial) as first,
            max(v.serial) as last, count(distinct v.serial) as told_apart
       from receivables_voucher v group by 1, 2),
     fault as (
     select to_char(month, 'YYYY-MM') || ' unit ' || unit_id || ': ' || coalesce(s.n, 0) || ' vouchers numbered '
            || coalesce(s.first, 0) || ' to ' || coalesce(s.last, 0) || ', last number given '
            || coalesce(c.last_number, 0) as what
       from series s full join receivables_voucherseries c using (unit_id, month)
      where s.n is null or c.last_number is null or s.first <> 1 or s.last <> s.n or s.told_apart <> s.n
         or c.last_number <> s.last)
select (select count(*) from series), count(*), min(what) from fault
"""


def prove_books() -> list[Finding]:
    """Return what each proof looked at and found; the books are right where none has a fault."""
    books = [prove() for prove in (_prove_vouchers, _prove_sums, _prove_bills, _prove_periods, _prove_numbers)]
    return [*books, *prove_payments(), *prove_claims()]


def _prove_vouchers() -> Finding:
    vouchers, postings, debit, faults, first = _ask(_VOUCHERS)
    counts = {"vouchers": int(vouchers), "postings": int(postings), "debit_fen": int(debit)}
    return Finding("vouchers balance", counts, int(faults), first or "")


def _prove_sums() -> Finding:
    groups, faults, first = _ask(_SUMS)
    return Finding("balances are the sums of postings", {"sums": int(groups)}, int(faults), first or "")


def _prove_bills() -> Finding:
    bills, issued, booked, faults, first = _ask(_BILLS, {"code": RECEIVABLES, "below": f"{RECEIVABLES}.%"})
    counts = {"bills": int(bills), "issued_fen": int(issued), "booked_fen": int(booked)}
    return Finding("issued bills are receivables", counts, int(faults), first or "")


def _prove_periods() -> Finding:
    """Closed days and months come to what they came to when they were closed."""
    closed = periods.list_closed(actor=_SYSTEM)
    counts = {"closed_days": 0, "closed_months": 0}
    faults: list[str] = []
    for kind, key in ((PeriodKind.DAY, "closed_days"), (PeriodKind.MONTH, "closed_months")):
        of_kind = [period for period in closed if period.kind == kind.value]
        counts[key] = len(of_kind)
        if not of_kind:
            continue
        found = periods.compute_totals(kind=kind, first=of_kind[0].start_date, last=of_kind[-1].start_date)
        for period in of_kind:
            now = found.get(period.start_date, periods.NOTHING)
            if (now.voucher_count, now.posting_count, now.debit_fen, now.digest) != (
                period.voucher_count,
                period.posting_count,
                period.debit_fen,
                period.digest,
            ) and _is_still_closed(period.pk):
                faults.append(f"{period}: closed with {period.posting_count} postings, now {now.posting_count}")
    return Finding("closed periods are untouched", counts, len(faults), faults[0] if faults else "")


def _is_still_closed(key: int) -> bool:
    return any(period.pk == key for period in periods.list_closed(actor=_SYSTEM))


def _prove_numbers() -> Finding:
    series, faults, first = _ask(_NUMBERS)
    return Finding("voucher numbers have no gap", {"series": int(series)}, int(faults), first or "")


def _ask(statement: str, keys: dict[str, Any] | None = None) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, keys)
        row: tuple[Any, ...] = cursor.fetchone()
        return row
