"""Close days and months, and reopen them by two persons; find the day that business is booked on."""

from datetime import date, datetime

from django.db import IntegrityError, connection, transaction

from dianke.domain.receivables.models import AccountingPeriod, PeriodReopening
from dianke.domain.receivables.queries import periods as queries
from dianke.domain.receivables.rules import periods as rules
from dianke.domain.receivables.types import PeriodKind, PeriodState, ReopeningState
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

_LOCK = 7210


class PeriodClosed(DomainError):
    """A day or its month is closed and takes no postings."""

    code = "receivables.period_closed"
    message = "{day} is closed; it takes no postings until it is reopened by two persons"


class UnableToClose(DomainError):
    """A day or month cannot be closed now."""

    code = "receivables.unable_to_close"
    message = "{period} cannot be closed: {reason}"


class UnableToReopen(DomainError):
    """A day or month cannot be reopened, or the wish to is settled already."""

    code = "receivables.unable_to_reopen"
    message = "{period} cannot be reopened: {reason}"


def find_booking_day(*, actor: Scope, occurred_on: date) -> date:
    """Return the day that what happened on a day is booked on, and hold the books open until the transaction ends."""
    _lock(shared=True)
    return rules.find_booking_day(queries.get_books(actor=actor), occurred_on=occurred_on)


def require_open(*, actor: Scope, day: date) -> None:
    """
    Refuse a day that is closed, and hold the books open until the transaction ends.

    :raises PeriodClosed: if the day or its month is closed
    """
    _lock(shared=True)
    if not rules.is_open(queries.get_books(actor=actor), day):
        raise PeriodClosed(field="booked_on", day=day.isoformat())


def close_day(*, actor: Scope, day: date, login: str, at: datetime, today: date) -> list[AccountingPeriod]:
    """
    Close a day, and every open day before it; their sums are folded and what they came to is kept.

    :raises UnableToClose: if it is not over, or closed already
    """
    _lock()
    books = queries.get_books(actor=actor)
    if reason := rules.find_day_obstacle(books, day=day, today=today):
        raise UnableToClose(field="day", period=day.isoformat(), reason=reason)
    first_day = queries.find_first_day(actor=actor) or day
    days = rules.list_days_to_close(books, day=day, first_day=first_day)
    _fold_sums(days[0], days[-1])
    return _close(actor, PeriodKind.DAY, days, login, at)


def close_month(*, actor: Scope, month: date, login: str, at: datetime, today: date) -> AccountingPeriod:
    """
    Close a month whose days are all closed.

    :raises UnableToClose: if it is not over, has open days, or a month before it with postings is open
    """
    _lock()
    start = rules.start_of_month(month)
    reason = rules.find_month_obstacle(
        queries.get_books(actor=actor),
        month=start,
        today=today,
        months_with_postings=queries.list_months_with_postings(actor=actor),
    )
    if reason:
        raise UnableToClose(field="month", period=f"{start:%Y-%m}", reason=reason)
    (period,) = _close(actor, PeriodKind.MONTH, [start], login, at)
    return period


def ask_reopening(
    *, actor: Scope, kind: PeriodKind, start: date, reason: str, login: str, at: datetime
) -> PeriodReopening:
    """
    Ask for a closed day or month to be reopened.

    :raises UnableToReopen: if no reason is given, it is not closed, or is asked for already
    """
    named = _name(kind, start)
    if not reason.strip():
        raise UnableToReopen(field="reason", period=named, reason="reason_missing")
    obstacle = _find_obstacle(actor, kind, start)
    period = queries.find_period(actor=actor, kind=kind, start=start)
    if obstacle or period is None:
        raise UnableToReopen(field="period", period=named, reason=obstacle or "not_closed")
    try:
        with transaction.atomic():
            wish = PeriodReopening(period=period, reason=reason.strip()[:300], asked_by=login, asked_at=at)
            wish.save(force_insert=True)
    except IntegrityError as error:
        raise UnableToReopen(field="period", period=named, reason="asked_already") from error
    return wish


def decide_reopening(
    *, actor: Scope, wish: PeriodReopening, is_approved: bool, reason: str, login: str, at: datetime
) -> PeriodReopening:
    """
    Approve or refuse what somebody else asked for; an approved period takes postings again from now on.

    :raises UnableToReopen: if it was decided already, or the period can no longer be reopened
    """
    period = wish.period
    kind = PeriodKind(period.kind)
    if wish.state != ReopeningState.ASKED.value:
        raise UnableToReopen(field="period", period=str(period), reason="decided_already")
    if is_approved:
        _lock()
        if obstacle := _find_obstacle(actor, kind, period.start_date):
            raise UnableToReopen(field="period", period=str(period), reason=obstacle)
        period.state = PeriodState.REOPENED.value
        period.save(update_fields=["state"])
    elif not reason.strip():
        raise UnableToReopen(field="reason", period=str(period), reason="reason_missing")
    wish.state = (ReopeningState.APPROVED if is_approved else ReopeningState.REFUSED).value
    _settle(wish, login=login, reason=reason, at=at)
    return wish


def withdraw_reopening(*, wish: PeriodReopening, login: str, at: datetime) -> PeriodReopening:
    """
    Take back what nobody has decided yet.

    :raises UnableToReopen: if it was decided already, or another person asked
    """
    if wish.state != ReopeningState.ASKED.value:
        raise UnableToReopen(field="period", period=str(wish.period), reason="decided_already")
    if wish.asked_by != login:
        raise UnableToReopen(field="period", period=str(wish.period), reason="asked_by_another")
    wish.state = ReopeningState.WITHDRAWN.value
    _settle(wish, login=login, reason="", at=at)
    return wish


def _settle(wish: PeriodReopening, *, login: str, reason: str, at: datetime) -> None:
    wish.decided_by, wish.decided_at, wish.decision_reason = login, at, reason.strip()[:300]
    wish.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])


def _find_obstacle(actor: Scope, kind: PeriodKind, start: date) -> str:
    books = queries.get_books(actor=actor)
    return rules.find_reopening_obstacle(books, start=start, is_month=kind is PeriodKind.MONTH)


def _name(kind: PeriodKind, start: date) -> str:
    return f"{start:%Y-%m}" if kind is PeriodKind.MONTH else start.isoformat()


def _close(actor: Scope, kind: PeriodKind, starts: list[date], login: str, at: datetime) -> list[AccountingPeriod]:
    totals = queries.compute_totals(kind=kind, first=starts[0], last=starts[-1])
    known = {
        period.start_date: period
        for period in AccountingPeriod.objects.for_actor(actor).filter(kind=kind.value, start_date__in=starts)
    }
    closed = []
    for start in starts:
        period = known.get(start) or AccountingPeriod(kind=kind.value, start_date=start)
        found = totals.get(start, queries.NOTHING)
        period.state, period.closed_by, period.closed_at = PeriodState.CLOSED.value, login, at
        period.voucher_count, period.posting_count = found.voucher_count, found.posting_count
        period.debit_fen, period.digest = found.debit_fen, found.digest
        period.save()
        closed.append(period)
    return closed


def _fold_sums(first: date, last: date) -> None:
    """Put the sums that every statement left into one row each; nobody adds to them while the books are locked."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with gone as (delete from receivables_dailysum where booked_on between %s and %s returning *)
            insert into receivables_dailysum (booked_on, unit_id, ledger_account_id, usage_class, for_year,
                   debit_fen, credit_fen, posting_count)
            select booked_on, unit_id, ledger_account_id, usage_class, for_year,
                   sum(debit_fen), sum(credit_fen), sum(posting_count) from gone group by 1, 2, 3, 4, 5
            """,
            [first, last],
        )


def _lock(*, shared: bool = False) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"select pg_advisory_xact_lock{'_shared' if shared else ''}(%s)", [_LOCK])
