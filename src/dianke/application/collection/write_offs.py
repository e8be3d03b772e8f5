"""Bad debt: one person proposes with evidence, another approves by amount; what is paid later is taken back."""

from collections.abc import Sequence
from datetime import datetime

from dianke.domain.collection.models import BadWriteOff, BadWriteOffReturn
from dianke.domain.collection.operations import write_offs as operations
from dianke.domain.collection.operations.write_offs import UnableToWriteOff
from dianke.domain.collection.queries import write_offs as queries
from dianke.domain.collection.rules.write_offs import get_rules
from dianke.domain.customers.queries.accounts import get_account
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.documents import operations as documents
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

_PROPOSE, _APPROVE = "collection.propose_write_off", "collection.approve_write_off"
_KIND = "BAD_DEBT_EVIDENCE"


@use_case(right=_PROPOSE)
def propose_write_off(
    *,
    actor: Actor,
    number: str,
    kind: str,
    item_ids: Sequence[int],
    reason: str,
    files: Sequence[tuple[str, bytes]],
    at: datetime,
) -> BadWriteOff:
    """
    Propose that open bills of an account are given up, with the papers that show why.

    :raises UnableToWriteOff: if account, bills, kind, reason or evidence do not do
    """
    account = get_account(actor=actor, number=number)
    if account is None:
        raise UnableToWriteOff(field="number", reason="there is no such account")
    evidence = [
        documents.add_document(
            actor=actor, unit=account.unit, kind=_KIND, title=name, file_name=name, content=content, at=at
        )
        for name, content in files
    ]
    return operations.propose(
        actor=actor, account=account, kind=kind, item_ids=item_ids, reason=reason, evidence=evidence,
        login=actor.login, at=at,
    )  # fmt: skip


@use_case(right=_APPROVE)
def approve_write_off(*, actor: Actor, key: int, at: datetime, reason: str = "") -> BadWriteOff:
    """
    Give up debt that another person proposed, and book it.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    :raises PermissionRefused: if the amount asks for somebody of the whole utility
    """
    row = _get_for_decision(actor, key)
    if not may_approve(actor=actor, row=row):
        raise PermissionRefused(field="actor", login=actor.login, right=_APPROVE)
    return operations.approve(actor=actor, row=row, login=actor.login, at=at, reason=reason)


@use_case(right=_APPROVE)
def refuse_write_off(*, actor: Actor, key: int, reason: str, at: datetime) -> BadWriteOff:
    """
    Refuse what another person proposed.

    :raises SamePerson: if the actor proposed it, or stands in for who did
    """
    return operations.refuse(row=_get_for_decision(actor, key), login=actor.login, at=at, reason=reason)


@use_case(right=_PROPOSE)
def withdraw_write_off(*, actor: Actor, key: int, at: datetime) -> BadWriteOff:
    """
    Take one's own proposal back.

    :raises UnableToWriteOff: if another person proposed it
    """
    row = queries.get_write_off(actor=actor, key=key, lock=True)
    if row.proposed_by != actor.login:
        raise UnableToWriteOff(field="actor", reason="only who proposed it may take it back")
    return operations.withdraw(row=row, login=actor.login, at=at)


@use_case(right="collection.manage")
def return_bad_debt(*, actor: Actor, key: int, at: datetime) -> BadWriteOffReturn:
    """Let debt stand again for the money that came after all, and settle it."""
    row = queries.get_write_off(actor=actor, key=key, lock=True)
    return operations.take_back(actor=actor, row=row, login=actor.login, at=at)


@use_case(right="collection.view")
def open_evidence(*, actor: Actor, key: int) -> bytes:
    """Return the bytes of a paper; who looked stands in the trail."""
    return documents.read_document(queries.get_evidence(actor=actor, key=key).document)


def may_approve(*, actor: Actor, row: BadWriteOff) -> bool:
    """Tell whether the amount of a proposal lies within what the actor may approve."""
    rules = get_rules(on=to_shanghai(row.proposed_at).date())
    level = next((one for one in rules.levels if one.code == row.level), rules.levels[-1])
    if not level.is_of_utility:
        return actor.may(_APPROVE, row.unit.path)
    utility = org.get_utility(actor=actor)
    return utility is not None and actor.may(_APPROVE, utility.path)


def _get_for_decision(actor: Actor, key: int) -> BadWriteOff:
    row = queries.get_write_off(actor=actor, key=key, lock=True)
    require_another_person(actor=actor, operator_login=row.proposed_by, operated_on=to_shanghai(row.proposed_at).date())
    return row
