"""Accounts below the unified levels: a unit's bookkeeper asks, another person decides."""

from datetime import date, datetime

from dianke.domain.receivables.models import LedgerAccount
from dianke.domain.receivables.operations import chart
from dianke.domain.receivables.queries import chart as queries
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit

_KEEP, _APPROVE = "ledger.keep", "ledger.approve"


@use_case(right=_KEEP)
def propose_account(
    *,
    actor: Actor,
    code: str,
    name: str,
    unit_code: str,
    since_date: date,
    takes_postings: bool,
    reason: str,
    at: datetime,
) -> LedgerAccount:
    """
    Ask for an account of the fourth to sixth level for a unit.

    :raises PermissionRefused: if the unit lies outside those that the actor keeps the books of
    """
    unit = org.get_unit(actor=actor, code=unit_code)
    _require_reach(actor, _KEEP, unit)
    new = chart.NewAccount(
        code=code, name=name, unit=unit, since_date=since_date, takes_postings=takes_postings, reason=reason
    )
    return chart.propose_account(actor=actor, new=new, login=actor.login, at=at)


@use_case(right=_APPROVE)
def approve_account(*, actor: Actor, code: str, at: datetime) -> LedgerAccount:
    """
    Take an account that another person asked for into the chart.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    """
    return _decide(actor, code, is_approved=True, at=at)


@use_case(right=_APPROVE)
def refuse_account(*, actor: Actor, code: str, at: datetime) -> LedgerAccount:
    """
    Refuse an account that another person asked for.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    """
    return _decide(actor, code, is_approved=False, at=at)


@use_case(right=_KEEP)
def end_account(*, actor: Actor, code: str, until_date: date, reason: str) -> LedgerAccount:
    """Let an account of a unit take nothing from a day on."""
    account = queries.get_account(actor=actor, code=code, lock=True)
    if account.unit is not None:
        _require_reach(actor, _KEEP, account.unit)
    return chart.end_account(account=account, until_date=until_date)


def _decide(actor: Actor, code: str, *, is_approved: bool, at: datetime) -> LedgerAccount:
    account = queries.get_account(actor=actor, code=code, lock=True)
    if account.unit is not None:
        _require_reach(actor, _APPROVE, account.unit)
    asked_on = to_shanghai(account.proposed_at).date() if account.proposed_at else None
    require_another_person(actor=actor, operator_login=account.proposed_by, operated_on=asked_on)
    return chart.decide_account(account=account, is_approved=is_approved, login=actor.login, at=at)


def _require_reach(actor: Actor, right: str, unit: Unit) -> None:
    if not actor.may(right, unit.path):
        raise PermissionRefused(field="actor", login=actor.login, right=right)
