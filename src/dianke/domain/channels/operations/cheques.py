"""Cheques: what the bank credits goes from under way to the bank, once; what it returns is reversed as a change."""

from datetime import datetime

from django.db import connection

from dianke.domain.channels.models import ChequeClearing, ShiftEntry, StatementEntry
from dianke.domain.channels.queries import cheques as queries
from dianke.domain.receivables.operations.chart import AccountMap
from dianke.domain.receivables.operations.vouchers import post_voucher
from dianke.domain.receivables.types import NewPosting, NewVoucher, VoucherKind
from dianke.platform.org.scoping import Scope

BANK = "1002.01"
_HOLD = "select pg_advisory_xact_lock(hashtextextended('channels.cheques', 0))"


def hold_cheques() -> None:
    """Hold all cheques until the transaction ends: none is credited while it is taken back, nor twice."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD)


def clear_cheque(
    *, actor: Scope, taking: ShiftEntry, entry: StatementEntry, login: str, at: datetime
) -> ChequeClearing:
    """Book that a booking of the bank is a cheque under way; the caller holds the cheques and found it."""
    unit = taking.shift.unit
    voucher = NewVoucher(
        unit_id=unit.pk,
        kind=VoucherKind.SETTLEMENT,
        source=_name_source(taking),
        summary=f"支票入账 {taking.bank_name} {taking.slip_number} {entry.reference}"[:200],
        occurred_on=entry.booked_on,
        made_by=login,
        made_at=at,
    )
    accounts = AccountMap(actor=actor, on=entry.booked_on)
    sides = [(BANK, taking.amount_fen, 0), (queries.UNDER_WAY, 0, taking.amount_fen)]
    postings = [
        NewPosting(accounts.find(code, unit_path=unit.path), unit.pk, debit_fen=debit, credit_fen=credit)
        for code, debit, credit in sides
    ]
    clearing = ChequeClearing(
        unit=unit,
        taking=taking,
        entry=entry,
        amount_fen=taking.amount_fen,
        voucher_id=post_voucher(actor=actor, voucher=voucher, postings=postings),
        cleared_by=login,
        cleared_at=at,
    )
    clearing.save(force_insert=True)
    return clearing


def unclear_cheque(*, clearing: ChequeClearing, voucher_id: int) -> None:
    """Say that a voucher took back what credited a cheque: it is under way again; the caller holds the cheques."""
    clearing.undone_voucher_id = voucher_id
    clearing.save(update_fields=["undone_voucher_id"])


def _name_source(taking: ShiftEntry) -> str:
    """Return what the voucher is known by; a cheque that is credited again has a number of its own."""
    earlier = queries.count_clearings(taking_id=taking.pk)
    return f"cheque:{taking.pk}" + (f":{earlier}" if earlier else "")
