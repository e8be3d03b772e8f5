"""Everything that decides whether accounts may be cut off: money, estimate, what they were told, what protects them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from dianke.domain.collection.queries.people import find_paused, find_protected
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import Importance
from dianke.domain.fee_control.models import ControlledAccount
from dianke.domain.fee_control.queries.agreements import map_exemptions
from dianke.domain.fee_control.queries.money import Money, load_money
from dianke.domain.fee_control.queries.running import Running, compute_running
from dianke.domain.fee_control.types import Cause, CutOffFacts
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("telling what stands in the way of a disconnection")
_VULNERABLE = "vulnerable"

# A message tells somebody once it has gone; what was handed over on paper, when it was handed over. Of a running
# balance counts what was said since the account came down to its warning.
_TOLD = """
select n.account_id, min(coalesce(m.sent_at, n.told_at))
  from fee_control_controlnotice n
  join fee_control_controlledaccount c on c.account_id = n.account_id
  left join outbox_message m on m.id = n.message_id
 where n.account_id = any(%(accounts)s) and n.kind in ('WARNING', 'WRITTEN') and n.told_at >= c.warned_at
   and (n.message_id is null or m.state in ('SENT', 'DELIVERED'))
 group by n.account_id
"""
# The notice of the ladder of dunning for the debt that is the oldest now, or a paper handed over since it fell due.
_TOLD_OF_DEBT = """
select account_id, min(at) from (
    select s.account_id, (s.done_on::timestamp at time zone 'Asia/Shanghai') as at
      from collection_dunningstep s join unnest(%(accounts)s::bigint[], %(since)s::date[]) as o (account_id, since)
        on s.account_id = o.account_id and s.since_due_date = o.since
     where s.kind = 'NOTICE' and s.state = 'DONE' and s.result in ('SENT', 'DELIVERED')
    union all
    select n.account_id, n.told_at from fee_control_controlnotice n
      join unnest(%(accounts)s::bigint[], %(since)s::date[]) as o (account_id, since) on n.account_id = o.account_id
     where n.kind = 'WRITTEN' and n.told_at > o.since) q
 group by account_id
"""
_LAST_HOUR = """
select n.order_id, max(m.sent_at) from fee_control_controlnotice n join outbox_message m on m.id = n.message_id
 where n.order_id = any(%(orders)s) and n.kind = 'LAST_HOUR' and m.state in ('SENT', 'DELIVERED')
 group by n.order_id
"""


@dataclass(frozen=True, slots=True)
class Balance:
    """The running balance of an account at a moment, and what it is made of."""

    money: Money
    running: Running

    @property
    def balance_fen(self) -> int:
        """Return what is left once everything billed and used is paid."""
        return self.money.net_fen - self.running.amount_fen


def load_balances(*, account_ids: Collection[int], at: datetime) -> dict[int, Balance]:
    """Return the running balance of accounts at a moment, computed now; for a few, not for a fleet."""
    keys = sorted(set(account_ids))
    if not keys:
        return {}
    money = load_money(account_ids=keys, on=to_shanghai(at).date())
    running = compute_running(actor=_SYSTEM, account_ids=keys, at=at)
    return {key: Balance(money[key], running[key]) for key in keys}


def load_facts(
    *, causes: Mapping[int, Cause], at: datetime, balances: Mapping[int, Balance] | None = None
) -> dict[int, CutOffFacts]:
    """Return what decides about each account, by the cause that it would be cut off for."""
    keys, on = sorted(causes), to_shanghai(at).date()
    found = load_balances(account_ids=keys, at=at) if balances is None else balances
    rows = CustomerAccount.objects.for_actor(_SYSTEM).filter(pk__in=keys).select_related("customer")
    accounts = {account.pk: account for account in rows}
    protected = find_protected(account_ids=keys, on=on)
    exempt, paused = map_exemptions(account_ids=keys, on=on), find_paused(account_ids=keys, on=on)
    stops = _list_stops(keys)
    told = _load_told(causes, found)
    return {
        key: CutOffFacts(
            cause=cause,
            usage_class=accounts[key].usage_class,
            balance_fen=found[key].balance_fen,
            stop_fen=stops.get(key, 0),
            estimate_days_old=_count_days_old(found[key], on),
            overdue_fen=found[key].money.overdue_fen,
            days_overdue=_count_days_overdue(found[key], on),
            told_at=told.get(key),
            exemption=exempt.get(key, ""),
            is_vulnerable=protected.get(key) == _VULNERABLE,
            is_important=accounts[key].customer.importance != Importance.NONE.value,
            is_paused=key in paused,
        )
        for key, cause in causes.items()
    }


def load_last_hours(*, order_ids: Collection[int]) -> dict[int, datetime]:
    """Return when the last word of orders went out; those whose message has not gone are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_HOUR, {"orders": list(order_ids)})
        return dict(cursor.fetchall())


def load_told(*, account_ids: Collection[int]) -> dict[int, datetime]:
    """Return when accounts were first warned since they came down to their warning, if that has gone out."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, {"accounts": list(account_ids)})
        return dict(cursor.fetchall())


def _load_told(causes: Mapping[int, Cause], found: Mapping[int, Balance]) -> dict[int, datetime]:
    told = load_told(account_ids=[key for key, cause in causes.items() if cause is Cause.BALANCE])
    since = [
        (key, due)
        for key, cause in causes.items()
        if cause is Cause.OVERDUE and (due := found[key].money.oldest_due_date) is not None
    ]
    with connection.cursor() as cursor:
        cursor.execute(_TOLD_OF_DEBT, {"accounts": [key for key, _due in since], "since": [due for _key, due in since]})
        return {**told, **dict(cursor.fetchall())}


def _list_stops(keys: Collection[int]) -> dict[int, int]:
    rows = ControlledAccount.objects.for_actor(_SYSTEM).filter(account_id__in=keys).exclude(agreement=None)
    return dict(rows.values_list("account_id", "agreement__stop_fen"))


def _count_days_old(balance: Balance, on: date) -> int:
    """Return the age of the readings; an account that was never read is as old as its use is unknown: since ever."""
    last = balance.running.last_reading_date
    return (on - last).days if last is not None and not balance.running.is_unread else (on - date.min).days


def _count_days_overdue(balance: Balance, on: date) -> int:
    due = balance.money.oldest_due_date
    return (on - due).days if due is not None else 0
