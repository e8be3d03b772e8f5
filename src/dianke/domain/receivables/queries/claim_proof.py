"""The proof of claims and of debt given up: each stands in its vouchers, and what is owed back is what was approved."""

from typing import Any

from django.db import connection

from dianke.domain.receivables.types import Finding

# What is owed back to an account is what was approved and not paid out.
_OWED_BACK = """
with posted as (
     select p.customer_account_id as account_id, sum(p.credit_fen - p.debit_fen) as fen
       from receivables_posting p join receivables_ledgeraccount a on a.id = p.ledger_account_id
      where a.code = '2241.04' or a.code like '2241.04.%%' group by 1),
     approved as (
     select account_id, sum(amount_fen) as fen from receivables_claim
      where state = 'APPROVED' and kind in ('REFUND', 'DEPOSIT_RETURN') group by 1),
     fault as (
     select 'account ' || coalesce(p.account_id::text, a.account_id::text, '-') || ': ' || coalesce(p.fen, 0)
            || ' fen owed back in the books, approved and not paid out are ' || coalesce(a.fen, 0) as what
       from posted p full join approved a on a.account_id = p.account_id
      where coalesce(p.fen, 0) <> coalesce(a.fen, 0))
select (select count(*) from approved), (select coalesce(sum(fen), 0) from posted), count(*), min(what) from fault
"""
# A claim is booked when it is approved, and once more when the bank paid it.
_CLAIMS = """
with step as (
     select c.id, c.kind, c.amount_fen, c.voucher_id, c.kind as wanted, false as is_payment
       from receivables_claim c
      where c.state in ('APPROVED', 'PAID') and (c.kind <> 'LATE_FEE_WAIVER' or c.voucher_id is not null)
     union all
     select id, kind, amount_fen, paid_voucher_id, 'REFUND_PAID', true from receivables_claim where state = 'PAID'),
     booked as (
     select s.id, s.is_payment, sum(abs(p.debit_fen)) filter (where a.code not like '1221%%') as fen
       from step s join receivables_voucher v on v.id = s.voucher_id
       join receivables_posting p on p.id between v.first_posting_id and v.last_posting_id and p.voucher_id = v.id
       join receivables_ledgeraccount a on a.id = p.ledger_account_id group by 1, 2),
     fault as (
     select 'claim SQ-' || lpad(s.id::text, 6, '0') || ': '
            || case when v.id is null then 'its voucher is missing'
                    when v.kind <> s.wanted then 'its voucher is of another kind'
                    else 'of ' || s.amount_fen || ' fen, its voucher says ' || coalesce(b.fen, 0) end as what
       from step s left join receivables_voucher v on v.id = s.voucher_id
       left join booked b on b.id = s.id and b.is_payment = s.is_payment
      where v.id is null or v.kind <> s.wanted
         or (s.kind <> 'LATE_FEE_WAIVER' and coalesce(b.fen, 0) <> s.amount_fen)
         or (s.kind = 'LATE_FEE_WAIVER' and b.fen > s.amount_fen)
     union all
     select 'claim SQ-' || lpad(id::text, 6, '0') || ': booked without being approved' from receivables_claim
      where state not in ('APPROVED', 'PAID') and voucher_id is not null)
select (select count(*) from step), count(*), min(what) from fault
"""
# What was given up as bad debt is owed no more: loss and receivables move by the same amount, within each voucher.
_WRITE_OFFS = """
with moved as (
     select v.id, v.number, sum(p.credit_fen) filter (where a.code like '1122%%') as given_up,
            sum(p.debit_fen) filter (where a.code like '6702%%') as lost,
            bool_or(a.code not similar to '(1122|1231|6702|1221)%%') as is_strange
       from receivables_voucher v
       join receivables_posting p on p.id between v.first_posting_id and v.last_posting_id and p.voucher_id = v.id
       join receivables_ledgeraccount a on a.id = p.ledger_account_id
      where v.kind = 'WRITE_OFF' group by 1, 2),
     fault as (
     select 'voucher ' || number || ': ' || coalesce(given_up, 0) || ' fen are given up, the loss is '
            || coalesce(lost, 0) as what
       from moved where coalesce(given_up, 0) <> coalesce(lost, 0) or is_strange)
select (select count(*) from moved), (select coalesce(sum(lost), 0) from moved), count(*), min(what) from fault
"""


def prove_claims() -> list[Finding]:
    """Return what each proof of claims and of debt given up looked at and found."""
    return [_prove_owed_back(), _prove_claims(), _prove_write_offs()]


def _prove_owed_back() -> Finding:
    accounts, fen, faults, first = _ask(_OWED_BACK)
    counts = {"accounts": int(accounts), "owed_back_fen": int(fen)}
    return Finding("what is owed back was approved", counts, int(faults), first or "")


def _prove_claims() -> Finding:
    steps, faults, first = _ask(_CLAIMS)
    return Finding("claims are in their vouchers", {"steps": int(steps)}, int(faults), first or "")


def _prove_write_offs() -> Finding:
    vouchers, lost, faults, first = _ask(_WRITE_OFFS)
    counts = {"write_offs": int(vouchers), "lost_fen": int(lost)}
    return Finding("debt given up is a loss", counts, int(faults), first or "")


def _ask(statement: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {})
        row: tuple[Any, ...] = cursor.fetchone()
        return row
