"""What fee control does every night: estimate, states and notices, orders proposed, supply of who paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dianke.application.fee_control.minutes import look_at
from dianke.domain.collection.queries.ageing import list_arrears
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.fee_control.operations import estimating, orders, restoring, watching
from dianke.domain.fee_control.operations.estimating import Pending
from dianke.domain.fee_control.operations.orders import CutOffRefused, UnableToOrder
from dianke.domain.fee_control.operations.watching import Watched
from dianke.domain.fee_control.queries.facts import load_facts
from dianke.domain.fee_control.queries.policies import get_policy
from dianke.domain.fee_control.queries.running import Tables
from dianke.domain.fee_control.queries.waiting import list_noticed, list_to_disconnect
from dianke.domain.fee_control.types import Cause, ControlState
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_RIGHT = "fee_control.order"


@dataclass(frozen=True)
class Night:
    """What a night came to."""

    estimated: int
    told: int
    warned: int
    proposed: int
    withdrawn: int
    restored: int


def run_night(*, actor: Actor, at: datetime, chunk: int = estimating.CHUNK) -> Night:
    """Do the work of the night before a day; each part is a transaction of its own and may be done again."""
    on = to_shanghai(at).date()
    tables: Tables = {}
    pending = estimating.list_pending(on=on)
    estimated = sum(
        _estimate(actor=actor, pending=pending[first : first + chunk], at=at, tables=tables)
        for first in range(0, len(pending), chunk)
    )
    watched = _watch(actor=actor, at=at)
    looked = [look_at(actor=actor, account_id=key, at=at) for key in restoring.list_concerned(everybody=True)]
    proposed = _propose(actor=actor, at=at)
    return Night(
        estimated, watched.told, watched.warned, proposed, sum(one for one, _ in looked), sum(one for _, one in looked)
    )


@use_case(right=_RIGHT)
def _estimate(*, actor: Actor, pending: Sequence[Pending], at: datetime, tables: Tables) -> int:
    """Estimate what some accounts used since their last bills, and the balance that it leaves."""
    return estimating.estimate(actor=actor, pending=pending, at=at, tables=tables)


@use_case(right=_RIGHT)
def _watch(*, actor: Actor, at: datetime) -> Watched:
    """Take the states of accounts from their balances, and tell who came down."""
    return watching.watch(on=to_shanghai(at).date(), at=at)


@use_case(right=_RIGHT)
def _propose(*, actor: Actor, at: datetime) -> int:
    """Propose the disconnections that no rule stands in the way of: by balance, then by debts with notice."""
    balances = list_to_disconnect()
    policy = get_policy(on=to_shanghai(at).date())
    least = min(policy.homes.least_days_overdue, policy.others.least_days_overdue)
    arrears = list_arrears(actor=actor, as_of=to_shanghai(at).date(), least_days=least)
    noticed = list_noticed(account_ids=[one.customer_account_id for one in arrears])
    debts = [key for key in noticed if key not in set(balances)]
    return _propose_all(balances, Cause.BALANCE, at) + _propose_all(debts, Cause.OVERDUE, at)


def _propose_all(account_ids: Sequence[int], cause: Cause, at: datetime) -> int:
    found = load_facts(causes=dict.fromkeys(account_ids, cause), at=at)
    rows = CustomerAccount.objects.for_actor(Actor.system("proposing disconnections")).filter(pk__in=found)
    count = 0
    for account in rows.select_related("customer", "unit").order_by("pk"):
        try:
            made = orders.propose(account=account, facts=found[account.pk], login="system", at=at)
        except (CutOffRefused, UnableToOrder):
            # What stands in the way is shown on the page of the account, as it is at the moment of looking.
            continue
        watching.mark(account=account, state=ControlState.TO_DISCONNECT, at=at)
        count += len(made)
    return count
