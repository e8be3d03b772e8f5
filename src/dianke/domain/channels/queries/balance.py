"""
Reads of the reconciliation of a bank account (银行余额调节表): our books, its statements, and what lies between them.

Every posting on the account of the chart is brought to what the bank knows it by: a booking, a batch of withholding, a
slip of cash, a claim. What carries one key on both sides is compared as a whole, in one statement of the database.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Sum

from dianke.domain.channels.models import Bank, BankStatement, EntryState, StatementEntry
from dianke.domain.channels.queries.statements import filter_entries
from dianke.domain.channels.rules.balance import Balance, Item, Lines, StatementBalances, reconcile
from dianke.platform.identity.types import Actor
from dianke.platform.org.queries import list_units
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("reconciling an account at a bank")

# Postings and bookings of the bank by key. A claim's key is its own, so that paid out, given back and paid anew meet.
KEYED = """
with account as materialized (
     select id from receivables_ledgeraccount where code = '1002.01' or code like '1002.01.%%'),
     posted as materialized (
     select p.voucher_id, p.unit_id, min(p.booked_on) as day, sum(p.debit_fen - p.credit_fen)::bigint as fen
       from receivables_posting p
      where p.ledger_account_id in (select id from account) and p.booked_on <= %(day)s group by 1, 2),
     paid as materialized (
     select w.voucher_id, m.id, m.channel, m.external_number
       from (select voucher_id, id as payment_id from receivables_payment
              union all select voucher_id, payment_id from receivables_paymentevent) w
       join receivables_payment m on m.id = w.payment_id),
     brought as materialized (
     select payment_id, id as entry_id from channels_statemententry where payment_id is not null
      union
     select payment_id, coalesce(came_by_id, entry_id) from channels_matchundo
      where payment_id is not null and state = 'APPROVED'),
     ours as materialized (
     select q.unit_id, q.day, q.fen, v.number, v.summary,
            case when m.channel = 'TRANSFER' then 'entry:' || b.entry_id
                 when m.channel = 'BANK_WITHHOLDING' then 'batch:' || split_part(m.external_number, '/', 1)
                 when m.id is not null then null
                 when v.source like 'bank:%%' or v.source like 'settlement:%%'
                 then 'entry:' || split_part(v.source, ':', 2)
                 when v.source like 'cheque:%%' then 'entry:' || c.entry_id
                 when v.source like 'claim:%%' then 'claim:' || split_part(v.source, ':', 2)
                 when d.id is not null then 'slip:' || d.slip_number || ':' || d.amount_fen end as key
       from posted q
       left join receivables_voucher v on v.id = q.voucher_id
       left join paid m on m.voucher_id = q.voucher_id
       left join brought b on b.payment_id = m.id
       left join channels_chequeclearing c on c.voucher_id = q.voucher_id
       left join channels_cashdeposit d on d.voucher_id = q.voucher_id),
     line as materialized (
     select e.bank_id, e.booked_on as day, e.amount_fen as fen,
            case when e.state = 'SETTLED' then 'batch:' || e.target
                 when e.state = 'RETURNED' and e.amount_fen < 0 and e.gives_back_id is not null
                 then 'entry:' || e.gives_back_id
                 when e.state = 'RETURNED' and e.amount_fen < 0 then 'batch:' || split_part(e.target, '/', 1)
                 when e.state = 'DEPOSITED' then 'slip:' || e.target || ':' || e.amount_fen
                 when e.state = 'CLAIMED' then 'claim:' || ltrim(substr(e.target, 4), '0')
                 else 'entry:' || e.id end as key
       from channels_statemententry e where e.booked_on <= %(day)s),
     home as materialized (
     select key, min(bank_id) as bank_id from (
            select 'batch:' || number as key, bank_id from channels_withholdingbatch
             union all select 'entry:' || id, bank_id from channels_statemententry
             union all select key, bank_id from line where key like 'slip:%%' or key like 'claim:%%') k group by key)
"""
_PAIRS = """,
     sides as (
     select h.bank_id, coalesce(o.key, 'voucher:' || o.number) as key, o.unit_id, o.day, o.fen as ours, 0 as theirs,
            o.number, o.summary
       from ours o left join home h on h.key = o.key
      union all
     select l.bank_id, l.key, null, l.day, 0, l.fen, null, null from line l),
     pair as (
     select bank_id, key, min(unit_id) as unit_id, min(day) as day, sum(ours)::bigint as ours,
            sum(theirs)::bigint as theirs, min(number) as number, min(summary) as summary
       from sides group by bank_id, key)
"""
_OF_BANK = "select coalesce(sum(ours), 0)::bigint from pair where bank_id = %(bank)s"
_OFF = """
select key, day, ours, theirs, coalesce(number, ''), coalesce(summary, '') from pair
 where ours <> theirs and (bank_id = %(bank)s or (bank_id is null and unit_id = any(%(units)s) and %(is_homeless)s))
   and (bank_id is not null) = not %(is_homeless)s
 order by day, key limit %(most)s
"""
_TOTAL, _ITEMS = KEYED + _PAIRS + _OF_BANK, KEYED + _PAIRS + _OFF
# So many items are shown; an account with more has another trouble than one of them.
_MOST_ITEMS = 2_000


def reconcile_balance(*, actor: Scope, bank: Bank, day: date) -> Balance:
    """Return the reconciliation of an account of ours at the end of a day; all of it, whoever may see which unit."""
    keys: dict[str, Any] = {"bank": bank.pk, "day": day, "units": [], "most": _MOST_ITEMS, "is_homeless": False}
    with connection.cursor() as cursor:
        cursor.execute(_TOTAL, keys)
        ours_fen = int(cursor.fetchone()[0])
        cursor.execute(_ITEMS, keys)
        items = _name_items(actor, cursor.fetchall())
    return reconcile(
        day=day,
        ours_fen=ours_fen,
        lines=_load_lines(bank, day),
        statements=_list_statements(bank, day),
        items=items,
    )


def list_homeless(*, actor: Scope, day: date) -> list[Item]:
    """Return what units of the actor booked of which no bank has told yet where: cash on its way, payouts."""
    units = [unit.pk for unit in list_units(actor=actor)]
    keys: dict[str, Any] = {"bank": 0, "day": day, "units": units, "most": _MOST_ITEMS, "is_homeless": True}
    with connection.cursor() as cursor:
        cursor.execute(_ITEMS, keys)
        return _name_items(actor, cursor.fetchall())


def _name_items(actor: Scope, rows: Sequence[tuple[Any, ...]]) -> list[Item]:
    keys = [int(key[6:]) for key, *_rest in rows if key.startswith("entry:")]
    entries = {one.pk: one for one in filter_entries(actor=_SYSTEM).filter(pk__in=keys)}
    found = []
    for key, day, ours, theirs, number, summary in rows:
        entry = entries.get(int(key[6:])) if key.startswith("entry:") else None
        found.append(
            Item(
                key=key,
                name=entry.reference if entry else key.partition(":")[2],
                day=day,
                ours_fen=int(ours),
                theirs_fen=int(theirs),
                voucher_number=number,
                text=summary or (entry.remittance or entry.counterparty if entry else ""),
            )
        )
    return found


def _list_statements(bank: Bank, day: date) -> list[StatementBalances]:
    """Return the statements of an account until a day that say a balance, with their lines until then."""
    rows = BankStatement.objects.for_actor(_SYSTEM).filter(bank=bank, first_day__isnull=False, first_day__lte=day)
    told = rows.exclude(opening_fen=None).exclude(closing_fen=None).order_by("first_day", "last_day", "id")
    return [
        StatementBalances(one.number or one.file_name, one.first_day, one.last_day, one.opening_fen, one.closing_fen)
        for one in told
        if one.first_day is not None and one.last_day is not None
    ]


def _load_lines(bank: Bank, day: date) -> Lines:
    rows = StatementEntry.objects.for_actor(_SYSTEM).filter(bank=bank, booked_on__lte=day)
    by_day = rows.values_list("booked_on").annotate(fen=Sum("amount_fen")).order_by("booked_on")
    return Lines([(on, int(fen)) for on, fen in by_day])


def find_last_day(*, bank: Bank) -> date | None:
    """Return the last day that a booking of an account is of, or None without one."""
    rows = StatementEntry.objects.for_actor(_SYSTEM).filter(bank=bank).order_by("-booked_on")
    found: date | None = rows.values_list("booked_on", flat=True).first()
    return found


def count_waiting(*, actor: Scope, bank: Bank, day: date) -> int:
    """Return how many bookings until a day nobody knows yet."""
    waiting = [EntryState.OPEN.value, EntryState.SUSPENSE.value]
    return int(filter_entries(actor=actor).filter(bank=bank, booked_on__lte=day, state__in=waiting).count())
