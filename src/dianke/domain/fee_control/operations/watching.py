"""What a night does to the states of accounts: balances carried over, rungs taken, customers told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.fee_control.models import ControlledAccount
from dianke.domain.fee_control.operations.telling import tell
from dianke.domain.fee_control.queries.facts import load_told
from dianke.domain.fee_control.queries.policies import get_policy
from dianke.domain.fee_control.rules.states import find_next_state
from dianke.domain.fee_control.types import ControlState, NoticeKind, Thresholds
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("watching balances")
_CHUNK = 50_000
_SUPPLIED = [
    ControlState.NORMAL.value, ControlState.NOTICE.value, ControlState.WARNED.value, ControlState.TO_DISCONNECT.value,
]  # fmt: skip
# The estimates of the day stand beside the states; a new account begins as NORMAL.
_CARRY = """
insert into fee_control_controlledaccount as c (unit_id, account_id, agreement_id, state, since_at, estimated_on,
       last_reading_date, balance_fen, days_left)
select e.unit_id, e.account_id, e.agreement_id, 'NORMAL', %(at)s, e.estimated_on, e.last_reading_date, e.balance_fen,
       case when e.balance_fen <= a.stop_fen then 0
            when e.daily_fen > 0 then least((e.balance_fen - a.stop_fen) / e.daily_fen, 9999) end
  from fee_control_dailyestimate e join fee_control_controlagreement a on a.id = e.agreement_id
 where e.estimated_on = %(on)s
    on conflict (account_id) do update
   set unit_id = excluded.unit_id, agreement_id = excluded.agreement_id, estimated_on = excluded.estimated_on,
       last_reading_date = excluded.last_reading_date, balance_fen = excluded.balance_fen,
       days_left = excluded.days_left
 where c.estimated_on is distinct from excluded.estimated_on
"""
# Agreements that ended let go of who has supply; who is cut off keeps the one they were cut off by.
_LET_GO = """
delete from fee_control_controlledaccount c
 where c.state in ('NORMAL', 'NOTICE', 'WARNED')
   and not exists (select from fee_control_controlagreement a
                    where a.account_id = c.account_id and a.state = 'APPROVED'
                      and (upper(a.period) is null or upper(a.period) > %(on)s))
"""
_STATES = """
select c.account_id, c.state, c.balance_fen, a.notice_fen, a.warning_fen, a.stop_fen
  from fee_control_controlledaccount c join fee_control_controlagreement a on a.id = c.agreement_id
 where c.account_id > %(after)s and c.state = any(%(states)s) and c.estimated_on = %(on)s
 order by c.account_id limit %(limit)s
"""


@dataclass
class Watched:
    """What a night came to."""

    carried: int = 0
    told: int = 0
    warned: int = 0
    to_disconnect: int = 0
    recovered: int = 0


@dataclass(frozen=True, slots=True)
class _Row:
    account_id: int
    state: ControlState
    balance_fen: int
    thresholds: Thresholds


def watch(*, on: date, at: datetime) -> Watched:
    """Carry the estimates of a day to the states of accounts, and tell those whose state asks for it."""
    watched = Watched(carried=carry(on=on, at=at))
    after = 0
    while rows := _list_states(on, after):
        after = rows[-1].account_id
        _watch_some(rows, at, watched)
    return watched


def carry(*, on: date, at: datetime) -> int:
    """Put the estimates of a day beside the states of accounts, let go of whose agreement ended; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_CARRY, {"on": on, "at": at})
        carried = cursor.rowcount
        cursor.execute(_LET_GO, {"on": on})
    return int(carried)


def move(*, account_id: int, state: ControlState, at: datetime, before: ControlState | None = None) -> bool:
    """
    Set how far an account is, and tell whether that changed it; what it was warned of counts while it stays down.

    :param before: leave it alone where it is not there any more
    """
    rows = ControlledAccount.objects.for_actor(_SYSTEM).filter(account_id=account_id)
    if before is not None:
        rows = rows.filter(state=before.value)
    fields: dict[str, object] = {"state": state.value, "since_at": at}
    if state is ControlState.WARNED:
        fields["warned_at"] = at
    elif state in {ControlState.NORMAL, ControlState.NOTICE}:
        fields["warned_at"] = None
    return bool(rows.exclude(state=state.value).update(**fields))


def mark(*, account: CustomerAccount, state: ControlState, at: datetime) -> None:
    """Set how far an account is, of which there may be no agreement: it is cut off for a debt."""
    row = ControlledAccount(unit=account.unit, account=account, state=state.value, since_at=at)
    ControlledAccount.objects.bulk_create([row], ignore_conflicts=True)
    move(account_id=account.pk, state=state, at=at)


def _list_states(on: date, after: int) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(_STATES, {"on": on, "after": after, "states": _SUPPLIED, "limit": _CHUNK})
        return [
            _Row(key, ControlState(state), balance, Thresholds(*limits))
            for key, state, balance, *limits in cursor.fetchall()
        ]


def _watch_some(rows: Sequence[_Row], at: datetime, watched: Watched) -> None:
    policy = get_policy(on=to_shanghai(at).date())
    warned = load_told(account_ids=[one.account_id for one in rows if one.state is ControlState.WARNED])
    since = timedelta(hours=policy.balance.warned_hours)
    changed = []
    for one in rows:
        told_at = warned.get(one.account_id)
        following = find_next_state(
            current=one.state,
            balance_fen=one.balance_fen,
            thresholds=one.thresholds,
            is_warned_long_enough=told_at is not None and at - told_at >= since,
        )
        if following is not one.state:
            changed.append((one, following))
    keys = [one.account_id for one, _following in changed]
    found = CustomerAccount.objects.for_actor(_SYSTEM).filter(pk__in=keys).select_related("customer", "unit")
    accounts = {account.pk: account for account in found}
    for one, following in changed:
        # Its meter may have been told since.
        if not move(account_id=one.account_id, state=following, at=at, before=one.state):
            continue
        watched.recovered += following is ControlState.NORMAL
        watched.to_disconnect += following is ControlState.TO_DISCONNECT
        kind = _find_kind(one.state, following)
        if kind is not None:
            tell(
                account=accounts[one.account_id], kind=kind, policy=policy, balance_fen=one.balance_fen, at=at,
                login="system", stop_fen=one.thresholds.stop_fen,
            )  # fmt: skip
            watched.told += kind is NoticeKind.NOTICE
            watched.warned += kind is NoticeKind.WARNING


def _find_kind(before: ControlState, following: ControlState) -> NoticeKind | None:
    """Only who comes down is told."""
    if before is ControlState.NORMAL and following is ControlState.NOTICE:
        return NoticeKind.NOTICE
    return NoticeKind.WARNING if before is ControlState.NOTICE and following is ControlState.WARNED else None
