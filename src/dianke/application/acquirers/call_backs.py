"""Call-backs of gateways: kept in one transaction, booked in the next; a job finishes what was interrupted."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from dianke.application.acquirers.simulation import is_allowed
from dianke.domain.channels.models import CallBack, CallBackOutcome
from dianke.domain.channels.operations import call_backs
from dianke.domain.channels.queries import acquirers as queries
from dianke.domain.channels.queries.acquirers import AcquirerUnknown
from dianke.domain.channels.rules.gateway.interface import find_gateway
from dianke.domain.channels.rules.gateway.types import AcquirerKind
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_RECONCILE = "payments.reconcile"
_LOG = logging.getLogger(__name__)
# What was kept and not booked for so long is taken up by the job.
LEFT_AFTER = timedelta(seconds=30)


def take_call_back(*, code: str, headers: Mapping[str, str], body: bytes, address: str, at: datetime) -> bool:
    """
    Take a call of a gateway in and tell whether it is worth something.

    Once it is kept nothing of it is lost: whatever goes wrong while it is booked, the job books it.

    :raises AcquirerUnknown: if no gateway of the code may call
    """
    actor = Actor.system("a gateway calls back")
    kept = _keep_call_back(actor=actor, code=code, headers=headers, body=body, address=address, at=at)
    if kept.fault:
        return False
    if kept.repeats_id is None:
        try:
            _book_call_back(actor=actor, key=kept.pk, at=at)
        except Exception:
            _LOG.exception("call-back %s is kept and waits for the job", kept.pk)
    return True


def finish_call_backs(*, actor: Actor, at: datetime, after: timedelta = LEFT_AFTER) -> int:
    """Book the call-backs that were kept and not booked, and return how many."""
    keys = list(queries.filter_unfinished(at=at, after=after).values_list("pk", flat=True)[:500])
    done = 0
    for key in keys:
        try:
            _book_call_back(actor=actor, key=key, at=at)
            done += 1
        except Exception:
            # One that cannot be booked must not keep the others waiting.
            _LOG.exception("call-back %s cannot be booked", key)
    return done


@use_case(right=_RECONCILE, raises_alarms=False)
def _keep_call_back(
    *, actor: Actor, code: str, headers: Mapping[str, str], body: bytes, address: str, at: datetime
) -> CallBack:
    """Keep a call of a gateway exactly as it came."""
    acquirer = queries.get_acquirer(actor=actor, code=code)
    gateway = find_gateway(AcquirerKind(acquirer.kind))
    if gateway is None or not is_allowed(acquirer.kind):
        raise AcquirerUnknown(field="acquirer", acquirer=code)
    call = gateway.find_call(headers=headers, body=body)
    return call_backs.keep_call_back(acquirer=acquirer, gateway=gateway, call=call, address=address, at=at)


@use_case(right=_RECONCILE)
def _book_call_back(*, actor: Actor, key: int, at: datetime) -> CallBackOutcome:
    """Do what a call-back tells, once."""
    call_back = queries.get_call_back(actor=actor, key=key)
    if call_back is None:
        raise AcquirerUnknown(field="call_back", acquirer=str(key))
    return call_backs.book_call_back(actor=actor, call_back=call_back, login=actor.login, at=at)
