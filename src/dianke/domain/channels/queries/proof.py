"""
The proof of channels: cash, money under way and what the bank holds come to what shifts, slips and bookings say.

Each is one statement, which sees one state of the database; see `receivables.queries.proof`.
"""

from datetime import date
from typing import Any

from django.db import connection

from dianke.domain.channels.queries.balance import KEYED
from dianke.domain.receivables.rules.allocation import find_money_code
from dianke.domain.receivables.types import Channel, Finding, Tender

UNDER_WAY, CHEQUES = "1012.02", "1012.01"

# A unit's cash is what its shifts took and gave back, with what counts found, less what went to the bank.
_CASH = """
with posted as (
     select p.unit_id, sum(p.debit_fen - p.credit_fen) as fen
       from receivables_posting p join receivables_ledgeraccount a on a.id = p.ledger_account_id
      where a.code = '1001.01' or a.code like '1001.01.%%' group by 1),
     drawer as (
     select unit_id, sum(fen) as fen from (
            select s.unit_id, e.amount_fen as fen from channels_shiftentry e
              join channels_shift s on s.id = e.shift_id where e.tender = 'CASH'
             union all select unit_id, difference_fen from channels_shift where voucher_id is not null
             union all select unit_id, -amount_fen from channels_cashdeposit) k group by 1),
     fault as (
     select 'unit ' || coalesce(p.unit_id, d.unit_id) || ': cash of ' || coalesce(p.fen, 0)
            || ' fen in the books, drawers and slips say ' || coalesce(d.fen, 0) as what
       from posted p full join drawer d on d.unit_id = p.unit_id where coalesce(p.fen, 0) <> coalesce(d.fen, 0))
select (select count(*) from channels_shift), (select coalesce(sum(fen), 0) from posted), count(*), min(what)
  from fault
"""
# Cheques that the counters took and nobody took back, less what the bank credited.
_CHEQUES = """
with posted as (
     select p.unit_id, sum(p.debit_fen - p.credit_fen) as fen
       from receivables_posting p join receivables_ledgeraccount a on a.id = p.ledger_account_id
      where a.code = %(cheques)s or a.code like %(cheques)s || '.%%' group by 1),
     under_way as (
     select unit_id, sum(fen) as fen from (
            select s.unit_id, e.amount_fen as fen from channels_shiftentry e
              join channels_shift s on s.id = e.shift_id
             where e.tender = 'CHEQUE' and e.kind = 'TAKEN' and not exists (
                   select from receivables_paymentevent v where v.payment_id = e.payment_id and v.kind = 'REVERSED')
             union all
            select unit_id, -amount_fen from channels_chequeclearing where undone_voucher_id is null) k group by 1),
     fault as (
     select 'unit ' || coalesce(p.unit_id, u.unit_id) || ': cheques of ' || coalesce(p.fen, 0)
            || ' fen under way in the books, counters and the bank say ' || coalesce(u.fen, 0) as what
       from posted p full join under_way u on u.unit_id = p.unit_id where coalesce(p.fen, 0) <> coalesce(u.fen, 0))
select (select count(*) from channels_chequeclearing), (select coalesce(sum(fen), 0) from posted), count(*), min(what)
  from fault
"""
# What gateways, agents and card terminals took and nobody took back, less what they settled.
_UNDER_WAY = """
with posted as (
     select coalesce(sum(p.debit_fen - p.credit_fen), 0) as fen
       from receivables_posting p join receivables_ledgeraccount a on a.id = p.ledger_account_id
      where a.code = %(under_way)s or a.code like %(under_way)s || '.%%'),
     took as (
     select coalesce(sum(m.amount_fen), 0) as fen
       from receivables_payment m join unnest(%(channels)s::text[], %(tenders)s::text[]) as w (channel, tender)
         on w.channel = m.channel and w.tender = m.tender
      where not exists (
            select from receivables_paymentevent v where v.payment_id = m.id and v.kind = 'REVERSED')),
     settled as (
     select count(*) as n, coalesce(sum(gross_fen), 0) as fen from channels_acquirersettlement
      where undone_voucher_id is null)
select (select n from settled), p.fen, (p.fen <> t.fen - s.fen)::int,
       case when p.fen <> t.fen - s.fen
            then p.fen || ' fen under way in the books, ' || t.fen || ' were taken and ' || s.fen || ' settled' end
  from posted p, took t, settled s
"""
# What a channel keeps stands in its voucher with its amount.
_VOUCHERS = """
with kept as (
     select 'slip ' || slip_number as name, voucher_id, amount_fen as fen, 'CASH_DEPOSIT' as kind
       from channels_cashdeposit
     union all
     select 'cash count of shift ' || number, voucher_id, abs(difference_fen), 'CASH_COUNT' from channels_shift
      where voucher_id is not null
     union all
     select 'settlement ' || id, voucher_id, gross_fen, 'SETTLEMENT' from channels_acquirersettlement
     union all
     select 'cheque of entry ' || taking_id, voucher_id, amount_fen, 'SETTLEMENT' from channels_chequeclearing
     union all
     select 'booking ' || reference, voucher_id, -amount_fen, 'BANK_ENTRY' from channels_statemententry
      where voucher_id is not null
     union all
     select 'undone settlement ' || id, undone_voucher_id, -gross_fen, 'BANK_ENTRY' from channels_acquirersettlement
      where undone_voucher_id is not null
     union all
     select 'undone cheque of entry ' || taking_id, undone_voucher_id, -amount_fen, 'BANK_ENTRY'
       from channels_chequeclearing where undone_voucher_id is not null),
     fault as (
     select k.name || ': '
            || case when v.id is null then 'its voucher is missing'
                    when v.kind <> k.kind then 'its voucher is of another kind'
                    else 'of ' || k.fen || ' fen, its voucher says ' || v.amount_fen end as what
       from kept k left join receivables_voucher v on v.id = k.voucher_id
      where v.id is null or v.kind <> k.kind or v.amount_fen <> k.fen)
select (select count(*) from kept), count(*), min(what) from fault
"""
# A difference that a shift closed with is in the books, and nothing of it is where there was none.
_COUNTS = """
select count(*), count(*) filter (where is_off), min('shift ' || number || ': a difference of ' || difference_fen
       || ' fen without a voucher') filter (where is_off)
  from (select number, difference_fen,
               state = 'CLOSED' and difference_fen <> 0 and voucher_id is null as is_off from channels_shift) s
"""
# Every posting on the account of the bank says what the bank knows it by; every booking of the bank is in the books.
_EXPLAINED = """,
     booked as (select key, sum(fen) as fen from ours group by key),
     fault as (
     select 'voucher ' || coalesce(number, '?') || ': ' || fen || ' fen at the bank that nothing explains' as what
       from ours where key is null
      union all
     select 'booking ' || e.reference || ': of ' || e.amount_fen || ' fen, in the books with ' || coalesce(b.fen, 0)
       from channels_statemententry e left join booked b on b.key = 'entry:' || e.id
      where e.state in ('CLEARED', 'HONOURED', 'CHARGED', 'BOUNCED', 'ELSEWHERE') and e.booked_on <= %(day)s
        and (e.state <> 'ELSEWHERE' or e.voucher_id is not null) and coalesce(b.fen, 0) <> e.amount_fen
      union all
     select 'booking ' || e.reference || ': waits without being in the books'
       from channels_statemententry e left join booked b on b.key = 'entry:' || e.id
      where e.state = 'SUSPENSE' and e.booked_on <= %(day)s and b.key is null)
select (select count(*) from channels_statemententry), (select coalesce(sum(fen), 0) from ours), count(*), min(what)
  from fault
"""
_BANK = KEYED + _EXPLAINED
_EVER = date(9999, 1, 1)


def prove_channels() -> list[Finding]:
    """Return what each proof of channels looked at and found."""
    return [_prove_cash(), _prove_cheques(), _prove_under_way(), _prove_vouchers(), _prove_bank()]


def _prove_cash() -> Finding:
    shifts, fen, faults, first = _ask(_CASH)
    closed, uncounted, first_count = _ask(_COUNTS)
    return Finding(
        "cash is in drawers or went to the bank",
        {"shifts": int(shifts or closed), "cash_fen": int(fen)},
        int(faults) + int(uncounted),
        first or first_count or "",
    )


def _prove_cheques() -> Finding:
    cleared, fen, faults, first = _ask(_CHEQUES, {"cheques": CHEQUES})
    return Finding(
        "cheques are under way or credited", {"cheques": int(cleared), "under_way_fen": int(fen)}, int(faults),
        first or "",
    )  # fmt: skip


def _prove_under_way() -> Finding:
    ways = [(one, tender) for one in Channel for tender in Tender if _is_under_way(one, tender)]
    keys = {
        "under_way": UNDER_WAY,
        "channels": [one.value for one, _tender in ways],
        "tenders": [tender.value for _one, tender in ways],
    }
    settled, fen, faults, first = _ask(_UNDER_WAY, keys)
    counts = {"settlements": int(settled), "under_way_fen": int(fen)}
    return Finding("money under way is what is not settled", counts, int(faults), first or "")


def _prove_vouchers() -> Finding:
    kept, faults, first = _ask(_VOUCHERS)
    return Finding("slips, counts and settlements are booked", {"kept": int(kept)}, int(faults), first or "")


def _prove_bank() -> Finding:
    entries, fen, faults, first = _ask(_BANK, {"day": _EVER})
    counts = {"bookings": int(entries), "bank_fen": int(fen)}
    return Finding("the bank's account is explained", counts, int(faults), first or "")


def _is_under_way(channel: Channel, tender: Tender) -> bool:
    return find_money_code(channel=channel, tender=tender) == UNDER_WAY


def _ask(statement: str, keys: dict[str, Any] | None = None) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, keys or {})
        row: tuple[Any, ...] = cursor.fetchone()
        return row
