"""Close days and months of the books; reopening takes two persons and a reason."""

from datetime import date, datetime

from dianke.domain.receivables.models import AccountingPeriod, PeriodReopening
from dianke.domain.receivables.operations import periods
from dianke.domain.receivables.queries import periods as queries
from dianke.domain.receivables.types import PeriodKind
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

_KEEP, _APPROVE = "ledger.keep", "ledger.approve"


@use_case(right=_KEEP)
def close_day(*, actor: Actor, day: date, at: datetime) -> list[AccountingPeriod]:
    """Close a day of the books, and every open day before it."""
    _require_whole_utility(actor, _KEEP)
    return periods.close_day(actor=actor, day=day, login=actor.login, at=at, today=to_shanghai(at).date())


@use_case(right=_KEEP)
def close_month(*, actor: Actor, month: date, at: datetime) -> AccountingPeriod:
    """Close a month of the books."""
    _require_whole_utility(actor, _KEEP)
    return periods.close_month(actor=actor, month=month, login=actor.login, at=at, today=to_shanghai(at).date())


@use_case(right=_KEEP)
def ask_reopening(*, actor: Actor, kind: PeriodKind, start: date, reason: str, at: datetime) -> PeriodReopening:
    """Ask for a closed day or month to be reopened."""
    _require_whole_utility(actor, _KEEP)
    return periods.ask_reopening(actor=actor, kind=kind, start=start, reason=reason, login=actor.login, at=at)


@use_case(right=_KEEP)
def withdraw_reopening(*, actor: Actor, key: int, at: datetime) -> PeriodReopening:
    """Take back a wish to reopen that nobody has decided."""
    wish = queries.get_reopening(actor=actor, key=key, lock=True)
    return periods.withdraw_reopening(wish=wish, login=actor.login, at=at)


@use_case(right=_APPROVE)
def approve_reopening(*, actor: Actor, key: int, at: datetime, reason: str = "") -> PeriodReopening:
    """
    Reopen what another person asked for.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    """
    return _decide(actor, key, is_approved=True, reason=reason, at=at)


@use_case(right=_APPROVE)
def refuse_reopening(*, actor: Actor, key: int, at: datetime, reason: str) -> PeriodReopening:
    """
    Refuse to reopen what another person asked for.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    """
    return _decide(actor, key, is_approved=False, reason=reason, at=at)


def _decide(actor: Actor, key: int, *, is_approved: bool, reason: str, at: datetime) -> PeriodReopening:
    _require_whole_utility(actor, _APPROVE)
    wish = queries.get_reopening(actor=actor, key=key, lock=True)
    require_another_person(actor=actor, operator_login=wish.asked_by, operated_on=to_shanghai(wish.asked_at).date())
    return periods.decide_reopening(
        actor=actor, wish=wish, is_approved=is_approved, reason=reason, login=actor.login, at=at
    )


def _require_whole_utility(actor: Actor, right: str) -> None:
    """The days of the books are those of the whole utility: who keeps a part of it cannot close them."""
    utility = org.get_utility(actor=actor)
    if utility is not None and not actor.may(right, utility.path):
        raise PermissionRefused(field="actor", login=actor.login, right=right)
