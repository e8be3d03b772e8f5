"""What nights and minutes find to do."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q

from dianke.domain.fee_control.models import SupplyOrder
from dianke.domain.fee_control.types import OrderKind, OrderState, Way
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("finding orders that are due")
# The longest last word is said so long before.
_EARLY = timedelta(hours=2)
_TO_DISCONNECT = """
select c.account_id from fee_control_controlledaccount c
 where c.state = 'TO_DISCONNECT' and c.agreement_id is not null
   and not exists (select from fee_control_supplyorder o
                    where o.account_id = c.account_id
                      and o.state in ('PROPOSED', 'APPROVED', 'RELEASED', 'EXECUTING', 'FAILED'))
 order by c.account_id
"""
# Who has no order, and is not cut off already; for the debt of a refused order a person may propose another.
_NOTICED = """
select distinct s.account_id from collection_dunningstep s
 where s.account_id = any(%(accounts)s::bigint[]) and s.kind = 'NOTICE' and s.state = 'DONE'
   and s.result in ('SENT', 'DELIVERED')
   and not exists (select from fee_control_supplyorder o
                    where o.account_id = s.account_id
                      and (o.state in ('PROPOSED', 'APPROVED', 'RELEASED', 'EXECUTING', 'FAILED')
                           or (o.state in ('REFUSED', 'WITHDRAWN') and o.proposed_at > s.done_on)))
   and not exists (select from fee_control_controlledaccount c
                    where c.account_id = s.account_id and c.state in ('DISCONNECTED', 'TO_RECONNECT'))
 order by s.account_id
"""


def list_to_disconnect() -> list[int]:
    """Return accounts whose balance asks for an order, and that have none."""
    with connection.cursor() as cursor:
        cursor.execute(_TO_DISCONNECT)
        return [key for (key,) in cursor.fetchall()]


def list_noticed(*, account_ids: Sequence[int]) -> list[int]:
    """Return those accounts that dunning gave notice of disconnection, and that have no order."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTICED, {"accounts": list(account_ids)})
        return [key for (key,) in cursor.fetchall()]


def list_released(*, at: datetime, is_early: bool) -> list[SupplyOrder]:
    """Return orders that an operator handed on and whose time has come, supply first; early: those with a last word."""
    rows = SupplyOrder.objects.for_actor(_SYSTEM).filter(state=OrderState.RELEASED.value)
    if is_early:
        rows = rows.filter(kind=OrderKind.DISCONNECTION.value).filter(
            Q(planned_at=None) | Q(planned_at__lte=at + _EARLY)
        )
    else:
        rows = rows.filter(Q(planned_at__lte=at) | Q(kind=OrderKind.RECONNECTION.value), way=Way.REMOTE.value)
        rows = rows.filter(Q(next_try_at=None) | Q(next_try_at__lte=at))
    return list(rows.order_by(F("kind").desc(), "planned_at", "id"))


def list_executing() -> list[SupplyOrder]:
    """Return orders whose command has no answer yet."""
    return list(SupplyOrder.objects.for_actor(_SYSTEM).filter(state=OrderState.EXECUTING.value).order_by("id"))
