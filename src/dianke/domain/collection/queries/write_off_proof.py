"""The proof of write-offs: what two persons decided to give up, and what came of it after all, is in its vouchers."""

from django.db import connection

from dianke.domain.receivables.types import Finding

_WRITE_OFFS = """
with kept as (
     select 'HX-' || lpad(id::text, 6, '0') as name, voucher_id, amount_fen, 'WRITE_OFF' as kind
       from collection_badwriteoff where state = 'BOOKED'
     union all
     select 'HX-' || lpad(write_off_id::text, 6, '0') || ', returned', voucher_id, amount_fen, 'BAD_DEBT_RETURN'
       from collection_badwriteoffreturn),
     booked as (
     select k.voucher_id, abs(sum(p.credit_fen - p.debit_fen) filter (where a.code like '1122%%')) as fen
       from kept k join receivables_voucher v on v.id = k.voucher_id
       join receivables_posting p on p.id between v.first_posting_id and v.last_posting_id and p.voucher_id = v.id
       join receivables_ledgeraccount a on a.id = p.ledger_account_id group by 1),
     fault as (
     select k.name || ': '
            || case when v.id is null then 'its voucher is missing'
                    when v.kind <> k.kind then 'its voucher is of another kind'
                    else 'of ' || k.amount_fen || ' fen, its voucher says ' || coalesce(b.fen, 0) end as what
       from kept k left join receivables_voucher v on v.id = k.voucher_id
       left join booked b on b.voucher_id = k.voucher_id
      where v.id is null or v.kind <> k.kind or coalesce(b.fen, 0) <> k.amount_fen)
select (select count(*) from kept), count(*), min(what) from fault
"""


def prove_decided_write_offs() -> Finding:
    """Return what the proof of write-offs looked at and found."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_OFFS, {})
        kept, faults, first = cursor.fetchone()
    return Finding("write-offs are in their vouchers", {"kept": int(kept)}, int(faults), first or "")
