"""Gateways and agents, and the keys by which a gateway is known."""

from datetime import datetime

from dianke.application.acquirers.simulation import require_allowed
from dianke.domain.channels.models import Acquirer, AcquirerKey
from dianke.domain.channels.operations import acquirers
from dianke.domain.channels.operations.acquirers import NewAcquirer
from dianke.domain.channels.queries.acquirers import get_acquirer
from dianke.domain.channels.rules.gateway.types import AcquirerKind
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

_RECONCILE, _RELEASE = "payments.reconcile", "payments.release_files"


@use_case(right=_RELEASE)
def add_acquirer(
    *,
    actor: Actor,
    code: str,
    name: str,
    kind: str,
    merchant_number: str,
    page_address: str = "",
    order_minutes: int = 30,
    unit_code: str = "",
) -> Acquirer:
    """
    Add a gateway or agent that takes money for the whole utility, or the card terminal of a unit's counter.

    :raises PermissionRefused: if the actor does not answer for the whole utility
    :raises SimulationNotAllowed: if it is a simulated gateway and the installation allows none
    :raises UnableToAddAcquirer: if the code is taken, or something is missing
    """
    utility = org.get_utility(actor=actor)
    if utility is None or not actor.may(_RELEASE, utility.path):
        raise PermissionRefused(field="actor", login=actor.login, right=_RELEASE)
    unit = utility
    if kind == AcquirerKind.TERMINAL.value and unit_code:
        unit = org.get_unit(actor=actor, code=unit_code)
    require_allowed(kind)
    new = NewAcquirer(
        code=code.strip(),
        name=name,
        kind=AcquirerKind(kind),
        merchant_number=merchant_number,
        page_address=page_address,
        order_minutes=order_minutes,
    )
    return acquirers.add_acquirer(unit=unit, new=new)


@use_case(right=_RELEASE)
def open_acquirer(*, actor: Actor, code: str, is_open: bool) -> Acquirer:
    """
    Let orders be made at a gateway, or no more.

    :raises AcquirerUnknown: if there is none
    """
    return acquirers.open_acquirer(acquirer=get_acquirer(actor=actor, code=code, lock=True), is_open=is_open)


@use_case(right=_RELEASE)
def change_own_key(*, actor: Actor, code: str) -> Acquirer:
    """
    Make a new key of ours to sign orders by; the gateway must know its public half first.

    :raises AcquirerUnknown: if there is none
    """
    return acquirers.change_own_key(acquirer=get_acquirer(actor=actor, code=code, lock=True))


@use_case(right=_RECONCILE)
def propose_key(*, actor: Actor, code: str, key_id: str, public_key: str, at: datetime) -> AcquirerKey:
    """
    Enter a public key of a gateway; another person releases it.

    :raises AcquirerUnknown: if there is none
    :raises UnableToChangeKey: if it is no key that may be trusted
    """
    acquirer = get_acquirer(actor=actor, code=code)
    return acquirers.propose_key(acquirer=acquirer, key_id=key_id, public_key=public_key, login=actor.login, at=at)


@use_case(right=_RELEASE)
def release_key(*, actor: Actor, key: int, at: datetime) -> AcquirerKey:
    """
    Trust what is signed by a key from now on.

    :raises SamePerson: if the actor entered it, or stands in for who did
    """
    return _decide(actor, key, is_approved=True, at=at)


@use_case(right=_RELEASE)
def refuse_key(*, actor: Actor, key: int, at: datetime) -> AcquirerKey:
    """
    Refuse a key that another person entered.

    :raises SamePerson: if the actor entered it, or stands in for who did
    """
    return _decide(actor, key, is_approved=False, at=at)


@use_case(right=_RELEASE)
def end_key(*, actor: Actor, key: int) -> AcquirerKey:
    """
    Trust nothing more that is signed by a key.

    :raises UnableToChangeKey: if it is not in use
    """
    return acquirers.end_key(key=acquirers.get_key(actor=actor, key=key))


def _decide(actor: Actor, key: int, *, is_approved: bool, at: datetime) -> AcquirerKey:
    found = acquirers.get_key(actor=actor, key=key)
    require_another_person(
        actor=actor, operator_login=found.proposed_by, operated_on=to_shanghai(found.proposed_at).date()
    )
    return acquirers.decide_key(key=found, is_approved=is_approved, login=actor.login, at=at)
