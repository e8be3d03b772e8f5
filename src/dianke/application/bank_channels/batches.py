"""Batches of withholding: one person makes them, another releases them."""

from datetime import date, datetime
from pathlib import Path

from dianke.domain.channels.models import WithholdingBatch
from dianke.domain.channels.operations import withholding
from dianke.domain.channels.queries import withholding as queries
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

_RECONCILE, _RELEASE = "payments.reconcile", "payments.release_files"


@use_case(right=_RECONCILE)
def make_batch(*, actor: Actor, bank_code: str, on: date, at: datetime, again_of: str = "") -> WithholdingBatch:
    """
    Make a batch of what accounts with an agreement owe on a day; or of what another batch may ask for again.

    :raises BankUnknown: if there is no such bank
    :raises UnableToMakeBatch: if nobody is to be asked
    """
    bank = queries.get_bank(actor=actor, code=bank_code, lock=True)
    before = queries.get_batch(actor=actor, number=again_of) if again_of else None
    return withholding.make_batch(actor=actor, bank=bank, on=on, login=actor.login, at=at, again_of=before)


@use_case(right=_RELEASE)
def release_batch(*, actor: Actor, number: str, at: datetime) -> WithholdingBatch:
    """
    Let a batch that another person made leave.

    :raises SamePerson: if the actor made it, or stands in for who did
    """
    batch = queries.get_batch(actor=actor, number=number, lock=True)
    require_another_person(actor=actor, operator_login=batch.made_by, operated_on=to_shanghai(batch.made_at).date())
    return withholding.release_batch(batch=batch, login=actor.login, at=at)


@use_case(right=_RECONCILE)
def send_batch(*, actor: Actor, number: str, at: datetime, data_dir: Path) -> bytes:
    """
    Return the file of a released batch; every time somebody takes it stands in the trail.

    :raises BatchOutOfState: if nobody has released it, or it was taken back
    """
    batch = queries.get_batch(actor=actor, number=number, lock=True)
    return withholding.send_batch(actor=actor, batch=batch, login=actor.login, at=at, data_dir=data_dir)


@use_case(right=_RECONCILE)
def withdraw_batch(*, actor: Actor, number: str, reason: str, at: datetime) -> WithholdingBatch:
    """
    Take a batch back that the bank has not answered.

    :raises BatchOutOfState: if it was answered, or no reason is given
    """
    batch = queries.get_batch(actor=actor, number=number, lock=True)
    return withholding.withdraw_batch(batch=batch, reason=reason, login=actor.login, at=at)
