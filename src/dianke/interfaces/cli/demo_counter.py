"""A week at the counters of the demo utility, carried out by its cashiers."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from dianke.application import counter
from dianke.application.demo_utility import counter_week as week
from dianke.application.demo_utility.counter_week import BillPaid, CounterDay
from dianke.domain.channels.models import Shift
from dianke.domain.channels.queries import shifts
from dianke.domain.channels.rules.shifts import list_faces
from dianke.domain.customers import queries as customers
from dianke.domain.receivables.queries.debts import get_position
from dianke.domain.receivables.types import Tender
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor

_NOTE_FEN = 10_000


def is_due(*, actor: Actor) -> bool:
    """Tell whether the days before wait to be lived: not in a demo that was founded before it had cashiers."""
    logins = {staff.login for staff in identity.list_staff(actor=actor)}
    return set(week.UNITS) <= logins and not Shift.objects.for_actor(actor).exists()


def is_today_due(*, actor: Actor, at: datetime) -> bool:
    """Tell whether the days before are there and nothing since."""
    return int(Shift.objects.for_actor(actor).count()) == sum(1 for _day in week.list_days(at.date()))


@transaction.atomic
def take_days_before(*, at: datetime) -> None:
    """Take what was paid ahead on the days before, each in a shift that is counted and closed."""
    for day in week.list_days(at.date()):
        _live(day)


@transaction.atomic
def take_today(*, at: datetime) -> None:
    """Let bills be paid on the day of issue; one shift stays open, the other's difference waits for a second person."""
    _take_bills(_open(week.TOWN, at), week.list_paid_today(week.TOWN), at)
    _take_unknown(at)
    east = _open(week.EAST, at)
    _take_bills(east, week.list_paid_today(week.EAST), at)
    _count(_find_cashier(week.EAST, at), east, week.SHORT_FEN, week.SHORT_BECAUSE, at)


def _live(day: CounterDay) -> None:
    cashier, shift = _find_cashier(day.cashier, day.at), _open(day.cashier, day.at)
    for serial, one in enumerate(day.payments, 1):
        counter.take_payment(
            actor=cashier,
            shift_number=shift.number,
            serial=serial,
            account_number=one.account_number,
            amount_fen=one.amount_fen,
            tender=one.tender,
            slip_number=one.slip_number,
            at=day.at + timedelta(minutes=17 * serial),
        )
    evening = day.at.replace(hour=17, minute=30)
    closed = _count(cashier, shift, day.short_fen, "尾数少五角，备查" if day.short_fen else "", evening)
    counter.hand_over_cash(
        actor=cashier,
        shift_number=shift.number,
        amount_fen=shifts.compute_undeposited(actor=cashier, shift=closed),
        slip_number=day.deposit_slip,
        deposited_on=day.at.date(),
        at=evening,
    )


def _open(login: str, at: datetime) -> Shift:
    return counter.open_shift(
        actor=_find_cashier(login, at), unit_code=week.UNITS[login], float_fen=week.FLOAT_FEN, at=at
    )


def _take_bills(shift: Shift, bills: Sequence[BillPaid], at: datetime) -> None:
    cashier = _find_cashier(shift.cashier, at)
    for one in bills:
        amount = _find_owed(cashier, one, at)
        if not amount:
            continue
        taken = counter.take_payment(
            actor=cashier,
            shift_number=shift.number,
            serial=shifts.get_next_serial(actor=cashier, shift=shift),
            account_number=one.account_number,
            amount_fen=amount,
            tender=one.tender,
            tendered_fen=-(-amount // _NOTE_FEN) * _NOTE_FEN if one.tender is Tender.CASH else None,
            slip_number=one.slip_number,
            bank_name=one.bank_name,
            at=at,
        )
        if one.returned_because:
            counter.return_payment(actor=cashier, number=taken.received.number, reason=one.returned_because, at=at)


def _take_unknown(at: datetime) -> None:
    cashier = _find_cashier(week.TOWN, at)
    shift = shifts.find_open_shift(actor=cashier, cashier=cashier.login)
    if shift is not None:
        counter.take_payment(
            actor=cashier,
            shift_number=shift.number,
            serial=shifts.get_next_serial(actor=cashier, shift=shift),
            account_number="",
            amount_fen=week.UNKNOWN_FEN,
            tender=Tender.CASH,
            summary=week.UNKNOWN_NOTE,
            at=at,
        )


def _count(cashier: Actor, shift: Shift, short_fen: int, explanation: str, at: datetime) -> Shift:
    left = shifts.compute_drawer(actor=cashier, shift=shift).expected_fen - short_fen
    pieces = {}
    for face in list_faces(on=at.date()):
        pieces[face], left = divmod(left, face)
    return counter.count_cash(actor=cashier, shift_number=shift.number, pieces=pieces, explanation=explanation, at=at)


def _find_owed(cashier: Actor, paid: BillPaid, at: datetime) -> int:
    account = customers.get_account(actor=cashier, number=paid.account_number)
    if account is None:
        return 0
    owed = get_position(actor=cashier, customer_account_id=account.pk, on=at.date()).owed_fen
    return owed * paid.share[0] // paid.share[1]


def _find_cashier(login: str, at: datetime) -> Actor:
    return identity.get_actor(login=login, on=at.date(), origin="cli")
