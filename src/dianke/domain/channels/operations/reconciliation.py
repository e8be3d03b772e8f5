"""Reconciliation: a day is compared as often as need be, its differences are worked on, then it is closed."""

from datetime import date, datetime

from dianke.domain.channels.models import Acquirer, Bank, ReconciliationDay, ReconciliationDifference
from dianke.domain.channels.queries import reconciliation as queries
from dianke.domain.channels.queries.balance import reconcile_balance
from dianke.domain.channels.rules.balance import as_comparison
from dianke.domain.channels.rules.reconciling import BALANCE, Comparison, DayState, DifferenceState, Found, compare
from dianke.domain.receivables.types import Channel
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class DayOutOfState(DomainError):
    """The day is closed, or has open differences."""

    code = "channels.day_out_of_state"
    message = "{day} cannot go on: {reason}"


class DifferenceOutOfState(DomainError):
    """The difference is done with, or nothing says how."""

    code = "channels.difference_out_of_state"
    message = "the difference {reference} cannot be changed: {reason}"


def compare_day(
    *, actor: Scope, bank: Bank, channel: Channel, day: date, login: str, at: datetime
) -> ReconciliationDay:
    """
    Compare a day of a channel with the bank's bookings; differences found before keep owner and note.

    :raises DayOutOfState: if it is closed
    """
    result = compare(
        queries.load_ours(actor=actor, bank=bank, channel=channel, day=day),
        queries.load_theirs(actor=actor, bank=bank, channel=channel, day=day),
    )
    found = _find_day(actor, channel, day, bank=bank) or ReconciliationDay(
        unit=bank.unit, bank=bank, channel=channel.value, day=day
    )
    return _keep(actor, found, result, login, at)


def compare_acquirer_day(*, actor: Scope, acquirer: Acquirer, day: date, login: str, at: datetime) -> ReconciliationDay:
    """
    Compare a day of a gateway or agent with its file; differences found before keep owner and note.

    :raises DayOutOfState: if it is closed
    """
    if acquirer.is_terminal:
        # What it took is in the shifts, what it paid in the statement: money under way compares the two.
        raise DayOutOfState(field="code", day=f"{day}", reason="a card terminal has no files")
    ours, theirs, taken_back = queries.load_sides(acquirer=acquirer, day=day)
    result = compare(ours, theirs, taken_back=taken_back)
    found = _find_day(actor, acquirer.channel, day, acquirer=acquirer) or ReconciliationDay(
        unit=acquirer.unit, acquirer=acquirer, channel=acquirer.channel.value, day=day
    )
    return _keep(actor, found, result, login, at)


def compare_balance(*, actor: Scope, bank: Bank, day: date, login: str, at: datetime) -> ReconciliationDay:
    """
    Hold the balance of a bank account against our books; what explains the difference is work until it is gone.

    :raises DayOutOfState: if it is closed, or no statement says a balance
    """
    balance = reconcile_balance(actor=actor, bank=bank, day=day)
    if balance.closing_fen is None:
        raise DayOutOfState(field="day", day=day.isoformat(), reason="no statement says a balance until then")
    found = _find_day(actor, BALANCE, day, bank=bank) or ReconciliationDay(
        unit=bank.unit, bank=bank, channel=BALANCE, day=day
    )
    return _keep(actor, found, as_comparison(balance), login, at)


def take_difference(*, difference: ReconciliationDifference, login: str) -> ReconciliationDifference:
    """Make somebody the owner of a difference."""
    _require_open(difference)
    difference.owner = login
    difference.save(update_fields=["owner"])
    return difference


def solve_difference(
    *, difference: ReconciliationDifference, note: str, login: str, at: datetime
) -> ReconciliationDifference:
    """
    Say what came of a difference.

    :raises DifferenceOutOfState: if it is done with, or no note says how
    """
    _require_open(difference)
    if not note.strip():
        raise DifferenceOutOfState(field="note", reference=difference.reference, reason="say what came of it")
    difference.state = DifferenceState.SOLVED.value
    difference.note = note.strip()
    difference.solved_by, difference.solved_at = login, at
    difference.owner = difference.owner or login
    difference.save(update_fields=["state", "note", "solved_by", "solved_at", "owner"])
    return difference


def close_day(*, actor: Scope, day: ReconciliationDay, login: str, at: datetime) -> ReconciliationDay:
    """
    Close a day on which nothing is open.

    :raises DayOutOfState: if it is closed, or has open differences
    """
    if day.state == DayState.CLOSED.value:
        raise DayOutOfState(field="day", day=day.day.isoformat(), reason="the day is closed")
    differences = queries.list_differences(actor=actor, day=day)
    if any(one.state in queries.WAITING for one in differences):
        raise DayOutOfState(field="day", day=day.day.isoformat(), reason="it has open differences")
    day.state = DayState.CLOSED.value
    day.closed_by, day.closed_at = login, at
    day.save(update_fields=["state", "closed_by", "closed_at"])
    return day


def _find_day(
    actor: Scope, channel: str, day: date, *, bank: Bank | None = None, acquirer: Acquirer | None = None
) -> ReconciliationDay | None:
    rows = ReconciliationDay.objects.for_actor(actor).select_for_update(of=("self",))
    known: ReconciliationDay | None = rows.filter(bank=bank, acquirer=acquirer, channel=str(channel), day=day).first()
    if known is not None and known.state == DayState.CLOSED.value:
        raise DayOutOfState(field="day", day=day.isoformat(), reason="the day is closed")
    return known


def _keep(actor: Scope, day: ReconciliationDay, result: Comparison, login: str, at: datetime) -> ReconciliationDay:
    day.matched_count = result.matched
    day.ours_fen, day.theirs_fen = result.ours_fen, result.theirs_fen
    day.compared_by, day.compared_at = login, at
    day.save()
    _keep_differences(actor, day, {one.reference: one for one in result.differences})
    return day


def _keep_differences(actor: Scope, day: ReconciliationDay, found: dict[str, Found]) -> None:
    for known in queries.list_differences(actor=actor, day=day):
        now = found.pop(known.reference, None)
        if now is None:
            if known.state in queries.WAITING:
                # Nothing is left to be done to the books about it.
                known.state, known.remedy = DifferenceState.VANISHED.value, ""
                known.save(update_fields=["state", "remedy"])
        elif (known.ours_fen, known.theirs_fen) != (now.ours_fen, now.theirs_fen) or _has_vanished(known):
            # What was solved was another difference: this one is open again.
            known.kind, known.state = now.kind.value, DifferenceState.OPEN.value
            known.ours_fen, known.theirs_fen, known.remedy = now.ours_fen, now.theirs_fen, ""
            known.save(update_fields=["kind", "state", "ours_fen", "theirs_fen", "remedy"])
    for one in found.values():
        ReconciliationDifference(
            day=day, reference=one.reference, kind=one.kind.value, ours_fen=one.ours_fen, theirs_fen=one.theirs_fen
        ).save()


def _has_vanished(known: ReconciliationDifference) -> bool:
    return known.state == DifferenceState.VANISHED.value


def _require_open(difference: ReconciliationDifference) -> None:
    if difference.state != DifferenceState.OPEN.value:
        raise DifferenceOutOfState(field="state", reference=difference.reference, reason="it is done with")
